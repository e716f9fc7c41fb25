//! Commands: which programs, with which words?

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::deeds;
use super::super::mass::{self, Mass};
use super::super::view::Spot;
use super::forms::{self, Slot};
use super::position::{Context, Reasoned, Seen};
use crate::decision::command::CommandSet;
use crate::model::effects::{CommandEffect, SimpleCommand, What, Word};
use crate::model::policy::Constraint;

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
    let (mut said, mut elsewhere) = (BTreeMap::new(), Vec::new());
    for (value, sessions) in values {
        for what in context.effects(value.clone(), None) {
            let What::Command(command) = what else { continue };
            if runs_elsewhere(&command) {
                elsewhere.push(value.clone());
                continue;
            }
            for simple in command.commands {
                let Some(words) = plain_words(&simple.words) else { continue };
                let whole = words.iter().map(|word| forms::quote(word)).collect::<Vec<_>>().join(" ");
                let known = said.entry(whole).or_insert_with(|| Said { simple, sessions: BTreeSet::new() });
                known.sessions.extend(*sessions);
            }
        }
    }
    let (commands, kinds) = patterns(context, &said);
    let why = format!("{} distinct commands, granted as {}", values.len(), commands.len());
    let mut reasoned = match (commands.is_empty(), elsewhere.is_empty()) {
        (true, true) => return None,
        (false, true) => Reasoned::new(Constraint::Commands(commands), why),
        (true, false) => Reasoned::new(Constraint::OneOf(elsewhere), why),
        (false, false) => {
            let parts = vec![Constraint::Commands(commands), Constraint::OneOf(elsewhere)];
            Reasoned::new(Constraint::AnyOf(parts), why)
        }
    };
    reasoned.why.extend(mass::told(kinds, "open: words of these forms", "each word for word"));
    Some(reasoned)
}

/// Leaves out what is [dangerous and a surprise](deeds::surprises).
pub fn leave_out_surprises(
    context: &Context<'_>,
    spot: &Spot<'_>,
    strings: &mut Vec<Seen<'_>>,
    vectors: &mut Vec<Seen<'_, Value>>,
) {
    let in_command = |what: &What| match what {
        What::Command(command) => deeds::in_commands(&command.commands),
        _ => Vec::new(),
    };
    let aside = deeds::surprises(spot, context.settings, |value| match value {
        Value::String(text) => context.read(text, None).iter().flat_map(in_command).collect(),
        other => context.effects(other.clone(), None).iter().flat_map(in_command).collect(),
    });
    strings.retain(|(text, _)| !aside.holds(&Value::String(text.clone())));
    vectors.retain(|(vector, _)| !aside.holds(vector));
}

/// A command, and the sessions that had it.
struct Said {
    simple: SimpleCommand,
    sessions: BTreeSet<u32>,
}

/// What `--explain` tells of a form: its statistic, whether it opened, and its pattern.
type Kind = (Mass, bool, String);

/// The patterns that grant these commands, and what is told of each form: in the folders that were seen, and of what is
/// left below them; what opens in neither stands word for word.
fn patterns(context: &Context<'_>, said: &BTreeMap<String, Said>) -> (Vec<String>, Vec<Kind>) {
    let (mut open, mut kinds) = (Vec::new(), Vec::new());
    let mut left: BTreeSet<&str> = said.keys().map(String::as_str).collect();
    for wide in [false, true] {
        let mut groups: BTreeMap<Vec<Slot>, Vec<&str>> = BTreeMap::new();
        for whole in &left {
            let form = said.get(*whole).and_then(|said| form(&said.simple, wide));
            form.into_iter().for_each(|form| groups.entry(form).or_default().push(whole));
        }
        for (slots, members) in groups {
            let mass = Mass::of_sets(members.iter().filter_map(|whole| said.get(*whole)).map(|said| &said.sessions));
            let words: Vec<Vec<&str>> = members.iter().filter_map(|whole| words_of(said.get(*whole)?)).collect();
            let pattern = forms::pattern(&slots, &words);
            let is_open = is_open(context, mass);
            if is_open {
                let set = CommandSet::parse(std::slice::from_ref(&pattern)).unwrap_or_default();
                let admitted: Vec<&str> = members.into_iter().filter(|whole| admits(&set, said.get(*whole))).collect();
                for whole in &admitted {
                    left.remove(whole);
                }
                open.push((pattern.clone(), admitted));
            }
            kinds.push((mass, is_open, pattern));
        }
    }
    // What another pattern admits needs none of its own.
    let mut at = 0;
    while at < open.len() {
        let others: Vec<String> = open
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at)
            .map(|(_, (pattern, _))| pattern.clone())
            .collect();
        let set = CommandSet::parse(&others).unwrap_or_default();
        let needed =
            open.get(at).is_some_and(|(_, members)| members.iter().any(|whole| !admits(&set, said.get(*whole))));
        if needed {
            at += 1;
        } else {
            open.remove(at);
        }
    }
    let mut commands: BTreeSet<String> = open.into_iter().map(|(pattern, _)| pattern).collect();
    let listed: Vec<String> = commands.iter().cloned().collect();
    let set = CommandSet::parse(&listed).unwrap_or_default();
    let alone = listed.is_empty();
    commands.extend(left.into_iter().filter(|whole| alone || !admits(&set, said.get(*whole))).map(str::to_owned));
    (commands.into_iter().collect(), kinds)
}

fn admits(set: &CommandSet, said: Option<&Said>) -> bool {
    said.is_some_and(|said| {
        let effect = CommandEffect {
            written: String::new(),
            commands: vec![said.simple.clone()],
            paths: Vec::new(),
            changes: Vec::new(),
            perhaps: Vec::new(),
            writes: Vec::new(),
            urls: Vec::new(),
            compound: false,
        };
        set.check(&effect).is_ok()
    })
}

fn words_of(said: &Said) -> Option<Vec<&str>> {
    plain_words(&said.simple.words)
}

/// The form of a command. With a word that is known only when it runs, and where it is [dangerous](deeds), only this very
/// text is granted.
fn form(simple: &SimpleCommand, wide: bool) -> Option<Vec<Slot>> {
    let is_dynamic = simple.words.iter().any(|word| matches!(word, Word::Dynamic(_)));
    let words = plain_words(&simple.words).filter(|words| !is_dynamic && deeds::of(words).is_none())?;
    forms::of(&words, wide)
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
            Word::Dynamic(text) if at > 0 && (names_files(text) || forms::is_below_home(text)) => Some(text.as_str()),
            Word::Dynamic(_) => None,
        })
        .collect()
}

/// What a command is done to opens once several sessions bring something new: what one session called ten times over it
/// may have been made to call.
fn is_open(context: &Context<'_>, mass: Mass) -> bool {
    !context.is_exact()
        && mass.bringing >= 3
        && mass.bringing as usize * 2 >= context.many()
        && (mass.missing() >= 0.1 || mass.distinct > LONGEST_LIST)
}
