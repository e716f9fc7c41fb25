//! Pinned identities: what a server said of itself when somebody agreed to it (DESIGN 5).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The version that is written. 1: the first (November 2026).
pub const VERSION: u32 = 1;

/// `mcp.lock`. Maps are sorted, so that a diff is small.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lockfile {
    pub version: u32,
    pub servers: BTreeMap<String, LockedServer>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedServer {
    /// The launch command without wrapping, redacted. It drifts like a tool does.
    pub command: Vec<String>,
    /// Name and version that the server gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub info: Option<Pinned>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<Pinned>,
    /// Tool name -> the tool.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tools: BTreeMap<String, Pinned>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub prompts: BTreeMap<String, Pinned>,
    /// URI template -> the template.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub resource_templates: BTreeMap<String, Pinned>,
}

/// One thing that a server said, whole, and the SHA-256 of its RFC 8785 form in lower-case hex.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pinned {
    pub sha256: String,
    pub value: Value,
}
