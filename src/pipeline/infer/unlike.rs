//! What one session alone did, while the others are alike, is not learned: a recording may hold an attack.

use std::collections::{BTreeMap, BTreeSet};

use super::completeness::{Measured, Need, Recorded, Unlike};
use super::observe;
use super::settings::{Settings, Strictness};
use crate::model::evidence::{Evidence, Session, Tool};
use crate::model::finding::{Finding, Severity};

/// Sessions that need something new are a surprise while there is no more than one of them in so many.
pub(super) const ONE_IN: usize = 20;

/// The sessions of whose calls some are set aside, each with those.
///
/// Were a session like the others, the probability that it is among the k of n that need what no other one needs would be
/// k / n: that holds whatever sessions are like (it is the p-value of conformal prediction). Up to one in twenty, a call
/// that the policy of all others denies is a surprise. It may be honest; but what an attacker made the agent do looks
/// exactly like this, and a grant for it would hand the attack to everybody. Leaving it out costs one edit by hand, where
/// it was meant. While more sessions bring something new, novelty says nothing, and all of it is learned.
/// `--strictness broad` learns it in any case.
///
/// The same holds among the sessions that used one server, for what they need of it: that each session reads files which no
/// other read says nothing of the one that wrote a mail to somebody new. It is not asked tool by tool: the more questions
/// there are, the more honest sessions are a surprise to one of them.
pub fn suspects(measured: &Measured, settings: &Settings) -> Vec<Unlike> {
    if settings.strictness == Strictness::Broad {
        return Vec::new();
    }
    let mut new_to: BTreeMap<&str, usize> = BTreeMap::new();
    for unlike in &measured.denied {
        let servers: BTreeSet<&str> = unlike.denied.iter().map(|(recorded, _)| recorded.server()).collect();
        servers.into_iter().for_each(|server| *new_to.entry(server).or_default() += 1);
    }
    let surprises = |server: &str| {
        let using = measured.using.get(server).copied().unwrap_or_default();
        new_to.get(server).is_some_and(|sessions| is_surprise(*sessions, using as usize))
    };
    let all = is_surprise(measured.denied.len(), measured.sessions as usize);
    let aside = measured.denied.iter().filter_map(|unlike| {
        let denied = unlike.denied.iter().filter(|(recorded, _)| all || surprises(recorded.server()));
        let denied: Vec<(Recorded, Need)> = denied.cloned().collect();
        let needs = denied.first()?.1.clone();
        Some(Unlike { denied, needs, ..unlike.clone() })
    });
    aside.collect()
}

/// Whether so few sessions of so many are a surprise.
pub fn is_surprise(few: usize, of: usize) -> bool {
    few * ONE_IN <= of
}

/// Digest -> what remains of the session without what only it did.
pub fn without(evidence: &Evidence, suspects: &[Unlike]) -> BTreeMap<String, Session> {
    let recordings = suspects.iter().flat_map(|unlike| unlike.digests.iter().map(move |digest| (digest, unlike)));
    let sessions = recordings.filter_map(|(digest, unlike)| {
        let mut session = evidence.sessions.get(digest)?.clone();
        let mut odd: BTreeMap<(&str, &str), BTreeSet<u64>> = BTreeMap::new();
        for (recorded, _) in &unlike.denied {
            match recorded {
                Recorded::Call(server, tool, hash) => drop(odd.entry((server, tool)).or_default().insert(*hash)),
                Recorded::Resource(server, uri) => {
                    if let Some(known) = session.servers.get_mut(server) {
                        known.resources.remove(uri);
                    }
                }
                Recorded::Prompt(server, name) => {
                    if let Some(known) = session.servers.get_mut(server) {
                        known.prompts.remove(name);
                    }
                }
                Recorded::Unkept(server, tool) => {
                    if let Some(known) = session.servers.get_mut(server) {
                        known.tools.remove(tool);
                    }
                }
            }
        }
        for ((server, tool), hashes) in odd {
            let Some(known) = session.servers.get_mut(server) else { continue };
            let tools = &mut known.tools;
            match tools.get(tool).and_then(|calls| rest(calls, &hashes)) {
                Some(rest) => drop(tools.insert(tool.to_owned(), rest)),
                None => drop(tools.remove(tool)),
            }
        }
        Some((digest.clone(), session))
    });
    sessions.collect()
}

/// The other calls of the tool. `None`: there are none, or not all are kept, so that nobody can tell them apart.
fn rest(calls: &Tool, odd: &BTreeSet<u64>) -> Option<Tool> {
    let all_kept = calls.arguments.objects == calls.samples.len() as u64;
    let others = calls.samples.iter().filter(|(hash, _)| !odd.contains(hash));
    let mut rest = observe::relearn(others.map(|(hash, arguments)| (*hash, arguments)));
    (rest.first, rest.last) = (calls.first, calls.last);
    (all_kept && rest.calls > 0).then_some(rest)
}

/// What `infer` says of them: each tool, resource and prompt that was set aside, with the first reason.
pub fn findings(suspects: &[Unlike]) -> impl Iterator<Item = Finding> {
    suspects.iter().flat_map(|unlike| {
        let mut by_name: BTreeMap<&str, Vec<&Need>> = BTreeMap::new();
        for (_, need) in &unlike.denied {
            by_name.entry(&need.what).or_default().push(need);
        }
        by_name.into_iter().filter_map(|(name, needs)| finding(&unlike.session, name, &needs))
    })
}

fn finding(session: &str, name: &str, needs: &[&Need]) -> Option<Finding> {
    let (first, more) = needs.split_first()?;
    let argument = first.argument.as_ref().map(|argument| format!(" {argument}")).unwrap_or_default();
    let why = &first.why;
    let more = if more.is_empty() { String::new() } else { format!(", and {} more calls of it", more.len()) };
    Some(Finding {
        severity: Severity::High,
        id: "not-learned-unlike-the-others".into(),
        subject: name.to_owned(),
        what: format!("{session} is unlike the others: it alone needs{argument} ({why}){more}; this was not learned"),
        why: "a recording may hold an attack, and it looks like this".into(),
        todo: "if the agent does need it, grant it by hand, or give `--strictness broad`".into(),
        at: None,
    })
}
