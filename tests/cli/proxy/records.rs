//! What is written down: traces, audit log, history.

use super::*;

#[test]
fn a_recorded_session_holds_who_what_and_how_it_ended() {
    let mut line = Line::start("", &RECORD);
    line.ask(r#"{"jsonrpc":"2.0","id":0,"method":"server/discover"}"#);
    line.ask(
        r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"clientInfo":{"name":"cursor","version":"2"},"capabilities":{}}}"#,
    );
    // What came back is written down after it was forwarded: the next line may be sent sooner.
    let written = |line: &Line, count: usize| wait_for(|| (line.traces().len() >= count).then_some(()));
    line.ask(r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#);
    written(&line, 2);
    line.ask(call(3, "read_file"));
    written(&line, 4);
    line.ask(r#"{"jsonrpc":"2.0","id":4,"method":"resources/read","params":{"uri":"file:///x"}}"#);
    line.close();
    let traces = line.traces();
    let events: Vec<&str> = traces.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["session", "tools", "call", "result", "resource", "result"]);
    assert_eq!(traces[0]["client"], json!({ "name": "cursor", "version": "2" }));
    assert_eq!((&traces[2]["tool"], &traces[2]["arguments"]["path"]), (&json!("read_file"), &json!("a")));
    assert_eq!((&traces[3]["call"], &traces[3]["outcome"]), (&json!(0), &json!("ok")));
    assert!(traces[3].get("text").is_none());
}

#[test]
fn proxies_of_one_client_share_a_session() {
    let (mut one, mut other) = (Line::start("", &RECORD), Line::start("", &RECORD));
    let session = |line: &mut Line| {
        line.ask(call(1, "t"));
        line.close();
        line.traces()[0]["session"].clone()
    };
    let sessions = (session(&mut one), session(&mut other));
    if cfg!(any(target_os = "linux", target_os = "macos")) {
        assert_eq!(sessions.0, sessions.1);
    }
}

#[test]
fn a_monitored_call_passes_and_its_verdict_is_on_record() {
    let mut line = Line::start("", &["--mode", "monitor", "--audit", "audit.jsonl", "--traces", "traces"]);
    assert!(line.ask(call(1, "delete_all"))["result"].get("isError").is_none());
    line.close();
    assert!(line.seen().contains("delete_all"));
    let audit: Value = serde_json::from_str(line.place.read("audit.jsonl").lines().next().unwrap()).unwrap();
    assert_eq!((&audit["verdict"], &audit["done"], &audit["seq"]), (&json!("deny"), &json!("monitored"), &json!(0)));
    assert_eq!(line.traces().last().unwrap()["outcome"], "ok");
}

#[test]
fn the_audit_log_of_two_runs_is_one_chain() {
    let settings = ["--mode", "enforce", "--audit", "audit.jsonl"];
    let mut line = Line::start("", &settings);
    line.ask(call(1, "a"));
    line.close();
    let place = std::mem::replace(&mut line.place, Place::new());
    let mut line = Line::start_at(place, "", &settings);
    line.ask(call(1, "b"));
    line.close();
    let audit = line.place.project().join("audit.jsonl");
    let checked = mcp_remit::edge::store::audit::verify(&audit).unwrap();
    assert_eq!((checked.records, checked.broken), (2, None));
}

#[test]
fn a_rate_is_counted_over_all_proxies_of_a_client() {
    let spend = |id| {
        format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"spend","arguments":{{"amount":1}}}}}}"#
        )
    };
    let mut line = enforced(&[]);
    assert!(line.ask(spend(1))["result"].get("isError").is_none());
    let place = std::mem::replace(&mut line.place, Place::new());
    let mut other = Line::start_at(place, "", &["--mode", "enforce", "--policy", "mcp.policy.yaml"]);
    assert!(other.ask(spend(1))["result"].get("isError").is_none());
    let third = other.ask(spend(2));
    assert_eq!(third["result"]["isError"], cfg!(any(target_os = "linux", target_os = "macos")), "{third}");
}

#[test]
fn where_the_history_cannot_be_kept_monitoring_warns_and_enforcing_refuses() {
    for (mode, passes) in [("monitor", true), ("enforce", false)] {
        let place = Place::new();
        place.write("mcp.policy.yaml", POLICY);
        place.write_home(".local/state/remit/history", "no folder");
        let mut line = Line::start_at(place, "", &["--mode", mode, "--policy", "mcp.policy.yaml"]);
        let answer = line.ask(tool_call(1, "spend", &json!({ "amount": 1 })));
        assert_eq!(answer["result"].get("content").is_some(), passes, "{answer}");
        line.close();
        assert_eq!(line.seen().contains("tools/call"), passes);
    }
}

#[test]
fn a_damaged_history_refuses_tells_the_person_the_command_and_passes_again_when_it_is_put_aside() {
    let mut line = enforced(&[]);
    let spend = |id| tool_call(id, "spend", &json!({ "amount": 1 }));
    assert!(line.ask(spend(1)).get("result").is_some());
    let history = line.place.home().join(".local/state/remit/history");
    let budgets = std::fs::read_dir(history).unwrap().next().unwrap().unwrap().path().join("budgets.json");
    std::fs::write(&budgets, "{\"spent\":").unwrap();
    let refused = line.ask(spend(2))["error"]["message"].as_str().unwrap().to_owned();
    assert!(refused.contains("budgets.json is damaged: EOF"), "{refused}");
    assert!(refused.contains("a person must mend it") && !refused.contains(".damaged'"), "{refused}");
    std::fs::rename(&budgets, budgets.with_extension("json.damaged")).unwrap();
    assert!(line.ask(spend(3)).get("result").is_some());
    line.close();
    let mut log = String::new();
    std::io::Read::read_to_string(&mut line.proxy.stderr.take().unwrap(), &mut log).unwrap();
    let quote = if cfg!(windows) { '"' } else { '\'' };
    let path = budgets.display();
    assert!(log.contains(&format!("{quote}{path}{quote} {quote}{path}.damaged{quote} (what this project")), "{log}");
}

#[test]
fn no_secret_of_the_command_line_of_a_path_or_of_a_name_is_written_down() {
    let token = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
    let place = Place::new();
    place.write("mcp.policy.yaml", POLICY);
    #[cfg(unix)]
    std::os::unix::fs::symlink(place.home(), place.project().join(token)).unwrap();
    let seen = place.project().join("seen");
    let mut command = Command::new(env!("CARGO_BIN_EXE_remit"));
    command.current_dir(place.project()).env_clear().envs(place.environment());
    command.args(["proxy", "--server", "s", "--mode", "monitor", "--policy", "mcp.policy.yaml"]);
    command.args(["--traces", "traces", "--audit", "audit.jsonl", "--"]);
    command.arg(scripted_server()).arg("").arg(seen).args(["--api-key", "Tr0ub4dor"]);
    let mut proxy = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (input, output) = (proxy.stdin.take(), lines_of(proxy.stdout.take().unwrap()));
    let mut line = Line { place, proxy, input, output };
    line.ask(read_file(1, &format!("{token}/a")));
    line.ask(tool_call(2, token, &json!({})));
    line.ask(format!(r#"{{"jsonrpc":"2.0","id":3,"method":"prompts/get","params":{{"name":"{token}"}}}}"#));
    line.close();
    let written = format!("{}{}", json!(line.traces()), line.place.read("audit.jsonl"));
    assert!(written.contains("read_file") && written.contains("--api-key") && written.contains("redacted"));
    assert!(!written.contains(token) && !written.contains("Tr0ub4dor"), "{written}");
}

#[test]
#[cfg(unix)]
fn a_proxy_that_is_stopped_with_a_lock_in_its_hand_does_not_stop_the_others() {
    let mut line = enforced(&[]);
    let spend = |id| tool_call(id, "spend", &json!({ "amount": 1 }));
    assert!(line.ask(spend(1)).get("result").is_some());
    let history = line.place.home().join(".local/state/remit/history");
    let project = std::fs::read_dir(history).unwrap().next().unwrap().unwrap().path();
    let held = std::fs::File::open(project.join("lock")).unwrap();
    held.lock().unwrap();
    let refused = line.ask(spend(2));
    assert!(refused.to_string().contains("does not let go"), "{refused}");
    held.unlock().unwrap();
    assert!(line.ask(spend(3)).get("result").is_some());
}
