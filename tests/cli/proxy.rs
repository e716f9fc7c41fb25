//! `proxy`.
