//! The server's processes: started in a group of their own, told to end, and gone at the end, all of them.

use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use super::jsonrpc::random_hex;

/// What to tell the server's processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tell {
    /// This signal, as the client sent it.
    Signal(i32),
    /// To end.
    End,
}

/// A server that runs.
#[derive(Debug)]
pub struct Server {
    pub child: Child,
    pub stdin: ChildStdin,
    pub stdout: ChildStdout,
}

/// Stands in the environment of everything that descends from the server: by it those are found that have left its group
/// and its family.
const MARK: &str = "REMIT_PROXY";

/// A mark for one server.
pub fn new_mark() -> String {
    random_hex()
}

/// Starts the server in a process group of its own, so that no grandchild is missed. Its standard error is ours.
pub fn start(command: &[String], mark: &str) -> io::Result<Server> {
    let (program, args) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut child = spawn(program, args, mark)?;
    match (child.stdin.take(), child.stdout.take()) {
        (Some(stdin), Some(stdout)) => Ok(Server { child, stdin, stdout }),
        _ => Err(io::ErrorKind::BrokenPipe.into()),
    }
}

fn spawn(program: &str, args: &[String], mark: &str) -> io::Result<Child> {
    let started = prepare(program, args, mark).spawn();
    match started {
        // `npx` and its like are scripts there.
        Err(error) if cfg!(windows) && error.kind() == io::ErrorKind::NotFound => {
            prepare(&format!("{program}.cmd"), args, mark).spawn()
        }
        started => started,
    }
}

fn prepare(program: &str, args: &[String], mark: &str) -> Command {
    let mut command = Command::new(program);
    // One proxy's server may be the client of another's: the descendants keep both marks.
    let outer = std::env::var(MARK).map(|outer| format!("{outer}:")).unwrap_or_default();
    command.env(MARK, format!("{outer}{mark}"));
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    apart(&mut command);
    command
}

/// In a process group of its own.
fn apart(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(windows)]
    std::os::windows::process::CommandExt::creation_flags(command, 0x0000_0200); // CREATE_NEW_PROCESS_GROUP
}

/// Kills the server when this process is gone, however it went: a second process that holds the end of a pipe.
#[derive(Debug)]
pub struct Watcher {
    child: Child,
}

/// What the proxy says to its watcher when nothing is left to be killed.
const DONE: &[u8] = b"done\n";

impl Watcher {
    /// Starts this program again, as `proxy --watch`. Before the server: one that kills its proxy at once is found by its
    /// mark.
    pub fn start(mark: &str) -> io::Result<Watcher> {
        let program = if cfg!(target_os = "linux") { "/proc/self/exe".into() } else { std::env::current_exe()? };
        let mut command = Command::new(program);
        // It must hold no pipe of the client's, which waits for their ends.
        command.args(["proxy", "--watch"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        command.current_dir(if cfg!(windows) { "." } else { "/" });
        apart(&mut command);
        let mut watcher = Watcher { child: command.spawn()? };
        watcher.tell(mark)?;
        Ok(watcher)
    }

    /// Whom to kill.
    pub fn watch(&mut self, server: u32) -> io::Result<()> {
        self.tell(&server.to_string())
    }

    fn tell(&mut self, line: &str) -> io::Result<()> {
        let pipe = self.child.stdin.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        pipe.write_all(format!("{line}\n").as_bytes())
    }

    /// Nobody needs to be killed.
    pub fn dismiss(mut self) {
        if let Some(mut pipe) = self.child.stdin.take() {
            let _ = pipe.write_all(DONE);
        }
        // It goes at once, unless somebody has stopped it.
        for _ in 0..100 {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

/// The life of the watcher: waits until the proxy is gone, then kills the server, unless that was done.
pub fn watch() -> io::Result<()> {
    #[cfg(unix)]
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        // Whoever tells the whole family to end does not mean the one who has to see to it.
        signal_hook::flag::register(signal, std::sync::Arc::default())?;
    }
    let mut told = String::new();
    io::stdin().read_to_string(&mut told)?;
    if told.as_bytes().ends_with(DONE) {
        return Ok(());
    }
    let mut lines = told.lines();
    let mark = lines.next().unwrap_or_default();
    if let Some(server) = lines.next().and_then(|line| line.parse().ok()) {
        kill(server);
    }
    kill_marked(mark);
    Ok(())
}

#[cfg(unix)]
mod unix {
    use super::{MARK, Tell};
    use nix::sys::signal::{Signal, kill as send, killpg};
    use nix::unistd::Pid;

    /// Who starts others faster than this many looks can find them is not caught.
    const ROUNDS: usize = 100;

    fn group(server: u32) -> Option<Pid> {
        // 0 and 1 would be our own group and everybody.
        i32::try_from(server).ok().filter(|pid| *pid > 1).map(Pid::from_raw)
    }

    /// Tells every process of the server's group.
    pub fn tell(server: u32, what: Tell) {
        let signal = match what {
            Tell::Signal(number) => Signal::try_from(number).unwrap_or(Signal::SIGTERM),
            Tell::End => Signal::SIGTERM,
        };
        if let Some(group) = group(server) {
            let _ = killpg(group, signal);
        }
    }

    /// Kills every process of the server's group, and whatever descends from it. Stops them all first, so that none can
    /// start another meanwhile.
    pub fn kill(server: u32) {
        let Some(group) = group(server) else { return };
        let _ = killpg(group, Signal::SIGSTOP);
        let mut found: Vec<u32> = Vec::new();
        loop {
            let more: Vec<u32> = descendants(server).into_iter().filter(|pid| !found.contains(pid)).collect();
            if more.is_empty() {
                break;
            }
            for pid in &more {
                signal_one(*pid, Signal::SIGSTOP);
            }
            found.extend(more);
        }
        let _ = killpg(group, Signal::SIGKILL);
        for pid in found {
            signal_one(pid, Signal::SIGKILL);
        }
    }

    /// Kills what carries the mark, wherever it stands by now. Several rounds: one may have started another meanwhile.
    pub fn kill_marked(mark: &str) {
        for _ in 0..ROUNDS {
            let marked: Vec<u32> = processes().filter(|pid| carries(*pid, mark)).collect();
            if marked.is_empty() {
                return;
            }
            for pid in marked {
                signal_one(pid, Signal::SIGKILL);
            }
        }
    }

    /// Only its owner can read a process's environment, and a zombie has none.
    fn carries(pid: u32, mark: &str) -> bool {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        let mut variables = environment.split(|byte| *byte == 0).filter_map(|one| std::str::from_utf8(one).ok());
        let marks = variables.find_map(|one| one.strip_prefix(MARK)?.strip_prefix('='));
        !mark.is_empty() && marks.is_some_and(|marks| marks.split(':').any(|one| one == mark))
    }

    /// Known on Linux only.
    fn processes() -> impl Iterator<Item = u32> {
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
    }

    fn signal_one(pid: u32, signal: Signal) {
        if let Some(pid) = group(pid) {
            let _ = send(pid, signal);
        }
    }

    /// Children, their children, and so on. Known on Linux only.
    pub fn descendants(ancestor: u32) -> Vec<u32> {
        let family: Vec<(u32, u32)> =
            processes().filter_map(|pid| Some((pid, super::super::origin::parent_of(pid)?))).collect();
        let mut found = vec![ancestor];
        let mut at = 0;
        while let Some(parent) = found.get(at).copied() {
            found.extend(family.iter().filter(|(_, its)| *its == parent).map(|(pid, _)| *pid));
            at += 1;
        }
        found.remove(0);
        found
    }
}

#[cfg(unix)]
pub use unix::{kill, kill_marked, tell};

#[cfg(windows)]
pub fn tell(_server: u32, _what: Tell) {
    // There is no polite signal for a process without a window or console: the end of its input was one.
}

#[cfg(windows)]
fn kill_marked(_mark: &str) {
    // There the whole tree is ended with its root.
}

#[cfg(windows)]
pub fn kill(server: u32) {
    let server = server.to_string();
    let _ = Command::new("taskkill").args(["/PID", &server, "/T", "/F"]).output();
}

/// Waits for the server's end and says how it ended. `watcher`: the other child we have.
///
/// On Linux, orphans of the server become our children (see [`adopt`]); those that end are buried here.
#[cfg(target_os = "linux")]
pub fn wait(child: &mut Child, watcher: Option<u32>) -> io::Result<Option<i32>> {
    use nix::sys::wait::{Id, WaitPidFlag, waitid, waitpid};
    loop {
        let ended = waitid(Id::All, WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT)?;
        let Some(pid) = ended.pid() else { continue };
        let number = u32::try_from(pid.as_raw()).unwrap_or_default();
        if number == child.id() {
            return Ok(child.wait()?.code());
        }
        if Some(number) == watcher {
            // Gone before its time, and its zombie would be all that is ever found: wait for the server alone.
            return Ok(child.wait()?.code());
        }
        let _ = waitpid(pid, None);
    }
}

/// Waits for the server's end and says how it ended.
#[cfg(not(target_os = "linux"))]
pub fn wait(child: &mut Child, _watcher: Option<u32>) -> io::Result<Option<i32>> {
    Ok(child.wait()?.code())
}

/// Makes processes whose parent has ended our children instead of strangers.
pub fn adopt() {
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_child_subreaper(true);
}

/// Kills everything that the server has left behind.
pub fn kill_rest(server: u32, watcher: Option<&Watcher>) {
    kill(server);
    #[cfg(target_os = "linux")]
    {
        use nix::sys::signal::{Signal, kill as send};
        let watcher = watcher.map(Watcher::pid);
        for pid in unix::descendants(std::process::id()).into_iter().filter(|pid| Some(*pid) != watcher) {
            let _ = send(nix::unistd::Pid::from_raw(pid.cast_signed()), Signal::SIGKILL);
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = watcher;
}
