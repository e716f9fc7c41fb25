//! Constraints and words as YAML.

use std::fmt::Write;

use serde_json::Value;

use crate::model::policy::{Constraint, SqlGrant, TextGrant};

/// One constraint, on one line.
pub fn constraint(constraint: &Constraint) -> String {
    match constraint {
        Constraint::Any => "any".into(),
        Constraint::All(parts) => {
            let parts: Vec<String> = parts.iter().map(entry).collect();
            format!("{{ {} }}", parts.join(", "))
        }
        Constraint::AnyOf(parts) => {
            let parts: Vec<String> = parts.iter().map(self::constraint).collect();
            format!("[{}]", parts.join(", "))
        }
        other => format!("{{ {} }}", entry(other)),
    }
}

/// `kind: value`
fn entry(constraint: &Constraint) -> String {
    match constraint {
        Constraint::OneOf(values) => {
            let values: Vec<String> = values.iter().map(scalar).collect();
            format!("one_of: [{}]", values.join(", "))
        }
        Constraint::Matches(pattern) => format!("matches: {}", word(pattern)),
        Constraint::Shape(shape) => format!("shape: {}", shape.name()),
        Constraint::Range { min, max } => format!("range: [{}, {}]", bound(*min), bound(*max)),
        Constraint::MaxLength(most) => format!("max_length: {most}"),
        Constraint::MaxItems(most) => format!("max_items: {most}"),
        Constraint::Paths { paths, relative_to } => match relative_to {
            Some(sibling) => format!("paths: {}, relative_to: {}", list(paths), key(sibling)),
            None => format!("paths: {}", list(paths)),
        },
        Constraint::Urls(urls) => format!("urls: {}", list(urls)),
        Constraint::Emails(emails) => format!("emails: {}", list(emails)),
        Constraint::Sql(grant) => format!("sql: {}", sql(grant)),
        Constraint::Commands(commands) => format!("commands: {}", list(commands)),
        Constraint::Text(grant) => format!("text: {}", text(grant)),
        Constraint::Redacted(token) => format!("redacted: {}", word(token)),
        Constraint::Each(each) => format!("each: {}", self::constraint(each)),
        Constraint::Fields { fields, required } => {
            let members: Vec<String> =
                fields.iter().map(|(name, inner)| format!("{}: {}", key(name), self::constraint(inner))).collect();
            let fields = if members.is_empty() { "{}".into() } else { format!("{{ {} }}", members.join(", ")) };
            match required.is_empty() {
                true => format!("fields: {fields}"),
                false => format!("fields: {fields}, required: {}", list(required)),
            }
        }
        Constraint::Not(inner) => format!("not: {}", self::constraint(inner)),
        // Neither nests in a mapping.
        Constraint::Any | Constraint::All(_) | Constraint::AnyOf(_) => self::constraint(constraint),
    }
}

fn sql(grant: &SqlGrant) -> String {
    let mut parts = vec![format!("statements: {}", list(&grant.statements))];
    parts.extend(grant.tables.as_ref().map(|tables| format!("tables: {}", list(tables))));
    parts.extend(grant.writes.as_ref().map(|tables| format!("writes: {}", list(tables))));
    parts.extend(grant.search_path.as_ref().map(|schema| format!("search_path: {}", word(schema))));
    if !grant.functions.is_empty() {
        parts.push(format!("functions: {}", list(&grant.functions)));
    }
    format!("{{ {} }}", parts.join(", "))
}

fn text(grant: &TextGrant) -> String {
    let mut parts = Vec::new();
    let lists = [("hosts", &grant.hosts), ("emails", &grant.emails), ("accounts", &grant.accounts)];
    parts.extend(lists.iter().filter_map(|(name, found)| Some(format!("{name}: {}", list(found.as_ref()?)))));
    if grant.deny_secrets {
        parts.push("secrets: deny".into());
    }
    format!("{{ {} }}", parts.join(", "))
}

fn bound(number: Option<f64>) -> String {
    match number {
        None => "null".into(),
        Some(number) if number.fract() == 0.0 && number.abs() < 9e15 => format!("{}", number as i64),
        Some(number) => format!("{number}"),
    }
}

/// A line of flow YAML with its lists in lines of at most 80 columns, as far as their entries are that short: a list goes on
/// in a new line behind a comma, `indent` blanks in. Commas inside of quotes stay.
pub fn wrapped(line: &str, indent: usize) -> String {
    const WIDTH: usize = 80;
    if line.chars().count() <= WIDTH {
        return line.to_owned();
    }
    let (mut out, mut column) = (String::with_capacity(line.len() + 64), 0);
    for (at, part) in parts(line).into_iter().enumerate() {
        let width = part.chars().count();
        if at > 0 && column + width > WIDTH {
            out.truncate(out.trim_end_matches(' ').len());
            let _ = write!(out, "\n{:indent$}", "");
            column = indent;
        }
        out.push_str(part);
        column += width;
    }
    out
}

/// The line, cut behind each comma and blank between the entries of a list. The members of a mapping stay together.
fn parts(line: &str) -> Vec<&str> {
    let (mut parts, mut start, mut quote, mut escaped) = (Vec::new(), 0, None, false);
    let mut open = Vec::new();
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some('"'), '\\') => escaped = true,
            (Some(mark), c) if c == mark => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '{') => open.push(c),
            (None, ']' | '}') => drop(open.pop()),
            (None, ' ') if before == ',' && open.last() == Some(&'[') => {
                parts.extend(line.get(start..=at));
                start = at + 1;
            }
            _ => {}
        }
        before = c;
    }
    parts.extend(line.get(start..));
    parts
}

/// A flow list of words.
pub fn list(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|text| word(text)).collect();
    format!("[{}]", words.join(", "))
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => word(text),
        other => other.to_string(),
    }
}

/// A tool's or argument's name.
pub fn key(name: &str) -> String {
    if is_plain_name(name) { name.to_owned() } else { quoted(name) }
}

/// Whether the name can be written as a key: YAML takes none of more than 1,024 letters, escapes and quotes included.
pub fn fits_a_key(name: &str) -> bool {
    name.len() <= 1_000 && key(name).chars().count() <= 1_000
}

/// A name that YAML reads as that string, and that holds no comma, which would make it two tools.
pub fn is_plain_name(name: &str) -> bool {
    is_plain(name) && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c))
}

/// A word as it is, or in quotes where YAML would read something else.
pub fn word(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// Whether YAML 1.1 and 1.2 alike read these characters as this string, also inside of `[]` and `{}`.
fn is_plain(text: &str) -> bool {
    let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "any", "allow", "ask", "deny", "~"];
    if text == "." {
        return true;
    }
    let in_home = text.strip_prefix("~/").is_some_and(|rest| !rest.is_empty());
    (in_home || text.starts_with(|c: char| c.is_ascii_alphabetic() || "./_".contains(c)))
        && !reserved.contains(&text.to_ascii_lowercase().as_str())
        && !text.starts_with("..")
        && text.trim_start_matches('~').chars().all(|c| c.is_ascii_alphanumeric() || "_-./@+".contains(c))
        && !looks_like_number(text)
}

fn looks_like_number(text: &str) -> bool {
    let digits = text.trim_start_matches(['.', '+', '-']);
    digits.starts_with(|c: char| c.is_ascii_digit()) || matches!(digits.to_ascii_lowercase().as_str(), "inf" | "nan")
}

/// In double quotes, which can write every string (JSON is YAML, but for what it leaves unescaped).
fn quoted(text: &str) -> String {
    if text.contains('\\') && !text.contains('\'') && !text.chars().any(is_hidden) {
        return format!("'{text}'");
    }
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if is_hidden(c) && (c as u32) <= 0xffff => quoted.push_str(&format!("\\u{:04x}", c as u32)),
            c if is_hidden(c) => quoted.push_str(&format!("\\U{:08x}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Controls, line breaks of any kind and marks that turn the reading direction: a policy is read by people.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{a0}' | '\u{ad}' | '\u{2028}' | '\u{2029}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

/// Text for a comment: one line, nothing hidden.
pub fn one_line(text: &str) -> String {
    text.chars().map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_yaml_would_read_as_something_else_are_quoted() {
        for text in
            ["yes", "null", "1", "1.5", "a: b", "#x", "*", "", " a", "a,b", "any", "~", "{", "- a", "0x1f", "..", "1e3"]
        {
            assert!(word(text).starts_with('"'), "{text}");
        }
        for text in ["src", "./src", ".", "~/x", "a.b-c", "bob@acme.com"] {
            assert_eq!(word(text), text);
        }
    }

    #[test]
    fn long_lines_go_on_behind_commas_outside_of_quotes_and_short_ones_stay() {
        let words: Vec<String> = (0..12).map(|at| format!("a, \"b\" 'c' {at}")).collect();
        let line = format!("  x: {{ one_of: {}, each: {{ matches: 'a, b' }} }}", list(&words));
        let wrapped = wrapped(&line, 6);
        assert!(wrapped.lines().count() > 2 && wrapped.lines().all(|line| line.chars().count() <= 80), "{wrapped}");
        assert!(wrapped.lines().skip(1).all(|line| line.starts_with("      ")), "{wrapped}");
        assert_eq!(wrapped.replace("\n     ", ""), line, "nothing but the blanks behind commas became line breaks");
        assert_eq!(super::wrapped("x: [a, b]", 2), "x: [a, b]");
    }

    #[test]
    fn quotes_hide_nothing() {
        assert_eq!(word("a\n\"b\\\u{202e}\u{1f600}"), "\"a\\n\\\"b\\\\\\u202e\u{1f600}\"");
        assert_eq!(one_line("a\nversion: 2"), "a\u{fffd}version: 2");
    }
}
