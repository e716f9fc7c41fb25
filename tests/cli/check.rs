//! `remit check`.

use crate::support::Place;

fn check(place: &Place, args: &[&str]) -> (i32, String, String) {
    let mut all = vec!["check"];
    all.extend(args);
    let output = place.remit(&all).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_good_policy_is_fine_and_its_tests_are_run() {
    let place = Place::new();
    place.write(
        "mcp.policy.yaml",
        "version: 1\nservers: { fs: { tools: { read: { args: { path: { paths: [./src] } } } } } }\ntests:\n  - { allow: { server: fs, tool: read, arguments: { path: src/a } } }\n  - { deny: { server: fs, tool: read, arguments: { path: ../a } } }\n",
    );
    let (code, out, _) = check(&place, &[]);
    assert_eq!((code, out.as_str()), (0, "mcp.policy.yaml: no findings, 2 of its 2 tests hold\n"));
}

#[test]
fn a_test_that_does_not_hold_fails_the_check_and_says_why() {
    let place = Place::new();
    place.write(
        "p.yaml",
        "version: 1\nservers: { fs: { allowed_tools: [read] } }\ntests:\n  - { deny: { server: fs, tool: read } }\n",
    );
    let (code, out, _) = check(&place, &["p.yaml"]);
    assert_eq!(code, 1);
    assert!(out.contains("0 of its 1 tests hold") && out.contains("servers.fs.allowed_tools"), "{out}");
}

#[test]
fn what_is_wrong_is_told_with_file_line_column_and_the_line_itself() {
    let place = Place::new();
    place.write("p.yaml", "version: 1\nservers:\n  fs: { alowed_tools: [read] }\nlabel: {}\n");
    let (code, out, errors) = check(&place, &["p.yaml"]);
    assert_eq!((code, out.as_str()), (2, ""));
    insta::assert_snapshot!(errors, @r"
    remit: the policy cannot be used
    p.yaml:3:9: a server has no key `alowed_tools`, did you mean `allowed_tools`?
         3 |   fs: { alowed_tools: [read] }
           |         ^
    p.yaml:4:1: a policy has no key `label`, did you mean `labels`?
         4 | label: {}
           | ^
    ");
}

#[test]
fn a_switched_off_protection_is_a_finding() {
    let place = Place::new();
    place.write("p.yaml", "version: 1\nservers: { fs: { allowed_tools: [read], unprotected: [env-files] } }\n");
    assert_eq!(check(&place, &["p.yaml"]).0, 1);
    assert_eq!(check(&place, &["p.yaml", "--fail-on", "never"]).0, 0);
    let (_, out, _) = check(&place, &["p.yaml", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["findings"][0]["id"], "unprotected");
}

#[test]
fn each_example_policy_is_without_findings_and_tests_what_it_allows_and_denies() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/policies");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let count = |verdict: &str| text.lines().filter(|line| line.trim().starts_with(verdict)).count();
        let (allowed, denied) = (count("- { allow:"), count("- { deny:"));
        assert!(allowed >= 5 && denied >= 5, "{}: {allowed} allow, {denied} deny", path.display());
        let place = Place::new();
        place.write("mcp.policy.yaml", &text);
        let (code, out, errors) = check(&place, &["--fail-on", "low"]);
        assert_eq!(code, 0, "{}: {out}{errors}", path.display());
        assert!(out.contains("no findings, "), "{}: {out}", path.display());
        seen += 1;
    }
    assert!(seen >= 7, "{seen} policies");
}

#[test]
fn a_mark_stands_below_what_is_meant_also_far_to_the_right() {
    let place = Place::new();
    let tools: String = (0..40).map(|tool| format!("tool{tool}: {{ ask: true }}, ")).collect();
    place.write("p.yaml", &format!("version: 1\nservers: {{ fs: {{ tools: {{ {tools} t: {{ aks: true }} }} }} }}\n"));
    let (_, _, errors) = check(&place, &["p.yaml"]);
    let lines: Vec<&str> = errors.lines().collect();
    let (line, mark) = (lines[lines.len() - 2], lines[lines.len() - 1]);
    assert_eq!(line.find("aks"), mark.find('^'), "{errors}");
    assert!(line.len() < 120, "{errors}");
}

const BROKEN: &str =
    "version: 1\nservers: { fs: { allowed_tools: [read] } }\ntests:\n  - { deny: { server: fs, tool: read } }\n";

#[test]
fn no_verb_judges_by_a_policy_whose_own_tests_fail() {
    let place = Place::new();
    place.write("p.yaml", BROKEN);
    place.write("calls.jsonl", "{\"server\":\"fs\",\"tool\":\"read\",\"arguments\":{}}\n");
    for args in [&["decide", "--policy", "p.yaml", "calls.jsonl"][..], &["replay", "--policy", "p.yaml"]] {
        let output = place.remit(args).assert().code(2).get_output().clone();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            said.contains("p.yaml:4:5: tests[0]: fs.read: the verdict is allow") && output.stdout.is_empty(),
            "{said}"
        );
    }
    // Whoever looks for the reason may still ask.
    let output = place.remit(&["explain", "--policy", "p.yaml", "fs.read"]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("tests[0]"), "{output:?}");
    place.write("p.yaml", &BROKEN.replace("deny", "allow"));
    place.remit(&["decide", "--policy", "p.yaml", "calls.jsonl"]).assert().code(0);
}

#[test]
fn a_client_is_not_wrapped_under_a_policy_whose_own_tests_fail() {
    let place = Place::new();
    let config = "{\"mcpServers\":{\"fs\":{\"command\":\"node\",\"args\":[]}}}";
    place.write_home(".cursor/mcp.json", config);
    place.write("mcp.policy.yaml", BROKEN);
    let output = place.remit(&["enforce", "--client", "cursor"]).assert().code(2).get_output().clone();
    assert!(String::from_utf8(output.stderr).unwrap().contains("tests[0]"));
    assert_eq!(std::fs::read_to_string(place.home().join(".cursor/mcp.json")).unwrap(), config);
    place.write("mcp.policy.yaml", &BROKEN.replace("deny", "allow"));
    place.remit(&["enforce", "--client", "cursor"]).assert().code(0);
    assert_ne!(std::fs::read_to_string(place.home().join(".cursor/mcp.json")).unwrap(), config);
}

#[test]
fn a_key_that_stands_twice_is_told_with_both_lines_and_everything_else_that_is_wrong() {
    let place = Place::new();
    let text = "version: 1\nservers:\n  fs: { allowed_tools: [read] }\n  db: { alowed_tools: [q] }\n  fs: { allowed_tools: [write] }\n";
    place.write("p.yaml", text);
    let (code, _, errors) = check(&place, &["p.yaml"]);
    assert_eq!(code, 2);
    for part in [
        "p.yaml:3:3: `fs` stands here, and again at p.yaml:5:3\n     3 |   fs: { allowed_tools: [read] }\n       |   ^",
        "p.yaml:4:9: ",
        "did you mean `allowed_tools`?",
        "p.yaml:5:3: `fs` stands here a second time, first at p.yaml:3:3: put what both say under one of them, or give one another name\n     5 |",
    ] {
        assert!(errors.contains(part), "{errors}");
    }
    // A pipe gets whole lines.
    assert!(errors.lines().any(|line| line.len() > 100), "{errors}");
    place.write("p.yaml", "version: 1\nservers:\n  fs: { allowed_tools: [read] }\n  db: { allowed_tools: [read] }\n");
    assert_eq!(check(&place, &["p.yaml"]).0, 0);
}
