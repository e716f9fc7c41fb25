//! Which servers are meant, and what they say.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::exit::{Exit, Failure};
use super::Lock;
use crate::cli::targets::Here;
use crate::decision::redact::Redactor;
use crate::edge::clients::{self, Source};
use crate::edge::servers::{ServerError, enumerate};
use crate::edge::terminal;
use crate::model::lockfile::LockedServer;
use crate::model::policy::Redaction;
use crate::model::server::{Configured, Launch};
use crate::pipeline::lock::pin;

/// How many servers are asked at once.
const AT_ONCE: usize = 8;

/// What came back.
#[derive(Debug, Default)]
pub struct Asked {
    pub answered: BTreeMap<String, LockedServer>,
    pub failed: Vec<ServerError>,
    /// Remote ones, which cannot be locked yet.
    pub not_covered: Vec<String>,
}

/// The servers that the arguments mean, disabled ones left out.
pub fn servers(args: &Lock) -> Result<Vec<Configured>, Failure> {
    let mut found = find(args)?;
    found.retain(|server| !server.disabled);
    for name in &args.server {
        if !found.iter().any(|server| server.name == *name) {
            let names: Vec<&str> = found.iter().map(|server| server.name.as_str()).collect();
            let known = if names.is_empty() { "there is none".to_owned() } else { names.join(", ") };
            return Err(Failure::usage(format!("there is no server `{name}` in the configuration: {known}")));
        }
    }
    if !args.server.is_empty() {
        found.retain(|server| args.server.contains(&server.name));
    }
    let mut names = BTreeMap::new();
    for server in &found {
        if let Some(other) = names.insert(&server.name, server).filter(|other| other.launch != server.launch) {
            return Err(Failure::usage(format!(
                "`{}` is one server in {} and another in {}; choose with --client or --path",
                server.name,
                other.file.display(),
                server.file.display()
            )));
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found.dedup_by(|a, b| a.name == b.name);
    if found.is_empty() {
        return Err(Failure::nothing("there is no server to lock; name a configuration with --path FILE"));
    }
    Ok(found)
}

/// Asks all of them, several at once.
pub fn all(servers: &[Configured], timeout: Duration) -> Asked {
    let mut asked = Asked::default();
    let (remote, local): (Vec<_>, Vec<_>) =
        servers.iter().partition(|server| matches!(server.launch, Launch::Remote { .. }));
    asked.not_covered = remote.iter().map(|server| server.name.clone()).collect();
    for group in local.chunks(AT_ONCE) {
        let said = std::thread::scope(|scope| {
            let running: Vec<_> = group.iter().map(|server| scope.spawn(move || enumerate(server, timeout))).collect();
            running.into_iter().map(std::thread::ScopedJoinHandle::join).collect::<Vec<_>>()
        });
        for (server, outcome) in group.iter().zip(said) {
            match outcome {
                Ok(Ok(said)) => {
                    asked.answered.insert(server.name.clone(), pin(server, &said));
                }
                Ok(Err(error)) => asked.failed.push(error),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    }
    asked
}

/// Says on standard error what could not be asked.
pub fn report_failures(asked: &Asked, args: &Lock) -> Exit {
    let redactor = Redactor::new(&[0; 32], &Redaction::default()).ok();
    for error in &asked.failed {
        let text = error.to_string();
        let safe = redactor.as_ref().map_or_else(|| error.server().to_owned(), |r| r.text(&text).into_owned());
        terminal::note(&format!("remit: {}", terminal::plain(&safe)));
    }
    for name in &asked.not_covered {
        let name = terminal::plain(name);
        terminal::note(&format!("remit: server `{name}` is remote: {} does not cover it", args.out.display()));
    }
    if asked.failed.is_empty() { Exit::Fine } else { Exit::Environment }
}

/// The configured servers, wrapped ones by their own command.
fn find(args: &Lock) -> Result<Vec<Configured>, Failure> {
    let here = Here::find()?;
    let source = match (&args.path, &args.client) {
        (Some(path), _) => Source::Path(std::path::absolute(path).unwrap_or_else(|_| path.clone())),
        (None, Some(client)) if client != "all" => Source::Client(client.clone()),
        (None, _) => Source::All,
    };
    Ok(clients::find(&source, &here.project, &here.home)?)
}
