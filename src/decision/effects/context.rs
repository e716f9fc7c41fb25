//! Strings that look like places and are none, by where they stand: what is typed into a page, what is looked for in one,
//! the names of a graph's nodes. Asked only of an argument that nothing declares and that is about to be taken for a path.
//!
//! A row tells the argument by its own key and by a second thing (words of the tool's name, the key above it), so that the
//! same key elsewhere keeps its meaning: `key` of `press_key` is a key of the keyboard, `key` of `read_key` a file.

use super::super::verbs;
use super::keys;

/// Where a key says something else than the table of keys.
struct Row {
    /// Words that the tool's name has, all of them.
    tool: &'static [&'static str],
    /// The object key above it.
    above: Option<&'static str>,
    /// Its own name.
    keys: &'static [&'static str],
    means: Means,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// No place, whatever it looks like.
    NoPlace,
    /// A place only where it has the form of one: `/x`, `~/x`, `../x`.
    PlaceByForm,
}

const TABLE: &[Row] = &[
    // A browser's keyboard and its forms.
    Row { tool: &["press"], above: None, keys: &["key", "keys"], means: Means::NoPlace },
    Row { tool: &["fill"], above: None, keys: &["value", "values"], means: Means::NoPlace },
    Row { tool: &["fill"], above: Some("fields"), keys: &["name"], means: Means::NoPlace },
    Row { tool: &["select", "option"], above: None, keys: &["value", "values"], means: Means::NoPlace },
    // Selectors of elements.
    Row { tool: &["browser", "click"], above: None, keys: &["target"], means: Means::NoPlace },
    Row { tool: &["browser", "hover"], above: None, keys: &["target"], means: Means::NoPlace },
    Row { tool: &["browser", "type"], above: None, keys: &["target"], means: Means::NoPlace },
    Row { tool: &["browser", "select"], above: None, keys: &["target"], means: Means::NoPlace },
    Row { tool: &["browser", "evaluate"], above: None, keys: &["target"], means: Means::NoPlace },
    Row { tool: &["browser", "drop"], above: None, keys: &["target"], means: Means::NoPlace },
    Row { tool: &["browser", "snapshot"], above: None, keys: &["target"], means: Means::NoPlace },
    Row { tool: &["browser", "screenshot"], above: None, keys: &["target"], means: Means::NoPlace },
    Row { tool: &["browser", "fill"], above: Some("fields"), keys: &["target"], means: Means::NoPlace },
    Row { tool: &["browser", "drag"], above: None, keys: &["starttarget", "endtarget"], means: Means::NoPlace },
    // References to elements, as a snapshot of the page names them.
    Row { tool: &["browser"], above: None, keys: &["ref", "startref", "endref"], means: Means::NoPlace },
    // Data that is dragged, by its media type.
    Row {
        tool: &["drop"],
        above: Some("data"),
        keys: &["textplain", "texthtml", "texturilist"],
        means: Means::NoPlace,
    },
    // A graph of knowledge.
    Row { tool: &["create", "entities"], above: Some("entities"), keys: &["name"], means: Means::NoPlace },
    Row { tool: &["relations"], above: Some("relations"), keys: &["from", "to"], means: Means::NoPlace },
    Row { tool: &["nodes"], above: None, keys: &["names"], means: Means::NoPlace },
    // What is typed into a program that runs already.
    Row { tool: &["interact", "process"], above: None, keys: &["input"], means: Means::PlaceByForm },
];

/// What the key means there; `None`: what the table of keys says.
pub fn meaning(tool: &str, above: &str, key: &str) -> Option<Means> {
    let bare =
        |name: &str| -> String { name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let (above, key) = (bare(above), bare(key));
    // `Referer: /x`: whoever sends a header opens nothing by it.
    if keys::HEADERS.contains(&above.as_str()) {
        return Some(Means::NoPlace);
    }
    let mut rows = TABLE.iter().filter(|row| row.keys.contains(&key.as_str())).peekable();
    rows.peek()?;
    let words = verbs::words(tool);
    rows.find(|row| {
        row.above.is_none_or(|wanted| wanted == above)
            && row.tool.iter().all(|wanted| words.iter().any(|word| word == wanted))
    })
    .map(|row| row.means)
}

/// How the last word of a key is called that holds a revision of git.
const REVISIONS: [&str; 15] = [
    "revision",
    "rev",
    "ref",
    "reference",
    "commit",
    "commitish",
    "commitsha",
    "treeish",
    "tree",
    "ish",
    "sha",
    "hash",
    "object",
    "blob",
    "target",
];

/// The files that a revision names: `HEAD:src/a.rs`, `:0:README.md`, `a:x..b:y`. What git shows of it is their content. It is
/// one where the server or the tool is called after git.
pub fn files_of_revision<'a>(server: &str, tool: &str, key: &str, text: &'a str) -> Vec<&'a str> {
    // `:/fix` and `^{/fix: x}` look for a message, and a time may stand in `@{10:00}`.
    if !text.contains(':') || text.starts_with(":/") || text.contains("://") || text.contains("{/") {
        return Vec::new();
    }
    let words = verbs::words(key);
    let last = words.last().map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()));
    let is_revision =
        |word: &str| REVISIONS.contains(&word) || word.strip_suffix('s').is_some_and(|one| REVISIONS.contains(&one));
    if !last.is_some_and(is_revision) || !(is_of_git(server) || is_of_git(tool)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for part in [text].into_iter().chain(text.split("..").filter(|part| part.len() < text.len())) {
        // The name of a file may hold a colon as well.
        for (before, file) in part.split_once(':').into_iter().chain(part.rsplit_once(':')) {
            let is_time = before.rsplit_once("@{").is_some_and(|(_, time)| !time.contains('}'));
            if !file.is_empty() && !is_time && !found.contains(&file) {
                found.push(file);
            }
        }
    }
    found
}

/// `git`, `git_show`, `mcp-server-git`, `gitshow`.
fn is_of_git(name: &str) -> bool {
    const VERBS: [&str; 9] = ["show", "diff", "log", "checkout", "blame", "cat", "grep", "reset", "mcp"];
    verbs::words(name).iter().any(|word| {
        word.strip_prefix("git").is_some_and(|rest| rest.is_empty() || VERBS.iter().any(|verb| rest.starts_with(verb)))
    })
}
