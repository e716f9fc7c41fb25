//! What a request would touch, read off its arguments. Never what a tool says of itself.

use core::net::IpAddr;

use serde::{Deserialize, Serialize};

/// Every effect of one request, in argument order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Effects(pub Vec<Effect>);

/// One effect and the argument it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// JSON pointer into the arguments (RFC 6901): `/files/0`. An object key that is itself the effect is pointed at
    /// by its own member. For a resource it is `/uri`.
    pub argument: String,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq)]
pub enum What {
    Path(PathEffect),
    Url(UrlEffect),
    Sql(SqlEffect),
    Command(CommandEffect),
    Address(Address),
    /// What free text embeds.
    Text(TextEffect),
    /// A value that is declared, or looks, to be of a kind and cannot be read as one. It is always denied where a
    /// constraint of that kind stands.
    Unreadable {
        kind: Kind,
        why: String,
    },
}

/// The kinds of effect, as messages name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Path,
    Url,
    Sql,
    Command,
    Address,
    Text,
}

/// A string that a server will use as a place in the file system.
#[derive(Debug, Clone, PartialEq)]
pub struct PathEffect {
    /// As it stands in the argument.
    pub written: String,
    pub readings: Readings,
    /// The server's `root` as the policy writes it: what relative paths start from, instead of the working directory.
    pub root: Option<String>,
    /// The directory it is relative to, where that is another argument's value (`repo_path` of `files`).
    pub base: Option<String>,
    /// The tool changes what it names (by its verbs), so that an ancestor of a denied place is denied too.
    pub changes: bool,
    pub found: Found,
}

/// Each way in which a server may read a path (percent-decoded, Unicode forms, `file://` taken off ...), the most direct
/// one first. Not yet joined to a directory. Every reading is judged and the strictest wins (DESIGN 3.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readings {
    /// Nothing in it that two readers could take differently.
    AsWritten,
    Several(Vec<String>),
}

impl Readings {
    /// The readings of the path that is written so.
    pub fn of<'a>(&'a self, written: &'a str) -> impl Iterator<Item = &'a str> {
        let (plain, several) = match self {
            Readings::AsWritten => (Some(written), &[][..]),
            Readings::Several(several) => (None, several.as_slice()),
        };
        plain.into_iter().chain(several.iter().map(String::as_str))
    }
}

/// What a relative path starts from, other than the working directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Start<'a> {
    /// The server's `root`, as the policy writes it.
    pub root: Option<&'a str>,
    /// The folder that another argument names.
    pub base: Option<&'a str>,
}

impl PathEffect {
    pub fn readings(&self) -> impl Iterator<Item = &str> {
        self.readings.of(&self.written)
    }

    pub fn start(&self) -> Start<'_> {
        Start { root: self.root.as_deref(), base: self.base.as_deref() }
    }
}

/// Why a string was taken for what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// A constraint of the policy says so.
    Declared,
    /// Its key is in the table of key names (`path`, `file`, `cwd` ...).
    Key,
    /// Its form says so (`/etc/passwd`, `~/x`, `file://`, `https://`).
    Form,
    /// It is part of another effect (a command's redirection, a URL in free text).
    Embedded,
    /// It is a word of a command that names a file only where nothing else has that name: `git diff main`. Denials and
    /// protections judge it, and no grant need hold it.
    Perhaps,
}

#[derive(Debug, Clone, PartialEq)]
pub struct UrlEffect {
    pub written: String,
    /// Lower case, without the colon.
    pub scheme: String,
    pub host: Host,
    /// `None` where it is the scheme's default.
    pub port: Option<u16>,
    /// Normalised path, starting with `/` for special schemes.
    pub path: String,
    pub query: Option<String>,
    /// A user name or password stands before the host.
    pub userinfo: bool,
    pub found: Found,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Host {
    /// ASCII (punycode) form, lower case, without a trailing dot.
    Domain(String),
    Ip(IpAddr),
    /// `file:///x`, `data:` and the like.
    None,
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Host::Domain(name) => f.write_str(name),
            Host::Ip(IpAddr::V6(ip)) => write!(f, "[{ip}]"),
            Host::Ip(ip) => write!(f, "{ip}"),
            Host::None => Ok(()),
        }
    }
}

/// Everything one SQL string would do, statement by statement.
#[derive(Debug, Clone, PartialEq)]
pub struct SqlEffect {
    pub written: String,
    pub statements: Vec<SqlStatement>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlStatement {
    /// `select`, `insert`, `update`, `delete`, `create`, `drop`, `pragma`, `copy`, `explain` ... lower case. A statement
    /// that hides a second one (a CTE that writes, `EXPLAIN ANALYZE DELETE`) counts as the stricter of the two, and
    /// `also` names the rest.
    pub kind: String,
    /// Other statement kinds it contains.
    pub also: Vec<String>,
    pub reads: Vec<String>,
    pub writes: Vec<String>,
    /// Functions called, lower case, qualified as written.
    pub functions: Vec<String>,
}

/// Everything one command string or argument vector would run.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandEffect {
    pub written: String,
    /// Every simple command that may run, in order, wrappers (`env`, `sudo`, `xargs` ...) and what they wrap apart.
    pub commands: Vec<SimpleCommand>,
    /// Targets of redirections and path-like words.
    pub paths: Vec<String>,
    /// Places that are taken away, or written over with all below them. They do not stand in `paths` again.
    pub changes: Vec<String>,
    /// Words that name a file only where nothing else has that name, as a revision of git may.
    pub perhaps: Vec<String>,
    /// Those of `paths` that a redirection writes. `/dev/null` and the standard streams are not among them.
    pub writes: Vec<String>,
    pub urls: Vec<String>,
    /// It needs a shell to be understood: pipes, lists, substitution, redirection, variables or globs.
    pub compound: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimpleCommand {
    /// The command and its arguments, quotes removed.
    pub words: Vec<Word>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    Literal(String),
    /// Its value is known only when it runs (`$x`, `$(cmd)`, a glob, `~`): it matches no literal pattern.
    Dynamic(String),
}

/// An address somebody can be reached at.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    pub written: String,
    /// The part before `@`, quotes and comments removed, letter case kept.
    pub local: String,
    /// ASCII (punycode) form, lower case.
    pub domain: String,
}

/// What free text embeds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextEffect {
    pub hosts: Vec<Host>,
    pub urls: Vec<UrlEffect>,
    pub addresses: Vec<Address>,
    /// Account numbers whose check digits are right (IBAN, payment card), without spaces.
    pub accounts: Vec<String>,
    /// Kinds of secret found (`github-pat`, `private-key` ...); never the secret itself.
    pub secrets: Vec<String>,
}
