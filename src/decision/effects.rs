//! Request -> effects.
//!
//! A declared argument is read as what it is declared to be. Every other string, at any depth, in arrays and as object
//! keys, is read by the table of key names and value forms in [`keys`].

use serde_json::{Map, Value};

use crate::decision::table::Table;
use crate::model::effects::{CommandEffect, Effect, Effects, Found, Kind, What};
use crate::model::request::{Action, Request};

use super::path::{self, Standing};
use super::sql::{self, Dialect};
use super::{address, command, protections, text, url, verbs};

mod context;
mod hidden;
pub mod keys;
#[cfg(test)]
mod real_lists;

pub(super) use hidden::json_within;

use context::Means;
use keys::KeyKind;

/// What the policy, or the tool's schema, declares arguments to be. A pattern is a JSON pointer in which `*` stands for
/// any array index: `/files/*`.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    /// Argument pattern -> what it may be. Where that is more than one kind (a list of constraints), it is read as each.
    pub declared: Table<String, Vec<Kind>>,
    /// Argument pattern -> the sibling argument that its relative paths start from.
    pub relative_to: Table<String, String>,
    /// What the server's relative paths start from, as the policy writes it.
    pub root: Option<String>,
    pub dialect: Dialect,
}

/// A request and its effects, read once: the look at the world and the decision rest on the same reading.
#[derive(Debug, Clone, PartialEq)]
pub struct Matter {
    pub request: Request,
    pub effects: Effects,
}

impl Matter {
    /// `hints`: those of the policy that judges it.
    pub fn read(request: Request, hints: &Hints) -> Matter {
        Matter { effects: effects(&request, hints), request }
    }
}

/// Reads every effect off the arguments, in their order.
pub fn effects(request: &Request, hints: &Hints) -> Effects {
    let mut found = Vec::new();
    match &request.action {
        Action::Resource { uri } => read_uri(uri, hints, &mut found),
        Action::Call { tool, arguments } => {
            Reader::new(&request.server, tool, arguments, hints, verbs::takes_away(tool)).read(&mut found)
        }
        Action::Prompt { arguments, .. } | Action::Completion { argument: arguments, .. } => {
            Reader::new(&request.server, "", arguments, hints, false).read(&mut found);
        }
        Action::Sampling { .. } | Action::Elicitation { .. } => {}
    }
    Effects(found)
}

/// A resource is a place or a URL by its scheme; `docs://` and the like are the server's own names.
fn read_uri(uri: &str, hints: &Hints, found: &mut Vec<Effect>) {
    let scheme = uri.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let what = match scheme.as_str() {
        "http" | "https" | "ws" | "wss" | "ftp" => read_url(uri, Found::Form),
        "file" => {
            read_path(uri, Standing { root: hints.root.as_deref(), base: None, changes: false, found: Found::Form })
        }
        _ if keys::has_path_form(uri) => {
            read_path(uri, Standing { root: hints.root.as_deref(), base: None, changes: false, found: Found::Form })
        }
        _ => return,
    };
    found.push(Effect { argument: "/uri".into(), what });
}

fn read_path(text: &str, standing: Standing<'_>) -> What {
    match path::read(text, standing) {
        Ok(path) => What::Path(path),
        Err(why) => What::Unreadable { kind: Kind::Path, why },
    }
}

fn read_url(text: &str, found: Found) -> What {
    match url::read(text, found) {
        Ok(url) => What::Url(url),
        Err(why) => What::Unreadable { kind: Kind::Url, why },
    }
}

/// Where the walk stands.
struct Spot<'a> {
    pointer: String,
    /// The pointer with `*` for array indexes; `None` where there are none, and it is the pointer itself.
    starred: Option<String>,
    /// The nearest object key.
    key: &'a str,
    /// The object key above that.
    above: &'a str,
    in_array: bool,
}

impl<'a> Spot<'a> {
    fn member(&self, key: &'a str) -> Spot<'a> {
        let token = &*crate::model::pointer::token(key);
        let starred = self.starred.as_deref().map(|above| [above, "/", token].concat());
        let mut pointer = String::with_capacity(self.pointer.len() + 1 + token.len());
        pointer.extend([&self.pointer, "/", token]);
        Spot { pointer, starred, key, above: self.key, in_array: false }
    }

    fn element(&self, index: usize) -> Spot<'a> {
        let starred = Some([self.pattern(), "/*"].concat());
        let (key, above) = (self.key, self.above);
        Spot { pointer: format!("{}/{index}", self.pointer), starred, key, above, in_array: true }
    }

    fn pattern(&self) -> &str {
        self.starred.as_deref().unwrap_or(&self.pointer)
    }
}

struct Reader<'a> {
    server: &'a str,
    tool: &'a str,
    arguments: &'a Map<String, Value>,
    hints: &'a Hints,
    changes: bool,
    /// Arguments that other paths may be relative to: key, and one reading of the value. Each value once.
    bases: Vec<(&'a str, String)>,
    /// How many strings of JSON stand around what is read.
    unwrapped: usize,
}

impl<'a> Reader<'a> {
    fn new(
        server: &'a str,
        tool: &'a str,
        arguments: &'a Map<String, Value>,
        hints: &'a Hints,
        changes: bool,
    ) -> Reader<'a> {
        let mut bases: Vec<(&str, String)> = Vec::new();
        for (key, value) in arguments {
            let Some(value) = value.as_str().filter(|text| !text.is_empty()) else { continue };
            if keys::kind_of(key) != Some(KeyKind::Base) || bases.len() > MOST_BASES {
                continue;
            }
            for reading in readings_of_base(value) {
                if !bases.iter().any(|(_, known)| *known == reading) {
                    bases.push((key, reading));
                }
            }
        }
        Reader { server, tool, arguments, hints, changes, bases, unwrapped: 0 }
    }

    fn read(&self, found: &mut Vec<Effect>) {
        let top = Spot { pointer: String::new(), starred: None, key: "", above: "", in_array: false };
        self.object(&top, self.arguments, found);
    }

    fn object(&self, spot: &Spot<'a>, members: &'a Map<String, Value>, found: &mut Vec<Effect>) {
        let above = keys::kind_of(spot.key);
        for (key, value) in members {
            let spot = spot.member(key);
            if keys::has_path_form(key) || (above == Some(KeyKind::Path) && keys::is_file_name(key)) {
                self.paths(&spot, key, Found::Form, found);
            } else if url::looks_like_url(key) {
                if keys::climbs_out(key) {
                    self.paths(&spot, key, Found::Form, found);
                }
                found.push(Effect { argument: spot.pointer.clone(), what: read_url(key, Found::Form) });
            }
            self.value(&spot, value, found);
        }
    }

    fn value(&self, spot: &Spot<'a>, value: &'a Value, found: &mut Vec<Effect>) {
        match value {
            Value::String(text) => self.string(spot, text, found),
            Value::Array(elements) => {
                if self.is_argument_vector(spot, elements) {
                    self.argument_vector(spot, elements, found);
                    return;
                }
                for (index, element) in elements.iter().enumerate() {
                    self.value(&spot.element(index), element, found);
                }
            }
            Value::Object(members) => self.object(spot, members, found),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn declared(&self, spot: &Spot<'_>) -> Option<&[Kind]> {
        if self.hints.declared.is_empty() {
            return None;
        }
        self.hints.declared.get(spot.pattern()).map(Vec::as_slice)
    }

    fn is_argument_vector(&self, spot: &Spot<'_>, elements: &[Value]) -> bool {
        let command = match self.declared(spot) {
            Some(kinds) => kinds.contains(&Kind::Command),
            None => !spot.in_array && keys::kind_of(spot.key) == Some(KeyKind::Command),
        };
        command && !elements.is_empty() && elements.iter().all(Value::is_string)
    }

    fn argument_vector(&self, spot: &Spot<'_>, elements: &[Value], found: &mut Vec<Effect>) {
        let words: Vec<String> = elements.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        self.command(spot, &words.join(" "), command::read_argv(&words), found);
    }

    fn command(&self, spot: &Spot<'_>, written: &str, read: Result<CommandEffect, String>, found: &mut Vec<Effect>) {
        let argument = || spot.pointer.clone();
        match read {
            Ok(command) => {
                command.paths.iter().for_each(|path| self.paths(spot, path, Found::Embedded, found));
                command.changes.iter().for_each(|path| self.paths_as(spot, path, Found::Embedded, true, found));
                command.perhaps.iter().for_each(|path| self.paths(spot, path, Found::Perhaps, found));
                for text in &command.urls {
                    if let Some(file) = keys::file_of_url(text) {
                        self.paths(spot, file, Found::Embedded, found);
                    }
                    found.push(Effect { argument: argument(), what: read_url(text, Found::Embedded) });
                }
                found.push(Effect { argument: argument(), what: What::Command(command) });
            }
            Err(why) => {
                self.loose_words(spot, written, found);
                let kind = if written.trim().is_empty() { Kind::Text } else { Kind::Command };
                found.push(Effect { argument: argument(), what: What::Unreadable { kind, why } })
            }
        }
    }

    fn string(&self, spot: &Spot<'_>, text: &str, found: &mut Vec<Effect>) {
        self.json(spot, text, found);
        match self.declared(spot) {
            Some(kinds) => kinds.iter().for_each(|kind| self.read_as(*kind, Found::Declared, spot, text, found)),
            None => {
                for file in context::files_of_revision(self.server, self.tool, spot.key, text) {
                    self.paths(spot, file, Found::Embedded, found);
                }
                match guess(spot, text, self.hints.dialect) {
                    Some((Kind::Path, _)) if self.is_no_place(spot, text) => self.word(spot, text, found),
                    Some((kind, why)) => {
                        if kind != Kind::Path && keys::is_place_too(spot.key, text) && !self.is_no_place(spot, text) {
                            self.paths(spot, text, Found::Form, found);
                        }
                        self.read_as(kind, why, spot, text, found);
                    }
                    None => self.word(spot, text, found),
                }
            }
        }
    }

    fn read_as(&self, kind: Kind, why: Found, spot: &Spot<'_>, text: &str, found: &mut Vec<Effect>) {
        // What is a URL from its scheme on is no option, although `=` stands in its query.
        let is_url = kind == Kind::Url && url::looks_like_url(text);
        if kind != Kind::Text
            && !is_url
            && !text.contains(char::is_whitespace)
            && let Some(path) = keys::path_in_word(text)
        {
            // `--output=/x` where a server expects a name: the program behind it may read an option.
            self.paths(spot, path, Found::Embedded, found);
        }
        if kind == Kind::Path
            || (kind == Kind::Url && text.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("file:")))
        {
            self.paths(spot, text, why, found);
        }
        let mut push = |what| found.push(Effect { argument: spot.pointer.clone(), what });
        match kind {
            Kind::Path => {}
            Kind::Url => push(read_url(text, why)),
            Kind::Sql => push(match sql::read(text, self.hints.dialect) {
                Ok(sql) => What::Sql(sql),
                Err(why) => What::Unreadable { kind, why },
            }),
            Kind::Command => self.command(spot, text, command::read_shell(text), found),
            Kind::Address => match address::read(text) {
                Ok(addresses) => addresses.into_iter().for_each(|address| push(What::Address(address))),
                Err(why) => push(What::Unreadable { kind, why }),
            },
            Kind::Text => push(What::Text(text::read(text))),
        }
    }

    /// What looks like a path and is none, by where it stands.
    fn is_no_place(&self, spot: &Spot<'_>, text: &str) -> bool {
        match context::meaning(self.tool, spot.above, spot.key) {
            Some(Means::NoPlace) => true,
            Some(Means::PlaceByForm) => !keys::has_path_form(text) && !protections::is_protected_name(text),
            None => false,
        }
    }

    /// A string of no known kind may still hold a path the way a command-line word does.
    fn word(&self, spot: &Spot<'_>, text: &str, found: &mut Vec<Effect>) {
        let is_word = spot.in_array && !text.contains(char::is_whitespace);
        if let Some(path) = is_word.then(|| keys::path_in_word(text)).flatten() {
            self.paths(spot, path, Found::Embedded, found);
        }
    }

    /// A path, once for each folder that it may be relative to. Which one the server takes is only known where the policy
    /// says so (`relative_to`): a server that does not know an argument `cwd` starts from its own.
    fn paths(&self, spot: &Spot<'_>, text: &str, found: Found, effects: &mut Vec<Effect>) {
        self.paths_as(spot, text, found, self.changes, effects);
    }

    fn paths_as(&self, spot: &Spot<'_>, text: &str, found: Found, changes: bool, effects: &mut Vec<Effect>) {
        let is_base = keys::kind_of(spot.key) == Some(KeyKind::Base);
        let mut push = |base: Option<&str>| {
            let root = self.hints.root.as_deref();
            let standing = Standing { root, base, changes: changes && !is_base, found };
            effects.push(Effect { argument: spot.pointer.clone(), what: read_path(text, standing) });
        };
        match self.hints.relative_to.get(spot.pattern()).and_then(|sibling| self.arguments.get(sibling)) {
            Some(Value::String(declared)) => {
                readings_of_base(declared).iter().for_each(|reading| push(Some(reading)));
            }
            Some(_) => push(None),
            None => {
                push(None);
                self.bases.iter().filter(|(key, _)| *key != spot.key).for_each(|(_, value)| push(Some(value)));
                if self.bases.len() > MOST_BASES {
                    let why = "more folders to start from than any call has".to_owned();
                    let what = What::Unreadable { kind: Kind::Path, why };
                    effects.push(Effect { argument: spot.pointer.clone(), what });
                }
            }
        }
    }
}

/// So many folders a path may be relative to; each costs a look at every path.
const MOST_BASES: usize = 16;

/// The folder as each server may read it; one that cannot be read is denied where it stands itself.
fn readings_of_base(written: &str) -> Vec<String> {
    match path::readings(written) {
        Ok(readings) => readings.of(written).map(str::to_owned).collect(),
        Err(_) => vec![written.to_owned()],
    }
}

/// What an undeclared string is, and why one thinks so.
fn guess(spot: &Spot<'_>, text: &str, dialect: Dialect) -> Option<(Kind, Found)> {
    if text.is_empty() {
        // To many servers an empty path is the folder that they stand in.
        let is_path = matches!(keys::kind_of(spot.key), Some(KeyKind::Path | KeyKind::Base));
        return is_path.then_some((Kind::Path, Found::Key));
    }
    if url::looks_like_url(text) {
        return Some((Kind::Url, Found::Form));
    }
    let key = keys::kind_of(spot.key);
    let one_line = !text.contains('\n');
    match key {
        Some(KeyKind::Path | KeyKind::Base) => return Some((Kind::Path, Found::Key)),
        Some(KeyKind::MaybePath)
            if one_line && text.len() < 4096 && (is_separated(text) || text == "." || text == "..") =>
        {
            return Some((Kind::Path, Found::Key));
        }
        Some(KeyKind::Url) if one_line => return Some((Kind::Url, Found::Key)),
        Some(KeyKind::MaybeUrl)
            if one_line && (text.contains(['.', ':', '/']) || text.eq_ignore_ascii_case("localhost")) =>
        {
            return Some((Kind::Url, Found::Key));
        }
        Some(KeyKind::Address) if text.contains('@') => return Some((Kind::Address, Found::Key)),
        Some(KeyKind::Sql) => return Some((Kind::Sql, Found::Key)),
        Some(KeyKind::MaybeSql) if is_sql(text, dialect) => return Some((Kind::Sql, Found::Key)),
        Some(KeyKind::Command) => return Some((Kind::Command, Found::Key)),
        _ => {}
    }
    let prose = matches!(key, Some(KeyKind::Text | KeyKind::Other | KeyKind::MaybeSql));
    if !prose && (keys::has_path_form(text) || protections::is_protected_name(text)) {
        return Some((Kind::Path, Found::Form));
    }
    if !prose && text.contains('@') && address::looks_like_addresses(text) {
        return Some((Kind::Address, Found::Form));
    }
    None
}

/// Holds a separator and reads as one word or a file name, not as prose: `src/a.rs`, `My Files/x.txt`.
fn is_separated(text: &str) -> bool {
    keys::has_path_form(text) || (text.contains(['/', '\\']) && !text.contains("://") && !text.contains(", "))
}

const SQL_VERBS: [&str; 24] = [
    "select", "insert", "update", "delete", "with", "create", "drop", "alter", "truncate", "explain", "pragma", "copy",
    "merge", "replace", "grant", "revoke", "call", "begin", "commit", "attach", "vacuum", "show", "describe", "set",
];

/// Whether free text under `query` is SQL: it begins with a verb of SQL, and reads as such, or is nothing but such
/// verbs could begin (`drop table`, `delete from`), so that broken SQL is not taken for prose.
fn is_sql(text: &str, dialect: Dialect) -> bool {
    let head = text.trim_start_matches(|c: char| c.is_whitespace() || c == '(' || c == ';');
    let verb: String = head.chars().take_while(char::is_ascii_alphabetic).flat_map(char::to_lowercase).collect();
    let comment = head.starts_with("--") || head.starts_with("/*");
    comment || (SQL_VERBS.contains(&verb.as_str()) && (sql::read(text, dialect).is_ok() || dialect != Dialect::Generic))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paths(arguments: Value) -> Vec<(String, String)> {
        paths_of("tool", arguments, &Hints::default())
    }

    fn paths_of(tool: &str, arguments: Value, hints: &Hints) -> Vec<(String, String)> {
        let Value::Object(arguments) = arguments else { panic!() };
        let found = effects(&Request::call("s", tool, arguments), hints).0.into_iter();
        found
            .filter_map(|effect| match effect.what {
                What::Path(path) => Some((effect.argument, path.written)),
                _ => None,
            })
            .collect()
    }

    fn pair(argument: &str, path: &str) -> (String, String) {
        (argument.into(), path.into())
    }

    #[test]
    fn paths_are_found_at_any_key_in_arrays_nested_objects_and_object_keys() {
        assert_eq!(paths(json!({"path": "README.md"})), [pair("/path", "README.md")]);
        assert_eq!(
            paths(json!({"paths": ["/etc/shadow", "a"]})),
            [pair("/paths/0", "/etc/shadow"), pair("/paths/1", "a")]
        );
        assert_eq!(paths(json!({"zebra": {"deep": [{"x": "/etc/passwd"}]}})), [pair("/zebra/deep/0/x", "/etc/passwd")]);
        assert_eq!(paths(json!({"edits": {"/etc/a~b": "text"}})), [pair("/edits/~1etc~1a~0b", "/etc/a~b")]);
        assert_eq!(paths(json!({"source": "a/b", "destination": "../c"})).len(), 2);
        assert_eq!(paths(json!({"uri": "file:///etc/passwd"})), [pair("/uri", "file:///etc/passwd")]);
        let words = paths(json!({"args": ["--out=/x/y", "@/etc/passwd", "-v"]}));
        assert!(
            words.contains(&pair("/args/0", "/x/y")) && words.contains(&pair("/args/1", "/etc/passwd")),
            "{words:?}"
        );
        assert!(!words.iter().any(|(argument, _)| argument == "/args/2"), "{words:?}");
    }

    #[test]
    fn free_text_that_mentions_a_path_is_none() {
        assert_eq!(paths(json!({"content": "/etc/passwd", "message": "fix ../x", "body": "~/x"})), []);
        assert_eq!(paths(json!({"note2": "see /etc/passwd for more", "title": "and/or"})), []);
        assert_eq!(paths(json!({"pattern": "/foo/", "xpath": "//div", "route": "/api"})), []);
        assert_eq!(paths(json!({"timezone": "Europe/Berlin", "timeZone": "Asia/Tokyo"})), []);
    }

    #[test]
    fn a_relative_path_belongs_to_the_sibling_that_names_its_folder() {
        let arguments = json!({"repo_path": "/p/web", "files": ["a"]});
        let Value::Object(arguments) = arguments else { panic!() };
        let found = effects(&Request::call("git", "git_add", arguments), &Hints::default()).0;
        let bases: Vec<_> = found
            .iter()
            .map(|effect| match &effect.what {
                What::Path(path) => path.base.clone(),
                _ => None,
            })
            .collect();
        assert_eq!(
            bases,
            [None, Some("/p/web".to_owned()), None],
            "the files by either folder, then the folder itself"
        );
    }

    #[test]
    fn a_declared_argument_is_read_as_declared() {
        let hints =
            Hints { declared: Table::from_iter([("/notes/*".to_owned(), vec![Kind::Path])]), ..Hints::default() };
        assert_eq!(paths_of("t", json!({"notes": ["plain"]}), &hints), [pair("/notes/0", "plain")]);
        assert_eq!(paths(json!({"notes": ["plain"]})), []);
    }
}
