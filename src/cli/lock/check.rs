//! `remit lock --check`: ask again, and show what is different.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::exit::{Exit, Failure};
use super::{Lock, ask, show};
use crate::cli::targets::Format;
use crate::edge::terminal;
use crate::pipeline::lock::{Drift, compare, suspicious};

/// What differs, by server.
pub type Drifts = BTreeMap<String, Vec<Drift>>;

pub fn run(args: &Lock, timeout: Duration) -> Result<Exit, Failure> {
    let lock = super::load(args)?;
    let servers = ask::servers(args)?;
    let asked = ask::all(&servers, timeout);
    let mut drifts = Drifts::new();
    let mut unlocked = Vec::new();
    for (name, now) in &asked.answered {
        match lock.servers.get(name) {
            Some(locked) => {
                let found = compare(locked, now, super::absence(args));
                if !found.is_empty() {
                    drifts.insert(name.clone(), found);
                }
            }
            None => unlocked.push(name.clone()),
        }
    }
    let findings = suspicious(&asked.answered);
    let unasked: Vec<&str> = asked.failed.iter().map(|error| error.server()).collect();
    terminal::print(&match args.format {
        Format::Table => show::drift(args, &asked.answered, &drifts, &unlocked, &unasked, &findings),
        Format::Json => show::drift_json(&drifts, &unlocked, &unasked, &findings),
    });
    let failed = ask::report_failures(&asked, args);
    // A change that was seen outweighs a server that could not be asked.
    if drifts.is_empty() && unlocked.is_empty() { Ok(failed) } else { Ok(Exit::Failed) }
}
