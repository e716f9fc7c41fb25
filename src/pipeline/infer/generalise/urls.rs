//! URLs: which hosts does the agent talk to?

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::mass::Mass;
use super::position::{Context, Reasoned};
use crate::decision::url::pattern_for;
use crate::model::effects::{Host, UrlEffect, What};
use crate::model::policy::Constraint;

/// All URLs of a position, each with how many sessions had it.
pub fn constrain(context: &Context<'_>, values: &[(String, usize)]) -> Reasoned {
    let mut hosts: BTreeMap<String, Vec<(UrlEffect, usize)>> = BTreeMap::new();
    for (written, sessions) in values {
        for what in context.effects(Value::String(written.clone()), None) {
            if let What::Url(url) = what {
                hosts.entry(origin(&url)).or_default().push((url, *sessions));
            }
        }
    }
    let (mut patterns, mut words) = (BTreeSet::new(), BTreeSet::new());
    for urls in hosts.values() {
        let whole_host = is_open_below(context, urls);
        for (url, _) in urls {
            match pattern(url, whole_host) {
                Some(pattern) => drop(patterns.insert(pattern)),
                None => drop(words.insert(url.written.clone())),
            }
        }
    }
    widen_subdomains(context, &hosts, &mut patterns);
    let why = format!("{} distinct URLs on {} hosts; a host that is new is never granted", values.len(), hosts.len());
    let mut parts = Vec::new();
    if !patterns.is_empty() {
        parts.push(Constraint::Urls(patterns.into_iter().collect()));
    }
    if !words.is_empty() {
        parts.push(Constraint::OneOf(words.into_iter().map(Value::String).collect()));
    }
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => Reasoned::new(only, why),
        (_, last) => Reasoned::new(Constraint::AnyOf(parts.into_iter().chain(last).collect()), why),
    }
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
fn is_open_below(context: &Context<'_>, urls: &[(UrlEffect, usize)]) -> bool {
    if context.is_exact() {
        return false;
    }
    let mut paths: BTreeMap<&str, usize> = BTreeMap::new();
    for (url, sessions) in urls {
        *paths.entry(&url.path).or_default() += sessions;
    }
    let mass = Mass::of(paths.into_values());
    !context.stakes.changes || (mass.observations as usize * 2 >= context.many() && mass.interval().0 >= 0.1)
}

/// Three subdomains of one domain, each in a session of its own, say that the organisation is meant, not the machine. Not
/// where anybody can have a subdomain: the public suffix list says where that is.
fn widen_subdomains(
    context: &Context<'_>,
    hosts: &BTreeMap<String, Vec<(UrlEffect, usize)>>,
    patterns: &mut BTreeSet<String>,
) {
    if context.is_exact() || context.stakes.changes {
        return;
    }
    let mut domains: BTreeMap<(String, String), BTreeSet<&str>> = BTreeMap::new();
    for urls in hosts.values() {
        let Some((url, _)) = urls.first() else { continue };
        let Host::Domain(name) = &url.host else { continue };
        let Some(domain) = psl::domain_str(name).filter(|domain| *domain != name && url.port.is_none()) else {
            continue;
        };
        domains.entry((url.scheme.clone(), domain.to_owned())).or_default().insert(name);
    }
    for ((scheme, domain), names) in domains {
        if names.len() >= 3 {
            patterns.retain(|pattern| {
                !names.iter().any(|name| pattern.strip_prefix(&format!("{scheme}://{name}/")).is_some())
            });
            patterns.insert(format!("{scheme}://*.{domain}/**"));
        }
    }
}
