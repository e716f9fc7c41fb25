//! The distinct values of one position over all sessions, each with the sessions that had it.

use std::collections::BTreeMap;

use super::node;
use crate::model::evidence::{Beyond, Texts};

/// Distinct values of one position that are looked at; twice as many as one session keeps of it.
const LOOKED_AT: usize = 2 * node::VALUES;

/// Sorted by text. Of more than [`LOOKED_AT`] those with the smallest hashes: a fair sample, and the same one whatever the
/// order, since what is among the smallest of all is among the smallest of each session that had it.
#[derive(Debug, Default)]
pub struct Values<'a> {
    /// JSON text, and where its sessions begin and end.
    texts: Vec<(&'a str, usize, usize)>,
    /// The numbers of the sessions, those of one text together and ascending.
    sessions: Vec<u32>,
    /// How many there were, of those that the sessions kept.
    pub distinct: usize,
}

impl<'a> Values<'a> {
    /// Of each session's values; and, by session, what is known of those that are not in the sample.
    pub(super) fn of(sets: &[(u32, &'a Texts)]) -> (Values<'a>, BTreeMap<u32, Beyond>) {
        let mut all: Vec<(u64, &str, u32)> = Vec::with_capacity(sets.iter().map(|(_, set)| set.len()).sum());
        for (session, set) in sets {
            all.extend(set.iter().map(|text| (node::hash_of(text), text, *session)));
        }
        all.sort_unstable();
        let mut values = Values { sessions: Vec::with_capacity(all.len()), ..Values::default() };
        let mut beyond: BTreeMap<u32, Beyond> = BTreeMap::new();
        for same in all.chunk_by(|(_, a, _), (_, b, _)| a == b) {
            let Some((_, text, _)) = same.first() else { continue };
            values.distinct += 1;
            if values.distinct <= LOOKED_AT {
                let start = values.sessions.len();
                values.sessions.extend(same.iter().map(|(_, _, session)| session));
                values.texts.push((text, start, values.sessions.len()));
            } else if let Ok(value) = serde_json::from_str(text) {
                for (_, _, session) in same {
                    node::extend(beyond.entry(*session).or_default(), &value);
                }
            }
        }
        values.texts.sort_unstable();
        values.texts.shrink_to_fit();
        values.sessions.shrink_to_fit();
        (values, beyond)
    }

    /// JSON text, and the numbers of the sessions that had it, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &[u32])> {
        self.texts.iter().map(|(text, start, end)| (*text, self.sessions.get(*start..*end).unwrap_or_default()))
    }

    /// The numbers of the sessions that had this text, ascending. `None`: it is not looked at, or nobody had it.
    pub fn get(&self, text: &str) -> Option<&[u32]> {
        let at = self.texts.binary_search_by(|(known, _, _)| (*known).cmp(text)).ok()?;
        let (_, start, end) = self.texts.get(at)?;
        self.sessions.get(*start..*end)
    }

    /// How many are looked at.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(numbers: std::ops::Range<usize>) -> Texts {
        let mut texts: Vec<String> = numbers.map(|number| format!("\"src/{number}\"")).collect();
        texts.sort();
        Texts::of_sorted(&texts)
    }

    #[test]
    fn each_value_has_the_sessions_that_had_it() {
        let (first, second) = (set(0..2), set(1..3));
        let (values, beyond) = Values::of(&[(0, &first), (1, &second)]);
        let all: Vec<(&str, &[u32])> = values.iter().collect();
        assert_eq!(all, [("\"src/0\"", &[0][..]), ("\"src/1\"", &[0, 1]), ("\"src/2\"", &[1])]);
        assert!(beyond.is_empty());
        assert_eq!([values.get("\"src/1\""), values.get("\"src/3\"")], [Some(&[0, 1][..]), None]);
    }

    #[test]
    fn of_more_than_the_cap_a_sample_is_looked_at_that_shards_do_not_change() {
        let sets: Vec<Texts> = (0..4).map(|part| set(part * 12_000..part * 12_000 + 14_000)).collect();
        let numbered: Vec<(u32, &Texts)> = (0..).zip(&sets).collect();
        let (values, beyond) = Values::of(&numbered);
        assert_eq!((values.len(), values.distinct), (LOOKED_AT, 50_000));
        let left: u64 = beyond.values().map(|beyond| beyond.values).sum();
        let kept: usize = values.iter().map(|(_, sessions)| sessions.len()).sum();
        assert_eq!(left as usize + kept, 56_000);
        assert!(beyond.values().all(|beyond| beyond.directory.as_deref() == Some("src")));
        let whole = set(0..50_000);
        let (alone, _) = Values::of(&[(0, &whole)]);
        assert!(alone.iter().map(|(text, _)| text).eq(values.iter().map(|(text, _)| text)));
    }
}
