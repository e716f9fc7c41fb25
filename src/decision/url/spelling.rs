//! Spellings that parsers in use read differently.
//!
//! WHATWG, RFC 3986 and the parsers that people ship disagree on backslashes, on where an authority ends, on which `@`
//! counts, on slashes after the scheme, on white space, on notations of numbers and on Unicode (Orange Tsai, "A New Era of
//! SSRF", 2017; Claroty and Snyk, "Exploiting URL parsers", 2022). Emulating each is a race that is lost; a URL that is
//! written plainly is one that they agree on, and [`odd`] says why one is not.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::model::effects::Host;

use super::host::{decimal_quad, parse_host};
use super::reach::{Reach, reach};

/// Schemes whose URLs WHATWG reads with an authority whatever slashes follow.
pub(super) fn is_special(scheme: &str) -> bool {
    ["http", "https", "ws", "wss", "ftp"].iter().any(|special| scheme.eq_ignore_ascii_case(special))
}

/// Whether a URL says its scheme.
pub fn has_scheme(text: &str) -> bool {
    split_scheme(text.trim()).is_some()
}

/// The scheme of an absolute URL and what follows the colon.
pub(super) fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let mut bytes = scheme.bytes();
    let starts = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic());
    (starts && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))).then_some((scheme, rest))
}

/// Why parsers may differ on the absolute URL `text`; `None` where they agree.
pub(super) fn odd(text: &str) -> Option<&'static str> {
    if text.chars().any(char::is_control) {
        return Some("a control character stands in it");
    }
    let (scheme, rest) = split_scheme(text)?;
    let special = is_special(scheme);
    if !special && !rest.starts_with("//") {
        return None;
    }
    if text.chars().any(char::is_whitespace) {
        return Some("white space stands in it: write %20");
    }
    let place = rest.split(['?', '#']).next().unwrap_or(rest);
    if place.contains('\\') {
        return Some("a backslash stands before its query: some parsers take it for a slash");
    }
    let after = rest.trim_start_matches('/');
    if special && rest.len() - after.len() != 2 {
        return Some("exactly two slashes must follow the scheme");
    }
    let after = rest.strip_prefix("//").unwrap_or(after);
    let authority = after.split(['/', '?', '#']).next().unwrap_or(after);
    let wide = after.split('/').next().unwrap_or(after);
    let tail = wide.get(authority.len()..).unwrap_or("");
    // Log4j's allowedLdapHost was passed so: `ldap://127.0.0.1#.evil.com` is the whole of it to JNDI, and 127.0.0.1 to Java's URI.
    let more_host = (tail.starts_with('#') || !special) && tail.contains(['.', ':']);
    if tail.contains(['@', '\\']) || more_host {
        return Some("what follows its host without a slash between could belong to the host");
    }
    odd_authority(authority, special).or_else(|| odd_path(place))
}

fn odd_authority(authority: &str, special: bool) -> Option<&'static str> {
    let (userinfo, place) = authority.rsplit_once('@').map_or((None, authority), |(user, place)| (Some(user), place));
    let user_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:%".contains(&byte);
    if userinfo.is_some_and(|user| user.is_empty() || !user.bytes().all(user_byte)) {
        return Some("what stands before the @ is not plain");
    }
    let (host, port) = if let Some(inner) = place.strip_prefix('[') {
        let (address, port) = inner.split_once(']')?;
        if !address.bytes().all(|byte| byte.is_ascii_hexdigit() || b":.".contains(&byte)) {
            return Some("what stands in brackets is not a plain IPv6 address");
        }
        if !port.is_empty() && !port.starts_with(':') {
            return Some("text follows the brackets of its host");
        }
        ("", port.strip_prefix(':').unwrap_or(""))
    } else {
        let (host, port) = place.split_once(':').unwrap_or((place, ""));
        if host.is_empty() {
            return (special || !port.is_empty()).then_some("it has no host");
        }
        (host, port)
    };
    if place.ends_with(':') {
        return Some("its port is empty");
    }
    if port.len() > 5 || !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some("its port is not a plain number");
    }
    if host.is_empty() { None } else { odd_host(host, special) }
}

fn odd_host(host: &str, special: bool) -> Option<&'static str> {
    if host.contains('%') {
        return Some("its host is percent-encoded");
    }
    if host.bytes().any(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"-._".contains(&byte)) {
        return Some("a character stands in its host that host names do not have");
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    if name.split('.').any(|label| label.is_empty() || label.len() > 63) || name.len() > 253 {
        return Some("its host has an empty or overlong label");
    }
    // Outside the special schemes WHATWG percent-encodes such a host, and others look it up by IDNA.
    if !(host.is_ascii() || special && is_stable(host)) {
        return Some("its host holds characters that parsers map differently");
    }
    let last = name.rsplit('.').next().unwrap_or(name);
    let numeric = last.bytes().all(|byte| byte.is_ascii_digit())
        || last.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("0x"));
    if numeric && name.parse::<core::net::Ipv4Addr>().is_err() {
        return Some("its host is a number that is not written as a plain IPv4 address");
    }
    None
}

/// A `..` that takes back an empty segment: `/a//../b` is `/a/b` or `/b`, as servers merge slashes or do not.
fn odd_path(place: &str) -> Option<&'static str> {
    if !place.contains("//") {
        return None;
    }
    let dots = |segment: &str| segment.replace("%2e", ".").replace("%2E", ".") == "..";
    let mut segments = place.split('/').skip(3).peekable();
    while let Some(segment) = segments.next() {
        if segment.is_empty() && segments.peek().is_some_and(|next| dots(next)) {
            return Some("a .. follows an empty path segment");
        }
    }
    None
}

/// Whether every IDNA (2003, 2008, UTS 46) reads the name alike: letters, digits and their marks only; no compatibility
/// forms (`ⓔ`, fullwidth letters, other dots), no deviation characters (`ß`, `ς`, joiners), nothing invisible.
pub fn is_stable(name: &str) -> bool {
    let lower = name.to_lowercase();
    let plain = |c: char| c.is_ascii() || (c.is_alphanumeric() || is_combining_mark(c)) && !"ßẞς".contains(c);
    name.chars().all(plain) && lower.nfkc().eq(lower.chars())
}

/// Every host that some reader might take `absolute` to. Generous: for text that is [`odd`] already, where the nearest
/// host counts.
pub fn lenient_hosts(absolute: &str) -> Vec<Host> {
    let rest = split_scheme(absolute).map_or(absolute, |(_, rest)| rest);
    let after = rest.trim_start_matches(|c: char| c == '/' || c == '\\' || c.is_whitespace() || c.is_control());
    let wide: String = after.split('/').next().unwrap_or(after).chars().take(1024).collect();
    let joined: String = wide.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    let folded: String = joined.nfkc().collect();
    let decoded = percent_decode(&folded);
    let mut hosts: Vec<Host> = Vec::new();
    for spelling in [wide, joined, folded, decoded] {
        let between = |c: char| "\\?#@,;&=<>\"' /".contains(c) || c.is_control() || c.is_whitespace();
        for piece in spelling.split(between).filter(|piece| !piece.is_empty()) {
            for host in readings(piece) {
                if is_told(&host) && !hosts.contains(&host) {
                    hosts.push(host);
                }
            }
        }
    }
    hosts
}

/// A name of one label counts only where it is known: any word of an odd URL could be one.
fn is_told(host: &Host) -> bool {
    !matches!(host, Host::Domain(name) if !name.contains('.') && reach(host) > Reach::Loopback)
}

/// What one piece of an authority may name: with and without port, zone and brackets, octal and decimal.
fn readings(piece: &str) -> Vec<Host> {
    let mut names = vec![piece];
    if let Some((inside, _)) = piece.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        names.push(inside.split('%').next().unwrap_or(inside));
    } else {
        // A number after a colon is a port; before one it is a host.
        let port = |(at, name): &(usize, &str)| *at > 0 && name.bytes().all(|byte| byte.is_ascii_digit());
        names.extend(piece.split(':').take(4).enumerate().filter(|part| !port(part)).map(|(_, name)| name));
    }
    let mut hosts = Vec::new();
    for name in names.into_iter().filter(|name| !name.is_empty()) {
        hosts.extend(decimal_quad(name).map(Host::Ip));
        hosts.extend(parse_host(name));
        if name.contains(':') {
            hosts.extend(parse_host(&format!("[{name}]")));
        }
    }
    hosts
}

/// Percent-decoded twice over, since some readers do.
fn percent_decode(text: &str) -> String {
    decode_once(&decode_once(text))
}

/// Percent-decoded; what is no UTF-8 then is replaced.
pub fn decode_once(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        match tail {
            [high, low, after @ ..] if first == b'%' => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high << 4 | low);
                    rest = after;
                }
                _ => bytes.push(first),
            },
            _ => bytes.push(first),
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

pub(super) fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
