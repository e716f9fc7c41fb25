//! `remit report`: write a self-contained HTML report.

pub mod assemble;
pub mod evidence;
pub mod grants;

use std::path::PathBuf;

use super::exit::{Exit, Failure};
use super::replay::load;
use crate::edge::render::html;
use crate::edge::store::files::{self, Access};
use crate::edge::terminal;
use crate::pipeline::replay::score;

/// The arguments of `remit report`.
#[derive(Debug, clap::Args)]
pub struct Report {
    /// Traces; `traces/*.jsonl` where none is given
    pub traces: Vec<PathBuf>,
    #[arg(long, default_value = "remit-report.html", value_name = "FILE")]
    pub out: PathBuf,
    #[arg(long, default_value = "mcp.policy.yaml", value_name = "FILE")]
    pub policy: PathBuf,
    /// `mcp.lock` beside the policy where it exists
    #[arg(long, value_name = "FILE")]
    pub lock: Option<PathBuf>,
    /// More attacks: a file, or a folder of them
    #[arg(long, value_name = "FILE|DIR")]
    pub pack: Vec<PathBuf>,
    /// The project folder; where the traces do not say, the policy's folder
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
}

pub fn run(args: &Report) -> Result<Exit, Failure> {
    let page = page(args)?;
    files::write_atomic(&args.out, page.as_bytes(), Access::Shared)
        .map_err(|error| Failure::environment(error.to_string()))?;
    terminal::print(&format!("{}\n", terminal::plain(&args.out.display().to_string())));
    Ok(Exit::Fine)
}

/// The whole page. The same inputs give the same bytes.
pub fn page(args: &Report) -> Result<String, Failure> {
    let inputs = load::load(&load::Wanted {
        policy: &args.policy,
        lock: args.lock.as_deref(),
        traces: &args.traces,
        root: args.root.as_deref(),
        read_traces: true,
    })?;
    let packs = load::packs(&args.pack)?;
    let tools = inputs.tools(inputs.policy.document());
    let card = score::score(&packs, &tools, &inputs.policy, &inputs.ground)
        .map_err(|problems| Failure::usage(format!("the policy cannot be put to the test: {problems}")))?;
    let traces = (!inputs.traces.is_empty()).then(|| inputs.backtest(&inputs.policy));
    let report = assemble::report(&assemble::Parts {
        inputs: &inputs,
        tools: &tools,
        card: &card,
        traces: traces.as_ref(),
        findings: &inputs.findings,
        drift: None,
    })?;
    html::render(&report).map_err(|error| Failure::environment(format!("the report cannot be rendered: {error}")))
}
