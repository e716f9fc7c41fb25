//! Scan: what a configuration alone tells about its servers. Before anything is recorded, and without starting anything.
//!
//! [`rules`] is the table: identifier, severity, why it matters and what to do stand together. Beside it stand the
//! readers that the rules share: [`package`], [`places`], [`secrets`] and [`launch`].

pub mod launch;
pub mod package;
pub mod places;
pub mod rules;
pub mod secrets;

use crate::model::finding::Finding;
use crate::model::server::Configured;
use crate::model::verdict::Location;

/// A configured server, and what else is known of its entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    pub server: Configured,
    pub at: Location,
    /// Tools that the client calls without asking; `*` where it asks for none.
    pub approved: Vec<String>,
    /// Another entry of the same map has the same name.
    pub twice: bool,
    /// The first entry of a file that anybody on the machine may change.
    pub writable_by_all: bool,
}

/// Every finding, the worst first. `home`: the user's home directory, as absolute path.
pub fn scan(subjects: &[Subject], home: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for subject in subjects {
        for rule in rules::RULES {
            findings.extend((rule.look)(subject, home).into_iter().map(|what| rule.finding(subject, what)));
        }
    }
    findings.sort();
    findings.dedup();
    findings
}
