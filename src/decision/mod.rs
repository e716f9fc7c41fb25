//! What a request does, and whether it may. Pure: time, place and history are arguments.
//!
//! [`effects`] reads a request, with one reader a kind beside it ([`path`], [`url`], [`sql`], [`command`], [`address`],
//! [`text`]); [`decide`] is the only place that decides; [`permit`] holds what it hands out; [`explain`] puts a verdict
//! into words and never judges again. [`policy`] makes a policy file ready to decide with. [`redact`] takes secrets out
//! of anything that is written down.

pub mod account;
pub mod address;
pub mod command;
pub mod decide;
pub mod effects;
pub mod explain;
pub mod identity;
pub mod path;
pub mod permit;
pub mod policy;
pub mod protections;
pub mod redact;
pub mod shape;
pub mod sql;
pub mod table;
pub mod text;
pub mod url;
pub mod verbs;
