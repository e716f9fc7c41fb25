//! What was judged is what is sent (DESIGN 3.5): a message that is read strictly means the same to every reader, whichever
//! of two equal keys it takes and wherever it ends a line.

use std::cell::Cell;

use mcp_remit::model::json::Limits;
use mcp_remit::model::message::Message;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::choices::Choices;

/// Keys of the protocol and of arguments, some of them one key in another spelling.
const KEYS: [&str; 9] = ["name", "arguments", "a", "b", "n\\u0061me", "Name", "\\u0061", "k\u{2028}", "x/y"];
const STRINGS: [&str; 9] =
    ["", "plain", "\\n\\r", "\u{2028}{}", "\u{85}", "a\u{2029}b", "\\u2028", "\\ud83d\\ude00", "é"];
const NUMBERS: [&str; 6] = ["0", "-1", "1.50", "1e2", "9007199254740993", "-0"];
/// What no strict reader takes.
const BROKEN: [&str; 6] = ["\"\\ud800\"", "NaN", "01", "\"a\tb\"", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}"];

fn space(choices: &mut Choices<'_>) -> &'static str {
    if choices.chance(85) { "" } else { choices.pick(&[" ", "\n", "\r", "\r\n", "\t", " \r "]) }
}

fn value(choices: &mut Choices<'_>, depth: usize) -> String {
    match choices.below(if depth == 0 { 5 } else { 8 }) {
        0 => format!("\"{}\"", choices.pick(&STRINGS)),
        1 => choices.pick(&NUMBERS).to_owned(),
        2 => choices.pick(&["true", "false", "null"]).to_owned(),
        3 if choices.chance(12) => choices.pick(&BROKEN).to_owned(),
        3 | 4 => format!("\"{}\"", choices.pick(&STRINGS)),
        5 => format!("[{}]", choices.several(0, 3, |choices| value(choices, depth - 1)).join(",")),
        _ => object(choices, depth),
    }
}

fn object(choices: &mut Choices<'_>, depth: usize) -> String {
    let mut keys = choices.several(0, 4, |choices| choices.pick(&KEYS));
    if choices.chance(70) {
        keys.sort_unstable();
        keys.dedup();
    }
    let members: Vec<String> = keys
        .into_iter()
        .map(|key| {
            format!("{}\"{key}\"{}:{}{}", space(choices), space(choices), space(choices), value(choices, depth - 1))
        })
        .collect();
    format!("{{{}}}", members.join(","))
}

fn message(bytes: &[u8]) -> String {
    let choices = &mut Choices::new(bytes);
    let (params, twice) = (object(choices, 3), choices.chance(6));
    let again = if twice { ",\"params\":{}" } else { "" };
    let (before, after) = (space(choices), space(choices));
    format!(
        "{before}{{\"jsonrpc\":\"2.0\",{after}\"id\":1,\"method\":\"tools/call\",\"params\":{params}{again}}}{after}"
    )
}

/// A reader that takes the first of two equal keys.
struct First(Value);

impl<'de> Deserialize<'de> for First {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<First, D::Error> {
        deserializer.deserialize_any(FirstWins).map(First)
    }
}

struct FirstWins;

impl<'de> Visitor<'de> for FirstWins {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any JSON")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(First(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(all.into())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some((key, First(member))) = members.next_entry::<String, First>()? {
            all.entry(key).or_insert(member);
        }
        Ok(all.into())
    }
}

/// Where Python's `str.splitlines` ends a line; the files of its servers end one at the first three.
const LINE_ENDS: [char; 10] =
    ['\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];

#[test]
fn a_message_that_is_read_strictly_is_one_call_and_one_line_to_every_reader() {
    let (read, refused, told_apart) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let count = |counter: &Cell<u32>| counter.set(counter.get() + 1);
    let config = ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() };
    let text = prop::collection::vec(any::<u8>(), 120).prop_map(|bytes| message(&bytes));
    let ran = TestRunner::new(config).run(&text, |text| {
        let last = serde_json::from_str::<Value>(&text).ok();
        let first = serde_json::from_str::<First>(&text).ok().map(|First(value)| value);
        if last != first {
            count(&told_apart);
        }
        let Ok(message) = Message::parse(text.as_bytes(), Limits::default()) else {
            count(&refused);
            return Ok(());
        };
        count(&read);
        let sent = std::str::from_utf8(message.frame()).unwrap();
        prop_assert!(last.is_some());
        prop_assert_eq!(&last, &first);
        prop_assert_eq!(serde_json::from_str::<Value>(sent).ok(), last, "what is sent on");
        prop_assert_eq!(serde_json::from_str::<First>(sent).ok().map(|First(value)| value), first);
        let params = serde_json::from_str::<Value>(sent).unwrap()["params"].clone();
        prop_assert_eq!(message.params().cloned().map(Value::Object), Some(params), "what is judged");
        prop_assert!(!sent.contains(LINE_ENDS), "{} is more than one line", sent.escape_debug());
        let again = Message::parse(sent.as_bytes(), Limits::default());
        prop_assert_eq!(again.as_ref().ok(), Some(&message), "read twice is read once");
        Ok(())
    });
    ran.unwrap_or_else(|failure| panic!("{failure}"));
    let (read, refused, told_apart) = (read.get(), refused.get(), told_apart.get());
    assert!(
        read > 1_000 && refused > 500 && told_apart > 100,
        "{read} read, {refused} refused, {told_apart} told apart"
    );
}
