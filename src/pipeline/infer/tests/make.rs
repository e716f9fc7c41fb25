//! Recordings of every kind of thing that inference knows.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::super::observe::Observer;
use super::super::settings::{Settings, Strictness};
use crate::model::evidence::{Place, Session};
use crate::model::facts::Facts;
use crate::model::request::{Action, Request};

pub const PROJECT: &str = "/home/ann/web";

pub fn settings(strictness: Strictness) -> Settings {
    let bare =
        Place { cwd: PROJECT.into(), project: PROJECT.into(), home: Some("/home/ann".into()), ..Place::default() };
    Settings { strictness, bare }
}

pub fn facts() -> Facts {
    Facts { project: PROJECT.into(), cwd: PROJECT.into(), home: Some("/home/ann".into()), ..Facts::default() }
}

pub fn call(tool: &str, arguments: Value) -> Request {
    let Value::Object(arguments) = arguments else { panic!("no object: {arguments}") };
    Request::call("s", tool, arguments)
}

pub fn resource(uri: impl Into<String>) -> Request {
    Request { server: "s".into(), action: Action::Resource { uri: uri.into() } }
}

pub fn prompt(name: impl Into<String>) -> Request {
    Request { server: "s".into(), action: Action::Prompt { name: name.into(), arguments: Map::new() } }
}

/// Reads the lines of one recorded session. `run`: no two sessions with the same are told apart.
pub fn observe(observer: &mut Observer<'_>, run: usize, requests: &[Request]) {
    let mut line = |server: &str, event: Value| {
        let mut whole = json!({"v": 1, "time": "2026-11-20T10:00:00Z", "server": server});
        whole.as_object_mut().unwrap().extend(event.as_object().unwrap().clone());
        observer.line(&whole.to_string()).unwrap();
    };
    line(
        "s",
        json!({"event": "session", "session": format!("run-{run}"), "command": ["s"],
        "project": PROJECT, "cwd": PROJECT, "home": "/home/ann"}),
    );
    for (at, request) in requests.iter().enumerate() {
        let facts = serde_json::to_value(facts()).unwrap();
        line(
            &request.server,
            match &request.action {
                Action::Call { tool, arguments } => {
                    json!({"event": "call", "call": at, "tool": tool, "arguments": arguments, "facts": facts})
                }
                Action::Resource { uri } => json!({"event": "resource", "call": at, "uri": uri, "facts": facts}),
                Action::Prompt { name, arguments } => {
                    json!({"event": "prompt", "call": at, "name": name, "arguments": arguments})
                }
                other => panic!("not recorded: {other:?}"),
            },
        );
        line(&request.server, json!({"event": "result", "call": at, "outcome": "ok", "ms": 1, "bytes": 2}));
    }
}

/// One session under its digest, as a file of that name would give it.
pub fn session(redactor: &crate::decision::redact::Redactor, run: usize, requests: &[Request]) -> (String, Session) {
    let mut observer = Observer::new(&format!("{run}.jsonl"), settings(Strictness::Balanced).bare, redactor);
    observe(&mut observer, run, requests);
    observer.finish()
}

/// Requests of every kind: places (also with the signs of patterns in their names, and relative to a sibling), revisions,
/// names, sums, searches, nested objects and arrays, links, statements, command lines and vectors, addresses, texts that
/// embed hosts and accounts, gateways of either discriminator, resources and prompts.
pub fn request() -> impl Strategy<Value = Request> {
    prop_oneof![4 => places(), 4 => words(), 3 => outside(), 2 => code(), 2 => channels()]
}

fn places() -> impl Strategy<Value = Request> {
    let odd = "(src|app|a b)/[a-z\\[\\]{}*?!$,']{1,5}(/[a-z]{1,2})?(\\.tsx)?";
    prop_oneof![
        "(\\./)?(src|docs|\\.git|a b)?(/[a-z]{1,4}(\\.rs)?){0,3}"
            .prop_map(|path| call("read_file", json!({"path": path}))),
        odd.prop_map(|path| call("read_file", json!({"path": path}))),
        ("(src|docs)/[a-z]{1,3}", any::<bool>())
            .prop_map(|(path, dry)| { call("write_file", json!({"path": path, "content": "x", "dry_run": dry})) }),
        ("(/home/ann/web|/home/ann/web/pkg|/srv/x)", prop::collection::vec("[a-z]{1,3}(/[a-z]{1,2})?", 0..3))
            .prop_map(|(repo, files)| call("git_add", json!({"repo_path": repo, "files": files}))),
        "(src|docs)/[a-z]{1,2}".prop_map(|path| call("move", json!({"edits": [{"path": path, "mode": "fast"}]}))),
    ]
}

fn words() -> impl Strategy<Value = Request> {
    let word = "[a-zA-Z0-9~^/._*?-]{1,12}|[a-z]{1,4} [a-z*?]{1,4}";
    prop_oneof![
        word.prop_map(|target| call("git_show", json!({"target": target}))),
        "[A-Z][a-z]{1,6}/[A-Z][a-z_]{1,8}".prop_map(|zone| call("get_time", json!({"timezone": zone}))),
        ("[A-Z]{2}[0-9]{4}", -9.0..9e4_f64, prop::option::of("(rent|food)")).prop_map(|(to, amount, why)| call(
            "send_money",
            json!({"recipient": to, "amount": amount, "reason": why})
        )),
        (word, any::<i32>(), any::<bool>()).prop_map(|(id, page, all)| {
            call("list_issues", json!({"order_id": id, "page": page, "all": all, "query": "open bugs"}))
        }),
        (word, prop::collection::vec(word, 0..3)).prop_map(|(name, tags)| call(
            "create_item",
            json!({"item": {"name": name, "tags": tags, "size": [[1, 2], []]}, "note": null})
        )),
        ("(list|create|drop)_[a-z]{1,2}", "[a-z]{1,3}").prop_map(|(action, repo)| {
            let more = if action.starts_with("create") { json!({"title": "a bug"}) } else { json!({}) };
            let mut arguments = json!({"action": action, "repo": repo});
            arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            call("gateway", arguments)
        }),
        ("(fast|slow)", "[a-z]{1,3}", any::<bool>()).prop_map(|(mode, key, deep)| match deep {
            true => call("gateway", json!({"mode": mode, "depth": 3})),
            false => call("gateway", json!({"mode": mode, "key": key})),
        }),
        ("(list|create)", "[a-z]{1,3}").prop_map(|(op, key)| match op == "list" {
            true => call("execute_action", json!({"operation": op, "page": 3})),
            false => call("execute_action", json!({"operation": op, "key": key})),
        }),
    ]
}

fn outside() -> impl Strategy<Value = Request> {
    let address = "[a-z]{1,3}@(acme\\.com|gmail\\.com|x\\.org)";
    prop_oneof![
        "https?://([a-z]{1,2}\\.)?[a-z]{1,4}\\.org(:8080)?/[a-z*{}\\[\\]!?=%2]{0,4}"
            .prop_map(|url| call("fetch", json!({"url": url}))),
        "(https://ann@x\\.org/a|data:text/plain,x|ftp://f\\.org/a|https://[a-z]{1,2}\\.org)"
            .prop_map(|url| call("fetch", json!({"url": url}))),
        (
            prop::collection::vec(address, 1..3),
            "(hello|run `id>x`|see https://[a-z]{1,2}\\.org/x|pay DE89370400440532013000)"
        )
            .prop_map(|(to, body)| call("send_email", json!({"to": to, "subject": "hi", "body": body}))),
        (address, address).prop_map(|(to, cc)| call("send_email", json!({"to": format!("{to}, {cc}"), "body": "x"}))),
        "(what is [a-z]{1,3}|hi `id>[a-z]`)".prop_map(|prompt| call("ask", json!({"prompt": prompt}))),
        "(ask [a-z]{1,3}|see https://[a-z]{1,2}\\.org/x)".prop_map(|query| call("web_search", json!({"query": query}))),
    ]
}

fn code() -> impl Strategy<Value = Request> {
    prop_oneof![
        "SELECT [a-z]{2,5} FROM (public\\.)?t_[a-z]{1,2}".prop_map(|sql| call("query", json!({"sql": sql}))),
        "(INSERT INTO t_[a-z] VALUES \\(1\\)|UPDATE t_[a-z] SET a = 1|DELETE FROM t_[a-z] WHERE a = 1)"
            .prop_map(|sql| call("execute_sql", json!({"sql": sql}))),
        "SELECT (my_[a-z]|now)\\(\\) FROM t_[a-z]".prop_map(|sql| call("execute_sql", json!({"sql": sql}))),
        "(git status|cargo test [a-z]{1,4}|ls (~/)?[a-z*?]{1,4}|echo \\$[A-Z]|ls src/\\*\\.rs|grep -n [a-z]{1,2} src/[a-z]\\.rs|git log && ls)"
            .prop_map(|command| call("run", json!({"command": command}))),
        ("(ls|cat)", "[a-z*?{}]{1,4}").prop_map(|(program, word)| call("exec", json!({"command": [program, word]}))),
    ]
}

fn channels() -> impl Strategy<Value = Request> {
    prop_oneof![
        "docs://[a-z]{1,2}(/[a-z*{}\\[\\]!?=]{1,3})?".prop_map(resource),
        "(!|\\*|\\{)?[a-z]{1,2}:[a-z]{1,3}".prop_map(resource),
        "file:///home/ann/(web/[a-z]{1,2}|\\.ssh/id_rsa)".prop_map(resource),
        "[a-z !*-]{1,4}".prop_map(prompt),
    ]
}
