//! Servers as clients configure them, and what a running one says of itself.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value};

/// One entry of a client's configuration file.
#[derive(Debug, Clone, PartialEq)]
pub struct Configured {
    /// The key in the configuration: the server's name everywhere in remit.
    pub name: String,
    /// `cursor`, `claude-code` ...; `file` for a file given by path.
    pub client: String,
    pub file: PathBuf,
    /// Where the entry stands in the file, from 1.
    pub line: u64,
    pub launch: Launch,
    pub disabled: bool,
    /// Set when the entry already runs under `remit proxy`. `launch` then holds the server's own command.
    pub wrapped: Option<Wrapping>,
}

/// How the server is reached.
#[derive(Debug, Clone, PartialEq)]
pub enum Launch {
    Stdio {
        command: String,
        args: Vec<String>,
        env: BTreeMap<String, String>,
        cwd: Option<PathBuf>,
    },
    Remote {
        url: String,
        headers: BTreeMap<String, String>,
    },
    /// Neither a command nor a URL that remit understands; why.
    Unknown(String),
}

/// How an entry is wrapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapping {
    pub mode: Mode,
    /// The whole argument vector before `--`, after the program.
    pub settings: Vec<String>,
}

/// What the proxy does with what it sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// Write every request to a trace; forward everything.
    Record,
    /// Judge and log, but forward everything.
    Monitor,
    /// Forward only what the policy permits.
    Enforce,
}

impl Mode {
    pub const ALL: [Mode; 3] = [Mode::Record, Mode::Monitor, Mode::Enforce];

    pub fn name(self) -> &'static str {
        match self {
            Mode::Record => "record",
            Mode::Monitor => "monitor",
            Mode::Enforce => "enforce",
        }
    }
}

/// What a running server says of itself, all pages.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Said {
    /// `serverInfo`
    pub info: Option<Value>,
    pub instructions: Option<String>,
    /// Each object as the server sent it.
    pub tools: Vec<Map<String, Value>>,
    pub prompts: Vec<Map<String, Value>>,
    pub resource_templates: Vec<Map<String, Value>>,
    /// The revision that was agreed on: `2025-11-25`, `2026-07-28`.
    pub revision: String,
}

/// The tools that the user really has: server -> tool -> input schema, where one is known.
pub type Toolbox = BTreeMap<String, BTreeMap<String, Option<Value>>>;
