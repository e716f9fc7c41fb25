//! URLs and hosts in free text.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::decision::address::has_known_end;
use crate::decision::url::{self, Reach, lenient_hosts, parse_host, reach, reach_of};
use crate::model::effects::{Found, Host, UrlEffect};

mod schemeless;

/// Longest URL that is read whole; of a longer one only the host counts.
const LONGEST_URL: usize = 8 * 1024;
/// Longest authority that is looked at.
const LONGEST_AUTHORITY: usize = 512;

#[derive(Debug, Default)]
pub(super) struct Links {
    pub(super) hosts: Hosts,
    pub(super) urls: Vec<UrlEffect>,
    /// Where an `@` is no address, in order.
    pub(super) authorities: Vec<Range<usize>>,
}

/// Hosts in the order in which they stand, each once.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    list: Vec<Host>,
    known: HashSet<Host>,
}

impl Hosts {
    pub(super) fn add(&mut self, host: Host) {
        if host != Host::None && self.known.insert(host.clone()) {
            self.list.push(host);
        }
    }

    pub(super) fn into_vec(self) -> Vec<Host> {
        self.list
    }
}

/// What a link begins with. The order is that of [`Mark`].
static MARKS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build([
            "://",
            ":\\/\\/",
            ":\\\\/\\\\/",
            "%3a%2f%2f",
            "www.",
            "http:",
            "https:",
            "169.254.169.254",
            "metadata.google",
        ])
        .ok()
});

/// Finds every link of `text`.
pub(super) fn find(text: &str) -> Links {
    let mut links = Links::default();
    if let Some(marks) = MARKS.as_ref() {
        let mut consumed = 0;
        for hit in marks.find_overlapping_iter(text) {
            let mark = Mark { kind: hit.pattern().as_usize(), start: hit.start(), end: hit.end() };
            consumed = consumed.max(links.take(text, mark, consumed));
        }
    }
    links.take_bare(text);
    links.take_schemeless(text);
    links
}

/// One hit of the scan: which mark, and where.
#[derive(Debug, Clone, Copy)]
struct Mark {
    kind: usize,
    start: usize,
    end: usize,
}

impl Links {
    /// Reads the link at a mark. `consumed` is where the last URL ended; the new end comes back.
    fn take(&mut self, text: &str, mark: Mark, consumed: usize) -> usize {
        let nested = mark.start < consumed;
        match mark.kind {
            0 => self.take_url(text, mark, nested),
            1 | 2 => self.take_escaped(text, mark),
            3 => self.take_encoded(text, mark),
            4 => self.take_www(text, mark, nested),
            5 | 6 => self.take_without_slashes(text, mark),
            7 | 8 => self.take_metadata(text, mark),
            _ => consumed,
        }
    }

    fn take_url(&mut self, text: &str, mark: Mark, nested: bool) -> usize {
        let Some(start) = scheme_start(text, mark.start) else { return 0 };
        let quoted = text.get(..start).is_some_and(|before| before.ends_with('\''));
        // Of a URL inside another one only the host counts, so that nothing is scanned twice.
        let limit = if nested { to_slash(text, mark.end) } else { LONGEST_URL };
        let scanned = url_end(text, mark.end, limit, quoted);
        let authority = mark.end..authority_end(text, mark.end, scanned);
        let whole = !nested && scanned - mark.end + 4 < LONGEST_URL;
        let Some(written) = text.get(start..if whole { scanned } else { authority.end }) else { return 0 };
        let written = cut_foreign(written, mark.end - start);
        if authority.is_empty() || is_namespace(written) {
            return scanned;
        }
        self.authorities.push(authority);
        self.add(written, whole);
        scanned
    }

    fn add(&mut self, written: &str, whole: bool) {
        match url::read(written, Found::Embedded) {
            Ok(url) => {
                // `memo://insights` names nothing on a network.
                let named_only =
                    matches!(&url.host, Host::Domain(name) if !name.contains('.')) && reach_of(&url) == Reach::Public;
                if !named_only {
                    self.hosts.add(url.host.clone());
                }
                if whole {
                    self.urls.push(url);
                }
            }
            Err(_) => lenient_hosts(written).into_iter().for_each(|host| self.hosts.add(host)),
        }
    }

    /// `https:\/\/host\/path`, as JSON inside text has it.
    fn take_escaped(&mut self, text: &str, mark: Mark) -> usize {
        let Some(start) = scheme_start(text, mark.start) else { return 0 };
        let rest = text.get(mark.end..).unwrap_or("");
        let host: String =
            rest.chars().take(LONGEST_AUTHORITY).take_while(|c| is_host_char(*c) || "@:".contains(*c)).collect();
        let scheme = text.get(start..mark.start).unwrap_or("http");
        self.add(&format!("{scheme}://{host}"), false);
        mark.end + host.len()
    }

    /// `https%3A%2F%2Fhost`, as a redirect's parameter has it.
    fn take_encoded(&mut self, text: &str, mark: Mark) -> usize {
        let rest = text.get(mark.end..).unwrap_or("");
        let host: String = rest.chars().take(LONGEST_AUTHORITY).take_while(|c| is_host_char(*c)).collect();
        if host.contains('.') {
            self.add(&format!("http://{host}"), false);
        }
        0
    }

    fn take_www(&mut self, text: &str, mark: Mark, nested: bool) -> usize {
        let before = text.get(..mark.start).and_then(|text| text.chars().next_back());
        let left = text.get(..mark.start).unwrap_or("");
        // Two slashes without a scheme are a URL; with one it is read already.
        let in_path = left.ends_with('/') && (!left.ends_with("//") || left.ends_with("://"));
        if in_path || before.is_some_and(|c| is_host_char(c) || c == '@') {
            return 0;
        }
        let length: usize = text.get(mark.start..).map_or(0, |rest| {
            rest.chars().take(254).take_while(|c| is_host_char(*c) || c.is_alphanumeric()).map(char::len_utf8).sum()
        });
        let host = cut_foreign(text.get(mark.start..mark.start + length).unwrap_or(""), 0).trim_end_matches(['.', '-']);
        let known = parse_host(host).is_ok_and(|host| matches!(&host, Host::Domain(name) if has_known_end(name)));
        if host.matches('.').count() < 2 || !known {
            return 0;
        }
        let quoted = before == Some('\'');
        let end = if nested { mark.start + host.len() } else { url_end(text, mark.start, LONGEST_URL, quoted) };
        let written =
            text.get(mark.start..end).filter(|written| written.get(host.len()..).is_some_and(|tail| tail.is_ascii()));
        self.add(written.unwrap_or(host), !nested);
        end
    }

    /// `https:host`, `https:/host`, `https:\\host`: a browser follows them.
    fn take_without_slashes(&mut self, text: &str, mark: Mark) -> usize {
        let rest = text.get(mark.end..).unwrap_or("");
        if rest.starts_with("//") || rest.starts_with("\\/") || rest.starts_with("\\\\/") {
            return 0;
        }
        let host = rest.trim_start_matches(['/', '\\']);
        let host = host.split(|c: char| !is_host_char(c)).next().unwrap_or(host);
        if host.len() <= 253 && is_likely_host(host) {
            let end = url_end(text, mark.end, LONGEST_AUTHORITY, false);
            self.add(text.get(mark.start..end).unwrap_or(""), false);
            self.hosts.add(parse_host(host).unwrap_or(Host::None));
        }
        0
    }

    fn take_metadata(&mut self, text: &str, mark: Mark) -> usize {
        let inside = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let before = text.get(..mark.start).and_then(|text| text.chars().next_back());
        let after = text.get(mark.end..).and_then(|text| text.chars().next());
        if !inside(before) && !inside(after) {
            let name = if mark.kind == 7 { "169.254.169.254" } else { "metadata.google.internal" };
            self.hosts.add(parse_host(name).unwrap_or(Host::None));
        }
        0
    }

    /// Dotted names with a path or a port. Each run of host characters ends at one separator, so it is looked at once.
    fn take_bare(&mut self, text: &str) {
        for (at, separator) in text.match_indices(['/', ':']) {
            let before = text.get(..at).unwrap_or("");
            let run = before.len() - before.bytes().rev().take(254).take_while(|byte| is_host_byte(*byte)).count();
            let name = before.get(run..).unwrap_or("").trim_start_matches(['.', '-', '_']);
            if !name.contains('.') || name.len() > 253 || name.ends_with(['.', '-']) {
                continue;
            }
            let left = before.get(..run).unwrap_or("");
            if !stands_alone(left) {
                continue;
            }
            let tail = text.get(at + 1..).unwrap_or("");
            let fits = if separator == ":" { is_port(tail) } else { is_path(tail) && !is_kubernetes_key(name, tail) };
            if fits && is_bare_host(name, separator, tail) {
                self.hosts.add(parse_host(name).unwrap_or(Host::None));
            }
        }
    }
}

/// Whether nothing to the left makes the name a part of something else: a path, an address, a template. Two slashes after
/// a quote or bracket are a URL without its scheme. Marks of Markdown, escapes and letters of other scripts hide nothing.
fn stands_alone(left: &str) -> bool {
    match left.chars().next_back() {
        None => true,
        Some('/') => {
            left.strip_suffix("//").is_some_and(|left| left.chars().next_back().is_some_and(|c| "\"'`(=,".contains(c)))
        }
        Some(c) => !"@$}".contains(c),
    }
}

fn is_port(tail: &str) -> bool {
    let digits = tail.bytes().take(6).take_while(u8::is_ascii_digit).count();
    let after = tail.get(digits..).and_then(|tail| tail.chars().next());
    (2..=5).contains(&digits) && !after.is_some_and(|c| c.is_alphanumeric() || c == ':' || c == '_')
}

/// Not a network mask (`10.0.0.0/8`), and no `a.com/` before a blank, which is a list of words.
fn is_path(tail: &str) -> bool {
    let digits = tail.bytes().take(4).take_while(u8::is_ascii_digit).count();
    let after = tail.get(digits..).and_then(|tail| tail.chars().next());
    let mask = (1..=3).contains(&digits) && !after.is_some_and(|c| c.is_alphanumeric() || "./?-_#".contains(c));
    !mask && !tail.starts_with(['/', '*', ' ', '\n'])
}

fn is_bare_host(name: &str, separator: &str, tail: &str) -> bool {
    if is_likely_host(name) {
        return true;
    }
    let ends = |c: char| c.is_whitespace() || "\"'`<>)".contains(c);
    let query: String = tail.chars().take(256).take_while(|c| !ends(*c)).collect();
    let has_query = query.split_once('?').is_some_and(|(_, query)| query.contains('='));
    separator == "/" && has_query && has_known_end(&name.to_ascii_lowercase())
}

/// Suffixes that hosts in text mostly end in, and that code does not use for members and files.
const LIKELY_ENDS: [&str; 62] = [
    "com", "net", "org", "io", "dev", "ai", "app", "co", "info", "biz", "xyz", "edu", "gov", "mil", "cloud", "online",
    "site", "shop", "store", "tech", "website", "space", "club", "icu", "vip", "fun", "pro", "link", "click", "live",
    "eu", "uk", "de", "fr", "nl", "ru", "cn", "jp", "br", "es", "ch", "se", "dk", "fi", "cz", "gr", "ca", "au", "nz",
    "kr", "tw", "hk", "za", "mx", "ua", "tr", "gg", "ly", "tk", "ga", "onion", "internal",
];

fn is_likely_host(name: &str) -> bool {
    if name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return name.parse::<core::net::Ipv4Addr>().is_ok();
    }
    let last = name.rsplit('.').next().unwrap_or(name);
    let likely = name.contains('.') && LIKELY_ENDS.iter().any(|end| last.eq_ignore_ascii_case(end));
    let near = || parse_host(name).is_ok_and(|host| reach(&host) <= Reach::Loopback);
    likely && parse_host(name).is_ok() && psl::domain(name.to_ascii_lowercase().as_bytes()).is_some() || near()
}

fn is_host_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || ".-_".contains(c)
}

fn is_host_byte(byte: u8) -> bool {
    is_host_char(char::from(byte))
}

/// Where the scheme before `://` begins. A run that only ends in a known scheme (`xhttps`) is that scheme.
fn scheme_start(text: &str, colon: usize) -> Option<usize> {
    let before = text.get(..colon)?;
    let length =
        before.bytes().rev().take(32).take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).count();
    let run = before.get(colon - length..)?;
    let lower = run.to_ascii_lowercase();
    let known = ["https", "http", "wss", "ws", "ftp"].iter().find(|scheme| lower.ends_with(*scheme));
    let at =
        known.map_or_else(|| run.find(|c: char| c.is_ascii_alphabetic()), |scheme| Some(run.len() - scheme.len()))?;
    Some(colon - length + at)
}

/// Where a URL that goes on at `from` ends: at white space, a quote, a bracket that it did not open, or punctuation that
/// closes a sentence. At most `limit` bytes on.
fn url_end(text: &str, from: usize, limit: usize, quoted: bool) -> usize {
    let rest = text.get(from..).unwrap_or("");
    let (mut end, mut round, mut brackets) = (from, 0i32, 0i32);
    for (at, c) in rest.char_indices().take_while(|(at, _)| *at < limit) {
        let stops = match c {
            '(' | ')' => {
                round += if c == '(' { 1 } else { -1 };
                round < 0
            }
            '[' | ']' => {
                brackets += if c == '[' { 1 } else { -1 };
                brackets < 0
            }
            '\'' => quoted,
            // A backslash belongs to the URL only where an @ makes it dangerous; else it escapes what follows.
            '\\' => !rest.get(at..).is_some_and(is_backslash_trick),
            _ => {
                c.is_whitespace() || c.is_control() || "\"<>`{}|^".contains(c) || !c.is_ascii() && !c.is_alphanumeric()
            }
        };
        if stops {
            break;
        }
        if !".,;:!?'*_[(".contains(c) {
            end = from + at + c.len_utf8();
        }
    }
    end
}

/// `\@`, `\.evil.com`: what follows up to the next slash holds an `@` or goes on as a host.
fn is_backslash_trick(rest: &str) -> bool {
    let piece: String =
        rest.chars().skip(1).take(128).take_while(|c| !c.is_whitespace() && !"/\"'<>".contains(*c)).collect();
    piece.contains('@') || piece.starts_with('.')
}

/// How far the next slash is, where an authority ends.
fn to_slash(text: &str, from: usize) -> usize {
    let rest = text.as_bytes().get(from..).unwrap_or(&[]);
    rest.iter().take(LONGEST_AUTHORITY).take_while(|byte| !matches!(byte, b'/' | b'?' | b'#')).count()
}

fn authority_end(text: &str, from: usize, end: usize) -> usize {
    let authority = text.get(from..end.max(from)).unwrap_or("");
    from + authority.find(['/', '?', '#']).unwrap_or(authority.len()).min(LONGEST_AUTHORITY)
}

/// In text without blanks between words (`访问https://example.com查看`) the host ends at the first letter of another
/// script, unless the name as a whole has a registered end.
fn cut_foreign(written: &str, authority: usize) -> &str {
    let rest = written.get(authority..).unwrap_or("");
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or(rest);
    if host.is_ascii() {
        return written;
    }
    let known = parse_host(host).is_ok_and(|host| matches!(&host, Host::Domain(name) if has_known_end(name)));
    let foreign = host.find(|c: char| !c.is_ascii()).unwrap_or(host.len());
    let cut = host.get(..foreign).unwrap_or("");
    if known || !has_known_end(cut) { written } else { written.get(..authority + foreign).unwrap_or(written) }
}

/// `http://www.w3.org/2000/svg` and the like name a vocabulary.
fn is_namespace(written: &str) -> bool {
    written.strip_prefix("http://www.w3.org/").is_some_and(|rest| {
        rest.bytes().take(4).filter(u8::is_ascii_digit).count() == 4 && rest.len() < 64 && !rest.contains(['?', '@'])
    })
}

/// `app.kubernetes.io/name`, `rbac.authorization.k8s.io/v1` and `k8s.io/api` are keys, groups and packages of Kubernetes.
/// Its own domains alone: under another one, somebody may wait for what is sent.
fn is_kubernetes_key(name: &str, tail: &str) -> bool {
    let own = ["kubernetes.io", "k8s.io"]
        .iter()
        .any(|domain| name.strip_suffix(domain).is_some_and(|before| before.is_empty() || before.ends_with('.')));
    let key = tail.split(|c: char| c.is_whitespace() || "\"'`<>),:={}[]".contains(c)).next().unwrap_or(tail);
    own && key.len() <= 253 && !key.contains(['?', '#', '@', '%', '&'])
}
