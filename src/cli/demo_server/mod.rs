//! `remit demo-server`: the server of `remit demo`.
//!
//! A real MCP server over stdio that may do far too much: files, a shell, mail, a database, the web, a repository. All
//! of it happens inside a scratch folder: what lies outside does not exist for it, commands are pretended, mail is a
//! line in a file, pages are made up. It writes down every request that reaches it, so that a test can show that one
//! did not.

mod conversation;
mod database;
mod files;
mod tools;
mod world;

use std::io::{BufRead, Write};
use std::path::PathBuf;

use super::exit::{Exit, Failure};
use crate::edge::store::files::append_private;
use conversation::Conversation;
use world::World;

/// The arguments of `remit demo-server`.
#[derive(Debug, clap::Args)]
pub struct DemoServer {
    /// The scratch folder: `project` and `home` lie in it
    #[arg(long, value_name = "DIR")]
    pub root: PathBuf,
    /// Where every request that arrives is written down, one JSON line each
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Change a tool's description as soon as this file exists
    #[arg(long, value_name = "FILE")]
    pub rug_pull: Option<PathBuf>,
    /// Change a tool's description after so many calls
    #[arg(long, value_name = "N")]
    pub rug_pull_after: Option<u64>,
}

pub fn run(args: &DemoServer) -> Result<Exit, Failure> {
    let root = std::fs::canonicalize(&args.root)
        .map_err(|error| Failure::environment(format!("cannot open {}: {error}", args.root.display())))?;
    let failed = |error: crate::edge::store::files::FileError| Failure::environment(error.to_string());
    let log = args.log.as_deref().map(append_private).transpose().map_err(failed)?;
    let mut server = Conversation::new(World::new(root), log, args.rug_pull.clone(), args.rug_pull_after);
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().split(b'\n') {
        let Ok(line) = line else { break };
        for answer in server.hear(&line) {
            let sent = writeln!(output, "{answer}").and_then(|()| output.flush());
            if sent.is_err() {
                return Ok(Exit::Fine);
            }
        }
    }
    Ok(Exit::Fine)
}
