//! Attack x the user's tools -> calls. Binding is by effect, not by name: a read of `~/.ssh/id_rsa` becomes a call of
//! every tool that reads a path, in the position where it takes one.

use serde_json::{Map, Value, json};

use super::roles::{Known, Segment, Slot, slots, words};
use super::toolbox::Tools;
use super::{Ground, sample};
use crate::model::attack::{Attack, BoundCall, Role, Step};
use crate::model::policy::Document;

/// Sequences of one attack that are tried: the product of the ways in which each step can be bound.
const SEQUENCES: usize = 256;

/// A tool with its roles, worked out once.
#[derive(Debug)]
pub struct Prepared<'a> {
    known: Known<'a>,
    slots: Vec<Slot>,
    words: Vec<String>,
    /// Words of the tool and of its server.
    all_words: Vec<String>,
}

/// Every tool on a server that the policy names; on all servers where the policy allows by default. What a policy
/// denies because it has never heard of the server proves nothing.
pub fn prepare<'a>(tools: &'a Tools, policy: &'a Document) -> Vec<Prepared<'a>> {
    let named = |server: &str| policy.default_allow || is_named(policy, server);
    let mut prepared = Vec::new();
    for (server, list) in tools.toolbox.iter().filter(|(server, _)| named(server)) {
        let rules = policy.servers.get(server);
        for (tool, schema) in list {
            let known = Known {
                server,
                tool,
                schema: schema.as_ref(),
                rule: rules.and_then(|rules| rules.tools.get(tool)),
                seen: tools.templates(server, tool),
            };
            let own = words(tool);
            let all_words = words(server).into_iter().chain(own.iter().cloned()).collect();
            prepared.push(Prepared { slots: slots(&known), words: own, all_words, known });
        }
    }
    prepared
}

/// Whether any line of the policy speaks of the server.
pub fn is_named(policy: &Document, server: &str) -> bool {
    policy.servers.contains_key(server) || policy.approvals.iter().any(|tool| tool.server.as_deref() == Some(server))
}

/// The ways in which an attack can be carried out, one call a step, and how many were left out as too many.
pub fn bind(attack: &Attack, tools: &[Prepared<'_>], ground: &Ground) -> (Vec<Vec<BoundCall>>, u64) {
    let steps: Vec<Vec<BoundCall>> = attack.steps.iter().map(|step| bind_step(step, tools, ground)).collect();
    let ways: usize = steps.iter().map(Vec::len).product();
    let mut sequences: Vec<Vec<BoundCall>> = vec![Vec::new()];
    for calls in &steps {
        let longer = sequences.iter().flat_map(|sequence| {
            calls.iter().map(move |call| sequence.iter().cloned().chain([call.clone()]).collect::<Vec<_>>())
        });
        sequences = if attack.steps.len() == 1 { longer.collect() } else { longer.take(SEQUENCES).collect() };
    }
    let cut = ways.saturating_sub(sequences.len());
    (sequences, cut as u64)
}

/// One step, bound to every tool that can take it.
pub fn bind_step(step: &Step, tools: &[Prepared<'_>], ground: &Ground) -> Vec<BoundCall> {
    tools.iter().filter(|tool| tool.suits(step)).flat_map(|tool| tool.calls(step, ground)).collect()
}

impl Prepared<'_> {
    /// Whether the names hold the words that the step asks for.
    fn suits(&self, step: &Step) -> bool {
        let one_of = |wanted: &[String], have: &[String]| {
            wanted.is_empty()
                || wanted
                    .iter()
                    .any(|word| have.iter().any(|have| have == word || have.strip_suffix('s') == Some(word)))
        };
        one_of(&step.verbs, &self.words) && one_of(&step.nouns, &self.all_words)
    }

    fn calls(&self, step: &Step, ground: &Ground) -> Vec<BoundCall> {
        if step.role == Role::Tool {
            return self.call(step, None, ground).into_iter().collect();
        }
        let slots = self.slots.iter().filter(|slot| slot.role == step.role);
        slots.filter_map(|slot| self.call(step, Some(slot), ground)).collect()
    }

    fn call(&self, step: &Step, slot: Option<&Slot>, ground: &Ground) -> Option<BoundCall> {
        let mut arguments = sample::arguments(&self.known, slot, ground);
        if let Some(slot) = slot {
            put(&mut arguments, &slot.at, text_or_number(slot.role, &ground.fill(&step.value)));
        }
        for with in &step.with {
            let other = self.slots.iter().find(|other| other.role == with.role && Some(*other) != slot);
            if let Some(other) = other {
                put(&mut arguments, &other.at, text_or_number(other.role, &ground.fill(&with.value)));
            }
        }
        if !step.set.is_empty() {
            if !step.set.keys().all(|name| self.has_argument(name)) {
                return None;
            }
            arguments.extend(step.set.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        Some(BoundCall { server: self.known.server.to_owned(), tool: self.known.tool.to_owned(), arguments })
    }

    fn has_argument(&self, name: &str) -> bool {
        let in_schema =
            self.known.schema.and_then(|schema| schema.get("properties")).is_some_and(|all| all.get(name).is_some());
        let in_rule = self.known.rule.is_some_and(|rule| match &rule.args {
            crate::model::policy::Args::Listed(args) => args.contains_key(name),
            _ => false,
        });
        in_schema || in_rule || self.known.seen.iter().any(|seen| seen.contains_key(name))
    }
}

fn text_or_number(role: Role, value: &str) -> Value {
    match role {
        Role::Amount => {
            value.parse::<f64>().ok().and_then(serde_json::Number::from_f64).map_or(json!(value), Value::Number)
        }
        _ => json!(value),
    }
}

/// Puts `value` at a place in the arguments. An array on the way there is replaced by one with a single element, so that
/// what decides is the attack's value and not its neighbours'.
pub fn put(arguments: &mut Map<String, Value>, at: &[Segment], value: Value) {
    if let Some((Segment::Key(key), rest)) = at.split_first() {
        let old = arguments.remove(key);
        arguments.insert(key.clone(), build(old, rest, value));
    }
}

fn build(old: Option<Value>, at: &[Segment], value: Value) -> Value {
    match at.split_first() {
        None => value,
        Some((Segment::Key(key), rest)) => {
            let mut fields = match old {
                Some(Value::Object(fields)) => fields,
                _ => Map::new(),
            };
            let inner = fields.remove(key);
            fields.insert(key.clone(), build(inner, rest, value));
            Value::Object(fields)
        }
        Some((Segment::Item, rest)) => {
            let first = match old {
                Some(Value::Array(items)) => items.into_iter().next(),
                _ => None,
            };
            Value::Array(vec![build(first, rest, value)])
        }
    }
}

#[cfg(test)]
#[path = "bind_tests.rs"]
mod tests;
