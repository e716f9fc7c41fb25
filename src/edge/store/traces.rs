//! Trace files: which ones, and their lines, one by one.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

use globset::GlobBuilder;

use super::files::FileError;
use super::unpack;

/// Longer than any message that the proxy forwards.
const MAX_LINE: u64 = 128 << 20;

/// The files that the arguments name: a file, all `*.jsonl` below a directory, packed ones included, or a
/// pattern. Sorted, each once.
pub fn find(named: &[String]) -> Result<Vec<PathBuf>, FileError> {
    let mut found = BTreeSet::new();
    for name in named {
        let path = Path::new(name);
        if path.is_file() {
            found.insert(path.to_owned());
        } else if path.is_dir() {
            walk(path, &mut |file| {
                if is_trace(file) {
                    found.insert(file.to_owned());
                }
            })?;
        } else if name.contains(['*', '?', '{', '[']) {
            matching(name, &mut found)?;
        } else {
            return Err(FileError::Missing(path.to_owned()));
        }
    }
    Ok(found.into_iter().collect())
}

fn is_trace(file: &Path) -> bool {
    file.file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| [".jsonl", ".jsonl.gz", ".jsonl.zst"].iter().any(|end| name.ends_with(end)))
}

fn matching(pattern: &str, found: &mut BTreeSet<PathBuf>) -> Result<(), FileError> {
    let failed = |why: String| FileError::Read { path: PathBuf::from(pattern), source: std::io::Error::other(why) };
    let glob = GlobBuilder::new(pattern)
        .literal_separator(true)
        .empty_alternates(true)
        .build()
        .map_err(|error| failed(error.to_string()))?;
    let matcher = glob.compile_matcher();
    let plain: PathBuf = Path::new(pattern)
        .components()
        .take_while(|part| !part.as_os_str().to_string_lossy().contains(['*', '?', '{', '[']))
        .collect();
    let below = plain.as_os_str().is_empty();
    let start = if below { Path::new(".") } else { plain.as_path() };
    if !start.is_dir() {
        return Ok(());
    }
    walk(start, &mut |file| {
        let file = if below { file.strip_prefix(".").unwrap_or(file) } else { file };
        if matcher.is_match(file) {
            found.insert(file.to_owned());
        }
    })
}

/// Every file below a folder; links to folders are not followed.
fn walk(folder: &Path, visit: &mut dyn FnMut(&Path)) -> Result<(), FileError> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let failed = |source| FileError::Read { path: folder.clone(), source };
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else {
                visit(&entry.path());
            }
        }
    }
    Ok(())
}

/// The lines of one file, as they are read.
pub struct Lines {
    path: PathBuf,
    reader: Box<dyn BufRead + Send>,
    buffer: Vec<u8>,
    number: u64,
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lines").field("path", &self.path).field("number", &self.number).finish_non_exhaustive()
    }
}

/// One line, from 1, and what can be said about it without reading it.
#[derive(Debug)]
pub enum Line<'a> {
    Text {
        number: u64,
        text: &'a str,
        /// The file ends with it, and it has no line break: it may be cut off.
        last: bool,
    },
    NotText {
        number: u64,
    },
}

/// Opens a trace.
pub fn open(path: &Path) -> Result<Lines, FileError> {
    let file = File::open(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => FileError::Missing(path.to_owned()),
        _ => FileError::Read { path: path.to_owned(), source },
    })?;
    let reader = unpack::reader(file, path).map_err(|source| FileError::Read { path: path.to_owned(), source })?;
    Ok(Lines { path: path.to_owned(), reader, buffer: Vec::new(), number: 0 })
}

impl Lines {
    /// The next line that is not empty, without its line break; a byte order mark is taken off.
    pub fn next_line(&mut self) -> Result<Option<Line<'_>>, FileError> {
        loop {
            self.buffer.clear();
            let failed = |source| FileError::Read { path: self.path.clone(), source };
            let mut bounded = (&mut self.reader).take(MAX_LINE + 1);
            let read = bounded.read_until(b'\n', &mut self.buffer).map_err(failed)?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            if read as u64 > MAX_LINE {
                let why = format!("line {} is longer than {} MiB", self.number, MAX_LINE >> 20);
                return Err(failed(std::io::Error::other(why)));
            }
            if self.number == 1 && self.buffer.starts_with(b"\xef\xbb\xbf") {
                self.buffer.drain(..3);
            }
            if self.buffer.iter().any(|byte| !byte.is_ascii_whitespace()) {
                break;
            }
        }
        let last = self.buffer.last() != Some(&b'\n');
        let number = self.number;
        Ok(Some(match std::str::from_utf8(&self.buffer) {
            Ok(text) => Line::Text { number, text: text.trim(), last },
            Err(_) => Line::NotText { number },
        }))
    }
}
