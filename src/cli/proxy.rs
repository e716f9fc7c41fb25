//! `remit proxy`: stand between one client and one server (what wrapped configs run).

use super::exit::{Exit, Failure};

/// The arguments of `remit proxy`.
#[derive(Debug, clap::Args)]
pub struct Proxy {}

pub fn run(_args: &Proxy) -> Result<Exit, Failure> {
    Err(Failure::nothing("`remit proxy` is not built yet"))
}
