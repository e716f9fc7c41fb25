//! What evidence does not keep opens nothing.

use serde_json::{Map, Value, json};

use super::infer::{decide, infer};
use super::support::Place;

fn call(tool: &str, arguments: Value) -> String {
    json!({"server": "s", "tool": tool, "arguments": arguments}).to_string()
}

/// A session with these calls, unlike all others in one that matters to nobody.
fn session(place: &Place, name: impl std::fmt::Display, calls: &[String]) {
    let own = call("get_page", json!({"note": format!("page {name}")}));
    place.write(&format!("traces/{name}.jsonl"), &format!("{own}\n{}\n", calls.join("\n")));
}

/// The same, with spaces behind it: more than is kept of a value.
fn long(text: &str) -> String {
    format!("{text}{}", " ".repeat(1100))
}

#[test]
fn a_value_too_long_to_keep_opens_no_position_that_does_something_or_names_whom_it_reaches() {
    let positions = [
        ("query", "sql", "select id from orders", "delete from users"),
        ("find_rows", "query", "select id from orders", "delete from users"),
        ("run_command", "command", "cargo test", "rm -rf src"),
        ("read_file", "path", "src/a.rs", "docs/x.md"),
        ("write_file", "path", "src/a.rs", "docs/x.md"),
        ("send_money", "recipient", "DE89370400440532013000", "DE02120300000000202051"),
        ("send_money", "amount", "12", "9000 dollars"),
        ("set_state", "state", "open", "gone for ever"),
    ];
    for (tool, key, known, other) in positions {
        for strictness in ["balanced", "exact"] {
            let place = Place::new();
            for session in 0..20 {
                self::session(&place, session, &[call(tool, json!({key: known}))]);
            }
            session(&place, "long", &[call(tool, json!({key: long(known)}))]);
            let said = infer(&place, &["--strictness", strictness]);
            assert_ne!(decide(&place, &call(tool, json!({key: known}))), "deny", "{tool} {key}");
            assert_eq!(decide(&place, &call(tool, json!({key: other}))), "deny", "{tool} {key} {strictness}");
            assert!(["long to keep", "not granted", "not learned"].iter().any(|words| said.contains(words)), "{said}");
            infer(&place, &["traces/long.jsonl", "--strictness", strictness, "--force"]);
            assert_eq!(decide(&place, &call(tool, json!({key: other}))), "deny", "{tool} {key} alone");
        }
    }
}

#[test]
fn a_long_text_is_free_text_where_its_name_says_so() {
    let place = Place::new();
    for session in 0..6 {
        let body = json!({"to": "ann", "body": long(&format!("dear {session}"))});
        self::session(&place, session, &[call("send_note", body)]);
    }
    let said = infer(&place, &[]);
    assert!(!said.contains("too long"), "{said}");
    let to = |to: &str| call("send_note", json!({"to": to, "body": long("something else")}));
    assert_eq!([decide(&place, &to("ann")), decide(&place, &to("eve"))], ["allow", "deny"]);
}

#[test]
fn a_line_break_or_many_words_make_no_payee_a_free_text() {
    let place = Place::new();
    let pay = |to: &str| call("send_money", json!({"recipient": to, "amount": 5}));
    for session in 0..6 {
        let calls = [pay("the power company of our town"), pay("ann\n")];
        self::session(&place, session, &calls);
    }
    infer(&place, &[]);
    assert_eq!([decide(&place, &pay("ann\n")), decide(&place, &pay("eve"))], ["allow", "deny"]);
}

#[test]
fn words_beside_statements_are_those_words_and_no_free_text() {
    let place = Place::new();
    let find = |query: &str| call("find_rows", json!({"query": query}));
    for session in 0..12 {
        let calls = [find("select id from orders"), find(&format!("orders of week number {session}"))];
        self::session(&place, session, &calls);
    }
    infer(&place, &[]);
    assert_eq!(decide(&place, &find("orders of week number 3")), "allow");
    assert_eq!(decide(&place, &find("delete from users")), "deny");
}

#[test]
fn members_past_the_cap_leave_those_that_are_known_closed() {
    let place = Place::new();
    let transfer = |payee: &str, amount: u32, junk: usize| {
        let mut members: Map<String, Value> = (0..junk).map(|n| (format!("zz{n}"), json!("x"))).collect();
        members.insert("amount".into(), json!(amount));
        members.insert("payee".into(), json!(payee));
        call("send_money", json!({"transfer": members}))
    };
    for session in 0..6 {
        self::session(&place, session, &[transfer("ann", 5, 0)]);
    }
    session(&place, "z", &[transfer("ann", 5, 70)]);
    let said = infer(&place, &[]);
    assert!(said.contains("not granted") || said.contains("past the cap"), "{said}");
    assert_eq!(decide(&place, &transfer("ann", 5, 0)), "allow");
    for other in [transfer("eve", 5, 0), transfer("ann", 9_000, 0), transfer("eve", 5, 70)] {
        assert_eq!(decide(&place, &other), "deny", "{other}");
    }
    let mail = |key: &str, to: &str| {
        let mut members: Map<String, Value> = (0..70).map(|n| (format!("k{n}"), json!("x"))).collect();
        members.insert(key.to_owned(), json!(to));
        call("list_labels", json!({"labels": members}))
    };
    place.write("traces/y.jsonl", &mail("k7", "x"));
    infer(&place, &["traces/y.jsonl", "--force"]);
    assert_eq!(decide(&place, &mail("new", "y")), "allow");
    place.write("traces/y.jsonl", &mail("a_path", "src/a.rs"));
    infer(&place, &["traces/y.jsonl", "--force"]);
    assert_eq!(decide(&place, &mail("new", "/etc/passwd")), "deny");
}
