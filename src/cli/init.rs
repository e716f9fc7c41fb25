//! `remit init`: write a CI workflow that scans, checks the lock and replays.

use std::collections::BTreeSet;
use std::path::Path;

use super::exit::{Exit, Failure};
use super::targets::Here;
use crate::edge::clients::table::CLIENTS;
use crate::edge::store::files::{self, Access};
use crate::edge::terminal;

/// The arguments of `remit init`.
#[derive(Debug, clap::Args)]
pub struct Init {
    /// Replace a workflow that is there already
    #[arg(long)]
    force: bool,
}

const WORKFLOW: &str = ".github/workflows/remit.yml";

pub fn run(args: &Init) -> Result<Exit, Failure> {
    let here = Here::find()?;
    let path = here.project.join(WORKFLOW);
    // A link counts too, also one that leads nowhere.
    if path.symlink_metadata().is_ok() && !args.force {
        return Err(Failure::usage(format!(
            "{WORKFLOW} is there already, and nothing was written; look at it, then: remit init --force"
        )));
    }
    files::write_atomic(&path, workflow().as_bytes(), Access::Shared)?;
    terminal::print(&format!("Wrote {WORKFLOW}: scan, lock --check and replay, on every push and pull request.\n\n"));
    terminal::print(&to_commit(&here.project));
    Ok(Exit::Fine)
}

/// What the workflow needs in the repository, and how to make what is missing.
fn to_commit(project: &Path) -> String {
    let needed = [("mcp.policy.yaml", "remit record, then: remit infer"), ("mcp.lock", "remit lock")];
    let mut text = format!("Commit these:\n  {WORKFLOW}\n");
    for (file, todo) in needed {
        let missing = if project.join(file).exists() { String::new() } else { format!(" (missing: {todo})") };
        text.push_str(&format!("  {file}{missing}\n"));
    }
    let files = CLIENTS.iter().flat_map(|client| client.project).map(|file| file.path);
    let configs: BTreeSet<&str> = files.filter(|file| project.join(file).exists()).collect();
    for config in &configs {
        text.push_str(&format!("  {config} (unwrapped: remit enforce --stop)\n"));
    }
    if configs.is_empty() {
        text.push_str("  .mcp.json, or your client's own file (missing: scan and lock read it)\n");
    }
    text.push_str("Traces stay here: they are private, and replay runs the attacks without them.\n");
    text
}

fn workflow() -> String {
    TEMPLATE.replace("REMIT_VERSION", env!("CARGO_PKG_VERSION"))
}

/// Every action is pinned by its commit: a tag can be moved.
const TEMPLATE: &str = r#"# Least privilege for the agents of this repository. Written by `remit init`.
name: remit

on:
  push:
    branches: [main, master]
  pull_request:

permissions:
  contents: read

jobs:
  remit:
    runs-on: ubuntu-latest
    timeout-minutes: 20
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with:
          persist-credentials: false
      - name: Install remit
        run: cargo install --locked mcp-remit --version REMIT_VERSION
      - name: Scan the configurations
        run: remit scan --path . --fail-on high
      - name: Check that the tools are those that were agreed on
        run: remit lock --check
      - name: Replay the attacks against the policy
        run: remit replay
"#;
