//! What is different between a locked server and the same server now.

use std::collections::BTreeMap;

use serde_json::Value;

use super::words::{self, Piece};
use crate::model::lockfile::{LockedServer, Pinned};

/// One thing that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    pub thing: Thing,
    /// Name of the tool or prompt, URI template; empty for what a server has one of.
    pub name: String,
    pub change: Change,
}

/// What can drift, in the order of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    Command,
    /// `serverInfo`: name and version.
    Info,
    Instructions,
    Tool,
    Prompt,
    ResourceTemplate,
}

impl std::fmt::Display for Thing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Thing::Command => "command",
            Thing::Info => "version",
            Thing::Instructions => "instructions",
            Thing::Tool => "tool",
            Thing::Prompt => "prompt",
            Thing::ResourceTemplate => "resource template",
        })
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Added,
    Removed,
    Changed(Vec<Difference>),
}

/// One value inside a thing that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// JSON pointer; empty for the whole.
    pub pointer: String,
    pub text: Vec<Piece>,
}

/// Whether a tool that is not there any more is drift. Clients see different lists, hence not unless asked (DESIGN 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    Fine,
    Drift,
}

/// Everything that differs, in the order of [`Thing`] and then by name. Digests decide; the values only show why.
pub fn compare(locked: &LockedServer, now: &LockedServer, absence: Absence) -> Vec<Drift> {
    let mut drifts = Vec::new();
    if locked.command != now.command {
        let (was, is) = (locked.command.join(" "), now.command.join(" "));
        let text = words::diff(&was, &is);
        let change = Change::Changed(vec![Difference { pointer: String::new(), text }]);
        drifts.push(Drift { thing: Thing::Command, name: String::new(), change });
    }
    single(Thing::Info, locked.info.as_ref(), now.info.as_ref(), absence, &mut drifts);
    single(Thing::Instructions, locked.instructions.as_ref(), now.instructions.as_ref(), absence, &mut drifts);
    named(Thing::Tool, &locked.tools, &now.tools, absence, &mut drifts);
    named(Thing::Prompt, &locked.prompts, &now.prompts, absence, &mut drifts);
    named(Thing::ResourceTemplate, &locked.resource_templates, &now.resource_templates, absence, &mut drifts);
    drifts
}

fn single(thing: Thing, was: Option<&Pinned>, now: Option<&Pinned>, absence: Absence, drifts: &mut Vec<Drift>) {
    drifts.extend(change(was, now, absence).map(|change| Drift { thing, name: String::new(), change }));
}

fn named(
    thing: Thing,
    was: &BTreeMap<String, Pinned>,
    now: &BTreeMap<String, Pinned>,
    absence: Absence,
    drifts: &mut Vec<Drift>,
) {
    let mut names: Vec<&String> = was.keys().chain(now.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        if let Some(change) = change(was.get(name), now.get(name), absence) {
            drifts.push(Drift { thing, name: name.clone(), change });
        }
    }
}

fn change(was: Option<&Pinned>, now: Option<&Pinned>, absence: Absence) -> Option<Change> {
    match (was, now) {
        (None, None) => None,
        (None, Some(_)) => Some(Change::Added),
        (Some(_), None) => (absence == Absence::Drift).then_some(Change::Removed),
        (Some(was), Some(now)) if was.sha256 == now.sha256 => None,
        (Some(was), Some(now)) => {
            let mut differences = Vec::new();
            walk(&was.value, &now.value, &mut String::new(), &mut differences);
            Some(Change::Changed(differences))
        }
    }
}

/// Descends where both are objects, or lists of one length, and compares the rest as text.
fn walk(was: &Value, now: &Value, pointer: &mut String, found: &mut Vec<Difference>) {
    if was == now {
        return;
    }
    match (was, now) {
        (Value::Object(was), Value::Object(now)) => {
            let mut keys: Vec<&String> = was.keys().chain(now.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                let length = pointer.len();
                pointer.push('/');
                pointer.push_str(&crate::model::pointer::token(key));
                match (was.get(key), now.get(key)) {
                    (Some(was), Some(now)) => walk(was, now, pointer, found),
                    (was, now) => found.push(Difference { pointer: pointer.clone(), text: replaced(was, now) }),
                }
                pointer.truncate(length);
            }
        }
        (Value::Array(was), Value::Array(now)) if was.len() == now.len() => {
            for (index, (was, now)) in was.iter().zip(now).enumerate() {
                let length = pointer.len();
                pointer.push('/');
                pointer.push_str(&index.to_string());
                walk(was, now, pointer, found);
                pointer.truncate(length);
            }
        }
        (was, now) => {
            found.push(Difference { pointer: pointer.clone(), text: words::diff(&text_of(was), &text_of(now)) });
        }
    }
}

fn replaced(was: Option<&Value>, now: Option<&Value>) -> Vec<Piece> {
    let gone = was.map(|value| Piece::Gone(text_of(value)));
    gone.into_iter().chain(now.map(|value| Piece::New(text_of(value)))).collect()
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::identity;
    use serde_json::json;

    fn server(tools: &[Value]) -> LockedServer {
        let pinned = |value: &Value| Pinned { sha256: identity::digest(value), value: value.clone() };
        let tools = tools.iter().map(|tool| (tool["name"].as_str().unwrap().to_owned(), pinned(tool)));
        LockedServer { command: vec!["server".into()], tools: tools.collect(), ..LockedServer::default() }
    }

    #[test]
    fn a_server_that_did_not_change_has_no_drift() {
        let tool = json!({"name": "read", "description": "Reads a file."});
        assert_eq!(compare(&server(std::slice::from_ref(&tool)), &server(&[tool]), Absence::Drift), vec![]);
    }

    #[test]
    fn a_changed_description_is_shown_word_by_word() {
        let was = server(&[json!({"name": "read", "description": "Reads one file", "inputSchema": {"a/b": [1, 2]}})]);
        let now = server(&[json!({"name": "read", "description": "Reads every file", "inputSchema": {"a/b": [1, 3]}})]);
        let drifts = compare(&was, &now, Absence::Fine);
        let Change::Changed(differences) = &drifts[0].change else { panic!("{drifts:?}") };
        let pointers: Vec<&str> = differences.iter().map(|difference| difference.pointer.as_str()).collect();
        assert_eq!(pointers, ["/description", "/inputSchema/a~1b/1"]);
        assert!(differences[0].text.contains(&Piece::New(" every".into())), "{differences:?}");
    }

    #[test]
    fn a_new_tool_is_drift_and_a_missing_one_only_when_asked() {
        let one = server(&[json!({"name": "a"})]);
        let two = server(&[json!({"name": "a"}), json!({"name": "b"})]);
        assert_eq!(compare(&one, &two, Absence::Fine)[0].change, Change::Added);
        assert_eq!(compare(&two, &one, Absence::Fine), vec![]);
        assert_eq!(compare(&two, &one, Absence::Drift)[0].change, Change::Removed);
    }

    #[test]
    fn a_changed_launch_command_is_drift() {
        let was = server(&[]);
        let now = LockedServer { command: vec!["server".into(), "--all".into()], ..server(&[]) };
        assert_eq!(compare(&was, &now, Absence::Fine)[0].thing, Thing::Command);
    }

    #[test]
    fn an_unknown_field_that_changes_is_drift() {
        let was = server(&[json!({"name": "a", "x-vendor": {"scope": "read"}})]);
        let now = server(&[json!({"name": "a", "x-vendor": {"scope": "write"}})]);
        assert_eq!(compare(&was, &now, Absence::Fine).len(), 1);
    }
}
