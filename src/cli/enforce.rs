//! `remit enforce`: wrap the servers of a client so that only what the policy permits passes.

use super::exit::{Exit, Failure};

/// The arguments of `remit enforce`.
#[derive(Debug, clap::Args)]
pub struct Enforce {}

pub fn run(_args: &Enforce) -> Result<Exit, Failure> {
    Err(Failure::nothing("`remit enforce` is not built yet"))
}
