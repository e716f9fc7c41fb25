//! What a script of sed reads, writes and runs, command by command.

use super::{Script, sed_until};

/// Commands without anything behind them; a number may stand behind some.
const PLAIN: &str = "=dDgGhHnNpPxzFqQlL";

pub(super) fn read(script: &str) -> Script {
    if super::is_plain_sed(script) {
        return Script::default();
    }
    // Inside brackets some seds end a pattern at its delimiter and others do not.
    let readings = [false, true].map(|shields| Reader { rest: script, shields, found: Script::default() }.read());
    let mut found = Script::default();
    if readings.iter().all(Option::is_none) {
        found.anything();
    }
    for reading in readings.into_iter().flatten() {
        reading.files.iter().for_each(|file| found.file(file));
        found.texts.extend(reading.texts);
        found.is_open |= reading.is_open;
    }
    found.texts.dedup();
    found
}

struct Reader<'a> {
    rest: &'a str,
    shields: bool,
    found: Script,
}

impl<'a> Reader<'a> {
    /// `None`: it does not parse.
    fn read(mut self) -> Option<Script> {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\n', ';', '{', '}']);
            if self.rest.is_empty() {
                return Some(self.found);
            }
            if self.rest.starts_with('#') {
                self.line();
                continue;
            }
            self.address()?;
            self.rest = self.rest.trim_start_matches([' ', '\t', '!']);
            self.command()?;
        }
    }

    fn address(&mut self) -> Option<()> {
        loop {
            let second = self.rest.strip_prefix('\\').and_then(|rest| Some((rest, rest.chars().next()?)));
            if let Some(rest) = self.rest.strip_prefix('/') {
                self.rest = self.until(rest, '/')?.trim_start_matches(['I', 'M']);
            } else if let Some((rest, delimiter)) = second {
                self.rest = self.until(rest.get(delimiter.len_utf8()..)?, delimiter)?.trim_start_matches(['I', 'M']);
            } else {
                self.rest = self.rest.trim_start_matches(|c: char| c.is_ascii_digit() || "$~+".contains(c));
            }
            match self.rest.trim_start_matches(' ').strip_prefix(',') {
                Some(rest) => self.rest = rest.trim_start_matches(' '),
                None => return Some(()),
            }
        }
    }

    fn command(&mut self) -> Option<()> {
        let letter = self.rest.chars().next()?;
        self.rest = self.rest.get(letter.len_utf8()..)?;
        match letter {
            '{' => Some(()),
            letter if PLAIN.contains(letter) => {
                self.rest = self.rest.trim_start_matches([' ', '\t']).trim_start_matches(|c: char| c.is_ascii_digit());
                self.ends()
            }
            ':' | 'b' | 't' | 'T' | 'v' => {
                let end = self.rest.find(['\n', ';', '}']).unwrap_or(self.rest.len());
                self.rest = self.rest.get(end..)?;
                Some(())
            }
            'a' | 'i' | 'c' => {
                // A line that ends in a backslash goes on.
                while self.line().ends_with('\\') && !self.rest.is_empty() {}
                Some(())
            }
            'r' | 'R' | 'w' | 'W' => {
                self.file();
                Some(())
            }
            's' => self.substitution(),
            'y' => {
                self.parts()?;
                self.ends()
            }
            'e' => {
                match self.line().trim() {
                    "" => self.found.anything(),
                    text => self.found.text(text),
                }
                Some(())
            }
            _ => None,
        }
    }

    fn substitution(&mut self) -> Option<()> {
        self.parts()?;
        while let Some(flag) = self.rest.chars().next() {
            match flag {
                'w' => {
                    self.rest = self.rest.get(1..)?;
                    self.file();
                    return Some(());
                }
                // What has been put together runs.
                'e' => self.found.anything(),
                flag if "gpiImM".contains(flag) || flag.is_ascii_digit() => {}
                _ => break,
            }
            self.rest = self.rest.get(1..)?;
        }
        self.ends()
    }

    /// Past the two parts of `s/a/b/`.
    fn parts(&mut self) -> Option<()> {
        let delimiter = self.rest.chars().next().filter(|c| *c != '\\' && *c != '\n')?;
        let rest = self.until(self.rest.get(delimiter.len_utf8()..)?, delimiter)?;
        // No brackets count in what is put there instead.
        self.rest = Reader { rest: "", shields: false, found: Script::default() }.until(rest, delimiter)?;
        Some(())
    }

    fn until(&self, text: &'a str, delimiter: char) -> Option<&'a str> {
        if !self.shields {
            let mut shielded = false;
            for (at, letter) in text.char_indices() {
                match letter {
                    _ if shielded => shielded = false,
                    '\\' => shielded = true,
                    letter if letter == delimiter => return text.get(at + letter.len_utf8()..),
                    _ => {}
                }
            }
            return None;
        }
        sed_until(text, delimiter, true)
    }

    /// The rest of the line.
    fn line(&mut self) -> &'a str {
        let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        self.rest = rest;
        line
    }

    fn file(&mut self) {
        let file = self.line().trim();
        self.found.file(file);
        // Some take the bracket for the end of a group.
        self.found.file(file.trim_end_matches(['}', ';']).trim_end());
    }

    fn ends(&mut self) -> Option<()> {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r']);
        (self.rest.is_empty() || self.rest.starts_with(['\n', ';', '}', '#'])).then_some(())
    }
}
