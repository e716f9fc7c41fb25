//! Reading policies, as every verb that needs one does.

use std::path::{Path, PathBuf};

use crate::decision::explain;
use crate::decision::policy::{self, Policy};
use crate::decision::redact::Redactor;
use crate::edge::facts::{Surroundings, resolve_places};
use crate::edge::store::{files, state};
use crate::edge::{clock, terminal};
use crate::model::facts::Facts;
use crate::model::finding::Finding;
use crate::model::time::Timestamp;
use crate::model::verdict::Location;

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
    policy::load(&text, &path.display().to_string())
        .map_err(|problems| Failure::usage(format!("the policy cannot be used\n{}", told(&text, &problems))))
}

/// Reads a policy that calls are judged by: its own tests must hold.
pub fn ready(path: &Path) -> Result<(Policy, Vec<Finding>), Failure> {
    let (policy, findings) = read(path)?;
    let failed = failed_tests(&policy, path)?;
    if failed.is_empty() {
        return Ok((policy, findings));
    }
    let told: Vec<String> = failed.iter().map(|(at, what)| format!("{at}: {what}")).collect();
    Err(Failure::usage(format!(
        "the policy does not do what its own tests say\n{}\ncorrect the rule or the test; see: remit check {}",
        told.join("\n"),
        path.display()
    )))
}

/// The policy's own tests that do not hold: where each stands, and what the verdict is instead.
pub fn failed_tests(policy: &Policy, path: &Path) -> Result<Vec<(Location, String)>, Failure> {
    if policy.document().tests.is_empty() {
        return Ok(Vec::new());
    }
    let surroundings = Surroundings::here(&project_of(path));
    let live = surroundings.facts(clock::now());
    // Tests speak of the policy's own folder, by their text alone: they hold on every machine.
    let facts = Facts { cwd: live.project.clone(), looked: false, ..live };
    let redactor = redactor(policy, &surroundings.project)?;
    let failed = policy::run_tests(policy, &facts).into_iter().map(|test| {
        let because = explain::reasons(&test.verdict, &redactor);
        let why = because.first().map(explain::sentence).unwrap_or_default();
        let at = policy.document().locations.get(&format!("tests[{}]", test.index)).cloned();
        let at = at.unwrap_or_else(|| Location { file: path.display().to_string(), line: 1, column: 1 });
        (at, format!("tests[{}]: {}: the verdict is {}; {why}", test.index, test.request.name(), test.verdict.decision))
    });
    Ok(failed.collect())
}

/// Every problem; below the first of each line that line, with a mark where it stands.
pub fn told(text: &str, problems: &policy::Problems) -> String {
    /// Nobody reads more at once.
    const SHOWN: usize = 50;
    let mut told = Vec::new();
    for (index, problem) in problems.0.iter().take(SHOWN).enumerate() {
        told.push(terminal::plain(&problem.to_string()));
        let next = problems.0.get(index + 1).map(|next| next.at.line);
        if next != Some(problem.at.line) {
            told.extend(excerpt(text, &problem.at));
        }
    }
    if problems.0.len() > SHOWN {
        told.push(format!("... and {} more", problems.0.len() - SHOWN));
    }
    told.join("\n")
}

/// The line of a problem, with a mark below it.
fn excerpt(text: &str, at: &Location) -> Option<String> {
    // With what stands before it, as wide as a screen.
    const WIDTH: usize = 70;
    let line = terminal::plain(text.lines().nth(at.line.saturating_sub(1) as usize)?);
    let column = at.column.saturating_sub(1) as usize;
    // Of a long line the part around the mark.
    let start = if column < WIDTH { 0 } else { column - WIDTH / 2 };
    let shown: String = line.chars().skip(start).take(WIDTH).collect();
    Some(format!("  {:>4} | {}\n       | {}^", at.line, shown.trim_end(), " ".repeat(column - start)))
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

/// What takes secrets out of everything that a verb prints about this project. Without the project's key its tokens are
/// those of this run, and a `redacted` constraint admits nothing but the token.
pub fn redactor(policy: &Policy, project: &Path) -> Result<Redactor, Failure> {
    let key = state::project_key(project).or_else(|error| {
        terminal::note(&format!(
            "remit: no key of the project: {}; secrets are marked by one of this run",
            error.with_mend()
        ));
        state::random_key().map_err(|error| Failure::environment(format!("no key to mark secrets with: {error}")))
    })?;
    Ok(Redactor::new(&key, &policy.document().redaction).unwrap_or_else(|_| plain_redactor(&key)))
}

/// The built-in rules alone. They compile, as a test of theirs shows.
#[expect(clippy::expect_used, reason = "the built-in rules are constant")]
fn plain_redactor(key: &[u8; 32]) -> Redactor {
    Redactor::new(key, &Default::default()).expect("the built-in rules compile")
}
