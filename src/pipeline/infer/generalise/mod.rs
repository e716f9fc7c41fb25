//! Evidence -> constraints, one file a kind of position. Each heuristic is a function of its own, whose comment says why
//! it holds for traces that nobody has seen yet.

pub mod addresses;
pub mod closed;
pub mod commands;
pub mod domains;
pub mod forms;
pub mod numbers;
pub mod places;
pub mod policy;
pub mod position;
mod sayable;
pub mod shapes;
pub mod sql;
pub mod text;
pub mod tool;
mod unseen;
pub mod urls;

pub use policy::{Inference, Note, infer, infer_from_all};
pub use position::{Context, Reasoned, Seen, Step};
