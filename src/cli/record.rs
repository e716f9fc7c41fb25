//! `remit record`: wrap the servers of a client so that what the agent does is recorded.

use super::exit::{Exit, Failure};

/// The arguments of `remit record`.
#[derive(Debug, clap::Args)]
pub struct Record {}

pub fn run(_args: &Record) -> Result<Exit, Failure> {
    Err(Failure::nothing("`remit record` is not built yet"))
}
