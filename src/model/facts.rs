//! What the world says about the effects of one request.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::effects::Start;
use super::place::{self, Place};
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
    /// remit's own files in this run (policy, lock, audit log, traces, wrapped configs), resolved. Protected by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guarded: Vec<String>,
    /// True when the disk was looked at. Lexical facts alone cannot see a symlink.
    #[serde(default, skip_serializing_if = "is_false")]
    pub looked: bool,
}

impl Facts {
    /// The absolute spelling of one reading of a path: joined to what it is relative to, `~` and `$HOME` expanded, not
    /// yet normalised. `edge::facts` looks these up; `decide` asks for the same ones.
    pub fn absolute(&self, start: Start<'_>, reading: &str) -> String {
        let home = self.home.as_deref();
        let folder = match start.root {
            Some(root) => Cow::Owned(place::join(&self.project, &place::expand_home(root, home, &self.cwd), self.os)),
            None => Cow::Borrowed(self.cwd.as_str()),
        };
        let folder = match start.base {
            Some(base) => Cow::Owned(place::join(&folder, &place::expand_home(base, home, &self.cwd), self.os)),
            None => folder,
        };
        place::join(&folder, &place::expand_home(reading, home, &self.cwd), self.os)
    }

    /// Where an absolute spelling leads: what was looked up, or else its lexical form.
    pub fn lead(&self, absolute: String) -> impl Iterator<Item = Place> {
        let looked_up = self.places.get(&absolute);
        let lexical = looked_up.is_none().then(|| Place::read(absolute, self.os));
        let real = looked_up.into_iter().flatten().map(|place| Place::read(place, self.os));
        real.chain(lexical)
    }

    /// Whether two names that differ in letter case are one place.
    pub fn folds(&self) -> bool {
        self.fold_case || self.os == Os::Windows
    }
}

/// Whose path rules hold on the machine where the request was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
