//! The stage `record`: a gate that lets everything pass and notes what an agent does.

mod recorder;

pub use recorder::{Fate, Recorder, Settings};
