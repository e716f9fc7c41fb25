//! The little languages of awk and sed: whether a program in them only reads and prints, and which files it names.

mod awk;
mod sed;

use std::collections::HashSet;

use super::values::ANYTHING;
use crate::decision::effects::keys;

/// What a script opens and runs besides the operands of its program.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub files: Vec<String>,
    /// What a shell runs.
    pub texts: Vec<String>,
    /// It opens or runs something that is known only then.
    is_open: bool,
    /// What is among the files.
    known: HashSet<String>,
}

/// A script that names more files in more folders may open anything.
const MAX_SEARCHED: usize = 4096;

impl Script {
    fn file(&mut self, file: &str) {
        if !file.is_empty() && file != "-" && self.known.insert(file.to_owned()) {
            self.files.push(file.to_owned());
        }
    }

    fn text(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.texts.push(text.to_owned());
        }
    }

    /// It opens and runs nothing.
    fn is_plain(&self) -> bool {
        self.files.is_empty() && self.texts.is_empty() && !self.is_open
    }

    fn anything(&mut self) {
        self.is_open = true;
        self.file(ANYTHING);
    }
}

/// Whether its scripts can open files that no word names.
pub(super) fn is_known(program: &str) -> bool {
    ["sed", "gsed", "awk", "gawk", "mawk", "nawk", "jq", "gojq", "jaq", "yq"].contains(&program)
}

/// What a script of this program names. `open`: its variables are put in by the shell.
pub(super) fn read(program: &str, script: &str, open: bool) -> Script {
    let reader: fn(&str) -> Script = match program {
        "sed" | "gsed" => sed::read,
        "awk" | "gawk" | "mawk" | "nawk" => awk::read,
        "jq" | "gojq" | "jaq" => imported_by_jq,
        "yq" => |script| Script { files: loaded_by_yq(script), ..Script::default() },
        _ => return Script::default(),
    };
    if !open {
        return reader(script);
    }
    match without_variables(script) {
        Some(script) => reader(&script),
        None => {
            let mut found = Script::default();
            found.anything();
            found
        }
    }
}

/// A number in the place of each variable and of what a command prints. `None`: the script is nothing else.
fn without_variables(script: &str) -> Option<String> {
    let (mut found, mut rest, mut has_own) = (String::new(), script, false);
    while let Some(at) = rest.find(['$', '`']) {
        let (before, after) = rest.split_at(at);
        has_own |= !before.trim().is_empty();
        found.push_str(before);
        let inner = after.get(1..).unwrap_or_default();
        let length = match inner.chars().next() {
            _ if after.starts_with('`') => inner.find('`').map_or(inner.len(), |end| end + 1),
            Some('{') => inner.find('}').map_or(inner.len(), |end| end + 1),
            Some('(') => inner.rfind(')').map_or(inner.len(), |end| end + 1),
            Some(c) if c.is_ascii_alphanumeric() || c == '_' => {
                inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(inner.len())
            }
            _ => 0,
        };
        found.push_str(if length > 0 { "1" } else { "$" });
        rest = inner.get(length..).unwrap_or_default();
    }
    has_own |= !rest.trim().is_empty();
    found.push_str(rest);
    has_own.then_some(found)
}

/// `import "x" as y`, `include "x"`, and the folder that stands behind `search`.
fn imported_by_jq(script: &str) -> Script {
    let mut found = Script::default();
    let quoted = |rest: &str| -> Option<Option<String>> {
        let (text, after) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
        let ends = after.trim_start().starts_with([';', ',', '}', ']', '{', 'a']);
        Some(Some(text.to_owned()).filter(|text| ends && !text.contains('\\')))
    };
    for word in ["import", "include"] {
        for (at, _) in script.match_indices(word) {
            match script.get(at + word.len()..).and_then(quoted) {
                Some(Some(file)) => found.file(&file),
                Some(None) => found.anything(),
                None => {}
            }
        }
    }
    if found.files.is_empty() {
        return found;
    }
    if found.files.len().saturating_mul(script.matches("search").count()) > MAX_SEARCHED {
        found.anything();
        return found;
    }
    let names = found.files.clone();
    for (at, word) in script.match_indices("search") {
        let value = script.get(at + word.len()..).unwrap_or_default().trim_start_matches('"').trim_start();
        let Some(value) = value.strip_prefix(':').map(str::trim_start) else { continue };
        match quoted(value) {
            Some(Some(folder)) => {
                names.iter().for_each(|file| found.file(&format!("{folder}/{file}")));
            }
            _ => found.anything(),
        }
    }
    found
}

/// Texts in quotes that have the form of a path: `load("/x")`, `ARGV[1]="/x"`.
fn quoted_paths(script: &str) -> Vec<String> {
    let texts = script.split('"').skip(1).step_by(2).chain(script.split('"').skip(2).step_by(2));
    texts.filter(|text| keys::has_path_form(text) && !text.contains(char::is_whitespace)).map(str::to_owned).collect()
}

/// What yq loads: `load("x")`, `load_str("x")`, `loadstr("x")`, however it looks.
fn loaded_by_yq(script: &str) -> Vec<String> {
    // The text of a program that the script makes up.
    let mut found: Vec<String> = script.contains("eval").then(|| ANYTHING.to_owned()).into_iter().collect();
    let mut seen = 0;
    for (at, name) in script.match_indices("load") {
        // In the name that has been read already.
        if at < seen {
            continue;
        }
        let rest = script.get(at + name.len()..).unwrap_or_default();
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
        seen = script.len() - rest.len();
        let rest = rest.trim_start();
        let Some(argument) = rest.strip_prefix('(') else { continue };
        let text = argument.trim_start().strip_prefix('"').and_then(|text| text.split_once('"'));
        let file = text.filter(|(_, after)| after.trim_start().starts_with(')')).map(|(file, _)| file);
        // A name that the script makes up is known only when it runs.
        found.push(file.unwrap_or(ANYTHING).to_owned());
    }
    found
}

/// Indexes of the words that may run or write something.
pub(super) fn awk(texts: &[&str]) -> Vec<usize> {
    let risky = |text: &str| ["system", "getline", "|", ">", "@"].iter().any(|word| text.contains(word));
    // A variable and a separator are no script.
    let is_valued = |text: &str| ["-v", "-F", "--assign", "--field-separator"].contains(&text);
    let is_set = |text: &str| ["-v", "-F", "--assign=", "--field-separator="].iter().any(|set| text.starts_with(set));
    let option = |text: &str| {
        [
            "-f",
            "-e",
            "-l",
            "-i",
            "-E",
            "-D",
            "--file",
            "--source",
            "--load",
            "--include",
            "--exec",
            "--profile",
            "--dump",
            "-p",
            "-o",
            "-d",
        ]
        .iter()
        .any(|option| text.starts_with(option))
    };
    let mut found = Vec::new();
    let mut at = 1;
    while let Some(text) = texts.get(at) {
        if option(text) {
            found.extend([at, at + 1]);
        } else if !is_set(text) && risky(text) && !awk::read(text).is_plain() {
            found.push(at);
        }
        at += if is_valued(text) { 2 } else { 1 };
    }
    found
}

/// Indexes of scripts that open or run something, and of options that read scripts or write in place.
pub(super) fn sed(texts: &[&str]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut script_seen = false;
    let mut at = 1;
    while let Some(text) = texts.get(at) {
        let takes_script = *text == "-e" || *text == "--expression" || is_script_cluster(text);
        match *text {
            _ if takes_script => {
                script_seen = true;
                at += 1;
                if !texts.get(at).is_some_and(|script| sed::read(script).is_plain()) {
                    found.push(at);
                }
            }
            option if option.starts_with("--expression=") => {
                script_seen = true;
                if !option.split_once('=').is_some_and(|(_, script)| sed::read(script).is_plain()) {
                    found.push(at);
                }
            }
            // Only options that neither run, read nor write.
            "-n" | "-E" | "-r" | "-s" | "-u" | "-z" | "--quiet" | "--silent" | "--regexp-extended" | "--separate"
            | "--null-data" | "--posix" | "--sandbox" | "--version" | "--help" | "-nE" | "-nr" | "-En" => {}
            // They write the files that are named. A value, if any, is in the same word.
            "-i" | "--in-place" | "-ni" | "-Ei" | "-ri" | "-iE" => found.push(at),
            option if option.starts_with('-') => {
                script_seen |= option.starts_with("-e") || option.starts_with("-f") || option.starts_with("--f");
                found.extend([at, at + 1]);
            }
            script if !script_seen => {
                script_seen = true;
                if !sed::read(script).is_plain() {
                    found.push(at);
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

fn is_script_cluster(text: &str) -> bool {
    ["-ne", "-Ee", "-re", "-nEe", "-nre", "-se"].contains(&text)
}

/// Addresses, `s` with harmless flags, `y`, and commands of one letter that touch nothing but the text.
fn is_plain_sed(script: &str) -> bool {
    let mut rest = script;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\n', ';', '{', '}']);
        if rest.is_empty() {
            return true;
        }
        let Some(after) = sed_address(rest) else { return false };
        rest = after.trim_start_matches([' ', '!']);
        let mut chars = rest.chars();
        match chars.next() {
            Some('p' | 'd' | 'q' | '=' | 'D' | 'P' | 'n' | 'N' | 'g' | 'G' | 'h' | 'H' | 'x' | '{' | '}') => {
                rest = chars.as_str()
            }
            Some(command @ ('s' | 'y')) => {
                let Some(after) = sed_parts(chars.as_str()) else { return false };
                let flags = after.trim_start_matches(|c: char| "gpiI".contains(c) || c.is_ascii_digit());
                if command == 'y' && flags != after {
                    return false;
                }
                rest = flags;
            }
            _ => return false,
        }
        if !(rest.is_empty() || rest.starts_with([' ', '\t', '\n', ';', '{', '}'])) {
            return false;
        }
    }
}

fn sed_address(script: &str) -> Option<&str> {
    let mut rest = script;
    loop {
        if let Some(pattern) = rest.strip_prefix('/') {
            rest = sed_until(pattern, '/', false)?.trim_start_matches('I');
        } else {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '$' || c == '~' || c == '+');
        }
        match rest.strip_prefix(',') {
            Some(second) => rest = second,
            None => return Some(rest),
        }
    }
}

/// Past the two parts of `s/a/b/`.
fn sed_parts(script: &str) -> Option<&str> {
    let delimiter = script.chars().next().filter(|c| !c.is_alphanumeric() && *c != '\\' && *c != '\n')?;
    let rest = script.get(delimiter.len_utf8()..)?;
    sed_until(sed_until(rest, delimiter, false)?, delimiter, false)
}

/// Past the next delimiter. Inside brackets some seds end the part there and others do not (`shields`): without saying which,
/// it cannot be told.
fn sed_until(text: &str, delimiter: char, shields: bool) -> Option<&str> {
    let (mut shielded, mut bracket) = (false, false);
    for (index, c) in text.char_indices() {
        match c {
            _ if shielded => shielded = false,
            '\\' => shielded = true,
            c if c == delimiter && bracket && shields => {}
            c if c == delimiter && bracket => return None,
            c if c == delimiter => return text.get(index + c.len_utf8()..),
            '[' => bracket = true,
            ']' => bracket = false,
            _ => {}
        }
    }
    None
}
