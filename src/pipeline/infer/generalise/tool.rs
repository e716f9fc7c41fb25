//! One tool -> its rule.

use std::collections::{BTreeMap, BTreeSet};

use super::super::reading;
use super::super::stakes;
use super::super::view::{ServerView, Spot, ToolView, View};
use super::domains::Domains;
use super::policy::Note;
use super::position::{self, Context};
use super::unseen;
use crate::decision::sql::Dialect;
use crate::model::evidence::Offered;
use crate::model::policy::{Args, Constraint, Tool, Variants};

use super::super::readings::Readings;
use super::super::settings::Settings;

/// What all tools of a server are generalised with.
#[derive(Debug)]
pub struct Workshop<'a> {
    pub server: &'a str,
    pub seen: &'a ServerView<'a>,
    pub view: &'a View<'a>,
    pub settings: &'a Settings,
    pub readings: &'a Readings,
    pub domains: Domains,
}

impl<'a> Workshop<'a> {
    pub fn new(
        server: &'a str,
        seen: &'a ServerView<'a>,
        view: &'a View<'a>,
        settings: &'a Settings,
        readings: &'a Readings,
    ) -> Workshop<'a> {
        Workshop { server, seen, view, settings, readings, domains: Domains::of(seen) }
    }

    /// The rule of one tool. What is known of it goes to `notes`, below `pointer`. `None`: each of its calls held something
    /// that no constraint can say, so that a rule would grant nothing.
    pub fn rule(
        &self,
        name: &str,
        tool: &ToolView<'_>,
        pointer: &str,
        notes: &mut BTreeMap<String, Note>,
    ) -> Option<Tool> {
        let offered = self.seen.offered.get(name).copied();
        let context = self.context(name, tool, offered);
        notes.insert(pointer.to_owned(), Note::of_tool(tool, &context));
        let variants = is_many(tool).map(|by| {
            let rules = tool.variants.iter().filter_map(|(value, variant)| {
                let pointer = format!("{pointer}.variants.of.{value}");
                let named = format!("{name}_{value}");
                let mut context = self.context(&named, variant, None);
                context.tool = name;
                let rule = self.arguments(&context, variant, offered, Some(by), &pointer, notes)?;
                notes.insert(pointer, Note::of_tool(variant, &context));
                Some(((*value).to_owned(), rule))
            });
            Variants { by: by.to_owned(), of: rules.collect() }
        });
        if variants.is_some() {
            return variants
                .filter(|variants| !variants.of.is_empty())
                .map(|variants| Tool { variants: Some(variants), ..Tool::default() });
        }
        self.arguments(&context, tool, offered, None, pointer, notes)
    }

    fn context<'b>(&'b self, name: &'b str, tool: &'b ToolView<'_>, offered: Option<&Offered>) -> Context<'b> {
        let base = tool.arguments.fields.iter().find(|(key, _)| reading::is_base_name(key));
        Context {
            server: self.server,
            tool: name,
            strictness: self.settings.strictness,
            stakes: stakes::of(name, tool, offered),
            sessions: tool.sessions,
            domains: &self.domains,
            view: self.view,
            settings: self.settings,
            readings: self.readings,
            base: base.map(|(key, spot)| (*key, spot)),
            dialect: Dialect::of_server(self.server),
            path: Vec::new(),
            closed: false,
        }
    }

    fn arguments(
        &self,
        context: &Context<'_>,
        tool: &ToolView<'_>,
        offered: Option<&Offered>,
        by: Option<&str>,
        pointer: &str,
        notes: &mut BTreeMap<String, Note>,
    ) -> Option<Tool> {
        let (mut listed, mut required) = (BTreeMap::new(), Vec::new());
        let mut free = unseen::harmless(context, offered);
        free.retain(|name, _| Some(name.as_str()) != by);
        for (name, spot) in tool.arguments.fields.iter().filter(|(name, _)| Some(**name) != by) {
            let inner = context.member(name, &tool.arguments.fields);
            let mut reasoned = position::constrain(&inner, spot);
            let granted_unseen = free.remove(*name);
            let in_every_call = spot.seen == tool.arguments.objects && spot.nulls == 0;
            if reasoned.constraint == position::nothing() && spot.nulls < spot.seen {
                if in_every_call {
                    return None;
                }
                continue;
            }
            let always = in_every_call && granted_unseen.is_none();
            if let Some(wider) = granted_unseen {
                reasoned.constraint = unseen::widen(reasoned.constraint, wider);
            }
            if always && reasoned.constraint != Constraint::Any {
                required.push((*name).to_owned());
            }
            let at = format!("{pointer}.args.{name}");
            for (below, why) in reasoned.inner {
                notes.insert(format!("{at}{below}"), Note { why, ..Note::default() });
            }
            notes.insert(at, Note::of_argument(name, spot, reasoned.why));
            listed.insert((*name).to_owned(), reasoned.constraint);
        }
        for (name, constraint) in free {
            let at = format!("{pointer}.args.{name}");
            let why = vec!["never used; optional, of a call that only looks, and it touches nothing".to_owned()];
            notes.insert(at, Note { why, ..Note::default() });
            listed.insert(name, constraint);
        }
        for (name, constraint, from) in self.lent_arguments(context, tool, offered) {
            let why = vec![format!("never used here; {from} takes it, and a person is asked each time")];
            notes.insert(format!("{pointer}.args.{name}"), Note { why, ..Note::default() });
            listed.insert(name, constraint);
        }
        let args = if listed.is_empty() { Args::Closed } else { Args::Listed(listed) };
        let ask = context.is_rare_and_dangerous();
        Some(Tool { args, required, ask, ..Tool::default() })
    }

    /// Arguments of well-known tools of the same dangerous class, for a tool that is rare in it and asked each time. Tools
    /// of one server and one class (send, schedule, change a payment) share their arguments, and two sessions cannot have
    /// shown all of them; the person who is asked sees each value, and its form is still checked. Where the schema is
    /// known, it must list the argument.
    fn lent_arguments(
        &self,
        context: &Context<'_>,
        tool: &ToolView<'_>,
        offered: Option<&Offered>,
    ) -> Vec<(String, Constraint, String)> {
        let mut lent = BTreeMap::new();
        if !context.is_rare_and_dangerous() || context.is_exact() {
            return Vec::new();
        }
        for (sibling, seen) in &self.seen.tools {
            let theirs = self.context(sibling, seen, self.seen.offered.get(sibling).copied());
            if theirs.stakes.class != context.stakes.class || theirs.is_rare_and_dangerous() {
                continue;
            }
            for (name, spot) in &seen.arguments.fields {
                let known = tool.arguments.fields.contains_key(name);
                if known || offered.is_some_and(|offered| !offered.arguments.contains_key(*name)) {
                    continue;
                }
                let here = context.member(name, &seen.arguments.fields);
                let reasoned = position::constrain(&here, spot);
                lent.entry((*name).to_owned()).or_insert((reasoned.constraint, (*sibling).to_owned()));
            }
        }
        lent.into_iter().map(|(name, (constraint, from))| (name, constraint, from)).collect()
    }
}

/// Whether one argument splits the tool into many: its value tells which other arguments a call has. That is how a
/// gateway is built, and what sets it apart from a mode that changes nothing else.
fn is_many<'a>(tool: &ToolView<'a>) -> Option<&'a str> {
    let by = tool.by?;
    let in_variants: u64 = tool.variants.values().map(|variant| variant.arguments.objects).sum();
    if tool.variants.len() < 2 || in_variants != tool.arguments.objects {
        return None;
    }
    let shapes: BTreeSet<Vec<&str>> = tool.variants.values().map(|variant| keys(&variant.arguments)).collect();
    (shapes.len() * 2 > tool.variants.len()).then_some(by)
}

fn keys<'a>(spot: &Spot<'a>) -> Vec<&'a str> {
    spot.fields.keys().copied().collect()
}
