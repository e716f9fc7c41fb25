//! Addresses: whom a call would reach.
//!
//! [`read`] reads a list of mailboxes (RFC 5322) and refuses what mail programs read differently: the split of an address
//! must not depend on who splits it. [`AddressSet`] is the patterns of the policy.

mod domain;
mod list;
mod mailbox;
mod set;
#[cfg(test)]
mod tests;

pub use domain::is_free_mail;
pub use list::{looks_like_addresses, read};
pub use set::AddressSet;

pub(super) use domain::{has_known_end, read_domain};
