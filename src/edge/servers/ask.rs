//! What a server says of itself: all its lists, all their pages.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::error::ServerError;
use super::session::{Era, Session};
use super::talk::{Answer, Talk};
use crate::model::server::{Configured, Said};

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
    match ask(server, Era::Newest, started, deadline) {
        Err(ServerError::Died { .. } | ServerError::Refused { .. }) if Instant::now() < deadline => {
            ask(server, Era::Legacy, started, deadline)
        }
        outcome => outcome,
    }
}

fn ask(server: &Configured, era: Era, started: Instant, deadline: Instant) -> Result<Said, ServerError> {
    let mut session = Session::start_until(server, era, started, deadline)?;
    let mut said = Said {
        info: session.info(),
        instructions: session.said().get("instructions").and_then(Value::as_str).map(str::to_owned),
        revision: session.revision().to_owned(),
        ..Said::default()
    };
    for _ in 0..MAX_ROUNDS {
        let before = session.talk().changes();
        said.tools = list(&mut session, Kind::Tools)?;
        said.prompts = list(&mut session, Kind::Prompts)?;
        said.resource_templates = list(&mut session, Kind::Templates)?;
        session.talk().listen(SETTLE)?;
        if session.talk().changes() == before {
            break;
        }
    }
    Ok(said)
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
fn list(session: &mut Session, kind: Kind) -> Result<Vec<Map<String, Value>>, ServerError> {
    let declared = session.said().get("capabilities").and_then(|all| all.get(kind.capability())).is_some();
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
        let page = match session.request(kind.method(), params)? {
            Answer::Result(page) => page,
            Answer::Error { code: NO_SUCH_METHOD, .. } if !declared || matches!(kind, Kind::Templates) => {
                return Ok(entries);
            }
            Answer::Error { code, message } => return Err(session.talk().refused(kind.method(), code, &message)),
        };
        let talk = session.talk();
        take_page(talk, kind, &page, &mut entries)?;
        cursor = match page.get("nextCursor") {
            None | Some(Value::Null) => return checked(talk, kind, entries),
            Some(Value::String(next)) if cursors.insert(next.clone()) => Some(next.clone()),
            Some(Value::String(_)) => return Err(talk.malformed(format!("`{}` comes in a circle", kind.method()))),
            Some(_) => return Err(talk.malformed(format!("`nextCursor` of `{}` is not a string", kind.method()))),
        };
    }
    Err(session.talk().malformed(format!("`{}` has more than {MAX_PAGES} pages", kind.method())))
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
