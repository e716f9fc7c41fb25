//! Requests: calls that the policy mostly knows, and the other channels.

use mcp_remit::model::policy::{Args, Document, Tool};
use mcp_remit::model::request::{Action, Request};
use serde_json::{Map, Value, json};

use super::policies::{KEYS, PROMPTS, SERVERS, TOOLS, VARIANTS};
use super::values::{natural, nearly_fitting};
use crate::choices::Choices;

/// Names that only look like others, or that somebody mistyped.
const ODD_NAMES: [&str; 10] = [
    "read_file ",
    "Read_File",
    "re\u{430}d_file",
    "act\u{200b}",
    "",
    "读取",
    "读\u{200b}取",
    "lire_été",
    "read\u{7}_file",
    "unknown",
];
const URIS: [&str; 15] = [
    "file:///c:/home/ada/web/docs/x.md",
    "file:///C:/home/ada/web/.env",
    "docs://guide/x",
    "docs://guide/x/y",
    "docs://a",
    "docs://b",
    "docs://guide/../a",
    "docs://%2e%2e/a",
    "file:///home/ada/web/docs/x.md",
    "file:///etc/shadow",
    "https://docs.acme.com/v1/x",
    "http://169.254.169.254/",
    "file:///home/ada/web/docs/.env",
    "docs://guide/",
    "docs://",
];

pub fn request(document: &Document, choices: &mut Choices<'_>) -> Request {
    let known: Vec<String> = document.servers.keys().cloned().collect();
    let server = match known.is_empty() || choices.chance(10) {
        true => choices.pick(&SERVERS).to_owned(),
        false => choices.pick(&known),
    };
    let action = match choices.below(20) {
        0 => Action::Resource { uri: choices.pick(&URIS).to_owned() },
        1 => Action::Prompt { name: prompt(choices), arguments: some_arguments(choices) },
        2 if choices.chance(50) => {
            Action::Completion { reference: choices.pick(&URIS).to_owned(), argument: Map::new() }
        }
        2 => Action::Completion { reference: prompt(choices), argument: some_arguments(choices) },
        3 => Action::Sampling { params: some_arguments(choices) },
        4 => Action::Elicitation { params: some_arguments(choices) },
        _ => call(document, &server, choices),
    };
    Request { server, action }
}

fn prompt(choices: &mut Choices<'_>) -> String {
    match choices.chance(20) {
        true => choices.pick(&["Summarize", "summarize ", "other", "summ\u{430}rize"]).to_owned(),
        false => choices.pick(&PROMPTS).to_owned(),
    }
}

fn call(document: &Document, server: &str, choices: &mut Choices<'_>) -> Action {
    if choices.chance(4) {
        return Action::Call { tool: choices.pick(&ODD_NAMES).to_owned(), arguments: some_arguments(choices) };
    }
    let rules = document.servers.get(server);
    let known: Vec<String> =
        rules.into_iter().flat_map(|rules| rules.tools.keys().chain(&rules.allowed_tools)).cloned().collect();
    let tool = match known.is_empty() || choices.chance(8) {
        true => choices.pick(&TOOLS).to_owned(),
        false => choices.pick(&known),
    };
    let mut arguments = match rules.and_then(|rules| rules.tools.get(&tool)) {
        Some(rule) => arguments(rule, choices),
        None => some_arguments(choices),
    };
    if tool == "move_file" && choices.chance(40) {
        // Who takes a folder away takes what is denied below it.
        let above = choices
            .pick(&["/home", ".", "..", "~", "a", "a/b", "docs", "src", "/", "secret", "policies", "~/.local", "/etc"]);
        arguments.insert("path".into(), json!(above));
    }
    Action::Call { tool, arguments }
}

/// What the rule lists, and rarely something else.
fn arguments(rule: &Tool, choices: &mut Choices<'_>) -> Map<String, Value> {
    let mut made = listed(rule, choices);
    if let Some(variants) = &rule.variants {
        let value = match choices.chance(8) {
            true => choices.pick(&[json!("purge"), json!(1), json!(null), json!("List")]),
            false => json!(choices.pick(&VARIANTS)),
        };
        if let Some(variant) = value.as_str().and_then(|name| variants.of.get(name)) {
            made.extend(listed(variant, choices));
        }
        made.insert(variants.by.clone(), value);
    }
    if rule.budget.is_some() && choices.chance(85) {
        made.insert("count".into(), choices.pick(&[json!(1), json!(9), json!(0), json!(10), json!(99.5), json!(-1)]));
    }
    let open = rule.args == Args::Any || rule.other_args;
    if choices.chance(if open { 70 } else { 6 }) {
        made.extend(some_arguments(choices));
    }
    made
}

fn listed(rule: &Tool, choices: &mut Choices<'_>) -> Map<String, Value> {
    let Args::Listed(listed) = &rule.args else { return Map::new() };
    let mut made = Map::new();
    for (name, constraint) in listed {
        let wanted = rule.required.contains(name);
        if choices.chance(if wanted { 94 } else { 75 }) {
            made.insert(name.clone(), nearly_fitting(name, constraint, choices));
        }
    }
    made
}

fn some_arguments(choices: &mut Choices<'_>) -> Map<String, Value> {
    let keys = choices.several(0, 2, |choices| choices.pick(&KEYS));
    keys.into_iter().map(|key| (key.to_owned(), natural(key, choices))).collect()
}
