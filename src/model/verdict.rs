//! What was decided, and everything that spoke.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::history::Mark;

/// Ordered by strictness: the greater wins (DESIGN 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    Allow,
    Ask,
    Deny,
}

impl std::fmt::Display for Decision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Decision::Allow => "allow",
            Decision::Ask => "ask",
            Decision::Deny => "deny",
        })
    }
}

/// The decision with its evidence: every rule that spoke, the strictest first.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Verdict {
    pub decision: Decision,
    pub because: Vec<Reason>,
    /// What forwarding the request adds to the history.
    pub marks: Vec<Mark>,
}

/// A place in the policy: where a rule stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rule {
    /// `servers.fs.tools.write_file.args.path`; `protection.credential-files`, `default` and `message` where no line of
    /// the policy speaks.
    pub pointer: String,
    pub at: Option<Location>,
}

/// A place in a file that somebody wrote. Lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Location {
    pub file: String,
    pub line: u64,
    pub column: u64,
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One rule that spoke.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    pub effect: Decision,
    pub rule: Arc<Rule>,
    /// JSON pointer into the arguments, `None` where the rule is about the request as a whole.
    pub argument: Option<String>,
    /// The value that decided, redacted by whoever writes it down.
    pub value: Option<String>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The grant that comes closest, as the policy writes it.
    pub nearest: Option<String>,
    /// The smallest change of the policy that would allow it.
    pub edit: Option<Edit>,
}

/// A change to one place of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// `servers.fs.tools.write_file.args.path.paths`
    pub pointer: String,
    /// What to add there, as YAML: `./docs`. What to remove, where `remove` is set.
    pub yaml: String,
    pub remove: bool,
}
