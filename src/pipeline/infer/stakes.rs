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
const READS: [&str; 27] = [
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
    "fetch",
    "query",
    "inspect",
    "stat",
    "calculate",
    "compute",
    "summarize",
    "explain",
    "compare",
    "validate",
    "verify",
    "browse",
    "grep",
    "glob",
    "download",
    "recommend",
];

/// Words of names that look, which are names of things or parts of other deeds as well: `status_update` changes.
const READS_BESIDE: [&str; 17] = [
    "status",
    "diff",
    "tree",
    "head",
    "cat",
    "ls",
    "info",
    "snapshot",
    "screenshot",
    "think",
    "sequentialthinking",
    "now",
    "current",
    "log",
    "open",
    "resolve",
    "convert",
];

/// Verbs that change something, and are the name of nothing else.
const CHANGES: [&str; 86] = [
    "create",
    "update",
    "delete",
    "send",
    "add",
    "remove",
    "write",
    "edit",
    "modify",
    "cancel",
    "execute",
    "exec",
    "insert",
    "append",
    "rename",
    "upsert",
    "save",
    "upload",
    "publish",
    "deploy",
    "pay",
    "buy",
    "submit",
    "approve",
    "reject",
    "assign",
    "reopen",
    "restore",
    "reset",
    "clear",
    "enable",
    "disable",
    "revoke",
    "invite",
    "uninstall",
    "kill",
    "evaluate",
    "replace",
    "destroy",
    "deactivate",
    "activate",
    "truncate",
    "unlink",
    "rotate",
    "wipe",
    "purge",
    "erase",
    "destruct",
    "donate",
    "chmod",
    "chown",
    "impersonate",
    "restart",
    "reboot",
    "shutdown",
    "terminate",
    "subscribe",
    "unsubscribe",
    "register",
    "refund",
    "withdraw",
    "deposit",
    "resume",
    "suspend",
    "pause",
    "mute",
    "unmute",
    "ban",
    "unban",
    "accept",
    "confirm",
    "attach",
    "detach",
    "broadcast",
    "redeem",
    "trigger",
    "mark",
    "redo",
    "undo",
    "rollback",
    "revert",
    "overwrite",
    "mkdir",
    "rmdir",
    "rm",
    "mv",
];

/// Verbs that change something, and are the names of things as well, of which others tell: `get_order_details`.
const CHANGES_OR_NAMES: [&str; 54] = [
    "post", "set", "move", "transfer", "schedule", "book", "exchange", "return", "run", "push", "merge", "put",
    "patch", "copy", "purchase", "order", "reserve", "close", "archive", "commit", "checkout", "init", "start", "stop",
    "grant", "share", "reply", "forward", "install", "click", "type", "fill", "drag", "press", "sync", "import",
    "drop", "payment", "payments", "request", "payout", "tip", "charge", "format", "trash", "place", "lock", "unlock",
    "block", "record", "store", "link", "apply", "scale",
];

/// Words of tools that carry what they are given to somebody else's machine.
pub const OUTWARD: [&str; 12] =
    ["web", "webpage", "http", "url", "internet", "online", "google", "bing", "brave", "tavily", "fetch", "browser"];

/// Judges a tool by the verbs of its name, then by what its arguments do. What nothing tells is taken for a change. The
/// server's own annotations can only tighten.
pub fn of(tool: &str, seen: &ToolView<'_>, offered: Option<&Offered>) -> Stakes {
    let words = names::words(tool);
    let verb = changes_by_name(&words);
    let by_arguments = seen.arguments.fields.iter().any(|(name, spot)| does_something(name, spot));
    let says = offered.is_some_and(|offered| offered.says_it_changes);
    let sql = sql_stakes(&seen.arguments);
    let told = if says || by_arguments { Some(true) } else { sql.or(verb) };
    let changes = told.unwrap_or(true);
    let outward_name = words.iter().any(|word| OUTWARD.contains(&word.as_str()));
    let has_url = seen.arguments.fields.keys().any(|name| reading::is_url_name(name));
    let class = if changes { danger::class_of(tool) } else { danger::shows_secrets(tool) };
    Stakes { changes, surely: told == Some(true), outward: changes || outward_name || has_url, class }
}

/// What the words of a name say: the first verb decides, but no word that looks hides one that changes something.
/// `get_or_create_user` and `status_update` change something, `get_order_details` and `get_edit_history` do not: after a
/// verb that looks, words that are names as well are what is looked at, and so is all of which only a report is named.
/// `None`: nothing tells.
fn changes_by_name(words: &[String]) -> Option<bool> {
    let known = |word: &str| {
        let tables: [&[&str]; 4] = [&READS, &READS_BESIDE, &CHANGES, &CHANGES_OR_NAMES];
        tables.iter().any(|table| table.contains(&word))
    };
    let at = words.iter().position(|word| known(word))?;
    let (first, rest) = words.get(at..)?.split_first()?;
    let first = first.as_str();
    let any = |table: &[&str]| rest.iter().any(|word| table.contains(&word.as_str()));
    let joined = rest.windows(2).any(|pair| {
        let [and, then] = pair else { return false };
        let is_verb = CHANGES.contains(&then.as_str()) || CHANGES_OR_NAMES.contains(&then.as_str());
        is_verb && ["or", "and", "then"].contains(&and.as_str())
    });
    if READS.contains(&first) {
        Some(joined || any(&CHANGES) && !rest.last().is_some_and(|word| is_report(word)))
    } else if READS_BESIDE.contains(&first) {
        match any(&CHANGES) || any(&CHANGES_OR_NAMES) {
            true => Some(true),
            false if any(&READS) => Some(false),
            false => opens_or_looks(first, rest),
        }
    } else {
        Some(true)
    }
}

/// What tells of a deed that somebody did.
fn is_report(word: &str) -> bool {
    ["status", "history", "log", "logs", "meta", "metadata", "details", "info", "count", "schema", "stats"]
        .contains(&word)
}

/// To open a file looks at it, to open an account does not; to resolve a name, and an incident; to convert a time, and
/// money. Whatever else is opened, resolved, converted or logged, nothing tells.
fn opens_or_looks(verb: &str, of: &[String]) -> Option<bool> {
    let looks_at: &[&str] = match verb {
        "open" => &[
            "file",
            "files",
            "node",
            "nodes",
            "url",
            "page",
            "document",
            "doc",
            "folder",
            "directory",
            "link",
            "image",
            "browser",
            "tab",
        ],
        "resolve" => &[
            "id",
            "library",
            "path",
            "url",
            "uri",
            "name",
            "names",
            "host",
            "hostname",
            "dns",
            "domain",
            "reference",
            "symbol",
            "import",
            "package",
            "address",
            "location",
        ],
        "convert" => {
            &["time", "timezone", "unit", "units", "temperature", "date", "color", "format", "text", "markdown", "html"]
        }
        "log" => &[],
        _ => return Some(false),
    };
    let plain = of.is_empty() || of.iter().any(|word| looks_at.contains(&word.as_str()));
    plain.then_some(false)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(tool: &str) -> Option<bool> {
        changes_by_name(&names::words(tool))
    }

    #[test]
    fn a_word_that_looks_does_not_hide_one_that_changes_something() {
        for tool in [
            "status_update",
            "snapshot_restore",
            "get_or_create_user",
            "log_payment",
            "read_and_delete",
            "open_pull_request",
            "mark_as_read",
            "getAndSetValue",
            "find_and_replace",
            "query_delete",
            "update_status",
        ] {
            assert_eq!(changes(tool), Some(true), "{tool}");
        }
        for tool in ["convert_currency", "open_account", "resolve_incident", "open_port", "log_expense", "frobnicate"] {
            assert_eq!(changes(tool), None, "{tool}");
        }
    }

    #[test]
    fn names_of_what_is_looked_at_are_no_deeds() {
        for tool in [
            "get_order_details",
            "get_most_recent_transactions",
            "get_scheduled_transactions",
            "list_pull_requests",
            "get_commit",
            "get_edit_history",
            "git_log",
            "git_status",
            "git_diff_staged",
            "browser_snapshot",
            "open_file",
            "open_nodes",
            "resolve-library-id",
            "convert_time",
            "convert_to_markdown",
            "search_posts",
            "read_inbox",
            "get_current_time",
            "directory_tree",
            "take_screenshot",
            "list_open_issues",
            "find_user_id_by_name_zip",
            "search_direct_flight",
        ] {
            assert_eq!(changes(tool), Some(false), "{tool}");
        }
    }
}
