//! `remit init`: write a CI job that scans, checks the lock and replays, and a hook that does so before a commit.

use std::collections::BTreeSet;
use std::path::Path;

use clap::ValueEnum;

use super::exit::{Exit, Failure};
use super::targets::Here;
use crate::edge::clients::table::CLIENTS;
use crate::edge::store::files::{self, Access};
use crate::edge::terminal;

/// The arguments of `remit init`.
#[derive(Debug, clap::Args)]
pub struct Init {
    /// Whose CI
    #[arg(long, value_enum, default_value = "github")]
    ci: Ci,
    /// Replace files that are there already
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Ci {
    Github,
    Gitlab,
}

impl Ci {
    /// Where it belongs, and what it says.
    fn file(self) -> (&'static str, &'static str) {
        match self {
            Ci::Github => (".github/workflows/remit.yml", GITHUB),
            Ci::Gitlab => (".gitlab/remit.yml", GITLAB),
        }
    }
}

const HOOK_FILE: &str = ".githooks/pre-commit";

pub fn run(args: &Init) -> Result<Exit, Failure> {
    let here = Here::find()?;
    let (ci, template) = args.ci.file();
    let files = [(ci, template, Access::Shared), (HOOK_FILE, HOOK, Access::Program)];
    // A link counts too, also one that leads nowhere.
    let there: Vec<&str> = files
        .iter()
        .map(|(file, ..)| *file)
        .filter(|file| here.project.join(file).symlink_metadata().is_ok())
        .collect();
    if !there.is_empty() && !args.force {
        let (are, ci) = (if there.len() > 1 { "are" } else { "is" }, args.ci.to_possible_value());
        let ci = ci.as_ref().map_or("github", |value| value.get_name());
        return Err(Failure::usage(format!(
            "{} {are} there already, and nothing was written; look there, then: remit init --ci {ci} --force",
            there.join(" and ")
        )));
    }
    for (file, template, access) in files {
        let text = template.replace("REMIT_VERSION", env!("CARGO_PKG_VERSION"));
        files::write_atomic(&here.project.join(file), text.as_bytes(), access)?;
    }
    terminal::print(&format!("Wrote {ci}: scan, lock --check and replay, on every push and pull request.\n"));
    if matches!(args.ci, Ci::Gitlab) {
        terminal::print(&format!("  .gitlab-ci.yml takes it in with: include: {{ local: {ci} }}\n"));
    }
    terminal::print(&format!("Wrote {HOOK_FILE}: check and replay before a commit that touches the policy.\n"));
    terminal::print("  switch it on with: git config core.hooksPath .githooks\n\n");
    terminal::print(&to_commit(&here.project, ci));
    Ok(Exit::Fine)
}

/// What the workflow needs in the repository, and how to make what is missing.
fn to_commit(project: &Path, ci: &str) -> String {
    let needed = [("mcp.policy.yaml", "remit record, then: remit infer"), ("mcp.lock", "remit lock")];
    let mut text = format!("Commit these:\n  {ci}\n  {HOOK_FILE}\n");
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

/// Every action is pinned by its commit: a tag can be moved.
const GITHUB: &str = r#"# Least privilege for the agents of this repository. Written by `remit init`.
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

const GITLAB: &str = r#"# Least privilege for the agents of this repository. Written by `remit init --ci gitlab`.
remit:
  # A tag can be moved: for an image that nobody can change under you, write rust@sha256:... as your registry names it.
  image: rust:1.90.0-slim-bookworm
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  before_script:
    - cargo install --locked mcp-remit --version REMIT_VERSION
  script:
    - remit scan --path . --fail-on high
    - remit lock --check
    # Once for the merge request, once for this log; the second one decides.
    - remit replay --format junit > remit.xml || true; remit replay
  artifacts:
    when: always
    reports:
      junit: remit.xml
"#;

const HOOK: &str = r#"#!/bin/sh
# Written by `remit init`. Switched on by: git config core.hooksPath .githooks
set -e
if git diff --cached --quiet -- mcp.policy.yaml mcp.lock mcp.baseline.yaml; then
    exit 0
fi
remit check mcp.policy.yaml
remit replay
"#;
