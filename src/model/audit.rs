//! What was ruled on, as the audit log writes it. `edge::store::audit` adds sequence and hash chain.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::facts::Facts;
use super::time::Timestamp;
use super::verdict::Decision;

/// The version that is written. 1: the first (November 2026).
pub const VERSION: u32 = 1;

/// One message that was ruled on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub time: Timestamp,
    pub session: String,
    pub server: String,
    /// SHA-256 of the policy file, lower-case hex.
    pub policy: String,
    pub method: String,
    /// Tool, URI or prompt name; redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Value>,
    pub verdict: Decision,
    /// What happened in the end: an `ask` that was approved is forwarded.
    pub done: Done,
    pub because: Vec<Because>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Facts>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Done {
    Forwarded,
    Refused,
    /// The verdict was a denial, and the mode is monitor.
    Monitored,
    /// Asked; the answer is a later entry.
    Asked,
}

/// One reason, as every JSON output writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Because {
    pub rule: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub argument: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    pub effect: Decision,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit: Option<String>,
}
