//! Programs with a subcommand that runs the rest of their words in an environment: `uv run`, `bundle exec`.

use super::options::{Wrapper, command_start};
use super::unfold::{Inner, program};
use crate::model::effects::Word;

struct Runner {
    names: &'static [&'static str],
    verbs: &'static [&'static str],
    /// What stands between the verb and the command.
    own: Wrapper,
}

const NONE: Wrapper = Wrapper { names: &[], flags: "", valued: "", long_flags: &[], long_valued: &[], operands: 0 };

/// From the manuals. An option that is not listed makes what they run unknown.
const RUNNERS: &[Runner] = &[
    Runner {
        names: &["uv"],
        verbs: &["run"],
        own: Wrapper {
            flags: "qvnUm",
            valued: "pPCfi",
            long_flags: &[
                "--all-extras",
                "--all-groups",
                "--all-packages",
                "--active",
                "--dev",
                "--exact",
                "--frozen",
                "--isolated",
                "--locked",
                "--module",
                "--no-cache",
                "--no-config",
                "--no-dev",
                "--no-editable",
                "--no-env-file",
                "--no-progress",
                "--no-project",
                "--no-sync",
                "--offline",
                "--only-dev",
                "--quiet",
                "--refresh",
                "--upgrade",
                "--verbose",
            ],
            long_valued: &[
                "--cache-dir",
                "--directory",
                "--env-file",
                "--extra",
                "--group",
                "--index",
                "--index-url",
                "--extra-index-url",
                "--no-extra",
                "--no-group",
                "--only-group",
                "--package",
                "--project",
                "--python",
                "--with",
                "--with-editable",
                "--with-requirements",
            ],
            ..NONE
        },
    },
    Runner {
        names: &["poetry", "pipenv", "rye", "hatch", "volta", "pixi"],
        verbs: &["run"],
        own: Wrapper { flags: "qv", long_flags: &["--quiet", "--verbose"], ..NONE },
    },
    Runner {
        names: &["pdm"],
        verbs: &["run"],
        own: Wrapper {
            flags: "sqv",
            valued: "p",
            long_flags: &["--site-packages"],
            long_valued: &["--project"],
            ..NONE
        },
    },
    Runner {
        names: &["conda", "mamba", "micromamba"],
        verbs: &["run"],
        own: Wrapper {
            flags: "v",
            valued: "np",
            long_flags: &["--no-capture-output", "--live-stream", "--verbose", "--dev", "--debug-wrapper-scripts"],
            long_valued: &["--name", "--prefix", "--cwd"],
            ..NONE
        },
    },
    Runner {
        names: &["bundle", "bundler"],
        verbs: &["exec", "e"],
        own: Wrapper { long_flags: &["--keep-file-descriptors"], long_valued: &["--gemfile"], ..NONE },
    },
    Runner { names: &["direnv"], verbs: &["exec"], own: Wrapper { operands: 1, ..NONE } },
    Runner { names: &["rustup"], verbs: &["run"], own: Wrapper { operands: 1, long_flags: &["--install"], ..NONE } },
    Runner { names: &["pyenv", "rbenv", "nodenv", "asdf"], verbs: &["exec"], own: NONE },
];

/// Runners whose command stands behind `--`.
const BEHIND_DASHES: [&str; 8] = ["mise", "rtx", "dotenv", "dotenvx", "doppler", "op", "aws-vault", "opam"];

/// What a runner runs; nothing for a program that is none.
pub(super) fn run(name: &str, words: &[Word]) -> Vec<Inner> {
    if BEHIND_DASHES.contains(&name) {
        let mut found = behind_dashes(words);
        if ["mise", "rtx"].contains(&name) && found.is_empty() {
            found = texts(words, &["-c", "--command"], "");
        }
        return found;
    }
    let Some(runner) = RUNNERS.iter().find(|runner| runner.names.contains(&name)) else { return Vec::new() };
    let is_verb = |word: &Word| matches!(word, Word::Literal(text) if runner.verbs.contains(&text.as_str()));
    let Some(at) = words.iter().skip(1).position(is_verb) else { return Vec::new() };
    let rest = words.get(at + 1..).unwrap_or_default();
    let start = match command_start(&runner.own, rest) {
        Ok(Some(start)) => start,
        // `uv run -` reads a program.
        Ok(None) => return Vec::new(),
        Err(()) => return vec![Inner::Unknown(format!("what {name} runs"))],
    };
    let command = rest.get(start..).unwrap_or_default();
    let python = |first: &[&str]| {
        let first = first.iter().map(|word| Word::Literal((*word).to_owned()));
        vec![Inner::Words(first.chain(command.iter().cloned()).collect())]
    };
    let takes_module = |word: &Word| matches!(word, Word::Literal(text) if text == "-m" || text == "--module");
    let is_script = command.first() == Some(&Word::Literal("-".into()))
        || command.first().and_then(program).is_some_and(|name| name.ends_with(".py"));
    match name {
        "uv" if rest.iter().take(start).any(takes_module) => python(&["python", "-m"]),
        "uv" if is_script => python(&["python"]),
        _ => vec![Inner::Words(command.to_vec())],
    }
}

fn behind_dashes(words: &[Word]) -> Vec<Inner> {
    let end = words.iter().position(|word| *word == Word::Literal("--".into()));
    let rest = end.and_then(|end| words.get(end + 1..)).filter(|rest| !rest.is_empty());
    rest.map(|rest| Inner::Words(rest.to_vec())).into_iter().collect()
}

/// Texts for a shell in the values of options, in the same word or the next. `before`: what each of them continues.
fn texts(words: &[Word], options: &[&str], before: &str) -> Vec<Inner> {
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let Word::Literal(text) = word else { continue };
        let glued = options.iter().find_map(|option| {
            let value = text.strip_prefix(option).filter(|value| !value.is_empty())?;
            if option.starts_with("--") { value.strip_prefix('=') } else { Some(value.trim_start_matches('=')) }
        });
        let value = match glued {
            Some(value) => Some(Word::Literal(value.to_owned())),
            None if options.contains(&text.as_str()) => words.get(at + 1).cloned(),
            None => None,
        };
        match value {
            Some(Word::Literal(value)) => found.push(Inner::Text(format!("{before}{value}"))),
            Some(Word::Dynamic(source)) => found.push(Inner::Unknown(source)),
            None => {}
        }
    }
    found
}

/// `cargo watch -x test -s 'text' -- command`.
pub(super) fn watch(words: &[Word]) -> Vec<Inner> {
    let is = |word: &Word, wanted: &str| matches!(word, Word::Literal(text) if text == wanted);
    let is_watch = words.first().and_then(program).is_some_and(|name| name == "cargo-watch")
        || words.iter().skip(1).any(|word| is(word, "watch"));
    if !is_watch {
        return Vec::new();
    }
    if words.iter().any(|word| matches!(word, Word::Literal(text) if text.starts_with("--use-shell"))) {
        return vec![Inner::Unknown("what cargo watch runs".into())];
    }
    let mut found = texts(words, &["-s", "--shell"], "");
    found.extend(texts(words, &["-x", "--exec"], "cargo "));
    found.extend(behind_dashes(words));
    found
}

/// `cmake -E env A=1 command`, `cmake -E time command`, `cmake -E chdir folder command`.
pub(super) fn cmake(words: &[Word]) -> Vec<Inner> {
    let is = |word: Option<&Word>, wanted: &str| matches!(word, Some(Word::Literal(text)) if text == wanted);
    let Some(at) = words.iter().position(|word| is(Some(word), "-E")) else { return Vec::new() };
    let rest = match words.get(at + 1) {
        verb if is(verb, "time") => words.get(at + 2..),
        verb if is(verb, "chdir") => words.get(at + 3..),
        verb if is(verb, "env") => {
            let rest = words.get(at + 2..).unwrap_or_default();
            let own = |word: &&Word| matches!(word, Word::Literal(text) if text.starts_with("--"));
            rest.get(rest.iter().take_while(own).count()..)
        }
        _ => None,
    };
    rest.filter(|rest| !rest.is_empty()).map(|rest| Inner::Words(rest.to_vec())).into_iter().collect()
}
