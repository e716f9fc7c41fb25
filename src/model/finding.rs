//! Something a person should look at.

use serde::{Deserialize, Serialize};

use super::verdict::Location;

/// Written by `scan`, `check`, `lock --check`, `replay` and `infer`; rendered by `edge::render`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    pub severity: Severity,
    /// Stable, kebab-case: `unpinned-package`.
    pub id: String,
    /// What it is about: a server, `server.tool`, or a file.
    pub subject: String,
    /// What was found, in one sentence without a full stop. Never holds a secret.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// What to do, a command where there is one.
    pub todo: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Location>,
}

/// Ordered, the worst first, so that sorted findings begin with what matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Critical,
    High,
    Medium,
    Low,
    Info,
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Severity::Critical => "critical",
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
            Severity::Info => "info",
        })
    }
}
