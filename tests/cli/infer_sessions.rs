//! What one session did many times is what one session did.

use serde_json::{Value, json};

use super::infer::{decide, infer};
use super::support::Place;

fn call(tool: &str, arguments: Value) -> String {
    json!({"server": "s", "tool": tool, "arguments": arguments}).to_string()
}

/// The verdict on the first of these, once four of the others were learned: all in one session, and each in its own.
fn verdicts(other: &str, of: impl Fn(usize) -> String) -> [String; 2] {
    [1, 4].map(|sessions| {
        let place = Place::new();
        for session in 0..sessions {
            let own: Vec<String> = (0..4).filter(|n| n % sessions == session).map(&of).collect();
            place.write(&format!("traces/{session}.jsonl"), &own.join("\n"));
        }
        // More of it, the same in each session.
        for session in 0..3 {
            let calls = [of(0), call("get_page", json!({"note": session.to_string()}))];
            place.write(&format!("traces/more{session}.jsonl"), &calls.join("\n"));
        }
        infer(&place, &[]);
        assert_ne!(decide(&place, &of(3)), "deny", "{}", of(3));
        decide(&place, other)
    })
}

#[test]
fn subdomains_of_one_session_open_no_domain_and_those_of_several_do() {
    let fetch = |host: &str| call("fetch", json!({"url": format!("https://{host}.acme.com/a")}));
    assert_eq!(verdicts(&fetch("new"), |n| fetch(&format!("d{n}"))), ["deny", "allow"]);
}

#[test]
fn addresses_of_one_session_open_no_domain_and_those_of_several_do() {
    let send = |who: &str| call("create_invite", json!({"to": format!("{who}@acme.com")}));
    assert_eq!(verdicts(&send("new"), |n| send(&format!("p{n}"))), ["deny", "allow"]);
}

#[test]
fn pages_of_one_session_open_no_host_to_a_call_that_changes_something_and_those_of_several_do() {
    let send = |page: &str| call("submit_form", json!({"url": format!("https://acme.com/{page}")}));
    assert_eq!(verdicts(&send("new"), |n| send(&format!("p{n}"))), ["deny", "allow"]);
}
