//! URLs: where a call would connect to.

use crate::model::effects::{Found, Host, UrlEffect};

/// Reads a URL as WHATWG does.
pub fn read(_text: &str, _found: Found) -> Result<UrlEffect, String> {
    Err("not built".into())
}

/// Whether a string has the form of a URL, whatever its key.
pub fn looks_like_url(_text: &str) -> bool {
    false
}

/// How far a host is away. Ordered, the nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Cloud metadata services.
    Metadata,
    LinkLocal,
    Loopback,
    Private,
    Public,
}

/// How far `host` is away.
pub fn reach(_host: &Host) -> Reach {
    Reach::Public
}

/// URL patterns of the policy, indexed by host.
#[derive(Debug, Clone)]
pub struct UrlSet;

impl UrlSet {
    /// Fails with the index of the pattern that is wrong, and why.
    pub fn parse(_patterns: &[String]) -> Result<UrlSet, (usize, String)> {
        Ok(UrlSet)
    }

    /// The index of a pattern that admits the URL. A private or loopback host is admitted only by a pattern that names it.
    pub fn admits(&self, _url: &UrlEffect) -> Option<usize> {
        None
    }
}
