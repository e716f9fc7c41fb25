//! Which configuration files and servers `record`, `enforce`, `status` and `scan` are about.

use std::path::{Path, PathBuf};

use super::exit::{Exit, Failure};
use crate::edge::clients::table::{self, CLIENTS};
use crate::edge::clients::{ConfigError, ConfigFile, Source, find};
use crate::edge::store::files::{self, FileError};
use crate::edge::store::state;
use crate::edge::terminal;

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Table,
    Json,
}

/// Options that `record` and `enforce` share.
#[derive(Debug, clap::Args)]
pub struct Targets {
    /// Client whose servers are meant, or `all`; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub client: Vec<String>,
    /// A configuration file, instead of a client's own
    #[arg(long, value_name = "FILE", conflicts_with = "client")]
    pub path: Option<PathBuf>,
    /// Only this server; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub server: Vec<String>,
    /// Take the wrapping out again, and leave everything else as it is
    #[arg(long)]
    pub stop: bool,
}

/// Where we are.
#[derive(Debug, Clone)]
pub struct Here {
    /// The working directory, links resolved: the project.
    pub project: PathBuf,
    pub home: PathBuf,
}

impl Here {
    pub fn find() -> Result<Here, Failure> {
        let project = std::env::current_dir()
            .and_then(std::fs::canonicalize)
            .map_err(|error| Failure::environment(format!("cannot tell the working directory: {error}")))?;
        let home = state::home().ok_or_else(|| Failure::environment("cannot tell the home directory: set HOME"))?;
        Ok(Here { project: files::plain_path(&project), home })
    }

    /// A path as the user would write it: below the project, below `~`, or whole.
    pub fn short(&self, path: &Path) -> String {
        if let Ok(rest) = path.strip_prefix(&self.project) {
            return rest.display().to_string();
        }
        let home = std::fs::canonicalize(&self.home).map(|home| files::plain_path(&home));
        for home in [Some(self.home.clone()), home.ok()].into_iter().flatten() {
            if let Ok(rest) = path.strip_prefix(&home) {
                return format!("~{}{}", std::path::MAIN_SEPARATOR, rest.display());
            }
        }
        path.display().to_string()
    }
}

/// The client's name as people know it.
pub fn name_of(client: &str) -> &str {
    table::client(client).map_or("the client that uses this file", |client| client.name)
}

/// The exit code of a configuration that cannot be used.
impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Failure {
        let exit = match &error {
            ConfigError::File(FileError::Read { .. } | FileError::Write { .. })
            | ConfigError::Busy(_)
            | ConfigError::Protected(_) => Exit::Environment,
            _ => Exit::Usage,
        };
        Failure { exit, message: error.to_string() }
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Failure {
        ConfigError::File(error).into()
    }
}

impl Targets {
    /// The files that are meant; every one of them could be read. Without `--client` and `--path`: those of the one
    /// client that has servers here, or, in order to stop, all.
    pub fn files(&self, verb: &str, here: &Here) -> Result<Vec<ConfigFile>, Failure> {
        let read = match &self.path {
            Some(path) => {
                let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
                find::files_of(&Source::Path(path), &here.project, &here.home)?
            }
            None if self.client.is_empty() => return self.guess(verb, here),
            None if self.client.iter().any(|name| name == "all") => {
                find::files_of(&Source::All, &here.project, &here.home)?
            }
            None => find::of_ids(&self.client, &here.project, &here.home)?,
        };
        let files = read.into_iter().collect::<Result<Vec<_>, _>>()?;
        self.check_names(&files)?;
        Ok(files)
    }

    /// The files of the only client that has servers.
    fn guess(&self, verb: &str, here: &Here) -> Result<Vec<ConfigFile>, Failure> {
        let mut files = Vec::new();
        for file in find::files_of(&Source::All, &here.project, &here.home)? {
            match file {
                Ok(file) if !file.entries.is_empty() => files.push(file),
                Ok(_) => {}
                Err(error) if self.stop => return Err(error.into()),
                Err(error) => terminal::note(&format!("remit: passed over: {error}")),
            }
        }
        let mut clients: Vec<&str> = files.iter().map(|file| file.client).collect();
        clients.dedup();
        if clients.len() > 1 && !self.stop {
            let mut lines = vec!["several clients have servers here; say which one is meant:".to_owned()];
            for client in clients {
                let servers: usize = files.iter().filter(|f| f.client == client).map(|f| f.entries.len()).sum();
                let plural = if servers == 1 { "" } else { "s" };
                lines.push(format!("  remit {verb} --client {client:<15} # {servers} server{plural}"));
            }
            lines.push(format!("  remit {verb} --client all"));
            return Err(Failure::usage(lines.join("\n")));
        }
        self.check_names(&files)?;
        Ok(files)
    }

    fn check_names(&self, files: &[ConfigFile]) -> Result<(), Failure> {
        let mut known: Vec<&str> = files.iter().flat_map(|f| &f.entries).map(|entry| entry.name.as_str()).collect();
        let unknown = self.server.iter().find(|name| !known.contains(&name.as_str()));
        known.sort_unstable();
        known.dedup();
        match unknown {
            None => Ok(()),
            Some(name) if known.is_empty() => Err(Failure::usage(format!("no server `{name}`: none is configured"))),
            Some(name) => {
                let (name, known) = (terminal::plain(name), terminal::plain(&known.join(", ")));
                Err(Failure::usage(format!("no server `{name}`; there are: {known}")))
            }
        }
    }

    pub fn means(&self, server: &str) -> bool {
        self.server.is_empty() || self.server.iter().any(|name| name == server)
    }
}

/// What was looked for, where nothing was found.
pub fn nothing_found(client: &[String]) -> Failure {
    let looked =
        CLIENTS.iter().filter(|known| client.is_empty() || client.iter().any(|id| id == known.id || id == "all"));
    let names = looked.map(|client| client.name).collect::<Vec<_>>().join(", ");
    Failure::nothing(format!(
        "no MCP server is configured, neither in this project nor for this user;\nlooked at the files of {names};\nname another file with --path FILE"
    ))
}
