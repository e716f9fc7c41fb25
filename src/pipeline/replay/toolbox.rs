//! What the user really has: tools from the lock and the recorded lists, the calls that were seen, and, failing those,
//! the tools that the policy names.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::assume;
use crate::model::lockfile::Lockfile;
use crate::model::policy::{Args, Document, Server};
use crate::model::server::Toolbox;
use crate::model::trace::{Event, Line, Outcome, Recorded};

/// Calls of one tool that are kept as templates: one a shape, this many shapes.
const TEMPLATES: usize = 4;

/// The user's tools, and how each was called.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tools {
    pub toolbox: Toolbox,
    /// Server -> tool -> arguments of calls that succeeded, of different shapes.
    pub seen: BTreeMap<String, BTreeMap<String, Vec<Map<String, Value>>>>,
    /// Server -> tool -> all calls that succeeded.
    pub done: BTreeMap<String, BTreeMap<String, Done>>,
    /// Servers whose tools nobody listed: they are what the policy names, or what was called.
    pub guessed: BTreeSet<String>,
}

impl Tools {
    pub fn templates(&self, server: &str, tool: &str) -> &[Map<String, Value>] {
        self.seen.get(server).and_then(|tools| tools.get(tool)).map_or(&[], Vec::as_slice)
    }
}

/// The arguments of calls, each once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Done(BTreeSet<String>);

impl Done {
    pub fn contains(&self, arguments: &Map<String, Value>) -> bool {
        self.0.contains(&canonical(arguments))
    }
}

/// Sorted by key: `serde_json` keeps its maps so.
fn canonical(arguments: &Map<String, Value>) -> String {
    serde_json::to_string(arguments).unwrap_or_default()
}

/// Collects. Feed it every lock and trace, then [`Gather::finish`].
#[derive(Debug, Clone, Default)]
pub struct Gather {
    tools: Tools,
    /// Servers that said, or were pinned with, all that they offer.
    listed: BTreeSet<String>,
}

impl Gather {
    pub fn lock(&mut self, lock: &Lockfile) {
        for (server, locked) in &lock.servers {
            self.listed.insert(server.clone());
            for (name, pinned) in &locked.tools {
                self.tool(server, name, pinned.value.get("inputSchema").cloned());
            }
        }
    }

    /// One file of events, in order.
    pub fn trace<'a>(&mut self, events: impl Iterator<Item = &'a Recorded> + Clone) {
        let mut failed = BTreeSet::new();
        for event in events.clone() {
            if let Recorded::Line(Line { server, event: Event::Result { call, outcome, .. }, .. }) = event
                && *outcome != Outcome::Ok
            {
                failed.insert((server.as_str(), *call));
            }
        }
        for event in events {
            match event {
                Recorded::Line(Line { server, event: Event::Tools { tools }, .. }) => {
                    self.listed.insert(server.clone());
                    for tool in tools {
                        if let Some(name) = tool.get("name").and_then(Value::as_str) {
                            self.tool(server, name, tool.get("inputSchema").cloned());
                        }
                    }
                }
                Recorded::Line(Line { server, event: Event::Call { call, tool, arguments, .. }, .. })
                    if !failed.contains(&(server.as_str(), *call)) =>
                {
                    self.call(server, tool, arguments);
                }
                Recorded::Bare(call) => self.call(&call.server, &call.tool, &call.arguments),
                Recorded::Line(_) => {}
            }
        }
    }

    fn tool(&mut self, server: &str, tool: &str, schema: Option<Value>) {
        let known = self.tools.toolbox.entry(server.to_owned()).or_default().entry(tool.to_owned()).or_default();
        if schema.is_some() {
            *known = schema;
        }
    }

    fn call(&mut self, server: &str, tool: &str, arguments: &Map<String, Value>) {
        self.tool(server, tool, None);
        let done = self.tools.done.entry(server.to_owned()).or_default().entry(tool.to_owned()).or_default();
        done.0.insert(canonical(arguments));
        let templates = self.tools.seen.entry(server.to_owned()).or_default().entry(tool.to_owned()).or_default();
        let same = |old: &Map<String, Value>| old.keys().eq(arguments.keys());
        if templates.len() < TEMPLATES && !templates.iter().any(same) {
            templates.push(arguments.clone());
        }
    }

    /// Adds what the policy names on servers that nobody listed, and the arguments that a tool of unknown schema is
    /// likely to have.
    pub fn finish(mut self, policy: &Document) -> Tools {
        for (name, server) in &policy.servers {
            if self.listed.contains(name) {
                continue;
            }
            self.tools.guessed.insert(name.clone());
            for tool in named(name, server, policy) {
                self.tool(name, &tool, None);
            }
            let empty = self.tools.toolbox.get(name).is_none_or(BTreeMap::is_empty);
            if empty && has_path_rules(server) {
                self.tool(name, "read_file", None);
                self.tool(name, "write_file", None);
            }
        }
        for reference in &policy.approvals {
            if let Some(server) = reference.server.as_deref().filter(|server| !self.listed.contains(*server)) {
                self.tools.guessed.insert(server.to_owned());
                self.tool(server, &reference.tool, None);
            }
        }
        for (server, tools) in &mut self.tools.toolbox {
            for (tool, schema) in tools.iter_mut().filter(|(_, schema)| schema.is_none()) {
                let rule = policy.servers.get(server).and_then(|server| server.tools.get(tool));
                let listed = rule.is_some_and(|rule| matches!(rule.args, Args::Listed(_)) || rule.variants.is_some());
                let seen = self.tools.seen.get(server).is_some_and(|seen| seen.contains_key(tool));
                if !listed && !seen {
                    *schema = assume::schema(server, tool);
                }
            }
        }
        self.tools
    }
}

/// Every tool of `server` that the policy names, granted or denied.
fn named(name: &str, server: &Server, policy: &Document) -> BTreeSet<String> {
    let approvals = policy.approvals.iter().filter(|reference| reference.server.as_deref() == Some(name));
    server
        .allowed_tools
        .iter()
        .chain(&server.denied_tools)
        .chain(server.tools.keys())
        .chain(approvals.map(|reference| &reference.tool))
        .filter(|tool| !tool.contains('*'))
        .cloned()
        .collect()
}

fn has_path_rules(server: &Server) -> bool {
    server.allowed_paths.is_some() || !server.denied_paths.is_empty() || !server.denied_patterns.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::policy;
    use crate::model::trace::parse;

    fn policy(server: Server) -> Document {
        Document { servers: [("fs".to_owned(), server)].into(), ..Document::default() }
    }

    #[test]
    fn a_server_with_path_rules_alone_is_taken_to_read_and_write_files() {
        let tools = Gather::default()
            .finish(&policy(Server { allowed_paths: Some(vec!["./src".into()]), ..Server::default() }));
        let names: Vec<_> = tools.toolbox["fs"].keys().cloned().collect();
        assert_eq!(names, ["read_file", "write_file"]);
        assert!(tools.toolbox["fs"]["write_file"].as_ref().unwrap()["properties"].get("content").is_some());
    }

    #[test]
    fn a_server_that_is_merely_named_has_no_tools() {
        let tools = Gather::default().finish(&policy(Server::default()));
        assert!(tools.toolbox.get("fs").is_none_or(BTreeMap::is_empty));
    }

    #[test]
    fn a_list_is_believed_over_the_policy() {
        let mut gather = Gather::default();
        let line = r#"{"v":1,"time":"2026-11-20T10:00:00Z","server":"fs","event":"tools","tools":[{"name":"cat","inputSchema":{"type":"object"}}]}"#;
        gather.trace([parse(line).unwrap()].iter());
        let rule = Server { tools: [("gone".to_owned(), policy::Tool::default())].into(), ..Server::default() };
        let tools = gather.finish(&policy(rule));
        assert_eq!(tools.toolbox["fs"].keys().collect::<Vec<_>>(), ["cat"]);
    }

    #[test]
    fn a_call_that_failed_is_no_template() {
        let call = r#"{"v":1,"time":"2026-11-20T10:00:00Z","server":"fs","event":"call","call":0,"tool":"cat","arguments":{"path":"a"},"facts":{"project":"/p","cwd":"/p"}}"#;
        let result =
            r#"{"v":1,"time":"2026-11-20T10:00:00Z","server":"fs","event":"result","call":0,"outcome":"error"}"#;
        let mut gather = Gather::default();
        gather.trace([parse(call).unwrap(), parse(result).unwrap()].iter());
        assert!(gather.finish(&Document::default()).templates("fs", "cat").is_empty());
    }
}
