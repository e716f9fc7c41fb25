//! The configuration files of MCP clients: where they are, which servers they name, and how those are wrapped.
//!
//! [`table`] says where each client keeps its servers. [`find`] reads the files that exist; [`entries`] turns a file into
//! servers. [`wrapping`] knows the arguments of a wrapped entry, [`rewrite`] edits a file's text token by token (pure),
//! [`memory`] remembers how to take an edit back, and [`change`] does it to the file on the disk. [`folder`] looks through a repository. One file a format:
//! [`jsonc`].

pub mod table;
pub mod jsonc;
pub mod entries;
pub mod wrapping;
pub mod find;
pub mod rewrite;
pub mod memory;
pub mod change;
pub mod folder;

pub use find::{ConfigError, ConfigFile, Source, find};
