//! Recordings -> sessions: what one run of one client recorded is one session, however many files it takes.
//!
//! The servers of a run are recorded apart, each of them known from one file. A server that was started again has several;
//! these are made one here, before anything is counted: else an attack in two of them would look like a habit.

use std::collections::BTreeMap;

use crate::model::evidence::{Beyond, Evidence, Node, Place, Server, Session, Texts, Tool};

/// The evidence with the recordings of each server in a run as one, under the first of their digests. Recordings that start
/// elsewhere stay apart, since the same path there is another one.
pub fn joined(evidence: Evidence) -> Evidence {
    let Evidence { v, sessions } = evidence;
    let mut whole = Evidence { v, sessions: BTreeMap::new() };
    let mut of_run: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (digest, session) in sessions {
        let known = session.run.as_ref().map(|run| of_run.entry(run.clone()).or_default());
        let same = |known: &&String| whole.sessions.get(*known).is_some_and(|known| is_same_server(known, &session));
        let first = known.as_ref().and_then(|known| known.iter().find(same).cloned());
        let of_one = names.entry(first.clone().unwrap_or_else(|| digest.clone())).or_default();
        of_one.push(session.name.clone());
        match first.and_then(|first| whole.sessions.get_mut(&first)) {
            Some(first) => add_session(first, session),
            None => {
                known.into_iter().for_each(|known| known.push(digest.clone()));
                whole.sessions.insert(digest, session);
            }
        }
    }
    for (digest, mut names) in names {
        names.sort();
        if let (Some(session), [first, more @ ..]) = (whole.sessions.get_mut(&digest), names.as_slice()) {
            session.name = match more {
                [] => first.clone(),
                [second] => format!("{first} and {second}"),
                more => format!("{first} and {} more of its session", more.len()),
            };
        }
    }
    whole
}

fn is_same_server(a: &Session, b: &Session) -> bool {
    let start = |session: &Session| {
        let place = session.place.as_ref();
        place.map(|place| (place.project.clone(), place.cwd.clone(), place.home.clone(), place.os, place.fold_case))
    };
    a.servers.keys().any(|server| b.servers.contains_key(server)) && start(a) == start(b)
}

fn add_session(known: &mut Session, more: Session) {
    let Session { name: _, id: _, run: _, lines, prefixes: _, place, servers, refused } = more;
    known.lines += lines;
    if let (Some(known), Some(Place { leads, .. })) = (&mut known.place, place) {
        leads.into_iter().for_each(|(spelling, places)| known.leads.entry(spelling).or_default().extend(places));
    }
    for (name, server) in servers {
        add_server(known.servers.entry(name).or_default(), server);
    }
    known.refused.extend(refused);
    known.refused.sort();
    known.refused.dedup();
}

fn add_server(known: &mut Server, more: Server) {
    let Server { tools, offered, resources, prompts, failed } = more;
    for (name, tool) in tools {
        match known.tools.get_mut(&name) {
            Some(known) => add_tool(known, tool),
            None => drop(known.tools.insert(name, tool)),
        }
    }
    known.offered.extend(offered);
    known.resources.extend(resources);
    known.prompts.extend(prompts);
    known.failed += failed;
}

fn add_tool(known: &mut Tool, more: Tool) {
    let Tool { calls, first, last, arguments, samples, variants, by } = more;
    known.calls += calls;
    known.first = [known.first, first].into_iter().flatten().min();
    known.last = known.last.max(last);
    add_node(&mut known.arguments, arguments);
    known.samples.extend(samples);
    if known.by.is_some() && by.is_some() && known.by != by {
        // Two arguments that each seem to split the tool: variants of one say nothing of the other's.
        return;
    }
    known.by = known.by.take().or(by);
    for (value, variant) in variants {
        match known.variants.get_mut(&value) {
            Some(known) => add_tool(known, variant),
            None => drop(known.variants.insert(value, variant)),
        }
    }
}

fn add_node(known: &mut Node, more: Node) {
    // What is open was brought to an end when its session was.
    let Node { seen, nulls, objects, arrays, values, open: _, long, embedded, .. } = more;
    let Node { limit: _, beyond, fields, keyed, items, most_items, .. } = more;
    known.seen += seen;
    known.nulls += nulls;
    known.objects += objects;
    known.arrays += arrays;
    known.long += long;
    known.keyed |= keyed;
    known.most_items = known.most_items.max(most_items);
    let mut texts: Vec<&str> = known.values.iter().chain(values.iter()).collect();
    texts.sort_unstable();
    texts.dedup();
    known.values = Texts::of_sorted(&texts);
    known.embedded.extend(embedded);
    known.beyond = match (known.beyond.take(), beyond) {
        (Some(known), Some(more)) => Some(Box::new(both_beyond(*known, *more))),
        (known, more) => known.or(more),
    };
    for (name, field) in fields {
        match known.fields.get_mut(&name) {
            Some(known) => add_node(known, field),
            None => drop(known.fields.insert(name, field)),
        }
    }
    match (&mut known.items, items) {
        (Some(known), Some(more)) => add_node(known, *more),
        (None, more) => known.items = more,
        (Some(_), None) => {}
    }
}

fn both_beyond(known: Beyond, more: Beyond) -> Beyond {
    let numbers = match (known.numbers, more.numbers) {
        (Some((low, high)), Some((least, most))) => Some((low.min(least), high.max(most))),
        (known, more) => known.or(more),
    };
    let directory = match (known.directory, more.directory) {
        (Some(a), Some(b)) => {
            let same = a.split('/').zip(b.split('/')).take_while(|(a, b)| a == b).map(|(part, _)| part);
            Some(same.collect::<Vec<_>>().join("/"))
        }
        (known, more) => known.or(more),
    };
    Beyond {
        values: known.values + more.values,
        numbers,
        forms: known.forms.into_iter().chain(more.forms).collect(),
        formless: known.formless || more.formless,
        directory,
    }
}
