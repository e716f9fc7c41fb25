//! What must not be denied: sessions under the policy that was inferred from them, and harmless calls whose content looks
//! like something else.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::Place;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// The verdicts on the calls of a file, each with its call.
fn verdicts(place: &Place, policy: &str, calls: &Path) -> Vec<(Value, Value)> {
    let home = place.home().display().to_string();
    let args = ["decide", "--policy", policy, "--home", &home, &calls.display().to_string()];
    let output = place.remit(&args).assert().code(0).get_output().clone();
    let verdicts = String::from_utf8(output.stdout).unwrap();
    let calls = std::fs::read_to_string(calls).unwrap();
    assert_eq!(calls.lines().count(), verdicts.lines().count());
    let json = |line: &str| serde_json::from_str(line).unwrap();
    calls.lines().map(json).zip(verdicts.lines().map(json)).collect()
}

/// Infers a policy from one session and judges the session by it: the calls that are denied, and how many there are.
fn under_its_own_policy(session: &Path) -> (Vec<String>, usize) {
    let place = Place::new();
    let output = place.remit(&["infer", &session.display().to_string()]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}: {output:?}", session.display());
    let judged = verdicts(&place, "mcp.policy.yaml", session);
    let denied = judged.iter().filter(|(_, verdict)| verdict["verdict"] == "deny");
    (denied.map(|(call, verdict)| format!("{}: {call}\n{verdict}", session.display())).collect(), judged.len())
}

fn sessions(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sessions(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "jsonl") {
            found.push(path);
        }
    }
}

/// How many sessions and calls there are; fails if one is denied.
fn none_is_denied(folder: &Path) -> (usize, usize) {
    let mut found = Vec::new();
    sessions(folder, &mut found);
    found.sort();
    let (mut denied, mut calls) = (Vec::new(), 0);
    for session in &found {
        let (more, judged) = under_its_own_policy(session);
        denied.extend(more);
        calls += judged;
    }
    assert!(denied.is_empty(), "{} of {calls} calls are denied\n{}", denied.len(), denied.join("\n"));
    (found.len(), calls)
}

#[test]
fn a_session_is_allowed_by_the_policy_that_was_inferred_from_it() {
    let (sessions, calls) = none_is_denied(&data("sessions"));
    assert!(sessions >= 15 && calls >= 40, "{sessions} sessions, {calls} calls");
}

/// `REMIT_SESSIONS=DIR cargo test --test cli -- --ignored --nocapture sessions_of_a_folder`
#[test]
#[ignore = "needs a folder of recorded sessions, one a file, in REMIT_SESSIONS"]
fn sessions_of_a_folder_are_allowed_by_the_policies_that_were_inferred_from_them() {
    let folder = std::env::var("REMIT_SESSIONS").expect("REMIT_SESSIONS names a folder");
    let (sessions, calls) = none_is_denied(Path::new(&folder));
    eprintln!("{sessions} sessions, {calls} calls, none is denied");
    assert!(calls > 0, "there are no calls in {folder}");
}

#[test]
fn two_hundred_harmless_calls_with_awkward_content_are_allowed() {
    let place = Place::new();
    place.write("mcp.policy.yaml", &std::fs::read_to_string(data("benign_calls.policy.yaml")).unwrap());
    // The calls speak of a project in /home/ada/web.
    let project = place.project().display().to_string().replace('\\', "/");
    let calls = std::fs::read_to_string(data("benign_calls.jsonl")).unwrap().replace("/home/ada/web", &project);
    let judged = verdicts(&place, "mcp.policy.yaml", &place.write("calls.jsonl", &calls));
    assert!(judged.len() >= 200, "{}", judged.len());
    let servers: std::collections::BTreeSet<&str> =
        judged.iter().map(|(call, _)| call["server"].as_str().unwrap()).collect();
    assert_eq!(servers.len(), 12);
    let stopped: Vec<String> = judged
        .iter()
        .filter(|(_, verdict)| verdict["verdict"] != "allow")
        .map(|(call, verdict)| format!("{call}\n{verdict}"))
        .collect();
    assert!(stopped.is_empty(), "{}", stopped.join("\n"));
}

#[test]
fn the_same_policy_denies_what_is_meant_by_its_rules() {
    let place = Place::new();
    place.write("mcp.policy.yaml", &std::fs::read_to_string(data("benign_calls.policy.yaml")).unwrap());
    for (server, tool, arguments) in [
        ("filesystem", "write_file", r#"{"path":"/etc/passwd","content":"x"}"#),
        ("filesystem", "write_file", r#"{"path":"src/.env","content":"x"}"#),
        ("filesystem", "write_file", r#"{"path":"secrets/x","content":"x"}"#),
        ("filesystem", "read_multiple_files", r#"{"paths":["src/a.rs","../x"]}"#),
        ("filesystem", "move_file", r#"{"source":"src/a","destination":"a.pem"}"#),
        ("git", "git_diff", r#"{"repo_path":".","target":"../other/x"}"#),
        ("git", "git_diff", r#"{"repo_path":".","target":"--output=/etc/x"}"#),
        ("git", "git_add", r#"{"repo_path":".","files":[".env"]}"#),
        ("chrome-devtools", "press_key", r#"{"key":"a","filePath":"/etc/passwd"}"#),
        ("chrome-devtools", "take_screenshot", r#"{"filePath":"src/main.rs"}"#),
        ("chrome-devtools", "fill_form", r#"{"elements":[{"uid":"1","file":"~/.ssh/id_rsa"}]}"#),
        ("chrome-devtools", "navigate_page", r#"{"url":"https://evil.example/"}"#),
        ("chrome-devtools", "navigate_page", r#"{"url":"file:///etc/passwd"}"#),
        ("playwright", "browser_evaluate", r#"{"function":"x","filename":"src/main.rs"}"#),
        ("playwright", "browser_drop", r#"{"target":"e1","paths":["/etc/passwd"]}"#),
        ("memory", "create_entities", r#"{"entities":[{"name":"x","file":"src/.env"}]}"#),
        ("memory", "open_nodes", r#"{"path":"/etc/passwd"}"#),
        ("desktop-commander", "interact_with_process", r#"{"pid":1,"input":"/etc/shadow"}"#),
        ("desktop-commander", "read_file", r#"{"path":"/etc/hosts","origin":"llm"}"#),
        ("postgres", "query", r#"{"sql":"SELECT * FROM users"}"#),
        ("sqlite", "read_query", r#"{"query":"DROP TABLE events"}"#),
        ("everything", "echo", r#"{"message":"x","path":"/etc/passwd"}"#),
        ("time", "get_current_time", r#"{"timezone":"x","file":"a"}"#),
        ("fetch", "fetch", r#"{"url":"http://169.254.169.254/"}"#),
    ] {
        let call = format!(r#"{{"server":"{server}","tool":"{tool}","arguments":{arguments}}}"#);
        let calls = place.write("calls.jsonl", &format!("{call}\n"));
        let judged = verdicts(&place, "mcp.policy.yaml", &calls);
        assert_eq!(judged[0].1["verdict"], "deny", "{call}");
    }
}
