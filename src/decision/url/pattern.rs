//! One pattern of the policy: which hosts, and which URLs on them.

use url::Url;

use crate::model::effects::{Host, UrlEffect};

use super::host::parse_host;
use super::reach::{Reach, reach};
use super::read::{normalise_path, plain};

/// Which hosts a pattern names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum HostPattern {
    Exact(Host),
    /// Labels with `*` before `suffix`. A first label `*` stands for one label or more, any other for one.
    Below {
        labels: Vec<String>,
        suffix: String,
    },
}

impl HostPattern {
    pub(super) fn parse(text: &str) -> Result<HostPattern, String> {
        if !text.contains('*') {
            let host = parse_host(text).map_err(|why| format!("`{text}` is no host: {why}"))?;
            return Ok(HostPattern::Exact(host));
        }
        let labels: Vec<&str> = text.trim_end_matches('.').split('.').collect();
        let literal = labels.iter().rposition(|label| label.contains('*')).map_or(0, |at| at + 1);
        let (globs, tail) = labels.split_at_checked(literal).unwrap_or((&[], &[]));
        if globs.iter().any(|label| label.contains("**")) {
            return Err(format!("`{text}`: in a host write `*`, not `**`"));
        }
        if tail.is_empty() {
            return Err(format!("`{text}` grants every host: write `any` where that is meant"));
        }
        let suffix = match parse_host(&tail.join("."))? {
            Host::Domain(name) => name,
            Host::Ip(_) | Host::None => return Err(format!("`{text}`: an address has no wildcards")),
        };
        if reach(&Host::Domain(suffix.clone())) != Reach::Public && suffix.contains('.') {
            return Err(format!("`{text}`: hosts of a private network are granted one by one, by name"));
        }
        if is_public_suffix(&suffix) {
            return Err(format!("`{text}` grants hosts of everybody: anyone can have a name under `{suffix}`"));
        }
        let labels = globs.iter().map(|label| label.to_lowercase()).collect();
        Ok(HostPattern::Below { labels, suffix })
    }

    /// Whether the labels before the suffix fit. The suffix itself is what the index looked up.
    pub(super) fn admits(&self, host: &Host) -> bool {
        match (self, host) {
            (HostPattern::Exact(own), host) => own == host,
            (HostPattern::Below { labels, suffix }, Host::Domain(name)) => {
                let Some(before) = name.strip_suffix(suffix.as_str()).and_then(|rest| rest.strip_suffix('.')) else {
                    return false;
                };
                let mut named = before.rsplit('.');
                let mut wanted = labels.iter().rev().peekable();
                while let Some(label) = wanted.next() {
                    let Some(name) = named.next() else { return false };
                    if !glob(label, name) {
                        return false;
                    }
                    if wanted.peek().is_none() && label == "*" {
                        return true;
                    }
                }
                named.next().is_none()
            }
            _ => false,
        }
    }
}

/// Whether anybody can have a name under `name`: a public suffix, of ICANN or private (`co.uk`, `github.io`).
pub fn is_public_suffix(name: &str) -> bool {
    psl::domain(name.as_bytes()).is_none()
}

/// A port in a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Port {
    /// None is written: the scheme's default.
    Default,
    Exactly(u16),
    Any,
}

/// Which paths a pattern names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PathPattern {
    /// No path is written, or `/**`.
    Any,
    Exact(String),
    /// `/a/b/**`: `/a/b` and all beneath, without the `/**`.
    Under(String),
    /// By segment: `*` within one, `**` any number.
    Glob(Vec<String>),
}

#[derive(Debug, Clone)]
pub(super) struct UrlPattern {
    pub(super) scheme: String,
    pub(super) host: HostPattern,
    port: Port,
    userinfo: Option<String>,
    pub(super) path: PathPattern,
    query: Option<String>,
}

impl UrlPattern {
    pub(super) fn parse(text: &str) -> Result<UrlPattern, String> {
        if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
            return Err("a pattern has no white space and no backslash".into());
        }
        if text.contains('#') {
            return Err("a pattern has no fragment: it is not sent".into());
        }
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
            None => match opaque(text) {
                Some((scheme, path)) => return UrlPattern::without_host(scheme.to_ascii_lowercase(), path),
                None => ("https".to_owned(), text),
            },
        };
        if scheme.is_empty() || scheme.contains('*') {
            return Err("write the scheme: https://...".into());
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        if authority.is_empty() && (super::spelling::is_special(&scheme) || tail.is_empty()) {
            return Err("it names no host".into());
        }
        if authority.is_empty() {
            return UrlPattern::without_host(scheme, tail);
        }
        let (userinfo, place) =
            authority.rsplit_once('@').map_or((None, authority), |(user, place)| (Some(user), place));
        let (host, port) = split_port(place)?;
        let (path, query) = tail.split_once('?').map_or((tail, None), |(path, query)| (path, Some(query)));
        let host = HostPattern::parse(host)?;
        if matches!(host, HostPattern::Exact(Host::Ip(_)))
            && path.strip_prefix('/').is_some_and(|bits| bits.parse::<u8>().is_ok_and(|bits| bits <= 128))
        {
            return Err("a range of addresses is no URL pattern: name each host".into());
        }
        let port = default_port(port, &scheme);
        let userinfo = userinfo.map(str::to_owned);
        Ok(UrlPattern {
            scheme,
            host,
            port,
            userinfo,
            path: PathPattern::parse(path)?,
            query: query.map(str::to_owned),
        })
    }

    /// `file:///tmp/**`, `data:image/**`
    fn without_host(scheme: String, path: &str) -> Result<UrlPattern, String> {
        let path = if path.starts_with('/') {
            PathPattern::parse(path)?
        } else {
            // An opaque path has no segments: `*` and `**` are any characters.
            PathPattern::Glob(vec![path.replace("**", "*")])
        };
        let host = HostPattern::Exact(Host::None);
        Ok(UrlPattern { scheme, host, port: Port::Default, userinfo: None, path, query: None })
    }

    /// Whether everything holds but the scheme and the path, which the index looks up.
    pub(super) fn admits_around(&self, url: &UrlEffect) -> bool {
        let port = match self.port {
            Port::Default => url.port.is_none(),
            Port::Exactly(port) => url.port == Some(port),
            Port::Any => true,
        };
        port && self.host.admits(&url.host) && self.admits_user(url) && self.admits_query(url)
    }

    fn admits_user(&self, url: &UrlEffect) -> bool {
        match (&self.userinfo, url.userinfo) {
            (None, written) => !written,
            (Some(_), false) => false,
            (Some(own), true) => plain(&url.written).is_some_and(|url| user_of(&url) == *own),
        }
    }

    fn admits_query(&self, url: &UrlEffect) -> bool {
        match (&self.query, &url.query) {
            (None, _) => true,
            (Some(own), Some(query)) => glob(own, query),
            (Some(own), None) => own == "*",
        }
    }
}

/// The narrowest pattern of this kind that admits the URL: its path, or its whole host. For what learns grants and suggests
/// them. `None` where none admits it: its spelling is read in more than one way, or its user has a password.
pub fn pattern_for(url: &UrlEffect, whole_host: bool) -> Option<String> {
    let user = if url.userinfo {
        let read = plain(&url.written).filter(|read| read.password().is_none())?;
        format!("{}@", read.username())
    } else {
        String::new()
    };
    let port = url.port.map(|port| format!(":{port}")).unwrap_or_default();
    let path = if whole_host { "/**" } else { url.path.as_str() };
    let pattern = match &url.host {
        Host::None if url.path.starts_with('/') => format!("{}://{}", url.scheme, url.path),
        Host::None => format!("{}:{}", url.scheme, url.path),
        host => format!("{}://{user}{host}{port}{path}", url.scheme),
    };
    let set = super::UrlSet::parse(std::slice::from_ref(&pattern)).ok()?;
    set.admits(url).map(|_| pattern)
}

fn user_of(url: &Url) -> String {
    url.password().map_or_else(|| url.username().to_owned(), |password| format!("{}:{password}", url.username()))
}

/// A scheme without slashes (`data:*`), told from a bare `host:port`.
fn opaque(text: &str) -> Option<(&str, &str)> {
    let (scheme, path) = super::spelling::split_scheme(text)?;
    let port = path.split('/').next().unwrap_or(path);
    let host =
        scheme.contains('.') || port.bytes().all(|byte| byte.is_ascii_digit()) || port == "*" && scheme == "localhost";
    (!host).then_some((scheme, path))
}

fn split_port(place: &str) -> Result<(&str, Option<&str>), String> {
    let colon = if place.starts_with('[') { place.find("]:").map(|at| at + 1) } else { place.find(':') };
    let Some((host, port)) = colon.and_then(|at| place.split_at_checked(at)) else { return Ok((place, None)) };
    let port = port.strip_prefix(':').unwrap_or(port);
    if port != "*" && port.parse::<u16>().is_err() {
        return Err(format!("`{port}` is no port: write a number, or * for any"));
    }
    Ok((host, Some(port)))
}

/// A written default port is the default.
fn default_port(written: Option<&str>, scheme: &str) -> Port {
    let known = match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        "ftp" => Some(21),
        _ => None,
    };
    match written {
        None => Port::Default,
        Some("*") => Port::Any,
        Some(port) => match port.parse::<u16>() {
            Ok(port) if Some(port) == known => Port::Default,
            Ok(port) => Port::Exactly(port),
            Err(_) => Port::Default,
        },
    }
}

impl PathPattern {
    /// No path is any path; `/` is that path only.
    fn parse(path: &str) -> Result<PathPattern, String> {
        if path.is_empty() || path == "/**" {
            return Ok(PathPattern::Any);
        }
        if path.contains(['{', '}', '[', ']']) {
            return Err(format!(
                "`{path}`: a path pattern has `*` and `**` only: write one pattern for each choice, and `%5B` or `%7B` for a bracket"
            ));
        }
        let decoded = super::spelling::decode_once(path);
        if decoded.split('/').any(|segment| segment == "." || segment == "..") {
            return Err(format!("`{path}`: a path pattern has no `.` or `..`"));
        }
        let base = Url::parse(&format!("http://h{path}")).map_err(|error| error.to_string())?;
        let path = normalise_path(base.path());
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        if segments.iter().any(|segment| segment.contains("**") && *segment != "**") {
            return Err(format!("`{path}`: `**` stands alone between slashes"));
        }
        if !path.contains('*') {
            return Ok(PathPattern::Exact(path));
        }
        if let Some(base) = path.strip_suffix("/**")
            && !base.contains('*')
        {
            return Ok(PathPattern::Under(base.to_owned()));
        }
        Ok(PathPattern::Glob(segments.into_iter().map(str::to_owned).collect()))
    }

    /// For the patterns that no index holds.
    pub(super) fn admits(&self, path: &str) -> bool {
        match self {
            PathPattern::Any => true,
            PathPattern::Exact(own) => own == path,
            PathPattern::Under(base) => {
                path.strip_prefix(base.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
            PathPattern::Glob(segments) => match path.strip_prefix('/') {
                Some(path) => admits_segments(segments, path),
                None => segments.first().is_some_and(|own| glob(own, path)),
            },
        }
    }
}

/// Whether a path could be another one to a server that decodes once more, takes `\` or `;` for separators, or ends at NUL
/// (Tomcat's `..;/`, Apache CVE-2021-42013). It is then admitted only where every path of the host is.
pub(super) fn is_slippery(path: &str) -> bool {
    let upper = path.to_ascii_uppercase();
    ["%2F", "%5C", "%00", "%252E", "%252F", "%255C", "%2525", "%2500", "..;", ".;/"]
        .iter()
        .any(|bad| upper.contains(bad))
}

/// Segment by segment, `**` as any number of them. Goes back to the last `**` only, so it is at worst length times
/// length of the pattern.
fn admits_segments(pattern: &[String], path: &str) -> bool {
    let path: Vec<&str> = path.split('/').collect();
    let (mut own, mut at, mut star) = (0, 0, None);
    while let Some(segment) = path.get(at) {
        match pattern.get(own) {
            Some(wanted) if wanted == "**" => {
                star = Some((own, at));
                own += 1;
            }
            Some(wanted) if glob(wanted, segment) => {
                own += 1;
                at += 1;
            }
            _ => match star {
                Some((back, from)) => {
                    own = back + 1;
                    at = from + 1;
                    star = Some((back, at));
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(own).all(|wanted| wanted == "**")
}

/// `*` as one character or more where it is the whole pattern, else as any number; no other character is special.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    if pattern == "*" {
        return !text.is_empty();
    }
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else { return rest.is_empty() };
    for piece in middle {
        match rest.find(piece) {
            Some(at) => rest = rest.get(at + piece.len()..).unwrap_or(""),
            None => return false,
        }
    }
    rest.ends_with(last)
}
