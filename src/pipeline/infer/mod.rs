//! Traces -> the smallest policy that still lets the agent work (DESIGN 1, 4, 5).
//!
//! [`observe`] turns trace lines into evidence, [`runs`] makes sessions of recordings, [`view`] sees the evidence of many sessions as one, [`generalise`] makes
//! constraints of it, by what is at stake ([`stakes`], [`danger`]) and by how likely a new value is ([`mass`]).
//! [`left_out`] measures the result on sessions that it was not learned from ([`completeness`]), [`unlike`] sets aside what one of them alone
//! did, as [`signs`] does with texts that hold the signs of a command and [`deeds`] with dangerous commands, [`write`] puts it into a file, and
//! [`summary`] says what the agent used and what it never needed ([`powers`]), [`against`] what an existing policy grants beyond that.

pub mod against;
mod alone;
pub mod completeness;
pub mod danger;
mod deeds;
pub mod dropped;
pub mod generalise;
pub mod left_out;
pub mod mass;
pub mod names;
pub mod narrower;
pub mod node;
pub mod observe;
pub mod powers;
pub mod reading;
pub mod readings;
pub mod runs;
mod sample;
pub mod settings;
pub mod signs;
pub mod stakes;
pub mod summary;
pub mod unlike;
pub mod values;
pub mod view;
pub mod write;

#[cfg(test)]
mod growth;
#[cfg(test)]
mod tests;

/// The token of a string that is nothing but a redacted secret: `[redacted:kind:token]`.
fn text_token(text: &str) -> Option<&str> {
    text.strip_prefix("[redacted:").and_then(|rest| rest.strip_suffix(']')).filter(|rest| !rest.contains('['))
}
