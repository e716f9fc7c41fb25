//! What must hold of any bytes at all, a module a reader. Each `check` panics where it does not hold.
//!
//! The fuzz targets call them with what libFuzzer thinks of; `tests/seeds.rs` of the crate itself calls them with every
//! committed seed, on stable.

pub mod address;
pub mod command;
pub mod framer;
pub mod gate;
pub mod infer;
pub mod json;
pub mod path;
pub mod policy;
pub mod redact;
pub mod sql;
pub mod text;
pub mod trace;
pub mod url;

/// One target.
pub type Check = fn(&[u8]);

/// Every target by its name, which is also the name of its folder of seeds.
pub const TARGETS: [(&str, Check); 13] = [
    ("address", address::check),
    ("command", command::check),
    ("framer", framer::check),
    ("gate", gate::check),
    ("infer", infer::check),
    ("json", json::check),
    ("path", path::check),
    ("policy", policy::check),
    ("redact", redact::check),
    ("sql", sql::check),
    ("text", text::check),
    ("trace", trace::check),
    ("url", url::check),
];

/// Readers take text; what is no UTF-8 never reaches them.
pub(crate) fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
