//! The stage `lock`.
