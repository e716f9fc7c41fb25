//! `remit explain`: say why one call would be allowed, asked or denied.

use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::decision::decide::decide;
use crate::decision::effects::effects;
use crate::decision::explain;
use crate::edge::facts::{Surroundings, look};
use crate::edge::{clock, terminal};
use crate::model::audit::Because;
use crate::model::history::History;
use crate::model::request::Request;
use crate::model::verdict::Verdict;

use super::decide::Judged;
use super::exit::{Exit, Failure};
use super::policies;

/// The arguments of `remit explain`.
#[derive(Debug, clap::Args)]
pub struct Explain {
    /// The call: SERVER.TOOL
    #[arg(value_name = "SERVER.TOOL")]
    call: String,
    /// Its arguments, as a JSON object
    #[arg(value_name = "ARGUMENTS", default_value = "{}")]
    arguments: String,
    /// The server, where its name holds a dot; then the call is just the tool
    #[arg(long, value_name = "NAME")]
    server: Option<String>,
    /// The policy to judge by
    #[arg(long, value_name = "FILE", default_value = policies::DEFAULT)]
    policy: PathBuf,
    /// The project and working directory of the call
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// How to print the result
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

pub fn run(args: &Explain) -> Result<Exit, Failure> {
    let request = request(args)?;
    let (policy, _) = policies::read(&args.policy)?;
    // Whoever looks for why a test fails must be able to ask.
    for (at, what) in policies::failed_tests(&policy, &args.policy)? {
        terminal::note(&format!("remit: {at}: {what}"));
    }
    let project = args.root.clone().unwrap_or_else(|| policies::project_of(&args.policy));
    let mut surroundings = Surroundings::here(&project);
    surroundings.cwd = surroundings.project.clone();
    surroundings.guard([args.policy.as_path()]);
    let redactor = policies::redactor(&policy, &surroundings.project)?;
    let policy = policies::made_live(policy, &surroundings);
    let facts = look(&effects(&request, policy.hints(&request)).0, &surroundings, clock::now());
    let verdict = decide(&policy, &History::default(), &facts, &request);
    let because = explain::reasons(&verdict, &redactor);
    match args.format {
        Format::Text => print_text(&request, &verdict, &because),
        Format::Json => terminal::print(&format!("{}\n", Judged::new(&verdict, &redactor).to_pretty())),
    }
    Ok(Exit::Fine)
}

fn request(args: &Explain) -> Result<Request, Failure> {
    let (server, tool) = match &args.server {
        Some(server) => (server.as_str(), args.call.as_str()),
        None => args.call.split_once('.').filter(|(_, tool)| !tool.contains('.')).ok_or_else(|| {
            Failure::usage(format!("`{}` must be SERVER.TOOL; where a name holds a dot: --server NAME TOOL", args.call))
        })?,
    };
    let arguments = match serde_json::from_str::<Value>(&args.arguments) {
        Ok(Value::Object(arguments)) => arguments,
        Ok(_) => return Err(Failure::usage("the arguments must be a JSON object such as '{\"path\":\"./src\"}'")),
        Err(error) => return Err(Failure::usage(format!("the arguments are no JSON: {error}"))),
    };
    let arguments: Map<String, Value> = arguments;
    Ok(Request::call(server, tool, arguments))
}

fn print_text(request: &Request, verdict: &Verdict, because: &[Because]) {
    let mut text = format!("{}  {}\n", verdict.decision.to_string().to_uppercase(), terminal::plain(&request.name()));
    for reason in because {
        text.push_str(&format!("\n  {}  {}\n", reason.effect, terminal::plain(&reason.rule)));
        let mut line = |name: &str, value: &Option<String>| {
            if let Some(value) = value {
                text.push_str(&format!("        {name:<9}{}\n", terminal::plain(value)));
            }
        };
        line("at", &reason.at);
        line("argument", &reason.argument);
        line("value", &reason.value);
        line("because", &Some(reason.message.clone()));
        line("granted", &reason.nearest);
        line("edit", &reason.edit);
    }
    terminal::print(&text);
}
