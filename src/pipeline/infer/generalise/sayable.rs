//! What the policy language can say. A recording holds whatever a server and a model came up with; what no pattern can name
//! is granted word for word.

use serde_json::Value;

use super::position::{Reasoned, Seen};
use crate::decision::address::AddressSet;
use crate::decision::policy::Policy;
use crate::decision::url::HostSet;
use crate::model::policy::Constraint;

/// The constraint; where no policy can hold it, the values that it was made of.
pub fn or_the_words<T: Clone + Into<Value>>(reasoned: Reasoned, values: &[Seen<'_, T>]) -> Reasoned {
    let held = match &reasoned.constraint {
        Constraint::AnyOf(parts) if parts.is_empty() => false,
        // Any policy can list words.
        Constraint::Any | Constraint::OneOf(_) | Constraint::Shape(_) | Constraint::Range { .. } => true,
        other => Policy::can_hold(other),
    };
    if held {
        return reasoned;
    }
    let mut why = vec!["what no pattern can say: word for word".to_owned()];
    why.extend(reasoned.why);
    let words = values.iter().map(|(value, _)| value.clone().into()).collect();
    Reasoned { why, ..Reasoned::new(Constraint::OneOf(words), String::new()) }
}

/// The same for strings and nothing else. Patterns of addresses and URLs hold for the elements of an array as well; where
/// arrays have a constraint of their own, which may cap their length, these would let any array past it. A list in one string
/// is capped as arrays are: twice as long as any that was seen.
pub fn for_strings_alone(constraint: Constraint, values: &[Seen<'_>]) -> Constraint {
    match constraint {
        Constraint::Emails(_) | Constraint::Urls(_) => {
            let longest = values.iter().map(|(text, _)| text.chars().count()).max().unwrap_or_default();
            Constraint::All(vec![constraint, Constraint::MaxLength((longest as u64 * 2).max(64))])
        }
        Constraint::AnyOf(parts) => {
            Constraint::AnyOf(parts.into_iter().map(|part| for_strings_alone(part, values)).collect())
        }
        other => other,
    }
}

/// Whether a pattern names this address and no other: a star in it would, and blanks and quotes have no pattern.
pub fn is_address(address: &str) -> bool {
    !address.contains('*') && AddressSet::parse(&[address.to_owned()]).is_ok()
}

/// The same of what a text embeds, as evidence keeps it (`host a.org`, `address ann@b.org`).
pub fn is_embedded(found: &str) -> bool {
    match found.split_once(' ') {
        Some(("address", address)) => is_address(address),
        Some(("host", host)) => !host.contains('*') && HostSet::parse(&[host.to_owned()]).is_ok(),
        _ => true,
    }
}
