//! What a person reads at the end: what the agent used, and what it never needed.

use std::collections::BTreeSet;

use super::powers::{self, Power};
use super::settings::Settings;
use super::stakes;
use super::view::View;
use crate::model::policy::{Args, Constraint, Document, Tool};

/// One line of the table per server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerLine {
    pub server: String,
    pub sessions: u32,
    pub calls: u64,
    pub failed: u64,
    pub tools: usize,
    /// Constraints that are no `any`.
    pub grants: usize,
    pub asked: usize,
    /// Offered and never used.
    pub unused: Vec<String>,
}

pub fn lines(view: &View<'_>, document: &Document) -> Vec<ServerLine> {
    view.servers
        .iter()
        .map(|(name, seen)| {
            let tools = document.servers.get(*name).map(|server| &server.tools);
            let rules = || tools.into_iter().flat_map(|tools| tools.values());
            ServerLine {
                server: (*name).to_owned(),
                sessions: seen.sessions,
                calls: seen.calls,
                failed: seen.failed,
                tools: seen.tools.len(),
                grants: rules().map(grants).sum(),
                asked: rules().filter(|rule| rule.ask).count(),
                unused: seen
                    .offered
                    .keys()
                    .filter(|tool| !seen.tools.contains_key(*tool))
                    .map(|tool| (*tool).to_owned())
                    .collect(),
            }
        })
        .collect()
}

fn grants(tool: &Tool) -> usize {
    let own = match &tool.args {
        Args::Listed(listed) => listed.values().filter(|constraint| **constraint != Constraint::Any).count(),
        Args::Any | Args::Closed => 0,
    };
    own + tool.variants.iter().flat_map(|variants| variants.of.values()).map(grants).sum::<usize>()
}

/// The sentence that remit is about: `used read-only github calls, and ./src; no shell, no mail, no home directory`.
/// What nothing that is granted can do is said; of what something may do nothing is.
pub fn sentence(view: &View<'_>, document: &Document, _settings: &Settings) -> String {
    let (mut used, mut places, mut hosts) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for (name, seen) in &view.servers {
        let (mut sure, mut unsure) = (0, 0);
        for (tool, calls) in &seen.tools {
            let stakes = stakes::of(tool, calls, seen.offered.get(*tool).copied());
            sure += usize::from(stakes.surely);
            unsure += usize::from(stakes.changes && !stakes.surely);
        }
        match (sure, unsure, seen.tools.len()) {
            (_, _, 0) => {}
            (0, 0, _) => used.push(format!("read-only {name} calls")),
            (0, _, 1) => used.push(format!("{name} (1 tool)")),
            (0, _, all) => used.push(format!("{name} ({all} tools)")),
            (1, _, all) => used.push(format!("{name} (1 of {all} tools changes something)")),
            (some, _, all) => used.push(format!("{name} ({some} of {all} tools change something)")),
        }
    }
    for server in document.servers.values() {
        for rule in server.tools.values() {
            each_constraint(rule, &mut |constraint| match constraint {
                Constraint::Paths { paths, .. } => places.extend(paths.iter().cloned()),
                Constraint::Urls(urls) => hosts.extend(urls.iter().filter_map(|url| host(url))),
                _ => {}
            });
        }
    }
    used.extend(short(&places, "places"));
    used.extend(short(&hosts, "hosts"));
    let powers = powers::of(view, document);
    let never: Vec<String> =
        Power::all().filter(|power| !powers.contains(power)).map(|power| format!("no {}", power.said())).collect();
    let used = if used.is_empty() { "nothing".to_owned() } else { used.join(", ") };
    match never.is_empty() {
        true => format!("The agent used {used}."),
        false => format!("The agent used {used}; {}.", never.join(", ")),
    }
}

fn host(url: &str) -> Option<String> {
    url.split("://").nth(1)?.split('/').next().map(str::to_owned)
}

fn short(names: &BTreeSet<String>, what: &str) -> Option<String> {
    match names.len() {
        0 => None,
        1..=3 => Some(names.iter().cloned().collect::<Vec<_>>().join(" and ")),
        many => Some(format!("{many} {what} such as {}", names.first().cloned().unwrap_or_default())),
    }
}

/// Calls `look` with every constraint of a rule, inner ones included.
pub fn each_constraint<'a>(rule: &'a Tool, look: &mut dyn FnMut(&'a Constraint)) {
    fn inside<'a>(constraint: &'a Constraint, look: &mut dyn FnMut(&'a Constraint)) {
        look(constraint);
        match constraint {
            Constraint::Each(inner) | Constraint::Not(inner) => inside(inner, look),
            Constraint::Fields { fields, .. } => fields.values().for_each(|inner| inside(inner, look)),
            Constraint::All(parts) | Constraint::AnyOf(parts) => parts.iter().for_each(|inner| inside(inner, look)),
            _ => {}
        }
    }
    if let Args::Listed(listed) = &rule.args {
        listed.values().for_each(|constraint| inside(constraint, look));
    }
    for variant in rule.variants.iter().flat_map(|variants| variants.of.values()) {
        each_constraint(variant, look);
    }
}
