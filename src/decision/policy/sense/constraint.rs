//! Constraints that no value satisfies.

use serde_json::Value;

use crate::model::policy::Constraint;

use super::super::super::shape;
use super::Trouble;
use super::wide::{bang, excludes_all};

/// Types of JSON values, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Types(u8);

impl Types {
    const TEXT: Types = Types(1);
    pub const NUMBER: Types = Types(2);
    const ARRAY: Types = Types(4);
    const OBJECT: Types = Types(8);
    const FLAG: Types = Types(16);
    const ALL: Types = Types(31);

    fn of(value: &Value) -> Types {
        match value {
            Value::Null => Types(0),
            Value::Bool(_) => Types::FLAG,
            Value::Number(_) => Types::NUMBER,
            Value::String(_) => Types::TEXT,
            Value::Array(_) => Types::ARRAY,
            Value::Object(_) => Types::OBJECT,
        }
    }

    fn and(self, other: Types) -> Types {
        Types(self.0 & other.0)
    }

    fn or(self, other: Types) -> Types {
        Types(self.0 | other.0)
    }

    pub fn meets(self, other: Types) -> bool {
        self.and(other) != Types(0)
    }

    /// What a value may be under the constraint.
    pub fn under(constraint: &Constraint) -> Types {
        match constraint {
            Constraint::Any | Constraint::Not(_) => Types::ALL,
            Constraint::OneOf(values) => values.iter().map(Types::of).fold(Types(0), Types::or),
            Constraint::Shape(_) => Types::TEXT.or(Types::NUMBER),
            Constraint::Range { .. } => Types::NUMBER,
            Constraint::MaxItems(_) | Constraint::Each(_) => Types::ARRAY,
            Constraint::Urls(_) | Constraint::Emails(_) | Constraint::Commands(_) => Types::TEXT.or(Types::ARRAY),
            Constraint::Fields { .. } => Types::OBJECT,
            Constraint::Matches(_)
            | Constraint::MaxLength(_)
            | Constraint::Paths { .. }
            | Constraint::Sql(_)
            | Constraint::Text(_)
            | Constraint::Redacted(_) => Types::TEXT,
            Constraint::All(all) => all.iter().map(Types::under).fold(Types::ALL, Types::and),
            Constraint::AnyOf(any) => any.iter().map(Types::under).fold(Types(0), Types::or),
        }
    }
}

/// Whether the constraint surely refuses the value; `false` where only the decision itself can tell.
pub(super) fn refuses(constraint: &Constraint, value: &Value) -> bool {
    if !Types::under(constraint).meets(Types::of(value)) {
        return true;
    }
    match (constraint, value) {
        (Constraint::OneOf(values), value) => !values.iter().any(|one| same(one, value)),
        (Constraint::Range { min, max }, Value::Number(number)) => number
            .as_f64()
            .is_none_or(|number| min.is_some_and(|min| number < min) || max.is_some_and(|max| number > max)),
        (Constraint::Shape(wanted), Value::String(text)) => !shape::has(*wanted, text),
        (Constraint::MaxLength(max), Value::String(text)) => text.chars().count() as u64 > *max,
        (Constraint::MaxItems(max), Value::Array(items)) => items.len() as u64 > *max,
        (Constraint::Matches(pattern), Value::String(text)) => {
            let regex = regex::RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(1 << 20).build();
            regex.is_ok_and(|regex| !regex.is_match(text))
        }
        (Constraint::All(all), value) => all.iter().any(|one| refuses(one, value)),
        (Constraint::AnyOf(any), value) => any.iter().all(|one| refuses(one, value)),
        _ => false,
    }
}

fn same(one: &Value, other: &Value) -> bool {
    one == other || one.as_f64().is_some_and(|number| other.as_f64() == Some(number))
}

/// Tells of every part that no value satisfies.
pub(super) fn unsatisfiable(pointer: &str, constraint: &Constraint, found: &mut Vec<Trouble>) {
    let mut tell = |key: &str, message: String| found.push((format!("{pointer}.{key}"), message));
    let empty =
        |what: &str| format!("an empty list of {what} admits nothing; name them, or remove the argument from the rule");
    match constraint {
        Constraint::OneOf(values) if values.is_empty() => tell("one_of", empty("values")),
        Constraint::Paths { paths, .. } if paths.is_empty() => tell("paths", empty("places")),
        Constraint::Urls(urls) if urls.is_empty() => tell("urls", empty("URLs")),
        Constraint::Emails(emails) if emails.is_empty() => tell("emails", empty("addresses")),
        Constraint::Commands(commands) if commands.is_empty() => tell("commands", empty("commands")),
        Constraint::Fields { fields, required } => {
            for name in required.iter().filter(|name| !fields.contains_key(*name)) {
                tell("required", format!("`{name}` is required, but `fields` does not list it: no object could pass"));
            }
            for (name, field) in fields {
                unsatisfiable(&format!("{pointer}.fields.{name}"), field, found);
            }
        }
        Constraint::Paths { paths, .. } => {
            let instead = "write `not: { paths: [...] }` beside it, or `./!name` for such a name";
            bang(paths, instead).into_iter().for_each(|why| tell("paths", why));
        }
        Constraint::Urls(urls) => {
            bang(urls, "write `not: { urls: [...] }` beside it").into_iter().for_each(|why| tell("urls", why));
        }
        Constraint::Emails(emails) => {
            bang(emails, "write `not: { emails: [...] }` beside it").into_iter().for_each(|why| tell("emails", why));
        }
        Constraint::Each(inner) => unsatisfiable(&format!("{pointer}.each"), inner, found),
        Constraint::Not(inner) => {
            excludes_all(inner).into_iter().for_each(|why| tell("not", why.to_owned()));
            unsatisfiable(&format!("{pointer}.not"), inner, found);
        }
        Constraint::AnyOf(any) => {
            for (index, one) in any.iter().enumerate() {
                unsatisfiable(&format!("{pointer}[{index}]"), one, found);
            }
        }
        Constraint::All(all) => {
            let before = found.len();
            all.iter().for_each(|one| unsatisfiable(pointer, one, found));
            if found.len() == before
                && let Some(why) = contradiction(all)
            {
                found.push((pointer.to_owned(), why));
            }
        }
        _ => {}
    }
}

/// Why kinds that must hold together cannot.
fn contradiction(all: &[Constraint]) -> Option<String> {
    if Types::under(&Constraint::All(all.to_vec())) == Types(0) {
        return Some(
            "these kinds are about values of different types, so none satisfies both; \
             the entries of an array stand under `each`, and a list of constraints means any one of them"
                .into(),
        );
    }
    let closed = all.iter().find_map(|one| match one {
        Constraint::OneOf(values) => Some(values),
        _ => None,
    })?;
    let is_void = closed.iter().all(|value| all.iter().any(|one| refuses(one, value)));
    is_void.then(|| "none of the values of `one_of` satisfies what stands beside it".into())
}
