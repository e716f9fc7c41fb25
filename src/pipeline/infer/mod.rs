//! The stage `infer`.
