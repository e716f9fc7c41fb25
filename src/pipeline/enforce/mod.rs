//! The stage `enforce`.
