//! The policy file as it is written: what is granted (DESIGN 4). `decision::policy` reads it from YAML, checks it and
//! makes it ready to decide with; `pipeline::infer` builds one and writes it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::verdict::{Decision, Location};

/// The whole file. Lists keep the order of the file; maps are by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    pub servers: BTreeMap<String, Server>,
    /// `approvals.require_human_approval`
    pub approvals: Vec<ToolRef>,
    pub redaction: Redaction,
    /// Label -> what earns it.
    pub labels: BTreeMap<String, Vec<LabelRef>>,
    pub flows: Vec<Flow>,
    pub tests: Vec<PolicyTest>,
    /// `default: allow` was written out. It does not reach servers that the policy names.
    pub default_allow: bool,
    /// Where each pointer (`servers.fs.tools.read.args.path`) stands in the file. Empty for a policy made in memory.
    pub locations: BTreeMap<String, Location>,
}

/// What one server may be asked, and may ask.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Server {
    pub allowed_tools: Vec<String>,
    pub denied_tools: Vec<String>,
    /// `None`: no such key. A server with path rules but without this grants no path at all.
    pub allowed_paths: Option<Vec<String>>,
    pub denied_paths: Vec<String>,
    pub denied_patterns: Vec<String>,
    /// What relative paths of its calls are relative to, instead of its working directory.
    pub root: Option<String>,
    /// SQL dialect: `postgres`, `sqlite`, `mysql`, `mssql`, `generic`.
    pub dialect: Option<String>,
    pub tools: BTreeMap<String, Tool>,
    /// URI patterns.
    pub resources: Vec<String>,
    /// Prompt names.
    pub prompts: Vec<String>,
    pub sampling: Option<Decision>,
    pub elicitation: Option<Decision>,
    /// Protections switched off, by name.
    pub unprotected: Vec<String>,
}

/// The rule of one tool.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tool {
    pub args: Args,
    /// `other_args: allow`: arguments that are not listed pass.
    pub other_args: bool,
    pub required: Vec<String>,
    pub rate: Option<Rate>,
    pub budget: Option<Budget>,
    /// Every call of it is asked.
    pub ask: bool,
    pub variants: Option<Variants>,
}

/// Which arguments a call may have.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Args {
    /// No `args` key: none.
    #[default]
    Closed,
    /// `args: any`
    Any,
    /// Only these, each within its constraint.
    Listed(BTreeMap<String, Constraint>),
}

/// What one argument's value must satisfy.
#[derive(Debug, Clone, PartialEq)]
pub enum Constraint {
    Any,
    OneOf(Vec<Value>),
    /// A regular expression on the whole value.
    Matches(String),
    Shape(Shape),
    /// Both ends included; `None` is open.
    Range {
        min: Option<f64>,
        max: Option<f64>,
    },
    /// Of a string, in Unicode scalar values.
    MaxLength(u64),
    /// Of an array.
    MaxItems(u64),
    /// Places, in the words of the policy. `relative_to` names the sibling argument that relative paths start from.
    Paths {
        paths: Vec<String>,
        relative_to: Option<String>,
    },
    Urls(Vec<String>),
    Emails(Vec<String>),
    Sql(SqlGrant),
    Commands(Vec<String>),
    Text(TextGrant),
    /// The token of a redacted secret, `[redacted:kind:token]`.
    Redacted(String),
    /// Every element of an array.
    Each(Box<Constraint>),
    /// The members of an object, closed like arguments.
    Fields {
        fields: BTreeMap<String, Constraint>,
        required: Vec<String>,
    },
    Not(Box<Constraint>),
    /// Two kinds in one mapping: both must hold.
    All(Vec<Constraint>),
    /// A list of constraints: any one.
    AnyOf(Vec<Constraint>),
}

/// A form that a string has. The tests of each stand in `decision::shape`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    Uuid,
    Date,
    IsoDatetime,
    Duration,
    Hex,
    Base64,
    Slug,
    Semver,
    Integer,
    Decimal,
    Locale,
    Cursor,
}

impl Shape {
    pub const ALL: [Shape; 12] = [
        Shape::Uuid,
        Shape::Date,
        Shape::IsoDatetime,
        Shape::Duration,
        Shape::Hex,
        Shape::Base64,
        Shape::Slug,
        Shape::Semver,
        Shape::Integer,
        Shape::Decimal,
        Shape::Locale,
        Shape::Cursor,
    ];

    /// The name in the policy.
    pub fn name(self) -> &'static str {
        match self {
            Shape::Uuid => "uuid",
            Shape::Date => "date",
            Shape::IsoDatetime => "iso-datetime",
            Shape::Duration => "duration",
            Shape::Hex => "hex",
            Shape::Base64 => "base64",
            Shape::Slug => "slug",
            Shape::Semver => "semver",
            Shape::Integer => "integer",
            Shape::Decimal => "decimal",
            Shape::Locale => "locale",
            Shape::Cursor => "cursor",
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct SqlGrant {
    /// Statement kinds, lower case.
    pub statements: Vec<String>,
    /// `public.orders`, `orders`, `public.*`. `None`: any table.
    pub tables: Option<Vec<String>>,
    /// Which tables may be written, where that differs from `tables`.
    pub writes: Option<Vec<String>>,
    /// Schema that an unqualified table name belongs to.
    pub search_path: Option<String>,
    /// Functions beyond the harmless ones that are always granted.
    pub functions: Vec<String>,
}

/// What free text may embed. `None`: anything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextGrant {
    pub hosts: Option<Vec<String>>,
    pub emails: Option<Vec<String>>,
    pub accounts: Option<Vec<String>>,
    /// `secrets: deny`
    pub deny_secrets: bool,
}

/// `30/min`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub max: u64,
    pub per: Period,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Budget {
    /// The argument that is summed up.
    pub sum: String,
    pub max: f64,
    pub per: Period,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    Second,
    Minute,
    Hour,
    Day,
    Week,
}

impl Period {
    pub const ALL: [Period; 5] = [Period::Second, Period::Minute, Period::Hour, Period::Day, Period::Week];

    /// Length in milliseconds: windows slide, they do not follow the calendar.
    pub fn milliseconds(self) -> i64 {
        match self {
            Period::Second => 1_000,
            Period::Minute => 60_000,
            Period::Hour => 3_600_000,
            Period::Day => 86_400_000,
            Period::Week => 604_800_000,
        }
    }

    /// The name in the policy.
    pub fn name(self) -> &'static str {
        match self {
            Period::Second => "sec",
            Period::Minute => "min",
            Period::Hour => "hour",
            Period::Day => "day",
            Period::Week => "week",
        }
    }
}

/// A tool that is many: the value of argument `by` chooses the rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Variants {
    pub by: String,
    pub of: BTreeMap<String, Tool>,
}

/// `server.tool`, or a bare tool name on any server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ToolRef {
    pub server: Option<String>,
    pub tool: String,
}

/// What earns a label: a tool, or a place touched through a server (`filesystem:~/Documents/**`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LabelRef {
    Tool(ToolRef),
    Place { server: String, path: String },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    pub name: String,
    /// Labels that the session must have earned, all of them.
    pub from: Vec<String>,
    /// The label of the request that is judged.
    pub to: String,
    pub then: Decision,
}

/// What is taken out of anything that is written down.
#[derive(Debug, Clone, PartialEq)]
pub struct Redaction {
    pub secrets: bool,
    pub emails: bool,
    pub api_keys: bool,
    /// Name -> regular expression.
    pub patterns: Vec<(String, String)>,
}

impl Default for Redaction {
    fn default() -> Redaction {
        Redaction { secrets: true, emails: false, api_keys: true, patterns: Vec::new() }
    }
}

/// One entry of `tests:`.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyTest {
    pub expect: Decision,
    pub server: String,
    pub tool: String,
    pub arguments: serde_json::Map<String, Value>,
}
