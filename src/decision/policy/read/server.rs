//! One server of the policy, and its tools.

use std::collections::BTreeMap;

use crate::model::policy::{Args, Budget, Constraint, Rate, Server, Tool, Variants};

use super::super::format::{BudgetKey, CHANNEL, DIALECTS, OTHER_ARGS, ServerKey, ToolKey, VariantsKey, period};
use super::super::yaml::{Content, Key, Node};
use super::Reader;

impl Reader<'_> {
    pub(super) fn server(&mut self, pointer: &str, node: &Node) -> Server {
        let mut server = Server::default();
        for (name, key, node) in self.members(node) {
            self.locate(&format!("{pointer}.{}", key.text), key);
            match name {
                ServerKey::AllowedTools => server.allowed_tools = self.texts(node, "`allowed_tools`"),
                ServerKey::DeniedTools => server.denied_tools = self.texts(node, "`denied_tools`"),
                ServerKey::AllowedPaths => server.allowed_paths = Some(self.texts(node, "`allowed_paths`")),
                ServerKey::DeniedPaths => server.denied_paths = self.texts(node, "`denied_paths`"),
                ServerKey::DeniedPatterns => server.denied_patterns = self.texts(node, "`denied_patterns`"),
                ServerKey::Root => server.root = self.text(node, "`root`"),
                ServerKey::Dialect => server.dialect = self.choice(node, "`dialect`", &DIALECTS).map(str::to_owned),
                ServerKey::Tools => server.tools = self.tools(&format!("{pointer}.tools"), node),
                ServerKey::Resources => server.resources = self.texts(node, "`resources`"),
                ServerKey::Prompts => server.prompts = self.texts(node, "`prompts`"),
                ServerKey::Sampling => server.sampling = self.choice(node, "`sampling`", &CHANNEL),
                ServerKey::Elicitation => server.elicitation = self.choice(node, "`elicitation`", &CHANNEL),
                ServerKey::Unprotected => server.unprotected = self.unprotected(node),
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
        for (name, key, node) in self.members(node) {
            let pointer = format!("{pointer}.{}", key.text);
            self.locate(&pointer, key);
            match name {
                ToolKey::Args => tool.args = self.args(&pointer, node),
                ToolKey::OtherArgs => {
                    tool.other_args = self.choice(node, "`other_args`", &OTHER_ARGS).unwrap_or_default();
                }
                ToolKey::Required => tool.required = self.texts(node, "`required`"),
                ToolKey::Rate => tool.rate = self.rate(node),
                ToolKey::Budget => tool.budget = self.budget(node),
                ToolKey::Ask => tool.ask = self.flag(node, "`ask`"),
                ToolKey::Variants => tool.variants = self.variants(&pointer, node),
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
                    // One that is wrong stands for itself, so that no further problem is made of it; it stops the policy.
                    let constraint = self.constraint(&pointer, node).unwrap_or(Constraint::Any);
                    listed.insert(key.text.clone(), constraint);
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
        for (name, _, node) in self.members(node) {
            match name {
                BudgetKey::Sum => sum = self.text(node, "`sum`"),
                BudgetKey::Max => max = self.number(node, "`max`"),
                BudgetKey::Per => {
                    let text = self.text(node, "`per`")?;
                    per = period(&text);
                    if per.is_none() {
                        self.problem(node, "`per` must be one of: sec, min, hour, day, week");
                    }
                }
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
        for (name, _, node) in self.members(node) {
            match name {
                VariantsKey::By => by = self.text(node, "`by`"),
                VariantsKey::Of => of = Some(self.variant_tools(&format!("{pointer}.of"), node)),
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
