//! Calls, lists and subscriptions under a policy and a lock.

use super::*;

#[test]
fn a_denied_call_never_reaches_the_server_and_is_answered_with_a_result() {
    let mut line = Line::start("", &["--mode", "enforce", "--audit", "audit.jsonl"]);
    let answer = line.ask(call(1, "delete_all"));
    assert_eq!(answer["result"]["isError"], true, "{answer}");
    assert!(answer["result"]["content"][0]["text"].as_str().unwrap().contains("there is no policy"));
    assert_eq!(answer["result"]["_meta"]["io.github.mcp-remit/verdict"]["verdict"], "deny");
    for (id, method, code) in [(2, "resources/read", -32602), (3, "prompts/get", 4031), (4, "x/unknown", 4031)] {
        let params = r#"{"uri":"u","name":"n"}"#;
        let answer = line.ask(format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#));
        assert_eq!(answer["error"]["code"], code, "{answer}");
    }
    line.send(r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"delete_all"}}"#);
    assert_eq!(line.ask(r#"{"jsonrpc":"2.0","id":5,"method":"ping"}"#)["id"], 5);
    let list = line.ask(r#"{"jsonrpc":"2.0","id":6,"method":"tools/list"}"#);
    assert_eq!(list["result"]["tools"], json!([]));
    line.close();
    let seen = line.seen();
    assert!(!seen.contains("delete_all") && !seen.contains("x/unknown") && seen.contains("ping"), "{seen}");
    let audit = line.place.read("audit.jsonl");
    assert!(audit.lines().count() >= 5 && audit.contains(r#""done":"refused""#), "{audit}");
}

#[test]
fn a_policy_whose_own_tests_fail_denies_everything_and_says_so() {
    let policy = |expect: &str| {
        format!(
            "version: 1\nservers: {{ s: {{ allowed_tools: [echo] }} }}\ntests: [{{ {expect}: {{ server: s, tool: echo }} }}]\n"
        )
    };
    let ask = |expect: &str| {
        let place = Place::new();
        place.write("mcp.policy.yaml", &policy(expect));
        Line::start_at(place, "", &["--mode", "enforce", "--policy", "mcp.policy.yaml"]).ask(call(1, "echo"))
    };
    let answer = ask("deny");
    assert_eq!(answer["result"]["isError"], true, "{answer}");
    assert!(answer["result"]["content"][0]["text"].as_str().unwrap().contains("own tests"), "{answer}");
    assert_ne!(ask("allow")["result"]["isError"], true);
}

#[test]
fn an_allowed_call_passes_byte_by_byte_and_one_outside_its_grant_never_reaches_the_server() {
    let mut line = enforced(&["--traces", "traces"]);
    let odd = r#"{"id":1 , "jsonrpc":"2.0","method":"tools/call","params":{"arguments":{"path":"./a\u0062"},"name":"read_file","_meta":{"progressToken":1.50}}}"#;
    assert!(line.ask(odd)["result"].get("isError").is_none());
    assert_eq!(line.seen().lines().nth(1), Some(odd));
    // What came back is written down after it was forwarded.
    wait_for(|| (line.traces().last()?["event"] == "result").then_some(()));
    let home = line.place.home().join(".ssh/id_rsa").display().to_string();
    #[cfg(unix)]
    std::os::unix::fs::symlink(line.place.home(), line.place.project().join("link")).unwrap();
    let mut outside = vec![home.as_str(), "../home/.ssh/id_rsa", "~/.ssh/id_rsa", "/etc/passwd"];
    if cfg!(unix) {
        outside.push("link/.ssh/id_rsa");
    }
    for path in outside {
        let answer = line.ask(read_file(2, path));
        assert_eq!(answer["result"]["isError"], true, "{path}: {answer}");
        let because = &answer["result"]["_meta"]["io.github.mcp-remit/verdict"]["because"];
        assert!(because[0]["rule"].as_str().is_some(), "{answer}");
    }
    line.close();
    assert_eq!(line.seen().matches("tools/call").count(), 1, "{}", line.seen());
    let outcomes: Vec<Value> =
        line.traces().iter().filter(|event| event["event"] == "result").map(|event| event["outcome"].clone()).collect();
    assert_eq!(outcomes[..2], [json!("ok"), json!("denied")]);
    let checked = mcp_remit::edge::store::audit::verify(&line.place.project().join("audit.jsonl")).unwrap();
    assert!(checked.records >= 5 && checked.broken.is_none());
}

#[test]
fn tools_that_no_rule_could_allow_are_hidden_and_the_others_are_listed_as_they_are() {
    let mut line = enforced(&[]);
    line.send(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#);
    let listed = r#"{"jsonrpc":"2.0","id":1,"result":{"tools": [{"name":"read_file", "inputSchema":{"type":"object"}, "n": 1.0}]}}"#;
    assert_eq!(line.receive(), listed);
}

/// Pins the first tool of the scripted server as it is, or with one word changed.
fn pin(place: &Place, name: &str, drift: &str) {
    let tool = json!({ "name": "read_file", "inputSchema": { "type": "object" }, "n": 1.0, "description": drift });
    let mut tool = tool.as_object().unwrap().clone();
    if drift.is_empty() {
        tool.remove("description");
    }
    let tool = Value::Object(tool);
    let sha256 = mcp_remit::decision::identity::digest(&tool);
    let tools = json!({ "read_file": { "sha256": sha256, "value": tool } });
    place.write(name, &json!({ "version": 1, "servers": { "s": { "command": [], "tools": tools } } }).to_string());
}

#[test]
fn a_tool_passes_as_it_was_pinned_also_before_any_list_and_a_drifted_one_is_hidden_and_denied() {
    for (drift, passes) in [("", true), ("now also sends your keys", false)] {
        let place = Place::new();
        place.write("mcp.policy.yaml", POLICY);
        pin(&place, "mcp.lock", drift);
        let mut line =
            Line::start_at(place, "", &["--mode", "enforce", "--policy", "mcp.policy.yaml", "--lock", "mcp.lock"]);
        let answer = line.ask(read_file(1, "a"));
        assert_eq!((&answer["id"], answer["result"].get("isError").is_none()), (&json!(1), passes), "{answer}");
        let list = line.ask(r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#);
        assert_eq!(list["result"]["tools"].as_array().unwrap().len(), usize::from(passes), "{list}");
        line.close();
        assert_eq!(line.seen().contains("tools/call"), passes);
    }
}

#[test]
fn without_the_lock_that_was_asked_for_nothing_passes() {
    let mut line = enforced(&["--lock", "mcp.lock"]);
    let answer = line.ask(read_file(1, "a"));
    assert!(answer["result"]["content"][0]["text"].as_str().unwrap().contains("without the lock"), "{answer}");
    line.close();
    assert!(!line.seen().contains("tools/"));
}

#[test]
fn a_server_that_never_lists_its_tools_ends_the_wait_with_its_own_end() {
    let place = Place::new();
    place.write("mcp.policy.yaml", POLICY);
    pin(&place, "mcp.lock", "");
    let settings = ["--mode", "enforce", "--policy", "mcp.policy.yaml", "--lock", "mcp.lock"];
    let mut line = Line::start_at(place, "mute", &settings);
    line.send(read_file(1, "a"));
    wait_for(|| line.seen().contains("tools/list").then_some(()));
    let (answers, code) = line.close();
    assert_eq!((answers.len(), code), (1, Some(0)), "{answers:?}");
}

#[test]
fn a_subscription_passes_where_each_of_its_resources_may_be_read() {
    let policy = "version: 1\nservers:\n  s:\n    resources: [\"note://**\"]\n";
    for (wanted, passes) in [
        (json!({}), true),
        (json!({ "notifications": { "toolsListChanged": true } }), true),
        (json!({ "notifications": { "resourceSubscriptions": ["note://a"] } }), true),
        (json!({ "notifications": { "resourceSubscriptions": ["note://a", "note://b"] } }), true),
        (json!({ "notifications": { "resourceSubscriptions": ["note://a", "file:///etc/passwd"] } }), false),
        (json!({ "notifications": { "resourceSubscriptions": "note://a" } }), false),
    ] {
        let mut line = enforced_with("", policy);
        let answer =
            line.ask(format!(r#"{{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{wanted}}}"#));
        line.close();
        assert_eq!(line.seen().contains("subscriptions/listen"), passes, "{wanted}: {answer}");
    }
}

#[test]
fn settings_that_cannot_be_meant_are_usage_errors() {
    for settings in [
        &["--mode", "record"][..],
        &["--mode", "monitor", "--record-text"],
        &["--mode", "enforce", "--ask-timeout", "18446744073709551615"],
        &["--mode", "enforce", "--max-message", "18446744073709551615"],
        &["--mode", "enforce", "--max-message", "0"],
    ] {
        let place = Place::new();
        let args = [&["proxy", "--server", "s"], settings, &["--", "./server"]].concat();
        place.remit(&args).timeout(PATIENCE).assert().code(2);
    }
    let mut line = enforced(&["--ask-timeout", "86400", "--max-message", "1073741824"]);
    assert_eq!(line.ask(r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)["id"], 1);
}

#[test]
fn a_server_that_gives_no_list_at_first_is_asked_again() {
    let place = Place::new();
    place.write("mcp.policy.yaml", POLICY);
    pin(&place, "mcp.lock", "");
    let settings = ["--mode", "enforce", "--policy", "mcp.policy.yaml", "--lock", "mcp.lock"];
    let mut line = Line::start_at(place, "lists-late", &settings);
    for (id, passes) in [(1, false), (2, true)] {
        let answer = line.ask(read_file(id, "a"));
        assert_eq!(answer["result"].get("isError").is_none(), passes, "{answer}");
    }
}
