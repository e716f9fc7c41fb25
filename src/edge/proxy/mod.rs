//! The proxy: one server, one client, one gate between them.
//!
//! [`stdio`] starts the server and leads it to its end; [`connection`] handles each frame; [`frames`] cuts lines and
//! writes them; [`session`] remembers who waits for what; [`ask`] holds what a person is asked about,
//! `questions` ends it, and [`first`] holds what waits for the list of tools; [`child`] sees to it that no process is left behind; [`writing`] writes down what the gate wants written.

pub mod ask;
pub mod child;
pub mod connection;
pub mod first;
pub mod frames;
pub mod jsonrpc;
pub mod log;
pub mod origin;
mod questions;
pub mod scout;
pub mod session;
pub mod stdio;
pub mod writing;
