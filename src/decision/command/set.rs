//! Command patterns of the policy.

use super::bounds::bounds;
use super::glob::Glob;
use super::shell::{self, Form};
use crate::decision::table::Table;
use crate::model::effects::{CommandEffect, Word};

/// Command patterns of the policy: `git status` (these words), `cargo test **` (and any further words).
///
/// A pattern is one command, in the words of a shell: quotes shield what would be a wildcard. `*` as a word is exactly
/// one word, `**` at the end any further words. `*` inside a word that holds other letters is as in a glob of paths: any
/// letters but separators, and never a part `.` or `..`, so that `src/*` stays in its folder. The name of a command is
/// compared as written: `/usr/bin/git` is not `git`. Patterns are kept as a tree by word, so that a check costs as much
/// as the command is long.
#[derive(Debug, Clone, Default)]
pub struct CommandSet {
    root: Node,
}

#[derive(Debug, Clone, Default)]
struct Node {
    /// The same word; of a word that is open, the same text.
    exact: Table<String, Node>,
    globs: Vec<(Glob, Node)>,
    one: Option<Box<Node>>,
    /// A pattern ends here.
    end: bool,
    /// A pattern ends here with `**`.
    rest: bool,
}

enum PatternWord {
    Exact(String),
    Glob(Glob),
    One,
    Rest,
}

impl CommandSet {
    /// Fails with the index of the pattern that is wrong, and why.
    pub fn parse(patterns: &[String]) -> Result<CommandSet, (usize, String)> {
        let mut set = CommandSet::default();
        for (index, pattern) in patterns.iter().enumerate() {
            let words = pattern_words(pattern).map_err(|why| (index, why))?;
            set.root.add(&words);
        }
        Ok(set)
    }

    /// Every command that may run must be granted, and no redirection may write a file: nothing says which one it may.
    /// `Err`: the first that is not, in words.
    pub fn check(&self, command: &CommandEffect) -> Result<(), String> {
        self.check_commands(command)?;
        match command.writes.first() {
            Some(path) => Err(format!("a redirection writes `{path}`, and no path rule says that it may")),
            None => Ok(()),
        }
    }

    /// The same where path rules judge every place that the text names: what a redirection writes, `tee` would write as
    /// well, so it passes where that is granted.
    pub fn check_below_paths(&self, command: &CommandEffect) -> Result<(), String> {
        self.check_commands(command)?;
        let is_granted = |path: &&String| {
            let tee = ["tee", path.as_str()].map(|word| Word::Literal(word.to_owned()));
            // `/dev/tcp/host/port` is a connection.
            !path.starts_with('-') && !path.contains("/dev/") && self.check_one(&tee).is_ok()
        };
        match command.writes.iter().find(|path| !is_granted(path)) {
            Some(path) => Err(format!("a redirection writes `{path}`, and `tee {path}` is not granted either")),
            None => Ok(()),
        }
    }

    /// Whether its commands are granted, whatever it writes.
    fn check_commands(&self, command: &CommandEffect) -> Result<(), String> {
        if command.commands.is_empty() && command.writes.is_empty() {
            return Err("it holds no command".into());
        }
        command.commands.iter().try_for_each(|command| self.check_one(&command.words))
    }

    fn check_one(&self, words: &[Word]) -> Result<(), String> {
        if is_harmless(words) {
            return Ok(());
        }
        let bounds = bounds(words);
        let candidate = Candidate::new(words, bounds.whole.is_some(), &bounds.literal);
        if self.root.admits(&candidate, 0) {
            return Ok(());
        }
        let shown = show(words);
        Err(match (words.first(), bounds.whole) {
            (Some(Word::Dynamic(_)), _) => format!("`{shown}`: which command it runs is known only then"),
            (_, Some(why)) => format!("`{shown}` is granted only by a pattern without wildcards: {why}"),
            _ if self.root.admits(&Candidate::new(words, false, &[]), 0) => {
                format!(
                    "`{shown}` is not granted: an option of it runs or writes what its value says, so a pattern must hold that option and value in full"
                )
            }
            _ if self.root.admits(&Candidate::loose(words), 0) => {
                format!("`{shown}` is not granted: one of its words is known only when it runs; write it out")
            }
            _ => format!("`{shown}` is not granted"),
        })
    }
}

/// A command as the tree is asked about it.
struct Candidate<'a> {
    words: &'a [Word],
    /// Which words only the same word may match.
    strict: Vec<bool>,
    /// `**` may start here or later.
    free_from: usize,
}

impl<'a> Candidate<'a> {
    fn new(words: &'a [Word], whole: bool, literal: &[usize]) -> Candidate<'a> {
        let mut strict: Vec<bool> =
            words.iter().map(|word| whole || matches!(word, Word::Dynamic(source) if !is_tame(source))).collect();
        for index in literal {
            if let Some(word) = strict.get_mut(*index) {
                *word = true;
            }
        }
        let free_from = strict.iter().rposition(|strict| *strict).map_or(0, |last| last + 1);
        // An exact grant has no `**` either.
        let free_from = if whole { words.len() + 1 } else { free_from };
        Candidate { words, strict, free_from }
    }

    fn loose(words: &'a [Word]) -> Candidate<'a> {
        Candidate { words, strict: vec![false; words.len()], free_from: 0 }
    }
}

impl Node {
    fn add(&mut self, words: &[PatternWord]) {
        match words.split_first() {
            None => self.end = true,
            Some((PatternWord::Rest, _)) => self.rest = true,
            Some((PatternWord::Exact(text), after)) => self.exact.entry(text.clone()).or_default().add(after),
            Some((PatternWord::One, after)) => self.one.get_or_insert_default().add(after),
            Some((PatternWord::Glob(glob), after)) => match self.globs.iter_mut().find(|(known, _)| known == glob) {
                Some((_, node)) => node.add(after),
                None => {
                    let mut node = Node::default();
                    node.add(after);
                    self.globs.push((glob.clone(), node));
                }
            },
        }
    }

    /// No node is visited twice: each stands at one depth, below one way to it.
    fn admits(&self, candidate: &Candidate<'_>, at: usize) -> bool {
        if self.rest && at > 0 && at >= candidate.free_from {
            return true;
        }
        if self.rest && at == 0 && candidate.free_from == 0 && matches!(candidate.words.first(), Some(Word::Literal(_)))
        {
            return true;
        }
        let Some(word) = candidate.words.get(at) else { return self.end };
        let (text, literal) = match word {
            Word::Literal(text) => (text.as_str(), true),
            Word::Dynamic(source) => (source.as_str(), false),
        };
        // The name of a command is never guessed.
        if (literal || at > 0) && self.exact.get(text).is_some_and(|node| node.admits(candidate, at + 1)) {
            return true;
        }
        if candidate.strict.get(at).copied().unwrap_or(true) || (at == 0 && !literal) {
            return false;
        }
        self.one.as_ref().is_some_and(|node| node.admits(candidate, at + 1))
            || (literal && self.globs.iter().any(|(glob, node)| glob.matches(text) && node.admits(candidate, at + 1)))
    }
}

/// An open word that can only become names of files which are no options and not hidden, or a number.
fn is_tame(source: &str) -> bool {
    if ["$?", "$#", "\"$?\"", "\"$#\""].contains(&source) {
        return true;
    }
    if source.contains(['$', '`', '<', '>', '(', '{', '"', '\'', '\\']) {
        return false;
    }
    let source = match source.strip_prefix("~/") {
        Some(below) => below,
        None if source == "~" => return true,
        None if source.starts_with(['*', '?', '[', '-', '~', '=']) => return false,
        None => source,
    };
    // In `a=~/x` the tilde stands for a place that the word does not show.
    !source.contains('~')
        && source.split('/').all(|part| part != ".." && !(part.starts_with('.') && part.contains(['*', '?', '['])))
}

/// Commands that need no grant: they touch nothing but the course of the text.
fn is_harmless(words: &[Word]) -> bool {
    let Some((Word::Literal(name), rest)) = words.split_first() else { return false };
    let literal = |word: &Word| matches!(word, Word::Literal(text) if !text.contains(['$', '`', '[']));
    match name.as_str() {
        "true" | "false" | ":" => rest.iter().all(literal),
        "exit" | "return" | "break" | "continue" => {
            rest.iter().all(|word| literal(word) || matches!(word, Word::Dynamic(source) if is_tame(source)))
        }
        "[" => rest.split_last().is_some_and(|(_, test)| is_plain_test(test, false)),
        // The reader has left out its end, and refused what computes with a variable.
        "[[" => {
            let joins = |word: &Word| matches!(word, Word::Literal(text) if text == "&&" || text == "||");
            rest.split(joins).all(|test| is_plain_test(test, true))
        }
        "test" => is_plain_test(rest, false),
        _ => false,
    }
}

/// `-f x`, `a = b`, `! -z "$x"`: forms in which no word can become an operator that evaluates another. `whole`: no word
/// becomes several, whatever it holds.
fn is_plain_test(words: &[Word], whole: bool) -> bool {
    let words = match words.split_first() {
        Some((Word::Literal(not), rest)) if not == "!" => rest,
        _ => words,
    };
    let operand = |word: &Word| match word {
        Word::Literal(text) => !text.contains(['$', '`', '[']),
        Word::Dynamic(source) => {
            whole || is_tame(source) || (source.len() > 1 && source.starts_with('"') && source.ends_with('"'))
        }
    };
    let unary = ["-n", "-z", "-f", "-d", "-e", "-x", "-r", "-w", "-s", "-L", "-h"];
    let binary = ["=", "==", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"];
    match words {
        [Word::Literal(operator), value] => unary.contains(&operator.as_str()) && operand(value),
        [left, Word::Literal(operator), right] => {
            binary.contains(&operator.as_str()) && operand(left) && operand(right)
        }
        [value] => operand(value),
        _ => false,
    }
}

fn show(words: &[Word]) -> String {
    let texts: Vec<&str> = words
        .iter()
        .map(|word| match word {
            Word::Literal(text) | Word::Dynamic(text) => text.as_str(),
        })
        .collect();
    let text = texts.join(" ");
    match text.char_indices().nth(120) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

fn pattern_words(pattern: &str) -> Result<Vec<PatternWord>, String> {
    let raws = shell::read_words(pattern).map_err(|why| {
        format!("`{pattern}` is not one command: {why}; quote letters that mean something to a shell")
    })?;
    let last = raws.len().saturating_sub(1);
    let mut words = Vec::new();
    for (index, raw) in raws.into_iter().enumerate() {
        let stars_only = !raw.value.is_empty() && raw.stars.len() == raw.value.len();
        words.push(match raw.form {
            _ if stars_only && raw.value == "**" && index == last => PatternWord::Rest,
            _ if stars_only && raw.value == "*" => PatternWord::One,
            _ if raw.value.contains("**") && raw.stars.len() > 1 => {
                return Err(format!("`{pattern}`: `**` may only be the last word"));
            }
            Form::Open => PatternWord::Exact(raw.source),
            _ if raw.stars.is_empty() && raw.value.starts_with('~') => PatternWord::Exact(raw.source),
            _ if raw.stars.is_empty() => PatternWord::Exact(raw.value),
            _ => PatternWord::Glob(Glob::new(&raw.value, &raw.stars)),
        });
    }
    if words.is_empty() { Err("a pattern is empty".into()) } else { Ok(words) }
}
