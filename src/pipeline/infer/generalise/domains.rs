//! Positions of one server that hold names of the same things: what is known of one is known of the other.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::super::danger::Class;
use super::super::mass::Mass;
use super::super::names::{self, Role};
use super::super::stakes::{self, Stakes};
use super::super::view::{ServerView, Spot};
use super::position::{self, Context, Seen};

/// Every position of a server that holds words, by the name under which it is pooled.
#[derive(Debug, Default)]
pub struct Domains {
    by_name: BTreeMap<String, Vec<Domain>>,
    known: OnceCell<Known>,
}

/// What the values of names have in common, told once for all positions.
#[derive(Debug)]
struct Known {
    /// All values of a name, whatever the tool.
    of_name: BTreeMap<String, BTreeSet<String>>,
    /// Value -> the names of attributes that it stands under.
    names: BTreeMap<String, Vec<String>>,
}

#[derive(Debug)]
struct Domain {
    tool: String,
    key: String,
    stakes: Stakes,
    /// Word -> sessions.
    values: BTreeMap<String, Vec<u32>>,
}

/// What all positions of the same name know together.
#[derive(Debug, Default)]
pub struct Pool {
    pub values: BTreeSet<String>,
    pub mass: Mass,
}

/// Fewer values that two names share are a coincidence.
const SEVERAL: usize = 3;

/// A value under more names than this (`true`, `en`) tells of none of them what it names.
const MOST_NAMES: usize = 64;

impl Domains {
    pub fn of(server: &ServerView<'_>) -> Domains {
        let mut domains = Domains::default();
        for (name, tool) in &server.tools {
            let stakes = stakes::of(name, tool, server.offered.get(name).copied());
            domains.walk(name, "", &tool.arguments, stakes);
        }
        domains
    }

    fn walk(&mut self, tool: &str, key: &str, spot: &Spot<'_>, stakes: Stakes) {
        // Of too many the view holds a sample.
        let values: BTreeMap<String, Vec<u32>> =
            spot.strings().map(|(value, sessions)| (value, sessions.to_vec())).collect();
        if !values.is_empty() {
            let domain = Domain { tool: tool.to_owned(), key: key.to_owned(), stakes, values };
            self.by_name.entry(names::pool(key)).or_default().push(domain);
        }
        for (name, field) in &spot.fields {
            self.walk(tool, name, field, stakes);
        }
        if let Some(items) = &spot.items {
            self.walk(tool, key, items, stakes);
        }
    }

    fn named(&self, key: &str) -> &[Domain] {
        self.by_name.get(&names::pool(key)).map_or(&[], Vec::as_slice)
    }

    /// Whether new values keep coming is asked of all positions of one name whose values have the form of this one's:
    /// the reservations that are cancelled are among those that are looked up.
    pub fn pool(&self, context: &Context<'_>, own: &[Seen<'_>]) -> Pool {
        let mine: BTreeSet<String> = own.iter().map(|(value, _)| outline(value)).collect();
        let words: BTreeSet<&str> = own.iter().map(|(value, _)| value.as_str()).collect();
        let mut sessions_of: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
        for domain in self.named(context.key()) {
            let alike = domain.values.keys().any(|value| mine.contains(&outline(value)));
            let here = domain.tool == context.tool && domain.key == context.key();
            if alike {
                for (value, sessions) in &domain.values {
                    // What stands here as a place or a link is granted as that, and makes no form of words.
                    if here && !words.contains(value.as_str()) && !position::is_word(context, value) {
                        continue;
                    }
                    sessions_of.entry(value).or_default().extend(sessions);
                }
            }
        }
        Pool {
            mass: Mass::of_sets(sessions_of.values()),
            values: sessions_of.keys().map(|value| (*value).to_owned()).collect(),
        }
    }

    /// Values that other positions lend to this one.
    ///
    /// Two positions that share a name and several values hold names of the same things: whoever may be mailed may be
    /// invited. A call that changes something borrows only from calls that change something, and what deletes, pays or
    /// runs borrows from nobody: to be named elsewhere is no reason to be deleted.
    pub fn lent(&self, context: &Context<'_>, own: &[Seen<'_>]) -> BTreeSet<String> {
        let mut lent = BTreeSet::new();
        if context.is_exact() || borrows_from_nobody(context.stakes.class) {
            return lent;
        }
        for domain in self.named(context.key()) {
            if context.stakes.changes && !domain.stakes.changes
                || domain.tool == context.tool && domain.key == context.key()
            {
                continue;
            }
            let shared = own.iter().filter(|(value, _)| domain.values.contains_key(value)).count();
            let within = shared == own.len() && domain.key == context.key() && context.stakes.class.is_none();
            let reads = shared >= 1 && !context.stakes.changes;
            if shared >= 2 || within || reads {
                lent.extend(domain.values.keys().cloned());
            }
        }
        lent.extend(self.lent_by_other_names(context));
        lent
    }

    /// Values of positions with another name that hold names of the same things: where it comes from and where it goes, what
    /// is compared with what. That two columns name the same things is told by their values, as where foreign keys are looked
    /// for in a database: most values of the smaller one are among the other's, and of both several. All positions of a name
    /// are asked together, those that only look included; but a call that changes something borrows only values of calls
    /// that change something, and whom or what a call reaches is never told from another name's values: that a party paid
    /// is no reason that it may be paid.
    fn lent_by_other_names(&self, context: &Context<'_>) -> BTreeSet<String> {
        let name = names::pool(context.key());
        let known = self.known.get_or_init(|| self.common());
        let mine = known.of_name.get(&name).filter(|mine| context.role() == Role::Other && mine.len() >= SEVERAL);
        let mut shared: BTreeMap<&str, usize> = BTreeMap::new();
        let mine_len = mine.map_or(0, BTreeSet::len);
        for value in mine.into_iter().flatten() {
            let names = known.names.get(value).filter(|names| names.len() <= MOST_NAMES);
            for other in names.into_iter().flatten().filter(|other| **other != name) {
                *shared.entry(other).or_default() += 1;
            }
        }
        let usable = |domain: &&Domain| !context.stakes.changes || domain.stakes.changes;
        let others = shared.into_iter().filter(|(other, shared)| {
            let theirs = known.of_name.get(*other).map_or(0, BTreeSet::len);
            *shared >= SEVERAL && shared * 2 > mine_len.min(theirs)
        });
        others
            .filter_map(|(other, _)| self.by_name.get(other))
            .flat_map(|domains| domains.iter().filter(usable))
            .flat_map(|domain| domain.values.keys().cloned())
            .collect()
    }

    fn common(&self) -> Known {
        let mut known = Known { of_name: BTreeMap::new(), names: BTreeMap::new() };
        for (name, domains) in &self.by_name {
            let values = domains.iter().flat_map(|domain| domain.values.keys().cloned());
            let values: BTreeSet<String> = values.collect();
            if domains.iter().all(|domain| names::role(&domain.key) == Role::Other) {
                for value in &values {
                    known.names.entry(value.clone()).or_default().push(name.clone());
                }
            }
            known.of_name.insert(name.clone(), values);
        }
        known
    }
}

fn borrows_from_nobody(class: Option<&'static Class>) -> bool {
    class.is_some_and(|class| ["shell", "payment", "credential", "deletion"].contains(&class.name))
}

/// A word without its letters and lengths: `user_7` and `ann_12` are alike, a name and a number are not.
fn outline(value: &str) -> String {
    let mut outline = String::new();
    for character in value.chars().take(64) {
        let class = if character.is_numeric() {
            '0'
        } else if character.is_alphabetic() {
            'a'
        } else {
            character
        };
        match (outline.chars().last(), class) {
            (Some('0'), 'a' | '0') | (Some('a'), 'a') => {}
            (Some('a'), '0') => {
                outline.pop();
                outline.push('0');
            }
            _ => outline.push(class),
        }
    }
    outline
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::super::observe::Observer;
    use super::super::super::settings::Settings;
    use super::super::super::write;
    use super::super::infer;
    use super::*;
    use crate::decision::redact::Redactor;
    use crate::model::evidence::Evidence;
    use crate::model::policy::{Args, Constraint, Redaction};

    fn evidence(sessions: &[Vec<Value>]) -> Evidence {
        let redactor = Redactor::new(&[7; 32], &Redaction::default()).unwrap();
        Evidence::collect(sessions.iter().enumerate().map(|(run, calls)| {
            let mut observer = Observer::new(&run.to_string(), Settings::default().bare, &redactor);
            calls.iter().for_each(|call| observer.line(&call.to_string()).unwrap());
            observer.finish()
        }))
    }

    fn route(from: &str, via: &str) -> Value {
        json!({"server": "s", "tool": "update_route", "arguments": {"origin": from, "via": via}})
    }

    fn granted(sessions: &[Vec<Value>], argument: &str) -> String {
        let document = infer(&evidence(sessions), &Settings::default()).document;
        let Args::Listed(listed) = &document.servers["s"].tools["update_route"].args else { panic!("no arguments") };
        write::constraint(&listed[argument])
    }

    #[test]
    fn two_names_of_mostly_the_same_values_share_them_and_two_that_share_a_few_do_not() {
        let alike =
            [vec![route("JFK", "ATL"), route("ATL", "SEA")], vec![route("SEA", "JFK")], vec![route("LAX", "JFK")]];
        assert_eq!(granted(&alike, "via"), "{ one_of: [ATL, JFK, LAX, SEA] }");
        let apart =
            [vec![route("JFK", "red"), route("ATL", "blue")], vec![route("SEA", "green")], vec![route("LAX", "JFK")]];
        assert_eq!(granted(&apart, "via"), "{ one_of: [JFK, blue, green, red] }");
    }

    #[test]
    fn values_under_a_few_names_join_them_and_values_under_very_many_join_none() {
        let of = |names: usize| {
            let call = |tool: &str, from: usize, word: &str| {
                let all = (from..names.min(from + 60)).map(|at| (format!("q{at}w"), json!(word)));
                json!({"server": "s", "tool": tool, "arguments": all.collect::<serde_json::Map<_, _>>()})
            };
            let more = json!({"server": "s", "tool": "update_more", "arguments": {"q1w": "never"}});
            let mut sessions: Vec<Vec<Value>> = ["on", "off", "auto"]
                .map(|word| vec![call("update_route", 0, word), call("update_more", 60, word)])
                .to_vec();
            sessions[0].push(more);
            granted(&sessions, "q0w")
        };
        assert_eq!(of(3), "{ one_of: [auto, never, \"off\", \"on\"] }");
        assert_eq!(of(MOST_NAMES + 6), "{ one_of: [auto, \"off\", \"on\"] }");
    }

    #[test]
    fn whether_a_value_is_known_from_elsewhere_does_not_hang_on_its_spelling() {
        let number = |at: usize| format!("{}{at:05}", if at.is_multiple_of(2) { "a" } else { "z" });
        let call = |tool: &str, user: String| json!({"server": "s", "tool": tool, "arguments": {"user": user}});
        let invited = (0..2).map(|half| (0..12_000).map(|at| call("invite", number(half * 12_000 + at))).collect());
        let mut sessions: Vec<Vec<Value>> = invited.collect();
        sessions[0].extend([number(0), number(1)].map(|user| call("update_route", user)));
        let document = infer(&evidence(&sessions), &Settings::default()).document;
        let Args::Listed(listed) = &document.servers["s"].tools["update_route"].args else { panic!("no arguments") };
        let Constraint::OneOf(users) = &listed["user"] else { panic!("{:?}", listed["user"]) };
        for known in [number(23_998), number(23_999)] {
            assert!(users.contains(&json!(known)), "{known}");
        }
        assert!(!users.contains(&json!(number(24_001))));
    }
}
