//! All evidence -> a policy, with what is known of each grant.

use std::collections::BTreeMap;

use super::super::completeness::{self, Measured};
use super::super::danger;
use super::super::deeds;
use super::super::dropped;
use super::super::left_out;
use super::super::names;
use super::super::readings::Readings;
use super::super::runs;
use super::super::settings::Settings;
use super::super::signs;
use super::super::unlike;
use super::super::view::{Spot, ToolView, View};
use super::position::Context;
use super::tool::Workshop;
use crate::model::evidence::Evidence;
use crate::model::finding::{Finding, Severity};
use crate::model::policy::{Args, Document, Server};
use crate::model::time::Timestamp;

/// A policy and its reasons.
#[derive(Debug, Clone, Default)]
pub struct Inference {
    pub document: Document,
    /// Policy pointer -> what is known of the grant.
    pub notes: BTreeMap<String, Note>,
    pub findings: Vec<Finding>,
    /// How many sessions the policy of the others lets through.
    pub measured: Measured,
}

impl Inference {
    /// The policy without what was granted unseen: what was in fact used.
    pub fn used(&self) -> Document {
        let mut document = self.document.clone();
        for (server, rules) in &mut document.servers {
            for (tool, rule) in &mut rules.tools {
                let pointer = format!("servers.{server}.tools.{tool}");
                let Args::Listed(listed) = &mut rule.args else { continue };
                listed.retain(|name, _| {
                    let note = self.notes.get(&format!("{pointer}.args.{name}"));
                    note.is_none_or(|note| note.calls > 0)
                });
            }
        }
        document
    }
}

/// What is known of one grant.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Note {
    pub calls: u64,
    pub sessions: u32,
    pub last: Option<Timestamp>,
    /// A value that was seen.
    pub example: Option<String>,
    /// How many different words and numbers stood there.
    pub distinct: usize,
    pub why: Vec<String>,
    /// The dangerous class that makes it a question.
    pub asked: Option<&'static str>,
}

impl Note {
    pub(super) fn of_tool(tool: &ToolView<'_>, context: &Context<'_>) -> Note {
        let asked = context.stakes.class.filter(|_| context.is_rare_and_dangerous()).map(|class| class.name);
        let verb = match (context.stakes.changes, context.stakes.surely) {
            (false, _) => "it only looks",
            (true, true) => "it changes something",
            (true, false) => "nothing tells that it only looks: held like a change",
        };
        Note {
            calls: tool.calls,
            sessions: tool.sessions,
            last: tool.last,
            why: vec![verb.to_owned()],
            asked,
            ..Note::default()
        }
    }

    pub(super) fn of_argument(key: &str, spot: &Spot<'_>, why: Vec<String>) -> Note {
        // Of an array its elements.
        let values = match &spot.items {
            Some(items) if spot.values.is_empty() => &items.values,
            _ => &spot.values,
        };
        let example = values.iter().map(|(value, _)| value.trim_matches('"').to_owned());
        let short = example.filter(|value| !value.contains("[redacted:") && value.len() <= 40);
        let example = short.filter(|value| !names::is_private(key, value)).min_by_key(String::len);
        let (calls, sessions, distinct) = (spot.seen, spot.sessions, values.len());
        Note { calls, sessions, example, distinct, why, ..Note::default() }
    }
}

/// The smallest policy that still lets the agent do what it did.
pub fn infer(evidence: &Evidence, settings: &Settings) -> Inference {
    let evidence = runs::joined(evidence.clone());
    infer_from_all(&evidence, &View::new(&evidence, &settings.bare, |_| false), settings)
}

/// The same, where the view of all sessions is at hand.
pub fn infer_from_all(evidence: &Evidence, all: &View<'_>, settings: &Settings) -> Inference {
    let readings = match completeness::affordable(evidence) {
        0 => Readings::passing(),
        _ => Readings::remembered(),
    };
    let measured = left_out::leave_one_out(evidence, all, settings, &readings);
    let suspects = unlike::suspects(&measured, settings);
    let replaced = unlike::without(evidence, &suspects);
    let rest;
    let view = if replaced.is_empty() {
        all
    } else {
        rest = View::replacing(evidence, &settings.bare, &replaced);
        &rest
    };
    let mut inference = infer_from(view, settings, &readings);
    inference.findings = findings(evidence);
    inference.findings.extend(unlike::findings(&suspects));
    inference.findings.extend(signs::findings(view, settings));
    inference.findings.extend(deeds::findings(view, settings));
    inference.findings.extend(dropped::findings(view, &inference.document));
    inference.measured = measured;
    inference
}

/// The same, from some of the sessions.
pub fn infer_from(view: &View<'_>, settings: &Settings, readings: &Readings) -> Inference {
    let mut inference = Inference::default();
    for (name, seen) in &view.servers {
        let workshop = Workshop::new(name, seen, view, settings, readings);
        let mut server = Server::default();
        for (tool, calls) in &seen.tools {
            let pointer = format!("servers.{name}.tools.{tool}");
            let rule = workshop.rule(tool, calls, &pointer, &mut inference.notes);
            server.tools.extend(rule.map(|rule| ((*tool).to_owned(), rule)));
        }
        server.resources = seen.resources.keys().map(|uri| resource_pattern(uri)).collect();
        server.prompts = seen.prompts.keys().map(|prompt| (*prompt).to_owned()).collect();
        inference.document.servers.insert((*name).to_owned(), server);
    }
    inference
}

/// The URI as a pattern of the policy. Signs that patterns give a meaning stand for themselves as `?`, and so does a `!`
/// at its start, which a policy takes for a slip; no other resource is granted by it but one that differs in that sign.
fn resource_pattern(uri: &str) -> String {
    let (first, rest) = uri.split_at(usize::from(uri.starts_with('!')));
    format!("{}{}", first.replace('!', "?"), rest.replace(['*', '{', '}'], "?"))
}

/// What nothing was learned from, once for each kind and tool.
fn findings(evidence: &Evidence) -> Vec<Finding> {
    let mut found: BTreeMap<[&str; 5], Vec<[&str; 3]>> = BTreeMap::new();
    for session in evidence.sessions.values() {
        for refused in &session.refused {
            // Each resource and prompt is a name of its own.
            let (of, own) =
                if refused.tool.is_empty() { (refused.argument.as_str(), refused.value.as_str()) } else { ("", "") };
            let kind = [refused.class.as_str(), &refused.server, &refused.tool, of, own];
            found.entry(kind).or_default().push([&session.name, &refused.argument, &refused.value]);
        }
    }
    let mut findings = Vec::new();
    for ([class, server, tool, ..], mut seen) in found {
        seen.sort_unstable();
        let [session, argument, value] = seen.first().copied().unwrap_or_default();
        let more = if seen.len() > 1 { format!(", and {} more", seen.len() - 1) } else { String::new() };
        // As `Request::name` names it.
        let subject = match (tool, argument) {
            ("", danger::PROMPT) => format!("{server} prompt {value}"),
            ("", _) => format!("{server} resource {value}"),
            _ => format!("{server}.{tool}"),
        };
        // A name of the server or the tool stands in no argument.
        let at = if argument.is_empty() { String::new() } else { format!(" at {argument}") };
        findings.push(Finding {
            severity: Severity::High,
            id: format!("not-learned-{class}"),
            subject,
            what: format!("`{value}`{at} in {session}{more}: nothing was learned from it"),
            why: format!("{}; a recording may hold an attack", danger::why_never(class)),
            todo: "if the agent does need it, grant it by hand".into(),
            at: None,
        });
    }
    findings
}
