//! Why a server could not be asked, and what to do about it.

use std::time::Duration;

/// Each names the server, what went wrong, and the command that shows more. `heard` is what the server wrote to
/// standard error, its last part; it may hold a secret and must be redacted before it is shown.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error("server `{server}` cannot be started from here: {why}")]
    NotLocal { server: String, why: String },
    #[error(
        "server `{server}` does not start: cannot run `{command}`: {source}; check that it is installed and on PATH"
    )]
    Start { server: String, command: String, source: std::io::Error },
    #[error("server `{server}` ended before it answered `{method}`{}; run `{command}` by hand to see why", after(.heard))]
    Died { server: String, command: String, method: String, heard: String },
    #[error(
        "server `{server}` did not answer `{method}` within {} s{}; run `{command}` by hand, or give it longer with --timeout",
        .waited.as_secs_f32(),
        after(.heard)
    )]
    Silent { server: String, command: String, method: String, waited: Duration, heard: String },
    #[error("server `{server}` cannot be trusted to mean what it says: {why}")]
    Malformed { server: String, why: String },
    #[error("server `{server}` refused `{method}`: {why}")]
    Refused { server: String, method: String, why: String },
}

impl ServerError {
    pub fn server(&self) -> &str {
        match self {
            ServerError::NotLocal { server, .. }
            | ServerError::Start { server, .. }
            | ServerError::Died { server, .. }
            | ServerError::Silent { server, .. }
            | ServerError::Malformed { server, .. }
            | ServerError::Refused { server, .. } => server,
        }
    }
}

fn after(heard: &str) -> String {
    if heard.is_empty() { String::new() } else { format!(" (it said: {heard})") }
}
