//! Standard output and standard error. Results go to the first, everything else to the second.

use std::borrow::Cow;
use std::io::{IsTerminal, Write};

/// Writes a result. Colour codes are taken out where the output is no terminal or NO_COLOR is set. A reader that has
/// gone away (`| head`) is no error.
pub fn print(text: &str) {
    let mut out = anstream::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// How wide text may be: readable at 80 columns.
pub const WIDTH: u16 = 80;

/// Writes a message for the person. On a screen long lines are wrapped; a file or a program gets them whole.
pub fn note(text: &str) {
    let mut err = anstream::stderr().lock();
    let text = if is_watched() { Cow::Owned(wrapped(text, WIDTH.into())) } else { Cow::Borrowed(text) };
    let _ = writeln!(err, "{text}").and_then(|()| err.flush());
}

/// Each line broken between words where it is longer than `width` characters, what follows indented by two. A longer word
/// stands alone, so that a path or a command can be copied; a line of a file that is shown (`  12 | a: b`) stays as it is.
pub fn wrapped(text: &str, width: usize) -> String {
    text.split('\n').map(|line| wrapped_line(line, width)).collect::<Vec<_>>().join("\n")
}

fn wrapped_line(line: &str, width: usize) -> String {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let is_excerpt = line.trim_start_matches([' ', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']).starts_with("| ");
    if line.chars().count() <= width || is_excerpt {
        return line.to_owned();
    }
    let hanging = " ".repeat(indent + 2);
    let mut done = line.get(..indent).unwrap_or_default().to_owned();
    let (mut column, mut is_first) = (indent, true);
    for word in line.trim_start_matches(' ').split(' ') {
        let length = word.chars().count();
        if is_first {
            is_first = false;
        } else if column + 1 + length <= width {
            done.push(' ');
            column += 1;
        } else {
            done = done.trim_end().to_owned() + "\n" + &hanging;
            column = hanging.len();
        }
        done.push_str(word);
        column += length;
    }
    done
}

/// Whether a person reads standard error: progress is for people.
pub fn is_watched() -> bool {
    std::io::stderr().is_terminal()
}

/// Text from outside, safe to print: control characters (an escape sequence could hide a line, or write another) and
/// the marks that turn the reading direction are shown as `\u{..}`.
pub fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        let hidden = character.is_control()
            || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
        if hidden {
            safe.extend(character.escape_unicode());
        } else {
            safe.push(character);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_broken_between_words_and_a_short_one_and_an_excerpt_are_not() {
        assert_eq!(wrapped("remit: one two three", 14), "remit: one two\n  three");
        assert_eq!(wrapped("  a bb ccc dddd\nshort", 10), "  a bb ccc\n    dddd\nshort");
        assert_eq!(wrapped("short enough", 12), "short enough");
        let path = "/a/path/that/is/longer/than/the/screen";
        assert_eq!(wrapped(&format!("see {path} and more"), 12), format!("see\n  {path}\n  and more"));
        let excerpt = "  12 | a: [one, two, three, four]\n     |    ^";
        assert_eq!(wrapped(excerpt, 12), excerpt);
        // Nothing but line ends and blanks comes or goes.
        let bare = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let long = "word ".repeat(40);
        assert_eq!(bare(&wrapped(&long, 30)), bare(&long));
        assert!(wrapped(&long, 30).lines().all(|line| line.chars().count() <= 30));
    }
}
