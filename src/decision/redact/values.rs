//! What a value looks like: a secret, a reference to one, a word.

/// How much of a value is looked at, in bytes.
const LOOKED_AT: usize = 256;

/// The start of `value` that judgements are made on.
fn head(value: &str) -> &str {
    let mut end = value.len().min(LOOKED_AT);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    value.get(..end).unwrap_or_default()
}

/// Shannon entropy, in bits a byte.
pub(super) fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let total = bytes.len() as f64;
    counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / total).map(|p| -p * p.log2()).sum()
}

/// Words that stand where a secret would.
const WORDS: [&str; 58] = [
    "true",
    "false",
    "null",
    "none",
    "nil",
    "undefined",
    "yes",
    "no",
    "on",
    "off",
    "string",
    "str",
    "text",
    "bool",
    "boolean",
    "bytes",
    "number",
    "integer",
    "int",
    "float",
    "char",
    "varchar",
    "object",
    "array",
    "any",
    "unknown",
    "optional",
    "required",
    "hidden",
    "empty",
    "missing",
    "invalid",
    "valid",
    "default",
    "value",
    "input",
    "data",
    "arg",
    "args",
    "self",
    "this",
    "optionstring",
    "secretstr",
    "placeholder",
    "redacted",
    "masked",
    "removed",
    "omitted",
    "example",
    "sample",
    "dummy",
    "todo",
    "tbd",
    "changed",
    "updated",
    "unset",
    "bearer",
    "basic",
];

/// Whether `value` only refers to a secret, or hides one: `$TOKEN`, `${{ secrets.X }}`, `<password>`, `****`.
pub(super) fn is_pointer(value: &str) -> bool {
    let value = head(value.trim());
    let lower = value.to_ascii_lowercase();
    value.is_empty()
        || value.chars().all(|letter| matches!(letter, '*' | 'x' | 'X' | '.' | '•' | '…' | '-' | '_' | '#'))
        || is_variable(value)
        || value.starts_with('<') && value.ends_with('>')
        || value.starts_with('%') && value.ends_with('%')
        || value.starts_with("{{")
        || POINTERS.iter().any(|start| lower.starts_with(start))
        || matches!(lower.as_str(), "null" | "none" | "nil" | "undefined" | "true" | "false")
}

/// How a place that holds a secret is named.
const POINTERS: [&str; 11] =
    ["os.environ", "process.env", "env.", "env:", "secrets.", "vars.", "vault:", "op://", "ref+", "arn:aws:", "var."];

/// Whether `value` refers to a secret, or stands where one would: also `your-api-key`, `[token]`, `string`.
pub(super) fn is_reference(value: &str) -> bool {
    let value = head(value.trim());
    let lower = value.to_ascii_lowercase();
    let first = value.chars().next().unwrap_or(' ');
    let bare: String = lower.chars().filter(|letter| letter.is_ascii_alphanumeric()).collect();
    let asks = ["your", "my_", "my-", "insert", "enter_", "replace", "change_me", "put_"];
    let ends = ["key", "token", "secret", "pass", "password", "here", "me", "value"];
    is_pointer(value)
        || value.chars().all(|letter| letter == first)
        || bare.is_empty() && value.len() < 4
        || value.starts_with('[') && value.ends_with(']') && !value.contains(':')
        || WORDS.contains(&bare.as_str())
        || asks.iter().any(|ask| lower.starts_with(ask)) && ends.iter().any(|end| lower.ends_with(end))
}

/// `$NAME`, `${NAME...}`, `$(command)`, `${{ expression }}`. A `$` before anything else is a letter like others.
fn is_variable(value: &str) -> bool {
    let Some(rest) = value.strip_prefix('$') else { return false };
    rest.starts_with(['{', '('])
        || (!rest.is_empty() && rest.chars().all(|c| c.is_ascii_uppercase() || matches!(c, '_' | '0'..='9')))
        || (!rest.is_empty() && rest.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
}

/// Whether `value`, under a name such as `token`, is one: a run without white space that is neither words nor a number,
/// a path, a URL or code.
pub(super) fn looks_random(value: &str) -> bool {
    let value = head(value.trim());
    if let Some((before, after)) = value.split_once("[redacted:") {
        // A mark is no part of the value, and what stands beside it is.
        return looks_random(before) || after.split_once(']').is_some_and(|(_, after)| looks_random(after));
    }
    if value.len() < 8
        || value.starts_with(['&', '*', '@', '!', '#'])
        || is_reference(value)
        || value.chars().any(char::is_whitespace)
    {
        return false;
    }
    if value.contains("://") || value.contains(['(', ')', '{', '}', '[', ']', '<', '>', '|', '\\']) || is_path(value) {
        return false;
    }
    if value.contains("EXAMPLE") || value.contains("::") || value.contains("->") {
        return false;
    }
    let hex = value.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if hex
        && value.len() >= 16
        && value.bytes().any(|b| b.is_ascii_digit())
        && value.bytes().any(|b| b.is_ascii_alphabetic())
    {
        return true;
    }
    // The slashes of base64 cut it into pieces that could be words.
    let cased = value.bytes().any(|b| b.is_ascii_lowercase()) && value.bytes().any(|b| b.is_ascii_uppercase());
    let mixed = cased && value.len() >= 20 && value.bytes().any(|b| b.is_ascii_digit());
    if mixed && changes(value) * 5 >= value.len() * 2 {
        return true;
    }
    value.split(['-', '_', '.', '/', ':', '@', '+', '=', ',', '~']).any(is_random)
}

/// How often small letters, capitals, digits and signs change. In words and names: every fourth letter or less.
fn changes(value: &str) -> usize {
    let class = |byte: u8| (byte.is_ascii_lowercase(), byte.is_ascii_uppercase(), byte.is_ascii_digit());
    value.as_bytes().windows(2).filter(|pair| matches!(pair, [a, b] if class(*a) != class(*b))).count()
}

/// As [`looks_random`], for a value that stands in quotes, so that signs which are code elsewhere are letters of it.
pub(super) fn looks_random_quoted(value: &str) -> bool {
    let value = head(value.trim());
    looks_random(value)
        || !value.contains("[redacted:")
            && !is_reference(value)
            && (is_soup(value) || value.len() >= 8 && is_basic_pair(value))
}

/// Letters, digits and signs in a heap, as generators make them: `w#2k(0f!...`.
fn is_soup(value: &str) -> bool {
    let count = |test: fn(&u8) -> bool| value.bytes().filter(test).count();
    let signs = "!@#$%^&*()-_=+[]{};:,.?~|".chars().filter(|sign| value.contains(*sign)).count();
    value.len() >= 16
        && !value.contains(char::is_whitespace)
        && !value.contains("://")
        && count(u8::is_ascii_digit) >= 2
        && count(u8::is_ascii_alphabetic) >= 4
        && signs >= 3
        && entropy(value.as_bytes()) >= 3.8
}

/// Whether one part of a value is neither a word nor a number. Versions and names (`oauth2`, `v1`, `x86`) are short.
fn is_random(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    let letters = part.bytes().filter(u8::is_ascii_alphabetic).count();
    let hops = part.as_bytes().windows(2).filter(|pair| is_hop(pair)).count();
    if digits > 0 && letters > 0 {
        return part.len() >= 8 && (digits > 1 && letters > 1 || part.len() >= 16);
    }
    if !part.is_ascii() {
        return part.chars().count() >= 8 && part.chars().any(|letter| letter.is_ascii_punctuation());
    }
    if letters == 0 {
        return false;
    }
    // CamelCase hops every five letters or so, random letters every second one.
    let cased = part.bytes().any(|b| b.is_ascii_lowercase()) && part.bytes().any(|b| b.is_ascii_uppercase());
    match part.len() {
        0..=11 => false,
        length if cased => hops * 4 >= length,
        length => length >= 24 && entropy(part.as_bytes()) > 3.0,
    }
}

/// From a small letter to a capital or back.
fn is_hop(pair: &[u8]) -> bool {
    matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase())
}

fn is_path(value: &str) -> bool {
    ["./", "../", "~/", "~\\", ".\\"].iter().any(|start| value.starts_with(start))
        || value.as_bytes().get(1..3).is_some_and(|drive| drive == b":\\" || drive == b":/")
        || (value.starts_with('/') && (value.contains(['.', '-', '_']) || !value.ends_with('=') && value.len() < 32))
}

/// Whether `value` is a path, for names like `pwd` that also stand for the working directory.
pub(super) fn is_place(value: &str) -> bool {
    let value = head(value.trim());
    is_path(value) || value.starts_with('/')
}

/// The bytes behind base64, either alphabet, padded or not. At most the first `most` letters are decoded.
pub(in crate::decision) fn decode_base64(text: &str, most: usize) -> Option<Vec<u8>> {
    let (mut bits, mut held, mut bytes) = (0_u32, 0_u32, Vec::new());
    for letter in text.trim_end_matches('=').bytes().take(most) {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).unwrap_or_default());
        }
    }
    Some(bytes)
}

/// Whether `text` is base64 of `user:password`, as Basic authentication has it.
pub(super) fn is_basic_pair(text: &str) -> bool {
    text.len() >= 4
        && decode_base64(text, 1024).is_some_and(|bytes| {
            bytes.iter().all(|byte| matches!(byte, 0x20..=0x7e | 0x80..))
                && bytes.iter().skip(1).any(|byte| *byte == b':')
                && std::str::from_utf8(&bytes).is_ok()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_runs_look_random() {
        for value in [
            "9f8e7d6c5b4a",
            "Zx81kQpLmN44vbT",
            "kJhGfDsAqWeRtYuIoPlM",
            "550e8400-e29b-41d4-a716-446655440000",
            "a1b2c3d4e5",
        ] {
            assert!(looks_random(value), "{value}");
        }
    }

    #[test]
    fn words_numbers_paths_and_references_do_not_look_random() {
        for value in [
            "my-service-token-v2",
            "IdentifierTokenProvider",
            "1700000000",
            "12345678",
            "/run/secrets/db",
            "./a/b1234567",
            "https://example.com/a1b2c3d4e5",
            "${TOKEN}",
            "$API_KEY",
            "<your-token>",
            "xxxxxxxxxxxx",
            "os.environ['A1B2']",
            "oauth2-proxy-x86",
            "&CsrfToken",
            "com.example.auth.TokenProviderV2",
            "refresh_token",
            "SECRET_KEY_BASE",
            "2026-11-20",
            "{{ token }}",
            "AKIAIOSFODNN7EXAMPLE",
        ] {
            assert!(!looks_random(value), "{value}");
        }
    }

    #[test]
    fn a_dollar_in_a_password_is_no_reference() {
        assert!(!is_reference("$ecr3t!"));
        assert!(is_reference("$SECRET"));
        assert!(is_reference("${SECRET:-x}"));
    }

    #[test]
    fn basic_pairs_are_decoded() {
        assert!(is_basic_pair("dXNlcjpwYXNz"));
        assert!(!is_basic_pair("authentication"));
        assert!(!is_basic_pair("is:not:it"));
    }
}
