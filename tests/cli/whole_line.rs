//! `whole_line`.
