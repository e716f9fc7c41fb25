//! The only folder that touches the world: files, processes, sockets, clock, terminal.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "this is the folder that touches the world")]

pub mod clients;
pub mod clock;
pub mod facts;
pub mod progress;
pub mod proxy;
pub mod render;
pub mod servers;
pub mod store;
pub mod terminal;
