//! `remit infer`: turn traces into the smallest policy that still lets the agent work.

use std::path::{Path, PathBuf};

use super::exit::{Exit, Failure};
use crate::decision::redact::Redactor;
use crate::edge::store::files::{self, Access};
use crate::edge::store::{state, traces};
use crate::edge::terminal;
use crate::model::evidence::{Evidence, Place, VERSION};
use crate::model::facts::Os;
use crate::model::policy::Redaction;
use crate::pipeline::infer::completeness;
use crate::pipeline::infer::generalise::infer_from_all;
use crate::pipeline::infer::runs;
use crate::pipeline::infer::settings::{Settings, Strictness};
use crate::pipeline::infer::view::View;
use crate::pipeline::infer::write;

mod read;
mod show;

/// The arguments of `remit infer`.
#[derive(Debug, clap::Args)]
pub struct Infer {
    /// Trace files, folders or patterns [default: traces]
    #[arg(value_name = "TRACE")]
    traces: Vec<String>,
    /// Where the policy goes; `-` prints it
    #[arg(long, value_name = "FILE", default_value = "mcp.policy.yaml")]
    out: PathBuf,
    /// How closely the policy follows what was seen
    #[arg(long, value_enum, default_value = "balanced")]
    strictness: Choice,
    /// Read evidence that --emit-evidence wrote; may be given several times
    #[arg(long, value_name = "FILE")]
    evidence: Vec<PathBuf>,
    /// Write what was learned, to be merged elsewhere
    #[arg(long, value_name = "FILE")]
    emit_evidence: Option<PathBuf>,
    /// Say why one constraint is what it is, and write nothing
    #[arg(long, value_name = "SERVER.TOOL.ARG")]
    explain: Option<String>,
    /// Compare an existing policy with what was used, and write nothing
    #[arg(long, value_name = "POLICY")]
    against: Option<PathBuf>,
    /// Project folder of calls without recorded surroundings [default: the folder of the policy]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Count lines that cannot be read, and go on
    #[arg(long)]
    keep_going: bool,
    /// Replace a policy that was edited by hand
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Choice {
    Exact,
    Balanced,
    Broad,
}

pub fn run(args: &Infer) -> Result<Exit, Failure> {
    let policy = args.against.as_deref().unwrap_or(&args.out);
    let root = project(args, policy)?;
    let home = state::home().map(|home| home.display().to_string());
    let bare = Place { project: root.clone(), cwd: root.clone(), home, os: here(), ..Place::default() };
    let strictness = match args.strictness {
        Choice::Exact => Strictness::Exact,
        Choice::Balanced => Strictness::Balanced,
        Choice::Broad => Strictness::Broad,
    };
    let settings = Settings { strictness, bare };
    let evidence = gather(args, Path::new(&root), &settings.bare)?;
    if evidence.sessions.is_empty() {
        return Err(Failure::nothing(
            "there is nothing to learn from: run `remit record --client CLIENT`, use your agent, then `remit infer`",
        ));
    }
    if let Some(path) = &args.emit_evidence {
        let text = serde_json::to_string(&evidence).map_err(|error| Failure::environment(error.to_string()))?;
        files::write_atomic(path, text.as_bytes(), Access::Private)
            .map_err(|error| Failure::environment(error.to_string()))?;
    }
    let evidence = runs::joined(evidence);
    let view = View::new(&evidence, &settings.bare, |_| false);
    let mut inference = infer_from_all(&evidence, &view, &settings);
    if let Some(what) = &args.explain {
        return show::explain(&inference, what);
    }
    if let Some(against) = &args.against {
        return show::against(against, &view, &inference, &settings);
    }
    // What is written must be what the other verbs can read; better no policy than half of one.
    let written = write::loading::policy(&mut inference, &show::head(&view, &settings));
    let (text, loaded) = written.map_err(|problems| {
        Failure::environment(format!(
            "nothing was written, since the policy would not load; please report this\n{problems}"
        ))
    })?;
    if args.out == Path::new("-") {
        terminal::print(&text);
        return Ok(Exit::Fine);
    }
    save(&args.out, &text, args.force)?;
    if let Err(why) = super::schema::lay_beside(&args.out) {
        // The policy holds without it.
        terminal::note(&format!("{why}; for your editor: remit schema --out FILE"));
    }
    let needs = completeness::not_granted(&evidence, &loaded, &settings);
    show::summary(&args.out, &evidence, &view, &inference, &needs, &settings);
    Ok(Exit::Fine)
}

fn here() -> Os {
    if cfg!(windows) { Os::Windows } else { Os::Posix }
}

/// The project of bare calls, absolute.
fn project(args: &Infer, policy: &Path) -> Result<String, Failure> {
    let folder = match &args.root {
        Some(root) => root.as_path(),
        None => policy.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")),
    };
    let found = folder.canonicalize().or_else(|_| std::path::absolute(folder));
    let found = found.map_err(|error| Failure::usage(format!("{}: {error}", folder.display())))?;
    Ok(found.display().to_string())
}

fn gather(args: &Infer, root: &Path, bare: &Place) -> Result<Evidence, Failure> {
    let mut evidence = Evidence::default();
    for path in &args.evidence {
        evidence.merge(load_evidence(path)?);
    }
    let named = match (args.traces.as_slice(), args.evidence.as_slice()) {
        ([], []) if Path::new("traces").is_dir() => vec!["traces".to_owned()],
        ([], _) => Vec::new(),
        (named, _) => named.to_vec(),
    };
    let found = traces::find(&named).map_err(|error| Failure::usage(error.to_string()))?;
    if found.is_empty() {
        return Ok(evidence);
    }
    let key = state::project_key(root).map_err(|error| Failure::environment(error.with_mend()))?;
    let redactor = Redactor::new(&key, &Redaction::default())
        .map_err(|(name, why)| Failure::usage(format!("redaction pattern `{name}`: {why}")))?;
    evidence.merge(read::all(&found, bare, &redactor, args.keep_going)?);
    Ok(evidence)
}

fn load_evidence(path: &Path) -> Result<Evidence, Failure> {
    let failed = |why: String| Failure::usage(format!("{}: {why}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    #[derive(serde::Deserialize)]
    struct Version {
        v: u32,
    }
    let version: Version = serde_json::from_slice(&bytes).map_err(|error| failed(format!("not evidence: {error}")))?;
    if version.v > VERSION {
        return Err(failed(format!(
            "evidence format {} is newer than this remit (which reads up to {VERSION}): upgrade remit",
            version.v
        )));
    }
    serde_json::from_slice(&bytes).map_err(|error| failed(format!("not evidence: {error}")))
}

/// Never replaces what a person wrote, unless told to; leaves a file that would not change as it is.
fn save(out: &Path, text: &str, force: bool) -> Result<(), Failure> {
    match files::read_text(out) {
        Ok(old) if old == text => return Ok(()),
        Ok(old) if !force && !write::is_untouched(&old) => {
            return Err(Failure::usage(format!(
                "{} was edited by hand: give `--force` to replace it, or `--out OTHER` to compare",
                out.display()
            )));
        }
        Ok(_) | Err(files::FileError::Missing(_)) => {}
        Err(error) if force => drop(error),
        Err(error) => return Err(Failure::usage(error.to_string())),
    }
    files::write_atomic(out, text.as_bytes(), Access::Shared).map_err(|error| Failure::environment(error.to_string()))
}
