//! Commands: what a shell string or an argument vector would run.

use crate::model::effects::CommandEffect;

/// Reads a POSIX shell string. What does not parse is an error.
pub fn read_shell(_text: &str) -> Result<CommandEffect, String> {
    Err("not built".into())
}

/// Reads an argument vector, which no shell expands.
pub fn read_argv(_words: &[String]) -> Result<CommandEffect, String> {
    Err("not built".into())
}

/// Command patterns of the policy: `git status` (these words), `cargo test **` (and any further words).
#[derive(Debug, Clone)]
pub struct CommandSet;

impl CommandSet {
    /// Fails with the index of the pattern that is wrong, and why.
    pub fn parse(_patterns: &[String]) -> Result<CommandSet, (usize, String)> {
        Ok(CommandSet)
    }

    /// Every command that may run must be granted. `Err`: the first that is not, in words.
    pub fn check(&self, _command: &CommandEffect) -> Result<(), String> {
        Err("not built".into())
    }
}
