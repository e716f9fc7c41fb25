//! Adversarial calls, as the packs write them and as replay counts them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::facts::Os;

/// A file of attacks of one theme.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    #[schemars(range(min = 1, max = 1))]
    pub version: u32,
    /// `credential-files`
    pub theme: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attacks: Vec<Attack>,
    /// What belongs to the theme, and no gate at `tools/call` can stop. Never counted; printed so that nobody believes
    /// that it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beyond: Vec<Beyond>,
}

/// An incident that happens where no gate at `tools/call` stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Beyond {
    pub id: String,
    pub title: String,
    pub source: String,
    /// Where it happens, and what stops it instead.
    pub why: String,
}

/// One attack: what an agent that was talked into it would call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// Where the value means what it says; anywhere if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<Os>,
    /// In order; more than one is a sequence.
    #[schemars(length(min = 1))]
    pub steps: Vec<Step>,
}

/// One call of an attack. It is bound by effect, not by name: to every tool of the user's with an argument of that role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub role: Role,
    /// What stands in the argument of that role. `$HOME` and `$PROJECT` stand for the user's own. Empty for
    /// the role `tool`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// Other arguments, by role, where the tool has them.
    #[serde(default)]
    pub with: Vec<With>,
    pub harm: Harm,
    /// A word that the tool's name must hold, one of these (`delete`, `push`), where the harm lies in the tool and not
    /// in the value alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verbs: Vec<String>,
    /// A word that the name of the tool or of its server must hold beside the verb, one of these (`repo`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nouns: Vec<String>,
    /// Arguments by their own name: `force: true`. A tool that lacks one of them is not bound.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct With {
    pub role: Role,
    pub value: String,
}

/// What an argument is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    ReadPath,
    WritePath,
    Url,
    Command,
    Sql,
    /// An e-mail address.
    Recipient,
    /// A chat, channel or room.
    Channel,
    Repository,
    Branch,
    Text,
    Amount,
    Account,
    /// The harm lies in calling the tool at all.
    Tool,
}

/// What an attack would do, independent of how any policy is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
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

impl Harm {
    pub const ALL: [Harm; 9] = [
        Harm::CredentialRead,
        Harm::OutsideProject,
        Harm::Exfiltration,
        Harm::InternalNetwork,
        Harm::DataDestroyed,
        Harm::CodeExecution,
        Harm::Persistence,
        Harm::Payment,
        Harm::IdentityChange,
    ];

    /// The name in packs and outputs.
    pub fn name(self) -> &'static str {
        match self {
            Harm::CredentialRead => "credential-read",
            Harm::OutsideProject => "outside-project",
            Harm::Exfiltration => "exfiltration",
            Harm::InternalNetwork => "internal-network",
            Harm::DataDestroyed => "data-destroyed",
            Harm::CodeExecution => "code-execution",
            Harm::Persistence => "persistence",
            Harm::Payment => "payment",
            Harm::IdentityChange => "identity-change",
        }
    }
}

impl std::fmt::Display for Harm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// An attack step as a call of a tool that the user has.
#[derive(Debug, Clone, PartialEq)]
pub struct BoundCall {
    pub server: String,
    pub tool: String,
    pub arguments: Map<String, Value>,
}
