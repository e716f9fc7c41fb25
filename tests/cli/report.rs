//! `remit report`, as a user runs it.

use serde_json::json;

use crate::support::Place;

const POLICY: &str = "version: 1\nservers:\n  fs:\n    tools:\n      read_file: { args: { path: { paths: [./src] }, head: { range: [1, 500] } } }\n      move_file: { args: { source: { paths: [./src] } } }\n";

fn line(second: u32, event: &str) -> String {
    format!("{{\"v\":1,\"time\":\"2026-11-20T10:00:{second:02}Z\",\"server\":\"fs\",{event}}}\n")
}

/// Two calls that succeeded and one that was refused.
fn trace() -> String {
    let facts = r#""facts":{"project":"/p","cwd":"/p","home":"/h"}"#;
    let mut text = line(
        0,
        r#""event":"session","session":"a","command":["fs"],"project":"/p","cwd":"/p","home":"/h","client":{"name":"cursor","version":"3"}"#,
    );
    text += &line(
        1,
        r#""event":"tools","tools":[{"name":"read_file","inputSchema":{"type":"object","properties":{"path":{"type":"string"}},"required":["path"]}},{"name":"delete_file","inputSchema":{"type":"object","properties":{"path":{"type":"string"}},"required":["path"]}}]"#,
    );
    for (call, (path, outcome)) in
        [("src/a.rs", "ok"), ("src/b.rs", "ok"), ("/etc/passwd", "denied")].iter().enumerate()
    {
        text += &line(
            2,
            &format!(r#""event":"call","call":{call},"tool":"read_file","arguments":{{"path":"{path}"}},{facts}"#),
        );
        text += &line(3, &format!(r#""event":"result","call":{call},"outcome":"{outcome}""#));
    }
    text
}

fn page(place: &Place, args: &[&str]) -> String {
    let mut all = vec!["report"];
    all.extend(args);
    let output = place.remit(&all).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    place.read("remit-report.html")
}

#[test]
fn a_manager_reads_a_verdict_three_numbers_and_what_to_do() {
    let place = Place::new();
    place.write("mcp.policy.yaml", POLICY);
    place.write("traces/one.jsonl", &trace());
    let page = page(&place, &[]);
    assert!(
        page.contains(
            "attacks that fit this agent&#39;s tools is stopped, and what the agent was recorded doing still works"
        ),
        "{page}"
    );
    assert!(page.contains("<b>1 of 2</b>tools granted"), "move_file is not offered, delete_file not granted");
    assert!(page.contains("<b>2 of 2</b>recorded requests still allowed"));
    assert!(page.contains("Pin the tools (remit lock)"));
}

#[test]
fn an_engineer_reads_evidence_and_what_was_never_used() {
    let place = Place::new();
    place.write("mcp.policy.yaml", POLICY);
    place.write("traces/one.jsonl", &trace());
    let page = page(&place, &[]);
    assert!(page.contains("<code>paths ./src</code>"), "what the grant covers");
    assert!(page.contains("2026-11-20T10:00:02.000Z"), "when it was last used");
    assert!(page.contains("fs.move_file: remove move_file from servers.fs"), "granted, never used");
    assert!(page.contains("fs.read_file, argument head"), "granted, never used");
    assert!(page.contains("denied by default"), "delete_file");
    assert!(page.contains("cursor 3"));
}

#[test]
fn an_attack_that_gets_through_is_the_first_thing_that_is_said() {
    let place = Place::new();
    place.write("mcp.policy.yaml", &POLICY.replace("./src]", "/]"));
    let page = page(&place, &[]);
    assert!(page.contains("Not safe yet"));
    assert!(page.contains("get through"));
    assert!(page.contains("narrow servers.fs.tools.read_file.args.path"), "what to do");
}

#[test]
fn two_reports_of_the_same_input_are_the_same_bytes() {
    let place = Place::new();
    place.write("mcp.policy.yaml", POLICY);
    place.write("traces/one.jsonl", &trace());
    assert_eq!(page(&place, &[]), page(&place, &[]));
}

#[test]
fn hostile_names_are_text_secrets_are_gone_and_nothing_is_fetched() {
    let place = Place::new();
    let hostile = "<img src=x onerror=alert(1)>\u{202e}";
    let secret = "ghp_".to_owned() + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8";
    let policy = json!({ "version": 1, "servers": { hostile: { "allowed_tools": [hostile, "fetch"] } } });
    place.write("mcp.policy.yaml", &policy.to_string());
    let call = json!({ "server": hostile, "tool": hostile, "arguments": { "token": secret, "<b>": "</code><script>alert(1)</script>" } });
    let other =
        json!({ "server": "other", "tool": "mail", "arguments": { "to": "jane.doe@acme.com", "token": secret } });
    place.write("t.jsonl", &format!("{call}\n{other}\n"));
    let page = page(&place, &["t.jsonl"]);
    assert!(page.contains("&#60;img src=x"), "the name is shown as text");
    for forbidden in ["<img", "<script", "\u{202e}", secret.as_str(), "jane.doe@"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    let fetched = page.replace("attacker.example", "").replace("http://www.w3.org", "");
    for forbidden in ["src=\"", "href=", "@import", "<link", "url("] {
        assert!(!fetched.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn without_a_policy_it_says_how_to_get_one() {
    let place = Place::new();
    let output = place.remit(&["report"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("remit infer"));
    assert!(!place.project().join("remit-report.html").exists());
}

#[test]
fn the_page_can_be_read_by_a_machine_that_reads_pages_aloud() {
    let place = Place::new();
    place.write("mcp.policy.yaml", POLICY);
    place.write("traces/one.jsonl", &trace());
    let page = page(&place, &[]);
    assert!(page.contains("<html lang=\"en\">") && page.contains("<title>"));
    assert_eq!(page.matches("<h1").count(), 1);
    assert_eq!(page.matches("<table>").count(), page.matches("<caption>").count());
    assert_eq!(page.matches("<table>").count(), page.matches("<thead>").count());
    let charts = page.matches("<svg").count();
    assert_eq!(charts, page.matches("role=\"img\" aria-label").count() + page.matches("aria-hidden=\"true\"").count());
    for section in page.split("<section aria-labelledby=\"").skip(1) {
        let id = section.split('"').next().unwrap();
        assert!(section.contains(&format!("<h2 id=\"{id}\">")), "{id}");
    }
}

#[test]
fn what_a_server_said_is_held_against_the_lock_and_scan_is_shown_beside() {
    let place = Place::new();
    place.write("mcp.policy.yaml", POLICY);
    place.write("traces/one.jsonl", &trace());
    place.write(
        "mcp.lock",
        &json!({ "version": 1, "servers": { "fs": { "command": ["fs"], "tools": {} } } }).to_string(),
    );
    let finding = json!({ "severity": "critical", "id": "home-mount", "subject": "fs", "what": "the home directory is mounted", "why": "w", "todo": "mount less" });
    place.write("scan.json", &json!({ "version": 1, "findings": [finding] }).to_string());
    let page = page(&place, &["--scan", "scan.json"]);
    assert!(page.contains("<code>tool fs.delete_file</code> is not in the lock"));
    assert!(page.contains("the home directory is mounted: mount less."), "it is the next thing to do");
}
