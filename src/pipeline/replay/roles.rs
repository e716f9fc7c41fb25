//! What each argument of a tool is for.
//!
//! Four sources speak, in this order: the policy's constraint on the argument, the tool's input schema, the argument's
//! name (the tables below), the values that were seen. The first that speaks decides; a closed set (`enum`, `one_of`)
//! has no role unless its name gives it one. Whether a path is read or written is told by the tool's name and the
//! argument's own; where neither tells, it is both.

use serde_json::{Map, Value};

use super::leaves::{Leaf, leaves};
use super::toolbox::Done;
use crate::decision::effects::keys::{self, KeyKind};
use crate::model::attack::{Harm, Role, Step};
use crate::model::policy::{Constraint, Tool};

/// One step into the arguments.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    Key(String),
    /// An element of an array.
    Item,
}

/// A tool of the user's, and all that is known of it.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub server: &'a str,
    pub tool: &'a str,
    pub schema: Option<&'a Value>,
    pub rule: Option<&'a Tool>,
    pub seen: &'a [Map<String, Value>],
    /// Every call that was seen.
    pub done: Option<&'a Done>,
}

/// An argument that plays a role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    pub at: Vec<Segment>,
    pub role: Role,
}

impl Slot {
    /// Whether it names the folder that a tool works in (`repo_path`, `cwd`), and no file that is read or written.
    pub fn is_base(&self) -> bool {
        is_base(&self.at)
    }

    /// Whether the deed of the step is done by filling this argument. A folder to work in can lie outside the project,
    /// and can become a repository (CVE-2025-68143); no file is read or written by naming it.
    pub fn takes(&self, step: &Step) -> bool {
        let founds = || step.verbs.iter().any(|verb| FOUNDS.contains(&verb.as_str()));
        self.role == step.role && (!self.is_base() || step.harm == Harm::OutsideProject || founds())
    }
}

/// Words of tools that make a repository of the folder they are given.
const FOUNDS: [&str; 2] = ["init", "clone"];

/// Argument names -> role. A name matches whole, by its last word, or with a plural `s`.
const NAMES: [(Role, &[&str]); 11] = [
    (
        Role::ReadPath,
        &[
            "path",
            "file",
            "filename",
            "filepath",
            "dir",
            "directory",
            "dirname",
            "folder",
            "cwd",
            "source",
            "src",
            "destination",
            "dest",
            "dst",
            "workdir",
            "save_to",
            "saveto",
            "output_dir",
            "outfile",
            "target_file",
            "notebook",
        ],
    ),
    (Role::Url, &["url", "uri", "href", "link", "endpoint", "webhook", "callback", "origin_url", "website", "site"]),
    (Role::Command, &["command", "cmd", "commandline", "shell_command", "bash", "script", "shell"]),
    (Role::Sql, &["sql", "statement"]),
    (
        Role::Recipient,
        &[
            "to",
            "cc",
            "bcc",
            "email",
            "mail",
            "attendee",
            "participant",
            "invitee",
            "addressee",
            "reply_to",
            "recipient",
        ],
    ),
    (Role::Channel, &["channel", "channel_id", "chat", "chat_id", "room", "thread", "conversation"]),
    (Role::Account, &["account", "iban", "payee", "beneficiary", "account_number", "wallet"]),
    (Role::Amount, &["amount", "total", "sum"]),
    (Role::Repository, &["repo", "repository", "repo_name", "project_id"]),
    (Role::Branch, &["branch", "branch_name", "ref", "revision", "tag", "commit", "refspec"]),
    (
        Role::Text,
        &[
            "body",
            "text",
            "content",
            "message",
            "comment",
            "description",
            "title",
            "subject",
            "note",
            "prompt",
            "markdown",
            "html",
            "new_string",
            "new_text",
            "newtext",
            "code_edit",
            "caption",
            "summary",
            "insight",
            "thought",
            "observation",
            "data",
        ],
    ),
];

/// Words in a tool's name that say that it changes the place it names.
const WRITES: [&str; 24] = [
    "write",
    "create",
    "edit",
    "append",
    "save",
    "put",
    "delete",
    "remove",
    "mkdir",
    "init",
    "update",
    "patch",
    "replace",
    "move",
    "rename",
    "download",
    "export",
    "screenshot",
    "record",
    "upload",
    "add",
    "set",
    "modify",
    "chmod",
];

/// Words in a tool's name that say that it only looks.
const READS: [&str; 22] = [
    "read",
    "get",
    "list",
    "search",
    "find",
    "open",
    "cat",
    "view",
    "show",
    "stat",
    "tree",
    "info",
    "load",
    "fetch",
    "status",
    "diff",
    "log",
    "describe",
    "grep",
    "glob",
    "directory",
    "query",
];

/// Words that say that a string called `query` is SQL.
const DATABASES: [&str; 16] = [
    "sql",
    "db",
    "database",
    "postgres",
    "postgresql",
    "pg",
    "sqlite",
    "mysql",
    "mariadb",
    "supabase",
    "bigquery",
    "snowflake",
    "duckdb",
    "clickhouse",
    "mssql",
    "redshift",
];

/// Words of a server whose paths are not places on this machine.
const HOSTED: [&str; 16] = [
    "github",
    "gitlab",
    "bitbucket",
    "gitea",
    "notion",
    "confluence",
    "jira",
    "atlassian",
    "drive",
    "gdrive",
    "slack",
    "s3",
    "sharepoint",
    "dropbox",
    "linear",
    "figma",
];

/// The lower-case words of a name: `sendEmail`, `send-email` and `send_email` are `send`, `email`.
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut fresh = true;
    let mut lower = false;
    for character in name.chars() {
        if !character.is_alphanumeric() {
            fresh = true;
            continue;
        }
        let begins = fresh || (lower && character.is_uppercase());
        lower = character.is_lowercase() || character.is_numeric();
        fresh = false;
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(character.to_lowercase());
        }
    }
    words
}

/// Every argument of the tool that plays a role, at any depth, sorted.
pub fn slots(known: &Known<'_>) -> Vec<Slot> {
    let leaves = leaves(known);
    let has_amount = leaves.keys().any(|at| name_of(at).is_some_and(|name| by_name(name) == Some(Role::Amount)));
    let hosted = words(known.server).iter().any(|word| HOSTED.contains(&word.as_str()));
    let mut slots = Vec::new();
    for (at, leaf) in &leaves {
        let Some(role) = role(known, at, leaf) else { continue };
        match role {
            // A file in a repository that is kept elsewhere, unless the policy says that it is a path.
            Role::ReadPath | Role::WritePath if hosted && leaf.constraint.and_then(by_constraint).is_none() => {}
            // Whoever only works in a folder looks at it; whoever founds a repository there writes it.
            Role::ReadPath | Role::WritePath if is_base(at) => {
                let founds = words(known.tool).iter().any(|word| FOUNDS.contains(&word.as_str()));
                let role = if founds { Role::WritePath } else { Role::ReadPath };
                slots.push(Slot { at: at.clone(), role });
            }
            Role::ReadPath | Role::WritePath => {
                let (reads, writes) = direction(known.tool, name_of(at).unwrap_or(""));
                slots.extend(reads.then(|| Slot { at: at.clone(), role: Role::ReadPath }));
                slots.extend(writes.then(|| Slot { at: at.clone(), role: Role::WritePath }));
            }
            // Who gets money is an account, whatever it is called.
            Role::Recipient if has_amount => slots.push(Slot { at: at.clone(), role: Role::Account }),
            role => slots.push(Slot { at: at.clone(), role }),
        }
    }
    slots.sort();
    slots.dedup();
    slots
}

fn is_base(at: &[Segment]) -> bool {
    name_of(at).and_then(keys::kind_of) == Some(KeyKind::Base)
}

fn name_of(at: &[Segment]) -> Option<&str> {
    at.iter().rev().find_map(|segment| match segment {
        Segment::Key(key) => Some(key.as_str()),
        Segment::Item => None,
    })
}

fn role(known: &Known<'_>, at: &[Segment], leaf: &Leaf<'_>) -> Option<Role> {
    if let Some(role) = leaf.constraint.and_then(by_constraint) {
        return Some(role);
    }
    let name = name_of(at)?;
    let named = by_name(name).or_else(|| is_sql(known, name).then_some(Role::Sql));
    if named == Some(Role::Amount) {
        return named;
    }
    if leaf.schema.is_some_and(|schema| !takes_text(schema)) || leaf.sample.is_some_and(|sample| !sample.is_string()) {
        return None;
    }
    if leaf.schema.is_some_and(|schema| schema.get("enum").is_some() || schema.get("const").is_some()) {
        return None;
    }
    let format = leaf.schema.and_then(|schema| schema.get("format")).and_then(Value::as_str);
    match format {
        Some("uri" | "url" | "uri-reference" | "iri") => return Some(Role::Url),
        Some("email" | "idn-email") => return Some(Role::Recipient),
        _ => {}
    }
    named.or_else(|| leaf.sample.and_then(Value::as_str).and_then(by_value))
}

/// The first kind of the constraint that says what the argument is.
fn by_constraint(constraint: &Constraint) -> Option<Role> {
    match constraint {
        Constraint::Paths { .. } => Some(Role::ReadPath),
        Constraint::Urls(_) => Some(Role::Url),
        Constraint::Emails(_) => Some(Role::Recipient),
        Constraint::Sql(_) => Some(Role::Sql),
        Constraint::Commands(_) => Some(Role::Command),
        Constraint::Text(_) => Some(Role::Text),
        Constraint::Each(inner) => by_constraint(inner),
        Constraint::All(all) | Constraint::AnyOf(all) => all.iter().find_map(by_constraint),
        _ => None,
    }
}

/// What the name alone says.
fn by_name(name: &str) -> Option<Role> {
    let words = words(name);
    let whole = words.join("_");
    let last = words.last()?;
    let singular = |word: &str| word.strip_suffix('s').filter(|rest| rest.len() > 2).unwrap_or(word).to_owned();
    let candidates = [whole.clone(), singular(&whole), last.clone(), singular(last)];
    candidates.iter().find_map(|candidate| {
        NAMES.iter().find(|(_, names)| names.contains(&candidate.as_str())).map(|(role, _)| *role)
    })
}

/// `query` is SQL on a database, and a search elsewhere.
fn is_sql(known: &Known<'_>, name: &str) -> bool {
    if !["query", "q", "queries", "stmt"].contains(&name.to_lowercase().as_str()) {
        return false;
    }
    words(known.server).iter().chain(&words(known.tool)).any(|word| DATABASES.contains(&word.as_str()))
        || ["read_query", "write_query", "create_table", "run_query", "execute_query"].contains(&known.tool)
}

fn by_value(value: &str) -> Option<Role> {
    let lower = value.get(..8).unwrap_or(value).to_ascii_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https://") {
        Some(Role::Url)
    } else if value.len() > 1
        && (value.starts_with('/') || value.starts_with("~/") || value.starts_with("./"))
        && !value.contains(['\n', ' '])
    {
        Some(Role::ReadPath)
    } else if value.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
        && !value.contains(char::is_whitespace)
    {
        Some(Role::Recipient)
    } else {
        None
    }
}

/// Whether a path argument is read, and whether it is written.
fn direction(tool: &str, argument: &str) -> (bool, bool) {
    let argument = words(argument);
    let says = |list: &[&str]| argument.iter().any(|word| list.contains(&word.as_str()));
    if says(&["destination", "dest", "dst", "output", "out", "save", "saveto"]) {
        return (false, true);
    }
    if says(&["source", "src", "from", "input"]) {
        return (true, words(tool).iter().any(|word| ["move", "rename"].contains(&word.as_str())));
    }
    let tool = words(tool);
    // The first word that tells wins: `get_updates` looks, `update_gets` changes.
    for word in &tool {
        if WRITES.contains(&word.as_str()) {
            // What is added or uploaded from a place is read there.
            let also_read = ["upload", "add"].contains(&word.as_str());
            return (also_read, !also_read);
        }
        if READS.contains(&word.as_str()) {
            return (true, false);
        }
    }
    (true, true)
}

/// Whether the schema admits a string.
fn takes_text(schema: &Value) -> bool {
    let admits = |kind: &Value| kind.as_str() == Some("string");
    match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(admits),
        Some(kind) => admits(kind),
        None => ["anyOf", "oneOf"]
            .iter()
            .filter_map(|key| schema.get(*key).and_then(Value::as_array))
            .next()
            .is_none_or(|options| options.iter().any(takes_text)),
    }
}

#[cfg(test)]
#[path = "roles_tests.rs"]
mod tests;
