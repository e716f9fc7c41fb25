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
    known: RefCell<HashMap<String, Values>>,
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
    pub fn of(&self, position: &str, value: &str, read: impl FnOnce() -> Vec<What>) -> Rc<[What]> {
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
