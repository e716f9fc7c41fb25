//! A strict walk over one JSON text, without building a tree (DESIGN 3.5).
//!
//! Two parsers may read one text differently: the first or the last of two equal keys, a lone surrogate, a raw carriage
//! return that ends a line for one of them. What could be read in two ways is refused here, before anybody reads it.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

mod names;

use names::Role;

/// How big a text may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub bytes: usize,
    /// Nested arrays and objects.
    pub depth: usize,
}

impl Default for Limits {
    /// 100 MB and 128 levels.
    fn default() -> Limits {
        Limits { bytes: 100 << 20, depth: 128 }
    }
}

/// Why a text was refused, and at which byte (from 0).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why} at byte {at}")]
pub struct Malformed {
    pub why: &'static str,
    pub at: usize,
}

/// What the walk learned about a text that passed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Walked {
    /// White space between tokens other than plain spaces, to be cut before the text is sent on.
    pub gaps: Vec<Range<usize>>,
    /// Numbers that no 64-bit reader can hold.
    pub wide: Vec<Range<usize>>,
}

/// Walks `text`, which must be exactly one JSON value: a whole message.
pub fn walk(text: &[u8], limits: Limits) -> Result<Walked, Malformed> {
    walk_as(Role::Envelope, text, limits)
}

/// Walks a part of a message that passed as a whole: its keys were looked at where they stood.
pub fn walk_part(text: &[u8], limits: Limits) -> Result<Walked, Malformed> {
    walk_as(Role::Free, text, limits)
}

fn walk_as(role: Role, text: &[u8], limits: Limits) -> Result<Walked, Malformed> {
    if text.len() > limits.bytes {
        return Err(Malformed { why: "longer than the limit", at: limits.bytes });
    }
    if text.starts_with(b"\xef\xbb\xbf") {
        return Err(Malformed { why: "a byte order mark", at: 0 });
    }
    let checked = std::str::from_utf8(text).map_err(|error| Malformed { why: "not UTF-8", at: error.valid_up_to() })?;
    let mut walker =
        Walker { text: checked, whole: role, at: 0, limits, walked: Walked::default(), frames: Vec::new() };
    walker.space();
    walker.value()?;
    walker.space();
    if walker.at != walker.text.len() {
        return Err(walker.refuse("more than one value"));
    }
    Ok(walker.walked)
}

/// An object or array that is open.
enum Frame<'a> {
    Array {
        /// What its elements are.
        each: Role,
    },
    Object {
        keys: Keys<'a>,
        role: Role,
        /// What the member being read is.
        member: Role,
    },
}

/// The keys of one open object. Few keys are compared one by one, many by hash.
#[derive(Default)]
struct Keys<'a> {
    few: Vec<Cow<'a, str>>,
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Keys<'a> {
    fn insert(&mut self, key: Cow<'a, str>) -> bool {
        if !self.many.is_empty() {
            return self.many.insert(key);
        }
        if self.few.contains(&key) {
            return false;
        }
        self.few.push(key);
        if self.few.len() > 16 {
            self.many.extend(self.few.drain(..));
        }
        true
    }
}

struct Walker<'a> {
    text: &'a str,
    /// What the text as a whole is.
    whole: Role,
    at: usize,
    limits: Limits,
    walked: Walked,
    frames: Vec<Frame<'a>>,
}

impl<'a> Walker<'a> {
    fn refuse(&self, why: &'static str) -> Malformed {
        Malformed { why, at: self.at }
    }

    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    fn peek(&self) -> Option<u8> {
        self.bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' => {}
                b'\t' | b'\n' | b'\r' => match self.walked.gaps.last_mut() {
                    Some(gap) if gap.end == self.at => gap.end += 1,
                    _ => self.walked.gaps.push(self.at..self.at + 1),
                },
                _ => return,
            }
            self.at += 1;
        }
    }

    /// Reads one value with everything in it; a loop, so that depth costs no stack.
    fn value(&mut self) -> Result<(), Malformed> {
        loop {
            match self.peek() {
                Some(b'{') => {
                    self.open(Frame::Object { keys: Keys::default(), role: self.role(), member: Role::Free })?;
                    if self.peek() == Some(b'}') {
                        self.close();
                    } else {
                        self.key()?;
                        continue;
                    }
                }
                Some(b'[') => {
                    self.open(Frame::Array { each: self.role().each() })?;
                    if self.peek() == Some(b']') {
                        self.close();
                    } else {
                        continue;
                    }
                }
                Some(b'"') => {
                    self.string()?;
                }
                Some(b'-' | b'0'..=b'9') => self.number()?,
                Some(b't') => self.word(b"true")?,
                Some(b'f') => self.word(b"false")?,
                Some(b'n') => self.word(b"null")?,
                Some(_) => return Err(self.refuse("not a JSON value")),
                None => return Err(self.refuse("ends in the middle of a value")),
            }
            if !self.next()? {
                return Ok(());
            }
        }
    }

    /// After a value: on to the next one (true), or out of everything (false).
    fn next(&mut self) -> Result<bool, Malformed> {
        loop {
            if self.frames.is_empty() {
                return Ok(false);
            }
            self.space();
            let array = matches!(self.frames.last(), Some(Frame::Array { .. }));
            match (self.peek(), array) {
                (Some(b','), true) => {
                    self.at += 1;
                    self.space();
                    return Ok(true);
                }
                (Some(b','), false) => {
                    self.at += 1;
                    self.space();
                    self.key()?;
                    return Ok(true);
                }
                (Some(b']'), true) | (Some(b'}'), false) => self.close(),
                (Some(_), _) => return Err(self.refuse("not the end of a value")),
                (None, _) => return Err(self.refuse("ends in the middle of a value")),
            }
        }
    }

    fn open(&mut self, frame: Frame<'a>) -> Result<(), Malformed> {
        if self.frames.len() >= self.limits.depth {
            return Err(self.refuse("nested deeper than the limit"));
        }
        self.frames.push(frame);
        self.at += 1;
        self.space();
        Ok(())
    }

    fn close(&mut self) {
        self.frames.pop();
        self.at += 1;
    }

    /// What the value that begins here is.
    fn role(&self) -> Role {
        match self.frames.last() {
            None => self.whole,
            Some(Frame::Array { each }) => *each,
            Some(Frame::Object { member, .. }) => *member,
        }
    }

    fn key(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        if self.peek() != Some(b'"') {
            return Err(self.refuse("not a key"));
        }
        let key = self.string()?;
        let refuse = |why| Err(Malformed { why, at: start });
        if let Some(Frame::Object { keys, role, member }) = self.frames.last_mut() {
            if role.is_case_variant(&key) {
                return refuse("a protocol key in other letter case");
            }
            *member = role.member(&key);
            if !keys.insert(key) {
                return refuse("a key twice");
            }
        }
        self.space();
        if self.peek() != Some(b':') {
            return Err(self.refuse("a key without a value"));
        }
        self.at += 1;
        self.space();
        Ok(())
    }

    /// Reads a string and returns what it means: as it stands, unless it has escapes.
    fn string(&mut self) -> Result<Cow<'a, str>, Malformed> {
        self.at += 1;
        let mut start = self.at;
        let mut text = Cow::Borrowed("");
        loop {
            let rest = self.bytes().get(self.at..).unwrap_or_default();
            let Some(step) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)) else {
                self.at = self.text.len();
                return Err(self.refuse("ends in the middle of a string"));
            };
            self.at += step;
            match self.peek() {
                Some(b'"') => {
                    text += self.since(start);
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => {
                    text += self.since(start);
                    text.to_mut().push(self.escape()?);
                    start = self.at;
                }
                _ => return Err(self.refuse("a control character in a string")),
            }
        }
    }

    fn since(&self, start: usize) -> &'a str {
        // Both ends are at ASCII bytes.
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn escape(&mut self) -> Result<char, Malformed> {
        self.at += 1;
        let plain = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.refuse("an unknown escape")),
        };
        self.at += 1;
        Ok(plain)
    }

    fn unicode_escape(&mut self) -> Result<char, Malformed> {
        let first = self.four_hex()?;
        if let Some(character) = char::from_u32(first) {
            return Ok(character);
        }
        let low = match (first, self.peek(), self.bytes().get(self.at + 1)) {
            (0xd800..=0xdbff, Some(b'\\'), Some(b'u')) => {
                self.at += 1;
                self.four_hex()?
            }
            _ => return Err(self.refuse("half a surrogate pair")),
        };
        if !(0xdc00..=0xdfff).contains(&low) {
            return Err(self.refuse("half a surrogate pair"));
        }
        char::from_u32(0x10000 + ((first - 0xd800) << 10) + (low - 0xdc00))
            .ok_or_else(|| self.refuse("half a surrogate pair"))
    }

    /// The number behind `u`, which stands at the cursor.
    fn four_hex(&mut self) -> Result<u32, Malformed> {
        let digits = self.bytes().get(self.at + 1..self.at + 5).ok_or_else(|| self.refuse("an unknown escape"))?;
        let mut number = 0;
        for digit in digits {
            let value = char::from(*digit).to_digit(16).ok_or_else(|| self.refuse("an unknown escape"))?;
            number = number * 16 + value;
        }
        self.at += 5;
        Ok(number)
    }

    fn digits(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if start == self.at { Err(self.refuse("not a number")) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        let mut whole = true;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            whole = false;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            whole = false;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        let token = self.since(start);
        let held = if whole {
            token.parse::<i64>().is_ok() || token.parse::<u64>().is_ok()
        } else {
            token.parse::<f64>().is_ok_and(f64::is_finite)
        };
        if !held {
            self.walked.wide.push(start..self.at);
        }
        Ok(())
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Malformed> {
        if self.bytes().get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at += word.len();
            return Ok(());
        }
        Err(self.refuse("not a JSON value"))
    }
}

#[cfg(test)]
mod tests;
