//! Constraints of every kind, mostly one that fits the argument's name.

use std::collections::BTreeMap;

use mcp_remit::model::policy::{Constraint, Shape, SqlGrant, TextGrant};
use serde_json::{Value, json};

use super::policies::{PLACES, owned, written};
use crate::choices::Choices;

pub const URLS: [&str; 12] = [
    "https://docs.acme.com/**",
    "https://*.acme.com/**",
    "https://acme.com",
    "https://docs.acme.com/v1",
    "https://docs.acme.com/v1/**",
    "https://docs.acme.com/*/x",
    "http://localhost:8443/**",
    "http://127.0.0.1/**",
    "https://docs.acme.com:8443/**",
    "https://docs.acme.com:*/v1/**",
    "https://docs.acme.com/v1?q=1",
    "http://169.254.169.254/**",
];
pub const EMAILS: [&str; 5] = ["*@acme.com", "ada@acme.com", "*@*.acme.com", "a*@evil.example", "BOB@acme.com"];
pub const COMMANDS: [&str; 7] = ["git status", "cargo test **", "git *", "cat **", "make", "curl **", "git log *"];
pub const PATTERNS: [&str; 5] = ["[a-z]+", "v[0-9]+", "alpha|beta", "a.c", "x*"];
pub const SHAPES: [Shape; 6] = [Shape::Integer, Shape::Uuid, Shape::Date, Shape::Slug, Shape::Decimal, Shape::Hex];

/// What an argument of that name is mostly about.
pub fn constraint(key: &str, choices: &mut Choices<'_>, depth: usize) -> Constraint {
    match choices.below(12) {
        0 => Constraint::Any,
        1 if depth > 0 => several(key, choices, depth),
        _ if ["url", "link"].contains(&key) && choices.chance(12) => open_or_near(choices),
        2 => excluded(key, choices),
        3 => plain(choices),
        _ => natural(key, choices, depth),
    }
}

fn natural(key: &str, choices: &mut Choices<'_>, depth: usize) -> Constraint {
    match key {
        "path" | "source" | "output" | "new_file" | "repo_path" => paths(key, choices),
        "files" => match choices.below(4) {
            0 => Constraint::All(vec![Constraint::MaxItems(2), Constraint::Each(Box::new(paths(key, choices)))]),
            1 if depth > 0 => Constraint::Each(Box::new(constraint("path", choices, depth - 1))),
            _ => Constraint::Each(Box::new(paths(key, choices))),
        },
        "url" | "link" => Constraint::Urls(owned(choices.several(1, 3, |choices| choices.pick(&URLS)))),
        "to" => {
            let emails = Constraint::Emails(owned(choices.several(1, 3, |choices| choices.pick(&EMAILS))));
            if choices.chance(25) { Constraint::Each(Box::new(emails)) } else { emails }
        }
        "sql" => Constraint::Sql(sql(choices)),
        "command" => Constraint::Commands(owned(choices.several(1, 3, |choices| choices.pick(&COMMANDS)))),
        "content" | "body" => Constraint::Text(text(choices)),
        "count" => range(choices),
        "tags" => match choices.below(3) {
            0 => Constraint::MaxItems(choices.pick(&[2, 0, 1])),
            1 => Constraint::Each(Box::new(plain(choices))),
            _ => Constraint::All(vec![Constraint::MaxItems(2), Constraint::Each(Box::new(plain(choices)))]),
        },
        "options" => fields(choices, depth),
        _ => plain(choices),
    }
}

fn paths(key: &str, choices: &mut Choices<'_>) -> Constraint {
    let relative_to = (key == "files" && choices.chance(50)).then(|| "repo_path".to_owned());
    let mut paths = choices.several(1, 3, |choices| written(&PLACES, choices));
    if choices.chance(40) {
        paths.push(".".into());
    }
    Constraint::Paths { paths, relative_to }
}

fn sql(choices: &mut Choices<'_>) -> SqlGrant {
    let statements = choices.some_of(60, &["select", "insert", "update", "delete"]);
    let tables =
        |choices: &mut Choices<'_>| owned(choices.some_of(60, &["orders", "public.users", "public.*", "audit"]));
    SqlGrant {
        statements: owned(statements),
        tables: choices.maybe(80, tables),
        writes: choices.maybe(40, tables),
        search_path: choices.maybe(60, |choices| choices.pick(&["public", "shop"]).to_owned()),
        functions: Vec::new(),
    }
}

fn text(choices: &mut Choices<'_>) -> TextGrant {
    TextGrant {
        hosts: choices.maybe(60, |choices| owned(choices.some_of(60, &["docs.acme.com", "*.acme.com"]))),
        emails: choices.maybe(50, |choices| owned(choices.some_of(60, &EMAILS))),
        accounts: None,
        deny_secrets: choices.chance(50),
    }
}

fn range(choices: &mut Choices<'_>) -> Constraint {
    let (min, max) = choices.pick(&[(0.0, 10.0), (5.0, 5.0), (-3.5, 2.5)]);
    let (open_below, open_above) = (choices.chance(20), choices.chance(20));
    Constraint::Range { min: (!open_below).then_some(min), max: (!open_above).then_some(max) }
}

fn fields(choices: &mut Choices<'_>, depth: usize) -> Constraint {
    let keys = choices.some_of(60, &["count", "path", "zebra", "url"]);
    let fields: BTreeMap<String, Constraint> = keys
        .into_iter()
        .map(|key| {
            let inner = if depth > 0 { constraint(key, choices, depth - 1) } else { plain(choices) };
            (key.to_owned(), inner)
        })
        .collect();
    let names: Vec<String> = fields.keys().cloned().collect();
    let required = if choices.chance(40) { choices.some_of(50, &names) } else { Vec::new() };
    Constraint::Fields { fields, required }
}

/// The first whole number that a double stands for besides itself.
pub const ROUNDED: u64 = 1 << 53;

pub fn numbers() -> Vec<Value> {
    vec![json!(1), json!(ROUNDED), json!(ROUNDED as f64), json!(ROUNDED + 1), json!(ROUNDED - 1)]
}

pub fn words() -> Vec<Value> {
    vec![json!("alpha"), json!("beta"), json!(1), json!(2.5), json!(true), json!("v12"), json!(["alpha"])]
}

/// What says nothing of what the argument is.
fn plain(choices: &mut Choices<'_>) -> Constraint {
    match choices.below(5) {
        0 if choices.chance(20) => Constraint::OneOf(choices.several(1, 2, |choices| choices.pick(&numbers()))),
        0 => Constraint::OneOf(choices.several(1, 3, |choices| choices.pick(&words()))),
        1 => Constraint::Matches(choices.pick(&PATTERNS).to_owned()),
        2 => Constraint::Shape(choices.pick(&SHAPES)),
        3 => Constraint::MaxLength(choices.pick(&[5, 4, 40])),
        _ => Constraint::Redacted("[redacted:token:abc]".into()),
    }
}

/// Kinds of places, hosts and addresses stand beside each other; statements, commands and text only beside plain ones.
fn several(key: &str, choices: &mut Choices<'_>, depth: usize) -> Constraint {
    let mixes = ["path", "source", "output", "new_file", "url", "link", "to"].contains(&key);
    let one = |choices: &mut Choices<'_>| match (mixes, choices.below(4)) {
        (_, 0) if choices.chance(30) => Constraint::Any,
        (_, 0) => plain(choices),
        (true, 1) => constraint(choices.pick(&["path", "url", "to"]), choices, depth - 1),
        _ => natural(key, choices, depth - 1),
    };
    match choices.chance(35) {
        true => Constraint::All(choices.several(2, 3, one)),
        false => Constraint::AnyOf(choices.several(2, 3, one)),
    }
}

/// Anything is granted, and a near host is named besides: alone, in a list, beside another kind, or in a field.
fn open_or_near(choices: &mut Choices<'_>) -> Constraint {
    let near = Constraint::Urls(owned(choices.several(1, 2, |choices| choices.pick(&URLS[6..8]))));
    let near = match choices.below(5) {
        0 => Constraint::Each(Box::new(near)),
        1 => Constraint::All(vec![near, Constraint::MaxLength(40)]),
        2 => Constraint::AnyOf(vec![near, Constraint::Matches("a.c".into())]),
        3 => Constraint::Fields { fields: BTreeMap::from([("url".to_owned(), near)]), required: Vec::new() },
        _ => near,
    };
    Constraint::AnyOf(vec![Constraint::Any, near])
}

/// What can be excluded, beside what is granted.
fn excluded(key: &str, choices: &mut Choices<'_>) -> Constraint {
    let one = |choices: &mut Choices<'_>| match (key, choices.below(3)) {
        ("path" | "source" | "output" | "new_file" | "files", 0 | 1) => paths(key, choices),
        ("url" | "link", 0 | 1) => Constraint::Urls(owned(choices.several(1, 2, |choices| choices.pick(&URLS)))),
        ("to", 0 | 1) => Constraint::Emails(owned(choices.several(1, 2, |choices| choices.pick(&EMAILS)))),
        ("count", _) => range(choices),
        _ => match plain(choices) {
            Constraint::MaxLength(_) | Constraint::Redacted(_) => Constraint::OneOf(words()),
            other => other,
        },
    };
    let inner = match choices.chance(25) {
        true => Constraint::AnyOf(choices.several(2, 2, one)),
        false => one(choices),
    };
    Constraint::Not(Box::new(inner))
}
