//! `remit infer`: turn traces into the smallest policy that still lets the agent work.

use super::exit::{Exit, Failure};

/// The arguments of `remit infer`.
#[derive(Debug, clap::Args)]
pub struct Infer {}

pub fn run(_args: &Infer) -> Result<Exit, Failure> {
    Err(Failure::nothing("`remit infer` is not built yet"))
}
