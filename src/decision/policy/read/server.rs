//! One server of the policy, and its tools.

use std::collections::BTreeMap;

use crate::model::policy::{Args, Budget, Period, Rate, Server, Tool, Variants};
use crate::model::verdict::Decision;

use super::super::yaml::{Content, Key, Node};
use super::Reader;

const SERVER_KEYS: [&str; 13] = [
    "allowed_tools",
    "denied_tools",
    "allowed_paths",
    "denied_paths",
    "denied_patterns",
    "root",
    "dialect",
    "tools",
    "resources",
    "prompts",
    "sampling",
    "elicitation",
    "unprotected",
];

const TOOL_KEYS: [&str; 7] = ["args", "other_args", "required", "rate", "budget", "ask", "variants"];

const CHANNEL: [(&str, Decision); 3] = [("allow", Decision::Allow), ("ask", Decision::Ask), ("deny", Decision::Deny)];

const DIALECTS: [(&str, &str); 5] =
    [("postgres", "postgres"), ("sqlite", "sqlite"), ("mysql", "mysql"), ("mssql", "mssql"), ("generic", "generic")];

impl Reader<'_> {
    pub(super) fn server(&mut self, pointer: &str, node: &Node) -> Server {
        let mut server = Server::default();
        for (key, node) in self.mapping(node, "a server") {
            self.locate(&format!("{pointer}.{}", key.text), key);
            match key.text.as_str() {
                "allowed_tools" => server.allowed_tools = self.texts(node, "`allowed_tools`"),
                "denied_tools" => server.denied_tools = self.texts(node, "`denied_tools`"),
                "allowed_paths" => server.allowed_paths = Some(self.texts(node, "`allowed_paths`")),
                "denied_paths" => server.denied_paths = self.texts(node, "`denied_paths`"),
                "denied_patterns" => server.denied_patterns = self.texts(node, "`denied_patterns`"),
                "root" => server.root = self.text(node, "`root`"),
                "dialect" => server.dialect = self.choice(node, "`dialect`", &DIALECTS).map(str::to_owned),
                "tools" => server.tools = self.tools(&format!("{pointer}.tools"), node),
                "resources" => server.resources = self.texts(node, "`resources`"),
                "prompts" => server.prompts = self.texts(node, "`prompts`"),
                "sampling" => server.sampling = self.choice(node, "`sampling`", &CHANNEL),
                "elicitation" => server.elicitation = self.choice(node, "`elicitation`", &CHANNEL),
                "unprotected" => server.unprotected = self.unprotected(node),
                _ => self.unknown(key, "a server", &SERVER_KEYS),
            }
        }
        server
    }

    fn unprotected(&mut self, node: &Node) -> Vec<String> {
        let names: Vec<(&str, &str)> =
            super::super::super::protections::names().iter().map(|name| (*name, *name)).collect();
        let Content::List(nodes) = &node.content else {
            self.problem(node, "`unprotected` must be a list of protections");
            return Vec::new();
        };
        nodes.iter().filter_map(|node| self.choice(node, "a protection", &names).map(str::to_owned)).collect()
    }

    /// `name: {...}`, or `one, two: {...}` for tools that share a rule.
    fn tools(&mut self, pointer: &str, node: &Node) -> BTreeMap<String, Tool> {
        let mut tools = BTreeMap::new();
        for (key, node) in self.mapping(node, "`tools`") {
            for name in key.text.split(',').map(str::trim) {
                if name.is_empty() {
                    self.problem_at_key(key, "a tool without a name");
                    continue;
                }
                let pointer = format!("{pointer}.{name}");
                self.locate(&pointer, key);
                let tool = self.tool(&pointer, node);
                if tools.insert(name.to_owned(), tool).is_some() {
                    self.problem_at_key(key, format!("the tool `{name}` has two rules; join them"));
                }
            }
        }
        tools
    }

    fn tool(&mut self, pointer: &str, node: &Node) -> Tool {
        let mut tool = Tool::default();
        for (key, node) in self.mapping(node, "a tool") {
            let pointer = format!("{pointer}.{}", key.text);
            self.locate(&pointer, key);
            match key.text.as_str() {
                "args" => tool.args = self.args(&pointer, node),
                "other_args" => {
                    tool.other_args =
                        self.choice(node, "`other_args`", &[("allow", true), ("deny", false)]).unwrap_or_default();
                }
                "required" => tool.required = self.texts(node, "`required`"),
                "rate" => tool.rate = self.rate(node),
                "budget" => tool.budget = self.budget(node),
                "ask" => tool.ask = self.flag(node, "`ask`"),
                "variants" => tool.variants = self.variants(&pointer, node),
                _ => self.unknown(key, "a tool", &TOOL_KEYS),
            }
        }
        tool
    }

    fn args(&mut self, pointer: &str, node: &Node) -> Args {
        match &node.content {
            Content::Text(word) if word == "any" => Args::Any,
            Content::Map(members) => {
                let mut listed = BTreeMap::new();
                for (key, node) in members {
                    let pointer = format!("{pointer}.{}", key.text);
                    self.locate(&pointer, key);
                    if let Some(constraint) = self.constraint(&pointer, node) {
                        listed.insert(key.text.clone(), constraint);
                    }
                }
                Args::Listed(listed)
            }
            _ => {
                self.problem(node, format!("`args` must be `any` or a mapping of arguments, not {}", node.kind()));
                Args::Closed
            }
        }
    }

    /// `30/min`
    fn rate(&mut self, node: &Node) -> Option<Rate> {
        let text = self.text(node, "`rate`")?;
        let parsed = text.split_once('/').and_then(|(max, per)| {
            let per = period(per.trim())?;
            Some(Rate { max: max.trim().parse().ok()?, per })
        });
        if parsed.is_none() {
            self.problem(node, format!("`{text}` is no rate; write for example 30/min (sec, min, hour, day, week)"));
        }
        parsed
    }

    fn budget(&mut self, node: &Node) -> Option<Budget> {
        let (mut sum, mut max, mut per) = (None, None, None);
        for (key, node) in self.mapping(node, "`budget`") {
            match key.text.as_str() {
                "sum" => sum = self.text(node, "`sum`"),
                "max" => max = self.number(node, "`max`"),
                "per" => {
                    let text = self.text(node, "`per`")?;
                    per = period(&text);
                    if per.is_none() {
                        self.problem(node, "`per` must be one of: sec, min, hour, day, week");
                    }
                }
                _ => self.unknown(key, "`budget`", &["sum", "max", "per"]),
            }
        }
        match (sum, max, per) {
            (Some(sum), Some(max), Some(per)) => Some(Budget { sum, max, per }),
            _ => {
                self.problem(node, "a budget needs `sum` (an argument), `max` (a number) and `per`");
                None
            }
        }
    }

    fn variants(&mut self, pointer: &str, node: &Node) -> Option<Variants> {
        let (mut by, mut of): (Option<String>, Option<BTreeMap<String, Tool>>) = (None, None);
        for (key, node) in self.mapping(node, "`variants`") {
            match key.text.as_str() {
                "by" => by = self.text(node, "`by`"),
                "of" => of = Some(self.variant_tools(&format!("{pointer}.of"), node)),
                _ => self.unknown(key, "`variants`", &["by", "of"]),
            }
        }
        match (by, of) {
            (Some(by), Some(of)) => Some(Variants { by, of }),
            _ => {
                self.problem(node, "`variants` needs `by` (an argument) and `of` (value -> rule)");
                None
            }
        }
    }

    fn variant_tools(&mut self, pointer: &str, node: &Node) -> BTreeMap<String, Tool> {
        let mut variants = BTreeMap::new();
        for (key, node) in self.mapping(node, "`of`") {
            let pointer = format!("{pointer}.{}", key.text);
            self.locate(&pointer, key);
            let tool = self.tool(&pointer, node);
            if tool.variants.is_some() {
                self.problem_at_key(key, "a variant has no variants of its own");
            }
            variants.insert(key.text.clone(), tool);
        }
        variants
    }

    pub(super) fn member_problem(&mut self, key: &Key, message: String) {
        self.problem_at_key(key, message);
    }
}

fn period(name: &str) -> Option<Period> {
    let long = match name {
        "second" | "s" => "sec",
        "minute" | "m" => "min",
        "h" => "hour",
        "d" => "day",
        "w" => "week",
        name => name,
    };
    Period::ALL.into_iter().find(|period| period.name() == long)
}
