//! The names of statement kinds, and how strict each is.

use sqlparser::ast::{CreateTable, Ident, ObjectName, Set, SetExpr, Statement, TruncateTableTarget};
use sqlparser::keywords::Keyword;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use super::{Dialect, Fault};
use crate::model::effects::SqlStatement;

/// Pragmas of SQLite that only tell something when they are given no value, or the name of a table or index.
/// <https://www.sqlite.org/pragma.html>
const READING_PRAGMAS: &[(&str, bool)] = &[
    ("application_id", false),
    ("auto_vacuum", false),
    ("busy_timeout", false),
    ("cache_size", false),
    ("collation_list", false),
    ("compile_options", false),
    ("data_version", false),
    ("database_list", false),
    ("encoding", false),
    ("foreign_key_check", true),
    ("foreign_key_list", true),
    ("foreign_keys", false),
    ("freelist_count", false),
    ("function_list", false),
    ("index_info", true),
    ("index_list", true),
    ("index_xinfo", true),
    ("integrity_check", true),
    ("journal_mode", false),
    ("journal_size_limit", false),
    ("locking_mode", false),
    ("max_page_count", false),
    ("mmap_size", false),
    ("module_list", false),
    ("page_count", false),
    ("page_size", false),
    ("pragma_list", false),
    ("quick_check", true),
    ("recursive_triggers", false),
    ("schema_version", false),
    ("secure_delete", false),
    ("synchronous", false),
    ("table_info", true),
    ("table_list", true),
    ("table_xinfo", true),
    ("temp_store", false),
    ("user_version", false),
    ("wal_autocheckpoint", false),
];

/// `Some(true)`: it reads and its value names a table or index; `Some(false)`: it reads; `None`: it may write.
fn reading_pragma(name: &str, has_value: bool, is_assignment: bool) -> Option<bool> {
    let found = READING_PRAGMAS.iter().find(|(pragma, _)| *pragma == name)?;
    match (has_value, is_assignment, found.1) {
        (false, _, _) => Some(false),
        (true, false, true) => Some(true),
        _ => None,
    }
}

/// The kind by which a grant names the statement: its first word, or two where the second says what is made, changed or
/// dropped and that is not a table, view, index or sequence (`create function`, `drop role`). A wrapper (`explain`,
/// `prepare`) has the name of the wrapper here.
pub(super) fn kind(statement: &Statement) -> String {
    let plain = match statement {
        Statement::Query(query) => return query_kind(&query.body).to_owned(),
        Statement::Insert(_) => "insert",
        Statement::Update(_) => "update",
        Statement::Delete(_) => "delete",
        Statement::Merge(_) => "merge",
        Statement::Copy { .. } => "copy",
        Statement::Explain { .. } => "explain",
        Statement::ExplainTable { .. } => "describe",
        Statement::StartTransaction { .. } => "begin",
        Statement::Commit { .. } => "commit",
        Statement::Rollback { .. } => "rollback",
        Statement::Set(Set::SetRole { .. }) => "set role",
        Statement::Set(Set::SetSessionAuthorization(_)) => "set role",
        Statement::Set(_) => "set",
        Statement::CreateTable(CreateTable { external: true, .. }) => "create external",
        Statement::CreateTable(_)
        | Statement::CreateView(_)
        | Statement::CreateIndex(_)
        | Statement::CreateSequence { .. } => "create",
        Statement::CreateVirtualTable { .. } => "create virtual",
        Statement::AlterTable(_) | Statement::AlterIndex { .. } | Statement::AlterView { .. } => "alter",
        Statement::RenameTable(_) => "alter",
        Statement::AttachDatabase { .. } | Statement::AttachDuckDBDatabase { .. } => "attach",
        Statement::DetachDuckDBDatabase { .. } => "detach",
        Statement::LoadData { .. } | Statement::Load { .. } => "load",
        Statement::Truncate(_) => "truncate",
        Statement::Execute { .. } => "execute",
        Statement::Call(_) => "call",
        Statement::Prepare { .. } => "prepare",
        Statement::ReleaseSavepoint { .. } => "release",
        // SQLite's are read by `opaque`; other servers have none.
        Statement::Pragma { .. } => "pragma write",
        Statement::Lock(_) | Statement::LockTables { .. } => "lock",
        Statement::LISTEN { .. } => "listen",
        Statement::UNLISTEN { .. } => "unlisten",
        Statement::NOTIFY { .. } => "notify",
        _ => return first_words(&statement.to_string()),
    };
    plain.to_owned()
}

fn query_kind(body: &SetExpr) -> &'static str {
    match body {
        SetExpr::Insert(_) => "insert",
        SetExpr::Update(_) => "update",
        SetExpr::Delete(_) => "delete",
        SetExpr::Merge(_) => "merge",
        _ => "select",
    }
}

/// `drop table` is `drop`, `create or replace function` is `create function`.
fn first_words(text: &str) -> String {
    const FILLERS: &[&str] =
        &["or", "replace", "temporary", "temp", "unique", "if", "exists", "materialized", "local", "global", "alter"];
    let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let first = words.next().unwrap_or("unknown").to_lowercase();
    if !["create", "alter", "drop"].contains(&first.as_str()) {
        return first;
    }
    let second = words.map(str::to_lowercase).find(|word| !FILLERS.contains(&word.as_str()));
    match second.as_deref() {
        None | Some("table" | "view" | "index" | "sequence") => first,
        Some(second) => format!("{first} {second}"),
    }
}

/// The larger, the more a grant of it gives away.
pub(super) fn strictness(kind: &str) -> u8 {
    match kind {
        "explain" | "explain analyze" | "describe" | "show" => 0,
        "select" => 1,
        "pragma" | "prepare" | "lock" => 2,
        "insert" => 4,
        "update" | "merge" => 5,
        "delete" => 6,
        "create" => 7,
        "copy" => 8,
        "alter" => 9,
        "truncate" | "drop" => 10,
        "file" | "program" => 12,
        _ => 3,
    }
}

/// Statements of T-SQL that are one word, or a word and a bracket: after an expression the parser takes them for an
/// alias, and the server for the next statement, as T-SQL needs no semicolon.
const BARE_STATEMENTS: &[&str] = &[
    "SHUTDOWN",
    "RECONFIGURE",
    "CHECKPOINT",
    "REVERT",
    "EXEC",
    "EXECUTE",
    "COMMIT",
    "ROLLBACK",
    "DBCC",
    "BACKUP",
    "RESTORE",
    "KILL",
    "GO",
    "BULK",
    "OPENROWSET",
    "OPENQUERY",
    "OPENDATASOURCE",
    "DENY",
    "USE",
    "PRINT",
    "WAITFOR",
];

/// Refuses what the parser would swallow and the server would run.
pub(super) fn refuse_hidden_statements(tokens: &[TokenWithSpan], dialect: Dialect) -> Result<(), Fault> {
    refuse_inline_rows(tokens)?;
    if dialect == Dialect::Mssql { refuse_bare_statements(tokens) } else { Ok(()) }
}

/// The parser takes whatever follows `COPY ... FROM STDIN;` for rows. A server runs it.
fn refuse_inline_rows(tokens: &[TokenWithSpan]) -> Result<(), Fault> {
    let is_stdin = |token: &&TokenWithSpan| matches!(&token.token, Token::Word(word) if word.keyword == Keyword::STDIN);
    let Some(start) = tokens.iter().position(|token| is_stdin(&token)) else { return Ok(()) };
    let mut after = tokens.iter().skip(start).skip_while(|token| token.token != Token::SemiColon);
    if after.any(|token| !matches!(token.token, Token::Whitespace(_) | Token::SemiColon | Token::EOF)) {
        return Err(Fault::Refused("COPY FROM STDIN hides what stands after it; send the rows as INSERT".into()));
    }
    Ok(())
}

fn refuse_bare_statements(tokens: &[TokenWithSpan]) -> Result<(), Fault> {
    let mut starts = true;
    for token in tokens {
        match &token.token {
            Token::Whitespace(_) => continue,
            Token::Word(word) if word.quote_style.is_none() && !starts => {
                if let Some(bare) = BARE_STATEMENTS.iter().find(|bare| bare.eq_ignore_ascii_case(&word.value)) {
                    return Err(Fault::Refused(format!(
                        "{bare} stands where T-SQL may start a statement; put a semicolon before it"
                    )));
                }
            }
            _ => {}
        }
        starts = matches!(&token.token, Token::SemiColon | Token::Period);
        if let Token::Word(word) = &token.token {
            starts |= ["BEGIN", "ELSE", "THEN", "AS"].iter().any(|opens| opens.eq_ignore_ascii_case(&word.value));
        }
    }
    Ok(())
}

/// Statements whose grammar the parser does not have, and whose inside no grant looks into. Everything up to the
/// semicolon belongs to them; `refresh`, `reindex` and `cluster` name what they rewrite.
/// <https://www.postgresql.org/docs/current/sql-commands.html>
pub(super) fn opaque(parser: &mut Parser<'_>, dialect: Dialect) -> Result<Option<SqlStatement>, Fault> {
    let Token::Word(first) = &parser.peek_token_ref().token else { return Ok(None) };
    let (mut kind, quoted) = (first.value.to_ascii_lowercase(), first.quote_style.is_some());
    let postgres = ["do", "refresh", "reindex", "cluster", "checkpoint", "discard", "reassign"];
    let known = match dialect {
        Dialect::Postgres => postgres.contains(&kind.as_str()),
        Dialect::Sqlite => ["reindex", "detach", "vacuum", "pragma"].contains(&kind.as_str()),
        Dialect::Mysql => ["optimize", "repair", "checksum", "check"].contains(&kind.as_str()),
        _ => false,
    };
    // `ALTER SEQUENCE` and others that the parser has not; what they change is no table.
    const ALTERED: &[&str] =
        &["sequence", "domain", "database", "system", "default", "extension", "event", "publication"];
    let altered = match &parser.peek_nth_token_ref(1).token {
        Token::Word(second) if kind == "alter" && dialect == Dialect::Postgres => {
            Some(second.value.to_ascii_lowercase())
        }
        _ => None,
    };
    let altered = altered.filter(|second| ALTERED.contains(&second.as_str()));
    if let Some(second) = &altered {
        kind = format!("alter {second}");
    }
    let known = known || altered.is_some();
    if !known || quoted {
        return Ok(None);
    }
    let mut words = Vec::new();
    while !matches!(parser.peek_token_ref().token, Token::SemiColon | Token::EOF) {
        words.push(parser.next_token().token);
    }
    let is = |token: &Token, name: &str| matches!(token, Token::Word(word) if word.value.eq_ignore_ascii_case(name));
    if kind == "pragma" {
        return pragma(&words).map(Some);
    }
    let mut also = Vec::new();
    if kind == "vacuum" && words.iter().any(|token| is(token, "into")) {
        also.push("file".to_owned());
    }
    let mut writes = Vec::new();
    if ["refresh", "reindex", "cluster", "optimize", "repair"].contains(&kind.as_str()) && words.len() > 1 {
        writes.push(last_name(&words, dialect)?);
    }
    Ok(Some(SqlStatement { kind, also, reads: Vec::new(), writes, functions: Vec::new() }))
}

/// `PRAGMA schema.name`, `PRAGMA name = value`, `PRAGMA name(value)`.
fn pragma(words: &[Token]) -> Result<SqlStatement, Fault> {
    let (name, value) = match words {
        [_, Token::Word(_), Token::Period, Token::Word(name), value @ ..] => (name, value),
        [_, Token::Word(name), value @ ..] => (name, value),
        _ => return Err(Fault::Unread("it does not parse: a pragma has no name".into())),
    };
    let table = match value {
        [Token::LParen, Token::Word(table), Token::RParen] => Some(table.value.as_str()),
        [Token::LParen, Token::SingleQuotedString(table) | Token::DoubleQuotedString(table), Token::RParen] => {
            Some(table.as_str())
        }
        _ => None,
    };
    let (mut also, mut reads) = (Vec::new(), Vec::new());
    match (reading_pragma(&name.value.to_lowercase(), !value.is_empty(), table.is_none()), table) {
        (Some(true), Some(table)) => reads.push(super::names::spell(&table.to_lowercase())),
        (Some(_), _) => {}
        (None, _) => also.push("pragma write".to_owned()),
    }
    Ok(SqlStatement { kind: "pragma".into(), also, reads, writes: Vec::new(), functions: Vec::new() })
}

/// The name at the end of `REFRESH MATERIALIZED VIEW CONCURRENTLY stats.daily WITH DATA`.
fn last_name(words: &[Token], dialect: Dialect) -> Result<String, Fault> {
    let tail = ["with", "data", "no"];
    let mut parts = Vec::new();
    let mut wants_name = true;
    for token in words.iter().rev() {
        match token {
            Token::Word(word) if parts.is_empty() && tail.contains(&word.value.to_lowercase().as_str()) => {}
            Token::Word(word) if wants_name => {
                parts.push(Ident { value: word.value.clone(), quote_style: word.quote_style, span: Span::empty() });
                wants_name = false;
            }
            Token::Period if !wants_name => wants_name = true,
            _ if wants_name => return Err(Fault::Unread("it does not parse: a name is missing".into())),
            _ => break,
        }
    }
    parts.reverse();
    super::names::table(&ObjectName::from(parts), dialect)
}

/// What `TRUNCATE` names.
pub(super) fn truncated(targets: &[TruncateTableTarget]) -> impl Iterator<Item = &ObjectName> {
    targets.iter().map(|target| &target.name)
}
