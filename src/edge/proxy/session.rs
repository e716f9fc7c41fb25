//! Who waits for what: the requests that were forwarded and not answered yet, one ledger a direction.

use std::collections::{HashMap, VecDeque};

use crate::model::message::{Id, Message};
use crate::model::time::Timestamp;
use crate::pipeline::gate::Asked;

/// The requests that one side has sent to the other.
#[derive(Debug, Default)]
pub struct Ledger {
    waiting: HashMap<Id, Asked>,
    /// Cancelled ones, the oldest first. An answer may still be under way, but nobody is owed one.
    cancelled: VecDeque<Asked>,
}

/// So many cancelled requests are remembered.
const CANCELLED: usize = 256;

impl Ledger {
    /// Whether the id is in use.
    pub fn holds(&self, id: &Id) -> bool {
        self.waiting.contains_key(id)
    }

    pub fn add(&mut self, asked: Asked) {
        self.waiting.insert(asked.id.clone(), asked);
    }

    /// The request that an answer with this id belongs to; it waits no longer.
    pub fn take(&mut self, id: &Id) -> Option<Asked> {
        if let Some(asked) = self.waiting.remove(id) {
            return Some(asked);
        }
        let at = self.cancelled.iter().position(|asked| asked.id == *id)?;
        self.cancelled.remove(at)
    }

    /// The sender of the request waits no longer. False: no such request is open.
    pub fn cancel(&mut self, id: &Id) -> bool {
        let Some(asked) = self.waiting.remove(id) else { return false };
        if self.cancelled.len() >= CANCELLED {
            self.cancelled.pop_front();
        }
        self.cancelled.push_back(asked);
        true
    }

    /// Every request that will not be answered any more: those whose sender still waits, then those that were cancelled.
    pub fn drain(&mut self) -> (Vec<Asked>, Vec<Asked>) {
        let mut waiting: Vec<Asked> = self.waiting.drain().map(|(_, asked)| asked).collect();
        waiting.sort_by_key(|asked| asked.at);
        (waiting, self.cancelled.drain(..).collect())
    }
}

/// What is remembered of a request until it is answered. `None` for what is no request.
pub fn asked(message: &Message, at: Timestamp, number: Option<u64>) -> Option<Asked> {
    let crate::model::message::Kind::Request { id, method, params } = message.kind() else { return None };
    let key = match method.as_str() {
        "resources/read" | "resources/subscribe" => "uri",
        _ => "name",
    };
    let name = params.get(key).and_then(|name| name.as_str()).map(str::to_owned);
    Some(Asked { id: id.clone(), method: method.clone(), name, at, number })
}

/// The request that a `notifications/cancelled` is about.
pub fn cancelled_id(message: &Message) -> Option<Id> {
    match message.params()?.get("requestId")? {
        serde_json::Value::String(text) => Some(Id::Text(text.clone())),
        serde_json::Value::Number(number) => number.as_i64().map(Id::Number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::Limits;

    fn request(id: i64) -> Asked {
        let text = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"echo"}}}}"#);
        asked(&Message::parse(text.as_bytes(), Limits::default()).unwrap(), Timestamp(id), Some(0)).unwrap()
    }

    #[test]
    fn an_answer_is_taken_once() {
        let mut ledger = Ledger::default();
        ledger.add(request(1));
        assert_eq!(ledger.take(&Id::Text("1".into())), None, "a number and its text are two ids");
        assert_eq!(ledger.take(&Id::Number(1)).unwrap().name.as_deref(), Some("echo"));
        assert_eq!(ledger.take(&Id::Number(1)), None);
    }

    #[test]
    fn a_late_answer_to_a_cancelled_request_is_still_known_and_nobody_is_owed_one() {
        let mut ledger = Ledger::default();
        ledger.add(request(1));
        ledger.add(request(2));
        assert!(ledger.cancel(&Id::Number(1)));
        assert!(!ledger.cancel(&Id::Number(1)));
        assert!(!ledger.cancel(&Id::Number(3)));
        let (waiting, cancelled) = ledger.drain();
        assert_eq!((waiting.len(), cancelled.len()), (1, 1));
        ledger.add(request(4));
        ledger.cancel(&Id::Number(4));
        assert!(ledger.take(&Id::Number(4)).is_some());
    }
}
