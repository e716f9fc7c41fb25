//! `proxy`, driven as a client drives it, against a small server that behaves as it is told to.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::Place;

mod asking;
mod enforcing;
mod forwarding;
mod lifecycle;
mod records;

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
        seen_in(&self.place)
    }

    /// A number that the server wrote down about itself: `pid`, `child`.
    fn noted(&self, what: &str) -> u32 {
        noted_in(&self.place, what)
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

fn seen_in(place: &Place) -> String {
    std::fs::read_to_string(place.project().join("seen")).unwrap_or_default()
}

fn noted_in(place: &Place, what: &str) -> u32 {
    wait_for(|| {
        let seen = seen_in(place);
        let found = seen.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(' ')?.parse().ok());
        found.filter(|_| seen.ends_with('\n'))
    })
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

fn enforced_with(manner: &str, policy: &str) -> Line {
    let place = Place::new();
    place.write("mcp.policy.yaml", policy);
    Line::start_at(place, manner, &["--mode", "enforce", "--policy", "mcp.policy.yaml"])
}

fn tool_call(id: u32, tool: &str, arguments: &Value) -> String {
    let params = json!({ "name": tool, "arguments": arguments });
    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{params}}}"#)
}
