//! YAML as a tree that remembers where everything stands, so that every problem of a policy can be told at once, with
//! its line. Read by serde-saphyr, which refuses duplicate keys and alias bombs.

use std::collections::HashMap;
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
    /// Reads one YAML document. A key that stands twice comes as a problem beside the rest, which is read as if only the
    /// first one stood there; what is no YAML fails.
    pub fn parse(text: &str, file: &str) -> Result<(Node, Vec<Problem>), Vec<Problem>> {
        let at = |line, column| Location { file: file.to_owned(), line, column };
        let problem = |error: &serde_saphyr::Error| {
            let mark = error.location().as_ref().map_or((1, 1), place);
            Problem { at: at(mark.0, mark.1), message: without_place(&error.to_string()) }
        };
        let (read, twice) = match Node::read(text, DuplicateKeyPolicy::Error) {
            Err(serde_saphyr::Error::DuplicateMappingKey { key, location }) => {
                (Node::read(text, DuplicateKeyPolicy::LastWins), Some((key, place(&location))))
            }
            read => (read, None),
        };
        let mut problems = Vec::new();
        let read = read.map(|mut node| {
            node.keep_first(&mut |first, again| problems.extend(told_twice(&at, first, again)));
            node
        });
        // Of two numbers the reader hands on the last alone.
        if let Some((key, (line, column))) =
            twice.filter(|(_, (line, _))| problems.iter().all(|told: &Problem| told.at.line != *line))
        {
            let key = key.map(|key| format!("`{key}`")).unwrap_or_else(|| "a key".to_owned());
            let message = format!("{key} stands here a second time: {HOW_TO_PART}");
            problems.push(Problem { at: at(line, column), message });
        }
        match read {
            Ok(node) => Ok((node, problems)),
            Err(error) => {
                problems.push(problem(&error));
                Err(problems)
            }
        }
    }

    fn read(text: &str, duplicate_keys: DuplicateKeyPolicy) -> Result<Node, serde_saphyr::Error> {
        let mut options = serde_saphyr::options! {
            duplicate_keys: duplicate_keys,
            merge_keys: MergeKeyPolicy::Error,
            strict_booleans: true,
            with_snippet: false,
            // What aliases write out, in nodes: a bomb is refused before it costs a second.
            alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 50_000 },
        };
        options.reject_unsupported_tags = true;
        serde_saphyr::from_str_with_options::<Node>(text, options)
    }

    /// Leaves the first of each key, and tells of the others.
    fn keep_first(&mut self, tell: &mut impl FnMut(&Key, &Key)) {
        match &mut self.content {
            Content::List(nodes) => nodes.iter_mut().for_each(|node| node.keep_first(tell)),
            Content::Map(members) => {
                // `1` and `"1"` are two keys for YAML and one for us.
                let mut seen: HashMap<String, Key> = HashMap::new();
                members.retain(|(key, _)| match seen.get(&key.text) {
                    Some(first) => {
                        tell(first, key);
                        false
                    }
                    None => {
                        seen.insert(key.text.clone(), key.clone());
                        true
                    }
                });
                members.iter_mut().for_each(|(_, node)| node.keep_first(tell));
            }
            Content::Null | Content::Bool(_) | Content::Number(_) | Content::Text(_) => {}
        }
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

/// What a person does with two of one key.
const HOW_TO_PART: &str = "put what both say under one of them, or give one another name";

/// Both places of a key that stands twice, so that each is shown with its line.
fn told_twice(at: &impl Fn(u64, u64) -> Location, first: &Key, again: &Key) -> [Problem; 2] {
    let (here, there) = (at(first.line, first.column), at(again.line, again.column));
    let name = &first.text;
    [
        Problem { message: format!("`{name}` stands here, and again at {there}"), at: here.clone() },
        Problem { message: format!("`{name}` stands here a second time, first at {here}: {HOW_TO_PART}"), at: there },
    ]
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
        while let Some(key) = access.next_key::<Spanned<String>>()? {
            let (line, column) = place(&key.referenced);
            members.push((Key { text: key.value, line, column }, access.next_value()?));
        }
        Ok(Content::Map(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Node, Vec<Problem>> {
        let (node, problems) = Node::parse(text, "p")?;
        if problems.is_empty() { Ok(node) } else { Err(problems) }
    }

    #[test]
    fn every_node_knows_its_line_and_column() {
        let node = parse("version: 1\nservers:\n  fs:\n    root: .\n    list: [a, 2, true, null]\n").unwrap();
        let Content::Map(top) = &node.content else { panic!() };
        let Content::Map(servers) = &top[1].1.content else { panic!() };
        let Content::Map(fs) = &servers[0].1.content else { panic!() };
        assert_eq!((fs[0].0.text.as_str(), fs[0].0.line, fs[0].0.column), ("root", 4, 5));
        assert_eq!((fs[0].1.line, fs[0].1.column), (4, 11));
        assert_eq!(fs[1].1.to_json(), serde_json::json!(["a", 2, true, null]));
    }

    #[test]
    fn a_key_twice_is_told_with_both_places_and_beside_everything_else() {
        let (node, problems) = Node::parse("servers:\n  fs: {a: 1}\n  x: {y: 1, y: 2}\n  fs: {}\n", "p.yaml").unwrap();
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "p.yaml:2:3: `fs` stands here, and again at p.yaml:4:3",
                "p.yaml:4:3: `fs` stands here a second time, first at p.yaml:2:3: put what both say under one of them, or give one another name",
                "p.yaml:3:7: `y` stands here, and again at p.yaml:3:13",
                "p.yaml:3:13: `y` stands here a second time, first at p.yaml:3:7: put what both say under one of them, or give one another name",
            ]
        );
        // The first one is read.
        assert_eq!(node.to_json(), serde_json::json!({"servers": {"fs": {"a": 1}, "x": {"y": 1}}}));
        for twice in [
            "a: {x: 1, x: 2}",
            "1: a\n\"1\": b",
            "1: a\n1: b",
            "1: a\nb: {c: 1, c: 2}\n1: b",
            "a: &a {x: 1, x: 2}\nb: *a",
            "~: 1\n~: 2",
        ] {
            assert!(
                !Node::parse(twice, "p").map_or_else(|problems| problems, |(_, problems)| problems).is_empty(),
                "{twice}"
            );
        }
        for once in ["a: {x: 1}\nb: {x: 1}", "1: a\n2: b", "a: &a {x: 1}\nb: *a", "x: 1\nX: 2"] {
            parse(once).unwrap_or_else(|problems| panic!("{once}: {problems:?}"));
        }
        // What is no YAML further down is told as well.
        let problems = Node::parse("a: 1\na: 2\nb: [", "p").unwrap_err();
        assert!(
            problems.len() == 2 && problems[0].message.starts_with("`a` stands here a second time"),
            "{problems:?}"
        );
    }

    #[test]
    fn yes_is_a_word_and_an_alias_bomb_is_refused() {
        assert_eq!(parse("yes").unwrap().content, Content::Text("yes".into()));
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..10 {
            let alias = format!("*a{}, ", level - 1).repeat(10);
            bomb.push_str(&format!("a{level}: &a{level} [{}]\n", alias.trim_end_matches(", ")));
        }
        assert!(parse(&bomb).is_err());
        assert!(parse(&"[".repeat(20_000)).is_err());
        assert!(parse("a: 1\n---\nb: 2\n").is_err());
        // Little is written often: 10,000 times 100 KB.
        let wide = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), "*a, ".repeat(10_000));
        assert!(parse(&wide).is_err());
        let few = "a: &a {x: [1, 2]}\nb: [*a, *a, *a]\n";
        assert!(parse(few).is_ok());
    }
}
