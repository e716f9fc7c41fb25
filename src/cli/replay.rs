//! `remit replay`: run attacks and recorded traces against the policy, offline.

pub mod formats;
pub mod json;
pub mod load;
pub mod show;

use std::path::PathBuf;

use clap::ValueEnum;

use super::exit::{Exit, Failure};
use crate::decision::policy::Policy;
use crate::edge::clock;
use crate::edge::progress::Progress;
use crate::edge::terminal;
use crate::model::attack::Pack;
use crate::model::finding::Finding;
use crate::model::score::{Backtest, Scorecard};
use crate::pipeline::replay::coverage::Coverage;
use crate::pipeline::replay::{backtest, baseline, packs, score};

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
    /// What is accepted for now; `mcp.baseline.yaml` beside the policy where it exists
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Fail when the recorded calls and the policy's tests need less of what it grants
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u32).range(..=100))]
    pub min_coverage: Option<u32>,
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
    /// What of the baseline is out of date.
    pub outdated: Vec<Finding>,
    pub coverage: Coverage,
}

pub fn run(args: &Replay) -> Result<Exit, Failure> {
    if args.no_attacks && args.no_traces {
        return Err(Failure::usage("--no-attacks and --no-traces leave nothing to replay"));
    }
    let inputs = load::load(&load::Wanted {
        policy: &args.policy,
        lock: args.lock.as_deref(),
        baseline: args.baseline.as_deref(),
        traces: &args.traces,
        root: args.root.as_deref(),
        read_traces: !(args.no_traces && args.traces.is_empty()),
    })?;
    let packs = if args.no_attacks { Vec::new() } else { load::packs(&args.pack)? };
    let played = play(&inputs, &inputs.policy, &packs, args)?;
    let old = match &args.against {
        Some(path) => Some(play(&inputs, &super::policies::read(path)?.0, &packs, args)?),
        None => None,
    };
    let text = match args.format {
        Format::Table => show::table(&played, old.as_ref(), &inputs, args.all),
        Format::Json => json::json(&played, old.as_ref(), &inputs)?,
        Format::Sarif => formats::sarif(&played, &inputs)?,
        Format::Junit => formats::junit(&played, &inputs)?,
        Format::Markdown => formats::markdown(&played, old.as_ref(), &inputs)?,
        Format::Github => formats::annotations(&played, &inputs)?,
    };
    terminal::print(&text);
    Ok(exit(&played, args))
}

fn play(inputs: &load::Inputs, policy: &Policy, packs: &[Pack], args: &Replay) -> Result<Played, Failure> {
    let mut attacks = match args.no_attacks {
        true => None,
        false => Some(inputs.attack(packs, policy)?),
    };
    let outdated = match (&inputs.baseline, &mut attacks) {
        (Some(accepted), Some(card)) => baseline::apply(accepted, card, clock::now().day()),
        _ => Vec::new(),
    };
    let traces = (!args.no_traces && !inputs.traces.is_empty()).then(|| inputs.backtest(policy));
    let exercised = traces.as_ref().map(|traces| traces.exercised.clone()).unwrap_or_default();
    let coverage = Coverage::of(policy.document(), &exercised);
    Ok(Played { attacks, traces, outdated, coverage })
}

fn exit(played: &Played, args: &Replay) -> Exit {
    let attacks = played.attacks.as_ref().map(Scorecard::tally).unwrap_or_default();
    let accepted = played.attacks.as_ref().map(Scorecard::accepted).unwrap_or_default();
    let traces = played.traces.as_ref();
    let failed = |what: &FailOn| match what {
        FailOn::Through => attacks.through > accepted,
        FailOn::Asked => attacks.asked > 0,
        FailOn::Denied => traces.is_some_and(|traces| traces.newly_denied > 0),
        FailOn::None => false,
    };
    let least = args.min_coverage.unwrap_or_default();
    let bare = played.coverage.percent().filter(|percent| *percent < least);
    if let Some(percent) = bare {
        terminal::note(&format!("recordings and tests need {percent} % of the granted tools; {least} % are asked for"));
    }
    if bare.is_some() || args.fail_on.iter().any(failed) {
        return Exit::Failed;
    }
    if attacks.total() == 0 && traces.is_none_or(|traces| traces.total() == 0) { Exit::Nothing } else { Exit::Fine }
}

impl load::Inputs {
    /// Every attack under `policy`.
    pub fn attack(&self, packs: &[Pack], policy: &Policy) -> Result<Scorecard, Failure> {
        let progress = Progress::of_steps("playing attacks", packs.iter().map(|pack| pack.attacks.len() as u64).sum());
        score::score(packs, &self.tools(policy.document()), policy, &self.ground, || progress.advance(1))
            .map_err(|problems| Failure::usage(format!("the policy cannot be put to the test: {problems}")))
    }

    /// Every trace under `policy`.
    pub fn backtest(&self, policy: &Policy) -> Backtest {
        let mut result = Backtest::default();
        let lines = self.traces.iter().map(|trace| trace.events.len() as u64).sum();
        let progress = Progress::of_steps("replaying calls", lines);
        for trace in &self.traces {
            let (done, skipped) = backtest::requests(&trace.events, &self.ground);
            backtest::judge(policy, &trace.file, &done, skipped, &mut result, || progress.advance(1));
        }
        result
    }
}

/// The packs that are compiled in.
pub fn built_in() -> Result<Vec<Pack>, Failure> {
    packs::built_in().map_err(|error| Failure::usage(error.to_string()))
}
