//! `remit scan`: find over-privileged, unpinned and uncovered servers in client configs.

use super::exit::{Exit, Failure};

/// The arguments of `remit scan`.
#[derive(Debug, clap::Args)]
pub struct Scan {}

pub fn run(_args: &Scan) -> Result<Exit, Failure> {
    Err(Failure::nothing("`remit scan` is not built yet"))
}
