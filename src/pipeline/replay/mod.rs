//! The stage `replay`.
