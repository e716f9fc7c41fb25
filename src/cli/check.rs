//! `remit check`: load a policy, lint it and run its tests.

use super::exit::{Exit, Failure};

/// The arguments of `remit check`.
#[derive(Debug, clap::Args)]
pub struct Check {}

pub fn run(_args: &Check) -> Result<Exit, Failure> {
    Err(Failure::nothing("`remit check` is not built yet"))
}
