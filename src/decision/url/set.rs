//! The patterns of one constraint, indexed so that ten thousand cost what ten do.

use crate::decision::table::{Members, Table};
use crate::model::effects::{Host, UrlEffect};

use super::pattern::{HostPattern, PathPattern, UrlPattern, is_slippery};
use super::reach::{Reach, reach, reach_of};
use super::read::plain;

/// URL patterns of the policy, indexed by scheme, host and path.
///
/// A pattern is `scheme://host/path`; without a scheme it is `https`. The scheme must be equal, and the port: the default
/// unless one is written (`:*`: any). `*.acme.com` is every host below acme.com and not itself. No path is any path; `/v1`
/// is that path only, `/v1/**` it and all beneath, `*` stands within one segment. A `?query` is compared where the pattern
/// has one. A user name or password is admitted only as the pattern writes it.
#[derive(Debug, Clone)]
pub struct UrlSet {
    patterns: Vec<UrlPattern>,
    by_scheme: Table<String, Hosts>,
    named: Members<Host>,
}

#[derive(Debug, Clone, Default)]
struct Hosts {
    exact: Table<Host, Paths>,
    below: Table<String, Paths>,
}

/// Indices of patterns, by path.
#[derive(Debug, Clone, Default)]
struct Paths {
    any: Vec<usize>,
    exact: Table<String, Vec<usize>>,
    under: Table<String, Vec<usize>>,
    globs: Vec<usize>,
}

impl UrlSet {
    /// Fails with the index of the pattern that is wrong, and why.
    pub fn parse(patterns: &[String]) -> Result<UrlSet, (usize, String)> {
        let mut set = UrlSet {
            patterns: Vec::with_capacity(patterns.len()),
            by_scheme: Table::default(),
            named: Members::default(),
        };
        for (index, text) in patterns.iter().enumerate() {
            let pattern = UrlPattern::parse(text).map_err(|why| (index, why))?;
            let hosts = set.by_scheme.entry(pattern.scheme.clone()).or_default();
            let paths = match &pattern.host {
                HostPattern::Exact(host) => {
                    set.named.insert(host.clone());
                    hosts.exact.entry(host.clone()).or_default()
                }
                HostPattern::Below { suffix, .. } => hosts.below.entry(suffix.clone()).or_default(),
            };
            match &pattern.path {
                PathPattern::Any => paths.any.push(index),
                PathPattern::Exact(path) => paths.exact.entry(path.clone()).or_default().push(index),
                PathPattern::Under(base) => paths.under.entry(base.clone()).or_default().push(index),
                PathPattern::Glob(_) => paths.globs.push(index),
            }
            set.patterns.push(pattern);
        }
        Ok(set)
    }

    /// The index of the first pattern that admits the URL. A private, loopback, link-local or metadata host is admitted
    /// only by a pattern that names it exactly, and only in a spelling that all parsers read alike.
    pub fn admits(&self, url: &UrlEffect) -> Option<usize> {
        let hosts = self.by_scheme.get(&url.scheme)?;
        let near = reach_of(url) != Reach::Public;
        if near && plain(&url.written).is_none() {
            return None;
        }
        let mut best = hosts.exact.get(&url.host).and_then(|paths| self.first(paths, url));
        if let (Host::Domain(name), false) = (&url.host, near) {
            let mut rest = name.as_str();
            while let Some((_, suffix)) = rest.split_once('.') {
                let found = hosts.below.get(suffix).and_then(|paths| self.first(paths, url));
                best = best.into_iter().chain(found).min();
                rest = suffix;
            }
        }
        best
    }

    /// Whether a pattern names the host itself, without a wildcard.
    pub fn names(&self, host: &Host) -> bool {
        self.named.contains(host)
    }

    fn first(&self, paths: &Paths, url: &UrlEffect) -> Option<usize> {
        let around = |index: &usize| self.patterns.get(*index).is_some_and(|pattern| pattern.admits_around(url));
        let exact = paths.exact.get(&url.path).and_then(|list| list.iter().copied().find(around));
        let mut best = paths.any.iter().copied().find(around).into_iter().chain(exact).min();
        if is_slippery(&url.path) {
            return best;
        }
        let mut take = |found: Option<usize>| best = best.into_iter().chain(found).min();
        if !paths.under.is_empty() {
            let mut base = url.path.as_str();
            loop {
                take(paths.under.get(base).and_then(|list| list.iter().copied().find(around)));
                match base.rfind('/') {
                    Some(at) => base = base.get(..at).unwrap_or(""),
                    None => break,
                }
            }
        }
        let fits = |index: &usize| self.patterns.get(*index).is_some_and(|pattern| pattern.path.admits(&url.path));
        take(paths.globs.iter().copied().find(|index| around(index) && fits(index)));
        best
    }
}

/// Host patterns of the policy (`docs.rs`, `*.acme.com`), for what free text embeds.
#[derive(Debug, Clone)]
pub struct HostSet {
    exact: Table<Host, usize>,
    below: Table<String, Vec<(usize, HostPattern)>>,
}

impl HostSet {
    /// Fails with the index of the pattern that is wrong, and why.
    pub fn parse(patterns: &[String]) -> Result<HostSet, (usize, String)> {
        let mut set = HostSet { exact: Table::default(), below: Table::default() };
        for (index, text) in patterns.iter().enumerate() {
            if text.contains(['/', '@', ' ']) {
                return Err((index, format!("`{text}` is no host: write the host alone")));
            }
            match HostPattern::parse(text).map_err(|why| (index, why))? {
                HostPattern::Exact(host) => {
                    set.exact.entry(host).or_insert(index);
                }
                HostPattern::Below { labels, suffix } => {
                    set.below.entry(suffix.clone()).or_default().push((index, HostPattern::Below { labels, suffix }))
                }
            }
        }
        Ok(set)
    }

    /// The index of a pattern that admits the host. One that is not public must be named exactly.
    pub fn admits(&self, host: &Host) -> Option<usize> {
        if let Some(index) = self.exact.get(host) {
            return Some(*index);
        }
        let Host::Domain(name) = host else { return None };
        if reach(host) != Reach::Public {
            return None;
        }
        let mut rest = name.as_str();
        while let Some((_, suffix)) = rest.split_once('.') {
            let list = self.below.get(suffix).map_or(&[][..], Vec::as_slice);
            if let Some((index, _)) = list.iter().find(|(_, pattern)| pattern.admits(host)) {
                return Some(*index);
            }
            rest = suffix;
        }
        None
    }
}
