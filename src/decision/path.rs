//! Paths: which place a string names.
