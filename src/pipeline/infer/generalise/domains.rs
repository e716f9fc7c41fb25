//! Positions of one server that hold names of the same things: what is known of one is known of the other.

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

/// Values of one name that are looked at.
const MOST: usize = 20_000;

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
        let values: BTreeMap<String, Vec<u32>> =
            spot.strings().take(MOST).map(|(value, sessions)| (value, sessions.to_vec())).collect();
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
        let of = |domains: &[Domain]| -> BTreeSet<String> {
            domains.iter().flat_map(|domain| domain.values.keys().cloned()).collect()
        };
        let name = names::pool(context.key());
        let mine = of(self.named(context.key()));
        if context.role() != Role::Other || mine.len() < SEVERAL {
            return BTreeSet::new();
        }
        let others = self.by_name.iter().filter(|(other, domains)| {
            let attribute = domains.iter().all(|domain| names::role(&domain.key) == Role::Other);
            let theirs = if **other != name && attribute { of(domains) } else { BTreeSet::new() };
            let shared = mine.intersection(&theirs).count();
            shared >= SEVERAL && shared * 2 > mine.len().min(theirs.len())
        });
        let usable = |domain: &&Domain| !context.stakes.changes || domain.stakes.changes;
        others
            .flat_map(|(_, domains)| domains.iter().filter(usable))
            .flat_map(|domain| domain.values.keys().cloned())
            .collect()
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
