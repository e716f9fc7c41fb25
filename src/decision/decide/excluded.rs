//! What `not` excludes. A grant holds when every reading is granted; an exclusion when any reading, element or recipient
//! may be excluded.

use serde_json::{Number, Value};

use crate::model::effects::{Found, Start};
use crate::model::place::Place;

use super::super::effects::json_within;
use super::super::effects::keys::{self, KeyKind};
use super::super::path::{self, PathSet};
use super::super::policy::check::{Check, Test};
use super::super::{address, url, verbs};
use super::arguments::Scope;
use super::world::Led;

impl Scope<'_> {
    /// Whether the value is, holds, or may be read as, what the check admits. `key`: of the member that it is.
    pub(super) fn touches(&self, check: &Check, value: &Value, key: &str) -> bool {
        if let Some(inner) = value.as_str().and_then(json_within) {
            // A server may take it for what it says.
            return self.touches_itself(check, value, key) || self.touches_itself(check, &inner, key);
        }
        self.touches_itself(check, value, key)
    }

    fn touches_itself(&self, check: &Check, value: &Value, key: &str) -> bool {
        match (&check.test, value) {
            (Test::OneOf(values), value) if values.may_have(value) => true,
            (Test::AnyOf(any), value) => any.iter().any(|one| self.touches(one, value, key)),
            (_, Value::Array(items)) => items.iter().any(|item| self.touches(check, item, key)),
            (_, Value::Object(members)) => {
                members.iter().any(|(key, member)| self.touches_key(check, key) || self.touches(check, member, key))
            }
            (Test::Paths { set, relative_to, .. }, Value::String(text)) => {
                self.touches_place(set, relative_to.as_deref(), text, key)
            }
            (Test::Urls { set, .. }, Value::String(text)) => {
                let read = url::read(text, Found::Declared).ok().filter(|_| url::reads_alike(text));
                read.is_none_or(|url| set.admits(&url).is_some() || set.names(&url.host))
            }
            (Test::Emails { set, .. }, Value::String(text)) => address::read(text)
                .map_or(true, |addresses| addresses.iter().any(|address| set.admits(address).is_some())),
            (Test::OneOf(_) | Test::Matches(_) | Test::Shape(_) | Test::Range { .. }, value) => {
                self.is(check, value) || taken_for(value).iter().any(|other| self.is(check, other))
            }
            _ => false,
        }
    }

    /// Whether a value that holds no others is what the check admits.
    fn is(&self, check: &Check, value: &Value) -> bool {
        match (&check.test, value) {
            (Test::OneOf(values), value) => values.may_have(value),
            (Test::Matches(regex), value) => value.as_str().is_some_and(|text| regex.is_match(text)),
            _ => self.check(check, value, &super::Here::top(""), &mut Vec::new()).is_ok(),
        }
    }

    /// The name of a member, which a server may use as a value like others. Most names are neither URL nor address.
    fn touches_key(&self, check: &Check, key: &str) -> bool {
        match &check.test {
            Test::AnyOf(any) => any.iter().any(|one| self.touches_key(one, key)),
            Test::Urls { .. } if url::read(key, Found::Declared).is_err() => false,
            Test::Emails { .. } if address::read(key).is_err() => false,
            _ => self.touches(check, &Value::String(key.to_owned()), key),
        }
    }

    /// By its spelling or by where it leads, as a denial; and who takes a folder away takes what is in it.
    fn touches_place(&self, set: &PathSet, relative_to: Option<&str>, text: &str, key: &str) -> bool {
        let (Ok(readings), Ok(bases)) = (path::readings(text), self.bases(relative_to)) else { return true };
        let takes_away = verbs::takes_away(self.tool_name) && keys::kind_of(key) != Some(KeyKind::Base);
        let within = |base: Option<&str>| {
            let led = Led::new(readings.of(text), Start { root: self.root, base }, self.world.facts);
            let below = |place: &Place| set.lies_below(place, self.world.facts).filter(|_| takes_away);
            led.places().any(|place| set.holds(place, self.world.facts).or_else(|| below(place)).is_some())
        };
        match bases {
            None => within(None),
            Some(bases) => bases.iter().any(|base| within(Some(base))),
        }
    }
}

/// What a server may take a value for that converts before it checks: `"7"` for 7, `"True"` for true, and a number or a
/// truth for its text, as it is written and with whole numbers whole (`1.0`, `1`).
fn taken_for(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => {
            let text = text.trim();
            let whole = text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from)).ok();
            let broken = || text.parse().ok().and_then(Number::from_f64);
            let truth = || text.to_ascii_lowercase().parse().ok().map(Value::Bool);
            whole.or_else(broken).map(Value::Number).or_else(truth).into_iter().collect()
        }
        Value::Number(_) | Value::Bool(_) => {
            let whole = value.as_f64().filter(|number| number.fract() == 0.0 && value.is_f64());
            let spelled = [Some(value.to_string()), whole.map(|number| format!("{number:.0}"))];
            spelled.into_iter().flatten().map(Value::String).collect()
        }
        Value::Null | Value::Array(_) | Value::Object(_) => Vec::new(),
    }
}
