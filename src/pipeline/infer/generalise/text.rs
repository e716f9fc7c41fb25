//! Free text: free, but for what it embeds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::names::{self, Role};
use super::super::node;
use super::super::reading;
use super::super::settings::Strictness;
use super::super::signs;
use super::super::view::Spot;
use super::position::{Context, Reasoned, Seen};
use super::sayable;
use crate::model::effects::Kind;
use crate::model::policy::{Constraint, TextGrant};

/// Whether a position holds words for a person or a model to read: its name says so, or its values are sentences, of
/// several words or lines. No list of sentences is ever complete.
///
/// That a value was too long to keep says nothing: a statement, a command or a payee may be as long as anybody likes, once
/// spaces follow it. Nor is a text what stands beside values that do something, and whom or what a call reaches is no
/// sentence, however it is written.
pub fn is_text(key: &str, spot: &Spot<'_>, values: &[Seen<'_>]) -> bool {
    if spot.embedded.contains_key(node::STATEMENT) || reading::is_effect_name(key) {
        return false;
    }
    let role = names::role(key);
    if role == Role::Text || reading::is_text_name(key) {
        return true;
    }
    if matches!(role, Role::Target | Role::Id) || names::is_money(key) {
        return false;
    }
    if values.iter().any(|(value, _)| value.contains('\n')) {
        return true;
    }
    most_sessions_write_sentences(values)
}

/// Whether in most sessions most values are sentences: one session that writes many says no more than one that writes a few.
fn most_sessions_write_sentences(values: &[Seen<'_>]) -> bool {
    let mut by_session: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    for (value, sessions) in values {
        let wordy = usize::from(value.split_whitespace().count() >= 5);
        for session in *sessions {
            let (sentences, all) = by_session.entry(*session).or_default();
            (*sentences, *all) = (*sentences + wordy, *all + 1);
        }
    }
    let wordy = by_session.values().filter(|(sentences, all)| sentences * 2 > *all).count();
    wordy * 2 > by_session.len()
}

/// Takes the links and addresses out of the values that are no text, where most values are: there each of them is a text
/// that embeds a host or an address. As constraints of their own beside the text's they would make `decide` read every
/// text as a link.
pub fn among<T>(by_kind: &mut BTreeMap<Option<Kind>, Vec<T>>, texts: usize) -> Vec<Vec<T>> {
    let embeddable = [Some(Kind::Url), Some(Kind::Address)];
    let few = |kind: &Option<Kind>| by_kind.get(kind).is_some_and(|values| values.len() < texts);
    let taken: Vec<_> = embeddable.into_iter().filter(few).collect();
    taken.iter().filter_map(|kind| by_kind.remove(kind)).collect()
}

/// A free text, and without the signs of a command where those would be a surprise ([`signs::surprise`]).
pub fn constrain(context: &Context<'_>, spot: &Spot<'_>, values: &[Seen<'_>]) -> Reasoned {
    let embeds = |text: &str| node::embedded_in(text).iter().all(|found| sayable::is_embedded(found));
    let (values, odd): (Vec<Seen<'_>>, Vec<_>) = values.iter().cloned().partition(|(text, _)| embeds(text));
    let mut free = by_what_it_embeds(context, spot, &values);
    if !odd.is_empty() && free.constraint != Constraint::Any {
        let words = odd.iter().map(|(text, _)| Value::String(text.clone())).collect();
        free.why.push(format!("{} with an address or host that no pattern can say, word for word", odd.len()));
        free.constraint = Constraint::AnyOf(vec![free.constraint, Constraint::OneOf(words)]);
    }
    if signs::surprise(spot, context.settings).is_some() {
        let none = Constraint::Not(Box::new(Constraint::Matches(signs::SIGNS.to_owned())));
        free.constraint = match free.constraint {
            Constraint::Any => none,
            text => Constraint::All(vec![text, none]),
        };
        free.why.push("without the signs of a command, which next to no session had".to_owned());
    }
    free
}

/// What a text embeds is how it harms: a link that is opened, an account that is paid, a secret that leaves. It is held
/// to what was seen where the text changes something or leaves the house; a text that is only searched for is free.
fn by_what_it_embeds(context: &Context<'_>, spot: &Spot<'_>, values: &[Seen<'_>]) -> Reasoned {
    let held = context.stakes.outward && context.strictness != Strictness::Broad;
    let mut embedded: BTreeSet<String> = spot.embedded.keys().map(|found| (*found).to_owned()).collect();
    if held {
        embedded.extend(values.iter().flat_map(|(value, _)| node::embedded_in(value)));
    }
    embedded.retain(|found| sayable::is_embedded(found) && !signs::is_embedded(found));
    let of = |kind: &str| -> Vec<String> {
        embedded.iter().filter_map(|found| found.strip_prefix(kind)).map(str::to_owned).collect()
    };
    if !context.stakes.outward {
        return Reasoned::new(Constraint::Any, "free text that changes nothing".into());
    }
    if !held {
        let grant = TextGrant { deny_secrets: true, ..TextGrant::default() };
        return Reasoned::new(Constraint::Text(grant), "free text, without secrets".into());
    }
    let grant = TextGrant {
        hosts: Some(of("host ")),
        emails: Some(of("address ")),
        accounts: Some(of("account ")),
        deny_secrets: true,
    };
    let why = format!("free text; it embedded {} hosts, addresses or accounts", embedded.len());
    Reasoned::new(Constraint::Text(grant), why)
}
