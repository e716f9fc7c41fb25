//! `remit demo-server`: the server of `remit demo`.

use super::exit::{Exit, Failure};

/// The arguments of `remit demo-server`.
#[derive(Debug, clap::Args)]
pub struct DemoServer {}

pub fn run(_args: &DemoServer) -> Result<Exit, Failure> {
    Err(Failure::nothing("`remit demo-server` is not built yet"))
}
