//! The servers that a configuration file names.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use super::jsonc::{Kind, Lines, Member, Node};
use super::wrapping::{self, Seen};
use crate::model::server::{Launch, Wrapping};

/// The way to a map of servers: `mcpServers`, or `projects`, `/home/ann/web`, `mcpServers`.
pub type Section = Vec<String>;

/// One server of one section.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub section: Section,
    pub name: String,
    /// From 1.
    pub line: u64,
    pub column: u64,
    /// The server's own launch, whether wrapped or not.
    pub launch: Launch,
    pub disabled: bool,
    /// Tools that the client calls without asking; `*` where it asks for none.
    pub approved: Vec<String>,
    pub wrapped: Option<Wrapping>,
    /// Where its command and arguments stand, where it has both in a form that can be edited.
    pub spans: Option<Spans>,
}

/// Where the parts of a local server's entry stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Spans {
    /// The program that the client starts now.
    pub program: String,
    pub command: Range<usize>,
    pub args: Option<ArgsSpans>,
    /// Set where the entry is wrapped: index, among the arguments, of the server's own command.
    pub inner: Option<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ArgsSpans {
    /// From the end of the member before (of the opening brace, where it is the first) to the end of the array.
    pub member: Range<usize>,
    /// From `[` to `]`.
    pub list: Range<usize>,
    pub items: Vec<Range<usize>>,
    pub values: Vec<String>,
}

/// Values of `type` and `transport` that mean a server behind a URL.
const REMOTE_TYPES: [&str; 7] =
    ["http", "sse", "streamable-http", "streamableHttp", "streamable_http", "remote", "websocket"];

/// The keys under which clients keep that URL.
const URL_KEYS: [&str; 4] = ["url", "serverUrl", "httpUrl", "uri"];

/// All servers of these sections, in the order of the file. An entry of no known form is kept, and says why.
pub fn read(tree: &Node, sections: &[Section], lines: &Lines<'_>) -> Vec<Entry> {
    let mut entries = Vec::new();
    for section in sections {
        for map in at(tree, section) {
            for member in map.members() {
                entries.push(entry(section, member, lines));
            }
        }
    }
    entries
}

/// Every value at the end of that way: more than one where a key on it stands twice.
pub fn at<'a>(tree: &'a Node, section: &[String]) -> Vec<&'a Node> {
    section.iter().fold(vec![tree], |nodes, key| {
        nodes
            .iter()
            .flat_map(|node| node.members())
            .filter(|member| member.name == *key)
            .map(|member| &member.value)
            .collect()
    })
}

fn entry(section: &Section, member: &Member, lines: &Lines<'_>) -> Entry {
    let node = &member.value;
    let mut entry = Entry {
        section: section.clone(),
        name: member.name.clone(),
        line: lines.line(member.start),
        column: lines.column(member.start),
        launch: Launch::Unknown(String::new()),
        disabled: is_off(node),
        approved: approved(node),
        wrapped: None,
        spans: None,
    };
    match form(node) {
        Ok(Form::Remote(url)) => entry.launch = Launch::Remote { url, headers: texts_of(node.get("headers")) },
        Ok(Form::Local(spans)) => unfold(&mut entry, node, spans),
        Err(why) => entry.launch = Launch::Unknown(why),
    }
    entry
}

/// Names that are switched off elsewhere in the file than in their entry.
pub fn switched_off(tree: &Node, project: &[String]) -> Vec<String> {
    let mut names = Vec::new();
    for key in project {
        for node in at(tree, &["projects".to_owned(), key.clone()]) {
            for list in ["disabledMcpServers", "disabledMcpjsonServers"] {
                names.extend(node.get(list).map(Node::texts).unwrap_or_default());
            }
        }
    }
    names.extend(tree.get("mcp").and_then(|mcp| mcp.get("excluded")).map(Node::texts).unwrap_or_default());
    names
}

enum Form {
    Remote(String),
    Local(Spans),
}

fn form(node: &Node) -> Result<Form, String> {
    if !matches!(node.kind, Kind::Map(_)) {
        return Err("the entry is not an object".into());
    }
    for key in ["command", "args", "url", "serverUrl", "httpUrl", "type"] {
        if node.members().iter().filter(|member| member.name == key).count() > 1 {
            return Err(format!("`{key}` stands twice"));
        }
    }
    let kind = ["type", "transport"].iter().find_map(|key| node.get(key).and_then(Node::text)).unwrap_or_default();
    let url = URL_KEYS.iter().find_map(|key| node.get(key));
    match (node.get("command"), url) {
        (Some(_), Some(_)) => Err("it has both a command and a URL".into()),
        (None, None) => Err("it has neither a command nor a URL".into()),
        (Some(_), None) if REMOTE_TYPES.contains(&kind) => Err(format!("it has a command, and its type is `{kind}`")),
        (Some(command), None) => local(node, command).map(Form::Local),
        (None, Some(url)) => match url.text() {
            Some(url) => Ok(Form::Remote(url.to_owned())),
            None => Err("its URL is not text".into()),
        },
    }
}

fn local(node: &Node, command: &Node) -> Result<Spans, String> {
    let program = command.text().ok_or("`command` is not text")?;
    if program.trim().is_empty() {
        return Err("`command` is empty".into());
    }
    let args = node.members().iter().position(|member| member.name == "args");
    let args = args.map(|index| args_spans(node, index)).transpose()?;
    Ok(Spans { program: program.to_owned(), command: command.span.clone(), args, inner: None })
}

fn args_spans(node: &Node, index: usize) -> Result<ArgsSpans, String> {
    let members = node.members();
    let member = members.get(index).ok_or("`args` is missing")?;
    let list = member.value.list().ok_or("`args` is not a list")?;
    let values = list.iter().map(|item| item.text().map(str::to_owned)).collect::<Option<Vec<String>>>();
    let before = index.checked_sub(1).and_then(|index| members.get(index));
    Ok(ArgsSpans {
        member: before.map_or(node.span.start + 1, |before| before.value.span.end)..member.value.span.end,
        list: member.value.span.clone(),
        items: list.iter().map(|item| item.span.clone()).collect(),
        values: values.ok_or("`args` holds something that is not text")?,
    })
}

/// Takes the wrapping off what the client starts.
fn unfold(entry: &mut Entry, node: &Node, mut spans: Spans) {
    let values = spans.args.as_ref().map(|args| args.values.clone()).unwrap_or_default();
    let (command, args) = match wrapping::recognise(&spans.program, &values) {
        Seen::Bare => (spans.program.clone(), values),
        Seen::Broken => {
            entry.launch = Launch::Unknown("it starts `remit proxy` without a server behind `--`".into());
            return;
        }
        Seen::Wrapped { settings, command: inner } => {
            spans.inner = Some(inner);
            let Some(mode) = wrapping::mode_of(&settings) else {
                entry.launch = Launch::Unknown("it starts `remit proxy` with a mode that does not exist".into());
                entry.spans = Some(spans);
                return;
            };
            entry.wrapped = Some(Wrapping { mode, settings });
            let own = values.get(inner).cloned().unwrap_or_default();
            (own, values.get(inner + 1..).unwrap_or_default().to_vec())
        }
    };
    let cwd = node.get("cwd").or_else(|| node.get("working_directory")); // The second: Warp.
    let cwd = cwd.and_then(Node::text).map(PathBuf::from);
    entry.launch = Launch::Stdio { command, args, env: texts_of(node.get("env")), cwd };
    entry.spans = Some(spans);
}

/// A map of texts; numbers and truth values as they are written.
fn texts_of(node: Option<&Node>) -> BTreeMap<String, String> {
    let members = node.map(Node::members).unwrap_or_default();
    let texts = members.iter().filter_map(|member| {
        let text = match &member.value.kind {
            Kind::Text(text) | Kind::Number(text) => text.clone(),
            Kind::Bool(flag) => flag.to_string(),
            _ => return None,
        };
        Some((member.name.clone(), text))
    });
    texts.collect()
}

fn is_off(node: &Node) -> bool {
    node.get("disabled").is_some_and(Node::is_true)
        || node.get("enabled").is_some_and(|enabled| enabled.kind == Kind::Bool(false))
}

fn approved(node: &Node) -> Vec<String> {
    let mut tools: Vec<String> = ["autoApprove", "alwaysAllow"]
        .iter()
        .filter_map(|key| node.get(key))
        .flat_map(|value| if value.is_true() { vec!["*".to_owned()] } else { value.texts() })
        .collect();
    if node.get("trust").is_some_and(Node::is_true) {
        tools.push("*".to_owned());
    }
    tools
}

#[cfg(test)]
mod tests {
    use super::super::jsonc::parse;
    use super::*;
    use crate::model::server::Mode;

    fn of(text: &str) -> Vec<Entry> {
        let tree = parse(text).unwrap().unwrap();
        read(&tree, &[vec!["mcpServers".to_owned()]], &Lines::of(text))
    }

    fn one(body: &str) -> Entry {
        of(&format!("{{\"mcpServers\": {{\n  \"s\": {body}}}}}")).remove(0)
    }

    #[test]
    fn a_local_server_is_read_with_its_line() {
        let entry = one(r#"{"command": "npx", "args": ["-y", "x"], "env": {"A": "b", "N": 1}, "cwd": "/w"}"#);
        let env = [("A", "b"), ("N", "1")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        let args = vec!["-y".into(), "x".into()];
        let launch = Launch::Stdio { command: "npx".into(), args, env: env.into(), cwd: Some("/w".into()) };
        assert_eq!((entry.line, entry.column, entry.launch), (2, 3, launch));
        assert!(!entry.disabled && entry.approved.is_empty());
    }

    #[test]
    fn every_spelling_of_a_remote_server_is_remote() {
        for body in [
            r#"{"type": "http", "url": "https://a/"}"#,
            r#"{"url": "https://a/"}"#,
            r#"{"serverUrl": "https://a/"}"#,
            r#"{"httpUrl": "https://a/", "headers": {"X": "y"}}"#,
        ] {
            assert!(matches!(one(body).launch, Launch::Remote { url, .. } if url == "https://a/"), "{body}");
        }
    }

    #[test]
    fn an_entry_of_unknown_form_is_kept_and_says_why() {
        for (body, why) in [
            ("3", "not an object"),
            ("{}", "neither"),
            (r#"{"command": ["npx"]}"#, "`command` is not text"),
            (r#"{"command": " "}"#, "`command` is empty"),
            (r#"{"command": "a", "args": "b"}"#, "`args` is not a list"),
            (r#"{"command": "a", "args": ["b", 1]}"#, "not text"),
            (r#"{"command": "a", "url": "b"}"#, "both"),
            (r#"{"command": "a", "command": "b"}"#, "twice"),
            (r#"{"command": "a", "type": "sse"}"#, "type is `sse`"),
            (r#"{"command": "remit", "args": ["proxy", "--mode", "record"]}"#, "without a server"),
            (r#"{"command": "remit", "args": ["proxy", "--mode", "x", "--", "npx"]}"#, "mode that does not exist"),
        ] {
            let Launch::Unknown(said) = one(body).launch else { panic!("{body}") };
            assert!(said.contains(why), "{body}: {said}");
        }
    }

    #[test]
    fn a_wrapped_server_shows_its_own_command() {
        let entry = one(r#"{"command": "/x/remit", "args": ["proxy", "--mode", "enforce", "--", "npx", "-y"]}"#);
        assert!(matches!(&entry.launch, Launch::Stdio { command, args, .. } if command == "npx" && args == &["-y"]));
        assert_eq!(entry.wrapped.unwrap().mode, Mode::Enforce);
    }

    #[test]
    fn disabled_and_approved_are_noticed() {
        assert!(one(r#"{"command": "a", "disabled": true}"#).disabled);
        assert!(one(r#"{"command": "a", "enabled": false}"#).disabled);
        assert!(!one(r#"{"command": "a", "disabled": false}"#).disabled);
        assert_eq!(one(r#"{"command": "a", "autoApprove": ["read"]}"#).approved, ["read"]);
        assert_eq!(one(r#"{"command": "a", "trust": true}"#).approved, ["*"]);
        let tree = parse(r#"{"projects": {"/p": {"disabledMcpServers": ["a"]}}, "mcp": {"excluded": ["b"]}}"#);
        assert_eq!(switched_off(&tree.unwrap().unwrap(), &["/p".into()]), ["a", "b"]);
    }

    #[test]
    fn two_servers_of_one_name_are_both_there() {
        assert_eq!(of(r#"{"mcpServers": {"a": {"command": "x"}, "a": {"command": "y"}}}"#).len(), 2);
    }
}
