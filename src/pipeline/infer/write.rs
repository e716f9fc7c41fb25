//! A policy as text: sorted, stable, each grant with its evidence beside it.

use std::collections::BTreeMap;
use std::fmt::Write;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::generalise::{Inference, Note};
use crate::model::policy::{Args, Constraint, Server, Tool};

pub mod loading;
pub(super) mod yaml;

pub use yaml::{constraint, list};

/// The first line, for editors.
const SCHEMA: &str = "# yaml-language-server: $schema=mcp.policy.schema.json";
const MARK: &str = "# written by remit infer, sha256 of what follows: ";

/// The whole file.
pub fn policy(inference: &Inference, head: &[String]) -> String {
    let mut body = String::new();
    for line in head {
        let _ = writeln!(body, "# {}", yaml::one_line(line));
    }
    body.push_str("version: 1\n");
    if inference.document.servers.is_empty() {
        body.push_str("servers: {}\n");
    } else {
        body.push_str("servers:\n");
    }
    for (name, server) in &inference.document.servers {
        write_server(&mut body, inference, name, server);
    }
    format!("{SCHEMA}\n{MARK}{}\n{body}", digest(&body))
}

fn digest(body: &str) -> String {
    HEXLOWER.encode(Sha256::digest(body.as_bytes()).get(..16).unwrap_or_default())
}

/// Whether a file is as `infer` wrote it: then nothing is lost when it is written again.
pub fn is_untouched(text: &str) -> bool {
    let mut parts = text.splitn(3, '\n');
    let (Some(SCHEMA), Some(mark), Some(body)) = (parts.next(), parts.next(), parts.next()) else { return false };
    mark.strip_prefix(MARK).is_some_and(|known| known == digest(body))
}

fn write_server(body: &mut String, inference: &Inference, name: &str, server: &Server) {
    if server.tools.is_empty() && server.resources.is_empty() && server.prompts.is_empty() {
        let _ = writeln!(body, "  {}: {{}}", yaml::key(name));
        return;
    }
    let _ = writeln!(body, "  {}:", yaml::key(name));
    for (what, list) in [("resources", &server.resources), ("prompts", &server.prompts)] {
        if !list.is_empty() {
            let _ = writeln!(body, "{}", yaml::wrapped(&format!("    {what}: {}", yaml::list(list)), 6));
        }
    }
    if server.tools.is_empty() {
        return;
    }
    body.push_str("    tools:\n");
    for (names, tool) in share_lines(server) {
        let pointer = |tool: &str| format!("servers.{name}.tools.{tool}");
        let notes: Vec<&Note> = names.iter().filter_map(|tool| inference.notes.get(&pointer(tool))).collect();
        write_note(body, 6, &notes, &example(inference, &pointer, &names));
        let keys: Vec<String> = names.iter().map(|name| yaml::key(name)).collect();
        let joined = keys.join(", ");
        let _ = write!(body, "      {joined}:");
        let pointers: Vec<String> = names.iter().map(|tool| pointer(tool)).collect();
        write_tool(body, 8, inference, &pointers, tool);
    }
}

/// A line of so many letters is still read; YAML itself takes no key of more than 1,024.
const WIDEST_LINE: usize = 100;

/// Tools with the same rule stand on one line, unless a name could not be told from two.
fn share_lines(server: &Server) -> Vec<(Vec<&str>, &Tool)> {
    let mut groups: Vec<(Vec<&str>, &Tool)> = Vec::new();
    for (name, tool) in &server.tools {
        let plain = yaml::is_plain_name(name);
        let same = groups.iter_mut().find(|(names, known)| {
            let width: usize = names.iter().map(|name| name.len() + 2).sum();
            plain
                && *known == tool
                && width + name.len() <= WIDEST_LINE
                && names.iter().all(|name| yaml::is_plain_name(name))
                && tool.variants.is_none()
        });
        match same {
            Some((names, _)) => names.push(name),
            None => groups.push((vec![name], tool)),
        }
    }
    groups
}

/// `# 41 calls, 3 sessions, last 2026-11-20; e.g. ./src/main.rs`
fn write_note(body: &mut String, indent: usize, notes: &[&Note], example: &Option<String>) {
    let calls: u64 = notes.iter().map(|note| note.calls).sum();
    let sessions = notes.iter().map(|note| note.sessions).max().unwrap_or_default();
    let last = notes.iter().filter_map(|note| note.last).max();
    let plural = |count: u64, word: &str| if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") };
    let mut line = format!("{}, {}", plural(calls, "call"), plural(u64::from(sessions), "session"));
    if let Some(last) = last {
        let _ = write!(line, ", last {}", last.day());
    }
    if let Some(example) = example {
        let _ = write!(line, "; e.g. {}", yaml::one_line(example));
    }
    if let Some(class) = notes.iter().find_map(|note| note.asked) {
        let _ = write!(line, "; asked: {class}, and rare");
    }
    let _ = writeln!(body, "{:indent$}# {line}", "");
}

/// A short value that one of the arguments had: of the one that varied most, since the others are the same each time.
fn example(inference: &Inference, pointer: &dyn Fn(&str) -> String, names: &[&str]) -> Option<String> {
    let first = pointer(names.first()?);
    let start = format!("{first}.args.");
    let below = inference.notes.range(start.clone()..).take_while(|(at, _)| at.starts_with(&start));
    let of_each = below.filter_map(|(_, note)| Some((note.distinct, note.example.clone()?)));
    of_each.max_by_key(|(distinct, one)| (*distinct, one.contains('/'), one.len())).map(|(_, example)| example)
}

/// `pointers`: of the tools that share the rule.
fn write_tool(body: &mut String, indent: usize, inference: &Inference, pointers: &[String], tool: &Tool) {
    if *tool == Tool::default() {
        body.push_str(" {}\n");
        return;
    }
    body.push('\n');
    let pad = " ".repeat(indent);
    match &tool.args {
        Args::Closed => {}
        Args::Any => {
            let _ = writeln!(body, "{pad}args: any");
        }
        Args::Listed(listed) => {
            let _ = writeln!(body, "{pad}args:");
            for (name, constraint) in listed {
                let evidence = evidence(inference, pointers, name, constraint);
                let line = format!("{pad}  {}: {}", yaml::key(name), yaml::constraint(constraint));
                let _ = writeln!(body, "{}{evidence}", yaml::wrapped(&line, indent + 6));
            }
        }
    }
    if tool.other_args {
        let _ = writeln!(body, "{pad}other_args: allow");
    }
    if !tool.required.is_empty() {
        let line = format!("{pad}required: {}", yaml::list(&tool.required));
        let _ = writeln!(body, "{}", yaml::wrapped(&line, indent + 4));
    }
    if tool.ask {
        let _ = writeln!(body, "{pad}ask: true");
    }
    if let Some(variants) = &tool.variants {
        let _ = writeln!(body, "{pad}variants:\n{pad}  by: {}\n{pad}  of:", yaml::key(&variants.by));
        for (value, rule) in &variants.of {
            // Tools with variants share no line.
            let at: Vec<String> = pointers.iter().map(|pointer| format!("{pointer}.variants.of.{value}")).collect();
            let notes: Vec<&Note> = at.iter().filter_map(|at| inference.notes.get(at)).collect();
            write_note(body, indent + 4, &notes, &None);
            let _ = write!(body, "{pad}    {}:", yaml::key(value));
            write_tool(body, indent + 6, inference, &at, rule);
        }
    }
}

/// What an argument is granted by, where the constraint does not show it: that nobody used it, or that more values than it
/// lists were seen. Of tools that share a line only what holds for all of them.
fn evidence(inference: &Inference, pointers: &[String], name: &str, constraint: &Constraint) -> String {
    let notes: Vec<&Note> =
        pointers.iter().filter_map(|pointer| inference.notes.get(&format!("{pointer}.args.{name}"))).collect();
    match (notes.as_slice(), listed(constraint)) {
        (all, _) if all.iter().all(|note| note.calls == 0) => "  # never used".to_owned(),
        ([note], Some(listed)) if note.distinct > listed.max(1) => {
            let sessions = if note.sessions == 1 { "session" } else { "sessions" };
            format!("  # {} values, {} {sessions}", note.distinct, note.sessions)
        }
        _ => String::new(),
    }
}

/// How many values a constraint lists. `None`: it is about something else than single values.
fn listed(constraint: &Constraint) -> Option<usize> {
    match constraint {
        Constraint::OneOf(values) => Some(values.len()),
        Constraint::Paths { paths: list, .. }
        | Constraint::Urls(list)
        | Constraint::Emails(list)
        | Constraint::Commands(list) => Some(list.len()),
        Constraint::Matches(_) | Constraint::Shape(_) | Constraint::Range { .. } => Some(0),
        Constraint::Each(inner) => listed(inner),
        Constraint::All(parts) | Constraint::AnyOf(parts) => parts.iter().map(listed).sum(),
        Constraint::MaxItems(_) | Constraint::MaxLength(_) => Some(0),
        _ => None,
    }
}

/// What is known of a grant, for `--explain`.
pub fn explanation(notes: &BTreeMap<String, Note>, pointer: &str) -> Vec<String> {
    let own = notes.get(pointer);
    let mut lines = Vec::new();
    if let Some(note) = own {
        lines.push(format!("{} distinct calls in {} sessions", note.calls, note.sessions));
        lines.extend(note.why.iter().cloned());
        lines.extend(note.example.iter().map(|example| format!("for example {example}")));
    }
    let below = format!("{pointer}/");
    for (at, note) in notes.range(below.clone()..).take_while(|(at, _)| at.starts_with(&below)) {
        let inner = at.get(pointer.len()..).unwrap_or_default();
        lines.extend(note.why.iter().map(|why| format!("{inner}: {why}")));
    }
    lines
}
