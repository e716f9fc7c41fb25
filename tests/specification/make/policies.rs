//! A policy that loads: names out of small pools, so that rules meet requests and each other.

use std::collections::BTreeMap;

use mcp_remit::model::facts::Os;
use mcp_remit::model::policy::*;
use mcp_remit::model::verdict::Decision;

use super::constraints::constraint;
use super::windows;
use crate::choices::Choices;

pub const SERVERS: [&str; 3] = ["fs", "web", "gate"];
pub const TOOLS: [&str; 4] = ["read_file", "move_file", "send", "act"];
/// Keys of arguments: of each row of the table of key names, some that say nothing, one that must be escaped.
pub const KEYS: [&str; 20] = [
    "path",
    "source",
    "files",
    "repo_path",
    "output",
    "new_file",
    "url",
    "link",
    "to",
    "sql",
    "command",
    "content",
    "body",
    "count",
    "mode",
    "tags",
    "options",
    "pattern",
    "zebra",
    "a/b~c",
];
pub const VARIANTS: [&str; 2] = ["list", "drop"];
pub const LABELS: [&str; 3] = ["private", "untrusted", "outside"];
pub const PROMPTS: [&str; 2] = ["summarize", "review"];
pub const RESOURCES: [&str; 6] = [
    "docs://**",
    "docs://guide/*",
    "docs://a",
    "file:///home/ada/web/docs/**",
    "file:///c:/home/ada/web/docs/**",
    "https://docs.acme.com/**",
];
pub const PLACES: [&str; 16] = [
    "./docs/\u{e9}.md",
    "./docs/e\u{301}",
    ".",
    "./src",
    "./docs",
    "~",
    "/",
    "./src/**",
    "./src/*.rs",
    "./{src,docs}/**",
    "~/notes",
    "../lib",
    "./**/*.md",
    "/etc",
    "./src/gen",
    "./d?cs",
];
const DENIED: [&str; 12] = [
    "./docs/\u{c9}.md",
    "./src/gen",
    "./docs",
    "./secret",
    "~/notes",
    "/etc",
    "./*.tmp",
    "./src/**/*.key",
    "./SRC/main.rs",
    "./a/b/c",
    "./docs/{x,y}.md",
    "~/web/../lib",
];
const NAMES: [&str; 9] = ["SRC\\*.rs", "*.tmp", "gen", "secret*", "src/*.rs", "x?.md", "{hosts,notes}", ".*", "A.RS"];
const OFF: [&str; 8] = [
    "env-files",
    "key-files",
    "credential-files",
    "private-hosts",
    "credentials-outside",
    "remit-files",
    "metadata-hosts",
    "header-lines",
];
const ROOTS: [&str; 4] = [".", "./src", "~", "/srv"];

/// One of these places, as somebody writes it on that system.
pub fn written(places: &[&str], choices: &mut Choices<'_>) -> String {
    let place = choices.pick(places);
    if choices.os == Os::Windows { windows::written(place, choices) } else { place.to_owned() }
}

pub fn owned(list: Vec<&str>) -> Vec<String> {
    list.into_iter().map(str::to_owned).collect()
}

pub fn document(choices: &mut Choices<'_>) -> Document {
    let names = choices.some_of(75, &SERVERS);
    let servers: BTreeMap<String, Server> = names.into_iter().map(|name| (name.to_owned(), server(choices))).collect();
    let approvals = approvals(choices);
    let labels: BTreeMap<String, Vec<LabelRef>> =
        LABELS.iter().map(|label| ((*label).to_owned(), label_refs(choices))).collect();
    let flows = match choices.chance(55) {
        true => choices.several(1, 3, flow),
        false => Vec::new(),
    };
    Document { servers, approvals, labels, flows, default_allow: choices.chance(25), ..Document::default() }
}

fn tool_ref(choices: &mut Choices<'_>) -> ToolRef {
    let server = choices.maybe(60, |choices| choices.pick(&SERVERS).to_owned());
    ToolRef { server, tool: choices.pick(&TOOLS).to_owned() }
}

fn approvals(choices: &mut Choices<'_>) -> Vec<ToolRef> {
    let mut all = match choices.chance(35) {
        true => choices.several(1, 3, tool_ref),
        false => Vec::new(),
    };
    all.sort();
    all.dedup();
    all
}

fn label_refs(choices: &mut Choices<'_>) -> Vec<LabelRef> {
    choices.several(1, 2, |choices| match choices.chance(50) {
        true => {
            let path = written(&["./src", "~/notes/**", "./docs/x.md", "/etc", "./secret/*.key"], choices);
            LabelRef::Place { server: choices.pick(&SERVERS).to_owned(), path }
        }
        false => LabelRef::Tool(tool_ref(choices)),
    })
}

fn flow(choices: &mut Choices<'_>) -> Flow {
    let mut from = owned(choices.some_of(40, &LABELS));
    if from.is_empty() {
        from.push(LABELS[0].to_owned());
    }
    let then = choices.pick(&[Decision::Deny, Decision::Ask]);
    Flow { name: "flow".into(), from, to: choices.pick(&LABELS).to_owned(), then }
}

fn server(choices: &mut Choices<'_>) -> Server {
    // A server without tools has path rules alone, or nothing.
    let names_tools = choices.chance(88);
    let mut tools = BTreeMap::new();
    let (mut allowed, mut denied) = (Vec::new(), Vec::new());
    if names_tools {
        for name in choices.some_of(75, &TOOLS) {
            tools.insert(name.to_owned(), tool(choices, true));
        }
        allowed = owned(choices.some_of(45, &TOOLS));
        denied = owned(choices.some_of(5, &TOOLS));
    }
    let wide = choices.chance(70);
    let allowed_paths = choices.maybe(if names_tools { 30 } else { 85 }, |choices| {
        let mut list = choices.several(1, 3, |choices| written(&PLACES, choices));
        list.extend(wide.then(|| "/".to_owned()));
        list
    });
    Server {
        allowed_tools: allowed,
        denied_tools: denied,
        allowed_paths,
        denied_paths: if choices.chance(45) {
            choices.several(1, 3, |choices| written(&DENIED, choices))
        } else {
            Vec::new()
        },
        denied_patterns: if choices.chance(30) { owned(choices.several(1, 2, |c| c.pick(&NAMES))) } else { Vec::new() },
        root: choices.maybe(15, |choices| written(&ROOTS, choices)),
        dialect: choices.maybe(60, |choices| choices.pick(&["postgres", "sqlite"]).to_owned()),
        tools,
        resources: owned(choices.some_of(40, &RESOURCES)),
        prompts: owned(choices.some_of(60, &PROMPTS)),
        sampling: choices.maybe(70, |choices| choices.pick(&[Decision::Allow, Decision::Ask, Decision::Deny])),
        elicitation: choices.maybe(70, |choices| choices.pick(&[Decision::Allow, Decision::Ask, Decision::Deny])),
        unprotected: if choices.chance(15) { owned(choices.several(1, 2, |c| c.pick(&OFF))) } else { Vec::new() },
    }
}

fn tool(choices: &mut Choices<'_>, may_vary: bool) -> Tool {
    let variants = (may_vary && choices.chance(18)).then(|| Variants {
        by: "mode".into(),
        of: VARIANTS.iter().map(|name| ((*name).to_owned(), tool(choices, false))).collect(),
    });
    let mut args = match choices.below(10) {
        0 => Args::Any,
        1 => Args::Closed,
        _ => {
            let keys = choices.several(1, 4, |choices| choices.pick(&KEYS));
            Args::Listed(keys.into_iter().map(|key| (key.to_owned(), constraint(key, choices, 2))).collect())
        }
    };
    let budget = choices.maybe(15, |choices| Budget {
        sum: "count".into(),
        max: choices.pick(&[10.0, 100.0, 0.0]),
        per: choices.pick(&Period::ALL),
    });
    let mut other_args = choices.chance(15);
    if budget.is_some() {
        match &mut args {
            Args::Listed(listed) => drop(listed.insert("count".into(), Constraint::Any)),
            Args::Closed => other_args = true,
            Args::Any => {}
        }
    }
    let required = match &args {
        Args::Listed(listed) => {
            let keys: Vec<String> = listed.keys().cloned().collect();
            if choices.chance(30) { choices.some_of(50, &keys) } else { Vec::new() }
        }
        _ => Vec::new(),
    };
    Tool {
        args,
        other_args,
        required,
        rate: choices.maybe(15, |choices| Rate { max: choices.pick(&[1, 2, 3, 0]), per: choices.pick(&Period::ALL) }),
        budget,
        ask: choices.chance(22),
        variants,
    }
}
