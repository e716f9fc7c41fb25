//! What a request would touch, whatever its tool: the server's path rules, and the protections.

use std::sync::Arc;

use serde_json::Value;

use crate::model::effects::{Effect, Effects, Found, Kind, PathEffect, Start, UrlEffect, What};
use crate::model::facts::Facts;
use crate::model::place::{self, Place};
use crate::model::request::Request;
use crate::model::verdict::{Decision, Reason, Rule};

use super::super::path::PathSet;
use super::super::policy::compile::{Places, ServerRules};
use super::super::protections::{self, Protection};
use super::super::redact;
use super::super::url::{self, Reach};
use super::{PROTECTION, Ruling, edit};

/// What a request would touch, and where that really is.
pub(super) struct World<'a> {
    pub found: &'a Effects,
    pub facts: &'a Facts,
    /// Where each effect leads; one that is no path leads nowhere.
    pub led: Vec<Led>,
}

/// Among so many effects one looks for a path that was read before; behind them it is read once more, so that the cost of
/// a long list of paths does not grow with its square.
const MOST_KNOWN: usize = 8;

impl<'a> World<'a> {
    pub fn of(found: &'a Effects, facts: &'a Facts) -> World<'a> {
        let led = |effect: &Effect| match &effect.what {
            What::Path(path) => Led::new(path.readings(), path.start(), facts),
            _ => Led::default(),
        };
        World { found, facts, led: found.0.iter().map(led).collect() }
    }

    fn each(&self) -> impl Iterator<Item = (&Effect, &Led)> {
        self.found.0.iter().zip(&self.led)
    }

    /// Where a path leads that is one of the effects.
    pub fn known(&self, written: &str, start: Start<'_>) -> Option<&Led> {
        let is_it = |(effect, _): &(&Effect, &Led)| match &effect.what {
            What::Path(path) => path.written == written && path.start() == start,
            _ => false,
        };
        self.each().take(MOST_KNOWN).find(is_it).map(|(_, led)| led)
    }

    /// Where the paths among the effects really lead, of those that lead elsewhere than they say.
    pub fn links(&self) -> impl Iterator<Item = Place> {
        let paths = self.found.0.iter().filter_map(|effect| match &effect.what {
            What::Path(path) => Some(path),
            _ => None,
        });
        let spelled = paths.flat_map(|path| path.readings().map(|reading| self.facts.absolute(path.start(), reading)));
        let linked = spelled.filter(|absolute| self.facts.places.contains_key(absolute));
        linked.flat_map(|absolute| self.facts.lead(absolute))
    }
}

/// Judges every effect of the request.
pub(super) fn judge(ruling: &mut Ruling<'_>, server: Option<&ServerRules>, world: &World<'_>) {
    let without = server.map(|server| server.unprotected.as_slice()).unwrap_or_default();
    for (effect, led) in world.each() {
        match &effect.what {
            What::Path(path) => {
                if let Some(server) = server {
                    judge_path(ruling, server, effect, path, led, world.facts);
                }
                if let Some(protection) = led.protection(path, world.facts, without) {
                    ruling.reason(protected(effect, protection, &path.written));
                }
            }
            What::Url(url) => judge_url(ruling, effect, url, without),
            What::Text(_) | What::Sql(_) | What::Command(_) | What::Address(_) => {}
            // Nobody can tell which protection it would slip past.
            What::Unreadable { kind: Kind::Path, why } => ruling.reason(unreadable(effect, why)),
            // A place that a rule speaks of may stand in it.
            What::Unreadable { kind: Kind::Command, why } if server.is_some_and(ServerRules::speaks_of_places) => {
                ruling.reason(unreadable(effect, why));
            }
            What::Unreadable { kind: Kind::Url, why } if has_scheme(ruling.request, &effect.argument) => {
                ruling.reason(unreadable(effect, why));
            }
            What::Unreadable { .. } => {}
        }
    }
    judge_secrets(ruling, world.found, without);
}

impl ServerRules {
    fn speaks_of_places(&self) -> bool {
        self.allowed_paths.is_some() || self.denied_paths.is_some() || self.denied_patterns.is_some()
    }
}

/// `http://x`; a drive of Windows is no scheme.
fn names_scheme(text: &str) -> bool {
    let scheme = text.trim().split_once("://").map_or("", |(scheme, _)| scheme);
    scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// Whether the argument itself has the form of a URL, and not only a key that says so.
fn has_scheme(request: &Request, pointer: &str) -> bool {
    let Some(arguments) = request.arguments() else { return true };
    let arguments = Value::Object(arguments.clone());
    arguments.pointer(pointer).and_then(Value::as_str).is_some_and(names_scheme)
}

/// A server that names no tools: all that a call touches must be granted paths.
pub(super) fn judge_by_paths_alone(ruling: &mut Ruling<'_>, server: &ServerRules, found: &Effects) {
    let only_paths = found.0.iter().all(|effect| matches!(effect.what, What::Path(_)));
    let rule = server.allowed_paths.as_ref().map_or(&server.rule, |places| &places.rule).clone();
    if found.0.is_empty() {
        ruling.deny(&rule, "the rules of this server are about paths, and the call touches none".into());
    } else if !only_paths {
        ruling.deny(
            &rule,
            "the rules of this server are about paths, and the call touches something else as well".into(),
        );
    } else if server.allowed_paths.is_some() {
        ruling.speak(Decision::Allow, &rule, "every place that it touches is granted".into());
    } else {
        ruling.deny(&server.rule.clone(), "the server has no `allowed_paths`, so no place is granted".into());
    }
}

/// Every place that a path may lead to, by each of its readings.
#[derive(Default)]
pub(super) struct Led {
    /// As it is spelled, of spellings that lead elsewhere.
    spelled: Vec<Place>,
    /// Where it really leads: what a grant must hold.
    real: Vec<Place>,
}

impl Led {
    pub fn new<'a>(readings: impl Iterator<Item = &'a str>, start: Start<'_>, facts: &Facts) -> Led {
        let mut led = Led::default();
        for reading in readings {
            let absolute = facts.absolute(start, reading);
            if facts.places.contains_key(&absolute) {
                led.spelled.push(Place::read(&absolute, facts.os));
            }
            led.real.extend(facts.lead(absolute));
        }
        led
    }

    /// A place that it leads to and no grant of the set holds.
    pub fn outside(&self, granted: &PathSet, facts: &Facts) -> Option<&Place> {
        self.real.iter().find(|place| granted.holds(place, facts).is_none())
    }

    /// As it is spelled, and where that really leads: what a denial must not hold.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        self.spelled.iter().chain(&self.real)
    }

    fn protection(&self, path: &PathEffect, facts: &Facts, without: &[String]) -> Option<&'static Protection> {
        self.places().find_map(|place| protections::of_place(place, facts, path.changes, without))
    }
}

fn judge_path(
    ruling: &mut Ruling<'_>,
    server: &ServerRules,
    effect: &Effect,
    path: &PathEffect,
    led: &Led,
    facts: &Facts,
) {
    if let Some(allowed) = server.allowed_paths.as_ref().filter(|_| path.found != Found::Perhaps)
        && let Some(outside) = led.outside(&allowed.set, facts)
    {
        ruling.reason(outside_of(effect, path, allowed, outside, facts));
    }
    if let Some(denied) = &server.denied_paths {
        let hit = led.places().find_map(|place| {
            let below = || path.changes.then(|| denied.set.lies_below(place, facts)).flatten();
            denied.set.holds(place, facts).or_else(below)
        });
        if let Some(word) = hit.and_then(|index| denied.words.get(index)) {
            ruling.reason(denial(
                effect,
                &denied.rule,
                &path.written,
                format!("it is within `{word}`, which is denied"),
            ));
        }
    }
    if let Some((rule, patterns, words)) = &server.denied_patterns {
        let hit = led.places().find_map(|place| {
            let below = || path.changes.then(|| patterns.lies_below(&place.folded()).into_iter().min()).flatten();
            patterns.matches(place).or_else(below)
        });
        if let Some(word) = hit.and_then(|index| words.get(index)) {
            ruling.reason(denial(effect, rule, &path.written, format!("it matches `{word}`, which is denied")));
        }
    }
}

fn denial(effect: &Effect, rule: &Arc<Rule>, value: &str, message: String) -> Reason {
    Reason {
        effect: Decision::Deny,
        rule: rule.clone(),
        argument: Some(effect.argument.clone()),
        value: Some(value.to_owned()),
        message,
        nearest: None,
        edit: None,
    }
}

fn outside_of(effect: &Effect, path: &PathEffect, allowed: &Places, place: &Place, facts: &Facts) -> Reason {
    let known: Vec<&str> = allowed.words.iter().map(String::as_str).collect();
    let words = in_policy_words(place, facts);
    let hint = match path.found {
        Found::Form => "; it looks like a path: if it is none, the policy can say so with `{ text: {} }`",
        _ => "",
    };
    let message = format!("it leads to {place}, which is not granted{hint}");
    Reason {
        nearest: super::nearest(&words, &known).or(known.first().copied()).map(str::to_owned),
        edit: edit(&allowed.rule.pointer, &words),
        ..denial(effect, &allowed.rule, &path.written, message)
    }
}

fn unreadable(effect: &Effect, why: &str) -> Reason {
    let rule = Arc::new(Rule { pointer: "message".into(), at: None });
    denial(effect, &rule, "", format!("it names no place that can be told: {why}"))
}

fn protected(effect: &Effect, protection: &Protection, value: &str) -> Reason {
    let rule = Arc::new(Rule { pointer: format!("{PROTECTION}.{}", protection.name), at: None });
    denial(effect, &rule, value, protection.what.to_owned())
}

/// Metadata and link-local hosts are protected; private ones need a grant that names them.
fn judge_url(ruling: &mut Ruling<'_>, effect: &Effect, url: &UrlEffect, without: &[String]) {
    let name = match url::reach_of(url) {
        Reach::Metadata => protections::METADATA_HOSTS,
        Reach::LinkLocal => protections::LINK_LOCAL_HOSTS,
        Reach::Loopback | Reach::Private if ruling.named_hosts.contains(&effect.argument) => return,
        Reach::Loopback | Reach::Private => protections::PRIVATE_HOSTS,
        Reach::Public => return,
    };
    if without.iter().any(|off| off == name) {
        return;
    }
    if let Some(protection) = protections::find(name) {
        ruling.reason(protected(effect, protection, &url.written));
    }
}

/// A secret in the arguments of a call that goes outside.
fn judge_secrets(ruling: &mut Ruling<'_>, found: &Effects, without: &[String]) {
    let name = protections::CREDENTIALS_OUTSIDE;
    let goes_outside = found.0.iter().any(|effect| match &effect.what {
        What::Url(url) => url::reach_of(url) == Reach::Public,
        What::Address(_) | What::Unreadable { kind: Kind::Address, .. } => true,
        _ => false,
    });
    if !goes_outside || without.iter().any(|off| off == name) {
        return;
    }
    let Some(arguments) = ruling.request.arguments() else { return };
    for (key, value) in arguments {
        let text = value.to_string();
        let kinds = redact::secrets_in(&text);
        if let (Some(kind), Some(protection)) = (kinds.first(), protections::find(name)) {
            let effect = Effect {
                argument: format!("/{}", crate::model::pointer::token(key)),
                what: What::Unreadable { kind: Kind::Text, why: String::new() },
            };
            let mut reason = protected(&effect, protection, &format!("[{kind}]"));
            reason.message = format!("{} ({kind})", protection.what);
            ruling.reason(reason);
        }
    }
}

/// A place as a policy would write it: relative to the project, to the home directory, or absolute.
pub(super) fn in_policy_words(place: &Place, facts: &Facts) -> String {
    let relative = |base: &str, word: &str| {
        let below = place::below(place.as_str(), base)?;
        Some(if below.is_empty() { word.to_owned() } else { format!("{word}/{below}") })
    };
    let home = || facts.home.as_deref().and_then(|home| relative(home, "~"));
    relative(&facts.project, ".").or_else(home).unwrap_or_else(|| place.to_string())
}
