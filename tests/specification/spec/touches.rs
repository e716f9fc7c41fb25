//! What a request would touch, read off its arguments (DESIGN 3.6): a declared argument is what it is declared to be, any
//! other string is what its key or its form says.

use std::collections::BTreeMap;

use mcp_remit::model::policy::{Args, Constraint, Document, Server, Tool};
use mcp_remit::model::request::{Action, Request};
use serde_json::{Map, Value};

use super::{hosts, places, protections, words};

/// One thing that is touched, and the argument that says so.
#[derive(Debug)]
pub struct Touch {
    pub argument: String,
    pub what: What,
}

#[derive(Debug)]
pub enum What {
    Path {
        readings: Vec<String>,
        root: Option<String>,
        base: Option<String>,
        takes_away: bool,
        /// No grant need hold it: it may be something else.
        perhaps: bool,
    },
    /// A path of which nobody can tell the place.
    Nowhere,
    Url(hosts::Url),
    Address,
    /// Something that no rule about places, hosts or addresses speaks of.
    Other,
}

/// What an argument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Path,
    Url,
    Address,
    Sql,
    Command,
    Text,
}

/// What the constraints of a tool declare: by pointer, `*` for any index.
#[derive(Default)]
struct Declared {
    kinds: BTreeMap<String, Vec<Kind>>,
    relative_to: BTreeMap<String, String>,
}

impl Declared {
    fn tool(&mut self, tool: &Tool) {
        if let Args::Listed(listed) = &tool.args {
            listed.iter().for_each(|(name, constraint)| self.constraint(&member("", name), constraint));
        }
    }

    fn constraint(&mut self, at: &str, constraint: &Constraint) {
        let mut is = |kind: Kind, at: String| self.kinds.entry(at).or_default().push(kind);
        match constraint {
            Constraint::Paths { relative_to, .. } => {
                is(Kind::Path, at.to_owned());
                if let Some(sibling) = relative_to {
                    self.relative_to.insert(at.to_owned(), sibling.clone());
                }
            }
            Constraint::Urls(_) => [at.to_owned(), format!("{at}/*")].into_iter().for_each(|at| is(Kind::Url, at)),
            Constraint::Emails(_) => {
                [at.to_owned(), format!("{at}/*")].into_iter().for_each(|at| is(Kind::Address, at));
            }
            Constraint::Sql(_) => is(Kind::Sql, at.to_owned()),
            Constraint::Commands(_) => is(Kind::Command, at.to_owned()),
            Constraint::Text(_) => is(Kind::Text, at.to_owned()),
            Constraint::Each(each) => self.constraint(&format!("{at}/*"), each),
            Constraint::Fields { fields, .. } => {
                fields.iter().for_each(|(name, inner)| self.constraint(&member(at, name), inner));
            }
            Constraint::Not(inner) => self.constraint(at, inner),
            Constraint::All(inner) | Constraint::AnyOf(inner) => {
                inner.iter().for_each(|inner| self.constraint(at, inner));
            }
            _ => {}
        }
    }
}

fn member(at: &str, key: &str) -> String {
    format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The rule of the variant that a call chooses.
pub fn variant<'a>(tool: &'a Tool, arguments: &Map<String, Value>) -> Option<&'a Tool> {
    let variants = tool.variants.as_ref()?;
    variants.of.get(arguments.get(&variants.by)?.as_str()?)
}

/// Everything that the request touches.
pub fn touches(document: &Document, request: &Request) -> Vec<Touch> {
    let server = document.servers.get(&request.server);
    let root = server.and_then(|server| server.root.clone());
    let mut reader = Reader { root, ..Reader::default() };
    match &request.action {
        Action::Resource { uri } => reader.resource(uri),
        Action::Prompt { arguments, .. } | Action::Completion { argument: arguments, .. } => reader.read(arguments),
        Action::Call { tool, arguments } => {
            reader.takes_away = takes_away(request);
            if let Some(rules) = server.and_then(|server: &Server| server.tools.get(tool)) {
                reader.declared.tool(rules);
                if let Some(variant) = variant(rules, arguments) {
                    reader.declared.tool(variant);
                }
            }
            reader.read(arguments);
        }
        Action::Sampling { .. } | Action::Elicitation { .. } => {}
    }
    reader.found
}

/// Whether what the request names is gone afterwards, with all beneath it.
pub fn takes_away(request: &Request) -> bool {
    matches!(&request.action, Action::Call { tool, .. } if ["move_file", "delete"].contains(&tool.as_str()))
}

#[derive(Default)]
struct Reader {
    declared: Declared,
    root: Option<String>,
    takes_away: bool,
    perhaps: bool,
    arguments: Map<String, Value>,
    found: Vec<Touch>,
}

/// Where a value stands.
#[derive(Clone)]
struct Spot {
    at: String,
    pattern: String,
    key: String,
    in_array: bool,
}

impl Reader {
    fn read(&mut self, arguments: &Map<String, Value>) {
        self.arguments = arguments.clone();
        let top = Spot { at: String::new(), pattern: String::new(), key: String::new(), in_array: false };
        self.value(&top, &Value::Object(arguments.clone()));
    }

    fn resource(&mut self, uri: &str) {
        if let Some(url) = uri.strip_prefix("http").and_then(|_| hosts::read_url(uri)) {
            self.touch("/uri", What::Url(url));
        } else if uri.starts_with("file:") || has_path_form(uri) {
            self.path("/uri", uri, None);
        }
    }

    fn touch(&mut self, at: &str, what: What) {
        self.found.push(Touch { argument: at.to_owned(), what });
    }

    fn path(&mut self, at: &str, text: &str, base: Option<String>) {
        self.path_by(at, text, base, self.takes_away);
    }

    fn path_by(&mut self, at: &str, text: &str, base: Option<String>, takes_away: bool) {
        let what = match places::readings(text) {
            Some(readings) => {
                let (root, perhaps) = (self.root.clone(), self.perhaps);
                What::Path { readings, root, base, takes_away, perhaps }
            }
            None => What::Nowhere,
        };
        self.touch(at, what);
    }

    /// A path starts from the sibling that the policy names; else from the server's own folder, and from each sibling
    /// that is a folder by its key.
    fn paths(&mut self, spot: &Spot, text: &str) {
        let takes_away = self.takes_away && !is_base(&spot.key);
        let sibling = self.declared.relative_to.get(&spot.pattern).and_then(|name| self.arguments.get(name)).cloned();
        if let Some(sibling) = sibling {
            let Some(sibling) = sibling.as_str() else { return self.path_by(&spot.at, text, None, takes_away) };
            for folder in places::readings(sibling).unwrap_or_else(|| vec![sibling.to_owned()]) {
                self.path_by(&spot.at, text, Some(folder), takes_away);
            }
            return;
        }
        self.path_by(&spot.at, text, None, takes_away);
        let folders = self.arguments.clone().into_iter().filter(|(key, _)| is_base(key) && *key != spot.key);
        for (_, folder) in folders {
            if let Some(folder) = folder.as_str().filter(|folder| !folder.is_empty()) {
                for folder in places::readings(folder).unwrap_or_else(|| vec![folder.to_owned()]) {
                    self.path_by(&spot.at, text, Some(folder), takes_away);
                }
            }
        }
    }

    fn value(&mut self, spot: &Spot, value: &Value) {
        match value {
            Value::String(text) => self.string(spot, text),
            Value::Array(items) if self.is_argument_vector(spot, items) => {
                let line: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                self.command(spot, &[line]);
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let at = format!("{}/{index}", spot.at);
                    let pattern = format!("{}/*", spot.pattern);
                    self.value(&Spot { at, pattern, key: spot.key.clone(), in_array: true }, item);
                }
            }
            Value::Object(members) => {
                for (key, value) in members {
                    let (at, pattern) = (member(&spot.at, key), member(&spot.pattern, key));
                    let here = Spot { at, pattern, key: key.clone(), in_array: false };
                    if has_path_form(key)
                        || climbs_out(key)
                        || (key_kind(&spot.key) == Some(Key::Path) && is_file_name(key))
                    {
                        self.paths(&here, key);
                    }
                    self.value(&here, value);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn is_argument_vector(&self, spot: &Spot, items: &[Value]) -> bool {
        let command = match self.declared.kinds.get(&spot.pattern) {
            Some(kinds) => kinds.contains(&Kind::Command),
            None => !spot.in_array && key_kind(&spot.key) == Some(Key::Command),
        };
        command && !items.is_empty() && items.iter().all(Value::is_string)
    }

    fn string(&mut self, spot: &Spot, text: &str) {
        let is_text = match self.declared.kinds.get(&spot.pattern) {
            Some(kinds) => kinds.iter().all(|kind| [Kind::Text, Kind::Sql].contains(kind)),
            None => matches!(key_kind(&spot.key), Some(Key::Text | Key::Other | Key::Sql)),
        };
        // Some servers take a list or an object within a string for what it says.
        if let Some(value) = json_within(text).filter(|_| !is_text) {
            self.value(spot, &value);
        }
        let embedded = (!text.contains(char::is_whitespace)).then(|| path_in_word(text)).flatten();
        let kinds = match self.declared.kinds.get(&spot.pattern) {
            Some(kinds) => kinds.clone(),
            None => guess(&spot.key, text),
        };
        if kinds.iter().any(|kind| *kind != Kind::Text) || (kinds.is_empty() && spot.in_array) {
            embedded.into_iter().for_each(|path| self.paths(spot, path));
        }
        for kind in kinds {
            match kind {
                Kind::Path => self.paths(spot, text),
                Kind::Url => {
                    if text.starts_with("file:") {
                        self.paths(spot, text);
                    }
                    let url = hosts::read_url(text).or_else(|| hosts::own_share(text));
                    // Nobody can tell where it leads.
                    let none = if hosts::has_url_form(text) { What::Nowhere } else { What::Other };
                    self.touch(&spot.at, url.map_or(none, What::Url));
                }
                // Whom it reaches, nobody may be able to tell; it goes outside.
                Kind::Address => self.touch(&spot.at, What::Address),
                Kind::Command => self.command(spot, &words::commands(text)),
                Kind::Sql | Kind::Text => self.touch(&spot.at, What::Other),
            }
        }
    }

    fn command(&mut self, spot: &Spot, commands: &[Vec<&str>]) {
        for named in commands.iter().flat_map(|words| words::named_by(words)) {
            match named {
                words::Named::Path(path) => self.paths(spot, &path),
                words::Named::Gone(path) => {
                    let takes_away = std::mem::replace(&mut self.takes_away, true);
                    self.paths(spot, &path);
                    self.takes_away = takes_away;
                }
                words::Named::Perhaps(word) => {
                    self.perhaps = true;
                    self.paths(spot, &word);
                    self.perhaps = false;
                }
                words::Named::Url(url) => self.touch(&spot.at, hosts::read_url(&url).map_or(What::Other, What::Url)),
            }
        }
        self.touch(&spot.at, What::Other);
    }
}

/// The list or object that a string spells.
pub fn json_within(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().filter(|value: &Value| value.is_array() || value.is_object())
}

/// What a key's name says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Path,
    Base,
    MaybePath,
    Url,
    Address,
    Sql,
    Command,
    Text,
    Other,
}

/// The rows of the table of key names that the generator knows.
fn key_kind(key: &str) -> Option<Key> {
    Some(match key {
        "path" | "files" | "source" | "new_file" => Key::Path,
        "repo_path" | "cwd" => Key::Base,
        "output" | "name" | "options" => Key::MaybePath,
        "url" | "link" => Key::Url,
        "to" | "cc" => Key::Address,
        "sql" => Key::Sql,
        "command" => Key::Command,
        "content" | "body" => Key::Text,
        "pattern" => Key::Other,
        _ => return None,
    })
}

pub fn is_base(key: &str) -> bool {
    key_kind(key) == Some(Key::Base)
}

fn is_file_name(key: &str) -> bool {
    key_kind(key).is_none() && key.contains(['.', '/', '\\']) && !key.contains(char::is_whitespace)
}

fn guess(key: &str, text: &str) -> Vec<Kind> {
    let is_url = (hosts::has_url_form(text) || hosts::has_bare_url_form(text)) && !text.trim().contains(' ');
    let first = first_guess(key, text, is_url);
    // A server that opens files may open it whatever else it is.
    let place_too = match key_kind(key) {
        Some(Key::Text | Key::Other | Key::Sql | Key::Command) => false,
        Some(Key::Path | Key::Base | Key::MaybePath) => is_url && (!hosts::has_url_form(text) || climbs_out(text)),
        Some(Key::Url | Key::Address) | None => has_path_form(text) || climbs_out(text),
    };
    let place = (place_too && first.is_some_and(|kind| kind != Kind::Path)).then_some(Kind::Path);
    first.into_iter().chain(place).collect()
}

/// `https://x.org/../../../etc`: as a relative path it leaves the folder that it starts from.
fn climbs_out(text: &str) -> bool {
    // How far below its start it stands after each name.
    let leaves = |text: &str| {
        let names = text.split(['/', '\\']).filter(|name| !["", "."].contains(name));
        let steps = names.map(|name| if name == ".." { -1 } else { 1 });
        steps.scan(0, |depth, step| Some(std::mem::replace(depth, *depth + step) + step)).any(|depth| depth < 0)
    };
    match places::readings(text) {
        Some(all) => all.iter().any(|one| leaves(one)),
        None => leaves(text),
    }
}

fn first_guess(key: &str, text: &str, is_url: bool) -> Option<Kind> {
    let key = key_kind(key);
    let separated = has_path_form(text) || (text.contains(['/', '\\']) && !text.contains(", "));
    match key {
        Some(Key::Path | Key::Base) if text.is_empty() => Some(Kind::Path),
        _ if text.is_empty() => None,
        _ if is_url => Some(Kind::Url),
        Some(Key::Path | Key::Base) => Some(Kind::Path),
        Some(Key::MaybePath) if !text.contains('\n') && (separated || text == ".") => Some(Kind::Path),
        Some(Key::Url) if !text.contains('\n') => Some(Kind::Url),
        Some(Key::Address) if text.contains('@') => Some(Kind::Address),
        Some(Key::Sql) => Some(Kind::Sql),
        Some(Key::Command) => Some(Kind::Command),
        Some(Key::Text | Key::Other) => None,
        _ if has_path_form(text) || protections::is_protected_name(text) => Some(Kind::Path),
        _ if text.contains('@') && hosts::read_addresses(text).is_some() => Some(Kind::Address),
        _ => None,
    }
}

/// Whether a string has the form of a path, whatever its key.
fn has_path_form(text: &str) -> bool {
    let text = text.trim().trim_start_matches(['"', '\'', '`']);
    let climbs = ["../", "..\\", "%2e"].iter().any(|climb| text.contains(climb)) && !text.contains("://");
    let begins = ["/", "~/", "~\\", "./", ".\\", "../", "..\\", "~bob/", "~bob\\", "file:", "$HOME", "\\\\"]
        .iter()
        .any(|start| text.starts_with(start));
    let after_drive = text.strip_prefix(|c: char| c.is_ascii_alphabetic()).and_then(|rest| rest.strip_prefix(':'));
    let has_drive =
        after_drive.is_some_and(|rest| rest.starts_with(['/', '\\']) || (rest.contains('\\') && !rest.contains(' ')));
    let has_folder = places::user_folder(text).is_some();
    !text.contains('\n')
        && (begins || has_drive || has_folder || text == ".." || text == "~" || (climbs && !text.contains(' ')))
}

/// `--out=/x`, `@/x`, `of=/x`: the path in a word of a command line.
fn path_in_word(word: &str) -> Option<&str> {
    let value = match (word.strip_prefix("--"), word.strip_prefix('@')) {
        (Some(flag), _) => flag.split_once('=')?.1,
        (_, Some(file)) => file,
        _ => word.split_once('=').map(|(_, value)| value).filter(|value| has_path_form(value))?,
    };
    (has_path_form(value) || (value.contains('/') && !value.contains("://"))).then_some(value)
}
