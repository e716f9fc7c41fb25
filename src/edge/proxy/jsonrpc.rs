//! The messages that remit writes itself.

use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use crate::model::message::Id;
use crate::pipeline::gate::Answer;

/// Not JSON, or JSON that two parsers could read differently.
pub const PARSE_ERROR: i64 = -32700;
/// JSON that is no request.
pub const INVALID_REQUEST: i64 = -32600;
/// The parameters are wrong.
pub const INVALID_PARAMS: i64 = -32602;
/// The server is gone, or cannot be understood.
pub const INTERNAL_ERROR: i64 = -32603;

/// The answer to request `id`.
pub fn answer(id: &Id, answer: &Answer) -> Vec<u8> {
    let id = id.to_json();
    match answer {
        Answer::Result(result) => format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#).into_bytes(),
        Answer::Error { code, message, data } => {
            let mut error = json!({ "code": code, "message": message });
            if let (Some(data), Some(members)) = (data, error.as_object_mut()) {
                members.insert("data".into(), data.clone());
            }
            format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{error}}}"#).into_bytes()
        }
    }
}

/// An error without data.
pub fn error(id: &Id, code: i64, message: impl Into<String>) -> Vec<u8> {
    answer(id, &Answer::Error { code, message: message.into(), data: None })
}

/// A request of remit's own.
pub fn request(id: &Id, method: &str, params: &Value) -> Vec<u8> {
    let (id, method) = (id.to_json(), Value::from(method));
    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":{method},"params":{params}}}"#).into_bytes()
}

/// The notification that nobody waits for request `id` any more.
pub fn cancelled(id: &Id, why: &str) -> Vec<u8> {
    let params = json!({ "requestId": id.to_json(), "reason": why });
    format!(r#"{{"jsonrpc":"2.0","method":"notifications/cancelled","params":{params}}}"#).into_bytes()
}

/// An id that nobody else has chosen: it holds 96 random bits.
pub fn own_id() -> Id {
    Id::Text(format!("remit-{}", random_hex()))
}

/// 96 random bits. Where the system has no randomness, the time and the process stand in for it.
pub fn random_hex() -> String {
    let mut bytes = [0_u8; 12];
    if getrandom::fill(&mut bytes).is_err() {
        let now = jiff::Timestamp::now().as_nanosecond();
        return format!("{:x}{:08x}", now, std::process::id());
    }
    HEXLOWER.encode(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::Limits;
    use crate::model::message::Message;

    #[test]
    fn what_remit_writes_passes_its_own_strict_reader() {
        let id = Id::Text("a\"\n".into());
        let data = Some(json!({ "x": 1 }));
        for frame in [
            answer(&id, &Answer::Result(json!({ "content": [] }))),
            answer(&id, &Answer::Error { code: 1, message: "\u{1}".into(), data }),
            error(&id, PARSE_ERROR, "no"),
            request(&own_id(), "tools/list", &json!({})),
            cancelled(&id, "late"),
        ] {
            Message::parse(&frame, Limits::default()).unwrap();
        }
    }

    #[test]
    fn two_own_ids_differ() {
        assert_ne!(own_id(), own_id());
    }
}
