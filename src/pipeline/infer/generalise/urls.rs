//! URLs: which hosts does the agent talk to?

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::mass::{self, Mass};
use super::position::{Context, Reasoned};
use crate::decision::url::pattern_for;
use crate::model::effects::{Host, UrlEffect, What};
use crate::model::policy::Constraint;

/// The URLs of one origin, each with the sessions that had it.
type Urls<'a> = Vec<(UrlEffect, &'a [u32])>;

/// All URLs of a position, each with the sessions that had it.
pub fn constrain(context: &Context<'_>, values: &[(String, &[u32])]) -> Reasoned {
    let mut hosts: BTreeMap<String, Urls<'_>> = BTreeMap::new();
    for (written, sessions) in values {
        for what in context.effects(Value::String(written.clone()), None) {
            if let What::Url(url) = what {
                hosts.entry(origin(&url)).or_default().push((url, *sessions));
            }
        }
    }
    let (mut patterns, mut words) = (BTreeSet::new(), BTreeSet::new());
    let domains = subdomains_that_open(context, &hosts);
    let mut groups = Vec::new();
    for (origin, urls) in &hosts {
        let (mass, below) = is_open_below(context, urls);
        let in_open_domain =
            urls.first().and_then(|(url, _)| domain(url)).is_some_and(|domain| domains.contains(&domain));
        let whole_host = in_open_domain || below;
        groups.push((mass, whole_host, origin.clone()));
        for (url, _) in urls {
            match pattern(url, whole_host) {
                Some(_) if in_open_domain => {}
                Some(pattern) => drop(patterns.insert(pattern)),
                None => drop(words.insert(url.written.clone())),
            }
        }
    }
    patterns.extend(domains.iter().map(|(scheme, domain)| format!("{scheme}://*.{domain}/**")));
    let why = format!("{} distinct URLs on {} hosts; a host that is new is never granted", values.len(), hosts.len());
    let mut parts = Vec::new();
    if !patterns.is_empty() {
        parts.push(Constraint::Urls(patterns.into_iter().collect()));
    }
    if !words.is_empty() {
        parts.push(Constraint::OneOf(words.into_iter().map(Value::String).collect()));
    }
    let mut reasoned = match (parts.len(), parts.pop()) {
        (1, Some(only)) => Reasoned::new(only, why),
        (_, last) => Reasoned::new(Constraint::AnyOf(parts.into_iter().chain(last).collect()), why),
    };
    reasoned.why.extend(mass::told(groups, "open: the whole host", "each path by itself"));
    reasoned
}

/// The URL as the policy writes it. `None` where it would name more than this URL (a star in its path), or nothing at all
/// (its spelling is read in more than one way): then the word itself is what is granted.
fn pattern(url: &UrlEffect, whole_host: bool) -> Option<String> {
    let has_star = !whole_host && url.path.contains('*');
    pattern_for(url, whole_host).filter(|_| !has_star)
}

fn origin(url: &UrlEffect) -> String {
    let port = url.port.map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}", url.scheme, url.host)
}

/// Reading one page of a host is reading the host: pages link to each other, and the path is part of no secret. Where a
/// call changes something, what stands below the host is exact until several sessions bring new paths.
fn is_open_below(context: &Context<'_>, urls: &[(UrlEffect, &[u32])]) -> (Mass, bool) {
    let mut paths: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    for (url, sessions) in urls {
        paths.entry(&url.path).or_default().extend(*sessions);
    }
    let mass = Mass::of_sets(paths.values());
    let many = mass.bringing as usize * 2 >= context.many() && mass.interval().0 >= 0.1;
    (mass, !context.is_exact() && (!context.stakes.changes || many))
}

/// Domains, with their scheme, of which all subdomains are meant. Three subdomains of one domain, each in a session of its
/// own, say that the organisation is meant, not the machine. Not where anybody can have a subdomain: the public suffix list
/// says where that is.
fn subdomains_that_open<'a>(
    context: &Context<'_>,
    hosts: &'a BTreeMap<String, Urls<'_>>,
) -> BTreeSet<(&'a str, &'a str)> {
    let mut domains: BTreeMap<(&str, &str), Vec<BTreeSet<u32>>> = BTreeMap::new();
    if context.is_exact() || context.stakes.changes {
        return BTreeSet::new();
    }
    for urls in hosts.values() {
        if let Some(domain) = urls.first().and_then(|(url, _)| domain(url)) {
            let sessions = urls.iter().flat_map(|(_, sessions)| sessions.iter().copied());
            domains.entry(domain).or_default().push(sessions.collect());
        }
    }
    domains.retain(|_, hosts| Mass::of_sets(hosts.iter()).bringing >= 3);
    domains.into_keys().collect()
}

/// The scheme, and the domain that somebody registered, of a URL on one of its subdomains.
fn domain(url: &UrlEffect) -> Option<(&str, &str)> {
    let Host::Domain(name) = &url.host else { return None };
    let domain = psl::domain_str(name).filter(|domain| *domain != name && url.port.is_none())?;
    Some((&url.scheme, domain))
}
