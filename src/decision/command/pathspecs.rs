//! Words of git that name a place in a form of its own: `:(top)x`, `HEAD:x`, `--reference x`, `worktree add x`.

use super::operands::{Role, Roles, Use};

/// Options with a file or a folder, after `=` or in the next word.
const FILES: [&str; 18] = [
    "--output",
    "--output-directory",
    "--reference",
    "--reference-if-able",
    "--separate-git-dir",
    "--template",
    "--directory",
    "--pathspec-from-file",
    "--prefix",
    "--exclude-from",
    "--ignore-revs-file",
    "--contents",
    "--index-output",
    "--export-marks",
    "--import-marks",
    "--add-file",
    "--add-virtual-file",
    "--index-file",
];

/// Short options with one, and the verbs for which they mean that.
const SHORT: [(&str, &[&str]); 4] = [
    ("-o", &["archive", "format-patch"]),
    ("-O", &["diff", "log", "show", "format-patch"]),
    ("-X", &["ls-files"]),
    ("-S", &["blame", "annotate"]),
];

/// Verbs whose words with a colon are branches here and there, or other machines.
const OF_REMOTES: [&str; 9] =
    ["push", "fetch", "pull", "clone", "remote", "ls-remote", "submodule", "commit", "config"];

/// Verbs whose first operand is a revision, or a verb of their own, and all others are files.
const AFTER_FIRST: [&str; 6] = ["archive", "ls-tree", "read-tree", "bundle", "diff-tree", "diff-index"];

/// Adds what these words name. `roles` has one role for each.
pub(super) fn read(verb: &str, texts: &[String], roles: &mut Roles) {
    let operands = operands(verb, texts, roles);
    for at in files(verb, texts, &operands) {
        if let Some(role) = roles.words.get_mut(at)
            && matches!(role, Role::Word | Role::Nothing | Role::Perhaps)
        {
            *role = Role::File;
        }
    }
    let mut found = Vec::new();
    for (text, role) in texts.iter().zip(&roles.words) {
        if *role == Role::Nothing {
            continue;
        }
        found.extend(value_of(verb, text).filter(|(_, value)| !value.is_empty()).map(|(_, value)| value.to_owned()));
        // The lines of a file: `-L1,5:src/a.rs`.
        if let Some((_, file)) = text.strip_prefix("-L").and_then(|lines| lines.rsplit_once(':')) {
            found.push(file.to_owned());
        }
        if let Some(rest) = text.strip_prefix(':') {
            found.extend(without_magic(rest));
        } else if !text.starts_with('-') && !OF_REMOTES.contains(&verb) && !text.contains("://") {
            found.extend(text.rsplit_once(':').map(|(_, path)| path.to_owned()));
            found.extend(text.split_once(':').map(|(_, path)| path.to_owned()));
        }
    }
    roles.more.extend(found.into_iter().filter(|place| !place.is_empty()).map(|place| (place, Use::Touched)));
}

/// The option of a file, and the value if it is in the same word.
fn value_of<'a>(verb: &str, text: &'a str) -> Option<(&'static str, &'a str)> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    // git takes any beginning of a long option.
    let is_long = |long: &&&str| **long == name || (name.starts_with("--") && name.len() > 4 && long.starts_with(name));
    if let Some(long) = FILES.iter().find(is_long) {
        return Some((long, value));
    }
    SHORT
        .iter()
        .filter(|(_, verbs)| verbs.contains(&verb))
        .find_map(|(short, _)| text.strip_prefix(short).map(|value| (*short, value)))
}

/// The indexes of the words behind the verb that are neither options nor values of options that name files.
fn operands(verb: &str, texts: &[String], roles: &Roles) -> Vec<usize> {
    let Some(start) = texts.iter().position(|text| text == verb) else { return Vec::new() };
    let takes_next = |before: &String| {
        value_of(verb, before).is_some_and(|(_, value)| value.is_empty())
            || ["-b", "-B", "--reason"].contains(&before.as_str())
    };
    (start + 1..texts.len())
        .filter(|at| {
            let text = texts.get(*at).map(String::as_str).unwrap_or_default();
            let follows = texts.get(at - 1).is_some_and(takes_next);
            !text.starts_with('-') && !follows && roles.words.get(*at) != Some(&Role::Nothing)
        })
        .collect()
}

/// The indexes of the words that are files.
fn files(verb: &str, texts: &[String], operands: &[usize]) -> Vec<usize> {
    let follows_option = |at: &usize| {
        let before = at.checked_sub(1).and_then(|at| texts.get(at));
        before.and_then(|before| value_of(verb, before)).is_some_and(|(_, value)| value.is_empty())
    };
    let mut found: Vec<usize> = (1..texts.len()).filter(follows_option).collect();
    let second = operands.first().and_then(|at| texts.get(*at)).map(String::as_str).unwrap_or_default();
    match verb {
        // What follows the place is a revision.
        "worktree" if second == "add" => found.extend(operands.get(1)),
        "worktree" | "sparse-checkout" => found.extend(operands.iter().skip(1)),
        "submodule" if second == "add" => found.extend(operands.get(2)),
        "blame" | "annotate" => found.extend(operands.last()),
        "bundle" => found.extend(operands.get(1)),
        verb if AFTER_FIRST.contains(&verb) => found.extend(operands.iter().skip(1)),
        _ => {}
    }
    found
}

/// What is left of a pathspec behind its signs, or of the name of an entry in the index.
fn without_magic(rest: &str) -> Vec<String> {
    let path = match rest.strip_prefix('(').and_then(|magic| magic.split_once(')')) {
        Some((_, path)) => path,
        None => rest.trim_start_matches(['/', '!', '^', ':']),
    };
    // `:/` alone is the root of the project.
    let path = if path.is_empty() { "." } else { path };
    let entry = path.split_once(':').map(|(_, entry)| entry.to_owned());
    entry.into_iter().chain([path.to_owned()]).collect()
}
