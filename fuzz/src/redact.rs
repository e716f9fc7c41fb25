//! Redaction: twice is once, JSON stays JSON of the same shape, and a planted secret does not survive.

use std::sync::LazyLock;

use mcp_remit::decision::redact::{Redactor, mask_emails, secrets_in};
use mcp_remit::model::policy::Redaction;
use serde_json::{Value, json};

static REDACTOR: LazyLock<Redactor> = LazyLock::new(|| {
    Redactor::new(&[7; 32], &Redaction { emails: true, ..Redaction::default() }).expect("no patterns")
});

/// Put together here so that no scanner of this repository takes it for a real one.
static SECRET: LazyLock<String> = LazyLock::new(|| ["gh", "p_", "4tBq9ZrWx2NcV7mLpK3sYh8JdF6gQa1eRuTo"].concat());

pub fn check(bytes: &[u8]) {
    let text = super::text(bytes);
    let once = REDACTOR.text(&text);
    assert_eq!(REDACTOR.text(&once), once, "redacted twice is another text: {text:?}");
    let masked = mask_emails(&text);
    assert_eq!(mask_emails(&masked), masked, "masked twice is another text: {text:?}");
    let _ = secrets_in(&text);
    let planted = format!("{text}\n{}\n{text}", *SECRET);
    let redacted = REDACTOR.text(&planted);
    assert!(!redacted.contains(SECRET.as_str()), "a secret survives: {planted:?} -> {redacted:?}");
    if let Ok(value) = serde_json::from_str::<Value>(&text) {
        whole(&value);
        whole(&json!([value, { "password": "aX9!kq2#Lm", "value": [SECRET.as_str()] }]));
    }
    whole(&json!({ "text": text, "password": "aX9!kq2#Lm", "args": ["--token", SECRET.as_str()] }));
}

fn whole(value: &Value) {
    let mut once = value.clone();
    REDACTOR.value(&mut once);
    assert!(same_shape(value, &once), "{value} -> {once}");
    let mut twice = once.clone();
    REDACTOR.value(&mut twice);
    assert_eq!(once, twice, "redacted twice is another value: {value}");
    let written = once.to_string();
    assert!(!written.contains(SECRET.as_str()), "a secret survives: {value} -> {written}");
    let planted = value.pointer("/password").or_else(|| value.pointer("/1/password"));
    if planted.and_then(Value::as_str) == Some("aX9!kq2#Lm") {
        let left = once.pointer("/password").or_else(|| once.pointer("/1/password"));
        assert_ne!(left, planted, "a password survives");
    }
}

/// Numbers, `true`, `false`, `null`, and how many of what: all as before.
fn same_shape(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::String(_), Value::String(_)) => true,
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same_shape(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            let kept = left.iter().filter_map(|(key, value)| Some((value, right.get(key)?)));
            left.len() == right.len() && kept.into_iter().all(|(left, right)| same_shape(left, right))
        }
        (left, right) => left == right,
    }
}
