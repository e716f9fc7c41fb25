//! `remit explain`: say why one call would be allowed, asked or denied.

use super::exit::{Exit, Failure};

/// The arguments of `remit explain`.
#[derive(Debug, clap::Args)]
pub struct Explain {}

pub fn run(_args: &Explain) -> Result<Exit, Failure> {
    Err(Failure::nothing("`remit explain` is not built yet"))
}
