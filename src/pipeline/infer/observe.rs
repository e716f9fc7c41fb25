//! Trace lines -> evidence: what one session did, bounded, each distinct call once.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashSet};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use data_encoding::HEXLOWER;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::write::yaml;
use super::{danger, node, sample};
use crate::decision::decide::odd_name;
use crate::decision::redact::Redactor;
use crate::model::evidence::{MEASURE, Offered, PREFIXES, Place, Refused, Server, Session, Tool};
use crate::model::facts::Facts;
use crate::model::request::{Action, Request};
use crate::model::time::Timestamp;
use crate::model::trace::{self, BadLine, Event, Outcome, Recorded};

/// Distinct calls of one tool and session that are kept to measure the policy by.
const SAMPLES: usize = 24;
/// Values of a discriminating argument; a tool with more is not many tools.
const VARIANTS: usize = 64;
/// Calls that wait for their result. A trace without results is learned from as well.
const PENDING: usize = 4096;
const REFUSED: usize = 32;
const LEADS: usize = 4096;

/// Argument names that split a tool into many, in this order of preference. They name the deed, not its object: a
/// gateway tool needs such an argument, whatever it is about.
const DISCRIMINATORS: [&str; 8] =
    ["action", "operation", "op", "method", "subcommand", "action_name", "tool_name", "mode"];

/// Reads the lines of one trace, in order.
#[derive(Debug)]
pub struct Observer<'a> {
    redactor: &'a Redactor,
    /// What a bare call's paths are relative to.
    bare: Rc<Facts>,
    session: Session,
    digest: Sha256,
    /// Hashes of the calls that were seen.
    known: HashSet<u64>,
    pending: BTreeMap<u64, Pending>,
    time: Option<Timestamp>,
}

#[derive(Debug)]
enum Pending {
    Call { server: String, tool: String, arguments: Map<String, Value>, facts: Box<Facts> },
    Resource { server: String, uri: String, facts: Box<Facts> },
    Prompt { server: String, name: String },
}

impl<'a> Observer<'a> {
    /// `name`: the file's, for messages. `bare`: project, working directory and home of calls without facts.
    pub fn new(name: &str, bare: Place, redactor: &'a Redactor) -> Observer<'a> {
        let Place { project, cwd, home, os, .. } = bare;
        Observer {
            redactor,
            bare: Rc::new(Facts { project, cwd, home, os, ..Facts::default() }),
            session: Session { name: name.to_owned(), ..Session::default() },
            digest: Sha256::new(),
            known: HashSet::new(),
            pending: BTreeMap::new(),
            time: None,
        }
    }

    /// Reads one line, without its line break. A line that cannot be read changes nothing.
    pub fn line(&mut self, text: &str) -> Result<(), BadLine> {
        let recorded = trace::parse(text)?;
        self.digest.update(text.as_bytes());
        self.digest.update(b"\n");
        self.session.lines += 1;
        match recorded {
            Recorded::Bare(call) => {
                self.time = call.time.or(self.time);
                let mut arguments = Value::Object(call.arguments);
                self.redactor.value(&mut arguments);
                if let Value::Object(arguments) = arguments {
                    let facts = Rc::clone(&self.bare);
                    self.learn_call(&call.server, &call.tool, arguments, &facts, false);
                }
            }
            Recorded::Line(line) => {
                self.time = Some(line.time);
                self.event(line.server, line.event, text);
            }
        }
        if self.session.id.is_none() && self.session.prefixes.len() < PREFIXES {
            let digest = self.digest.clone().finalize();
            let first: [u8; 8] = digest.first_chunk().copied().unwrap_or_default();
            self.session.prefixes.push(u64::from_be_bytes(first));
        }
        Ok(())
    }

    /// The session under its digest.
    pub fn finish(mut self) -> (String, Session) {
        for (_, pending) in std::mem::take(&mut self.pending) {
            self.learn(pending);
        }
        for server in self.session.servers.values_mut() {
            for tool in server.tools.values_mut() {
                finish(tool);
            }
        }
        self.session.refused.sort();
        let digest = HEXLOWER.encode(&self.digest.finalize());
        (digest, self.session)
    }

    fn event(&mut self, server: String, event: Event, text: &str) {
        match event {
            Event::Session(said) => {
                if self.session.id.is_none() {
                    self.session.id = Some(HEXLOWER.encode(&Sha256::digest(text.as_bytes())));
                    self.session.prefixes = Vec::new();
                    let run = Sha256::digest(said.session.as_bytes());
                    self.session.run =
                        (!said.session.is_empty()).then(|| HEXLOWER.encode(run.get(..8).unwrap_or_default()));
                }
                let place = self.session.place.get_or_insert_default();
                place.project = said.project;
                place.cwd = said.cwd;
                place.home = said.home;
                place.os = said.os;
            }
            Event::Tools { tools } => {
                let known = self.session.servers.entry(server).or_default();
                for tool in tools.iter().take(4096) {
                    if let Some((name, offered)) = read_offered(tool) {
                        known.offered.insert(name, offered);
                    }
                }
            }
            Event::Call { call, tool, arguments, facts } => {
                self.wait(call, Pending::Call { server, tool, arguments, facts: Box::new(facts) });
            }
            Event::Resource { call, uri, facts } => {
                self.wait(call, Pending::Resource { server, uri, facts: Box::new(facts) });
            }
            Event::Prompt { call, name, .. } => self.wait(call, Pending::Prompt { server, name }),
            Event::Result { call, outcome, .. } => match (self.pending.remove(&call), outcome) {
                (Some(pending), Outcome::Ok) => self.learn(pending),
                (Some(_), Outcome::Error | Outcome::Denied | Outcome::Lost) => {
                    self.session.servers.entry(server).or_default().failed += 1;
                }
                (None, _) => {}
            },
        }
    }

    fn wait(&mut self, call: u64, pending: Pending) {
        if let Some(earlier) = self.pending.insert(call, pending) {
            self.learn(earlier);
        }
        if self.pending.len() > PENDING
            && let Some((_, oldest)) = self.pending.pop_first()
        {
            self.learn(oldest);
        }
    }

    fn learn(&mut self, pending: Pending) {
        match pending {
            Pending::Call { server, tool, arguments, facts } => {
                self.learn_call(&server, &tool, arguments, &facts, true);
            }
            Pending::Resource { server, .. } | Pending::Prompt { server, .. } if !is_server_name(&server) => {
                self.refuse(&server, SERVER, odd("", &server));
            }
            Pending::Resource { server, uri, facts } => self.learn_resource(&server, uri, &facts),
            Pending::Prompt { server, name } => match odd_name(&name) {
                Some(_) => self.refuse(&server, "", odd(danger::PROMPT, &name)),
                None if self.holds_secret(&name) => self.refuse(&server, "", secret_name(danger::PROMPT, &name)),
                None => drop(self.server(&server).prompts.insert(name)),
            },
        }
    }

    fn server(&mut self, name: &str) -> &mut Server {
        if !self.session.servers.contains_key(name) {
            self.session.servers.insert(name.to_owned(), Server::default());
        }
        self.session.servers.entry(name.to_owned()).or_default()
    }

    fn learn_call(&mut self, server: &str, tool: &str, arguments: Map<String, Value>, facts: &Facts, recorded: bool) {
        if !is_server_name(server) {
            return self.refuse(server, SERVER, odd("", server));
        }
        if tool.is_empty() {
            return self.refuse(server, "(no name)", odd("", "a tool without a name"));
        }
        if !can_be_granted(tool) {
            return self.refuse(server, tool, odd("", tool));
        }
        if self.holds_secret(tool) {
            let tool = self.redactor.text(tool).into_owned();
            return self.refuse(server, &tool, secret_name("", &tool));
        }
        let time = facts.time.or(self.time);
        let text = serde_json::to_string(&arguments).unwrap_or_default();
        let hash = hash_of(&(server, tool, &text));
        let new = self.known.insert(hash);
        if new {
            if let Some(key) = arguments.iter().find_map(|(key, value)| self.secret_key(key, value)) {
                self.known.remove(&hash);
                return self.refuse(server, tool, secret_name("", &key));
            }
            if let Some(never) = arguments.iter().find_map(|(key, value)| unsayable(key, value, 1)) {
                self.known.remove(&hash);
                return self.refuse(server, tool, never);
            }
            let request = Request::call(server, tool, arguments);
            if let Some(dangers) = danger::never_learned(&request, &text, facts) {
                for danger in dangers {
                    self.refuse(server, tool, danger);
                }
                self.known.remove(&hash);
                return;
            }
            if recorded {
                self.remember_place(facts);
            }
            let Some(arguments) = request.arguments() else { return };
            let known = self.server(server).tools.entry(tool.to_owned()).or_default();
            count(known, time);
            learn_into(known, hash, text.len(), arguments);
        } else if let Some(known) = self.server(server).tools.get_mut(tool) {
            count(known, time);
        }
    }

    fn learn_resource(&mut self, server: &str, uri: String, facts: &Facts) {
        if odd_name(&uri).is_some() {
            return self.refuse(server, "", odd(danger::RESOURCE, &uri));
        }
        if self.holds_secret(&uri) {
            return self.refuse(server, "", secret_name(danger::RESOURCE, &uri));
        }
        let request = Request { server: server.to_owned(), action: Action::Resource { uri: uri.clone() } };
        if let Some(dangers) = danger::never_learned(&request, &uri, facts) {
            return dangers.into_iter().for_each(|danger| self.refuse(server, "", danger));
        }
        self.remember_place(facts);
        self.server(server).resources.insert(uri);
    }

    /// A secret, or the mark of one: as a name it would stand in the policy, and nothing would ever satisfy it.
    fn holds_secret(&self, name: &str) -> bool {
        name.contains("[redacted:") || self.redactor.text(name) != name
    }

    /// The first name, of this argument or of a member inside, that holds a secret.
    fn secret_key(&self, key: &str, value: &Value) -> Option<String> {
        if self.holds_secret(key) {
            return Some(self.redactor.text(key).into_owned());
        }
        match value {
            Value::Object(members) => members.iter().find_map(|(key, value)| self.secret_key(key, value)),
            Value::Array(items) => items.iter().find_map(|item| self.secret_key("", item)),
            _ => None,
        }
    }

    /// Where spellings led, for those that led elsewhere.
    fn remember_place(&mut self, facts: &Facts) {
        let place = self.session.place.get_or_insert_with(|| Place {
            project: facts.project.clone(),
            cwd: facts.cwd.clone(),
            home: facts.home.clone(),
            os: facts.os,
            ..Place::default()
        });
        place.fold_case |= facts.fold_case;
        for (spelling, places) in &facts.places {
            if place.leads.len() < LEADS || place.leads.contains_key(spelling) {
                place.leads.entry(spelling.clone()).or_default().extend(places.iter().cloned());
            }
        }
    }

    fn refuse(&mut self, server: &str, tool: &str, danger: danger::Never) {
        let shown: String = self.redactor.text(&danger.value).chars().take(80).collect();
        let refused = Refused {
            server: server.to_owned(),
            tool: tool.to_owned(),
            argument: danger.argument,
            class: danger.class.to_owned(),
            value: shown,
        };
        if self.session.refused.len() < REFUSED && !self.session.refused.contains(&refused) {
            self.session.refused.push(refused);
        }
    }
}

/// What stands for the tool where the server itself cannot be named.
const SERVER: &str = "(its name)";

/// Nested deeper, arguments have no policy: YAML and the policy's own reader set an end to it.
const DEEPEST: usize = 12;

/// What no policy can say of the arguments: a name that it cannot write, or arguments within arguments without end.
fn unsayable(key: &str, value: &Value, depth: usize) -> Option<danger::Never> {
    if !yaml::fits_a_key(key) {
        return Some(odd("", key));
    }
    if depth > DEEPEST {
        let (argument, value) = (String::new(), key.to_owned());
        return Some(danger::Never { class: danger::TOO_DEEP, argument, value });
    }
    match value {
        Value::Object(members) => members.iter().find_map(|(key, value)| unsayable(key, value, depth + 1)),
        Value::Array(items) => items.iter().find_map(|item| unsayable("", item, depth + 1)),
        _ => None,
    }
}

/// Whether a policy can name the server.
fn is_server_name(name: &str) -> bool {
    odd_name(name).is_none() && yaml::fits_a_key(name)
}

/// Whether a policy can name the tool and nothing else by it. The name comes from the server: a comma in it would name
/// two tools (`read_file, delete_repo`), the decision refuses names that do not show all they hold, and YAML takes no key
/// of more than 1,024 letters.
fn can_be_granted(tool: &str) -> bool {
    !tool.contains(',') && tool.len() <= 256 && odd_name(tool).is_none()
}

fn odd(argument: &str, name: &str) -> danger::Never {
    danger::Never { class: danger::ODD_NAME, argument: argument.to_owned(), value: name.to_owned() }
}

fn secret_name(argument: &str, name: &str) -> danger::Never {
    danger::Never { class: danger::SECRET_NAME, argument: argument.to_owned(), value: name.to_owned() }
}

fn hash_of(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

fn count(tool: &mut Tool, time: Option<Timestamp>) {
    tool.calls += 1;
    if let Some(time) = time {
        tool.first = Some(tool.first.map_or(time, |first| first.min(time)));
        tool.last = Some(tool.last.map_or(time, |last| last.max(time)));
    }
}

fn learn_into(tool: &mut Tool, hash: u64, bytes: usize, arguments: &Map<String, Value>) {
    node::observe_object(&mut tool.arguments, arguments);
    let among_smallest =
        tool.samples.len() < SAMPLES || tool.samples.keys().next_back().is_some_and(|last| hash < *last);
    if among_smallest && let Some(sample) = sample::of(arguments, bytes) {
        tool.samples.insert(hash, sample);
        if tool.samples.len() > SAMPLES {
            tool.samples.pop_last();
        }
    }
    let Some((by, value)) = discriminator(arguments) else { return };
    if tool.by.as_deref().is_some_and(|known| known != by) {
        return;
    }
    if tool.variants.len() < VARIANTS || tool.variants.contains_key(value) {
        tool.by = Some(by.to_owned());
        let variant = tool.variants.entry(value.to_owned()).or_default();
        variant.calls += 1;
        node::observe_object(&mut variant.arguments, arguments);
    }
}

/// The argument that may split the tool into many, and its value: a word that could be a tool's name.
fn discriminator(arguments: &Map<String, Value>) -> Option<(&'static str, &str)> {
    let by = DISCRIMINATORS.iter().find(|name| arguments.contains_key(**name))?;
    let value = arguments.get(*by)?.as_str()?;
    let is_name = value.len() <= 64
        && value.starts_with(|c: char| c.is_ascii_alphabetic())
        && value.chars().all(|c| c.is_ascii_alphanumeric() || "_-.:/".contains(c));
    is_name.then_some((*by, value))
}

/// The same tool, learned from some of its calls, each under its hash.
pub(super) fn relearn<'a>(calls: impl Iterator<Item = (u64, &'a Map<String, Value>)>) -> Tool {
    let mut tool = Tool::default();
    for (hash, arguments) in calls {
        count(&mut tool, None);
        learn_into(&mut tool, hash, 0, arguments);
    }
    finish(&mut tool);
    tool
}

fn finish(tool: &mut Tool) {
    node::finish(&mut tool.arguments);
    for variant in tool.variants.values_mut() {
        finish(variant);
    }
}

/// The one type that a schema has besides null, and the schema that says so: itself, or the only one of its `anyOf`.
fn only_type(schema: &Value) -> Option<(&Value, &str)> {
    if let Some(parts) = schema.get("anyOf").and_then(Value::as_array) {
        let mut parts = parts.iter().filter(|part| part.get("type").and_then(Value::as_str) != Some("null"));
        let only = parts.next().filter(|_| parts.next().is_none())?;
        return Some((only, only.get("type")?.as_str()?));
    }
    match schema.get("type")? {
        Value::String(one) => Some((schema, one)),
        Value::Array(many) => {
            let mut many = many.iter().filter_map(Value::as_str).filter(|one| *one != "null");
            many.next().filter(|_| many.next().is_none()).map(|one| (schema, one))
        }
        _ => None,
    }
}

fn read_offered(tool: &Value) -> Option<(String, Offered)> {
    let name = tool.get("name")?.as_str()?.to_owned();
    let schema = tool.get("inputSchema");
    let mut offered = Offered::default();
    if let Some(properties) = schema.and_then(|schema| schema.get("properties")).and_then(Value::as_object) {
        for (argument, said) in properties.iter().take(256) {
            let values = said.get("enum").and_then(Value::as_array).cloned().unwrap_or_default();
            offered.arguments.insert(argument.clone(), values);
            match only_type(said) {
                Some((_, "boolean")) => drop(offered.switches.insert(argument.clone())),
                Some((schema, "integer" | "number")) => {
                    let bound = |name: &str, otherwise: f64| {
                        let number = schema.get(name).and_then(Value::as_f64).unwrap_or(otherwise);
                        number.clamp(-MEASURE, MEASURE)
                    };
                    let (least, most) = (bound("minimum", 0.0), bound("maximum", MEASURE));
                    if least <= most {
                        offered.ranges.insert(argument.clone(), (least, most));
                    }
                }
                _ => {}
            }
        }
    }
    let required = schema.and_then(|schema| schema.get("required")).and_then(Value::as_array);
    offered.required = required.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    let says = |hint: &str| tool.get("annotations").and_then(|hints| hints.get(hint)).and_then(Value::as_bool);
    offered.says_it_changes = says("destructiveHint") == Some(true) || says("readOnlyHint") == Some(false);
    Some((name, offered))
}
