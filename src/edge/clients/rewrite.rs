//! Wrapping and unwrapping as edits of a text: only the tokens of `command` and `args` are touched. Pure.
//!
//! Every change starts from the file without wrapping: [`unwrap`] or [`undo`] gives it, [`wrap`] makes the new text. So a
//! switch of the mode is a wrapping like any other, nothing is ever wrapped twice, and what has to be remembered always
//! leads back to the user's own text.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::entries::{self, Entry, Section, Spans};
use super::jsonc::{self, Edit, Flaw, Kind, Lines, Member, Node};

/// A server of a file.
pub type Key = (Section, String);

/// What an entry is to start: this program with these arguments, then `--` and what it started before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrap {
    pub program: String,
    pub settings: Vec<String>,
}

/// A text with servers wrapped, and the way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    pub text: String,
    pub undo: Vec<Undo>,
    /// Servers that had no `args` before.
    pub added: BTreeSet<Key>,
}

/// One step back: the piece at `at` of that length goes, and the piece at `from`, if any, takes its place. It holds
/// places only, so that what remembers it holds nothing of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    pub at: usize,
    pub len: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<(usize, usize)>,
}

/// Why a text is not edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    NotJson(Flaw),
    /// A key on the way to a server stands twice; line and column of the second.
    Twice {
        key: String,
        line: u64,
        column: u64,
    },
    /// The edited text would not say what was meant: a mistake in here.
    Unsure,
}

/// A text that was read.
struct Read<'a> {
    text: &'a str,
    tree: Node,
    entries: Vec<Entry>,
}

fn read<'a>(text: &'a str, sections: &[Section]) -> Result<Read<'a>, Refusal> {
    let tree = jsonc::parse(text).map_err(Refusal::NotJson)?;
    let tree = tree.unwrap_or(Node { span: 0..0, kind: Kind::Map(Vec::new()) });
    let lines = Lines::of(text);
    if let Some(member) = twice(&tree, sections) {
        let (line, column) = (lines.line(member.start), lines.column(member.start));
        return Err(Refusal::Twice { key: member.name.clone(), line, column });
    }
    let entries = entries::read(&tree, sections, &lines);
    Ok(Read { text, tree, entries })
}

/// The first key, among those that lead to a server or are one, that stands twice.
fn twice<'a>(tree: &'a Node, sections: &[Section]) -> Option<&'a Member> {
    let mut found = None;
    for section in sections {
        for depth in 0..section.len() {
            let (above, key) = (section.get(..depth)?, section.get(depth)?);
            for node in entries::at(tree, above) {
                found = found.or_else(|| node.members().iter().filter(|member| member.name == *key).nth(1));
            }
        }
        for node in entries::at(tree, section) {
            let mut names = std::collections::HashSet::new();
            found = found.or_else(|| node.members().iter().find(|member| !names.insert(member.name.as_str())));
        }
    }
    found
}

/// The servers of a text as they are.
pub fn servers(text: &str, sections: &[Section]) -> Result<Vec<Entry>, Refusal> {
    read(text, sections).map(|read| read.entries)
}

/// Takes all wrapping out and leaves everything else as it is. `added` are the servers that had no `args` before.
pub fn unwrap(text: &str, sections: &[Section], added: &BTreeSet<Key>) -> Result<String, Refusal> {
    let read = read(text, sections)?;
    let (mut edits, mut meant) = (Vec::new(), Meant::new());
    for entry in &read.entries {
        let Some(spans) = &entry.spans else { continue };
        let (Some(inner), Some(args)) = (spans.inner, &spans.args) else { continue };
        let (Some(command), Some(own)) = (args.items.get(inner), args.values.get(inner)) else { continue };
        let rest = args.values.get(inner + 1..).unwrap_or_default();
        let key = (entry.section.clone(), entry.name.clone());
        let drop_args = rest.is_empty() && added.contains(&key);
        edits.push(Edit { span: spans.command.clone(), new: text.get(command.clone()).unwrap_or_default().to_owned() });
        edits.push(match (drop_args, args.items.first(), args.items.get(inner + 1)) {
            (true, _, _) => Edit { span: args_member(text, args), new: String::new() },
            (false, Some(first), Some(next)) => Edit { span: first.start..next.start, new: String::new() },
            (false, Some(first), None) => {
                let end = jsonc::after_comma(text, command.end).unwrap_or(command.end);
                Edit { span: first.start..end, new: String::new() }
            }
            (false, None, _) => continue,
        });
        meant.insert(key, (own.clone(), (!drop_args).then(|| rest.to_vec())));
    }
    let new = jsonc::apply(read.text, &mut edits).ok_or(Refusal::Unsure)?;
    check(&new, read.tree, sections, &meant)?;
    Ok(new)
}

/// The span of the member `args`, with the comma before it, or behind it where it is the first.
fn args_member(text: &str, args: &entries::ArgsSpans) -> std::ops::Range<usize> {
    match jsonc::after_comma(text, args.member.start) {
        Some(_) => args.member.clone(),
        None => args.member.start..jsonc::after_comma(text, args.member.end).unwrap_or(args.member.end),
    }
}

/// Wraps servers of a text in which none is wrapped. A server that is not there, or cannot be wrapped, is passed over.
pub fn wrap(text: &str, sections: &[Section], wanted: &BTreeMap<Key, Wrap>) -> Result<Rewritten, Refusal> {
    let read = read(text, sections)?;
    let (mut pieces, mut added, mut meant) = (Vec::new(), BTreeSet::new(), Meant::new());
    for (number, entry) in read.entries.iter().enumerate() {
        let key = (entry.section.clone(), entry.name.clone());
        let (Some(spans), Some(wrap)) = (&entry.spans, wanted.get(&key)) else { continue };
        let own = spans.args.as_ref().map(|args| args.values.clone()).unwrap_or_default();
        let words = wrap.settings.iter().cloned().chain(["--".to_owned(), spans.program.clone()]).chain(own);
        meant.insert(key.clone(), (wrap.program.clone(), Some(words.collect())));
        if spans.args.is_none() {
            added.insert(key);
        }
        pieces.extend(wrap_one(text, spans, wrap, number).ok_or(Refusal::Unsure)?);
    }
    let mut edits: Vec<Edit> = pieces.iter().map(|piece| piece.edit.clone()).collect();
    let new = jsonc::apply(read.text, &mut edits).ok_or(Refusal::Unsure)?;
    let steps = way_back(pieces);
    check(&new, read.tree, sections, &meant)?;
    if undo(&new, &steps).as_deref() != Some(text) {
        return Err(Refusal::Unsure);
    }
    Ok(Rewritten { text: new, undo: steps, added })
}

/// An edit that wraps, before it is known where it will stand in the new text.
struct Piece {
    entry: usize,
    edit: Edit,
    /// Where, in the edit's new text, the server's own command stands.
    own: Option<std::ops::Range<usize>>,
}

/// Two edits: the program, and the arguments in front of the server's own, whose tokens stay as they are.
fn wrap_one(text: &str, spans: &Spans, wrap: &Wrap, entry: usize) -> Option<[Piece; 2]> {
    let own = text.get(spans.command.clone())?;
    let mut head = String::new();
    for word in wrap.settings.iter().map(String::as_str).chain(["--"]) {
        head.push_str(&quoted(word));
        head.push_str(", ");
    }
    let (at, before, after) = match &spans.args {
        None => (spans.command.end, ", \"args\": [", "]"),
        Some(args) => match args.items.first() {
            Some(first) => (first.start, "", ", "),
            None => (args.list.start + 1, "", ""),
        },
    };
    let start = before.len() + head.len();
    let new = format!("{before}{head}{own}{after}");
    let program = Edit { span: spans.command.clone(), new: quoted(&wrap.program) };
    Some([
        Piece { entry, edit: program, own: None },
        Piece { entry, edit: Edit { span: at..at, new }, own: Some(start..start + own.len()) },
    ])
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Where each edit stands in the new text, and what takes its place on the way back.
fn way_back(mut pieces: Vec<Piece>) -> Vec<Undo> {
    pieces.sort_by_key(|piece| (piece.edit.span.start, piece.edit.span.end));
    let (mut grown, mut shrunk, mut owns, mut steps) = (0, 0, BTreeMap::new(), Vec::new());
    for piece in &pieces {
        let at = piece.edit.span.start + grown - shrunk;
        if let Some(own) = &piece.own {
            owns.insert(piece.entry, (at + own.start, own.len()));
        }
        steps.push(Undo { at, len: piece.edit.new.len(), from: None });
        grown += piece.edit.new.len();
        shrunk += piece.edit.span.len();
    }
    for (piece, step) in pieces.iter().zip(&mut steps) {
        if piece.own.is_none() {
            step.from = owns.get(&piece.entry).copied();
        }
    }
    steps
}

/// Takes the steps back. `None`: they do not fit this text.
pub fn undo(text: &str, steps: &[Undo]) -> Option<String> {
    let (mut out, mut done) = (String::with_capacity(text.len()), 0);
    for step in steps {
        out.push_str(text.get(done..step.at)?);
        if let Some((from, len)) = step.from {
            out.push_str(text.get(from..from.checked_add(len)?)?);
        }
        done = step.at.checked_add(step.len)?;
    }
    out.push_str(text.get(done..)?);
    Some(out)
}

/// What servers are meant to start: command, and arguments where there are any.
type Meant = BTreeMap<Key, (String, Option<Vec<String>>)>;

/// Sets commands and arguments in a tree; no arguments takes them away. One pass, however many servers there are.
fn set(tree: &mut Node, sections: &[Section], meant: &Meant) -> Option<()> {
    for section in sections {
        let mut node = Some(&mut *tree);
        for key in section {
            node = node.and_then(|node| node.members_mut().iter_mut().find(|member| member.name == *key)).map(value);
        }
        for server in node.map(Node::members_mut).into_iter().flatten() {
            if let Some((command, args)) = meant.get(&(section.clone(), server.name.clone())) {
                set_one(&mut server.value, command, args.as_deref())?;
            }
        }
    }
    Some(())
}

fn value(member: &mut Member) -> &mut Node {
    &mut member.value
}

fn set_one(entry: &mut Node, command: &str, args: Option<&[String]>) -> Option<()> {
    let Kind::Map(members) = &mut entry.kind else { return None };
    let at = members.iter().position(|member| member.name == "command")?;
    members.get_mut(at)?.value = Node::of_text(command);
    let Some(args) = args else {
        members.retain(|member| member.name != "args");
        return Some(());
    };
    let list = Node { span: 0..0, kind: Kind::List(args.iter().map(|word| Node::of_text(word)).collect()) };
    match members.iter_mut().find(|member| member.name == "args") {
        Some(member) => member.value = list,
        None => members.insert(at + 1, Member { name: "args".to_owned(), start: 0, value: list }),
    }
    Some(())
}

/// Reads the new text again, and compares it with what was meant.
fn check(new: &str, old: Node, sections: &[Section], meant: &Meant) -> Result<(), Refusal> {
    let mut expected = old;
    set(&mut expected, sections, meant).ok_or(Refusal::Unsure)?;
    let said = jsonc::parse(new).map_err(|_| Refusal::Unsure)?;
    let said = said.unwrap_or(Node { span: 0..0, kind: Kind::Map(Vec::new()) });
    if said.says_the_same(&expected) { Ok(()) } else { Err(Refusal::Unsure) }
}

#[cfg(test)]
mod tests;
