//! How likely is a new value? Good and Turing's missing mass, with its uncertainty.

use std::collections::BTreeSet;

/// What was seen at one position, counted by session: a loop of a thousand equal calls is one observation, and so are a
/// thousand different ones of which no other session had any. What one session did, one habit or one task brought about,
/// and Good and Turing ask for draws that do not depend on each other.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Mass {
    /// Pairs of a value and a session that had it, those of the values that no other session had taken as one.
    pub observations: u32,
    pub distinct: u32,
    /// Sessions with a value that no other had.
    pub once: u32,
    /// Sessions that brought something which no earlier one had.
    pub bringing: u32,
    pub sessions: u32,
}

impl Mass {
    /// `values`: for each, the sessions that had it, ascending.
    pub fn of<'s>(values: impl IntoIterator<Item = &'s [u32]>) -> Mass {
        let (mut distinct, mut shared) = (0, 0);
        let (mut once, mut first, mut all) = (Vec::new(), Vec::new(), Vec::new());
        for sessions in values {
            distinct += 1;
            match sessions {
                [only] => once.push(*only),
                several => shared += several.len(),
            }
            first.extend(sessions.first());
            all.extend_from_slice(sessions);
        }
        let once = count(once);
        let observations = once + u32::try_from(shared).unwrap_or(u32::MAX - once);
        Mass { observations, distinct, once, bringing: count(first), sessions: count(all) }
    }

    /// The same, of sets of sessions.
    pub fn of_sets<'s>(values: impl IntoIterator<Item = &'s BTreeSet<u32>>) -> Mass {
        let lists: Vec<Vec<u32>> = values.into_iter().map(|sessions| sessions.iter().copied().collect()).collect();
        Mass::of(lists.iter().map(Vec::as_slice))
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

/// The statistic in words.
impl std::fmt::Display for Mass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (low, high) = self.interval();
        let Mass { once, sessions, .. } = self;
        write!(
            f,
            "{once} of {sessions} sessions had one that no other had; a new one next time: {:.0} % ({:.0} to {:.0} %)",
            self.missing() * 100.0,
            low * 100.0,
            high * 100.0
        )
    }
}

/// What `--explain` says of the groups that varied most: their statistic, and whether each was `open` or `closed`.
pub fn told(mut groups: Vec<(Mass, bool, String)>, open: &str, closed: &str) -> impl Iterator<Item = String> {
    groups.retain(|(mass, ..)| mass.distinct > 1);
    groups.sort_by(|(a, _, one), (b, _, other)| (b.distinct, one).cmp(&(a.distinct, other)));
    groups.into_iter().take(TOLD).map(move |(mass, is_open, name)| {
        let verdict = if is_open { open } else { closed };
        format!("`{name}`: {} distinct, {mass}; {verdict}", mass.distinct)
    })
}

const TOLD: usize = 5;

fn count(mut sessions: Vec<u32>) -> u32 {
    sessions.sort_unstable();
    sessions.dedup();
    u32::try_from(sessions.len()).unwrap_or(u32::MAX)
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
        let all: Vec<u32> = (0..40).collect();
        let mass = Mass::of([all.as_slice()]);
        assert_eq!(mass.missing(), 0.0);
        assert!(mass.interval().1 < 0.1);
    }

    #[test]
    fn values_that_never_come_twice_say_that_the_next_is_new() {
        let each: Vec<[u32; 1]> = (0..40).map(|session| [session]).collect();
        let mass = Mass::of(each.iter().map(<[u32; 1]>::as_slice));
        assert_eq!((mass.missing(), mass.bringing), (1.0, 40));
        assert!(mass.interval().0 > 0.9);
    }

    #[test]
    fn forty_values_of_one_session_say_no_more_than_one() {
        let of = |own: usize| Mass::of(std::iter::repeat_n(&[7_u32][..], own).chain([&[0, 1, 2, 3][..]]));
        let (one, forty) = (of(1), of(40));
        assert_eq!(forty, Mass { distinct: 41, ..one });
        assert_eq!((one.once, one.observations, one.bringing, one.sessions), (1, 5, 2, 5));
    }

    #[test]
    fn one_observation_says_next_to_nothing() {
        let (low, high) = Mass::of([&[0][..]]).interval();
        assert!(low < 0.3 && high > 0.9, "{low} {high}");
    }
}
