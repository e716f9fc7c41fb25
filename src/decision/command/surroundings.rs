//! Where a program stands, as the text itself says: what `~`, `$PWD` and `cd` lead to, and the variables that move a place.

use super::folders::MAX_MOVES;
use super::operands::{Role, Use};
use super::places::{MAX_FOLDERS, Places, is_path};
use super::shell::{Script, Step};
use super::unfold::{from_program, program};
use super::values::{self, Variables, text};
use crate::model::effects::Word;

/// What prints the folder that a command stands in, or the one above it that git calls the project.
const PWD: [&str; 6] = [
    "$(pwd)",
    "$(pwd -P)",
    "$(pwd -L)",
    "`pwd`",
    "$(git rev-parse --show-toplevel)",
    "`git rev-parse --show-toplevel`",
];

/// How the names of variables end that hold a file, a folder or a list of them.
const OF_FILES: [&str; 8] = ["DIR", "DIRECTORY", "DIRECTORIES", "FILE", "HOME", "PATH", "TREE", "CONFIG"];

/// Whether each command stands where the `cd` before it led, since it would not run had that failed; and every change of the
/// folder is such a `cd`, to a folder that is named.
pub(super) fn is_sure_where_it_stands(script: &Script, text: &str) -> bool {
    /// They go elsewhere, or back, or run what may.
    const MOVERS: [&str; 12] =
        ["pushd", "popd", "dirs", "chdir", "eval", "source", ".", "builtin", "command", "exec", "trap", "alias"];
    let is_plain = |step: &Step| match step {
        Step::Command { words, .. } => match without_settings(words) {
            [Word::Literal(cd), Word::Dynamic(folder)] if cd == "cd" => is_below_here(folder, text),
            [Word::Literal(cd), Word::Literal(folder)] if cd == "cd" => !folder.starts_with('-') && !folder.is_empty(),
            // `git show HEAD:x`, `git add :/x`: from the top of the repository.
            [Word::Literal(git), rest @ ..] if git == "git" => {
                !rest.iter().any(|word| values::text(word).contains(':'))
            }
            [Word::Literal(name), ..] => name != "cd" && !MOVERS.contains(&name.as_str()) && !name.contains('='),
            _ => false,
        },
        Step::Value { .. } => false,
        Step::Redirect { .. } => true,
    };
    !script.branches
        && !["OLDPWD", "CDPATH", "~-", "cdpath"].iter().any(|word| text.contains(word))
        && script.steps.iter().all(is_plain)
}

/// A command without the variables that are set for it alone, where those lead nowhere.
fn without_settings(words: &[Word]) -> &[Word] {
    let leads = |text: &str| ["HOME", "PWD", "GIT_"].iter().any(|name| text.starts_with(name));
    let is_plain = |word: &Word| matches!(word, Word::Literal(text) if !leads(text));
    let command = from_program(words);
    let set = words.len() - command.len();
    if !command.is_empty() && words.iter().take(set).all(is_plain) { command } else { words }
}

/// `"$PWD/src"`, where the text only ever reads that variable. Without quotes it may be several words.
fn is_below_here(source: &str, text: &str) -> bool {
    let folder = source.strip_prefix('"').and_then(|folder| folder.strip_suffix('"')).unwrap_or_default();
    let below = folder.strip_prefix("$PWD/").or_else(|| folder.strip_prefix("${PWD}/"));
    let count = |part: &str| text.matches(part).count();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    below.is_some_and(|below| !below.is_empty() && below.chars().all(is_plain))
        && count("PWD") == count("$PWD") + count("${PWD}")
}

/// A relative folder without the names that `..` takes back.
fn tidied(folder: &str) -> String {
    if folder.starts_with(['/', '~', '$']) {
        return folder.to_owned();
    }
    let mut names: Vec<&str> = Vec::new();
    for name in folder.split('/').filter(|name| !["", "."].contains(name)) {
        match names.last() {
            Some(last) if name == ".." && *last != ".." => drop(names.pop()),
            _ => names.push(name),
        }
    }
    if names.is_empty() { ".".into() } else { names.join("/") }
}

/// The word with the folder that it stands in under one name. `old`: the one before is among those that are known.
pub(super) fn without_pwd(text: &str, old: bool) -> String {
    let mut text = text.to_owned();
    for printed in PWD {
        if text.contains(printed) {
            text = text.replace(printed, "${PWD}");
        }
    }
    for (sign, name) in [("~+", "${PWD}"), ("~-", "${OLDPWD}")] {
        if let Some(rest) = text.strip_prefix(sign).filter(|rest| rest.is_empty() || rest.starts_with('/')) {
            text = format!("{name}{rest}");
        }
    }
    if old { text.replace("${OLDPWD}", "${PWD}").replace("$OLDPWD", "${PWD}") } else { text }
}

/// A place below the folder that a command stands in starts from wherever that is: `$PWD/x` is `./x`.
pub(super) fn from_here(path: &str) -> String {
    let below = |rest: &&str| rest.is_empty() || rest.starts_with('/');
    let here = path.strip_prefix("${PWD}").or_else(|| path.strip_prefix("$PWD")).filter(below);
    match (here, path.strip_prefix("${HOME}")) {
        (Some(rest), _) => format!(".{rest}"),
        (None, Some(rest)) => format!("$HOME{rest}"),
        (None, None) => path.to_owned(),
    }
}

/// Whether the shell looks for names that a word may become: none within quotes.
pub(super) fn is_expanded(source: &str) -> bool {
    let is_quoted = source.len() > 1 && source.starts_with('"') && source.ends_with('"');
    !is_quoted && source.contains(['*', '?', '['])
}

/// What `~/x` may be besides a place of the user, since the text itself sets `HOME`.
pub(super) fn from_home(path: &str, variables: &Variables) -> Vec<String> {
    let Some(rest) = path.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/')) else {
        return Vec::new();
    };
    let below = |home: String| match (home.as_str(), rest) {
        ("", "") => "/".to_owned(),
        (home, rest) => format!("{home}{rest}"),
    };
    variables.given("HOME").into_iter().map(below).collect()
}

impl Places {
    /// The value that a program gets: a bare word as well, where the name of the variable says that it is a file.
    pub(super) fn environment(&mut self, word: &Word) {
        let text = text(word);
        let Some((name, value)) = text.split_once('=') else { return };
        if !OF_FILES.iter().any(|end| name.trim_end_matches('+').ends_with(end)) {
            return;
        }
        for part in value.split(':').filter(|part| !part.is_empty() && !is_path(part)) {
            self.word(part, matches!(word, Word::Dynamic(_)), &Role::Perhaps);
        }
    }

    /// `cd`, `pushd`: what follows starts from there.
    pub(super) fn change_folder(&mut self, name: &str, rest: &[Word]) {
        let operand = rest.iter().find(|word| text(word) == "-" || !text(word).starts_with('-'));
        let folder = operand.map(text);
        let open = matches!(operand, Some(Word::Dynamic(_)));
        if self.elsewhere || self.stays {
            return;
        }
        let known = self.moves > 0;
        self.moves += 1;
        if self.moves > MAX_FOLDERS {
            return;
        }
        let targets = match folder.as_deref() {
            // The stack holds folders that it went to before.
            None if name == "pushd" => Vec::new(),
            Some(place) if name == "pushd" && place.starts_with('+') => Vec::new(),
            None => ["~".to_owned()].into_iter().chain(from_home("~", &self.variables)).collect(),
            Some("-") => {
                let old = self.variables.given("OLDPWD");
                // Without one of those, the environment says which it is.
                if old.is_empty() && !known { vec![values::ANYTHING.to_owned()] } else { old }
            }
            Some(folder) => self.targets(folder, open),
        };
        if operand.is_none_or(|operand| text(operand) == "-") {
            targets.iter().for_each(|target| self.place(target, Use::Touched));
        }
        if self.is_sure
            && let [target] = targets.as_slice()
        {
            return self.leave_for(target);
        }
        for target in targets.into_iter().take(MAX_FOLDERS) {
            let meant = self.meant_by(&target, self.folders.len());
            self.folders.extend(meant);
        }
    }

    /// What stood elsewhere before does not any more. `cd a/..` leads back where it was, also where `a` is a link; to all
    /// other programs it leads to the folder above that one.
    fn leave_for(&mut self, target: &str) {
        let reached = self.meant_by(target, self.folders.len());
        // From the start alone, nothing is below another folder.
        let reached = if self.has_left { reached } else { vec![target.to_owned()] };
        self.folders.clear();
        for folder in reached.into_iter().flat_map(|folder| [tidied(&folder), folder]) {
            if !self.folders.contains(&folder) {
                self.folders.push(folder);
            }
        }
        self.has_left = true;
    }

    /// Every spelling of a word. After a `cd`, `$OLDPWD` is a folder that is known, whatever the text gave it before.
    pub(super) fn spellings(&self, text: &str) -> (Vec<String>, Vec<String>) {
        let (known, is_given) = (self.moves > 0, !self.variables.given("OLDPWD").is_empty());
        let (mut found, mut unknown) = self.variables.spellings(&without_pwd(text, known && !is_given));
        if known && is_given && (text.contains("OLDPWD") || text.starts_with("~-")) {
            let (more, others) = self.variables.spellings(&without_pwd(text, true));
            found.extend(more);
            unknown.extend(others);
        }
        (found, unknown)
    }

    pub(super) fn has_moved(&self) -> bool {
        !self.folders.is_empty()
    }

    /// From here on each place is read from all folders that are known.
    pub(super) fn stay(&mut self) {
        self.stays = true;
    }

    /// Whether what follows stands where the last `cd` led; hands back how it was before.
    pub(super) fn be_sure(&mut self, is_sure: bool) -> bool {
        std::mem::replace(&mut self.is_sure, is_sure)
    }

    /// Every folder that the operand of `cd` may be.
    fn targets(&mut self, folder: &str, open: bool) -> Vec<String> {
        let spellings = match open {
            true => self.variables.spellings(&without_pwd(folder, false)).0,
            false => vec![folder.to_owned()],
        };
        let mut found = Vec::new();
        for folder in spellings.iter().map(|folder| from_here(folder)) {
            found.extend(from_home(&folder, &self.variables));
            if !folder.starts_with(['/', '.', '~', '$']) {
                let lists = ["CDPATH", "cdpath"].into_iter().flat_map(|name| self.variables.given(name));
                let parts = lists.flat_map(|list| list.split(':').map(str::to_owned).collect::<Vec<_>>());
                let below: Vec<String> =
                    parts.filter(|part| !part.is_empty()).map(|part| format!("{part}/{folder}")).collect();
                below.iter().for_each(|place| self.place(place, Use::Touched));
                found.extend(below);
            }
            found.push(folder);
        }
        found
    }

    /// The folders that variables lead a program to: `GIT_WORK_TREE=x git add .`
    pub(super) fn led_by_variables(&mut self, words: &[Word]) -> Vec<String> {
        if words.first().and_then(program).as_deref() != Some("git") {
            return Vec::new();
        }
        let given: Vec<String> =
            ["GIT_DIR", "GIT_WORK_TREE"].iter().flat_map(|name| self.variables.given(name)).collect();
        let mut folders = Vec::new();
        for folder in given.into_iter().filter(|folder| !folder.is_empty()).take(MAX_MOVES) {
            self.place(&folder, Use::Touched);
            // A repository lies beside its `.git`.
            folders.extend(folder.trim_end_matches('/').strip_suffix("/.git").map(str::to_owned));
            folders.push(folder);
        }
        folders
    }
}
