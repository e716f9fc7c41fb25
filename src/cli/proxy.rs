//! `remit proxy`: stand between one client and one server (what wrapped configs run).

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::decision::policy::Policy;
use crate::decision::redact::Redactor;
use crate::edge::facts::Surroundings;
use crate::edge::proxy::stdio::{self, Ended, Wiring};
use crate::edge::proxy::writing::Writing;
use crate::edge::proxy::{child, origin};
use crate::edge::store::audit::AuditLog;
use crate::edge::store::history::HistoryStore;
use crate::edge::store::recording::Recording;
use crate::edge::store::{locks, state};
use crate::edge::terminal::{note, plain};
use crate::model::facts::Os;
use crate::model::json::Limits;
use crate::model::server::Mode;
use crate::model::trace::Session;
use crate::pipeline::enforce::{self, Enforcer, Lock};
use crate::pipeline::gate::Gate;
use crate::pipeline::lock;
use crate::pipeline::record::{self, Recorder};

use super::exit::{Exit, Failure};
use super::policies;
use both::Both;

mod both;

/// The arguments of `remit proxy`. Settings stand here and not in the environment, which clients strip.
#[derive(Debug, clap::Args)]
pub struct Proxy {
    /// What to do with what is seen
    #[arg(long, value_parser = mode, required_unless_present = "watch")]
    mode: Option<Mode>,
    /// The server's name in the client's configuration
    #[arg(long, value_name = "NAME", required_unless_present = "watch")]
    server: Option<String>,
    /// The policy [default with --mode monitor or enforce: mcp.policy.yaml of the project]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Let only tools pass that are as this lock pinned them
    #[arg(long, value_name = "FILE")]
    lock: Option<PathBuf>,
    /// Where to write the trace
    #[arg(long, value_name = "DIR")]
    traces: Option<PathBuf>,
    /// Where to append the audit log
    #[arg(long, value_name = "FILE")]
    audit: Option<PathBuf>,
    /// The project [default: the policy's folder, or the working directory]
    #[arg(long, value_name = "DIR")]
    project: Option<PathBuf>,
    /// How long a person may take to answer a question; silence is a denial
    #[arg(long, value_name = "SECS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(0..=86_400))]
    ask_timeout: u64,
    /// Record the text of results as well
    #[arg(long)]
    record_text: bool,
    /// The longest message, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 100 << 20, value_parser = clap::value_parser!(u64).range(1..=1 << 30))]
    max_message: u64,
    /// The server's command
    #[arg(last = true, value_name = "COMMAND", required_unless_present = "watch")]
    command: Vec<String>,
    /// Kill the server named on standard input when that ends
    #[arg(long, hide = true, exclusive = true)]
    watch: bool,
}

fn mode(name: &str) -> Result<Mode, String> {
    Mode::ALL
        .into_iter()
        .find(|mode| mode.name() == name)
        .ok_or_else(|| "the modes are record, monitor and enforce".to_owned())
}

pub fn run(args: &Proxy) -> Result<Exit, Failure> {
    if args.watch {
        return child::watch().map(|()| Exit::Fine).map_err(|error| Failure::environment(error.to_string()));
    }
    let (Some(mode), Some(server)) = (args.mode, args.server.clone()) else {
        return Err(Failure::usage("--mode and --server are needed"));
    };
    if mode == Mode::Record && args.traces.is_none() {
        return Err(Failure::usage("--mode record needs --traces DIR: there is nowhere to record to"));
    }
    if args.traces.is_none() && args.record_text {
        return Err(Failure::usage("--record-text needs --traces"));
    }
    let mut surroundings = Surroundings::here(&project(args));
    let own = [&args.policy, &args.lock, &args.traces, &args.audit].into_iter().flatten();
    surroundings.guard(own.map(PathBuf::as_path));
    let key = state::project_key(&surroundings.project)
        .map_err(|error| Failure::environment(format!("no key for secrets: {}", error.with_mend())))?;
    let session = origin::session();
    let writing = Writing {
        trace: args.traces.as_deref().map(Recording::new),
        audit: args.audit.as_deref().map(AuditLog::open).transpose().map_err(|error| {
            Failure::environment(format!("nothing passes without the audit log that was asked for: {error}; make it writable, or wrap again with another --audit"))
        })?,
        history: HistoryStore::of(&surroundings.project, &session),
        monitor: mode == Mode::Monitor,
    };
    let gate = gate(args, mode, &server, session, &surroundings, &key)?;
    let ended = stdio::run(Wiring {
        server,
        command: args.command.clone(),
        gate,
        writing,
        surroundings,
        limits: Limits { bytes: usize::try_from(args.max_message).unwrap_or(usize::MAX), ..Limits::default() },
        patience: Duration::from_secs(args.ask_timeout),
    });
    match ended {
        Ok(Ended::Well) => Ok(Exit::Fine),
        Ok(Ended::ServerFailed(_) | Ended::NotStarted(_)) => Ok(Exit::Environment),
        Err(error) => Err(Failure::environment(format!("cannot take over standard input and output: {error}"))),
    }
}

fn gate(
    args: &Proxy,
    mode: Mode,
    server: &str,
    session: String,
    surroundings: &Surroundings,
    key: &[u8; 32],
) -> Result<Box<dyn Gate>, Failure> {
    let (policy, trouble) = match mode {
        Mode::Record => (Policy::deny_everything(), None),
        Mode::Monitor | Mode::Enforce => policy(args, surroundings),
    };
    if let Some(trouble) = &trouble {
        for line in trouble.lines() {
            note(&format!("remit proxy ({}): {}", plain(server), plain(line)));
        }
    }
    let redactor = Redactor::new(key, &policy.document().redaction)
        .map_err(|(name, why)| Failure::usage(format!("redaction pattern `{name}`: {why}")))?;
    // Made only where a trace is written: taking the secrets out of the command costs a start its first milliseconds.
    let recorder = || {
        Recorder::new(record::Settings {
            server: server.to_owned(),
            session: Session {
                session: session.clone(),
                client: None,
                command: without_secrets(&args.command, &redactor),
                project: surroundings.project.display().to_string(),
                cwd: surroundings.cwd.display().to_string(),
                home: surroundings.home.as_ref().map(|home| home.display().to_string()),
                os: if cfg!(windows) { Os::Windows } else { Os::Posix },
                roots: Vec::new(),
            },
            redactor: redactor.clone(),
            text: args.record_text,
        })
    };
    if mode == Mode::Record {
        return Ok(Box::new(recorder()));
    }
    let recorder = args.traces.is_some().then(recorder);
    let enforcer = Enforcer::new(enforce::Settings {
        server: server.to_owned(),
        session,
        policy,
        trouble,
        lock: args.lock.as_deref().map_or(Lock::Open, |path| lock(path, server)),
        monitor: mode == Mode::Monitor,
        audits: args.audit.is_some(),
        redactor,
    });
    Ok(match recorder {
        Some(recorder) => Box::new(Both { enforcer, recorder }),
        None => Box::new(enforcer),
    })
}

/// A command line as a trace may hold it: a word can be a secret for the option before it.
fn without_secrets(command: &[String], redactor: &Redactor) -> Vec<String> {
    let mut value = serde_json::json!({ "argv": command });
    redactor.value(&mut value);
    let words = value.get("argv").and_then(|words| words.as_array()).into_iter().flatten();
    words.map(|word| word.as_str().unwrap_or_default().to_owned()).collect()
}

/// The policy in force, and what is wrong with the one that was named. A policy that is missing or wrong denies
/// everything: the server runs, and the agent reads why it may do nothing.
fn policy(args: &Proxy, surroundings: &Surroundings) -> (Policy, Option<String>) {
    let path = args.policy.clone().unwrap_or_else(|| surroundings.project.join(policies::DEFAULT));
    match policies::ready(&path) {
        Ok((policy, _)) => (policies::made_live(policy, surroundings), None),
        Err(failure) => (Policy::deny_everything(), Some(format!("Everything is denied: {}", failure.message))),
    }
}

/// What the lock says of this server.
fn lock(path: &Path, server: &str) -> Lock {
    let missing = |why: String| Lock::Missing(format!("nothing passes without the lock: {why}"));
    let mut lock = match locks::read(path) {
        Ok(lock) => lock,
        Err(error) => return missing(error.to_string()),
    };
    let shown = path.display();
    let Some(locked) = lock.servers.remove(server) else {
        return missing(format!("{shown} does not know the server `{server}`; pin it with `remit lock --out {shown}`"));
    };
    let forged = lock::forged(&[(server.to_owned(), locked.clone())].into());
    match forged.first() {
        Some(forged) => missing(format!("{shown} was edited by hand, {forged} is not what its digest says")),
        None => Lock::Of(Box::new(locked)),
    }
}

fn project(args: &Proxy) -> PathBuf {
    let beside = args.policy.as_deref().map(policies::project_of);
    args.project.clone().or(beside).unwrap_or_else(|| PathBuf::from("."))
}
