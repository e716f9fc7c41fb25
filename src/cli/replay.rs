//! `remit replay`: run attacks and recorded traces against the policy, offline.

use super::exit::{Exit, Failure};

/// The arguments of `remit replay`.
#[derive(Debug, clap::Args)]
pub struct Replay {}

pub fn run(_args: &Replay) -> Result<Exit, Failure> {
    Err(Failure::nothing("`remit replay` is not built yet"))
}
