//! Ends: of the client, of the server, of the proxy itself.

use super::*;

#[test]
fn nobody_hangs_on_a_mute_server_when_the_client_leaves() {
    let mut line = Line::start("mute", &RECORD);
    line.send(call(1, "t"));
    wait_for(|| line.seen().contains("tools/call").then_some(()));
    let (answers, code) = line.close();
    assert_eq!(code, Some(0));
    assert!(answers[0].contains("the server has ended"), "{answers:?}");
}

#[test]
#[cfg(unix)]
fn a_server_that_ignores_the_end_of_its_input_does_not_survive() {
    let mut line = Line::start("deaf", &RECORD);
    line.ask(call(1, "t"));
    let server = line.noted("pid");
    assert_eq!(line.close().1, Some(0));
    wait_until_gone(server);
}

#[test]
#[cfg(unix)]
fn a_signal_ends_the_server_and_its_family() {
    for kind in [nix::sys::signal::Signal::SIGTERM, nix::sys::signal::Signal::SIGINT] {
        let mut line = Line::start("family", &RECORD);
        line.ask(call(1, "t"));
        let (server, child) = (line.noted("pid"), line.noted("child"));
        assert!(lives(server) && lives(child));
        signal(&line.proxy, kind);
        line.end();
        wait_until_gone(server);
        wait_until_gone(child);
    }
}

#[test]
#[cfg(unix)]
fn even_a_killed_proxy_leaves_no_process_and_a_readable_trace() {
    let mut line = Line::start("family", &RECORD);
    line.ask(call(1, "t"));
    let (server, child) = (line.noted("pid"), line.noted("child"));
    // The watcher is told whom to watch just after the server has started.
    std::thread::sleep(Duration::from_millis(300));
    signal(&line.proxy, nix::sys::signal::Signal::SIGKILL);
    wait_until_gone(server);
    wait_until_gone(child);
    assert_eq!(line.traces().last().unwrap()["outcome"], "ok");
}

#[test]
#[cfg(target_os = "linux")]
fn even_a_killed_proxy_leaves_no_process_that_has_made_a_session_of_its_own() {
    let mut line = Line::start("strays", &RECORD);
    line.ask(call(1, "t"));
    let stray = line.noted("stray");
    std::thread::sleep(Duration::from_millis(300));
    assert!(lives(stray));
    signal(&line.proxy, nix::sys::signal::Signal::SIGKILL);
    wait_until_gone(stray);
}

#[test]
#[cfg(unix)]
fn a_client_that_dies_while_its_server_reads_nothing_leaves_nobody() {
    let (place, mut proxy) = without_a_reader("asleep");
    let mut input = proxy.stdin.take().unwrap();
    // More than the pipe to the server holds: the proxy waits to hand it over.
    writeln!(input, "{}", call(1, &"t".repeat(1 << 20))).unwrap();
    let server = noted_in(&place, "pid");
    drop((input, proxy.stdout.take()));
    wait_until_gone(server);
    wait_for(|| proxy.try_wait().unwrap());
}

#[test]
#[cfg(unix)]
fn what_a_server_leaves_behind_when_it_ends_by_itself_does_not_survive() {
    let mut line = Line::start("leaves", &RECORD);
    let server = line.noted("pid");
    assert_eq!(line.end().1, Some(0));
    wait_until_gone(server);
}

/// A proxy whose output nobody reads.
#[cfg(unix)]
fn without_a_reader(manner: &str) -> (Place, Child) {
    let place = Place::new();
    let seen = place.project().join("seen");
    let mut command = Command::new(env!("CARGO_BIN_EXE_remit"));
    command.current_dir(place.project()).env_clear().envs(place.environment());
    command.args(["proxy", "--server", "s"]).args(RECORD).arg("--").arg(scripted_server()).arg(manner).arg(seen);
    let proxy = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    (place, proxy)
}

#[test]
#[cfg(unix)]
fn a_client_that_stops_reading_ends_the_session() {
    let (_place, mut proxy) = without_a_reader("deaf");
    drop(proxy.stdout.take());
    let mut input = proxy.stdin.take().unwrap();
    writeln!(input, "{}", call(1, "t")).unwrap();
    wait_for(|| proxy.try_wait().unwrap());
    drop(input);
}

#[test]
#[cfg(target_os = "linux")]
fn a_server_that_kills_its_proxy_at_once_does_not_survive() {
    let (place, mut proxy) = without_a_reader("killer");
    let server = noted_in(&place, "pid");
    proxy.wait().unwrap();
    wait_until_gone(server);
}

#[test]
#[cfg(target_os = "linux")]
fn a_watcher_that_somebody_has_stopped_does_not_keep_the_proxy() {
    let mut line = Line::start("", &RECORD);
    line.ask(call(1, "t"));
    let proxy = line.proxy.id();
    let children = std::fs::read_to_string(format!("/proc/{proxy}/task/{proxy}/children")).unwrap();
    let watches =
        |pid: &&str| std::fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.contains("--watch"));
    let watcher: i32 = children.split_whitespace().find(watches).unwrap().parse().unwrap();
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(watcher), nix::sys::signal::Signal::SIGSTOP).unwrap();
    assert_eq!(line.close().1, Some(0));
}
