//! Commands with structure: groups, loops, branches, functions.

use super::variables::is_safe_operand;
use super::word::Raw;
use super::{Reader, Step};
use crate::model::effects::Word;

/// Words that only end or divide a structure.
const DIVIDERS: &[&str] = &["then", "else", "elif", "fi", "do", "done", "esac", "}", "]]"];

impl Reader<'_> {
    pub(super) fn command(&mut self) -> Result<(), String> {
        self.enter()?;
        self.blanks();
        match self.plain_word() {
            "{" => self.between("{", "}")?,
            "if" => self.branch()?,
            "while" | "until" => {
                self.script.repeats = true;
                self.keyword()?;
                self.list(&["do"])?;
                self.between("do", "done")?;
            }
            "for" => self.for_loop()?,
            "case" => self.case()?,
            "function" => self.function()?,
            "[[" => self.test()?,
            "select" | "coproc" | "repeat" | "foreach" => {
                return Err(format!("it holds `{}`, which shells read differently", self.plain_word()));
            }
            word if DIVIDERS.contains(&word) => return Err(self.unexpected()),
            _ if self.starts_with("((") => {
                self.at += 2;
                self.arithmetic()?;
            }
            _ if self.peek(0) == b'(' => {
                self.at += 1;
                self.substitution()?;
            }
            _ => {
                self.simple()?;
                self.depth -= 1;
                return Ok(());
            }
        }
        self.depth -= 1;
        self.after_structure()
    }

    /// Redirections of a structure, and then nothing but what may end a command.
    fn after_structure(&mut self) -> Result<(), String> {
        self.script.compound = true;
        loop {
            self.blanks();
            if !self.redirect()? {
                break;
            }
        }
        match self.peek(0) {
            0 | b'\n' | b';' | b'&' | b'|' | b')' => Ok(()),
            _ => Err(self.unexpected()),
        }
    }

    /// Goes past the plain word that stands here.
    fn keyword(&mut self) -> Result<(), String> {
        match self.plain_word().len() {
            0 => Err(self.unexpected()),
            length => {
                self.at += length;
                Ok(())
            }
        }
    }

    fn expect(&mut self, word: &str) -> Result<(), String> {
        self.newlines()?;
        if self.plain_word() != word {
            return Err(self.unexpected());
        }
        self.keyword()
    }

    fn between(&mut self, opens: &str, closes: &str) -> Result<(), String> {
        self.expect(opens)?;
        self.list(&[closes])?;
        self.expect(closes)
    }

    fn branch(&mut self) -> Result<(), String> {
        self.keyword()?;
        self.list(&["then"])?;
        self.expect("then")?;
        loop {
            self.list(&["elif", "else", "fi"])?;
            match self.plain_word() {
                "elif" => {
                    self.keyword()?;
                    self.list(&["then"])?;
                    self.expect("then")?;
                }
                "else" => {
                    self.keyword()?;
                    self.list(&["fi"])?;
                    return self.expect("fi");
                }
                _ => return self.expect("fi"),
            }
        }
    }

    fn for_loop(&mut self) -> Result<(), String> {
        self.script.repeats = true;
        self.keyword()?;
        self.blanks();
        if self.starts_with("((") {
            self.at += 2;
            self.arithmetic()?;
        } else {
            let name = self.word()?;
            if !name.is_fixed() || name.source != name.value || !super::is_assignment(&format!("{}=", name.value)) {
                return Err(format!("the loop sets `{}`, which is no plain name", name.source));
            }
            self.sets(&name.value);
            self.newlines()?;
            if self.plain_word() == "in" {
                self.keyword()?;
                self.loop_values(&name.value)?;
            } else {
                self.variables.set(&name.value, false);
            }
        }
        self.blanks();
        if self.peek(0) == b';' {
            self.at += 1;
        }
        self.newlines()?;
        self.between("do", "done")
    }

    fn loop_values(&mut self, name: &str) -> Result<(), String> {
        loop {
            self.blanks();
            if matches!(self.peek(0), 0 | b'\n' | b';') {
                return Ok(());
            }
            let value = self.word()?;
            let number = !value.value.is_empty()
                && value.value.bytes().all(|byte| byte.is_ascii_digit() || b"{}.".contains(&byte));
            self.variables.set(name, number && value.source == value.value);
            self.script.steps.push(Step::Value { name: name.to_owned(), word: value.into_word() });
        }
    }

    fn case(&mut self) -> Result<(), String> {
        self.keyword()?;
        self.blanks();
        self.word()?;
        self.expect("in")?;
        loop {
            self.newlines()?;
            if self.plain_word() == "esac" {
                return self.keyword();
            }
            if self.peek(0) == b'(' {
                self.at += 1;
            }
            self.case_patterns()?;
            self.list(&["esac"])?;
            if self.at_case_end() {
                self.at += if self.starts_with(";;&") { 3 } else { 2 };
            } else if self.plain_word() != "esac" {
                return Err(self.unexpected());
            }
        }
    }

    fn case_patterns(&mut self) -> Result<(), String> {
        loop {
            self.blanks();
            self.word()?;
            self.blanks();
            self.at += 1;
            match self.bytes.get(self.at - 1) {
                Some(b'|') => {}
                Some(b')') => return Ok(()),
                _ => return Err("it does not parse: a case has no bracket".into()),
            }
        }
    }

    fn function(&mut self) -> Result<(), String> {
        self.keyword()?;
        self.blanks();
        let name = self.word()?;
        self.blanks();
        if self.starts_with("()") {
            self.at += 2;
        }
        self.body(&name)
    }

    /// `name()`, where the words before the bracket are one name.
    pub(super) fn function_body(&mut self, raws: &[Raw]) -> Result<(), String> {
        self.at += 1;
        self.blanks();
        if self.peek(0) != b')' {
            return Err(self.unexpected());
        }
        self.at += 1;
        match raws {
            [name] => self.body(name),
            _ => Err(self.unexpected()),
        }
    }

    /// What a function does is judged where it is written; a call of it must be granted like any command.
    fn body(&mut self, name: &Raw) -> Result<(), String> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:+".contains(&byte);
        if !name.is_fixed() || name.source != name.value || !name.value.bytes().all(plain) {
            return Err("a function's name is not plain".into());
        }
        self.script.repeats = true;
        self.newlines()?;
        if self.plain_word() != "{" && self.peek(0) != b'(' {
            return Err("a function has no group for a body".into());
        }
        self.command()
    }

    /// `[[ ... ]]` of words, `&&` and some `||`. A shell without it would read `<` and `(` in it as its own, and `||` as the
    /// start of another command.
    fn test(&mut self) -> Result<(), String> {
        self.keyword()?;
        let mut words = vec![Word::Literal("[[".into())];
        loop {
            self.blanks();
            if self.plain_word() == "]]" {
                self.keyword()?;
                break;
            }
            if self.starts_with("&&") || self.starts_with("||") {
                let operator = self.text.get(self.at..self.at + 2).unwrap_or_default();
                self.at += 2;
                self.blanks();
                self.alternative(operator)?;
                words.push(Word::Literal(operator.into()));
                continue;
            }
            words.push(
                self.word()
                    .map_err(|_| {
                        "it holds an operator inside [[ ]], which some shells run; use several [[ ]] or [ ]".to_owned()
                    })?
                    .into_word(),
            );
        }
        let computes = ["-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-v"];
        for window in words.windows(3) {
            if let [left, Word::Literal(operator), right] = window
                && computes.contains(&operator.as_str())
                && !(is_safe_operand(left) && is_safe_operand(right))
            {
                return Err(format!("it computes with the words beside {operator} in [[ ]]; use [ ]"));
            }
        }
        if words.iter().any(|word| *word == Word::Literal("-v".into())) {
            return Err("it evaluates an index in [[ -v ]]".into());
        }
        self.script.steps.push(Step::Command { words, fed: false });
        Ok(())
    }

    /// What follows an operator in `[[ ]]`. To a shell that has no `[[`, that is a command which is not found: it never runs
    /// what stands behind `&&`, and what stands behind `||` only then runs nothing when it begins with the option of a test.
    fn alternative(&self, operator: &str) -> Result<(), String> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let rest = rest.strip_prefix("! ").unwrap_or(rest).trim_start_matches(' ');
        let is_option = matches!(rest.as_bytes(), [b'-', letter, b' ', ..] if letter.is_ascii_alphabetic());
        match operator {
            "&&" if !rest.starts_with(['&', '|']) => Ok(()),
            "||" if is_option => Ok(()),
            _ => Err("it holds || inside [[ ]], which some shells run as a command; write [[ ]] || [[ ]]".into()),
        }
    }

    /// `name=(a b c)`, the bracket not yet taken.
    pub(super) fn array(&mut self, name: &Raw) -> Result<(), String> {
        self.sets(name.source.trim_end_matches(['=', '+']));
        self.variables.assign(name);
        self.variables.set(name.source.trim_end_matches(['=', '+']), false);
        self.at += 1;
        self.script.compound = true;
        loop {
            self.newlines()?;
            if self.peek(0) == b')' {
                self.at += 1;
                return Ok(());
            }
            let value = self.word()?;
            if value.source.starts_with('[') {
                return Err("an array's index is computed when it runs".into());
            }
            let name = name.source.trim_end_matches(['=', '+']).to_owned();
            self.script.steps.push(Step::Value { name, word: value.into_word() });
        }
    }
}
