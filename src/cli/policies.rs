//! Reading policies, as every verb that needs one does.

use std::path::{Path, PathBuf};

use crate::decision::policy::{self, Policy};
use crate::decision::redact::Redactor;
use crate::edge::facts::{Surroundings, resolve_places};
use crate::edge::store::{files, state};
use crate::model::finding::Finding;
use crate::model::time::Timestamp;

use super::exit::Failure;

/// Where the policy stands unless `--policy` says otherwise.
pub const DEFAULT: &str = "mcp.policy.yaml";

/// Reads a policy file; what is wrong with it is told with file, line and column, all at once.
pub fn read(path: &Path) -> Result<(Policy, Vec<Finding>), Failure> {
    let text = files::read_text(path).map_err(|error| match error {
        files::FileError::Missing(path) => Failure::usage(format!(
            "there is no policy {}; make one with: remit infer --out {}",
            path.display(),
            path.display()
        )),
        other => Failure::usage(other.to_string()),
    })?;
    let (policy, findings) = policy::load(&text, &path.display().to_string()).map_err(|problems| {
        Failure::usage(format!("the policy cannot be used\n{problems}{}", excerpt(&text, &problems)))
    })?;
    Ok((policy, findings))
}

/// The line of the first problem, with a mark below it.
fn excerpt(text: &str, problems: &policy::Problems) -> String {
    let Some(first) = problems.0.first() else { return String::new() };
    let Some(line) = text.lines().nth(first.at.line.saturating_sub(1) as usize) else { return String::new() };
    let line = crate::edge::terminal::plain(line);
    let shown: String = line.chars().take(100).collect();
    let mark = " ".repeat((first.at.column.saturating_sub(1) as usize).min(99));
    format!("\n\n  {:>4} | {shown}\n       | {mark}^", first.at.line)
}

/// The folder that relative paths of the policy start from: where the policy stands.
pub fn project_of(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    folder.to_owned()
}

/// The policy for live use: its places looked up on disk, its secrets' tokens known.
pub fn made_live(policy: Policy, surroundings: &Surroundings) -> Policy {
    let facts = surroundings.facts(Timestamp::default());
    let links = resolve_places(&policy.places(&facts), facts.os);
    let policy = policy.with_links(&links, &facts);
    match state::project_key(&surroundings.project).ok() {
        Some(key) => match Redactor::new(&key, &policy.document().redaction) {
            Ok(redactor) => policy.with_redactor(redactor),
            Err(_) => policy,
        },
        None => policy,
    }
}

/// What takes secrets out of everything that a verb prints about this project.
pub fn redactor(policy: &Policy, project: &Path) -> Redactor {
    let key = state::project_key(project).unwrap_or_default();
    Redactor::new(&key, &policy.document().redaction).unwrap_or_else(|_| plain_redactor(&key))
}

/// The built-in rules alone. They compile, as a test of theirs shows.
#[expect(clippy::expect_used, reason = "the built-in rules are constant")]
fn plain_redactor(key: &[u8; 32]) -> Redactor {
    Redactor::new(key, &Default::default()).expect("the built-in rules compile")
}
