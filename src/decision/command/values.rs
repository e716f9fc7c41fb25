//! What the variables of a text hold, as far as the text itself says, and which places a word with some of them may name.

use std::collections::{HashMap, HashSet};

use super::shell::{Step, is_assignment};
use super::unfold::{from_program, program};
use crate::model::effects::Word;

/// So many spellings of one word are looked at.
const MAX_SPELLINGS: usize = 64;

/// So many variables are put in for one word.
const MAX_STEPS: usize = 1024;

/// A variable that no text sets: what holds it lies within no grant.
pub(super) const ANYTHING: &str = "$_";

/// To more values of one variable nothing is joined: the result may be anything.
const MAX_JOINED: usize = 16;

/// A longer word is no path.
const MAX_WORD: usize = 4096;

/// A longer range of numbers is read as it is written.
const MAX_RANGE: usize = 32;

/// So many braces of one word are looked at.
const MAX_BRACES: usize = 32;

/// Builtins that give a variable what somebody prints or types.
const READERS: &[&str] = &["read", "mapfile", "readarray", "getopts", "printf"];

/// Builtins that give the variables named in their arguments a value.
pub(super) const SETTERS: &[&str] = &["export", "declare", "typeset", "local", "readonly"];

/// Variables that hold no path.
const PLAIN: &[&str] =
    &["USER", "LOGNAME", "UID", "EUID", "PPID", "RANDOM", "SECONDS", "LINENO", "HOSTNAME", "EPOCHSECONDS"];

/// Names that say where other words lead: for the whole text and for the texts within it, wherever they are set.
const MOVERS: &[&str] = &["HOME", "PWD", "OLDPWD", "CDPATH", "cdpath", "GIT_DIR", "GIT_WORK_TREE"];

/// What is expanded where the place is looked up.
const FOLDERS: &[&str] = &["HOME", "PWD", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"];

/// The variables of one text. A value counts wherever it is set: a loop may come back to it.
#[derive(Debug, Default)]
pub(super) struct Variables {
    values: HashMap<String, Vec<String>>,
    /// They hold what a command printed.
    printed: HashSet<String>,
    /// Something ran that may set any of them.
    blind: bool,
    /// What is joined to a value may be joined again and again.
    repeats: bool,
}

impl Variables {
    /// `repeats`: some of the steps are in a loop or a function.
    pub(super) fn of(steps: &[Step], repeats: bool) -> Variables {
        let mut found = Variables { repeats, ..Variables::default() };
        for step in steps {
            match step {
                Step::Value { name, word } => found.set(name, text(word)),
                Step::Command { words, .. } => found.note(words),
                Step::Redirect { .. } => {}
            }
        }
        found
    }

    fn note(&mut self, words: &[Word]) {
        let command = from_program(words);
        let name = command.first().and_then(program).unwrap_or_default();
        let operands = || command.iter().skip(1).map(text).filter(|text| !text.starts_with('-'));
        self.note_movers(&name, words);
        match name.as_str() {
            "eval" | "source" | "." => self.blind = true,
            name if READERS.contains(&name) => self.printed.extend(operands()),
            name if SETTERS.contains(&name) => operands().for_each(|text| self.assign(text)),
            _ if words.iter().all(|word| is_assignment(&text(word))) => {
                // Where words end in other places, values become other words.
                let parts = |word: &Word| {
                    let text = text(word);
                    text.strip_prefix("IFS=")
                        .is_some_and(|ends| ends.contains(|c: char| c.is_alphanumeric() || "/.~".contains(c)))
                };
                self.blind |= words.iter().any(parts);
                words.iter().for_each(|word| self.assign(text(word)))
            }
            _ => {}
        }
    }

    /// What a command sets for itself or for what it runs: `HOME=/x sh -c ...`, `env -u HOME ...`.
    fn note_movers(&mut self, program: &str, words: &[Word]) {
        let texts: Vec<String> = words.iter().map(text).collect();
        let is_mover = |text: &str| MOVERS.contains(&text.split(['=', '+']).next().unwrap_or_default());
        for text in texts.iter().filter(|text| is_assignment(text) && is_mover(text)) {
            self.assign(text.clone());
        }
        let has = |wanted: &[&str]| texts.iter().any(|text| wanted.contains(&text.as_str()));
        let cleared = ["env", "genv"].contains(&program)
            && (has(&["-i", "-", "--ignore-environment", "--unset=HOME", "-uHOME"])
                || (has(&["-u"]) && has(&["HOME"])));
        if cleared || (program == "unset" && has(&["HOME"])) {
            self.set("HOME", String::new());
        }
    }

    /// Takes over what another text says of where words lead.
    pub(super) fn inherit(&mut self, other: &Variables) {
        for name in MOVERS {
            let known = self.values.get(*name).cloned().unwrap_or_default();
            let new = other.values.get(*name).into_iter().flatten().filter(|value| !known.contains(value));
            let new: Vec<String> = new.cloned().collect();
            if !new.is_empty() {
                self.values.entry((*name).to_owned()).or_default().extend(new);
            }
            if other.printed.contains(*name) {
                self.printed.insert((*name).to_owned());
            }
        }
    }

    /// What the text gives a variable, its own variables put in; what is known only when it runs is anything.
    pub(super) fn given(&self, name: &str) -> Vec<String> {
        let mut found = Vec::new();
        for value in self.values.get(name).into_iter().flatten().take(MAX_SPELLINGS) {
            let (spellings, unknown) = self.spellings(value);
            found.extend(spellings);
            found.extend(unknown);
        }
        if self.printed.contains(name) {
            found.push(ANYTHING.to_owned());
        }
        found.truncate(MAX_SPELLINGS);
        found
    }

    fn assign(&mut self, text: String) {
        if let Some((name, _)) = text.split_once('=') {
            let name = name.to_owned();
            self.set(&name, text);
        }
    }

    /// `value`: with or without `name=` before it.
    fn set(&mut self, name: &str, value: String) {
        let name = name.trim_end_matches('+');
        let (value, joins) = match value.split_once('=') {
            Some((before, after)) if before.trim_end_matches('+') == name => (after.to_owned(), before.ends_with('+')),
            _ => (value, false),
        };
        if value.contains("$(") || value.contains('`') {
            self.printed.insert(name.to_owned());
            if joins {
                self.values.entry(name.to_owned()).or_default().push(ANYTHING.to_owned());
            }
            return;
        }
        let repeats = self.repeats;
        let values = self.values.entry(name.to_owned()).or_default();
        // Behind a blank it is a word of its own.
        if !joins || value.starts_with(char::is_whitespace) {
            values.push(value);
        } else if repeats || values.len() > MAX_JOINED || values.iter().any(|known| known.len() > MAX_WORD) {
            if values.last().is_none_or(|last| last != ANYTHING) {
                values.push(ANYTHING.to_owned());
            }
        } else {
            let joined: Vec<String> = values.iter().map(|known| format!("{known}{value}")).collect();
            values.extend(joined);
            if values.is_empty() {
                values.push(value);
            }
        }
    }

    /// Every spelling of a word, its variables and braces put in; and the variables of which the text says nothing.
    pub(super) fn spellings(&self, word: &str) -> (Vec<String>, Vec<String>) {
        if word.len() > MAX_WORD {
            return (vec![word.to_owned()], Vec::new());
        }
        let (mut done, mut unknown) = (Vec::new(), Vec::new());
        let mut open = match braces(word) {
            Some(words) => words.into_iter().map(|word| (word, 0)).collect(),
            None => {
                // More than anybody writes: it may be anything.
                unknown.push(ANYTHING.to_owned());
                vec![(word.to_owned(), 0)]
            }
        };
        let mut steps = 0;
        while let Some((text, from)) = open.pop() {
            steps += 1;
            // Values that hold other variables may double the text again and again, or come back to themselves.
            if done.len() + open.len() > MAX_SPELLINGS || steps > MAX_STEPS || text.len() > MAX_WORD {
                unknown.push(ANYTHING.to_owned());
                done.push(text);
                break;
            }
            let Some((start, end, name, whole)) = variable(&text, from) else {
                done.push(text);
                continue;
            };
            let is_plain =
                PLAIN.contains(&name) || FOLDERS.contains(&name) || name.chars().all(|c| "?#$!-".contains(c));
            match self.values.get(name).filter(|_| whole && !self.blind) {
                // A value with blanks becomes several words.
                Some(values) => {
                    // In the words of the command that sets it, it still has its old one.
                    if FOLDERS.contains(&name) {
                        open.push((text.clone(), end));
                    }
                    open.extend(
                        values
                            .iter()
                            .flat_map(|value| value.split_whitespace().chain([value.as_str()]))
                            .take(MAX_SPELLINGS + 2)
                            .map(|value| {
                                let before = text.get(..start).unwrap_or_default();
                                // What the value itself names is looked at once, and not again and again.
                                let from =
                                    if value.contains(&format!("${name}")) { start + value.len() } else { start };
                                (format!("{before}{value}{}", text.get(end..).unwrap_or_default()), from)
                            }),
                    );
                }
                None if FOLDERS.contains(&name) && !whole => {
                    // What stands there for a folder that has no value is not put in; of others, a part is taken.
                    let operator = text.get(start + 2 + name.len()..end).unwrap_or_default();
                    if [":-", "-", ":?", "?"].iter().any(|default| operator.starts_with(default)) {
                        let before = format!("{}${{{name}}}", text.get(..start).unwrap_or_default());
                        open.push((format!("{before}{}", text.get(end..).unwrap_or_default()), start));
                    } else {
                        unknown.push(ANYTHING.to_owned());
                        open.push((text, end));
                    }
                }
                None => {
                    if FOLDERS.contains(&name) && self.printed.contains(name) {
                        unknown.push(ANYTHING.to_owned());
                    }
                    if !is_plain && (self.blind || !whole || !self.printed.contains(name)) {
                        unknown.push(format!("${name}"));
                    }
                    open.push((text, end));
                }
            }
        }
        unknown.dedup();
        (done, unknown)
    }
}

/// The next `$name` or `${name...}` from there on: where it starts and ends, the name, and whether it is the whole value.
fn variable(text: &str, from: usize) -> Option<(usize, usize, &str, bool)> {
    let start = from + text.get(from..)?.find('$')?;
    let rest = text.get(start + 1..)?;
    let (skip, inner) = match rest.strip_prefix('{') {
        Some(inner) => (2, inner),
        None => (1, rest),
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let length = match inner.chars().next() {
        Some(c) if is_name(c) && !c.is_ascii_digit() => inner.find(|c| !is_name(c)).unwrap_or(inner.len()),
        Some(c) if "0123456789@*?#$!-".contains(c) => 1,
        // A substitution, whose commands are read by themselves, or a plain dollar.
        _ => return variable(text, start + 1),
    };
    let name = inner.get(..length)?;
    if skip == 1 {
        return Some((start, start + 1 + length, name, true));
    }
    let end = start + skip + inner.find('}').map_or(inner.len(), |end| end + 1);
    // What is cut out of a value, or put in its place, is not known.
    let whole = inner.get(length..).is_some_and(|rest| rest.starts_with('}'));
    Some((start, end.min(text.len()), name, whole))
}

/// The word with each of its `{a,b}` put in; `None` where there are too many.
fn braces(word: &str) -> Option<Vec<String>> {
    let (mut done, mut open) = (Vec::new(), vec![word.to_owned()]);
    while let Some(text) = open.pop() {
        if text.matches('{').count() > MAX_BRACES || done.len() + open.len() > MAX_SPELLINGS {
            return None;
        }
        match first_brace(&text) {
            Some(alternatives) => open.extend(alternatives),
            None => done.push(text),
        }
    }
    Some(done)
}

/// `1..5`, `a..z`, where there are few of them.
fn range(inner: &str) -> Option<Vec<String>> {
    let (from, to) = inner.split_once("..")?;
    if let (Ok(from), Ok(to)) = (from.parse::<u32>(), to.parse::<u32>()) {
        let count = from.abs_diff(to) as usize;
        return (count < MAX_RANGE).then(|| (from.min(to)..=from.max(to)).map(|number| number.to_string()).collect());
    }
    let letter = |text: &str| text.chars().next().filter(|c| text.len() == 1 && c.is_ascii_alphabetic());
    let (from, to) = (letter(from)?, letter(to)?);
    Some((from.min(to)..=from.max(to)).filter(char::is_ascii_alphabetic).map(String::from).collect())
}

/// The alternatives of the first `{a,b}`; nothing if there is none.
fn first_brace(text: &str) -> Option<Vec<String>> {
    for (open, _) in text.match_indices('{') {
        let inner = text.get(open + 1..)?;
        let (mut depth, mut cuts, mut close) = (0usize, vec![0], None);
        for (at, c) in inner.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => {
                    close = Some(at);
                    break;
                }
                '}' => depth -= 1,
                ',' if depth == 0 => cuts.push(at + 1),
                _ => {}
            }
        }
        let is_parameter = text.get(..open).is_some_and(|before| before.ends_with('$'));
        if let Some((close, range)) =
            close.filter(|_| !is_parameter).and_then(|end| Some((end, range(inner.get(..end)?)?)))
        {
            let (before, after) = (text.get(..open)?, inner.get(close + 1..)?);
            return Some(range.iter().map(|part| format!("{before}{part}{after}")).collect());
        }
        let Some(close) = close.filter(|_| cuts.len() > 1 && !is_parameter) else { continue };
        let ends = cuts.iter().skip(1).map(|cut| cut - 1).chain([close]);
        let (before, after) = (text.get(..open)?, inner.get(close + 1..)?);
        let parts = cuts.iter().zip(ends).filter_map(|(start, end)| inner.get(*start..end));
        return Some(parts.take(MAX_SPELLINGS + 2).map(|part| format!("{before}{part}{after}")).collect());
    }
    None
}

/// Whether a word begins with something that is put in its place when it runs, and that is no folder of the user.
pub(super) fn is_printed(word: &str) -> bool {
    let is_folder = variable(word, 0).is_some_and(|(start, _, name, _)| start == 0 && FOLDERS.contains(&name));
    // `$'...'` and `$"..."` are quotes.
    let begins = word
        .strip_prefix('$')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || "_({@*?#$!-".contains(c)));
    word.starts_with('`') || (begins && !is_folder)
}

/// The text of a word; of one that is open, as written without its quotes.
pub(super) fn text(word: &Word) -> String {
    match word {
        Word::Literal(text) => text.clone(),
        Word::Dynamic(source) => {
            let (mut found, mut rest) = (String::new(), source.as_str());
            while let Some((before, quoted)) = rest.split_once("$'") {
                found.extend(before.chars().filter(|c| !is_quote(*c)));
                rest = ansi_quoted(quoted, &mut found);
            }
            found.extend(rest.chars().filter(|c| !is_quote(*c)));
            found
        }
    }
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '\\')
}

/// What `$'...'` stands for; hands back what follows it.
fn ansi_quoted<'a>(quoted: &'a str, found: &mut String) -> &'a str {
    let mut rest = quoted;
    while let Some(letter) = rest.chars().next() {
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        let escape = match letter {
            '\'' => return rest,
            '\\' => rest.chars().next().unwrap_or_default(),
            letter => {
                found.push(letter);
                continue;
            }
        };
        let (skip, most, radix) = match escape {
            'x' => (1, 2, 16),
            'u' => (1, 4, 16),
            'U' => (1, 8, 16),
            '0'..='7' => (0, 3, 8),
            _ => {
                found.push(if escape == 'n' { '\n' } else { escape });
                rest = rest.get(escape.len_utf8()..).unwrap_or_default();
                continue;
            }
        };
        let digits = rest.get(skip..).unwrap_or_default();
        let length = digits.bytes().take(most).take_while(|byte| char::from(*byte).is_digit(radix)).count();
        let code = u32::from_str_radix(digits.get(..length).unwrap_or_default(), radix).ok();
        found.extend(code.and_then(char::from_u32));
        rest = digits.get(length..).unwrap_or_default();
    }
    rest
}
