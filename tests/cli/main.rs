//! The binary, driven as a user drives it. One file a verb; one binary, so that it is linked once.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod support;

mod check;
mod clients;
mod decide;
mod demo;
mod examples;
mod explain;
mod false_denials;
mod four_servers;
mod infer;
mod infer_against;
mod infer_chosen;
mod infer_past_caps;
mod infer_payees;
mod infer_powers;
mod infer_said;
mod infer_sessions;
mod init;
mod lock;
mod packed;
mod poisoned;
mod policy_page;
mod proxy;
mod readme;
mod real_servers;
mod record;
mod replay;
mod report;
mod scan;
mod schema;
mod set_aside;
mod teeth;
mod whole_line;
