//! `lock`.
