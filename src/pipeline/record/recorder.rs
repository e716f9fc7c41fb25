//! The recording gate.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::decision::effects::Hints;
use crate::decision::redact::Redactor;
use crate::model::facts::Facts;
use crate::model::history::History;
use crate::model::message::{Kind, Message};
use crate::model::request::Action as Asks;
use crate::model::time::Timestamp;
use crate::model::trace::{Event, Line, Outcome, Peer, Session, VERSION};
use crate::pipeline::gate::{
    Action, Answer, Asked, Consent, Direction, Gate, Note, Permit, Question, Reading, Ruling, Seen, without_secrets,
};

/// Where a request of the 2026-07-28 era says who the client is.
const CLIENT_INFO: &str = "io.modelcontextprotocol/clientInfo";
/// So many unfinished rounds of `input_required` are remembered.
const ROUNDS: usize = 256;

/// What a recording is about.
#[derive(Debug, Clone)]
pub struct Settings {
    pub server: String,
    /// Everything but the client, who introduces himself.
    pub session: Session,
    pub redactor: Redactor,
    /// Note the text of results as well.
    pub text: bool,
}

/// Notes calls and their ends; forwards every message.
#[derive(Debug)]
pub struct Recorder {
    settings: Settings,
    client: Option<Peer>,
    /// The `session` event was written.
    begun: bool,
    calls: u64,
    /// Request states that the server gave out -> the call that waits for its next round.
    rounds: Vec<(String, u64)>,
}

/// What became of a message, as far as a trace is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Passed,
    /// It was refused, or it is an answer that was withheld.
    Refused,
}

impl Recorder {
    pub fn new(settings: Settings) -> Recorder {
        Recorder { settings, client: None, begun: false, calls: 0, rounds: Vec::new() }
    }

    /// Notes what a message tells. The number is that of the call, for [`Asked::number`].
    pub fn observe(
        &mut self,
        seen: &Seen<'_>,
        reading: &Reading,
        facts: &Facts,
        fate: Fate,
    ) -> (Vec<Note>, Option<u64>) {
        let mut events = Vec::new();
        let mut number = None;
        match (seen.message.kind(), seen.direction) {
            (Kind::Request { method, params, .. }, Direction::ToServer) => {
                self.learn_client(method, params);
                number = self.request(params, reading, facts, &mut events);
                if let (Some(call), Fate::Refused) = (number, fate) {
                    events.push(Event::Result { call, outcome: Outcome::Denied, ms: 0, bytes: 0, text: None });
                }
            }
            (Kind::Response { .. }, Direction::ToClient) => {
                if let Some(asked) = seen.answers {
                    self.response(seen.message, asked, seen.now, fate, &mut events);
                }
            }
            _ => {}
        }
        (self.notes(events, seen.now), number)
    }

    /// The end of a call that gets no answer, or none of the server's.
    pub fn end(&mut self, number: u64, began: Timestamp, now: Timestamp, outcome: Outcome) -> Vec<Note> {
        let ms = u64::try_from(now.0 - began.0).unwrap_or_default();
        self.notes(vec![Event::Result { call: number, outcome, ms, bytes: 0, text: None }], now)
    }

    fn learn_client(&mut self, method: &str, params: &Map<String, Value>) {
        let info = match method {
            "initialize" => params.get("clientInfo"),
            _ if self.client.is_none() => params.get("_meta").and_then(|meta| meta.get(CLIENT_INFO)),
            _ => None,
        };
        if let Some(peer) = info.and_then(|info| Peer::deserialize(info).ok()) {
            self.client = Some(peer);
        }
    }

    /// Puts the `session` event first: before any other event, or as soon as the client has said who it is.
    fn notes(&mut self, events: Vec<Event>, now: Timestamp) -> Vec<Note> {
        let server = &self.settings.server;
        let line = |event| Note::Trace(Box::new(Line { v: VERSION, time: now, server: server.clone(), event }));
        let mut notes = Vec::new();
        if !self.begun && (self.client.is_some() || !events.is_empty()) {
            self.begun = true;
            let session = Session { client: self.client.clone(), ..self.settings.session.clone() };
            notes.push(line(Event::Session(Box::new(session))));
        }
        notes.extend(events.into_iter().map(line));
        notes
    }

    fn request(
        &mut self,
        params: &Map<String, Value>,
        reading: &Reading,
        facts: &Facts,
        events: &mut Vec<Event>,
    ) -> Option<u64> {
        let Reading::Request(matter) = reading else { return None };
        if let Some(call) = self.round_of(params) {
            return Some(call); // The next round of a call that is on record.
        }
        let call = self.calls;
        let redactor = &self.settings.redactor;
        let redacted = |arguments: &Map<String, Value>| {
            let mut value = Value::Object(arguments.clone());
            redactor.value(&mut value);
            if let Value::Object(arguments) = value { arguments } else { Map::new() }
        };
        let named = |name: &str| redactor.text(name).into_owned();
        let facts = without_secrets(facts, redactor);
        events.push(match &matter.request.action {
            Asks::Call { tool, arguments } => {
                Event::Call { call, tool: named(tool), arguments: redacted(arguments), facts }
            }
            Asks::Resource { uri } => Event::Resource { call, uri: named(uri), facts },
            Asks::Prompt { name, arguments } => {
                Event::Prompt { call, name: named(name), arguments: redacted(arguments) }
            }
            _ => return None,
        });
        self.calls += 1;
        Some(call)
    }

    fn round_of(&mut self, params: &Map<String, Value>) -> Option<u64> {
        let state = params.get("requestState")?.as_str()?;
        let at = self.rounds.iter().position(|(known, _)| known == state)?;
        Some(self.rounds.remove(at).1)
    }

    fn response(&mut self, message: &Message, asked: &Asked, now: Timestamp, fate: Fate, events: &mut Vec<Event>) {
        let result = message.result();
        if asked.method == "tools/list" {
            events.extend(result.and_then(|text| self.tools(text)));
            return;
        }
        let Some(call) = asked.number else { return };
        let read = result.and_then(|text| serde_json::from_str::<Answered<'_>>(text).ok());
        if let Some(answered) = &read
            && answered.is("input_required")
            && fate == Fate::Passed
        {
            if let Some(state) = answered.request_state.and_then(|raw| serde_json::from_str(raw.get()).ok()) {
                if self.rounds.len() >= ROUNDS {
                    self.rounds.remove(0);
                }
                self.rounds.push((state, call));
            }
            return; // The call goes on.
        }
        let failed = read.is_none_or(|answered| answered.is_error.is_some_and(|raw| raw.get() == "true"));
        let outcome = match (fate, failed) {
            (Fate::Refused, _) => Outcome::Denied,
            (Fate::Passed, true) => Outcome::Error,
            (Fate::Passed, false) => Outcome::Ok,
        };
        let ms = u64::try_from(now.0 - asked.at.0).unwrap_or_default();
        let text = result.or(message.error()).filter(|_| self.settings.text);
        let text = text.map(|text| self.settings.redactor.text(text).into_owned());
        events.push(Event::Result { call, outcome, ms, bytes: message.frame().len() as u64, text });
    }

    /// One page of the list, each tool as the server gave it but for secrets.
    fn tools(&self, result: &str) -> Option<Event> {
        let mut page: Map<String, Value> = serde_json::from_str(result).ok()?;
        let Some(Value::Array(mut tools)) = page.remove("tools") else { return None };
        for tool in &mut tools {
            self.settings.redactor.value(tool);
        }
        Some(Event::Tools { tools })
    }
}

/// What a trace has to know of a result. Raw, since results can be big.
#[derive(Deserialize)]
struct Answered<'a> {
    #[serde(borrow, default, rename = "resultType")]
    result_type: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "requestState")]
    request_state: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "isError")]
    is_error: Option<&'a RawValue>,
}

impl Answered<'_> {
    fn is(&self, kind: &str) -> bool {
        self.result_type.is_some_and(|raw| serde_json::from_str::<String>(raw.get()).is_ok_and(|found| found == kind))
    }
}

impl Gate for Recorder {
    fn read(&self, seen: &Seen<'_>) -> Reading {
        let hints = Hints::default();
        Reading::of(&self.settings.server, seen.direction, seen.message, |_| &hints)
    }

    fn rule(&mut self, seen: &Seen<'_>, reading: &Reading, facts: &Facts, _history: &History) -> Ruling {
        let (notes, number) = self.observe(seen, reading, facts, Fate::Passed);
        Ruling { action: Action::Forward(Permit::recorded()), notes, marks: Vec::new(), number }
    }

    fn settle(&mut self, _: Question, _: Consent, _: &Facts, _: &History, _: Timestamp) -> Ruling {
        // Recording never asks.
        let message = "no question was open".to_owned();
        let action = Action::Refuse(Answer::Error { code: -32603, message, data: None });
        Ruling { action, notes: Vec::new(), marks: Vec::new(), number: None }
    }

    fn lose(&mut self, asked: &Asked, now: Timestamp) -> Vec<Note> {
        asked.number.map(|number| self.end(number, asked.at, now, Outcome::Lost)).unwrap_or_default()
    }

    fn needs_history(&self) -> bool {
        false
    }
}
