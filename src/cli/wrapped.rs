//! Wrapping and unwrapping the servers that were chosen, and saying what was done: what `record` and `enforce` share.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::exit::{Exit, Failure};
use super::targets::{Here, Targets, name_of, nothing_found};
use crate::edge::clients::change::{Choice, change};
use crate::edge::clients::entries::Entry;
use crate::edge::clients::rewrite::Wrap;
use crate::edge::clients::wrapping::{self, Seen, Settings};
use crate::edge::clients::{ConfigFile, Source, find};
use crate::edge::render::table::table;
use crate::edge::store::{files, state};
use crate::edge::terminal;
use crate::model::server::{Launch, Mode};

/// How one server of one file is to run.
pub type Plan<'a> = &'a dyn Fn(&ConfigFile, &Entry) -> Settings;

/// Wraps what `targets` means. `folder` is where the wrapped servers will write; it is made first, so that none of them
/// starts without it.
pub fn wrap(verb: &str, targets: &Targets, here: &Here, folder: &Path, plan: Plan<'_>) -> Result<Done, Failure> {
    let program = program()?;
    let files = targets.files(verb, here)?;
    let chosen = |entry: &Entry| targets.means(&entry.name) && !matches!(entry.launch, Launch::Remote { .. });
    let some = files.iter().flat_map(|file| &file.entries).any(|entry| chosen(entry) && entry.spans.is_some());
    if some {
        make_folder(folder, here)?;
    }
    act(&files, targets, here, &|file, entry| {
        if !chosen(entry) {
            return Ok(Choice::Keep);
        }
        if let Launch::Unknown(why) = &entry.launch {
            return Err(why.clone());
        }
        let settings = plan(file, entry).arguments().map_err(|error| error.to_string())?;
        Ok(Choice::Wrap(Wrap { program: program.clone(), settings }))
    })
}

/// Takes the wrapping out of what `targets` means.
pub fn stop(verb: &str, targets: &Targets, here: &Here) -> Result<Exit, Failure> {
    let files = targets.files(verb, here)?;
    let is_wrapped = |entry: &Entry| entry.spans.as_ref().is_some_and(|spans| spans.inner.is_some());
    let files: Vec<ConfigFile> = files
        .into_iter()
        .filter(|file| file.entries.iter().any(|entry| is_wrapped(entry) && targets.means(&entry.name)))
        .collect();
    if files.is_empty() {
        terminal::print("Nothing is wrapped: there is nothing to stop.\n");
        return Ok(Exit::Fine);
    }
    let choose =
        |_: &ConfigFile, entry: &Entry| Ok(if targets.means(&entry.name) { Choice::Unwrap } else { Choice::Keep });
    let done = act(&files, targets, here, &choose)?;
    terminal::print(&done.tables);
    terminal::print(&format!("\nNext: restart {}; its servers run without remit again\n", done.clients()));
    Ok(Exit::Fine)
}

/// A folder that git ignores; never one that holds the project.
fn make_folder(folder: &Path, here: &Here) -> Result<(), Failure> {
    let shown = terminal::plain(&here.short(folder));
    let real = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    if here.project.starts_with(folder) || here.project.starts_with(files::plain_path(&real)) {
        return Err(Failure::usage(format!("{} holds the project; name a folder for this alone", folder.display())));
    }
    if !files::private_folder(folder)? {
        terminal::note(&format!(
            "remit: {shown} holds other files, so it got no .gitignore: do not commit what is written there"
        ));
    }
    Ok(())
}

/// The program that wrapped entries start: this one.
fn program() -> Result<String, Failure> {
    let failed = |why: String| Failure::environment(format!("cannot tell where remit itself is: {why}"));
    let path = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
    let path: PathBuf = files::plain_path(&path);
    let program = path.to_str().ok_or_else(|| failed(format!("{} is not UTF-8", path.display())))?;
    if !path.is_file() {
        return Err(failed(format!("{program} is gone; install remit again")));
    }
    let words = ["proxy", "--mode", "record", "--", "x"].map(str::to_owned);
    if wrapping::recognise(program, &words) == Seen::Bare {
        return Err(failed(format!("{program} must be named `remit`, or wrapped servers could not be told")));
    }
    Ok(program.to_owned())
}

/// What was done, ready to be shown.
#[derive(Debug, Default)]
pub struct Done {
    pub tables: String,
    /// Clients whose files changed or were looked at, by their names.
    names: Vec<String>,
    /// Servers that run under remit now, by name.
    pub wrapped: BTreeSet<String>,
    /// A file of the user was changed, or one of the project.
    pub of_user: bool,
    pub of_project: bool,
    /// A server that was named with `--server` could not be wrapped.
    pub missed: bool,
}

impl Done {
    /// What has to be restarted.
    pub fn clients(&self) -> String {
        match self.names.as_slice() {
            [one] => one.clone(),
            _ => "the client that you use".to_owned(),
        }
    }
}

type Choose<'a> = &'a dyn Fn(&ConfigFile, &Entry) -> Result<Choice, String>;

/// Changes file by file. Where one fails, what was done before is shown, then the failure.
fn act(files: &[ConfigFile], targets: &Targets, here: &Here, choose: Choose<'_>) -> Result<Done, Failure> {
    if files.iter().all(|file| file.entries.is_empty()) {
        return Err(nothing_found(&targets.client));
    }
    let mut done = Done::default();
    for file in files.iter().filter(|file| !file.entries.is_empty()) {
        if let Err(failure) = act_on(file, targets, here, choose, &mut done) {
            terminal::print(&done.tables);
            return Err(failure);
        }
    }
    Ok(done)
}

fn act_on(
    file: &ConfigFile,
    targets: &Targets,
    here: &Here,
    choose: Choose<'_>,
    done: &mut Done,
) -> Result<(), Failure> {
    let state = state::directory().ok_or_else(|| Failure::environment("cannot tell the home directory: set HOME"))?;
    let changed = change(file, &|entry| choose(file, entry).unwrap_or(Choice::Keep), &state)?;
    let after = find::again(file)?;
    let mut rows = Vec::new();
    let old: HashMap<_, _> = file.entries.iter().map(|entry| ((&entry.section, &entry.name), entry)).collect();
    for entry in after.iter().filter(|entry| targets.means(&entry.name)) {
        let before = old.get(&(&entry.section, &entry.name)).copied();
        let refused = before.and_then(|old| choose(file, old).err());
        done.missed |= refused.is_some() && !targets.server.is_empty();
        done.missed |= matches!(entry.launch, Launch::Remote { .. }) && !targets.server.is_empty();
        if entry.wrapped.is_some() {
            done.wrapped.insert(entry.name.clone());
        }
        let disabled = before.is_some_and(|old| old.disabled);
        rows.push(vec![
            entry.name.clone(),
            before.map_or("", mode).to_owned(),
            mode(entry).to_owned(),
            note(before, entry, refused, disabled, targets.stop),
        ]);
    }
    let heading = format!("{}{}", title(file, here), terminal::plain(&here.short(&file.path)));
    if !done.tables.is_empty() {
        done.tables.push('\n');
    }
    done.tables.push_str(&format!("{heading}\n\n{}", table(&["server", "was", "now", "note"], &rows)));
    for client in std::iter::once(&file.client).chain(&file.also) {
        let name = name_of(client).to_owned();
        if !done.names.contains(&name) {
            done.names.push(name);
        }
    }
    done.of_user |= changed && file.of_user;
    done.of_project |= changed && !file.of_user;
    Ok(())
}

/// Whose file it is, as `status` names it: one that several clients read belongs to the first of them, whichever was
/// asked for.
fn title(file: &ConfigFile, here: &Here) -> String {
    let all = find::files_of(&Source::All, &here.project, &here.home).unwrap_or_default();
    let owner = all.iter().flatten().find(|known| known.path == file.path).filter(|_| file.client != "file");
    let file = owner.unwrap_or(file);
    match (file.client, file.also.len()) {
        ("file", _) => String::new(),
        (client, 0) => format!("{}  ", name_of(client)),
        (client, others) => format!("{} and {others} more  ", name_of(client)),
    }
}

/// How a server runs, in one word.
pub fn mode(entry: &Entry) -> &'static str {
    match (&entry.wrapped, &entry.launch) {
        (Some(wrapping), _) => wrapping.mode.name(),
        (None, Launch::Stdio { .. }) => "direct",
        (None, Launch::Remote { .. }) => "remote",
        (None, Launch::Unknown(_)) => "unknown",
    }
}

fn note(before: Option<&Entry>, after: &Entry, refused: Option<String>, disabled: bool, stop: bool) -> String {
    let was = before.and_then(|old| old.wrapped.as_ref()).map(|wrapping| wrapping.mode);
    let now = after.wrapped.as_ref().map(|wrapping| wrapping.mode);
    let mut notes = Vec::new();
    match (&after.launch, refused) {
        (_, Some(why)) => notes.push(format!("not covered: {why}")),
        (Launch::Remote { .. }, _) if !stop => notes.push("not covered: it is a remote server".to_owned()),
        (Launch::Unknown(why), _) if !stop => notes.push(format!("not covered: {why}")),
        _ => {}
    }
    match (was, now) {
        (Some(Mode::Enforce), Some(Mode::Record | Mode::Monitor)) => notes.push("no longer enforced".to_owned()),
        (Some(was), Some(now)) if was != now => notes.push("switched".to_owned()),
        (Some(_), Some(_)) => notes.push("already wrapped".to_owned()),
        (None, Some(_)) => notes.push("wrapped".to_owned()),
        (Some(_), None) => notes.push("restored".to_owned()),
        (None, None) => {}
    }
    if disabled {
        notes.push("disabled in the client".to_owned());
    }
    notes.join("; ")
}

/// What the person should know about the files that now hold wrapping.
pub fn cautions(done: &Done, verb: &str, targets: &Targets) -> String {
    let mut text = String::new();
    let client = targets.client.iter().map(|name| format!(" --client {name}")).collect::<String>();
    if done.of_project {
        text.push_str(&format!(
            "\nThe file belongs to the project and now holds paths of this machine. Before you\ncommit it: remit {verb}{client} --stop\n"
        ));
    }
    if done.of_user {
        text.push_str("\nThe file belongs to the user: its servers run under remit in every project.\n");
    }
    text
}
