//! `remit scan`: what a configuration alone tells.

use crate::support::Place;

fn demo() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/vulnerable-mcp-demo/mcp.json")).unwrap()
}

fn json(place: &Place, args: &[&str]) -> serde_json::Value {
    let mut all = vec!["scan", "--format", "json"];
    all.extend(args);
    serde_json::from_slice(&place.remit(&all).assert().code(0).get_output().stdout).unwrap()
}

fn ids(report: &serde_json::Value, server: &str) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings.filter(|f| f["subject"] == server).map(|f| f["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_vulnerable_demo_is_found_out() {
    let place = Place::new();
    place.write("demo/mcp.json", &demo());
    let report = json(&place, &["--path", "demo"]);
    assert_eq!(ids(&report, "filesystem"), ["key-folder-exposed", "home-exposed", "auto-approve", "not-wrapped"]);
    assert_eq!(ids(&report, "time"), ["unpinned-package", "not-wrapped"]);
    assert_eq!(ids(&report, "github"), ["secret-in-config", "unpinned-package", "not-wrapped"]);
    assert_eq!(ids(&report, "setup"), ["download-and-run", "not-wrapped"]);
    assert_eq!(ids(&report, "tickets"), ["plain-http", "remote-not-covered"]);
    assert_eq!(report["findings"][0]["at"]["file"], "demo/mcp.json");
}

#[test]
fn a_secret_is_never_shown() {
    let place = Place::new();
    place.write("demo/mcp.json", &demo());
    for format in ["table", "json"] {
        let output = place.remit(&["scan", "--path", "demo", "--format", format]).assert().code(0).get_output().clone();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains("GITHUB_TOKEN") && !said.contains("made-up"), "{said}");
    }
}

#[test]
fn the_table_fits_eighty_columns_and_begins_with_the_worst() {
    let place = Place::new();
    place.write("demo/mcp.json", &demo());
    let output = place.remit(&["scan", "--path", "demo"]).assert().code(0).get_output().clone();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
    let (critical, low) = (said.find("critical").unwrap(), said.find(" low ").unwrap());
    assert!(critical < low, "{said}");
    assert!(said.contains("take the folder out"), "{said}");
}

#[test]
fn findings_fail_a_run_only_when_asked() {
    let place = Place::new();
    place.write(".mcp.json", r#"{"mcpServers": {"s": {"command": "npx", "args": ["pkg"]}}}"#);
    place.remit(&["scan"]).assert().code(0);
    place.remit(&["scan", "--fail-on", "high"]).assert().code(1);
    place.remit(&["scan", "--fail-on", "critical"]).assert().code(0);
    place.remit(&["scan", "--fail-on", "dreadful"]).assert().code(2);
}

#[test]
fn a_good_configuration_has_little_to_be_said_about() {
    let place = Place::new();
    place.write(
        ".mcp.json",
        r#"{"mcpServers": {"s": {"command": "npx", "args": ["pkg@1.2.3", "./src"], "env": {"TOKEN": "${TOKEN}"}}}}"#,
    );
    assert_eq!(ids(&json(&place, &[]), "s"), ["not-wrapped"]);
    place.remit(&["record", "--client", "claude-code"]).assert().code(0);
    assert_eq!(ids(&json(&place, &[]), "s"), ["not-enforced"]);
}

#[test]
fn a_wrapped_server_is_judged_by_its_own_command() {
    let place = Place::new();
    place.write(".mcp.json", r#"{"mcpServers": {"s": {"command": "npx", "args": ["pkg", "~/.ssh"]}}}"#);
    place.remit(&["record"]).assert().code(0);
    assert_eq!(ids(&json(&place, &[]), "s"), ["key-folder-exposed", "unpinned-package", "not-enforced"]);
}

#[test]
fn nothing_to_scan_is_told_from_nothing_found() {
    let place = Place::new();
    place.write("docs/a.json", "{}");
    for args in [vec!["scan"], vec!["scan", "--path", "docs"], vec!["scan", "--client", "cursor"]] {
        let output = place.remit(&args).assert().code(4).get_output().clone();
        assert!(String::from_utf8(output.stderr).unwrap().contains("no MCP server is configured"));
    }
    place.remit(&["scan", "--path", "missing"]).assert().code(2);
}

#[test]
fn a_broken_configuration_is_told_and_the_others_are_scanned() {
    let place = Place::new();
    place.write(".mcp.json", "{ nope");
    place.write(".vscode/mcp.json", r#"{"servers": {"s": {"command": "npx", "args": ["pkg"]}}}"#);
    let output = place.remit(&["scan"]).assert().code(2).get_output().clone();
    assert!(String::from_utf8(output.stderr).unwrap().contains(".mcp.json:1:3: not JSON"));
    assert!(String::from_utf8(output.stdout).unwrap().contains("unpinned-package"));
}

#[test]
fn a_folder_is_looked_through_for_configurations_of_any_name() {
    let place = Place::new();
    place.write("a/.cursor/mcp.json", r#"{"mcpServers": {"one": {"command": "x"}}}"#);
    place.write("a/b/tools.json", r#"{"mcpServers": {"two": {"command": "x"}}}"#);
    place.write("a/node_modules/p/mcp.json", r#"{"mcpServers": {"three": {"command": "x"}}}"#);
    place.write("a/package.json", r#"{"name": "x"}"#);
    let report = json(&place, &["--path", "a"]);
    assert_eq!((ids(&report, "one").len(), ids(&report, "two").len(), ids(&report, "three").len()), (1, 1, 0));
}

#[test]
fn entries_that_clients_read_differently_are_found() {
    let place = Place::new();
    place.write(".mcp.json", r#"{"mcpServers": {"s": {"command": "a"}, "s": {"command": "b"}, "t": {"command": 1}}}"#);
    let report = json(&place, &[]);
    assert_eq!(ids(&report, "s").iter().filter(|id| *id == "name-twice").count(), 2);
    assert_eq!(ids(&report, "t"), ["unknown-form"]);
}

#[cfg(unix)]
#[test]
fn a_file_that_everybody_may_change_is_found() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let path = place.write(".mcp.json", r#"{"mcpServers": {"s": {"command": "a"}, "t": {"command": "b"}}}"#);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(!json(&place, &[]).to_string().contains("writable-by-all"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
    assert_eq!(json(&place, &[]).to_string().matches("writable-by-all").count(), 1);
}

#[test]
fn hostile_names_do_not_reach_the_screen_raw() {
    let place = Place::new();
    place.write(".mcp.json", "{\"mcpServers\": {\"\\u001b[2Jx\": {\"command\": \"npx\", \"args\": [\"p\\u202ekg\"]}}}");
    let output = place.remit(&["scan"]).assert().code(0).get_output().clone();
    assert!(!String::from_utf8(output.stdout).unwrap().contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn advice_names_the_client_whose_file_it_is() {
    let place = Place::new();
    let servers = r#"{"mcpServers":{"fs":{"command":"fs-server","args":[]}}}"#;
    place.write(".mcp.json", servers);
    place.write(".cursor/mcp.json", servers);
    let output = place.remit(&["scan", "--format", "json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let bare = findings.filter(|finding| finding["id"] == "not-wrapped");
    let advice: Vec<&str> = bare.map(|finding| finding["todo"].as_str().unwrap()).collect();
    assert_eq!(advice.len(), 2, "{advice:?}");
    assert!(advice.iter().any(|todo| todo.contains("remit record --client cursor")), "{advice:?}");
    assert!(advice.iter().all(|todo| todo.contains("remit record --client ")), "{advice:?}");
}
