//! `scan`.
