//! `$((...))`, `((...))` and the head of `for ((;;))`.

use super::Reader;

impl Reader<'_> {
    /// An expression up to its `))`, the opening brackets taken. Only numbers, names and operators: whatever else may
    /// stand there could also be read as a subshell in a subshell.
    pub(super) fn arithmetic(&mut self) -> Result<(), String> {
        self.script.compound = true;
        let mut open = 0_usize;
        loop {
            match self.peek(0) {
                b')' if open == 0 => {
                    if self.peek(1) != b')' {
                        return Err(self.unexpected());
                    }
                    self.at += 2;
                    return Ok(());
                }
                b'(' => {
                    open += 1;
                    self.at += 1;
                }
                b')' => {
                    open -= 1;
                    self.at += 1;
                }
                b'$' => self.number_of()?,
                byte if byte.is_ascii_digit() => self.run(|byte| byte.is_ascii_alphanumeric() || byte == b'#'),
                byte if byte.is_ascii_alphabetic() || byte == b'_' => self.name(),
                byte if b" \t\n+-*/%<>=!&|^~?:,;".contains(&byte) => self.at += 1,
                _ => return Err(self.unexpected()),
            }
        }
    }

    fn run(&mut self, part: fn(u8) -> bool) {
        while part(self.peek(0)) {
            self.at += 1;
        }
    }

    fn name(&mut self) {
        let from = self.at;
        self.run(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let name = self.slice(from).to_owned();
        self.run(|byte| byte == b' ');
        // What an expression gives a variable is a number.
        if self.peek(0) == b'=' && self.peek(1) != b'=' {
            self.variables.set(&name, true);
        } else {
            self.variables.compute_with(&name);
        }
    }

    /// `$name`, `${name}`, `$#`, `$?`: the value is computed with as it stands.
    fn number_of(&mut self) -> Result<(), String> {
        self.at += 1;
        let braced = self.peek(0) == b'{';
        self.at += usize::from(braced);
        match self.peek(0) {
            b'#' | b'?' => self.at += 1,
            byte if byte.is_ascii_alphabetic() || byte == b'_' => self.name(),
            _ => return Err("it computes with something that is known only when it runs".into()),
        }
        if braced {
            if self.peek(0) != b'}' {
                return Err("it computes with something that is known only when it runs".into());
            }
            self.at += 1;
        }
        Ok(())
    }
}
