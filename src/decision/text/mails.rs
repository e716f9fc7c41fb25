//! Addresses in free text.

use std::collections::HashSet;
use std::ops::Range;

use crate::decision::address::{self, has_known_end, read_domain};
use crate::decision::url::parse_host;
use crate::model::effects::Address;

use super::links::Hosts;

/// The addresses of `text`, each once. An `@` inside one of `authorities` stands before a host; where a path follows as scp
/// writes it, the domain is a host as well.
pub(super) fn find(text: &str, authorities: &[Range<usize>], hosts: &mut Hosts) -> Vec<Address> {
    let mut found = Vec::new();
    let mut authorities = authorities.iter().peekable();
    let mut known = HashSet::new();
    for (at, sign) in signs(text) {
        while authorities.next_if(|range| range.end <= at).is_some() {}
        if authorities.peek().is_some_and(|range| range.contains(&at)) {
            continue;
        }
        let Some((local, domain, after)) = around(text, at, sign) else { continue };
        if is_scp(after)
            && let Ok(host) = parse_host(domain)
        {
            hosts.add(host);
            if local == "git" {
                continue;
            }
        }
        if let Some(address) = read(local, domain)
            && known.insert((address.local.clone(), address.domain.clone()))
        {
            found.push(address);
        }
    }
    found
}

/// Every `@`, also wide, small or percent-encoded, with its length.
fn signs(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        loop {
            let tail = text.get(rest..)?;
            let at = tail.find(['@', '%', '\u{ff20}', '\u{fe6b}'])?;
            let here = rest + at;
            let length = match tail.get(at..) {
                Some(found) if found.starts_with("%40") => 3,
                Some(found) if found.starts_with('%') => 0,
                found => found.and_then(|found| found.chars().next()).map_or(0, char::len_utf8),
            };
            rest = here + length.max(1);
            if length > 0 {
                return Some((here, length));
            }
        }
    })
}

/// What stands before and after the sign, and what follows. Looks at most as far as an address reaches.
fn around(text: &str, at: usize, sign: usize) -> Option<(&str, &str, &str)> {
    let (before, after) = (text.get(..at)?, text.get(at + sign..)?);
    let local: usize = before.chars().rev().take(65).take_while(|c| is_local(*c)).map(char::len_utf8).sum();
    let local = before.get(at - local..)?.trim_start_matches(['.', '\'', '-', '*', '_']);
    let domain: usize = after.chars().take(254).take_while(|c| is_domain(*c)).map(char::len_utf8).sum();
    let domain = after.get(..domain)?.trim_end_matches(|c| ".-".contains(c) || WIDE_DOTS.contains(&c));
    let quoted = local.is_empty() && before.ends_with('"');
    let code =
        after.get(domain.len()..).is_some_and(|rest| rest.starts_with('(')) || ["this", "super"].contains(&local);
    let likely = domain.contains(|c| c == '.' || WIDE_DOTS.contains(&c)) && !code && (quoted || !local.is_empty());
    likely.then(|| (local, domain, after.get(domain.len()..).unwrap_or("")))
}

/// What people write before the `@`. `=`, `/`, `?` and `&` are left out: they come before addresses in queries.
fn is_local(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._%+-'!#$*^{|}~".contains(c) || !c.is_ascii() && c.is_alphanumeric()
}

fn is_domain(c: char) -> bool {
    WIDE_DOTS.contains(&c) || c.is_ascii_alphanumeric() || ".-".contains(c) || !c.is_ascii() && c.is_alphanumeric()
}

/// What a reader of domains takes for a dot (UTS 46).
const WIDE_DOTS: [char; 3] = ['\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// `host:path` follows, as git and scp write it.
fn is_scp(after: &str) -> bool {
    after
        .strip_prefix(':')
        .is_some_and(|path| path.starts_with(|c: char| c.is_ascii_alphanumeric() || "~/._".contains(c)))
}

/// The address. A local part that the reader of addresses refuses still reaches its domain: no exact pattern matches it.
fn read(local: &str, domain: &str) -> Option<Address> {
    let domain = known_domain(domain)?;
    let written = format!("{local}@{domain}");
    let read = address::read(&written).ok().and_then(|found| found.into_iter().next());
    Some(read.unwrap_or(Address { written, local: String::new(), domain }))
}

/// The domain, cut before a letter of another script where only that has a registered end (`bob@acme.com或`).
fn known_domain(written: &str) -> Option<String> {
    let written = written.replace(WIDE_DOTS, ".");
    let whole = read_domain(&written).ok().filter(|domain| has_known_end(domain));
    whole.or_else(|| {
        let ascii = written.get(..written.find(|c: char| !c.is_ascii())?)?;
        read_domain(ascii.trim_end_matches(['.', '-'])).ok().filter(|domain| has_known_end(domain))
    })
}
