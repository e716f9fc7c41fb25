//! `infer`.

use super::support::{Place, json_schema};

/// Bare calls, one a line.
pub(super) fn lines(calls: &[&str]) -> String {
    calls.iter().map(|call| format!("{call}\n")).collect()
}

pub(super) fn read(path: &str) -> String {
    format!(r#"{{"server":"fs","tool":"read_file","arguments":{{"path":"{path}"}}}}"#)
}

pub(super) fn infer(place: &Place, args: &[&str]) -> String {
    let mut all = vec!["infer"];
    all.extend(args);
    let out = place.remit(&all).assert().success();
    if place.project().join("mcp.policy.yaml").is_file() {
        // Whatever is written satisfies the schema that its first line names.
        let policy: serde_json::Value = serde_saphyr::from_str(&place.read("mcp.policy.yaml")).unwrap();
        let schema = serde_json::from_str(&place.read("mcp.policy.schema.json")).unwrap();
        assert_eq!(json_schema::problems(&schema, &policy), Vec::<String>::new());
    }
    String::from_utf8(out.get_output().stdout.clone()).unwrap()
}

pub(super) fn decide(place: &Place, call: &str) -> String {
    let out = place.remit(&["decide", "--policy", "mcp.policy.yaml", "-"]).write_stdin(call.to_owned()).assert();
    let out = String::from_utf8(out.get_output().stdout.clone()).unwrap();
    let verdict: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    verdict["verdict"].as_str().unwrap().to_owned()
}

fn event(call: u64, tool: &str, arguments: &str, place: &Place) -> String {
    let project = place.project().display().to_string();
    format!(
        r#"{{"v":1,"time":"2026-11-20T10:00:00Z","server":"fs","event":"call","call":{call},"tool":"{tool}","arguments":{arguments},"facts":{{"project":"{project}","cwd":"{project}"}}}}"#
    )
}

fn result(call: u64, outcome: &str) -> String {
    format!(
        r#"{{"v":1,"time":"2026-11-20T10:00:01Z","server":"fs","event":"result","call":{call},"outcome":"{outcome}","ms":1,"bytes":2}}"#
    )
}

#[test]
fn what_was_recorded_is_allowed_and_its_neighbours_are_not() {
    let place = Place::new();
    place.write("traces/a.jsonl", &lines(&[&read("src/main.rs"), &read("src/lib.rs")]));
    place.write("traces/b.jsonl", &lines(&[&read("src/main.rs"), &read("src/cli/infer.rs")]));
    let said = infer(&place, &[]);
    let policy = place.read("mcp.policy.yaml");
    assert!(policy.contains("paths: [./src]"), "{policy}");
    assert!(policy.contains("# 4 calls, 2 sessions"), "{policy}");
    assert!(said.contains("read-only fs calls") && said.contains("no shell"), "{said}");
    assert_eq!(decide(&place, &read("src/new.rs")), "allow");
    assert_eq!(decide(&place, &read("docs/x.md")), "deny");
    assert_eq!(decide(&place, &read("src/../../x")), "deny");
}

#[test]
fn a_file_of_the_project_never_grants_the_root_or_the_home_directory() {
    let place = Place::new();
    place.write("traces/a.jsonl", &lines(&[&read("README.md")]));
    infer(&place, &[]);
    let policy = place.read("mcp.policy.yaml");
    assert!(policy.contains("paths: [./README.md]"), "{policy}");
    assert_eq!(decide(&place, &read("README.md")), "allow");
    assert_eq!(decide(&place, &read("/etc/hosts")), "deny");
}

#[test]
fn whole_trees_and_credentials_in_a_recording_are_findings_and_no_grants() {
    let place = Place::new();
    place.write("traces/a.jsonl", &lines(&[&read("/"), &read("~"), &read("~/.ssh/id_rsa"), &read("src/a.rs")]));
    let said = infer(&place, &[]);
    assert!(said.contains("whole-tree") || said.contains("whole file system"), "{said}");
    for path in ["/", "~", "~/.ssh/id_rsa", "/home"] {
        assert_eq!(decide(&place, &read(path)), "deny", "{path}");
    }
    assert_eq!(decide(&place, &read("src/a.rs")), "allow");
}

#[test]
fn the_same_input_gives_the_same_bytes_shuffled_sharded_or_doubled() {
    let place = Place::new();
    for (name, file) in [("a", "src/a.rs"), ("b", "src/b.rs"), ("c", "docs/c.md")] {
        place.write(&format!("t/{name}.jsonl"), &lines(&[&read(file), &read("src/a.rs")]));
    }
    place.write("t/copy.jsonl", &lines(&[&read("src/a.rs"), &read("src/a.rs")]));
    let policy = |args: &[&str]| infer(&place, &[args, &["--out", "-"]].concat());
    let whole = policy(&["t/a.jsonl", "t/b.jsonl", "t/c.jsonl"]);
    assert_eq!(policy(&["t/c.jsonl", "t/a.jsonl", "t/b.jsonl"]), whole);
    place.write("t/d/again.jsonl", &place.read("t/b.jsonl"));
    assert_eq!(policy(&["t/c.jsonl", "t/a.jsonl", "t/b.jsonl", "t/d"]), whole);
    infer(&place, &["t/a.jsonl", "--emit-evidence", "one.json", "--out", "x.yaml"]);
    infer(&place, &["t/b.jsonl", "t/c.jsonl", "--emit-evidence", "two.json", "--out", "x.yaml"]);
    assert_eq!(policy(&["--evidence", "one.json", "--evidence", "two.json"]), whole);
    assert_eq!(policy(&["--evidence", "two.json", "--evidence", "one.json", "t/a.jsonl"]), whole);
}

#[test]
fn a_file_that_has_grown_supersedes_its_shorter_self() {
    let place = Place::new();
    place.write("t.jsonl", &lines(&[&read("src/a.rs")]));
    infer(&place, &["t.jsonl", "--emit-evidence", "short.json", "--out", "x.yaml"]);
    place.write("t.jsonl", &lines(&[&read("src/a.rs"), &read("src/b.rs")]));
    let policy = infer(&place, &["t.jsonl", "--evidence", "short.json", "--out", "-"]);
    assert!(policy.contains("# 1 session, 2 calls"), "{policy}");
}

#[test]
fn a_loop_of_a_thousand_equal_calls_is_one_observation() {
    let place = Place::new();
    let send = r#"{"server":"bank","tool":"send_money","arguments":{"recipient":"DE1","amount":5}}"#;
    place.write("loop.jsonl", &lines(&vec![send; 1000]));
    place.write("once.jsonl", &lines(&[send]));
    let constraints = |file: &str| -> Vec<String> {
        let policy = infer(&place, &[file, "--out", "-"]);
        policy.lines().filter(|line| !line.trim_start().starts_with('#')).map(str::to_owned).collect()
    };
    assert_eq!(constraints("loop.jsonl"), constraints("once.jsonl"));
}

#[test]
fn denied_and_failed_calls_teach_nothing() {
    let place = Place::new();
    let trace = [
        event(0, "read_file", r#"{"path":"src/a.rs"}"#, &place),
        result(0, "ok"),
        event(1, "delete_repo", r#"{"repo":"web"}"#, &place),
        result(1, "denied"),
        event(2, "read_file", r#"{"path":"/opt/secret/x"}"#, &place),
        result(2, "error"),
    ];
    place.write("traces/a.jsonl", &lines(&trace.iter().map(String::as_str).collect::<Vec<_>>()));
    infer(&place, &[]);
    let policy = place.read("mcp.policy.yaml");
    assert!(!policy.contains("delete_repo") && !policy.contains("secret"), "{policy}");
    assert!(policy.contains("last 2026-11-20"), "{policy}");
}

#[test]
fn a_rare_and_dangerous_tool_is_asked_and_a_rare_read_is_not() {
    let place = Place::new();
    let delete = r#"{"server":"gh","tool":"delete_repo","arguments":{"repo":"web"}}"#;
    let list = r#"{"server":"gh","tool":"list_issues","arguments":{"repo":"web"}}"#;
    place.write("traces/a.jsonl", &lines(&[delete, list]));
    infer(&place, &[]);
    assert_eq!(decide(&place, delete), "ask");
    assert_eq!(decide(&place, list), "allow");
}

#[test]
fn a_broken_line_is_named_and_a_truncated_last_line_is_skipped() {
    let place = Place::new();
    place.write("t.jsonl", &format!("\u{feff}{}\n{{broken\n{}\n", read("src/a.rs"), read("src/b.rs")));
    let failed = place.remit(&["infer", "t.jsonl"]).assert().code(2);
    let said = String::from_utf8(failed.get_output().stderr.clone()).unwrap();
    assert!(said.contains("t.jsonl:2:") && said.contains("--keep-going"), "{said}");
    assert!(!place.project().join("mcp.policy.yaml").exists());
    place.remit(&["infer", "t.jsonl", "--keep-going"]).assert().success();
    place.write("u.jsonl", &format!("{}\n{{\"server\":\"fs\",\"to", read("src/a.rs")));
    let fine = place.remit(&["infer", "u.jsonl"]).assert().success();
    let said = String::from_utf8(fine.get_output().stderr.clone()).unwrap();
    assert!(said.contains("u.jsonl:2: cut off"), "{said}");
    place.write("new.jsonl", "{\"v\":99,\"event\":\"call\"}\n");
    let newer = place.remit(&["infer", "new.jsonl", "--keep-going"]).assert().code(2);
    assert!(String::from_utf8(newer.get_output().stderr.clone()).unwrap().contains("upgrade remit"));
}

#[test]
fn a_policy_that_somebody_edited_is_replaced_only_by_force() {
    let place = Place::new();
    place.write("traces/a.jsonl", &lines(&[&read("src/a.rs")]));
    infer(&place, &[]);
    place.write("traces/b.jsonl", &lines(&[&read("docs/b.md")]));
    infer(&place, &[]);
    let edited = place.read("mcp.policy.yaml").replace("./docs", "./docs/public");
    place.write("mcp.policy.yaml", &edited);
    place.remit(&["infer"]).assert().code(2);
    assert_eq!(place.read("mcp.policy.yaml"), edited);
    infer(&place, &["--force"]);
    assert_ne!(place.read("mcp.policy.yaml"), edited);
}

#[test]
fn a_secret_of_a_bare_call_reaches_neither_policy_nor_evidence() {
    let place = Place::new();
    let set = r#"{"server":"bank","tool":"update_password","arguments":{"password":"hunter2-very-secret"}}"#;
    place.write("t.jsonl", &lines(&[set]));
    infer(&place, &["t.jsonl", "--emit-evidence", "e.json"]);
    for file in ["mcp.policy.yaml", "e.json"] {
        assert!(!place.read(file).contains("hunter2"), "{file}");
    }
    assert_eq!(decide(&place, set), "ask");
}

#[test]
fn nothing_to_learn_from_is_said_and_writes_nothing() {
    let place = Place::new();
    place.remit(&["infer"]).assert().code(4);
    assert!(!place.project().join("mcp.policy.yaml").exists());
}

#[test]
fn a_gateway_tool_is_split_by_the_argument_that_names_the_deed() {
    let place = Place::new();
    let call = |action: &str, arguments: &str| {
        format!(r#"{{"server":"gw","tool":"execute_action","arguments":{{"action":"{action}",{arguments}}}}}"#)
    };
    let trace = [call("list_issues", r#""repo":"web""#), call("create_issue", r#""repo":"web","title":"a bug""#)];
    place.write("traces/a.jsonl", &lines(&trace.iter().map(String::as_str).collect::<Vec<_>>()));
    infer(&place, &[]);
    let policy = place.read("mcp.policy.yaml");
    assert!(policy.contains("by: action"), "{policy}");
    for call in &trace {
        assert_ne!(decide(&place, call), "deny");
    }
    assert_eq!(decide(&place, &call("delete_repo", r#""repo":"web""#)), "deny");
    assert_eq!(decide(&place, &call("list_issues", r#""repo":"web","title":"x""#)), "deny");
}

#[test]
fn explain_tells_the_statistic_and_against_tells_what_was_never_used() {
    let place = Place::new();
    place.write("traces/a.jsonl", &lines(&[&read("src/a.rs"), &read("src/b.rs")]));
    let said = infer(&place, &["--explain", "fs.read_file.path"]);
    assert!(said.contains("2 distinct places") && said.contains("./src"), "{said}");
    place.write(
        "old.yaml",
        "version: 1\nservers:\n  fs:\n    tools:\n      read_file: { args: { path: any } }\n      write_file: { args: { path: any } }\n",
    );
    let report = place.remit(&["infer", "--against", "old.yaml"]).assert().code(1);
    let said = String::from_utf8(report.get_output().stdout.clone()).unwrap();
    assert!(said.contains("write_file") && said.contains("nothing"), "{said}");
}

#[test]
fn two_folders_that_were_listed_grant_these_two_and_never_the_whole_project() {
    let place = Place::new();
    let tree = |path: &str| format!(r#"{{"server":"fs","tool":"directory_tree","arguments":{{"path":"{path}"}}}}"#);
    place.write("traces/a.jsonl", &lines(&[&tree("./src"), &tree("./docs")]));
    infer(&place, &[]);
    let policy = place.read("mcp.policy.yaml");
    assert!(policy.contains("paths: [./docs, ./src]"), "{policy}");
    for path in ["./src", "./docs", "./src/pkg", "docs/a.md"] {
        assert_eq!(decide(&place, &tree(path)), "allow", "{path}");
    }
    for path in ["./.git", "./data", ".", "~", "./README.md"] {
        assert_eq!(decide(&place, &tree(path)), "deny", "{path}");
    }
}

#[test]
fn files_of_the_projects_own_folder_open_neither_it_nor_the_home_directory() {
    let place = Place::new();
    let many: Vec<String> = (0..6).flat_map(|n| [read(&format!("f{n}.md")), read(&format!("~/f{n}.md"))]).collect();
    place.write("traces/a.jsonl", &lines(&many.iter().map(String::as_str).collect::<Vec<_>>()));
    infer(&place, &[]);
    let policy = place.read("mcp.policy.yaml");
    assert!(!policy.contains('*'), "{policy}");
    assert_eq!(decide(&place, &read("f0.md")), "allow");
    for path in [".git/config", "new.md", "~/.profile", "~/new.md"] {
        assert_eq!(decide(&place, &read(path)), "deny", "{path}");
    }
}

#[test]
fn one_revision_makes_no_form_and_a_new_one_brings_no_option_or_path() {
    let place = Place::new();
    let show = |target: &str| format!(r#"{{"server":"git","tool":"git_show","arguments":{{"target":"{target}"}}}}"#);
    place.write("traces/a.jsonl", &lines(&[&show("HEAD~1")]));
    infer(&place, &[]);
    let policy = place.read("mcp.policy.yaml");
    assert!(!policy.contains("{1}") && !policy.contains("{4}"), "{policy}");
    for target in ["HEAD~1", "HEAD~2", "main"] {
        assert_eq!(decide(&place, &show(target)), "allow", "{target}");
    }
    for target in ["--output=x", "-p", "~1", "/etc/passwd", "../x", "HEAD; id"] {
        assert_eq!(decide(&place, &show(target)), "deny", "{target}");
    }
}

#[test]
fn a_time_zone_is_no_absolute_path_and_names_with_dots_climb_nowhere() {
    let place = Place::new();
    let zone =
        |name: &str| format!(r#"{{"server":"t","tool":"get_current_time","arguments":{{"timezone":"{name}"}}}}"#);
    let release = |name: &str| format!(r#"{{"server":"t","tool":"get_release","arguments":{{"version":"{name}"}}}}"#);
    let seen = [zone("Europe/Berlin"), zone("Asia/Tokyo"), release("v1.2/rc"), release("next.a/b")];
    place.write("traces/a.jsonl", &lines(&seen.iter().map(String::as_str).collect::<Vec<_>>()));
    infer(&place, &[]);
    for call in seen.iter().chain(&[zone("America/Lima"), release("v1.3/rc")]) {
        assert_eq!(decide(&place, call), "allow", "{call}");
    }
    for name in ["/etc/passwd", "-x", "~root/x", "../../etc/passwd", "a/../../b"] {
        assert_eq!(decide(&place, &zone(name)), "deny", "{name}");
        assert_eq!(decide(&place, &release(name)), "deny", "{name}");
    }
}

/// A recording of one server that listed `git_log`: in the `number`th line the calls.
fn git_session(place: &Place, server: &str, calls: &[&str]) -> String {
    let project = place.project().display().to_string();
    let head = |event: &str| format!(r#"{{"v":1,"time":"2026-11-20T10:00:00Z","server":"{server}",{event}}}"#);
    let schema = r#"{"type":"object","required":["repo"],"properties":{"repo":{"type":"string"},"start_timestamp":{"type":"string"},"order":{"enum":["date","topo"]},"max_count":{"type":"integer","default":10},"merges":{"anyOf":[{"type":"boolean"},{"type":"null"}]},"labels":{"type":"array"},"extra":{"type":"object"}}}"#;
    let mut trace = vec![
        head(&format!(
            r#""event":"session","session":"run-1","command":["{server}"],"project":"{project}","cwd":"{project}""#
        )),
        head(&format!(r#""event":"tools","tools":[{{"name":"git_log","inputSchema":{schema}}}]"#)),
    ];
    for (at, arguments) in calls.iter().enumerate() {
        let facts = format!(r#"{{"project":"{project}","cwd":"{project}"}}"#);
        trace.push(head(&format!(
            r#""event":"call","call":{at},"tool":"git_log","arguments":{arguments},"facts":{facts}"#
        )));
        trace.push(head(&format!(r#""event":"result","call":{at},"outcome":"ok","ms":1,"bytes":2"#)));
    }
    lines(&trace.iter().map(String::as_str).collect::<Vec<_>>())
}

fn git_log(arguments: &str) -> String {
    format!(r#"{{"server":"git","tool":"git_log","arguments":{arguments}}}"#)
}

#[test]
fn an_unseen_argument_of_a_read_may_be_a_switch_a_bounded_number_or_a_listed_word_and_nothing_else() {
    let place = Place::new();
    place.write("traces/a.jsonl", &git_session(&place, "git", &[r#"{"repo":"web"}"#]));
    infer(&place, &[]);
    for more in [r#""max_count":5"#, r#""merges":true"#, r#""order":"topo""#] {
        assert_eq!(decide(&place, &git_log(&format!(r#"{{"repo":"web",{more}}}"#))), "allow", "{more}");
    }
    for more in [
        r#""start_timestamp":"--output=/etc/x""#,
        r#""start_timestamp":"today""#,
        r#""labels":["x"]"#,
        r#""extra":{"a":1}"#,
        r#""max_count":1000000"#,
        r#""order":"-p""#,
    ] {
        assert_eq!(decide(&place, &git_log(&format!(r#"{{"repo":"web",{more}}}"#))), "deny", "{more}");
    }
    let report = place.remit(&["infer", "--against", "mcp.policy.yaml"]).assert().code(1);
    let said = String::from_utf8(report.get_output().stdout.clone()).unwrap();
    assert!(said.contains("max_count") && !said.contains("args.repo"), "{said}");
}

#[test]
fn an_argument_that_was_used_once_is_granted_no_less_than_before() {
    let place = Place::new();
    place.write("traces/a.jsonl", &git_session(&place, "git", &[r#"{"repo":"web","max_count":3,"order":"date"}"#]));
    infer(&place, &[]);
    for call in [r#"{"repo":"web"}"#, r#"{"repo":"web","max_count":900}"#, r#"{"repo":"web","order":"topo"}"#] {
        assert_eq!(decide(&place, &git_log(call)), "allow", "{call}");
    }
    assert_eq!(decide(&place, &git_log(r#"{"repo":"web","max_count":1001}"#)), "deny");
}

#[test]
fn servers_of_one_run_are_one_session_and_no_line_is_wider_than_a_screen() {
    let place = Place::new();
    for server in ["git", "hub", "third"] {
        place.write(&format!("traces/{server}.jsonl"), &git_session(&place, server, &[r#"{"repo":"web"}"#]));
    }
    let said = infer(&place, &[]);
    assert!(place.read("mcp.policy.yaml").contains("# 1 session, 3 calls"));
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
    assert!(said.contains("read-only git calls"), "{said}");
    // Started again in the same run: still one session, at the head as beside each grant.
    place.write(
        "traces/again.jsonl",
        &git_session(&place, "git", &[r#"{"repo":"web"}"#, r#"{"repo":"docs"}"#]).replacen("10:00:00Z", "11:00:00Z", 1),
    );
    infer(&place, &[]);
    let policy = place.read("mcp.policy.yaml");
    assert!(policy.contains("# 1 session, 5 calls") && policy.contains("# 3 calls, 1 session"), "{policy}");
}

#[test]
fn a_verb_that_nobody_knows_is_not_said_to_change_something() {
    let place = Place::new();
    let call = |tool: &str| format!(r#"{{"server":"s","tool":"{tool}","arguments":{{"a":1}}}}"#);
    place.write("t.jsonl", &lines(&[&call("frobnicate")]));
    assert!(!infer(&place, &["t.jsonl"]).contains("change"));
    place.write("t.jsonl", &lines(&[&call("frobnicate"), &call("create_x")]));
    let said = infer(&place, &["t.jsonl"]);
    assert!(said.contains("1 of 2 tools changes something"), "{said}");
}

#[test]
fn a_hostile_name_or_address_grants_nothing_beside_itself_and_spoils_no_policy() {
    let place = Place::new();
    let calls = [
        r#"{"server":"gh","tool":"read_file, delete_repo","arguments":{"id":"x"}}"#,
        r#"{"server":"gh","tool":"find_user","arguments":{"email":"*@evil.com"}}"#,
        r#"{"server":"pg","tool":"query","arguments":{"sql":"-- only a comment"}}"#,
        r#"{"server":"gh","tool":"greet","arguments":{"name":"é"}}"#,
        r#"{"server":"gh","tool":"greet","arguments":{"name":"+49 170 1234567"}}"#,
    ];
    place.write("traces/a.jsonl", &calls.join("\n"));
    place.remit(&["infer"]).assert().success();
    place.remit(&["check"]).assert().success();
    for (probe, expected) in [
        (r#"{"server":"gh","tool":"delete_repo","arguments":{"id":"x"}}"#, "deny"),
        (r#"{"server":"gh","tool":"find_user","arguments":{"email":"mallory@evil.com"}}"#, "deny"),
        (calls[1], "allow"),
        (calls[2], "allow"),
    ] {
        let output = place.remit(&["decide"]).write_stdin(probe).output().unwrap();
        let verdict: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(verdict["verdict"], expected, "{probe}: {verdict}");
    }
}

#[test]
fn what_one_session_alone_did_is_not_learned_once_the_recording_is_complete() {
    let place = Place::new();
    let habit = |n: usize| lines(&[&read("src/main.rs"), &read(&format!("src/part_{n}.rs"))]);
    (0..24).for_each(|n| drop(place.write(&format!("traces/{n}.jsonl"), &habit(n))));
    place.write("traces/odd.jsonl", &format!("{}{}\n", habit(24), read("../salaries/all.csv")));
    let said = infer(&place, &[]);
    assert!(said.contains("odd.jsonl is unlike the others: it alone needs /path"), "{said}");
    assert_eq!(decide(&place, &read("../salaries/all.csv")), "deny");
    assert_eq!(decide(&place, &read("src/part_24.rs")), "allow");
    infer(&place, &["--strictness", "broad"]);
    assert_eq!(decide(&place, &read("../salaries/all.csv")), "allow");
}

#[test]
fn what_one_session_alone_did_is_learned_while_most_bring_something_new() {
    let place = Place::new();
    for n in 0..24 {
        place.write(&format!("traces/{n}.jsonl"), &lines(&[&read(&format!("area_{n}/main.rs"))]));
    }
    infer(&place, &[]);
    assert_eq!(decide(&place, &read("area_7/main.rs")), "allow");
    assert_eq!(decide(&place, &read("../salaries/all.csv")), "deny");
}

#[test]
fn a_link_among_searches_is_a_text_that_holds_a_host() {
    let place = Place::new();
    let search = |query: &str| format!(r#"{{"server":"n","tool":"web_search","arguments":{{"query":"{query}"}}}}"#);
    place.write("traces/a.jsonl", &lines(&[&search("rust iterators"), &search("https://docs.rs/serde")]));
    place.write("traces/b.jsonl", &lines(&[&search("plan of a house"), &search("old maps")]));
    infer(&place, &[]);
    assert_eq!(decide(&place, &search("something else")), "allow");
    assert_eq!(decide(&place, &search("https://docs.rs/serde")), "allow");
    assert_eq!(decide(&place, &search("https://attacker.example/?k=v")), "deny");
}
