//! URLs: where a call would connect to.
//!
//! [`read`] reads as WHATWG does, and refuses what another parser in use (RFC 3986, curl, Python's urllib) would take to
//! another host: what was judged is then what is fetched. [`reach`] says how far away a host is. [`UrlSet`] and
//! [`HostSet`] are the patterns of the policy.

mod host;
mod pattern;
mod reach;
mod read;
mod set;
mod spelling;
#[cfg(test)]
mod tests;

pub use host::parse_host;
pub use pattern::{is_public_suffix, pattern_for};
pub use reach::{Reach, reach, reach_of};
pub use read::{looks_like_url, read, reads_alike};
pub use set::{HostSet, UrlSet};
pub use spelling::has_scheme;

pub(super) use pattern::glob;
pub(super) use spelling::{decode_once, is_stable, lenient_hosts};
