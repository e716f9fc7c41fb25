//! Tables and text as GitHub-flavoured Markdown, for a comment on a pull request.

/// A table. Every cell is escaped.
pub fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head: Vec<String> = headings.iter().map(|heading| text(heading)).collect();
    let rule: Vec<String> = headings.iter().map(|_| "---".to_owned()).collect();
    let mut out = line(&head) + &line(&rule);
    for row in rows {
        out += &line(&row.iter().map(|cell| text(cell)).collect::<Vec<_>>());
    }
    out
}

/// Text from outside as one line of plain text: no markup, no link, no mention, no HTML.
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A zero-width space after it: nobody is told of a name that only looks like a mention.
            '@' => out.push_str("@\u{200b}"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '|' | '#' | '!' | '~' => {
                out.push('\\');
                out.push(character);
            }
            other => out.push(other),
        }
    }
    // A bare address would become a link.
    out.replace("://", ":&#47;&#47;").replace("www.", "www&#46;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_cannot_break_the_table_or_hold_a_link() {
        let out = table(&["a"], &[vec!["x | y\n| ![i](https://evil.example) <b> @team".into()]]);
        assert_eq!(out.lines().count(), 3);
        assert!(
            !out.contains("](") && !out.contains("https://") && !out.contains("<b>") && !out.contains("@team"),
            "{out}"
        );
    }
}
