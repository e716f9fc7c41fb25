//! `remit proxy`: stand between one client and one server (what wrapped configs run).

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::decision::redact::Redactor;
use crate::edge::facts::Surroundings;
use crate::edge::proxy::stdio::{self, Ended, Wiring};
use crate::edge::proxy::writing::Writing;
use crate::edge::proxy::{child, origin};
use crate::edge::store::recording::Recording;
use crate::edge::store::state;
use crate::model::facts::Os;
use crate::model::json::Limits;
use crate::model::policy::Redaction;
use crate::model::server::Mode;
use crate::model::trace::Session;
use crate::pipeline::gate::Gate;
use crate::pipeline::record::{self, Recorder};

use super::exit::{Exit, Failure};

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
    #[arg(long, value_name = "SECS", default_value_t = 60)]
    ask_timeout: u64,
    /// Record the text of results as well
    #[arg(long)]
    record_text: bool,
    /// The longest message, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 100 << 20)]
    max_message: usize,
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
    let surroundings = Surroundings::here(&project(args));
    let session = origin::session();
    let key = state::project_key(&surroundings.project)
        .map_err(|error| Failure::environment(format!("no key for secrets: {error}")))?;
    let redactor = Redactor::new(&key, &Redaction::default())
        .map_err(|(name, why)| Failure::usage(format!("redaction pattern `{name}`: {why}")))?;
    let recorder = Recorder::new(record::Settings {
        server: server.clone(),
        session: Session {
            session,
            client: None,
            command: args.command.iter().map(|word| redactor.text(word).into_owned()).collect(),
            project: surroundings.project.display().to_string(),
            cwd: surroundings.cwd.display().to_string(),
            home: surroundings.home.as_ref().map(|home| home.display().to_string()),
            os: if cfg!(windows) { Os::Windows } else { Os::Posix },
            roots: Vec::new(),
        },
        redactor,
        text: args.record_text,
    });
    let gate: Box<dyn Gate> = match mode {
        Mode::Record => Box::new(recorder),
        _ => return Err(Failure::nothing("not built")),
    };
    let writing = Writing { trace: args.traces.as_deref().map(Recording::new), audit: None, history: None };
    let ended = stdio::run(Wiring {
        server,
        command: args.command.clone(),
        gate,
        writing,
        surroundings,
        limits: Limits { bytes: args.max_message, ..Limits::default() },
        patience: Duration::from_secs(args.ask_timeout),
    });
    match ended {
        Ok(Ended::Well) => Ok(Exit::Fine),
        Ok(Ended::ServerFailed(_) | Ended::NotStarted(_)) => Ok(Exit::Environment),
        Err(error) => Err(Failure::environment(format!("cannot take over standard input and output: {error}"))),
    }
}

fn project(args: &Proxy) -> PathBuf {
    let beside = |policy: &PathBuf| policy.parent().filter(|folder| !folder.as_os_str().is_empty()).map(Path::to_owned);
    args.project.clone().or_else(|| args.policy.as_ref().and_then(beside)).unwrap_or_else(|| PathBuf::from("."))
}
