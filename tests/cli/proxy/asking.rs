//! Questions to a person.

use super::*;

#[test]
fn what_a_server_asks_of_the_person_is_judged() {
    let mut line = Line::start("asks", &["--mode", "monitor"]);
    line.send(call(1, "t"));
    assert_eq!(line.receive_json()["method"], "elicitation/create", "monitored, it passes");
    let mut line = Line::start("asks", &["--mode", "enforce"]);
    line.ask(call(1, "t"));
    line.close();
    assert!(!line.seen().contains("tools/call"));
}

const SEND: &str =
    r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"send","arguments":{"to":"bob"}}}"#;

fn introduce(line: &mut Line, capabilities: &str) {
    line.ask(format!(r#"{{"jsonrpc":"2.0","id":0,"method":"initialize","params":{{"capabilities":{capabilities}}}}}"#));
}

#[test]
fn a_question_goes_to_the_person_and_only_a_yes_lets_the_call_pass() {
    for (action, passes) in [("accept", true), ("decline", false)] {
        let mut line = enforced(&[]);
        introduce(&mut line, r#"{"elicitation":{}}"#);
        let question = line.ask(SEND);
        assert_eq!(question["method"], "elicitation/create");
        assert!(question["params"]["message"].as_str().unwrap().contains("bob"), "{question}");
        // The client can go on talking while the person thinks.
        assert_eq!(line.ask(r#"{"jsonrpc":"2.0","id":8,"method":"ping"}"#)["id"], 8);
        assert!(!line.seen().contains("send"));
        let id = &question["id"];
        let answer = line.ask(format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"action":"{action}"}}}}"#));
        assert_eq!((answer["id"] == 7, answer["result"].get("isError").is_none()), (true, passes), "{answer}");
        assert_eq!(line.seen().contains("send"), passes);
    }
}

#[test]
fn where_nobody_can_be_asked_the_answer_is_no_and_says_so() {
    let mut line = enforced(&[]);
    introduce(&mut line, "{}");
    let answer = line.ask(SEND);
    assert!(answer["result"]["content"][0]["text"].as_str().unwrap().contains("nobody could be asked"), "{answer}");
}

#[test]
fn silence_is_a_no() {
    let mut line = enforced(&["--ask-timeout", "1"]);
    introduce(&mut line, r#"{"elicitation":{"form":{}}}"#);
    let question = line.ask(SEND);
    let withdrawn = line.receive_json();
    assert_eq!(
        (&withdrawn["method"], &withdrawn["params"]["requestId"]),
        (&json!("notifications/cancelled"), &question["id"])
    );
    let answer = line.receive_json();
    assert!(answer["result"]["content"][0]["text"].as_str().unwrap().contains("nobody answered in time"), "{answer}");
    line.close();
    assert!(!line.seen().contains("send"));
}

#[test]
fn a_cancelled_question_is_taken_back_and_nothing_is_sent() {
    let mut line = enforced(&[]);
    introduce(&mut line, r#"{"elicitation":{}}"#);
    let question = line.ask(SEND);
    let withdrawn = line.ask(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#);
    assert_eq!(withdrawn["params"]["requestId"], question["id"]);
    assert_eq!(
        line.ask(format!(
            r#"{{"jsonrpc":"2.0","id":{},"result":{{"action":"accept"}}}}
{{"jsonrpc":"2.0","id":9,"method":"ping"}}"#,
            question["id"]
        ))["id"],
        9
    );
    line.close();
    assert!(!line.seen().contains("send") && !line.seen().contains("cancelled"), "{}", line.seen());
}

#[test]
fn in_the_era_without_requests_to_the_client_the_person_is_asked_within_the_answer() {
    let mut line = enforced(&[]);
    let call = |id: u32, more: Value| {
        let mut params = json!({ "name": "send", "arguments": { "to": "bob" }, "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": { "elicitation": {} },
        } });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{params}}}"#)
    };
    let first = call(1, json!({}));
    let asked = line.ask(&first);
    assert_eq!(asked["result"]["resultType"], "input_required", "{asked}");
    let again = call(
        2,
        json!({
            "requestState": asked["result"]["requestState"],
            "inputResponses": { "remit-approval": { "action": "accept", "content": {} } },
        }),
    );
    let answer = line.ask(&again);
    assert_eq!((&answer["id"], answer["result"].get("isError")), (&json!(2), None), "{answer}");
    assert_eq!(line.seen().lines().last(), Some(first.replacen(r#""id":1"#, r#""id":2"#, 1).as_str()));
    assert!(line.ask(again.replacen(r#""id":2"#, r#""id":3"#, 1)).get("error").is_some(), "a yes is good for once");
}

#[test]
fn what_a_server_asks_of_the_person_is_declined_where_the_policy_does_not_grant_it() {
    let mut line = enforced_on("asks", &[]);
    let answer = line.ask(read_file(1, "a"));
    assert_eq!(answer["id"], 1, "the question did not reach the client: {answer}");
    line.close();
    assert!(line.seen().contains(r#""action":"decline""#), "{}", line.seen());
}

const PAY: &str = r#"version: 1
servers:
  s:
    tools:
      pay: { args: { amount: any }, budget: { sum: amount, max: 1000, per: day }, ask: true }
      send: { args: { to: any, path: { paths: [.] } }, ask: true }
"#;

fn asking(policy: &str) -> Line {
    let place = Place::new();
    place.write("mcp.policy.yaml", policy);
    let mut line = Line::start_at(place, "", &["--mode", "enforce", "--policy", "mcp.policy.yaml"]);
    introduce(&mut line, r#"{"elicitation":{}}"#);
    line
}

fn accept(question: &Value) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{},"result":{{"action":"accept","content":{{}}}}}}"#, question["id"])
}

#[test]
fn questions_that_are_open_at_once_spend_one_budget() {
    let mut line = asking(PAY);
    let questions: Vec<Value> = (1..=5).map(|id| line.ask(tool_call(id, "pay", &json!({ "amount": 900 })))).collect();
    let passed = questions.iter().map(|question| line.ask(accept(question)));
    let passed: Vec<bool> = passed.map(|answer| answer["result"].get("isError").is_none()).collect();
    assert_eq!(passed, [true, false, false, false, false]);
    line.close();
    assert_eq!(line.seen().matches("tools/call").count(), 1, "{}", line.seen());
}

#[test]
#[cfg(unix)]
fn a_yes_is_not_good_for_a_symlink_that_was_turned_while_the_person_thought() {
    for turned in [false, true] {
        let mut line = asking(PAY);
        line.place.write("inside/a", "");
        line.place.write_home("b/a", "");
        let link = line.place.project().join("link");
        std::os::unix::fs::symlink(line.place.project().join("inside"), &link).unwrap();
        let question = line.ask(tool_call(1, "send", &json!({ "to": "bob", "path": "link/a" })));
        assert_eq!(question["method"], "elicitation/create", "{question}");
        if turned {
            std::fs::remove_file(&link).unwrap();
            std::os::unix::fs::symlink(line.place.home().join("b"), &link).unwrap();
        }
        let answer = line.ask(accept(&question));
        assert_eq!(answer["result"].get("isError").is_some(), turned, "{answer}");
        line.close();
        assert_eq!(line.seen().contains("tools/call"), !turned);
    }
}

#[test]
fn a_flood_of_questions_is_not_blamed_on_the_client() {
    let mut line = asking(PAY);
    for id in 1..=16 {
        assert_eq!(line.ask(tool_call(id, "pay", &json!({ "amount": 1 })))["method"], "elicitation/create");
    }
    let answer = line.ask(tool_call(17, "pay", &json!({ "amount": 1 })));
    assert!(answer["result"]["content"][0]["text"].as_str().unwrap().contains("too many questions"), "{answer}");
}

#[test]
fn a_url_that_a_server_wants_opened_is_judged_when_it_comes_as_an_error_too() {
    for manner in ["wants-url", "wants-url-unreadably"] {
        for (grant, passes) in [("", false), ("    elicitation: allow\n", manner == "wants-url")] {
            let policy = format!("version: 1\nservers:\n  s:\n{grant}    tools:\n      t: {{ args: any }}\n");
            let mut line = enforced_with(manner, &policy);
            let answer = line.receive_after(call(1, "t"));
            assert_eq!(answer.contains("evil.example"), passes, "{manner} {grant}: {answer}");
        }
    }
}

#[test]
fn what_the_state_of_a_task_asks_of_the_person_is_judged() {
    for (grant, passes) in [("", false), ("    elicitation: allow\n", true)] {
        let policy = format!("version: 1\nservers:\n  s:\n{grant}    tools:\n      t: {{ args: any }}\n");
        let mut line = enforced_with("task", &policy);
        line.ask(call(1, "t"));
        let answer = line.receive_after(r#"{"jsonrpc":"2.0","id":2,"method":"tasks/get","params":{"taskId":"t1"}}"#);
        assert_eq!(answer.contains("your password"), passes, "{answer}");
    }
}
