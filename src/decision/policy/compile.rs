//! [`Document`] -> [`Policy`]: indexed by server and tool, patterns compiled, all problems at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::decision::table::{Members, Table};
use crate::model::effects::Kind;
use crate::model::policy::{Args, Budget, Document, LabelRef, Rate, Server, Tool, ToolRef};
use crate::model::verdict::{Decision, Rule};

use super::super::effects::Hints;
use super::super::path::{PathSet, Patterns};
use super::super::sql::Dialect;
use super::check::{Check, Refusing};
use super::format;
use super::{Policy, Problem, Problems};

/// Everything about one server.
#[derive(Debug, Clone)]
pub(crate) struct ServerRules {
    pub rule: Arc<Rule>,
    pub allowed_tools: Table<String, Arc<Rule>>,
    pub denied_tools: Table<String, Arc<Rule>>,
    /// `None`: the policy has no such key.
    pub allowed_paths: Option<Places>,
    pub denied_paths: Option<Places>,
    pub denied_patterns: Option<(Arc<Rule>, Patterns, Vec<String>)>,
    pub tools: Table<String, ToolRules>,
    pub resources: Option<(Arc<Rule>, globset::GlobSet)>,
    pub prompts: Table<String, Arc<Rule>>,
    pub sampling: Option<(Arc<Rule>, Decision)>,
    pub elicitation: Option<(Arc<Rule>, Decision)>,
    pub unprotected: Vec<String>,
    /// For calls of tools without a rule of their own.
    pub hints: Hints,
}

#[derive(Debug, Clone)]
pub(crate) struct Places {
    pub rule: Arc<Rule>,
    pub set: PathSet,
    /// As the policy writes them.
    pub words: Vec<String>,
}

/// Everything about one tool.
#[derive(Debug, Clone)]
pub(crate) struct ToolRules {
    pub rule: Arc<Rule>,
    pub args: ArgRules,
    pub other_args: bool,
    pub required: Vec<String>,
    pub rate: Option<(Arc<Rule>, Rate)>,
    pub budget: Option<(Arc<Rule>, Budget)>,
    pub ask: Option<Arc<Rule>>,
    pub variants: Option<(Arc<Rule>, String, Table<String, ToolRules>)>,
    pub hints: Hints,
}

#[derive(Debug, Clone)]
pub(crate) enum ArgRules {
    Closed,
    Any,
    Listed(Table<String, Check>),
}

/// What earns a label.
#[derive(Debug, Clone, Default)]
pub(crate) struct Labels {
    /// (server, tool) -> labels; server `None`: on any.
    pub tools: Table<(Option<String>, String), Members<String>>,
    /// Server -> label and places.
    pub places: Table<String, Vec<(String, PathSet)>>,
}

#[derive(Debug, Clone)]
pub(crate) struct FlowRule {
    pub rule: Arc<Rule>,
    pub name: String,
    pub from: Vec<String>,
    pub to: String,
    pub then: Decision,
}

/// How a list of patterns is parsed: fails with the index of the pattern that is wrong, and why.
pub(super) type Parse<T> = fn(&[String]) -> Result<T, (usize, String)>;

/// Collects problems while it compiles.
pub(crate) struct Compiler<'a> {
    document: &'a Document,
    file: &'a str,
    problems: Vec<Problem>,
    /// Of the tool that is being compiled.
    pub(super) hints: Hints,
    /// Within a `not`.
    pub(super) excludes: bool,
}

/// Compiles a whole document.
pub(super) fn compile(document: Document, digest: String, file: &str) -> Result<Policy, Problems> {
    let mut compiler =
        Compiler { document: &document, file, problems: Vec::new(), hints: Hints::default(), excludes: false };
    let servers: Table<String, ServerRules> = document
        .servers
        .iter()
        .map(|(name, server)| (name.clone(), compiler.server(&format!("servers.{name}"), name, server)))
        .collect();
    let labels = compiler.labels();
    let flows = compiler.flows();
    let mut approvals = Table::default();
    for (index, ToolRef { server, tool }) in document.approvals.iter().enumerate() {
        let rule = compiler.rule(&format!("approvals.require_human_approval[{index}]"));
        approvals.insert((server.clone(), tool.clone()), rule);
    }
    for (name, regex) in &document.redaction.patterns {
        if let Err(error) = regex::RegexBuilder::new(regex).size_limit(super::check::REGEX_SIZE).build() {
            compiler.problem("redaction", format!("the pattern `{name}` is not a regular expression: {error}"));
        }
    }
    let default = compiler.rule("default");
    let problems = compiler.problems;
    if !problems.is_empty() {
        return Err(Problems::sorted(problems));
    }
    Ok(Policy { servers, approvals, labels, flows, default, document, digest, redactor: None })
}

impl Compiler<'_> {
    pub fn rule(&self, pointer: &str) -> Arc<Rule> {
        Arc::new(Rule { pointer: pointer.to_owned(), at: self.document.locate(pointer) })
    }

    fn problem(&mut self, pointer: &str, message: String) {
        self.problems.push(self.document.problem(self.file, pointer, message));
    }

    pub(super) fn refuse<T: Refusing>(&mut self, pointer: &str, why: String) -> T {
        self.problem(pointer, why);
        T::nothing()
    }

    /// A list of patterns; the entry that is wrong is named.
    pub(super) fn list<T>(&mut self, pointer: &str, patterns: &[String], parse: Parse<T>) -> T
    where
        T: Clone,
    {
        match parse(patterns) {
            Ok(set) => set,
            Err((index, why)) => {
                let pattern = patterns.get(index).map_or("", String::as_str);
                self.problem(pointer, format!("`{pattern}`: {why}"));
                // Tell about the others as well, then go on with what is right; the problem stops the policy.
                let right: Vec<String> =
                    patterns.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, text)| text.clone()).collect();
                self.list(pointer, &right, parse)
            }
        }
    }

    pub(super) fn declare(&mut self, pattern: &str, kind: Kind) {
        let kinds = self.hints.declared.entry(pattern.to_owned()).or_default();
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }

    fn server(&mut self, pointer: &str, name: &str, server: &Server) -> ServerRules {
        let dialect =
            server.dialect.as_deref().and_then(Dialect::from_name).unwrap_or_else(|| Dialect::of_server(name));
        let hints = Hints { root: server.root.clone(), dialect, ..Hints::default() };
        let named = |compiler: &Self, key: &str, names: &[String]| -> Table<String, Arc<Rule>> {
            let rule = compiler.rule(&format!("{pointer}.{key}"));
            names.iter().map(|name| (name.clone(), rule.clone())).collect()
        };
        let mut tools = Table::default();
        for (tool_name, tool) in &server.tools {
            let rules = self.tool(&format!("{pointer}.tools.{tool_name}"), tool, &hints);
            tools.insert(tool_name.clone(), rules);
        }
        let denied_patterns = (!server.denied_patterns.is_empty()).then(|| {
            let pointer = format!("{pointer}.denied_patterns");
            (
                self.rule(&pointer),
                self.list(&pointer, &server.denied_patterns, Patterns::new),
                server.denied_patterns.clone(),
            )
        });
        let channel = |compiler: &Self, key: &str, decision: Option<Decision>| {
            decision.map(|decision| (compiler.rule(&format!("{pointer}.{key}")), decision))
        };
        ServerRules {
            rule: self.rule(pointer),
            allowed_tools: named(self, "allowed_tools", &server.allowed_tools),
            denied_tools: named(self, "denied_tools", &server.denied_tools),
            allowed_paths: server
                .allowed_paths
                .as_ref()
                .map(|paths| self.places(&format!("{pointer}.allowed_paths"), paths, PathSet::granted)),
            denied_paths: (!server.denied_paths.is_empty())
                .then(|| self.places(&format!("{pointer}.denied_paths"), &server.denied_paths, PathSet::denied)),
            denied_patterns,
            tools,
            resources: self.resources(&format!("{pointer}.resources"), &server.resources),
            prompts: named(self, "prompts", &server.prompts),
            sampling: channel(self, "sampling", server.sampling),
            elicitation: channel(self, "elicitation", server.elicitation),
            unprotected: server.unprotected.clone(),
            hints,
        }
    }

    fn places(&mut self, pointer: &str, words: &[String], parse: Parse<PathSet>) -> Places {
        Places { rule: self.rule(pointer), set: self.list(pointer, words, parse), words: words.to_vec() }
    }

    /// URI patterns: `*` stays within a segment, `**` crosses them.
    fn resources(&mut self, pointer: &str, patterns: &[String]) -> Option<(Arc<Rule>, globset::GlobSet)> {
        if patterns.is_empty() {
            return None;
        }
        let mut set = globset::GlobSetBuilder::new();
        for pattern in patterns {
            // `://**` ends in an empty segment for globset, which would match nothing.
            let glob = globset::GlobBuilder::new(&pattern.replace("://**", "://{*,**/*}").replace('[', "[[]"))
                .literal_separator(true)
                .backslash_escape(false)
                .build();
            match glob {
                Ok(glob) => {
                    set.add(glob);
                }
                Err(error) => self.problem(pointer, format!("`{pattern}`: {}", error.kind())),
            }
        }
        match set.build() {
            Ok(set) => Some((self.rule(pointer), set)),
            Err(error) => {
                self.problem(pointer, error.to_string());
                None
            }
        }
    }

    fn tool(&mut self, pointer: &str, tool: &Tool, server: &Hints) -> ToolRules {
        self.hints = server.clone();
        let args = match &tool.args {
            Args::Closed => ArgRules::Closed,
            Args::Any => ArgRules::Any,
            Args::Listed(listed) => ArgRules::Listed(
                listed
                    .iter()
                    .map(|(name, constraint)| {
                        let token = crate::model::pointer::token(name);
                        (name.clone(), self.check(&format!("{pointer}.args.{name}"), &format!("/{token}"), constraint))
                    })
                    .collect(),
            ),
        };
        let hints = std::mem::take(&mut self.hints);
        let variants = tool.variants.as_ref().map(|variants| {
            let of = variants.of.iter().map(|(value, tool)| {
                // What the tool itself declares holds beside what the variant does.
                (value.clone(), self.tool(&format!("{pointer}.variants.of.{value}"), tool, &hints))
            });
            let of: Table<String, ToolRules> = of.collect();
            (self.rule(&format!("{pointer}.variants")), variants.by.clone(), of)
        });
        self.check_names(pointer, tool);
        ToolRules {
            rule: self.rule(pointer),
            args,
            other_args: tool.other_args,
            required: tool.required.clone(),
            rate: tool.rate.map(|rate| (self.rule(&format!("{pointer}.rate")), rate)),
            budget: tool.budget.clone().map(|budget| (self.rule(&format!("{pointer}.budget")), budget)),
            ask: tool.ask.then(|| self.rule(&format!("{pointer}.ask"))),
            variants,
            hints,
        }
    }

    /// What `required`, `budget` and `relative_to` name must be arguments that the rule admits.
    fn check_names(&mut self, pointer: &str, tool: &Tool) {
        let empty = BTreeMap::new();
        let (listed, closed) = match &tool.args {
            Args::Listed(listed) => (listed, !tool.other_args),
            Args::Closed => (&empty, !tool.other_args),
            Args::Any => (&empty, false),
        };
        let by = tool.variants.as_ref().map(|variants| variants.by.as_str());
        let admits = |name: &str| !closed || listed.contains_key(name) || by == Some(name);
        for name in &tool.required {
            if !admits(name) {
                self.problem(
                    &format!("{pointer}.required"),
                    format!("`{name}` is required, but `args` does not list it: no call could pass"),
                );
            }
        }
        if let Some(budget) = &tool.budget
            && !admits(&budget.sum)
        {
            self.problem(
                &format!("{pointer}.budget"),
                format!("the budget sums `{}`, which `args` does not list", budget.sum),
            );
        }
    }

    fn labels(&mut self) -> Labels {
        let mut labels = Labels::default();
        for (label, refs) in &self.document.labels {
            for label_ref in refs {
                match label_ref {
                    LabelRef::Tool(ToolRef { server, tool }) => {
                        labels.tools.entry((server.clone(), tool.clone())).or_default().insert(label.clone());
                    }
                    LabelRef::Place { server, path } => {
                        let set = self.list(&format!("labels.{label}"), std::slice::from_ref(path), PathSet::denied);
                        labels.places.entry(server.clone()).or_default().push((label.clone(), set));
                    }
                }
            }
        }
        labels
    }

    fn flows(&mut self) -> Vec<FlowRule> {
        let mut flows = Vec::new();
        for (index, flow) in self.document.flows.iter().enumerate() {
            let pointer = format!("flows[{index}]");
            for label in flow.from.iter().chain([&flow.to]) {
                if !self.document.labels.contains_key(label) {
                    let meaning = format::meaning_of(label).map(|meaning| format!(": {meaning}")).unwrap_or_default();
                    self.problem(&pointer, format!("no label `{label}`; define it under `labels`{meaning}"));
                }
            }
            flows.push(FlowRule {
                rule: self.rule(&pointer),
                name: flow.name.clone(),
                from: flow.from.clone(),
                to: flow.to.clone(),
                then: flow.then,
            });
        }
        flows
    }
}
