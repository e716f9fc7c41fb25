//! Names of tables and functions, in one spelling for each thing.

use sqlparser::ast::{Ident, ObjectName, ObjectNamePart};

use super::{Dialect, Fault};

/// `public.orders`, `public."Order"`: quotes only where the plain form would name something else.
pub(super) fn table(name: &ObjectName, dialect: Dialect) -> Result<String, Fault> {
    let mut out = String::new();
    for (index, part) in name.0.iter().enumerate() {
        let ObjectNamePart::Identifier(ident) = part else {
            return Err(Fault::Refused(format!("the name `{name}` is known only when it runs")));
        };
        if index > 0 {
            out.push('.');
        }
        out.push_str(&spell(&fold(ident, dialect)));
    }
    Ok(out)
}

/// Lower case, as written otherwise: no dialect tells functions apart by letter case, unless they are quoted.
pub(super) fn function(name: &ObjectName, dialect: Dialect) -> Result<String, Fault> {
    match (dialect, table(name, dialect)?) {
        (Dialect::Mysql, name) => Ok(name.to_lowercase().replace('"', "")),
        (_, name) => Ok(name),
    }
}

/// How the server compares the name.
pub(super) fn fold(ident: &Ident, dialect: Dialect) -> String {
    match (dialect, ident.quote_style) {
        (Dialect::Mysql, _) | (Dialect::Postgres, Some(_)) => ident.value.clone(),
        // PostgreSQL leaves letters beyond ASCII alone in most encodings; a name with them keeps both halves apart.
        (Dialect::Postgres, None) => ident.value.to_ascii_lowercase(),
        _ => ident.value.to_lowercase(),
    }
}

/// With double quotes, unless the name is plain: lower case letters, digits, `_` and `$`.
pub(super) fn spell(name: &str) -> String {
    let plain = !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c == '_' || c == '$' || c == '#' || c == '@' || c.is_ascii_digit() || is_lower(c));
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

fn is_lower(c: char) -> bool {
    c.is_ascii_lowercase() || (!c.is_ascii() && c.is_alphabetic() && !c.is_uppercase())
}

/// A name of the policy, split at its dots: `public.orders`, `public."Order"`, `public.*`. Quotes are taken off.
pub(super) fn split(written: &str) -> Result<Vec<(String, bool)>, String> {
    let (mut parts, mut rest) = (Vec::new(), written.trim());
    loop {
        let (part, after) = match rest.strip_prefix('"') {
            Some(inside) => {
                let end = closing_quote(inside).ok_or_else(|| format!("the quote in `{written}` does not end"))?;
                let (name, after) = inside.split_at(end);
                ((name.replace("\"\"", "\""), true), after.get(1..).unwrap_or_default())
            }
            None => {
                let end = rest.find('.').unwrap_or(rest.len());
                let (name, after) = rest.split_at(end);
                ((name.to_owned(), false), after)
            }
        };
        if part.0.is_empty() || (!part.1 && part.0.contains(|c: char| c.is_whitespace() || "\"'`;()[]".contains(c))) {
            return Err(format!(
                "`{written}` is not a table name; write schema.table, with double quotes where needed"
            ));
        }
        parts.push(part);
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(parts),
            None => return Err(format!("`{written}` is not a table name")),
        }
    }
}

fn closing_quote(inside: &str) -> Option<usize> {
    let bytes = inside.as_bytes();
    let mut i = 0;
    while let Some(byte) = bytes.get(i) {
        match (byte, bytes.get(i + 1)) {
            (b'"', Some(b'"')) => i += 2,
            (b'"', _) => return Some(i),
            _ => i += 1,
        }
    }
    None
}
