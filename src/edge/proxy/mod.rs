//! The proxy: one server, one client, one gate between them.
