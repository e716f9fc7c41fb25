//! One mailbox -> its address.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use crate::decision::redact::decode_base64;
use crate::decision::url::decode_once;
use crate::model::effects::Address;

use super::domain::read_domain;

/// Other white space is a part of what it stands in, to most programs.
const BLANKS: [char; 2] = [' ', '\t'];

/// Reads `bob@x.org`, `Bob <bob@x.org>`, `"Bob, of X" <bob@x.org> (work)`.
pub(super) fn read_mailbox(text: &str) -> Result<Address, String> {
    let plain = without_comments(text)?;
    let (address, shown) = match split_angle(&plain) {
        Some((shown, address, after)) => {
            if !after.trim_matches(BLANKS).is_empty() {
                return Err(format!("text follows the > of `{text}`"));
            }
            (address, shown.trim_matches(BLANKS))
        }
        None => (plain.trim_matches(BLANKS), ""),
    };
    let (local, domain) = read_addr_spec(address)?;
    if shows_another(shown, address) || shows_another(&decoded_words(shown), address) {
        return Err(format!("its display name shows another address than `{address}`"));
    }
    Ok(Address { written: text.to_owned(), local, domain })
}

/// The text without comments. One that could be taken for a part of the address is an error: by what it holds, or because it
/// stands in the middle (`bob@acme.co(x)m` is an address at `acme.co` to what knows no comments).
fn without_comments(text: &str) -> Result<Cow<'_, str>, String> {
    if !text.contains('(') {
        return Ok(Cow::Borrowed(text));
    }
    let mut out = String::with_capacity(text.len());
    let (mut depth, mut quoted, mut escaped) = (0u32, false, false);
    let mut before = ' ';
    for c in text.chars() {
        let within = depth > 0;
        let opens = c == '(' && !within && !quoted;
        let closed = before == ')' && !within && !quoted;
        let touches = opens && !" \t>)".contains(before) || closed && !" \t<(".contains(c);
        if touches && !out.is_empty() {
            return Err("a comment stands inside an address".into());
        }
        before = c;
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' if !within => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if !within && depth == 0 {
            out.push(c);
        } else if "@<>,;:\"\\[]=".contains(c) {
            return Err("a comment holds what could be a part of the address".into());
        }
    }
    Ok(Cow::Owned(out))
}

/// Display name, address and what follows, where `<` stands outside quotes.
fn split_angle(text: &str) -> Option<(&str, &str, &str)> {
    let (mut quoted, mut escaped) = (false, false);
    let open = text.char_indices().find_map(|(at, c)| {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '<' if !quoted => return Some(at),
            _ => {}
        }
        None
    })?;
    let (shown, rest) = text.split_at_checked(open)?;
    let (address, after) = rest.strip_prefix('<')?.rsplit_once('>')?;
    Some((shown, address, after))
}

/// A display name with an `@` must show the address itself: some programs take the first address that they find. A quoted
/// `Bob @ Acme` shows none.
fn shows_another(shown: &str, address: &str) -> bool {
    let quoted = shown.len() > 1 && shown.starts_with('"') && shown.ends_with('"');
    let apart = quoted && shown.matches('@').count() == shown.matches(" @ ").count();
    let signs = shown.contains(['<', '>', '＠', '﹫']) || shown.contains('@') && !apart;
    signs && !shown.trim_matches(['"', '\'', ' ', '\t']).eq_ignore_ascii_case(address)
}

/// The text with its encoded words (RFC 2047) decoded, as ASCII: some programs decode first, and look for addresses then.
/// A charset in which ASCII is spelled differently gives an `@`, as nothing is known of what it holds.
fn decoded_words(text: &str) -> Cow<'_, str> {
    if !text.contains("=?") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, word)) = rest.split_once("=?") {
        out.push_str(before);
        let mut parts = word.splitn(3, '?');
        let (Some(charset), Some(form), Some(coded)) = (parts.next(), parts.next(), parts.next()) else { break };
        let (inside, after) = coded.split_once("?=").unwrap_or((coded, ""));
        let charset = charset.to_ascii_lowercase();
        if ["utf-7", "utf-16", "utf-32", "ibm037", "cp037", "x"].iter().any(|odd| charset.starts_with(odd)) {
            out.push('@');
        }
        match form {
            "b" | "B" => {
                let bytes = decode_base64(inside, inside.len()).unwrap_or_else(|| vec![b'@']);
                out.push_str(&String::from_utf8_lossy(&bytes));
            }
            _ => out.push_str(&decode_once(&inside.replace('%', "%25").replace('=', "%").replace('_', " "))),
        }
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// RFC 5322 `addr-spec` without white space, RFC 6531 letters allowed.
fn read_addr_spec(text: &str) -> Result<(String, String), String> {
    let (local, domain) = if let Some(rest) = text.strip_prefix('"') {
        let (inside, rest) = rest.split_once('"').ok_or("a quote is not closed")?;
        let domain = rest.strip_prefix('@').ok_or_else(|| format!("no @ follows the quoted part of `{text}`"))?;
        let harmless = |c: char| is_atom(c) || c == '.' || c == ' ';
        if inside.is_empty() || !inside.chars().all(harmless) {
            return Err("its quoted part holds what some programs split at".into());
        }
        (inside, domain)
    } else {
        let (local, domain) = text.split_once('@').ok_or_else(|| format!("`{text}` has no @"))?;
        if local.split('.').any(|word| word.is_empty() || !word.chars().all(is_atom)) {
            return Err(format!("what stands before the @ of `{text}` is not plain"));
        }
        (local, domain)
    };
    if local.contains("=?") || local.starts_with('-') {
        return Err("what stands before the @ is an encoded word or an option".into());
    }
    if local.len() > 64 || domain.len() > 255 {
        return Err("it is longer than an address can be".into());
    }
    let lower = local.to_lowercase();
    if !lower.is_ascii() && !lower.nfkc().eq(lower.chars()) {
        return Err("what stands before the @ holds characters that readers map differently".into());
    }
    Ok((local.to_owned(), read_domain(domain)?))
}

/// `atext` without `%` and `!` (routes), and without what shells run.
fn is_atom(c: char) -> bool {
    c.is_ascii_alphanumeric() || "#$&'*+-/=?^_{}~".contains(c) || (!c.is_ascii() && c.is_alphanumeric())
}
