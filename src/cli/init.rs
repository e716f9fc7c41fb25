//! `remit init`: write a CI workflow that scans, checks the lock and replays.

use super::exit::{Exit, Failure};

/// The arguments of `remit init`.
#[derive(Debug, clap::Args)]
pub struct Init {}

pub fn run(_args: &Init) -> Result<Exit, Failure> {
    Err(Failure::nothing("`remit init` is not built yet"))
}
