//! What passes, what does not, and who is answered.

use super::*;

#[test]
fn what_passes_passes_byte_by_byte_in_both_directions() {
    let mut line = Line::start("", &RECORD);
    let odd = r#"{ "params":{"arguments":{"n":1.0,"big":12345678901234567890123,"z":1,"a":"\u00e9"},"_meta":{"x":1},"name":"t"}, "method":"tools/call","id":"a/1","jsonrpc":"2.0"}"#;
    line.send(odd);
    assert_eq!(
        line.receive(),
        r#"{"jsonrpc":"2.0","id":"a/1","result":{"content":[{"type":"text","text":"done"}], "n": 1.0}}"#
    );
    assert_eq!(line.close(), (vec![], Some(0)));
    assert_eq!(line.seen().lines().nth(1), Some(odd));
}

/// What two parsers could read differently (reference: what got past other proxies).
#[test]
fn what_could_be_read_in_two_ways_is_answered_and_never_sent_on() {
    let deep = "[".repeat(100_000);
    let rows: Vec<(&str, Vec<u8>)> = vec![
        (
            "a key twice",
            br#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"evil"}}"#.to_vec(),
        ),
        (
            "a key in other case",
            br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","Name":"evil"}}"#.to_vec(),
        ),
        ("the method in other case", br#"{"jsonrpc":"2.0","id":1,"method":"ping","Method":"evil"}"#.to_vec()),
        ("a batch", br#"[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"evil"}}]"#.to_vec()),
        (
            "not UTF-8",
            b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"evil\xff\"}}".to_vec(),
        ),
        (
            "half a surrogate",
            br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"evil\ud800"}}"#.to_vec(),
        ),
        ("too deep", format!(r#"{{"jsonrpc":"2.0","id":1,"method":"evil","params":{{"a":{deep}"#).into_bytes()),
        ("params as an array", br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["evil"]}"#.to_vec()),
        ("NaN", br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"evil","x":NaN}}"#.to_vec()),
    ];
    let mut line = Line::start("", &RECORD);
    for (what, frame) in rows {
        let answer = line.ask(frame);
        assert_eq!(answer["id"], 1, "{what}: {answer}");
        assert!([json!(-32700), json!(-32600)].contains(&answer["error"]["code"]), "{what}: {answer}");
    }
    // Who sent these cannot be told: they are dropped.
    line.send(r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"evil"}"#);
    line.send(r#"{"jsonrpc":"2.0","id":3,"method":"evil"}{"jsonrpc":"2.0","id":4,"method":"evil"}"#);
    line.send(r#"{"jsonrpc":"2.0","id":5.5,"method":"evil"}"#);
    line.send("evil");
    let last = loop {
        let answer = line.ask(r#"{"jsonrpc":"2.0","id":9,"method":"ping"}"#);
        if answer["id"] == 9 {
            break answer;
        }
    };
    assert!(last.get("result").is_some(), "the session goes on");
    line.close();
    assert!(!line.seen().contains("evil"), "{}", line.seen());
}

#[test]
fn a_carriage_return_inside_a_message_does_not_reach_a_server_that_splits_lines_on_it() {
    let mut line = Line::start("", &RECORD);
    line.send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"x\":\r{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"evil\"}\r}}");
    assert_eq!(line.receive_json()["id"], 1);
    line.close();
    assert!(!line.seen().contains('\r'));
    assert_eq!(line.seen().lines().count(), 2);
}

#[test]
fn a_call_that_is_not_written_as_one_is_answered_when_enforcing() {
    let mut line = Line::start("", &["--mode", "enforce"]);
    let digits = "9".repeat(5000);
    for params in [
        r#"{"name":7}"#.to_owned(),
        r#"{"name":"t","arguments":"{}"}"#.to_owned(),
        r#"{"name":"t","arguments":[]}"#.to_owned(),
        format!(r#"{{"name":"t","arguments":{{"n":{digits}}}}}"#),
    ] {
        let answer = line.ask(format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#));
        assert!(answer["error"]["code"] == -32602 || answer["result"]["isError"] == true, "{answer}");
    }
    line.close();
    assert!(!line.seen().contains("tools/call"));
}

#[test]
fn a_message_past_the_limit_is_answered_and_the_session_goes_on() {
    let mut line = Line::start("huge", &["--mode", "record", "--traces", "traces", "--max-message", "1000000"]);
    let big = "x".repeat(2_000_000);
    let answer = line.ask(format!(r#"{{"method":"ping","params":{{"x":"{big}"}},"jsonrpc":"2.0","id":1}}"#));
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(1), &json!(-32600)));
    let answer = line.ask(call(2, "t"));
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(2), &json!(-32603)), "the answer was too big");
    assert_eq!(line.ask(r#"{"jsonrpc":"2.0","id":3,"method":"ping"}"#)["id"], 3);
}

#[test]
fn a_large_message_within_the_limit_passes() {
    let mut line = Line::start("huge", &RECORD);
    let answer = line.ask(call(1, "t"));
    assert_eq!(answer["result"]["content"][0]["text"].as_str().unwrap().len(), 3 << 20);
}

#[test]
fn junk_forged_and_unreadable_answers_do_not_reach_the_client_and_nobody_waits_for_ever() {
    let mut line = Line::start("junk", &RECORD);
    assert_eq!(line.ask(call(1, "t"))["result"], json!({ "content": [] }));
    let mut line = Line::start("forges", &RECORD);
    assert_eq!(line.ask(call(1, "t"))["result"]["content"][0]["text"], "true");
    assert_eq!(line.close(), (vec![], Some(0)), "the second answer to one request is dropped");
    let mut line = Line::start("unreadable", &RECORD);
    let answer = line.ask(call(1, "t"));
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(1), &json!(-32603)));
}

#[test]
fn a_server_that_dies_in_mid_call_is_reported_to_whoever_waits() {
    let mut line = Line::start("dies", &RECORD);
    let answer = line.ask(call(1, "t"));
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(1), &json!(-32603)));
    assert!(answer["error"]["message"].as_str().unwrap().contains("exit code 7"), "{answer}");
    assert_eq!(line.end().1, Some(3));
    assert_eq!(line.traces().last().unwrap()["outcome"], "lost");
}

#[test]
fn a_server_that_cannot_be_started_answers_every_request_with_that() {
    let place = Place::new();
    let mut command =
        place.remit(&["proxy", "--mode", "record", "--traces", "traces", "--server", "s", "--", "./no-such-program"]);
    let input = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\"}\n{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}\n";
    let assert = command.write_stdin(input).timeout(PATIENCE).assert().code(3);
    let output = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    assert_eq!(output.lines().count(), 2, "{output}");
    assert!(output.contains("cannot be started"), "{output}");
}

#[test]
fn the_answer_to_a_cancelled_request_may_come_and_the_cancel_of_a_refused_one_does_not_reach_the_server() {
    let mut line = Line::start("", &["--mode", "enforce"]);
    line.ask(call(1, "t"));
    line.send(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#);
    line.ask(r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#);
    line.close();
    assert!(!line.seen().contains("cancelled"), "{}", line.seen());
    let mut line = Line::start("mute", &RECORD);
    line.send(call(1, "t"));
    line.send(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#);
    wait_for(|| line.seen().contains("notifications/cancelled").then_some(()));
}

#[test]
fn a_second_request_with_an_id_that_is_in_use_is_refused() {
    let mut line = Line::start("mute", &RECORD);
    line.send(call(1, "first"));
    let answer = line.ask(call(1, "second"));
    assert_eq!(answer["error"]["code"], -32600);
    assert!(!line.seen().contains("second"));
}
