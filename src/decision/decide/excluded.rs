//! What `not` excludes. A grant holds when every reading is granted; an exclusion when any reading, element or recipient
//! may be excluded.

use serde_json::Value;

use crate::model::effects::Found;

use super::super::path::{self, PathSet, Standing};
use super::super::policy::check::{Check, Test};
use super::super::{address, url};
use super::arguments::Scope;

impl Scope<'_> {
    /// Whether the value is, holds, or may be read as, what the check admits.
    pub(super) fn touches(&self, check: &Check, value: &Value) -> bool {
        match (&check.test, value) {
            (Test::OneOf(values), value) if values.has(value) => true,
            (Test::AnyOf(any), value) => any.iter().any(|one| self.touches(one, value)),
            (_, Value::Array(items)) => items.iter().any(|item| self.touches(check, item)),
            (_, Value::Object(members)) => members.values().any(|member| self.touches(check, member)),
            (Test::Matches(regex), Value::String(text)) => regex.is_match(text),
            (Test::Paths { set, .. }, Value::String(text)) => self.touches_place(set, text),
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

    fn touches_place(&self, set: &PathSet, text: &str) -> bool {
        let standing = Standing { root: self.root, base: None, changes: false, found: Found::Declared };
        let Ok(path) = path::read(text, standing) else { return true };
        path.readings.iter().any(|reading| {
            let places = self.facts.lead(&self.facts.absolute(&path, reading));
            places.iter().any(|place| set.holds(place, self.facts).is_some())
        })
    }
}
