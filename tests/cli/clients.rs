//! `clients`.
