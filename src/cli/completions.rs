//! `remit completions`: print shell completions.

use super::exit::{Exit, Failure};

/// The arguments of `remit completions`.
#[derive(Debug, clap::Args)]
pub struct Completions {}

pub fn run(_args: &Completions) -> Result<Exit, Failure> {
    Err(Failure::nothing("`remit completions` is not built yet"))
}
