//! E-mail addresses, masked for people.

use std::borrow::Cow;

/// E-mail addresses masked for the screen and the report: `a***@acme.com`. Linear: it walks from `@` to `@`, and each
/// letter is looked at twice at most. Masking twice changes nothing more.
pub fn mask_emails(text: &str) -> Cow<'_, str> {
    let mut masked = String::new();
    let mut copied = 0;
    for (at, _) in text.match_indices('@') {
        let Some(local) = local_part(text, copied, at) else { continue };
        if !has_domain(text.get(at + 1..).unwrap_or_default()) {
            continue;
        }
        let first = text.get(local..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        masked.push_str(text.get(copied..local + first).unwrap_or_default());
        masked.push_str("***");
        copied = at;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    masked.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(masked)
}

/// Where the part before `@` starts. It does not reach behind `from`, and has 64 bytes at most (RFC 5321).
fn local_part(text: &str, from: usize, at: usize) -> Option<usize> {
    let before = text.get(from..at)?;
    let length: usize = before
        .chars()
        .rev()
        .take_while(|letter| letter.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(*letter))
        .map(char::len_utf8)
        .take(64)
        .sum();
    let start = at - length;
    // Delimiters that are letters of an address by the RFC, and never in practice.
    let local = text.get(start..at)?;
    let trimmed = local.trim_start_matches(['\'', '`', '{', '=', '/', '.', '?', '&']);
    let start = at - trimmed.len();
    (!trimmed.is_empty()).then_some(start)
}

/// Labels with a dot between them: `acme.com`, not `acme` and not `1`.
fn has_domain(text: &str) -> bool {
    let domain: &str = text
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '-' || letter == '.'))
        .next()
        .unwrap_or_default();
    // A domain has 253 letters at most; the walk above is cut short by the first letter that is none.
    let domain = domain.trim_end_matches('.');
    domain.len() <= 253
        && domain
            .split_once('.')
            .is_some_and(|(host, rest)| !host.is_empty() && !rest.is_empty() && !rest.contains(".."))
        && domain.rsplit('.').next().is_some_and(|top| top.chars().count() >= 2 && top.chars().any(char::is_alphabetic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_masked_and_keep_their_domain() {
        assert_eq!(mask_emails("to ann.lee+x@acme.com, <bob@b.example>"), "to a***@acme.com, <b***@b.example>");
        assert_eq!(mask_emails("a@b.cd"), "a***@b.cd");
        assert_eq!(mask_emails("мария@пример.рф"), "м***@пример.рф");
        assert_eq!(mask_emails("mailto:a.b@c.de?x"), "mailto:a***@c.de?x");
    }

    #[test]
    fn what_is_no_address_stays() {
        for text in
            ["", "@", "@types/node@20.1.0", "user@host", "a @ b.com", "@decorator.name", "git@", "1@2", "x@1.2.3"]
        {
            assert!(matches!(mask_emails(text), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn masking_twice_is_masking_once() {
        for text in ["a@b.com", "x a@b.com@c.com", "a***@b.com", "'a'@b.com"] {
            let once = mask_emails(text).into_owned();
            assert_eq!(mask_emails(&once), once, "{text}");
        }
    }
}
