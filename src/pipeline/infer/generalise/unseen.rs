//! Arguments that a schema lists and nobody used.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::names::{self, Role};
use super::super::write::yaml;
use super::position::Context;
use crate::decision::effects::keys;
use crate::model::evidence::Offered;
use crate::model::policy::Constraint;

/// Longer enumerations are nothing that a person would read.
const LONGEST: usize = 64;

/// Optional arguments of a tool that only looks, whose name is in no table of effects, and what each may be: a page number
/// that was never needed is no privilege. Only switches, numbers in a range and enumerations: a word, a list or an object
/// may be a path, an option or a command, and nobody has seen what this one is.
pub fn harmless(context: &Context<'_>, offered: Option<&Offered>) -> BTreeMap<String, Constraint> {
    let Some(offered) = offered.filter(|_| !context.stakes.changes && !context.is_exact()) else {
        return BTreeMap::new();
    };
    let may_be = |name: &String, values: &[Value]| -> Option<Constraint> {
        if !values.is_empty() {
            let plain = values.len() <= LONGEST && values.iter().all(|value| !value.is_object() && !value.is_array());
            return plain.then(|| Constraint::OneOf(values.to_vec()));
        }
        if offered.switches.contains(name) {
            let free = !names::is_dangerous_switch(name);
            // A guard may be put up, and nobody has seen it down.
            let sides: &[bool] = if names::is_guard(name) { &[true] } else { &[false, true] };
            return free.then(|| Constraint::OneOf(sides.iter().copied().map(Value::Bool).collect()));
        }
        offered.ranges.get(name).map(|(min, max)| Constraint::Range { min: Some(*min), max: Some(*max) })
    };
    let optional = offered.arguments.iter().filter(|(name, _)| {
        !offered.required.contains(*name)
            && yaml::fits_a_key(name)
            && keys::kind_of(name).is_none()
            && names::role(name) != Role::Target
            && !names::chooses(name, |other| offered.arguments.contains_key(other))
    });
    optional.filter_map(|(name, values)| Some((name.clone(), may_be(name, values)?))).collect()
}

/// What was seen, and what was granted before anything was: to be used once makes no grant narrower.
pub fn widen(seen: Constraint, unseen: Constraint) -> Constraint {
    let mut parts = match seen {
        Constraint::Any => return Constraint::Any,
        Constraint::AnyOf(parts) => parts,
        one => vec![one],
    };
    let joined = parts.iter_mut().any(|part| match (part, &unseen) {
        (Constraint::OneOf(values), Constraint::OneOf(more)) => {
            let new: Vec<Value> = more.iter().filter(|value| !values.contains(value)).cloned().collect();
            values.extend(new);
            true
        }
        (Constraint::Range { min, max }, Constraint::Range { min: least, max: most }) => {
            *min = min.zip(*least).map(|(a, b)| a.min(b));
            *max = max.zip(*most).map(|(a, b)| a.max(b));
            true
        }
        _ => false,
    });
    if !joined {
        parts.push(unseen);
    }
    if parts.len() == 1 { parts.pop().unwrap_or(Constraint::Any) } else { Constraint::AnyOf(parts) }
}
