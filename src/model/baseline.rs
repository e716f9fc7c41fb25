//! What a team has accepted for now: `mcp.baseline.yaml`.

use serde::{Deserialize, Serialize};

use super::time::Day;

/// A file of acceptances. Reviewed like the policy: it says what is known to get through, why that is borne, and until
/// when.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    pub version: u32,
    pub accepted: Vec<Acceptance>,
}

/// One attack that may get through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The attack's id.
    pub attack: String,
    /// `server.tool`; without it, through any tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    pub reason: String,
    /// The last day on which it holds.
    pub until: Day,
}
