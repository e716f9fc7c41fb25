//! An existing policy against what was used: grants that nothing needs, and grants much wider than their use.

use std::collections::{BTreeMap, BTreeSet};

use super::generalise::places;
use super::narrower::{self, Cut};
use super::view::View;
use super::write;
use crate::decision::decide::decide;
use crate::decision::policy::Policy;
use crate::model::facts::Facts;
use crate::model::history::History;
use crate::model::policy::{Args, Constraint, Document, Server, Tool};
use crate::model::request::{Action, Request};
use crate::model::verdict::Decision;

/// A grant, and what was used of it.
pub type Finding = (String, String);

const NOTHING: &str = "nothing";
/// Rules with more grants than this are compared as a whole only: each grant costs as many decisions as there are calls.
const MOST_GRANTS: usize = 500;
/// So many times what the next use may need is much wider.
const WIDER: f64 = 2.0;

/// Grants of a policy that were never exercised, or are much wider than their use. `used`: the policy of what was used.
///
/// A grant was not exercised if the recorded requests (those that evidence keeps) get no stricter verdict without it. It is
/// wider where the policy that would be inferred is content with less.
pub fn over_privilege(policy: &Document, used: &Document, view: &View<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, server) in &policy.servers {
        let at = format!("servers.{name}");
        let Some(needed) = used.servers.get(name) else {
            found.push((at, NOTHING.to_owned()));
            continue;
        };
        of_server(&at, name, server, needed, view, &mut found);
    }
    found
}

fn of_server(at: &str, name: &str, server: &Server, needed: &Server, view: &View<'_>, found: &mut Vec<Finding>) {
    let called = |tool: &str| view.servers.get(name).is_some_and(|seen| seen.tools.contains_key(tool));
    let recorded = requests(name, view);
    for tool in server.tools.keys().chain(&server.allowed_tools).collect::<BTreeSet<_>>() {
        let pointer = format!("{at}.tools.{tool}");
        let rule = server.tools.get(tool);
        match (rule, needed.tools.get(tool)) {
            _ if !called(tool) => found.push((pointer, NOTHING.to_owned())),
            (Some(rule), needs) => {
                let of_tool: Vec<_> = recorded.iter().filter(|(request, _)| is_call_of(request, tool)).collect();
                let alone = |less: &Tool| {
                    let tools = BTreeMap::from([(tool.clone(), less.clone())]);
                    Server { tools, ..server.clone() }
                };
                unneeded(&pointer, narrower::of_tool(rule), name, &alone(rule), alone, &of_tool, found);
                needs.into_iter().for_each(|needs| wider(&pointer, rule, needs, found));
            }
            (None, Some(needs)) => {
                found.push((format!("{at}.allowed_tools: {tool}"), arguments(needs)));
            }
            (None, None) => {}
        }
    }
    let all: Vec<_> = recorded.iter().collect();
    let list = |pointer: &str, list: &[String], put: &dyn Fn(&mut Server, Vec<String>)| -> Vec<Cut<Server>> {
        let cut = |(at, entry): (usize, &String)| {
            let mut less = server.clone();
            put(&mut less, list.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, one)| one.clone()).collect());
            Cut { pointer: pointer.to_owned(), entry: Some(entry.clone()), value: None, less }
        };
        list.iter().enumerate().map(cut).collect()
    };
    let paths = server.allowed_paths.as_deref().unwrap_or_default();
    let cuts = [
        list(".resources", &server.resources, &|server, rest| server.resources = rest),
        list(".prompts", &server.prompts, &|server, rest| server.prompts = rest),
        list(".allowed_paths", paths, &|server, rest| server.allowed_paths = Some(rest)),
    ];
    unneeded(at, cuts.concat(), name, server, Server::clone, &all, found);
    wider_entries(&format!("{at}.resources"), &server.resources, &needed.resources, found);
}

fn is_call_of(request: &Request, of: &str) -> bool {
    matches!(&request.action, Action::Call { tool, .. } if tool == of)
}

/// What evidence keeps of the requests to a server, each with the facts of its session.
fn requests(server: &str, view: &View<'_>) -> Vec<(Request, Facts)> {
    let mut all = Vec::new();
    for (session, place) in view.sessions.iter().zip(&view.places) {
        let Some(known) = session.servers.get(server) else { continue };
        let calls = known.tools.iter().flat_map(|(tool, calls)| {
            calls.samples.values().map(|arguments| Request::call(server, tool.clone(), arguments.clone()))
        });
        let resources = known.resources.iter().map(|uri| Action::Resource { uri: uri.clone() });
        let prompts =
            known.prompts.iter().map(|name| Action::Prompt { name: name.clone(), arguments: Default::default() });
        let others = resources.chain(prompts).map(|action| Request { server: server.to_owned(), action });
        all.extend(calls.chain(others).map(|request| (request, places::facts_of(place))));
    }
    all
}

/// The cuts that make no verdict stricter. Where one of two entries holds the other, the wider one is what is not needed.
fn unneeded<T>(
    at: &str,
    cuts: Vec<Cut<T>>,
    name: &str,
    whole: &Server,
    put: impl Fn(&T) -> Server,
    recorded: &[&(Request, Facts)],
    found: &mut Vec<Finding>,
) {
    let judge = |server: Server| -> Option<Vec<Decision>> {
        let servers = BTreeMap::from([(name.to_owned(), server)]);
        let policy = Policy::from_document(Document { servers, ..Document::default() }).ok()?;
        let decide =
            |(request, facts): &&(Request, Facts)| decide(&policy, &History::default(), facts, request).decision;
        Some(recorded.iter().map(decide).collect())
    };
    let Some(before) = judge(whole.clone()).filter(|_| cuts.len() <= MOST_GRANTS) else { return };
    let idle = |cut: &&Cut<T>| {
        let after = judge(put(&cut.less));
        after.is_some_and(|after| after.iter().zip(&before).all(|(after, before)| after <= before))
    };
    let mut idle: Vec<&Cut<T>> = cuts.iter().filter(idle).collect();
    let all = idle.clone();
    idle.retain(|cut| {
        let inside = |other: &&Cut<T>| other.entry.is_none() && cut.pointer.starts_with(&format!("{}.", other.pointer));
        let held = |other: &&Cut<T>| {
            let entries = other.entry.as_deref().zip(cut.entry.as_deref());
            other.pointer == cut.pointer && entries.is_some_and(|(wide, narrow)| holds(wide, narrow))
        };
        !all.iter().any(|other| inside(other) || held(other))
    });
    found.extend(idle.into_iter().map(|cut| {
        let entry = cut.entry.as_ref().map(|entry| format!(": {entry}")).unwrap_or_default();
        (format!("{at}{}{entry}", cut.pointer), NOTHING.to_owned())
    }));
}

/// Whether one pattern holds another, by their text: all patterns have stars for what is open, and a place holds what lies
/// below it.
fn holds(wide: &str, narrow: &str) -> bool {
    if wide == narrow {
        return false;
    }
    match (wide.split_once('*'), wide.rsplit_once('*')) {
        (Some((start, _)), Some((_, end))) => narrow.starts_with(start) && narrow.ends_with(end),
        _ if wide == "." => !narrow.starts_with(['/', '~']),
        _ => narrow.strip_prefix(wide.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/')),
    }
}

/// Entries that hold more than what is needed of them.
fn wider_entries(at: &str, granted: &[String], needed: &[String], found: &mut Vec<Finding>) {
    for entry in granted.iter().filter(|entry| !needed.contains(entry)) {
        let of_it: Vec<String> = needed.iter().filter(|narrow| holds(entry, narrow)).cloned().collect();
        if !of_it.is_empty() && !needed.iter().any(|wide| holds(wide, entry)) {
            found.push((format!("{at}: {entry}"), write::list(&of_it)));
        }
    }
}

fn arguments(tool: &Tool) -> String {
    match &tool.args {
        Args::Listed(listed) => {
            let names: Vec<&str> = listed.keys().map(String::as_str).collect();
            format!("{}, each within limits", names.join(", "))
        }
        Args::Any | Args::Closed => "no arguments".to_owned(),
    }
}

fn wider(pointer: &str, granted: &Tool, needed: &Tool, found: &mut Vec<Finding>) {
    for (value, variant) in granted.variants.iter().flat_map(|variants| &variants.of) {
        let needs = needed.variants.as_ref().and_then(|variants| variants.of.get(value));
        let at = format!("{pointer}.variants.of.{value}");
        needs.into_iter().for_each(|needs| wider(&at, variant, needs, found));
    }
    if granted.args == Args::Any && needed.args != Args::Any && needed.variants.is_none() {
        found.push((format!("{pointer}.args"), arguments(needed)));
    }
    if granted.other_args && !needed.other_args {
        found.push((format!("{pointer}.other_args"), arguments(needed)));
    }
    if let (Args::Listed(granted), Args::Listed(needed)) = (&granted.args, &needed.args) {
        wider_members(&format!("{pointer}.args"), granted, needed, found);
    }
}

type Members = BTreeMap<String, Constraint>;

fn wider_members(at: &str, granted: &Members, needed: &Members, found: &mut Vec<Finding>) {
    for (name, constraint) in granted {
        if let Some(need) = needed.get(name) {
            wider_constraint(&format!("{at}.{name}"), constraint, need, found);
        }
    }
}

fn wider_constraint(at: &str, granted: &Constraint, needed: &Constraint, found: &mut Vec<Finding>) {
    use Constraint as C;
    let is_open = matches!(granted, C::Any | C::Matches(_) | C::Shape(_) | C::Range { .. } | C::Not(_));
    match (granted, needed) {
        (C::Any, C::Any) => {}
        (C::Any, _) => found.push((at.to_owned(), write::constraint(needed))),
        (_, C::OneOf(_)) if is_open => found.push((at.to_owned(), write::constraint(needed))),
        (C::Range { min, max }, C::Range { min: least, max: most }) => {
            // A bound far beyond what the next use may need, or none at all.
            let far = |bound: &Option<f64>, need: &Option<f64>| match (bound, need) {
                (None, Some(_)) => true,
                (Some(bound), Some(need)) => bound.abs() > need.abs().max(1.0) * WIDER,
                (_, None) => false,
            };
            if far(min, least) || far(max, most) {
                found.push((format!("{at}.range"), write::constraint(needed)));
            }
        }
        (C::MaxItems(most), C::MaxItems(need)) | (C::MaxLength(most), C::MaxLength(need))
            if *most as f64 > *need as f64 * WIDER =>
        {
            found.push((at.to_owned(), write::constraint(needed)));
        }
        (C::Paths { paths, .. }, C::Paths { paths: needed, .. }) => {
            wider_entries(&format!("{at}.paths"), paths, needed, found);
        }
        (C::Urls(urls), C::Urls(needed)) => wider_entries(&format!("{at}.urls"), urls, needed, found),
        (C::Emails(emails), C::Emails(needed)) => wider_entries(&format!("{at}.emails"), emails, needed, found),
        (C::Commands(commands), C::Commands(needed)) => {
            wider_entries(&format!("{at}.commands"), commands, needed, found);
        }
        (C::Sql(grant), C::Sql(need)) => wider_sql(&format!("{at}.sql"), grant, need, found),
        (C::Text(grant), C::Text(need)) => {
            let parts = [
                ("hosts", &grant.hosts, &need.hosts),
                ("emails", &grant.emails, &need.emails),
                ("accounts", &grant.accounts, &need.accounts),
            ];
            for (name, granted, needed) in parts {
                wider_list(&format!("{at}.text.{name}"), granted.as_deref(), needed.as_deref(), found);
            }
        }
        (C::Each(granted), C::Each(needed)) => wider_constraint(&format!("{at}.each"), granted, needed, found),
        (C::Fields { fields, .. }, C::Fields { fields: needed, .. }) => {
            wider_members(&format!("{at}.fields"), fields, needed, found);
        }
        // Two kinds together, or one of several: each is compared with what is of its kind.
        (C::All(parts) | C::AnyOf(parts), needed) => {
            parts.iter().for_each(|part| wider_part(at, part, needed, found));
        }
        (granted, C::All(_) | C::AnyOf(_)) => wider_part(at, granted, needed, found),
        _ => {}
    }
}

fn wider_part(at: &str, part: &Constraint, needed: &Constraint, found: &mut Vec<Finding>) {
    let needed = match needed {
        Constraint::All(parts) | Constraint::AnyOf(parts) => parts.as_slice(),
        one => std::slice::from_ref(one),
    };
    let same = |one: &&Constraint| std::mem::discriminant(*one) == std::mem::discriminant(part);
    if let Some(need) = needed.iter().find(same) {
        wider_constraint(at, part, need, found);
    }
}

fn wider_sql(
    at: &str,
    granted: &crate::model::policy::SqlGrant,
    needed: &crate::model::policy::SqlGrant,
    found: &mut Vec<Finding>,
) {
    wider_list(&format!("{at}.tables"), granted.tables.as_deref(), needed.tables.as_deref(), found);
    // Without a list of its own, what may be written is what may be read.
    let writes = |grant: &crate::model::policy::SqlGrant| grant.writes.clone().or_else(|| grant.tables.clone());
    if granted.writes.is_some() {
        wider_list(&format!("{at}.writes"), writes(granted).as_deref(), needed.writes.as_deref(), found);
    }
}

/// No list is everything.
fn wider_list(at: &str, granted: Option<&[String]>, needed: Option<&[String]>, found: &mut Vec<Finding>) {
    match (granted, needed) {
        (None, Some(needed)) => found.push((at.to_owned(), write::list(needed))),
        (Some(granted), Some(needed)) => wider_entries(at, granted, needed, found),
        (_, None) => {}
    }
}
