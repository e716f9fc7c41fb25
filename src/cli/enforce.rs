//! `remit enforce`: wrap the servers of a client so that only what the policy permits passes.

use std::path::{Path, PathBuf};

use super::exit::{Exit, Failure};
use super::policies;
use super::targets::{Here, Targets};
use super::wrapped;
use crate::decision::policy::{self, Policy};
use crate::edge::clients::entries::Entry;
use crate::edge::clients::wrapping::Settings;
use crate::edge::store::files::{self, FileError};
use crate::edge::terminal;
use crate::model::server::Mode;

/// The arguments of `remit enforce`.
#[derive(Debug, clap::Args)]
pub struct Enforce {
    #[command(flatten)]
    targets: Targets,
    /// What is granted
    #[arg(long, value_name = "FILE", default_value = "mcp.policy.yaml")]
    policy: PathBuf,
    /// Pinned tools; a tool that changed is hidden and denied [default: mcp.lock, where there is one]
    #[arg(long, value_name = "FILE")]
    lock: Option<PathBuf>,
    /// Judge and log, but let everything pass
    #[arg(long)]
    monitor: bool,
    /// Folder of the audit logs
    #[arg(long, value_name = "DIR", default_value = "audit")]
    audit: PathBuf,
}

pub fn run(args: &Enforce) -> Result<Exit, Failure> {
    let here = Here::find()?;
    if args.targets.stop {
        return wrapped::stop("enforce", &args.targets, &here);
    }
    let policy = here.project.join(&args.policy);
    let granted = check_policy(&policy, &args.policy)?;
    // Relative paths of a policy start from its folder, wherever it is applied from.
    let folder = policy.parent().and_then(|folder| std::fs::canonicalize(folder).ok());
    let project = folder.map_or_else(|| here.project.clone(), |folder| files::plain_path(&folder));
    let lock = lock(args, &here)?;
    let audit = here.project.join(&args.audit);
    let mode = if args.monitor { Mode::Monitor } else { Mode::Enforce };
    let done = wrapped::wrap("enforce", &args.targets, &here, &audit, &|file, entry| Settings {
        mode,
        server: entry.name.clone(),
        project: project.clone(),
        traces: None,
        record_text: false,
        policy: Some(policy.clone()),
        lock: lock.clone(),
        audit: Some(audit.join(log_name(&file.path, entry))),
    })?;
    terminal::print(&done.tables);
    if done.wrapped.is_empty() {
        return Err(Failure::nothing("no server was wrapped; the table says why"));
    }
    let document = granted.document();
    let unnamed = done.wrapped.iter().filter(|name| !document.default_allow && !document.servers.contains_key(*name));
    let unnamed = unnamed.map(|name| terminal::plain(name)).collect::<Vec<_>>().join(", ");
    if !unnamed.is_empty() {
        terminal::print(&format!("\nNot in the policy, so that every call is denied: {unnamed}\n"));
    }
    terminal::print(&wrapped::cautions(&done, "enforce", &args.targets));
    let end = match mode {
        Mode::Monitor => "Everything still passes; what the policy would refuse is logged",
        _ => "What the policy does not grant is refused, and logged",
    };
    let audit = terminal::plain(&here.short(&audit));
    terminal::print(&format!("\n{end} in {audit}.\nNext: restart {}\n", done.clients()));
    Ok(if done.missed { Exit::Failed } else { Exit::Fine })
}

/// A policy with problems denies everything: better to say so before the agent stands still.
fn check_policy(path: &Path, given: &Path) -> Result<Policy, Failure> {
    let name = terminal::plain(&given.display().to_string());
    let text = files::read_text(path).map_err(|error| match error {
        FileError::Missing(_) => Failure::usage(format!(
            "{name} does not exist, so nothing was wrapped; make one with: remit record, then: remit infer"
        )),
        error => error.into(),
    })?;
    match policy::load(&text, &given.display().to_string()) {
        Err(problems) => Err(Failure::usage(format!(
            "the policy is wrong, so nothing was wrapped:\n{}\ncorrect it, then: remit check {name}",
            policies::told(&text, &problems)
        ))),
        Ok((policy, findings)) => {
            let failed = policies::failed_tests(&policy, path)?;
            if let Some((at, what)) = failed.first() {
                return Err(Failure::usage(format!(
                    "the policy does not do what its own tests say, so nothing was wrapped:\n{}\nsee: remit check {name}",
                    terminal::plain(&format!("{at}: {what}"))
                )));
            }
            if findings.is_empty() {
                return Ok(policy);
            }
            let plural = if findings.len() == 1 { "" } else { "s" };
            terminal::note(&format!(
                "remit: {} warning{plural} about the policy; see: remit check {name}",
                findings.len()
            ));
            Ok(policy)
        }
    }
}

/// The lock that was named, which must be there, or the one that lies beside.
fn lock(args: &Enforce, here: &Here) -> Result<Option<PathBuf>, Failure> {
    let path = here.project.join(args.lock.as_deref().unwrap_or(Path::new("mcp.lock")));
    match (path.is_file(), &args.lock) {
        (true, _) => Ok(Some(path)),
        (false, None) => Ok(None),
        (false, Some(given)) => Err(Failure::usage(format!(
            "{} does not exist, so nothing was wrapped; make one with: remit lock",
            terminal::plain(&given.display().to_string())
        ))),
    }
}

/// A log for each entry of each file: readable, and different for different servers.
fn log_name(file: &Path, entry: &Entry) -> String {
    let readable: String =
        entry.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(40).collect();
    let mut whole = file.as_os_str().to_owned();
    for part in entry.section.iter().chain([&entry.name]) {
        whole.push("\0");
        whole.push(part);
    }
    let digest = crate::edge::store::state::name_of(Path::new(&whole));
    format!("{readable}-{}.jsonl", digest.chars().take(8).collect::<String>())
}
