//! Commands: which programs, with which words?

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::mass::{self, Mass};
use super::position::{Context, Reasoned, Seen};
use crate::model::effects::{CommandEffect, SimpleCommand, What, Word};
use crate::model::policy::Constraint;

/// Programs that look, compare, count or print: whatever their further words are, they change nothing. Options that
/// make one of them run or write something stay outside of every wildcard (`decision::command`). Every other program
/// stays word for word: nobody can tell what its further words would do.
const LOOKS: [&str; 48] = [
    "basename",
    "cat",
    "cmp",
    "column",
    "comm",
    "cut",
    "date",
    "df",
    "diff",
    "dirname",
    "du",
    "echo",
    "egrep",
    "expr",
    "fgrep",
    "file",
    "fold",
    "grep",
    "head",
    "hostname",
    "id",
    "jq",
    "ls",
    "md5sum",
    "nl",
    "nproc",
    "od",
    "paste",
    "printf",
    "ps",
    "pwd",
    "readlink",
    "realpath",
    "rg",
    "seq",
    "sha1sum",
    "sha256sum",
    "sort",
    "stat",
    "strings",
    "tail",
    "test",
    "tr",
    "tree",
    "uname",
    "wc",
    "which",
    "whoami",
];

/// Programs whose first word says what they do: `git status`, `cargo test`.
const HAS_SUBCOMMANDS: [&str; 20] = [
    "git", "cargo", "npm", "npx", "pnpm", "yarn", "go", "pip", "pip3", "uv", "poetry", "make", "just", "brew", "apt",
    "gh", "dotnet", "mvn", "gradle", "bundle",
];

/// Nobody reads a list of more, nor is it one: of so many only a sample is looked at.
const LONGEST_LIST: u32 = 10_000;

/// All command strings of a position, each with the sessions that had it. `None`: of none of them the text says what it
/// does.
pub fn constrain(context: &Context<'_>, values: &[Seen<'_>]) -> Option<Reasoned> {
    let values: Vec<Seen<'_, Value>> =
        values.iter().map(|(text, sessions)| (Value::String(text.clone()), *sessions)).collect();
    constrain_vectors(context, &values)
}

/// Command strings or argument vectors.
pub fn constrain_vectors(context: &Context<'_>, values: &[Seen<'_, Value>]) -> Option<Reasoned> {
    let mut groups: BTreeMap<String, BTreeMap<String, BTreeSet<u32>>> = BTreeMap::new();
    let mut elsewhere = Vec::new();
    for (value, sessions) in values {
        for what in context.effects(value.clone(), None) {
            let What::Command(command) = what else { continue };
            if runs_elsewhere(&command) {
                elsewhere.push(value.clone());
                continue;
            }
            for simple in &command.commands {
                let Some(words) = plain_words(&simple.words) else { continue };
                let whole = words.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ");
                // With a word that is open, only this very text is granted.
                let is_open = simple.words.iter().any(|word| matches!(word, Word::Dynamic(_)));
                let head = if is_open { whole.clone() } else { head(&words) };
                groups.entry(head).or_default().entry(whole).or_default().extend(*sessions);
            }
        }
    }
    let (mut patterns, mut kinds) = (BTreeSet::new(), Vec::new());
    for (head, members) in &groups {
        let mass = Mass::of_sets(members.values());
        let open = is_open(context, head, mass);
        kinds.push((mass, open, head.clone()));
        if open {
            patterns.insert(format!("{head} **"));
        } else {
            patterns.extend(members.keys().cloned());
        }
    }
    let commands: Vec<String> = patterns.into_iter().collect();
    let why = format!("{} distinct commands of {} kinds", values.len(), groups.len());
    let mut reasoned = match (commands.is_empty(), elsewhere.is_empty()) {
        (true, true) => return None,
        (false, true) => Reasoned::new(Constraint::Commands(commands), why),
        (true, false) => Reasoned::new(Constraint::OneOf(elsewhere), why),
        (false, false) => {
            let parts = vec![Constraint::Commands(commands), Constraint::OneOf(elsewhere)];
            Reasoned::new(Constraint::AnyOf(parts), why)
        }
    };
    reasoned.why.extend(mass::told(kinds, "open: any further words", "each word for word"));
    Some(reasoned)
}

/// Programs that hand a command to another machine, or to another system on this one.
const ELSEWHERE: [&str; 13] = [
    "ssh",
    "mosh",
    "docker",
    "podman",
    "nerdctl",
    "kubectl",
    "oc",
    "lxc",
    "incus",
    "vagrant",
    "multipass",
    "adb",
    "wsl",
];

/// Whether it runs a command somewhere else, which the decision judges beside the one that carries it there. A grant for
/// each of both would let the inner one run here as well: who restarts a service over there may not restart it here, and
/// who looks at the log of a container may not read the same path of this machine. So the whole line is what is granted.
fn runs_elsewhere(command: &CommandEffect) -> bool {
    let text = |simple: &SimpleCommand| simple.words.iter().map(spelled).collect::<Vec<_>>().join(" ");
    let carries = |simple: &SimpleCommand| {
        let program = simple.words.first().map(spelled).unwrap_or_default();
        ELSEWHERE.contains(&program.rsplit('/').next().unwrap_or_default())
    };
    command.commands.iter().enumerate().any(|(at, simple)| {
        let whole = text(simple);
        carries(simple) && command.commands.iter().skip(at + 1).any(|inner| whole.contains(&text(inner)))
    })
}

fn spelled(word: &Word) -> &str {
    match word {
        Word::Literal(text) | Word::Dynamic(text) => text,
    }
}

/// The words of a command whose text says what it does. What a variable or another command brings in, no text says; a name
/// with stars (`ls src/*.rs`) is granted as the same text, which the pattern writes in quotes.
fn plain_words(words: &[Word]) -> Option<Vec<&str>> {
    let names_files = |text: &str| !text.contains(['$', '`', '<', '>', '(', '{', '"', '\'', '\\', '~']);
    words
        .iter()
        .enumerate()
        .map(|(at, word)| match word {
            Word::Literal(text) => Some(text.as_str()),
            Word::Dynamic(text) if at > 0 && (names_files(text) || is_below_home(text)) => Some(text.as_str()),
            Word::Dynamic(_) => None,
        })
        .collect()
}

/// `~/a/b`
fn is_below_home(word: &str) -> bool {
    word.strip_prefix("~/").is_some_and(is_plain)
}

fn is_plain(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "-_./:=,+@%".contains(c))
}

/// A word as a pattern writes it.
fn quote(word: &str) -> String {
    // In quotes a tilde would be no home directory.
    if is_plain(word) || is_below_home(word) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// The words that say what is done: the program, and its subcommand where it has them.
fn head(words: &[&str]) -> String {
    let program = words.first().copied().unwrap_or_default();
    let name = program.rsplit('/').next().unwrap_or(program);
    let take = usize::from(HAS_SUBCOMMANDS.contains(&name)) + 1;
    words.iter().take(take).map(|word| quote(word)).collect::<Vec<_>>().join(" ")
}

/// The words after a subcommand are its object; they open once several sessions bring new ones: what one session called
/// ten times over it may have been made to call. Of the programs without
/// subcommands only those that [look](LOOKS) open.
fn is_open(context: &Context<'_>, head: &str, mass: Mass) -> bool {
    let mut words = head.split(' ');
    let program = words.next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let subcommand = words.next().unwrap_or_default();
    let reaches_out = [
        "push",
        "publish",
        "exec",
        "run",
        "install",
        "dlx",
        "config",
        "remote",
        "deploy",
        "clone",
        "add",
        "x",
        "tool",
        "generate",
        "submodule",
        "filter-branch",
        "api",
        "secret",
        "auth",
        "alias",
        "upload",
        "login",
        "explore",
    ];
    !context.is_exact()
        && (!reaches_out.contains(&subcommand) || head == "git add")
        && !subcommand.starts_with('-')
        && (LOOKS.contains(&program) || (HAS_SUBCOMMANDS.contains(&program) && !subcommand.is_empty()))
        && mass.bringing >= 3
        && mass.bringing as usize * 2 >= context.many()
        && (mass.missing() >= 0.1 || mass.distinct > LONGEST_LIST)
}
