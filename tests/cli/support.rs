//! A place of its own for each test: project, home and state folders that nobody else sees.
#![allow(dead_code, reason = "each test file uses a part")]

use std::path::{Path, PathBuf};

use assert_cmd::Command;

#[path = "../support/json_schema.rs"]
pub mod json_schema;

/// A scratch project with a home directory beside it. Gone when dropped.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Place {
        let folder = tempfile::Builder::new().prefix("remit-test-").tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("home")).unwrap();
        std::fs::create_dir_all(folder.path().join("project")).unwrap();
        Place { folder }
    }

    /// Absolute, symlinks resolved.
    pub fn project(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("project")
    }

    pub fn home(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("home")
    }

    /// Writes a file of the project, folders included, and returns its path.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        write(&self.project().join(name), text)
    }

    /// Writes a file of the home directory.
    pub fn write_home(&self, name: &str, text: &str) -> PathBuf {
        write(&self.home().join(name), text)
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.project().join(name)).unwrap()
    }

    /// `remit`, in the project, with an environment that holds nothing of the machine's user.
    pub fn remit(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_remit"));
        command.current_dir(self.project()).env_clear().args(args);
        for (key, value) in self.environment() {
            command.env(key, value);
        }
        command
    }

    /// The environment that [`Place::remit`] runs in, for tests that start it by other means.
    pub fn environment(&self) -> Vec<(String, String)> {
        let mut environment = vec![
            ("HOME".to_owned(), self.home().display().to_string()),
            ("USERPROFILE".to_owned(), self.home().display().to_string()),
            ("XDG_STATE_HOME".to_owned(), self.home().join(".local/state").display().to_string()),
            ("XDG_CONFIG_HOME".to_owned(), self.home().join(".config").display().to_string()),
            ("NO_COLOR".to_owned(), "1".to_owned()),
        ];
        for kept in ["PATH", "SystemRoot", "TEMP", "TMP", "TMPDIR", "LLVM_PROFILE_FILE"] {
            if let Ok(value) = std::env::var(kept) {
                environment.push((kept.to_owned(), value));
            }
        }
        environment
    }
}

fn write(path: &Path, text: &str) -> PathBuf {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    path.to_owned()
}
