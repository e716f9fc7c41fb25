//! Links without a scheme: `<img src='//evil.com'>`, `![a](<//evil.com/x>)`, `[y]: //evil.com`.

use crate::decision::address::has_known_end;
use crate::decision::url::parse_host;
use crate::model::effects::Host;

use super::{LONGEST_AUTHORITY, Links, is_likely_host};

/// How sure it is that what stands before the slashes makes them a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// An attribute, or the target of a link in Markdown.
    Link,
    /// A string, a bracket, an entry of a list.
    Perhaps,
}

impl Links {
    /// Two slashes or more, in either direction as browsers take them, right before a host. A comment (`// evil.com`) has a
    /// blank there, a path has something else before them.
    pub(super) fn take_schemeless(&mut self, text: &str) {
        let mut done = 0;
        for (at, _) in text.match_indices(['/', '\\']) {
            if at < done {
                continue;
            }
            let rest = text.get(at..).unwrap_or("");
            let slashes = rest.bytes().take_while(|byte| matches!(byte, b'/' | b'\\')).count();
            done = at + slashes;
            let (Some(before), Some(after)) = (text.get(..at), text.get(done..)) else { continue };
            if slashes >= 2
                && let Some(place) = place(before)
            {
                self.take_authority(authority(after), place);
            }
        }
    }

    fn take_authority(&mut self, authority: &str, place: Place) {
        let host = authority.rsplit('@').next().unwrap_or(authority);
        let host = host.split_once(':').map_or(host, |(host, _)| host).trim_end_matches(['.', '-', ',', ';']);
        if !host.starts_with(char::is_alphanumeric) {
            return;
        }
        let is_link = match parse_host(host) {
            Ok(Host::Domain(name)) => {
                is_likely_host(&name) || place == Place::Link && name.contains('.') && has_known_end(&name)
            }
            Ok(_) => is_likely_host(host),
            Err(_) => false,
        };
        if is_link {
            let start = authority.len() - authority.rsplit('@').next().unwrap_or(authority).len();
            let user = authority.get(..start).unwrap_or("");
            self.add(&format!("http://{user}{host}"), false);
        }
    }
}

/// What may be a user, a host and a port.
fn authority(after: &str) -> &str {
    let ends = |c: char| c.is_whitespace() || c.is_control() || "/\\?#\"'`<>()[]{}|^,;*".contains(c);
    let end = after.char_indices().take_while(|(at, c)| *at < LONGEST_AUTHORITY && !ends(*c)).last();
    after.get(..end.map_or(0, |(at, c)| at + c.len_utf8())).unwrap_or("")
}

/// Whether a link may begin after `before`, in which blanks count for nothing where browsers skip them.
fn place(before: &str) -> Option<Place> {
    let bare = before.trim_end();
    let touches = bare.len() == before.len();
    let opened = bare.strip_suffix(['"', '\'', '`']);
    // A quote may be escaped where the text stands in JSON.
    let outside = opened.unwrap_or(bare).trim_end_matches('\\').trim_end();
    let is_link = outside.ends_with('=') || bare.ends_with("](") || bare.ends_with("]:") || before.ends_with('<');
    if is_link {
        return Some(Place::Link);
    }
    let perhaps = touches && bare.ends_with(['"', '\'', '`', '(', ',', '[']) || bare.ends_with([',', '(']);
    perhaps.then_some(Place::Perhaps)
}
