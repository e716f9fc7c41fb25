//! Secrets out of anything that is written down (DESIGN 5).
//!
//! [`Redactor`] puts `[redacted:<kind>:<token>]` where a secret stood; [`secrets_in`] only names the kinds. Both ask
//! `find`, which runs one scan for keywords over the text and wakes only the rules whose keyword was there:
//!
//! - `vendored`: the formats that vendors give their keys, by the rules of gitleaks (`rules.json`).
//! - `pairs`: a name that says secret, and a value beside it (`password=`, `"token":`, `--api-key x`, headers);
//!   `names` weighs the name, `values` the value.
//! - `forms`: secrets that are known by where they stand: PEM blocks, URL passwords, netrc, command lines.
//!
//! What is left out on purpose: numbers, ids, dates, UUIDs and hashes without such a name, and references to secrets
//! (`$TOKEN`, `<your key>`, `os.environ["KEY"]`).

mod emails;
mod find;
mod forms;
mod headers;
mod names;
mod pairs;
mod redactor;
mod values;
mod vendored;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub use emails::mask_emails;
pub use find::secrets_in;
pub use redactor::Redactor;
pub(in crate::decision) use values::decode_base64;
