//! What starts with a dollar.

use super::Reader;
use super::word::{Draft, Form};

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl Reader<'_> {
    /// `$name`, `${...}`, `$(...)`, `$((...))`, `$'...'`, `$"..."`; or a plain dollar.
    pub(super) fn dollar(&mut self, draft: &mut Draft, in_double_quotes: bool) -> Result<(), String> {
        let from = self.at;
        self.at += 1;
        match self.peek(0) {
            b'(' if self.peek(1) == b'(' => {
                self.at += 2;
                self.arithmetic()?;
            }
            b'(' => {
                self.at += 1;
                self.substitution()?;
            }
            b'{' => {
                self.at += 1;
                self.parameter(in_double_quotes)?;
            }
            b'[' => return Err("it holds $[...], which shells read differently; write $((...))".into()),
            b'\'' if !in_double_quotes => {
                draft.at_least(Form::Open);
                return self.ansi_quoted(draft);
            }
            // bash translates the string, dash keeps the dollar.
            b'"' if !in_double_quotes => {
                draft.at_least(Form::Open);
                return Ok(());
            }
            byte if byte.is_ascii_digit() || b"?#$!-*@".contains(&byte) => self.at += 1,
            byte if is_name(byte) => {
                while is_name(self.peek(0)) {
                    self.at += 1;
                }
            }
            // Flags of zsh: `$+name`, `$~name`, `$=name`, `$^name`, `$:`.
            b'+' | b'~' | b'=' | b'^' | b':' => {}
            _ => {
                draft.value.push('$');
                return Ok(());
            }
        }
        self.script.compound = true;
        draft.at_least(Form::Open);
        draft.value.push_str(self.slice(from));
        Ok(())
    }

    /// The commands of `$(...)` or `<(...)`, the bracket taken.
    pub(super) fn substitution(&mut self) -> Result<(), String> {
        self.enter()?;
        self.script.compound = true;
        let waiting = self.heredocs.len();
        self.list(&[])?;
        if self.peek(0) != b')' {
            return Err(self.unexpected());
        }
        if self.heredocs.len() != waiting {
            return Err("a here-document does not end inside its brackets".into());
        }
        self.at += 1;
        self.depth -= 1;
        Ok(())
    }

    /// `${name...}`, the brace taken. Forms that evaluate the value of a variable are refused: `${!x}`, `${x@P}`,
    /// computed indexes.
    fn parameter(&mut self, in_double_quotes: bool) -> Result<(), String> {
        self.enter()?;
        if self.peek(0) == b'#' && self.peek(1) != b'}' {
            self.at += 1;
        }
        let from = self.at;
        if is_name(self.peek(0)) {
            while is_name(self.peek(0)) {
                self.at += 1;
            }
        } else if b"@*#?$-".contains(&self.peek(0)) {
            self.at += 1;
        } else {
            return Err("it holds a ${...} that evaluates its value, or that shells read differently".into());
        }
        let name = self.slice(from).to_owned();
        if self.peek(0) == b'[' {
            self.at += 1;
            while self.peek(0).is_ascii_digit() || b"@*".contains(&self.peek(0)) {
                self.at += 1;
            }
            if self.peek(0) != b']' {
                return Err(format!("the index of `{name}` is computed when it runs"));
            }
            self.at += 1;
        }
        self.operator(&name, in_double_quotes)?;
        self.depth -= 1;
        Ok(())
    }

    fn operator(&mut self, name: &str, in_double_quotes: bool) -> Result<(), String> {
        match (self.peek(0), self.peek(1)) {
            (b'}', _) => {
                self.at += 1;
                return Ok(());
            }
            (b':', b'=') | (b'=', _) => {
                self.sets(name);
                self.variables.set(name, false);
                self.at += if self.peek(0) == b':' { 2 } else { 1 };
            }
            (b':', b'-' | b'?' | b'+') => self.at += 2,
            (b':', _) => return self.substring(name),
            (b'-' | b'?' | b'+' | b'#' | b'%' | b'/' | b'^' | b',', _) => self.at += 1,
            _ => return Err(format!("it holds a form of ${{{name}}} that evaluates its value")),
        }
        self.operand(in_double_quotes)
    }

    /// `${x:1:2}`: the places are arithmetic.
    fn substring(&mut self, name: &str) -> Result<(), String> {
        while self.peek(0).is_ascii_digit() || b": -".contains(&self.peek(0)) {
            self.at += 1;
        }
        if self.peek(0) != b'}' {
            return Err(format!("the part of `{name}` that is taken is computed when it runs"));
        }
        self.at += 1;
        Ok(())
    }

    fn operand(&mut self, in_double_quotes: bool) -> Result<(), String> {
        let mut draft = Draft::default();
        loop {
            match self.peek(0) {
                0 => return Err(self.unexpected()),
                b'}' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => {
                    self.at += 1;
                    self.push_char(&mut draft.value)?;
                }
                b'\'' | b'"' | b'{' if in_double_quotes => {
                    return Err(
                        "it holds quotes or braces inside ${...} inside quotes, which shells read differently".into()
                    );
                }
                b'{' => return Err(self.unexpected()),
                b'\'' => draft.value.push_str(self.single_quoted()?),
                b'"' => self.double_quoted(&mut draft)?,
                b'$' => self.dollar(&mut draft, in_double_quotes)?,
                b'`' => self.backticks(&mut draft, in_double_quotes)?,
                b'<' | b'>' if self.peek(1) == b'(' => return Err(self.unexpected()),
                _ => self.push_char(&mut draft.value)?,
            }
        }
    }

    /// `$'...'` of bash, zsh and newer dash, the dollar taken. Older shells pass the backslashes on.
    fn ansi_quoted(&mut self, draft: &mut Draft) -> Result<(), String> {
        self.script.compound = true;
        self.at += 1;
        loop {
            match self.peek(0) {
                0 => return Err("it does not parse: a quote does not end".into()),
                b'\'' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => {
                    self.at += 1;
                    self.ansi_escape(draft)?;
                }
                _ => self.push_char(&mut draft.value)?,
            }
        }
    }

    fn ansi_escape(&mut self, draft: &mut Draft) -> Result<(), String> {
        let (digits, radix) = match self.peek(0) {
            b'x' => (2, 16),
            b'u' => (4, 16),
            b'U' => (8, 16),
            b'0'..=b'7' => (3, 8),
            _ => {
                let plain = match self.peek(0) {
                    b'n' => '\n',
                    b't' => '\t',
                    _ => return self.push_char(&mut draft.value),
                };
                draft.value.push(plain);
                self.at += 1;
                return Ok(());
            }
        };
        self.at += usize::from(radix == 16);
        let from = self.at;
        while self.at - from < digits && char::from(self.peek(0)).is_digit(radix) {
            self.at += 1;
        }
        let code = u32::from_str_radix(self.slice(from), radix).ok();
        draft.value.extend(code.and_then(char::from_u32));
        Ok(())
    }
}
