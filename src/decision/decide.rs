//! The only place that decides.
//!
//! Every rule that matches speaks; the strictest wins (deny > ask > allow), whatever their order; the default speaks
//! only where no rule matched (DESIGN 3.1, 3.2).

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::model::effects::Effects;
use crate::model::facts::Facts;
use crate::model::history::{History, Mark};
use crate::model::place::Place;
use crate::model::request::{Action, Request};
use crate::model::verdict::{Decision, Edit, Reason, Rule, Verdict};

use super::effects::{Matter, effects};
use super::path;
use super::policy::Policy;
use super::policy::compile::{ArgRules, ServerRules, ToolRules};

mod arguments;
mod excluded;
mod headers;
mod names;
mod past;
mod world;

pub use names::trouble_with as odd_name;

use arguments::{Here, Scope};
use world::World;

/// Judges one request. Deterministic; reads the history and never changes it.
pub fn decide(policy: &Policy, history: &History, facts: &Facts, request: &Request) -> Verdict {
    judge(policy, history, facts, request, &effects(request, policy.hints(request)))
}

/// Judges a matter whose effects were read already, under the hints of this policy.
pub fn decide_matter(policy: &Policy, history: &History, facts: &Facts, matter: &Matter) -> Verdict {
    judge(policy, history, facts, &matter.request, &matter.effects)
}

fn judge(policy: &Policy, history: &History, facts: &Facts, request: &Request, found: &Effects) -> Verdict {
    let mut ruling = Ruling { request, because: Vec::new(), marks: Vec::new(), untold: 0, named_hosts: HashSet::new() };
    let server = policy.servers.get(&request.server);
    let world = World::of(found, facts);
    if let Some(trouble) = names::trouble(request) {
        ruling.deny(&message_rule(), trouble);
    }
    match (&request.action, server) {
        (Action::Call { tool, arguments }, server) => {
            judge_call(&mut ruling, policy, server, &world, tool, arguments);
        }
        (_, Some(server)) => judge_channel(&mut ruling, server, &world),
        (_, None) => {}
    }
    if server.is_none() && policy.document().default_allow {
        ruling.speak(Decision::Allow, &policy.default, "`default: allow`, and no rule names this server".into());
    }
    world::judge(&mut ruling, server, &world);
    headers::judge(&mut ruling, found, server.map(|server| server.unprotected.as_slice()).unwrap_or_default());
    past::judge(&mut ruling, policy, server, &world, history);
    if ruling.because.iter().all(is_only_a_denial) {
        ruling.default(policy, server);
    }
    ruling.close()
}

/// Protections, names and path rules deny what another rule granted. Where none did, the default still speaks, so that
/// the reader learns of both.
fn is_only_a_denial(reason: &Reason) -> bool {
    let pointer = reason.rule.pointer.as_str();
    let about_effects = pointer.starts_with(PROTECTION)
        || pointer == MESSAGE
        || ["allowed_paths", "denied_paths", "denied_patterns"].iter().any(|key| pointer.ends_with(key));
    // A flow restrains what something else granted, also where it only asks.
    (reason.effect == Decision::Deny && about_effects) || pointer.starts_with("flows[")
}

/// The pointer of every built-in denial begins so.
pub(super) const PROTECTION: &str = "protection";
const MESSAGE: &str = "message";

fn message_rule() -> Arc<Rule> {
    Arc::new(Rule { pointer: MESSAGE.into(), at: None })
}

/// So many reasons are told, whatever a call holds: an answer does not grow with the call.
const MOST_TOLD: usize = 1000;

/// What was said so far.
pub(super) struct Ruling<'a> {
    pub request: &'a Request,
    because: Vec<Reason>,
    marks: Vec<Mark>,
    /// Denials that tell nothing new beside [`MOST_TOLD`] others.
    untold: usize,
    /// Arguments whose URL a grant named by its host: private ones among them are meant.
    pub named_hosts: HashSet<String>,
}

impl Ruling<'_> {
    fn speak(&mut self, effect: Decision, rule: &Arc<Rule>, message: String) {
        self.because.push(Reason {
            effect,
            rule: rule.clone(),
            argument: None,
            value: None,
            message,
            nearest: None,
            edit: None,
        });
    }

    fn deny(&mut self, rule: &Arc<Rule>, message: String) {
        self.speak(Decision::Deny, rule, message);
    }

    fn reason(&mut self, reason: Reason) {
        let is_denied = || self.because.iter().any(|told| told.effect == Decision::Deny);
        if self.because.len() >= MOST_TOLD && is_only_a_denial(&reason) && is_denied() {
            self.untold += 1;
            return;
        }
        self.because.push(reason);
    }

    fn mark(&mut self, mark: Mark) {
        self.marks.push(mark);
    }

    /// No rule matched.
    fn default(&mut self, policy: &Policy, server: Option<&ServerRules>) {
        let name = &self.request.server;
        let (message, nearest, edit) = match (&self.request.action, server) {
            (Action::Call { tool, .. }, Some(server)) => {
                let nearest = server.nearest_tool(tool);
                (
                    format!("no rule names the tool `{tool}`"),
                    nearest,
                    edit(&format!("servers.{name}.allowed_tools"), tool),
                )
            }
            (Action::Call { tool, .. }, None) => {
                let names: Vec<&str> = policy.servers.keys().map(String::as_str).collect();
                let nearest = nearest(name, &names).map(str::to_owned);
                let message = format!("no rule names the server `{name}`");
                (message, nearest, edit(&format!("servers.{name}.allowed_tools"), tool))
            }
            (Action::Resource { uri }, _) => {
                (format!("no rule grants the resource `{uri}`"), None, edit(&format!("servers.{name}.resources"), uri))
            }
            (Action::Prompt { name: prompt, .. }, _) => (
                format!("no rule grants the prompt `{prompt}`"),
                None,
                edit(&format!("servers.{name}.prompts"), prompt),
            ),
            (Action::Completion { reference, .. }, _) => {
                (format!("no rule grants the prompt or resource `{reference}` that is completed"), None, None)
            }
            (Action::Sampling { .. }, _) => (
                "no rule lets this server use the client's model".into(),
                None,
                edit(&format!("servers.{name}.sampling"), "ask"),
            ),
            (Action::Elicitation { .. }, _) => (
                "no rule lets this server ask the user".into(),
                None,
                edit(&format!("servers.{name}.elicitation"), "ask"),
            ),
        };
        let rule = match server {
            Some(server) => server.rule.clone(),
            None => policy.default.clone(),
        };
        let rule = Arc::new(Rule { pointer: "default".into(), at: rule.at.clone() });
        self.reason(Reason { effect: Decision::Deny, rule, argument: None, value: None, message, nearest, edit });
    }

    fn close(mut self) -> Verdict {
        if self.untold > 0
            && let Some(last) = self.because.iter_mut().rfind(|reason| reason.effect == Decision::Deny)
        {
            last.message.push_str(&format!("; {} more denials are not told", self.untold));
        }
        self.because.sort_by_key(|reason| std::cmp::Reverse(reason.effect));
        let decision = self.because.first().map_or(Decision::Deny, |reason| reason.effect);
        Verdict { decision, because: self.because, marks: self.marks }
    }
}

/// The change that would grant it.
pub(super) fn edit(pointer: &str, value: &str) -> Option<Edit> {
    Some(Edit { pointer: pointer.to_owned(), yaml: value.to_owned(), remove: false })
}

/// The known word that comes closest.
pub(super) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let scored = known.iter().take(200).map(|candidate| (strsim::damerau_levenshtein(word, candidate), *candidate));
    scored.min().filter(|(distance, candidate)| *distance <= candidate.len().max(word.len()) / 2).map(|(_, near)| near)
}

impl ServerRules {
    fn nearest_tool(&self, tool: &str) -> Option<String> {
        let mut names: Vec<&str> = self.tools.keys().chain(self.allowed_tools.keys()).map(String::as_str).collect();
        names.sort_unstable();
        nearest(tool, &names).map(str::to_owned)
    }

    /// Path rules and nothing else: no tool is named, so what a call touches decides alone (DESIGN 4).
    fn has_path_rules_alone(&self) -> bool {
        self.tools.is_empty()
            && self.allowed_tools.is_empty()
            && (self.allowed_paths.is_some() || self.denied_paths.is_some() || self.denied_patterns.is_some())
    }
}

fn judge_call(
    ruling: &mut Ruling<'_>,
    policy: &Policy,
    server: Option<&ServerRules>,
    world: &World<'_>,
    tool: &str,
    arguments: &Map<String, Value>,
) {
    let approval = |server: Option<&str>| policy.approvals.get(&(server.map(str::to_owned), tool.to_owned()));
    if !policy.approvals.is_empty() {
        for rule in [approval(Some(&ruling.request.server)), approval(None)].into_iter().flatten() {
            ruling.speak(Decision::Ask, rule, format!("`{tool}` needs a person's approval"));
        }
    }
    let Some(server) = server else { return };
    if let Some(rule) = server.denied_tools.get(tool) {
        ruling.deny(rule, format!("`{tool}` is denied by name"));
    }
    if let Some(rules) = server.tools.get(tool) {
        judge_tool(ruling, policy, server, rules, world, arguments);
    } else if let Some(rule) = server.allowed_tools.get(tool) {
        ruling.speak(Decision::Allow, rule, format!("`{tool}` is allowed by name"));
    } else if server.has_path_rules_alone() {
        world::judge_by_paths_alone(ruling, server, world.found);
    }
}

/// A tool with a rule of its own: arguments, approval, variant.
fn judge_tool(
    ruling: &mut Ruling<'_>,
    policy: &Policy,
    server: &ServerRules,
    rules: &ToolRules,
    world: &World<'_>,
    arguments: &Map<String, Value>,
) {
    if let Some(rule) = &rules.ask {
        ruling.speak(Decision::Ask, rule, "every call of this tool needs a person's approval".into());
    }
    let chosen = match &rules.variants {
        None => rules,
        Some((rule, by, of)) => match arguments.get(by).and_then(Value::as_str).and_then(|value| of.get(value)) {
            Some(variant) => {
                if let Some(rule) = &variant.ask {
                    ruling.speak(Decision::Ask, rule, "every such call needs a person's approval".into());
                }
                variant
            }
            None => {
                let value = arguments.get(by).map(arguments::shown);
                let mut known: Vec<&str> = of.keys().map(String::as_str).collect();
                known.sort_unstable();
                ruling.reason(Reason {
                    effect: Decision::Deny,
                    rule: rule.clone(),
                    argument: Some(format!("/{by}")),
                    value,
                    message: format!("no variant for this value of `{by}`"),
                    nearest: Some(known.join(", ")),
                    edit: None,
                });
                return;
            }
        },
    };
    let before = ruling.because.len();
    let discriminator = rules.variants.as_ref().map(|(_, by, _)| by.as_str());
    judge_arguments(ruling, policy, server, rules, world, arguments, discriminator, chosen);
    let denied = ruling.because.iter().skip(before).any(|reason| reason.effect == Decision::Deny);
    if !denied {
        ruling.speak(Decision::Allow, &chosen.rule, "the tool and each of its arguments are granted".into());
    }
}

/// Arguments are closed: each must be listed and satisfy its constraint (DESIGN 3.3). With variants, what the tool
/// itself lists holds beside what the variant lists.
#[expect(clippy::too_many_arguments, reason = "one step of one function")]
fn judge_arguments(
    ruling: &mut Ruling<'_>,
    policy: &Policy,
    server: &ServerRules,
    tool: &ToolRules,
    world: &World<'_>,
    arguments: &Map<String, Value>,
    discriminator: Option<&str>,
    chosen: &ToolRules,
) {
    let scope = Scope {
        tool_name: ruling.request.tool(),
        world,
        arguments,
        root: server.hints.root.as_deref(),
        dialect: server.hints.dialect,
        redactor: policy.redactor.as_ref(),
        grants_places: server.allowed_paths.is_some(),
    };
    let is_variant = !std::ptr::eq(tool, chosen);
    // What both list must satisfy both: a variant adds to its tool, and opens nothing that the tool holds closed.
    let both = [Some(chosen), is_variant.then_some(tool)];
    let open = chosen.other_args
        || matches!(chosen.args, ArgRules::Any)
        || (is_variant && (tool.other_args || matches!(tool.args, ArgRules::Any)));
    let mut unlisted = Unlisted { tool: chosen, reasons: Vec::new(), more: 0 };
    for (name, value) in arguments {
        let mut is_listed = false;
        for rules in both.iter().flatten() {
            let ArgRules::Listed(checks) = &rules.args else { continue };
            let Some(check) = checks.get(name) else { continue };
            is_listed = true;
            if value.is_null() {
                continue;
            }
            let mut named = Vec::new();
            match scope.check(check, value, &Here::top(name), &mut named) {
                Ok(()) => ruling.named_hosts.extend(named),
                Err(miss) => ruling.reason(miss.into_reason()),
            }
        }
        if !is_listed && !open && Some(name.as_str()) != discriminator {
            unlisted.add(name, value);
        }
    }
    ruling.because.extend(unlisted.into_reasons());
    for rules in both.into_iter().flatten() {
        let lacks = |name: &&String| {
            both.into_iter().flatten().any(|rules| {
                let check = match &rules.args {
                    ArgRules::Listed(checks) => checks.get(*name),
                    _ => None,
                };
                arguments::is_missing(check, arguments.get(*name))
            })
        };
        for name in rules.required.iter().filter(lacks) {
            let rule =
                Arc::new(Rule { pointer: format!("{}.required", rules.rule.pointer), at: rules.rule.at.clone() });
            ruling.deny(
                &rule,
                format!("the argument `{name}` is required, since a limit on it means nothing without it"),
            );
        }
    }
}

/// Arguments that nobody granted. The first of them tell all that there is to tell; an answer does not grow with the
/// call.
struct Unlisted<'a> {
    tool: &'a ToolRules,
    reasons: Vec<Reason>,
    more: usize,
}

/// So many arguments that nobody granted are told about.
const MOST_UNLISTED: usize = 20;

impl Unlisted<'_> {
    fn add(&mut self, name: &str, value: &Value) {
        if self.reasons.len() >= MOST_UNLISTED {
            self.more += 1;
            return;
        }
        let (rule, nearest) = match self.reasons.first() {
            Some(first) => (first.rule.clone(), first.nearest.clone()),
            None => (
                Arc::new(Rule { pointer: format!("{}.args", self.tool.rule.pointer), at: self.tool.rule.at.clone() }),
                Some(self.known()),
            ),
        };
        self.reasons.push(Reason {
            effect: Decision::Deny,
            argument: Some(format!("/{}", crate::model::pointer::token(name))),
            value: Some(arguments::shown(value)),
            message: format!("the argument `{name}` is not granted"),
            nearest,
            edit: edit(&rule.pointer, &format!("{name}: any")),
            rule,
        });
    }

    /// What is granted instead.
    fn known(&self) -> String {
        let mut known: Vec<&str> = match &self.tool.args {
            ArgRules::Listed(checks) => checks.keys().map(String::as_str).collect(),
            _ => Vec::new(),
        };
        known.sort_unstable();
        if known.is_empty() { "no arguments at all".into() } else { known.join(", ") }
    }

    fn into_reasons(mut self) -> Vec<Reason> {
        if let Some(last) = self.reasons.last_mut().filter(|_| self.more > 0) {
            last.message.push_str(&format!(", nor are {} more", self.more));
        }
        self.reasons
    }
}

/// Resources, prompts, completions, sampling and elicitation.
fn judge_channel(ruling: &mut Ruling<'_>, server: &ServerRules, world: &World<'_>) {
    let by_resource = |uri: &str| {
        let granted = server.resources.as_ref().filter(|(_, set)| !climbs(uri) && set.is_match(uri));
        granted.map(|(rule, _)| rule)
    };
    let (rule, decision, message) = match &ruling.request.action {
        Action::Resource { uri } => {
            // A file is granted where it is, and not only where a link to it stands.
            let mut links = world.links();
            let granted = |place: Place| by_resource(&file_uri(&place)).is_some();
            (by_resource(uri).filter(|_| links.all(granted)), Decision::Allow, "the resource is granted")
        }
        Action::Prompt { name, .. } => (server.prompts.get(name), Decision::Allow, "the prompt is granted by name"),
        Action::Completion { reference, .. } => {
            let rule = server.prompts.get(reference).or_else(|| by_resource(reference));
            (rule, Decision::Allow, "what is completed is granted")
        }
        Action::Sampling { .. } => match &server.sampling {
            Some((rule, decision)) => (Some(rule), *decision, "the server wants to use the client's model"),
            None => return,
        },
        Action::Elicitation { .. } => match &server.elicitation {
            Some((rule, decision)) => (Some(rule), *decision, "the server wants to ask the user"),
            None => return,
        },
        Action::Call { .. } => return,
    };
    if let Some(rule) = rule.cloned() {
        ruling.speak(decision, &rule, message.into());
    }
}

fn file_uri(place: &Place) -> String {
    let root = if place.as_str().starts_with('/') { "" } else { "/" };
    format!("file://{root}{place}")
}

/// Whether a URI climbs out of where it seems to be: a `..` among its segments, in any encoding.
fn climbs(uri: &str) -> bool {
    let path = uri.split_once(':').map_or(uri, |(_, rest)| rest);
    path::readings(path).map_or(true, |readings| {
        readings.of(path).any(|reading| reading.split(['/', '\\', '?', '#']).any(|part| part == ".."))
    })
}

/// Whether a policy can ever allow or ask a tool, whatever its arguments: what it cannot is hidden from lists.
pub fn could_pass(policy: &Policy, server: &str, tool: &str) -> bool {
    let asked = [Some(server.to_owned()), None];
    let approved = asked.iter().any(|server| policy.approvals.contains_key(&(server.clone(), tool.to_owned())));
    match policy.servers.get(server) {
        None => approved || policy.document().default_allow,
        Some(rules) => {
            !rules.denied_tools.contains_key(tool)
                && (approved
                    || rules.tools.contains_key(tool)
                    || rules.allowed_tools.contains_key(tool)
                    || rules.has_path_rules_alone())
        }
    }
}

#[cfg(test)]
mod tests;
