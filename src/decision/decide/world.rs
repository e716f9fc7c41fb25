//! What a request would touch, whatever its tool: the server's path rules, and the protections.

use std::sync::Arc;

use crate::model::effects::{Effect, Effects, Found, Kind, PathEffect, Start, UrlEffect, What};
use crate::model::facts::Facts;
use crate::model::place::{self, Place};
use crate::model::verdict::{Decision, Reason, Rule};

use super::super::policy::compile::{Places, ServerRules};
use super::super::protections::{self, Protection};
use super::super::redact;
use super::super::url::{self, Reach};
use super::{PROTECTION, Ruling, edit};

/// Judges every effect of the request.
pub(super) fn judge(ruling: &mut Ruling<'_>, server: Option<&ServerRules>, found: &Effects, facts: &Facts) {
    let without = server.map(|server| server.unprotected.as_slice()).unwrap_or_default();
    for effect in &found.0 {
        match &effect.what {
            What::Path(path) => {
                let places = Led::of(path, facts);
                if let Some(server) = server {
                    judge_path(ruling, server, effect, path, &places, facts);
                }
                if let Some(protection) = places.protection(path, facts, without) {
                    ruling.reason(protected(effect, protection, &path.written));
                }
            }
            What::Url(url) => judge_url(ruling, effect, url, without),
            What::Text(_) | What::Sql(_) | What::Command(_) | What::Address(_) => {}
            // Nobody can tell which protection it would slip past.
            What::Unreadable { kind: Kind::Path, why } => ruling.reason(unreadable(effect, why)),
            What::Unreadable { .. } => {}
        }
    }
    judge_secrets(ruling, found, without);
}

/// Where the paths among the effects really lead, of those that lead elsewhere than they say.
pub(super) fn links<'a>(found: &'a Effects, facts: &'a Facts) -> impl Iterator<Item = Place> + 'a {
    let paths = found.0.iter().filter_map(|effect| match &effect.what {
        What::Path(path) => Some(path),
        _ => None,
    });
    let spelled = paths.flat_map(|path| path.readings().map(|reading| facts.absolute(path.start(), reading)));
    spelled.filter(|absolute| facts.places.contains_key(absolute)).flat_map(|absolute| facts.lead(absolute))
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
pub(super) struct Led {
    /// As it is spelled, of spellings that lead elsewhere.
    spelled: Vec<Place>,
    /// Where it really leads: what a grant must hold.
    real: Vec<Place>,
}

impl Led {
    pub fn of(path: &PathEffect, facts: &Facts) -> Led {
        Led::new(path.readings(), path.start(), facts)
    }

    pub fn new<'a>(readings: impl Iterator<Item = &'a str>, start: Start<'_>, facts: &Facts) -> Led {
        let mut led = Led { spelled: Vec::new(), real: Vec::new() };
        for reading in readings {
            let absolute = facts.absolute(start, reading);
            if facts.places.contains_key(&absolute) {
                led.spelled.push(Place::read(&absolute, facts.os));
            }
            led.real.extend(facts.lead(absolute));
        }
        led
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
    if let Some(allowed) = &server.allowed_paths
        && let Some(outside) = led.real.iter().find(|place| allowed.set.holds(place, facts).is_none())
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
        What::Address(_) => true,
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
