//! `remit demo`: see the whole line at work on a bundled server, offline.
//!
//! Every verb runs as a process of its own, the way a user runs it, and the agent talks through the real proxy. What
//! each chapter claims is checked against what happened; above all against the server's own log of what reached it.

mod agent;
mod calls;
mod chapters;
mod stage;

use std::path::PathBuf;

use super::exit::{Exit, Failure};
use crate::edge::terminal;
use stage::Stage;

/// The arguments of `remit demo`.
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// Where everything is left; a new folder for temporary files by default
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// What the demo claims, and whether it was so.
#[derive(Debug, Default)]
pub struct Claims {
    kept: usize,
    broken: Vec<String>,
}

impl Claims {
    /// Notes one claim; `why` is told where it does not hold.
    pub fn check(&mut self, holds: bool, why: impl FnOnce() -> String) {
        if holds {
            self.kept += 1;
        } else {
            self.broken.push(why());
        }
    }
}

const INTRODUCTION: &str = "\
An agent works in a project. Its server, `office`, may do everything: files,
shell, mail, database, web. remit finds out what it needs, and leaves it that.
";

/// Runs the story from its first chapter to its last. Fails when a chapter does not show what it claims.
pub fn run(args: &Demo) -> Result<Exit, Failure> {
    let stage = Stage::set(args.out.as_deref())?;
    let mut claims = Claims::default();
    terminal::print(INTRODUCTION);
    for chapter in chapters::ALL {
        terminal::print(&chapter(&stage, &mut claims)?);
    }
    terminal::print(&format!("\nEverything is left in {}\n", stage.root().display()));
    terminal::print("  traces/  mcp.policy.yaml  mcp.lock  audit.jsonl  report.html   (in project/)\n");
    if claims.broken.is_empty() {
        terminal::print(&format!("\n{} claims checked; what reached the server, by its own log.\n", claims.kept));
        return Ok(Exit::Fine);
    }
    for broken in &claims.broken {
        terminal::note(&format!("remit: the demo did not show what it claims: {}", terminal::plain(broken)));
    }
    Ok(Exit::Failed)
}
