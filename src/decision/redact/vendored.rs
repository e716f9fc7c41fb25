//! The formats that vendors give their keys: gitleaks' rules, read from `rules.json` at first use, each compiled when
//! its keyword is first seen.

use std::sync::{LazyLock, OnceLock};

use regex::bytes::{Captures, Regex, RegexBuilder};
use serde::Deserialize;

use super::find::{Found, Strength};
use super::{names, values};

/// One rule, as scripts/import_gitleaks.py writes it.
#[derive(Debug, Deserialize)]
pub(super) struct Rule {
    pub id: String,
    regex: String,
    /// Lower case. The rule is tried only on text that holds one of them.
    pub keywords: Vec<String>,
    /// Least entropy of the secret, in bits a byte.
    #[serde(default)]
    entropy: f64,
    /// The group that holds the secret. Without it: the widest group, or the whole match where there is none.
    group: Option<usize>,
    /// Whether it knows the secret only by the vendor's name before it.
    #[serde(default)]
    context: bool,
    /// Secrets that are none.
    #[serde(default)]
    allow: Vec<String>,
    #[serde(skip)]
    compiled: OnceLock<Option<Compiled>>,
}

#[derive(Debug)]
struct Compiled {
    regex: Regex,
    allow: Vec<Regex>,
}

/// All rules, in the order of the file. A test proves that the file can be read and that every rule compiles.
pub(super) static RULES: LazyLock<Vec<Rule>> =
    LazyLock::new(|| serde_json::from_str(include_str!("rules.json")).unwrap_or_default());

/// A pattern with gitleaks' meaning: `\w`, `\s` and letter case are those of ASCII.
pub(super) fn compile(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).unicode(false).size_limit(1 << 22).build().ok()
}

impl Rule {
    fn compiled(&self) -> Option<&Compiled> {
        self.compiled
            .get_or_init(|| {
                Some(Compiled {
                    regex: compile(&self.regex)?,
                    allow: self.allow.iter().map(|pattern| compile(pattern)).collect::<Option<_>>()?,
                })
            })
            .as_ref()
    }

    /// Adds what the rule finds in `text`.
    pub(super) fn find(&self, text: &str, found: &mut Vec<Found>) {
        let Some(compiled) = self.compiled() else { return };
        for captures in compiled.regex.captures_iter(text.as_bytes()) {
            let Some(range) = self.secret(&captures) else { continue };
            let Some(secret) = text.as_bytes().get(range.clone()) else { continue };
            if values::entropy(secret) < self.entropy
                || compiled.allow.iter().any(|allowed| allowed.is_match(secret))
                || (self.context && !self.is_meant(text, &captures, secret))
            {
                continue;
            }
            found.push(Found::new(text, range, self.id.clone(), Strength::Format));
        }
    }

    fn secret(&self, captures: &Captures<'_>) -> Option<std::ops::Range<usize>> {
        match self.group {
            Some(group) => captures.get(group),
            None => captures.iter().skip(1).flatten().max_by_key(|group| group.len()).or_else(|| captures.get(0)),
        }
        .map(|found| found.range())
    }

    /// A vendor's name and a run of letters is no secret yet: a word for secrets must stand near, and the run must look
    /// like one.
    fn is_meant(&self, text: &str, captures: &Captures<'_>, secret: &[u8]) -> bool {
        let Some(whole) = captures.get(0) else { return false };
        let before = text.as_bytes().get(whole.start().saturating_sub(50)..whole.start()).unwrap_or_default();
        let start = before.iter().rposition(|byte| !is_name(*byte)).map_or(0, |at| at + 1);
        let head = whole.as_bytes().get(..whole.len().saturating_sub(secret.len())).unwrap_or_default();
        let name = [before.get(start..).unwrap_or_default(), head].concat();
        names::speaks_of_secrets(&String::from_utf8_lossy(&name))
            && secret.iter().any(u8::is_ascii_digit)
            && secret.iter().any(u8::is_ascii_alphabetic)
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_of_the_file_compiles_and_has_a_keyword() {
        assert!(RULES.len() > 190, "{} rules", RULES.len());
        for rule in RULES.iter() {
            assert!(rule.compiled().is_some(), "{}", rule.id);
            assert!(!rule.keywords.is_empty(), "{}", rule.id);
            assert!(rule.keywords.iter().all(|word| word.to_lowercase() == *word), "{}", rule.id);
        }
    }
}
