//! Constraints made ready to check a value with: patterns compiled, lists indexed.

use std::sync::Arc;

use regex::Regex;
use serde_json::Value;

use crate::decision::table::{Members, Table};
use crate::model::effects::Kind;
use crate::model::policy::{Constraint, Shape};
use crate::model::verdict::Rule;

use super::super::address::AddressSet;
use super::super::command::CommandSet;
use super::super::path::PathSet;
use super::super::sql::SqlRules;
use super::super::text::TextRules;
use super::super::url::UrlSet;
use super::compile::Compiler;

/// A compiled user pattern may take this much memory.
pub(super) const REGEX_SIZE: usize = 8 << 20;

/// A constraint, and where it stands in the policy.
#[derive(Debug, Clone)]
pub(crate) struct Check {
    pub rule: Arc<Rule>,
    pub test: Test,
}

impl Check {
    /// Whether it holds URL patterns, at any depth.
    pub fn may_name_a_host(&self) -> bool {
        match &self.test {
            Test::Urls { .. } => true,
            Test::Each(inner) => inner.may_name_a_host(),
            Test::All(inner) | Test::AnyOf(inner) => inner.iter().any(Check::may_name_a_host),
            Test::Fields { fields, .. } => fields.values().any(Check::may_name_a_host),
            _ => false,
        }
    }

    /// Whether it says whom or where something goes to, at any depth but that of fields.
    pub fn names_targets(&self) -> bool {
        match &self.test {
            Test::Emails { .. } | Test::Urls { .. } => true,
            Test::Each(inner) => inner.names_targets(),
            Test::All(inner) | Test::AnyOf(inner) => inner.iter().any(Check::names_targets),
            _ => false,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Test {
    Any,
    OneOf(Values),
    Matches(Regex),
    Shape(Shape),
    Range { min: Option<f64>, max: Option<f64> },
    MaxLength(u64),
    MaxItems(u64),
    Paths { set: PathSet, words: Vec<String>, relative_to: Option<String> },
    Urls { set: UrlSet, words: Vec<String> },
    Emails { set: AddressSet, words: Vec<String> },
    Sql { rules: SqlRules, words: String },
    Commands { set: CommandSet, words: Vec<String> },
    Text(TextRules),
    Redacted(String),
    Each(Box<Check>),
    Fields { fields: Table<String, Check>, required: Vec<String> },
    Not(Box<Check>),
    All(Vec<Check>),
    AnyOf(Vec<Check>),
}

/// A closed set: strings and numbers by hash, the rest one by one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Values {
    texts: Members<String>,
    numbers: Members<NumberKey>,
    others: Vec<Value>,
    pub words: Vec<String>,
}

impl Values {
    fn new(values: &[Value]) -> Values {
        let mut set = Values { words: values.iter().map(ToString::to_string).collect(), ..Values::default() };
        for value in values {
            match value {
                Value::String(text) => {
                    set.texts.insert(text.clone());
                }
                Value::Number(number) => set.numbers.extend(number_key(number)),
                other => set.others.push(other.clone()),
            }
        }
        set
    }

    /// Whether the value is one of these, or a number of which nobody can tell.
    pub fn may_have(&self, value: &Value) -> bool {
        let is_rounded = || value.as_number().is_some_and(|number| number_key(number).is_none());
        self.has(value) || (!self.numbers.is_empty() && is_rounded())
    }

    pub fn has(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.texts.contains(text),
            Value::Number(number) => number_key(number).is_some_and(|key| self.numbers.contains(&key)),
            other => self.others.contains(other),
        }
    }
}

/// A number as a member of a closed set.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum NumberKey {
    Whole(i128),
    /// The bits of a double that is not whole.
    Broken(u64),
}

/// 1 and 1.0 are one number. A whole number that a double would round is none that was written as a double.
fn number_key(number: &serde_json::Number) -> Option<NumberKey> {
    /// From here on doubles leave whole numbers out.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if let Some(whole) = number.as_i64() {
        return Some(NumberKey::Whole(whole.into()));
    }
    if let Some(whole) = number.as_u64() {
        return Some(NumberKey::Whole(whole.into()));
    }
    let float = number.as_f64()?;
    match float.fract() == 0.0 {
        true => (float.abs() < EXACT).then_some(NumberKey::Whole(float as i128)),
        false => Some(NumberKey::Broken(float.to_bits())),
    }
}

impl Compiler<'_> {
    /// Compiles one constraint. `pattern`: the argument pattern that it stands at (`/files/*`), for the hints.
    pub fn check(&mut self, pointer: &str, pattern: &str, constraint: &Constraint) -> Check {
        let test = self.test(pointer, pattern, constraint);
        Check { rule: self.rule(pointer), test }
    }

    fn test(&mut self, pointer: &str, pattern: &str, constraint: &Constraint) -> Test {
        match constraint {
            Constraint::Any => Test::Any,
            Constraint::OneOf(values) => Test::OneOf(Values::new(values)),
            Constraint::Matches(text) => Test::Matches(self.regex(&format!("{pointer}.matches"), text)),
            Constraint::Shape(shape) => Test::Shape(*shape),
            Constraint::Range { min, max } => Test::Range { min: *min, max: *max },
            Constraint::MaxLength(max) => Test::MaxLength(*max),
            Constraint::MaxItems(max) => Test::MaxItems(*max),
            Constraint::Paths { paths, relative_to } => {
                self.declare(pattern, Kind::Path);
                if let Some(sibling) = relative_to {
                    self.hints.relative_to.insert(pattern.to_owned(), sibling.clone());
                }
                // What `not` excludes is denied: in any letter case, and with what lies below a match.
                let parse = if self.excludes { PathSet::denied } else { PathSet::granted };
                let set = self.list(&format!("{pointer}.paths"), paths, parse);
                Test::Paths { set, words: paths.clone(), relative_to: relative_to.clone() }
            }
            Constraint::Urls(urls) => {
                self.declare(pattern, Kind::Url);
                self.declare(&format!("{pattern}/*"), Kind::Url);
                let set = self.list(&format!("{pointer}.urls"), urls, UrlSet::parse);
                Test::Urls { set, words: urls.clone() }
            }
            Constraint::Emails(emails) => {
                self.declare(pattern, Kind::Address);
                self.declare(&format!("{pattern}/*"), Kind::Address);
                let set = self.list(&format!("{pointer}.emails"), emails, AddressSet::parse);
                Test::Emails { set, words: emails.clone() }
            }
            Constraint::Sql(grant) => {
                self.declare(pattern, Kind::Sql);
                let words = sql_words(grant);
                match SqlRules::new(grant) {
                    Ok(rules) => Test::Sql { rules, words },
                    Err(why) => self.refuse(&format!("{pointer}.sql"), why),
                }
            }
            Constraint::Commands(commands) => {
                self.declare(pattern, Kind::Command);
                let set = self.list(&format!("{pointer}.commands"), commands, CommandSet::parse);
                Test::Commands { set, words: commands.clone() }
            }
            Constraint::Text(grant) => {
                self.declare(pattern, Kind::Text);
                match TextRules::new(grant) {
                    Ok(rules) => Test::Text(rules),
                    Err(why) => self.refuse(&format!("{pointer}.text"), why),
                }
            }
            Constraint::Redacted(token) => Test::Redacted(token.clone()),
            Constraint::Each(each) => {
                Test::Each(Box::new(self.check(&format!("{pointer}.each"), &format!("{pattern}/*"), each)))
            }
            Constraint::Fields { fields, required } => {
                let checks = fields.iter().map(|(name, constraint)| {
                    let token = crate::model::pointer::token(name);
                    let check =
                        self.check(&format!("{pointer}.fields.{name}"), &format!("{pattern}/{token}"), constraint);
                    (name.clone(), check)
                });
                let fields: Table<String, Check> = checks.collect();
                Test::Fields { fields, required: required.clone() }
            }
            Constraint::Not(not) => {
                if !can_be_excluded(not) {
                    let why = "`not` can hold one_of, matches, shape, range, paths, urls and emails; deny the rest by not granting it";
                    return self.refuse(&format!("{pointer}.not"), why.into());
                }
                let outside = std::mem::replace(&mut self.excludes, true);
                let inner = self.check(&format!("{pointer}.not"), pattern, not);
                self.excludes = outside;
                Test::Not(Box::new(inner))
            }
            Constraint::All(all) => Test::All(all.iter().map(|one| self.check(pointer, pattern, one)).collect()),
            Constraint::AnyOf(any) => {
                let each = any.iter().enumerate();
                Test::AnyOf(each.map(|(index, one)| self.check(&format!("{pointer}[{index}]"), pattern, one)).collect())
            }
        }
    }

    /// The whole value must match; within a `not` any line of it as well, and `.` is any character there, since who reads
    /// the value may take it by lines or as one. Linear time; too big a pattern is refused.
    fn regex(&mut self, pointer: &str, text: &str) -> Regex {
        let built = regex::RegexBuilder::new(&format!("^(?:{text})$"))
            .dot_matches_new_line(self.excludes)
            .multi_line(self.excludes)
            .crlf(self.excludes)
            .size_limit(REGEX_SIZE)
            .build();
        match built {
            // `a)|(b` would close the group that anchors it.
            Ok(regex)
                if Regex::new(text).is_ok()
                    || regex::RegexBuilder::new(text).size_limit(REGEX_SIZE).build().is_ok() =>
            {
                regex
            }
            Ok(_) => self.refuse(pointer, "the regular expression is not balanced".into()),
            Err(error) => self.refuse(pointer, format!("not a regular expression: {}", first_line(&error.to_string()))),
        }
    }
}

/// Kinds of which one can tell that a value does not touch them. Of a command or a statement one cannot: only what is
/// granted can be told.
fn can_be_excluded(constraint: &Constraint) -> bool {
    match constraint {
        Constraint::OneOf(_)
        | Constraint::Matches(_)
        | Constraint::Shape(_)
        | Constraint::Range { .. }
        | Constraint::Paths { .. }
        | Constraint::Urls(_)
        | Constraint::Emails(_) => true,
        Constraint::AnyOf(any) => any.iter().all(can_be_excluded),
        _ => false,
    }
}

fn first_line(text: &str) -> &str {
    text.lines().last().unwrap_or(text).trim_start_matches("error: ")
}

fn sql_words(grant: &crate::model::policy::SqlGrant) -> String {
    let tables = grant.tables.as_ref().map_or("any table".to_owned(), |tables| tables.join(", "));
    format!("{} on {tables}", grant.statements.join(", "))
}

/// What stands in for a part that did not compile. The problem that was told with it stops the policy.
pub(crate) trait Refusing {
    fn nothing() -> Self;
}

impl Refusing for Test {
    fn nothing() -> Test {
        Test::OneOf(Values::default())
    }
}

impl Refusing for Regex {
    #[expect(clippy::unwrap_used, reason = "a constant pattern")]
    fn nothing() -> Regex {
        Regex::new("$^x").unwrap()
    }
}
