//! Words: is the set of values closed, and if not, what form does a new one have?

use std::collections::BTreeSet;

use crate::model::policy::{Constraint, Shape};
use serde_json::Value;

use super::super::mass::Mass;
use super::super::names::Role;
use super::position::{Context, Reasoned, Seen};
use super::shapes::{self, Form};
use crate::decision::shape;

/// Longer lists are no closed sets that anybody could read.
const LONGEST_LIST: usize = 200;

/// Fewer distinct values than this have a form by chance: nobody can tell which part of one commit's name is fixed.
const ENOUGH: usize = 3;

/// Words that are no path, URL, address, SQL, command or text. `values`: word, and the sessions that had it.
pub fn constrain(context: &Context<'_>, values: &[Seen<'_>]) -> Reasoned {
    if context.closed {
        let words = values.iter().map(|(value, _)| Value::String(value.clone())).collect();
        return Reasoned::new(
            Constraint::OneOf(words),
            format!("{} distinct values; no other stands for what one of them does", values.len()),
        );
    }
    let own = Mass::of(values.iter().map(|(_, sessions)| *sessions));
    if let Some(shape) = common_shape(context, values) {
        let why = format!("{} distinct values, each a {}", own.distinct, shape.name());
        return Reasoned::new(Constraint::Shape(shape), why);
    }
    let pool = context.domains.pool(context, values);
    let form = shapes::common_form(pool.values.iter().map(String::as_str));
    let few = pool.values.len() < ENOUGH;
    let form = form.filter(|_| !few);
    let tight = form.as_ref().is_some_and(|(form, _)| form.tight);
    let statistic = statistic(own, pool.mass);
    let asked = context.is_rare_and_dangerous();
    let open = is_open(context, own, pool.mass, tight)
        || asked
        || !context.stakes.changes && own.distinct as usize > LONGEST_LIST;
    if !context.is_exact() && open {
        let why = match asked {
            true => format!("{statistic}; a person is asked each time, the form is checked here"),
            false => format!("{statistic}; open, new ones have this form"),
        };
        if let Some(constraint) = form_constraint(form, values, &pool.values) {
            return Reasoned::new(constraint, why);
        }
    }
    let mut admitted: BTreeSet<&str> = values.iter().map(|(value, _)| value.as_str()).collect();
    let lent = context.domains.lent(context, values);
    admitted.extend(lent.iter().map(String::as_str));
    let from_others = admitted.len() - values.len();
    let why = match from_others {
        0 => format!("{statistic}; closed"),
        n => format!("{statistic}; closed, {n} of them known from arguments of the same name"),
    };
    Reasoned::new(Constraint::OneOf(admitted.into_iter().map(|value| Value::String(value.to_owned())).collect()), why)
}

/// The pattern of the form, or the alphabet where there is none; what stands apart stands beside it.
fn form_constraint(form: Option<(Form, Vec<&str>)>, own: &[Seen<'_>], values: &BTreeSet<String>) -> Option<Constraint> {
    match form {
        Some((form, mut apart)) if form.tight || own.len() >= 3 && !has_words(&form.pattern) => {
            apart.retain(|value| own.iter().any(|(known, _)| known == value));
            let matches = Constraint::Matches(form.pattern);
            if apart.is_empty() {
                return Some(matches);
            }
            let apart = apart.into_iter().map(|value| Value::String(value.to_owned())).collect();
            Some(Constraint::AnyOf(vec![matches, Constraint::OneOf(apart)]))
        }
        _ => {
            let own: Vec<&str> = own.iter().map(|(value, _)| value.as_str()).collect();
            let (pattern, most) = shapes::alphabet(values.iter().map(String::as_str), &own)?;
            let open = Constraint::All(vec![Constraint::Matches(pattern), Constraint::MaxLength(most)]);
            // An empty word has no letters.
            if own.contains(&"") {
                let empty = Constraint::OneOf(vec![Value::String(String::new())]);
                return Some(Constraint::AnyOf(vec![open, empty]));
            }
            Some(open)
        }
    }
}

fn has_words(pattern: &str) -> bool {
    pattern.contains("a-z]")
}

fn statistic(own: Mass, pool: Mass) -> String {
    format!("{} distinct values here, {} of {} in one session only; {pool}", own.distinct, own.once, own.sessions)
}

/// Is a value likely that nobody has seen yet, and may one be let through?
///
/// Where something is changed, the whole attack may be the value: a payee, a channel, a repository. Such a set is taken
/// for closed until many sessions show that new ones keep coming and all have a form that a program made: then they are
/// keys of objects, and no list of them can ever be complete. Attributes (a cabin, a name) open with fewer sessions.
/// Where a person is asked for each call (rare and dangerous), a list learned from one or two sessions would refuse nearly
/// every further use, and the person sees the value: the form is enough. Where a call only looks, a closed set costs more than it protects: it opens as soon as new values are likely.
fn is_open(context: &Context<'_>, own: Mass, pool: Mass, tight: bool) -> bool {
    let ((low, _), sessions) = (pool.interval(), pool.sessions as usize);
    // The values of one session may have a form by what it was about.
    let tight = tight && pool.bringing as usize >= ENOUGH;
    if context.stakes.changes {
        let attribute = context.role() == Role::Other;
        // That readers of a name bring new ones does not say so of a call that reached the same one again and again.
        (attribute || own.missing() >= 0.1)
            && pool.missing() >= 0.1
            && pool.bringing as usize >= ENOUGH
            && ((tight && sessions >= context.many()) || (attribute && sessions * 2 >= context.many()))
    } else if context.role() == Role::Target {
        own.sessions >= 3 && (low >= 0.1 || (tight && pool.missing() >= 0.1))
    } else {
        pool.missing() >= 0.1 || pool.once >= 2
    }
}

/// Dates, durations, times and random keys become their shape at once: what was seen today will not be seen tomorrow.
fn common_shape(context: &Context<'_>, values: &[Seen<'_>]) -> Option<Shape> {
    let always = [Shape::Date, Shape::IsoDatetime, Shape::Duration];
    let read = [Shape::Uuid, Shape::Cursor, Shape::Locale, Shape::Semver];
    let has_all = |shape: &Shape| values.iter().all(|(value, _)| shape::has(*shape, value));
    let own = Mass::of(values.iter().map(|(_, sessions)| *sessions));
    let is_target = context.role() == Role::Target;
    let open_key =
        values.len() >= ENOUGH && own.once == own.observations && (!is_target || own.bringing as usize >= ENOUGH);
    let more = read.iter().filter(|_| !context.stakes.changes && open_key);
    always.iter().chain(more).copied().find(|shape| !values.is_empty() && has_all(shape))
}
