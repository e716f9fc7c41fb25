//! The readers, and the texts that they are measured on.

use std::hint::black_box;

use mcp_remit::decision::redact::Redactor;
use mcp_remit::decision::sql::Dialect;
use mcp_remit::decision::{address, command, decide, path, policy, redact, sql, text, url};
use mcp_remit::model::effects::Found;
use mcp_remit::model::facts::Facts;
use mcp_remit::model::history::History;
use mcp_remit::model::json::{Limits, walk};
use mcp_remit::model::message::Message;
use mcp_remit::model::policy::Redaction;
use mcp_remit::model::request::Request;
use mcp_remit::model::trace;

pub struct Reader {
    pub name: &'static str,
    /// The longest text that it reads, in bytes; longer ones are refused unread.
    pub limit: usize,
    pub read: Box<dyn Fn(&str)>,
    /// A text that people write; repeated.
    pub benign: &'static [&'static str],
    pub hostile: Vec<Shape>,
}

/// How a long text is made.
#[derive(Clone, Copy)]
pub enum Shape {
    /// The piece again and again.
    Repeat(&'static str),
    /// Something, and then the piece again and again.
    After(&'static str, &'static str),
    /// As many closings as openings.
    Nest(&'static str, &'static str),
    /// The piece again and again between two ends.
    Between(&'static str, &'static str, &'static str),
}

impl Shape {
    pub fn text(self, size: usize) -> String {
        let fill = |piece: &str, size: usize| piece.repeat(size / piece.len().max(1));
        match self {
            Shape::Repeat(piece) => fill(piece, size),
            Shape::After(start, piece) => start.to_owned() + &fill(piece, size.saturating_sub(start.len())),
            Shape::Nest(open, close) => {
                let times = size / (open.len() + close.len());
                open.repeat(times) + &close.repeat(times)
            }
            Shape::Between(start, piece, end) => {
                start.to_owned() + &fill(piece, size.saturating_sub(start.len() + end.len())) + end
            }
        }
    }

    pub fn name(self) -> String {
        match self {
            Shape::Repeat(piece) => format!("{piece:?} again"),
            Shape::After(start, piece) => format!("{start:?}, then {piece:?} again"),
            Shape::Nest(open, close) => format!("{open:?} and {close:?} nested"),
            Shape::Between(start, piece, end) => format!("{start:?}, {piece:?} again, {end:?}"),
        }
    }
}

pub const MB: usize = 1 << 20;

/// What any reader of text may stumble over.
fn awkward() -> Vec<Shape> {
    use Shape::{After, Nest, Repeat};
    let pieces = [
        "a",
        " ",
        "\n",
        "@",
        "a@",
        "@a",
        ".",
        "a.",
        "/",
        "a/",
        "\\",
        "%",
        "%2",
        "%25",
        "\"",
        "'",
        "`",
        "(",
        "[",
        "{",
        "<",
        "a:",
        "://",
        "http://",
        "http://a.com/",
        "https:",
        "www.a.com/",
        "a.com:1",
        "a@b.com,",
        "é",
        "\u{200b}",
        "1",
        "1 ",
        "4111 1111 ",
        "DE89 3704 ",
        "-",
        "--",
        "=",
        "a=",
        "password=",
        "key: ",
        "token",
        "Bearer ",
        "AKIA",
        "ghp_",
        "eyJ",
        "-----BEGIN ",
        "a-",
        "xn--",
        "#",
        "?",
        "&",
        ";",
        ",",
        "|",
        "$",
        "${",
        "$(",
        "git@a:b ",
        "mailto:",
        "\u{ff0e}",
    ];
    let mut shapes: Vec<Shape> = pieces.into_iter().map(Repeat).collect();
    shapes.extend([Nest("(", ")"), Nest("[", "]"), Nest("{", "}"), Nest("<", ">"), Nest("\"", "'")]);
    shapes.extend([
        After("http://", "a"),
        After("http://a.com/?", "a=b&"),
        After("password=", "a"),
        After("password=\"", "a b "),
        After("-----BEGIN PRIVATE KEY-----\n", "MIIEvQ\n"),
        After("a@", "b."),
        After("\"", "a"),
        After("{\"password\":\"", "\\\""),
    ]);
    shapes
}

fn json() -> Vec<Shape> {
    use Shape::{After, Between, Nest, Repeat};
    vec![
        Repeat("["),
        Repeat("\""),
        Repeat(" "),
        Nest("[", "]"),
        Nest("{\"a\":", "}"),
        Between("[", "[],", "0]"),
        Between("[", "1,", "0]"),
        Between("[", "1e999,", "0]"),
        Between("[", "\n,\r", "]"),
        Between("[", "0,\r\n", "0]"),
        Between("\"", "\\u0061", "\""),
        Between("\"", "é", "\""),
        Between("{\"id\":1,\"method\":\"a\",\"jsonrpc\":\"2.0\",\"params\":{\"a\":[", "[{}],", "0]}}"),
        Between("{\"id\":1,\"method\":\"a\",\"jsonrpc\":\"2.0\",\"params\":{\"a\":[", "1e999,", "0]}}"),
        Between("{\"id\":1,\"method\":\"a\",\"params\":{\"a\":\"", "\\\\", "\"}}"),
        After("{\"id\":1,\"method\":\"a\",\"params\":{\"a\":\"", "\"id\":1,"),
        After("{\"id\":1,\"method\":", "\"id\" "),
        After("", "{\"id\":"),
        After("0.", "1"),
        After("", "9"),
    ]
}

/// Members with keys that differ.
pub fn keys(size: usize) -> String {
    let members: Vec<String> = (0..size / 16).map(|number| format!("\"key{number:07}\":1")).collect();
    format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"params\":{{{}}}}}", members.join(","))
}

/// Every reader, with what it is measured on.
pub fn readers() -> Vec<Reader> {
    use Shape::{After, Nest, Repeat};
    let redactor = Redactor::new(&[7; 32], &Redaction::default()).unwrap();
    let with = |more: &[Shape]| awkward().into_iter().chain(more.iter().copied()).collect::<Vec<Shape>>();
    let prose = &[
        "See https://docs.rs/serde for more, or write to <ann@example.org>. The total is 1,200 EUR.\n",
        "fn main() { let key = std::env::var(\"KEY\"); println!(\"{key:?}\"); }\n",
    ][..];
    let standing = path::Standing { root: None, base: None, changes: false, found: Found::Declared };
    let (granted, _) = policy::load("version: 1\nservers: { s: { tools: { t: { args: any } } } }\n", "p").unwrap();
    let commands = command::CommandSet::parse(&["git **".into(), "echo **".into(), "a **".into()]).unwrap();
    let facts = Facts { project: "/p".into(), cwd: "/p".into(), home: Some("/h".into()), ..Facts::default() };
    vec![
        Reader {
            name: "url",
            limit: 64 << 10,
            read: Box::new(|text| drop(black_box(url::read(text, Found::Declared)))),
            benign: &["https://example.org/a/b%20c?d=e&f=g"],
            hostile: with(&[
                After("https://a.com/", "../"),
                After("https://a.com/", "%2e/"),
                Repeat("jdbc:"),
                After("https://", "a."),
                After("https://", "a@"),
                After("https://a.com\\", "@"),
                Repeat("view-source:http://"),
                After("https://xn--", "a-"),
                After("data:", ","),
                After("https://", "é."),
            ]),
        },
        Reader {
            name: "sql",
            limit: sql::MAX_LENGTH,
            read: Box::new(|text| drop(black_box(sql::read(text, Dialect::Generic)))),
            benign: &[
                "SELECT a.id, b.name FROM orders a JOIN users b ON a.u = b.id WHERE a.total > 10 AND b.name = 'x';\n",
                "INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y');\n",
            ],
            hostile: with(&[
                Repeat("SELECT 1;"),
                After("SELECT ", "1+"),
                After("SELECT ", "NOT "),
                After("SELECT ", "a,"),
                Nest("(SELECT ", ")"),
                Nest("SELECT (", ")"),
                After("SELECT ", "CASE WHEN "),
                Repeat("/*"),
                Nest("/*", "*/"),
                Repeat("$a$"),
                Repeat("--\n"),
                After("SELECT '", "''"),
                Repeat("E'\\"),
                After("SELECT 1 WHERE ", "a=1 OR "),
                After("SELECT 1 ", "UNION SELECT 1 "),
                After("WITH ", "a AS (SELECT 1),"),
                After("SELECT ", "f("),
                After("SELECT * FROM ", "a JOIN "),
                After("SELECT a", "[1]"),
                After("SELECT a", "::int"),
                After("SELECT * FROM a WHERE b IN (", "1,"),
                After("INSERT INTO a VALUES ", "(1),"),
                Repeat("BEGIN;"),
                After("SELECT ", "- "),
                After("SELECT 1", " COLLATE x"),
                After("COPY a FROM STDIN;\n", "1\t2\n"),
            ]),
        },
        Reader {
            name: "command",
            limit: command::MAX_LENGTH,
            read: Box::new(move |text| {
                drop(black_box(command::read_shell(text).map(|effect| commands.check(&effect))))
            }),
            benign: &[
                "cargo test --locked && git status | grep -v main > /tmp/x\n",
                "for f in src/*.rs; do wc -l \"$f\"; done\n",
            ],
            hostile: with(&[
                Repeat("a;"),
                Repeat("a|"),
                Repeat("a&&"),
                Nest("$(", ")"),
                Nest("(", ")"),
                Nest("{ ", ";}"),
                Repeat("a=1 "),
                Repeat("<<E\n"),
                Repeat("cat <<E\nE\n"),
                Repeat("if a; then "),
                Repeat("sudo "),
                Repeat("env "),
                Repeat("sh -c 'a';"),
                Repeat("xargs "),
                After("echo ", "$a "),
                After("echo ", "*"),
                After("echo ", "{a,b}"),
                Repeat(">a "),
                Repeat("<(a) "),
                Repeat("`a` "),
                After("echo \"", "$(a)"),
                After("echo ", "/a/../"),
                Repeat("f() { :; };"),
                Repeat("case a in a) ;; esac;"),
                After("find . ", "-exec a \\; "),
                Repeat("$((1+"),
                After("a ", "--b=/c "),
                After("curl ", "http://a.com/ "),
                Repeat("# a\n"),
                Repeat("x=$x;"),
                Repeat("a\\\n"),
                Repeat("eval "),
                Repeat("while a; do "),
                Repeat("!"),
                Repeat("[[ a ]];"),
                After("git ", "-c a=b "),
            ]),
        },
        Reader {
            name: "address",
            limit: 256 << 10,
            read: Box::new(|text| drop(black_box(address::read(text)))),
            benign: &["\"Ann B\" <ann@example.org>, bob@example.com; ", "c.d@mail.example.co.uk,"],
            hostile: with(&[
                Repeat("a(b)@c.org,"),
                Repeat("G:a@b.org;"),
                After("mailto:", "a@b.org,"),
                After("mailto:a@b.org?", "cc=a@b.org&"),
                Repeat("\"a\" <b@c.org>,"),
                Nest("(", ")"),
                After("\"", "\\a"),
                After("a@", "é."),
                After("a@", "xn--a."),
                Repeat("<a@b.org>"),
                Repeat("=?utf-8?q?a?="),
                After("mailto:", "%2525"),
            ]),
        },
        Reader {
            name: "path",
            limit: 4 << 10,
            read: Box::new(move |text| drop(black_box(path::read(text, standing)))),
            benign: &["src/decision/path.rs/", "My Documents/a b c/"],
            hostile: with(&[
                Repeat("../"),
                Repeat("%2e%2e%2f"),
                Repeat("%252e"),
                Repeat("．．"),
                Repeat("..\\"),
                Repeat("/proc/self/root"),
                After("file://", "a"),
                Repeat("\u{200b}."),
                Repeat("%c0%ae"),
                Repeat("e\u{301}"),
                Repeat("\u{fdfa}"),
            ]),
        },
        Reader {
            name: "text",
            limit: 10 * MB,
            read: Box::new(|text| drop(black_box(text::read(text)))),
            benign: prose,
            hostile: with(&[
                Repeat("https://a.com/?u=https%3A%2F%2F"),
                Repeat("http:\\/\\/a.com\\/"),
                Repeat("//a.com "),
                Repeat("[a](//b.c)"),
                Repeat("http://a@"),
                Repeat("<a@b.com> "),
                Repeat("1.2.3.4/x "),
                Repeat("a.com/x "),
                Repeat("http://h.com/ http:"),
            ]),
        },
        Reader {
            name: "redact",
            limit: 10 * MB,
            read: Box::new(move |text| drop(black_box(redactor.text(text)))),
            benign: prose,
            hostile: with(&[
                Repeat("password=aX9!kq2#Lm "),
                Repeat("ghp_4tBq9ZrWx2NcV7mLpK3sYh8JdF6gQa1eRuTo "),
                Repeat("a://b:c@d "),
                Repeat("[redacted:token:0123456789abcdef]"),
                Repeat("-----BEGIN PRIVATE KEY-----"),
                Repeat("curl -u a:b "),
                Repeat("machine a login b password c "),
                Repeat("\"secret\":\""),
                Repeat("Authorization: Basic YTpi\n"),
                Repeat("password=("),
                Repeat("api_key = '"),
                Repeat("token: |\n  "),
                Repeat("Cookie: a=b; "),
            ]),
        },
        Reader {
            name: "mask e-mail",
            limit: 10 * MB,
            read: Box::new(|text| drop(black_box(redact::mask_emails(text)))),
            benign: prose,
            hostile: awkward(),
        },
        Reader {
            name: "strict JSON",
            limit: 10 * MB,
            read: Box::new(|text| drop(black_box(walk(text.as_bytes(), Limits::default())))),
            benign: &[],
            hostile: json(),
        },
        Reader {
            name: "message",
            limit: 10 * MB,
            read: Box::new(|text| drop(black_box(Message::parse(text.as_bytes(), Limits::default())))),
            benign: &[],
            hostile: json(),
        },
        Reader {
            name: "trace line",
            limit: 10 * MB,
            read: Box::new(|text| drop(black_box(trace::parse(text)))),
            benign: &[],
            hostile: json(),
        },
        Reader {
            name: "policy",
            limit: MB,
            read: Box::new(|text| drop(black_box(policy::load(text, "p")))),
            benign: &[],
            hostile: vec![
                Repeat("["),
                Repeat("- "),
                Repeat("- a\n"),
                Repeat("a: "),
                Repeat("? "),
                Repeat("&a "),
                Repeat("*a "),
                Repeat("!a "),
                Repeat("\"\\"),
                Repeat("|\n"),
                Repeat("#\n"),
                Repeat("---\n"),
                Nest("{a: ", "}"),
                Repeat("{a: 1},"),
                Repeat("\n "),
                After("a: ", "b "),
                After("version: 1\nservers: { s: { allowed_tools: [", "t, "),
                After("version: 1\nservers: { s: { allowed_paths: [", "./a, "),
                After("version: 1\nservers: { s: { denied_patterns: [\"", "*a"),
                After("a: &a [x]\nb: [", "*a, "),
                After("%YAML ", "1."),
            ],
        },
        Reader {
            name: "decision of a call",
            limit: 10 * MB,
            read: Box::new(move |text| {
                let arguments = [("note".to_owned(), text.into())].into_iter().collect();
                let request = Request::call("s", "t", arguments);
                drop(black_box(decide::decide(&granted, &History::default(), &facts, &request)));
            }),
            benign: prose,
            hostile: awkward(),
        },
    ]
}
