//! The nouns: what the rest of the house talks about. Nothing here touches the world, and nothing here decides.
//!
//! Read in this order: a [`message`] on the wire carries a [`request`]; the request has [`effects`]; the world adds
//! [`facts`] and the session its [`history`]; the [`policy`] turns them into a [`verdict`]. Around the decision stand
//! what is written down: [`trace`], [`audit`], [`evidence`], [`lockfile`], [`attack`], [`score`] and [`finding`].

pub mod attack;
pub mod audit;
pub mod baseline;
pub mod effects;
pub mod evidence;
pub mod facts;
pub mod finding;
pub mod history;
pub mod json;
pub mod lockfile;
pub mod message;
pub mod place;
pub mod pointer;
pub mod policy;
pub mod report;
pub mod request;
pub mod score;
pub mod server;
pub mod time;
pub mod trace;
pub mod verdict;
