//! A name that says secret, and a value beside it, in whatever notation: env files, JSON, YAML, URLs, code, XML, flags,
//! headers, connection strings.
//!
//! Linear: each name is read once, at most [`names::LONGEST`] bytes of it; where a value ends is remembered, so that
//! many names before one long run do not walk it again and again.

use std::ops::Range;

use super::find::{Found, Strength};
use super::names::{self, Says, Weight};
use super::{headers, values};

/// Pieces of such names.
pub(super) const KEYWORDS: [&str; 12] =
    ["pass", "pwd", "pword", "secret", "token", "key", "auth", "cred", "cookie", "jwt", "bearer", "sig"];

/// Finds pairs. `hits`: where keywords start, in order.
pub(super) fn find(text: &str, hits: &[usize], found: &mut Vec<Found>) {
    let mut reader = Reader { text, bytes: text.as_bytes(), ends: Vec::new() };
    let mut done = 0;
    for hit in hits {
        if *hit < done {
            continue;
        }
        let name = reader.name(*hit, done);
        done = name.end;
        if let Some((range, says)) = reader.value_of(&name) {
            done = done.max(range.end);
            found.push(Found::new(text, range, says.kind, Strength::Name));
        }
    }
}

/// What stands between a name and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joint {
    /// `=`, `:=`, `=>`, `==`; whether white space stands around it.
    Equals {
        spaced: bool,
    },
    Colon,
    /// `"name", "value"`: an argument list, an array, a CSV line.
    Comma,
    /// `<name>value`
    Tag,
    /// `--name value`
    Flag,
}

/// Where a value stands, and how it is written.
struct Value {
    range: Range<usize>,
    quoted: bool,
}

/// What the surroundings say: how free a value may be before it is taken for code or a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setting {
    /// `?name=value&`, `--name value`, `NAME=value` alone on its line, `...;Name=value;`: the value is taken as it is.
    Plain,
    /// Anything else: it may be code.
    Open,
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    /// Stops -> the stretch that has none of them: from, end.
    ends: Vec<(&'static [u8], usize, usize)>,
}

const QUERY: &[u8] = b" \t\r\n\"'`&#<>;";
const LINE: &[u8] = b" \t\r\n";
const OPEN: &[u8] = b" \t\r\n\"'`,;<";

impl Reader<'_> {
    fn at(&self, index: usize) -> u8 {
        self.bytes.get(index).copied().unwrap_or(0)
    }

    fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    /// The name around `hit`, which starts at `from` at the earliest.
    fn name(&self, hit: usize, from: usize) -> Range<usize> {
        let (mut start, mut end) = (hit, hit);
        while start > from && hit - start < names::LONGEST && is_name(self.at(start - 1)) {
            start -= 1;
        }
        while end - hit < names::LONGEST && is_name(self.at(end)) {
            end += 1;
        }
        start..end
    }

    /// The secret beside `name`, if it is one.
    fn value_of(&mut self, name: &Range<usize>) -> Option<(Range<usize>, Says)> {
        let word = self.slice(name.clone());
        let parameter = matches!(self.at(name.start.wrapping_sub(1)), b'?' | b'&');
        let flag = word.starts_with('-');
        let says = if parameter { names::weigh_parameter(word)? } else { names::weigh(word)? };
        let (joint, from) = self.joint(name, flag)?;
        let setting = self.setting(name, joint, parameter, from);
        let value = self.value(says, joint, setting, parameter, from)?;
        let range = self.judge(name, says, joint, setting, &value)?;
        Some((range, says))
    }

    /// Reads `"] :=` and what may stand around it.
    fn joint(&self, name: &Range<usize>, flag: bool) -> Option<(Joint, usize)> {
        let mut at = name.end;
        if flag && matches!(self.at(at), b' ' | b'\t') {
            let from = self.skip_blanks(at);
            return (!matches!(self.at(from), b'-' | b'=' | 0)).then_some((Joint::Flag, from));
        }
        let opened = self.at(name.start.wrapping_sub(1));
        if self.at(at) == b'>' && opened == b'<' {
            return Some((Joint::Tag, at + 1));
        }
        for closing in [b'\\', b'\\', b'\\'] {
            at += usize::from(self.at(at) == closing && matches!(opened, b'"' | b'\''));
        }
        if matches!(self.at(at), b'"' | b'\'' | b'`') {
            at += 1;
            at += usize::from(matches!(self.at(at), b']' | b')'));
        }
        let before = at;
        at = self.skip_blanks(at);
        let spaced = at > before;
        let joint = match (self.at(at), self.at(at + 1)) {
            (b':', b':') => return None,
            (b':', b'=') | (b'=', b'>' | b'=') | (b'!' | b'?' | b'+', b'=') => {
                at += 2;
                Joint::Equals { spaced: true }
            }
            (b'=', next) => {
                at += 1;
                Joint::Equals { spaced: spaced || matches!(next, b' ' | b'\t') }
            }
            // psql's `PASSWORD :'name'`.
            (b':', b'\'' | b'"') if spaced => return None,
            (b':', _) => match self.past_type(at + 1) {
                Some(past) => {
                    at = past;
                    Joint::Equals { spaced: true }
                }
                None => {
                    at += 1;
                    Joint::Colon
                }
            },
            (b',', _) if at > name.end && matches!(opened, b'"' | b'\'') => {
                let next = self.skip_blanks(at + 1);
                return matches!(self.at(next), b'"' | b'\'').then_some((Joint::Comma, next));
            }
            _ => return None,
        };
        Some((joint, self.skip_blanks(at)))
    }

    /// `password: &str = "..."`: past the `=`, where a type stands between and a quote follows.
    fn past_type(&self, from: usize) -> Option<usize> {
        let window = self.bytes.get(from..self.bytes.len().min(from + 48))?;
        let length = window.iter().position(|byte| *byte == b'=')?;
        let kind = window.get(..length)?;
        let typed = kind.iter().all(|byte| is_name(*byte) || b" &<>[]|?:'".contains(byte))
            && kind.iter().any(u8::is_ascii_alphabetic);
        let value = self.skip_blanks(from + length + 1);
        (typed && matches!(self.at(value), b'"' | b'\'')).then_some(from + length + 1)
    }

    /// Past at most eight blanks.
    fn skip_blanks(&self, from: usize) -> usize {
        (from..from + 8).find(|at| !matches!(self.at(*at), b' ' | b'\t')).unwrap_or(from + 8)
    }

    fn setting(&self, name: &Range<usize>, joint: Joint, parameter: bool, from: usize) -> Setting {
        let tight = matches!(joint, Joint::Equals { spaced: false });
        let first = self.starts_line(name.start) && !self.goes_on(from);
        // `NAME=value`: an env file, or before a command. Programs write small names with commas and brackets about.
        let shouted = self.slice(name.clone()).bytes().all(|byte| !byte.is_ascii_lowercase());
        let clause = self.at(name.start.wrapping_sub(1)) == b';'
            || (joint == Joint::Equals { spaced: false }
                && self.bytes.get(from..from + 80).unwrap_or_default().contains(&b';')
                && self.bytes.get(name.start.saturating_sub(40)..name.start).unwrap_or_default().contains(&b';'));
        let flag = joint == Joint::Flag || self.at(name.start) == b'-';
        if parameter || flag || tight && (clause || first || shouted) { Setting::Plain } else { Setting::Open }
    }

    /// Whether the line ends in a sign that code ends in.
    fn goes_on(&self, from: usize) -> bool {
        let line = self.bytes.get(from..self.bytes.len().min(from + 256)).unwrap_or_default();
        let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
        matches!(line.last(), Some(b',' | b'(' | b')' | b'{' | b';' | b'['))
    }

    /// Whether only blanks, `export`, `set`, `-` or the like stand before it on its line.
    fn starts_line(&self, start: usize) -> bool {
        let from = start.saturating_sub(24);
        let before = self.bytes.get(from..start).unwrap_or_default();
        let line = before.iter().rposition(|byte| *byte == b'\n').map(|at| at + 1).or((from == 0).then_some(0));
        let Some(line) = line.and_then(|at| before.get(at..)) else { return false };
        let words = String::from_utf8_lossy(line);
        words
            .split_whitespace()
            .all(|word| ["export", "set", "setx", "ENV", "ARG", "-", "env", "#", "-e", "+"].contains(&word))
    }

    fn value(&mut self, says: Says, joint: Joint, setting: Setting, parameter: bool, from: usize) -> Option<Value> {
        let mut at = from;
        // b"...", f'...', @"...", Some("...")
        for prefix in ["Some(", "Secret::new(", "b", "r", "f", "u", "@", "$"] {
            let after = at + prefix.len();
            if self.slice(at..after) == prefix && matches!(self.at(after), b'"' | b'\'') {
                at = after;
                break;
            }
        }
        let slashes = (at..at + 4).take_while(|at| self.at(*at) == b'\\').count();
        let quote = self.at(at + slashes);
        if matches!(quote, b'"' | b'\'' | b'`') {
            let start = at + slashes + 1;
            return Some(Value { range: start..self.closing(quote, slashes, start), quoted: true });
        }
        if matches!(says.weight, Weight::Authorization | Weight::Cookie) {
            return Some(Value { range: at..self.end(b"\r\n\"'`", at), quoted: false });
        }
        let stops = match (joint, setting) {
            (Joint::Tag, _) => b"<\r\n",
            _ if parameter => QUERY,
            (Joint::Flag, _) => LINE,
            (_, Setting::Plain) if self.at(from.wrapping_sub(1)) == b'=' && !self.in_clause(from) => LINE,
            _ => OPEN,
        };
        let mut end = self.end(stops, at);
        // `\n` as written in source and logs ends a line too.
        if let Some(escape) =
            ["\\n", "\\r", "\\t", "\\\""].iter().filter_map(|e| self.slice(at..end.min(at + 256)).find(e)).min()
        {
            end = at + escape;
        }
        let trimmed = self.slice(at..end).trim_end_matches(['"', '\'', '`', ',', ';', '\\']).len();
        Some(Value { range: at..at + trimmed, quoted: false })
    }

    /// Whether `;` ends the value, as in connection strings.
    fn in_clause(&self, from: usize) -> bool {
        let before = self.bytes.get(from.saturating_sub(120)..from).unwrap_or_default();
        let line =
            before.iter().rposition(|byte| *byte == b'\n').map_or(before, |at| before.get(at..).unwrap_or_default());
        line.contains(&b';') || line.windows(3).any(|three| three == b"://")
    }

    /// Where the first of `stops` stands at or after `from`, or the end.
    fn end(&mut self, stops: &'static [u8], from: usize) -> usize {
        if let Some((_, _, end)) =
            self.ends.iter().find(|(s, start, end)| *s == stops && *start <= from && from <= *end)
        {
            return *end;
        }
        let rest = self.bytes.get(from..).unwrap_or_default();
        let end = rest.iter().position(|byte| stops.contains(byte)).map_or(self.bytes.len(), |length| from + length);
        self.ends.retain(|(s, _, _)| *s != stops);
        self.ends.push((stops, from, end));
        end
    }

    /// Where the quote closes that was opened after `slashes` backslashes; the end of the line if nowhere.
    fn closing(&mut self, quote: u8, slashes: usize, from: usize) -> usize {
        let stops: &'static [u8] = match quote {
            b'"' => b"\"\n",
            b'\'' => b"'\n",
            _ => b"`\n",
        };
        let mut at = from;
        loop {
            let end = self.end(stops, at);
            let before = self.slice(from..end);
            let behind = before.len() - before.trim_end_matches('\\').len();
            let escaped = if slashes == 0 { behind % 2 == 1 } else { behind > slashes };
            if self.at(end) != quote || !escaped {
                return end - if slashes == 0 { 0 } else { behind.min(slashes) };
            }
            at = end + 1;
        }
    }

    /// The secret part of the value, or `None`.
    fn judge(
        &self,
        name: &Range<usize>,
        says: Says,
        joint: Joint,
        setting: Setting,
        value: &Value,
    ) -> Option<Range<usize>> {
        let whole = self.slice(value.range.clone());
        let text = whole.trim();
        let start = value.range.start + (whole.len() - whole.trim_start().len());
        let range = start..start + text.len();
        match says.weight {
            Weight::Authorization => {
                let part = headers::credential(text, false)?;
                Some(start + part.start..start + part.end)
            }
            Weight::Cookie => (joint == Joint::Colon && headers::holds_cookie(text)).then_some(range),
            _ if text.is_empty() || values::is_reference(text) => None,
            Weight::Token if joint == Joint::Flag && !self.slice(name.clone()).ends_with('s') => {
                (values::looks_random(text) || is_mixed(text, 6)).then_some(range)
            }
            Weight::Token if value.quoted => values::looks_random_quoted(text).then_some(range),
            Weight::Token => values::looks_random(text).then_some(range),
            Weight::Pass => (is_mixed(text, 6) && !text.contains(char::is_whitespace)).then_some(range),
            Weight::Password => {
                let open = setting == Setting::Open && self.is_code(name, joint, &range, text);
                let code = !value.quoted && (open || self.is_assignment(name, joint, text));
                let sentence = value.quoted
                    && setting == Setting::Open
                    && text.contains(char::is_whitespace)
                    && !self.slice(name.clone()).ends_with("phrase");
                let place = values::is_place(text) && self.slice(name.clone()).to_ascii_lowercase().ends_with("pwd");
                let short = joint == Joint::Comma && text.len() < 6;
                (!code && !sentence && !place && !short && !self.is_label(name, text)).then_some(range)
            }
        }
    }

    /// `password=settings.password`, `PASSWORD=read()`: a line of a program that looks like one of an env file.
    fn is_assignment(&self, name: &Range<usize>, joint: Joint, text: &str) -> bool {
        let parameter = matches!(self.at(name.start.wrapping_sub(1)), b'?' | b'&' | b';');
        if joint == Joint::Flag || parameter || self.at(name.start) == b'-' {
            return false;
        }
        let shouted = self.slice(name.clone()).bytes().all(|byte| !byte.is_ascii_lowercase());
        let call = text
            .strip_suffix(')')
            .and_then(|call| call.split_once('('))
            .is_some_and(|(what, _)| is_member(what) || is_word(what));
        call || !shouted && is_member(text)
    }

    /// A word that only names the field: `"password": "password"`, `["password", "token"]`.
    fn is_label(&self, name: &Range<usize>, text: &str) -> bool {
        let simple = |word: &str| word.to_ascii_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "");
        let value = simple(text);
        !text.contains(char::is_whitespace) && value == simple(self.slice(name.clone()))
            || names::weigh(text).is_some() && !text.bytes().any(|byte| byte.is_ascii_digit())
            || !text.contains(char::is_whitespace)
                && ["password", "passwd", "pwd", "passphrase", "currentpassword", "newpassword"]
                    .contains(&value.as_str())
    }

    /// Whether an unquoted value is rather an expression, a type or the start of a sentence.
    fn is_code(&self, name: &Range<usize>, joint: Joint, range: &Range<usize>, text: &str) -> bool {
        let digits = text.bytes().any(|byte| byte.is_ascii_digit());
        let letters = text.bytes().any(|byte| byte.is_ascii_alphabetic());
        let symbols = text.bytes().any(|byte| byte.is_ascii_punctuation() && !b"_.".contains(&byte));
        if text.contains(['(', '[', '{', '|', ')', ']', '}']) && !(digits && joint == Joint::Tag)
            || ["::", "->", "=>", "==", "&&"].iter().any(|sign| text.contains(sign))
            || text.starts_with(['&', '*', '=', '/', '~', '?', '+', '>'])
        {
            return true;
        }
        if is_member(text) || is_type(text) {
            return true;
        }
        if digits && !letters {
            return text.len() < 4 || joint == Joint::Colon && !self.ends_line(range.end) || text.contains(['.', ',']);
        }
        if digits || symbols {
            return text.len() < 4 || self.at(range.end) == b'(' || symbols && !digits && text.len() < 6;
        }
        // Letters only: a variable, a type, a word, or a weak password alone on its line.
        let says_secret = names::speaks_of_secrets(text);
        let alone = self.starts_line(name.start) && self.ends_line(range.end);
        joint != Joint::Tag && (!alone || says_secret || text.contains('_') || text.len() < 4)
    }

    /// Whether the line ends here, but for blanks and a comment.
    fn ends_line(&self, from: usize) -> bool {
        let at = self.skip_blanks(from);
        matches!(self.at(at), b'\n' | b'\r' | b'#') || at >= self.bytes.len()
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// `settings.password`
fn is_member(text: &str) -> bool {
    text.contains('.')
        && text.split('.').all(|part| part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && is_word(part))
}

/// `u32`, `__u32`, `int64_t`
fn is_type(text: &str) -> bool {
    let name = text.trim_start_matches('_').trim_end_matches("_t");
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit());
    bare.len() < name.len() && ["u", "i", "f", "s", "int", "uint", "float", "char", "varchar", "string"].contains(&bare)
}

/// Letters and digits both, and long enough.
fn is_mixed(text: &str, least: usize) -> bool {
    text.len() >= least
        && !text.contains(['(', '[', '{', '<', '/'])
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}
