//! What values were read as. To read one is what costs; and leaving out one session after another, the same values are
//! seen again and again, each at the same position.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use crate::model::effects::What;

/// Value -> what it was read as.
type Values = HashMap<String, Rc<[What]>>;

/// Position and what paths there are relative to -> value -> what it was read as.
#[derive(Debug)]
pub struct Readings {
    known: RefCell<HashMap<Vec<u8>, Values>>,
    held: Cell<usize>,
    most: usize,
    one_position: bool,
}

/// Values whose reading is remembered, at most: up to a thousand bytes each.
const MOST: usize = 100_000;
const MOST_OF_ONE_POSITION: usize = 4_000;

impl Readings {
    /// For several inferences from the same sessions.
    pub fn remembered() -> Readings {
        Readings { known: RefCell::default(), held: Cell::default(), most: MOST, one_position: false }
    }

    /// For one inference, which looks at one position after the other: what was read at the last one is forgotten.
    pub fn passing() -> Readings {
        Readings { most: MOST_OF_ONE_POSITION, one_position: true, ..Readings::remembered() }
    }

    /// What is known of the value, else what `read` says.
    pub fn of(&self, position: &[u8], value: &str, read: impl FnOnce() -> Vec<What>) -> Rc<[What]> {
        let known = self.known.borrow().get(position).and_then(|values| values.get(value).cloned());
        if let Some(known) = known {
            return known;
        }
        let found: Rc<[What]> = read().into();
        let mut known = self.known.borrow_mut();
        if !known.contains_key(position) {
            if self.one_position {
                known.clear();
                self.held.set(0);
            }
            known.insert(position.to_owned(), Values::new());
        }
        if self.held.get() < self.most {
            known.get_mut(position).and_then(|values| values.insert(value.to_owned(), Rc::clone(&found)));
            self.held.set(self.held.get() + 1);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::generalise::policy::infer_from;
    use super::super::observe::Observer;
    use super::super::settings::Settings;
    use super::super::view::View;
    use super::*;
    use crate::decision::redact::Redactor;
    use crate::model::effects::Kind;
    use crate::model::evidence::{Evidence, Place};
    use crate::model::policy::Redaction;

    fn unreadable(why: &str) -> Vec<What> {
        vec![What::Unreadable { kind: Kind::Path, why: why.into() }]
    }

    #[test]
    fn a_value_is_read_once_at_a_position_and_anew_at_another() {
        for readings in [Readings::remembered(), Readings::passing()] {
            assert_eq!(*readings.of(b"a", "x", || unreadable("first")), unreadable("first"));
            assert_eq!(*readings.of(b"a", "x", || unreadable("second")), unreadable("first"));
            assert_eq!(*readings.of(b"b", "x", || unreadable("third")), unreadable("third"));
        }
    }

    #[test]
    fn for_one_inference_nothing_is_held_of_positions_that_were_passed() {
        let readings = Readings::passing();
        for (position, value) in (0..10_u8).flat_map(|position| (0..500).map(move |value| (position, value))) {
            readings.of(&[position], &value.to_string(), Vec::new);
        }
        assert_eq!(readings.known.borrow().values().map(Values::len).sum::<usize>(), 500);
        for value in 0..2 * MOST_OF_ONE_POSITION {
            readings.of(b"x", &value.to_string(), Vec::new);
        }
        assert_eq!(readings.known.borrow().values().map(Values::len).sum::<usize>(), MOST_OF_ONE_POSITION);
    }

    /// Calls in which the same words stand at several positions, with several bases, in one of several places.
    fn session(number: usize) -> Vec<serde_json::Value> {
        let word = ["docs", "src/a.rs", "https://a.org/x", "ls -la docs", "../b", "SELECT 1"];
        let at = |offset: usize| word[(number + offset) % word.len()];
        vec![
            json!({"server": "git", "tool": "git_add", "arguments": {"repo_path": format!("r{}", number % 2), "files": [at(0)]}}),
            json!({"server": "git", "tool": "git_rm", "arguments": {"cwd": format!("r{}", number % 3), "path": at(0)}}),
            json!({"server": "git", "tool": "read_file", "arguments": {"path": at(1), "note": at(2)}}),
            json!({"server": "sh", "tool": "read_file", "arguments": {"path": at(1), "command": at(3)}}),
            json!({"server": "db", "tool": "query", "arguments": {"sql": at(5), "url": at(2)}}),
        ]
    }

    #[test]
    fn what_is_inferred_from_the_others_is_the_same_whether_readings_are_remembered_or_not() {
        let redactor = Redactor::new(&[7; 32], &Redaction::default()).unwrap();
        let project = "/home/ann/web".to_owned();
        let bare = Place { cwd: project.clone(), project, home: Some("/home/ann".into()), ..Place::default() };
        let sessions = (0..8).map(|number| {
            let mut observer = Observer::new("t", bare.clone(), &redactor);
            session(number).iter().for_each(|line| observer.line(&line.to_string()).unwrap());
            let (digest, mut session) = observer.finish();
            session.place = (number % 2 == 0).then(|| Place { cwd: "/home/ann/web/api".into(), ..bare.clone() });
            (digest, session)
        });
        let evidence = Evidence::collect(sessions);
        let settings = Settings { bare, ..Settings::default() };
        let remembered = Readings::remembered();
        for digest in evidence.sessions.keys() {
            let others = View::new(&evidence, &settings.bare, |other| other == digest);
            let fresh = infer_from(&others, &settings, &Readings { most: 0, ..Readings::remembered() });
            assert_eq!(infer_from(&others, &settings, &remembered).document, fresh.document);
            assert_eq!(infer_from(&others, &settings, &Readings::passing()).document, fresh.document);
        }
        assert!(remembered.held.get() > 20, "something was remembered");
    }
}
