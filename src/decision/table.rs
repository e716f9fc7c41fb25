//! The hash tables of the decision: their keys come from a policy or from this crate's own lists, and a call is looked up
//! in them. Sets that are filled from a call stay with the standard library's hasher.

use std::collections::{HashMap, HashSet};

use rapidhash::fast::GlobalState;

/// A table whose keys no call chose. Seeded anew in each process, so that a policy cannot make its keys collide.
pub type Table<K, V> = HashMap<K, V, GlobalState>;

/// The set beside it.
pub type Members<K> = HashSet<K, GlobalState>;
