//! Words of git: which are files, and which name a revision.

use super::operands::{Role, Roles, Use};
use super::places::is_path;

/// Their operands are branches and commits, never files.
const OF_REVISIONS: [&str; 8] = ["merge", "rebase", "switch", "branch", "cherry-pick", "revert", "merge-base", "tag"];

/// Their operands may be either, where no `--` says which: a file is what no revision has the name of.
const OF_BOTH: [&str; 14] = [
    "diff",
    "log",
    "show",
    "checkout",
    "reset",
    "rev-list",
    "shortlog",
    "whatchanged",
    "difftool",
    "format-patch",
    "fast-export",
    "bisect",
    "stash",
    "reflog",
];

/// Which of their operands is another repository: a name that was given to one, or its folder.
const OF_REPOSITORIES: [(&str, usize); 7] =
    [("clone", 0), ("fetch", 0), ("pull", 0), ("push", 0), ("ls-remote", 0), ("submodule", 1), ("remote", 2)];

/// Options with a value in the next word that is no file, and the verbs that take them.
const VALUED: [(&[&str], &[&str]); 5] = [
    (
        &["log", "show", "rev-list", "shortlog", "whatchanged", "reflog", "format-patch", "diff", "difftool"],
        &[
            "-S",
            "-G",
            "--author",
            "--committer",
            "--grep",
            "--since",
            "--until",
            "--after",
            "--before",
            "--max-count",
            "--skip",
        ],
    ),
    // To the others it means that what they print is numbered.
    (&["log", "show", "rev-list", "whatchanged", "reflog"], &["-n"]),
    (&["checkout"], &["-b", "-B", "--orphan", "--conflict"]),
    (
        &["commit"],
        &[
            "-C",
            "-c",
            "--reuse-message",
            "--reedit-message",
            "--fixup",
            "--squash",
            "--author",
            "--date",
            "--cleanup",
            "--trailer",
        ],
    ),
    (
        &["clone", "fetch", "pull", "push", "submodule", "remote"],
        &["-b", "--branch", "-o", "--origin", "--push-option", "--depth", "-j", "--jobs", "--name", "-s", "-X", "-t"],
    ),
];

/// Their operands are files.
const OF_FILES: [&str; 18] = [
    "commit",
    "status",
    "merge-file",
    "interpret-trailers",
    "mergetool",
    "add",
    "stage",
    "apply",
    "am",
    "restore",
    "init",
    "ls-files",
    "hash-object",
    "check-ignore",
    "check-attr",
    "update-index",
    "checkout-index",
    "diff-files",
];

/// Their operands are files that go away, with all below them.
const GONE: [&str; 3] = ["rm", "mv", "clean"];

/// Options before the verb, with a folder in the same word or the next.
const FOLDERS: [&str; 3] = ["-C", "--git-dir", "--work-tree"];

/// Verbs that keep a message, which their `-m` holds.
const OF_MESSAGES: [&str; 6] = ["commit", "tag", "merge", "notes", "stash", "revert"];

/// Where the names of other repositories' branches start by convention.
const REMOTES: [&str; 4] = ["origin/", "upstream/", "refs/", "remotes/"];

/// What each word after `git` is.
pub(super) fn roles(texts: &[String]) -> Roles {
    let mut words = Vec::new();
    let mut verb = "";
    let (mut ended, mut awaits_pattern) = (false, false);
    let without_index = texts.iter().any(|text| text == "--no-index");
    let ends = texts.iter().any(|text| text == "--");
    let (mut before, mut cloned, mut operands, mut patterns) = ("", false, 0, Vec::new());
    for text in texts {
        let role = match text.as_str() {
            _ if ended && GONE.contains(&verb) => Role::Tree,
            _ if ended => Role::File,
            "--" => {
                ended = true;
                Role::Word
            }
            _ if verb.is_empty() && FOLDERS.contains(&before) => Role::File,
            _ if verb.is_empty() && before == "-c" => Role::Word,
            _ if OF_MESSAGES.contains(&verb) && takes_message(before) => Role::Nothing,
            value if takes_pattern(verb, before) && !value.starts_with('-') => {
                patterns.extend(value.rsplit_once(':').filter(|_| before == "-L" && verb != "blame"));
                Role::Nothing
            }
            value if is_valued(verb, before) && !value.starts_with('-') => Role::Word,
            option if glued_file(verb, option).is_some() => {
                Role::Glued(glued_file(verb, option).unwrap_or_default().to_owned())
            }
            option if option.starts_with('-') => {
                awaits_pattern &= !(option.starts_with("-e") || option.starts_with("-f"));
                Role::Word
            }
            name if verb.is_empty() => {
                verb = name;
                awaits_pattern = name == "grep";
                Role::Word
            }
            _ if verb == "grep" && before == "-e" => Role::Nothing,
            _ if verb == "grep" && ["-A", "-B", "-C", "-m"].contains(&before) => Role::Word,
            _ if awaits_pattern => {
                awaits_pattern = false;
                Role::Nothing
            }
            _ if verb == "restore" && ["-s", "--source"].contains(&before) => Role::Word,
            _ if GONE.contains(&verb) => Role::Tree,
            file if verb == "config" => setting(before, file, operands),
            _ if without_index || OF_FILES.contains(&verb) || (verb == "grep" && (before == "-f" || !ends)) => {
                Role::File
            }
            _ if verb == "clone" && std::mem::replace(&mut cloned, true) => Role::File,
            word if ["-F", "--file"].contains(&before) && !word.is_empty() => Role::File,
            word if is_revision(verb, word, ends) => Role::Nothing,
            word => either(verb, word, operands),
        };
        // What is no option and no value of one.
        let is_operand = !verb.is_empty() && verb != text && !text.starts_with('-') && !is_valued(verb, before);
        operands += usize::from(is_operand);
        words.push(role);
        before = text;
    }
    let mut roles = Roles { words, ..Roles::default() };
    super::pathspecs::read(verb, texts, &mut roles);
    // The lines of a file: `-L /a/,+5:src/a.rs`.
    roles.more.extend(patterns.into_iter().map(|(_, file)| (file.to_owned(), Use::Touched)));
    let dry = texts.iter().any(|text| text == "--dry-run" || (is_cluster(text) && text.contains('n')));
    if verb == "clean" && !dry && !roles.words.contains(&Role::Tree) {
        roles.more.push((".".into(), Use::Changed));
    }
    roles
}

fn is_cluster(text: &str) -> bool {
    text.starts_with('-') && !text.starts_with("--")
}

/// `-m`, `-am`, `--message`: the next word is prose.
fn takes_message(option: &str) -> bool {
    option == "--message" || (is_cluster(option) && option.ends_with('m'))
}

/// The file of a message, the folder of a repository.
fn glued_file<'a>(verb: &str, option: &'a str) -> Option<&'a str> {
    if verb.is_empty()
        && let Some((name, folder)) = option.split_once('=')
    {
        return FOLDERS.contains(&name).then_some(folder).filter(|folder| !folder.is_empty());
    }
    let short = ["commit", "merge", "tag", "notes"].contains(&verb).then(|| option.strip_prefix("-F")).flatten();
    option.strip_prefix("--file=").or(short).filter(|file| !file.is_empty())
}

/// A word of `git config`: the name of a setting is none of a file, and its value is one by its form alone.
fn setting(before: &str, text: &str, operands: usize) -> Role {
    const VERBS: [&str; 3] = ["get", "set", "unset"];
    let is_name = operands == 0 || (operands == 1 && VERBS.contains(&before));
    let leads = text.contains(['/', '\\']) || text.starts_with(['~', '.']);
    match before {
        "-f" | "--file" => Role::File,
        // A file of a revision.
        "--blob" => Role::Glued(text.rsplit_once(':').map_or(text, |(_, file)| file).to_owned()),
        _ if is_name || !leads => Role::Nothing,
        _ => Role::Word,
    }
}

fn is_valued(verb: &str, option: &str) -> bool {
    VALUED.iter().any(|(verbs, options)| verbs.contains(&verb) && options.contains(&option))
}

/// Whether the next word is a pattern of what is looked for, or of lines.
fn takes_pattern(verb: &str, option: &str) -> bool {
    match option {
        "-L" => ["blame", "annotate", "log", "show"].contains(&verb),
        "-S" | "-G" | "--grep" | "--author" | "--committer" => is_valued(verb, option),
        _ => false,
    }
}

/// A word that git takes for a revision and for nothing else.
fn is_revision(verb: &str, word: &str, ends: bool) -> bool {
    !leads(word) && (OF_REVISIONS.contains(&verb) || (OF_BOTH.contains(&verb) && ends))
}

/// Whether the word leads somewhere if git takes it for a file.
fn leads(word: &str) -> bool {
    word.starts_with(['/', '~', '.'])
        || word.contains([':', '\\'])
        || word.split('/').any(|part| matches!(part, "" | "." | ".."))
}

/// A word that may be a revision or a file. `operands`: so many stand before it.
fn either(verb: &str, word: &str, operands: usize) -> Role {
    let is_repository = OF_REPOSITORIES.contains(&(verb, operands));
    let is_range = word.contains("..");
    let is_remote = REMOTES.iter().any(|remote| word.starts_with(remote));
    // What has the form of a place needs a grant as well, but for what nobody gives a file for a name.
    let is_bare = !is_path(word) && !word.contains([':', '=', ',']);
    let is_name = OF_BOTH.contains(&verb) && !leads(word) && (is_range || is_remote);
    let may_be_both = is_repository || OF_BOTH.contains(&verb);
    if may_be_both && (is_bare || is_name) { Role::Perhaps } else { Role::Word }
}
