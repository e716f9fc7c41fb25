//! JSON with comments and trailing commas, read with the place of every token, so that a file can be edited where it
//! stands and is never written anew.

use std::ops::Range;

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

/// A value and where it stands, in bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub span: Range<usize>,
    pub kind: Kind,
}

/// Numbers keep the text that they were written with. Objects keep order and duplicates.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Member>),
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub name: String,
    /// Where its name starts.
    pub start: usize,
    pub value: Node,
}

/// What is not JSON, and where. Line and column count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    pub line: u64,
    pub column: u64,
    pub message: String,
}

/// Reads a text without byte order mark. `None`: nothing but white space and comments.
pub fn parse(text: &str) -> Result<Option<Node>, Flaw> {
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options).map_err(|error| Flaw {
        line: error.line_display() as u64,
        column: error.column_display() as u64,
        message: lower_first(&error.kind().to_string()),
    })?;
    Ok(parsed.value.map(|value| node(&value)))
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// The parser bounds the depth (512).
fn node(value: &ast::Value<'_>) -> Node {
    let kind = match value {
        ast::Value::NullKeyword(_) => Kind::Null,
        ast::Value::BooleanLit(literal) => Kind::Bool(literal.value),
        ast::Value::NumberLit(literal) => Kind::Number(literal.value.to_owned()),
        ast::Value::StringLit(literal) => Kind::Text(literal.value.clone().into_owned()),
        ast::Value::Array(array) => Kind::List(array.elements.iter().map(node).collect()),
        ast::Value::Object(object) => Kind::Map(object.properties.iter().map(member).collect()),
    };
    Node { span: value.start()..value.end(), kind }
}

fn member(property: &ast::ObjectProp<'_>) -> Member {
    Member { name: property.name.as_str().to_owned(), start: property.start(), value: node(&property.value) }
}

impl Node {
    /// The members of an object; none of anything else.
    pub fn members(&self) -> &[Member] {
        match &self.kind {
            Kind::Map(members) => members,
            _ => &[],
        }
    }

    /// The same, to be changed. Of anything else than an object, an empty list that nobody sees.
    pub fn members_mut(&mut self) -> &mut [Member] {
        match &mut self.kind {
            Kind::Map(members) => members,
            _ => &mut [],
        }
    }

    /// The elements of an array.
    pub fn list(&self) -> Option<&[Node]> {
        match &self.kind {
            Kind::List(elements) => Some(elements),
            _ => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn is_true(&self) -> bool {
        self.kind == Kind::Bool(true)
    }

    /// The member of that name; the last one where it stands twice, as most readers take it.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.members().iter().rfind(|member| member.name == name).map(|member| &member.value)
    }

    /// The texts in an array; what is no text is left out.
    pub fn texts(&self) -> Vec<String> {
        self.list().unwrap_or_default().iter().filter_map(|element| element.text().map(str::to_owned)).collect()
    }

    /// A value that stands nowhere yet: what an edit means to write.
    pub fn of_text(text: &str) -> Node {
        Node { span: 0..0, kind: Kind::Text(text.to_owned()) }
    }

    /// Whether both say the same, wherever they stand.
    pub fn says_the_same(&self, other: &Node) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::List(mine), Kind::List(theirs)) => {
                mine.len() == theirs.len() && mine.iter().zip(theirs).all(|(a, b)| a.says_the_same(b))
            }
            (Kind::Map(mine), Kind::Map(theirs)) => {
                mine.len() == theirs.len()
                    && mine.iter().zip(theirs).all(|(a, b)| a.name == b.name && a.value.says_the_same(&b.value))
            }
            (mine, theirs) => mine == theirs,
        }
    }
}

/// Byte offsets to lines and columns, both from 1. Built once a text, so that a long file costs no more than its length.
#[derive(Debug)]
pub struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub fn of(text: &'a str) -> Lines<'a> {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Lines { text, starts: std::iter::once(0).chain(ends).collect() }
    }

    pub fn line(&self, offset: usize) -> u64 {
        self.starts.partition_point(|start| *start <= offset) as u64
    }

    /// In characters.
    pub fn column(&self, offset: usize) -> u64 {
        let index = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.starts.get(index).copied().unwrap_or_default();
        self.text.get(start..offset).map_or(0, |before| before.chars().count()) as u64 + 1
    }
}

/// One replacement of a piece of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub span: Range<usize>,
    pub new: String,
}

/// Applies edits that do not overlap. `None`: they do, or a span lies outside the text.
pub fn apply(text: &str, edits: &mut [Edit]) -> Option<String> {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let (mut out, mut done) = (String::with_capacity(text.len()), 0);
    for edit in edits.iter() {
        out.push_str(text.get(done..edit.span.start)?);
        out.push_str(&edit.new);
        done = edit.span.end;
    }
    out.push_str(text.get(done..)?);
    Some(out)
}

/// The offset after the comma that follows `from`, where only white space and comments stand between.
pub fn after_comma(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let rest = text.get(at..)?;
        if rest.starts_with(',') {
            return Some(at + 1);
        } else if rest.starts_with("//") {
            at += rest.find(['\n', '\r'])?;
        } else if rest.starts_with("/*") {
            at += rest.find("*/")? + 2;
        } else {
            at += rest.chars().next().filter(|next| next.is_whitespace())?.len_utf8();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_trailing_commas_are_read() {
        let text = "// top\n{ \"a\": [1, 2,], /* b */ \"c\": \"d\", }\n";
        let tree = parse(text).unwrap().unwrap();
        assert_eq!(tree.get("c").unwrap().text(), Some("d"));
        assert_eq!(&text[tree.get("a").unwrap().span.clone()], "[1, 2,]");
    }

    #[test]
    fn what_is_not_json_is_told_with_line_and_column() {
        let flaw = parse("{\n  \"a\": nope\n}").unwrap_err();
        assert_eq!((flaw.line, flaw.column), (2, 8));
        assert!(parse("{'a': 1}").is_err());
        assert!(parse("{a: 1}").is_err());
        assert!(parse("{\"a\": 1 \"b\": 2}").is_err());
        assert!(parse(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn nothing_but_comments_is_nothing() {
        assert_eq!(parse(" // empty\n").unwrap(), None);
        assert_eq!(parse("").unwrap(), None);
    }

    #[test]
    fn edits_that_overlap_are_not_applied() {
        let edit = |span: Range<usize>| Edit { span, new: "x".into() };
        assert_eq!(apply("abcdef", &mut [edit(3..4), edit(0..1)]).unwrap(), "xbcxef");
        assert_eq!(apply("abcdef", &mut [edit(0..3), edit(2..4)]), None);
        assert_eq!(apply("abc", &mut [edit(2..9)]), None);
    }

    #[test]
    fn a_comma_is_found_behind_comments_and_not_behind_values() {
        assert_eq!(after_comma("1 /* , */ // ,\n , 2", 1), Some(17));
        assert_eq!(after_comma("1 ]", 1), None);
    }
}
