//! `remit replay`: run attacks and recorded traces against the policy, offline.

pub mod formats;
pub mod load;
pub mod show;

use std::path::PathBuf;

use clap::ValueEnum;

use super::exit::{Exit, Failure};
use crate::edge::terminal;
use crate::model::score::{Backtest, Scorecard};
use crate::pipeline::replay::{backtest, packs, score};

/// The arguments of `remit replay`.
#[derive(Debug, clap::Args)]
pub struct Replay {
    /// Traces to replay; `traces/*.jsonl` where none is given
    pub traces: Vec<PathBuf>,
    /// The policy that is put to the test
    #[arg(long, default_value = "mcp.policy.yaml", value_name = "FILE")]
    pub policy: PathBuf,
    /// Whose tools are attacked; `mcp.lock` beside the policy where it exists
    #[arg(long, value_name = "FILE")]
    pub lock: Option<PathBuf>,
    /// More attacks: a file, or a folder of them
    #[arg(long, value_name = "FILE|DIR")]
    pub pack: Vec<PathBuf>,
    /// Replay recorded traces only
    #[arg(long)]
    pub no_attacks: bool,
    /// Run attacks only
    #[arg(long)]
    pub no_traces: bool,
    /// What fails the run
    #[arg(long, value_delimiter = ',', default_values_t = [FailOn::Through, FailOn::Denied], value_name = "WHAT")]
    pub fail_on: Vec<FailOn>,
    /// The project folder; where the traces do not say, the policy's folder
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Another policy to compare with
    #[arg(long, value_name = "FILE")]
    pub against: Option<PathBuf>,
    /// List every attack, not only those that got through
    #[arg(long)]
    pub all: bool,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

/// What makes the exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// An attack got through
    Through,
    /// An attack would be asked, not denied
    Asked,
    /// A recorded call is no longer allowed
    Denied,
    /// Nothing: report only
    None,
}

impl std::fmt::Display for FailOn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            FailOn::Through => "through",
            FailOn::Asked => "asked",
            FailOn::Denied => "denied",
            FailOn::None => "none",
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Json,
    Sarif,
    Junit,
    Markdown,
    /// Annotations of GitHub Actions
    Github,
}

/// What one policy came to.
#[derive(Debug, Default)]
pub struct Played {
    pub attacks: Option<Scorecard>,
    pub traces: Option<Backtest>,
}

pub fn run(args: &Replay) -> Result<Exit, Failure> {
    if args.no_attacks && args.no_traces {
        return Err(Failure::usage("--no-attacks and --no-traces leave nothing to replay"));
    }
    let inputs = load::load(&load::Wanted {
        policy: &args.policy,
        lock: args.lock.as_deref(),
        traces: &args.traces,
        root: args.root.as_deref(),
        read_traces: !(args.no_traces && args.traces.is_empty()),
    })?;
    let packs = if args.no_attacks { Vec::new() } else { load::packs(&args.pack)? };
    let played = play(&inputs, &inputs.policy, &packs, args)?;
    let old = match &args.against {
        Some(path) => Some(play(&inputs, &load::policy(path)?.0, &packs, args)?),
        None => None,
    };
    let text = match args.format {
        Format::Table => show::table(&played, old.as_ref(), &inputs, args.all),
        Format::Json => show::json(&played, old.as_ref(), &inputs)?,
        Format::Sarif => formats::sarif(&played, &inputs)?,
        Format::Junit => formats::junit(&played, &inputs)?,
        Format::Markdown => formats::markdown(&played, old.as_ref(), &inputs)?,
        Format::Github => formats::annotations(&played, &inputs)?,
    };
    terminal::print(&text);
    Ok(exit(&played, &args.fail_on))
}

fn play(
    inputs: &load::Inputs,
    policy: &crate::decision::policy::Policy,
    packs: &[crate::model::attack::Pack],
    args: &Replay,
) -> Result<Played, Failure> {
    let attacks = match args.no_attacks {
        true => None,
        false => Some(
            score::score(packs, &inputs.tools(policy.document()), policy, &inputs.ground)
                .map_err(|problems| Failure::usage(format!("the policy cannot be put to the test: {problems}")))?,
        ),
    };
    let traces = (!args.no_traces && !inputs.traces.is_empty()).then(|| inputs.backtest(policy));
    Ok(Played { attacks, traces })
}

fn exit(played: &Played, fail_on: &[FailOn]) -> Exit {
    let attacks = played.attacks.as_ref().map(Scorecard::tally).unwrap_or_default();
    let traces = played.traces.as_ref();
    let failed = |what: &FailOn| match what {
        FailOn::Through => attacks.through > 0,
        FailOn::Asked => attacks.asked > 0,
        FailOn::Denied => traces.is_some_and(|traces| traces.newly_denied > 0),
        FailOn::None => false,
    };
    if fail_on.iter().any(failed) {
        return Exit::Failed;
    }
    if attacks.total() == 0 && traces.is_none_or(|traces| traces.total() == 0) { Exit::Nothing } else { Exit::Fine }
}

impl load::Inputs {
    /// Every trace under `policy`.
    pub fn backtest(&self, policy: &crate::decision::policy::Policy) -> Backtest {
        let mut result = Backtest::default();
        for trace in &self.traces {
            let (done, skipped) = backtest::requests(&trace.events, &self.ground);
            backtest::judge(policy, &trace.file, &done, skipped, &mut result);
        }
        result
    }
}

/// The packs that are compiled in.
pub fn built_in() -> Result<Vec<crate::model::attack::Pack>, Failure> {
    packs::built_in().map_err(|error| Failure::usage(error.to_string()))
}
