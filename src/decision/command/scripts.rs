//! The little languages of awk and sed: whether a program in them only reads and prints, and which files it names.

use super::values::ANYTHING;
use crate::decision::effects::keys;

/// The files that a script of this program names.
pub(super) fn files(program: &str, script: &str) -> Vec<String> {
    match program {
        "sed" | "gsed" => sed_files(script),
        "awk" | "gawk" | "mawk" | "nawk" => [awk_files(script), quoted_paths(script)].concat(),
        // A key may look like a path; only these open one.
        "jq" | "gojq" | "jaq" if script.contains("import") || script.contains("include") => quoted_paths(script),
        "yq" => loaded_by_yq(script),
        _ => Vec::new(),
    }
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
    for (at, name) in script.match_indices("load") {
        let rest = script.get(at + name.len()..).unwrap_or_default();
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').trim_start();
        let Some(argument) = rest.strip_prefix('(') else { continue };
        let file = argument.trim_start().strip_prefix('"').and_then(|text| text.split('"').next());
        // A name that the script makes up is known only when it runs.
        found.push(file.unwrap_or(ANYTHING).to_owned());
    }
    found
}

/// What stands behind `r`, `R`, `w` and `W`, and behind the `w` of an `s`, up to the end of the line. Where a command before
/// it is not known, every such letter may be one.
fn sed_files(script: &str) -> Vec<String> {
    if is_plain_sed(script) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for line in script.lines() {
        for (at, letter) in line.char_indices().filter(|(_, letter)| "rRwW".contains(*letter)) {
            let begins = line.get(..at).and_then(|before| before.chars().next_back());
            // A command stands behind an address, a flag or a separator, and never within a word.
            let file = line.get(at + letter.len_utf8()..).unwrap_or_default();
            let is_command = begins.is_none_or(|before| !before.is_alphabetic() || "gpiIeMm".contains(before));
            if is_command && !file.trim().is_empty() && file.starts_with([' ', '\t', '/', '.', '~']) {
                found.push(file.trim().trim_end_matches('}').trim_end().to_owned());
            }
        }
    }
    found
}

/// The texts that `>`, `>>` and `<` stand before.
fn awk_files(script: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in script.match_indices(['>', '<']) {
        let rest =
            script.get(at + 1..).unwrap_or_default().trim_start_matches('>').trim_start_matches([' ', '\t', '(']);
        let file = rest.strip_prefix('"').and_then(|rest| rest.split('"').next());
        found.extend(file.filter(|file| !file.is_empty()).map(str::to_owned));
    }
    // A file that the script puts among its operands.
    for (at, name) in script.match_indices("ARGV") {
        let rest = script.get(at + name.len()..).unwrap_or_default().trim_start();
        if !rest.starts_with('[') {
            // Under another name it can be filled in many ways.
            found.push(ANYTHING.to_owned());
        }
        let value = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(_, rest)| rest.trim_start());
        let value = value.and_then(|rest| rest.strip_prefix('=')).filter(|rest| !rest.starts_with('='));
        let Some(value) = value.map(str::trim_start) else { continue };
        // Whatever is put together is known only when it runs.
        let ends =
            |rest: &str| rest.trim_start_matches([' ', '\t']).is_empty() || rest.trim_start().starts_with([';', '}']);
        let quoted = value.strip_prefix('"').and_then(|text| text.split_once('"'));
        let file = quoted.filter(|(_, rest)| ends(rest)).map_or(ANYTHING, |(file, _)| file);
        found.extend(Some(file).filter(|file| !file.is_empty()).map(str::to_owned));
    }
    found
}

/// Indexes of the words that may run or write something.
pub(super) fn awk(texts: &[&str]) -> Vec<usize> {
    let risky = |text: &str| ["system", "getline", "|", ">", "@"].iter().any(|word| text.contains(word));
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
    let is_risky = |(_, text): &(usize, &&str)| risky(text) || option(text);
    texts
        .iter()
        .enumerate()
        .skip(1)
        .filter(is_risky)
        .flat_map(|(index, text)| [index, index + usize::from(option(text))])
        .collect()
}

/// Indexes of scripts that hold more than plain commands, and of options that read scripts or write in place.
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
                if !texts.get(at).is_some_and(|script| is_plain_sed(script)) {
                    found.push(at);
                }
            }
            option if option.starts_with("--expression=") => {
                script_seen = true;
                if !option.split_once('=').is_some_and(|(_, script)| is_plain_sed(script)) {
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
                if !is_plain_sed(script) {
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
            rest = sed_until(pattern, '/')?.trim_start_matches('I');
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
    sed_until(sed_until(rest, delimiter)?, delimiter)
}

/// Past the next delimiter. Inside brackets some seds end the part there and others do not.
fn sed_until(text: &str, delimiter: char) -> Option<&str> {
    let (mut shielded, mut bracket) = (false, false);
    for (index, c) in text.char_indices() {
        match c {
            _ if shielded => shielded = false,
            '\\' => shielded = true,
            c if c == delimiter && bracket => return None,
            c if c == delimiter => return text.get(index + c.len_utf8()..),
            '[' => bracket = true,
            ']' => bracket = false,
            _ => {}
        }
    }
    None
}
