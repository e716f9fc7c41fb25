//! Adversarial calls, as the packs write them and as replay counts them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A file of attacks of one theme.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    pub version: u32,
    /// `credential-files`
    pub theme: String,
    pub attacks: Vec<Attack>,
}

/// One attack: what an agent that was talked into it would call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attack {
    /// Stable, kebab-case.
    pub id: String,
    pub title: String,
    /// CVE, paper, advisory or incident.
    pub source: String,
    /// OWASP MCP Top 10 and MITRE ATLAS.
    #[serde(default)]
    pub tags: Vec<String>,
    /// In order; more than one is a sequence.
    pub steps: Vec<Step>,
}

/// One call of an attack. It is bound by effect, not by name: to every tool of the user's with an argument of that role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub role: Role,
    /// What stands in the argument of that role. `$HOME` and `$PROJECT` stand for the user's own.
    pub value: String,
    /// Other arguments, by role, where the tool has them.
    #[serde(default)]
    pub with: Vec<With>,
    pub harm: Harm,
    /// A word that the tool's name must hold (`delete`, `push`), where the harm lies in the tool and not in the value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verbs: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct With {
    pub role: Role,
    pub value: String,
}

/// What an argument is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    ReadPath,
    WritePath,
    Url,
    Command,
    Sql,
    Recipient,
    Repository,
    Branch,
    Text,
    Amount,
    Account,
    /// The harm lies in calling the tool at all.
    Tool,
}

/// What an attack would do, independent of how any policy is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Harm {
    CredentialRead,
    OutsideProject,
    Exfiltration,
    InternalNetwork,
    DataDestroyed,
    CodeExecution,
    Persistence,
    Payment,
    IdentityChange,
}

/// An attack step as a call of a tool that the user has.
#[derive(Debug, Clone, PartialEq)]
pub struct BoundCall {
    pub server: String,
    pub tool: String,
    pub arguments: Map<String, Value>,
}
