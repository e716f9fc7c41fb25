//! One string -> the mailboxes in it.

use crate::decision::url::decode_once;
use crate::model::effects::Address;

use super::domain::has_known_end;
use super::mailbox::read_mailbox;

/// Longer than any list that a person writes.
const LONGEST: usize = 256 * 1024;

/// Reads one address or a list, with commas or semicolons between: display names, comments, quoted local parts, groups
/// (`Team: a@x.org, b@x.org;`), `mailto:` with the recipients of its `to`, `cc` and `bcc` fields.
///
/// # Errors
///
/// What is no address, and what mail programs split differently: line breaks (they add headers), control and invisible
/// characters, encoded words in the address itself (Heyes, "Splitting the email atom", 2024), `%` and `!` routes, quoted
/// local parts and comments that hold an `@` or a separator, display names that show another address, address literals.
pub fn read(text: &str) -> Result<Vec<Address>, String> {
    let text = text.trim_matches([' ', '\t']);
    if text.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    let mut found = Vec::new();
    if text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("mailto:")) {
        read_mailto(text.get(7..).unwrap_or(""), &mut found)?;
    } else {
        read_list(text, &mut found)?;
    }
    if found.is_empty() { Err("no address stands in it".into()) } else { Ok(found) }
}

/// Whether a string has the form of an address or a list of addresses, and of nothing else. The domains end as real ones
/// do, so that `icon@2x.png` is none.
pub fn looks_like_addresses(text: &str) -> bool {
    text.contains('@') && read(text).is_ok_and(|found| found.iter().all(|address| has_known_end(&address.domain)))
}

fn read_list(text: &str, found: &mut Vec<Address>) -> Result<(), String> {
    if text.chars().any(|c| c.is_control() && c != '\t') {
        return Err("a line break or control character stands in it: it could add headers".into());
    }
    if text.chars().any(is_invisible) {
        return Err("an invisible character stands in it".into());
    }
    for item in split_list(text)? {
        let item = item.trim_matches([' ', '\t']);
        if !item.is_empty() {
            found.push(read_mailbox(item)?);
        }
    }
    Ok(())
}

/// Characters that are not seen or that turn the writing around.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Cuts at commas and semicolons outside quotes, comments and angle brackets, and takes group names off.
fn split_list(text: &str) -> Result<Vec<&str>, String> {
    let mut items = Vec::new();
    let (mut start, mut quoted, mut escaped, mut comments, mut angle) = (0, false, false, 0u32, false);
    let mut in_group = false;
    for (at, c) in text.char_indices() {
        let outside = !quoted && comments == 0;
        match c {
            _ if escaped => escaped = false,
            // Readers disagree about what it takes the meaning off there.
            '\\' if outside => return Err("a backslash stands outside quotes".into()),
            '\\' => escaped = true,
            '"' if comments == 0 => quoted = !quoted,
            '(' if !quoted => comments += 1,
            ')' if !quoted && comments == 0 => return Err("a ) stands in it without its (".into()),
            ')' if !quoted => comments -= 1,
            '<' if outside && angle => return Err("a < stands inside < >".into()),
            '<' if outside => angle = true,
            '>' if outside && !angle => return Err("a > stands in it without its <".into()),
            '>' if outside => angle = false,
            ':' if outside && !angle => {
                if in_group || text.get(start..at).is_some_and(is_no_group_name) {
                    return Err("a colon stands where no group begins".into());
                }
                in_group = true;
                start = at + 1;
            }
            ',' | ';' if outside && angle => return Err("a separator stands inside < >".into()),
            ',' | ';' if outside => {
                in_group &= c == ',';
                items.push(text.get(start..at).unwrap_or(""));
                start = at + 1;
            }
            _ => {}
        }
    }
    if quoted || comments > 0 || angle || escaped {
        return Err("a quote, comment or < is not closed".into());
    }
    items.push(text.get(start..).unwrap_or(""));
    Ok(items)
}

/// An address, or what may become one when it is decoded.
fn is_no_group_name(name: &str) -> bool {
    name.contains(['@', '<', '>']) || name.contains("=?")
}

/// RFC 6068. Decoded before it is split, as most programs do: a `%2C` separates.
fn read_mailto(text: &str, found: &mut Vec<Address>) -> Result<(), String> {
    // What does not know `mailto:` takes the rest for a part of the list.
    if text.contains(['#', '<', '>', '"']) {
        return Err("a fragment, a quote or a bracket stands in a mailto URL".into());
    }
    let (to, fields) = text.split_once('?').map_or((text, ""), |(to, fields)| (to, fields));
    read_list(&decode_once(to), found)?;
    for field in fields.split('&').filter(|field| !field.is_empty()) {
        let (name, value) = field.split_once('=').ok_or("a field of a mailto URL has no value")?;
        let (name, value) = (decode_once(name), decode_once(value));
        if name.chars().any(char::is_control) {
            return Err("a control character stands in the name of a field".into());
        }
        if ["to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc"].contains(&name.trim().to_lowercase().as_str()) {
            read_list(&value, found)?;
        } else if name.contains('@') || value.contains(['@', '<', '>']) {
            return Err("a field of a mailto URL that names no recipient holds what could be one".into());
        }
    }
    Ok(())
}
