//! YAML tree -> [`Document`]: every key known, every value of its type, all problems at once.

use crate::model::policy::Document;
use crate::model::verdict::Location;

use super::format::{Keys, VERSION};
use super::yaml::{Content, Key, Node};
use super::{Problem, Problems};

mod constraint;
mod server;
mod top;

/// Reads the whole file. What is wrong with it comes beside what could be read; only what is no YAML fails at once.
pub(super) fn read(text: &str, file: &str) -> Result<(Document, Vec<Problem>), Problems> {
    let (node, problems) = Node::parse(text, file).map_err(Problems)?;
    let mut reader = Reader { file, text, problems, document: Document::default(), depth: 0 };
    reader.top(&node);
    Ok((reader.document, reader.problems))
}

/// Collects the document and what is wrong with it.
struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    problems: Vec<Problem>,
    document: Document,
    /// How many constraints stand around the one that is being read.
    depth: usize,
}

impl Reader<'_> {
    fn location(&self, line: u64, column: u64) -> Location {
        Location { file: self.file.to_owned(), line, column }
    }

    fn problem(&mut self, node: &Node, message: impl Into<String>) {
        let at = self.location(node.line, node.column);
        self.problems.push(Problem { at, message: message.into() });
    }

    fn problem_at_key(&mut self, key: &Key, message: impl Into<String>) {
        let at = self.location(key.line, key.column);
        self.problems.push(Problem { at, message: message.into() });
    }

    /// A scalar without quotes, as the file has it.
    fn written(&self, node: &Node) -> Option<&str> {
        let line = self.text.lines().nth(usize::try_from(node.line).ok()?.checked_sub(1)?)?;
        let (start, _) = line.char_indices().nth(usize::try_from(node.column).ok()?.checked_sub(1)?)?;
        let rest = line.get(start..)?;
        let word = rest.split([',', ']', '}', ' ', '\t']).next()?;
        (!word.is_empty()).then_some(word)
    }

    /// A value is compared as it is, so a number that was written like a telephone number or an account must not lose its
    /// sign or its zeros unseen.
    fn plain_values(&mut self, node: &Node) {
        match &node.content {
            Content::Number(number) => {
                let Some(written) = self.written(node).map(str::to_owned) else { return };
                let is_decimal = written.contains(['.', 'e', 'E']) && !written.contains(['x', '_', '+']);
                if !is_decimal
                    && written != number.to_string()
                    && written.starts_with(|c: char| "+-.".contains(c) || c.is_ascii_digit())
                {
                    let message = format!(
                        "`{written}` is read as the number {number}: write \"{written}\" in quotes, or {number}"
                    );
                    self.problem(node, message);
                }
            }
            Content::List(nodes) => nodes.iter().for_each(|node| self.plain_values(node)),
            Content::Map(members) => members.iter().for_each(|(_, node)| self.plain_values(node)),
            Content::Null | Content::Bool(_) | Content::Text(_) => {}
        }
    }

    /// Remembers where a pointer stands.
    fn locate(&mut self, pointer: &str, key: &Key) {
        let at = self.location(key.line, key.column);
        self.document.locations.insert(pointer.to_owned(), at);
    }

    /// The members of a mapping; anything else is a problem.
    fn mapping<'n>(&mut self, node: &'n Node, what: &str) -> &'n [(Key, Node)] {
        match &node.content {
            Content::Map(members) => members,
            Content::Null => &[],
            _ => {
                self.problem(node, format!("{what} must be a mapping, not {}", node.kind()));
                &[]
            }
        }
    }

    /// The members of a mapping with known keys; any other key is a problem.
    fn members<'n, K: Keys>(&mut self, node: &'n Node) -> Vec<(K, &'n Key, &'n Node)> {
        let what = K::MAPPING.what;
        let members = self.mapping(node, what);
        self.known(members)
    }

    fn known<'n, K: Keys>(&mut self, members: &'n [(Key, Node)]) -> Vec<(K, &'n Key, &'n Node)> {
        let mut found = Vec::new();
        for (key, node) in members {
            match K::find(&key.text) {
                Some(known) => found.push((known, key, node)),
                None => {
                    let names: Vec<&str> = K::MAPPING.entries.iter().map(|entry| entry.name).collect();
                    self.unknown(key, K::MAPPING.what, &names);
                }
            }
        }
        found
    }

    /// A key that is none of `known`: an error with the nearest one, never ignored.
    fn unknown(&mut self, key: &Key, what: &str, known: &[&str]) {
        let near = nearest(&key.text, known).map(|near| format!(", did you mean `{near}`?"));
        let near = near.unwrap_or_else(|| format!("; it may have: {}", known.join(", ")));
        self.problem_at_key(key, format!("{what} has no key `{}`{near}", key.text));
    }

    fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        match &node.content {
            Content::Text(text) => Some(text.clone()),
            Content::Number(number) => {
                let written = self.written(node).map_or_else(|| number.to_string(), str::to_owned);
                self.problem(node, format!("{what} must be a string: write \"{written}\" in quotes"));
                None
            }
            Content::Null if self.written(node) == Some("~") => {
                self.problem(node, format!("{what} must be a string, and a bare ~ is nothing: write \"~\" in quotes"));
                None
            }
            _ => {
                self.problem(node, format!("{what} must be a string, not {}", node.kind()));
                None
            }
        }
    }

    fn flag(&mut self, node: &Node, what: &str) -> bool {
        match &node.content {
            Content::Bool(flag) => *flag,
            _ => {
                self.problem(node, format!("{what} must be true or false, not {}", node.kind()));
                false
            }
        }
    }

    fn number(&mut self, node: &Node, what: &str) -> Option<f64> {
        match &node.content {
            Content::Number(number) => number.as_f64(),
            _ => {
                self.problem(node, format!("{what} must be a number, not {}", node.kind()));
                None
            }
        }
    }

    fn count(&mut self, node: &Node, what: &str) -> Option<u64> {
        match &node.content {
            Content::Number(number) if number.is_u64() => number.as_u64(),
            _ => {
                self.problem(node, format!("{what} must be a whole number from 0 on"));
                None
            }
        }
    }

    /// A list of strings. A single string where a list belongs is an error, not a list of one.
    fn texts(&mut self, node: &Node, what: &str) -> Vec<String> {
        let Content::List(nodes) = &node.content else {
            self.problem(node, format!("{what} must be a list, not {}", node.kind()));
            return Vec::new();
        };
        nodes.iter().filter_map(|node| self.text(node, &format!("each entry of {what}"))).collect()
    }

    /// One of a few words.
    fn choice<T: Copy>(&mut self, node: &Node, what: &str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(node, what)?;
        let found = choices.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            let near = nearest(&text, &names).map(|near| format!("did you mean `{near}`?"));
            let near = near.unwrap_or_else(|| format!("it must be one of: {}", names.join(", ")));
            self.problem(node, format!("{what} cannot be `{text}`; {near}"));
        }
        found
    }
}

/// The word that somebody may have meant.
pub(super) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let scored = known.iter().map(|candidate| (strsim::damerau_levenshtein(&lower, candidate), *candidate));
    scored.filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4).min().map(|(_, candidate)| candidate)
}
