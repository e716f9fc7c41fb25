//! How a refusal is put, so that the model behind the client reads it.

use serde_json::{Value, json};

use crate::model::audit::Because;
use crate::model::message::Message;
use crate::model::verdict::Decision;
use crate::pipeline::gate::Answer;

/// Where the machine-readable reasons stand.
const VERDICT: &str = "io.github.mcp-remit/verdict";
/// Outside the range that JSON-RPC reserves.
const DENIED: i64 = 4031;
const INVALID_PARAMS: i64 = -32602;
/// The mark of a request of the 2026-07-28 era, whose results carry a type.
const PROTOCOL: &str = "io.modelcontextprotocol/protocolVersion";

/// Whether a request is of the 2026-07-28 era.
pub fn is_modern(message: &Message) -> bool {
    message.params().and_then(|params| params.get("_meta")).is_some_and(|meta| meta.get(PROTOCOL).is_some())
}

/// No, in the way that the method has. A call is answered with a result, since clients show errors of results to the
/// model and those of the protocol perhaps.
pub fn refusal(method: &str, modern: bool, text: &str, decision: Decision, because: &[Because]) -> Answer {
    let verdict = json!({ VERDICT: { "verdict": decision, "because": because } });
    match method {
        "tools/call" => Answer::Result(call_refused(modern, text, &verdict)),
        "elicitation/create" => Answer::Result(json!({ "action": "decline" })),
        "resources/read" | "resources/subscribe" => {
            Answer::Error { code: INVALID_PARAMS, message: text.to_owned(), data: Some(verdict) }
        }
        _ => Answer::Error { code: DENIED, message: text.to_owned(), data: Some(verdict) },
    }
}

fn call_refused(modern: bool, text: &str, verdict: &Value) -> Value {
    let mut result = json!({ "content": [{ "type": "text", "text": text }], "isError": true, "_meta": verdict });
    if let (true, Some(members)) = (modern, result.as_object_mut()) {
        members.insert("resultType".into(), "complete".into());
    }
    result
}

/// A request that is not written as its method demands.
pub fn malformed(why: &str) -> Answer {
    Answer::Error { code: INVALID_PARAMS, message: format!("refused by remit: {why}"), data: None }
}

/// A frame that answers the request with `id`.
pub fn frame(id: &Value, answer: &Answer) -> Vec<u8> {
    let body = match answer {
        Answer::Result(result) => format!(r#""result":{result}"#),
        Answer::Error { code, message, data } => {
            format!(r#""error":{}"#, json!({ "code": code, "message": message, "data": data }))
        }
    };
    format!(r#"{{"jsonrpc":"2.0","id":{id},{body}}}"#).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_call_is_a_result_and_everything_else_an_error_with_a_free_code() {
        let Answer::Result(result) = refusal("tools/call", false, "no", Decision::Deny, &[]) else { panic!() };
        assert_eq!((&result["isError"], &result["content"][0]["text"]), (&json!(true), &json!("no")));
        assert_eq!(result["_meta"][VERDICT]["verdict"], "deny");
        assert!(result.get("resultType").is_none());
        let Answer::Result(result) = refusal("tools/call", true, "no", Decision::Deny, &[]) else { panic!() };
        assert_eq!(result["resultType"], "complete");
        for (method, expected) in [("prompts/get", 4031), ("sampling/createMessage", 4031), ("resources/read", -32602)]
        {
            let Answer::Error { code, .. } = refusal(method, false, "no", Decision::Deny, &[]) else { panic!() };
            assert_eq!(code, expected);
        }
        assert_eq!(
            refusal("elicitation/create", false, "no", Decision::Deny, &[]),
            Answer::Result(json!({ "action": "decline" }))
        );
    }
}
