//! Addresses: whom does the agent write to?

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::mass::Mass;
use super::position::{Context, Reasoned};
use crate::decision::address;
use crate::model::effects::What;
use crate::model::policy::Constraint;

/// All addresses of a position, each with the sessions that had it.
pub fn constrain(context: &Context<'_>, values: &[(String, &[u32])]) -> Reasoned {
    let mut domains: BTreeMap<String, BTreeMap<String, BTreeSet<u32>>> = BTreeMap::new();
    for (written, sessions) in values {
        for what in context.effects(Value::String(written.clone()), None) {
            if let What::Address(one) = what {
                let whole = format!("{}@{}", one.local, one.domain);
                domains.entry(one.domain).or_default().entry(whole).or_default().extend(*sessions);
            }
        }
    }
    if domains.values().any(|members| members.keys().any(|address| address.contains('*'))) {
        // As a pattern it would grant everybody there, and all that was seen is this word.
        let words = values.iter().map(|(text, _)| Value::String(text.clone())).collect();
        return Reasoned::new(Constraint::OneOf(words), "an address that would read as a pattern".into());
    }
    let mut patterns = BTreeSet::new();
    for (domain, members) in &domains {
        if is_open_domain(context, domain, members) {
            patterns.insert(format!("*@{domain}"));
        } else {
            patterns.extend(members.keys().cloned());
        }
    }
    let distinct: usize = domains.values().map(BTreeMap::len).sum();
    let why = format!("{distinct} distinct addresses at {} domains", domains.len());
    Reasoned::new(Constraint::Emails(patterns.into_iter().collect()), why)
}

/// An organisation gives addresses to its own people only: once several of them were written to, in several sessions, and
/// new ones keep coming, the domain is what is meant. Where anybody can have an address, each stays by itself.
fn is_open_domain(context: &Context<'_>, domain: &str, members: &BTreeMap<String, BTreeSet<u32>>) -> bool {
    let mass = Mass::of_sets(members.values());
    let needed = if context.stakes.changes { 3 } else { 2 };
    !context.is_exact() && !address::is_free_mail(domain) && mass.bringing >= needed && mass.missing() >= 0.1
}
