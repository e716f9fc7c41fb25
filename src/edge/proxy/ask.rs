//! Asking the person at the client before a request passes: MCP elicitation, in the way of either era of the protocol.
//!
//! Legacy (with `initialize`): remit sends the client an `elicitation/create` of its own and holds the request. From
//! 2026-07-28 on there are no requests to the client: the request is answered with `input_required`, and held until the
//! client sends it again with the person's answer. What is forwarded then is what was asked about: the held frame.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::model::message::{Id, Message, Params};
use crate::pipeline::gate::{Answer, Consent, Direction, Question};

use super::jsonrpc;

/// The key of the client's capabilities in a request of the 2026-07-28 era.
const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
/// The key that marks such a request.
const VERSION: &str = "io.modelcontextprotocol/protocolVersion";
/// The name of our question among a request's `inputRequests`.
const KEY: &str = "remit-approval";
/// More questions at once are no questions but a flood: the rest is denied.
const OPEN: usize = 16;

/// A request that waits for a person.
#[derive(Debug)]
pub struct Held {
    pub question: Question,
    pub direction: Direction,
    pub way: Way,
    until: Instant,
}

/// How the person is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// By an `elicitation/create` of our own, under this id.
    Elicitation(Id),
    /// By `input_required`, with this request state.
    Retry(String),
}

/// What a request that carries a request state of ours turned out to be.
#[derive(Debug)]
pub enum Retried {
    /// It carries none.
    NotOurs(Message),
    /// Nothing is held under it: too late, or made up, or the request is another one.
    Unknown(Message),
    /// The held request under the new id, and what the person said.
    Answered(Box<Held>, Consent),
}

/// The questions that are open.
#[derive(Debug)]
pub struct Asks {
    /// The client declared in `initialize` that it can ask its user.
    can_ask: bool,
    open: Vec<Held>,
    patience: Duration,
}

impl Asks {
    pub fn new(patience: Duration) -> Asks {
        Asks { can_ask: false, open: Vec::new(), patience }
    }

    /// Learns from `initialize` what the client can do.
    pub fn learn(&mut self, message: &Message) {
        if message.method() == Some("initialize") {
            self.can_ask = message.params().and_then(|params| params.get("capabilities")).is_some_and(elicits);
        }
    }

    /// Asks. The frame goes to the client; with [`Way::Retry`] it is the request's answer. Gives the question back where
    /// nobody can be asked, and says why.
    pub fn open(
        &mut self,
        question: Question,
        direction: Direction,
        now: Instant,
    ) -> Result<Vec<u8>, (Box<Question>, Consent)> {
        let modern = is_modern(question.message.params());
        let can = if modern { declares(question.message.params()) } else { self.can_ask };
        let id = question.message.id().cloned();
        let (Some(id), true) = (id, can) else { return Err((Box::new(question), Consent::NobodyToAsk)) };
        if self.open.len() >= OPEN {
            return Err((Box::new(question), Consent::TooManyOpen));
        }
        let params = json!({
            "message": question.text,
            "requestedSchema": { "type": "object", "properties": {} },
        });
        let (way, frame) = if modern {
            if !allows_retry(question.message.method()) {
                return Err((Box::new(question), Consent::NobodyToAsk));
            }
            let state = format!("remit:{}", jsonrpc::random_hex());
            let result = json!({
                "resultType": "input_required",
                "inputRequests": { KEY: { "method": "elicitation/create", "params": params } },
                "requestState": state,
            });
            (Way::Retry(state), jsonrpc::answer(&id, &Answer::Result(result)))
        } else {
            let own = jsonrpc::own_id();
            let frame = jsonrpc::request(&own, "elicitation/create", &params);
            (Way::Elicitation(own), frame)
        };
        self.open.push(Held { question, direction, way, until: now.checked_add(self.patience).unwrap_or(now) });
        Ok(frame)
    }

    /// The client's answer to an elicitation of ours. `result`: `None` for an error.
    pub fn answered(&mut self, id: &Id, result: Option<&str>) -> Option<(Held, Consent)> {
        let at = self.open.iter().position(|held| matches!(&held.way, Way::Elicitation(own) if own == id))?;
        let answer = result.and_then(|text| serde_json::from_str(text).ok());
        Some((self.open.remove(at), consent(answer.as_ref())))
    }

    /// Whether the message is the client's second try at a request that was answered with `input_required` by us.
    pub fn retried(&mut self, message: Message) -> Retried {
        let params = message.params();
        let state = params.and_then(|params| params.get("requestState")).and_then(Value::as_str);
        let (Some(state), Some(id)) = (state.filter(|state| state.starts_with("remit:")), message.id()) else {
            return Retried::NotOurs(message);
        };
        let ours = |held: &Held| matches!(&held.way, Way::Retry(own) if own == state);
        let Some(at) = self.open.iter().position(|held| ours(held) && same_request(&held.question.message, &message))
        else {
            return Retried::Unknown(message);
        };
        let answer = params.and_then(|params| params.get("inputResponses")).and_then(|all| all.get(KEY));
        let consent = consent(answer);
        let mut held = self.open.remove(at);
        match held.question.message.with_id(id) {
            Some(renamed) => held.question.message = renamed,
            None => return Retried::Unknown(message),
        }
        Retried::Answered(Box::new(held), consent)
    }

    /// Whether the sender of this request waits for its answer while a person is asked.
    pub fn holds(&self, direction: Direction, id: &Id) -> bool {
        self.open.iter().any(|held| held.waits_for(direction, id))
    }

    /// The sender no longer wants it.
    pub fn cancel(&mut self, direction: Direction, id: &Id) -> Option<Held> {
        let at = self.open.iter().position(|held| held.waits_for(direction, id))?;
        Some(self.open.remove(at))
    }

    /// The questions that nobody has answered in time.
    pub fn expired(&mut self, now: Instant) -> Vec<Held> {
        self.open.extract_if(.., |held| held.until <= now).collect()
    }

    /// When the next one expires.
    pub fn next_end(&self) -> Option<Instant> {
        self.open.iter().map(|held| held.until).min()
    }

    /// Everything that waits, at the end.
    pub fn drain(&mut self) -> Vec<Held> {
        self.open.drain(..).collect()
    }
}

impl Held {
    fn waits_for(&self, direction: Direction, id: &Id) -> bool {
        matches!(self.way, Way::Elicitation(_)) && self.direction == direction && self.question.message.id() == Some(id)
    }
}

/// Only an explicit `accept` is a yes.
fn consent(answer: Option<&Value>) -> Consent {
    match answer.and_then(|answer| answer.get("action")).and_then(Value::as_str) {
        Some("accept") => Consent::Given,
        _ => Consent::Declined,
    }
}

/// Whether capabilities hold elicitation by form, which is what an empty object means.
fn elicits(capabilities: &Value) -> bool {
    let Some(elicitation) = capabilities.get("elicitation").and_then(Value::as_object) else { return false };
    elicitation.is_empty() || elicitation.contains_key("form")
}

fn meta<'a>(params: Option<&'a Params>, key: &str) -> Option<&'a Value> {
    params?.get("_meta")?.get(key)
}

/// Whether a request is of the 2026-07-28 era.
pub fn is_modern(params: Option<&Params>) -> bool {
    meta(params, VERSION).is_some()
}

fn declares(params: Option<&Params>) -> bool {
    meta(params, CAPABILITIES).is_some_and(elicits)
}

fn allows_retry(method: Option<&str>) -> bool {
    matches!(method, Some("tools/call" | "prompts/get" | "resources/read"))
}

/// Same method and same parameters, but for what belongs to the round.
fn same_request(held: &Message, again: &Message) -> bool {
    let rounds = ["_meta", "requestState", "inputResponses"];
    let rest = |message: &Message| -> Params {
        let params = message.params().into_iter().flatten();
        params
            .filter(|(key, _)| !rounds.contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    };
    held.method() == again.method() && rest(held) == rest(again)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facts::Facts;
    use crate::model::json::Limits;
    use crate::model::verdict::{Decision, Verdict};

    fn message(text: &str) -> Message {
        Message::parse(text.as_bytes(), Limits::default()).unwrap()
    }

    fn question(text: &str) -> Question {
        let verdict = Verdict { decision: Decision::Ask, because: vec![], marks: vec![] };
        Question { text: "send it?".into(), message: message(text), verdict, facts: Facts::default() }
    }

    fn legacy(capabilities: &str) -> Asks {
        let mut asks = Asks::new(Duration::from_secs(60));
        asks.learn(&message(&format!(
            r#"{{"jsonrpc":"2.0","id":0,"method":"initialize","params":{{"capabilities":{capabilities}}}}}"#
        )));
        asks
    }

    const CALL: &str =
        r#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"send","arguments":{"to":"a"}}}"#;

    #[test]
    fn a_client_that_can_ask_is_asked_and_only_accept_is_a_yes() {
        for (answer, expected) in [
            (Some(r#"{"action":"accept","content":{}}"#), Consent::Given),
            (Some(r#"{"action":"decline"}"#), Consent::Declined),
            (Some(r#"{"action":"ACCEPT"}"#), Consent::Declined),
            (Some("true"), Consent::Declined),
            (None, Consent::Declined),
        ] {
            let mut asks = legacy(r#"{"elicitation":{}}"#);
            let frame = asks.open(question(CALL), Direction::ToServer, Instant::now()).unwrap();
            let sent = message(std::str::from_utf8(&frame).unwrap());
            assert_eq!(sent.method(), Some("elicitation/create"));
            assert!(asks.holds(Direction::ToServer, &Id::Number(3)));
            assert!(asks.answered(&Id::Number(3), answer).is_none(), "the ids of the server are not ours");
            let (held, consent) = asks.answered(sent.id().unwrap(), answer).unwrap();
            assert_eq!((held.question.message, consent), (message(CALL), expected));
            assert!(asks.answered(sent.id().unwrap(), answer).is_none(), "a yes is good for once");
        }
    }

    #[test]
    fn a_client_that_cannot_ask_by_form_is_not_asked() {
        for capabilities in ["{}", r#"{"elicitation":{"url":{}}}"#, r#"{"elicitation":true}"#] {
            assert!(legacy(capabilities).open(question(CALL), Direction::ToServer, Instant::now()).is_err());
        }
    }

    #[test]
    fn more_questions_than_a_person_can_answer_are_not_asked_and_the_reason_is_not_the_client() {
        let mut asks = legacy(r#"{"elicitation":{}}"#);
        for _ in 0..OPEN {
            assert!(asks.open(question(CALL), Direction::ToServer, Instant::now()).is_ok());
        }
        let (_, why) = asks.open(question(CALL), Direction::ToServer, Instant::now()).unwrap_err();
        assert_eq!(why, Consent::TooManyOpen);
    }

    fn modern(id: u32, to: &str, extra: &str) -> String {
        format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"send","arguments":{{"to":"{to}"}},"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{"elicitation":{{}}}}}}{extra}}}}}"#
        )
    }

    #[test]
    fn the_second_try_of_the_same_request_forwards_the_held_frame_under_its_own_id() {
        let mut asks = Asks::new(Duration::from_secs(60));
        let frame = asks.open(question(&modern(3, "a", "")), Direction::ToServer, Instant::now()).unwrap();
        let result: Value = serde_json::from_slice(&frame).unwrap();
        assert_eq!(result["result"]["resultType"], "input_required");
        let state = result["result"]["requestState"].as_str().unwrap();
        let extra = |answer: &str| {
            format!(r#","requestState":"{state}","inputResponses":{{"remit-approval":{{"action":"{answer}"}}}}"#)
        };
        let other = message(&modern(4, "eve", &extra("accept")));
        assert!(matches!(asks.retried(other), Retried::Unknown(_)), "other arguments were not asked about");
        let again = message(&modern(5, "a", &extra("accept")));
        let Retried::Answered(held, consent) = asks.retried(again.clone()) else { panic!("not known") };
        assert_eq!(consent, Consent::Given);
        assert_eq!(held.question.message.frame(), modern(5, "a", "").as_bytes());
        assert!(matches!(asks.retried(again), Retried::Unknown(_)), "a yes is good for once");
    }

    #[test]
    fn the_request_state_of_a_server_is_left_alone() {
        let mut asks = Asks::new(Duration::from_secs(60));
        let own = message(&modern(3, "a", r#","requestState":"abc""#));
        assert!(matches!(asks.retried(own), Retried::NotOurs(_)));
    }

    #[test]
    fn silence_ends_a_question() {
        let mut asks = legacy(r#"{"elicitation":{"form":{}}}"#);
        let now = Instant::now();
        asks.open(question(CALL), Direction::ToServer, now).unwrap();
        assert!(asks.expired(now).is_empty());
        assert_eq!(asks.expired(now + Duration::from_secs(60)).len(), 1);
        assert_eq!(asks.next_end(), None);
    }
}
