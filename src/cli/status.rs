//! `remit status`: show which servers are wrapped, and how.

use super::exit::{Exit, Failure};

/// The arguments of `remit status`.
#[derive(Debug, clap::Args)]
pub struct Status {}

pub fn run(_args: &Status) -> Result<Exit, Failure> {
    Err(Failure::nothing("`remit status` is not built yet"))
}
