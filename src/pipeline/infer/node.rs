//! One position of the arguments: what stood there, bounded.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use serde_json::{Map, Value};

use super::generalise::shapes;
use super::{reading, signs};
use crate::decision::text;
use crate::model::evidence::{Beyond, Node, Texts};

/// Distinct values that are kept for each position and session.
pub(super) const VALUES: usize = 16_384;
/// Longer strings are kept as what they embed.
pub(super) const LONG: usize = 1024;
/// Members of one object that are kept.
const FIELDS: usize = 64;
/// Elements of one array that are looked at one by one.
const FORMS: usize = 64;
const EMBEDDED: usize = 1024;
/// Among what is embedded: a text that is too long to keep reads as a statement.
pub(super) const STATEMENT: &str = "statement";

/// Adds one object.
pub fn observe_object(node: &mut Node, members: &Map<String, Value>) {
    node.seen += 1;
    node.objects += 1;
    for (key, value) in members {
        if node.fields.len() >= FIELDS && !node.fields.contains_key(key) {
            node.keyed = true;
            continue;
        }
        match node.fields.get_mut(key) {
            Some(field) => observe(field, key, value),
            None => observe(node.fields.entry(key.clone()).or_default(), key, value),
        }
    }
}

fn observe(node: &mut Node, key: &str, value: &Value) {
    match value {
        Value::Null => {
            node.seen += 1;
            node.nulls += 1;
        }
        Value::Object(members) => observe_object(node, members),
        // An argument vector is one value: its order is what it does.
        Value::Array(items)
            if !items.is_empty() && reading::is_command_name(key) && items.iter().all(Value::is_string) =>
        {
            node.seen += 1;
            insert(node, value);
        }
        Value::Array(items) => {
            node.seen += 1;
            node.arrays += 1;
            node.most_items = node.most_items.max(items.len() as u64);
            let inner = node.items.get_or_insert_default();
            for item in items {
                observe(inner, key, item);
            }
        }
        Value::String(text) if text.len() > LONG => {
            node.seen += 1;
            node.long += 1;
            if reading::is_sql_name(key) && reading::looks_like_sql(text) {
                node.embedded.insert(STATEMENT.to_owned());
            }
            // Once for each position, and before all else that it may be buried under.
            if !reading::is_command_name(key) && !node.embedded.iter().any(|found| signs::is_embedded(found)) {
                node.embedded.extend(signs::embedded_in(text));
            }
            for embedded in embedded_in(text) {
                if node.embedded.len() < EMBEDDED {
                    node.embedded.insert(embedded);
                }
            }
        }
        Value::String(_) | Value::Number(_) | Value::Bool(_) => {
            node.seen += 1;
            insert(node, value);
        }
    }
}

/// What free text embeds, as evidence keeps it.
pub fn embedded_in(text: &str) -> Vec<String> {
    let found = text::read(text);
    let hosts = found.hosts.iter().map(|host| format!("host {host}"));
    let addresses = found.addresses.iter().map(|address| format!("address {}@{}", address.local, address.domain));
    let accounts = found.accounts.iter().map(|account| format!("account {account}"));
    hosts.chain(addresses).chain(accounts).collect()
}

fn insert(node: &mut Node, value: &Value) {
    let text = serde_json::to_string(value).unwrap_or_default();
    if node.limit.is_some_and(|limit| hash_of(&text) >= limit) {
        push_beyond(node.beyond.get_or_insert_default(), value);
        return;
    }
    if !node.open.contains(text.as_str()) {
        node.open.insert(text.into_boxed_str());
    }
    if node.open.len() > VALUES + VALUES / 4 {
        shrink(node);
    }
}

/// Keeps the values with the smallest hashes: a fair sample, and the same one whatever the order.
fn shrink(node: &mut Node) {
    let mut hashes: Vec<u64> = node.open.iter().map(|value| hash_of(value)).collect();
    hashes.sort_unstable();
    let Some(limit) = hashes.get(VALUES).copied() else { return };
    node.limit = Some(limit);
    // In their order, so that no other one tells which forms are remembered.
    let mut past: Vec<Box<str>> = node.open.extract_if(|value| hash_of(value) >= limit).collect();
    past.sort_unstable();
    for value in past {
        if let Ok(value) = serde_json::from_str(&value) {
            push_beyond(node.beyond.get_or_insert_default(), &value);
        }
    }
}

/// Brings every position of a finished session down to its cap.
pub fn finish(node: &mut Node) {
    if node.open.len() > VALUES {
        shrink(node);
    }
    let mut values: Vec<Box<str>> = std::mem::take(&mut node.open).into_iter().collect();
    values.sort_unstable();
    node.values = Texts::of_sorted(&values);
    node.limit = None;
    for field in node.fields.values_mut() {
        finish(field);
    }
    if let Some(items) = &mut node.items {
        finish(items);
    }
}

fn push_beyond(beyond: &mut Beyond, value: &Value) {
    extend(beyond, value);
    if let Value::String(text) = value
        && !beyond.formless
    {
        let form = shapes::form_of(text);
        if beyond.forms.len() < FORMS || beyond.forms.contains(&form) {
            beyond.forms.insert(form);
        } else {
            beyond.formless = true;
        }
    }
}

/// Counts a value that is not kept, and holds its size or its folder.
pub(super) fn extend(beyond: &mut Beyond, value: &Value) {
    beyond.values += 1;
    match value {
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or(f64::MAX);
            let (low, high) = beyond.numbers.unwrap_or((number, number));
            beyond.numbers = Some((low.min(number), high.max(number)));
        }
        Value::String(text) => {
            let folder = text.rsplit_once('/').map_or("", |(folder, _)| folder);
            match &mut beyond.directory {
                None => beyond.directory = Some(folder.to_owned()),
                Some(known) => known.truncate(common(known, folder)),
            }
        }
        _ => {}
    }
}

/// How many bytes of the first folder are the deepest one that holds both.
fn common(known: &str, folder: &str) -> usize {
    let same = known.split('/').zip(folder.split('/')).take_while(|(a, b)| a == b);
    let bytes: usize = same.map(|(part, _)| part.len() + 1).sum();
    bytes.saturating_sub(1)
}

/// By which a sample is drawn: the same one everywhere.
pub(super) fn hash_of(value: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
