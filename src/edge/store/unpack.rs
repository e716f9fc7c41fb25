//! Compressed traces: gzip (RFC 1952) and Zstandard (RFC 8878), known by their first bytes, not by their names.

use std::fs::File;
use std::io::{BufRead, BufReader, Error, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";

/// So many times its own size may a file become. Traces shrink to a tenth or a hundredth; what is past this was made to
/// fill a machine.
const RATIO: u64 = 200;
/// So much may come of any file: a long loop of one call shrinks without end, and harms nobody.
const ALWAYS: u64 = 64 << 20;

/// Reads ahead by so much.
const BUFFER: usize = 1 << 18;

/// The file's content, unpacked where it is packed. What only its name says is packed must be a trace as it is.
pub fn reader(file: File, name: &Path) -> Result<Box<dyn BufRead + Send>, Error> {
    let packed = file.metadata()?.len();
    let mut source = BufReader::with_capacity(BUFFER, file);
    let start = source.fill_buf()?;
    let most = packed.saturating_mul(RATIO).max(ALWAYS);
    if start.starts_with(GZIP) {
        Ok(bounded(MultiGzDecoder::new(source), most))
    } else if start.starts_with(ZSTD) {
        Ok(bounded(Frames { source: Some(source), frame: None }, most))
    } else if let Some(said) = says_it_is_packed(name).filter(|_| !may_be_a_trace(start)) {
        Err(Error::other(format!(
            "its name says {said}, and it is neither that nor a trace: it does not begin as one does"
        )))
    } else {
        Ok(Box::new(source))
    }
}

fn says_it_is_packed(name: &Path) -> Option<&'static str> {
    match name.extension()?.to_str()? {
        "gz" => Some("gzip"),
        "zst" => Some("Zstandard"),
        _ => None,
    }
}

/// Nothing at all, or the brace of a first line, after a byte order mark and blanks.
fn may_be_a_trace(start: &[u8]) -> bool {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    start.is_empty() || start.starts_with(b"{")
}

fn bounded(from: impl Read + Send + 'static, most: u64) -> Box<dyn BufRead + Send> {
    Box::new(BufReader::with_capacity(BUFFER, Bounded { from, left: most }))
}

/// Ends with an error, where a bomb would go on.
struct Bounded<R> {
    from: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize, Error> {
        let read = self.from.read(into)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            Error::other(format!(
                "unpacked it is more than {} MiB and {RATIO} times its size, which no trace is; if it is one, unpack it first",
                ALWAYS >> 20
            ))
        })?;
        Ok(read)
    }
}

/// One frame after the other: two files joined are a file.
struct Frames {
    /// Between two frames.
    source: Option<BufReader<File>>,
    /// Within one.
    frame: Option<StreamingDecoder<BufReader<File>, FrameDecoder>>,
}

impl Read for Frames {
    fn read(&mut self, into: &mut [u8]) -> Result<usize, Error> {
        loop {
            if let Some(frame) = &mut self.frame {
                let read = frame.read(into)?;
                if read > 0 || into.is_empty() {
                    return Ok(read);
                }
            }
            if let Some(frame) = self.frame.take() {
                let (source, decoder) = frame.into_parts();
                let told = decoder.get_checksum_from_data();
                if told.is_some() && told != decoder.get_calculated_checksum() {
                    return Err(Error::other("its checksum is not that of its content"));
                }
                self.source = Some(source);
            }
            let Some(mut source) = self.source.take() else { return Ok(0) };
            if source.fill_buf()?.is_empty() {
                return Ok(0);
            }
            self.frame = Some(StreamingDecoder::new(source).map_err(Error::other)?);
        }
    }
}
