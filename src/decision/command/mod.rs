//! Commands: what a shell string or an argument vector would run.
//!
//! [`read_shell`] finds every simple command in a text ([`shell`]), [`unfold`] adds what each of them runs in turn
//! (`sudo`, `xargs`, `sh -c`, `find -exec` ...), and [`places`] reads paths and URLs off the words. A [`CommandSet`]
//! then asks for a grant of every one of them: of the wrapper, and of what it wraps.
//!
//! # What is understood
//!
//! Lists, pipelines, groups, subshells, `if`, `for`, `while`, `until`, `case`, functions, `[[ ]]` of words and `&&`,
//! arithmetic, command and process substitution wherever it may stand (in quotes, here-documents, defaults of
//! parameters), redirections, here-documents, assignments, comments, joined lines.
//!
//! # What is refused
//!
//! What shells read differently: control characters and white space beyond ASCII, `$[...]`, `((` that is not plainly
//! arithmetic, `<`, brackets and most `||` inside `[[ ]]`, extended globs, `select`, `coproc`; and what evaluates the *value* of a
//! variable: `${!x}`, `${x@P}`, computed indexes, arithmetic on a variable that is not plainly a number.
//!
//! # Words that are known only when they run
//!
//! They are [`Word::Dynamic`], and never match as the name of a command. A wildcard of a pattern admits one that can only
//! become names of files: `~/x`, and a glob that does not start with the wildcard (`src/*.rs`; `*` could become
//! `--option` by the name of a file) and has no part that could become a hidden file. A variable or a substitution is
//! admitted only by a pattern that holds the same text: `cargo test $(git status)` needs that pattern, and a grant of
//! `git status` besides.
//!
//! # Places
//!
//! [`operands`] has a table of programs: which of their words are files, what becomes of them, and where that leads (a copy
//! lies below its folder, an archive may replace anything in the folder it comes out in). What goes away or is written
//! over as a whole is judged as a change to all below it. A variable is what the text gives it ([`values`]); one that it
//! gives nothing lies within no grant.
//!
//! # What is not seen
//!
//! What a granted program does by itself: `make`, `npm run`, `docker run` and runners of packages (`npx`, `uvx`) are
//! judged by their words, as are scripts that are named. Options that run code are known for the programs in [`bounds`].
//! Text typed into a process that runs already; files reached through a glob in a granted folder; `cmd.exe` and
//! PowerShell as the server's own shell, which split a text in other ways.

mod bounds;
mod folders;
mod glob;
mod machines;
mod operands;
mod options;
mod pathspecs;
mod places;
mod revisions;
mod runners;
mod scripts;
mod set;
mod shell;
mod surroundings;
mod unfold;
mod values;
mod whole;

#[cfg(test)]
mod tests;

use crate::model::effects::{CommandEffect, SimpleCommand, Word};
use places::Places;
use shell::Step;
use unfold::Inner;
use values::Variables;

pub use set::CommandSet;

/// Longer text is refused, in bytes.
pub const MAX_LENGTH: usize = 256 * 1024;

/// How often a command may run a command that runs a command.
const MAX_WRAPPERS: usize = 8;

/// Reads a POSIX shell string. What does not parse, or what shells read differently, is an error.
pub fn read_shell(text: &str) -> Result<CommandEffect, String> {
    if text.len() > MAX_LENGTH {
        return Err(format!("the command is {} bytes long; at most {MAX_LENGTH} are read", text.len()));
    }
    let reading = Reading::of(|reading| reading.text(text, 0))?;
    reading.finish(text.to_owned())
}

/// Reads an argument vector, which no shell expands: a `;` in a word is a letter like others.
pub fn read_argv(words: &[String]) -> Result<CommandEffect, String> {
    let length: usize = words.iter().map(String::len).sum();
    if length > MAX_LENGTH {
        return Err(format!("the command is {length} bytes long; at most {MAX_LENGTH} are read"));
    }
    if words.iter().any(|word| word.contains('\0')) {
        return Err("a word holds a NUL".into());
    }
    let literal = |word: &String| Word::Literal(word.clone());
    let reading = Reading::of(|reading| reading.command(words.iter().map(literal).collect(), 0, false))?;
    reading.finish(words.join(" "))
}

/// What has been found so far.
#[derive(Default)]
struct Reading {
    commands: Vec<SimpleCommand>,
    places: Places,
    compound: bool,
    steps: usize,
    /// Some of it may run after what follows it: a loop, a function, a trap.
    repeats: bool,
}

impl Reading {
    /// Reads once; and a second time from all folders that it led to, where something may run only then.
    fn of(read: impl Fn(&mut Reading) -> Result<(), String>) -> Result<Reading, String> {
        let mut reading = Reading::default();
        read(&mut reading)?;
        if reading.repeats && reading.places.has_moved() {
            let commands = reading.commands.len();
            reading.places.stay();
            read(&mut reading)?;
            reading.commands.truncate(commands);
        }
        Ok(reading)
    }

    fn text(&mut self, text: &str, depth: usize) -> Result<(), String> {
        let script = shell::read(text)?;
        let outer = self.places.enter(Variables::of(&script.steps, script.repeats));
        let outer_is_sure = self.places.be_sure(depth == 0 && surroundings::is_sure_where_it_stands(&script, text));
        // A text inside a plain command is judged by its own commands; what holds it stays one command.
        self.compound |= depth == 0 && script.compound;
        self.repeats |= script.repeats;
        for step in script.steps {
            self.steps += 1;
            match step {
                Step::Command { words, fed } => self.command(words, depth, fed)?,
                Step::Value { word, .. } => self.places.value(&word),
                Step::Redirect { target: Word::Literal(path), writes } => self.places.redirect(path, writes),
                Step::Redirect { target, .. } => {
                    self.places.open(&target);
                    let words = vec![Word::Literal(">".into()), target];
                    self.commands.push(SimpleCommand { words });
                }
            }
        }
        self.places.leave(outer);
        self.places.be_sure(outer_is_sure);
        Ok(())
    }

    fn command(&mut self, words: Vec<Word>, depth: usize, fed: bool) -> Result<(), String> {
        if depth > MAX_WRAPPERS {
            return Err(format!("it wraps commands more than {MAX_WRAPPERS} deep"));
        }
        let moved = self.places.go_where_options_lead(&words);
        let texts = self.places.words(&words, fed, &moved);
        self.places.go_inside(&moved);
        let mut inner = unfold::unfold(&words);
        inner.extend(texts.into_iter().map(Inner::Text));
        let name = words.first().and_then(unfold::program);
        self.repeats |= name.is_some_and(|name| ["trap", "alias"].contains(&name.as_str()));
        self.commands.push(SimpleCommand { words });
        for inner in inner {
            match inner {
                Inner::Words(words) => {
                    // Whether a wrapper changes the folder of what follows, only the wrapper knows.
                    let outer = self.places.be_sure(false);
                    self.command(words, depth + 1, false)?;
                    self.places.be_sure(outer);
                }
                Inner::Text(text) => self.text(&text, depth + 1)?,
                Inner::Elsewhere(text) => {
                    let outer = self.places.go_elsewhere(true);
                    self.text(&text, depth + 1)?;
                    self.places.go_elsewhere(outer);
                }
                Inner::Unknown(what) => {
                    self.places.open(&Word::Dynamic(values::ANYTHING.to_owned()));
                    self.commands.push(SimpleCommand { words: vec![Word::Dynamic(what)] });
                }
            }
        }
        self.places.come_back(&moved);
        Ok(())
    }

    fn finish(self, written: String) -> Result<CommandEffect, String> {
        let is_empty = |command: &SimpleCommand| {
            command.words.iter().all(|word| matches!(word, Word::Literal(text) if text.is_empty()))
        };
        if self.commands.iter().all(is_empty) && (self.steps == 0 || !self.commands.is_empty()) {
            return Err("it holds no command".into());
        }
        let found = self.places.finish()?;
        Ok(CommandEffect {
            written,
            commands: self.commands,
            paths: found.paths,
            changes: found.changes,
            perhaps: found.perhaps,
            writes: found.writes,
            urls: found.urls,
            compound: self.compound,
        })
    }
}
