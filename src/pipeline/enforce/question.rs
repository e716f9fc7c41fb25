//! What the person reads who is asked. The agent, or the server, wrote most of it, and wants a yes: nothing that it
//! wrote may push the rest out of sight.

use std::fmt::Write;

use serde_json::Value;

use crate::model::request::{Action, Request};

/// So much of the beginning of one value is shown, in characters.
const HEAD: usize = 300;
/// And so much of its end.
const TAIL: usize = 100;
/// So many values are shown; where there are more, that is said first.
const VALUES: usize = 60;
/// So many spaces in a row are shown as what they are.
const SPACES: usize = 4;

/// Who asks for what. `name`: what the request is called.
pub fn headline(request: Option<&Request>, name: &str) -> String {
    let name = cut(name);
    match request.map(|request| &request.action) {
        Some(Action::Sampling { .. }) => format!("remit: the server wants to use your model: {name}"),
        Some(Action::Elicitation { .. }) => format!("remit: the server wants to ask you something: {name}"),
        _ => format!("remit: the agent asks for {name}"),
    }
}

/// One line for each value, under its key. What is too long loses its middle, and the line says how much of it.
pub fn list(arguments: &Value) -> String {
    let mut found = Found::default();
    match arguments {
        Value::Object(members) => members.iter().for_each(|(key, value)| found.add(&cut(key), value)),
        other => found.add("", other),
    }
    let Found { lines, count } = found;
    let more = if count > VALUES { format!("(only {VALUES} of {count} values are shown)\n") } else { String::new() };
    more + &lines
}

#[derive(Default)]
struct Found {
    lines: String,
    count: usize,
}

impl Found {
    /// Adds every value that holds no others, under its path. Past those that are shown they are only counted.
    fn add(&mut self, path: &str, value: &Value) {
        let shows = self.count < VALUES;
        match value {
            Value::Object(members) if !members.is_empty() => {
                for (key, value) in members {
                    let path = if shows { format!("{path}.{}", cut(key)) } else { String::new() };
                    self.add(&path, value);
                }
            }
            Value::Array(items) if !items.is_empty() => {
                for (index, value) in items.iter().enumerate() {
                    let path = if shows { format!("{path}[{index}]") } else { String::new() };
                    self.add(&path, value);
                }
            }
            _ => {
                self.count += 1;
                if shows {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    let _ = writeln!(self.lines, "{path}: {}", cut(&text));
                }
            }
        }
    }
}

/// One line: nothing that a screen hides or turns around, long runs of spaces as their number, the middle of a long
/// text as the number of its characters.
pub fn cut(text: &str) -> String {
    let text = visible(text);
    let count = text.chars().count();
    if count <= HEAD + TAIL {
        return text;
    }
    let head: String = text.chars().take(HEAD).collect();
    let tail: String = text.chars().skip(count - TAIL).collect();
    format!("{head} [... {} characters are not shown ...] {tail}", count - HEAD - TAIL)
}

fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character.is_whitespace() {
            let mut run = 1;
            while characters.next_if_eq(&character).is_some() {
                run += 1;
            }
            if run > SPACES {
                let _ = write!(shown, "[{run} x {}]", character.escape_unicode());
            } else if character == ' ' {
                shown.extend(std::iter::repeat_n(' ', run));
            } else {
                shown.extend(std::iter::repeat_n(character, run).flat_map(char::escape_default));
            }
        } else if is_hidden(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Control characters, those without a width, those that turn the reading direction, tags, and fillers that look empty.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn spaces_and_long_values_hide_nothing_that_stands_after_them() {
        let shown = list(&json!({ "command": format!("ls{}; rm -rf /", " ".repeat(650)), "zone": "eu" }));
        assert_eq!(shown, "command: ls[650 x \\u{20}]; rm -rf /\nzone: eu\n");
        let shown = list(&json!({ "a": "x".repeat(5000) + "; rm -rf /", "z": { "deep": ["last"] } }));
        assert!(shown.contains("; rm -rf /") && shown.contains("4610 characters are not shown"), "{shown}");
        assert!(shown.ends_with("z.deep[0]: last\n"), "{shown}");
        assert_eq!(list(&json!({})), "");
    }

    #[test]
    fn what_turns_or_hides_text_and_breaks_lines_is_escaped() {
        let shown = list(&json!({ "a\nb": "x\u{202e}y\u{200b}z\nYes: harmless" }));
        assert_eq!(shown, "a\\nb: x\\u{202e}y\\u{200b}z\\nYes: harmless\n");
        assert_eq!(list(&json!({ "name": "Zoë 東京 🦀" })), "name: Zoë 東京 🦀\n");
    }

    #[test]
    fn more_values_than_anybody_reads_are_counted_first() {
        let shown = list(&json!({ "all": vec![1; 500] }));
        assert!(shown.starts_with("(only 60 of 500 values are shown)\n"), "{shown}");
        assert_eq!(shown.lines().count(), 61);
    }

    #[test]
    fn what_a_server_asks_is_not_put_down_to_the_agent() {
        let request = |action| Request { server: "s".into(), action };
        let sampling = request(Action::Sampling { params: serde_json::Map::new() });
        assert!(headline(Some(&sampling), "s").starts_with("remit: the server wants"));
        let call = request(Action::Call { tool: "t".into(), arguments: serde_json::Map::new() });
        assert_eq!(headline(Some(&call), "s.t"), "remit: the agent asks for s.t");
    }
}
