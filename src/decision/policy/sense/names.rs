//! Names of tools that no rule of the policy knows. An approval or a label that is misspelt restrains nothing.

use std::collections::BTreeSet;

use crate::model::finding::Severity;
use crate::model::policy::{Constraint, Document, LabelRef, Server, Tool, ToolRef};

use super::super::super::effects::keys::{self, KeyKind};
use super::super::read::nearest;
use super::tool::listed;

/// A name that leads nowhere.
pub(in super::super) struct Misnamed {
    pub severity: Severity,
    pub pointer: String,
    pub what: String,
    pub todo: String,
}

/// Approvals and labels that name no tool or server of the policy. An approval may name what no other rule does (it is
/// then asked), so only one that comes close to a known name is told about.
pub(in super::super) fn misnamed(document: &Document) -> Vec<Misnamed> {
    if document.default_allow {
        return Vec::new(); // What a policy does not name may be called, and so be labelled and asked about.
    }
    let known = Known::of(document);
    let mut found = Vec::new();
    for (index, approval) in document.approvals.iter().enumerate() {
        let Missing::Near(meant) = known.look(document, approval) else { continue };
        found.push(Misnamed {
            severity: Severity::High,
            pointer: format!("approvals.require_human_approval[{index}]"),
            what: format!("no other rule knows `{}`, and `{meant}` is not asked about", shown(approval)),
            todo: format!("did you mean `{meant}`? if both are meant, add it"),
        });
    }
    for (label, refs) in &document.labels {
        for label_ref in refs {
            let (name, missing) = match label_ref {
                // What is only asked about is granted by that.
                LabelRef::Tool(tool) if known.is_asked(&shown(tool)) => continue,
                LabelRef::Tool(tool) => (shown(tool), known.look(document, tool)),
                LabelRef::Place { server, path } => {
                    (format!("{server}:{path}"), known.look_for_server(document, server))
                }
            };
            let (severity, todo) = match missing {
                Missing::No => continue,
                Missing::Near(meant) => (Severity::High, format!("did you mean `{meant}`?")),
                Missing::Far => (Severity::Low, "remove it, or grant what it names".into()),
            };
            found.push(Misnamed {
                severity,
                pointer: format!("labels.{label}"),
                what: format!("nothing earns the label `{label}` by `{name}`: the policy grants no such thing"),
                todo,
            });
        }
    }
    found
}

fn shown(tool: &ToolRef) -> String {
    match &tool.server {
        Some(server) => format!("{server}.{}", tool.tool),
        None => tool.tool.clone(),
    }
}

enum Missing {
    No,
    /// A known name comes close.
    Near(String),
    Far,
}

/// Every name that the rules of servers and the approvals know.
struct Known<'a> {
    asked: BTreeSet<&'a ToolRef>,
    servers: Vec<&'a str>,
}

impl<'a> Known<'a> {
    fn of(document: &'a Document) -> Known<'a> {
        Known {
            asked: document.approvals.iter().collect(),
            servers: document.servers.keys().map(String::as_str).collect(),
        }
    }

    fn look(&self, document: &Document, tool: &ToolRef) -> Missing {
        let Some(name) = &tool.server else { return self.look_anywhere(document, &tool.tool) };
        let Some(server) = document.servers.get(name) else {
            let near = match self.look_for_server(document, name) {
                Missing::Near(server) => Some(format!("{server}.{}", tool.tool)),
                _ => None,
            };
            // A server that is only asked about is known by its approval.
            return match near {
                Some(near) if !self.is_asked(&near) => Missing::Near(near),
                _ => Missing::Far,
            };
        };
        if is_open(server) || tools(server).any(|known| known == tool.tool) {
            return Missing::No;
        }
        match nearest(&tool.tool, &tools(server).collect::<Vec<_>>()).map(|near| format!("{name}.{near}")) {
            Some(near) if !self.is_asked(&near) => Missing::Near(near),
            _ => Missing::Far,
        }
    }

    fn look_anywhere(&self, document: &Document, tool: &str) -> Missing {
        if document.servers.values().any(|server| is_open(server) || tools(server).any(|known| known == tool)) {
            return Missing::No;
        }
        let all: Vec<&str> = document.servers.values().flat_map(tools).collect();
        match nearest(tool, &all).map(str::to_owned) {
            Some(near) if !self.is_asked(&near) => Missing::Near(near),
            _ => Missing::Far,
        }
    }

    fn look_for_server(&self, document: &Document, name: &str) -> Missing {
        if document.servers.contains_key(name) {
            return Missing::No;
        }
        nearest(name, &self.servers).map_or(Missing::Far, |near| Missing::Near(near.to_owned()))
    }

    /// Whether another approval names it already: then two tools are meant.
    fn is_asked(&self, name: &str) -> bool {
        self.asked.iter().any(|tool| shown(tool) == name || tool.tool == name)
    }
}

fn tools(server: &Server) -> impl Iterator<Item = &str> {
    let listed = server.allowed_tools.iter().chain(&server.denied_tools).map(String::as_str);
    listed.chain(server.tools.keys().map(String::as_str))
}

/// Path rules alone grant tools that nobody named.
fn is_open(server: &Server) -> bool {
    server.tools.is_empty() && server.allowed_tools.is_empty() && server.allowed_paths.is_some()
}

/// Arguments that are named like paths and declared to be free text.
pub(in super::super) fn texts_under_names_of_paths(tool: &Tool) -> Vec<&str> {
    fn is_text(constraint: &Constraint) -> bool {
        match constraint {
            Constraint::Text(_) => true,
            Constraint::Each(inner) => is_text(inner),
            Constraint::All(all) | Constraint::AnyOf(all) => all.iter().any(is_text),
            _ => false,
        }
    }
    let named = |name: &str| matches!(keys::kind_of(name), Some(KeyKind::Path | KeyKind::Base));
    let found = listed(tool).filter(|(name, constraint)| named(name) && is_text(constraint));
    found.map(|(name, _)| name.as_str()).collect()
}
