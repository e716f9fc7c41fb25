//! YAML as a tree that remembers where everything stands, so that every problem of a policy can be told at once, with
//! its line. Read by serde-saphyr, which refuses duplicate keys and alias bombs.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};
use serde_saphyr::{Location as Mark, Spanned};

use crate::model::verdict::Location;

use super::Problem;

/// One node and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub line: u64,
    pub column: u64,
    pub content: Content,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    Null,
    Bool(bool),
    /// A number as JSON holds it.
    Number(serde_json::Number),
    Text(String),
    List(Vec<Node>),
    /// In the order of the file. Keys are scalars.
    Map(Vec<(Key, Node)>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key {
    pub text: String,
    pub line: u64,
    pub column: u64,
}

impl Node {
    /// Reads one YAML document.
    pub fn parse(text: &str, file: &str) -> Result<Node, Problem> {
        let mut options = serde_saphyr::options! {
            duplicate_keys: DuplicateKeyPolicy::Error,
            merge_keys: MergeKeyPolicy::Error,
            strict_booleans: true,
            with_snippet: false,
            // What aliases write out, in nodes: a bomb is refused before it costs a second.
            alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 50_000 },
        };
        options.reject_unsupported_tags = true;
        serde_saphyr::from_str_with_options::<Node>(text, options).map_err(|error| {
            let mark = error.location();
            Problem {
                at: Location {
                    file: file.to_owned(),
                    line: mark.map_or(1, |mark| mark.line()),
                    column: mark.map_or(1, |mark| mark.column()),
                },
                message: without_place(&error.to_string()),
            }
        })
    }

    /// How messages name what was found.
    pub fn kind(&self) -> &'static str {
        match self.content {
            Content::Null => "nothing",
            Content::Bool(_) => "a boolean",
            Content::Number(_) => "a number",
            Content::Text(_) => "a string",
            Content::List(_) => "a list",
            Content::Map(_) => "a mapping",
        }
    }

    /// The same as JSON.
    pub fn to_json(&self) -> Value {
        match &self.content {
            Content::Null => Value::Null,
            Content::Bool(flag) => Value::Bool(*flag),
            Content::Number(number) => Value::Number(number.clone()),
            Content::Text(text) => Value::String(text.clone()),
            Content::List(nodes) => nodes.iter().map(Node::to_json).collect(),
            Content::Map(members) => {
                let members = members.iter().map(|(key, node)| (key.text.clone(), node.to_json()));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }
}

/// serde-saphyr ends its messages with the place, which ours begin with; its limits it tells as they are called inside.
fn without_place(message: &str) -> String {
    if message.contains("budget breached: Depth") {
        return "nested deeper than 64 levels".into();
    }
    if message.contains("budget breached") || message.contains("alias replay limit") {
        return "too long with its aliases written out: no policy needs that".into();
    }
    let first = message.lines().next().unwrap_or(message);
    let message = first.split(" at line ").next().unwrap_or(first);
    message.trim_start_matches("error: ").trim().to_owned()
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        let spanned = Spanned::<Content>::deserialize(deserializer)?;
        let (line, column) = place(&spanned.referenced);
        Ok(Node { line, column, content: spanned.value })
    }
}

fn place(mark: &Mark) -> (u64, u64) {
    (mark.line(), mark.column())
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Content, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Content, E> {
        Ok(Content::Null)
    }

    fn visit_none<E>(self) -> Result<Content, E> {
        Ok(Content::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Content, D::Error> {
        Content::deserialize(deserializer)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Content, E> {
        Ok(Content::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Content, E> {
        Ok(Content::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Content, E> {
        Ok(Content::Number(number.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Content, E> {
        serde_json::Number::from_f64(number).map(Content::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Content, E> {
        Ok(Content::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Content, E> {
        Ok(Content::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Content, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = access.next_element()? {
            nodes.push(node);
        }
        Ok(Content::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Content, A::Error> {
        let mut members: Vec<(Key, Node)> = Vec::new();
        // `1` and `"1"` are two keys for YAML and one for us.
        let mut seen = std::collections::HashSet::new();
        while let Some(key) = access.next_key::<Spanned<String>>()? {
            let (line, column) = place(&key.referenced);
            if !seen.insert(key.value.clone()) {
                return Err(serde::de::Error::custom(format!("duplicate mapping key: {}", key.value)));
            }
            members.push((Key { text: key.value, line, column }, access.next_value()?));
        }
        Ok(Content::Map(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_knows_its_line_and_column() {
        let node =
            Node::parse("version: 1\nservers:\n  fs:\n    root: .\n    list: [a, 2, true, null]\n", "p").unwrap();
        let Content::Map(top) = &node.content else { panic!() };
        let Content::Map(servers) = &top[1].1.content else { panic!() };
        let Content::Map(fs) = &servers[0].1.content else { panic!() };
        assert_eq!((fs[0].0.text.as_str(), fs[0].0.line, fs[0].0.column), ("root", 4, 5));
        assert_eq!((fs[0].1.line, fs[0].1.column), (4, 11));
        assert_eq!(fs[1].1.to_json(), serde_json::json!(["a", 2, true, null]));
    }

    #[test]
    fn a_key_twice_is_an_error_with_its_line() {
        let problem = Node::parse("servers:\n  fs: {}\n  fs: {}\n", "p.yaml").unwrap_err();
        assert_eq!((problem.at.line, problem.at.column), (3, 3), "{problem}");
        assert!(problem.message.contains("fs"), "{problem}");
        assert!(Node::parse("a: {x: 1, x: 2}\n1: a\n", "p").is_err());
    }

    #[test]
    fn yes_is_a_word_and_an_alias_bomb_is_refused() {
        assert_eq!(Node::parse("yes", "p").unwrap().content, Content::Text("yes".into()));
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..10 {
            let alias = format!("*a{}, ", level - 1).repeat(10);
            bomb.push_str(&format!("a{level}: &a{level} [{}]\n", alias.trim_end_matches(", ")));
        }
        assert!(Node::parse(&bomb, "p").is_err());
        assert!(Node::parse(&"[".repeat(20_000), "p").is_err());
        assert!(Node::parse("a: 1\n---\nb: 2\n", "p").is_err());
        // Little is written often: 10,000 times 100 KB.
        let wide = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), "*a, ".repeat(10_000));
        assert!(Node::parse(&wide, "p").is_err());
        let few = "a: &a {x: [1, 2]}\nb: [*a, *a, *a]\n";
        assert!(Node::parse(few, "p").is_ok());
    }
}
