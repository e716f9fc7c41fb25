//! record -> infer -> lock -> replay -> enforce, with a client and a server that the `rmcp` SDK makes, and with the
//! demo server: the recorded session passes under enforcement, and what was never done is denied before the server
//! sees it.

use std::path::PathBuf;

use rmcp::model::{CallToolRequestParams, JsonObject, ProtocolVersion};
use rmcp::service::{ClientLifecycleMode, serve_client_with_lifecycle};
use rmcp::transport::TokioChildProcess;
use serde_json::{Value, json};

use super::support::Place;

/// The two eras of the protocol, as the SDK's client enters them.
#[derive(Debug, Clone, Copy)]
enum Era {
    Legacy,
    Modern,
}

impl Era {
    fn lifecycle(self) -> ClientLifecycleMode {
        match self {
            Era::Legacy => ClientLifecycleMode::Initialize,
            Era::Modern => ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] },
        }
    }
}

/// A tool and its arguments.
type Call = (&'static str, Value);

/// What the agent does while it is recorded, and again while the policy is enforced.
fn work() -> Vec<Call> {
    vec![
        ("read_file", json!({"path": "src/main.rs"})),
        ("read_file", json!({"path": "src/lib.rs"})),
        ("read_multiple_files", json!({"paths": ["docs/guide.md", "docs/faq.md"]})),
        ("write_file", json!({"path": "src/new.rs", "content": "pub fn new() {}\n"})),
        ("fetch", json!({"url": "https://docs.rs/serde", "max_length": 100})),
        ("fetch", json!({"url": "https://docs.rs/tokio", "max_length": 200})),
    ]
}

/// What it must not be able to do.
fn attacks(place: &Place) -> Vec<Call> {
    let home = place.home().display().to_string();
    let mut attacks = vec![
        ("read_file", json!({"path": "~/.ssh/id_rsa"})),
        ("read_file", json!({"path": format!("{home}/.ssh/id_rsa")})),
        ("read_file", json!({"path": "../home/.ssh/id_rsa"})),
        ("read_file", json!({"path": "src/../../home/.ssh/id_rsa"})),
        ("read_multiple_files", json!({"paths": ["docs/guide.md", "../home/.ssh/id_rsa"]})),
        ("read_multiple_files", json!({"paths": ["/etc/passwd"]})),
        ("write_file", json!({"path": "../home/.bashrc", "content": "x"})),
        ("fetch", json!({"url": "http://169.254.169.254/latest/meta-data/"})),
        ("fetch", json!({"url": "https://docs.rs@evil.example/"})),
        ("read_file", json!({"path": "src/main.rs", "extra": "/etc/passwd"})),
        ("no_such_tool", json!({})),
    ];
    if cfg!(unix) {
        attacks.push(("read_file", json!({"path": "src/link"})));
        attacks.push(("read_file", json!({"path": "src/keys/id_rsa"})));
    }
    attacks
}

/// What the client got.
#[derive(Debug)]
struct Answer {
    error: bool,
    text: String,
}

struct Line {
    place: Place,
    log: PathBuf,
}

impl Line {
    /// A project with a server in its configuration. `{project}`, `{root}` and `{log}` in the arguments stand for places.
    fn new(command: &str, args: &[&str]) -> Line {
        let place = Place::new();
        place.write_home(".ssh/id_rsa", "a key\n");
        for name in ["src/main.rs", "src/lib.rs", "docs/guide.md", "docs/faq.md"] {
            place.write(name, "text\n");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(place.home().join(".ssh/id_rsa"), place.project().join("src/link")).unwrap();
            std::os::unix::fs::symlink(place.home().join(".ssh"), place.project().join("src/keys")).unwrap();
        }
        let root = place.project().parent().unwrap().to_owned();
        let log = root.join("server.log");
        let fill = |arg: &str| {
            arg.replace("{project}", &place.project().display().to_string())
                .replace("{root}", &root.display().to_string())
                .replace("{log}", &log.display().to_string())
        };
        let args: Vec<String> = args.iter().map(|arg| fill(arg)).collect();
        let config = json!({"mcpServers": {"office": {"command": command, "args": args}}});
        place.write(".mcp.json", &serde_json::to_string_pretty(&config).unwrap());
        Line { place, log }
    }

    /// Runs a verb, which must end with `code`, and returns what it printed.
    fn verb(&self, args: &[&str], code: i32) -> String {
        let output = self.place.remit(args).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "remit {}\n{out}\n{err}", args.join(" "));
        out + &err
    }

    /// Starts what the configuration says, as a client does, and makes the calls.
    fn drive(&self, era: Era, calls: &[Call]) -> Vec<Answer> {
        let config: Value = serde_json::from_str(&self.place.read(".mcp.json")).unwrap();
        let entry = &config["mcpServers"]["office"];
        let mut command = tokio::process::Command::new(entry["command"].as_str().unwrap());
        command.args(entry["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap()));
        command.current_dir(self.place.project()).env_clear().envs(self.place.environment());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let transport = TokioChildProcess::new(command).unwrap();
            let client = serve_client_with_lifecycle((), transport, era.lifecycle()).await.unwrap();
            assert!(!client.list_all_tools().await.unwrap().is_empty());
            let mut answers = Vec::new();
            for (tool, arguments) in calls {
                let arguments: JsonObject = serde_json::from_value(arguments.clone()).unwrap();
                let request = CallToolRequestParams::new(*tool).with_arguments(arguments);
                answers.push(match client.call_tool(request).await {
                    Ok(result) => Answer {
                        error: result.is_error.unwrap_or(false),
                        text: serde_json::to_string(&result.content).unwrap(),
                    },
                    Err(error) => Answer { error: true, text: error.to_string() },
                });
            }
            client.cancel().await.unwrap();
            answers
        })
    }

    /// The calls that reached the server.
    fn reached(&self) -> Vec<Value> {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| line["method"] == "tools/call").collect()
    }
}

fn all_pass(answers: &[Answer], calls: &[Call], when: &str) {
    assert_eq!(answers.len(), calls.len());
    for (answer, call) in answers.iter().zip(calls) {
        assert!(!answer.error, "{when}: {call:?} failed: {}", answer.text);
    }
}

/// The whole line on one server: both eras are recorded, both are enforced.
fn whole_line(line: &Line) {
    let before = line.place.read(".mcp.json");
    line.verb(&["record", "--path", ".mcp.json"], 0);
    for era in [Era::Legacy, Era::Modern] {
        all_pass(&line.drive(era, &work()), &work(), "while recording");
    }
    line.verb(&["infer", "--out", "mcp.policy.yaml"], 0);
    line.verb(&["check", "mcp.policy.yaml"], 0);
    line.verb(&["lock", "--path", ".mcp.json"], 0);
    line.verb(&["lock", "--path", ".mcp.json", "--check"], 0);
    line.verb(&["replay", "--policy", "mcp.policy.yaml", "--lock", "mcp.lock"], 0);

    line.verb(&["enforce", "--path", ".mcp.json"], 0);
    for era in [Era::Legacy, Era::Modern] {
        all_pass(&line.drive(era, &work()), &work(), "while enforcing");
        let reached = line.reached().len();
        let attacks = attacks(&line.place);
        for (answer, attack) in line.drive(era, &attacks).iter().zip(&attacks) {
            assert!(answer.error, "{era:?}: {attack:?} was not denied: {}", answer.text);
        }
        assert_eq!(line.reached().len(), reached, "{era:?}: the server saw {:?}", line.reached().last());
    }

    line.verb(&["enforce", "--path", ".mcp.json", "--stop"], 0);
    assert_eq!(line.place.read(".mcp.json"), before, "the configuration is as it was, byte for byte");
}

/// The cargo example of that name, which `cargo test` builds beside the binary.
fn example(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_BIN_EXE_remit")).parent().unwrap().join("examples");
    let path = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(path.exists(), "{} is missing: `cargo build --examples` makes it", path.display());
    path
}

#[test]
fn a_server_and_a_client_of_the_rmcp_sdk_go_down_the_whole_line() {
    let server = example("rmcp_server").display().to_string();
    whole_line(&Line::new(&server, &["{project}", "{log}"]));
}

#[test]
fn the_demo_server_and_a_client_of_the_rmcp_sdk_go_down_the_whole_line() {
    let remit = env!("CARGO_BIN_EXE_remit");
    whole_line(&Line::new(remit, &["demo-server", "--root", "{root}", "--log", "{log}"]));
}

#[test]
fn without_the_proxy_the_same_attacks_reach_the_server() {
    // Otherwise the tests above would pass with a server that refuses by itself.
    let server = example("rmcp_server").display().to_string();
    let line = Line::new(&server, &["{project}", "{log}"]);
    let attacks = attacks(&line.place);
    let answers = line.drive(Era::Modern, &attacks);
    assert_eq!(line.reached().len(), attacks.len());
    let through = answers.iter().filter(|answer| !answer.error).count();
    assert!(through >= 8, "only {through} of {} attacks succeed without remit", attacks.len());
}
