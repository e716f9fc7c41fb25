//! What is at stake in a tool: whether a call changes something, and whether it reaches outside.

use super::danger::{self, Class};
use super::names::{self, Role};
use super::reading;
use super::view::{Spot, ToolView};
use crate::model::evidence::Offered;

/// How closely a tool's arguments are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stakes {
    /// A call changes something, here or elsewhere.
    pub changes: bool,
    /// Its verb, its arguments or its server say that it does; else it is only taken for a change.
    pub surely: bool,
    /// What it says reaches somebody outside: a message, a web search, a request with a body.
    pub outward: bool,
    pub class: Option<&'static Class>,
}

/// Verbs that look and leave everything as it is.
const READS: [&str; 44] = [
    "get",
    "list",
    "read",
    "search",
    "find",
    "show",
    "describe",
    "count",
    "check",
    "view",
    "lookup",
    "status",
    "diff",
    "log",
    "fetch",
    "query",
    "inspect",
    "stat",
    "tree",
    "calculate",
    "compute",
    "convert",
    "summarize",
    "explain",
    "compare",
    "validate",
    "verify",
    "resolve",
    "browse",
    "open",
    "head",
    "cat",
    "ls",
    "grep",
    "glob",
    "info",
    "snapshot",
    "screenshot",
    "recommend",
    "think",
    "sequentialthinking",
    "now",
    "current",
    "download",
];

/// Verbs that change something. Where a name has verbs of both kinds, the first decides: `get_deleted_items` reads,
/// `delete_read_mails` changes.
const CHANGES: [&str; 74] = [
    "create",
    "update",
    "delete",
    "send",
    "post",
    "add",
    "remove",
    "set",
    "write",
    "edit",
    "move",
    "transfer",
    "schedule",
    "invite",
    "modify",
    "cancel",
    "book",
    "exchange",
    "return",
    "execute",
    "exec",
    "run",
    "push",
    "merge",
    "put",
    "patch",
    "insert",
    "append",
    "rename",
    "copy",
    "save",
    "upload",
    "publish",
    "deploy",
    "pay",
    "buy",
    "purchase",
    "order",
    "reserve",
    "submit",
    "approve",
    "reject",
    "assign",
    "close",
    "reopen",
    "archive",
    "restore",
    "reset",
    "clear",
    "commit",
    "checkout",
    "init",
    "start",
    "stop",
    "kill",
    "enable",
    "disable",
    "grant",
    "revoke",
    "share",
    "reply",
    "forward",
    "install",
    "uninstall",
    "click",
    "type",
    "fill",
    "drag",
    "press",
    "evaluate",
    "replace",
    "sync",
    "import",
    "drop",
];

/// Words of tools that carry what they are given to somebody else's machine.
pub const OUTWARD: [&str; 12] =
    ["web", "webpage", "http", "url", "internet", "online", "google", "bing", "brave", "tavily", "fetch", "browser"];

/// Judges a tool by the verbs of its name, then by what its arguments do. What nothing tells is taken for a change. The
/// server's own annotations can only tighten.
pub fn of(tool: &str, seen: &ToolView<'_>, offered: Option<&Offered>) -> Stakes {
    let words = names::words(tool);
    let verb = words.iter().find_map(|word| {
        let word = word.as_str();
        READS.contains(&word).then_some(false).or_else(|| CHANGES.contains(&word).then_some(true))
    });
    let by_arguments = seen.arguments.fields.iter().any(|(name, spot)| does_something(name, spot));
    let says = offered.is_some_and(|offered| offered.says_it_changes);
    let sql = sql_stakes(&seen.arguments);
    let told = if says || by_arguments { Some(true) } else { sql.or(verb) };
    let changes = told.unwrap_or(true);
    let outward_name = words.iter().any(|word| OUTWARD.contains(&word.as_str()));
    let has_url = seen.arguments.fields.keys().any(|name| reading::is_url_name(name));
    let class = if changes { danger::class_of(tool) } else { None };
    Stakes { changes, surely: told == Some(true), outward: changes || outward_name || has_url, class }
}

/// An argument that is a command makes any tool a shell.
fn does_something(name: &str, spot: &Spot<'_>) -> bool {
    reading::is_command_name(name) && spot.strings().next().is_some()
}

/// Where the arguments hold SQL, the statements tell whether it changes anything, whatever the tool is called.
fn sql_stakes(arguments: &Spot<'_>) -> Option<bool> {
    let mut statements = arguments
        .fields
        .iter()
        .filter(|(name, _)| reading::is_sql_name(name))
        .flat_map(|(_, spot)| spot.strings())
        .filter(|(text, _)| reading::looks_like_sql(text))
        .peekable();
    statements.peek()?;
    Some(statements.any(|(text, _)| {
        let first = text.trim_start().split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        !["select", "with", "explain", "show", "describe", "pragma", "values"].contains(&first.to_lowercase().as_str())
    }))
}

/// Whether a new value at this position could redirect the call: then it stays exact.
pub fn is_target(name: &str) -> bool {
    names::role(name) == Role::Target
}
