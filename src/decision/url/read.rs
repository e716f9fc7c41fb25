//! One string -> where it would connect to.

use std::borrow::Cow;

use url::Url;

use crate::model::effects::{Found, Host, UrlEffect};

use super::host::from_url;
use super::reach::{Reach, reach};
use super::spelling::{hex, is_special, lenient_hosts, odd, split_scheme};

/// Longer ones no server takes; `data:` URLs have no host and may be long.
const LONGEST: usize = 64 * 1024;

/// Schemes that are followed by something else than a port although no slashes follow.
const OPAQUE: [&str; 20] = [
    "javascript",
    "data",
    "vbscript",
    "mailto",
    "file",
    "blob",
    "about",
    "view-source",
    "jar",
    "jdbc",
    "tel",
    "sms",
    "urn",
    "feed",
    "url",
    "magnet",
    "news",
    "ext",
    "cid",
    "mid",
];

/// Schemes that stand before another URL and take its host.
const WRAPPERS: [&str; 6] = ["jdbc", "view-source", "blob", "jar", "feed", "url"];

/// Reads a URL as WHATWG does, and refuses what another parser may read differently.
///
/// - Spaces at the ends are taken off.
/// - Without a scheme, `host/path` and `host:port` with a dot in the host (`www.example.com/x`), a number or a known local
///   name as host, and `//host/path` are `http:`, the scheme that is granted least often. `git@host:path` is `ssh:`.
/// - `file:` has no host where it is empty or `localhost`; its path is for the path reader as well.
/// - `jdbc:`, `blob:`, `view-source:` and the like have the host of the URL inside; the scheme is then `jdbc:mysql`.
///
/// # Errors
///
/// What is no URL, and what parsers read as different hosts. Where one of those hosts is a metadata, link-local, loopback
/// or private one, the URL is read as that host, so that protections see it; [`super::UrlSet`] admits none of these.
pub fn read(text: &str, found: Found) -> Result<UrlEffect, String> {
    let spelled = spell(text)?;
    match spelled.plain() {
        Ok((url, prefix)) => effect(text, &url, &prefix, found),
        Err(why) => {
            let nearest = lenient_hosts(&spelled.absolute).into_iter().min_by_key(reach);
            match nearest.filter(|host| reach(host) < Reach::Public) {
                Some(host) => Ok(UrlEffect {
                    written: text.to_owned(),
                    scheme: split_scheme(&spelled.absolute).map_or("http".into(), |(scheme, _)| scheme.to_lowercase()),
                    host,
                    port: None,
                    path: "/".into(),
                    query: None,
                    userinfo: false,
                    found,
                }),
                None => Err(why),
            }
        }
    }
}

/// Whether every parser takes `text` to the same host.
pub fn reads_alike(text: &str) -> bool {
    plain(text).is_some()
}

/// The URL as WHATWG has it, where every parser agrees on `text`.
pub(super) fn plain(text: &str) -> Option<Url> {
    spell(text).ok()?.plain().ok().map(|(url, _)| url)
}

/// An absolute URL and why parsers differ on it, if they do.
struct Spelled<'a> {
    absolute: Cow<'a, str>,
    odd: Option<&'static str>,
}

impl Spelled<'_> {
    /// The URL, and the wrapping schemes taken off before it (`jdbc:`).
    fn plain(&self) -> Result<(Url, String), String> {
        if let Some(why) = self.odd {
            return Err(why.to_owned());
        }
        let mut inner: &str = &self.absolute;
        let mut prefix = String::new();
        while let Some((scheme, rest)) = split_scheme(inner)
            && WRAPPERS.iter().any(|wrapper| wrapper.eq_ignore_ascii_case(scheme))
            && rest.contains("://")
        {
            if prefix.len() > 64 {
                return Err("too many schemes stand before one another".into());
            }
            prefix = prefix + &scheme.to_ascii_lowercase() + ":";
            inner = rest;
        }
        if let Some(why) = odd(inner) {
            return Err(why.to_owned());
        }
        let url = Url::parse(inner).map_err(|error| error.to_string())?;
        Ok((url, prefix))
    }
}

/// Makes `text` absolute by the rules of [`read`].
fn spell(text: &str) -> Result<Spelled<'_>, String> {
    let text = text.trim_matches(' ');
    if text.is_empty() {
        return Err("it is empty".into());
    }
    let is_data = text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data:"));
    if text.len() > LONGEST && !is_data {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    if text.chars().any(char::is_control) && !is_data {
        // WHATWG takes tabs and line ends out, others cut there or send them on.
        let without: String = text.chars().filter(|c| !c.is_control()).collect();
        let absolute = make_absolute(&without).map_or(without.clone(), |(absolute, _)| absolute.into_owned());
        return Ok(Spelled { absolute: Cow::Owned(absolute), odd: Some("a control character stands in it") });
    }
    let (absolute, bare_oddity) = make_absolute(text)?;
    let odd = bare_oddity.or_else(|| odd(&absolute));
    Ok(Spelled { absolute, odd })
}

fn make_absolute(text: &str) -> Result<(Cow<'_, str>, Option<&'static str>), String> {
    if let Some((scheme, rest)) = split_scheme(text) {
        if scheme.len() == 1 {
            return Err("it is a Windows path".into());
        }
        let known = is_special(scheme) || OPAQUE.iter().any(|opaque| opaque.eq_ignore_ascii_case(scheme));
        if known || rest.starts_with("//") || !is_host_and_port(scheme, rest) {
            return Ok((Cow::Borrowed(text), None));
        }
        return Ok((Cow::Owned(format!("http://{text}")), None));
    }
    if text.starts_with("//") || text.starts_with("\\\\") {
        return Ok((Cow::Owned(format!("http:{text}")), None));
    }
    if let Some((user, host, path)) = split_scp(text) {
        return Ok((Cow::Owned(format!("ssh://{user}@{host}/{}", path.trim_start_matches('/'))), None));
    }
    let place = text.split(['/', '?', '#']).next().unwrap_or(text);
    let bare = || Cow::Owned(format!("http://{text}"));
    if place.is_empty() || place.starts_with('.') {
        return Err("it is relative: it names no host".into());
    }
    if place.contains(['@', '\\', '%', ' ']) {
        return Ok((bare(), Some("it has no scheme, and its host is not plain")));
    }
    if place.starts_with('[') || place.contains('.') || is_known_near(place) {
        return Ok((bare(), None));
    }
    if place.bytes().all(|byte| byte.is_ascii_digit()) || place.starts_with("0x") || !place.is_ascii() {
        return Ok((bare(), Some("it has no scheme, and its host is not plain")));
    }
    Err("it has no scheme".into())
}

/// `https:` without slashes is still a URL to a browser, where a host follows: `http:500` is a label.
fn names_host(rest: &str) -> bool {
    let number = rest.split(['/', '?', '#', ':']).next().unwrap_or(rest);
    rest.starts_with(['/', '\\'])
        || rest.contains(['.', '@', '[', '%'])
        || is_known_near(number)
        || number.starts_with("0x")
        || number.len() > 6 && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// `localhost:8080/x`, `example.com:8443`: what looks like a scheme is a host.
fn is_host_and_port(host: &str, rest: &str) -> bool {
    let port = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    host.contains('.') || (!port.is_empty() && port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A name of one label that is known to be near: `localhost`, `metadata`.
fn is_known_near(name: &str) -> bool {
    let name = name.split(':').next().unwrap_or(name).to_ascii_lowercase();
    reach(&Host::Domain(name)) <= Reach::Loopback
}

/// `git@github.com:org/repo.git`, as git and scp read it.
fn split_scp(text: &str) -> Option<(&str, &str, &str)> {
    let (user, rest) = text.split_once('@')?;
    let (host, path) = rest.split_once(':')?;
    let word = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
    };
    (word(user) && word(host) && !path.is_empty() && !path.starts_with("//") && !path.contains('@'))
        .then_some((user, host, path))
}

fn effect(written: &str, url: &Url, prefix: &str, found: Found) -> Result<UrlEffect, String> {
    let host = match url.host() {
        Some(_) if url.scheme() == "file" => file_host(url)?,
        // Schemes that WHATWG does not know keep their host as written: `postgres://127.1/` is still loopback.
        Some(url::Host::Domain(name)) if !is_special(url.scheme()) && !name.is_empty() => {
            super::parse_host(name).map_err(|why| format!("its host cannot be read: {why}"))?
        }
        Some(url::Host::Domain("")) | None => Host::None,
        Some(host) => from_url(host)?,
    };
    Ok(UrlEffect {
        written: written.to_owned(),
        scheme: format!("{prefix}{}", url.scheme()),
        host,
        port: url.port(),
        path: encode_marks(&normalise_path(url.path())),
        query: url.query().map(str::to_owned),
        userinfo: !url.username().is_empty() || url.password().is_some(),
        found,
    })
}

/// `file://server/share` reaches over the network on Windows; `localhost` and nothing are this machine.
fn file_host(url: &Url) -> Result<Host, String> {
    match url.host_str() {
        None | Some("" | "localhost") => Ok(Host::None),
        Some(name) => super::parse_host(name),
    }
}

/// Percent-encoded unreserved characters decoded and other escapes in upper case (RFC 3986 6.2.2), so that spellings of
/// one path are one string.
pub(super) fn normalise_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let digits = (escape.as_bytes().get(1).copied().and_then(hex), escape.as_bytes().get(2).copied().and_then(hex));
        if let (Some(high), Some(low)) = digits {
            let byte = high << 4 | low;
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out.push_str(&escape.get(..3).unwrap_or(escape).to_ascii_uppercase());
            }
            rest = escape.get(3..).unwrap_or("");
        } else {
            out.push('%');
            rest = escape.get(1..).unwrap_or("");
        }
    }
    out.push_str(rest);
    out
}

/// What patterns give a meaning, percent-encoded: `/a*b` and `/a%2Ab` are one path, and a pattern can write it.
pub(super) fn encode_marks(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        match c {
            '*' => out.push_str("%2A"),
            '[' => out.push_str("%5B"),
            ']' => out.push_str("%5D"),
            '{' => out.push_str("%7B"),
            '}' => out.push_str("%7D"),
            _ => out.push(c),
        }
    }
    out
}

/// Whether a string has the form of a URL, whatever its key: `scheme://...`, `https:` followed by anything without a
/// space, `//host.tld`, `www.`, `javascript:`, `data:`, `file:`, `git@host:path`. Text that merely begins with a URL is not
/// one; [`crate::decision::text`] reads that.
pub fn looks_like_url(text: &str) -> bool {
    // Each form has one of these, and most words have none.
    if !text.bytes().any(|byte| matches!(byte, b':' | b'/' | b'\\' | b'.')) {
        return false;
    }
    let text = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    if text.is_empty() || text.contains(' ') {
        return false;
    }
    let joined: Cow<'_, str> = if text.chars().any(char::is_control) {
        let first = text.split(char::is_control).next().unwrap_or(text);
        if first.split_once("://").is_some_and(|(_, rest)| rest.contains('.')) {
            return false;
        }
        Cow::Owned(text.chars().filter(|c| !c.is_control()).collect())
    } else {
        Cow::Borrowed(text)
    };
    has_url_form(&joined)
}

fn has_url_form(text: &str) -> bool {
    if let Some((scheme, rest)) = split_scheme(text) {
        let mark = |wanted: &[&str]| wanted.iter().any(|name| name.eq_ignore_ascii_case(scheme)) && !rest.is_empty();
        let wraps = mark(&WRAPPERS) && rest.contains("://");
        return scheme.len() > 1
            && (rest.starts_with("//") && rest.len() > 2
                || is_special(scheme) && names_host(rest)
                || wraps
                || mark(&["javascript", "vbscript", "file", "view-source"])
                || mark(&["data"]) && rest.contains(','));
    }
    if let Some(rest) = text.strip_prefix("//").or_else(|| text.strip_prefix("\\\\")) {
        let host = rest.split(['/', '\\', '?', '#']).next().unwrap_or(rest);
        return host.contains(['.', ':', '@']) && !host.starts_with('.') && !host.ends_with(':');
    }
    if text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www.")) {
        return text.len() > 6;
    }
    split_scp(text).is_some_and(|(user, _, path)| user == "git" || path.ends_with(".git"))
}
