//! One conversation with a server that was started for it, in whichever era the server speaks.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::error::ServerError;
use super::expand::{Values, expand};
use super::process::{self, Process};
use super::talk::{Answer, Name, Talk};
use crate::model::server::{Configured, Launch};

/// The revision without a handshake.
const MODERN: &str = "2026-07-28";
/// The latest one with a handshake.
const LEGACY: &str = "2025-11-25";
/// How long a server may be silent to `server/discover` before `initialize` is sent as well.
const PROBE: Duration = Duration::from_millis(700);

/// Which eras of the protocol are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Era {
    /// `server/discover` first; `initialize` where the server refuses it or is silent.
    Newest,
    /// `initialize` alone.
    Legacy,
}

/// What the person says when the server, or a proxy before it, asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    Agrees,
    Declines,
}

/// How often one request may be answered with a question.
const MAX_QUESTIONS: usize = 4;

/// A server that runs and has been greeted. It ends, with all that it started, when this is dropped.
#[derive(Debug)]
pub struct Session {
    talk: Talk,
    modern: bool,
    revision: String,
    said: Value,
}

impl Session {
    /// Starts the server's own command and greets it. `timeout` is for everything that this session will do.
    pub fn start(server: &Configured, era: Era, timeout: Duration) -> Result<Session, ServerError> {
        let started = Instant::now();
        Session::start_until(server, era, started, started + timeout)
    }

    pub(super) fn start_until(
        server: &Configured,
        era: Era,
        started: Instant,
        deadline: Instant,
    ) -> Result<Session, ServerError> {
        greet(start(server, started, deadline)?, era)
    }

    /// Asks, and waits for the answer. What a modern request has to carry is added, and a question that comes instead of
    /// an answer is put to the person.
    pub fn request(&mut self, method: &str, mut params: Map<String, Value>) -> Result<Answer, ServerError> {
        if !self.modern {
            return self.talk.request(method, &Value::Object(params));
        }
        params.insert("_meta".to_owned(), meta());
        for _ in 0..MAX_QUESTIONS {
            let answer = self.talk.request(method, &Value::Object(params.clone()))?;
            let Answer::Result(result) = &answer else { return Ok(answer) };
            if result.get("resultType").is_none_or(|kind| kind != "input_required") {
                return Ok(answer);
            }
            let questions = result.get("inputRequests").and_then(Value::as_object).into_iter().flatten();
            let said = questions.map(|(key, _)| (key.clone(), self.talk.consent())).collect();
            params.insert("inputResponses".to_owned(), Value::Object(said));
            let state = result.get("requestState").cloned();
            params.extend(state.map(|state| ("requestState".to_owned(), state)));
        }
        Err(self.talk.malformed(format!("`{method}` is answered with a question again and again")))
    }

    /// What the person will say from now on; at first it is no.
    pub fn ask_person(&mut self, person: Person) {
        self.talk.person = person;
    }

    /// How often the person was asked.
    pub fn questions(&self) -> u32 {
        self.talk.questions
    }

    /// What the server said when it was greeted: the result of `server/discover` or `initialize`.
    pub fn said(&self) -> &Value {
        &self.said
    }

    /// The revision that was agreed on.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// `serverInfo` stands in the result of `initialize`, and in `_meta` of every modern one.
    pub fn info(&self) -> Option<Value> {
        let in_meta = || self.said.get("_meta").and_then(|meta| meta.get("io.modelcontextprotocol/serverInfo"));
        self.said.get("serverInfo").or_else(in_meta).cloned()
    }

    pub(super) fn talk(&mut self) -> &mut Talk {
        &mut self.talk
    }
}

fn start(server: &Configured, started: Instant, deadline: Instant) -> Result<Talk, ServerError> {
    let not_local = |why: String| ServerError::NotLocal { server: server.name.clone(), why };
    let (command, args, env, cwd) = match &server.launch {
        Launch::Stdio { command, args, env, cwd } => (command, args, env, cwd),
        Launch::Remote { .. } => return Err(not_local("it is reached by URL, which remit cannot ask yet".to_owned())),
        Launch::Unknown(why) => return Err(not_local(why.clone())),
    };
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
    let values = Values { variable: &|name| std::env::var(name).ok(), workspace: &here };
    let expanded = |text: &str| expand(text, values).map_err(not_local);
    let args = args.iter().map(|arg| expanded(arg)).collect::<Result<Vec<_>, _>>()?;
    let env = env.iter().map(|(name, value)| Ok((name.clone(), expanded(value)?))).collect::<Result<_, _>>()?;
    let cwd = match cwd.as_ref().and_then(|cwd| cwd.to_str()) {
        Some(text) => Some(PathBuf::from(expanded(text)?)),
        None => cwd.clone(),
    };
    let launch = process::Launch { command: &expanded(command)?, args: &args, env: &env, cwd: cwd.as_deref() };
    let process = Process::start(launch).map_err(|source| ServerError::Start {
        server: server.name.clone(),
        command: command.clone(),
        source,
    })?;
    let name = Name { server: server.name.clone(), command: command.clone() };
    Ok(Talk::new(process, name, file_url(&cwd.unwrap_or(here)), started, deadline))
}

fn file_url(folder: &Path) -> String {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    url::Url::from_directory_path(folder).map(String::from).unwrap_or_else(|()| "file:///".to_owned())
}

fn greet(mut talk: Talk, era: Era) -> Result<Session, ServerError> {
    let mut waiting = Vec::new();
    let mut discover = None;
    if era == Era::Newest {
        let id = talk.ask("server/discover", &json!({"_meta": meta()}));
        match talk.answer_to(&[id], "server/discover", Instant::now() + PROBE)? {
            Some((_, Answer::Result(said))) if speaks_modern(&said) => return Ok(modern(talk, said)),
            Some(_) => {}
            None => {
                discover = Some(id);
                waiting.push(id);
            }
        }
    }
    let initialize = talk.ask("initialize", &hello());
    waiting.push(initialize);
    loop {
        let Some((id, answer)) = talk.answer_to(&waiting, "initialize", far())? else {
            return Err(talk.silent("initialize"));
        };
        match answer {
            Answer::Result(said) if Some(id) == discover && speaks_modern(&said) => return Ok(modern(talk, said)),
            Answer::Result(said) if id == initialize => {
                talk.notify("notifications/initialized");
                let revision = said.get("protocolVersion").and_then(Value::as_str).unwrap_or(LEGACY).to_owned();
                return Ok(Session { talk, modern: false, revision, said });
            }
            Answer::Error { code, message } if id == initialize => {
                return Err(talk.refused("initialize", code, &message));
            }
            _ => waiting.retain(|other| *other != id),
        }
    }
}

/// Later than any deadline: the conversation's own is the nearer one.
fn far() -> Instant {
    Instant::now() + Duration::from_secs(86_400)
}

fn modern(talk: Talk, said: Value) -> Session {
    Session { talk, modern: true, revision: MODERN.to_owned(), said }
}

fn speaks_modern(said: &Value) -> bool {
    let versions = said.get("supportedVersions").and_then(Value::as_array);
    versions.is_some_and(|versions| versions.iter().any(|version| version == MODERN))
}

fn capabilities() -> Value {
    json!({"roots": {"listChanged": true}, "sampling": {"tools": {}}, "elicitation": {"form": {}, "url": {}}})
}

fn client_info() -> Value {
    json!({"name": "remit", "version": env!("CARGO_PKG_VERSION")})
}

fn hello() -> Value {
    json!({"protocolVersion": LEGACY, "capabilities": capabilities(), "clientInfo": client_info()})
}

/// What each request of the modern era carries.
fn meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": capabilities(),
        "io.modelcontextprotocol/clientInfo": client_info(),
    })
}
