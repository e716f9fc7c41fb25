//! Line ends in what becomes a header: of a mail, where `subject: "x\r\nBcc: eve@evil.com"` adds a recipient when a server
//! writes headers by hand, and of a request over HTTP.
//!
//! Only what no honest value holds is denied. A value under a key of a mail, in a call that names an addressee: a line
//! after the first that begins as a header does (`Bcc:`), or an empty one, behind which the body begins. A member of
//! `headers`: any line after the first, unless it begins with a blank (a folded header).

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::model::effects::{Effects, Kind, What};
use crate::model::verdict::{Decision, Reason, Rule};

use super::super::effects::keys::{self, KeyKind};
use super::super::protections;
use super::{PROTECTION, Ruling};

/// Keys of a mail beside those of its recipients, in lower case without separators.
const OF_MAIL: [&str; 6] = ["subject", "from", "sender", "inreplyto", "references", "messageid"];

/// Keys whose members are headers.
const OF_REQUEST: [&str; 6] = ["header", "headers", "httpheaders", "extraheaders", "customheaders", "requestheaders"];

pub(super) fn judge(ruling: &mut Ruling<'_>, found: &Effects, without: &[String]) {
    let name = protections::HEADER_LINES;
    let Some(arguments) = ruling.request.arguments() else { return };
    if !arguments.iter().any(|(key, value)| key.contains(['\r', '\n']) || has_line_end(value)) {
        return;
    }
    let mut search = Search { names_addressee: false, of_mail: Vec::new(), of_request: Vec::new() };
    search.object(arguments, "", false);
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

/// What has been found so far: pointers, and the line that begins another header.
struct Search<'a> {
    names_addressee: bool,
    of_mail: Vec<(String, &'a str)>,
    of_request: Vec<(String, &'a str)>,
}

impl<'a> Search<'a> {
    fn object(&mut self, members: &'a Map<String, Value>, pointer: &str, are_headers: bool) {
        for (key, value) in members {
            if matches!(value, Value::String(_)) && !are_headers && !may_matter(key) {
                continue;
            }
            let at = format!("{pointer}/{}", crate::model::pointer::token(key));
            if are_headers && let Some(line) = second_line(key) {
                self.of_request.push((at.clone(), line));
            }
            self.value(key, value, &at, are_headers);
        }
    }

    fn value(&mut self, key: &str, value: &'a Value, pointer: &str, is_header: bool) {
        match value {
            Value::String(text) if is_header => {
                self.of_request.extend(second_line(text).map(|line| (pointer.to_owned(), line)));
            }
            Value::String(text) => {
                let names = keys::kind_of(key) == Some(KeyKind::Address) && text.contains('@');
                self.names_addressee |= names;
                if names || keys::kind_of(key) == Some(KeyKind::Address) || OF_MAIL.contains(&bare(key).as_str()) {
                    self.of_mail.extend(header_line(text).map(|line| (pointer.to_owned(), line)));
                }
            }
            Value::Array(items) => {
                let are_headers = is_header || OF_REQUEST.contains(&bare(key).as_str());
                for (index, item) in items.iter().enumerate() {
                    // Only what holds others, and texts under a key that matters.
                    if are_headers || !matches!(item, Value::String(_)) || may_matter(key) {
                        self.value(key, item, &format!("{pointer}/{index}"), are_headers);
                    }
                }
            }
            Value::Object(members) => {
                self.object(members, pointer, is_header || OF_REQUEST.contains(&bare(key).as_str()));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// Whether a text under this key may be a header of a mail.
fn may_matter(key: &str) -> bool {
    keys::kind_of(key) == Some(KeyKind::Address) || OF_MAIL.contains(&bare(key).as_str())
}

/// Most calls hold no line end at all.
fn has_line_end(value: &Value) -> bool {
    match value {
        Value::String(text) => text.bytes().any(|byte| matches!(byte, b'\r' | b'\n')),
        Value::Array(items) => items.iter().any(has_line_end),
        Value::Object(members) => members.iter().any(|(key, value)| key.contains(['\r', '\n']) || has_line_end(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn bare(key: &str) -> String {
    if key.len() > 32 {
        return String::new();
    }
    key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The lines behind the first, as readers of mail and HTTP part them.
fn further(text: &str) -> impl Iterator<Item = &str> {
    let text = text.trim_end();
    let first = text.find(['\r', '\n']).unwrap_or(text.len());
    let rest = text.get(first..).unwrap_or_default();
    let rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\r', '\n']));
    rest.into_iter()
        .flat_map(|rest| rest.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r')))
}

fn second_line(text: &str) -> Option<&str> {
    further(text).find(|line| !line.starts_with([' ', '\t']))
}

/// A line that begins as a header does, or the empty one that ends them.
fn header_line(text: &str) -> Option<&str> {
    further(text).find(|line| {
        let name = line.split(':').next().unwrap_or_default().trim_end();
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        line.trim().is_empty() || (is_name && name.len() < line.len())
    })
}
