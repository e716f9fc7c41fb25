//! Warnings for a person, on standard error. A client that does not read it must not stop the proxy: what finds no room
//! is dropped.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use super::super::terminal;

/// Where warnings go. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Log {
    lines: SyncSender<Option<String>>,
}

/// The thread that writes.
#[derive(Debug)]
pub struct Writing {
    lines: SyncSender<Option<String>>,
    done: Receiver<()>,
}

/// So many warnings wait at most.
const WAITING: usize = 64;

/// Starts the thread that writes warnings; `server` is named in each.
pub fn start(server: &str) -> (Log, Writing) {
    let (lines, read) = sync_channel::<Option<String>>(WAITING);
    let (finished, done) = sync_channel(1);
    let server = terminal::plain(server);
    std::thread::spawn(move || {
        while let Ok(Some(line)) = read.recv() {
            terminal::note(&format!("remit proxy ({server}): {}", terminal::plain(&line)));
        }
        let _ = finished.send(());
    });
    (Log { lines: lines.clone() }, Writing { lines, done })
}

impl Log {
    pub fn warn(&self, line: impl Into<String>) {
        let _ = self.lines.try_send(Some(line.into()));
    }
}

impl Writing {
    /// Gives the last warnings a moment.
    pub fn finish(self) {
        let _ = self.lines.try_send(None);
        let _ = self.done.recv_timeout(Duration::from_millis(200));
    }
}
