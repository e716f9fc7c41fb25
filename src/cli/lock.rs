//! `remit lock`: pin the identity of every tool, or check that nothing changed.

use super::exit::{Exit, Failure};

/// The arguments of `remit lock`.
#[derive(Debug, clap::Args)]
pub struct Lock {}

pub fn run(_args: &Lock) -> Result<Exit, Failure> {
    Err(Failure::nothing("`remit lock` is not built yet"))
}
