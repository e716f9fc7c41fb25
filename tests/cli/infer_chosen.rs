//! What chooses the deed stays as it was seen: the verb of a gateway, and the words of a program.

use serde_json::{Value, json};

use super::infer::{decide, infer};
use super::support::Place;

fn call(tool: &str, arguments: Value) -> String {
    json!({"server": "s", "tool": tool, "arguments": arguments}).to_string()
}

#[test]
fn the_verb_of_a_gateway_never_opens_however_many_there_are() {
    for key in ["tool_name", "action", "operation", "actionName", "tool"] {
        let place = Place::new();
        let verb = |verb: &str| call("gateway", json!({key: verb, "page": "one"}));
        for session in 0..20 {
            let calls: Vec<String> = (0..4).map(|n| verb(&format!("list_{}", name(session * 4 + n)))).collect();
            place.write(&format!("traces/{session}.jsonl"), &calls.join("\n"));
        }
        infer(&place, &[]);
        assert_eq!(decide(&place, &verb(&format!("list_{}", name(70)))), "allow", "{key}");
        assert_eq!(decide(&place, &verb("delete_repo")), "deny", "{key}");
        assert_eq!(decide(&place, &verb("list_zz")), "deny", "{key}");
    }
}

fn name(number: u8) -> String {
    [number / 26, number % 26].iter().map(|part| char::from(b'a' + part)).collect()
}

#[test]
fn a_verb_that_is_a_number_or_stands_beside_the_arguments_of_a_call_never_opens() {
    let place = Place::new();
    let number = |verb: u8| call("device", json!({"action": verb}));
    let named = |verb: &str| call("call_tool", json!({"name": verb, "arguments": {"page": 1}}));
    for session in 0..20 {
        let calls = [number(session), named(&format!("list_{}", name(session)))];
        place.write(&format!("traces/{session}.jsonl"), &calls.join("\n"));
    }
    infer(&place, &[]);
    assert_eq!([decide(&place, &number(7)), decide(&place, &number(30))], ["allow", "deny"]);
    assert_eq!([decide(&place, &named("list_ab")), decide(&place, &named("drop_all"))], ["allow", "deny"]);
}

#[test]
fn the_words_of_a_program_are_those_that_were_seen_whatever_the_tool_is_called() {
    let pairs = [
        ("command", "args"),
        ("program", "args"),
        ("cmd", "arguments"),
        ("executable", "argv"),
        ("file", "args"),
        ("binary", "params"),
    ];
    for (tool, (program, words)) in ["exec", "do_it"].into_iter().flat_map(|tool| pairs.map(|pair| (tool, pair))) {
        let place = Place::new();
        let run = |args: &[&str]| call(tool, json!({program: "bash", words: args}));
        for session in 0..12 {
            place.write(&format!("traces/{session}.jsonl"), &run(&["-c", &format!("make{}", name(session))]));
        }
        infer(&place, &[]);
        assert_ne!(decide(&place, &run(&["-c", "makeab"])), "deny", "{tool} {program} {words}");
        for other in [&["-c", "shutdown"][..], &["push", "main"], &["-c", "makezz"]] {
            assert_eq!(decide(&place, &run(other)), "deny", "{tool} {program} {words} {other:?}");
        }
    }
}
