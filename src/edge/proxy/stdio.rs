//! A server on standard input and output: its start, the two pumps, and an end at which nothing hangs and nothing
//! survives.

use std::fs::File;
use std::io;
use std::process::Child;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::model::json::Limits;
use crate::pipeline::gate::{Direction, Gate};

use super::super::clock;
use super::super::facts::Surroundings;
use super::ask::Asks;
use super::child::{self, Tell, Watcher};
use super::connection::{Connection, State};
use super::first::ListFirst;
use super::frames::{Frame, Frames, Outlet};
use super::log::{self, Log};
use super::session::Ledger;
use super::writing::Writing;

/// How long a server may take to end by itself once its input is closed or a signal was passed on.
const MOMENT: Duration = Duration::from_secs(2);
/// How long a server may take nothing of what a client has left behind when it closed its end.
#[cfg(unix)]
const STUCK: Duration = Duration::from_secs(30);
/// How long it may take once it was told to end.
const LAST_MOMENT: Duration = Duration::from_secs(1);
/// How long the output of a server that has ended may be held open by others.
const DRAIN: Duration = Duration::from_millis(500);

/// Everything that a proxy is made of.
pub struct Wiring {
    /// The server's name in the client's configuration.
    pub server: String,
    /// Its program and arguments.
    pub command: Vec<String>,
    pub gate: Box<dyn Gate>,
    pub writing: Writing,
    pub surroundings: Surroundings,
    pub limits: Limits,
    /// How long a person may take to answer a question.
    pub patience: Duration,
}

impl std::fmt::Debug for Wiring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wiring").field("server", &self.server).finish_non_exhaustive()
    }
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The client ended it, or the server did so properly.
    Well,
    /// The server broke off; how.
    ServerFailed(String),
    /// The server could not be started; why. Every request until the client's end was answered with that.
    NotStarted(String),
}

/// What happens beside the messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The client has closed its end, or is gone.
    ClientEnded,
    /// The server's output has ended.
    ServerEnded,
    /// The server's process has ended; its exit code, `None` for a signal.
    ServerExited(Option<i32>),
    /// Somebody sent us this signal.
    Signal(i32),
    /// A question was opened.
    Wake,
}

/// Runs the server until one side ends. Blocks.
pub fn run(wiring: Wiring) -> io::Result<Ended> {
    let (events, happened) = channel();
    let (log, writing_log) = log::start(&wiring.server);
    catch_signals(&events)?;
    child::adopt();
    let mark = child::new_mark();
    let watcher = Watcher::start(&mark);
    let started = child::start(&wiring.command, &mark);
    let client_in = own_end(io::stdin())?;
    let to_client = Outlet::new(own_end(io::stdout())?);
    let (to_server, output, process) = match started {
        Ok(server) => (Outlet::new(server.stdin), Some(server.stdout), Ok(server.child)),
        Err(error) => (Outlet::new(io::sink()), None, Err(why_not_started(&wiring.command, &error))),
    };
    let state = State {
        gate: wiring.gate,
        writing: wiring.writing,
        asks: Asks::new(wiring.patience),
        first: ListFirst::default(),
        asked_of_server: Ledger::default(),
        asked_of_client: Ledger::default(),
        over: process.as_ref().err().cloned(),
    };
    let connection = Arc::new(Connection {
        to_server,
        to_client,
        log: log.clone(),
        limits: wiring.limits,
        at_start: wiring.surroundings.facts(clock::now()),
        surroundings: wiring.surroundings,
        events: events.clone(),
        state: Mutex::new(state),
    });
    notice_death(&connection);
    pump(&connection, Direction::ToServer, client_in, Event::ClientEnded);
    if let Some(output) = output {
        pump(&connection, Direction::ToClient, output, Event::ServerEnded);
    }
    let ended = match process {
        Ok(process) => Life::of(process, watcher, connection, events, log).lead(&happened),
        Err(why) => {
            watcher.into_iter().for_each(Watcher::dismiss);
            log.warn(&why);
            wait_for_client(&happened);
            Ended::NotStarted(why)
        }
    };
    writing_log.finish();
    Ok(ended)
}

fn why_not_started(command: &[String], error: &io::Error) -> String {
    let program = command.first().map_or("", String::as_str);
    format!("the server cannot be started: `{program}`: {error}; check the command in the client's configuration")
}

fn wait_for_client(happened: &Receiver<Event>) {
    while let Ok(event) = happened.recv() {
        if matches!(event, Event::ClientEnded | Event::Signal(_)) {
            return;
        }
    }
}

/// A standard stream without the buffer and the lock that the library puts around it.
#[cfg(unix)]
fn own_end(stream: impl std::os::fd::AsFd) -> io::Result<File> {
    Ok(File::from(stream.as_fd().try_clone_to_owned()?))
}

#[cfg(windows)]
fn own_end(stream: impl std::os::windows::io::AsHandle) -> io::Result<File> {
    Ok(File::from(stream.as_handle().try_clone_to_owned()?))
}

/// A client that closes its end has its last messages carried over first. One that is dead (both of its ends are closed)
/// is not waited for, nor is a server that takes nothing of them: nobody would see the end of the input.
#[cfg(unix)]
fn notice_death(connection: &Arc<Connection>) {
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use std::os::fd::{AsFd, BorrowedFd};
    // Without any events it returns when the other side is gone, and not before. True: it is gone.
    let hung_up = |end: BorrowedFd<'_>, within: PollTimeout| {
        let mut ends = [PollFd::new(end, PollFlags::empty())];
        loop {
            match poll(&mut ends, within) {
                Err(nix::errno::Errno::EINTR) => {}
                Ok(0) => return false,
                _ => return true,
            }
        }
    };
    let connection = Arc::clone(connection);
    std::thread::spawn(move || {
        hung_up(io::stdin().as_fd(), PollTimeout::NONE);
        let (mut taken, mut since) = (None, Instant::now());
        while since.elapsed() < STUCK {
            if hung_up(io::stdout().as_fd(), PollTimeout::from(1000_u16)) {
                std::thread::sleep(MOMENT);
                break;
            }
            let now = connection.to_server.pending();
            if now.is_none() || now != taken {
                (taken, since) = (now, Instant::now());
            }
        }
        let _ = connection.events.send(Event::ClientEnded);
    });
}

#[cfg(windows)]
fn notice_death(_connection: &Arc<Connection>) {
    // A pipe there has no such sign: the end of the input is seen when it is read.
}

/// A thread that carries one direction until its source ends.
fn pump(connection: &Arc<Connection>, direction: Direction, source: impl io::Read + Send + 'static, end: Event) {
    let connection = Arc::clone(connection);
    std::thread::spawn(move || {
        let mut frames = Frames::new(source, connection.limits.bytes);
        loop {
            match frames.read() {
                Ok(Frame::Line(line)) => connection.receive(direction, line),
                Ok(Frame::TooBig(scout)) => connection.too_big(direction, &scout),
                Ok(Frame::End) | Err(_) => break,
            }
        }
        let _ = connection.events.send(end);
    });
}

#[cfg(unix)]
fn catch_signals(events: &Sender<Event>) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let events = events.clone();
    std::thread::spawn(move || {
        for signal in &mut signals {
            let _ = events.send(Event::Signal(signal));
        }
    });
    Ok(())
}

#[cfg(windows)]
fn catch_signals(_events: &Sender<Event>) -> io::Result<()> {
    Ok(()) // A console's Ctrl-C reaches the server by itself, and the watcher sees to the rest.
}

/// The life of a server that was started.
struct Life {
    pid: u32,
    connection: Arc<Connection>,
    log: Log,
    watcher: Option<Watcher>,
    exited: Option<Option<i32>>,
    output_ended: bool,
    /// What is done next if the server does not end by itself, and when.
    next: Option<(Instant, Next)>,
    /// The client wants the end; what the server does now is no failure.
    wanted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Tell,
    Kill,
    /// The process is gone, and its output still open.
    GiveUp,
}

impl Life {
    /// Begins to wait for the end of the process, and sets the watcher on it.
    fn of(
        process: Child,
        watcher: io::Result<Watcher>,
        connection: Arc<Connection>,
        events: Sender<Event>,
        log: Log,
    ) -> Life {
        let pid = process.id();
        let watcher = watcher
            .and_then(|mut watcher| watcher.watch(pid).map(|()| watcher))
            .map_err(|error| log.warn(format!("should this process be killed, the server may live on: {error}")))
            .ok();
        let number = watcher.as_ref().map(Watcher::pid);
        std::thread::spawn(move || {
            let mut process = process;
            let code = child::wait(&mut process, number).unwrap_or(None);
            let _ = events.send(Event::ServerExited(code));
        });
        let (exited, output_ended, next) = (None, false, None);
        Life { pid, connection, log, watcher, exited, output_ended, next, wanted: false }
    }

    fn lead(mut self, happened: &Receiver<Event>) -> Ended {
        let mut question = None;
        while !self.is_over() {
            let ends = [self.next.map(|(at, _)| at), question];
            let event = match ends.into_iter().flatten().min() {
                None => happened.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(at) => happened.recv_timeout(at.saturating_duration_since(Instant::now())),
            };
            match event {
                Ok(event) => self.meet(event),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if let Some((at, next)) = self.next
                && at <= Instant::now()
            {
                self.go_on(next);
            }
            question = self.connection.end_questions();
        }
        self.end()
    }

    fn is_over(&self) -> bool {
        self.exited.is_some() && self.output_ended
    }

    fn meet(&mut self, event: Event) {
        match event {
            Event::ClientEnded => {
                self.wanted = true;
                self.connection.to_server.close();
                self.expect_end(MOMENT, Next::Tell);
            }
            Event::Signal(signal) => {
                self.wanted = true;
                child::tell(self.pid, Tell::Signal(signal));
                self.connection.to_server.close();
                self.expect_end(MOMENT, Next::Tell);
            }
            Event::ServerEnded => {
                self.output_ended = true;
                if self.exited.is_none() {
                    // It can say nothing any more. Mostly its process ends in this moment too, and tells more.
                    self.connection.to_server.close();
                    self.expect_end(DRAIN, Next::Tell);
                }
            }
            Event::ServerExited(code) => {
                self.exited = Some(code);
                self.next = Some((Instant::now() + DRAIN, Next::GiveUp));
            }
            Event::Wake => {}
        }
    }

    /// The first reason to end sets the clock; later ones do not put it off.
    fn expect_end(&mut self, within: Duration, next: Next) {
        if self.next.is_none() {
            self.next = Some((Instant::now() + within, next));
        }
    }

    fn go_on(&mut self, next: Next) {
        self.next = match next {
            Next::Tell => {
                if self.output_ended {
                    self.connection.server_is_gone("the server has closed its output");
                }
                child::tell(self.pid, Tell::End);
                Some((Instant::now() + LAST_MOMENT, Next::Kill))
            }
            Next::Kill => {
                child::kill(self.pid);
                Some((Instant::now() + LAST_MOMENT, Next::Kill))
            }
            Next::GiveUp => {
                self.output_ended = true;
                None
            }
        };
    }

    /// Leaves nobody behind, and nobody waiting.
    fn end(self) -> Ended {
        let code = self.exited.flatten();
        let how = match code {
            Some(code) => format!("exit code {code}"),
            None => "killed by a signal".to_owned(),
        };
        let answered = self.connection.server_is_gone(&format!("the server has ended ({how})"));
        let _ = answered.recv_timeout(LAST_MOMENT);
        child::kill_rest(self.pid, self.watcher.as_ref());
        if let Some(watcher) = self.watcher {
            watcher.dismiss();
        }
        if self.wanted || code == Some(0) {
            return Ended::Well;
        }
        self.log.warn(format!("the server has ended by itself: {how}"));
        Ended::ServerFailed(how)
    }
}
