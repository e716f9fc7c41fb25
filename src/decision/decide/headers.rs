//! Line ends in what becomes a header: of a mail, where `subject: "x\r\nBcc: eve@evil.com"` adds a recipient when a server
//! writes headers by hand, and of a request over HTTP.
//!
//! Only what no honest value holds is denied. A member of `headers`: any line after the first, unless it begins with a
//! blank (a folded header). A value under a key of a mail, in a call that names an addressee: an empty line, behind which
//! the body begins, or a line that is a header field as mail knows them.
//!
//! # Which lines are fields
//!
//! What an added field does (CWE-93): it sends the mail to others (`Bcc`, `Resent-To`), lets it come from somebody else
//! (`From`, `Sender`, `Reply-To`), asks for answers (`Disposition-Notification-To`), or says how the rest is read and what
//! is hidden of it (`Content-Type`, `MIME-Version`). Models do write `Agenda\nTime: 10:00` into a subject, so the name
//! decides: every name with a hyphen, for all prefixes of the registry (`Content-`, `Resent-`, `List-`, `X-`, `ARC-` ...)
//! are written so; of the names without one, those that the registry of message headers has
//! (<https://www.iana.org/assignments/message-headers>). `Time:` and `Note:` are none, and no server acts on them.
//!
//! # Where lines end
//!
//! RFC 5322 ends them with CR LF, servers with either, and Python's `splitlines`, by which its mails are parted, also with
//! VT, FF, FS, GS, RS, NEL and the separators of Unicode.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::model::effects::{Effects, Kind, What};
use crate::model::verdict::{Decision, Reason, Rule};

use super::super::effects::keys::{self, KeyKind};
use super::super::protections;
use super::{PROTECTION, Ruling};

/// Keys of a mail beside those of its recipients, in lower case without separators.
const OF_MAIL: [&str; 6] = ["subject", "from", "sender", "inreplyto", "references", "messageid"];

/// The registered names of one word that mail or news give a meaning, in lower case.
const FIELDS: [&str; 36] = [
    "approved",
    "archive",
    "autocrypt",
    "autoforwarded",
    "autosubmitted",
    "bcc",
    "cc",
    "comments",
    "control",
    "date",
    "distribution",
    "encrypted",
    "expires",
    "from",
    "importance",
    "keywords",
    "language",
    "lines",
    "newsgroups",
    "obsoletes",
    "organisation",
    "organization",
    "path",
    "precedence",
    "priority",
    "received",
    "references",
    "replaces",
    "sender",
    "sensitivity",
    "solicitation",
    "subject",
    "summary",
    "supersedes",
    "to",
    "xref",
];

pub(super) fn judge(ruling: &mut Ruling<'_>, found: &Effects, without: &[String]) {
    let name = protections::HEADER_LINES;
    let Some(arguments) = ruling.request.arguments() else { return };
    if !arguments.iter().any(|(key, value)| may_end_line(key) || has_line_end(value)) {
        return;
    }
    let mut search = Search { names_addressee: false, of_mail: Vec::new(), of_request: Vec::new() };
    search.object(arguments, "", Within::Nothing);
    let is_address = |what: &What| matches!(what, What::Address(_) | What::Unreadable { kind: Kind::Address, .. });
    let is_mail = search.names_addressee || found.0.iter().any(|effect| is_address(&effect.what));
    let of_mail = search.of_mail.into_iter().filter(|_| is_mail);
    let Some(protection) = protections::find(name).filter(|_| !without.iter().any(|off| off == name)) else { return };
    let rule = Arc::new(Rule { pointer: format!("{PROTECTION}.{name}"), at: None });
    for (argument, line) in search.of_request.into_iter().chain(of_mail) {
        ruling.reason(Reason {
            effect: Decision::Deny,
            rule: rule.clone(),
            argument: Some(argument),
            value: Some(line.to_owned()),
            message: protection.what.to_owned(),
            nearest: None,
            edit: None,
        });
    }
}

/// What an object or a list is part of.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    Nothing,
    /// Headers of a request or of a mail.
    Headers,
    /// An addressee: `to: [{ name: "Ada", email: "ada@acme.com" }]`.
    Addressee,
    /// Another value of a mail: `subject: { text: "x" }`.
    Mail,
}

/// What has been found so far: pointers, and the line that begins another header.
struct Search<'a> {
    names_addressee: bool,
    of_mail: Vec<(String, &'a str)>,
    of_request: Vec<(String, &'a str)>,
}

impl<'a> Search<'a> {
    fn object(&mut self, members: &'a Map<String, Value>, pointer: &str, within: Within) {
        for (key, value) in members {
            let inside = inside(within, key);
            // All headers in one text are meant to be several lines.
            let is_block = inside == Within::Headers && within != Within::Headers;
            if matches!(value, Value::String(_)) && (inside == Within::Nothing || is_block) {
                continue;
            }
            let at = format!("{pointer}/{}", crate::model::pointer::token(key));
            if within == Within::Headers
                && let Some(line) = second_line(key)
            {
                self.of_request.push((at.clone(), line));
            }
            self.value(value, &at, inside);
        }
    }

    fn value(&mut self, value: &'a Value, pointer: &str, within: Within) {
        match value {
            Value::String(text) => self.text(text, pointer, within),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    // Only what holds others, and texts under a key that matters.
                    if within != Within::Nothing || !matches!(item, Value::String(_)) {
                        self.value(item, &format!("{pointer}/{index}"), within);
                    }
                }
            }
            Value::Object(members) => self.object(members, pointer, within),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn text(&mut self, text: &'a str, pointer: &str, within: Within) {
        self.names_addressee |= within == Within::Addressee && text.contains('@');
        if within == Within::Headers {
            self.of_request.extend(second_line(text).map(|line| (pointer.to_owned(), line)));
        }
        if within != Within::Nothing {
            self.of_mail.extend(header_line(text).map(|line| (pointer.to_owned(), line)));
        }
    }
}

/// What the value under this key is part of.
fn inside(within: Within, key: &str) -> Within {
    let kind = keys::kind_of(key);
    match within {
        Within::Headers | Within::Mail => within,
        _ if kind == Some(KeyKind::Address) => Within::Addressee,
        _ if OF_MAIL.contains(&bare(key).as_str()) => Within::Mail,
        _ if keys::HEADERS.contains(&bare(key).as_str()) => Within::Headers,
        // What is written to each addressee is no header: `to: [{ email: "x", body: "..." }]`.
        Within::Addressee if ["name", "displayname", "fullname", "address", "mail"].contains(&bare(key).as_str()) => {
            within
        }
        Within::Addressee | Within::Nothing => Within::Nothing,
    }
}

/// Most calls hold no line end at all.
fn has_line_end(value: &Value) -> bool {
    match value {
        Value::String(text) => may_end_line(text),
        Value::Array(items) => items.iter().any(has_line_end),
        Value::Object(members) => members.iter().any(|(key, value)| may_end_line(key) || has_line_end(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A byte of what ends a line, or the first one of it.
fn may_end_line(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'\n' | 0x0b | 0x0c | b'\r' | 0x1c..=0x1e | 0xc2 | 0xe2))
}

fn bare(key: &str) -> String {
    if key.len() > 32 {
        return String::new();
    }
    key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The lines behind the first.
fn further(text: &str, ends: fn(char) -> bool) -> impl Iterator<Item = &str> {
    text.trim_end().split("\r\n").flat_map(move |line| line.split(ends)).skip(1)
}

fn second_line(text: &str) -> Option<&str> {
    further(text, |c| matches!(c, '\r' | '\n')).find(|line| !line.starts_with([' ', '\t']))
}

/// A line that is a field of a mail, or the empty one that ends them.
fn header_line(text: &str) -> Option<&str> {
    let ends =
        |c| matches!(c, '\r' | '\n' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    further(text, ends).find(|line| line.trim().is_empty() || is_field(line))
}

fn is_field(line: &str) -> bool {
    let Some((name, _)) = line.split_once(':') else { return false };
    let name = name.trim_end();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    is_name && (name.contains(['-', '_']) || FIELDS.iter().any(|field| name.eq_ignore_ascii_case(field)))
}
