//! What evidence did not keep, and what the policy therefore does not grant.

use super::reading;
use super::view::{Spot, View};
use crate::model::finding::{Finding, Severity};
use crate::model::policy::{Args, Constraint, Document, Tool};

/// What `infer` says of values that were too long to keep and of members past the cap, where the policy grants none like
/// them: free text is granted whatever its length.
pub fn findings(view: &View<'_>, document: &Document) -> Vec<Finding> {
    let mut found = Vec::new();
    for (server, seen) in &view.servers {
        let tools = document.servers.get(*server).map(|server| &server.tools);
        for (tool, calls) in &seen.tools {
            let rules = tools.and_then(|tools| tools.get(*tool)).map(rules_of).unwrap_or_default();
            let subject = format!("{server}.{tool}");
            if calls.arguments.keyed {
                found.push(members(&subject, ""));
            }
            for (name, spot) in &calls.arguments.fields {
                let granted = rules.iter().filter_map(|rule| match &rule.args {
                    Args::Listed(listed) => listed.get(*name),
                    Args::Any | Args::Closed => None,
                });
                walk(&subject, &format!("/{}", reading::escape(name)), spot, &granted.collect::<Vec<_>>(), &mut found);
            }
        }
    }
    found
}

fn rules_of(tool: &Tool) -> Vec<&Tool> {
    let variants = tool.variants.iter().flat_map(|variants| variants.of.values());
    std::iter::once(tool).chain(variants).collect()
}

/// `granted`: the constraints of this position, any of which may be satisfied.
fn walk(subject: &str, pointer: &str, spot: &Spot<'_>, granted: &[&Constraint], found: &mut Vec<Finding>) {
    let granted: Vec<&Constraint> = granted.iter().flat_map(|constraint| parts(constraint)).collect();
    if granted.contains(&&Constraint::Any) {
        return;
    }
    if spot.long > 0 && !granted.iter().any(|constraint| matches!(constraint, Constraint::Text(_) | Constraint::Not(_)))
    {
        found.push(values(subject, pointer, spot.long));
    }
    if spot.keyed {
        found.push(members(subject, pointer));
    }
    for (name, field) in &spot.fields {
        let inner: Vec<&Constraint> = granted
            .iter()
            .filter_map(|constraint| match constraint {
                Constraint::Fields { fields, .. } => fields.get(*name),
                _ => None,
            })
            .collect();
        walk(subject, &format!("{pointer}/{}", reading::escape(name)), field, &inner, found);
    }
    if let Some(items) = &spot.items {
        let inner: Vec<&Constraint> = granted
            .iter()
            .filter_map(|constraint| match constraint {
                Constraint::Each(inner) => Some(inner.as_ref()),
                _ => None,
            })
            .collect();
        walk(subject, &format!("{pointer}/*"), items, &inner, found);
    }
}

/// A constraint, and those that it is made of at the same position.
fn parts(constraint: &Constraint) -> Vec<&Constraint> {
    match constraint {
        Constraint::All(inner) | Constraint::AnyOf(inner) => inner.iter().flat_map(parts).collect(),
        one => vec![one],
    }
}

fn values(subject: &str, pointer: &str, long: u64) -> Finding {
    finding(subject, format!("{long} values at {pointer} were too long to keep: they are not granted"))
}

fn members(subject: &str, pointer: &str) -> Finding {
    let at = if pointer.is_empty() { String::new() } else { format!(" at {pointer}") };
    finding(subject, format!("more members{at} than are kept: those past the cap are not granted"))
}

fn finding(subject: &str, what: String) -> Finding {
    Finding {
        severity: Severity::Medium,
        id: "not-learned-past-a-cap".into(),
        subject: subject.to_owned(),
        what,
        why: "nobody can tell from what was kept what such a value may do".into(),
        todo: "if the agent does need it, grant it by hand".into(),
        at: None,
    }
}
