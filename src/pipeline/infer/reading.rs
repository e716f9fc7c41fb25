//! What an argument is by its name, and by its first words: cheap questions that come before the readers of `decision`.

use serde_json::{Map, Value};

use crate::decision::effects::keys::{self, KeyKind};

/// `command`, `cmd`, `script` ...
pub fn is_command_name(name: &str) -> bool {
    keys::kind_of(name) == Some(KeyKind::Command)
}

/// `sql`, `query`, `statement` ...
pub fn is_sql_name(name: &str) -> bool {
    matches!(keys::kind_of(name), Some(KeyKind::Sql | KeyKind::MaybeSql))
}

/// `path`, `file`, `directory` ...
pub fn is_path_name(name: &str) -> bool {
    matches!(keys::kind_of(name), Some(KeyKind::Path | KeyKind::Base | KeyKind::MaybePath))
}

/// `repo_path`, `cwd`: what other paths of the call are relative to.
pub fn is_base_name(name: &str) -> bool {
    keys::kind_of(name) == Some(KeyKind::Base)
}

/// `url`, `uri`, `link` ...
pub fn is_url_name(name: &str) -> bool {
    keys::kind_of(name) == Some(KeyKind::Url)
}

/// A name by which every value does something: a place, a link, a command, a statement.
pub fn is_effect_name(name: &str) -> bool {
    use KeyKind::{Address, Base, Command, Path, Sql, Url};
    matches!(keys::kind_of(name), Some(Path | Base | Url | Address | Sql | Command))
}

/// A name that says: nobody reads this as a path, an address or a command.
pub fn is_text_name(name: &str) -> bool {
    keys::kind_of(name) == Some(KeyKind::Text)
}

/// Begins as a statement does.
pub fn looks_like_sql(text: &str) -> bool {
    let first = text.trim_start().split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default().to_lowercase();
    let verbs = [
        "select", "insert", "update", "delete", "with", "create", "drop", "alter", "truncate", "pragma", "explain",
        "show", "grant", "revoke", "begin", "commit", "rollback", "merge", "replace", "copy", "call", "vacuum",
        "attach", "set", "describe", "values",
    ];
    verbs.contains(&first.as_str()) && text.trim().len() > first.len()
}

/// A key as one step of a JSON pointer (RFC 6901).
pub fn escape(key: &str) -> String {
    crate::model::pointer::token(key).into_owned()
}

/// The string at a JSON pointer into the arguments; an argument vector is its words.
pub fn at(arguments: &Map<String, Value>, pointer: &str) -> Option<String> {
    let mut steps = pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"));
    let mut value = arguments.get(&steps.next()?)?;
    for step in steps {
        value = match value {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?)?,
            other => other.get(&step)?,
        };
    }
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => Some(items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")),
        _ => None,
    }
}
