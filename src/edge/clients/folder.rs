//! Configuration files below a folder: what a repository brings along.

use std::path::{Path, PathBuf};

use super::find::{ConfigError, ConfigFile, Source, files_of};
use super::table::CLIENTS;
use crate::edge::store::files;

/// How deep and how far is looked, so that a home directory or a link farm ends in good time.
const DEPTH: usize = 5;
const ENTRIES: usize = 20_000;

/// No larger file is opened to see whether it names servers.
const SIZE: u64 = 1 << 20;

/// Folders that hold other people's files.
const SKIPPED: [&str; 8] = [".git", "node_modules", "target", ".venv", "venv", "vendor", "dist", "__pycache__"];

/// What was found, and whether everything was looked at.
#[derive(Debug)]
pub struct Below {
    pub files: Vec<Result<ConfigFile, ConfigError>>,
    pub complete: bool,
}

/// Files with the name of a known client's project file, and other `*.json` that have `mcpServers`. Links are not followed.
pub fn below(folder: &Path, home: &Path) -> Below {
    let mut search = Search { found: Vec::new(), left: ENTRIES, complete: true };
    search.visit(folder, 0);
    search.found.sort();
    let read = |path: &PathBuf| files_of(&Source::Path(path.clone()), folder, home);
    let known: Vec<_> =
        search.found.iter().flat_map(|path| read(path).unwrap_or_else(|error| vec![Err(error)])).collect();
    // A file of a known name without servers (Gemini's settings) is no mistake.
    let files = known.into_iter().filter(|file| !matches!(file, Err(ConfigError::NoServers(_)))).collect();
    Below { files, complete: search.complete }
}

struct Search {
    found: Vec<PathBuf>,
    left: usize,
    complete: bool,
}

impl Search {
    fn visit(&mut self, folder: &Path, depth: usize) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        for entry in entries.flatten() {
            if self.left == 0 {
                self.complete = false;
                return;
            }
            self.left -= 1;
            let (path, Ok(kind)) = (entry.path(), entry.file_type()) else { continue };
            if kind.is_dir() {
                let skipped = entry.file_name().to_str().is_some_and(|name| SKIPPED.contains(&name));
                match (skipped, depth < DEPTH) {
                    (true, _) => {}
                    (false, true) => self.visit(&path, depth + 1),
                    (false, false) => self.complete = false,
                }
            } else if kind.is_file()
                && (is_known(&path) || names_servers(&path, entry.metadata().map_or(0, |m| m.len())))
            {
                self.found.push(path);
            }
        }
    }
}

fn is_known(path: &Path) -> bool {
    let files = CLIENTS.iter().flat_map(|client| client.project).map(|file| file.path);
    files.chain(["mcp.json", "claude_desktop_config.json"]).any(|known| path.ends_with(known))
}

fn names_servers(path: &Path, size: u64) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
        && size <= SIZE
        && files::read_text(path).is_ok_and(|text| text.contains("\"mcpServers\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limit_a_folder_is_looked_through_five_levels_deep() {
        let folder = tempfile::tempdir().unwrap();
        let config = r#"{"mcpServers": {"a": {"command": "x"}}}"#;
        let put = |place: &str| {
            let place = folder.path().join(place);
            std::fs::create_dir_all(&place).unwrap();
            std::fs::write(place.join(".mcp.json"), config).unwrap();
        };
        let looked = || {
            let below = below(folder.path(), folder.path());
            (below.files.len(), below.complete)
        };
        put("1/2/3/4/5");
        assert_eq!(looked(), (1, true));
        put("node_modules/x");
        assert_eq!(looked(), (1, true), "what others wrote is no part of it");
        put("1/2/3/4/5/6");
        assert_eq!(looked(), (1, false), "it says that it did not look everywhere");
    }
}
