//! The places in a tool's arguments where a single value can stand, at any depth.

use std::collections::BTreeMap;

use serde_json::Value;

use super::roles::{Known, Segment};
use crate::model::policy::{Args, Constraint, Tool};

/// How deep arguments are looked into.
const DEPTH: usize = 6;

/// An argument, and what is known of it.
#[derive(Debug, Clone, Default)]
pub struct Leaf<'a> {
    pub constraint: Option<&'a Constraint>,
    pub schema: Option<&'a Value>,
    pub sample: Option<&'a Value>,
}

/// Every place in the arguments where a single value can stand, from the policy, the schema and what was seen.
pub fn leaves<'a>(known: &Known<'a>) -> BTreeMap<Vec<Segment>, Leaf<'a>> {
    let mut leaves = BTreeMap::new();
    for rule in rules(known.rule) {
        if let Args::Listed(args) = &rule.args {
            for (name, constraint) in args {
                constraint_leaves(constraint, &mut vec![Segment::Key(name.clone())], &mut leaves);
            }
        }
    }
    if let Some(schema) = known.schema {
        schema_leaves(schema, &mut Vec::new(), &mut leaves);
    }
    for arguments in known.seen {
        for (name, value) in arguments {
            value_leaves(value, &mut vec![Segment::Key(name.clone())], &mut leaves);
        }
    }
    leaves
}

/// The rule and its variants.
fn rules(rule: Option<&Tool>) -> impl Iterator<Item = &Tool> {
    let variants = rule.and_then(|rule| rule.variants.as_ref()).map(|variants| variants.of.values());
    rule.into_iter().chain(variants.into_iter().flatten())
}

type Leaves<'a> = BTreeMap<Vec<Segment>, Leaf<'a>>;

fn constraint_leaves<'a>(constraint: &'a Constraint, at: &mut Vec<Segment>, leaves: &mut Leaves<'a>) {
    if at.len() > DEPTH {
        return;
    }
    match constraint {
        Constraint::Each(inner) => {
            at.push(Segment::Item);
            constraint_leaves(inner, at, leaves);
            at.pop();
        }
        Constraint::Fields { fields, .. } => {
            for (name, inner) in fields {
                at.push(Segment::Key(name.clone()));
                constraint_leaves(inner, at, leaves);
                at.pop();
            }
        }
        Constraint::All(all)
            if all.iter().any(|one| matches!(one, Constraint::Each(_) | Constraint::Fields { .. })) =>
        {
            for one in all.iter().filter(|one| matches!(one, Constraint::Each(_) | Constraint::Fields { .. })) {
                constraint_leaves(one, at, leaves);
            }
        }
        Constraint::MaxItems(_) => {}
        leaf => leaves.entry(at.clone()).or_default().constraint = Some(leaf),
    }
}

fn schema_leaves<'a>(schema: &'a Value, at: &mut Vec<Segment>, leaves: &mut Leaves<'a>) {
    if at.len() > DEPTH {
        return;
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        for (name, property) in properties {
            at.push(Segment::Key(name.clone()));
            schema_leaves(property, at, leaves);
            at.pop();
        }
    } else if let Some(items) = schema.get("items").filter(|items| items.is_object()) {
        at.push(Segment::Item);
        schema_leaves(items, at, leaves);
        at.pop();
    } else if !at.is_empty() && schema.get("type").and_then(Value::as_str) != Some("object") {
        // An array of whatever is an array of strings, too.
        if schema.get("type").and_then(Value::as_str) == Some("array") {
            at.push(Segment::Item);
            leaves.entry(at.clone()).or_default();
            at.pop();
        } else {
            leaves.entry(at.clone()).or_default().schema = Some(schema);
        }
    }
}

fn value_leaves<'a>(value: &'a Value, at: &mut Vec<Segment>, leaves: &mut Leaves<'a>) {
    if at.len() > DEPTH {
        return;
    }
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                at.push(Segment::Key(name.clone()));
                value_leaves(inner, at, leaves);
                at.pop();
            }
        }
        Value::Array(items) => {
            at.push(Segment::Item);
            if let Some(first) = items.first() {
                value_leaves(first, at, leaves);
            }
            at.pop();
        }
        Value::Null => {}
        leaf => {
            leaves.entry(at.clone()).or_default().sample.get_or_insert(leaf);
        }
    }
}
