//! Words, and the quotes in them.

use super::Reader;
use crate::model::effects::Word;

/// What a word will be when it runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::decision::command) enum Form {
    /// Its value.
    #[default]
    Fixed,
    /// Names of files: `*`, `?`, `[...]`, `~`, `{a,b}`.
    Glob,
    /// Anything: variables, substitutions, and quotes that shells read differently.
    Open,
}

#[derive(Debug)]
pub(in crate::decision::command) struct Raw {
    /// As written.
    pub source: String,
    /// Quotes removed; what is open stands as written.
    pub value: String,
    pub form: Form,
    /// Where in the value an unquoted star stands.
    pub stars: Vec<usize>,
}

impl Raw {
    pub fn is_fixed(&self) -> bool {
        self.form == Form::Fixed
    }

    pub fn into_word(self) -> Word {
        if self.is_fixed() { Word::Literal(self.value) } else { Word::Dynamic(self.source) }
    }
}

/// Ends a word that is not quoted.
pub(super) fn is_meta(byte: u8) -> bool {
    b" \t\n;&|<>()".contains(&byte) || byte == 0
}

/// A word that is being read.
#[derive(Default)]
pub(super) struct Draft {
    pub value: String,
    pub form: Form,
    stars: Vec<usize>,
    /// `{` without `}` yet, and whether a `,` or `..` stands after it.
    braces: Option<bool>,
}

impl Draft {
    pub(super) fn at_least(&mut self, form: Form) {
        self.form = self.form.max(form);
    }
}

impl<'a> Reader<'a> {
    pub(super) fn word(&mut self) -> Result<Raw, String> {
        let start = self.at;
        let mut draft = Draft::default();
        while self.word_part(start, &mut draft)? {}
        if self.at == start {
            return Err(self.unexpected());
        }
        let source = self.slice(start).to_owned();
        if source == "[" || source == "[[" || source == "]" || source == "]]" {
            draft.form = Form::Fixed;
        }
        // zsh puts the path of a command in the place of `=name`.
        if source.starts_with('=') && source.bytes().any(|byte| byte != b'=') {
            draft.form = Form::Open;
        }
        // bash opens a file for `{name}>file`, others pass the word on.
        if source.starts_with('{') && source.ends_with('}') && source.len() > 2 && matches!(self.peek(0), b'<' | b'>') {
            return Err(self.unexpected());
        }
        Ok(Raw { source, value: draft.value, form: draft.form, stars: draft.stars })
    }

    /// Reads the next part; `false` at the end of the word.
    fn word_part(&mut self, start: usize, draft: &mut Draft) -> Result<bool, String> {
        let byte = self.peek(0);
        match byte {
            b'<' | b'>' if self.peek(1) == b'(' => {
                let from = self.at;
                self.at += 2;
                self.substitution()?;
                draft.at_least(Form::Open);
                draft.value.push_str(self.slice(from));
            }
            byte if is_meta(byte) => return Ok(false),
            b'\\' if self.peek(1) == b'\n' => self.at += 2,
            b'\\' => {
                self.at += 1;
                self.push_char(&mut draft.value)?;
            }
            b'\'' => {
                let text = self.single_quoted()?;
                draft.value.push_str(text);
            }
            b'"' => self.double_quoted(draft)?,
            b'$' => self.dollar(draft, false)?,
            b'`' => self.backticks(draft, false)?,
            _ => self.bare(start, draft)?,
        }
        Ok(true)
    }

    /// One character that is not quoted and is not the start of an expansion.
    fn bare(&mut self, start: usize, draft: &mut Draft) -> Result<(), String> {
        let byte = self.peek(0);
        match byte {
            b'*' => {
                draft.stars.push(draft.value.len());
                draft.at_least(Form::Glob);
            }
            b'?' | b'[' => draft.at_least(Form::Glob),
            b'~' if self.at == start || matches!(draft.value.as_bytes().last(), Some(b'=' | b':')) => {
                draft.at_least(Form::Glob);
            }
            b'{' => draft.braces = Some(false),
            b',' if draft.braces.is_some() => draft.braces = Some(true),
            b'.' if draft.braces.is_some() && self.peek(1) == b'.' => draft.braces = Some(true),
            b'}' if draft.braces == Some(true) => draft.at_least(Form::Glob),
            _ => {}
        }
        self.push_char(&mut draft.value)
    }

    pub(super) fn push_char(&mut self, value: &mut String) -> Result<(), String> {
        match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(c) => {
                value.push(c);
                self.at += c.len_utf8();
                Ok(())
            }
            None => Err(self.unexpected()),
        }
    }

    pub(super) fn single_quoted(&mut self) -> Result<&'a str, String> {
        self.at += 1;
        let from = self.at;
        while self.peek(0) != b'\'' {
            if self.at >= self.bytes.len() {
                return Err("it does not parse: a quote does not end".into());
            }
            self.at += 1;
        }
        let text = self.slice(from);
        self.at += 1;
        Ok(text)
    }

    pub(super) fn double_quoted(&mut self, draft: &mut Draft) -> Result<(), String> {
        self.at += 1;
        loop {
            match self.peek(0) {
                0 => return Err("it does not parse: a quote does not end".into()),
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' if self.peek(1) == b'\n' => self.at += 2,
                b'\\' if b"$`\"\\".contains(&self.peek(1)) => {
                    self.at += 1;
                    self.push_char(&mut draft.value)?;
                }
                b'$' => self.dollar(draft, true)?,
                b'`' => self.backticks(draft, true)?,
                _ => self.push_char(&mut draft.value)?,
            }
        }
    }

    /// The commands between backticks, after the backslashes that shield them are gone.
    pub(super) fn backticks(&mut self, draft: &mut Draft, in_double_quotes: bool) -> Result<(), String> {
        let from = self.at;
        self.at += 1;
        let mut inside = String::new();
        loop {
            match (self.peek(0), self.peek(1)) {
                (0, _) => return Err("it does not parse: a backtick does not end".into()),
                (b'`', _) => break,
                (b'\\', b'`' | b'\\' | b'$') => self.at += 1,
                (b'\\', b'"') if in_double_quotes => self.at += 1,
                _ => {}
            }
            self.push_char(&mut inside)?;
        }
        self.at += 1;
        self.script.compound = true;
        self.within(&inside, |reader| {
            reader.list(&[])?;
            if reader.at < reader.bytes.len() { Err(reader.unexpected()) } else { Ok(()) }
        })?;
        draft.at_least(Form::Open);
        draft.value.push_str(self.slice(from));
        Ok(())
    }
}
