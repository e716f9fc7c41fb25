//! The decision a second time, slow and obvious: written from DESIGN 3 and 4, with nothing of `src/decision`. It walks the
//! policy as it is written; nothing is compiled, indexed or kept.

pub mod constraints;
pub mod hosts;
pub mod judge;
pub mod links;
pub mod places;
pub mod protections;
pub mod touches;
pub mod words;
