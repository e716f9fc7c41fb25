//! Reading the configuration files that exist.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::entries::{self, Entry, Section};
use super::jsonc::{self, Lines};
use super::rewrite::{self, Refusal};
use super::table::{self, ANY, CLIENTS, Client, Format, Machine, PROJECT};
use crate::edge::store::files::{self, FileError};
use crate::model::server::Configured;

/// Where to look for servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Every client that is known.
    All,
    /// One, by its id.
    Client(String),
    /// A file that somebody named.
    Path(PathBuf),
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("there is no client `{0}`; known are: {known}, all", known = known())]
    NoClient(String),
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{}:{line}:{column}: not JSON: {message}; correct it, then run this again", .file.display())]
    NotJson { file: PathBuf, line: u64, column: u64, message: String },
    #[error(
        "{}:{line}:{column}: `{key}` stands twice, and clients differ on which one counts; take one out, then run this again",
        .file.display()
    )]
    Twice { file: PathBuf, line: u64, column: u64, key: String },
    #[error("{}: has no `mcpServers` and no `servers`: is it the configuration of an MCP client?", .0.display())]
    NoServers(PathBuf),
    #[error("{}: changes all the time; close the client that uses it, then run this again", .0.display())]
    Busy(PathBuf),
    #[error("{}: is write-protected, so nothing was written; let it be written, then run this again", .0.display())]
    Protected(PathBuf),
    #[error("{}: is no regular file", .0.display())]
    NotAFile(PathBuf),
    #[error("{}: cannot be edited safely, so nothing was written; please report this with the shape of the file", .0.display())]
    Unsure(PathBuf),
}

fn known() -> String {
    CLIENTS.iter().map(|client| client.id).collect::<Vec<_>>().join(", ")
}

impl ConfigError {
    /// A refusal of the text of `file`.
    pub fn of(file: &Path, refusal: Refusal) -> ConfigError {
        let file = file.to_owned();
        match refusal {
            Refusal::NotJson(flaw) => {
                ConfigError::NotJson { file, line: flaw.line, column: flaw.column, message: flaw.message }
            }
            Refusal::Twice { key, line, column } => ConfigError::Twice { file, line, column, key },
            Refusal::Unsure => ConfigError::Unsure(file),
        }
    }
}

/// A configuration file that was read.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    /// `cursor`; `file` for one that was named.
    pub client: &'static str,
    /// Other clients that read it too.
    pub also: Vec<&'static str>,
    pub path: PathBuf,
    pub format: Format,
    pub sections: Vec<Section>,
    pub entries: Vec<Entry>,
    /// It belongs to the user and not to one project.
    pub of_user: bool,
    /// Anybody on this machine may change it.
    pub writable_by_all: bool,
}

impl ConfigFile {
    pub fn servers(&self) -> impl Iterator<Item = Configured> {
        self.entries.iter().map(|entry| Configured {
            name: entry.name.clone(),
            client: self.client.to_owned(),
            file: self.path.clone(),
            line: entry.line,
            launch: entry.launch.clone(),
            disabled: entry.disabled,
            wrapped: entry.wrapped.clone(),
        })
    }
}

/// Every server that the source names, in the order of the table and of the files. A file of a known client that does
/// not exist names none; one that cannot be read is an error.
pub fn find(source: &Source, project: &Path, home: &Path) -> Result<Vec<Configured>, ConfigError> {
    let mut servers = Vec::new();
    for file in files_of(source, project, home)? {
        servers.extend(file?.servers());
    }
    Ok(servers)
}

/// The same, file by file. Fails as a whole only where the source itself is wrong.
pub fn files_of(
    source: &Source,
    project: &Path,
    home: &Path,
) -> Result<Vec<Result<ConfigFile, ConfigError>>, ConfigError> {
    match source {
        Source::All => Ok(of_clients(CLIENTS.iter(), project, &Machine::of(home))),
        Source::Client(id) => of_ids(std::slice::from_ref(id), project, home),
        Source::Path(path) => Ok(vec![named(path, project)]),
    }
}

/// The files of several clients, each file once.
pub fn of_ids(
    ids: &[String],
    project: &Path,
    home: &Path,
) -> Result<Vec<Result<ConfigFile, ConfigError>>, ConfigError> {
    let unknown = ids.iter().find(|id| table::client(id).is_none());
    match unknown {
        Some(id) => Err(ConfigError::NoClient(id.clone())),
        None => {
            let clients = CLIENTS.iter().filter(|client| ids.iter().any(|id| id == client.id));
            Ok(of_clients(clients, project, &Machine::of(home)))
        }
    }
}

/// The servers of a file as it is now.
pub fn again(file: &ConfigFile) -> Result<Vec<Entry>, ConfigError> {
    let text = files::read_text(&file.path)?;
    rewrite::servers(&text, &file.sections).map_err(|why| ConfigError::of(&file.path, why))
}

fn named(path: &Path, project: &Path) -> Result<ConfigFile, ConfigError> {
    let at = Candidate { client: "file", path: path.to_owned(), format: Format::Json, sections: ANY, of_user: false };
    let file = read(&at, project)?;
    match file {
        Some(file) if file.sections.is_empty() => Err(ConfigError::NoServers(path.to_owned())),
        Some(file) => Ok(file),
        None => Err(FileError::Missing(path.to_owned()).into()),
    }
}

/// A file that may exist.
struct Candidate {
    client: &'static str,
    path: PathBuf,
    format: Format,
    sections: &'static [&'static [&'static str]],
    of_user: bool,
}

fn candidates(client: &'static Client, project: &Path, machine: &Machine) -> Vec<Candidate> {
    let own = client.project.iter().map(|file| Candidate {
        client: client.id,
        path: project.join(file.path),
        format: file.format,
        sections: file.sections,
        of_user: false,
    });
    let users = client.user.iter().map(|file| Candidate {
        client: client.id,
        path: machine.path(file),
        format: file.format,
        sections: file.sections,
        of_user: true,
    });
    own.chain(users).collect()
}

fn of_clients(
    clients: impl Iterator<Item = &'static Client>,
    project: &Path,
    machine: &Machine,
) -> Vec<Result<ConfigFile, ConfigError>> {
    let mut found: Vec<Result<ConfigFile, ConfigError>> = Vec::new();
    let mut seen: Vec<(PathBuf, usize)> = Vec::new();
    for client in clients {
        let (first, mut off) = (found.len(), HashSet::new());
        for candidate in candidates(client, project, machine) {
            let Ok(real) = std::fs::canonicalize(&candidate.path) else { continue };
            if let Some((_, index)) = seen.iter().find(|(path, _)| *path == real) {
                if let Some(Ok(file)) = found.get_mut(*index)
                    && file.client != client.id
                {
                    file.also.push(client.id);
                }
                continue;
            }
            let file = match read(&candidate, project) {
                Ok(None) => continue,
                Ok(Some(file)) => Ok(file),
                Err(error) => Err(error),
            };
            if file.is_ok() {
                off.extend(switched_off(&candidate.path, project));
            }
            seen.push((real, found.len()));
            found.push(file);
        }
        let own = found.iter_mut().skip(first).flatten().flat_map(|file| &mut file.entries);
        own.filter(|entry| off.contains(&entry.name)).for_each(|entry| entry.disabled = true);
    }
    found
}

/// Names that this file switches off, in itself and in the client's other files.
fn switched_off(path: &Path, project: &Path) -> Vec<String> {
    let text = files::read_text(path).unwrap_or_default();
    let tree = jsonc::parse(&text).ok().flatten();
    tree.map(|tree| entries::switched_off(&tree, &spellings(project))).unwrap_or_default()
}

/// The ways in which a client may write the project's path as a key.
fn spellings(project: &Path) -> Vec<String> {
    let given = project.display().to_string();
    let mut spellings = vec![given.clone(), given.replace('\\', "/")];
    if let Ok(real) = std::fs::canonicalize(project) {
        let real = files::plain_path(&real).display().to_string();
        spellings.extend([real.clone(), real.replace('\\', "/")]);
    }
    spellings.sort();
    spellings.dedup();
    spellings
}

fn read(candidate: &Candidate, project: &Path) -> Result<Option<ConfigFile>, ConfigError> {
    // Opening a pipe would wait for ever.
    if std::fs::metadata(&candidate.path).is_ok_and(|found| !found.is_file()) {
        return Err(ConfigError::NotAFile(candidate.path.clone()));
    }
    let text = match files::read_text(&candidate.path) {
        Ok(text) => text,
        Err(FileError::Missing(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let tree = jsonc::parse(&text).map_err(|flaw| ConfigError::of(&candidate.path, Refusal::NotJson(flaw)))?;
    let mut sections = sections(candidate.sections, project);
    // An empty file and `{}` name no server; for a file that was named, no section tells that it is something else.
    let is_blank = tree.as_ref().is_none_or(|tree| tree.members().is_empty() && tree.list().is_none());
    if candidate.client == "file" && !is_blank {
        sections.retain(|section| tree.as_ref().is_some_and(|tree| !entries::at(tree, section).is_empty()));
    }
    let lines = Lines::of(&text);
    let entries = tree.map(|tree| entries::read(&tree, &sections, &lines)).unwrap_or_default();
    Ok(Some(ConfigFile {
        client: candidate.client,
        also: Vec::new(),
        path: candidate.path.clone(),
        format: candidate.format,
        sections,
        entries,
        of_user: candidate.of_user,
        writable_by_all: writable_by_all(&candidate.path),
    }))
}

fn sections(patterns: &[&[&str]], project: &Path) -> Vec<Section> {
    let mut sections = Vec::new();
    for pattern in patterns {
        let spelled = if pattern.contains(&PROJECT) { spellings(project) } else { vec![String::new()] };
        for spelling in spelled {
            let key = |key: &&str| if *key == PROJECT { spelling.clone() } else { (*key).to_owned() };
            sections.push(pattern.iter().map(key).collect());
        }
    }
    sections
}

#[cfg(unix)]
fn writable_by_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o002 != 0)
}

#[cfg(not(unix))]
fn writable_by_all(_path: &Path) -> bool {
    false // Access lists are not read; docs/LIMITS.md says so.
}
