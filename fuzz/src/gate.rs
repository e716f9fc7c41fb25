//! The whole gate, enforcing: no frame is a crash, every request that is not forwarded is answered, and what is forwarded
//! is the message's own tokens, grants in hand.

use std::collections::HashMap;
use std::sync::LazyLock;

use mcp_remit::decision::decide::decide;
use mcp_remit::decision::policy::{Policy, load};
use mcp_remit::decision::redact::Redactor;
use mcp_remit::edge::proxy::jsonrpc;
use mcp_remit::model::facts::Facts;
use mcp_remit::model::history::History;
use mcp_remit::model::json::Limits;
use mcp_remit::model::message::{Id, Kind, Message};
use mcp_remit::model::policy::Redaction;
use mcp_remit::model::request::Request;
use mcp_remit::model::time::Timestamp;
use mcp_remit::model::verdict::Decision;
use mcp_remit::pipeline::enforce::{Enforcer, Lock, Settings};
use mcp_remit::pipeline::gate::{Action, Answer, Asked, Consent, Direction, Gate, Ruling, Seen};
use serde_json::{Map, Value};

const LIMITS: Limits = Limits { bytes: 1 << 20, depth: 100 };
const NOW: Timestamp = Timestamp(1_780_000_000_000);

/// Where a frame has no policy of its own.
static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let text = include_str!("gate/policy.yaml");
    load(text, "policy.yaml").unwrap_or_else(|problems| panic!("{problems}")).0
});

static REDACTOR: LazyLock<Redactor> =
    LazyLock::new(|| Redactor::new(&[7; 32], &Redaction::default()).expect("no patterns"));

fn facts() -> Facts {
    Facts { project: "/p".into(), cwd: "/p".into(), home: Some("/h/u".into()), time: Some(NOW), ..Facts::default() }
}

/// Frames, one a line; one that begins with `<` comes from the server. What stands before a NUL is a policy.
pub fn check(bytes: &[u8]) {
    let (own, frames) = match bytes.iter().position(|byte| *byte == 0) {
        Some(at) => (load(&super::text(&bytes[..at]), "p.yaml").ok().map(|loaded| loaded.0), &bytes[at + 1..]),
        None => (None, bytes),
    };
    let fixed = own.is_none();
    let policy = own.unwrap_or_else(|| POLICY.clone());
    let settings = Settings {
        server: "fs".into(),
        session: "s".into(),
        policy: policy.clone(),
        trouble: None,
        lock: Lock::Open,
        monitor: false,
        audits: true,
        redactor: REDACTOR.clone(),
    };
    let mut line = Line { gate: Enforcer::new(settings), policy, fixed, open: HashMap::new(), tasks: false };
    for frame in frames.split(|byte| *byte == b'\n').take(32) {
        match frame.strip_prefix(b"<") {
            Some(frame) => line.take(Direction::ToClient, frame),
            None => line.take(Direction::ToServer, frame),
        }
    }
}

struct Line {
    gate: Enforcer,
    policy: Policy,
    fixed: bool,
    /// What was forwarded to the server and waits for its answer.
    open: HashMap<Id, Asked>,
    /// The server has started a task.
    tasks: bool,
}

impl Line {
    fn take(&mut self, direction: Direction, frame: &[u8]) {
        // What becomes of the others is a matter of the target `json`.
        let Ok(message) = Message::parse(frame, LIMITS) else { return };
        let answers = match message.kind() {
            Kind::Response { id, .. } => match self.open.remove(id) {
                Some(asked) if direction == Direction::ToClient => Some(asked),
                // The proxy drops an answer to nothing.
                _ => return,
            },
            _ => None,
        };
        let seen = Seen { message: &message, direction, answers: answers.as_ref(), now: NOW };
        let reading = self.gate.read(&seen);
        assert_eq!(reading, self.gate.read(&seen), "it is read otherwise the second time");
        self.tasks |= answers.is_some() && message.result().is_some_and(|result| result.contains("taskId"));
        let ruling = self.gate.rule(&seen, &reading, &facts(), &History::default());
        self.ruled(&seen, ruling, false);
    }

    fn ruled(&mut self, seen: &Seen<'_>, ruling: Ruling, settled: bool) {
        let message = seen.message;
        let request = matches!(message.kind(), Kind::Request { .. });
        match ruling.action {
            Action::Forward(_) => self.forwarded(seen, settled),
            Action::Rewrite(_, frame) => {
                let rewritten = Message::parse(&frame, LIMITS).expect("what is sent is a message");
                assert_eq!(rewritten.id(), message.id(), "an answer to another request");
                assert!(matches!(rewritten.kind(), Kind::Response { .. }), "{rewritten:?}");
            }
            Action::Refuse(answer) => answered(message, &answer),
            Action::Ask(question) => {
                assert!(request && !settled, "a question about a question");
                let consents =
                    [Consent::Declined, Consent::Silence, Consent::NobodyToAsk, Consent::TooManyOpen, Consent::Given];
                for consent in consents {
                    let ruling = self.gate.settle((*question).clone(), consent, &facts(), &History::default(), NOW);
                    let forwards = matches!(ruling.action, Action::Forward(_));
                    assert!(!forwards || consent == Consent::Given, "{consent:?} is a yes");
                    self.ruled(seen, ruling, true);
                }
            }
            Action::ListFirst => panic!("there is no lock to look at"),
            Action::Drop => assert!(!request, "a request without an answer"),
        }
    }

    /// Only what the policy allows by another look at it, and nothing beyond what its text names.
    fn forwarded(&mut self, seen: &Seen<'_>, settled: bool) {
        let Kind::Request { id, method, params } = seen.message.kind() else { return };
        let name = params.get("name").and_then(Value::as_str);
        if method == "tools/call" && seen.direction == Direction::ToServer {
            let tool = name.expect("a call names its tool");
            let arguments = params.get("arguments").and_then(Value::as_object).cloned().unwrap_or_default();
            let request = Request::call("fs", tool, arguments.clone());
            let verdict = decide(&self.policy, &History::default(), &facts(), &request);
            let wanted = if settled { Decision::Ask } else { Decision::Allow };
            assert_eq!(verdict.decision, wanted, "forwarded: {:?}", verdict.because);
            if self.fixed {
                granted(tool, &arguments);
            }
        } else if self.fixed {
            let harmless = ["ping", "initialize", "server/discover", "logging/setLevel", "resources/unsubscribe"];
            let listed = method.ends_with("/list") || harmless.contains(&method.as_str());
            let uri = params.get("uri").and_then(Value::as_str).unwrap_or_default();
            let granted = method.starts_with("resources/") && uri.starts_with("docs://");
            let prompt = method == "prompts/get" && name == Some("summarize");
            let nothing = method == "subscriptions/listen" || method == "completion/complete";
            let task = method.starts_with("tasks/") && self.tasks;
            assert!(listed || granted || prompt || nothing || task, "forwarded: {method} {params:?}");
        }
        if seen.direction == Direction::ToServer {
            let asked = Asked { id: id.clone(), method: method.clone(), name: None, at: NOW, number: None };
            self.open.insert(id.clone(), asked);
        }
    }
}

/// What `gate/policy.yaml` says, in other words.
fn granted(tool: &str, arguments: &Map<String, Value>) {
    let only = |keys: &[&str]| assert!(arguments.keys().all(|key| keys.contains(&key.as_str())), "{arguments:?}");
    let text = |key: &str| arguments.get(key).and_then(Value::as_str).unwrap_or_default();
    match tool {
        "read_file" => {
            only(&["path", "head"]);
            assert!(stays_in_src(text("path")), "read: {arguments:?}");
        }
        "fetch" => {
            only(&["url"]);
            let host = text("url").trim_matches(' ').to_lowercase();
            assert!(host.contains("docs.rs") || text("url").is_empty(), "fetched: {arguments:?}");
        }
        "query" => {
            only(&["sql"]);
            let statement = text("sql").to_lowercase();
            assert!(statement.contains("orders") || !statement.contains("from"), "queried: {arguments:?}");
        }
        "run" => {
            only(&["command"]);
            let words = text("command").split_whitespace().collect::<Vec<_>>();
            assert!(words.is_empty() || words.len() >= 2, "run: {arguments:?}");
        }
        "send" => {
            only(&["to", "body"]);
        }
        other => panic!("no line of the policy names `{other}`"),
    }
}

/// Step by step, as a plain server would walk.
fn stays_in_src(path: &str) -> bool {
    let mut at = vec!["p"];
    let path = path.strip_prefix("file://").unwrap_or(path);
    if path.starts_with('/') {
        at.clear();
    }
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(at.pop()),
            name => at.push(name),
        }
    }
    path.is_empty() || at.starts_with(&["p", "src"])
}

fn answered(message: &Message, answer: &Answer) {
    let Some(id) = message.id() else { return };
    let frame = jsonrpc::answer(id, answer);
    assert!(!frame.contains(&b'\n'), "an answer of two lines");
    let answer = Message::parse(&frame, LIMITS).expect("an answer is a message");
    assert_eq!(answer.id(), Some(id));
    assert!(matches!(answer.kind(), Kind::Response { .. }));
}
