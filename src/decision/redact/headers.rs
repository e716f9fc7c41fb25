//! `Authorization` and `Cookie`, where a scheme or a name comes before the secret.

use std::ops::Range;

use super::values;

/// Schemes that one credential follows.
const SCHEMES: [&str; 13] = [
    "bearer",
    "basic",
    "token",
    "apikey",
    "api-key",
    "negotiate",
    "ntlm",
    "bot",
    "key",
    "splunk",
    "genie",
    "genericapikey",
    "sso-key",
];
/// Schemes that a list of parameters follows.
const LISTS: [&str; 5] = ["digest", "aws4-hmac-sha256", "hawk", "oauth", "signature"];

/// The part of an Authorization value that is secret. `sure`: it certainly is such a value (a header list, a JSON key);
/// otherwise it may be a sentence.
pub(super) fn credential(value: &str, sure: bool) -> Option<Range<usize>> {
    let trimmed = value.trim_start();
    let start = value.len() - trimmed.len();
    let end = value.trim_end().len();
    let first = trimmed.split(char::is_whitespace).next().unwrap_or_default();
    let lower = first.to_ascii_lowercase();
    let rest = trimmed.get(first.len()..).unwrap_or_default();
    let after = start + first.len() + (rest.len() - rest.trim_start().len());
    if LISTS.contains(&lower.as_str()) && rest.contains('=') {
        return Some(after..end).filter(|range| range.start < range.end);
    }
    if SCHEMES.contains(&lower.as_str()) && !rest.trim().is_empty() {
        let credential = rest.trim_start();
        let length = if sure { credential.trim_end().len() } else { run(credential) };
        let credential = credential.get(..length)?;
        let plausible = sure && length >= 3
            || values::looks_random(credential)
            || length >= 6 && credential.bytes().any(|byte| byte.is_ascii_digit())
            || length >= 24
            || lower == "basic" && values::is_basic_pair(credential);
        return (plausible && !values::is_reference(credential)).then_some(after..after + length);
    }
    let length = if sure { trimmed.trim_end().len() } else { run(trimmed) };
    let whole = trimmed.get(..length)?;
    (values::looks_random(whole) || values::is_basic_pair(whole) && sure).then_some(start..start + length)
}

/// A credential's letters.
fn run(text: &str) -> usize {
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"+/=._~:-|%".contains(byte)).count()
}

/// Whether a Cookie value holds one: `name=value`, with a value that is more than a switch.
pub(super) fn holds_cookie(value: &str) -> bool {
    value.split(';').take(50).any(|part| {
        part.split_once('=').is_some_and(|(name, value)| {
            !name.trim().is_empty()
                && name.trim().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
                && value.trim().len() >= 6
                && !values::is_reference(value)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_stays_and_the_credential_goes() {
        assert_eq!(credential("Bearer abc123def", false), Some(7..16));
        assert_eq!(credential(" Basic dXNlcjpwYXNz ", false), Some(7..19));
        assert_eq!(credential("Digest username=\"u\", response=\"r\"", true), Some(7..33));
        assert_eq!(credential("abcd1234efgh", false), Some(0..12));
    }

    #[test]
    fn sentences_and_references_stay() {
        for value in ["Bearer token required", "Bearer $TOKEN", "Bearer <token>", "Bearer ${TOKEN}", "required", ""] {
            assert_eq!(credential(value, false), None, "{value}");
        }
    }
}
