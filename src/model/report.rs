//! What the report says. Every text in it is ready to be shown: without secrets, without hidden characters; a renderer
//! has only to escape it.

use super::finding::Severity;
use super::score::Tally;

/// The whole report. Deterministic: it holds no time but those of events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    pub policy_file: String,
    /// SHA-256 of the policy, the first twelve digits.
    pub policy_digest: String,
    pub lock_file: Option<String>,
    /// The time of the last event that was read.
    pub last_event: Option<String>,
    pub verdict: Summary,
    /// Three, for whoever reads no further.
    pub numbers: Vec<Number>,
    /// What to do next, the most urgent first.
    pub todo: Vec<String>,
    pub findings: Vec<FindingRow>,
    pub servers: Vec<ServerRow>,
    pub grants: Vec<GrantRow>,
    /// What is granted and was never used.
    pub unused: Vec<UnusedRow>,
    pub classes: Vec<ClassRow>,
    pub through: Vec<ThroughRow>,
    pub beyond: Vec<BeyondRow>,
    /// Servers whose attacks are not counted, since the policy does not name them.
    pub unnamed: Vec<String>,
    /// `None`: no recording was given.
    pub recorded: Option<Recorded>,
    /// `None`: there is no lock, or no recorded list to compare it with.
    pub drift: Option<Vec<DriftRow>>,
    pub timeline: Vec<Bucket>,
    pub sessions: Vec<SessionRow>,
}

/// The verdict in one sentence.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    pub standing: Standing,
    pub sentence: String,
}

/// How the policy stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Standing {
    Good,
    /// It stops what it should, and something needs attention.
    Attention,
    /// An attack gets through, or the agent would be broken.
    Bad,
    /// Nothing could be checked.
    #[default]
    Unknown,
}

impl Standing {
    /// As it is written; never by colour alone.
    pub fn name(self) -> &'static str {
        match self {
            Standing::Good => "Good",
            Standing::Attention => "Needs attention",
            Standing::Bad => "Not safe yet",
            Standing::Unknown => "Nothing proved",
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Number {
    pub value: String,
    pub label: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FindingRow {
    pub severity: Severity,
    pub id: String,
    pub subject: String,
    pub what: String,
    pub why: String,
    pub todo: String,
    pub at: Option<String>,
}

/// One server of the matrix of servers and tools.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ServerRow {
    pub server: String,
    pub tools: Vec<ToolRow>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ToolRow {
    pub tool: String,
    /// The server said, or was pinned with, that it has this tool.
    pub offered: bool,
    /// Recorded calls that succeeded.
    pub used: u64,
    pub granted: Granted,
    pub attacks: Tally,
}

/// What the policy says of a tool before it looks at arguments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Granted {
    /// Its arguments are constrained, or it has none.
    Constrained,
    /// Any arguments, within the server's path rules.
    Free,
    Asked,
    Denied,
    /// Nothing in the policy speaks of it, so it is denied.
    #[default]
    Unnamed,
}

impl Granted {
    pub fn name(self) -> &'static str {
        match self {
            Granted::Constrained => "granted",
            Granted::Free => "granted, free arguments",
            Granted::Asked => "asked",
            Granted::Denied => "denied",
            Granted::Unnamed => "denied by default",
        }
    }

    pub fn is_open(self) -> bool {
        matches!(self, Granted::Constrained | Granted::Free | Granted::Asked)
    }
}

/// One grant and its evidence.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GrantRow {
    /// `fs.read_file`
    pub tool: String,
    pub argument: String,
    /// What it covers, in the policy's words.
    pub covers: String,
    pub at: Option<String>,
    pub calls: u64,
    pub sessions: u64,
    pub last: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct UnusedRow {
    pub what: String,
    pub todo: String,
}

/// The attacks of one theme, by their worst call.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClassRow {
    pub class: String,
    pub tally: Tally,
    pub not_applicable: u64,
}

/// One attack that got through.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ThroughRow {
    pub id: String,
    pub title: String,
    pub source: String,
    pub harm: String,
    pub calls: Vec<String>,
    pub let_by: String,
    pub edit: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct BeyondRow {
    pub id: String,
    pub title: String,
    pub why: String,
}

/// The recorded requests under the policy.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recorded {
    pub unchanged: u64,
    pub newly_denied: u64,
    pub newly_asked: u64,
    pub not_replayable: u64,
    pub skipped: u64,
    pub changed: Vec<ChangedRow>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChangedRow {
    pub at: String,
    pub what: String,
    pub now: String,
    pub rule: String,
    pub message: String,
}

/// A difference between the lock and what a server said when it was recorded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DriftRow {
    pub subject: String,
    pub what: String,
}

/// A span of the recording.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bucket {
    pub from: String,
    pub succeeded: u64,
    pub failed: u64,
}

/// One recorded file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SessionRow {
    pub file: String,
    pub server: String,
    pub client: String,
    pub from: String,
    pub to: String,
    pub calls: u64,
    /// Calls that were refused, failed, or never answered.
    pub failed: u64,
    /// What is missing from the recording, in words.
    pub gaps: String,
}
