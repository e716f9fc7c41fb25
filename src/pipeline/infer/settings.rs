//! How closely a policy follows what was seen.

use crate::model::evidence::Place;

/// `--strictness`. What each does is one table in docs/inference.md.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Strictness {
    /// Nothing but what was seen; dates, texts and numbers keep their form.
    Exact,
    #[default]
    Balanced,
    /// Opens at half the evidence, and leaves texts free.
    Broad,
}

impl Strictness {
    /// Sessions that must speak for opening a position of a call that changes something.
    pub fn many(self) -> usize {
        match self {
            Strictness::Exact => usize::MAX,
            Strictness::Balanced => 8,
            Strictness::Broad => 4,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Strictness::Exact => "exact",
            Strictness::Balanced => "balanced",
            Strictness::Broad => "broad",
        }
    }
}

/// What inference goes by besides the evidence.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub strictness: Strictness,
    /// What paths of calls without recorded surroundings are relative to.
    pub bare: Place,
}
