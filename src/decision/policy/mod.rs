//! A policy file made ready to decide with: [`load`] reads YAML, checks it and compiles it.

mod yaml;

use crate::model::finding::Finding;
use crate::model::policy::Document;
use crate::model::verdict::Location;

use super::effects::Hints;
use crate::model::request::Request;

/// A policy ready to decide with: compiled once, indexed by server and tool.
#[derive(Debug, Clone)]
pub struct Policy {
    document: Document,
    digest: String,
}

/// Everything that is wrong with a policy file, at once.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Problems(pub Vec<Problem>);

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{at}: {message}")]
pub struct Problem {
    pub at: Location,
    pub message: String,
}

/// Reads a policy. `file` is its name in messages. Warnings are findings of the policy that comes back.
pub fn load(_text: &str, _file: &str) -> Result<(Policy, Vec<Finding>), Problems> {
    Ok((Policy::deny_everything(), Vec::new()))
}

impl Policy {
    /// What stands in for a policy that is missing or wrong.
    pub fn deny_everything() -> Policy {
        Policy { document: Document::default(), digest: String::new() }
    }

    /// Compiles a policy made in memory.
    pub fn from_document(document: Document) -> Result<Policy, Problems> {
        Ok(Policy { document, digest: String::new() })
    }

    /// The policy as it is written.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// SHA-256 of the file's text, lower-case hex.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What the policy declares the arguments of this request to be.
    pub fn hints(&self, _request: &Request) -> Hints {
        Hints::default()
    }

    /// Whether any rate, budget or flow reads the history of requests.
    pub fn needs_history(&self) -> bool {
        false
    }
}
