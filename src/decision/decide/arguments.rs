//! One value against one constraint.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::model::effects::{Found, Start};
use crate::model::verdict::{Decision, Edit, Reason, Rule};

use super::super::effects::json_within;
use super::super::path::{self, PathSet};
use super::super::policy::check::{Check, Test};
use super::super::redact::Redactor;
use super::super::sql::{self, Dialect};
use super::super::url::Reach;
use super::super::{address, command, shape, text, url};
use super::world::{Led, World};

/// What a constraint may look at besides its value.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub world: &'a World<'a>,
    /// The whole arguments, for siblings.
    pub arguments: &'a Map<String, Value>,
    pub root: Option<&'a str>,
    pub dialect: Dialect,
    pub redactor: Option<&'a Redactor>,
    /// The tool that is called.
    pub tool_name: &'a str,
    /// The server's path rules say which places its calls may touch.
    pub grants_places: bool,
}

/// Where the check stands, as a chain on the stack: nothing is built while everything is granted.
pub(super) struct Here<'a> {
    above: Option<&'a Here<'a>>,
    step: Step<'a>,
}

enum Step<'a> {
    Member(&'a str),
    Element(usize),
}

impl<'a> Here<'a> {
    pub fn top(name: &'a str) -> Here<'a> {
        Here { above: None, step: Step::Member(name) }
    }

    fn member(&'a self, name: &'a str) -> Here<'a> {
        Here { above: Some(self), step: Step::Member(name) }
    }

    fn element(&'a self, index: usize) -> Here<'a> {
        Here { above: Some(self), step: Step::Element(index) }
    }

    /// Of the nearest member.
    fn key(&self) -> &str {
        match (&self.step, self.above) {
            (Step::Member(name), _) => name,
            (Step::Element(_), above) => above.map(Here::key).unwrap_or_default(),
        }
    }

    /// RFC 6901.
    fn pointer(&self) -> String {
        let mut pointer = self.above.map(Here::pointer).unwrap_or_default();
        pointer.push('/');
        match self.step {
            Step::Member(name) => pointer.push_str(&crate::model::pointer::token(name)),
            Step::Element(index) => pointer.push_str(&index.to_string()),
        }
        pointer
    }
}

/// A value that its constraint does not admit.
#[derive(Debug)]
pub(super) struct Miss {
    rule: Arc<Rule>,
    argument: String,
    value: String,
    message: String,
    nearest: Option<String>,
    edit: Option<Edit>,
}

impl Miss {
    pub fn into_reason(self) -> Reason {
        Reason {
            effect: Decision::Deny,
            rule: self.rule,
            argument: Some(self.argument),
            value: Some(self.value),
            message: self.message,
            nearest: self.nearest,
            edit: self.edit,
        }
    }

    fn near(mut self: Box<Miss>, words: &[String]) -> Box<Miss> {
        let known: Vec<&str> = words.iter().map(String::as_str).collect();
        let close = super::nearest(&self.value, &known).or(known.first().copied());
        self.nearest = close.map(str::to_owned);
        self
    }

    fn fix(mut self: Box<Miss>, key: &str, yaml: String) -> Box<Miss> {
        let pointer = format!("{}.{key}", self.rule.pointer);
        self.edit = Some(Edit { pointer, yaml, remove: false });
        self
    }
}

type Outcome = Result<(), Box<Miss>>;

/// Whether what is required is not there: an empty list names no addressee, and the server may choose one.
pub(super) fn is_missing(check: Option<&Check>, value: Option<&Value>) -> bool {
    fn is_nothing(value: &Value) -> bool {
        value.is_null() || value.as_array().is_some_and(|items| items.iter().all(is_nothing))
    }
    match value {
        Some(Value::Array(_)) => check.is_some_and(Check::names_targets) && value.is_some_and(is_nothing),
        value => value.is_none_or(Value::is_null),
    }
}

/// A value as a message shows it.
pub(super) fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= 160 {
        return text;
    }
    let head: String = text.chars().take(150).collect();
    format!("{head}... ({} characters)", text.chars().count())
}

impl Scope<'_> {
    /// `Err`: why the value is not admitted. `named` collects the arguments whose host a grant named.
    pub fn check(&self, check: &Check, value: &Value, here: &Here<'_>, named: &mut Vec<String>) -> Outcome {
        let miss = |message: String| {
            Box::new(Miss {
                rule: check.rule.clone(),
                argument: here.pointer(),
                value: shown(value),
                message,
                nearest: None,
                edit: None,
            })
        };
        let fail = |message: &str| Err(miss(message.to_owned()));
        match (&check.test, value) {
            (Test::Any, _) => Ok(()),
            (Test::OneOf(values), value) if values.has(value) => Ok(()),
            (Test::OneOf(values), value) => Err(miss("it is none of the values granted".into())
                .near(&values.words)
                .fix("one_of", value.to_string())),
            (Test::Matches(regex), Value::String(text)) if regex.is_match(text) => Ok(()),
            (Test::Matches(regex), Value::String(_)) => Err(miss(format!("it does not match {}", regex.as_str()))),
            (Test::Shape(wanted), value) => match scalar_text(value).filter(|text| shape::has(*wanted, text)) {
                Some(_) => Ok(()),
                None => Err(miss(format!("it has not the shape {}", wanted.name()))),
            },
            (Test::Range { min, max }, Value::Number(number)) => match number.as_f64() {
                Some(number) if min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max) => Ok(()),
                _ => Err(miss(format!("it is not between {} and {}", end(*min), end(*max)))),
            },
            (Test::MaxLength(max), Value::String(text))
                if text.len() as u64 <= *max || text.chars().count() as u64 <= *max =>
            {
                Ok(())
            }
            (Test::MaxLength(max), Value::String(_)) => Err(miss(format!("it is longer than {max}"))),
            (Test::MaxItems(max), Value::Array(items)) if items.len() as u64 <= *max => Ok(()),
            (Test::MaxItems(max), Value::Array(_)) => Err(miss(format!("it has more than {max} items"))),
            (Test::Paths { .. }, Value::String(text)) if json_within(text).is_some() => {
                fail("it holds JSON, which some servers take for the list or object that it says")
            }
            (Test::Paths { set, words, relative_to }, Value::String(text)) => {
                self.check_path(set, relative_to.as_deref(), text).map_err(|why| {
                    let add = self.suggested_path(text);
                    let mut miss = miss(why);
                    miss.nearest = add.as_deref().and_then(|add| nearest_place(add, words));
                    match add {
                        Some(add) => miss.fix("paths", add),
                        None => miss,
                    }
                })
            }
            (Test::Urls { set, words }, Value::String(text)) => match url::read(text, Found::Declared) {
                Ok(read) if set.admits(&read).is_some() => {
                    if url::reach_of(&read) != Reach::Public {
                        named.push(here.pointer());
                    }
                    Ok(())
                }
                Ok(read) => {
                    let miss = miss("no grant admits this URL".into()).near(words);
                    Err(match url::pattern_for(&read, true) {
                        Some(pattern) => miss.fix("urls", pattern),
                        None => miss,
                    })
                }
                Err(why) => Err(miss(format!("it is no URL that everybody reads alike: {why}"))),
            },
            (Test::Emails { set, words }, Value::String(text)) => {
                let addresses = address::read(text).map_err(|why| miss(format!("it is no e-mail address: {why}")))?;
                match addresses.iter().find(|address| set.admits(address).is_none()) {
                    None if addresses.is_empty() => fail("it holds no e-mail address"),
                    None => Ok(()),
                    Some(other) => {
                        let plain = format!("{}@{}", other.local, other.domain);
                        Err(miss(format!("nobody granted mail to {plain}")).near(words).fix("emails", plain))
                    }
                }
            }
            (Test::Emails { .. } | Test::Urls { .. }, Value::Array(items)) => {
                let mut each = items.iter().enumerate();
                each.try_for_each(|(index, item)| match item {
                    Value::String(_) => self.check(check, item, &here.element(index), named),
                    _ => fail("each element must be a string"),
                })
            }
            (Test::Sql { rules, words }, Value::String(text)) => sql::read(text, self.dialect)
                .map_err(|why| format!("it cannot be read as SQL: {why}"))
                .and_then(|read| rules.check(&read))
                .map_err(|why| miss(why).near(std::slice::from_ref(words))),
            (Test::Commands { set, words }, value @ (Value::String(_) | Value::Array(_))) => read_command(value)
                .map_err(|why| format!("it cannot be read as a command: {why}"))
                .and_then(|read| if self.grants_places { set.check_below_paths(&read) } else { set.check(&read) })
                .map_err(|why| miss(why).near(words).fix("commands", shown(value))),
            (Test::Text(rules), Value::String(body)) => rules.check(&text::read(body)).map_err(miss),
            (Test::Redacted(token), Value::String(text)) => {
                let live = self.redactor.is_some_and(|redactor| redactor.is_behind(text, token));
                if live || text == token { Ok(()) } else { fail("it is another secret than the recorded one") }
            }
            (Test::Each(each), Value::Array(items)) => items
                .iter()
                .enumerate()
                .try_for_each(|(index, item)| self.check(each, item, &here.element(index), named)),
            (Test::Fields { fields, required }, Value::Object(members)) => {
                for (name, member) in members {
                    match fields.get(name) {
                        Some(check) if !member.is_null() => self.check(check, member, &here.member(name), named)?,
                        Some(_) => {}
                        None => return Err(miss(format!("the field `{name}` is not granted"))),
                    }
                }
                let lacks = |name: &&String| is_missing(fields.get(*name), members.get(*name));
                match required.iter().find(lacks) {
                    Some(name) => Err(miss(format!("the field `{name}` is required"))),
                    None => Ok(()),
                }
            }
            (Test::Not(inner), value) if self.touches(inner, value, here.key()) => {
                fail("it is, or may be, what is excluded")
            }
            (Test::Not(_), _) => Ok(()),
            (Test::All(all), value) => all.iter().try_for_each(|one| self.check(one, value, here, named)),
            (Test::AnyOf(any), value) => {
                let (mut nearest, mut granted) = (None, false);
                // One that grants it is enough; the others may still name its host, whatever their order.
                for one in any {
                    if granted && !one.may_name_a_host() {
                        continue;
                    }
                    let before = named.len();
                    match self.check(one, value, here, named) {
                        Ok(()) => granted = true,
                        Err(miss) => {
                            nearest = Some(miss);
                            named.truncate(before); // What a branch that failed named is not granted.
                        }
                    }
                }
                if granted { Ok(()) } else { Err(nearest.unwrap_or_else(|| miss("nothing is granted here".into()))) }
            }
            (test, value) => Err(miss(format!("it is {}, where {} is granted", type_of(value), wanted_by(test)))),
        }
    }

    /// What a declared path is relative to: the sibling as each server may read it, if there is one.
    pub(super) fn bases(&self, relative_to: Option<&str>) -> Result<Option<Vec<String>>, String> {
        let base = relative_to.and_then(|sibling| self.arguments.get(sibling)).and_then(Value::as_str);
        let Some(base) = base else { return Ok(None) };
        Ok(Some(path::readings(base)?.of(base).map(str::to_owned).collect()))
    }

    /// Every reading of the path, wherever it leads, must be granted.
    fn check_path(&self, set: &PathSet, relative_to: Option<&str>, text: &str) -> Result<(), String> {
        let untold = |why| format!("it names no place that can be told: {why}");
        let facts = self.world.facts;
        let judge = |led: &Led| match led.outside(set, facts) {
            Some(outside) => Err(format!("it leads to {outside}, which is not granted")),
            None => Ok(()),
        };
        let within = |base: Option<&str>| {
            let start = Start { root: self.root, base };
            match self.world.known(text, start) {
                Some(led) => judge(led),
                None => judge(&Led::new(path::readings(text).map_err(untold)?.of(text), start, facts)),
            }
        };
        match self.bases(relative_to).map_err(untold)? {
            None => within(None),
            Some(bases) => bases.iter().try_for_each(|base| within(Some(base))),
        }
    }

    /// The path as the policy would write it.
    fn suggested_path(&self, text: &str) -> Option<String> {
        let readings = path::readings(text).ok()?;
        let reading = readings.of(text).last()?;
        let place =
            self.world.facts.lead(self.world.facts.absolute(Start { root: self.root, base: None }, reading)).last()?;
        Some(super::world::in_policy_words(&place, self.world.facts))
    }
}

/// The granted place that shares most folders with the one that is not granted.
fn nearest_place(place: &str, words: &[String]) -> Option<String> {
    let shared = |word: &&String| {
        let pairs = word.split('/').zip(place.split('/'));
        pairs.take_while(|(granted, asked)| granted == asked).count()
    };
    // Of equals the first: `max_by_key` alone would give the last.
    let near = words.iter().take(1000).rev().max_by_key(shared)?;
    Some(match words.len() {
        1 => near.clone(),
        count => format!("{near}, and {} more", count - 1),
    })
}

fn read_command(value: &Value) -> Result<crate::model::effects::CommandEffect, String> {
    match value {
        Value::String(text) => command::read_shell(text),
        Value::Array(items) => {
            let words: Option<Vec<String>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
            command::read_argv(&words.ok_or("an argument vector holds strings only")?)
        }
        _ => Err("neither a string nor an argument vector".into()),
    }
}

/// Shapes are about text; a whole number has one as well.
fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

fn end(bound: Option<f64>) -> String {
    bound.map_or("any number".into(), |bound| bound.to_string())
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn wanted_by(test: &Test) -> &'static str {
    match test {
        Test::Range { .. } => "a number",
        Test::MaxItems(_) | Test::Each(_) => "an array",
        Test::Fields { .. } => "an object",
        _ => "a string",
    }
}
