//! Where a program stands, as the text itself says: what `~`, `$PWD` and `cd` lead to, and the variables that move a place.

use super::folders::MAX_MOVES;
use super::operands::{Role, Use};
use super::places::{MAX_FOLDERS, Places, is_path};
use super::unfold::program;
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
        if self.elsewhere {
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
        for target in targets.into_iter().take(MAX_FOLDERS) {
            let joined = self.below_last(&target);
            self.folders.extend(joined);
            self.folders.push(target);
        }
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
