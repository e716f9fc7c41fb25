//! What `not` excludes. A grant holds when every reading is granted; an exclusion when any reading, element or recipient
//! may be excluded.

use serde_json::Value;

use crate::model::effects::{Found, Start};

use super::super::path::{self, PathSet};
use super::super::policy::check::{Check, Test};
use super::super::{address, url};
use super::arguments::Scope;
use super::world::Led;

impl Scope<'_> {
    /// Whether the value is, holds, or may be read as, what the check admits.
    pub(super) fn touches(&self, check: &Check, value: &Value) -> bool {
        match (&check.test, value) {
            (Test::OneOf(values), value) if values.has(value) => true,
            (Test::AnyOf(any), value) => any.iter().any(|one| self.touches(one, value)),
            (_, Value::Array(items)) => items.iter().any(|item| self.touches(check, item)),
            (_, Value::Object(members)) => {
                members.iter().any(|(key, member)| self.touches_key(check, key) || self.touches(check, member))
            }
            (Test::Matches(regex), Value::String(text)) => regex.is_match(text),
            (Test::Matches(regex), value @ (Value::Number(_) | Value::Bool(_))) => {
                spellings(value).any(|text| regex.is_match(&text))
            }
            (Test::Paths { set, relative_to, .. }, Value::String(text)) => {
                self.touches_place(set, relative_to.as_deref(), text)
            }
            (Test::Urls { set, .. }, Value::String(text)) => {
                url::read(text, Found::Declared).map_or(true, |url| set.admits(&url).is_some() || set.names(&url.host))
            }
            (Test::Emails { set, .. }, Value::String(text)) => address::read(text)
                .map_or(true, |addresses| addresses.iter().any(|address| set.admits(address).is_some())),
            (Test::Shape(_) | Test::Range { .. }, value) => {
                self.check(check, value, &super::Here::top(""), &mut Vec::new()).is_ok()
            }
            _ => false,
        }
    }

    /// The name of a member, which a server may use as a value like others. Most names are neither URL nor address.
    fn touches_key(&self, check: &Check, key: &str) -> bool {
        match &check.test {
            Test::AnyOf(any) => any.iter().any(|one| self.touches_key(one, key)),
            Test::Urls { .. } if url::read(key, Found::Declared).is_err() => false,
            Test::Emails { .. } if address::read(key).is_err() => false,
            _ => self.touches(check, &Value::String(key.to_owned())),
        }
    }

    /// By its spelling or by where it leads, as a denial.
    fn touches_place(&self, set: &PathSet, relative_to: Option<&str>, text: &str) -> bool {
        let (Ok(readings), Ok(bases)) = (path::readings(text), self.bases(relative_to)) else { return true };
        let within = |base: Option<&str>| {
            let led = Led::new(readings.of(text), Start { root: self.root, base }, self.world.facts);
            led.places().any(|place| set.holds(place, self.world.facts).is_some())
        };
        match bases {
            None => within(None),
            Some(bases) => bases.iter().any(|base| within(Some(base))),
        }
    }
}

/// A number or a truth as text: as it is written, and as a server writes it that keeps whole numbers whole (`1.0`, `1`).
fn spellings(value: &Value) -> impl Iterator<Item = String> {
    let whole = value.as_f64().filter(|number| number.fract() == 0.0 && value.is_f64());
    [Some(value.to_string()), whole.map(|number| format!("{number:.0}"))].into_iter().flatten()
}
