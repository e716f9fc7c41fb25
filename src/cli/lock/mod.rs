//! `remit lock`: pin the identity of every tool, or check that nothing changed.

mod ask;
mod check;
mod show;

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::exit::{Exit, Failure};
use super::targets::Format;
use crate::edge::store::locks;
use crate::edge::terminal;
use crate::model::finding::Finding;
use crate::model::lockfile::{LockedServer, Lockfile, VERSION};
use crate::pipeline::lock::{Absence, suspicious};

/// The arguments of `remit lock`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 locked, or nothing changed; 1 something changed; 2 wrong usage, or no lock to \
    check; 3 a server could not be asked; 4 there is no server.\n\nExamples:\n  remit lock\n  remit lock --check\n  \
    remit lock --path .mcp.json --server github")]
pub struct Lock {
    /// The lock file
    #[arg(long, value_name = "FILE", default_value = "mcp.lock")]
    pub out: PathBuf,
    /// Only the servers of this client (cursor, claude-code ...)
    #[arg(long, value_name = "NAME", conflicts_with = "path")]
    pub client: Option<String>,
    /// Only the servers of this configuration file
    #[arg(long, value_name = "FILE")]
    pub path: Option<PathBuf>,
    /// Only this server; several times for several. The others stay as they are locked
    #[arg(long, value_name = "NAME")]
    pub server: Vec<String>,
    /// How many seconds a server may take to answer everything
    #[arg(long, value_name = "S", default_value_t = 30.0)]
    pub timeout: f64,
    /// Change nothing: compare with the lock, and exit 1 when something changed
    #[arg(long)]
    pub check: bool,
    /// With --check: a tool that is not there any more is a change too
    #[arg(long, requires = "check")]
    pub strict_absence: bool,
    /// Lock the servers that answer although others do not
    #[arg(long, conflicts_with = "check")]
    pub keep_going: bool,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

pub fn run(args: &Lock) -> Result<Exit, Failure> {
    let timeout = std::time::Duration::try_from_secs_f64(args.timeout)
        .ok()
        .filter(|timeout| !timeout.is_zero())
        .ok_or_else(|| Failure::usage(format!("--timeout {} is not a number of seconds", args.timeout)))?;
    if args.check {
        return check::run(args, timeout);
    }
    write(args, timeout)
}

fn absence(args: &Lock) -> Absence {
    if args.strict_absence { Absence::Drift } else { Absence::Fine }
}

/// Reads a lock and refuses one whose texts do not belong to their digests.
fn load(args: &Lock) -> Result<Lockfile, Failure> {
    let lock = locks::read(&args.out).map_err(|error| match error {
        locks::LockError::File(error) => Failure::environment(error.to_string()),
        other => Failure::usage(other.to_string()),
    })?;
    let forged = crate::pipeline::lock::forged(&lock.servers);
    if forged.is_empty() {
        return Ok(lock);
    }
    let names = terminal::plain(&forged.join(", "));
    Err(Failure::usage(format!(
        "{} was edited by hand: the text of {names} does not belong to its digest; write it anew with `remit lock`",
        args.out.display()
    )))
}

fn write(args: &Lock, timeout: std::time::Duration) -> Result<Exit, Failure> {
    let servers = ask::servers(args)?;
    let asked = ask::all(&servers, timeout);
    let exit = ask::report_failures(&asked, args);
    if exit != Exit::Fine && !args.keep_going {
        let nothing = "nothing was written; fix what is named above, or lock the others with --keep-going";
        return Err(Failure::environment(nothing));
    }
    let answered: BTreeMap<String, LockedServer> = asked.answered;
    if answered.is_empty() {
        return Err(Failure::environment("no server answered, nothing was written"));
    }
    let mut lock = Lockfile { version: VERSION, servers: BTreeMap::new() };
    if !args.server.is_empty() && args.out.exists() {
        // The other servers of the file stay as somebody agreed to them.
        lock = load(args)?;
        lock.version = VERSION;
    }
    lock.servers.extend(answered.clone());
    locks::write(&args.out, &lock).map_err(|error| Failure::environment(error.to_string()))?;
    let findings: Vec<Finding> = suspicious(&lock.servers);
    terminal::print(&match args.format {
        Format::Table => show::locked(args, &answered, &findings),
        Format::Json => show::locked_json(&answered, &findings),
    });
    Ok(exit)
}
