//! The verbs: the only place where stages meet edges. One file a verb.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "verbs read the settings that edges need")]

pub mod args;
pub mod exit;
pub mod targets;
pub mod wrapped;

pub mod check;
pub mod completions;
pub mod decide;
pub mod demo;
pub mod demo_server;
pub mod enforce;
pub mod explain;
pub mod infer;
pub mod init;
pub mod lock;
pub mod policies;
pub mod proxy;
pub mod record;
pub mod replay;
pub mod report;
pub mod scan;
pub mod schema;
pub mod status;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command};
use exit::{Exit, Failure};

/// Parses the arguments, runs the verb, and turns its end into an exit code.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Fine.into() };
        }
    };
    match run(arguments.command) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            crate::edge::terminal::note(&failure.to_string());
            failure.exit.into()
        }
    }
}

fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Scan(args) => scan::run(&args),
        Command::Lock(args) => lock::run(&args),
        Command::Record(args) => record::run(&args),
        Command::Infer(args) => infer::run(&args),
        Command::Replay(args) => replay::run(&args),
        Command::Enforce(args) => enforce::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Decide(args) => decide::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Status(args) => status::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Proxy(args) => proxy::run(&args),
        Command::DemoServer(args) => demo_server::run(&args),
    }
}
