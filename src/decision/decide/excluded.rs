//! What `not` excludes. A grant holds when every reading is granted; an exclusion when any reading, element or recipient
//! may be excluded.

use serde_json::Value;

use crate::model::effects::Found;

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
            (_, Value::Object(members)) => members.values().any(|member| self.touches(check, member)),
            (Test::Matches(regex), Value::String(text)) => regex.is_match(text),
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

    /// By its spelling or by where it leads, as a denial.
    fn touches_place(&self, set: &PathSet, relative_to: Option<&str>, text: &str) -> bool {
        let Ok(readings) = path::readings(text) else { return true };
        let led = Led::new(readings.of(text), self.start(relative_to), self.facts);
        led.places().any(|place| set.holds(place, self.facts).is_some())
    }
}
