//! One file a way to render: table, JSON, HTML ...

pub mod annotations;
pub mod html;
pub mod junit;
pub mod markdown;
pub mod sarif;
pub mod table;
