//! The command line, as clap reads it. Each verb's own arguments stand in its file.

use clap::{Parser, Subcommand};

/// Least privilege for AI agents over MCP: record -> infer -> lock -> replay -> enforce.
#[derive(Debug, Parser)]
#[command(name = "remit", version, max_term_width = 80, disable_help_subcommand = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find over-privileged, unpinned and uncovered servers in client configs
    Scan(super::scan::Scan),
    /// Pin the identity of every tool, or check that nothing changed
    Lock(super::lock::Lock),
    /// Wrap the servers of a client so that what the agent does is recorded
    Record(super::record::Record),
    /// Turn traces into the smallest policy that still lets the agent work
    Infer(super::infer::Infer),
    /// Run attacks and recorded traces against the policy, offline
    Replay(super::replay::Replay),
    /// Wrap the servers of a client so that only what the policy permits passes
    Enforce(super::enforce::Enforce),
    /// Write a self-contained HTML report
    Report(super::report::Report),
    /// Write a CI workflow that scans, checks the lock and replays
    Init(super::init::Init),
    /// See the whole line at work on a bundled server, offline
    Demo(super::demo::Demo),
    /// Load a policy, lint it and run its tests
    Check(super::check::Check),
    /// Judge calls, one JSON line in, one JSON line out
    Decide(super::decide::Decide),
    /// Say why one call would be allowed, asked or denied
    Explain(super::explain::Explain),
    /// Show which servers are wrapped, and how
    Status(super::status::Status),
    /// Print the JSON Schema of policies, or of attack packs
    Schema(super::schema::Schema),
    /// Print shell completions
    Completions(super::completions::Completions),
    /// Stand between one client and one server (what wrapped configs run)
    Proxy(super::proxy::Proxy),
    /// The server of `remit demo`
    #[command(hide = true)]
    DemoServer(super::demo_server::DemoServer),
}
