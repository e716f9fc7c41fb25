//! A policy less one of its grants, and a policy with one too many.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::generalise::{Note, Step};
use super::super::narrower;
use crate::model::policy::{Args, Constraint, Document, Server, Tool};
use crate::model::request::{Action, Request};

/// The policy less one grant that has evidence. Each with its name.
pub fn less_one(document: &Document, notes: &BTreeMap<String, Note>, recorded: &[&Request]) -> Vec<(String, Document)> {
    let mut all = Vec::new();
    for (name, server) in &document.servers {
        let mut with = |what: String, change: &dyn Fn(&mut Server)| {
            let mut less = document.clone();
            less.servers.get_mut(name).into_iter().for_each(change);
            all.push((what, less));
        };
        for at in 0..server.resources.len() {
            with(format!("resource {}", server.resources[at]), &|server| drop(server.resources.remove(at)));
        }
        for at in 0..server.prompts.len() {
            with(format!("prompt {}", server.prompts[at]), &|server| drop(server.prompts.remove(at)));
        }
        for (tool, rule) in &server.tools {
            with(format!("tool {tool}"), &|server| drop(server.tools.remove(tool)));
            for cut in narrower::of_tool(rule) {
                // What was granted unseen, or lent to a call that is asked, has no evidence and says so.
                let pointer = format!("servers.{name}.tools.{tool}{}", cut.pointer);
                let unseen = notes.iter().any(|(at, note)| {
                    note.calls == 0
                        && at.contains(".args.")
                        && !at.contains("/")
                        && (pointer == *at || pointer.starts_with(&format!("{at}.")))
                });
                // A switch that was used may take either side, a name may be known from elsewhere, and null always passes.
                let lent = cut.value.as_ref().is_some_and(|(path, value)| {
                    value.is_null() || !recorded.iter().any(|request| stands_at(request, tool, path, value))
                });
                if !unseen && !lent {
                    let entry = cut.entry.map(|entry| format!(": {entry}")).unwrap_or_default();
                    let what = format!("{tool}{}{entry}", cut.pointer);
                    with(what, &|server| drop(server.tools.insert(tool.clone(), cut.less.clone())));
                }
            }
        }
    }
    all
}

fn stands_at(request: &Request, of: &str, path: &[Step], value: &Value) -> bool {
    fn below(found: &Value, path: &[Step], value: &Value) -> bool {
        match path.split_first() {
            None => found == value,
            Some((Step::Member(name), rest)) => found.get(name).is_some_and(|found| below(found, rest, value)),
            Some((Step::Element, rest)) => {
                found.as_array().is_some_and(|items| items.iter().any(|item| below(item, rest, value)))
            }
        }
    }
    let Action::Call { tool, arguments } = &request.action else { return false };
    tool == of && below(&Value::Object(arguments.clone()), path, value)
}

/// The policy with one grant too many, each named as [`less_one`] names what it takes away.
pub fn one_too_many(document: &Document) -> Vec<(String, Document)> {
    let mut all = Vec::new();
    let mut with = |what: &str, change: &dyn Fn(&mut Server)| {
        let mut more = document.clone();
        change(more.servers.get_mut("s").unwrap());
        all.push((what.to_owned(), more));
    };
    let never = || "never-used".to_owned();
    with("resource never-used", &|server| server.resources.push(never()));
    with("prompt never-used", &|server| server.prompts.push(never()));
    with("tool never-used", &|server| drop(server.tools.insert(never(), Tool::default())));
    let tools: Vec<String> = document.servers["s"].tools.keys().cloned().collect();
    for tool in &tools {
        with(&format!("{tool}: never-used"), &|server| {
            if let Args::Listed(listed) = &mut server.tools.get_mut(tool).unwrap().args {
                listed.insert(never(), Constraint::Any);
            }
        });
        with(&format!("{tool}: variant never-used"), &|server| {
            if let Some(variants) = &mut server.tools.get_mut(tool).unwrap().variants {
                variants.of.insert(never(), Tool::default());
            }
        });
        with(&format!("{tool}: entry"), &|server| {
            let rule = server.tools.get_mut(tool).unwrap();
            let variants = rule.variants.iter_mut().flat_map(|variants| variants.of.values_mut());
            let inner = variants.map(|variant| &mut variant.args).collect::<Vec<_>>();
            for args in inner.into_iter().chain([&mut rule.args]) {
                if let Args::Listed(listed) = args {
                    listed.values_mut().for_each(add_an_entry);
                }
            }
        });
    }
    all.retain(|(_, more)| more != document);
    all
}

/// Adds an entry to every list inside.
fn add_an_entry(constraint: &mut Constraint) {
    let never = || "never-used".to_owned();
    match constraint {
        Constraint::Paths { paths, .. } => paths.push("./never-used".into()),
        Constraint::Urls(urls) => urls.push("https://never-used.example/**".into()),
        Constraint::Emails(emails) => emails.push("never-used@never.example".into()),
        Constraint::Commands(commands) => commands.push(never()),
        Constraint::Sql(grant) => {
            grant.statements.push("vacuum".into());
            [&mut grant.tables, &mut grant.writes]
                .into_iter()
                .flatten()
                .for_each(|tables| tables.push("never_used".into()));
            grant.functions.push("never_used".into());
        }
        Constraint::Text(grant) => {
            grant.hosts.iter_mut().for_each(|hosts| hosts.push("never.example".into()));
            grant.emails.iter_mut().for_each(|emails| emails.push("never@never.example".into()));
            grant.accounts.iter_mut().for_each(|accounts| accounts.push("GB33BUKB20201555555555".into()));
        }
        Constraint::Each(inner) => add_an_entry(inner),
        Constraint::Fields { fields, .. } => {
            fields.values_mut().for_each(add_an_entry);
            fields.insert(never(), Constraint::Any);
        }
        Constraint::All(parts) => parts.iter_mut().for_each(add_an_entry),
        Constraint::AnyOf(parts) => {
            parts.iter_mut().for_each(add_an_entry);
            parts.push(Constraint::OneOf(vec![Value::String("never-used".into())]));
        }
        _ => {}
    }
}

/// Entries of `one_of` lists that nobody recorded anywhere on the server: but for switches, there must be none.
pub fn invented(document: &Document, recorded: &[&Request]) -> Vec<Value> {
    let mut known = Vec::new();
    for request in recorded {
        request.arguments().into_iter().flat_map(|all| all.values()).for_each(|value| values_in(value, &mut known));
    }
    let mut invented = Vec::new();
    for rule in document.servers.values().flat_map(|server| server.tools.values()) {
        super::super::summary::each_constraint(rule, &mut |constraint| {
            if let Constraint::OneOf(values) = constraint {
                let strange = |value: &&Value| !value.is_boolean() && !value.is_null() && !known.contains(*value);
                invented.extend(values.iter().filter(strange).cloned());
            }
        });
    }
    invented
}

fn values_in(value: &Value, known: &mut Vec<Value>) {
    match value {
        Value::Array(items) => {
            known.push(value.clone());
            items.iter().for_each(|item| values_in(item, known));
        }
        Value::Object(members) => members.values().for_each(|member| values_in(member, known)),
        other => known.push(other.clone()),
    }
}
