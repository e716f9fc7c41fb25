//! The files that replay and report are given.

use std::path::{Path, PathBuf};

use crate::cli::exit::Failure;
use crate::cli::policies;
use crate::decision::policy::Policy;
use crate::edge::progress::Progress;
use crate::edge::store::files;
use crate::edge::store::locks;
use crate::edge::store::state;
use crate::edge::store::traces;
use crate::edge::terminal;
use crate::model::attack::Pack;
use crate::model::baseline::Baseline;
use crate::model::facts::Os;
use crate::model::finding::Finding;
use crate::model::lockfile::Lockfile;
use crate::model::policy::Document;
use crate::model::time::Timestamp;
use crate::model::trace::{self, BadLine, Event, Line, Recorded};
use crate::pipeline::replay::Ground;
use crate::pipeline::replay::toolbox::{Gather, Tools};
use crate::pipeline::replay::{baseline, packs};

/// What was asked for.
#[derive(Debug)]
pub struct Wanted<'a> {
    pub policy: &'a Path,
    pub lock: Option<&'a Path>,
    pub baseline: Option<&'a Path>,
    pub traces: &'a [PathBuf],
    pub root: Option<&'a Path>,
    pub read_traces: bool,
}

/// What was read.
#[derive(Debug)]
pub struct Inputs {
    pub policy: Policy,
    /// The policy's own warnings.
    pub findings: Vec<Finding>,
    pub policy_file: String,
    pub lock: Option<Lockfile>,
    pub lock_file: Option<String>,
    /// What is accepted for now.
    pub baseline: Option<Baseline>,
    pub traces: Vec<Trace>,
    pub ground: Ground,
}

/// One file of events with their line numbers.
#[derive(Debug)]
pub struct Trace {
    pub file: String,
    pub events: Vec<(u64, Recorded)>,
    /// Lines that could not be read.
    pub broken: usize,
}

impl Inputs {
    /// The user's tools, as `policy` and everything that was read know them.
    pub fn tools(&self, policy: &Document) -> Tools {
        let mut gather = Gather::default();
        if let Some(lock) = &self.lock {
            gather.lock(lock);
        }
        for trace in &self.traces {
            gather.trace(trace.events.iter().map(|(_, event)| event));
        }
        gather.finish(policy)
    }
}

/// Reads everything, or says what could not be read and what to do.
pub fn load(wanted: &Wanted<'_>) -> Result<Inputs, Failure> {
    let (policy, findings) = policies::ready(wanted.policy)?;
    let beside = wanted.policy.with_file_name("mcp.lock");
    let lock_path = wanted.lock.map(Path::to_owned).or_else(|| beside.exists().then_some(beside));
    let lock = lock_path.as_deref().map(lock).transpose()?;
    let beside = wanted.policy.with_file_name("mcp.baseline.yaml");
    let baseline = wanted.baseline.map(Path::to_owned).or_else(|| beside.exists().then_some(beside));
    let baseline = baseline.as_deref().map(baseline_at).transpose()?;
    let traces = if wanted.read_traces { traces(wanted.traces)? } else { Vec::new() };
    let ground = ground(wanted, &traces)?;
    Ok(Inputs {
        policy,
        findings,
        policy_file: wanted.policy.display().to_string(),
        lock,
        lock_file: lock_path.map(|path| path.display().to_string()),
        baseline,
        traces,
        ground,
    })
}

fn baseline_at(path: &Path) -> Result<Baseline, Failure> {
    let text = files::read_text(path).map_err(|error| Failure::usage(error.to_string()))?;
    baseline::read(&text, &path.display().to_string()).map_err(|error| Failure::usage(error.to_string()))
}

fn lock(path: &Path) -> Result<Lockfile, Failure> {
    locks::read(path).map_err(|error| Failure::usage(error.to_string()))
}

/// The traces that are named (a file, a folder, a pattern), or `traces/*.jsonl`.
fn traces(named: &[PathBuf]) -> Result<Vec<Trace>, Failure> {
    let named: Vec<String> = match named {
        [] if Path::new("traces").is_dir() => vec!["traces/*.jsonl{,.gz,.zst}".to_owned()],
        named => named.iter().map(|path| path.display().to_string()).collect(),
    };
    let paths = traces::find(&named).map_err(|error| Failure::usage(error.to_string()))?;
    let bytes = paths.iter().filter_map(|path| std::fs::metadata(path).ok()).map(|file| file.len()).sum();
    let progress = Progress::of_bytes("reading traces", bytes);
    paths.iter().map(|path| read_trace(path, &progress)).collect()
}

fn read_trace(path: &Path, progress: &Progress) -> Result<Trace, Failure> {
    let file = path.display().to_string();
    let failed = |error: files::FileError| Failure::usage(error.to_string());
    let mut trace = Trace { file: file.clone(), events: Vec::new(), broken: 0 };
    let mut lines = traces::open(path).map_err(failed)?;
    while let Some(line) = lines.next_line().map_err(failed)? {
        let (number, text, last) = match line {
            traces::Line::Text { number, text, last } => {
                progress.advance(text.len() as u64 + 1);
                (number, text, last)
            }
            traces::Line::NotText { number } => return Err(Failure::usage(format!("{file}:{number}: not UTF-8 text"))),
        };
        match trace::parse(text) {
            Ok(event) => trace.events.push((number, event)),
            Err(BadLine::Invalid(_)) if last => {
                terminal::note(&format!(
                    "{}:{number}: the last line is cut off and was skipped",
                    terminal::plain(&file)
                ));
                trace.broken += 1;
            }
            Err(error) => return Err(Failure::usage(format!("{file}:{number}: {error}"))),
        }
    }
    Ok(trace)
}

/// Where attacks are played: where the recording was made, else `--root`, else the policy's folder.
fn ground(wanted: &Wanted<'_>, traces: &[Trace]) -> Result<Ground, Failure> {
    let session = traces.iter().flat_map(|trace| &trace.events).find_map(|(_, event)| match event {
        Recorded::Line(Line { event: Event::Session(session), .. }) => Some(session),
        _ => None,
    });
    let here_home = || state::home().map_or("/home/user".to_owned(), |home| home.display().to_string());
    let time = last_time(traces).unwrap_or(Timestamp(0));
    if let (Some(session), None) = (session, wanted.root) {
        let home = session.home.clone().unwrap_or_else(here_home);
        return Ok(Ground { project: session.project.clone(), home, os: session.os, time });
    }
    let folder = wanted.policy.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let root = wanted.root.unwrap_or(folder);
    let project = std::fs::canonicalize(root)
        .map_err(|error| Failure::usage(format!("the project folder {} cannot be found: {error}", root.display())))?;
    let os = if cfg!(windows) { Os::Windows } else { Os::Posix };
    Ok(Ground { project: project.display().to_string(), home: here_home(), os, time })
}

/// The time of the last event.
pub fn last_time(traces: &[Trace]) -> Option<Timestamp> {
    let times = traces.iter().flat_map(|trace| &trace.events).filter_map(|(_, event)| match event {
        Recorded::Line(line) => Some(line.time),
        Recorded::Bare(call) => call.time,
    });
    times.max()
}

/// The packs in the binary and those that are named.
pub fn packs(named: &[PathBuf]) -> Result<Vec<Pack>, Failure> {
    let mut packs = super::built_in()?;
    for path in named {
        let files = if path.is_dir() {
            let found =
                in_folder(path, "yaml").map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
            if found.is_empty() {
                return Err(Failure::usage(format!("{} holds no .yaml file", path.display())));
            }
            found
        } else {
            vec![path.clone()]
        };
        for file in files {
            let text = files::read_text(&file).map_err(|error| Failure::usage(error.to_string()))?;
            let pack = packs::read(&text, &file.display().to_string());
            packs.push(pack.map_err(|error| Failure::usage(error.to_string()))?);
        }
    }
    packs::unique(&packs).map_err(|error| Failure::usage(error.to_string()))?;
    Ok(packs)
}

/// The files of a folder with that ending, sorted by name.
fn in_folder(folder: &Path, ending: &str) -> std::io::Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|found| found == ending) && path.is_file())
        .collect();
    found.sort();
    Ok(found)
}
