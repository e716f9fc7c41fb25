//! Scan, and the five stages: plain functions and small state machines; no I/O, no clock. No stage knows another; what
//! the proxy needs of a stage is a [`gate::Gate`].

pub mod gate;
pub mod scan;
pub mod record;
pub mod infer;
pub mod lock;
pub mod replay;
pub mod enforce;
