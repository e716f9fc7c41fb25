//! One JSON-RPC message as it stands on the wire, parsed once and strictly.

use std::collections::HashMap;
use std::ops::Range;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::json::{self, Limits};

/// A request's id. Two spellings of one string are one id; a fraction is none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Id {
    Number(i64),
    Text(String),
}

impl Id {
    /// The id as JSON.
    pub fn to_json(&self) -> Value {
        match self {
            Id::Number(number) => Value::from(*number),
            Id::Text(text) => Value::from(text.as_str()),
        }
    }
}

/// A message that was read strictly. `frame` is what may be sent on: the message's own tokens on one line, without a
/// line end, white space between tokens reduced to plain spaces, and U+0085, U+2028 and U+2029 escaped.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    frame: Vec<u8>,
    kind: Kind,
}

/// What the message is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Request { id: Id, method: String, params: Params },
    Notification { method: String, params: Params },
    Response { id: Id, body: Body },
}

/// The members of `params`; numbers that no 64-bit reader can hold stand as `{"$number": "1e999"}`, which no constraint
/// but `any` admits.
pub type Params = Map<String, Value>;

/// The answer in a response, still text: answers can be big, and few are looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Where `result` stands in the frame.
    Result(Range<usize>),
    /// Where `error` stands in the frame.
    Error(Range<usize>),
}

/// A frame that is no message. Where an id could be told it must be answered (DESIGN 3.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The ids to answer; several for a batch. Empty: nothing can be answered, or a notification.
    pub ids: Vec<Id>,
    /// JSON-RPC error code: -32700 not JSON, -32600 not a request.
    pub code: i64,
    pub why: String,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    jsonrpc: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    method: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    params: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    error: Option<&'a RawValue>,
}

/// `Some` also for a literal `null`, which is not the same as an absent member.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

impl Message {
    /// Reads one frame: the bytes between two line ends.
    pub fn parse(frame: &[u8], limits: Limits) -> Result<Message, Refused> {
        let walked = json::walk(frame, limits).map_err(|malformed| Refused {
            ids: salvage_ids(frame),
            code: -32700,
            why: malformed.to_string(),
        })?;
        let wide = !walked.wide.is_empty();
        let frame = without(frame, &walked.gaps);
        let kind = read_kind(&frame, limits, wide)?;
        Ok(Message { frame, kind })
    }

    /// What may be sent on.
    pub fn frame(&self) -> &[u8] {
        &self.frame
    }

    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    pub fn method(&self) -> Option<&str> {
        match &self.kind {
            Kind::Request { method, .. } | Kind::Notification { method, .. } => Some(method),
            Kind::Response { .. } => None,
        }
    }

    pub fn id(&self) -> Option<&Id> {
        match &self.kind {
            Kind::Request { id, .. } | Kind::Response { id, .. } => Some(id),
            Kind::Notification { .. } => None,
        }
    }

    pub fn params(&self) -> Option<&Params> {
        match &self.kind {
            Kind::Request { params, .. } | Kind::Notification { params, .. } => Some(params),
            Kind::Response { .. } => None,
        }
    }

    /// The text of a response's `result`; `None` for an error and for what is no response.
    pub fn result(&self) -> Option<&str> {
        match &self.kind {
            Kind::Response { body: Body::Result(span), .. } => self.text(span),
            _ => None,
        }
    }

    /// The text of a response's `error`.
    pub fn error(&self) -> Option<&str> {
        match &self.kind {
            Kind::Response { body: Body::Error(span), .. } => self.text(span),
            _ => None,
        }
    }

    /// The frame itself, when nothing else is needed any more.
    pub fn into_frame(self) -> Vec<u8> {
        self.frame
    }

    /// The same request under another id; everything else is the message's own text.
    pub fn with_id(&self, id: &Id) -> Option<Message> {
        let Kind::Request { method, params, .. } = &self.kind else { return None };
        let text = std::str::from_utf8(&self.frame).ok()?;
        let envelope: Envelope = serde_json::from_str(text).ok()?;
        let span = span_of(text, envelope.id?.get());
        let (before, after) = (self.frame.get(..span.start)?, self.frame.get(span.end..)?);
        let frame = without(&[before, id.to_json().to_string().as_bytes(), after].concat(), &[]);
        Some(Message { frame, kind: Kind::Request { id: id.clone(), method: method.clone(), params: params.clone() } })
    }

    /// The same response with another result; everything else is the message's own text.
    pub fn with_result(&self, result: &str) -> Option<Vec<u8>> {
        let Kind::Response { body: Body::Result(span), .. } = &self.kind else { return None };
        let (before, after) = (self.frame.get(..span.start)?, self.frame.get(span.end..)?);
        Some(without(&[before, result.as_bytes(), after].concat(), &[]))
    }

    fn text(&self, span: &Range<usize>) -> Option<&str> {
        std::str::from_utf8(self.frame.get(span.clone())?).ok()
    }
}

fn refuse(ids: Vec<Id>, why: impl Into<String>) -> Refused {
    Refused { ids, code: -32600, why: why.into() }
}

fn read_kind(frame: &[u8], limits: Limits, wide: bool) -> Result<Kind, Refused> {
    match frame.iter().find(|byte| **byte != b' ') {
        Some(b'{') => {}
        Some(b'[') => return Err(refuse(batch_ids(frame), "a batch: send each message on a line of its own")),
        _ => return Err(refuse(Vec::new(), "not a JSON object")),
    }
    let text = std::str::from_utf8(frame).unwrap_or_default();
    let envelope: Envelope = serde_json::from_str(text).map_err(|error| refuse(Vec::new(), error.to_string()))?;
    let id = envelope.id.map(|raw| read_id(raw.get()));
    let known = id.clone().and_then(Result::ok);
    let ids = || known.clone().into_iter().collect::<Vec<_>>();
    if envelope.jsonrpc.map(RawValue::get) != Some("\"2.0\"") {
        return Err(refuse(ids(), "`jsonrpc` must be \"2.0\""));
    }
    let answer = match (envelope.result, envelope.error) {
        (Some(_), Some(_)) => return Err(refuse(ids(), "both `result` and `error`")),
        (Some(result), None) => Some(Body::Result(span_of(text, result.get()))),
        (None, Some(error)) => Some(Body::Error(span_of(text, error.get()))),
        (None, None) => None,
    };
    match (envelope.method, answer) {
        (Some(_), Some(_)) => Err(refuse(ids(), "both a request and a response")),
        (None, None) => Err(refuse(ids(), "neither `method` nor `result` nor `error`")),
        (None, Some(body)) => match id {
            Some(Ok(id)) => Ok(Kind::Response { id, body }),
            _ => Err(refuse(Vec::new(), "a response without a readable id")),
        },
        (Some(method), None) => {
            let method: String =
                serde_json::from_str(method.get()).map_err(|_| refuse(ids(), "`method` must be a string"))?;
            let params = read_params(envelope.params, limits, wide).map_err(|why| refuse(ids(), why))?;
            match id {
                None => Ok(Kind::Notification { method, params }),
                Some(Ok(id)) => Ok(Kind::Request { id, method, params }),
                Some(Err(why)) => Err(refuse(Vec::new(), why)),
            }
        }
    }
}

fn read_params(raw: Option<&RawValue>, limits: Limits, wide: bool) -> Result<Params, String> {
    let Some(raw) = raw else { return Ok(Params::new()) };
    let marked;
    let text = if wide {
        marked = mark_wide_numbers(raw.get(), limits);
        marked.as_str()
    } else {
        raw.get()
    };
    if !text.starts_with('{') {
        return Err("`params` must be an object".into());
    }
    serde_json::from_str(text).map_err(|error| format!("`params` cannot be read: {error}"))
}

/// Puts `{"$number":"..."}` where a number stands that would be rounded.
fn mark_wide_numbers(text: &str, limits: Limits) -> String {
    let Ok(walked) = json::walk_part(text.as_bytes(), limits) else { return text.to_owned() };
    let mut marked = String::with_capacity(text.len() + walked.wide.len() * 16);
    let mut from = 0;
    for span in walked.wide {
        marked.push_str(text.get(from..span.start).unwrap_or_default());
        marked.push_str("{\"$number\":\"");
        marked.push_str(text.get(span.clone()).unwrap_or_default());
        marked.push_str("\"}");
        from = span.end;
    }
    marked.push_str(text.get(from..).unwrap_or_default());
    marked
}

fn read_id(raw: &str) -> Result<Id, String> {
    match serde_json::from_str::<Value>(raw) {
        Ok(Value::String(text)) => Ok(Id::Text(text)),
        Ok(Value::Number(number)) if !raw.contains(['.', 'e', 'E']) => number
            .as_i64()
            .filter(|_| raw != "-0")
            .map(Id::Number)
            .ok_or_else(|| "`id` does not fit 64 bits".to_owned()),
        _ => Err("`id` must be a string or an integer".to_owned()),
    }
}

/// Where `part`, a slice of `whole`, stands in it.
fn span_of(whole: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - whole.as_ptr() as usize;
    start..start + part.len()
}

/// The frame without its gaps, on one line for every reader: where others end a line within a string (Python's
/// `str.splitlines`), the same character is written as its escape.
fn without(frame: &[u8], gaps: &[Range<usize>]) -> Vec<u8> {
    let mut clean = Vec::with_capacity(frame.len());
    let mut from = 0;
    for gap in gaps {
        push_escaped(&mut clean, frame.get(from..gap.start).unwrap_or_default());
        from = gap.end;
    }
    push_escaped(&mut clean, frame.get(from..).unwrap_or_default());
    clean
}

/// U+0085, U+2028 and U+2029 stand in no JSON but in strings.
fn push_escaped(clean: &mut Vec<u8>, tokens: &[u8]) {
    let mut rest = tokens;
    while let Some(at) = rest.iter().position(|byte| matches!(byte, 0xc2 | 0xe2)) {
        let (before, here) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        clean.extend_from_slice(before);
        let (escape, length): (&[u8], usize) = match here {
            [0xc2, 0x85, ..] => (br"\u0085", 2),
            [0xe2, 0x80, 0xa8, ..] => (br"\u2028", 3),
            [0xe2, 0x80, 0xa9, ..] => (br"\u2029", 3),
            other => (other.get(..1).unwrap_or_default(), 1),
        };
        clean.extend_from_slice(escape);
        rest = here.get(length..).unwrap_or_default();
    }
    clean.extend_from_slice(rest);
}

/// The ids of the requests in a batch, so that each gets an answer.
fn batch_ids(frame: &[u8]) -> Vec<Id> {
    let Ok(elements) = serde_json::from_slice::<Vec<Map<String, Value>>>(frame) else { return Vec::new() };
    let requests = elements.iter().filter(|element| element.contains_key("method"));
    requests.filter_map(|element| element.get("id")).filter_map(|id| read_id(&id.to_string()).ok()).collect()
}

/// The id of a frame that is malformed somewhere else, where a lenient reader can still tell it beyond doubt. A caller
/// that answers the wrong id would be worse than one that does not answer.
fn salvage_ids(frame: &[u8]) -> Vec<Id> {
    let lenient = String::from_utf8_lossy(frame);
    let members: HashMap<String, Value> = match serde_json::from_str(&lenient) {
        Ok(members) => members,
        Err(_) => return scan_for_id(&lenient).into_iter().collect(),
    };
    if !members.contains_key("method") {
        return Vec::new();
    }
    // Two ids that differ: nobody can tell which one the client waits for.
    if lenient.matches("\"id\"").count() > 1 && scan_for_id(&lenient).is_none() {
        return Vec::new();
    }
    members.get("id").and_then(|id| read_id(&id.to_string()).ok()).into_iter().collect()
}

/// `"id": 7` at the top level of a text that no parser takes; `None` where there is none, or more than one.
fn scan_for_id(text: &str) -> Option<Id> {
    let (mut depth, mut in_string, mut escaped, mut found) = (0_i32, false, false, None);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => {
                in_string = !in_string;
                if in_string && depth == 1 {
                    let rest = text.get(at..).unwrap_or_default();
                    if let Some(value) =
                        rest.strip_prefix("\"id\"").map(str::trim_start).and_then(|r| r.strip_prefix(':'))
                    {
                        if found.is_some() {
                            return None;
                        }
                        found = leading_id(value.trim_start());
                    }
                }
            }
            '{' | '[' if !in_string => depth += 1,
            '}' | ']' if !in_string => depth -= 1,
            _ => {}
        }
    }
    found
}

fn leading_id(text: &str) -> Option<Id> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    read_id(&values.next()?.ok()?.to_string()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Message, Refused> {
        Message::parse(text.as_bytes(), Limits::default())
    }

    #[test]
    fn a_request_a_notification_and_a_response_are_told_apart() {
        let request = parse(r#"{"jsonrpc":"2.0","id":0,"method":"ping"}"#).unwrap();
        assert_eq!(request.kind(), &Kind::Request { id: Id::Number(0), method: "ping".into(), params: Params::new() });
        assert_eq!(parse(r#"{"jsonrpc":"2.0","method":"x"}"#).unwrap().id(), None);
        let response = parse(r#"{"jsonrpc":"2.0","id":"a","result": {"x":1} }"#).unwrap();
        assert_eq!(response.result(), Some(r#"{"x":1}"#));
        assert_eq!(response.with_result("{}").unwrap(), br#"{"jsonrpc":"2.0","id":"a","result": {} }"#);
        assert_eq!(parse(r#"{"jsonrpc":"2.0","id":1,"result":null}"#).unwrap().result(), Some("null"));
    }

    #[test]
    fn a_character_that_ends_a_line_for_some_readers_is_escaped_and_its_neighbours_are_not() {
        let text = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"params\":{\"x\":\"é\u{85}\u{2027}\u{2028}\u{2029}\u{86}…\"}}";
        let message = parse(text).unwrap();
        let sent = std::str::from_utf8(message.frame()).unwrap();
        assert!(sent.ends_with("\"é\\u0085\u{2027}\\u2028\\u2029\u{86}…\"}}"), "{sent}");
        assert_eq!(message.params().unwrap()["x"], "é\u{85}\u{2027}\u{2028}\u{2029}\u{86}…");
        let response = parse(r#"{"jsonrpc":"2.0","id":"a","result":{}}"#).unwrap();
        assert!(response.with_result("\"\u{2028}\"").unwrap().ends_with(br#""result":"\u2028"}"#));
    }

    #[test]
    fn a_request_keeps_all_its_text_under_another_id() {
        let request = parse(r#"{"params":{"id":7,"n":1.0}, "id": 7,"method":"a","jsonrpc":"2.0"}"#).unwrap();
        let renamed = request.with_id(&Id::Text("x\"".into())).unwrap();
        assert_eq!(renamed.frame(), br#"{"params":{"id":7,"n":1.0}, "id": "x\"","method":"a","jsonrpc":"2.0"}"#);
        assert_eq!(renamed, Message::parse(renamed.frame(), Limits::default()).unwrap());
    }

    #[test]
    fn what_is_forwarded_are_the_messages_own_tokens_on_one_line() {
        let message = parse(
            "{\"jsonrpc\":\"2.0\",\r\n \"id\":1,\t\"method\":\"p\\u0069ng\",\"params\":{\"n\":1.0e5,\"b\":1,\"a\":2}}",
        )
        .unwrap();
        assert_eq!(
            message.frame(),
            br#"{"jsonrpc":"2.0", "id":1,"method":"p\u0069ng","params":{"n":1.0e5,"b":1,"a":2}}"#
        );
        assert_eq!(message.method(), Some("ping"));
    }

    #[test]
    fn a_batch_is_refused_and_each_request_in_it_is_answered() {
        let refused = parse(r#"[{"jsonrpc":"2.0","id":1,"method":"a"},{"jsonrpc":"2.0","method":"n"},{"jsonrpc":"2.0","id":"z","method":"b"}]"#).unwrap_err();
        assert_eq!(refused.ids, vec![Id::Number(1), Id::Text("z".into())]);
    }

    #[test]
    fn a_malformed_request_is_answered_when_its_id_can_be_told() {
        assert_eq!(
            parse(r#"{"jsonrpc":"2.0","id":7,"method":"a","method":"b"}"#).unwrap_err().ids,
            vec![Id::Number(7)]
        );
        assert_eq!(
            parse(r#"{"jsonrpc":"2.0","id":7,"method":"a","params":{"x":NaN}}"#).unwrap_err().ids,
            vec![Id::Number(7)]
        );
        assert_eq!(parse(r#"{"jsonrpc":"2.0","id":7,"id":8,"method":"a"}"#).unwrap_err().ids, vec![]);
        assert_eq!(parse(r#"{"jsonrpc":"2.0","id":7.5,"method":"a"}"#).unwrap_err().ids, vec![]);
        assert_eq!(
            parse(r#"{"jsonrpc":"2.0","id":7,"method":"a","params":[1]}"#).unwrap_err().ids,
            vec![Id::Number(7)]
        );
    }

    #[test]
    fn a_number_that_would_be_rounded_stands_as_itself() {
        let message = parse(r#"{"jsonrpc":"2.0","id":1,"method":"a","params":{"n":[18446744073709551616]}}"#).unwrap();
        let params = serde_json::to_string(message.params().unwrap()).unwrap();
        assert_eq!(params, r#"{"n":[{"$number":"18446744073709551616"}]}"#);
    }
}
