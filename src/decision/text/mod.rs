//! Free text: the hosts, addresses, account numbers and secrets that it embeds.
//!
//! What counts as a host, so that code and prose have none by accident:
//!
//! - what stands in a URL (`scheme://host`, also with JSON-escaped slashes, percent-encoded, or `https:host`), and in a
//!   URL inside that URL;
//! - a name that begins with `www.` and ends in a registered suffix;
//! - a dotted name that carries a path or a port (`evil.com/x`, `evil.com:8080`), stands alone on the left, and ends in one
//!   of the suffixes that hosts in text mostly end in; in any registered suffix where a query follows
//!   (`evil.sh/x?d=1`). `foo.py`, `obj.method`, `import a.b.c`, `src/lib.rs:12` are none;
//! - an IPv4 address with a path or a port (no network mask), and the metadata address wherever it stands;
//! - `git@host:path`.
//!
//! XML namespaces of the W3C are names, not links.

mod links;
mod mails;
mod rules;
#[cfg(test)]
mod tests;

use crate::model::effects::TextEffect;

pub use rules::TextRules;

use super::account;
use super::redact::secrets_in;

/// Reads what `text` embeds. Linear in the text, and cheap where there is nothing: a few passes over the bytes.
///
/// `hosts` holds the hosts of `urls` as well, save for names inside a scheme that is none of the network's. A URL that parsers read as different hosts adds all of them.
pub fn read(text: &str) -> TextEffect {
    let mut links = links::find(text);
    let addresses = mails::find(text, &links.authorities, &mut links.hosts);
    TextEffect {
        hosts: links.hosts.into_vec(),
        urls: links.urls,
        addresses,
        accounts: account::find(text),
        secrets: secrets_in(text),
    }
}
