//! `remit decide`.

use serde_json::{Value, json};

use crate::support::Place;

const POLICY: &str = r#"version: 1
servers:
  fs:
    tools:
      read_file: { args: { path: { paths: [./src] } } }
      write_file: { args: { path: { paths: [./src] }, content: any }, rate: 2/min }
"#;

fn decide(place: &Place, args: &[&str], input: &str) -> (i32, Vec<Value>, String) {
    let mut all = vec!["decide"];
    all.extend(args);
    let output = place.remit(&all).write_stdin(input).output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let verdicts = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (output.status.code().unwrap(), verdicts, String::from_utf8(output.stderr).unwrap())
}

fn call(tool: &str, arguments: Value) -> String {
    json!({"server": "fs", "tool": tool, "arguments": arguments}).to_string()
}

#[test]
fn each_line_gets_its_verdict_with_rule_line_and_argument() {
    let place = Place::new();
    place.write("mcp.policy.yaml", POLICY);
    let input = [call("read_file", json!({"path": "src/a"})), call("read_file", json!({"path": "../x"}))].join("\n");
    let (code, verdicts, _) = decide(&place, &[], &input);
    assert_eq!(code, 0, "every line was judged, whatever the verdict");
    assert_eq!(verdicts[0]["verdict"], "allow");
    assert_eq!(verdicts[1]["verdict"], "deny");
    let because = &verdicts[1]["because"][0];
    assert_eq!(because["rule"], "servers.fs.tools.read_file.args.path");
    assert_eq!(because["at"], "mcp.policy.yaml:5:28");
    assert_eq!(because["argument"], "/path");
}

#[test]
fn a_line_that_cannot_be_read_is_a_denial_and_exit_2_and_the_rest_is_judged() {
    let place = Place::new();
    place.write("mcp.policy.yaml", POLICY);
    let twice = r#"{"server":"fs","tool":"read_file","arguments":{"path":"src/a","path":"/etc"}}"#;
    let input = format!("nonsense\n{twice}\n\n{}\n", call("read_file", json!({"path": "src/a"})));
    let (code, verdicts, errors) = decide(&place, &[], &input);
    assert_eq!(code, 2);
    let words: Vec<&str> = verdicts.iter().map(|verdict| verdict["verdict"].as_str().unwrap()).collect();
    assert_eq!(words, ["deny", "deny", "allow"]);
    assert!(errors.contains("-:1:") && errors.contains("-:2: a key twice"), "{errors}");
}

#[test]
fn history_accumulates_over_a_file_and_what_was_denied_does_not_count() {
    let place = Place::new();
    place.write("mcp.policy.yaml", POLICY);
    let write = |path: &str| call("write_file", json!({"path": path, "content": "x"}));
    let input = [write("/etc/x"), write("src/a"), write("src/b"), write("src/c")].join("\n");
    let (_, verdicts, _) = decide(&place, &[], &input);
    let words: Vec<&str> = verdicts.iter().map(|verdict| verdict["verdict"].as_str().unwrap()).collect();
    assert_eq!(words, ["deny", "allow", "allow", "deny"]);
    assert_eq!(verdicts[3]["because"][0]["rule"], "servers.fs.tools.write_file.rate");
}

#[test]
fn recorded_facts_decide_where_the_files_are_not() {
    let place = Place::new();
    place.write("mcp.policy.yaml", POLICY);
    let line = |places: Value| {
        json!({"v": 1, "time": "2026-11-20T10:00:00Z", "server": "fs", "event": "call", "call": 0, "tool": "read_file",
            "arguments": {"path": "src/link"}, "facts": {"project": "/p", "cwd": "/p", "places": places}})
        .to_string()
    };
    let input = [line(json!({})), line(json!({"/p/src/link": ["/etc/passwd"]}))].join("\n");
    let (_, verdicts, _) = decide(&place, &[], &input);
    assert_eq!((&verdicts[0]["verdict"], &verdicts[1]["verdict"]), (&json!("allow"), &json!("deny")));
}

#[cfg(unix)]
#[test]
fn with_a_root_links_are_followed_and_without_one_the_text_decides() {
    let place = Place::new();
    place.write("mcp.policy.yaml", POLICY);
    place.write("src/a", "");
    std::os::unix::fs::symlink("/etc", place.project().join("src/link")).unwrap();
    let input = call("read_file", json!({"path": "src/link/passwd"}));
    let root = place.project().display().to_string();
    assert_eq!(decide(&place, &["--root", &root], &input).1[0]["verdict"], "deny");
    assert_eq!(decide(&place, &[], &input).1[0]["verdict"], "allow");
}

#[test]
fn a_missing_policy_says_which_command_makes_one() {
    let (code, verdicts, errors) = decide(&Place::new(), &[], "{}");
    assert_eq!((code, verdicts.len()), (2, 0));
    assert!(errors.contains("remit infer --out mcp.policy.yaml"), "{errors}");
}
