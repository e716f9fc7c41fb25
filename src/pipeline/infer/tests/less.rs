//! A policy less one of its grants, in every way there is; and a policy with one too many.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::generalise::Note;
use crate::model::policy::{Args, Constraint, Document, SqlGrant, TextGrant, Tool};
use crate::model::request::{Action, Request};

/// The policy less one grant that has evidence: a resource, a prompt, a tool, a variant, an argument, a member of an
/// object, one of several constraints, an entry of any list. Each with its name.
pub fn less_one(document: &Document, notes: &BTreeMap<String, Note>, recorded: &[&Request]) -> Vec<(String, Document)> {
    let mut all = Vec::new();
    for (name, server) in &document.servers {
        let mut with = |what: String, change: &dyn Fn(&mut crate::model::policy::Server)| {
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
            let of: Vec<&serde_json::Map<String, Value>> =
                recorded.iter().filter_map(|request| arguments(request, tool)).collect();
            let pointer = format!("servers.{name}.tools.{tool}");
            for (what, less) in less_one_of_a_tool(rule, &pointer, notes, &of) {
                with(format!("{tool}: {what}"), &|server| drop(server.tools.insert(tool.clone(), less.clone())));
            }
        }
    }
    all
}

fn arguments<'r>(request: &'r Request, of: &str) -> Option<&'r serde_json::Map<String, Value>> {
    match &request.action {
        Action::Call { tool, arguments } if tool == of => Some(arguments),
        _ => None,
    }
}

fn less_one_of_a_tool(
    rule: &Tool,
    pointer: &str,
    notes: &BTreeMap<String, Note>,
    calls: &[&serde_json::Map<String, Value>],
) -> Vec<(String, Tool)> {
    let mut all = Vec::new();
    for (value, variant) in rule.variants.iter().flat_map(|variants| &variants.of) {
        let change = |less: Option<Tool>| {
            let mut rule = rule.clone();
            let of = &mut rule.variants.as_mut().unwrap().of;
            match less {
                Some(less) => drop(of.insert(value.clone(), less)),
                None => drop(of.remove(value)),
            }
            rule
        };
        all.push((format!("variant {value}"), change(None)));
        let of: Vec<_> =
            calls.iter().filter(|call| call.values().any(|found| found.as_str() == Some(value))).copied().collect();
        let inner = less_one_of_a_tool(variant, &format!("{pointer}.variants.of.{value}"), notes, &of);
        all.extend(inner.into_iter().map(|(what, less)| (format!("variant {value}: {what}"), change(Some(less)))));
    }
    let Args::Listed(listed) = &rule.args else { return all };
    for (name, constraint) in listed {
        // What was granted unseen, or lent to a call that is asked, has no evidence and says so.
        if notes.get(&format!("{pointer}.args.{name}")).is_some_and(|note| note.calls == 0) {
            continue;
        }
        let seen: Vec<&Value> = calls.iter().filter_map(|call| call.get(name)).collect();
        let change = |less: Option<Constraint>| {
            let mut rule = rule.clone();
            let Args::Listed(listed) = &mut rule.args else { return rule };
            match less {
                Some(less) => drop(listed.insert(name.clone(), less)),
                None => {
                    listed.remove(name);
                    rule.required.retain(|required| required != name);
                }
            }
            rule
        };
        all.push((name.clone(), change(None)));
        let narrower = less_one_of_a_constraint(constraint, &seen).into_iter();
        all.extend(narrower.map(|(what, less)| (format!("{name}: {what}"), change(Some(less)))));
    }
    all
}

/// The constraint in every way that is one entry narrower. `seen`: the values that stood there.
fn less_one_of_a_constraint(constraint: &Constraint, seen: &[&Value]) -> Vec<(String, Constraint)> {
    let inside = |inner: &Constraint, seen: &[&Value], whole: &dyn Fn(Constraint) -> Constraint| {
        let narrower = less_one_of_a_constraint(inner, seen).into_iter();
        narrower.map(|(what, less)| (what, whole(less))).collect::<Vec<_>>()
    };
    match constraint {
        Constraint::Paths { paths, relative_to } => {
            less_one_entry(paths, &|paths| Constraint::Paths { paths, relative_to: relative_to.clone() })
        }
        Constraint::Urls(urls) => less_one_entry(urls, &Constraint::Urls),
        Constraint::Emails(emails) => less_one_entry(emails, &Constraint::Emails),
        Constraint::Commands(commands) => less_one_entry(commands, &Constraint::Commands),
        // A switch that was used may take either side, and a name may be known from elsewhere: those are no evidence. Null
        // passes every constraint.
        Constraint::OneOf(values) => {
            let entries = values.iter().filter(|value| !value.is_null() && seen.contains(value));
            let less = |value: &Value| values.iter().filter(|other| *other != value).cloned().collect();
            entries.map(|value| (format!("one_of {value}"), Constraint::OneOf(less(value)))).collect()
        }
        Constraint::Sql(grant) => less_one_of_sql(grant),
        Constraint::Text(grant) => less_one_of_text(grant),
        Constraint::Each(inner) => {
            let items: Vec<&Value> = seen.iter().filter_map(|value| value.as_array()).flatten().collect();
            inside(inner, &items, &|less| Constraint::Each(Box::new(less)))
        }
        Constraint::Fields { fields, required } => {
            let mut all = Vec::new();
            for (name, inner) in fields {
                let members: Vec<&Value> = seen.iter().filter_map(|value| value.get(name)).collect();
                let without = |less: Option<Constraint>| {
                    let (mut fields, mut required) = (fields.clone(), required.clone());
                    match less {
                        Some(less) => drop(fields.insert(name.clone(), less)),
                        None => {
                            fields.remove(name);
                            required.retain(|other| other != name);
                        }
                    }
                    Constraint::Fields { fields, required }
                };
                all.push((format!("member {name}"), without(None)));
                all.extend(inside(inner, &members, &|less| without(Some(less))));
            }
            all
        }
        Constraint::All(parts) | Constraint::AnyOf(parts) => {
            let any = matches!(constraint, Constraint::AnyOf(_));
            let whole = |parts| if any { Constraint::AnyOf(parts) } else { Constraint::All(parts) };
            let mut all = Vec::new();
            for (at, part) in parts.iter().enumerate() {
                if any {
                    let rest = parts.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, part)| part.clone());
                    all.push((format!("one way: {part:?}"), whole(rest.collect())));
                }
                all.extend(inside(part, seen, &|less| {
                    let mut parts = parts.clone();
                    parts[at] = less;
                    whole(parts)
                }));
            }
            all
        }
        _ => Vec::new(),
    }
}

fn less_one_entry(list: &[String], whole: &dyn Fn(Vec<String>) -> Constraint) -> Vec<(String, Constraint)> {
    let without = |at: usize| list.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, one)| one.clone()).collect();
    list.iter().enumerate().map(|(at, entry)| (entry.clone(), whole(without(at)))).collect()
}

fn less_one_of_sql(grant: &SqlGrant) -> Vec<(String, Constraint)> {
    let statements =
        less_one_entry(&grant.statements, &|statements| Constraint::Sql(SqlGrant { statements, ..grant.clone() }));
    let tables = less_one_entry(grant.tables.as_deref().unwrap_or_default(), &|tables| {
        Constraint::Sql(SqlGrant { tables: Some(tables), ..grant.clone() })
    });
    let writes = less_one_entry(grant.writes.as_deref().unwrap_or_default(), &|writes| {
        Constraint::Sql(SqlGrant { writes: Some(writes), ..grant.clone() })
    });
    let functions =
        less_one_entry(&grant.functions, &|functions| Constraint::Sql(SqlGrant { functions, ..grant.clone() }));
    [("statement", statements), ("table", tables), ("written", writes), ("function", functions)]
        .into_iter()
        .flat_map(|(kind, all)| all.into_iter().map(move |(what, less)| (format!("{kind} {what}"), less)))
        .collect()
}

fn less_one_of_text(grant: &TextGrant) -> Vec<(String, Constraint)> {
    let hosts = less_one_entry(grant.hosts.as_deref().unwrap_or_default(), &|hosts| {
        Constraint::Text(TextGrant { hosts: Some(hosts), ..grant.clone() })
    });
    let emails = less_one_entry(grant.emails.as_deref().unwrap_or_default(), &|emails| {
        Constraint::Text(TextGrant { emails: Some(emails), ..grant.clone() })
    });
    let accounts = less_one_entry(grant.accounts.as_deref().unwrap_or_default(), &|accounts| {
        Constraint::Text(TextGrant { accounts: Some(accounts), ..grant.clone() })
    });
    [hosts, emails, accounts].concat()
}

/// The policy with one grant too many, each named as [`less_one`] names what it takes away.
pub fn one_too_many(document: &Document) -> Vec<(String, Document)> {
    let mut all = Vec::new();
    let mut with = |what: &str, change: &dyn Fn(&mut crate::model::policy::Server)| {
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
