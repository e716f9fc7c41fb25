//! What `remit lock` prints.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use super::Lock;
use super::check::Drifts;
use crate::edge::render::table::table;
use crate::edge::terminal::plain;
use crate::model::finding::Finding;
use crate::model::lockfile::LockedServer;
use crate::pipeline::lock::{Change, Difference, Drift, Piece};

/// Words that stay are shown this far on either side of a change.
const CONTEXT: usize = 40;
/// A text that changed is shown up to this length; the rest stands in the JSON.
const MAX_SHOWN: usize = 1200;

pub fn locked(args: &Lock, servers: &BTreeMap<String, LockedServer>, findings: &[Finding]) -> String {
    let rows: Vec<Vec<String>> = servers
        .iter()
        .map(|(name, server)| {
            vec![
                name.clone(),
                version(server),
                server.tools.len().to_string(),
                server.prompts.len().to_string(),
                server.resource_templates.len().to_string(),
            ]
        })
        .collect();
    let mut text = table(&["server", "version", "tools", "prompts", "templates"], &rows);
    let _ = write!(text, "\nlocked in {}; commit it, and check it with `remit lock --check`\n", args.out.display());
    text + &warnings(findings)
}

fn version(server: &LockedServer) -> String {
    let member = |name: &str| server.info.as_ref().and_then(|info| info.value.get(name)).and_then(Value::as_str);
    match (member("name"), member("version")) {
        (Some(name), Some(version)) => format!("{name} {version}"),
        (Some(name), None) => name.to_owned(),
        _ => "-".to_owned(),
    }
}

fn warnings(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let head = format!("warning ({}): {}: {}", finding.severity, plain(&finding.subject), plain(&finding.what));
        let _ = write!(text, "\n{}\n", wrap(&head, 78).join("\n  "));
        let _ = writeln!(text, "  why:  {}", wrap(&finding.why, 70).join("\n        "));
        let _ = writeln!(text, "  todo: {}", wrap(&finding.todo, 70).join("\n        "));
    }
    text
}

/// `unasked`: servers that did not answer, and that nothing can be said of.
pub fn drift(
    args: &Lock,
    asked: &BTreeMap<String, LockedServer>,
    drifts: &Drifts,
    unlocked: &[String],
    unasked: &[&str],
    findings: &[Finding],
) -> String {
    let mut text = String::new();
    let mut rows = Vec::new();
    for (server, found) in drifts {
        for drift in found {
            rows.push(vec![
                server.clone(),
                drift.thing.to_string(),
                drift.name.clone(),
                word(&drift.change).to_owned(),
            ]);
        }
    }
    rows.extend(
        unlocked.iter().map(|server| vec![server.clone(), "server".into(), String::new(), "not locked".into()]),
    );
    if rows.is_empty() {
        text += &unchanged(args, asked, unasked);
        return text + &warnings(findings);
    }
    text += &table(&["server", "what", "name", "change"], &rows);
    for (server, found) in drifts {
        for drift in found {
            text += &details(server, drift);
        }
    }
    if !unasked.is_empty() {
        let _ = writeln!(text, "\n{}", not_checked(unasked));
    }
    let _ = write!(text, "\nif this is what you want, agree to it with `remit lock --out {}`\n", args.out.display());
    text + &warnings(findings)
}

/// Of what answered nothing is different; what did not is named.
fn unchanged(args: &Lock, asked: &BTreeMap<String, LockedServer>, unasked: &[&str]) -> String {
    let tools: usize = asked.values().map(|server| server.tools.len()).sum();
    let servers = if asked.len() == 1 { "1 server".to_owned() } else { format!("{} servers", asked.len()) };
    let lock = args.out.display();
    match (asked.is_empty(), unasked.is_empty()) {
        (_, true) => format!("nothing changed: {servers}, {tools} tools as in {lock}\n"),
        (true, false) => format!("{}\n", not_checked(unasked)),
        (false, false) => {
            format!(
                "nothing changed where a server answered: {servers}, {tools} tools as in {lock}\n{}\n",
                not_checked(unasked)
            )
        }
    }
}

fn not_checked(unasked: &[&str]) -> String {
    let names: Vec<String> = unasked.iter().map(|name| plain(name)).collect();
    format!("not checked, since no answer came: {}", names.join(", "))
}

fn word(change: &Change) -> &'static str {
    match change {
        Change::Added => "added",
        Change::Removed => "removed",
        Change::Changed(_) => "changed",
    }
}

fn details(server: &str, drift: &Drift) -> String {
    let Change::Changed(differences) = &drift.change else { return String::new() };
    let name = if drift.name.is_empty() { drift.thing.to_string() } else { drift.name.clone() };
    let mut text = format!("\n{}.{}\n", plain(server), plain(&name));
    for Difference { pointer, text: pieces } in differences {
        let pointer = if pointer.is_empty() { "(whole)" } else { pointer };
        let _ = writeln!(text, "  {}:", plain(pointer));
        for line in wrap(&shown(pieces), 74) {
            let _ = writeln!(text, "    {line}");
        }
    }
    text
}

/// `kept words [-gone-]{+new+} kept words`, as `git diff --word-diff` writes it.
fn shown(pieces: &[Piece]) -> String {
    let mut text = String::new();
    let last = pieces.len().saturating_sub(1);
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Same(kept) => text += &shorten(kept, index > 0, index < last),
            Piece::Gone(gone) => text += &format!("[-{}-]", trim(gone)),
            Piece::New(new) => text += &format!("{{+{}+}}", trim(new)),
        }
        if !text.ends_with(' ') {
            text.push(' ');
        }
    }
    let end = text.char_indices().nth(MAX_SHOWN).map(|(at, _)| at);
    match end {
        Some(end) => format!("{} ... (the rest: --format json)", text.get(..end).unwrap_or_default()),
        None => text.trim_end().to_owned(),
    }
}

fn trim(text: &str) -> String {
    plain(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// What stays, cut to what stands next to a change.
fn shorten(kept: &str, change_before: bool, change_after: bool) -> String {
    let kept = trim(kept);
    let characters: Vec<char> = kept.chars().collect();
    if characters.len() <= 2 * CONTEXT {
        return kept;
    }
    let head: String = characters.iter().take(CONTEXT).collect();
    let tail: String = characters.iter().skip(characters.len() - CONTEXT).collect();
    match (change_before, change_after) {
        (true, true) => format!("{head} ... {tail}"),
        (true, false) => format!("{head} ..."),
        (false, true) => format!("... {tail}"),
        (false, false) => "...".to_owned(),
    }
}

/// Lines of at most `width` characters; a longer word stands alone.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let length = word.chars().count();
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + length <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

pub fn locked_json(servers: &BTreeMap<String, LockedServer>, findings: &[Finding]) -> String {
    let servers: Value = servers
        .iter()
        .map(|(name, server)| {
            let tools: BTreeMap<&String, &String> =
                server.tools.iter().map(|(tool, pinned)| (tool, &pinned.sha256)).collect();
            (name.clone(), json!({"version": version(server), "tools": tools}))
        })
        .collect::<serde_json::Map<String, Value>>()
        .into();
    pretty(&json!({"servers": servers, "findings": findings}))
}

pub fn drift_json(drifts: &Drifts, unlocked: &[String], unasked: &[&str], findings: &[Finding]) -> String {
    let mut list = Vec::new();
    for (server, found) in drifts {
        for drift in found {
            let differences = match &drift.change {
                Change::Changed(differences) => differences.iter().map(difference_json).collect(),
                _ => Vec::new(),
            };
            list.push(json!({
                "server": server,
                "what": drift.thing.to_string(),
                "name": drift.name,
                "change": word(&drift.change),
                "differences": differences,
            }));
        }
    }
    pretty(&json!({"drift": list, "not_locked": unlocked, "not_checked": unasked, "findings": findings}))
}

fn difference_json(difference: &Difference) -> Value {
    let (mut was, mut now) = (String::new(), String::new());
    for piece in &difference.text {
        match piece {
            Piece::Same(text) => {
                was.push_str(text);
                now.push_str(text);
            }
            Piece::Gone(text) => was.push_str(text),
            Piece::New(text) => now.push_str(text),
        }
    }
    json!({"at": difference.pointer, "was": was, "now": now})
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
