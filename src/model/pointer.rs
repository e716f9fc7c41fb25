//! JSON pointers (RFC 6901).

use std::borrow::Cow;

/// A member's name as one token of a pointer: `~` and `/` are escaped.
pub fn token(name: &str) -> Cow<'_, str> {
    match name.contains(['~', '/']) {
        true => Cow::Owned(name.replace('~', "~0").replace('/', "~1")),
        false => Cow::Borrowed(name),
    }
}
