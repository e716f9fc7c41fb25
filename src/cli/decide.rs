//! `remit decide`: judge calls, one JSON line in, one JSON line out.

use super::exit::{Exit, Failure};

/// The arguments of `remit decide`.
#[derive(Debug, clap::Args)]
pub struct Decide {}

pub fn run(_args: &Decide) -> Result<Exit, Failure> {
    Err(Failure::nothing("`remit decide` is not built yet"))
}
