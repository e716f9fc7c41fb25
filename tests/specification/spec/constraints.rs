//! Whether a value satisfies a constraint (DESIGN 4).

use std::cell::RefCell;
use std::collections::HashMap;

use mcp_remit::model::facts::Facts;
use mcp_remit::model::policy::{Constraint, Shape};
use regex::Regex;
use serde_json::{Map, Number, Value};

use super::places::{self, As};
use super::touches::{is_base, json_within};
use super::{hosts, words};

/// What a value is judged with.
#[derive(Clone, Copy)]
pub struct With<'a> {
    pub facts: &'a Facts,
    pub arguments: &'a Map<String, Value>,
    pub root: Option<&'a str>,
    /// Whose SQL the server speaks, as the policy says.
    pub dialect: Option<&'a str>,
    /// Whether the tool moves or deletes what it names.
    pub takes_away: bool,
    /// Of the nearest member.
    pub key: &'a str,
}

/// Whether the value is granted. A value of another JSON type than the constraint is about is not.
pub fn satisfies(constraint: &Constraint, value: &Value, with: With<'_>) -> bool {
    match (constraint, value) {
        (Constraint::Any, _) => true,
        (Constraint::OneOf(values), value) => values.iter().any(|one| same(one, value)),
        (Constraint::Matches(pattern), Value::String(text)) => whole_match(pattern, text),
        (Constraint::Shape(shape), value) => scalar(value).is_some_and(|text| has_shape(*shape, &text)),
        (Constraint::Range { min, max }, Value::Number(number)) => number
            .as_f64()
            .is_some_and(|number| min.is_none_or(|min| min <= number) && max.is_none_or(|max| number <= max)),
        (Constraint::MaxLength(max), Value::String(text)) => text.chars().count() as u64 <= *max,
        (Constraint::MaxItems(max), Value::Array(items)) => items.len() as u64 <= *max,
        (Constraint::Paths { .. }, Value::String(text)) if json_within(text).is_some() => false,
        (Constraint::Paths { paths, relative_to }, Value::String(text)) => {
            every_place(text, relative_to.as_deref(), with)
                .is_some_and(|all| all.iter().all(|place| places::holds(paths, place, As::Grant, with.facts)))
        }
        (Constraint::Urls(urls), Value::String(text)) => {
            hosts::read_url(text).is_some_and(|url| hosts::admits_url(urls, &url))
        }
        (Constraint::Emails(emails), Value::String(text)) => hosts::read_addresses(text)
            .is_some_and(|all| all.iter().all(|address| hosts::admits_address(emails, address))),
        (Constraint::Urls(_) | Constraint::Emails(_), Value::Array(items)) => {
            items.iter().all(|item| item.is_string() && satisfies(constraint, item, with))
        }
        (Constraint::Sql(grant), Value::String(text)) => words::sql_is_granted(grant, text, with.dialect),
        (Constraint::Commands(commands), value) => command_lines(value).is_some_and(|lines| {
            !lines.is_empty() && lines.iter().all(|words| words::command_is_granted(commands, &as_words(words)))
        }),
        (Constraint::Text(grant), Value::String(text)) => words::text_is_granted(grant, text),
        (Constraint::Redacted(token), Value::String(text)) => token == text,
        (Constraint::Each(each), Value::Array(items)) => items.iter().all(|item| satisfies(each, item, with)),
        (Constraint::Fields { fields, required }, Value::Object(members)) => {
            let granted = |(name, member): (&String, &Value)| {
                fields
                    .get(name)
                    .is_some_and(|inner| member.is_null() || satisfies(inner, member, With { key: name, ..with }))
            };
            let there = |name: &String| is_there(fields.get(name), members.get(name));
            members.iter().all(granted) && required.iter().all(there)
        }
        (Constraint::Not(inner), value) => !touches(inner, value, with),
        (Constraint::All(all), value) => all.iter().all(|one| satisfies(one, value, with)),
        (Constraint::AnyOf(any), value) => any.iter().any(|one| satisfies(one, value, with)),
        _ => false,
    }
}

/// Whether a required value is given. Under a grant of addresses or URLs a list must hold one.
pub fn is_there(constraint: Option<&Constraint>, value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Array(items)) if constraint.is_some_and(is_about_targets) => {
            items.iter().any(|item| is_there(constraint, Some(item)))
        }
        Some(_) => true,
    }
}

fn is_about_targets(constraint: &Constraint) -> bool {
    match constraint {
        Constraint::Emails(_) | Constraint::Urls(_) => true,
        Constraint::Each(inner) => is_about_targets(inner),
        Constraint::All(all) | Constraint::AnyOf(all) => all.iter().any(is_about_targets),
        _ => false,
    }
}

/// Whether the value is, holds, or may be read as, what is excluded.
fn touches(excluded: &Constraint, value: &Value, with: With<'_>) -> bool {
    let is_plain = matches!(
        excluded,
        Constraint::OneOf(_) | Constraint::Matches(_) | Constraint::Shape(_) | Constraint::Range { .. }
    );
    let within = value.as_str().and_then(json_within);
    touches_as_it_is(excluded, value, with)
        || within.is_some_and(|value| touches(excluded, &value, with))
        || (is_plain && converted(value).iter().any(|other| touches_as_it_is(excluded, other, with)))
}

/// What a server may make of a value before it looks: a number or a truth of a text, and a text of either.
fn converted(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => {
            let text = text.trim();
            let number = || text.parse::<f64>().ok().and_then(Number::from_f64).map(Value::Number);
            let whole = || Some(text.parse::<i128>().ok()?.to_string().parse::<Number>().ok()?.into());
            match text.to_lowercase().as_str() {
                "true" => vec![Value::Bool(true)],
                "false" => vec![Value::Bool(false)],
                _ => whole().or_else(number).into_iter().collect(),
            }
        }
        Value::Bool(_) | Value::Number(_) => {
            let whole = value.as_f64().filter(|number| number.trunc() == *number);
            let texts = [value.to_string(), whole.map_or(value.to_string(), |number| format!("{number:.0}"))];
            texts.into_iter().map(Value::String).collect()
        }
        _ => Vec::new(),
    }
}

fn touches_as_it_is(excluded: &Constraint, value: &Value, with: With<'_>) -> bool {
    match (excluded, value) {
        (Constraint::AnyOf(any), value) => any.iter().any(|one| touches(one, value, with)),
        (Constraint::OneOf(values), value) if values.iter().any(|one| same(one, value) || is_rounded(one, value)) => {
            true
        }
        (_, Value::Array(items)) => items.iter().any(|item| touches(excluded, item, with)),
        (_, Value::Object(members)) => members.iter().any(|(key, member)| {
            let with = With { key, ..with };
            touches_key(excluded, key, with) || touches(excluded, member, with)
        }),
        (Constraint::Matches(pattern), Value::String(text)) => {
            let across = format!("(?s:{pattern})");
            let text = text.replace("\r\n", "\n");
            let is_end = |at: &usize| text[*at..].starts_with(['\n', '\r']);
            let ends: Vec<usize> = (0..text.len()).filter(|at| text.is_char_boundary(*at)).filter(is_end).collect();
            let starts = std::iter::once(0).chain(ends.iter().map(|end| end + 1));
            let ends: Vec<usize> = ends.iter().copied().chain([text.len()]).collect();
            // One line, or several that follow each other.
            starts
                .into_iter()
                .any(|start| ends.iter().any(|end| start <= *end && whole_match(&across, &text[start..*end])))
        }
        (Constraint::Paths { paths, relative_to }, Value::String(text)) => {
            let spelled = every_spelling(text, relative_to.as_deref(), with);
            let real = every_place(text, relative_to.as_deref(), with);
            match (spelled, real) {
                (Some(spelled), Some(real)) => {
                    let takes_away = with.takes_away && !is_base(with.key);
                    spelled.iter().chain(&real).any(|place| {
                        places::holds(paths, place, As::Restraint, with.facts)
                            || (takes_away && places::lies_below(paths, place, with.facts))
                    })
                }
                _ => true,
            }
        }
        (Constraint::Urls(urls), Value::String(text)) => {
            hosts::read_url(text).is_none_or(|url| hosts::admits_url(urls, &url) || hosts::names_host(urls, &url.host))
        }
        (Constraint::Emails(emails), Value::String(text)) => hosts::read_addresses(text)
            .is_none_or(|all| all.iter().any(|address| hosts::admits_address(emails, address))),
        _ => satisfies(excluded, value, with),
    }
}

/// The name of a member counts as a value, but for most names, which are neither a URL nor an address.
fn touches_key(excluded: &Constraint, key: &str, with: With<'_>) -> bool {
    match excluded {
        Constraint::AnyOf(any) => any.iter().any(|one| touches_key(one, key, with)),
        Constraint::Urls(_) => {
            (hosts::read_url(key).or_else(|| hosts::own_share(key))).is_some()
                && touches(excluded, &Value::String(key.into()), with)
        }
        Constraint::Emails(_) => {
            hosts::read_addresses(key).is_some() && touches(excluded, &Value::String(key.into()), with)
        }
        _ => touches(excluded, &Value::String(key.into()), with),
    }
}

fn every_spelling(text: &str, relative_to: Option<&str>, with: With<'_>) -> Option<Vec<String>> {
    let absolute = every_absolute(text, relative_to, with)?;
    Some(absolute.iter().map(|absolute| places::place(absolute, with.facts.os)).collect())
}

fn every_place(text: &str, relative_to: Option<&str>, with: With<'_>) -> Option<Vec<String>> {
    let absolute = every_absolute(text, relative_to, with)?;
    Some(absolute.iter().flat_map(|absolute| places::leads(absolute, with.facts)).collect())
}

fn every_absolute(text: &str, relative_to: Option<&str>, with: With<'_>) -> Option<Vec<String>> {
    let base = relative_to.and_then(|sibling| with.arguments.get(sibling)).and_then(Value::as_str);
    let readings = places::readings(text)?;
    let bases = match base {
        Some(base) => places::readings(base)?.into_iter().map(Some).collect(),
        None => vec![None],
    };
    let from = |base: &Option<String>| -> Vec<String> {
        readings.iter().map(|reading| places::absolute(reading, with.root, base.as_deref(), with.facts)).collect()
    };
    Some(bases.iter().flat_map(from).collect())
}

/// 1 and 1.0 are one number. Where doubles leave whole numbers out, one of them is no number that can be named.
fn same(one: &Value, other: &Value) -> bool {
    let (Value::Number(one), Value::Number(other)) = (one, other) else { return one == other };
    let both_whole = !one.is_f64() && !other.is_f64();
    is_exact(one) && is_exact(other) && if both_whole { one == other } else { one.as_f64() == other.as_f64() }
}

/// Whole numbers are all that a double tells apart below this.
fn is_exact(number: &Number) -> bool {
    !number.is_f64() || number.as_f64().unwrap().abs() < 9_007_199_254_740_992.0
}

/// Two numbers of which nobody can tell whether they are one.
fn is_rounded(one: &Value, other: &Value) -> bool {
    let (Value::Number(one), Value::Number(other)) = (one, other) else { return false };
    is_exact(one) && !is_exact(other)
}

/// The pattern must match all of the text.
fn whole_match(pattern: &str, text: &str) -> bool {
    thread_local! {
        static KNOWN: RefCell<HashMap<String, Regex>> = RefCell::default();
    }
    KNOWN.with_borrow_mut(|known| {
        let whole = || Regex::new(&format!(r"\A(?:{pattern})\z")).unwrap();
        known.entry(pattern.to_owned()).or_insert_with(whole).is_match(text)
    })
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    }
}

fn has_shape(shape: Shape, text: &str) -> bool {
    let pattern = match shape {
        Shape::Uuid => "[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}",
        Shape::Date => "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
        Shape::Slug => "[a-z0-9]+([-_][a-z0-9]+)*",
        Shape::Integer => "-?(0|[1-9][0-9]*)",
        Shape::Decimal => r"-?(0|[1-9][0-9]*)(\.[0-9]+)?",
        Shape::Hex => "(0x)?([0-9a-f]{6,128}|[0-9A-F]{6,128})",
        other => panic!("the generator writes no {}", other.name()),
    };
    let has_digit = shape != Shape::Hex || text.trim_start_matches("0x").contains(|c: char| c.is_ascii_digit());
    whole_match(pattern, text) && has_digit && !(shape == Shape::Date && text.ends_with("02-30"))
}

fn as_words(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

/// A line holds several commands, an argument vector is one.
fn command_lines(value: &Value) -> Option<Vec<Vec<String>>> {
    let owned = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect();
    match value {
        Value::String(text) => {
            Some(words::commands(text).into_iter().map(owned).filter(|words: &Vec<_>| !words.is_empty()).collect())
        }
        Value::Array(items) => {
            let words: Option<Vec<String>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
            Some(vec![words.filter(|words| !words.is_empty())?])
        }
        _ => None,
    }
}
