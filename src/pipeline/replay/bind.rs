//! Attack x the user's tools -> calls. Binding is by effect, not by name: a read of `~/.ssh/id_rsa` becomes a call of
//! every tool that reads a path, in the position where it takes one.

use serde_json::{Map, Value, json};

use super::roles::{Known, Segment, Slot, slots, words};
use super::toolbox::Tools;
use super::{Ground, mutate, sample};
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
    let everywhere = |tool: &str| policy.approvals.iter().any(|named| named.server.is_none() && named.tool == tool);
    let mut prepared = Vec::new();
    for (server, list) in &tools.toolbox {
        let rules = policy.servers.get(server);
        let named = policy.default_allow || is_named(policy, server);
        for (tool, schema) in list.iter().filter(|(tool, _)| named || everywhere(tool)) {
            let known = Known {
                server,
                tool,
                schema: schema.as_ref(),
                rule: rules.and_then(|rules| rules.tools.get(tool)),
                seen: tools.templates(server, tool),
                done: tools.done.get(server).and_then(|done| done.get(tool)),
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

/// One way in which an attack can be carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// The spelling, where it is not the attack's own.
    pub variant: Option<&'static str>,
    /// One call a step.
    pub calls: Vec<BoundCall>,
    /// The argument of the last call that carries the attack.
    pub aim: Option<String>,
}

/// A call, and the argument that carries the attack.
type Aimed = (BoundCall, Option<String>);

/// The ways in which an attack can be carried out, and how many were left out as too many. An attack of one step is
/// also spelt otherwise.
pub fn bind(attack: &Attack, tools: &[Prepared<'_>], ground: &Ground) -> (Vec<Way>, u64) {
    if attack.os.is_some_and(|os| os != ground.os) {
        return (Vec::new(), 0);
    }
    if let [step] = attack.steps.as_slice() {
        return (bind_one(step, tools, ground), 0);
    }
    let steps: Vec<Vec<Aimed>> = attack.steps.iter().map(|step| bind_step(step, tools, ground)).collect();
    let ways: usize = steps.iter().map(Vec::len).product();
    let mut sequences: Vec<Vec<Aimed>> = vec![Vec::new()];
    for calls in &steps {
        let longer = sequences.iter().flat_map(|sequence| {
            calls.iter().map(move |call| sequence.iter().cloned().chain([call.clone()]).collect::<Vec<_>>())
        });
        sequences = longer.take(SEQUENCES).collect();
    }
    let cut = ways.saturating_sub(sequences.len());
    (sequences.into_iter().map(|calls| way(None, calls)).collect(), cut as u64)
}

fn way(variant: Option<&'static str>, calls: Vec<Aimed>) -> Way {
    let aim = calls.last().and_then(|(_, aim)| aim.clone());
    Way { variant, calls: calls.into_iter().map(|(call, _)| call).collect(), aim }
}

fn bind_one(step: &Step, tools: &[Prepared<'_>], ground: &Ground) -> Vec<Way> {
    let ways = |variant: Option<&'static str>, step: &Step| -> Vec<Way> {
        bind_step(step, tools, ground).into_iter().map(|call| way(variant, vec![call])).collect()
    };
    let mut all = ways(None, step);
    if all.is_empty() || step.value.contains("$SEEN") {
        return all;
    }
    for (name, value) in mutate::spellings(step.role, &ground.fill(&step.value), ground) {
        all.extend(ways(Some(name), &Step { value, ..step.clone() }));
    }
    all
}

/// One step, bound to every tool that can take it.
fn bind_step(step: &Step, tools: &[Prepared<'_>], ground: &Ground) -> Vec<Aimed> {
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

    fn calls(&self, step: &Step, ground: &Ground) -> Vec<Aimed> {
        if step.role == Role::Tool {
            return self.call(step, None, ground).into_iter().collect();
        }
        let slots = self.slots.iter().filter(|slot| slot.takes(step));
        slots.filter_map(|slot| self.call(step, Some(slot), ground)).collect()
    }

    fn call(&self, step: &Step, slot: Option<&Slot>, ground: &Ground) -> Option<Aimed> {
        let mut arguments = sample::arguments(&self.known, slot, ground);
        if slot.is_none() {
            self.aim(&mut arguments, ground);
        }
        if let Some(slot) = slot {
            let value = seen(&ground.fill(&step.value), get(&arguments, &slot.at))?;
            put(&mut arguments, &slot.at, text_or_number(slot.role, &value));
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
        // A deed that the user's agent was recorded doing, in these very words, is no attack.
        if slot.is_none() && step.with.is_empty() && self.known.done.is_some_and(|done| done.contains(&arguments)) {
            return None;
        }
        let aim = slot.and_then(|slot| slot.at.first()).and_then(|first| match first {
            Segment::Key(key) => Some(key.clone()),
            Segment::Item => None,
        });
        let call = BoundCall { server: self.known.server.to_owned(), tool: self.known.tool.to_owned(), arguments };
        Some((call, aim))
    }

    /// Where the harm lies in the tool, its target must not be one that was granted on purpose: whoever may delete a
    /// scratch repository may not delete another.
    fn aim(&self, arguments: &mut Map<String, Value>, ground: &Ground) {
        for slot in &self.slots {
            let target = match slot.role {
                Role::ReadPath | Role::WritePath if slot.is_base() => format!("{}/another-repository", ground.project),
                Role::ReadPath | Role::WritePath => format!("{}/README.md", ground.project),
                Role::Repository => "another-repository".to_owned(),
                Role::Recipient => "somebody.else@example.com".to_owned(),
                Role::Account => "GB33BUKB20201555555555".to_owned(),
                Role::Channel => "another-channel".to_owned(),
                _ => continue,
            };
            let given = matches!(slot.at.first(), Some(Segment::Key(key)) if arguments.contains_key(key));
            if given {
                put(arguments, &slot.at, json!(target));
            }
        }
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

/// `$SEEN`, `$SEEN_HOST` and `$SEEN_DOMAIN` replaced by what stands in the argument. `None`: nothing of the kind does.
fn seen(template: &str, value: Option<&Value>) -> Option<String> {
    if !template.contains("$SEEN") {
        return Some(template.to_owned());
    }
    let value = value.and_then(Value::as_str).filter(|value| !value.is_empty())?;
    if template.contains("$SEEN_HOST") {
        let (_, rest) = value.split_once("://")?;
        let host = rest.split(['/', '?', '#', ':', '@']).next().filter(|host| !host.is_empty())?;
        return Some(template.replace("$SEEN_HOST", host));
    }
    if template.contains("$SEEN_DOMAIN") {
        let (_, domain) = value.trim_end_matches('>').rsplit_once('@')?;
        return Some(template.replace("$SEEN_DOMAIN", domain.trim()));
    }
    Some(template.replace("$SEEN", value.trim_end_matches([';', ' '])))
}

/// The value at a place in the arguments; the first element of an array.
fn get<'a>(arguments: &'a Map<String, Value>, at: &[Segment]) -> Option<&'a Value> {
    let (first, rest) = at.split_first()?;
    let Segment::Key(key) = first else { return None };
    rest.iter().try_fold(arguments.get(key)?, |value, segment| match segment {
        Segment::Key(key) => value.get(key),
        Segment::Item => value.get(0),
    })
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
