//! Redirections and here-documents.

use super::word::{Draft, Form};
use super::{Reader, Step};
use crate::model::effects::Word;

/// A here-document that has been announced.
#[derive(Debug)]
pub(super) struct Heredoc {
    delimiter: String,
    /// `<<-`: tabs before each line go away.
    strips_tabs: bool,
    /// The delimiter was quoted: nothing in the body is expanded.
    literal: bool,
}

impl Reader<'_> {
    /// Reads a redirection, if one starts here.
    pub(super) fn redirect(&mut self) -> Result<bool, String> {
        let digits = self.bytes.iter().skip(self.at).take_while(|byte| byte.is_ascii_digit()).count();
        let next = self.peek(digits);
        let both = digits == 0 && next == b'&' && self.peek(1) == b'>';
        let substitutes = matches!(next, b'<' | b'>') && self.peek(digits + 1) == b'(';
        if !(both || matches!(next, b'<' | b'>')) || (substitutes && digits == 0) {
            return Ok(false);
        }
        self.at += digits;
        self.script.compound = true;
        let operators = ["&>>", "&>", "<<<", "<<-", "<<", "<>", "<&", "<", ">>", ">|", ">&", ">"];
        let operator = operators.into_iter().find(|operator| self.starts_with(operator)).unwrap_or(">");
        self.at += operator.len();
        self.blanks();
        match operator {
            "<<" | "<<-" => self.announce_heredoc(operator == "<<-")?,
            "<<<" => drop(self.word()?),
            _ => self.target(operator)?,
        }
        // What a document says is read as what comes out of a pipe.
        self.fed = operator.starts_with("<<");
        Ok(true)
    }

    fn target(&mut self, operator: &str) -> Result<(), String> {
        let raw = self.word()?;
        let copies = matches!(operator, "<&" | ">&");
        if copies && raw.is_fixed() && raw.value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            return Ok(());
        }
        if raw.value.starts_with("/dev/tcp") || raw.value.starts_with("/dev/udp") {
            return Err("it redirects to a network connection of the shell (/dev/tcp)".into());
        }
        let streams = ["/dev/null", "/dev/stdout", "/dev/stderr", "/dev/stdin", "/dev/tty"];
        if raw.is_fixed() && streams.contains(&raw.value.as_str()) {
            return Ok(());
        }
        let target = if raw.form == Form::Glob && raw.value.starts_with("~/") && raw.stars.is_empty() {
            Word::Literal(raw.value)
        } else {
            raw.into_word()
        };
        self.script.steps.push(Step::Redirect { target, writes: operator != "<" && operator != "<&" });
        Ok(())
    }

    fn announce_heredoc(&mut self, strips_tabs: bool) -> Result<(), String> {
        let raw = self.word()?;
        if !raw.is_fixed() || raw.value.contains('\n') {
            return Err("the end of a here-document is named by something that shells read differently".into());
        }
        let literal = raw.source != raw.value;
        self.heredocs.push(Heredoc { delimiter: raw.value, strips_tabs, literal });
        Ok(())
    }

    /// The bodies of the documents announced on the line that has just ended.
    pub(super) fn heredoc_bodies(&mut self) -> Result<(), String> {
        for heredoc in std::mem::take(&mut self.heredocs) {
            let from = self.at;
            let body_end = self.heredoc_end(&heredoc)?;
            if !heredoc.literal {
                let body = self.text.get(from..body_end).unwrap_or_default();
                self.within(body, |reader| reader.heredoc_body())?;
            }
        }
        Ok(())
    }

    /// Goes past the closing line; gives the place where it starts.
    fn heredoc_end(&mut self, heredoc: &Heredoc) -> Result<usize, String> {
        let mut joined = false;
        while self.at < self.bytes.len() {
            let start = self.at;
            while self.at < self.bytes.len() && self.peek(0) != b'\n' {
                self.at += 1;
            }
            let line = self.slice(start);
            self.at += 1;
            let line = if heredoc.strips_tabs { line.trim_start_matches('\t') } else { line };
            if line == heredoc.delimiter {
                if joined {
                    break;
                }
                self.at = self.at.min(self.bytes.len());
                return Ok(start);
            }
            // A joined line could spell the delimiter, or hide it.
            let continues = !heredoc.literal && line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1;
            let stem = line.strip_suffix('\\').unwrap_or(line);
            if (continues || joined) && !heredoc.delimiter.is_empty() && !stem.is_empty() {
                let part = heredoc.delimiter.starts_with(stem) || heredoc.delimiter.ends_with(stem);
                if part {
                    break;
                }
            }
            joined = continues;
        }
        Err(format!("the here-document up to `{}` does not end, or shells end it differently", heredoc.delimiter))
    }

    fn heredoc_body(&mut self) -> Result<(), String> {
        let mut draft = Draft::default();
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'\\' => {
                    self.at += 1;
                    if self.at < self.bytes.len() {
                        self.push_char(&mut draft.value)?;
                    }
                }
                b'$' => self.dollar(&mut draft, true)?,
                b'`' => self.backticks(&mut draft, false)?,
                _ => self.push_char(&mut draft.value)?,
            }
        }
        Ok(())
    }
}
