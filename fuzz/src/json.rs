//! The strict walk and the message: what passes is read alike by another parser, and what is sent on is the same.

use std::fmt;

use mcp_remit::model::json::{Limits, walk};
use mcp_remit::model::message::{Id, Kind, Message};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Below the depth at which serde_json gives up.
const LIMITS: Limits = Limits { bytes: 1 << 20, depth: 100 };

/// serde_json's reading, with duplicate keys refused.
pub(crate) fn strict(text: &[u8]) -> Result<Value, String> {
    serde_json::from_slice::<Strict>(text).map(|strict| strict.0).map_err(|error| error.to_string())
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Strict, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without duplicate keys")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }
    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }
    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }
    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = access.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some((key, Strict(value))) = access.next_entry::<String, Strict>()? {
            if members.insert(key, value).is_some() {
                return Err(A::Error::custom("a key twice"));
            }
        }
        Ok(Value::Object(members))
    }
}

pub fn check(bytes: &[u8]) {
    let other = strict(bytes);
    match walk(bytes, LIMITS) {
        Ok(walked) => match &other {
            Ok(_) => {}
            Err(why) => {
                assert!(!why.contains("a key twice"), "a key twice passed");
                assert!(why.contains("out of range") && !walked.wide.is_empty(), "read here, refused elsewhere: {why}");
            }
        },
        Err(refused) => assert!(
            other.is_err() || refused.why.contains("letter case") || refused.why.contains("deeper"),
            "refused without a reason: {refused}"
        ),
    }
    match Message::parse(bytes, LIMITS) {
        Ok(message) => passed(bytes, &message, &other),
        Err(refused) => {
            if let Some(id) = other.as_ref().ok().and_then(asks) {
                assert_eq!(refused.ids, [id], "a request without an answer: {}", refused.why);
            }
            if let Ok(Value::Object(members)) = &other
                && !members.contains_key("id")
            {
                assert_eq!(refused.ids, [], "an answer to what has no id");
            }
        }
    }
}

/// The id of what is plainly a request.
fn asks(value: &Value) -> Option<Id> {
    if !value.get("method")?.is_string() {
        return None;
    }
    match value.get("id")? {
        Value::Number(number) => number.as_i64().map(Id::Number),
        Value::String(text) => Some(Id::Text(text.clone())),
        _ => None,
    }
}

fn passed(bytes: &[u8], message: &Message, other: &Result<Value, String>) {
    let frame = message.frame();
    assert!(!frame.iter().any(|byte| matches!(byte, b'\n' | b'\r' | b'\t')), "white space that others split lines at");
    let tokens = |text: &[u8]| text.iter().filter(|byte| !byte.is_ascii_whitespace()).copied().collect::<Vec<u8>>();
    assert_eq!(tokens(bytes), tokens(frame), "other tokens than the message's own");
    assert_eq!(Message::parse(frame, LIMITS).as_ref(), Ok(message), "what is sent on is another message");
    assert_eq!(&strict(frame), other, "what is sent on has another value");
    if let (Ok(value), Some(method)) = (other, message.method()) {
        assert_eq!(value["method"], method);
    }
    match message.kind() {
        Kind::Request { id, params, .. } => {
            if let Ok(value) = other {
                assert_eq!(value["id"], id.to_json());
                let theirs = value.get("params").and_then(Value::as_object).cloned().unwrap_or_default();
                let wide = walk(bytes, LIMITS).is_ok_and(|walked| !walked.wide.is_empty());
                assert!(wide || theirs == *params, "another call");
            }
            let new = Id::Text("planted \"id\"".into());
            let renamed = message.with_id(&new).expect("a request has an id");
            assert_eq!(Message::parse(renamed.frame(), LIMITS).as_ref(), Ok(&renamed));
            assert_eq!(renamed.with_id(id).as_ref().and_then(Message::params), Some(params));
        }
        Kind::Response { id, .. } => {
            assert!(message.result().is_some() != message.error().is_some());
            if let Some(frame) = message.with_result("{\"planted\":1}") {
                let rewritten = Message::parse(&frame, LIMITS).expect("a rewritten result is a message");
                assert_eq!((rewritten.id(), rewritten.result()), (Some(id), Some("{\"planted\":1}")));
            }
        }
        Kind::Notification { .. } => {}
    }
}
