//! What a thing that a server says is recognised by.

use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Lower-case hex SHA-256 of the RFC 8785 form: two texts of one JSON value have one digest, whatever the order of their
/// keys and the spelling of their strings and numbers.
pub fn digest(value: &Value) -> String {
    // Only a number that is not finite has no RFC 8785 form, and a `Value` cannot hold one.
    let canonical = serde_json_canonicalizer::to_vec(value).unwrap_or_else(|_| value.to_string().into_bytes());
    HEXLOWER.encode(&Sha256::digest(&canonical))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        digest(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn the_order_of_keys_and_the_spelling_of_values_do_not_matter() {
        assert_eq!(of(r#"{"b":1.0,"a":"\u0041"}"#), of(r#"{"a":"A","b":1}"#));
        assert_eq!(of("{}"), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    }

    #[test]
    fn any_other_change_does() {
        assert_ne!(of(r#"{"a":"A"}"#), of(r#"{"a":"A "}"#));
        assert_ne!(of(r#"{"a":["x","y"]}"#), of(r#"{"a":["y","x"]}"#));
        assert_ne!(of(r#"{"a":null}"#), of("{}"));
    }
}
