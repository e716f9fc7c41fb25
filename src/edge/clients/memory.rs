//! How to take a wrapping back, byte for byte: places and digests, kept in the state directory. Nothing of the file
//! itself, since configurations hold secrets.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::rewrite::{Key, Undo};
use crate::edge::store::files::{self, Access, FileError};
use crate::edge::store::state;

/// The version that is written. 1: the first (November 2026). Another one is as good as none.
const VERSION: u32 = 1;

/// What is remembered of one configuration file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    v: u32,
    /// For people who look in here.
    file: String,
    /// SHA-256 of the file without wrapping, and with it.
    pub before: String,
    pub after: String,
    pub undo: Vec<Undo>,
    pub added: BTreeSet<Key>,
}

impl Memory {
    pub fn of(file: &Path, before: &[u8], after: &[u8], undo: Vec<Undo>, added: BTreeSet<Key>) -> Memory {
        let file = file.display().to_string();
        Memory { v: VERSION, file, before: digest(before), after: digest(after), undo, added }
    }
}

pub fn digest(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

fn place(state: &Path, file: &Path) -> PathBuf {
    state.join("wraps").join(format!("{}.json", state::name_of(file)))
}

/// What is remembered of this file (its resolved path); `None` also where it was lost or damaged.
pub fn recall(state: &Path, file: &Path) -> Option<Memory> {
    let text = files::read_text(&place(state, file)).ok()?;
    let memory: Memory = serde_json::from_str(&text).ok()?;
    (memory.v == VERSION).then_some(memory)
}

/// Keeps it, for this user alone.
pub fn keep(state: &Path, file: &Path, memory: &Memory) -> Result<(), FileError> {
    let place = place(state, file);
    let text = serde_json::to_vec(memory)
        .map_err(|error| FileError::Write { path: place.clone(), source: std::io::Error::other(error) })?;
    files::write_atomic(&place, &text, Access::Private)
}

/// Nothing is wrapped any more.
pub fn forget(state: &Path, file: &Path) {
    let _ = std::fs::remove_file(place(state, file));
}
