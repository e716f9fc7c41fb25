//! The summary says "no mail" where nothing that is granted can send one, and says nothing of mail where something may.

use serde_json::{Value, json};

use super::infer::infer;
use super::support::Place;

/// What is said of sessions that all made these calls, in one line.
fn said(calls: &[(&str, Value)]) -> String {
    let place = Place::new();
    let lines: Vec<String> = calls
        .iter()
        .map(|(tool, arguments)| json!({"server": "s", "tool": tool, "arguments": arguments}).to_string())
        .collect();
    for session in 0..5 {
        place.write(&format!("traces/{session}.jsonl"), &lines.join("\n"));
    }
    let said = infer(&place, &[]).split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, sentence) = said.split_once("The agent used").unwrap();
    sentence.split_once(" Wrote ").unwrap().0.to_owned()
}

const ALL: [&str; 9] = [
    "no shell",
    "no payments",
    "no credentials",
    "no permissions",
    "no deletion",
    "no publication",
    "no mail",
    "no home directory",
    "no web hosts",
];

#[test]
fn what_nothing_that_is_granted_can_do_is_said() {
    for calls in [
        vec![("read_file", json!({"path": "src/main.rs"}))],
        vec![("write_file", json!({"path": "src/main.rs", "content": "fn main() {}"}))],
        vec![("query", json!({"sql": "select id from orders"}))],
        vec![("search_issues", json!({"query": "open bugs"})), ("list_labels", json!({"page": 1}))],
        vec![("create_task", json!({"title": "buy milk soon please now", "done": false}))],
    ] {
        let said = said(&calls);
        for never in ALL {
            assert!(said.contains(never), "{never}: {calls:?}: {said}");
        }
    }
}

#[test]
fn of_what_something_that_is_granted_may_do_nothing_is_said() {
    let exec = |command: &str| vec![("exec", json!({"command": command}))];
    for (calls, may) in [
        (exec("curl https://docs.rs/x"), &["web hosts", "shell"][..]),
        (exec("rm -r target"), &["deletion"]),
        (exec("npm publish"), &["publication", "web hosts", "credentials"]),
        (exec("mail -s hi ann"), &["mail"]),
        (exec("cat ~/notes.txt"), &["home directory", "shell"]),
        (exec("python3 tools/x.py"), &["mail", "payments", "permissions"]),
        (vec![("query", json!({"sql": "delete from orders where id = 1"}))], &["deletion"]),
        (vec![("query", json!({"sql": "select send_all() from orders"}))], &["mail", "deletion"]),
        (vec![("query", json!({"sql": "select token from secrets"}))], &["credentials"]),
        (
            vec![
                ("item", json!({"action": "delete", "id": 1})),
                ("item", json!({"action": "list", "page": 2})),
                ("item", json!({"action": "create", "name": "x"})),
            ],
            &["deletion"],
        ),
        (vec![("update_item", json!({"mode": "publish", "id": "1"}))], &["publication"]),
        (vec![("read_file", json!({"path": "/home/somebody/x0.txt"}))], &["home directory"]),
        (vec![("list_links", json!({"of": "https://a.org/x"}))], &["web hosts"]),
        (vec![("ask_helper", json!({"request": "please do it for me at once"}))], &["mail", "shell", "deletion"]),
        (vec![("create_job", json!({"instructions": "please do it for me at once"}))], &["mail", "deletion"]),
        (vec![("read_emails", json!({"page": 1}))], &["mail"]),
        (vec![("frobnicate", json!({"level": 3}))], &["deletion", "payments"]),
        (vec![("save_item", json!({"id": "1", "publish": true}))], &["publication"]),
    ] {
        let said = said(&calls);
        for power in may {
            assert!(!said.contains(&format!("no {power}")), "{power}: {calls:?}: {said}");
        }
    }
}
