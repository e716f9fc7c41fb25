//! The only place that decides.

use crate::model::facts::Facts;
use crate::model::history::History;
use crate::model::request::Request;
use crate::model::verdict::{Decision, Verdict};

use super::policy::Policy;

/// Judges one request. Deterministic; reads the history and never changes it.
pub fn decide(_policy: &Policy, _history: &History, _facts: &Facts, _request: &Request) -> Verdict {
    Verdict { decision: Decision::Deny, because: Vec::new(), marks: Vec::new() }
}
