//! What replay found: how attacks and recorded calls fared under a policy.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::attack::{Beyond, BoundCall, Harm};
use super::baseline::Acceptance;
use super::verdict::Decision;

/// How one bound attack ended. Ordered, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The policy denies it.
    Blocked,
    /// Only a protection denies it: the policy's own rules would let it pass.
    Protected,
    /// A person would be asked. It counts as stopped, and is shown apart.
    Asked,
    Through,
}

/// Counts of bound calls, or of attacks by their worst call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub blocked: u64,
    pub protected: u64,
    pub asked: u64,
    pub through: u64,
}

impl Tally {
    pub fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Blocked => self.blocked += 1,
            Outcome::Protected => self.protected += 1,
            Outcome::Asked => self.asked += 1,
            Outcome::Through => self.through += 1,
        }
    }

    pub fn plus(self, other: &Tally) -> Tally {
        Tally {
            blocked: self.blocked + other.blocked,
            protected: self.protected + other.protected,
            asked: self.asked + other.asked,
            through: self.through + other.through,
        }
    }

    pub fn total(&self) -> u64 {
        self.blocked + self.protected + self.asked + self.through
    }

    pub fn stopped(&self) -> u64 {
        self.total() - self.through
    }

    /// The worst outcome that was counted.
    pub fn worst(&self) -> Option<Outcome> {
        match self {
            Tally { through: 1.., .. } => Some(Outcome::Through),
            Tally { asked: 1.., .. } => Some(Outcome::Asked),
            Tally { protected: 1.., .. } => Some(Outcome::Protected),
            Tally { blocked: 1.., .. } => Some(Outcome::Blocked),
            _ => None,
        }
    }
}

/// One attack, bound to the user's tools in every way that fits.
#[derive(Debug, Clone, PartialEq)]
pub struct AttackScore {
    pub id: String,
    pub title: String,
    pub theme: String,
    pub source: String,
    pub tags: Vec<String>,
    pub harm: Harm,
    /// Bound calls (or sequences) that were counted. Empty where the attack is not applicable.
    pub calls: Tally,
    /// Those among them that are spelt otherwise than the attack says.
    pub variants: Tally,
    /// Those that the policy that allows everything does not let pass either: not counted.
    pub uncounted: u64,
    /// Sequences that were left out because there are too many ways to bind the attack.
    pub cut: u64,
    /// The first of each outcome, the worst first.
    pub examples: Vec<Case>,
    /// Every grant that let it through, each once: all of them must be narrowed to stop it.
    pub grants: Vec<Passed>,
    /// It gets through, and somebody has said in the baseline that this is borne.
    pub accepted: Option<Acceptance>,
}

impl AttackScore {
    /// The worst call decides. `None`: not applicable.
    pub fn outcome(&self) -> Option<Outcome> {
        self.calls.worst()
    }
}

/// One way in which an attack was bound.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    pub outcome: Outcome,
    /// The spelling that was used, where it is not the attack's own: `percent-encoded`.
    pub variant: Option<String>,
    /// The calls in order, up to the one that was stopped.
    pub calls: Vec<BoundCall>,
    /// The rule that stopped it; for one that got through, the grant that let the last call.
    pub rule: Spoke,
}

/// A grant that lets an attack pass, and the tool that it passes through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Passed {
    /// `fs.read_file`
    pub tool: String,
    pub rule: Spoke,
}

/// The rule that decided, in words. Values are not redacted yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Spoke {
    /// `servers.fs.tools.read_file.args.path`
    pub rule: String,
    /// `mcp.policy.yaml:7:9`
    pub at: Option<String>,
    pub argument: Option<String>,
    pub message: String,
    /// The smallest change of the policy that would turn this around, as a sentence.
    pub edit: Option<String>,
}

/// How all attacks fared.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scorecard {
    /// In the order of the packs.
    pub attacks: Vec<AttackScore>,
    /// `server.tool` -> its bound calls.
    pub by_tool: BTreeMap<String, Tally>,
    /// Rule -> the bound calls that it decided.
    pub by_rule: BTreeMap<String, Tally>,
    /// Servers that have tools and that the policy does not name. All they do is denied, which proves nothing.
    pub unnamed: Vec<String>,
    /// What no gate at `tools/call` can stop.
    pub beyond: Vec<Beyond>,
}

impl Scorecard {
    /// Attacks by their worst call.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        self.attacks.iter().filter_map(AttackScore::outcome).for_each(|outcome| tally.add(outcome));
        tally
    }

    /// How many attacks get through and are accepted in the baseline.
    pub fn accepted(&self) -> u64 {
        self.attacks.iter().filter(|attack| attack.accepted.is_some()).count() as u64
    }

    /// How many attacks could be bound to no tool.
    pub fn not_applicable(&self) -> u64 {
        self.attacks.iter().filter(|attack| attack.outcome().is_none()).count() as u64
    }

    /// Bound calls of all attacks.
    pub fn calls(&self) -> Tally {
        self.attacks.iter().fold(Tally::default(), |sum, attack| sum.plus(&attack.calls))
    }

    /// Bound calls that are spelt otherwise than the attack says: the mutation score is the part that was stopped.
    pub fn variants(&self) -> Tally {
        self.attacks.iter().fold(Tally::default(), |sum, attack| sum.plus(&attack.variants))
    }
}

/// How recorded requests fare under a policy.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Backtest {
    pub unchanged: u64,
    pub newly_denied: u64,
    pub newly_asked: u64,
    /// Denied only for what was left out of the recording (a secret that stands there as a token).
    pub not_replayable: u64,
    /// Failed, refused or unanswered when recorded: proves nothing about the policy.
    pub skipped: u64,
    /// The requests that are no longer allowed, in order; the first hundred.
    pub changed: Vec<Change>,
    /// Rule -> how many recorded requests it let pass.
    pub used: BTreeMap<String, u64>,
    /// The grants that recorded calls needed: `fs.read_file`.
    pub exercised: BTreeSet<String>,
}

impl Backtest {
    /// Requests that had been done, and were judged.
    pub fn total(&self) -> u64 {
        self.unchanged + self.newly_denied + self.newly_asked + self.not_replayable
    }
}

/// A recorded request that is no longer allowed.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// `trace.jsonl:12`
    pub at: String,
    /// `fs.read_file`
    pub what: String,
    pub arguments: Option<serde_json::Map<String, serde_json::Value>>,
    pub now: Decision,
    pub not_replayable: bool,
    pub rule: Spoke,
}
