//! One conversation: requests and their answers, while the server may ask things too.

use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::error::ServerError;
use super::process::{Out, Process};
use super::session::Person;
use crate::model::json::Limits;
use crate::model::message::{Id, Kind, Message};

/// Who is asked, for messages.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub server: String,
    pub command: String,
}

/// The answer to a request.
#[derive(Debug)]
pub enum Answer {
    Result(Value),
    Error { code: i64, message: String },
}

/// A conversation with one running server. Requests are numbered from 1.
#[derive(Debug)]
pub(super) struct Talk {
    process: Process,
    name: Name,
    /// Offered as the only root, as a file URL.
    root: String,
    next: i64,
    started: Instant,
    deadline: Instant,
    /// How often the server said that a list of its changed.
    changes: u32,
    pub person: Person,
    /// How often the person was asked.
    pub questions: u32,
}

impl Talk {
    pub fn new(process: Process, name: Name, root: String, started: Instant, deadline: Instant) -> Talk {
        Talk { process, name, root, next: 1, started, deadline, changes: 0, person: Person::Declines, questions: 0 }
    }

    pub fn changes(&self) -> u32 {
        self.changes
    }

    pub fn notify(&self, method: &str) {
        self.send(&json!({"jsonrpc": "2.0", "method": method}));
    }

    /// Sends a request without waiting.
    pub fn ask(&mut self, method: &str, params: &Value) -> i64 {
        let id = self.next;
        self.next += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    /// Asks, and waits for the answer until the deadline.
    pub fn request(&mut self, method: &str, params: &Value) -> Result<Answer, ServerError> {
        let id = self.ask(method, params);
        match self.answer_to(&[id], method, self.deadline)? {
            Some((_, answer)) => Ok(answer),
            None => Err(self.silent(method)),
        }
    }

    /// Waits for the answer to one of `ids`. `None`: there was none by `until`.
    pub fn answer_to(
        &mut self,
        ids: &[i64],
        method: &str,
        until: Instant,
    ) -> Result<Option<(i64, Answer)>, ServerError> {
        let until = until.min(self.deadline);
        loop {
            let line = match self.process.receive(until) {
                Ok(Out::Line(line)) => line,
                Ok(Out::TooMuch) => return Err(self.malformed("it says more than 16 MiB at once, or 64 MiB in all")),
                Err(RecvTimeoutError::Timeout) => return Ok(None),
                Err(RecvTimeoutError::Disconnected) => return Err(self.died(method)),
            };
            let Some(message) = self.read(&line)? else { continue };
            match message.kind() {
                Kind::Response { id: Id::Number(id), .. } if ids.contains(id) => {
                    return Ok(Some((*id, self.body(&message)?)));
                }
                Kind::Response { .. } => {}
                Kind::Request { id, method, .. } => {
                    let reply = self.reply(id, method);
                    self.send(&reply);
                }
                Kind::Notification { method, .. } => {
                    self.changes += u32::from(method.ends_with("/list_changed"));
                }
            }
        }
    }

    /// Listens for `time`, answering what the server asks.
    pub fn listen(&mut self, time: Duration) -> Result<(), ServerError> {
        self.answer_to(&[], "a pause", Instant::now() + time).map(|_| ())
    }

    pub fn malformed(&self, why: impl Into<String>) -> ServerError {
        ServerError::Malformed { server: self.name.server.clone(), why: why.into() }
    }

    pub fn refused(&self, method: &str, code: i64, message: &str) -> ServerError {
        let why = format!("{} (code {code})", crate::edge::terminal::plain(message));
        ServerError::Refused { server: self.name.server.clone(), method: method.to_owned(), why }
    }

    pub fn silent(&self, method: &str) -> ServerError {
        ServerError::Silent {
            server: self.name.server.clone(),
            command: self.name.command.clone(),
            method: method.to_owned(),
            waited: self.deadline.saturating_duration_since(self.started),
            heard: self.process.heard(),
        }
    }

    fn died(&self, method: &str) -> ServerError {
        ServerError::Died {
            server: self.name.server.clone(),
            command: self.name.command.clone(),
            method: method.to_owned(),
            heard: self.process.last_words(),
        }
    }

    /// What the person says to an elicitation.
    pub fn consent(&mut self) -> Value {
        self.questions += 1;
        match self.person {
            Person::Agrees => json!({"action": "accept", "content": {}}),
            Person::Declines => json!({"action": "decline"}),
        }
    }

    /// What a client without a model answers.
    fn reply(&mut self, id: &Id, method: &str) -> Value {
        let id = id.to_json();
        let error = |code: i64, message: &str| json!({"code": code, "message": message});
        let (member, body) = match method {
            "ping" => ("result", json!({})),
            "roots/list" => ("result", json!({"roots": [{"uri": self.root, "name": "project"}]})),
            "elicitation/create" => ("result", self.consent()),
            "sampling/createMessage" => ("error", error(-1, "the user rejected the request")),
            _ => ("error", error(-32601, "method not found")),
        };
        let mut reply = json!({"jsonrpc": "2.0", "id": id});
        if let Some(members) = reply.as_object_mut() {
            members.insert(member.to_owned(), body);
        }
        reply
    }

    fn send(&self, message: &Value) {
        self.process.send(message.to_string().into_bytes());
    }

    /// A message, or `None` for a line that is none: servers print banners and logs where they should not. A line that
    /// is nearly a message is an error, since nobody can say what it means.
    fn read(&self, line: &[u8]) -> Result<Option<Message>, ServerError> {
        let start = line.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(line.len());
        let end = line.iter().rposition(|byte| !byte.is_ascii_whitespace()).map_or(start, |at| at + 1);
        let frame = line.get(start..end).unwrap_or_default();
        if frame.is_empty() {
            return Ok(None);
        }
        match Message::parse(frame, Limits::default()) {
            Ok(message) => Ok(Some(message)),
            Err(refused) if frame.starts_with(b"{") && holds(frame, b"\"jsonrpc\"") => {
                Err(self.malformed(format!("two programs could read its message differently: {}", refused.why)))
            }
            Err(_) => Ok(None),
        }
    }

    fn body(&self, message: &Message) -> Result<Answer, ServerError> {
        let value = |text: &str| -> Result<Value, ServerError> {
            serde_json::from_str(text).map_err(|error| self.malformed(format!("its answer cannot be read: {error}")))
        };
        match (message.result(), message.error()) {
            (Some(result), _) => Ok(Answer::Result(value(result)?)),
            (None, Some(error)) => {
                let error = value(error)?;
                let code = error.get("code").and_then(Value::as_i64).unwrap_or_default();
                let message = error.get("message").and_then(Value::as_str).unwrap_or("no message");
                Ok(Answer::Error { code, message: message.chars().take(300).collect() })
            }
            (None, None) => Err(self.malformed("an answer without a result")),
        }
    }
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
