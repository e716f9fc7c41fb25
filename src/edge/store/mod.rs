//! What remit keeps: traces, policies, locks, packs, histories, keys.

pub mod audit;
pub mod files;
pub mod history;
pub mod recording;
pub mod locks;
pub mod state;
pub mod traces;
mod unpack;
