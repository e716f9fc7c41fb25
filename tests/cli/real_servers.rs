//! `real_servers`.
