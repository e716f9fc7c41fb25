//! What the world says about the effects of one request.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// The surroundings of a request, and where each of its paths really leads. Recorded with the event, so that replay on
/// another machine gives the verdict of the live run (DESIGN 3).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Absolute, resolved: what relative paths of the policy are relative to.
    pub project: String,
    /// Absolute: what relative paths of a call are relative to, unless the policy gives the server a `root`.
    pub cwd: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<String>,
    #[serde(default, skip_serializing_if = "Os::is_posix")]
    pub os: Os,
    /// The file system folds letter case.
    #[serde(default, skip_serializing_if = "is_false")]
    pub fold_case: bool,
    /// When the request was made. `None` in a trace means: as the line before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// Absolute spelling -> the places it leads to, symlinks of the deepest existing ancestor resolved. Holds only what
    /// was looked up and leads elsewhere than its lexical form says; a spelling that is not here stands for itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub places: BTreeMap<String, Vec<String>>,
    /// True when the disk was looked at. Lexical facts alone cannot see a symlink.
    #[serde(default, skip_serializing_if = "is_false")]
    pub looked: bool,
}

/// Whose path rules hold on the machine where the request was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Os {
    #[default]
    Posix,
    Windows,
}

impl Os {
    fn is_posix(&self) -> bool {
        *self == Os::Posix
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}
