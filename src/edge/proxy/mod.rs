//! The proxy: one server, one client, one gate between them.

pub mod frames;
pub mod scout;
