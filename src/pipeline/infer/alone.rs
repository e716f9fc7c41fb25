//! What one session alone had, found by counting.
//!
//! The policy of the other sessions grants what they had. So it can only deny a session that had something which none of
//! them had: a tool, an argument, a value, a kind of value, or a call without an argument that all their calls had.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::generalise::Step;
use super::reading;
use super::view::{Spot, ToolView, View};
use crate::model::evidence::{Node, Place, Session, Tool};
use crate::model::facts::Os;

/// Values of one session and tool that are judged one by one, at most.
const VALUES: usize = 4096;
/// A dangerous tool is asked below three sessions; without this one there is one less.
const RARE: u32 = 3;

/// What one session alone had of one tool.
#[derive(Debug, Default)]
pub(super) struct Alone {
    /// Whether there is anything.
    pub is: bool,
    /// The values, each with its position.
    pub values: Vec<(Vec<Step>, Value)>,
    /// The first position with values that nobody can count: of more than are kept, or looked at.
    pub uncounted: Option<String>,
}

/// The view of all sessions, seen from a recording of one of them.
#[derive(Debug)]
pub(super) struct Counted<'a> {
    pub all: &'a View<'a>,
    /// Of each recording in the view, where its paths start ([`starts`]).
    pub starts: &'a [usize],
    /// The numbers of the session's recordings in the view.
    pub own: &'a BTreeSet<u32>,
    /// Where this recording's paths start.
    pub start: usize,
}

/// A number for where the paths of each recording start: with the same, the same path is the same to a policy.
pub(super) fn starts(view: &View<'_>) -> Vec<usize> {
    let mut known = BTreeMap::new();
    let number = |place: &&Place| {
        let cwd = place.cwd.strip_prefix(place.project.as_str()).unwrap_or(&place.cwd).to_owned();
        let next = known.len();
        *known.entry((cwd, place.os == Os::Windows, place.fold_case, place.leads.clone())).or_insert(next)
    };
    view.places.iter().map(number).collect()
}

impl Counted<'_> {
    /// Whether the session had any tool, resource, prompt or argument that no other had.
    pub(super) fn stands_alone(&self, session: &Session) -> bool {
        session.servers.iter().any(|(name, server)| {
            let Some(seen) = self.all.servers.get(name.as_str()) else { return true };
            let one = |count: Option<&u32>| count.is_none_or(|sessions| *sessions < 2);
            server.resources.iter().any(|uri| one(seen.resources.get(uri.as_str())))
                || server.prompts.iter().any(|prompt| one(seen.prompts.get(prompt.as_str())))
                || server.tools.keys().any(|tool| self.of(session, name, tool).is)
        })
    }

    /// What it alone had of a tool.
    pub(super) fn of(&self, session: &Session, server: &str, tool: &str) -> Alone {
        let mut found = Alone::default();
        let calls = session.servers.get(server).and_then(|server| server.tools.get(tool));
        let seen = self.all.servers.get(server).and_then(|server| server.tools.get(tool));
        match (calls, seen) {
            (Some(calls), Some(seen)) => self.tool(calls, seen, &mut found),
            _ => found.is = true,
        }
        found
    }

    fn tool(&self, calls: &Tool, seen: &ToolView<'_>, found: &mut Alone) {
        found.is |= seen.sessions <= RARE;
        self.node(&calls.arguments, &seen.arguments, "", &mut Vec::new(), found);
        // Of variants only whether, since what stands in them stands in the arguments as well.
        let mut inner = Alone::default();
        for (value, variant) in &calls.variants {
            match seen.variants.get(value.as_str()) {
                Some(seen) => self.tool(variant, seen, &mut inner),
                None => inner.is |= seen.by == calls.by.as_deref(),
            }
        }
        found.is |= inner.is;
    }

    fn node(&self, node: &Node, spot: &Spot<'_>, pointer: &str, path: &mut Vec<Step>, found: &mut Alone) {
        let only = |own: u64, all: u64| own > 0 && own == all;
        found.is |= spot.sessions < 2
            || only(node.nulls, spot.nulls)
            || only(node.objects, spot.objects)
            || only(node.arrays, spot.arrays)
            || only(node.long, spot.long);
        if node.beyond.is_some() || (node.keyed && spot.keyed_in < 2) {
            self.uncounted(pointer, found);
        }
        for text in node.values.iter() {
            match spot.values.get(text) {
                Some(sessions) if sessions.iter().any(|other| self.is_other(*other)) => {}
                Some(_) => self.value(serde_json::from_str(text).ok(), pointer, path, found),
                None => self.uncounted(pointer, found),
            }
        }
        for embedded in node
            .embedded
            .iter()
            .filter(|text| spot.embedded.get(text.as_str()).is_none_or(|sessions| sessions.len() < 2))
        {
            self.value(super::sample::as_text(embedded).map(Value::String), pointer, path, found);
        }
        for (name, seen) in &spot.fields {
            let missing = |field: Option<u64>, objects: u64| objects.saturating_sub(field.unwrap_or(0));
            let own = missing(node.fields.get(*name).map(|field| field.seen), node.objects);
            found.is |= only(own, missing(Some(seen.seen), spot.objects));
        }
        for (name, field) in &node.fields {
            let Some(seen) = spot.fields.get(name.as_str()) else { continue };
            path.push(Step::Member(name.clone()));
            self.node(field, seen, &format!("{pointer}/{}", reading::escape(name)), path, found);
            path.pop();
        }
        if let (Some(items), Some(seen)) = (&node.items, &spot.items) {
            path.push(Step::Element);
            self.node(items, seen, &format!("{pointer}/*"), path, found);
            path.pop();
        }
    }

    /// Whether it is another session, to which the same text is the same value.
    fn is_other(&self, recording: u32) -> bool {
        !self.own.contains(&recording) && self.starts.get(recording as usize) == Some(&self.start)
    }

    fn value(&self, value: Option<Value>, pointer: &str, path: &[Step], found: &mut Alone) {
        found.is = true;
        match value {
            Some(value) if found.values.len() < VALUES => found.values.push((path.to_vec(), value)),
            _ => self.uncounted(pointer, found),
        }
    }

    fn uncounted(&self, pointer: &str, found: &mut Alone) {
        found.is = true;
        if found.uncounted.is_none() {
            found.uncounted = Some(if pointer.is_empty() { "/".to_owned() } else { pointer.to_owned() });
        }
    }
}

/// Whether a call has anything at this position.
pub(super) fn has(call: &Map<String, Value>, path: &[Step]) -> bool {
    fn below(found: &Value, path: &[Step]) -> bool {
        match path.split_first() {
            None => true,
            Some((Step::Member(name), rest)) => found.get(name).is_some_and(|found| below(found, rest)),
            Some((Step::Element, rest)) => {
                found.as_array().is_some_and(|items| items.iter().any(|item| below(item, rest)))
            }
        }
    }
    match path.split_first() {
        Some((Step::Member(name), rest)) => call.get(name).is_some_and(|found| below(found, rest)),
        _ => false,
    }
}

/// The call with this value at that position.
pub(super) fn with(call: &Map<String, Value>, path: &[Step], value: &Value) -> Map<String, Value> {
    fn put(found: &mut Value, path: &[Step], value: &Value) {
        match path.split_first() {
            None => *found = value.clone(),
            Some((Step::Member(name), rest)) => {
                if !found.is_object() {
                    *found = Value::Object(Map::new());
                }
                if let Some(members) = found.as_object_mut() {
                    put(members.entry(name.clone()).or_insert(Value::Null), rest, value);
                }
            }
            Some((Step::Element, rest)) => {
                let mut item = found.as_array().and_then(|items| items.first()).cloned().unwrap_or_default();
                put(&mut item, rest, value);
                *found = Value::Array(vec![item]);
            }
        }
    }
    let mut whole = Value::Object(call.clone());
    put(&mut whole, path, value);
    match whole {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
