//! One walk over the text before it is parsed: it refuses what two servers, or a server and the parser, would split
//! into words differently, and what would nest too deep. Linear, and its own stack does not grow with the text.

use super::{Dialect, Fault};

/// How deep brackets may nest. Some constructs of the parser go back and try again, once for each bracket.
const MAX_BRACKETS: usize = 12;

/// How deep the tree may become: a chain of operators (`a + b + c`) is a tree as deep as it is long, and walking and
/// freeing it take stack.
const MAX_DEPTH: usize = 300;

/// What is known of a text that may be parsed.
pub(super) struct Scanned {
    /// A backslash stands before a quote of its string.
    pub doubtful_escape: bool,
}

/// Words that join two expressions or queries, or hold one.
const JOINING: &[&str] = &[
    "AND",
    "OR",
    "XOR",
    "NOT",
    "IS",
    "IN",
    "LIKE",
    "ILIKE",
    "RLIKE",
    "REGEXP",
    "GLOB",
    "MATCH",
    "SIMILAR",
    "BETWEEN",
    "COLLATE",
    "AT",
    "DIV",
    "MOD",
    "ISNULL",
    "NOTNULL",
    "OVERLAPS",
    "MEMBER",
    "OPERATOR",
    "UNION",
    "EXCEPT",
    "MINUS",
    "INTERSECT",
    "JOIN",
    "CASE",
    "BEGIN",
    "IF",
    "WHILE",
    "EXPLAIN",
    "PREPARE",
    "INTERVAL",
    "PRIOR",
    "ARRAY",
    "ALL",
    "ANY",
    "SOME",
    "EXISTS",
    "BINARY",
    "ELSE",
    "WHEN",
    "ESCAPE",
    "FORMAT",
    "CONNECT_BY_ROOT",
    "TABLE",
    "LATERAL",
];

/// Words that chain whole queries: a comma of a select list does not end such a chain.
const SETS: &[&str] = &["UNION", "EXCEPT", "MINUS", "INTERSECT"];

/// One open bracket, or the text itself.
#[derive(Default)]
struct Level {
    sets: usize,
    chain: usize,
    /// The deepest bracket of this segment.
    child: usize,
    /// The deepest segment that a comma ended.
    ended: usize,
}

impl Level {
    fn deepest(&self) -> usize {
        self.sets + self.ended.max(self.chain + self.child)
    }
}

/// An upper bound of the depth of the tree, bracket by bracket.
struct Depth {
    levels: Vec<Level>,
}

impl Depth {
    fn open(&mut self) -> Result<(), Fault> {
        if self.levels.len() > MAX_BRACKETS {
            return Err(Fault::Refused(format!("it nests brackets more than {MAX_BRACKETS} deep")));
        }
        // A bracket after an expression (`a[1][1]`, `f()()`) hangs above it.
        self.operator(false)?;
        self.levels.push(Level::default());
        Ok(())
    }

    fn close(&mut self) -> Result<(), Fault> {
        self.check()?;
        if self.levels.len() > 1
            && let Some(closed) = self.levels.pop()
            && let Some(level) = self.levels.last_mut()
        {
            level.child = level.child.max(closed.deepest() + 1);
        }
        self.check()
    }

    fn operator(&mut self, set: bool) -> Result<(), Fault> {
        if let Some(level) = self.levels.last_mut() {
            *(if set { &mut level.sets } else { &mut level.chain }) += 1;
        }
        self.check()
    }

    /// A comma: what follows hangs beside, not below.
    fn separate(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            level.ended = level.ended.max(level.chain + level.child);
            (level.chain, level.child) = (0, 0);
        }
    }

    fn end_statement(&mut self) {
        match self.levels.as_mut_slice() {
            [level] => *level = Level::default(),
            _ => self.separate(),
        }
    }

    fn check(&self) -> Result<(), Fault> {
        match self.levels.last() {
            Some(level) if level.deepest() > MAX_DEPTH => {
                Err(Fault::Refused(format!("an expression is more than {MAX_DEPTH} operators deep")))
            }
            _ => Ok(()),
        }
    }
}

/// Walks over the text. `escapes`: a backslash in a string takes the meaning off the next character.
pub(super) fn scan(text: &str, dialect: Dialect, escapes: bool) -> Result<Scanned, Fault> {
    let bytes = text.as_bytes();
    let at = |index: usize| bytes.get(index).copied().unwrap_or(0);
    let mut depth = Depth { levels: vec![Level::default()] };
    let mut scanned = Scanned { doubtful_escape: false };
    refuse_characters(text)?;
    let mut i = 0;
    while i < bytes.len() {
        match at(i) {
            b'\'' => {
                let own = dialect == Dialect::Postgres && is_escape_string(bytes, i);
                i = string(bytes, i, dialect, escapes || own, own, &mut scanned)?;
            }
            b'"' => i = string(bytes, i, dialect, escapes && dialect == Dialect::Mysql, false, &mut scanned)?,
            b'`' => i = quoted(bytes, i, b'`')?,
            b'[' if matches!(dialect, Dialect::Mssql | Dialect::Sqlite) => i = quoted(bytes, i, b']')?,
            b'-' if at(i + 1) == b'-' && starts_comment(dialect, at(i + 2)) => i = line_end(bytes, i),
            b'#' if dialect == Dialect::Mysql => i = line_end(bytes, i),
            b'/' if at(i + 1) == b'*' => i = comment(bytes, i)?,
            b'$' => i = dollar(bytes, i, dialect)?,
            b'(' | b'[' | b'{' => {
                depth.open()?;
                i += 1;
            }
            b')' | b']' | b'}' => {
                depth.close()?;
                i += 1;
            }
            b',' => {
                depth.separate();
                i += 1;
            }
            b';' => {
                depth.end_statement();
                i += 1;
            }
            byte if is_word(byte) => i = word(text, i, dialect, &mut depth)?,
            b' ' | b'\t' | b'\n' | b'\r' | b'.' => i += 1,
            _ => {
                depth.operator(false)?;
                i += 1;
            }
        }
    }
    depth.close()?;
    Ok(scanned)
}

fn refuse_characters(text: &str) -> Result<(), Fault> {
    let wrong = text.char_indices().find(|(index, c)| match c {
        '\n' | '\t' => false,
        // PostgreSQL ends a comment at a carriage return, others do not.
        '\r' => text.as_bytes().get(index + 1) != Some(&b'\n'),
        c => c.is_control() || (!c.is_ascii() && c.is_whitespace()),
    });
    match wrong {
        Some((_, c)) => Err(Fault::Refused(format!(
            "it holds the character U+{:04X}, which servers take differently",
            u32::from(c)
        ))),
        None => Ok(()),
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'@' || byte >= 0x80
}

/// `E'...'`, where the E is a word of its own.
fn is_escape_string(bytes: &[u8], quote: usize) -> bool {
    let before = |back: usize| quote.checked_sub(back).and_then(|index| bytes.get(index)).copied().unwrap_or(b' ');
    before(1).eq_ignore_ascii_case(&b'e') && !is_word(before(2)) && before(2) != b'$'
}

fn starts_comment(dialect: Dialect, next: u8) -> bool {
    // MySQL reads `1--1` as a sum.
    dialect != Dialect::Mysql || next == 0 || next.is_ascii_whitespace()
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    bytes.iter().skip(from).position(|byte| *byte == b'\n').map_or(bytes.len(), |length| from + length)
}

fn comment(bytes: &[u8], from: usize) -> Result<usize, Fault> {
    let rest = bytes.get(from + 2..).unwrap_or_default();
    if matches!(rest, [b'!', ..] | [b'M', b'!', ..]) {
        return Err(Fault::Refused("it holds an executable comment (/*! */), which MySQL runs and others skip".into()));
    }
    let mut pairs = rest.windows(2).enumerate();
    match pairs.find(|(_, pair)| *pair == b"*/" || *pair == b"/*") {
        Some((length, b"*/")) => Ok(from + 2 + length + 2),
        Some(_) => Err(Fault::Refused("it holds a comment inside a comment, which servers end differently".into())),
        None => Err(Fault::Unread("a comment does not end".into())),
    }
}

fn string(
    bytes: &[u8],
    from: usize,
    dialect: Dialect,
    escapes: bool,
    own: bool,
    scanned: &mut Scanned,
) -> Result<usize, Fault> {
    let quote = bytes.get(from).copied().unwrap_or(b'\'');
    let mut i = from + 1;
    loop {
        match (bytes.get(i), bytes.get(i + 1)) {
            (None, _) => return Err(Fault::Unread("a quoted string does not end".into())),
            (Some(b'\\'), Some(next)) if *next == quote && quote == b'\'' && dialect == Dialect::Postgres && !own => {
                return Err(Fault::Refused(
                    "a backslash stands before a quote, and the server's settings decide what that means; write E'...'"
                        .into(),
                ));
            }
            (Some(b'\\'), Some(next)) if escapes || (dialect == Dialect::Mysql && *next == quote) => {
                scanned.doubtful_escape |= !own && *next == quote;
                i += if escapes { 2 } else { 1 };
            }
            (Some(byte), Some(next)) if *byte == quote && *next == quote => i += 2,
            (Some(byte), _) if *byte == quote => return Ok(i + 1),
            _ => i += 1,
        }
    }
}

fn quoted(bytes: &[u8], from: usize, end: u8) -> Result<usize, Fault> {
    let mut i = from + 1;
    loop {
        match (bytes.get(i), bytes.get(i + 1)) {
            (None, _) => return Err(Fault::Unread("a quoted name does not end".into())),
            (Some(byte), Some(next)) if *byte == end && *next == end => i += 2,
            (Some(byte), _) if *byte == end => return Ok(i + 1),
            _ => i += 1,
        }
    }
}

/// `$1`, `$tag$ ... $tag$`.
fn dollar(bytes: &[u8], from: usize, dialect: Dialect) -> Result<usize, Fault> {
    let rest = bytes.get(from + 1..).unwrap_or_default();
    let length = rest.iter().take_while(|byte| is_word(**byte)).count();
    if rest.get(length) != Some(&b'$') {
        return Ok(from + 1 + length);
    }
    let digit = rest.first().is_some_and(u8::is_ascii_digit);
    let tag = bytes.get(from..from + length + 2).unwrap_or_default();
    if dialect != Dialect::Postgres || digit || !tag.is_ascii() {
        return Err(Fault::Refused("it holds a dollar quote, which this dialect does not know".into()));
    }
    let body = bytes.get(from + tag.len()..).unwrap_or_default();
    match find(body, tag) {
        Some(end) => Ok(from + tag.len() + end + tag.len()),
        None => Err(Fault::Unread("a dollar quote does not end".into())),
    }
}

/// The first place of a tag, which starts and ends with `$` and has none between: linear, as no place is tried twice.
fn find(body: &[u8], tag: &[u8]) -> Option<usize> {
    body.iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'$')
        .map(|(at, _)| at)
        .find(|at| body.get(*at..at + tag.len()) == Some(tag))
}

fn word(text: &str, from: usize, dialect: Dialect, depth: &mut Depth) -> Result<usize, Fault> {
    let bytes = text.as_bytes();
    let part = |byte: &u8| is_word(*byte) || *byte == b'$' || (*byte == b'#' && dialect == Dialect::Mssql);
    let length = bytes.iter().skip(from).take_while(|byte| part(byte)).count();
    let end = from + length;
    let word = text.get(from..end).unwrap_or_default();
    if word.eq_ignore_ascii_case("u") && matches!(bytes.get(end..end + 2), Some(b"&'" | b"&\"")) {
        return Err(Fault::Refused("it holds a U& string, whose escapes hide what it names".into()));
    }
    if word.len() <= 15 && JOINING.iter().any(|joining| joining.eq_ignore_ascii_case(word)) {
        depth.operator(SETS.iter().any(|set| set.eq_ignore_ascii_case(word)))?;
    }
    Ok(end)
}

/// The same text for a parser that takes a backslash in a string for an escape, as read by a server that does not.
pub(super) fn double_backslashes(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut inside = None;
    for c in text.chars() {
        match (inside, c) {
            (Some(quote), c) if c == quote => inside = None,
            (Some('\'' | '"'), '\\') => out.push('\\'),
            (None, '\'' | '"' | '`') => inside = Some(c),
            _ => {}
        }
        out.push(c);
    }
    out
}
