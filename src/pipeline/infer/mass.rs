//! How likely is a new value? Good and Turing's missing mass, with its uncertainty.

use std::collections::{BTreeMap, BTreeSet};

/// What was seen at one position, counted by session: a loop of a thousand equal calls is one observation.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Mass {
    /// Observations: pairs of a value and a session that had it.
    pub observations: u32,
    pub distinct: u32,
    /// Values that one session alone had.
    pub once: u32,
}

impl Mass {
    /// `sessions`: for each value, how many sessions had it.
    pub fn of(sessions: impl IntoIterator<Item = usize>) -> Mass {
        let mut mass = Mass::default();
        for sessions in sessions {
            mass.observations += u32::try_from(sessions).unwrap_or(u32::MAX);
            mass.distinct += 1;
            mass.once += u32::from(sessions == 1);
        }
        mass
    }

    /// The probability that the next observation is a value never seen: the share of observations that were new to all
    /// other sessions (I. J. Good, 1953). 1 where nothing was seen.
    pub fn missing(self) -> f64 {
        if self.observations == 0 { 1.0 } else { f64::from(self.once) / f64::from(self.observations) }
    }

    /// 95 % interval of [`Mass::missing`] (Wilson's, which holds at small counts, where the estimate says 0 or 1).
    pub fn interval(self) -> (f64, f64) {
        interval(self.once, self.observations)
    }
}

/// How many sessions brought something that no earlier one had. What one session did ten times over, one session says.
pub fn sessions_with_new<T: Ord>(seen: impl IntoIterator<Item = (T, u32)>) -> usize {
    let mut by_session: BTreeMap<u32, Vec<T>> = BTreeMap::new();
    for (what, session) in seen {
        by_session.entry(session).or_default().push(what);
    }
    let mut known = BTreeSet::new();
    let mut sessions = 0;
    for seen in by_session.into_values() {
        let before = known.len();
        known.extend(seen);
        sessions += usize::from(known.len() > before);
    }
    sessions
}

/// Wilson's 95 % interval of a share.
pub fn interval(hits: u32, of: u32) -> (f64, f64) {
    if of == 0 {
        return (0.0, 1.0);
    }
    let (z, n, share) = (1.96_f64, f64::from(of), f64::from(hits) / f64::from(of));
    let middle = (share + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_in_every_session_says_that_nothing_new_will_come() {
        let mass = Mass::of([40]);
        assert_eq!(mass.missing(), 0.0);
        assert!(mass.interval().1 < 0.1);
    }

    #[test]
    fn values_that_never_come_twice_say_that_the_next_is_new() {
        let mass = Mass::of(std::iter::repeat_n(1, 40));
        assert_eq!(mass.missing(), 1.0);
        assert!(mass.interval().0 > 0.9);
    }

    #[test]
    fn one_observation_says_next_to_nothing() {
        let (low, high) = Mass::of([1]).interval();
        assert!(low < 0.3 && high > 0.9, "{low} {high}");
    }
}
