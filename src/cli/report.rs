//! `remit report`: write a self-contained HTML report.

pub mod assemble;
pub mod drift;
pub mod evidence;
pub mod grants;

use std::path::{Path, PathBuf};

use super::exit::{Exit, Failure};
use super::replay::load;
use crate::edge::render::html;
use crate::edge::store::files::{self, Access};
use crate::edge::terminal;
use crate::model::finding::Finding;
use crate::pipeline::lock::suspicious;

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
    /// What `remit scan --format json` found, to be shown beside the rest
    #[arg(long, value_name = "FILE")]
    pub scan: Option<PathBuf>,
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
        baseline: None,
        traces: &args.traces,
        root: args.root.as_deref(),
        read_traces: true,
    })?;
    let packs = load::packs(&args.pack)?;
    let tools = inputs.tools(inputs.policy.document());
    let card = inputs.attack(&packs, &inputs.policy)?;
    let traces = (!inputs.traces.is_empty()).then(|| inputs.backtest(&inputs.policy));
    let mut findings = inputs.findings.clone();
    if let Some(lock) = &inputs.lock {
        findings.extend(suspicious(&lock.servers));
    }
    if let Some(path) = &args.scan {
        findings.extend(scanned(path)?);
    }
    let report = assemble::report(&assemble::Parts {
        inputs: &inputs,
        tools: &tools,
        card: &card,
        traces: traces.as_ref(),
        findings: &findings,
        drift: drift::drift(&inputs),
    })?;
    html::render(&report).map_err(|error| Failure::environment(format!("the report cannot be rendered: {error}")))
}

/// The findings in the output of `remit scan --format json`.
fn scanned(path: &Path) -> Result<Vec<Finding>, Failure> {
    #[derive(serde::Deserialize)]
    struct Scanned {
        findings: Vec<Finding>,
    }
    let text = files::read_text(path).map_err(|error| Failure::usage(error.to_string()))?;
    let scanned: Scanned = serde_json::from_str(&text).map_err(|error| {
        let file = path.display();
        Failure::usage(format!("{file} is not what `remit scan --format json` writes: {error}"))
    })?;
    Ok(scanned.findings)
}
