//! remit gives AI agents the least privilege that they need. This is the map of the house, in pipeline order.
//!
//! - [`model`]: the nouns.
//! - [`decision`]: what a call does, and whether it may. Pure.
//! - [`pipeline`]: record, infer, lock, replay, enforce. Pure.
//! - [`edge`]: the only folder that touches the world.
//! - [`cli`]: the verbs, where stages meet edges.

pub mod model;
pub mod decision;
pub mod pipeline;
pub mod edge;
pub mod cli;
