//! Which run of which client this proxy belongs to.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// The same for all proxies that one run of one client started, and for no others: the client's process, the moment it
/// started, and the machine's boot. Where the system does not say, each proxy is a session of its own.
pub fn session() -> String {
    let client = client_process().unwrap_or_else(super::jsonrpc::random_hex);
    let digest = Sha256::digest(format!("remit session\n{client}").as_bytes());
    HEXLOWER.encode(digest.get(..8).unwrap_or_default())
}

/// Shells that clients start servers through.
const SHELLS: [&str; 8] = ["sh", "bash", "dash", "zsh", "fish", "ash", "ksh", "cmd"];

#[cfg(target_os = "linux")]
fn client_process() -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let mut process = Stat::of(std::os::unix::process::parent_id())?;
    // A shell that stands in between (`sh -c "remit proxy ..."`) is no client.
    while SHELLS.contains(&process.name.as_str()) && runs_one_command(process.pid) {
        match Stat::of(process.parent) {
            Some(parent) if parent.pid > 1 => process = parent,
            _ => break,
        }
    }
    Some(format!("{} {} {}", boot.trim(), process.pid, process.started))
}

/// Whether a shell was started with `-c`: it lives for one server, while an interactive one lives for many clients.
#[cfg(target_os = "linux")]
fn runs_one_command(pid: u32) -> bool {
    let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    arguments.split(|byte| *byte == 0).nth(1).is_some_and(|first| first.starts_with(b"-") && first.ends_with(b"c"))
}

/// The parent of a process. Known on Linux only.
pub fn parent_of(pid: u32) -> Option<u32> {
    Stat::of(pid).map(|stat| stat.parent)
}

/// What `/proc/PID/stat` says.
struct Stat {
    #[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "read for the session on Linux"))]
    pid: u32,
    #[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "read for the session on Linux"))]
    name: String,
    parent: u32,
    /// Clock ticks since boot.
    #[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "read for the session on Linux"))]
    started: u64,
}

impl Stat {
    fn of(pid: u32) -> Option<Stat> {
        Stat::read(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// `4711 (name) S 4710 ...`; the name may hold anything, brackets too.
    fn read(text: &str) -> Option<Stat> {
        let (pid, rest) = text.split_once(" (")?;
        let (name, rest) = rest.rsplit_once(") ")?;
        let fields: Vec<&str> = rest.split(' ').collect();
        let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
        let parent = u32::try_from(number(1)?).ok()?;
        Some(Stat { pid: pid.parse().ok()?, name: name.to_owned(), parent, started: number(19)? })
    }
}

#[cfg(target_os = "macos")]
fn client_process() -> Option<String> {
    let mut pid = std::os::unix::process::parent_id();
    for _ in 0..4 {
        let said = std::process::Command::new("/bin/ps")
            .args(["-o", "ppid=,lstart=,command=", "-p", &pid.to_string()])
            .output()
            .ok()?;
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        let mut words = said.split_whitespace();
        let parent: u32 = words.next()?.parse().ok()?;
        let started: Vec<&str> = words.by_ref().take(5).collect();
        let name = words.next()?.rsplit('/').next()?.trim_start_matches('-').to_owned();
        let one_command = words.next().is_some_and(|first| first.starts_with('-') && first.ends_with('c'));
        if !(SHELLS.contains(&name.as_str()) && one_command && parent > 1) {
            return Some(format!("{pid} {}", started.join(" ")));
        }
        pid = parent;
    }
    None
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn client_process() -> Option<String> {
    let _ = SHELLS;
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_name_with_brackets_is_read() {
        let text = "7 (a) b) (c) S 5 7 7 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 1234 0 0";
        let stat = Stat::read(text).unwrap();
        assert_eq!((stat.pid, stat.name.as_str(), stat.parent, stat.started), (7, "a) b) (c", 5, 1234));
        assert!(Stat::read("7 (a").is_none());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn proxies_of_one_client_share_a_session() {
        assert_eq!(session(), session());
    }
}
