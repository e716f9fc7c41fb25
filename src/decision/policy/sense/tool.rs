//! Rules of tools that no call satisfies.

use serde_json::Value;

use crate::model::policy::{Args, Budget, Constraint, Tool};

use super::Trouble;
use super::constraint::{self, Types, refuses};

/// Tells of everything in the rule that no call satisfies. `above`: the tool whose variant it is.
pub(super) fn unsatisfiable(pointer: &str, tool: &Tool, above: Option<&Tool>, found: &mut Vec<Trouble>) {
    for (name, constraint) in listed(tool) {
        let pointer = format!("{pointer}.args.{name}");
        constraint::unsatisfiable(&pointer, constraint, found);
        for sibling in siblings(constraint) {
            if !admits(tool, sibling) && !above.is_some_and(|above| admits(above, sibling)) {
                found.push((
                    format!("{pointer}.relative_to"),
                    format!("paths are to be relative to `{sibling}`, which `args` does not list"),
                ));
            }
        }
    }
    if tool.rate.is_some_and(|rate| rate.max == 0) {
        found
            .push((format!("{pointer}.rate"), "a rate of 0 lets no call pass; remove the tool from the policy".into()));
    }
    if let Some(budget) = &tool.budget {
        let why = [Some(tool), above].into_iter().flatten().find_map(|tool| void_budget(budget, tool));
        found.extend(why.map(|why| (format!("{pointer}.budget"), why)));
    }
    variants(pointer, tool, found);
}

/// The arguments that a rule lists.
pub(super) fn listed(tool: &Tool) -> impl Iterator<Item = (&String, &Constraint)> {
    let listed = match &tool.args {
        Args::Listed(listed) => Some(listed),
        Args::Closed | Args::Any => None,
    };
    listed.into_iter().flatten()
}

fn admits(tool: &Tool, name: &str) -> bool {
    tool.other_args
        || tool.args == Args::Any
        || listed(tool).any(|(known, _)| known == name)
        || tool.variants.as_ref().is_some_and(|variants| variants.by == name)
}

/// The arguments that paths of this constraint start from, at any depth.
fn siblings(constraint: &Constraint) -> Vec<&str> {
    match constraint {
        Constraint::Paths { relative_to, .. } => relative_to.iter().map(String::as_str).collect(),
        Constraint::Each(inner) | Constraint::Not(inner) => siblings(inner),
        Constraint::Fields { fields, .. } => fields.values().flat_map(siblings).collect(),
        Constraint::All(all) | Constraint::AnyOf(all) => all.iter().flat_map(siblings).collect(),
        _ => Vec::new(),
    }
}

/// Why no call keeps within the budget.
fn void_budget(budget: &Budget, tool: &Tool) -> Option<String> {
    let name = &budget.sum;
    if budget.max < 0.0 {
        return Some(format!("no amount keeps within {}", budget.max));
    }
    let (_, constraint) = listed(tool).find(|(known, _)| *known == name)?;
    if !Types::under(constraint).meets(Types::NUMBER) {
        return Some(format!("the budget sums `{name}`, which can be no number"));
    }
    match constraint {
        Constraint::Range { min: Some(min), .. } if *min > budget.max => {
            Some(format!("`{name}` is at least {min}, which is more than the whole budget of {}", budget.max))
        }
        _ => None,
    }
}

/// A tool that no value of the discriminator opens.
fn variants(pointer: &str, tool: &Tool, found: &mut Vec<Trouble>) {
    let Some(variants) = &tool.variants else { return };
    let pointer = format!("{pointer}.variants");
    if variants.of.is_empty() {
        return found.push((format!("{pointer}.of"), "without variants no call passes; name the values".into()));
    }
    let before = found.len();
    for (value, variant) in &variants.of {
        if refused(variant, &variants.by, value) {
            let message = format!("the variant for `{value}` admits other values of `{}` only", variants.by);
            found.push((format!("{pointer}.of.{value}"), message));
        }
    }
    if found.len() == before && variants.of.iter().all(|(value, variant)| shuts(tool, variant, &variants.by, value)) {
        let message = format!("none of these variants can be chosen: `args` refuses their values of `{}`", variants.by);
        found.push((pointer, message));
    }
}

/// Whether a variant can never be chosen, since its discriminator is constrained to other values. What the tool says and
/// what the variant says must both hold.
pub(super) fn shuts(tool: &Tool, variant: &Tool, by: &str, value: &str) -> bool {
    [tool, variant].iter().any(|rule| refused(rule, by, value))
}

fn refused(tool: &Tool, by: &str, value: &str) -> bool {
    let value = Value::String(value.to_owned());
    listed(tool).any(|(name, constraint)| name == by && refuses(constraint, &value))
}
