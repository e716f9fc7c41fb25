//! Requests that wait until the server has listed its tools: the gate cannot hold a call against the lock before that,
//! and not every client asks for the list first.

use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use crate::model::message::{Id, Message, Params};
use crate::pipeline::gate::{Direction, Gate};

use super::jsonrpc;

/// So long the server may take for the whole list.
const PATIENCE: Duration = Duration::from_secs(10);
/// More pages are no list but a trap.
const PAGES: u32 = 1000;

/// The list that remit asks for itself.
#[derive(Debug, Default)]
pub struct ListFirst {
    waiting: Vec<Message>,
    /// The page that was asked for.
    asked: Option<(Id, Instant)>,
    pages: u32,
    meta: Option<Value>,
}

/// What comes after a page.
#[derive(Debug)]
pub enum After {
    /// Ask the server for the next one.
    Next(Vec<u8>),
    /// The list is known as well as it will be: these may be ruled on.
    Rule(Vec<Message>),
}

impl ListFirst {
    /// Lets a request wait. The frame that asks the server for its tools, unless that was sent already.
    pub fn wait(&mut self, message: Message, now: Instant) -> Option<Vec<u8>> {
        let meta = era_of(message.params());
        self.waiting.push(message);
        if self.asked.is_some() {
            return None;
        }
        self.pages = 0;
        self.meta = meta;
        Some(self.ask(None, now + PATIENCE))
    }

    fn ask(&mut self, cursor: Option<String>, until: Instant) -> Vec<u8> {
        let id = jsonrpc::own_id();
        let mut params = Map::new();
        params.extend(cursor.map(|cursor| ("cursor".to_owned(), Value::from(cursor))));
        params.extend(self.meta.clone().map(|meta| ("_meta".to_owned(), meta)));
        let frame = jsonrpc::request(&id, "tools/list", &Value::Object(params));
        self.asked = Some((id, until));
        frame
    }

    /// Whether the server's answer with this id is a page of ours.
    pub fn expects(&self, id: &Id) -> bool {
        self.asked.as_ref().is_some_and(|(own, _)| own == id)
    }

    /// Takes a page; `None`: the server gave none.
    pub fn take(&mut self, page: Option<&str>, gate: &mut dyn Gate) -> After {
        let until = self.asked.take().map(|(_, until)| until);
        let next = gate.learn(page);
        self.pages += 1;
        match (next, until) {
            (Some(cursor), Some(until)) if self.pages < PAGES => After::Next(self.ask(Some(cursor), until)),
            (Some(_), _) => {
                gate.learn(None);
                After::Rule(std::mem::take(&mut self.waiting))
            }
            (None, _) => After::Rule(std::mem::take(&mut self.waiting)),
        }
    }

    /// Whether the sender of this request waits.
    pub fn holds(&self, direction: Direction, id: &Id) -> bool {
        direction == Direction::ToServer && self.waiting.iter().any(|message| message.id() == Some(id))
    }

    /// The sender no longer wants it. False: it was not waiting.
    pub fn cancel(&mut self, direction: Direction, id: &Id) -> bool {
        let held = self.holds(direction, id);
        self.waiting.retain(|message| !held || message.id() != Some(id));
        held
    }

    /// When the server must have answered.
    pub fn end(&self) -> Option<Instant> {
        self.asked.as_ref().map(|(_, until)| *until)
    }

    /// Everything that waits, at the end.
    pub fn drain(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.waiting)
    }
}

/// What a request of the 2026-07-28 era must say of the client, as the waiting request says it.
fn era_of(params: Option<&Params>) -> Option<Value> {
    let meta = params?.get("_meta")?.as_object()?;
    let kept =
        ["protocolVersion", "clientInfo", "clientCapabilities"].map(|key| format!("io.modelcontextprotocol/{key}"));
    let kept: Map<String, Value> =
        meta.iter().filter(|(key, _)| kept.contains(key)).map(|(key, value)| (key.clone(), value.clone())).collect();
    (!kept.is_empty()).then_some(Value::Object(kept))
}
