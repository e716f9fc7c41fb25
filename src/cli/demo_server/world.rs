//! The small world that the demo server acts on: a scratch folder, an outbox, a database.

use std::io::Write;
use std::path::PathBuf;

use serde_json::json;

use super::database::Database;
use super::files;
use super::tools::Called;

/// `root` holds `project`, where relative paths start, and `home`.
#[derive(Debug)]
pub struct World {
    root: PathBuf,
    database: Database,
}

impl World {
    /// `root`: absolute, symlinks resolved.
    pub fn new(root: PathBuf) -> World {
        World { root, database: Database::new() }
    }

    pub fn read(&self, path: &str) -> Called {
        let place = files::existing(&self.root, path)?;
        std::fs::read_to_string(place).map_err(|error| format!("{path}: {error}"))
    }

    pub fn list(&self, path: &str) -> Called {
        let place = files::existing(&self.root, path)?;
        let entries = std::fs::read_dir(place).map_err(|error| format!("{path}: {error}"))?;
        let mut names: Vec<String> =
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        Ok(names.join("\n"))
    }

    pub fn write(&self, path: &str, content: &str) -> Called {
        let place = files::to_write(&self.root, path)?;
        std::fs::write(place, content).map_err(|error| format!("{path}: {error}"))?;
        Ok(format!("wrote {} bytes to {path}", content.len()))
    }

    /// Runs nothing: looks up what a few commands would say.
    pub fn pretend(&self, command: &str) -> Called {
        let words: Vec<&str> = command.split_whitespace().collect();
        match words.as_slice() {
            ["git", "status"] => Ok("On branch main, nothing to commit".to_owned()),
            ["git", "diff"] => Ok(String::new()),
            ["cargo", "test", ..] => Ok("test result: ok. 12 passed; 0 failed".to_owned()),
            ["ls"] => self.list("."),
            ["ls", path] => self.list(path),
            ["cat", path] => self.read(path),
            ["echo", words @ ..] => Ok(words.join(" ")),
            _ => Ok(format!("pretended: {command}")),
        }
    }

    /// The mail becomes a line of `outbox.jsonl`.
    pub fn mail(&self, to: &str, subject: &str, body: &str) -> Called {
        let line = json!({"to": to, "subject": subject, "body": body});
        let outbox = self.root.join("outbox.jsonl");
        let mut file = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(outbox)
            .map_err(|error| format!("the outbox: {error}"))?;
        writeln!(file, "{line}").map_err(|error| format!("the outbox: {error}"))?;
        Ok(format!("sent to {to}"))
    }

    pub fn query(&mut self, sql: &str) -> Called {
        self.database.run(sql)
    }
}
