//! One file a way to render: table, JSON, HTML ...

pub mod html;
pub mod table;
