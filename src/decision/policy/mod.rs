//! A policy file made ready to decide with: [`load`] reads YAML, checks it, compiles it and runs its tests.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use sha2::{Digest, Sha256};

use crate::decision::table::Table;
use crate::model::facts::Facts;
use crate::model::finding::Finding;
use crate::model::policy::{Args, Constraint, Document, Server, Tool};
use crate::model::request::{Action, Request};
use crate::model::verdict::{Location, Rule};

use super::effects::Hints;
use super::redact::Redactor;

pub(super) mod check;
pub(super) mod compile;
mod format;
mod links;
mod lint;
mod read;
mod sense;
mod yaml;

pub use format::schema::schema;
pub use lint::run_tests;

use compile::{FlowRule, Labels, ServerRules};
use data_encoding::HEXLOWER;

/// A policy ready to decide with: compiled once, indexed by server and tool.
#[derive(Debug, Clone)]
pub struct Policy {
    pub(super) servers: Table<String, ServerRules>,
    /// (server or any, tool) -> the line that asks.
    pub(super) approvals: Table<(Option<String>, String), Arc<Rule>>,
    pub(super) labels: Labels,
    pub(super) flows: Vec<FlowRule>,
    pub(super) default: Arc<Rule>,
    pub(super) redactor: Option<Redactor>,
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

impl Problems {
    /// In the order of the file, each once.
    fn sorted(mut problems: Vec<Problem>) -> Problems {
        problems.sort_by(|left, right| left.at.cmp(&right.at));
        problems.dedup();
        Problems(problems)
    }
}

impl Document {
    /// Where `pointer` stands, or the nearest thing above it that the file has.
    fn locate(&self, pointer: &str) -> Option<Location> {
        let mut here = pointer;
        loop {
            if let Some(location) = self.locations.get(here) {
                return Some(location.clone());
            }
            here = here.get(..here.rfind(['.', '['])?)?;
        }
    }

    fn problem(&self, file: &str, pointer: &str, message: String) -> Problem {
        let at = self.locate(pointer).unwrap_or_else(|| Location { file: file.to_owned(), line: 1, column: 1 });
        Problem { at, message: format!("{pointer}: {message}") }
    }
}

/// Reads a policy. `file` is its name in messages. What is wrong but harmless comes back as findings.
pub fn load(text: &str, file: &str) -> Result<(Policy, Vec<Finding>), Problems> {
    let (document, mut problems) = read::read(text, file)?;
    let digest = HEXLOWER.encode(&Sha256::digest(text.as_bytes()));
    for (pointer, message) in sense::unsatisfiable(&document) {
        problems.push(document.problem(file, &pointer, message));
    }
    // What is wrong with the parts is told together with what is wrong with the form.
    match compile::compile(document, digest, file) {
        Ok(policy) if problems.is_empty() => {
            let findings = lint::lint(&policy, file);
            Ok((policy, findings))
        }
        Ok(_) => Err(Problems::sorted(problems)),
        Err(Problems(more)) => Err(Problems::sorted([problems, more].concat())),
    }
}

impl Policy {
    /// What stands in for a policy that is missing or wrong: nothing is granted.
    pub fn deny_everything() -> Policy {
        Policy {
            servers: Table::default(),
            approvals: Table::default(),
            labels: Labels::default(),
            flows: Vec::new(),
            default: Arc::new(Rule { pointer: "default".into(), at: None }),
            redactor: None,
            document: Document::default(),
            digest: "none".into(),
        }
    }

    /// Compiles a policy made in memory.
    pub fn from_document(document: Document) -> Result<Policy, Problems> {
        compile::compile(document, "memory".into(), "policy")
    }

    fn locate(&self, pointer: &str) -> Option<Location> {
        self.document.locate(pointer)
    }

    /// Whether a policy can hold the constraint: each pattern in it can be read, and some value satisfies it.
    pub fn can_hold(constraint: &Constraint) -> bool {
        let args = Args::Listed(BTreeMap::from([("argument".to_owned(), constraint.clone())]));
        // `relative_to` names another one.
        let tools = BTreeMap::from([("tool".to_owned(), Tool { args, other_args: true, ..Tool::default() })]);
        let servers = BTreeMap::from([("server".to_owned(), Server { tools, ..Server::default() })]);
        let document = Document { servers, ..Document::default() };
        sense::unsatisfiable(&document).is_empty() && Policy::from_document(document).is_ok()
    }

    /// The policy as it is written.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// SHA-256 of the file's text, lower-case hex.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// With the project's key, so that `redacted` constraints can match live secrets.
    pub fn with_redactor(mut self, redactor: Redactor) -> Policy {
        self.redactor = Some(redactor);
        self
    }

    /// The absolute spelling of every place that the policy names, for `edge::facts` to look up once.
    pub fn places(&self, facts: &Facts) -> Vec<String> {
        let listed = |server: &ServerRules| {
            let lists = server.allowed_paths.iter().chain(&server.denied_paths);
            lists.flat_map(|places| places.set.spellings(facts)).collect::<Vec<_>>()
        };
        let mut places: Vec<String> = self.servers.values().flat_map(listed).collect();
        for server in self.servers.values() {
            server.each_path_set(&mut |set| places.extend(set.spellings(facts)));
        }
        places.extend(self.labels.places.values().flatten().flat_map(|(_, set)| set.spellings(facts)));
        places.sort();
        places.dedup();
        places
    }

    /// The same policy, in which a granted, denied or labelled place that is a link also stands for where it leads.
    pub fn with_links(mut self, links: &BTreeMap<String, String>, facts: &Facts) -> Policy {
        if links.is_empty() {
            return self;
        }
        for server in self.servers.values_mut() {
            server.link(links, facts);
        }
        for (_, set) in self.labels.places.values_mut().flatten() {
            if let Ok(with) = set.clone().with_links(links, facts) {
                *set = with;
            }
        }
        self
    }

    /// What the policy declares the arguments of this request to be.
    pub fn hints(&self, request: &Request) -> &Hints {
        static NONE: LazyLock<Hints> = LazyLock::new(Hints::default);
        self.hints_of(request).unwrap_or(&NONE)
    }

    fn hints_of(&self, request: &Request) -> Option<&Hints> {
        let server = self.servers.get(&request.server)?;
        let Action::Call { tool, arguments } = &request.action else { return Some(&server.hints) };
        let Some(rules) = server.tools.get(tool) else { return Some(&server.hints) };
        let variant = rules.variants.as_ref().and_then(|(_, by, of)| of.get(arguments.get(by)?.as_str()?));
        Some(variant.map_or(&rules.hints, |variant| &variant.hints))
    }

    /// Whether any rate, budget or flow reads the history of requests.
    pub fn needs_history(&self) -> bool {
        !self.flows.is_empty() || self.servers.values().any(ServerRules::counts)
    }
}
