//! The top of the file, and everything that is not about one server.

use crate::model::policy::{Flow, LabelRef, PolicyTest, Redaction, ToolRef};
use crate::model::verdict::Decision;

use super::super::format::{
    ApprovalsKey, CallKey, DEFAULT, FLOWS, FlowKey, NamedFlow, PatternKey, PolicyKey, RedactionKey, THEN, TestKey,
    ToolRefKey,
};
use super::super::yaml::{Content, Key, Node};
use super::{Reader, VERSION};

impl Reader<'_> {
    pub(super) fn top(&mut self, node: &Node) {
        let Content::Map(members) = &node.content else {
            return self.problem(node, "a policy must be a mapping that begins with `version: 1`");
        };
        let version = members.iter().find(|(key, _)| key.text == "version");
        match version.map(|(_, node)| &node.content) {
            Some(Content::Number(number)) if number.as_i64() == Some(VERSION) => {}
            Some(_) => {
                if let Some((_, node)) = version {
                    self.problem(node, "this remit reads `version: 1`; a newer policy needs a newer remit");
                }
            }
            None => self.problem(node, "the policy does not say which version it is; add `version: 1`"),
        }
        for (name, key, node) in self.known(members) {
            self.locate(&key.text, key);
            match name {
                PolicyKey::Version => {}
                PolicyKey::Servers => self.servers(node),
                PolicyKey::Approvals => self.approvals(node),
                PolicyKey::Redaction => self.redaction(node),
                PolicyKey::Labels => self.labels(node),
                PolicyKey::Flows => self.flows(node),
                PolicyKey::Tests => self.tests(node),
                PolicyKey::Default => {
                    self.document.default_allow = self.choice(node, "`default`", &DEFAULT).unwrap_or_default();
                }
            }
        }
    }

    fn servers(&mut self, node: &Node) {
        for (key, node) in self.mapping(node, "`servers`") {
            let pointer = format!("servers.{}", key.text);
            self.locate(&pointer, key);
            let server = self.server(&pointer, node);
            self.document.servers.insert(key.text.clone(), server);
        }
    }

    fn approvals(&mut self, node: &Node) {
        for (name, _, node) in self.members(node) {
            match name {
                ApprovalsKey::Require => {
                    let Content::List(nodes) = &node.content else {
                        self.problem(node, "`require_human_approval` must be a list of tools");
                        continue;
                    };
                    for (index, node) in nodes.iter().enumerate() {
                        if let Some(tool) = self.tool_ref(node, "an approval") {
                            self.document.approvals.push(tool);
                            self.locate_node(&format!("approvals.require_human_approval[{index}]"), node);
                        } else {
                            // Keeps indexes in step with the file; the problem above stops the policy anyway.
                            self.document.approvals.push(ToolRef { server: None, tool: String::new() });
                        }
                    }
                }
            }
        }
    }

    pub(super) fn locate_node(&mut self, pointer: &str, node: &Node) {
        let at = self.location(node.line, node.column);
        self.document.locations.insert(pointer.to_owned(), at);
    }

    /// `a.b`, `b`, or `{ server: a.b, tool: c }`.
    fn tool_ref(&mut self, node: &Node, what: &str) -> Option<ToolRef> {
        if let Content::Map(members) = &node.content {
            let (mut server, mut tool) = (None, None);
            for (name, _, node) in self.known(members) {
                match name {
                    ToolRefKey::Server => server = self.text(node, "`server`"),
                    ToolRefKey::Tool => tool = self.text(node, "`tool`"),
                }
            }
            if tool.is_none() {
                self.problem(node, format!("{what} must name its `tool`"));
            }
            return Some(ToolRef { server, tool: tool? });
        }
        let text = self.text(node, what)?;
        match text.split('.').collect::<Vec<_>>().as_slice() {
            [tool] if !tool.is_empty() => Some(ToolRef { server: None, tool: (*tool).to_owned() }),
            [server, tool] if !server.is_empty() && !tool.is_empty() => {
                Some(ToolRef { server: Some((*server).to_owned()), tool: (*tool).to_owned() })
            }
            [.., tool] => {
                let server = text.strip_suffix(&format!(".{tool}")).unwrap_or(&text);
                let form = format!("{{ server: {server}, tool: {tool} }}");
                self.problem(node, format!("`{text}` could be cut in more than one place; write {form}"));
                None
            }
            [] => None,
        }
    }

    fn redaction(&mut self, node: &Node) {
        let mut redaction = Redaction::default();
        for (name, _, node) in self.members(node) {
            match name {
                RedactionKey::Secrets => redaction.secrets = self.flag(node, "`secrets`"),
                RedactionKey::Emails => redaction.emails = self.flag(node, "`emails`"),
                RedactionKey::ApiKeys => redaction.api_keys = self.flag(node, "`api_keys`"),
                RedactionKey::Patterns => redaction.patterns = self.redaction_patterns(node),
            }
        }
        self.document.redaction = redaction;
    }

    fn redaction_patterns(&mut self, node: &Node) -> Vec<(String, String)> {
        let Content::List(nodes) = &node.content else {
            self.problem(node, "`patterns` must be a list of { name, regex }");
            return Vec::new();
        };
        let mut patterns = Vec::new();
        for node in nodes {
            let (mut name, mut regex) = (None, None);
            for (key, _, node) in self.members(node) {
                match key {
                    PatternKey::Name => name = self.text(node, "`name`"),
                    PatternKey::Regex => regex = self.text(node, "`regex`"),
                }
            }
            match (name, regex) {
                (Some(name), Some(regex)) => patterns.push((name, regex)),
                _ => self.problem(node, "a redaction pattern needs `name` and `regex`"),
            }
        }
        patterns
    }

    fn labels(&mut self, node: &Node) {
        for (key, node) in self.mapping(node, "`labels`") {
            self.locate(&format!("labels.{}", key.text), key);
            let Content::List(nodes) = &node.content else {
                self.problem(node, "a label must be a list of tools and places");
                continue;
            };
            let refs = nodes.iter().filter_map(|node| self.label_ref(node)).collect();
            self.document.labels.insert(key.text.clone(), refs);
        }
    }

    /// A tool, or a place touched through a server: `filesystem:~/Documents/**`.
    fn label_ref(&mut self, node: &Node) -> Option<LabelRef> {
        if let Content::Text(text) = &node.content
            && let Some((server, path)) = text.split_once(':')
        {
            return Some(LabelRef::Place { server: server.to_owned(), path: path.to_owned() });
        }
        self.tool_ref(node, "a label").map(LabelRef::Tool)
    }

    fn flows(&mut self, node: &Node) {
        let Content::List(nodes) = &node.content else {
            return self.problem(node, "`flows` must be a list");
        };
        for (index, node) in nodes.iter().enumerate() {
            self.locate_node(&format!("flows[{index}]"), node);
            if matches!(node.content, Content::Text(_)) {
                self.named_flow(node);
                continue;
            }
            let (mut name, mut from, mut to, mut then) = (None, Vec::new(), None, None);
            for (key, _, node) in self.members(node) {
                match (key, &node.content) {
                    (FlowKey::Name, _) => name = self.text(node, "`name`"),
                    (FlowKey::From, Content::Text(label)) => from = vec![label.clone()],
                    (FlowKey::From, _) => from = self.texts(node, "`from`"),
                    (FlowKey::To, _) => to = self.text(node, "`to`"),
                    (FlowKey::Then, _) => then = self.choice(node, "`then`", &THEN),
                }
            }
            match (name, to, then) {
                (Some(name), Some(to), Some(then)) if !from.is_empty() => {
                    self.document.flows.push(Flow { name, from, to, then });
                }
                _ => self.problem(node, "a flow needs `name`, `from`, `to` and `then` (ask or deny)"),
            }
        }
    }

    /// A known flow, by its name.
    fn named_flow(&mut self, node: &Node) {
        let known: Vec<(&str, &NamedFlow)> = FLOWS.iter().map(|flow| (flow.name, flow)).collect();
        let flow = self.choice(node, "a flow without labels of its own", &known);
        self.document.flows.extend(flow.map(|flow| Flow {
            name: flow.name.to_owned(),
            from: flow.from.iter().map(|(label, _)| (*label).to_owned()).collect(),
            to: flow.to.0.to_owned(),
            then: Decision::Deny,
        }));
    }

    fn tests(&mut self, node: &Node) {
        let Content::List(nodes) = &node.content else {
            return self.problem(node, "`tests` must be a list");
        };
        for (index, node) in nodes.iter().enumerate() {
            self.locate_node(&format!("tests[{index}]"), node);
            let members = self.mapping(node, "a test");
            if members.len() != 1 {
                self.problem(node, "a test has one key: allow, ask or deny");
            }
            for (name, key, node) in self.known(members) {
                match name {
                    TestKey::Allow => self.test(Decision::Allow, key, node),
                    TestKey::Ask => self.test(Decision::Ask, key, node),
                    TestKey::Deny => self.test(Decision::Deny, key, node),
                }
            }
        }
    }

    fn test(&mut self, expect: Decision, test: &Key, node: &Node) {
        let (mut server, mut tool, mut arguments) = (None, None, serde_json::Map::new());
        for (name, _, node) in self.members(node) {
            match name {
                CallKey::Server => server = self.text(node, "`server`"),
                CallKey::Tool => tool = self.text(node, "`tool`"),
                CallKey::Arguments => match node.to_json() {
                    serde_json::Value::Object(members) => {
                        self.plain_values(node);
                        arguments = members;
                    }
                    _ => self.problem(node, format!("`arguments` must be a mapping, not {}", node.kind())),
                },
            }
        }
        match (server, tool) {
            (Some(server), Some(tool)) => {
                self.document.tests.push(PolicyTest { expect, server, tool, arguments });
            }
            _ => self.problem_at_key(test, "a test's call needs `server` and `tool`"),
        }
    }
}
