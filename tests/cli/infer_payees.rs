//! Whom a payment reaches, and how much as a text, is what was seen.

use serde_json::{Value, json};

use super::infer::{decide, infer};
use super::support::Place;

fn call(tool: &str, arguments: Value) -> String {
    json!({"server": "bank", "tool": tool, "arguments": arguments}).to_string()
}

/// Infers from 24 sessions, one of each of these calls.
fn learned(of: impl Fn(u32) -> String) -> Place {
    let place = Place::new();
    for session in 0..24 {
        place.write(&format!("traces/{session}.jsonl"), &of(session));
    }
    infer(&place, &[]);
    place
}

#[test]
fn a_payee_never_opens_to_a_form_that_everybody_has() {
    let iban = |n: u32| json!(format!("DE{:020}", u64::from(n) * 7_919 + 12_345));
    let number = |n: u32| json!(100_000 + u64::from(n) * 7_919);
    let mail = |n: u32| json!(format!("p{n}@acme.com"));
    let values: [&dyn Fn(u32) -> Value; 3] = [&iban, &number, &mail];
    for (tool, key) in [("send_money", "recipient"), ("execute_payment", "account_number"), ("add_entry", "iban")] {
        for value in values {
            let pay = |n: u32| call(tool, json!({key: value(n), "amount": 5}));
            let place = learned(pay);
            let verdicts = [decide(&place, &pay(3)), decide(&place, &pay(900))];
            assert_eq!(verdicts, ["allow", "deny"], "{tool} {key} {}", value(0));
        }
    }
    let nested = |n: u32| call("create_payments", json!({"payments": [{"to": {"iban": iban(n)}, "amount": 5}]}));
    let place = learned(nested);
    assert_eq!([decide(&place, &nested(3)), decide(&place, &nested(900))], ["allow", "deny"]);
}

#[test]
fn a_sum_as_a_text_stays_as_it_was_seen_and_as_a_number_may_vary() {
    let pay = |key: &str, sum: Value| call("send_money", json!({"recipient": "ann", key: sum}));
    for key in ["amount", "value", "price"] {
        let place = learned(|n| pay(key, json!((n * 37 + 10).to_string())));
        let verdicts = [decide(&place, &pay(key, json!("47"))), decide(&place, &pay(key, json!("99999")))];
        assert_eq!(verdicts, ["allow", "deny"], "{key}");
    }
    let place = learned(|n| pay("amount", json!(n * 37 + 10)));
    assert_eq!(
        [decide(&place, &pay("amount", json!(48))), decide(&place, &pay("amount", json!(99_999)))],
        ["allow", "deny"]
    );
}
