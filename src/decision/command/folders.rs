//! Folders that options lead to: what the program does starts from there, as it does behind a `cd`.

use super::unfold::{command_of_wrapper, program};
use super::values::{ANYTHING, text};
use crate::model::effects::Word;

struct Mover {
    programs: &'static [&'static str],
    /// Letters of short options with a folder, in the same word or the next.
    letters: &'static str,
    /// Long options, after `=` or in the next word.
    long: &'static [&'static str],
    /// Only what stands before the first operand counts: behind it, the letters mean something else.
    before_verb: bool,
}

const fn mover(programs: &'static [&'static str], letters: &'static str, long: &'static [&'static str]) -> Mover {
    Mover { programs, letters, long, before_verb: false }
}

/// From the manuals.
const MOVERS: &[Mover] = &[
    Mover { before_verb: true, ..mover(&["git"], "C", &["--git-dir", "--work-tree"]) },
    Mover { before_verb: true, ..mover(&["cargo"], "C", &[]) },
    Mover { before_verb: true, ..mover(&["go"], "C", &[]) },
    mover(&["env", "genv"], "C", &["--chdir"]),
    mover(&["sudo", "sudo-rs"], "DR", &["--chdir", "--chroot"]),
    mover(&["make", "gmake", "ninja", "samu", "meson"], "C", &["--directory"]),
    mover(&["ctest"], "", &["--test-dir"]),
    mover(&["just"], "d", &["--working-directory"]),
    mover(&["uv", "uvx", "rye"], "", &["--directory", "--project"]),
    mover(&["poetry"], "CP", &["--directory", "--project"]),
    mover(&["pdm"], "p", &["--project"]),
    mover(&["conda", "mamba", "micromamba", "bun", "hg", "turbo"], "", &["--cwd"]),
    mover(&["yarn"], "", &["--cwd"]),
    mover(&["npm", "npx"], "C", &["--prefix"]),
    mover(&["pnpm", "pnpx"], "C", &["--dir", "--prefix"]),
    mover(&["mise", "rtx"], "C", &["--cd"]),
    mover(&["composer"], "d", &["--working-dir"]),
    mover(&["gradle", "gradlew"], "p", &["--project-dir"]),
    mover(&["terraform", "tofu"], "", &["-chdir"]),
    mover(&["patch"], "d", &["--directory"]),
    mover(&["fd", "fdfind"], "C", &["--base-directory"]),
    mover(&["jq", "gojq", "jaq"], "L", &["--library-path"]),
];

/// A command changes its folder at most so often by its options.
pub(super) const MAX_MOVES: usize = 4;

/// The folders that these words lead to, in order, each with the index of its word; `words` begin with the program.
pub(super) fn folders(words: &[Word]) -> Vec<(usize, String)> {
    let Some(name) = words.first().and_then(program) else { return Vec::new() };
    let mut found = match name.as_str() {
        "cmake" => changed_by_cmake(words),
        "find" | "gfind" if has(words, &["-execdir", "-okdir"]) => vec![(0, ANYTHING.to_owned())],
        "git" if has(words, &["submodule"]) && has(words, &["foreach"]) => vec![(0, ANYTHING.to_owned())],
        "sudo" | "sudo-rs" | "su" | "runuser" if logs_in(&name, words) => vec![(usize::MAX, "~".to_owned())],
        _ => Vec::new(),
    };
    let end = command_of_wrapper(&name, words).unwrap_or(words.len());
    if let Some(mover) = MOVERS.iter().find(|mover| mover.programs.contains(&name.as_str())) {
        found.extend(mover.folders(words.get(..end).unwrap_or_default()));
    }
    found
}

impl Mover {
    fn folders(&self, words: &[Word]) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        let mut texts = words.iter().map(text).enumerate().skip(1);
        while let Some((at, word)) = texts.next() {
            match self.value(&word) {
                Some("") => found.extend(texts.next()),
                Some(folder) => found.push((at, folder.trim_start_matches('=').to_owned())),
                // The value of another option of git may stand before its verb.
                None if self.before_verb && word == "-c" => drop(texts.next()),
                None if self.before_verb && !word.starts_with(['-', '+']) => break,
                None => {}
            }
        }
        // A repository lies beside its `.git`.
        let parents: Vec<_> = found
            .iter()
            .filter_map(|(at, folder)| Some((*at, folder.trim_end_matches('/').strip_suffix("/.git")?.to_owned())))
            .collect();
        found.extend(parents);
        found
    }

    /// The folder in the same word; empty where it is the next one.
    fn value<'a>(&self, word: &'a str) -> Option<&'a str> {
        let (name, value) = word.split_once('=').map_or((word, ""), |(name, value)| (name, value));
        let is_begun = |long: &&&str| name.starts_with("--") && name.len() > 3 && long.starts_with(name);
        if self.long.contains(&name) || self.long.iter().any(|long| is_begun(&long)) {
            return Some(value);
        }
        let cluster = word.strip_prefix('-').filter(|cluster| !cluster.starts_with('-'))?;
        let at = cluster.find(|letter| self.letters.contains(letter))?;
        cluster.get(at + 1..)
    }
}

fn has(words: &[Word], wanted: &[&str]) -> bool {
    words.iter().any(|word| matches!(word, Word::Literal(text) if wanted.contains(&text.as_str())))
}

/// `cmake -E chdir folder command`.
fn changed_by_cmake(words: &[Word]) -> Vec<(usize, String)> {
    let at = words.iter().position(|word| matches!(word, Word::Literal(text) if text == "chdir"));
    at.and_then(|at| Some((at + 1, text(words.get(at + 1)?)))).into_iter().collect()
}

/// `sudo -i`, `su -`: a shell that starts in the folder of its user.
fn logs_in(name: &str, words: &[Word]) -> bool {
    let letters: &[char] = if name.starts_with("sudo") { &['i'] } else { &['l'] };
    let end = command_of_wrapper(name, words).unwrap_or(words.len());
    words.iter().take(end).skip(1).map(text).any(|word| {
        let cluster =
            word.strip_prefix('-').is_some_and(|cluster| !cluster.starts_with('-') && cluster.contains(letters));
        cluster || word == "--login" || (word == "-" && !name.starts_with("sudo"))
    })
}
