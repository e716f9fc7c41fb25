//! `remit record` and `remit enforce`: wrapping, switching, stopping, and everything that can be in the way.

use assert_cmd::assert::Assert;

use crate::support::Place;

const ONE: &str =
    "{\n  \"mcpServers\": {\n    \"fs\": { \"command\": \"npx\", \"args\": [\"-y\", \"pkg\", \".\"] }\n  }\n}\n";
const POLICY: &str = "version: 1\nservers:\n  fs:\n    allowed_tools: [read]\n";

fn out(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

fn err(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

fn place(config: &str) -> Place {
    let place = Place::new();
    place.write(".cursor/mcp.json", config);
    place
}

fn config(place: &Place) -> String {
    place.read(".cursor/mcp.json")
}

/// The command and the arguments of a server of the configuration.
fn launch(place: &Place, server: &str) -> Vec<String> {
    let json: serde_json::Value = serde_json::from_str(&config(place)).unwrap();
    let entry = &json["mcpServers"][server];
    let args = entry["args"].as_array().cloned().unwrap_or_default();
    std::iter::once(&entry["command"]).chain(&args).map(|word| word.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_server_is_started_through_remit_with_absolute_settings() {
    let place = place(ONE);
    let said = out(&place.remit(&["record", "--client", "cursor"]).assert().code(0));
    let project = place.project().display().to_string();
    let traces = place.project().join("traces").display().to_string();
    let launch = launch(&place, "fs");
    assert!(std::path::Path::new(&launch[0]).is_absolute());
    let settings = ["proxy", "--mode", "record", "--server", "fs", "--project", &project, "--traces", &traces];
    assert_eq!(launch[1..10], settings);
    assert_eq!(launch[10..], ["--", "npx", "-y", "pkg", "."]);
    assert!(said.contains("restart Cursor") && said.contains("remit infer"), "{said}");
    assert_eq!(place.read("traces/.gitignore"), "*\n");
}

#[test]
fn wrapping_twice_is_wrapping_once() {
    let place = place(ONE);
    place.remit(&["record", "--client", "cursor"]).assert().code(0);
    let once = config(&place);
    let said = out(&place.remit(&["record", "--client", "cursor"]).assert().code(0));
    assert_eq!(config(&place), once);
    assert!(said.contains("already wrapped"), "{said}");
}

#[test]
fn enforce_after_record_switches_and_stop_restores() {
    let place = place(ONE);
    place.write("mcp.policy.yaml", POLICY);
    place.remit(&["record", "--client", "cursor"]).assert().code(0);
    let said = out(&place.remit(&["enforce", "--client", "cursor"]).assert().code(0));
    assert!(said.contains("record") && said.contains("enforce") && said.contains("switched"), "{said}");
    let launch = launch(&place, "fs");
    let policy = place.project().join("mcp.policy.yaml").display().to_string();
    assert_eq!(launch.iter().filter(|word| *word == "proxy").count(), 1);
    assert!(launch.windows(2).any(|pair| pair == ["--mode", "enforce"]));
    assert!(launch.windows(2).any(|pair| pair == ["--policy", &policy]));
    assert!(!launch.contains(&"--traces".to_owned()) && !launch.contains(&"--lock".to_owned()));
    let back = out(&place.remit(&["record", "--client", "cursor"]).assert().code(0));
    assert!(back.contains("no longer enforced"), "{back}");
    place.remit(&["enforce", "--client", "cursor"]).assert().code(0);
    place.remit(&["enforce", "--client", "cursor", "--stop"]).assert().code(0);
    assert_eq!(config(&place), ONE);
}

#[test]
fn the_lock_is_used_where_there_is_one() {
    let place = place(ONE);
    place.write("mcp.policy.yaml", POLICY);
    place.remit(&["enforce", "--lock", "other.lock"]).assert().code(2);
    assert_eq!(config(&place), ONE);
    let lock = place.write("mcp.lock", "{}").display().to_string();
    place.remit(&["enforce", "--monitor"]).assert().code(0);
    let launch = launch(&place, "fs");
    assert!(launch.windows(2).any(|pair| pair == ["--lock", &lock]));
    assert!(launch.windows(2).any(|pair| pair == ["--mode", "monitor"]));
}

#[test]
fn an_edit_by_the_user_is_kept() {
    let place = place(ONE);
    place.remit(&["record", "--client", "cursor"]).assert().code(0);
    let edited = config(&place)
        .replace("\"mcpServers\": {", "\"mcpServers\": {\n    \"new\": { \"command\": \"mine\" }, // fresh")
        .replace("\"pkg\"", "\"pkg\", \"--verbose\"");
    place.write(".cursor/mcp.json", &edited);
    place.remit(&["record", "--client", "cursor", "--stop"]).assert().code(0);
    let expected = ONE
        .replace("\"mcpServers\": {", "\"mcpServers\": {\n    \"new\": { \"command\": \"mine\" }, // fresh")
        .replace("\"pkg\"", "\"pkg\", \"--verbose\"");
    assert_eq!(config(&place), expected);
}

#[test]
fn an_edit_between_record_and_enforce_is_kept_too() {
    let place = place(ONE);
    place.write("mcp.policy.yaml", POLICY);
    place.remit(&["record", "--client", "cursor"]).assert().code(0);
    let edited = config(&place).replace("\"mcpServers\"", "\"theme\": \"dark\",\n  \"mcpServers\"");
    place.write(".cursor/mcp.json", &edited);
    place.remit(&["enforce", "--client", "cursor"]).assert().code(0);
    place.remit(&["enforce", "--client", "cursor", "--stop"]).assert().code(0);
    assert_eq!(config(&place), ONE.replace("\"mcpServers\"", "\"theme\": \"dark\",\n  \"mcpServers\""));
}

#[test]
fn lost_state_does_not_keep_a_server_wrapped() {
    let place = place(ONE);
    place.remit(&["record", "--client", "cursor"]).assert().code(0);
    std::fs::remove_dir_all(place.home().join(".local/state")).unwrap();
    place.remit(&["record", "--client", "cursor", "--stop"]).assert().code(0);
    assert_eq!(config(&place), ONE);
}

#[test]
fn a_damaged_state_is_as_good_as_none() {
    let place = place(ONE);
    place.remit(&["record", "--client", "cursor"]).assert().code(0);
    let folder = place.home().join(".local/state/remit/wraps");
    let kept = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let forged = std::fs::read_to_string(&kept).unwrap().replace("\"at\":", "\"at\":1");
    std::fs::write(&kept, forged).unwrap();
    place.remit(&["record", "--client", "cursor", "--stop"]).assert().code(0);
    assert_eq!(config(&place), ONE);
}

#[test]
fn what_another_remit_wrapped_is_switched_and_unwrapped() {
    let config_of = |command: &str, args: &str| {
        format!("{{\"mcpServers\": {{\"fs\": {{\"command\": \"{command}\", \"args\": [{args}]}}}}}}")
    };
    let wrapped = config_of(
        "/old/bin/remit",
        "\"proxy\", \"--mode\", \"enforce\", \"--new-flag\", \"x\", \"--\", \"npx\", \"a\"",
    );
    let place = place(&wrapped);
    #[cfg(unix)]
    assert!(err(&place.remit(&["status"]).assert().code(0)).contains("/old/bin/remit is gone"));
    place.remit(&["record"]).assert().code(0);
    assert_eq!(err(&place.remit(&["status"]).assert().code(0)), "");
    assert_eq!(launch(&place, "fs").iter().filter(|word| *word == "proxy").count(), 1);
    place.remit(&["record", "--stop"]).assert().code(0);
    assert_eq!(config(&place), config_of("npx", "\"a\""));
}

#[test]
fn one_server_alone_can_be_wrapped_and_stopped() {
    let two = r#"{"mcpServers": {"a": {"command": "x"}, "b": {"command": "y"}}}"#;
    let place = place(two);
    place.remit(&["record", "--server", "a"]).assert().code(0);
    assert_eq!(launch(&place, "b"), ["y"]);
    place.remit(&["record", "--server", "b"]).assert().code(0);
    place.remit(&["record", "--server", "a", "--stop"]).assert().code(0);
    assert_eq!(launch(&place, "a"), ["x"]);
    assert!(launch(&place, "b").contains(&"proxy".to_owned()));
    place.remit(&["record", "--stop"]).assert().code(0);
    assert_eq!(config(&place), two);
    let said = err(&place.remit(&["record", "--server", "nobody"]).assert().code(2));
    assert!(said.contains("nobody") && said.contains("a, b"), "{said}");
}

#[test]
fn what_cannot_be_covered_is_named() {
    let place = place(
        r#"{"mcpServers": {"far": {"url": "https://a.example/"}, "odd": {"command": "x", "args": [1]}, "off": {"command": "y", "disabled": true}}}"#,
    );
    let said = out(&place.remit(&["record"]).assert().code(0));
    assert!(said.contains("far") && said.contains("it is a remote server"), "{said}");
    assert!(said.contains("odd") && said.contains("not covered"), "{said}");
    assert!(said.contains("disabled in the client"), "{said}");
    assert!(launch(&place, "off").contains(&"proxy".to_owned()), "it may be enabled later");
    assert!(config(&place).contains(r#""far": {"url": "https://a.example/"}"#));
    place.remit(&["record", "--server", "far"]).assert().code(4);
    place.remit(&["record", "--server", "far", "--server", "off"]).assert().code(1);
}

#[test]
fn nothing_but_remote_servers_is_nothing_to_record() {
    let place = place(r#"{"mcpServers": {"far": {"url": "https://a.example/"}}}"#);
    place.remit(&["record"]).assert().code(4);
    assert!(!place.project().join("traces").exists());
}

#[test]
fn a_server_with_a_hostile_name_is_wrapped_or_refused_and_never_printed_raw() {
    for (name, code) in [
        ("--mode", 0),
        ("--", 0),
        ("-x", 0),
        ("a b\\\"c", 0),
        ("", 0),
        ("\\u001b[31mred", 0),
        ("\\u202eevil", 0),
        ("${input:x}", 4),
        ("a\\u0000b", 4),
    ] {
        let text = format!("{{\"mcpServers\": {{\"{name}\": {{\"command\": \"npx\", \"args\": [\"z\"]}}}}}}");
        let place = place(&text);
        let said = out(&place.remit(&["record"]).assert().code(code));
        assert!(!said.contains(['\u{1b}', '\u{202e}', '\0']), "{name}: {said}");
        assert_eq!(config(&place) == text, code == 4, "{name}");
        place.remit(&["record", "--stop"]).assert().code(0);
        assert_eq!(config(&place), text, "{name}");
    }
}

#[test]
fn a_windows_launcher_stays_behind_the_dashes() {
    let place = place(r#"{"mcpServers": {"s": {"command": "cmd", "args": ["/c", "npx", "-y", "pkg"]}}}"#);
    place.remit(&["record"]).assert().code(0);
    let launch = launch(&place, "s");
    let at = launch.iter().position(|word| word == "--").unwrap();
    assert_eq!(launch[at..], ["--", "cmd", "/c", "npx", "-y", "pkg"]);
}

#[test]
fn a_configuration_that_is_not_json_is_told_with_its_place_and_left_alone() {
    let text = "{\n  \"mcpServers\": {\n    \"fs\": { command: \"npx\" }\n  }\n}\n";
    let place = place(text);
    let said = err(&place.remit(&["record", "--client", "cursor"]).assert().code(2));
    assert!(said.contains("mcp.json:3:13") && said.contains("not JSON") && said.contains("correct it"), "{said}");
    assert_eq!(config(&place), text);
}

#[test]
fn a_server_that_stands_twice_is_told_and_left_alone() {
    let text = "{\"mcpServers\": {\n\"fs\": {\"command\": \"a\"},\n\"fs\": {\"command\": \"b\"}}}";
    let place = place(text);
    let said = err(&place.remit(&["record", "--client", "cursor"]).assert().code(2));
    assert!(said.contains("mcp.json:3:1") && said.contains("`fs` stands twice"), "{said}");
    assert_eq!(config(&place), text);
}

#[test]
fn files_without_servers_are_nothing_to_wrap() {
    for text in ["", "{}", "// empty\n", "{\"mcpServers\": {}}", "\u{feff}"] {
        let place = place(text);
        place.remit(&["record", "--client", "cursor"]).assert().code(4);
        assert_eq!(config(&place), text);
    }
    let bare = Place::new();
    let said = err(&bare.remit(&["record"]).assert().code(4));
    assert!(said.contains("Cursor") && said.contains("--path"), "{said}");
}

#[test]
fn which_client_is_asked_where_several_have_servers() {
    let place = place(ONE);
    place.write_home(".gemini/settings.json", ONE);
    let said = err(&place.remit(&["record"]).assert().code(2));
    assert!(said.contains("--client cursor") && said.contains("--client gemini"), "{said}");
    assert_eq!(config(&place), ONE);
    place.remit(&["record", "--client", "cursor", "--client", "gemini"]).assert().code(0);
    place.remit(&["record", "--stop"]).assert().code(0);
    assert_eq!(config(&place), ONE);
    let said = err(&place.remit(&["record", "--client", "netscape"]).assert().code(2));
    assert!(said.contains("netscape") && said.contains("claude-code"), "{said}");
}

#[test]
fn a_file_can_be_named() {
    let place = Place::new();
    place.write("my.json", "{\"servers\": {\"a\": {\"command\": \"x\"}}}");
    place.remit(&["record", "--path", "my.json"]).assert().code(0);
    assert!(place.read("my.json").contains("\"proxy\""));
    place.remit(&["record", "--path", "my.json", "--stop"]).assert().code(0);
    assert_eq!(place.read("my.json"), "{\"servers\": {\"a\": {\"command\": \"x\"}}}");
    place.write("other.json", "{\"name\": \"web\"}");
    place.remit(&["record", "--path", "other.json"]).assert().code(2);
    place.remit(&["record", "--path", "missing.json"]).assert().code(2);
}

#[test]
fn nothing_to_stop_is_fine() {
    let place = place(ONE);
    let said = out(&place.remit(&["record", "--client", "cursor", "--stop"]).assert().code(0));
    assert!(said.contains("Nothing is wrapped"), "{said}");
    assert_eq!(config(&place), ONE);
}

#[test]
fn a_server_that_the_policy_does_not_name_is_told() {
    let place = place(r#"{"mcpServers": {"fs": {"command": "a"}, "other": {"command": "b"}}}"#);
    place.write("mcp.policy.yaml", POLICY);
    let said = out(&place.remit(&["enforce"]).assert().code(0));
    assert!(said.contains("Not in the policy, so that every call is denied: other\n"), "{said}");
}

#[test]
fn traces_never_make_git_ignore_the_project() {
    let place = place(ONE);
    for folder in [".", "..", "/"] {
        place.remit(&["record", "--traces", folder]).assert().code(2);
    }
    place.write("docs/a.md", "a");
    place.remit(&["record", "--traces", "docs"]).assert().code(0);
    assert!(!place.project().join("docs/.gitignore").exists() && !place.project().join(".gitignore").exists());
}

#[test]
fn enforcing_without_a_policy_is_refused() {
    let place = place(ONE);
    let said = err(&place.remit(&["enforce", "--client", "cursor"]).assert().code(2));
    assert!(said.contains("mcp.policy.yaml") && said.contains("remit infer"), "{said}");
    assert_eq!(config(&place), ONE);
}

#[test]
fn enforcing_a_wrong_policy_is_refused() {
    let place = place(ONE);
    place.write("mcp.policy.yaml", "version: 1\nservers:\n  fs:\n    alowed_tools: [read]\n");
    let said = err(&place.remit(&["enforce", "--client", "cursor"]).assert().code(2));
    assert!(said.contains("mcp.policy.yaml:4") && said.contains("remit check"), "{said}");
    assert_eq!(config(&place), ONE);
}

#[test]
fn status_says_what_runs_how() {
    let place = place(ONE);
    let said = out(&place.remit(&["status"]).assert().code(0));
    assert!(said.contains("Cursor") && said.contains("direct"), "{said}");
    place.remit(&["record", "--client", "cursor"]).assert().code(0);
    let said = out(&place.remit(&["status", "--format", "json"]).assert().code(0));
    let rows: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&rows[0]["server"], &rows[0]["mode"]), (&"fs".into(), &"record".into()));
    assert_eq!(rows[0]["traces"], "traces");
    assert_eq!(out(&Place::new().remit(&["status", "--format", "json"]).assert().code(0)), "[]\n");
}
