//! Editing a configuration file on the disk.

use std::collections::BTreeMap;
use std::path::Path;

use super::entries::{Entry, Section};
use super::find::{ConfigError, ConfigFile};
use super::memory::{self, Memory};
use super::rewrite::{self, Key, Refusal, Wrap};
use crate::edge::store::files::{self, Access};

/// What is to become of one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// As it is, wrapped or not.
    Keep,
    Wrap(Wrap),
    Unwrap,
}

/// A client that rewrites its own file gets in between at most so often.
const ATTEMPTS: usize = 3;

/// A byte order mark, as some editors write it.
const MARK: &str = "\u{feff}";

/// Brings a file to what `choose` says for each of its servers. `Ok(false)`: it was so already, and nothing was written.
///
/// The file is replaced in one step, and only if it still is what was read. A file that nobody edited since it was wrapped
/// goes back to the very bytes that it had before. What has to be remembered is written first: if the machine stops in
/// between, the digest shows that it does not fit, and the wrapping is taken out by its own arguments.
pub fn change(file: &ConfigFile, choose: &dyn Fn(&Entry) -> Choice) -> Result<bool, ConfigError> {
    let path = std::fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone());
    for _ in 0..ATTEMPTS {
        let current = files::read_raw(&path)?;
        let plan = plan(&path, &file.sections, &current, choose).map_err(|why| ConfigError::of(&file.path, why))?;
        let Some(plan) = plan else { return Ok(false) };
        if let Some(memory) = &plan.memory {
            memory::keep(&path, memory)?;
        }
        if files::read_raw(&path)? != current {
            continue;
        }
        files::write_atomic(&path, plan.text.as_bytes(), Access::Kept)?;
        if plan.memory.is_none() {
            memory::forget(&path);
        }
        return Ok(true);
    }
    Err(ConfigError::Busy(file.path.clone()))
}

/// What is going to be written.
struct Plan {
    text: String,
    /// `None`: nothing is wrapped any more.
    memory: Option<Memory>,
}

fn plan(
    path: &Path,
    sections: &[Section],
    current: &str,
    choose: &dyn Fn(&Entry) -> Choice,
) -> Result<Option<Plan>, Refusal> {
    let text = current.strip_prefix(MARK).unwrap_or(current);
    let wanted = wanted(&rewrite::servers(text, sections)?, choose);
    let base = base(path, sections, current)?;
    let wrapped = rewrite::wrap(&base, sections, &wanted)?;
    if wrapped.text == text {
        return Ok(None);
    }
    let mark = if current.starts_with(MARK) { MARK } else { "" };
    let (before, after) = (format!("{mark}{base}"), format!("{mark}{}", wrapped.text));
    let memory = (!wanted.is_empty())
        .then(|| Memory::of(path, before.as_bytes(), after.as_bytes(), wrapped.undo, wrapped.added));
    Ok(Some(Plan { text: after, memory }))
}

/// How each server is to be wrapped, where it is.
fn wanted(entries: &[Entry], choose: &dyn Fn(&Entry) -> Choice) -> BTreeMap<Key, Wrap> {
    let mut wanted = BTreeMap::new();
    for entry in entries {
        let wrap = match choose(entry) {
            Choice::Wrap(wrap) => Some(wrap),
            Choice::Unwrap => None,
            Choice::Keep => entry
                .wrapped
                .as_ref()
                .zip(entry.spans.as_ref())
                .map(|(wrapping, spans)| Wrap { program: spans.program.clone(), settings: wrapping.settings.clone() }),
        };
        if let Some(wrap) = wrap.filter(|_| entry.spans.is_some()) {
            wanted.insert((entry.section.clone(), entry.name.clone()), wrap);
        }
    }
    wanted
}

/// The file without wrapping: the user's own bytes where nobody edited it since, else its text with the wrapping taken
/// out.
fn base(path: &Path, sections: &[Section], current: &str) -> Result<String, Refusal> {
    let mark = if current.starts_with(MARK) { MARK } else { "" };
    let text = current.strip_prefix(MARK).unwrap_or(current);
    let memory = memory::recall(path);
    if let Some(memory) = memory.as_ref().filter(|memory| memory.after == memory::digest(current.as_bytes()))
        && let Some(base) = rewrite::undo(text, &memory.undo)
        && memory.before == memory::digest(format!("{mark}{base}").as_bytes())
    {
        return Ok(base);
    }
    rewrite::unwrap(text, sections, memory.as_ref().map(|memory| memory.added.as_slice()).unwrap_or_default())
}
