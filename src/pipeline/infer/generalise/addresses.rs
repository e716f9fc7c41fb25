//! Addresses: whom does the agent write to?

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::mass::{self, Mass};
use super::position::{Context, Reasoned, Seen};
use super::sayable;
use crate::decision::address;
use crate::model::effects::What;
use crate::model::policy::Constraint;

/// All addresses of a position, each with the sessions that had it. What holds one that no pattern can say (`"a b"@c.de`), or
/// that would read as a pattern for everybody there, is granted as the word that was seen.
pub fn constrain(context: &Context<'_>, values: &[Seen<'_>]) -> Reasoned {
    let mut domains: BTreeMap<String, BTreeMap<String, BTreeSet<u32>>> = BTreeMap::new();
    let mut words = Vec::new();
    for (written, sessions) in values {
        let found: Vec<(String, String)> = context.read(written, None).iter().filter_map(address).collect();
        if found.iter().any(|(whole, _)| !sayable::is_address(whole)) {
            words.push(Value::String(written.clone()));
            continue;
        }
        for (whole, domain) in found {
            domains.entry(domain).or_default().entry(whole).or_default().extend(*sessions);
        }
    }
    let (mut patterns, mut why, mut groups) = (BTreeSet::new(), Vec::new(), Vec::new());
    let distinct: usize = domains.values().map(BTreeMap::len).sum();
    why.push(format!("{distinct} distinct addresses at {} domains", domains.len()));
    for (domain, members) in &domains {
        let mass = Mass::of_sets(members.values());
        let open = is_open_domain(context, domain, mass);
        groups.push((mass, open, domain.clone()));
        if open {
            patterns.insert(format!("*@{domain}"));
        } else {
            patterns.extend(members.keys().cloned());
        }
    }
    why.extend(mass::told(groups, "open: anybody there", "each by itself"));
    let mut parts = Vec::new();
    if !patterns.is_empty() {
        parts.push(Constraint::Emails(patterns.into_iter().collect()));
    }
    if !words.is_empty() {
        why.push(format!("{} that no pattern can say, word for word", words.len()));
        parts.push(Constraint::OneOf(words));
    }
    let constraint = match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => Constraint::AnyOf(parts.into_iter().chain(last).collect()),
    };
    Reasoned { why, ..Reasoned::new(constraint, String::new()) }
}

/// An address as a pattern names it, and its domain.
fn address(what: &What) -> Option<(String, String)> {
    match what {
        What::Address(one) => Some((format!("{}@{}", one.local, one.domain), one.domain.clone())),
        _ => None,
    }
}

/// An organisation gives addresses to its own people only: once several of them were written to, in several sessions, and
/// new ones keep coming, the domain is what is meant. Where anybody can have an address, each stays by itself.
fn is_open_domain(context: &Context<'_>, domain: &str, mass: Mass) -> bool {
    let needed = if context.stakes.changes { 3 } else { 2 };
    !context.is_exact() && !address::is_free_mail(domain) && mass.bringing >= needed && mass.missing() >= 0.1
}
