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
///
/// `state`: the state directory.
pub fn change(file: &ConfigFile, choose: &dyn Fn(&Entry) -> Choice, state: &Path) -> Result<bool, ConfigError> {
    let path = std::fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone());
    for _ in 0..ATTEMPTS {
        let current = files::read_raw(&path)?;
        let memory = memory::recall(state, &path);
        let plan = plan(&path, &file.sections, &current, choose, memory);
        let Some(plan) = plan.map_err(|why| ConfigError::of(&file.path, why))? else { return Ok(false) };
        if std::fs::metadata(&path).is_ok_and(|found| found.permissions().readonly()) {
            return Err(ConfigError::Protected(file.path.clone()));
        }
        if let Some(memory) = &plan.memory {
            memory::keep(state, &path, memory)?;
        }
        if files::read_raw(&path)? != current {
            continue;
        }
        files::write_atomic(&path, plan.text.as_bytes(), Access::Kept)?;
        if plan.memory.is_none() {
            memory::forget(state, &path);
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
    memory: Option<Memory>,
) -> Result<Option<Plan>, Refusal> {
    let text = current.strip_prefix(MARK).unwrap_or(current);
    let wanted = wanted(&rewrite::servers(text, sections)?, choose);
    let base = base(sections, current, memory)?;
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
fn base(sections: &[Section], current: &str, memory: Option<Memory>) -> Result<String, Refusal> {
    let mark = if current.starts_with(MARK) { MARK } else { "" };
    let text = current.strip_prefix(MARK).unwrap_or(current);
    if let Some(memory) = memory.as_ref().filter(|memory| memory.after == memory::digest(current.as_bytes()))
        && let Some(base) = rewrite::undo(text, &memory.undo)
        && memory.before == memory::digest(format!("{mark}{base}").as_bytes())
    {
        return Ok(base);
    }
    rewrite::unwrap(text, sections, &memory.map(|memory| memory.added).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::path::PathBuf;

    use super::super::find::{Source, files_of};
    use super::*;

    const TEXT: &str = r#"{"mcpServers": {"s": {"command": "npx", "args": ["x"]}}}"#;

    /// A file in a folder of its own, with a state directory beside it.
    fn file() -> (tempfile::TempDir, ConfigFile, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mcp.json");
        std::fs::write(&path, TEXT).unwrap();
        let mut files = files_of(&Source::Path(path), folder.path(), folder.path()).unwrap();
        let state = folder.path().join("state");
        (folder, files.remove(0).unwrap(), state)
    }

    fn record(_: &Entry) -> Choice {
        let settings = ["proxy", "--mode", "record"].map(str::to_owned).to_vec();
        Choice::Wrap(Wrap { program: "/x/remit".into(), settings })
    }

    fn read(file: &ConfigFile) -> String {
        std::fs::read_to_string(&file.path).unwrap()
    }

    #[test]
    fn a_change_that_comes_in_between_is_kept() {
        let (_folder, file, state) = file();
        let first = Cell::new(true);
        let edited = TEXT.replace("{\"mcpServers\"", "{\"startups\": 2, \"mcpServers\"");
        let choose = |entry: &Entry| {
            if first.replace(false) {
                std::fs::write(&file.path, &edited).unwrap();
            }
            record(entry)
        };
        assert!(change(&file, &choose, &state).unwrap());
        assert!(read(&file).contains("\"startups\": 2") && read(&file).contains("\"proxy\""));
        assert!(change(&file, &|_| Choice::Unwrap, &state).unwrap());
        assert_eq!(read(&file), edited);
    }

    #[test]
    fn a_file_that_changes_all_the_time_is_given_up_and_left_as_it_is() {
        let (_folder, file, state) = file();
        let count = Cell::new(0);
        let choose = |entry: &Entry| {
            count.set(count.get() + 1);
            std::fs::write(&file.path, TEXT.replace('x', &format!("x{}", count.get()))).unwrap();
            record(entry)
        };
        assert!(matches!(change(&file, &choose, &state), Err(ConfigError::Busy(_))));
        assert!(!read(&file).contains("proxy"));
    }

    #[test]
    fn a_write_protected_file_is_left_alone() {
        let (_folder, file, state) = file();
        let mut permissions = std::fs::metadata(&file.path).unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&file.path, permissions).unwrap();
        assert!(matches!(change(&file, &record, &state), Err(ConfigError::Protected(_))));
        assert_eq!(read(&file), TEXT);
    }

    #[test]
    fn nothing_is_written_where_nothing_changes() {
        let (_folder, file, state) = file();
        assert!(!change(&file, &|_| Choice::Keep, &state).unwrap());
        assert!(change(&file, &record, &state).unwrap());
        assert!(!change(&file, &record, &state).unwrap());
        assert!(!change(&file, &|_| Choice::Keep, &state).unwrap());
    }

    #[test]
    fn many_servers_are_wrapped_and_come_back() {
        let (_folder, mut file, state) = file();
        let servers: Vec<String> = (0..3_000).map(|n| format!("\"s{n}\": {{\"command\": \"a\"}}")).collect();
        let text = format!("{{\"mcpServers\": {{{}}}}}", servers.join(",\n"));
        std::fs::write(&file.path, &text).unwrap();
        file.sections = vec![vec!["mcpServers".to_owned()]];
        assert!(change(&file, &record, &state).unwrap());
        assert!(change(&file, &|_| Choice::Unwrap, &state).unwrap());
        assert_eq!(read(&file), text);
    }
}
