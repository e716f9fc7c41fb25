//! What holds of every text, and of a corpus of harmless ones.
#![allow(clippy::print_stdout, reason = "the share is a figure to be seen: cargo test redact -- --nocapture")]

use proptest::prelude::*;
use serde_json::{Value, json};

use super::tests::redactor;

#[test]
fn long_hostile_texts_keep_their_length_or_lose_their_secrets() {
    for piece in [
        "a",
        "a@",
        "password=",
        "password=(",
        "\"password\":\"",
        "://a:b",
        "-----BEGIN PRIVATE KEY-----",
        "key",
        "Bearer a1 ",
    ] {
        let text = piece.repeat(200_000 / piece.len());
        let redacted = redactor().text(&text).into_owned();
        assert_eq!(redactor().text(&redacted), redacted, "{piece}");
        assert!(super::mask_emails(&text).len() >= text.len() / 2);
    }
}

/// The benign corpus: a JSON value a line. Text stands as a string.
fn benign() -> Vec<Value> {
    include_str!("../../../tests/data/redact_benign.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn of_the_benign_corpus_less_than_half_a_percent_is_redacted() {
    let values = benign();
    assert!(values.len() >= 500, "{} values", values.len());
    let mut wrong = Vec::new();
    for value in &values {
        let mut redacted = value.clone();
        redactor().value(&mut redacted);
        if redacted != *value {
            wrong.push(format!("{value}\n  -> {redacted}"));
        }
    }
    let share = wrong.len() as f64 * 100.0 / values.len() as f64;
    let report =
        format!("{} of {} benign values redacted: {share:.2} %\n{}", wrong.len(), values.len(), wrong.join("\n"));
    assert!(share < 0.5, "{report}");
    println!("{report}");
}

fn json_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[ -~]{0,40}",
        "(password|token|api_key|Authorization|--secret)[=: ]{1,2}[\"']?[A-Za-z0-9$(){}.,;/+-]{0,30}[\"']?",
        "\\PC{0,20}",
        "\\[redacted:[a-z-]{0,5}:[0-9a-f]{14,17}\\]?[A-Za-z0-9]{0,9}",
        "[a-z]{1,5}://[a-z]{0,3}:[a-z@:/\\[]{0,9}@[a-z]{0,4}",
    ];
    let leaf = prop_oneof![text.prop_map(Value::from), any::<i64>().prop_map(Value::from), Just(Value::Null)];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("(password|token|name|value|auth|[a-z]{0,4})", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn redacting_a_text_twice_is_redacting_it_once(text in "(\\PC|[=:\"' @/\\[\\]]|password|token|key|redacted:){0,40}") {
        let once = redactor().text(&text).into_owned();
        prop_assert_eq!(redactor().text(&once).into_owned(), once);
    }

    #[test]
    fn redacting_a_value_twice_is_redacting_it_once_and_it_stays_json(value in json_value()) {
        let mut once = value.clone();
        redactor().value(&mut once);
        let read: Value = serde_json::from_str(&once.to_string()).unwrap();
        prop_assert_eq!(&read, &once);
        let mut twice = once.clone();
        redactor().value(&mut twice);
        prop_assert_eq!(twice, once);
    }

    #[test]
    fn a_password_never_appears_in_the_output(secret in "[A-Za-z0-9!#%+-]{0,8}[0-9][A-Za-z0-9!#%+-]{3,20}[A-Z][a-z]{2}") {
        for text in [
            format!("DB_PASSWORD={secret}\n"),
            format!("{{\"password\": \"{secret}\"}}"),
            format!("tool --password '{secret}' x"),
            format!("password: \"{secret}\""),
        ] {
            let redacted = redactor().text(&text).into_owned();
            prop_assert!(!redacted.contains(&secret), "{} -> {}", text, redacted);
        }
        let mut value = json!({"a": [{"password": secret.clone()}]});
        redactor().value(&mut value);
        prop_assert!(!value.to_string().contains(&secret));
    }

    #[test]
    fn a_random_key_under_its_name_never_appears_in_the_output(
        key in "[A-Za-z0-9/+]{8}[0-9][A-Z][a-z][A-Za-z0-9/+]{8}[0-9][A-Z][a-z][A-Za-z0-9/+]{18}",
        hex in "[0-9][a-f][0-9a-f]{30}",
    ) {
        for secret in [key, hex] {
            for text in [
                format!("aws_secret_access_key = {secret}\n"),
                format!("AWS_SECRET_ACCESS_KEY={secret}"),
                format!("{{\"api_key\":\"{secret}\"}}"),
                format!("x-api-key: {secret}"),
                format!("tool --token {secret}"),
            ] {
                let redacted = redactor().text(&text).into_owned();
                prop_assert!(!redacted.contains(&secret), "{} -> {}", text, redacted);
            }
        }
    }

    #[test]
    fn masking_addresses_twice_is_masking_them_once(text in "([a-z.*@]|\\PC){0,30}") {
        let once = super::mask_emails(&text).into_owned();
        prop_assert_eq!(super::mask_emails(&once).into_owned(), once);
    }
}
