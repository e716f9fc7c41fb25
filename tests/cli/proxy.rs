//! `proxy`, driven as a client drives it, against a small server that behaves as it is told to.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::Place;

/// So long a test waits for what must come; only a failure takes it.
const PATIENCE: Duration = Duration::from_secs(20);

/// An example of this package, which plain `cargo test` builds; where only this test was built, it is built now.
fn scripted_server() -> PathBuf {
    static BUILT: std::sync::Once = std::sync::Once::new();
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_remit")).parent().unwrap();
    let program = folder.join("examples").join(format!("scripted_server{}", std::env::consts::EXE_SUFFIX));
    BUILT.call_once(|| {
        if !program.exists() {
            let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
            build.args(["build", "--quiet", "--example", "scripted_server"]).current_dir(env!("CARGO_MANIFEST_DIR"));
            build.args(folder.ends_with("release").then_some("--release"));
            assert!(build.status().unwrap().success());
        }
    });
    program
}

/// A client with its proxy and its server.
struct Line {
    place: Place,
    proxy: Child,
    input: Option<ChildStdin>,
    output: std::sync::mpsc::Receiver<String>,
}

impl Line {
    fn start(manner: &str, settings: &[&str]) -> Line {
        Line::start_at(Place::new(), manner, settings)
    }

    fn start_at(place: Place, manner: &str, settings: &[&str]) -> Line {
        let seen = place.project().join("seen");
        let mut command = Command::new(env!("CARGO_BIN_EXE_remit"));
        command.current_dir(place.project()).env_clear().envs(place.environment());
        command.args(["proxy", "--server", "s"]).args(settings).arg("--").arg(scripted_server()).arg(manner).arg(seen);
        let mut proxy = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (input, output) = (proxy.stdin.take(), lines_of(proxy.stdout.take().unwrap()));
        Line { place, proxy, input, output }
    }

    fn send(&mut self, line: impl AsRef<[u8]>) {
        let input = self.input.as_mut().unwrap();
        input.write_all(line.as_ref()).and_then(|()| input.write_all(b"\n")).unwrap();
    }

    fn receive(&self) -> String {
        self.output.recv_timeout(PATIENCE).expect("an answer")
    }

    fn receive_after(&mut self, line: impl AsRef<[u8]>) -> String {
        self.send(line);
        self.receive()
    }

    fn receive_json(&self) -> Value {
        serde_json::from_str(&self.receive()).unwrap()
    }

    fn ask(&mut self, line: impl AsRef<[u8]>) -> Value {
        self.send(line);
        self.receive_json()
    }

    /// What the server has read, line by line.
    fn seen(&self) -> String {
        std::fs::read_to_string(self.place.project().join("seen")).unwrap_or_default()
    }

    /// A number that the server wrote down about itself: `pid`, `child`.
    fn noted(&self, what: &str) -> u32 {
        wait_for(|| {
            let seen = self.seen();
            let found = seen.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(' ')?.parse().ok());
            found.filter(|_| seen.ends_with('\n'))
        })
    }

    /// The client closes its end; what the proxy still says, and its exit code.
    fn close(&mut self) -> (Vec<String>, Option<i32>) {
        self.input = None;
        self.end()
    }

    fn end(&mut self) -> (Vec<String>, Option<i32>) {
        let status = wait_for(|| self.proxy.try_wait().unwrap());
        (self.output.iter().collect(), status.code())
    }

    fn traces(&self) -> Vec<Value> {
        let files = std::fs::read_dir(self.place.project().join("traces")).into_iter().flatten();
        let mut lines = Vec::new();
        for file in files {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            lines.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
        }
        lines
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let _ = self.proxy.kill();
        let _ = self.proxy.wait();
    }
}

fn lines_of(output: ChildStdout) -> std::sync::mpsc::Receiver<String> {
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                return;
            }
        }
    });
    receive
}

fn wait_for<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "it did not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(unix)]
fn lives(pid: u32) -> bool {
    // A zombie that nobody buries is as good as gone.
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    if std::path::Path::new("/proc/self/stat").exists() {
        return state.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'));
    }
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid.cast_signed()), None).is_ok()
}

#[cfg(unix)]
fn wait_until_gone(pid: u32) {
    wait_for(|| (!lives(pid)).then_some(()));
}

#[cfg(unix)]
fn signal(child: &Child, signal: nix::sys::signal::Signal) {
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(child.id().cast_signed()), signal).unwrap();
}

fn call(id: u32, tool: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}","arguments":{{"path":"a"}}}}}}"#
    )
}

const RECORD: [&str; 4] = ["--mode", "record", "--traces", "traces"];

#[test]
fn what_passes_passes_byte_by_byte_in_both_directions() {
    let mut line = Line::start("", &RECORD);
    let odd = r#"{ "params":{"arguments":{"n":1.0,"big":12345678901234567890123,"z":1,"a":"\u00e9"},"_meta":{"x":1},"name":"t"}, "method":"tools/call","id":"a/1","jsonrpc":"2.0"}"#;
    line.send(odd);
    assert_eq!(
        line.receive(),
        r#"{"jsonrpc":"2.0","id":"a/1","result":{"content":[{"type":"text","text":"done"}], "n": 1.0}}"#
    );
    assert_eq!(line.close(), (vec![], Some(0)));
    assert_eq!(line.seen().lines().nth(1), Some(odd));
}

#[test]
fn a_recorded_session_holds_who_what_and_how_it_ended() {
    let mut line = Line::start("", &RECORD);
    line.ask(r#"{"jsonrpc":"2.0","id":0,"method":"server/discover"}"#);
    line.ask(
        r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"clientInfo":{"name":"cursor","version":"2"},"capabilities":{}}}"#,
    );
    // What came back is written down after it was forwarded: the next line may be sent sooner.
    let written = |line: &Line, count: usize| wait_for(|| (line.traces().len() >= count).then_some(()));
    line.ask(r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#);
    written(&line, 2);
    line.ask(call(3, "read_file"));
    written(&line, 4);
    line.ask(r#"{"jsonrpc":"2.0","id":4,"method":"resources/read","params":{"uri":"file:///x"}}"#);
    line.close();
    let traces = line.traces();
    let events: Vec<&str> = traces.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["session", "tools", "call", "result", "resource", "result"]);
    assert_eq!(traces[0]["client"], json!({ "name": "cursor", "version": "2" }));
    assert_eq!((&traces[2]["tool"], &traces[2]["arguments"]["path"]), (&json!("read_file"), &json!("a")));
    assert_eq!((&traces[3]["call"], &traces[3]["outcome"]), (&json!(0), &json!("ok")));
    assert!(traces[3].get("text").is_none());
}

#[test]
fn proxies_of_one_client_share_a_session() {
    let (mut one, mut other) = (Line::start("", &RECORD), Line::start("", &RECORD));
    let session = |line: &mut Line| {
        line.ask(call(1, "t"));
        line.close();
        line.traces()[0]["session"].clone()
    };
    let sessions = (session(&mut one), session(&mut other));
    if cfg!(any(target_os = "linux", target_os = "macos")) {
        assert_eq!(sessions.0, sessions.1);
    }
}

#[test]
fn a_denied_call_never_reaches_the_server_and_is_answered_with_a_result() {
    let mut line = Line::start("", &["--mode", "enforce", "--audit", "audit.jsonl"]);
    let answer = line.ask(call(1, "delete_all"));
    assert_eq!(answer["result"]["isError"], true, "{answer}");
    assert!(answer["result"]["content"][0]["text"].as_str().unwrap().contains("there is no policy"));
    assert_eq!(answer["result"]["_meta"]["io.github.mcp-remit/verdict"]["verdict"], "deny");
    for (id, method, code) in [(2, "resources/read", -32602), (3, "prompts/get", 4031), (4, "x/unknown", 4031)] {
        let params = r#"{"uri":"u","name":"n"}"#;
        let answer = line.ask(format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#));
        assert_eq!(answer["error"]["code"], code, "{answer}");
    }
    line.send(r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"delete_all"}}"#);
    assert_eq!(line.ask(r#"{"jsonrpc":"2.0","id":5,"method":"ping"}"#)["id"], 5);
    let list = line.ask(r#"{"jsonrpc":"2.0","id":6,"method":"tools/list"}"#);
    assert_eq!(list["result"]["tools"], json!([]));
    line.close();
    let seen = line.seen();
    assert!(!seen.contains("delete_all") && !seen.contains("x/unknown") && seen.contains("ping"), "{seen}");
    let audit = line.place.read("audit.jsonl");
    assert!(audit.lines().count() >= 5 && audit.contains(r#""done":"refused""#), "{audit}");
}

#[test]
fn a_monitored_call_passes_and_its_verdict_is_on_record() {
    let mut line = Line::start("", &["--mode", "monitor", "--audit", "audit.jsonl", "--traces", "traces"]);
    assert!(line.ask(call(1, "delete_all"))["result"].get("isError").is_none());
    line.close();
    assert!(line.seen().contains("delete_all"));
    let audit: Value = serde_json::from_str(line.place.read("audit.jsonl").lines().next().unwrap()).unwrap();
    assert_eq!((&audit["verdict"], &audit["done"], &audit["seq"]), (&json!("deny"), &json!("monitored"), &json!(0)));
    assert_eq!(line.traces().last().unwrap()["outcome"], "ok");
}

#[test]
fn the_audit_log_of_two_runs_is_one_chain() {
    let settings = ["--mode", "enforce", "--audit", "audit.jsonl"];
    let mut line = Line::start("", &settings);
    line.ask(call(1, "a"));
    line.close();
    let place = std::mem::replace(&mut line.place, Place::new());
    let mut line = Line::start_at(place, "", &settings);
    line.ask(call(1, "b"));
    line.close();
    let audit = line.place.project().join("audit.jsonl");
    let checked = mcp_remit::edge::store::audit::verify(&audit).unwrap();
    assert_eq!((checked.records, checked.broken), (2, None));
}

/// What two parsers could read differently (reference: what got past other proxies).
#[test]
fn what_could_be_read_in_two_ways_is_answered_and_never_sent_on() {
    let deep = "[".repeat(100_000);
    let rows: Vec<(&str, Vec<u8>)> = vec![
        (
            "a key twice",
            br#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"evil"}}"#.to_vec(),
        ),
        (
            "a key in other case",
            br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","Name":"evil"}}"#.to_vec(),
        ),
        ("the method in other case", br#"{"jsonrpc":"2.0","id":1,"method":"ping","Method":"evil"}"#.to_vec()),
        ("a batch", br#"[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"evil"}}]"#.to_vec()),
        (
            "not UTF-8",
            b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"evil\xff\"}}".to_vec(),
        ),
        (
            "half a surrogate",
            br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"evil\ud800"}}"#.to_vec(),
        ),
        ("too deep", format!(r#"{{"jsonrpc":"2.0","id":1,"method":"evil","params":{{"a":{deep}"#).into_bytes()),
        ("params as an array", br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["evil"]}"#.to_vec()),
        ("NaN", br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"evil","x":NaN}}"#.to_vec()),
    ];
    let mut line = Line::start("", &RECORD);
    for (what, frame) in rows {
        let answer = line.ask(frame);
        assert_eq!(answer["id"], 1, "{what}: {answer}");
        assert!([json!(-32700), json!(-32600)].contains(&answer["error"]["code"]), "{what}: {answer}");
    }
    // Who sent these cannot be told: they are dropped.
    line.send(r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"evil"}"#);
    line.send(r#"{"jsonrpc":"2.0","id":3,"method":"evil"}{"jsonrpc":"2.0","id":4,"method":"evil"}"#);
    line.send(r#"{"jsonrpc":"2.0","id":5.5,"method":"evil"}"#);
    line.send("evil");
    let last = loop {
        let answer = line.ask(r#"{"jsonrpc":"2.0","id":9,"method":"ping"}"#);
        if answer["id"] == 9 {
            break answer;
        }
    };
    assert!(last.get("result").is_some(), "the session goes on");
    line.close();
    assert!(!line.seen().contains("evil"), "{}", line.seen());
}

#[test]
fn a_carriage_return_inside_a_message_does_not_reach_a_server_that_splits_lines_on_it() {
    let mut line = Line::start("", &RECORD);
    line.send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"x\":\r{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"evil\"}\r}}");
    assert_eq!(line.receive_json()["id"], 1);
    line.close();
    assert!(!line.seen().contains('\r'));
    assert_eq!(line.seen().lines().count(), 2);
}

#[test]
fn a_call_that_is_not_written_as_one_is_answered_when_enforcing() {
    let mut line = Line::start("", &["--mode", "enforce"]);
    let digits = "9".repeat(5000);
    for params in [
        r#"{"name":7}"#.to_owned(),
        r#"{"name":"t","arguments":"{}"}"#.to_owned(),
        r#"{"name":"t","arguments":[]}"#.to_owned(),
        format!(r#"{{"name":"t","arguments":{{"n":{digits}}}}}"#),
    ] {
        let answer = line.ask(format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#));
        assert!(answer["error"]["code"] == -32602 || answer["result"]["isError"] == true, "{answer}");
    }
    line.close();
    assert!(!line.seen().contains("tools/call"));
}

#[test]
fn a_message_past_the_limit_is_answered_and_the_session_goes_on() {
    let mut line = Line::start("huge", &["--mode", "record", "--traces", "traces", "--max-message", "1000000"]);
    let big = "x".repeat(2_000_000);
    let answer = line.ask(format!(r#"{{"method":"ping","params":{{"x":"{big}"}},"jsonrpc":"2.0","id":1}}"#));
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(1), &json!(-32600)));
    let answer = line.ask(call(2, "t"));
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(2), &json!(-32603)), "the answer was too big");
    assert_eq!(line.ask(r#"{"jsonrpc":"2.0","id":3,"method":"ping"}"#)["id"], 3);
}

#[test]
fn a_large_message_within_the_limit_passes() {
    let mut line = Line::start("huge", &RECORD);
    let answer = line.ask(call(1, "t"));
    assert_eq!(answer["result"]["content"][0]["text"].as_str().unwrap().len(), 3 << 20);
}

#[test]
fn junk_forged_and_unreadable_answers_do_not_reach_the_client_and_nobody_waits_for_ever() {
    let mut line = Line::start("junk", &RECORD);
    assert_eq!(line.ask(call(1, "t"))["result"], json!({ "content": [] }));
    let mut line = Line::start("forges", &RECORD);
    assert_eq!(line.ask(call(1, "t"))["result"]["content"][0]["text"], "true");
    assert_eq!(line.close(), (vec![], Some(0)), "the second answer to one request is dropped");
    let mut line = Line::start("unreadable", &RECORD);
    let answer = line.ask(call(1, "t"));
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(1), &json!(-32603)));
}

#[test]
fn what_a_server_asks_of_the_person_is_judged() {
    let mut line = Line::start("asks", &["--mode", "monitor"]);
    line.send(call(1, "t"));
    assert_eq!(line.receive_json()["method"], "elicitation/create", "monitored, it passes");
    let mut line = Line::start("asks", &["--mode", "enforce"]);
    line.ask(call(1, "t"));
    line.close();
    assert!(!line.seen().contains("tools/call"));
}

#[test]
fn a_server_that_dies_in_mid_call_is_reported_to_whoever_waits() {
    let mut line = Line::start("dies", &RECORD);
    let answer = line.ask(call(1, "t"));
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(1), &json!(-32603)));
    assert!(answer["error"]["message"].as_str().unwrap().contains("exit code 7"), "{answer}");
    assert_eq!(line.end().1, Some(3));
    assert_eq!(line.traces().last().unwrap()["outcome"], "lost");
}

#[test]
fn a_server_that_cannot_be_started_answers_every_request_with_that() {
    let place = Place::new();
    let mut command =
        place.remit(&["proxy", "--mode", "record", "--traces", "traces", "--server", "s", "--", "./no-such-program"]);
    let input = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\"}\n{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}\n";
    let assert = command.write_stdin(input).timeout(PATIENCE).assert().code(3);
    let output = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    assert_eq!(output.lines().count(), 2, "{output}");
    assert!(output.contains("cannot be started"), "{output}");
}

#[test]
fn the_answer_to_a_cancelled_request_may_come_and_the_cancel_of_a_refused_one_does_not_reach_the_server() {
    let mut line = Line::start("", &["--mode", "enforce"]);
    line.ask(call(1, "t"));
    line.send(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#);
    line.ask(r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#);
    line.close();
    assert!(!line.seen().contains("cancelled"), "{}", line.seen());
    let mut line = Line::start("mute", &RECORD);
    line.send(call(1, "t"));
    line.send(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#);
    wait_for(|| line.seen().contains("notifications/cancelled").then_some(()));
}

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
#[cfg(unix)]
fn what_a_server_leaves_behind_when_it_ends_by_itself_does_not_survive() {
    let mut line = Line::start("leaves", &RECORD);
    let server = line.noted("pid");
    assert_eq!(line.end().1, Some(0));
    wait_until_gone(server);
}

#[test]
#[cfg(unix)]
fn a_client_that_stops_reading_ends_the_session() {
    let place = Place::new();
    let seen = place.project().join("seen");
    let mut command = Command::new(env!("CARGO_BIN_EXE_remit"));
    command.current_dir(place.project()).env_clear().envs(place.environment());
    command
        .args(["proxy", "--mode", "record", "--traces", "traces", "--server", "s", "--"])
        .arg(scripted_server())
        .arg("deaf")
        .arg(&seen);
    let mut proxy = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(proxy.stdout.take());
    let mut input = proxy.stdin.take().unwrap();
    writeln!(input, "{}", call(1, "t")).unwrap();
    wait_for(|| proxy.try_wait().unwrap());
    drop(input);
}

#[test]
fn a_second_request_with_an_id_that_is_in_use_is_refused() {
    let mut line = Line::start("mute", &RECORD);
    line.send(call(1, "first"));
    let answer = line.ask(call(1, "second"));
    assert_eq!(answer["error"]["code"], -32600);
    assert!(!line.seen().contains("second"));
}

const POLICY: &str = r#"version: 1
servers:
  s:
    allowed_paths: [.]
    tools:
      read_file: { args: { path: { paths: [.] } } }
      send: { args: { to: any }, ask: true }
      spend: { args: { amount: any }, rate: 2/hour }
"#;

fn enforced(settings: &[&str]) -> Line {
    enforced_on("", settings)
}

fn enforced_on(manner: &str, settings: &[&str]) -> Line {
    let place = Place::new();
    place.write("mcp.policy.yaml", POLICY);
    place.write_home(".ssh/id_rsa", "secret");
    let settings = [&["--mode", "enforce", "--policy", "mcp.policy.yaml", "--audit", "audit.jsonl"], settings].concat();
    Line::start_at(place, manner, &settings)
}

fn read_file(id: u32, path: &str) -> String {
    let params = json!({ "name": "read_file", "arguments": { "path": path } });
    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{params}}}"#)
}

#[test]
fn an_allowed_call_passes_byte_by_byte_and_one_outside_its_grant_never_reaches_the_server() {
    let mut line = enforced(&["--traces", "traces"]);
    let odd = r#"{"id":1 , "jsonrpc":"2.0","method":"tools/call","params":{"arguments":{"path":"./a\u0062"},"name":"read_file","_meta":{"progressToken":1.50}}}"#;
    assert!(line.ask(odd)["result"].get("isError").is_none());
    assert_eq!(line.seen().lines().nth(1), Some(odd));
    // What came back is written down after it was forwarded.
    wait_for(|| (line.traces().last()?["event"] == "result").then_some(()));
    let home = line.place.home().join(".ssh/id_rsa").display().to_string();
    #[cfg(unix)]
    std::os::unix::fs::symlink(line.place.home(), line.place.project().join("link")).unwrap();
    let mut outside = vec![home.as_str(), "../home/.ssh/id_rsa", "~/.ssh/id_rsa", "/etc/passwd"];
    if cfg!(unix) {
        outside.push("link/.ssh/id_rsa");
    }
    for path in outside {
        let answer = line.ask(read_file(2, path));
        assert_eq!(answer["result"]["isError"], true, "{path}: {answer}");
        let because = &answer["result"]["_meta"]["io.github.mcp-remit/verdict"]["because"];
        assert!(because[0]["rule"].as_str().is_some(), "{answer}");
    }
    line.close();
    assert_eq!(line.seen().matches("tools/call").count(), 1, "{}", line.seen());
    let outcomes: Vec<Value> =
        line.traces().iter().filter(|event| event["event"] == "result").map(|event| event["outcome"].clone()).collect();
    assert_eq!(outcomes[..2], [json!("ok"), json!("denied")]);
    let checked = mcp_remit::edge::store::audit::verify(&line.place.project().join("audit.jsonl")).unwrap();
    assert!(checked.records >= 5 && checked.broken.is_none());
}

#[test]
fn tools_that_no_rule_could_allow_are_hidden_and_the_others_are_listed_as_they_are() {
    let mut line = enforced(&[]);
    line.send(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#);
    let listed = r#"{"jsonrpc":"2.0","id":1,"result":{"tools": [{"name":"read_file", "inputSchema":{"type":"object"}, "n": 1.0}]}}"#;
    assert_eq!(line.receive(), listed);
}

#[test]
fn a_rate_is_counted_over_all_proxies_of_a_client() {
    let spend = |id| {
        format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"spend","arguments":{{"amount":1}}}}}}"#
        )
    };
    let mut line = enforced(&[]);
    assert!(line.ask(spend(1))["result"].get("isError").is_none());
    let place = std::mem::replace(&mut line.place, Place::new());
    let mut other = Line::start_at(place, "", &["--mode", "enforce", "--policy", "mcp.policy.yaml"]);
    assert!(other.ask(spend(1))["result"].get("isError").is_none());
    let third = other.ask(spend(2));
    assert_eq!(third["result"]["isError"], cfg!(any(target_os = "linux", target_os = "macos")), "{third}");
}

const SEND: &str =
    r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"send","arguments":{"to":"bob"}}}"#;

fn introduce(line: &mut Line, capabilities: &str) {
    line.ask(format!(r#"{{"jsonrpc":"2.0","id":0,"method":"initialize","params":{{"capabilities":{capabilities}}}}}"#));
}

#[test]
fn a_question_goes_to_the_person_and_only_a_yes_lets_the_call_pass() {
    for (action, passes) in [("accept", true), ("decline", false)] {
        let mut line = enforced(&[]);
        introduce(&mut line, r#"{"elicitation":{}}"#);
        let question = line.ask(SEND);
        assert_eq!(question["method"], "elicitation/create");
        assert!(question["params"]["message"].as_str().unwrap().contains("bob"), "{question}");
        // The client can go on talking while the person thinks.
        assert_eq!(line.ask(r#"{"jsonrpc":"2.0","id":8,"method":"ping"}"#)["id"], 8);
        assert!(!line.seen().contains("send"));
        let id = &question["id"];
        let answer = line.ask(format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"action":"{action}"}}}}"#));
        assert_eq!((answer["id"] == 7, answer["result"].get("isError").is_none()), (true, passes), "{answer}");
        assert_eq!(line.seen().contains("send"), passes);
    }
}

#[test]
fn where_nobody_can_be_asked_the_answer_is_no_and_says_so() {
    let mut line = enforced(&[]);
    introduce(&mut line, "{}");
    let answer = line.ask(SEND);
    assert!(answer["result"]["content"][0]["text"].as_str().unwrap().contains("nobody could be asked"), "{answer}");
}

#[test]
fn silence_is_a_no() {
    let mut line = enforced(&["--ask-timeout", "1"]);
    introduce(&mut line, r#"{"elicitation":{"form":{}}}"#);
    let question = line.ask(SEND);
    let withdrawn = line.receive_json();
    assert_eq!(
        (&withdrawn["method"], &withdrawn["params"]["requestId"]),
        (&json!("notifications/cancelled"), &question["id"])
    );
    let answer = line.receive_json();
    assert!(answer["result"]["content"][0]["text"].as_str().unwrap().contains("nobody answered in time"), "{answer}");
    line.close();
    assert!(!line.seen().contains("send"));
}

#[test]
fn a_cancelled_question_is_taken_back_and_nothing_is_sent() {
    let mut line = enforced(&[]);
    introduce(&mut line, r#"{"elicitation":{}}"#);
    let question = line.ask(SEND);
    let withdrawn = line.ask(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#);
    assert_eq!(withdrawn["params"]["requestId"], question["id"]);
    assert_eq!(
        line.ask(format!(
            r#"{{"jsonrpc":"2.0","id":{},"result":{{"action":"accept"}}}}
{{"jsonrpc":"2.0","id":9,"method":"ping"}}"#,
            question["id"]
        ))["id"],
        9
    );
    line.close();
    assert!(!line.seen().contains("send") && !line.seen().contains("cancelled"), "{}", line.seen());
}

#[test]
fn in_the_era_without_requests_to_the_client_the_person_is_asked_within_the_answer() {
    let mut line = enforced(&[]);
    let call = |id: u32, more: Value| {
        let mut params = json!({ "name": "send", "arguments": { "to": "bob" }, "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": { "elicitation": {} },
        } });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{params}}}"#)
    };
    let first = call(1, json!({}));
    let asked = line.ask(&first);
    assert_eq!(asked["result"]["resultType"], "input_required", "{asked}");
    let again = call(
        2,
        json!({
            "requestState": asked["result"]["requestState"],
            "inputResponses": { "remit-approval": { "action": "accept", "content": {} } },
        }),
    );
    let answer = line.ask(&again);
    assert_eq!((&answer["id"], answer["result"].get("isError")), (&json!(2), None), "{answer}");
    assert_eq!(line.seen().lines().last(), Some(first.replacen(r#""id":1"#, r#""id":2"#, 1).as_str()));
    assert!(line.ask(again.replacen(r#""id":2"#, r#""id":3"#, 1)).get("error").is_some(), "a yes is good for once");
}

#[test]
fn what_a_server_asks_of_the_person_is_declined_where_the_policy_does_not_grant_it() {
    let mut line = enforced_on("asks", &[]);
    let answer = line.ask(read_file(1, "a"));
    assert_eq!(answer["id"], 1, "the question did not reach the client: {answer}");
    line.close();
    assert!(line.seen().contains(r#""action":"decline""#), "{}", line.seen());
}

/// Pins the first tool of the scripted server as it is, or with one word changed.
fn pin(place: &Place, name: &str, drift: &str) {
    let tool = json!({ "name": "read_file", "inputSchema": { "type": "object" }, "n": 1.0, "description": drift });
    let mut tool = tool.as_object().unwrap().clone();
    if drift.is_empty() {
        tool.remove("description");
    }
    let tool = Value::Object(tool);
    let sha256 = mcp_remit::decision::identity::digest(&tool);
    let tools = json!({ "read_file": { "sha256": sha256, "value": tool } });
    place.write(name, &json!({ "version": 1, "servers": { "s": { "command": [], "tools": tools } } }).to_string());
}

#[test]
fn a_tool_passes_as_it_was_pinned_also_before_any_list_and_a_drifted_one_is_hidden_and_denied() {
    for (drift, passes) in [("", true), ("now also sends your keys", false)] {
        let place = Place::new();
        place.write("mcp.policy.yaml", POLICY);
        pin(&place, "mcp.lock", drift);
        let mut line =
            Line::start_at(place, "", &["--mode", "enforce", "--policy", "mcp.policy.yaml", "--lock", "mcp.lock"]);
        let answer = line.ask(read_file(1, "a"));
        assert_eq!((&answer["id"], answer["result"].get("isError").is_none()), (&json!(1), passes), "{answer}");
        let list = line.ask(r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#);
        assert_eq!(list["result"]["tools"].as_array().unwrap().len(), usize::from(passes), "{list}");
        line.close();
        assert_eq!(line.seen().contains("tools/call"), passes);
    }
}

#[test]
fn without_the_lock_that_was_asked_for_nothing_passes() {
    let mut line = enforced(&["--lock", "mcp.lock"]);
    let answer = line.ask(read_file(1, "a"));
    assert!(answer["result"]["content"][0]["text"].as_str().unwrap().contains("without the lock"), "{answer}");
    line.close();
    assert!(!line.seen().contains("tools/"));
}

#[test]
fn a_server_that_never_lists_its_tools_ends_the_wait_with_its_own_end() {
    let place = Place::new();
    place.write("mcp.policy.yaml", POLICY);
    pin(&place, "mcp.lock", "");
    let settings = ["--mode", "enforce", "--policy", "mcp.policy.yaml", "--lock", "mcp.lock"];
    let mut line = Line::start_at(place, "mute", &settings);
    line.send(read_file(1, "a"));
    wait_for(|| line.seen().contains("tools/list").then_some(()));
    let (answers, code) = line.close();
    assert_eq!((answers.len(), code), (1, Some(0)), "{answers:?}");
}

const PAY: &str = r#"version: 1
servers:
  s:
    tools:
      pay: { args: { amount: any }, budget: { sum: amount, max: 1000, per: day }, ask: true }
      send: { args: { to: any, path: { paths: [.] } }, ask: true }
"#;

fn asking(policy: &str) -> Line {
    let place = Place::new();
    place.write("mcp.policy.yaml", policy);
    let mut line = Line::start_at(place, "", &["--mode", "enforce", "--policy", "mcp.policy.yaml"]);
    introduce(&mut line, r#"{"elicitation":{}}"#);
    line
}

fn tool_call(id: u32, tool: &str, arguments: &Value) -> String {
    let params = json!({ "name": tool, "arguments": arguments });
    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{params}}}"#)
}

fn accept(question: &Value) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{},"result":{{"action":"accept","content":{{}}}}}}"#, question["id"])
}

#[test]
fn questions_that_are_open_at_once_spend_one_budget() {
    let mut line = asking(PAY);
    let questions: Vec<Value> = (1..=5).map(|id| line.ask(tool_call(id, "pay", &json!({ "amount": 900 })))).collect();
    let passed = questions.iter().map(|question| line.ask(accept(question)));
    let passed: Vec<bool> = passed.map(|answer| answer["result"].get("isError").is_none()).collect();
    assert_eq!(passed, [true, false, false, false, false]);
    line.close();
    assert_eq!(line.seen().matches("tools/call").count(), 1, "{}", line.seen());
}

#[test]
#[cfg(unix)]
fn a_yes_is_not_good_for_a_symlink_that_was_turned_while_the_person_thought() {
    for turned in [false, true] {
        let mut line = asking(PAY);
        line.place.write("inside/a", "");
        line.place.write_home("b/a", "");
        let link = line.place.project().join("link");
        std::os::unix::fs::symlink(line.place.project().join("inside"), &link).unwrap();
        let question = line.ask(tool_call(1, "send", &json!({ "to": "bob", "path": "link/a" })));
        assert_eq!(question["method"], "elicitation/create", "{question}");
        if turned {
            std::fs::remove_file(&link).unwrap();
            std::os::unix::fs::symlink(line.place.home().join("b"), &link).unwrap();
        }
        let answer = line.ask(accept(&question));
        assert_eq!(answer["result"].get("isError").is_some(), turned, "{answer}");
        line.close();
        assert_eq!(line.seen().contains("tools/call"), !turned);
    }
}

#[test]
fn a_flood_of_questions_is_not_blamed_on_the_client() {
    let mut line = asking(PAY);
    for id in 1..=16 {
        assert_eq!(line.ask(tool_call(id, "pay", &json!({ "amount": 1 })))["method"], "elicitation/create");
    }
    let answer = line.ask(tool_call(17, "pay", &json!({ "amount": 1 })));
    assert!(answer["result"]["content"][0]["text"].as_str().unwrap().contains("too many questions"), "{answer}");
}

fn enforced_with(manner: &str, policy: &str) -> Line {
    let place = Place::new();
    place.write("mcp.policy.yaml", policy);
    Line::start_at(place, manner, &["--mode", "enforce", "--policy", "mcp.policy.yaml"])
}

#[test]
fn a_url_that_a_server_wants_opened_is_judged_when_it_comes_as_an_error_too() {
    for manner in ["wants-url", "wants-url-unreadably"] {
        for (grant, passes) in [("", false), ("    elicitation: allow\n", manner == "wants-url")] {
            let policy = format!("version: 1\nservers:\n  s:\n{grant}    tools:\n      t: {{ args: any }}\n");
            let mut line = enforced_with(manner, &policy);
            let answer = line.receive_after(call(1, "t"));
            assert_eq!(answer.contains("evil.example"), passes, "{manner} {grant}: {answer}");
        }
    }
}

#[test]
fn what_the_state_of_a_task_asks_of_the_person_is_judged() {
    for (grant, passes) in [("", false), ("    elicitation: allow\n", true)] {
        let policy = format!("version: 1\nservers:\n  s:\n{grant}    tools:\n      t: {{ args: any }}\n");
        let mut line = enforced_with("task", &policy);
        line.ask(call(1, "t"));
        let answer = line.receive_after(r#"{"jsonrpc":"2.0","id":2,"method":"tasks/get","params":{"taskId":"t1"}}"#);
        assert_eq!(answer.contains("your password"), passes, "{answer}");
    }
}

#[test]
fn a_subscription_passes_where_each_of_its_resources_may_be_read() {
    let policy = "version: 1\nservers:\n  s:\n    resources: [\"note://**\"]\n";
    for (wanted, passes) in [
        (json!({}), true),
        (json!({ "notifications": { "toolsListChanged": true } }), true),
        (json!({ "notifications": { "resourceSubscriptions": ["note://a"] } }), true),
        (json!({ "notifications": { "resourceSubscriptions": ["note://a", "note://b"] } }), true),
        (json!({ "notifications": { "resourceSubscriptions": ["note://a", "file:///etc/passwd"] } }), false),
        (json!({ "notifications": { "resourceSubscriptions": "note://a" } }), false),
    ] {
        let mut line = enforced_with("", policy);
        let answer =
            line.ask(format!(r#"{{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{wanted}}}"#));
        line.close();
        assert_eq!(line.seen().contains("subscriptions/listen"), passes, "{wanted}: {answer}");
    }
}

#[test]
fn settings_that_cannot_be_meant_are_usage_errors() {
    for settings in [
        &["--mode", "record"][..],
        &["--mode", "monitor", "--record-text"],
        &["--mode", "enforce", "--ask-timeout", "18446744073709551615"],
        &["--mode", "enforce", "--max-message", "18446744073709551615"],
        &["--mode", "enforce", "--max-message", "0"],
    ] {
        let place = Place::new();
        let args = [&["proxy", "--server", "s"], settings, &["--", "./server"]].concat();
        place.remit(&args).timeout(PATIENCE).assert().code(2);
    }
    let mut line = enforced(&["--ask-timeout", "86400", "--max-message", "1073741824"]);
    assert_eq!(line.ask(r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)["id"], 1);
}

#[test]
fn where_the_history_cannot_be_kept_monitoring_warns_and_enforcing_refuses() {
    for (mode, passes) in [("monitor", true), ("enforce", false)] {
        let place = Place::new();
        place.write("mcp.policy.yaml", POLICY);
        place.write_home(".local/state/remit/history", "no folder");
        let mut line = Line::start_at(place, "", &["--mode", mode, "--policy", "mcp.policy.yaml"]);
        let answer = line.ask(tool_call(1, "spend", &json!({ "amount": 1 })));
        assert_eq!(answer["result"].get("content").is_some(), passes, "{answer}");
        line.close();
        assert_eq!(line.seen().contains("tools/call"), passes);
    }
}

#[test]
fn a_server_that_gives_no_list_at_first_is_asked_again() {
    let place = Place::new();
    place.write("mcp.policy.yaml", POLICY);
    pin(&place, "mcp.lock", "");
    let settings = ["--mode", "enforce", "--policy", "mcp.policy.yaml", "--lock", "mcp.lock"];
    let mut line = Line::start_at(place, "lists-late", &settings);
    for (id, passes) in [(1, false), (2, true)] {
        let answer = line.ask(read_file(id, "a"));
        assert_eq!(answer["result"].get("isError").is_none(), passes, "{answer}");
    }
}

#[test]
fn no_secret_of_the_command_line_of_a_path_or_of_a_name_is_written_down() {
    let token = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
    let place = Place::new();
    place.write("mcp.policy.yaml", POLICY);
    #[cfg(unix)]
    std::os::unix::fs::symlink(place.home(), place.project().join(token)).unwrap();
    let seen = place.project().join("seen");
    let mut command = Command::new(env!("CARGO_BIN_EXE_remit"));
    command.current_dir(place.project()).env_clear().envs(place.environment());
    command.args(["proxy", "--server", "s", "--mode", "monitor", "--policy", "mcp.policy.yaml"]);
    command.args(["--traces", "traces", "--audit", "audit.jsonl", "--"]);
    command.arg(scripted_server()).arg("").arg(seen).args(["--api-key", "Tr0ub4dor"]);
    let mut proxy = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (input, output) = (proxy.stdin.take(), lines_of(proxy.stdout.take().unwrap()));
    let mut line = Line { place, proxy, input, output };
    line.ask(read_file(1, &format!("{token}/a")));
    line.ask(tool_call(2, token, &json!({})));
    line.ask(format!(r#"{{"jsonrpc":"2.0","id":3,"method":"prompts/get","params":{{"name":"{token}"}}}}"#));
    line.close();
    let written = format!("{}{}", json!(line.traces()), line.place.read("audit.jsonl"));
    assert!(written.contains("read_file") && written.contains("--api-key") && written.contains("redacted"));
    assert!(!written.contains(token) && !written.contains("Tr0ub4dor"), "{written}");
}
