//! The recording of one proxy in one session: JSONL, one event a line (DESIGN 5).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::facts::{Facts, Os};
use super::json::{self, Limits};
use super::time::Timestamp;

/// The version that is written. 1: the first (November 2026). A reader refuses a newer one with an instruction.
pub const VERSION: u32 = 1;

/// One line of a trace as remit writes it. Read with [`parse`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    pub v: u32,
    pub time: Timestamp,
    pub server: String,
    #[serde(flatten)]
    pub event: Event,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Event {
    /// The first line of a file.
    Session(Box<Session>),
    /// One page of `tools/list`, each tool as the server gave it.
    Tools {
        tools: Vec<Value>,
    },
    Call {
        /// Counts requests of this file from 0; a `result` names it.
        call: u64,
        tool: String,
        arguments: Map<String, Value>,
        facts: Facts,
    },
    Resource {
        call: u64,
        uri: String,
        facts: Facts,
    },
    Prompt {
        call: u64,
        name: String,
        arguments: Map<String, Value>,
    },
    /// The answer to the request of that number.
    Result {
        call: u64,
        outcome: Outcome,
        /// Milliseconds from request to answer.
        ms: u64,
        /// Length of the answer's frame.
        bytes: u64,
        /// The text of the result, redacted; only where the user asked for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Ok,
    /// `isError: true`, or a JSON-RPC error.
    Error,
    /// remit refused it; the server never saw it.
    Denied,
    /// The server died, or the client cancelled.
    Lost,
}

/// Who talks to whom, and where.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// The same for all proxies that one run of one client started.
    pub session: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<Peer>,
    /// The server's launch command, redacted.
    pub command: Vec<String>,
    pub project: String,
    pub cwd: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<String>,
    #[serde(default)]
    pub os: Os,
    /// Folders that the client offered, where it said so before the first event.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roots: Vec<String>,
}

/// `clientInfo` or `serverInfo`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub version: String,
}

/// A line that somebody wrote by hand or another program exported: accepted wherever a trace is. A file of them is one
/// session. Such a call counts as having succeeded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BareCall {
    pub server: String,
    pub tool: String,
    #[serde(default)]
    pub arguments: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
}

/// What one line of a file turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Recorded {
    Line(Line),
    Bare(BareCall),
}

/// Why a line could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadLine {
    #[error("trace format {0} is newer than this remit (which reads up to {VERSION}): upgrade remit")]
    TooNew(u32),
    #[error("not a trace event: {0}")]
    Invalid(String),
}

/// Reads one line, an event or a bare call.
pub fn parse(line: &str) -> Result<Recorded, BadLine> {
    let raw: RawLine = serde_json::from_str(line).map_err(|error| BadLine::Invalid(error.to_string()))?;
    if raw.arguments.is_some() {
        // Of a key that stands twice, one reader takes the first value and another the last.
        json::walk_part(line.as_bytes(), Limits::default()).map_err(|error| BadLine::Invalid(error.to_string()))?;
    }
    match raw.v {
        None => raw.bare().map(Recorded::Bare),
        Some(v) if v > VERSION => Err(BadLine::TooNew(v)),
        Some(_) => raw.line().map(Recorded::Line),
    }
}

/// All fields of all events. One flat struct instead of a tagged enum, since serde buffers those and a trace may hold
/// millions of lines.
#[derive(Deserialize)]
struct RawLine {
    v: Option<u32>,
    time: Option<Timestamp>,
    server: Option<String>,
    event: Option<String>,
    tools: Option<Vec<Value>>,
    call: Option<u64>,
    tool: Option<String>,
    arguments: Option<Map<String, Value>>,
    facts: Option<Facts>,
    uri: Option<String>,
    name: Option<String>,
    outcome: Option<Outcome>,
    ms: Option<u64>,
    bytes: Option<u64>,
    text: Option<String>,
    session: Option<String>,
    client: Option<Peer>,
    command: Option<Vec<String>>,
    project: Option<String>,
    cwd: Option<String>,
    home: Option<String>,
    os: Option<Os>,
    roots: Option<Vec<String>>,
}

/// The field, or an error that names it.
fn need<T>(field: Option<T>, name: &str) -> Result<T, BadLine> {
    field.ok_or_else(|| BadLine::Invalid(format!("`{name}` is missing")))
}

impl RawLine {
    fn bare(self) -> Result<BareCall, BadLine> {
        Ok(BareCall {
            server: need(self.server, "server")?,
            tool: need(self.tool, "tool")?,
            arguments: self.arguments.unwrap_or_default(),
            time: self.time,
        })
    }

    fn line(self) -> Result<Line, BadLine> {
        let kind = need(self.event, "event")?;
        let call = self.call;
        let call = || need(call, "call");
        let event = match kind.as_str() {
            "session" => Event::Session(Box::new(Session {
                session: need(self.session, "session")?,
                client: self.client,
                command: self.command.unwrap_or_default(),
                project: need(self.project, "project")?,
                cwd: need(self.cwd, "cwd")?,
                home: self.home,
                os: self.os.unwrap_or_default(),
                roots: self.roots.unwrap_or_default(),
            })),
            "tools" => Event::Tools { tools: need(self.tools, "tools")? },
            "call" => Event::Call {
                call: call()?,
                tool: need(self.tool, "tool")?,
                arguments: self.arguments.unwrap_or_default(),
                facts: need(self.facts, "facts")?,
            },
            "resource" => {
                Event::Resource { call: call()?, uri: need(self.uri, "uri")?, facts: need(self.facts, "facts")? }
            }
            "prompt" => Event::Prompt {
                call: call()?,
                name: need(self.name, "name")?,
                arguments: self.arguments.unwrap_or_default(),
            },
            "result" => Event::Result {
                call: call()?,
                outcome: need(self.outcome, "outcome")?,
                ms: self.ms.unwrap_or_default(),
                bytes: self.bytes.unwrap_or_default(),
                text: self.text,
            },
            other => return Err(BadLine::Invalid(format!("unknown event `{other}`"))),
        };
        Ok(Line {
            v: self.v.unwrap_or(VERSION),
            time: need(self.time, "time")?,
            server: need(self.server, "server")?,
            event,
        })
    }
}
