//! The proof that a message may pass. Only this module makes one, and the proxy forwards nothing without one.

use crate::model::verdict::{Decision, Verdict};

/// May be spent once: forwarding takes it by value.
#[derive(Debug)]
#[must_use = "a permit is for forwarding"]
pub struct Permit {
    reason: PermitReason,
}

/// Why a message may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PermitReason {
    /// The policy allows it.
    Judged,
    /// The policy asks, and a person said yes.
    Approved,
    /// The mode is monitor: whatever the verdict, it passes and is logged.
    Monitored,
    /// The mode is record.
    Recorded,
    /// Its method carries no authority.
    NeedsNoJudging,
    /// It answers a request that was let through.
    Answer,
    /// It goes on with a task that a request which was let through has started.
    FollowUp,
}

impl Permit {
    pub fn reason(&self) -> PermitReason {
        self.reason
    }

    /// For a verdict that allows.
    pub fn judged(verdict: &Verdict) -> Option<Permit> {
        (verdict.decision == Decision::Allow).then_some(Permit { reason: PermitReason::Judged })
    }

    /// For a verdict that asks, once a person has said yes.
    pub fn approved(verdict: &Verdict) -> Option<Permit> {
        (verdict.decision == Decision::Ask).then_some(Permit { reason: PermitReason::Approved })
    }

    /// In monitor mode, whatever the verdict.
    pub fn monitored(_verdict: &Verdict) -> Permit {
        Permit { reason: PermitReason::Monitored }
    }

    /// In record mode.
    pub fn recorded() -> Permit {
        Permit { reason: PermitReason::Recorded }
    }

    /// For a method that stands in the table of those that need no judging.
    pub fn needs_no_judging(method: &str) -> Option<Permit> {
        needs_no_judging(method).then_some(Permit { reason: PermitReason::NeedsNoJudging })
    }

    /// For a request whose method carries authority by what it names, and which names nothing.
    pub fn names_nothing() -> Permit {
        Permit { reason: PermitReason::NeedsNoJudging }
    }

    /// For a request about a task (`tasks/get`) that a request which was let through has started.
    pub fn follow_up() -> Permit {
        Permit { reason: PermitReason::FollowUp }
    }

    /// For the answer to a request that was let through, the other way.
    pub fn answer() -> Permit {
        Permit { reason: PermitReason::Answer }
    }
}

/// The methods that carry no authority (DESIGN 3.8), in both directions and both eras. What stands neither here nor
/// among the judged ones is denied.
const NEEDS_NO_JUDGING: [&str; 21] = [
    "ping",
    "initialize",
    "server/discover",
    "tools/list",
    "resources/list",
    "resources/templates/list",
    "resources/unsubscribe",
    "prompts/list",
    "roots/list",
    "logging/setLevel",
    "notifications/initialized",
    "notifications/cancelled",
    "notifications/progress",
    "notifications/message",
    "notifications/roots/list_changed",
    "notifications/tools/list_changed",
    "notifications/resources/list_changed",
    "notifications/resources/updated",
    "notifications/prompts/list_changed",
    "notifications/elicitation/complete",
    "notifications/subscriptions/acknowledged",
];

/// Whether `method` carries no authority.
pub fn needs_no_judging(method: &str) -> bool {
    NEEDS_NO_JUDGING.contains(&method)
}
