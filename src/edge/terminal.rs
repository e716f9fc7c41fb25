//! Standard output and standard error. Results go to the first, everything else to the second.

use std::io::{IsTerminal, Write};

/// Writes a result. Colour codes are taken out where the output is no terminal or NO_COLOR is set. A reader that has
/// gone away (`| head`) is no error.
pub fn print(text: &str) {
    let mut out = anstream::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes a message for the person, one line.
pub fn note(text: &str) {
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "{text}").and_then(|()| err.flush());
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
