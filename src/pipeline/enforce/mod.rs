//! The stage `enforce`: a gate that lets pass what the policy permits, and says no to everything else.

mod answers;
mod enforcer;
mod listing;
mod question;
mod results;

pub use enforcer::{Enforcer, Settings};
pub use listing::Lock;
