//! What inference knows: a mergeable summary of traces (DESIGN 5 and 8).
//!
//! Evidence is a set of sessions, each under the digest of its trace. Merging is the union of such sets, less the sessions
//! that another one has outgrown: associative, commutative and idempotent, so that order, shards and duplicates change no
//! byte of a policy. Each session is bounded: it holds distinct values up to a cap, and what lies beyond the cap as ranges
//! and forms.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::facts::Os;
use super::time::Timestamp;

mod texts;

pub use texts::Texts;

/// The version that is written. 1: the first (November 2026). A reader refuses a newer one.
pub const VERSION: u32 = 1;

/// How many prefixes of a bare session are remembered, so that a file that has grown is known to supersede itself.
pub const PREFIXES: usize = 4096;

/// How far from 0 a number may be that a schema lists and nobody used.
pub const MEASURE: f64 = 1000.0;

/// What inference knows. Also the format of `--emit-evidence`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub v: u32,
    /// SHA-256 of the trace, lower-case hex -> what was done in it.
    pub sessions: BTreeMap<String, Session>,
}

impl Default for Evidence {
    fn default() -> Evidence {
        Evidence { v: VERSION, sessions: BTreeMap::new() }
    }
}

/// One trace file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// The file's name, for messages only; of equal traces the name that sorts first.
    pub name: String,
    /// SHA-256 of the `session` event, where there is one: the trace is the same one at any length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Of the `session` event: the same for all servers that one run of one client started. Hashed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    pub lines: u64,
    /// Of a file of bare calls: the first eight bytes of the digest after each line, up to [`PREFIXES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefixes: Vec<u64>,
    /// Where relative paths of its calls start. `None`: nobody recorded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Server -> what was asked of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub servers: BTreeMap<String, Server>,
    /// Calls that are never learned from, the first of each kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
}

/// The recorded surroundings (see [`super::facts::Facts`]).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Place {
    pub project: String,
    pub cwd: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<String>,
    #[serde(default)]
    pub os: Os,
    #[serde(default)]
    pub fold_case: bool,
    /// Absolute spelling -> where it led, for spellings that lead elsewhere.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub leads: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Server {
    /// The tools that were called, and succeeded.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tools: BTreeMap<String, Tool>,
    /// The tools that the server listed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub offered: BTreeMap<String, Offered>,
    /// URIs that were read.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub resources: BTreeSet<String>,
    /// Prompts that were fetched.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub prompts: BTreeSet<String>,
    /// Calls that were denied or failed: they teach nothing, and are counted.
    #[serde(default)]
    pub failed: u64,
}

/// The calls of one tool in one session.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    pub calls: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Timestamp>,
    /// Arguments of calls without any: counted, since then no argument is required.
    pub arguments: Node,
    /// Distinct calls, for measuring how complete the recording is; those with the smallest hash, up to a cap.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub samples: BTreeMap<u64, Map<String, Value>>,
    /// Value of the argument that could split the tool into many -> the calls with it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variants: BTreeMap<String, Tool>,
    /// The name of that argument.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// What stood at one position of the arguments: the members of objects and the elements of arrays have nodes of their own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// In how many distinct calls the position was there.
    pub seen: u64,
    /// ... and null.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub nulls: u64,
    /// ... and an object, an array.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub objects: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub arrays: u64,
    /// Distinct strings, numbers and booleans, as JSON texts; those with the smallest hash, up to a cap.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub values: Texts,
    /// The same, while the session is read.
    #[serde(skip)]
    pub open: HashSet<Box<str>>,
    /// Strings that are too long to keep, and what they embed (`host evil.org`, `address a@b.org`, `account DE89...`).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub long: u64,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub embedded: BTreeSet<String>,
    /// Only values with a smaller hash are still taken.
    #[serde(skip)]
    pub limit: Option<u64>,
    /// What is known of those that are not among `values`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond: Option<Box<Beyond>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Node>,
    /// More members than are remembered: the keys are data.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keyed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Box<Node>>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub most_items: u64,
}

/// What is known of the values past the cap.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Beyond {
    pub values: u64,
    /// The smallest and the greatest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<(f64, f64)>,
    /// Distinct forms (`matches` patterns) of the strings.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub forms: BTreeSet<String>,
    /// More forms than are remembered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub formless: bool,
    /// The deepest directory that holds all of them, should they be paths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
}

/// What the server said of a tool. It is not believed: it can only tighten (DESIGN 1, effect).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Offered {
    /// Argument -> the values of its `enum`, where it has one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub arguments: BTreeMap<String, Vec<Value>>,
    /// Arguments that are `boolean`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub switches: BTreeSet<String>,
    /// Arguments that are `integer` or `number` -> smallest and greatest, never further from 0 than [`MEASURE`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ranges: BTreeMap<String, (f64, f64)>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub required: BTreeSet<String>,
    /// `destructiveHint: true` or `readOnlyHint: false`
    #[serde(default)]
    pub says_it_changes: bool,
}

/// A request that nothing is learned from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Refused {
    pub server: String,
    /// Empty where it was a resource or a prompt: `value` names it, and `argument` is `/uri` or `/name`.
    pub tool: String,
    /// JSON pointer into the arguments.
    pub argument: String,
    /// The class of the never-infer table.
    pub class: String,
    /// Redacted and shortened.
    pub value: String,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Evidence {
    /// The evidence of these sessions, each with its digest.
    pub fn collect(sessions: impl IntoIterator<Item = (String, Session)>) -> Evidence {
        let mut evidence = Evidence::default();
        for (digest, session) in sessions {
            evidence.insert(digest, session);
        }
        evidence.drop_outgrown();
        evidence
    }

    /// Adds what another evidence knows.
    pub fn merge(&mut self, other: Evidence) {
        for (digest, session) in other.sessions {
            self.insert(digest, session);
        }
        self.drop_outgrown();
    }

    fn insert(&mut self, digest: String, session: Session) {
        match self.sessions.get_mut(&digest) {
            Some(known) if session.name < known.name => known.name = session.name,
            Some(_) => {}
            None => {
                self.sessions.insert(digest, session);
            }
        }
    }

    /// A trace that was read while it was being written, and again later, is one session: the longer one.
    fn drop_outgrown(&mut self) {
        let mut longest: BTreeMap<&str, (u64, &str)> = BTreeMap::new();
        let mut prefixes: BTreeSet<(usize, u64)> = BTreeSet::new();
        for (digest, session) in &self.sessions {
            if let Some(id) = &session.id {
                let this = (session.lines, digest.as_str());
                let best = longest.entry(id).or_insert(this);
                *best = (*best).max(this);
            }
            let inner =
                session.prefixes.len().saturating_sub(usize::from(session.prefixes.len() as u64 == session.lines));
            prefixes.extend(session.prefixes.iter().take(inner).copied().enumerate());
        }
        let outgrown: Vec<String> = self
            .sessions
            .iter()
            .filter(|(digest, session)| match &session.id {
                Some(id) => longest.get(id.as_str()).is_some_and(|(_, best)| *best != digest.as_str()),
                None => {
                    let whole = session.prefixes.len() as u64 == session.lines;
                    let last = session.prefixes.len().checked_sub(1);
                    let own = last.and_then(|last| session.prefixes.get(last).map(|digest| (last, *digest)));
                    whole && own.is_some_and(|own| prefixes.contains(&own))
                }
            })
            .map(|(digest, _)| digest.clone())
            .collect();
        for digest in outgrown {
            self.sessions.remove(&digest);
        }
    }
}
