//! Verdict -> words. Never judges again.

use crate::model::audit::Because;
use crate::model::request::Request;
use crate::model::verdict::Verdict;

use super::redact::Redactor;

/// The reasons as every JSON output writes them, values redacted.
pub fn reasons(_verdict: &Verdict, _redactor: &Redactor) -> Vec<Because> {
    Vec::new()
}

/// What the agent reads when a call is refused: which rule, why, what is allowed, and not to retry unchanged.
pub fn refusal(_request: &Request, _verdict: &Verdict, _redactor: &Redactor) -> String {
    String::new()
}
