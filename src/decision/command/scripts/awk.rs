//! What a program in awk opens and runs besides its operands, token by token. A name or a command that it puts together is
//! known only when it runs.

use super::Script;

#[derive(Debug, Clone, PartialEq)]
enum Token<'a> {
    /// `None`: it holds an escape that not every awk knows.
    Text(Option<String>),
    Name(&'a str),
    Number,
    Regex,
    Sign(&'a str),
    Line,
}

/// Signs of more than one letter that must not be taken for a redirection or a pipe, and those that are one.
const SIGNS: [&str; 11] = ["||", "|&", ">>", ">=", "<=", "==", "!=", "&&", "++", "--", "!~"];

/// Words before which no operand stands.
const WORDS: [&str; 10] = ["print", "printf", "return", "in", "if", "while", "else", "do", "case", "getline"];

/// Nobody writes more between `getline` and its file, or within the index of an operand.
const MAX_TOKENS: usize = 256;

/// Without one of these it opens nothing.
const RISKS: [&str; 6] = ["getline", "system", "ARGV", "@", "|", ">"];

pub(super) fn read(script: &str) -> Script {
    let mut found = Script::default();
    if !RISKS.iter().any(|risk| script.contains(risk)) {
        return found;
    }
    match tokens(script) {
        Some(tokens) => Program { tokens: &tokens }.read(&mut found),
        None => found.anything(),
    }
    if found.is_open {
        found.files.extend(super::quoted_paths(script));
    }
    found
}

/// `None`: where a text or a pattern ends cannot be told.
fn tokens(script: &str) -> Option<Vec<Token<'_>>> {
    let mut found: Vec<Token<'_>> = Vec::new();
    let mut rest = script;
    while let Some(first) = rest.chars().next() {
        let after = rest.get(first.len_utf8()..)?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        rest = match first {
            ' ' | '\t' | '\r' => after,
            '\\' if after.starts_with('\n') => after.get(1..)?,
            '#' => after.find('\n').and_then(|end| after.get(end..)).unwrap_or_default(),
            '\n' => {
                found.push(Token::Line);
                after
            }
            '"' => {
                let (text, rest) = text(after)?;
                found.push(Token::Text(text));
                rest
            }
            '/' if !is_operand(found.last()) => {
                found.push(Token::Regex);
                regex(after)?
            }
            c if c.is_ascii_digit() => {
                found.push(Token::Number);
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.')).unwrap_or(rest.len());
                rest.get(end..)?
            }
            c if is_name(c) => {
                let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
                found.push(Token::Name(rest.get(..end)?));
                rest.get(end..)?
            }
            _ => {
                let known =
                    SIGNS.iter().find(|sign| rest.starts_with(**sign)).map_or(first.len_utf8(), |sign| sign.len());
                found.push(Token::Sign(rest.get(..known)?));
                rest.get(known..)?
            }
        };
    }
    // Behind a bracket a slash may divide, or begin a pattern that holds a quote: what is a text then is code.
    let divides = found.windows(2).any(|pair| matches!(pair, [Token::Sign(")"), Token::Sign("/")]));
    let is_code = |token: &Token<'_>| match token {
        Token::Text(text) => text.as_ref().is_none_or(|text| RISKS.iter().any(|risk| text.contains(risk))),
        _ => false,
    };
    (!divides || !found.iter().any(is_code)).then_some(found)
}

/// Whether what stands before a slash can be divided.
fn is_operand(token: Option<&Token<'_>>) -> bool {
    match token {
        Some(Token::Text(_) | Token::Number | Token::Regex) => true,
        Some(Token::Name(name)) => !WORDS.contains(name),
        Some(Token::Sign(sign)) => [")", "]", "$", "++", "--"].contains(sign),
        Some(Token::Line) | None => false,
    }
}

fn text(script: &str) -> Option<(Option<String>, &str)> {
    let mut plain = Some(String::new());
    let mut letters = script.char_indices();
    while let Some((at, letter)) = letters.next() {
        let letter = match letter {
            '"' => return Some((plain, script.get(at + 1..)?)),
            '\n' => return None,
            '\\' => match letters.next()?.1 {
                'n' => Some('\n'),
                't' => Some('\t'),
                c @ ('"' | '\\' | '/') => Some(c),
                _ => None,
            },
            c => Some(c),
        };
        plain = plain.zip(letter).map(|(plain, letter)| plain + letter.encode_utf8(&mut [0; 4]));
    }
    None
}

/// Past a pattern. Brackets shield the slash in some awks.
fn regex(script: &str) -> Option<&str> {
    let (mut shielded, mut bracket) = (false, false);
    for (at, letter) in script.char_indices() {
        match letter {
            _ if shielded => shielded = false,
            '\\' => shielded = true,
            '/' if bracket => return None,
            '/' => return script.get(at + 1..),
            '\n' => return None,
            '[' => bracket = true,
            ']' => bracket = false,
            _ => {}
        }
    }
    None
}

struct Program<'a> {
    tokens: &'a [Token<'a>],
}

impl Program<'_> {
    fn read(&self, found: &mut Script) {
        // Brackets around each place, and those around the `print` that a redirection may belong to.
        let (mut depth, mut printing) = (0usize, None);
        for (at, token) in self.tokens.iter().enumerate() {
            match token {
                Token::Sign("(" | "[") => depth += 1,
                Token::Sign(")" | "]") => depth = depth.saturating_sub(1),
                Token::Sign(";" | "}") => printing = None,
                Token::Name("print" | "printf") => printing = Some(depth),
                Token::Sign(">" | ">>") if printing == Some(depth) => self.file(at + 1, found),
                Token::Sign("|" | "|&") => self.pipe(at, found),
                Token::Name("getline") => self.input(at, found),
                Token::Name("system") => self.command(at + 1, found),
                Token::Name("ARGV") => self.operand(at, found),
                Token::Sign("@") => self.directive(at, found),
                _ => {}
            }
        }
    }

    fn at(&self, at: usize) -> Option<&Token<'_>> {
        self.tokens.get(at)
    }

    /// The text that stands there alone, in brackets or not; `None` where it is put together.
    fn alone(&self, at: usize) -> Option<&str> {
        let bracketed = self.at(at) == Some(&Token::Sign("("));
        let Some(Token::Text(Some(text))) = self.at(at + usize::from(bracketed)) else { return None };
        let mut next = at + 1 + usize::from(bracketed);
        if bracketed {
            if self.at(next) != Some(&Token::Sign(")")) {
                return None;
            }
            next += 1;
        }
        let ends =
            matches!(self.at(next), None | Some(Token::Line | Token::Sign(";" | "}" | ")" | ">" | "&&" | "||" | ",")));
        ends.then_some(text.as_str())
    }

    fn file(&self, at: usize, found: &mut Script) {
        match self.alone(at) {
            Some(file) => found.file(file),
            None => found.anything(),
        }
    }

    fn command(&self, at: usize, found: &mut Script) {
        match self.alone(at) {
            Some(text) => found.text(text),
            None => found.anything(),
        }
    }

    /// `"date" | getline`, `print | "sort"`.
    fn pipe(&self, at: usize, found: &mut Script) {
        if self.at(at + 1) != Some(&Token::Name("getline")) {
            return self.command(at + 1, found);
        }
        let before = at.checked_sub(2).and_then(|before| self.at(before));
        match at.checked_sub(1).and_then(|before| self.at(before)) {
            Some(Token::Text(Some(text))) if !is_operand(before) => found.text(text),
            _ => found.anything(),
        }
    }

    /// `getline line < "file"`.
    fn input(&self, at: usize, found: &mut Script) {
        let mut depth = 0usize;
        for (next, token) in self.tokens.iter().enumerate().skip(at + 1).take(MAX_TOKENS) {
            match token {
                Token::Sign("(" | "[") => depth += 1,
                Token::Sign(")" | "]") if depth > 0 => depth -= 1,
                Token::Sign("<") if depth == 0 => return self.file(next + 1, found),
                Token::Sign(")" | ";" | "}" | ">" | "|" | "&&" | "||") | Token::Line => return,
                _ => {}
            }
        }
        if self.tokens.len() > at + MAX_TOKENS {
            found.anything();
        }
    }

    /// A file that the program puts among its operands.
    fn operand(&self, at: usize, found: &mut Script) {
        if self.at(at + 1) != Some(&Token::Sign("[")) {
            // Under another name it can be filled in many ways.
            return found.anything();
        }
        let mut depth = 0usize;
        for (next, token) in self.tokens.iter().enumerate().skip(at + 1).take(MAX_TOKENS) {
            match token {
                Token::Sign("[") => depth += 1,
                Token::Sign("]") if depth > 1 => depth -= 1,
                Token::Sign("]") => {
                    return match self.at(next + 1) {
                        Some(Token::Sign("=")) => self.file(next + 2, found),
                        // `ARGV[1] += x`, `ARGV[1]++`; and `sub(/a/, "b", ARGV[1])` has it for its own.
                        Some(Token::Sign("+" | "-" | "*" | "/" | "%" | "^" | "++" | "--" | ")")) => found.anything(),
                        _ => {}
                    };
                }
                _ => {}
            }
        }
        found.anything();
    }

    /// `@include "file"`; a call of a function by the name that a variable holds.
    fn directive(&self, at: usize, found: &mut Script) {
        match self.at(at + 1) {
            Some(Token::Name("include" | "load")) => self.file(at + 2, found),
            Some(Token::Name("namespace")) => {}
            _ => found.anything(),
        }
    }
}
