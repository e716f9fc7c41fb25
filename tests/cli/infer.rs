//! `infer`.
