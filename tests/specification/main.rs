//! The decision against an executable specification of it: a second one, slow and obvious (`spec`), judges the same
//! requests under the same policies (`make`), and the two must say the same.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod agreement;
mod choices;
mod denials;
mod make;
mod messages;
mod normal_forms;
mod refusals;
mod spec;
#[cfg(unix)]
mod tree;
