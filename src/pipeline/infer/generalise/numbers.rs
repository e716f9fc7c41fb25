//! Numbers: ranges for measures, exact values for keys.

use std::collections::BTreeSet;

use crate::model::policy::Constraint;
use serde_json::{Number, Value};

use super::super::mass::Mass;
use super::super::names::{self, Role};
use super::position::{Context, Reasoned, Seen};

/// From so many sessions on, the largest number of the next one exceeds those of all with a probability of no more than one
/// in twenty.
const SURE: u32 = 19;

/// All numbers of a position, with the sessions that had each.
pub fn constrain(context: &Context<'_>, numbers: &[Seen<'_, Number>], beyond: Option<(f64, f64)>) -> Reasoned {
    let mass = Mass::of(numbers.iter().map(|(_, sessions)| *sessions));
    let values = || Constraint::OneOf(numbers.iter().map(|(number, _)| Value::Number(number.clone())).collect());
    let said = format!("{} distinct numbers; {mass}", mass.distinct);
    let floats = numbers.iter().filter_map(|(number, _)| number.as_f64());
    let (low, high) = floats
        .chain(beyond.into_iter().flat_map(|(low, high)| [low, high]))
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), number| (low.min(number), high.max(number)));
    // What is not kept opens no position that names something: what is known of it is not granted.
    if beyond.is_none() || context.closed || context.stakes.changes && (context.is_exact() || is_key(context)) {
        if context.is_exact() || context.closed {
            return Reasoned::new(values(), format!("{said}; exact"));
        }
        if is_switch(context, numbers) {
            return Reasoned::new(values(), format!("{said}; a switch that stays as it was seen"));
        }
        if is_key(context) {
            return if is_open_key(context, mass) {
                let range = Constraint::Range { min: Some(low.min(0.0)), max: None };
                Reasoned::new(range, format!("{said}; keys that grow, new ones are likely"))
            } else {
                Reasoned::new(values(), format!("{said}; keys of a closed set"))
            };
        }
        if is_constant(context, mass) {
            return Reasoned::new(values(), format!("always the same in {} sessions", mass.sessions));
        }
    }
    let tight = is_tight(context) && mass.sessions >= SURE;
    if beyond.is_none()
        && context.stakes.changes
        && let Some((low, high, apart)) = without_outliers(numbers, tight)
    {
        let (min, max) = range(low, high, tight);
        let why = format!(
            "{said}; from {low} to {high} in nearly all sessions, and {} far beyond, which {} by itself",
            apart.len(),
            if apart.len() == 1 { "stands" } else { "stand each" }
        );
        let range = Constraint::Range { min: Some(min), max: Some(max) };
        return Reasoned::new(Constraint::AnyOf(vec![range, Constraint::OneOf(apart)]), why);
    }
    let (min, max) = range(low, high, tight);
    let room = if tight { "up to the next round number" } else { "with room for twice as much" };
    let why = format!("{} distinct numbers from {low} to {high}, of {} sessions; {room}", mass.distinct, mass.sessions);
    Reasoned::new(Constraint::Range { min: Some(min), max: Some(max) }, why)
}

/// 0 and 1 may be the sides of a switch that must not be turned.
fn is_switch(context: &Context<'_>, numbers: &[Seen<'_, Number>]) -> bool {
    context.holds_switch() && numbers.iter().all(|(number, _)| matches!(number.as_u64(), Some(0 | 1)))
}

/// A number that names a thing is no measure: between two bills that were paid lies one that must not be.
fn is_key(context: &Context<'_>) -> bool {
    matches!(context.role(), Role::Id | Role::Target)
}

/// Keys that a read asks for may be any, once new ones keep coming; where something is changed, many sessions must say so.
fn is_open_key(context: &Context<'_>, mass: Mass) -> bool {
    if context.is_rare_and_dangerous() {
        true
    } else if context.stakes.changes {
        mass.bringing as usize >= context.many() && mass.missing() >= 0.2
    } else {
        mass.missing() >= 0.1
    }
}

/// A number that never varied over several sessions of a call that changes something is part of how it is used.
fn is_constant(context: &Context<'_>, mass: Mass) -> bool {
    context.stakes.changes && mass.distinct == 1 && mass.sessions >= 5
}

/// The least and the largest number of nearly all sessions, and the few numbers that lie far beyond: more than ten times
/// as far as the range of all others would reach, in no more than one session of ten. The range of a measure stands for
/// all that lies between those that were seen; across such a gap there is nothing to say so, and one odd session, which
/// may be an attack, would grant all of it.
fn without_outliers(numbers: &[Seen<'_, Number>], tight: bool) -> Option<(f64, f64, Vec<Value>)> {
    const FAR: f64 = 10.0;
    const FEW: usize = 10;
    const FEW_AT_MOST: usize = 20;
    let mut sorted: Vec<(f64, &Seen<'_, Number>)> =
        numbers.iter().filter_map(|seen| Some((seen.0.as_f64()?, seen))).collect();
    sorted.sort_by(|(a, _), (b, _)| a.abs().total_cmp(&b.abs()));
    let sessions = |part: &[(f64, &Seen<'_, Number>)]| -> usize {
        part.iter().flat_map(|(_, (_, sessions))| sessions.iter()).collect::<BTreeSet<_>>().len()
    };
    let ends = |part: &[(f64, &Seen<'_, Number>)]| {
        let numbers = part.iter().map(|(number, _)| *number);
        numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), number| (low.min(number), high.max(number)))
    };
    // More sessions than these are no oddity, and no list of their numbers is ever complete.
    let gap =
        (1..sorted.len()).rev().take_while(|at| sorted.get(*at..).is_some_and(|far| sessions(far) <= FEW_AT_MOST));
    let at = gap.filter(|at| {
        let (Some(near), Some(far)) = (sorted.get(..*at), sorted.get(*at..)) else { return false };
        let (low, high) = ends(near);
        let (min, max) = range(low, high, tight);
        let reach = min.abs().max(max.abs()).max(1.0) * FAR;
        far.first().is_some_and(|(first, _)| first.abs() > reach) && sessions(far) * FEW <= sessions(near)
    });
    let (near, far) = sorted.split_at_checked(at.last()?)?;
    let (low, high) = ends(near);
    Some((low, high, far.iter().map(|(_, (number, _))| Value::Number(number.clone())).collect()))
}

/// Sums of money stay near what was seen, once that tells where they end ([`SURE`]), and unless a person is asked for each.
fn is_tight(context: &Context<'_>) -> bool {
    context.stakes.changes
        && !context.is_rare_and_dangerous()
        && (names::is_money(context.key()) || context.stakes.class.is_some_and(|class| class.name == "payment"))
}

/// The next measure lies between nothing and a round number above the largest that was seen, and a count may be twice as
/// much, or a handful. The chance that the next of n sessions exceeds all others is 1/(n+1), whatever their distribution,
/// so that the seen maximum itself would fail often.
fn range(low: f64, high: f64, tight: bool) -> (f64, f64) {
    let room = if tight { 1.0 } else { 2.0 };
    let handful = if tight { 0.0 } else { 5.0 };
    // Near the largest numbers that there are, twice as much is none.
    let most = |number: f64| round_up((number * room).min(f64::MAX));
    let max = if high > 0.0 { most(high).max(handful) } else { 0.0 };
    let min = if low < 0.0 { -most(-low) } else { 0.0 };
    (min, max)
}

/// The next of 1, 2, 5, 10, 20, 50 ... that is not smaller.
pub fn round_up(number: f64) -> f64 {
    if !number.is_finite() || number <= 0.0 {
        return number;
    }
    if number <= 1.0 {
        return 1.0;
    }
    let power = 10_f64.powf(number.log10().floor());
    [1.0, 2.0, 5.0, 10.0, 20.0]
        .into_iter()
        .map(|step| step * power)
        .find(|step| step.is_finite() && *step >= number)
        .unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_end_at_round_numbers_and_hold_what_was_seen() {
        assert_eq!(range(4.0, 200.29, true), (0.0, 500.0));
        assert_eq!(range(100.0, 100.0, false), (0.0, 200.0));
        assert_eq!(range(-3.0, 0.0, true), (-5.0, 0.0));
        assert_eq!(range(0.0, 0.0, true), (0.0, 0.0));
        for number in [1.0, 7.0, 99.9, 100.0, 101.0, 5e9, 1e15, 1e300, 1e308, f64::MAX] {
            assert!(round_up(number) >= number && round_up(number).is_finite());
            let (min, max) = range(-number, number, false);
            assert!(min <= -number && min.is_finite() && max >= number && max.is_finite());
        }
    }
}
