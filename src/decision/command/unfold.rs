//! What a command runs besides itself: the command of a wrapper, the text of a `sh -c`.

use super::machines;
use super::options::{WRAPPERS, command_start};
use super::runners;
use super::shell::is_assignment;
use crate::model::effects::Word;

/// Something that runs because a command does.
#[derive(Debug, PartialEq)]
pub(super) enum Inner {
    Words(Vec<Word>),
    /// A shell reads it.
    Text(String),
    /// A shell of another machine reads it.
    Elsewhere(String),
    /// It cannot be told; the words say why in a message.
    Unknown(String),
}

/// POSIX shells, whose `-c` is read.
const SHELLS: &[&str] = &["sh", "bash", "zsh", "dash", "ksh", "ash", "mksh", "rbash", "yash", "ksh93", "bash5"];

/// The program's name, without folder, letter case and `.exe`.
pub(super) fn program(word: &Word) -> Option<String> {
    let Word::Literal(text) = word else { return None };
    let name = text.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
    Some(unversioned(name.strip_suffix(".exe").unwrap_or(&name)).to_owned())
}

/// Programs that are installed under the number of their version as well: `perl5.36`, `gcc-12`.
const VERSIONED: &[&str] = &[
    "node", "nodejs", "perl", "ruby", "irb", "php", "lua", "luajit", "erl", "r", "rscript", "julia", "gcc", "g++",
    "clang", "clang++", "gdb", "lldb", "wish", "tclsh", "guile", "go", "psql", "ghc", "scala", "swift", "pandoc",
];

fn unversioned(name: &str) -> &str {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    if VERSIONED.contains(&stem) || is_shell(stem) { stem } else { name }
}

pub(super) fn is_shell(name: &str) -> bool {
    SHELLS.contains(&name)
}

/// The words from the program on: assignments before it are not part of what it is.
pub(super) fn from_program(words: &[Word]) -> &[Word] {
    let assigns = |word: &&Word| matches!(word, Word::Literal(text) | Word::Dynamic(text) if is_assignment(text));
    words.get(words.iter().take_while(assigns).count()..).unwrap_or_default()
}

/// Everything that runs because these words do, in order.
pub(super) fn unfold(words: &[Word]) -> Vec<Inner> {
    let words = from_program(words);
    let Some(name) = words.first().and_then(program) else { return Vec::new() };
    match name.as_str() {
        name if is_shell(name) => shell(words),
        "eval" => joined(words.get(1..)),
        "trap" => trap(words),
        "find" | "gfind" => find(words),
        "fd" | "fdfind" => fd(words),
        "su" | "runuser" => su(words),
        "git" => git(words),
        "command" if words.iter().any(|word| matches!(word, Word::Literal(text) if text == "-v" || text == "-V")) => {
            Vec::new()
        }
        "cargo" | "cargo-watch" => runners::watch(words),
        "cmake" => runners::cmake(words),
        "alias" => words.iter().skip(1).filter_map(alias).collect(),
        name => wrapped(name, words),
    }
}

fn alias(word: &Word) -> Option<Inner> {
    match word {
        Word::Literal(text) => text.split_once('=').map(|(_, value)| Inner::Text(value.to_owned())),
        Word::Dynamic(source) => Some(Inner::Unknown(source.clone())),
    }
}

/// The index of the first word that a wrapper hands on as it is to what it runs.
pub(super) fn command_of_wrapper(name: &str, words: &[Word]) -> Option<usize> {
    // Their words are one text for a shell, which may not be known.
    let joins = ["ssh", "watch", "flock"].contains(&name);
    let wrapper = WRAPPERS.iter().find(|wrapper| wrapper.names.contains(&name) && !joins)?;
    command_start(wrapper, words).ok().flatten()
}

fn wrapped(name: &str, words: &[Word]) -> Vec<Inner> {
    let Some(wrapper) = WRAPPERS.iter().find(|wrapper| wrapper.names.contains(&name)) else {
        return runners::run(name, words);
    };
    let start = match command_start(wrapper, words) {
        Ok(Some(start)) => start,
        Ok(None) if name == "xargs" || name == "gxargs" => return Vec::new(),
        Ok(None) => return Vec::new(),
        Err(()) => return vec![Inner::Unknown(format!("what {name} runs"))],
    };
    let rest = words.get(start..).unwrap_or_default();
    match name {
        "ssh" if machines::behind_host(words) == Some(start) => {
            let elsewhere = |inner| match inner {
                Inner::Text(text) => Inner::Elsewhere(text),
                // A name of a command that nobody knows, and no place of this machine.
                Inner::Unknown(source) => Inner::Words(vec![Word::Dynamic(source)]),
                inner => inner,
            };
            joined(Some(rest)).into_iter().map(elsewhere).collect()
        }
        "ssh" | "watch" => joined(Some(rest)),
        "xargs" | "gxargs" => vec![Inner::Words(fill(words.get(1..start).unwrap_or_default(), rest))],
        "flock" if rest.first() == Some(&Word::Literal("-c".into())) => joined(rest.get(1..)),
        _ => vec![Inner::Words(rest.to_vec())],
    }
}

/// What xargs runs: its input comes last, or in the place of the word that `-I` names.
fn fill(options: &[Word], rest: &[Word]) -> Vec<Word> {
    let mut replaced = None;
    let mut options = options.iter();
    while let Some(Word::Literal(option)) = options.next() {
        if option == "-I" || option == "-J" {
            replaced = options.next();
        } else if let Some(text) = option.strip_prefix("-I").or_else(|| option.strip_prefix("-J")) {
            return replace(rest, text);
        }
    }
    match replaced {
        Some(Word::Literal(text)) => replace(rest, text),
        _ => rest.iter().cloned().chain([Word::Dynamic("{}".into())]).collect(),
    }
}

fn replace(rest: &[Word], text: &str) -> Vec<Word> {
    let open = |word: &Word| match word {
        Word::Literal(word) if !text.is_empty() && word.contains(text) => Word::Dynamic(word.replace(text, "{}")),
        word => word.clone(),
    };
    rest.iter().map(open).collect()
}

/// The words as one text for a shell.
fn joined(words: Option<&[Word]>) -> Vec<Inner> {
    let words = words.unwrap_or_default();
    let mut text = String::new();
    for word in words {
        match word {
            Word::Literal(word) => {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(word);
            }
            Word::Dynamic(source) => return vec![Inner::Unknown(source.clone())],
        }
    }
    if text.trim().is_empty() { Vec::new() } else { vec![Inner::Text(text)] }
}

/// `bash -euo pipefail -c text`. Without `-c` it runs a file, or what it reads; `bounds` sees to the second.
fn shell(words: &[Word]) -> Vec<Inner> {
    let (mut at, mut takes_text) = (1, false);
    while let Some(word) = words.get(at) {
        match word {
            Word::Literal(option) if option == "--" || option == "-" => {
                at += 1;
                break;
            }
            Word::Literal(option) if option.starts_with("--") => {
                at += if ["--rcfile", "--init-file", "--emulate"].contains(&option.as_str()) { 2 } else { 1 };
            }
            Word::Literal(option) if option.len() > 1 && option.starts_with(['-', '+']) => {
                takes_text |= option.starts_with('-') && option.contains('c');
                at += 1 + option.chars().filter(|letter| "oO".contains(*letter)).count();
            }
            Word::Literal(_) => break,
            Word::Dynamic(source) => return vec![Inner::Unknown(source.clone())],
        }
    }
    match (takes_text, words.get(at)) {
        (true, text) => joined(text.map(std::slice::from_ref)),
        (false, _) => Vec::new(),
    }
}

fn trap(words: &[Word]) -> Vec<Inner> {
    let operand = words.iter().skip(1).find(|word| !matches!(word, Word::Literal(text) if text == "--"));
    match operand {
        Some(Word::Literal(text)) if ["-", "", "-p", "-l"].contains(&text.as_str()) => Vec::new(),
        operand => joined(operand.map(std::slice::from_ref)),
    }
}

/// `-exec` and its like, each up to its `;` or `+`. The file stands for a name below the starting point.
fn find(words: &[Word]) -> Vec<Inner> {
    let runs = ["-exec", "-execdir", "-ok", "-okdir"];
    let mut found = Vec::new();
    let mut at = 1;
    while let Some(word) = words.get(at) {
        at += 1;
        if !matches!(word, Word::Literal(text) if runs.contains(&text.as_str())) {
            continue;
        }
        let ends = |word: &Word| matches!(word, Word::Literal(text) if text == ";" || text == "+");
        let rest = words.get(at..).unwrap_or_default();
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        let file = |word: &Word| match word {
            Word::Literal(text) if text == "{}" => Word::Dynamic("./*".into()),
            Word::Literal(text) if text.contains("{}") => Word::Dynamic(text.clone()),
            word => word.clone(),
        };
        found.push(Inner::Words(rest.iter().take(length).map(file).collect()));
        at += length;
    }
    found
}

fn fd(words: &[Word]) -> Vec<Inner> {
    let runs = ["-x", "-X", "--exec", "--exec-batch"];
    let place = words.iter().position(|word| matches!(word, Word::Literal(text) if runs.contains(&text.as_str())));
    let attached = words.iter().any(|word| {
        matches!(word, Word::Literal(text) if text.starts_with("--exec=") || text.starts_with("--exec-batch=")
            || ((text.starts_with("-x") || text.starts_with("-X")) && text.len() > 2))
    });
    if attached {
        return vec![Inner::Unknown("what fd runs".into())];
    }
    match place {
        Some(place) => {
            let file = |word: &Word| match word {
                Word::Literal(text) if text.contains('{') => Word::Dynamic("./*".into()),
                word => word.clone(),
            };
            vec![Inner::Words(words.iter().skip(place + 1).map(file).chain([Word::Dynamic("./*".into())]).collect())]
        }
        None => Vec::new(),
    }
}

/// `su user -c text`, `runuser -u user -- command`.
fn su(words: &[Word]) -> Vec<Inner> {
    let literal = |at: usize| match words.get(at) {
        Some(Word::Literal(text)) => Some(text.as_str()),
        _ => None,
    };
    if words.iter().any(|word| matches!(word, Word::Dynamic(_))) {
        return vec![Inner::Unknown("what su runs".into())];
    }
    let mut found = Vec::new();
    for at in 1..words.len() {
        match literal(at).unwrap_or_default() {
            "-c" | "--command" | "--session-command" => found.extend(joined(words.get(at + 1..at + 2))),
            "--" => found
                .extend(words.get(at + 1..).filter(|rest| !rest.is_empty()).map(|rest| Inner::Words(rest.to_vec()))),
            text if text.starts_with("-c") || text.starts_with("--command=") => {
                found.push(Inner::Unknown("what su runs".into()));
            }
            _ => {}
        }
    }
    found
}

/// Commands that git runs for its own: `bisect run`, `submodule foreach`, `rebase --exec`.
fn git(words: &[Word]) -> Vec<Inner> {
    let is = |word: Option<&Word>, name: &str| matches!(word, Some(Word::Literal(text)) if text == name);
    let has = |name: &str| words.iter().any(|word| is(Some(word), name));
    let (bisects, has_submodules, rebases) = (has("bisect"), has("submodule"), has("rebase"));
    let mut found = Vec::new();
    for at in 1..words.len() {
        let (word, next) = (words.get(at), words.get(at + 1));
        if is(word, "run") && bisects {
            found.extend(words.get(at + 1..).filter(|rest| !rest.is_empty()).map(|rest| Inner::Words(rest.to_vec())));
            break;
        }
        if is(word, "foreach") && has_submodules {
            let rest = words.get(at + 1..).unwrap_or_default();
            let options =
                rest.iter().take_while(|word| matches!(word, Word::Literal(text) if text.starts_with("--"))).count();
            found.extend(joined(rest.get(options..)));
            break;
        }
        if rebases && (is(word, "--exec") || is(word, "-x")) {
            found.extend(joined(next.map(std::slice::from_ref)));
        }
        if let Some(Word::Literal(text)) = word
            && rebases
            && let Some(command) = text.strip_prefix("--exec=").or_else(|| text.strip_prefix("-x"))
            && !command.is_empty()
        {
            found.push(Inner::Text(command.to_owned()));
        }
    }
    found
}
