//! Forms of commands: which words of a command may vary, and how closely a pattern can hold each of them.

use super::places;

/// Programs that look, compare, count or print: whatever their further words are, they change nothing. Options that
/// make one of them run or write something stay outside of every wildcard (`decision::command`). Every other program
/// without verbs stays word for word: nobody can tell what its further words would do.
const LOOKS: [&str; 47] = [
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
    "tr",
    "tree",
    "uname",
    "wc",
    "which",
    "whoami",
];

/// Whether a program of this name does nothing but look.
pub fn only_looks(program: &str) -> bool {
    LOOKS.contains(&program)
}

/// Of those, the ones whose operands are words and no files; and those of which the first operand is one.
const SAYS: [&str; 7] = ["basename", "date", "dirname", "echo", "expr", "printf", "tr"];
const SEARCHES: [&str; 5] = ["egrep", "fgrep", "grep", "jq", "rg"];

/// A program whose first words say what it does.
struct Verbs {
    programs: &'static [&'static str],
    /// How many words do, as its manual lists its commands.
    words: usize,
    /// First words that stand for a group of commands: one word more does.
    groups: &'static [&'static str],
    /// Only its verbs that look may open: its others act on other machines.
    acts_elsewhere: bool,
}

const fn verbs(programs: &'static [&'static str], words: usize, groups: &'static [&'static str]) -> Verbs {
    Verbs { programs, words, groups, acts_elsewhere: false }
}

const fn elsewhere(programs: &'static [&'static str], words: usize, groups: &'static [&'static str]) -> Verbs {
    Verbs { programs, words, groups, acts_elsewhere: true }
}

/// How many verbs a program has: the source is each program's own manual.
const VERBS: &[Verbs] = &[
    verbs(
        &["git"],
        1,
        &["stash", "remote", "worktree", "submodule", "bisect", "notes", "lfs", "flow", "reflog", "bundle", "subtree"],
    ),
    verbs(&["gh", "glab"], 2, &[]),
    verbs(&["uv"], 1, &["pip", "tool", "python", "cache", "self", "auth"]),
    verbs(&["poetry"], 1, &["env", "cache", "self", "source", "debug"]),
    verbs(&["pip", "pip3"], 1, &["cache", "config", "index"]),
    verbs(
        &["npm", "pnpm", "yarn"],
        1,
        &[
            "cache",
            "config",
            "token",
            "team",
            "owner",
            "access",
            "dist-tag",
            "org",
            "profile",
            "workspace",
            "workspaces",
        ],
    ),
    verbs(&["cargo"], 1, &["nextest"]),
    verbs(&["go"], 1, &["mod", "work", "tool", "telemetry"]),
    verbs(&["brew"], 1, &["services", "bundle"]),
    verbs(&["dotnet"], 1, &["nuget", "tool", "sln", "add", "remove", "list", "workload"]),
    verbs(&["bundle"], 1, &["config", "plugin"]),
    verbs(&["npx", "make", "just", "apt", "mvn", "gradle"], 1, &[]),
    elsewhere(
        &["docker", "podman", "nerdctl"],
        1,
        &[
            "container",
            "image",
            "volume",
            "network",
            "compose",
            "system",
            "builder",
            "buildx",
            "context",
            "secret",
            "service",
            "stack",
            "swarm",
            "node",
            "config",
            "plugin",
            "manifest",
            "trust",
        ],
    ),
    elsewhere(&["kubectl", "oc"], 2, &[]),
    elsewhere(&["terraform", "tofu"], 1, &["state", "workspace", "providers"]),
    elsewhere(&["helm"], 1, &["repo", "plugin", "dependency", "get", "show", "search"]),
    elsewhere(&["aws"], 2, &[]),
    // Their groups are nested as deep as it takes.
    elsewhere(&["az", "gcloud"], 4, &[]),
];

/// Verbs that look, build or test: what they are given says what at, and one word more or less makes them do nothing else.
const LOOKING: [&str; 34] = [
    "bench",
    "blame",
    "build",
    "cat-file",
    "check",
    "checks",
    "clippy",
    "describe",
    "diff",
    "doc",
    "explain",
    "fmt",
    "freeze",
    "get",
    "grep",
    "history",
    "info",
    "inspect",
    "lint",
    "list",
    "log",
    "logs",
    "ls",
    "ls-files",
    "outdated",
    "rev-parse",
    "search",
    "shortlog",
    "show",
    "status",
    "test",
    "tree",
    "view",
    "why",
];

/// Verbs that reach out, run what they are given, or change what later commands do.
const REACHES_OUT: [&str; 25] = [
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
    "secrets",
    "auth",
    "alias",
    "upload",
    "login",
    "explore",
    "fetch",
];

/// Signs that end the part of a name that says what kind of name it is: `feat-12`, `v:3`.
const JOINTS: [char; 7] = ['-', '_', ':', '@', '=', '#', '+'];

/// What may stand in the place of a word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// This word.
    Word(String),
    /// Any one word.
    Any,
    /// What begins and ends so, within one folder.
    Between(String, String),
    /// A path of so many parts below this folder.
    Below(String, usize),
}

/// The words that say what is done: the program, and its verbs where it has them.
pub fn head<'w>(words: &'w [&'w str]) -> &'w [&'w str] {
    let many = verbs_of(words).map_or(0, |verbs| {
        let grouped = words.get(1).is_some_and(|first| verbs.groups.contains(first));
        verbs.words + usize::from(grouped)
    });
    let options = words.iter().skip(1).take(many).position(|word| word.starts_with('-'));
    words.get(..=options.unwrap_or(many)).unwrap_or(words)
}

/// Among how many of its operands the verbs of a program stand; of one that is not known, two.
pub fn verbs_in(program: &str, operands: &[&str]) -> usize {
    verbs_of(&[program]).map_or(2, |verbs| {
        verbs.words + usize::from(operands.first().is_some_and(|first| verbs.groups.contains(first)))
    })
}

fn name<'w>(words: &[&'w str]) -> &'w str {
    let program = words.first().copied().unwrap_or_default();
    program.rsplit('/').next().unwrap_or(program)
}

fn verbs_of(words: &[&str]) -> Option<&'static Verbs> {
    let name = name(words);
    VERBS.iter().find(|verbs| verbs.programs.contains(&name))
}

/// Whether its verbs look.
fn looks(words: &[&str]) -> bool {
    let head = head(words);
    let is_looking = |word: &&str| {
        LOOKING.contains(word) || ["describe-", "list-", "get-"].iter().any(|start| word.starts_with(start))
    };
    // Of these the verb comes first, and then what it is of.
    let at = if ["kubectl", "oc"].contains(&name(words)) { head.get(1) } else { head.last() };
    at.is_some_and(is_looking)
}

/// The form of a command, if commands like it may open: word by word what may stand there. `wide`: below a folder rather than in it.
///
/// What is done never varies: neither the program, nor its verbs, nor an option, since one word of these makes it do
/// something else (`gh repo delete`, `git reset --hard`). What it is done to varies within what was seen: a file in its
/// folder, a name in its series. Any word at all is let in only where it is a text (what is searched for, what a commit says) or where
/// the verb only looks, since no pattern can keep an option or a path out of one whole word.
pub fn of(words: &[&str], wide: bool) -> Option<Vec<Slot>> {
    let head = head(words);
    let verbs = verbs_of(words);
    let may_open = match verbs {
        Some(verbs) => {
            let said = head.get(1..).unwrap_or_default();
            let reaches_out = said.iter().any(|word| REACHES_OUT.contains(word)) && head != ["git", "add"];
            !said.is_empty() && !reaches_out && (!verbs.acts_elsewhere || looks(words))
        }
        None => only_looks(name(words)),
    };
    if !may_open {
        return None;
    }
    let mut slots: Vec<Slot> = head.iter().map(|word| Slot::Word((*word).to_owned())).collect();
    let mut operands = 0;
    for at in head.len()..words.len() {
        let word = words.get(at).copied().unwrap_or_default();
        let is_any = is_text(words, at, operands) || is_count(words, at);
        operands += usize::from(!word.starts_with('-'));
        slots.push(if is_any { Slot::Any } else { slot(words, word, wide) });
    }
    Some(slots)
}

/// What is printed, searched for, or said of a commit.
fn is_text(words: &[&str], at: usize, operands: usize) -> bool {
    let (name, word) = (name(words), words.get(at).copied().unwrap_or_default());
    let before = at.checked_sub(1).and_then(|before| words.get(before)).copied().unwrap_or_default();
    let says =
        name == "git" && ["commit", "tag", "stash", "merge"].contains(&words.get(1).copied().unwrap_or_default());
    if says && ["-m", "-am", "--message"].contains(&before) {
        return true;
    }
    let named = verbs_of(words).is_some() && looks(words) && !word.contains('/');
    !word.starts_with('-') && (named || SAYS.contains(&name) || (SEARCHES.contains(&name) && operands == 0))
}

/// `head -n 20`
fn is_count(words: &[&str], at: usize) -> bool {
    let options: &[&str] = match name(words) {
        "head" | "tail" => &["-n", "-c", "--lines", "--bytes"],
        "grep" | "egrep" | "fgrep" | "rg" => &["-m", "-A", "-B", "-C", "--max-count", "--context"],
        "tree" => &["-L"],
        _ => &[],
    };
    let digits = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let before = at.checked_sub(1).and_then(|before| words.get(before));
    before.is_some_and(|before| options.contains(before)) && words.get(at).is_some_and(digits)
}

/// A file in its folder, a name in its series; all else is that word.
fn slot(words: &[&str], word: &str, wide: bool) -> Slot {
    let same = || Slot::Word(word.to_owned());
    if word.starts_with('-') || word.contains("://") || !is_plain(word) {
        return same();
    }
    let (bare, here) = match word.strip_prefix("./") {
        Some(bare) => (bare, "./"),
        None => (word, ""),
    };
    let Some((folder, file)) = bare.rsplit_once('/') else { return in_the_project(words, bare, here) };
    let parts: Vec<&str> = folder.split('/').collect();
    let is_odd = |part: &&str| part.is_empty() || matches!(*part, "." | "..");
    if is_odd(&file) {
        return same();
    }
    if let Some(folder) = folder.strip_prefix('/') {
        let parts: Vec<String> = folder.split('/').map(str::to_owned).collect();
        let odd = parts.iter().any(|part| is_odd(&part.as_str()));
        return match odd || !places::may_be_granted("", &parts) {
            true => same(),
            false => Slot::Between(format!("/{folder}/"), ending(file, wide)),
        };
    }
    match parts.first() {
        _ if parts.iter().any(is_odd) => same(),
        Some(first) if wide => Slot::Below(format!("{here}{first}"), parts.len()),
        _ => Slot::Between(format!("{here}{folder}/"), ending(file, wide)),
    }
}

/// The project's own folder never opens: a kind of file in it does, and a series of names.
fn in_the_project(words: &[&str], word: &str, here: &str) -> Slot {
    let reads = only_looks(name(words)) || head(words) == ["git", "add"];
    let kind = ending(word, false);
    if reads && !kind.is_empty() {
        return Slot::Between(here.to_owned(), kind);
    }
    match word.find(JOINTS) {
        Some(end) if end > 0 && here.is_empty() => {
            Slot::Between(word.get(..=end).unwrap_or(word).to_owned(), String::new())
        }
        _ => Slot::Word(format!("{here}{word}")),
    }
}

/// `.rs`
fn ending(file: &str, wide: bool) -> String {
    let kind = places::kind_of(file).filter(|kind| !wide && kind.starts_with(|c: char| c.is_ascii_alphabetic()));
    kind.map(|kind| format!(".{kind}")).unwrap_or_default()
}

/// The pattern of commands of one form: a word that never varied is that word.
pub fn pattern(slots: &[Slot], members: &[Vec<&str>]) -> String {
    let words = slots.iter().enumerate().map(|(at, slot)| {
        let mut seen = members.iter().filter_map(|words| words.get(at).copied());
        let first = seen.next().unwrap_or_default();
        if seen.all(|word| word == first) {
            return quote(first);
        }
        match slot {
            Slot::Word(word) => quote(word),
            Slot::Any => "*".to_owned(),
            Slot::Between(start, end) => format!("{start}*{end}"),
            Slot::Below(folder, depth) => {
                below(folder, *depth, members.iter().filter_map(|words| words.get(at).copied()))
            }
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The parts of these paths below a folder, a star for each that varied.
fn below<'w>(folder: &str, depth: usize, words: impl Iterator<Item = &'w str>) -> String {
    let mut parts: Vec<Option<&str>> = Vec::new();
    for word in words {
        let rest = word.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')).unwrap_or(word);
        if parts.is_empty() {
            parts = rest.split('/').map(Some).collect();
        } else {
            for (known, part) in parts.iter_mut().zip(rest.split('/')) {
                *known = known.filter(|known| *known == part);
            }
        }
    }
    parts.truncate(depth);
    std::iter::once(folder).chain(parts.iter().map(|part| part.unwrap_or("*"))).collect::<Vec<_>>().join("/")
}

/// `~/a/b`
pub fn is_below_home(word: &str) -> bool {
    word.strip_prefix("~/").is_some_and(is_plain)
}

fn is_plain(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "-_./:=,+@%".contains(c))
}

/// A word as a pattern writes it.
pub fn quote(word: &str) -> String {
    // In quotes a tilde would be no home directory.
    if is_plain(word) || is_below_home(word) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}
