//! Evidence of many sessions seen as one: per server, tool and position, which session showed what.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::reading;
use super::values::Values;
use crate::model::evidence::{Beyond, Evidence, Node, Offered, Place, Session, Texts, Tool};
use crate::model::time::Timestamp;

/// All sessions but those left out.
#[derive(Debug)]
pub struct View<'a> {
    pub sessions: Vec<&'a Session>,
    /// Where paths of each session start, by its number.
    pub places: Vec<&'a Place>,
    pub servers: BTreeMap<&'a str, ServerView<'a>>,
}

#[derive(Debug, Default)]
pub struct ServerView<'a> {
    pub sessions: u32,
    pub calls: u64,
    pub failed: u64,
    pub tools: BTreeMap<&'a str, ToolView<'a>>,
    pub offered: BTreeMap<&'a str, &'a Offered>,
    /// URI -> sessions.
    pub resources: BTreeMap<&'a str, u32>,
    pub prompts: BTreeMap<&'a str, u32>,
}

#[derive(Debug, Default)]
pub struct ToolView<'a> {
    pub sessions: u32,
    pub calls: u64,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    pub arguments: Spot<'a>,
    /// The argument that may split the tool into many, and the calls by its value.
    pub by: Option<&'a str>,
    pub variants: BTreeMap<&'a str, ToolView<'a>>,
}

/// One position of the arguments over all sessions.
#[derive(Debug, Default)]
pub struct Spot<'a> {
    /// Distinct calls that had it.
    pub seen: u64,
    pub sessions: u32,
    pub nulls: u64,
    pub objects: u64,
    pub arrays: u64,
    pub long: u64,
    pub values: Values<'a>,
    /// Each session's, while they are gathered.
    sets: Vec<(u32, &'a Texts)>,
    /// What long texts embed, with the sessions that had it, ascending.
    pub embedded: BTreeMap<&'a str, Vec<u32>>,
    /// By session, what is known of values that are not looked at: those that it did not keep, and those of more than are
    /// looked at.
    pub beyond: Vec<(u32, Cow<'a, Beyond>)>,
    pub fields: BTreeMap<&'a str, Spot<'a>>,
    pub keyed: bool,
    /// In how many sessions it was.
    pub keyed_in: u32,
    pub items: Option<Box<Spot<'a>>>,
    pub most_items: u64,
}

impl<'a> View<'a> {
    /// `bare`: the place of calls whose surroundings nobody recorded.
    pub fn new(evidence: &'a Evidence, bare: &'a Place, left_out: impl Fn(&str) -> bool) -> View<'a> {
        let sessions = evidence.sessions.iter().filter(|(digest, _)| !left_out(digest));
        View::of(sessions.map(|(_, session)| session), bare)
    }

    /// All sessions, some of them replaced by what remains of them.
    pub fn replacing(evidence: &'a Evidence, bare: &'a Place, replaced: &'a BTreeMap<String, Session>) -> View<'a> {
        let sessions = evidence.sessions.iter().map(|(digest, session)| replaced.get(digest).unwrap_or(session));
        View::of(sessions, bare)
    }

    fn of(sessions: impl Iterator<Item = &'a Session>, bare: &'a Place) -> View<'a> {
        let mut view = View { sessions: Vec::new(), places: Vec::new(), servers: BTreeMap::new() };
        for session in sessions {
            let number = u32::try_from(view.sessions.len()).unwrap_or(u32::MAX);
            view.sessions.push(session);
            view.places.push(session.place.as_ref().unwrap_or(bare));
            for (name, server) in &session.servers {
                let seen = view.servers.entry(name).or_default();
                seen.sessions += 1;
                seen.failed += server.failed;
                for (name, tool) in &server.tools {
                    seen.calls += tool.calls;
                    seen.tools.entry(name).or_default().add(tool, number);
                }
                seen.offered.extend(server.offered.iter().map(|(name, offered)| (name.as_str(), offered)));
                for uri in &server.resources {
                    *seen.resources.entry(uri).or_default() += 1;
                }
                for prompt in &server.prompts {
                    *seen.prompts.entry(prompt).or_default() += 1;
                }
            }
        }
        for tool in view.servers.values_mut().flat_map(|server| server.tools.values_mut()) {
            tool.finish();
        }
        view
    }
}

/// A position of which not all values were looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sampled {
    /// `server.tool /pointer`
    pub position: String,
    pub looked_at: usize,
    /// How many there were; where a session did not keep all of its own, there were more.
    pub distinct: usize,
    pub or_more: bool,
}

impl View<'_> {
    /// What the policy was not learned from, value by value.
    pub fn sampled(&self) -> Vec<Sampled> {
        let mut found = Vec::new();
        for (server, seen) in &self.servers {
            for (tool, calls) in &seen.tools {
                calls.arguments.sampled(&format!("{server}.{tool} "), &mut found);
            }
        }
        found
    }
}

/// How many sessions these recordings are of: the servers of one run of a client are recorded apart, and are one session.
pub fn runs<'a>(recordings: impl IntoIterator<Item = &'a Session>) -> usize {
    let (mut runs, mut alone) = (BTreeSet::new(), 0);
    for recording in recordings {
        match &recording.run {
            Some(run) => {
                runs.insert(run);
            }
            None => alone += 1,
        }
    }
    runs.len() + alone
}

impl<'a> ToolView<'a> {
    fn finish(&mut self) {
        self.arguments.finish();
        self.variants.values_mut().for_each(ToolView::finish);
    }

    fn add(&mut self, tool: &'a Tool, session: u32) {
        self.sessions += 1;
        self.calls += tool.calls;
        self.first = [self.first, tool.first].into_iter().flatten().min();
        self.last = self.last.max(tool.last);
        self.arguments.add(&tool.arguments, session);
        if let (Some(by), Some(known)) = (&tool.by, self.by)
            && by != known
        {
            // Two arguments that each seem to split the tool: variants of one say nothing of the other's.
            return;
        }
        self.by = self.by.or(tool.by.as_deref());
        for (value, variant) in &tool.variants {
            self.variants.entry(value).or_default().add(variant, session);
        }
    }
}

impl<'a> Spot<'a> {
    /// Once all sessions were added.
    fn finish(&mut self) {
        let sets = std::mem::take(&mut self.sets);
        let (values, beyond) = Values::of(&sets);
        self.values = values;
        self.beyond.extend(beyond.into_iter().map(|(session, beyond)| (session, Cow::Owned(beyond))));
        self.fields.values_mut().for_each(Spot::finish);
        self.items.iter_mut().for_each(|items| items.finish());
    }

    fn sampled(&self, position: &str, found: &mut Vec<Sampled>) {
        if !self.beyond.is_empty() {
            let or_more = self.beyond.iter().any(|(_, beyond)| matches!(beyond, Cow::Borrowed(_)));
            let (looked_at, distinct) = (self.values.len(), self.values.distinct);
            found.push(Sampled { position: position.to_owned(), looked_at, distinct, or_more });
        }
        for (name, field) in &self.fields {
            field.sampled(&format!("{position}/{}", reading::escape(name)), found);
        }
        if let Some(items) = &self.items {
            items.sampled(&format!("{position}/*"), found);
        }
    }

    fn add(&mut self, node: &'a Node, session: u32) {
        self.seen += node.seen;
        self.sessions += 1;
        self.nulls += node.nulls;
        self.objects += node.objects;
        self.arrays += node.arrays;
        self.long += node.long;
        self.keyed |= node.keyed;
        self.keyed_in += u32::from(node.keyed);
        self.most_items = self.most_items.max(node.most_items);
        self.beyond.extend(node.beyond.as_deref().map(|beyond| (session, Cow::Borrowed(beyond))));
        self.sets.push((session, &node.values));
        for embedded in &node.embedded {
            self.embedded.entry(embedded).or_default().push(session);
        }
        for (name, field) in &node.fields {
            self.fields.entry(name).or_default().add(field, session);
        }
        if let Some(items) = &node.items {
            self.items.get_or_insert_default().add(items, session);
        }
    }

    /// The strings among the values.
    pub fn strings(&self) -> impl Iterator<Item = (String, &[u32])> {
        self.values
            .iter()
            .filter(|(text, _)| text.starts_with('"'))
            .filter_map(|(text, sessions)| serde_json::from_str::<String>(text).ok().map(|string| (string, sessions)))
    }
}
