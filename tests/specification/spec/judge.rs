//! The rules, one after the other. Every rule that matches speaks; then the strictest wins.

use std::collections::BTreeSet;

use mcp_remit::model::facts::Facts;
use mcp_remit::model::history::{History, Mark};
use mcp_remit::model::policy::{Args, Constraint, Document, LabelRef, Server, Tool, ToolRef};
use mcp_remit::model::request::{Action, Request};
use mcp_remit::model::verdict::Decision;
use serde_json::{Map, Value};

use super::constraints::{With, is_there, satisfies};
use super::places::{self, As};
use super::touches::{Touch, What, takes_away, touches, variant};
use super::{hosts, protections, words};

/// One rule that spoke: what it says, where it stands, and the top-level argument that it is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spoke {
    pub effect: Decision,
    pub rule: String,
    pub argument: Option<String>,
}

pub struct Ruled {
    pub decision: Decision,
    pub spoke: BTreeSet<Spoke>,
    pub marks: Vec<Mark>,
}

struct Judge<'a> {
    document: &'a Document,
    server: Option<&'a Server>,
    history: &'a History,
    facts: &'a Facts,
    request: &'a Request,
    touched: Vec<Touch>,
    spoke: BTreeSet<Spoke>,
    /// A rule that grants, asks for or refuses this very request spoke: not only a restraint on what it touches.
    matched: bool,
    marks: Vec<Mark>,
    /// Arguments in which a grant names a host that is near.
    named: BTreeSet<String>,
}

pub fn decide(document: &Document, history: &History, facts: &Facts, request: &Request) -> Ruled {
    let mut judge = Judge {
        document,
        server: document.servers.get(&request.server),
        history,
        facts,
        request,
        touched: touches(document, request),
        spoke: BTreeSet::new(),
        matched: false,
        marks: Vec::new(),
        named: BTreeSet::new(),
    };
    judge.name();
    match &request.action {
        Action::Call { tool, arguments } => judge.call(tool, arguments),
        _ => judge.channel(),
    }
    if judge.server.is_none() && document.default_allow {
        judge.rule(Decision::Allow, "default");
    }
    judge.places();
    judge.hosts();
    judge.secrets();
    judge.header_lines();
    judge.flows();
    if !judge.matched {
        judge.rule(Decision::Deny, "default");
    }
    let decision = judge.spoke.iter().map(|spoke| spoke.effect).max().unwrap();
    Ruled { decision, spoke: judge.spoke, marks: judge.marks }
}

/// Whether some call of the tool could be allowed or asked, as far as its name decides: no other tool is shown to anybody.
pub fn could_pass(document: &Document, server: &str, tool: &str) -> bool {
    let approved = document.approvals.iter().any(|approval| refers_to(approval, server, tool));
    let Some(rules) = document.servers.get(server) else { return approved || document.default_allow };
    let named = rules.tools.contains_key(tool) || rules.allowed_tools.iter().any(|name| name == tool);
    let nameless = rules.tools.is_empty()
        && rules.allowed_tools.is_empty()
        && (rules.allowed_paths.is_some() || !rules.denied_paths.is_empty() || !rules.denied_patterns.is_empty());
    let denied = rules.denied_tools.iter().any(|name| name == tool);
    !denied && (approved || named || nameless)
}

/// Whether what the session did before can matter at all.
pub fn needs_history(document: &Document) -> bool {
    let counts = |tool: &Tool| tool.rate.is_some() || tool.budget.is_some();
    let tools = document.servers.values().flat_map(|server| server.tools.values());
    let rules = tools.flat_map(|tool| tool.variants.iter().flat_map(|variants| variants.of.values()).chain([tool]));
    !document.flows.is_empty() || rules.into_iter().any(counts)
}

impl<'a> Judge<'a> {
    fn speak(&mut self, effect: Decision, rule: &str, argument: Option<&str>) {
        let top = argument.map(|at| format!("/{}", at.split('/').nth(1).unwrap()));
        self.spoke.insert(Spoke { effect, rule: rule.to_owned(), argument: top });
    }

    /// A rule about the request itself.
    fn rule(&mut self, effect: Decision, rule: &str) {
        self.matched = true;
        self.speak(effect, rule, None);
    }

    fn rule_about(&mut self, rule: &str, argument: &str) {
        self.matched = true;
        self.speak(Decision::Deny, rule, Some(argument));
    }

    fn at(&self, key: &str) -> String {
        format!("servers.{}{key}", self.request.server)
    }

    /// A name with white space at its ends, with what does not show, or that only looks like another, is nobody's.
    fn name(&mut self) {
        let name = match &self.request.action {
            Action::Call { tool, .. } => tool,
            Action::Prompt { name, .. } => name,
            Action::Resource { uri } => uri,
            Action::Completion { reference, .. } => reference,
            _ => return,
        };
        let hidden = name.contains(|c: char| c.is_control() || ['\u{200b}', '\u{202e}'].contains(&c));
        let cyrillic = name.contains(['а', 'е', 'о', 'ｒ']);
        if name.is_empty() || name.trim() != name || hidden || cyrillic {
            self.speak(Decision::Deny, "message", None);
        }
    }

    fn call(&mut self, tool: &str, arguments: &'a Map<String, Value>) {
        for (index, approval) in self.document.approvals.iter().enumerate() {
            if refers_to(approval, &self.request.server, tool) {
                self.rule(Decision::Ask, &format!("approvals.require_human_approval[{index}]"));
            }
        }
        let Some(server) = self.server else { return };
        let has = |list: &[String]| list.iter().any(|name| name == tool);
        if has(&server.denied_tools) {
            self.rule(Decision::Deny, &self.at(".denied_tools"));
        }
        if let Some(rules) = server.tools.get(tool) {
            self.tool(&self.at(&format!(".tools.{tool}")), rules, arguments);
        } else if has(&server.allowed_tools) {
            self.rule(Decision::Allow, &self.at(".allowed_tools"));
        } else if server.tools.is_empty() && server.allowed_tools.is_empty() {
            self.paths_alone(server);
        }
    }

    /// No tool is named: what the call touches decides, and that must be granted places only.
    fn paths_alone(&mut self, server: &Server) {
        let has_rules =
            server.allowed_paths.is_some() || !server.denied_paths.is_empty() || !server.denied_patterns.is_empty();
        let places_only = self.touched.iter().all(|touch| matches!(touch.what, What::Path { .. }));
        let places_only = places_only && !self.touched.is_empty();
        match (has_rules, places_only, &server.allowed_paths) {
            (false, _, _) => {}
            (_, true, Some(_)) => self.rule(Decision::Allow, &self.at(".allowed_paths")),
            (_, false, Some(_)) => self.speak(Decision::Deny, &self.at(".allowed_paths"), None),
            (_, _, None) => self.rule(Decision::Deny, &self.at("")),
        }
    }

    fn tool(&mut self, at: &str, tool: &'a Tool, arguments: &Map<String, Value>) {
        self.limits(at, tool, arguments);
        if tool.ask {
            self.rule(Decision::Ask, &format!("{at}.ask"));
        }
        let mut rules = vec![(at.to_owned(), tool)];
        if let Some(variants) = &tool.variants {
            let Some(chosen) = variant(tool, arguments) else {
                return self.rule_about(&format!("{at}.variants"), &format!("/{}", variants.by));
            };
            let value = arguments[&variants.by].as_str().unwrap();
            let at = format!("{at}.variants.of.{value}");
            self.limits(&at, chosen, arguments);
            if chosen.ask {
                self.rule(Decision::Ask, &format!("{at}.ask"));
            }
            rules.insert(0, (at, chosen));
        }
        let before = self.denials();
        let by = tool.variants.as_ref().map(|variants| variants.by.as_str());
        self.arguments(&rules, arguments, by);
        if self.denials() == before {
            self.rule(Decision::Allow, &rules[0].0);
        }
    }

    fn denials(&self) -> usize {
        self.spoke.iter().filter(|spoke| spoke.effect == Decision::Deny && spoke.rule.starts_with("servers.")).count()
    }

    /// Arguments are closed. With a variant, what either rule lists is listed, and both constraints hold.
    fn arguments(&mut self, rules: &[(String, &'a Tool)], arguments: &Map<String, Value>, by: Option<&str>) {
        let open = rules.iter().any(|(_, rule)| rule.other_args || rule.args == Args::Any);
        let (root, dialect) = self.server.map(|server| (server.root.as_deref(), server.dialect.as_deref())).unwrap();
        for (name, value) in arguments {
            let with =
                With { facts: self.facts, arguments, root, dialect, takes_away: takes_away(self.request), key: name };
            let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
            let mut listed = false;
            for (at, rule) in rules {
                let Args::Listed(all) = &rule.args else { continue };
                let Some(constraint) = all.get(name) else { continue };
                listed = true;
                if value.is_null() {
                } else if satisfies(constraint, value, with) {
                    self.near_hosts(constraint, value, &pointer, with);
                } else {
                    self.rule_about(&format!("{at}.args.{name}"), &pointer);
                }
            }
            if !listed && !open && by != Some(name.as_str()) {
                self.rule_about(&format!("{}.args", rules[0].0), &pointer);
            }
        }
        for (at, rule) in rules {
            let listed = |rule: &'a Tool, name: &String| match &rule.args {
                Args::Listed(all) => all.get(name),
                _ => None,
            };
            let is_missing =
                |name: &String| rules.iter().any(|(_, rule)| !is_there(listed(rule, name), arguments.get(name)));
            if rule.required.iter().any(is_missing) {
                self.rule(Decision::Deny, &format!("{at}.required"));
            }
        }
    }

    /// Which arguments hold a URL whose host a grant names: near ones among them are meant.
    fn near_hosts(&mut self, constraint: &Constraint, value: &Value, at: &str, with: With<'_>) {
        match (constraint, value) {
            (Constraint::Urls(_), Value::String(_)) if satisfies(constraint, value, with) => {
                self.named.insert(at.to_owned());
            }
            (Constraint::Each(_) | Constraint::Urls(_), Value::Array(items)) => {
                let inner = if let Constraint::Each(inner) = constraint { inner } else { constraint };
                let each = items.iter().enumerate();
                each.for_each(|(index, item)| self.near_hosts(inner, item, &format!("{at}/{index}"), with));
            }
            (Constraint::Fields { fields, .. }, Value::Object(members)) => {
                for (name, member) in members {
                    self.near_hosts(&fields[name], member, &format!("{at}/{name}"), with);
                }
            }
            (Constraint::All(inner) | Constraint::AnyOf(inner), value) => {
                let held = inner.iter().filter(|inner| satisfies(inner, value, with));
                held.for_each(|inner| self.near_hosts(inner, value, at, with));
            }
            _ => {}
        }
    }

    /// Rates and budgets, by what was forwarded within the window that ends now.
    fn limits(&mut self, at: &str, tool: &Tool, arguments: &Map<String, Value>) {
        let now = self.facts.time.unwrap_or_default().0;
        if let Some(rate) = tool.rate {
            let at = format!("{at}.rate");
            let hits = self.history.hits.get(&at).into_iter().flatten();
            let recent = hits.filter(|hit| now - hit.0 < rate.per.milliseconds()).count();
            if recent as u64 >= rate.max {
                self.rule(Decision::Deny, &at);
            }
            self.marks.push(Mark::Hit { counter: at });
        }
        if let Some(budget) = &tool.budget {
            let at = format!("{at}.budget");
            let argument = format!("/{}", budget.sum);
            let amount = arguments.get(&budget.sum).and_then(Value::as_f64).filter(|amount| *amount >= 0.0);
            let Some(amount) = amount else { return self.rule_about(&at, &argument) };
            let spent = self.history.spent.get(&at).into_iter().flatten();
            let recent = spent.filter(|one| now - one.at.0 < budget.per.milliseconds());
            if recent.map(|one| one.amount).sum::<f64>() + amount > budget.max {
                self.rule_about(&at, &argument);
            }
            self.marks.push(Mark::Spent { budget: at, amount });
        }
    }

    /// Resources, prompts, completions, sampling, elicitation.
    fn channel(&mut self) {
        let Some(server) = self.server else { return };
        let resource =
            |uri: &str| server.resources.iter().any(|pattern| uri_matches(pattern, uri)) && !places::climbs(uri);
        let prompt = |name: &String| server.prompts.contains(name);
        let (key, ruled) = match &self.request.action {
            Action::Resource { uri } => {
                let granted = resource(uri)
                    && self.links().iter().all(|place| resource(&format!("file:///{}", place.trim_start_matches('/'))));
                (".resources", granted.then_some(Decision::Allow))
            }
            Action::Prompt { name, .. } => (".prompts", prompt(name).then_some(Decision::Allow)),
            Action::Completion { reference, .. } if prompt(reference) => (".prompts", Some(Decision::Allow)),
            Action::Completion { reference, .. } => (".resources", resource(reference).then_some(Decision::Allow)),
            Action::Sampling { .. } => (".sampling", server.sampling),
            Action::Elicitation { .. } => (".elicitation", server.elicitation),
            Action::Call { .. } => return,
        };
        if let Some(decision) = ruled {
            self.rule(decision, &self.at(key));
        }
    }

    /// Where the paths lead that lead elsewhere than they say.
    fn links(&self) -> Vec<String> {
        let mut found = Vec::new();
        for touch in &self.touched {
            let What::Path { readings, root, base, .. } = &touch.what else { continue };
            for reading in readings {
                let absolute = places::absolute(reading, root.as_deref(), base.as_deref(), self.facts);
                if self.facts.places.contains_key(&absolute) {
                    found.extend(places::leads(&absolute, self.facts));
                }
            }
        }
        found
    }

    /// The server's path rules and the protections: each reading of each path, as it is spelled and where it leads.
    fn places(&mut self) {
        for touch in std::mem::take(&mut self.touched) {
            match &touch.what {
                What::Nowhere => self.speak(Decision::Deny, "message", Some(&touch.argument)),
                What::Path { takes_away, perhaps, .. } => {
                    let (spelled, real) = self.spelled_and_real(&touch.what);
                    let all: BTreeSet<&String> = spelled.iter().chain(&real).collect();
                    self.path_rules(&touch.argument, &all, if *perhaps { &[] } else { &real }, *takes_away);
                    let off = self.server.map(|server| server.unprotected.as_slice()).unwrap_or_default();
                    for name in all.iter().flat_map(|one| protections::of_place(one, *takes_away, off, self.facts)) {
                        self.speak(Decision::Deny, &format!("protection.{name}"), Some(&touch.argument));
                    }
                }
                _ => {}
            }
            self.touched.push(touch);
        }
    }

    fn spelled_and_real(&self, what: &What) -> (Vec<String>, Vec<String>) {
        let What::Path { readings, root, base, .. } = what else { return (Vec::new(), Vec::new()) };
        let absolute: Vec<String> = readings
            .iter()
            .map(|reading| places::absolute(reading, root.as_deref(), base.as_deref(), self.facts))
            .collect();
        let spelled = absolute.iter().map(|absolute| places::place(absolute, self.facts.os)).collect();
        let real = absolute.iter().flat_map(|absolute| places::leads(absolute, self.facts)).collect();
        (spelled, real)
    }

    fn path_rules(&mut self, argument: &str, all: &BTreeSet<&String>, real: &[String], takes_away: bool) {
        let Some(server) = self.server else { return };
        let facts = self.facts;
        let outside = |allowed: &Vec<String>| real.iter().any(|place| !places::holds(allowed, place, As::Grant, facts));
        if server.allowed_paths.as_ref().is_some_and(outside) {
            self.speak(Decision::Deny, &self.at(".allowed_paths"), Some(argument));
        }
        let denied = |place: &&String| {
            places::holds(&server.denied_paths, place, As::Restraint, facts)
                || (takes_away && places::lies_below(&server.denied_paths, place, facts))
        };
        if all.iter().any(denied) {
            self.speak(Decision::Deny, &self.at(".denied_paths"), Some(argument));
        }
        let named = |place: &&String| {
            places::is_named(&server.denied_patterns, place)
                || (takes_away && places::holds_named(&server.denied_patterns, place))
        };
        if all.iter().any(named) {
            self.speak(Decision::Deny, &self.at(".denied_patterns"), Some(argument));
        }
    }

    fn hosts(&mut self) {
        let off = self.server.map(|server| server.unprotected.clone()).unwrap_or_default();
        for touch in std::mem::take(&mut self.touched) {
            if let What::Url(url) = &touch.what
                && let Some(name) = hosts::near(&url.host)
                && !off.iter().any(|off| off == name)
                && !(name == "private-hosts" && self.named.contains(&touch.argument))
            {
                self.speak(Decision::Deny, &format!("protection.{name}"), Some(&touch.argument));
            }
            self.touched.push(touch);
        }
    }

    /// A secret in the arguments of a call that goes outside.
    fn secrets(&mut self) {
        let outside = self.touched.iter().any(|touch| match &touch.what {
            What::Url(url) => hosts::near(&url.host).is_none(),
            What::Address => true,
            _ => false,
        });
        let is_off =
            self.server.is_some_and(|server| server.unprotected.iter().any(|off| off == "credentials-outside"));
        if !outside || is_off {
            return;
        }
        for (name, value) in self.request.arguments().into_iter().flatten() {
            if words::holds_secret(&value.to_string()) {
                let at = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
                self.speak(Decision::Deny, "protection.credentials-outside", Some(&at));
            }
        }
    }

    /// A line in `to` or `cc` that begins another header. Such a key names an addressee, so the call is a mail.
    fn header_lines(&mut self) {
        fn texts<'v>(key: &str, value: &'v Value, at: &str, found: &mut Vec<(String, &'v str)>) {
            let below = |name: &str| format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
            match value {
                Value::Object(members) => members.iter().for_each(|(key, one)| texts(key, one, &below(key), found)),
                Value::Array(items) => {
                    items.iter().enumerate().for_each(|(index, one)| texts(key, one, &below(&index.to_string()), found))
                }
                Value::String(text) if ["to", "cc"].contains(&key) => found.push((at.to_owned(), text)),
                _ => {}
            }
        }
        let mut found = Vec::new();
        for (name, value) in self.request.arguments().into_iter().flatten() {
            let at = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
            texts(name, value, &at, &mut found);
        }
        let is_off = self.server.is_some_and(|server| server.unprotected.iter().any(|off| off == "header-lines"));
        for (at, _) in found.iter().filter(|(_, text)| text.contains("\nBcc: ") && !is_off) {
            self.speak(Decision::Deny, "protection.header-lines", Some(at));
        }
    }

    /// A flow restrains a request that earns its last label, once the session has all the others.
    fn flows(&mut self) {
        if self.document.flows.is_empty() {
            return;
        }
        let own = self.labels();
        for (index, flow) in self.document.flows.iter().enumerate() {
            let earned =
                |label: &String| self.history.labels.contains_key(label) || (*label != flow.to && own.contains(label));
            if own.contains(&flow.to) && flow.from.iter().all(earned) {
                self.speak(flow.then, &format!("flows[{index}]"), None);
            }
        }
        for label in own {
            self.marks.push(Mark::Label { label, by: self.request.name() });
        }
    }

    /// Who calls the tool, or touches the place or a folder above it, earns the label.
    fn labels(&self) -> BTreeSet<String> {
        let mut own = BTreeSet::new();
        for (label, refs) in &self.document.labels {
            for reference in refs {
                let earns = match (reference, &self.request.action) {
                    (LabelRef::Tool(tool), Action::Call { tool: name, .. }) => {
                        refers_to(tool, &self.request.server, name)
                    }
                    (LabelRef::Place { server, path }, _) if *server == self.request.server => self.touches(path),
                    _ => false,
                };
                if earns {
                    own.insert(label.clone());
                }
            }
        }
        own
    }

    fn touches(&self, path: &str) -> bool {
        let list = [path.to_owned()];
        self.touched.iter().any(|touch| {
            let (spelled, real) = self.spelled_and_real(&touch.what);
            spelled.iter().chain(&real).any(|place| {
                places::holds(&list, place, As::Restraint, self.facts) || places::lies_below(&list, place, self.facts)
            })
        })
    }
}

fn refers_to(reference: &ToolRef, server: &str, tool: &str) -> bool {
    reference.tool == tool && reference.server.as_ref().is_none_or(|own| own == server)
}

/// `*` stays within a segment of a URI, `**` does not.
fn uri_matches(pattern: &str, uri: &str) -> bool {
    match pattern.strip_suffix("**") {
        Some(start) => uri.starts_with(start),
        None => {
            let (own, asked): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), uri.split('/').collect());
            own.len() == asked.len() && own.iter().zip(asked).all(|(own, asked)| places::name_matches(own, asked))
        }
    }
}
