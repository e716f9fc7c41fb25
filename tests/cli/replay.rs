//! `remit replay`, as a user runs it.

use serde_json::{Value, json};

use crate::support::Place;

const PATHS_ALONE: &str = "version: 1\nservers:\n  fs:\n    allowed_paths: [./src]\n";

fn lock(tools: &[(&str, Value)]) -> String {
    let tools: serde_json::Map<String, Value> = tools
        .iter()
        .map(|(name, properties)| {
            let names: Vec<&String> = properties.as_object().unwrap().keys().collect();
            let schema = json!({ "type": "object", "properties": properties, "required": names });
            ((*name).to_owned(), json!({ "sha256": "", "value": { "name": name, "inputSchema": schema } }))
        })
        .collect();
    json!({ "version": 1, "servers": { "fs": { "command": ["fs"], "tools": tools } } }).to_string()
}

fn text() -> Value {
    json!({ "type": "string" })
}

/// Standard output and the exit code.
fn run(place: &Place, args: &[&str]) -> (String, i32) {
    let output = place.remit(args).output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

fn json_of(place: &Place, args: &[&str]) -> Value {
    let mut all = vec!["replay", "--format", "json"];
    all.extend(args);
    serde_json::from_str(&run(place, &all).0).unwrap()
}

fn outcome<'a>(report: &'a Value, id: &str) -> &'a Value {
    let list = report["attacks"]["list"].as_array().unwrap();
    &list.iter().find(|attack| attack["id"] == id).unwrap()["outcome"]
}

#[test]
fn a_policy_that_names_another_server_scores_nothing() {
    let place = Place::new();
    place.write("mcp.policy.yaml", "version: 1\nservers:\n  zzz: {}\n");
    place.write("mcp.lock", &lock(&[("read_file", json!({ "path": text() }))]));
    let (out, code) = run(&place, &["replay"]);
    assert_eq!(code, 4, "{out}");
    assert!(out.contains("No attack applies"), "{out}");
    assert!(out.contains("Not counted: fs."), "{out}");
    assert!(!out.contains('%'));
    assert_eq!(
        json_of(&place, &[])["attacks"]["tally"],
        json!({ "blocked": 0, "protected": 0, "asked": 0, "through": 0 })
    );
}

#[test]
fn a_policy_of_path_rules_alone_is_attacked_as_reading_and_writing_files() {
    let place = Place::new();
    place.write("mcp.policy.yaml", PATHS_ALONE);
    let (out, code) = run(&place, &["replay"]);
    assert_eq!(code, 0, "{out}");
    let report = json_of(&place, &[]);
    for id in ["ssh-private-key", "dotenv", "tls-certificate-key"] {
        assert_eq!(outcome(&report, id), "blocked", "{id}");
    }
    assert_eq!(outcome(&report, "shell-rm-rf"), &Value::Null, "there is no shell");
}

#[test]
fn the_eight_classics_are_bound_to_the_tools_that_a_flat_policy_names() {
    let place = Place::new();
    let policy = "version: 1\nservers:\n  github: { allowed_tools: [list_repos], denied_tools: [delete_repo, force_push] }\n  \
        filesystem: { allowed_paths: [./src], denied_patterns: [\"*.pem\"] }\napprovals:\n  \
        require_human_approval: [gmail.send_email, postgres.execute_write, shell.exec]\n";
    place.write("mcp.policy.yaml", policy);
    let report = json_of(&place, &[]);
    for id in
        ["ssh-private-key", "dotenv", "tls-certificate-key", "git-force-push", "repository-deletion", "shell-rm-rf"]
    {
        assert_eq!(outcome(&report, id), "blocked", "{id}");
    }
    for id in ["unapproved-mail", "sql-drop-table"] {
        assert_eq!(outcome(&report, id), "asked", "{id}");
    }
}

#[test]
fn widening_one_grant_lets_an_attack_through_and_the_grant_is_named() {
    let place = Place::new();
    let policy = |paths: &str| {
        format!(
            "version: 1\nservers:\n  fs:\n    tools:\n      read_file: {{ args: {{ path: {{ paths: [{paths}] }} }} }}\n"
        )
    };
    place.write("mcp.lock", &lock(&[("read_file", json!({ "path": text() }))]));
    place.write("mcp.policy.yaml", &policy("./src"));
    assert_eq!(run(&place, &["replay"]).1, 0);
    place.write("mcp.policy.yaml", &policy("./src, /etc"));
    let (out, code) = run(&place, &["replay"]);
    assert_eq!(code, 1);
    assert!(out.contains("servers.fs.tools.read_file.args.path (mcp.policy.yaml:5:"), "{out}");
    assert!(out.contains("same-last-part"), "{out}");
    assert!(out.contains(r#"fs.read_file {"path":"/etc/src/passwd"}"#), "the shortest call is shown: {out}");
}

#[test]
fn what_only_a_protection_stopped_is_shown_apart() {
    let place = Place::new();
    place.write("mcp.policy.yaml", "version: 1\nservers:\n  fs: { allowed_tools: [read_file] }\n");
    place.write("mcp.lock", &lock(&[("read_file", json!({ "path": text() }))]));
    let pack = "version: 1\ntheme: mine\nattacks:\n  - { id: relative-key, title: t, source: s, steps: [{ role: read-path, value: .ssh/id_rsa, harm: credential-read }] }\n";
    place.write("mine.yaml", pack);
    let report = json_of(&place, &["--pack", "mine.yaml"]);
    assert_eq!(outcome(&report, "relative-key"), "protected");
}

#[test]
fn a_recorded_call_that_is_no_longer_allowed_fails_the_run() {
    let place = Place::new();
    place.write("mcp.policy.yaml", PATHS_ALONE);
    let good = "{\"server\":\"fs\",\"tool\":\"read_file\",\"arguments\":{\"path\":\"src/a.rs\"}}\n";
    let bad = "{\"server\":\"fs\",\"tool\":\"read_file\",\"arguments\":{\"path\":\"docs/a.md\"}}\n";
    place.write("good.jsonl", good);
    place.write("bad.jsonl", &format!("{good}{bad}"));
    let (out, code) = run(&place, &["replay", "--no-attacks", "good.jsonl"]);
    assert_eq!(code, 0, "{out}");
    let (out, code) = run(&place, &["replay", "--no-attacks", "bad.jsonl"]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("now denied: bad.jsonl:2"), "{out}");
    let (_, code) = run(&place, &["replay", "--no-attacks", "--fail-on", "none", "bad.jsonl"]);
    assert_eq!(code, 0);
}

#[test]
fn a_call_that_had_failed_when_it_was_recorded_is_no_regression() {
    let place = Place::new();
    place.write("mcp.policy.yaml", PATHS_ALONE);
    let facts = r#""facts":{"project":"/p","cwd":"/p","home":"/h"}"#;
    let call = |number: u32, path: &str| {
        format!(
            r#"{{"v":1,"time":"2026-11-20T10:00:00Z","server":"fs","event":"call","call":{number},"tool":"read_file","arguments":{{"path":"{path}"}},{facts}}}"#
        )
    };
    let result = |number: u32, outcome: &str| {
        format!(
            r#"{{"v":1,"time":"2026-11-20T10:00:01Z","server":"fs","event":"result","call":{number},"outcome":"{outcome}"}}"#
        )
    };
    let lines = [call(0, "/p/src/a"), result(0, "ok"), call(1, "/etc/passwd"), result(1, "denied")].join("\n");
    place.write("traces/one.jsonl", &(lines + "\n"));
    let report = json_of(&place, &["--no-attacks"]);
    assert_eq!(report["traces"]["unchanged"], 1, "recorded places are used: {report}");
    assert_eq!((&report["traces"]["skipped"], &report["traces"]["newlyDenied"]), (&json!(1), &json!(0)));
}

#[test]
fn another_policy_is_compared() {
    let place = Place::new();
    place.write("mcp.policy.yaml", "version: 1\nservers:\n  fs: { allowed_paths: [/etc] }\n");
    place.write("old.yaml", PATHS_ALONE);
    let (out, code) = run(&place, &["replay", "--against", "old.yaml"]);
    assert_eq!(code, 1);
    assert!(out.contains("attack dotdot-relative: blocked -> through"), "{out}");
    let (out, _) = run(&place, &["replay", "--against", "mcp.policy.yaml"]);
    assert!(out.contains("no difference"), "{out}");
}

#[test]
fn wrong_input_is_named_with_its_place_and_what_to_do() {
    let place = Place::new();
    let fails = |args: &[&str], says: &[&str]| {
        let output = place.remit(args).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(output.stdout.is_empty(), "nothing on standard output");
        says.iter().for_each(|word| assert!(error.contains(word), "{error}"));
    };
    fails(&["replay"], &["mcp.policy.yaml", "remit infer"]);
    place.write("mcp.policy.yaml", "version: 1\nservers: { fs: { allowed_pahts: [.] } }\n");
    fails(&["replay"], &["mcp.policy.yaml:2:", "allowed_pahts"]);
    place.write("mcp.policy.yaml", PATHS_ALONE);
    place.write("broken.jsonl", "{\"server\":\"fs\"\n{}\n");
    fails(&["replay", "broken.jsonl"], &["broken.jsonl:1"]);
    place.write("pack.yaml", "version: 1\ntheme: x\natacks: []\n");
    fails(&["replay", "--pack", "pack.yaml"], &["pack.yaml", "atacks"]);
    place.write("mcp.lock", "[]");
    fails(&["replay"], &["mcp.lock", "remit lock"]);
    fails(&["replay", "--no-attacks", "--no-traces"], &["nothing to replay"]);
}

#[test]
fn no_secret_and_no_control_character_reaches_the_screen() {
    let place = Place::new();
    place.write("mcp.policy.yaml", PATHS_ALONE);
    let token = "ghp_".to_owned() + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8";
    let call = json!({ "server": "fs", "tool": "read\u{1b}[2Jfile", "arguments": { "token": token, "path": "/x" } });
    place.write("t.jsonl", &format!("{call}\n"));
    for format in ["table", "json"] {
        let (out, _) = run(&place, &["replay", "--no-attacks", "--format", format, "t.jsonl"]);
        assert!(!out.contains(&token), "{out}");
        assert!(!out.contains('\u{1b}'), "{out}");
    }
}

#[test]
fn the_table_fits_eighty_columns() {
    let place = Place::new();
    place.write(
        "mcp.policy.yaml",
        "version: 1\nservers:\n  fs:\n    allowed_tools: [read_file]\n  sh:\n    allowed_tools: [exec]\n",
    );
    let (out, _) = run(&place, &["replay", "--all"]);
    for line in out.lines() {
        assert!(line.chars().count() <= 80, "{} columns: {line}", line.chars().count());
    }
}

#[test]
fn the_table_of_a_small_pack() {
    let place = Place::new();
    place.write("mcp.policy.yaml", PATHS_ALONE);
    place.write(
        "mcp.lock",
        &lock(&[("read_file", json!({ "path": text() })), ("run_command", json!({ "command": text() }))]),
    );
    let (out, code) = run(&place, &["replay"]);
    let head: Vec<&str> = out.lines().take(2).map(str::trim).collect();
    insta::assert_snapshot!(head.join("\n"), @r"
    ATTACKS         BLOCKED  BY PROTECTION  ASKED  THROUGH  N/A
    classic         5        0              0      0        4
    ");
    assert_eq!(code, 0, "{out}");
}

#[test]
fn every_format_says_that_an_attack_got_through() {
    let place = Place::new();
    place.write("mcp.policy.yaml", "version: 1\nservers:\n  fs: { allowed_paths: [/etc] }\n");
    place.write("old.yaml", PATHS_ALONE);
    place.write("t.jsonl", "{\"server\":\"fs\",\"tool\":\"read_file\",\"arguments\":{\"path\":\"src/a\"}}\n");
    let out = |format: &str| {
        let (out, code) = run(&place, &["replay", "--format", format, "--against", "old.yaml", "t.jsonl"]);
        assert_eq!(code, 1, "{out}");
        out
    };
    let sarif: Value = serde_json::from_str(&out("sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert!(results.iter().any(|result| result["ruleId"] == "attack-through/same-last-part"));
    assert!(results.iter().any(|result| result["ruleId"] == "recorded-call-denied"));
    assert_eq!(results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "mcp.policy.yaml");
    let junit = out("junit");
    assert!(junit.contains("name=\"same-last-part\"><failure"), "{junit}");
    assert!(junit.contains("name=\"shell-rm-rf\"><skipped"), "{junit}");
    let markdown = out("markdown");
    assert!(markdown.contains("| attack same-last-part | blocked | through |"), "{markdown}");
    assert!(markdown.contains("| recorded calls still allowed | 1 | 0 |"), "{markdown}");
    let github = out("github");
    assert!(github.starts_with("::error file=mcp.policy.yaml,line=3,"), "{github}");
}

/// The official git server, pinned.
fn git_lock() -> String {
    let list: Value = serde_json::from_str(include_str!("../data/tools/git.json")).unwrap();
    let tools = list["tools"].as_array().unwrap().iter();
    let tools: serde_json::Map<String, Value> =
        tools.map(|tool| (tool["name"].as_str().unwrap().to_owned(), json!({ "sha256": "", "value": tool }))).collect();
    json!({ "version": 1, "servers": { "git": { "command": ["git"], "tools": tools } } }).to_string()
}

#[test]
fn a_repository_is_no_file_that_is_read_or_written() {
    let place = Place::new();
    place.write("mcp.lock", &git_lock());
    place.write(
        "mcp.policy.yaml",
        "version: 1\nservers:\n  git:\n    allowed_paths: [.]\n    allowed_tools: [git_checkout, git_branch, git_status, git_add]\n",
    );
    let report = json_of(&place, &["--no-traces"]);
    let mut on_repositories = 0;
    for attack in report["attacks"]["list"].as_array().unwrap() {
        for case in attack["examples"].as_array().unwrap() {
            let call = case["calls"][0].as_str().unwrap();
            let (_, arguments) = call.split_once(' ').unwrap();
            let arguments: Value = serde_json::from_str(arguments).unwrap();
            let at = arguments["repo_path"].as_str().unwrap();
            let is_project = std::path::Path::new(at) == place.project();
            if !is_project && attack["harm"] == "outside-project" {
                on_repositories += 1;
            }
            assert!(
                is_project || attack["harm"] == "outside-project" || at.ends_with("/another-repository"),
                "{}: {call}",
                attack["id"]
            );
        }
    }
    assert!(on_repositories > 0, "a repository outside the project is still tried");
    for id in ["workflow-file", "write-vscode-tasks", "write-bashrc", "ssh-private-key"] {
        let calls = &report["attacks"]["list"].as_array().unwrap().iter().find(|attack| attack["id"] == id).unwrap();
        assert!(
            calls["examples"]
                .as_array()
                .unwrap()
                .iter()
                .all(|case| !case["calls"].to_string().contains("git_checkout")),
            "{id}"
        );
    }
    assert_eq!(outcome(&report, "workflow-file"), &Value::Null, "no tool of git writes a file");
    assert_ne!(outcome(&report, "git-add-outside"), &Value::Null, "a file that is staged is read");
}

#[test]
fn advice_names_every_grant_that_an_attack_passes_and_following_it_stops_the_attack() {
    let place = Place::new();
    let path = json!({ "path": text() });
    place.write("mcp.lock", &lock(&[("read_file", path.clone()), ("read_text", path)]));
    place.write("mcp.policy.yaml", "version: 1\nservers:\n  fs:\n    tools:\n      read_file: { args: { path: { paths: [/etc] } } }\n      read_text: { args: { path: { paths: [/etc] } } }\n");
    let (out, code) = run(&place, &["replay"]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("narrow servers.fs.tools.read_file.args.path"), "{out}");
    assert!(out.contains("narrow servers.fs.tools.read_text.args.path"), "{out}");
    assert!(out.contains("from [/etc] to less"), "{out}");
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    place.write("mcp.policy.yaml", "version: 1\nservers:\n  fs:\n    tools:\n      read_file: { args: { path: { paths: [./src] } } }\n      read_text: { args: { path: { paths: [./src] } } }\n");
    assert_eq!(run(&place, &["replay"]).1, 0);
}

#[test]
fn what_the_baseline_accepts_does_not_fail_the_run_until_its_day_has_passed() {
    let place = Place::new();
    place.write(
        "mcp.policy.yaml",
        "version: 1\nservers:\n  fs: { tools: { read_file: { args: { path: { paths: [~/] } } } } }\n",
    );
    place.write("mcp.lock", &lock(&[("read_file", json!({ "path": text() }))]));
    let report = json_of(&place, &[]);
    let through = report["attacks"]["list"].as_array().unwrap().iter().filter(|attack| attack["outcome"] == "through");
    let ids: Vec<&str> = through.map(|attack| attack["id"].as_str().unwrap()).collect();
    assert!(!ids.is_empty());
    let accept = |until: &str| {
        let entry = |id: &&str| {
            format!("  - {{ attack: {id}, tool: fs.read_file, reason: a home of its own, until: {until} }}\n")
        };
        format!("version: 1\naccepted:\n{}", ids.iter().map(entry).collect::<String>())
    };
    place.write("mcp.baseline.yaml", &accept("2999-01-01"));
    let (out, code) = run(&place, &["replay"]);
    assert_eq!(code, 0, "{out}");
    assert!(
        out.contains("of them accepted") && out.contains("a home of its own") && !out.contains("GOT THROUGH"),
        "{out}"
    );
    assert!(!run(&place, &["replay", "--format", "sarif"]).0.contains("attack-through"));
    place.write("mcp.baseline.yaml", &accept("2020-01-01"));
    let (out, code) = run(&place, &["replay"]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("ended on 2020-01-01") && out.contains("GOT THROUGH"), "{out}");
    place.write("mcp.baseline.yaml", "version: 1\naccepted: [{ attack: x }]\n");
    let failed = place.remit(&["replay"]).assert().code(2);
    let error = String::from_utf8(failed.get_output().stderr.clone()).unwrap();
    assert!(error.contains("mcp.baseline.yaml") && error.contains("reason"), "{error}");
}

#[test]
fn a_policy_of_which_too_little_is_exercised_fails_where_that_is_asked_for() {
    let place = Place::new();
    let policy = "version: 1\nservers:\n  fs:\n    tools:\n      read_file: { args: { path: { paths: [./src] } } }\n      move_file: { args: { to: { paths: [./src] } } }\n";
    place.write("mcp.policy.yaml", policy);
    place.write("traces/a.jsonl", "{\"server\":\"fs\",\"tool\":\"read_file\",\"arguments\":{\"path\":\"src/a\"}}\n");
    let (out, code) = run(&place, &["replay", "--min-coverage", "51"]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("need 1 of 2 granted tools (50 %); nothing needs\nfs.move_file"), "{out}");
    assert_eq!(run(&place, &["replay", "--min-coverage", "50"]).1, 0);
    let test = "tests:\n  - { allow: { server: fs, tool: move_file, arguments: { to: src/b } } }\n";
    place.write("mcp.policy.yaml", &format!("{policy}{test}"));
    assert_eq!(run(&place, &["replay", "--min-coverage", "100"]).1, 0);
}

#[test]
#[cfg(target_os = "linux")]
#[ignore = "needs strace, which .ci/run installs"]
fn inert_replay_starts_no_process_opens_no_socket_and_looks_at_no_path_of_an_attack() {
    let place = Place::new();
    place.write("mcp.policy.yaml", PATHS_ALONE);
    place.write(
        "traces/a.jsonl",
        "{\"server\":\"fs\",\"tool\":\"read_file\",\"arguments\":{\"path\":\"src/told.rs\"}}\n",
    );
    let seen = place.project().join("seen");
    let mut command = std::process::Command::new("strace");
    command
        .args(["-f", "-o"])
        .arg(&seen)
        .args(["-e", "trace=%process,%network,%file"])
        .arg(env!("CARGO_BIN_EXE_remit"));
    let status =
        command.arg("replay").current_dir(place.project()).env_clear().envs(place.environment()).status().unwrap();
    assert_eq!(status.code(), Some(0));
    let seen = std::fs::read_to_string(seen).unwrap();
    let calls = |name: &str| seen.lines().filter(|line| line.contains(&format!(" {name}("))).count();
    assert_eq!(calls("execve"), 1, "remit itself");
    for name in ["fork", "vfork", "socket", "connect", "execveat"] {
        assert_eq!(calls(name), 0, "{name}");
    }
    assert!(seen.contains("mcp.policy.yaml") && seen.contains("a.jsonl"));
    for place in ["id_rsa", "/etc/passwd", "/etc/shadow", ".aws", "told.rs", "169.254"] {
        assert!(!seen.contains(place), "{place}");
    }
}

#[test]
fn every_field_of_the_json_output_is_documented() {
    let place = Place::new();
    place.write("mcp.policy.yaml", "version: 1\nservers:\n  fs: { allowed_paths: [/etc] }\n");
    place.write("old.yaml", PATHS_ALONE);
    place.write("traces/a.jsonl", "{\"server\":\"fs\",\"tool\":\"read_file\",\"arguments\":{\"path\":\"src/a\"}}\n");
    let report = json_of(&place, &["--against", "old.yaml"]);
    let documented = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/replay.md")).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let through = report["attacks"]["list"].as_array().unwrap().iter().find(|attack| attack["outcome"] == "through");
    let through = through.unwrap();
    let parts = [
        &report,
        &report["policy"],
        &report["attacks"],
        through,
        &through["grants"][0],
        &through["examples"][0],
        &report["traces"],
        &report["traces"]["changed"][0],
        &report["coverage"],
    ];
    for key in parts.into_iter().flat_map(keys) {
        let named = [format!("`{key}`"), format!("`{key}["), format!(".{key}`"), format!(".{key}[")];
        assert!(
            named.iter().any(|name| documented.contains(name)) || documented.contains(&format!("`{key}.")),
            "{key}"
        );
    }
}
