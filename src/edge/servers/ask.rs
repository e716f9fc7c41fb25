//! What a server says of itself: all its lists, all their pages, in whichever era it speaks.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::error::ServerError;
use super::process::{self, Process};
use super::talk::{Answer, Name, Talk};
use crate::model::server::{Configured, Launch, Said};

/// The revision without a handshake.
const MODERN: &str = "2026-07-28";
/// The latest one with a handshake.
const LEGACY: &str = "2025-11-25";
/// How long a server may be silent to `server/discover` before `initialize` is sent as well.
const PROBE: Duration = Duration::from_millis(700);
/// A server that registers tools once it knows its client says so within this time of answering the first list.
const SETTLE: Duration = Duration::from_millis(100);
/// A list has fewer pages and entries than this; one that has more does not end.
const MAX_PAGES: usize = 1000;
const MAX_ENTRIES: usize = 20_000;
/// How often lists are asked for again because the server said that they changed.
const MAX_ROUNDS: usize = 5;
/// JSON-RPC: method not found.
const NO_SUCH_METHOD: i64 = -32601;

/// Starts the server, asks it everything, and ends it. `timeout` is for all of it together.
///
/// `server/discover` is sent first. When the server refuses it or is silent, `initialize` follows; a server that takes
/// the first as a reason to end is started once more. All capabilities are declared, since servers show more tools to a
/// client that declares more (DESIGN 5).
pub fn enumerate(server: &Configured, timeout: Duration) -> Result<Said, ServerError> {
    let started = Instant::now();
    let deadline = started + timeout;
    let talk = start(server, started, deadline)?;
    match ask(talk, Probe::Both) {
        Err(ServerError::Died { .. } | ServerError::Refused { .. }) if Instant::now() < deadline => {
            ask(start(server, started, deadline)?, Probe::Legacy)
        }
        outcome => outcome,
    }
}

/// Which eras are tried.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Probe {
    Both,
    Legacy,
}

fn start(server: &Configured, started: Instant, deadline: Instant) -> Result<Talk, ServerError> {
    let not_local = |why: &str| ServerError::NotLocal { server: server.name.clone(), why: why.to_owned() };
    let (command, args, env, cwd) = match &server.launch {
        Launch::Stdio { command, args, env, cwd } => (command, args, env, cwd),
        Launch::Remote { .. } => return Err(not_local("it is reached by URL, which remit cannot ask yet")),
        Launch::Unknown(why) => return Err(not_local(why)),
    };
    let process = Process::start(process::Launch { command, args, env, cwd: cwd.as_deref() })
        .map_err(|source| ServerError::Start { server: server.name.clone(), command: command.clone(), source })?;
    let folder = cwd.clone().or_else(|| std::env::current_dir().ok()).unwrap_or_else(|| PathBuf::from("/"));
    let name = Name { server: server.name.clone(), command: command.clone() };
    Ok(Talk::new(process, name, file_url(&folder), started, deadline))
}

fn file_url(folder: &Path) -> String {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    url::Url::from_directory_path(folder).map(String::from).unwrap_or_else(|()| "file:///".to_owned())
}

/// What was agreed on at the start.
#[derive(Debug)]
struct Greeting {
    modern: bool,
    revision: String,
    said: Value,
}

fn ask(mut talk: Talk, probe: Probe) -> Result<Said, ServerError> {
    let greeting = greet(&mut talk, probe)?;
    let mut said = Said {
        info: server_info(&greeting.said),
        instructions: greeting.said.get("instructions").and_then(Value::as_str).map(str::to_owned),
        revision: greeting.revision.clone(),
        ..Said::default()
    };
    for _ in 0..MAX_ROUNDS {
        let before = talk.changes();
        said.tools = list(&mut talk, &greeting, Kind::Tools)?;
        said.prompts = list(&mut talk, &greeting, Kind::Prompts)?;
        said.resource_templates = list(&mut talk, &greeting, Kind::Templates)?;
        talk.listen(SETTLE)?;
        if talk.changes() == before {
            return Ok(said);
        }
    }
    Ok(said)
}

fn greet(talk: &mut Talk, probe: Probe) -> Result<Greeting, ServerError> {
    let mut waiting = Vec::new();
    let mut discover = None;
    if probe == Probe::Both {
        let id = talk.ask("server/discover", &json!({"_meta": meta()}));
        match talk.answer_to(&[id], "server/discover", Instant::now() + PROBE)? {
            Some((_, Answer::Result(said))) if speaks_modern(&said) => return Ok(modern(said)),
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
            Answer::Result(said) if Some(id) == discover && speaks_modern(&said) => return Ok(modern(said)),
            Answer::Result(said) if id == initialize => {
                talk.notify("notifications/initialized");
                let revision = said.get("protocolVersion").and_then(Value::as_str).unwrap_or(LEGACY).to_owned();
                return Ok(Greeting { modern: false, revision, said });
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

fn modern(said: Value) -> Greeting {
    Greeting { modern: true, revision: MODERN.to_owned(), said }
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

/// `serverInfo` stands in the result of `initialize`, and in `_meta` of every modern one.
fn server_info(said: &Value) -> Option<Value> {
    let in_meta = || said.get("_meta").and_then(|meta| meta.get("io.modelcontextprotocol/serverInfo"));
    said.get("serverInfo").or_else(in_meta).cloned()
}

/// One list: its method, the member that holds the entries, the member that names an entry, and the capability of a
/// server that has such a list.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Tools,
    Prompts,
    Templates,
}

impl Kind {
    fn method(self) -> &'static str {
        match self {
            Kind::Tools => "tools/list",
            Kind::Prompts => "prompts/list",
            Kind::Templates => "resources/templates/list",
        }
    }

    fn member(self) -> &'static str {
        match self {
            Kind::Tools => "tools",
            Kind::Prompts => "prompts",
            Kind::Templates => "resourceTemplates",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Kind::Tools | Kind::Prompts => "name",
            Kind::Templates => "uriTemplate",
        }
    }

    fn capability(self) -> &'static str {
        match self {
            Kind::Tools => "tools",
            Kind::Prompts => "prompts",
            Kind::Templates => "resources",
        }
    }
}

/// All pages of one list. Tools are asked for whatever the server declares.
fn list(talk: &mut Talk, greeting: &Greeting, kind: Kind) -> Result<Vec<Map<String, Value>>, ServerError> {
    let declared = greeting.said.get("capabilities").and_then(|all| all.get(kind.capability())).is_some();
    if !declared && !matches!(kind, Kind::Tools) {
        return Ok(Vec::new());
    }
    let mut entries = Vec::new();
    let mut cursors = HashSet::new();
    let mut cursor: Option<String> = None;
    for _ in 0..MAX_PAGES {
        let mut params = Map::new();
        if let Some(cursor) = &cursor {
            params.insert("cursor".to_owned(), Value::from(cursor.as_str()));
        }
        if greeting.modern {
            params.insert("_meta".to_owned(), meta());
        }
        let page = match talk.request(kind.method(), &Value::Object(params))? {
            Answer::Result(page) => page,
            Answer::Error { code: NO_SUCH_METHOD, .. } if !declared || matches!(kind, Kind::Templates) => {
                return Ok(entries);
            }
            Answer::Error { code, message } => return Err(talk.refused(kind.method(), code, &message)),
        };
        take_page(talk, kind, &page, &mut entries)?;
        cursor = match page.get("nextCursor") {
            None | Some(Value::Null) => return checked(talk, kind, entries),
            Some(Value::String(next)) if cursors.insert(next.clone()) => Some(next.clone()),
            Some(Value::String(_)) => return Err(talk.malformed(format!("`{}` comes in a circle", kind.method()))),
            Some(_) => return Err(talk.malformed(format!("`nextCursor` of `{}` is not a string", kind.method()))),
        };
    }
    Err(talk.malformed(format!("`{}` has more than {MAX_PAGES} pages", kind.method())))
}

fn take_page(talk: &Talk, kind: Kind, page: &Value, entries: &mut Vec<Map<String, Value>>) -> Result<(), ServerError> {
    let member = kind.member();
    let Some(list) = page.get(member).and_then(Value::as_array) else {
        return Err(talk.malformed(format!("the answer to `{}` has no list `{member}`", kind.method())));
    };
    for entry in list {
        match entry {
            Value::Object(entry) if entry.get(kind.key()).is_some_and(Value::is_string) => entries.push(entry.clone()),
            _ => return Err(talk.malformed(format!("an entry of `{member}` has no `{}`", kind.key()))),
        }
    }
    if entries.len() > MAX_ENTRIES {
        return Err(talk.malformed(format!("`{}` has more than {MAX_ENTRIES} entries", kind.method())));
    }
    Ok(())
}

/// A name that stands for two things has no identity that could be pinned.
fn checked(talk: &Talk, kind: Kind, entries: Vec<Map<String, Value>>) -> Result<Vec<Map<String, Value>>, ServerError> {
    let mut names = HashSet::new();
    for entry in &entries {
        let name = entry.get(kind.key()).and_then(Value::as_str).unwrap_or_default();
        if !names.insert(name) {
            let name = crate::edge::terminal::plain(name);
            return Err(talk.malformed(format!("`{}` names `{name}` twice", kind.method())));
        }
    }
    Ok(entries)
}
