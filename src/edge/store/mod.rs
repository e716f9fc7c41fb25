//! What remit keeps: traces, policies, locks, packs, histories, keys.

pub mod files;
pub mod state;
