//! `remit completions`: print shell completions.

use clap::CommandFactory;
use clap_complete::Shell;

use super::exit::{Exit, Failure};

/// The arguments of `remit completions`.
#[derive(Debug, clap::Args)]
pub struct Completions {
    /// Which shell's
    #[arg(value_enum)]
    shell: Shell,
}

pub fn run(args: &Completions) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::args::Arguments::command(), "remit", &mut script);
    crate::edge::terminal::print(&String::from_utf8_lossy(&script));
    Ok(Exit::Fine)
}
