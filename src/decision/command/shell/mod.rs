//! A strict reader of shell text. It knows the part of the language in which bash, dash, zsh and ksh agree, finds every
//! simple command in it, and refuses the rest: a form that one of them reads otherwise is an error, not a guess. One
//! pass, no going back, and a bound on nesting.
//!
//! It is not tree-sitter-bash, which repairs what it cannot parse and takes some forms otherwise than bash does; a test
//! compares the two.

mod arithmetic;
mod compound;
mod expansion;
mod redirect;
mod variables;
mod word;

use crate::model::effects::Word;

pub(super) use variables::is_assignment;
pub(super) use word::{Form, Raw};

/// How deep groups, substitutions and quotes may nest.
const MAX_DEPTH: usize = 40;

/// What a text would do, as it stands: nothing is unfolded yet.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub steps: Vec<Step>,
    /// It needs a shell to be understood.
    pub compound: bool,
    /// A command may run although one before it failed, or in a shell of its own. (Without: only `&&` and pipes.)
    pub branches: bool,
    /// It holds a loop or a function: what stands in it may run after what follows it.
    pub repeats: bool,
}

/// In the order in which they may run.
#[derive(Debug)]
pub(super) enum Step {
    Command {
        words: Vec<Word>,
        /// It reads from a pipe, as far as the text shows.
        fed: bool,
    },
    /// A redirection to or from a file.
    Redirect { target: Word, writes: bool },
    /// A value that a variable of the shell gets; an array has several.
    Value { name: String, word: Word },
}

impl Step {
    /// As far as the program's name says so.
    pub(super) fn changes_folder(&self) -> bool {
        let Step::Command { words, .. } = self else { return false };
        matches!(words.first(), Some(Word::Literal(name)) if name == "cd")
    }

    /// It touches no place, wherever it stands.
    fn only_speaks(&self) -> bool {
        let Step::Command { words, .. } = self else { return false };
        let is_literal = words.iter().all(|word| matches!(word, Word::Literal(_)));
        let speaks = |name: &str| ["echo", "true", "false", ":", "exit"].contains(&name);
        is_literal && matches!(words.first(), Some(Word::Literal(name)) if speaks(name))
    }
}

/// Reads a whole text.
pub(super) fn read(text: &str) -> Result<Script, String> {
    let mut reader = Reader::new(text, 0)?;
    reader.list(&[])?;
    if reader.at < reader.bytes.len() {
        return Err(reader.unexpected());
    }
    reader.end_of_text()?;
    reader.variables.check()?;
    Ok(reader.script)
}

/// Reads the words of one command pattern.
pub(super) fn read_words(text: &str) -> Result<Vec<Raw>, String> {
    let mut reader = Reader::new(text, 0)?;
    let mut words = Vec::new();
    loop {
        reader.blanks();
        if reader.at >= reader.bytes.len() {
            return Ok(words);
        }
        words.push(reader.word()?);
    }
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    /// The next simple command stands behind a pipe.
    fed: bool,
    /// Lists of commands that were begun.
    lists: usize,
    script: Script,
    variables: variables::Variables,
    /// Here-documents whose body starts after the next newline.
    heredocs: Vec<redirect::Heredoc>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, depth: usize) -> Result<Reader<'a>, String> {
        let odd = |c: &char| (c.is_control() && *c != '\n' && *c != '\t') || (!c.is_ascii() && c.is_whitespace());
        if let Some(c) = text.chars().find(odd) {
            return Err(format!("it holds the character U+{:04X}, which shells take differently", u32::from(c)));
        }
        Ok(Reader {
            text,
            bytes: text.as_bytes(),
            at: 0,
            depth,
            fed: false,
            lists: 0,
            script: Script::default(),
            variables: variables::Variables::default(),
            heredocs: Vec::new(),
        })
    }

    /// The byte that many places on; 0 past the end (a text has no NUL).
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn starts_with(&self, what: &str) -> bool {
        self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(what.as_bytes()))
    }

    fn slice(&self, from: usize) -> &'a str {
        self.text.get(from..self.at).unwrap_or_default()
    }

    fn unexpected(&self) -> String {
        match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(c) => format!("it does not parse: unexpected `{c}` at byte {}", self.at),
            None => "it does not parse: it ends too early".into(),
        }
    }

    fn enter(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("it nests more than {MAX_DEPTH} deep"));
        }
        Ok(())
    }

    /// Reads another text in the place of this one: a here-document, or what stands between backticks.
    fn within(&mut self, text: &str, read: fn(&mut Reader<'_>) -> Result<(), String>) -> Result<(), String> {
        self.enter()?;
        let mut inner = Reader::new(text, self.depth)?;
        inner.script = std::mem::take(&mut self.script);
        let steps = inner.script.steps.len();
        inner.variables = std::mem::take(&mut self.variables);
        read(&mut inner)?;
        inner.end_of_text()?;
        // What runs nothing changes nothing.
        inner.script.branches |= inner.script.steps.len() > steps;
        self.script = inner.script;
        self.variables = inner.variables;
        self.depth -= 1;
        Ok(())
    }

    fn end_of_text(&self) -> Result<(), String> {
        if self.heredocs.is_empty() { Ok(()) } else { Err("a here-document does not end".into()) }
    }

    /// Spaces, tabs, joined lines, and a comment.
    fn blanks(&mut self) {
        loop {
            match (self.peek(0), self.peek(1)) {
                (b' ' | b'\t', _) => self.at += 1,
                (b'\\', b'\n') => self.at += 2,
                (b'#', _) => {
                    while self.at < self.bytes.len() && self.peek(0) != b'\n' {
                        self.at += 1;
                    }
                }
                _ => return,
            }
        }
    }

    /// Blanks and newlines, with the here-documents that start after one.
    fn newlines(&mut self) -> Result<(), String> {
        loop {
            self.blanks();
            if self.peek(0) != b'\n' {
                return Ok(());
            }
            self.at += 1;
            self.script.compound = true;
            self.heredoc_bodies()?;
        }
    }

    /// Commands up to a word of `stops`, a `)`, a `;;` or the end, which is not taken.
    fn list(&mut self, stops: &[&str]) -> Result<(), String> {
        self.script.branches |= self.lists > 0;
        self.lists += 1;
        let mut others = false;
        loop {
            self.newlines()?;
            if matches!(self.peek(0), 0 | b')') || self.at_case_end() || stops.contains(&self.plain_word()) {
                return Ok(());
            }
            self.script.branches |= others;
            others = true;
            self.and_or()?;
            self.blanks();
            match self.peek(0) {
                b';' if !self.at_case_end() => {
                    self.at += 1;
                    self.script.compound = true;
                }
                b'&' => {
                    self.at += 1;
                    self.script.compound = true;
                    self.script.branches = true;
                }
                b'\n' => {}
                _ => return Ok(()),
            }
        }
    }

    fn at_case_end(&self) -> bool {
        self.starts_with(";;") || self.starts_with(";&")
    }

    fn and_or(&mut self) -> Result<(), String> {
        self.pipeline()?;
        let mut alternative = None;
        loop {
            self.blanks();
            if !self.starts_with("&&") && !self.starts_with("||") {
                let mut behind = self.script.steps.iter().skip(alternative.unwrap_or(usize::MAX));
                self.script.branches |= !behind.all(Step::only_speaks);
                return Ok(());
            }
            if self.peek(0) == b'|' {
                alternative = alternative.or(Some(self.script.steps.len()));
            }
            self.at += 2;
            self.script.compound = true;
            self.newlines()?;
            self.pipeline()?;
        }
    }

    fn pipeline(&mut self) -> Result<(), String> {
        self.blanks();
        while self.plain_word() == "!" {
            self.at += 1;
            self.script.compound = true;
            self.script.branches = true;
            self.blanks();
        }
        let mut checked = self.script.steps.len();
        self.command()?;
        loop {
            self.blanks();
            if self.peek(0) != b'|' || self.peek(1) == b'|' {
                return Ok(());
            }
            // What changes its folder in a pipe does so for itself.
            self.script.branches |= self.script.steps.iter().skip(checked).any(Step::changes_folder);
            self.at += if self.peek(1) == b'&' { 2 } else { 1 };
            self.script.compound = true;
            self.newlines()?;
            self.fed = true;
            checked = self.script.steps.len();
            self.command()?;
            self.fed = false;
            self.script.branches |= self.script.steps.iter().skip(checked).any(Step::changes_folder);
        }
    }

    /// The word that stands here, if it is plain and could be reserved; else nothing.
    fn plain_word(&self) -> &'a str {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let plain = |byte: &u8| byte.is_ascii_alphabetic() || b"{}![]".contains(byte);
        let length = rest.iter().take(9).take_while(|byte| plain(byte)).count();
        let ends = rest.get(length).is_none_or(|byte| word::is_meta(*byte));
        if ends { self.text.get(self.at..self.at + length).unwrap_or_default() } else { "" }
    }

    /// A command without structure: assignments, words and redirections in any order.
    fn simple(&mut self) -> Result<(), String> {
        let mut raws: Vec<Raw> = Vec::new();
        let mut only_assignments = true;
        let start = self.at;
        loop {
            self.blanks();
            match self.peek(0) {
                0 | b'\n' | b';' | b'|' | b')' => break,
                b'(' if raws.len() == 1 && !only_assignments => return self.function_body(&raws),
                b'(' => return Err(self.unexpected()),
                b'&' if self.peek(1) != b'>' => break,
                _ if self.redirect()? => {}
                _ => {
                    let raw = self.word()?;
                    let assigns = only_assignments && is_assignment(&raw.source);
                    if assigns && raw.source.ends_with('=') && self.peek(0) == b'(' {
                        self.array(&raw)?;
                        continue;
                    }
                    only_assignments &= assigns;
                    raws.push(raw);
                }
            }
        }
        if self.at == start {
            return Err(self.unexpected());
        }
        self.emit(raws, only_assignments);
        Ok(())
    }

    /// A loop or an expansion sets a variable: where programs may see it, that is a command of its own.
    fn sets(&mut self, name: &str) {
        if !variables::stays_inside(name) {
            self.script.steps.push(Step::Command { words: vec![Word::Literal(format!("{name}="))], fed: false });
        }
    }

    /// Hands on a simple command. What a variable of the shell gets is no command, unless programs would see it too.
    fn emit(&mut self, raws: Vec<Raw>, only_assignments: bool) {
        for raw in raws.iter().take_while(|raw| is_assignment(&raw.source)) {
            self.variables.assign(raw);
        }
        if only_assignments {
            for raw in raws {
                self.script.compound = true;
                let inside = variables::stays_inside(&raw.source);
                let name = raw.source.split(['=', '+', '[']).next().unwrap_or_default().to_owned();
                let word = raw.into_word();
                self.script.steps.push(if inside {
                    Step::Value { name, word }
                } else {
                    Step::Command { words: vec![word], fed: false }
                });
            }
            return;
        }
        self.variables.note_builtin(&raws);
        let words: Vec<Word> = raws.into_iter().map(Raw::into_word).collect();
        self.script.compound |= words.iter().any(|word| matches!(word, Word::Dynamic(_)));
        let fed = std::mem::take(&mut self.fed);
        self.script.steps.push(Step::Command { words, fed });
    }
}
