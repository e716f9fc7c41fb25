//! `remit report`: write a self-contained HTML report.

use super::exit::{Exit, Failure};

/// The arguments of `remit report`.
#[derive(Debug, clap::Args)]
pub struct Report {}

pub fn run(_args: &Report) -> Result<Exit, Failure> {
    Err(Failure::nothing("`remit report` is not built yet"))
}
