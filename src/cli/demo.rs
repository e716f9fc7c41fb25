//! `remit demo`: see the whole line at work on a bundled server, offline.

use super::exit::{Exit, Failure};

/// The arguments of `remit demo`.
#[derive(Debug, clap::Args)]
pub struct Demo {}

pub fn run(_args: &Demo) -> Result<Exit, Failure> {
    Err(Failure::nothing("`remit demo` is not built yet"))
}
