//! Lines in, whatever their size, and lines out, from whichever thread.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, IoSlice, Read, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::scout::Scout;

/// What the reader found.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// The bytes between two line ends, which may be none.
    Line(&'a [u8]),
    /// Longer than the limit: its bytes are gone, but who sent it may still be told.
    TooBig(Scout),
    /// The other side has closed its end.
    End,
}

/// Cuts a stream into lines. Linear in what it reads, and holds one line at most.
#[derive(Debug)]
pub struct Frames<R> {
    source: BufReader<R>,
    limit: usize,
    line: Vec<u8>,
}

/// A buffer that grew beyond this for one line is given back after it.
const KEPT: usize = 1 << 20;

impl<R: Read> Frames<R> {
    /// `limit`: the longest line that is held, in bytes, without its end.
    pub fn new(source: R, limit: usize) -> Frames<R> {
        Frames { source: BufReader::with_capacity(64 << 10, source), limit, line: Vec::new() }
    }

    /// Waits for the next line. What stands before an end of input without a line end is a line too.
    pub fn read(&mut self) -> io::Result<Frame<'_>> {
        if self.line.capacity() > KEPT {
            self.line = Vec::new();
        }
        self.line.clear();
        let room = self.limit as u64 + 1;
        let read = (&mut self.source).take(room).read_until(b'\n', &mut self.line)?;
        if read == 0 {
            return Ok(Frame::End);
        }
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
        } else if self.line.len() > self.limit {
            return self.drain().map(Frame::TooBig);
        }
        Ok(Frame::Line(&self.line))
    }

    /// Reads on to the end of the line and keeps nothing but who sent it.
    fn drain(&mut self) -> io::Result<Scout> {
        let mut scout = Scout::default();
        scout.feed(&self.line);
        self.line = Vec::new();
        loop {
            let chunk = match self.source.fill_buf() {
                Ok(chunk) => chunk,
                // A signal, and no fault of the line: `read_until` goes on as well.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let length = end.unwrap_or(chunk.len());
            scout.feed(chunk.get(..length).unwrap_or_default());
            let over = end.is_some() || chunk.is_empty();
            self.source.consume(length + usize::from(end.is_some()));
            if over {
                return Ok(scout);
            }
        }
    }
}

/// The other side reads no more, or was told that nothing more comes.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the other side has closed its end")]
pub struct Gone;

/// Where frames go out. Several threads may send: each frame goes out whole. Nobody holds a lock while writing. Who
/// finds somebody else writing leaves the frame to him and goes on reading, so that a side that does not read stops
/// only its own direction.
pub struct Outlet {
    inner: Mutex<Inner>,
    changed: Condvar,
    /// Bytes that the other side has taken.
    taken: AtomicU64,
}

struct Inner {
    /// `None` while somebody writes.
    sink: Option<Box<dyn Write + Send>>,
    queue: VecDeque<Vec<u8>>,
    queued: usize,
    /// Senders that wait for room. Waking nobody would cost a system call a frame.
    waiting: usize,
    closed: bool,
}

/// With more than this waiting, in bytes, senders wait as well.
const QUEUE: usize = 8 << 20;

impl std::fmt::Debug for Outlet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outlet").field("queued", &self.lock().queued).finish_non_exhaustive()
    }
}

impl Outlet {
    pub fn new(sink: impl Write + Send + 'static) -> Outlet {
        let sink: Option<Box<dyn Write + Send>> = Some(Box::new(sink));
        let inner = Inner { sink, queue: VecDeque::new(), queued: 0, waiting: 0, closed: false };
        Outlet { inner: Mutex::new(inner), changed: Condvar::new(), taken: AtomicU64::new(0) }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// While somebody writes: how many bytes the other side has taken so far. Where the number stays, it reads nothing.
    pub fn pending(&self) -> Option<u64> {
        let inner = self.lock();
        (inner.sink.is_none() && !inner.closed).then(|| self.taken.load(Ordering::Relaxed))
    }

    /// Writes one line, now or as soon as whoever is writing has finished.
    pub fn send(&self, frame: &[u8]) -> Result<(), Gone> {
        let mut inner = self.lock();
        if inner.closed {
            return Err(Gone);
        }
        if let Some(mut sink) = inner.sink.take() {
            drop(inner);
            let written = write_line(sink.as_mut(), frame, &self.taken);
            return self.hand_back(sink, written);
        }
        inner.queued += frame.len();
        inner.queue.push_back(frame.to_vec());
        while inner.queued > QUEUE && !inner.closed {
            inner.waiting += 1;
            inner = self.changed.wait(inner).unwrap_or_else(PoisonError::into_inner);
            inner.waiting -= 1;
        }
        Ok(())
    }

    /// After writing: writes what others have left meanwhile, then lets the next one in.
    fn hand_back(&self, mut sink: Box<dyn Write + Send>, mut written: io::Result<()>) -> Result<(), Gone> {
        loop {
            let mut inner = self.lock();
            if written.is_err() {
                inner.closed = true;
                inner.queue.clear();
                inner.queued = 0;
                self.wake(&inner);
                return Err(Gone);
            }
            let Some(frame) = inner.queue.pop_front() else {
                if !inner.closed {
                    inner.sink = Some(sink);
                }
                return Ok(());
            };
            inner.queued = inner.queued.saturating_sub(frame.len());
            self.wake(&inner);
            drop(inner);
            written = write_line(sink.as_mut(), &frame, &self.taken);
        }
    }

    /// Closes the other side's input, once everything that was sent is written. Does not wait for that.
    pub fn close(&self) {
        let mut inner = self.lock();
        inner.closed = true;
        inner.sink = None;
        self.wake(&inner);
    }

    fn wake(&self, inner: &Inner) {
        if inner.waiting > 0 {
            self.changed.notify_all();
        }
    }
}

fn write_line(sink: &mut dyn Write, frame: &[u8], taken: &AtomicU64) -> io::Result<()> {
    let total = frame.len() + 1;
    let mut done = 0;
    while done < total {
        let rest = frame.get(done..).unwrap_or_default();
        match sink.write_vectored(&[IoSlice::new(rest), IoSlice::new(b"\n")]) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                done += written;
                taken.fetch_add(written as u64, Ordering::Relaxed);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    sink.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::mpsc::{Receiver, Sender, channel};

    fn lines(text: &[u8], limit: usize) -> Vec<Option<Vec<u8>>> {
        let mut frames = Frames::new(text, limit);
        let mut found = Vec::new();
        loop {
            match frames.read().unwrap() {
                Frame::Line(line) => found.push(Some(line.to_vec())),
                Frame::TooBig(_) => found.push(None),
                Frame::End => return found,
            }
        }
    }

    #[test]
    fn a_stream_is_cut_at_line_ends_and_its_last_line_needs_none() {
        assert_eq!(lines(b"a\n\nbc\r\nd", 10), [b"a".to_vec(), vec![], b"bc\r".to_vec(), b"d".to_vec()].map(Some));
    }

    /// A signal arrives before every byte.
    struct Disturbed<'a>(&'a [u8], bool);

    impl Read for Disturbed<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 { Err(io::ErrorKind::Interrupted.into()) } else { (&mut self.0).take(1).read(into) }
        }
    }

    #[test]
    fn a_signal_ends_no_line_not_even_one_past_the_limit() {
        let mut frames = Frames::new(Disturbed(b"{\"id\":7,\"method\":\"a\"}\nok\n", false), 5);
        let Frame::TooBig(scout) = frames.read().unwrap() else { panic!("too big") };
        assert_eq!(scout.id(), Some(&crate::model::message::Id::Number(7)));
        assert_eq!(frames.read().unwrap(), Frame::Line(b"ok"));
    }

    #[test]
    fn a_line_past_the_limit_is_dropped_whole_and_the_next_one_is_read() {
        assert_eq!(
            lines(b"12345\n123456\n1234567890123\nok\n", 5),
            [Some(b"12345".to_vec()), None, None, Some(b"ok".to_vec())]
        );
        assert_eq!(lines(b"1234567", 5), [None]);
    }

    /// Comes in pieces, as a pipe does.
    struct Chunks {
        left: usize,
    }

    impl Read for Chunks {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let length = into.len().min(self.left).min(64 << 10);
            into[..length].fill(b'x');
            self.left -= length;
            Ok(length)
        }
    }

    #[test]
    fn a_line_of_fifty_megabytes_in_small_pieces_is_read_in_linear_time() {
        // Quadratic reading would take minutes here.
        let mut frames = Frames::new(Chunks { left: 50 << 20 }, 100 << 20);
        assert!(matches!(frames.read().unwrap(), Frame::Line(line) if line.len() == 50 << 20));
    }

    /// Says when a write begins, and ends it when told to.
    struct Slow {
        begun: Sender<Vec<u8>>,
        go: Receiver<()>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.begun.send(bytes.to_vec()).unwrap();
            self.go.recv().map_err(io::Error::other)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn who_finds_somebody_writing_leaves_the_frame_to_him() {
        let (begun, seen) = channel();
        let (go, wait) = channel();
        let outlet = Arc::new(Outlet::new(Slow { begun, go: wait }));
        let first = {
            let outlet = Arc::clone(&outlet);
            std::thread::spawn(move || outlet.send(b"one"))
        };
        assert_eq!(seen.recv().unwrap(), b"one");
        assert_eq!(outlet.send(b"two"), Ok(()), "returns although the first write is stuck");
        for _ in 0..4 {
            go.send(()).unwrap();
        }
        assert_eq!(first.join().unwrap(), Ok(()));
        assert_eq!(seen.try_iter().collect::<Vec<_>>(), [b"\n".to_vec(), b"two".to_vec(), b"\n".to_vec()]);
    }

    #[test]
    fn after_closing_nothing_is_sent() {
        let outlet = Outlet::new(Vec::new());
        assert_eq!(outlet.send(b"a"), Ok(()));
        outlet.close();
        assert_eq!(outlet.send(b"b"), Err(Gone));
    }
}
