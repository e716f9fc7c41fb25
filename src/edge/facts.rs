//! Where paths really lead.
