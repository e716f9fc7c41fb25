//! One server as a child process: started in a process group of its own, and ended with all of it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Nothing that a server says of itself is longer than this on one line.
const MAX_LINE: u64 = 16 << 20;
/// Nor longer than this in all.
const MAX_TOTAL: u64 = 64 << 20;
/// How much of standard error is kept for a message to the person.
const MAX_HEARD: usize = 2000;
/// How long a server may take to end by itself once its input is closed, and again after it was asked to.
const GRACE: Duration = Duration::from_millis(400);

/// What came out of the server.
#[derive(Debug)]
pub(super) enum Out {
    Line(Vec<u8>),
    /// A line or the whole output was longer than allowed.
    TooMuch,
}

/// A running server. It is ended when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    input: Option<Sender<Vec<u8>>>,
    output: Receiver<Out>,
    heard: Arc<Mutex<Vec<u8>>>,
    /// Closed once standard error is.
    silent: Receiver<()>,
}

/// How to start it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Launch<'a> {
    pub command: &'a str,
    pub args: &'a [String],
    pub env: &'a BTreeMap<String, String>,
    pub cwd: Option<&'a Path>,
}

impl Process {
    pub fn start(launch: Launch<'_>) -> std::io::Result<Process> {
        let mut child = spawn(launch)?;
        let (input, to_write) = channel::<Vec<u8>>();
        let (lines, output) = sync_channel(64);
        let heard = Arc::new(Mutex::new(Vec::new()));
        if let Some(mut stdin) = child.stdin.take() {
            // A server that does not read must not hang us: only this thread waits for it.
            std::thread::spawn(move || {
                while let Ok(frame) = to_write.recv() {
                    if stdin.write_all(&frame).and_then(|()| stdin.flush()).is_err() {
                        return;
                    }
                }
            });
        }
        if let Some(stdout) = child.stdout.take() {
            std::thread::spawn(move || read_lines(stdout, &lines));
        }
        let (speaking, silent) = channel::<()>();
        if let Some(stderr) = child.stderr.take() {
            let heard = Arc::clone(&heard);
            std::thread::spawn(move || {
                keep_last(stderr, &heard);
                drop(speaking);
            });
        }
        Ok(Process { child, input: Some(input), output, heard, silent })
    }

    pub fn send(&self, mut frame: Vec<u8>) {
        frame.push(b'\n');
        if let Some(input) = &self.input {
            let _ = input.send(frame);
        }
    }

    /// The next output, or why there is none: too late, or the server has closed its output.
    pub fn receive(&self, deadline: Instant) -> Result<Out, RecvTimeoutError> {
        self.output.recv_timeout(deadline.saturating_duration_since(Instant::now()))
    }

    /// As [`Process::heard`], of a server that has ended: its last words may still be under way.
    pub fn last_words(&self) -> String {
        let _ = self.silent.recv_timeout(GRACE);
        self.heard()
    }

    /// The last part of what it wrote to standard error, on one line, safe to print.
    pub fn heard(&self) -> String {
        let bytes = self.heard.lock().map(|heard| heard.clone()).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let last = lines.get(lines.len().saturating_sub(3)..).unwrap_or_default().join(" / ");
        let start = last.char_indices().rev().nth(400).map_or(0, |(at, _)| at);
        crate::edge::terminal::plain(last.get(start..).unwrap_or_default())
    }

    /// Waits until the output is closed, which a server does by ending.
    fn ends_within(&self, time: Duration) -> bool {
        let deadline = Instant::now() + time;
        loop {
            match self.receive(deadline) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => return true,
                Err(RecvTimeoutError::Timeout) => return false,
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.input = None;
        if !self.ends_within(GRACE) {
            signal(&self.child, Signal::Terminate);
            self.ends_within(GRACE);
        }
        // The group, before the leader is reaped: until then its number cannot be another group's.
        signal(&self.child, Signal::Kill);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(launch: Launch<'_>) -> std::io::Result<Child> {
    let started = command(launch.command, launch).spawn();
    match started {
        // `npx` and `uvx` are scripts there, which are found only by their full name.
        Err(error) if cfg!(windows) && error.kind() == std::io::ErrorKind::NotFound => {
            command(&format!("{}.cmd", launch.command), launch).spawn()
        }
        started => started,
    }
}

fn command(program: &str, launch: Launch<'_>) -> Command {
    let mut command = Command::new(program);
    command.args(launch.args).envs(launch.env);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(cwd) = launch.cwd {
        command.current_dir(cwd);
    }
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

#[derive(Debug, Clone, Copy)]
enum Signal {
    Terminate,
    Kill,
}

#[cfg(unix)]
fn signal(leader: &Child, which: Signal) {
    let which = match which {
        Signal::Terminate => nix::sys::signal::Signal::SIGTERM,
        Signal::Kill => nix::sys::signal::Signal::SIGKILL,
    };
    if let Ok(group) = i32::try_from(leader.id()) {
        let _ = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(group), which);
    }
}

#[cfg(not(unix))]
fn signal(_leader: &Child, _which: Signal) {}

fn read_lines(stdout: impl Read, lines: &SyncSender<Out>) {
    let mut reader = BufReader::new(stdout.take(MAX_TOTAL));
    loop {
        let mut line = Vec::new();
        match reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut line) {
            Ok(0) if reader.get_ref().limit() == 0 => {
                let _ = lines.send(Out::TooMuch);
                return;
            }
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let out = if line.len() as u64 >= MAX_LINE { Out::TooMuch } else { Out::Line(line) };
        let stop = matches!(out, Out::TooMuch);
        if lines.send(out).is_err() || stop {
            return;
        }
    }
}

fn keep_last(mut stderr: impl Read, heard: &Mutex<Vec<u8>>) {
    let mut buffer = [0_u8; 4096];
    while let Ok(count @ 1..) = stderr.read(&mut buffer) {
        let Ok(mut heard) = heard.lock() else { return };
        heard.extend_from_slice(buffer.get(..count).unwrap_or_default());
        let surplus = heard.len().saturating_sub(MAX_HEARD);
        heard.drain(..surplus);
    }
}
