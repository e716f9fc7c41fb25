//! SQL: what a statement would read and write.
//!
//! A text is read in three steps: [`scan`] walks over it once and refuses what is too long, too deep, or what a server
//! could lex differently from us; `sqlparser` parses it in the dialect of the server; [`analyse`] reads tables,
//! statement kinds and functions off the tree. A text whose dialect is unknown is read in all four dialects, and every
//! reading that parses must be granted.
//!
//! # What is understood
//!
//! - Every statement of the text, and every statement inside another: a CTE that writes, `EXPLAIN ANALYZE`, `PREPARE`,
//!   `COPY (query)`, blocks. The outer statement takes the kind of the strictest, `also` names the rest.
//! - Table names by the rules of the dialect: PostgreSQL folds what is not quoted to lower case, SQLite and SQL Server
//!   ignore case, MySQL keeps it. A name that needs quotes is written with double quotes (`public."Order"`).
//! - The scope of CTE names: a CTE hides a table of its name only where the server would take it so.
//! - Functions, by name: a short list of harmless ones is always granted ([`functions`]), all others by `functions:`.
//!
//! # What is refused without looking further
//!
//! Executable comments (`/*! */`), a comment inside a comment, control characters and white space outside ASCII, `U&`
//! strings, a backslash before the closing quote where the server's settings decide what it means, `COPY FROM STDIN`
//! with anything after it, the `TABLE x` command, statement words as implicit aliases in T-SQL, dollar quotes outside
//! PostgreSQL, and whatever does not parse.
//!
//! # What is not seen
//!
//! What a view, a trigger, a rule, a default or a function on the granted list does inside the server; columns and
//! rows; a `search_path` that an earlier call changed; functions reached through casts, operators of the user and
//! functional notation on a row (`t.f`).

mod analyse;
mod functions;
mod kinds;
mod names;
mod rules;
mod scan;
mod scope;
mod sqlite;

#[cfg(test)]
mod tests;

use sqlparser::dialect::{MsSqlDialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Tokenizer;

use crate::model::effects::{SqlEffect, SqlStatement};

pub use functions::is_harmless as is_harmless_function;
pub use rules::SqlRules;

/// Longer text is refused, in bytes. Dumps belong in files.
pub const MAX_LENGTH: usize = 256 * 1024;

/// How deep expressions, queries and statements may nest for the parser. Its frames are large: at this depth an
/// unoptimised build stays within the 2 MiB of a thread.
const MAX_RECURSION: usize = 20;

/// Whose SQL it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Not known: read in each of the others.
    #[default]
    Generic,
    Postgres,
    Sqlite,
    Mysql,
    Mssql,
}

impl Dialect {
    /// The name in the policy: `postgres`, `sqlite`, `mysql`, `mssql`, `generic`.
    pub fn from_name(name: &str) -> Option<Dialect> {
        Some(match name {
            "generic" => Dialect::Generic,
            "postgres" => Dialect::Postgres,
            "sqlite" => Dialect::Sqlite,
            "mysql" => Dialect::Mysql,
            "mssql" => Dialect::Mssql,
            _ => return None,
        })
    }

    /// A guess from a server's name; generic where it says nothing, or names two.
    pub fn of_server(server: &str) -> Dialect {
        let name = server.to_ascii_lowercase();
        let families = [
            (Dialect::Postgres, &["postgres", "pgsql", "psql", "supabase", "neon", "timescale", "crunchy"][..]),
            (Dialect::Sqlite, &["sqlite", "libsql", "turso"][..]),
            (Dialect::Mysql, &["mysql", "mariadb", "planetscale", "tidb"][..]),
            (Dialect::Mssql, &["mssql", "sqlserver", "sql-server", "sql_server", "azure-sql", "azuresql"][..]),
        ];
        let mut found = families.iter().filter(|(_, words)| words.iter().any(|word| name.contains(word)));
        match (found.next(), found.next()) {
            (Some((dialect, _)), None) => *dialect,
            _ if name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == "pg") => Dialect::Postgres,
            _ => Dialect::Generic,
        }
    }
}

/// Why a text has no effect to show.
enum Fault {
    /// No server may be asked to run it.
    Refused(String),
    /// It is not SQL of this dialect.
    Unread(String),
}

/// Reads one SQL string, which may hold several statements. What does not parse, or is too long or deep, is an error.
pub fn read(text: &str, dialect: Dialect) -> Result<SqlEffect, String> {
    if text.len() > MAX_LENGTH {
        return Err(format!("the SQL is {} bytes long; at most {MAX_LENGTH} are read", text.len()));
    }
    let dialects = match dialect {
        Dialect::Generic => &[Dialect::Postgres, Dialect::Mysql, Dialect::Sqlite, Dialect::Mssql][..],
        Dialect::Postgres => &[Dialect::Postgres],
        Dialect::Sqlite => &[Dialect::Sqlite],
        Dialect::Mysql => &[Dialect::Mysql],
        Dialect::Mssql => &[Dialect::Mssql],
    };
    let (mut readings, mut unread) = (Vec::new(), None);
    for dialect in dialects {
        match read_in(text, *dialect, &mut readings) {
            Ok(()) => {}
            Err(Fault::Refused(why)) => return Err(why),
            Err(Fault::Unread(why)) => unread = unread.or(Some(why)),
        }
    }
    if readings.is_empty() {
        return Err(unread.unwrap_or_else(|| "it is not SQL".into()));
    }
    Ok(SqlEffect { written: text.to_owned(), statements: readings.concat() })
}

/// Adds each way in which a server of this dialect may read the text, unless it is there already.
fn read_in(text: &str, dialect: Dialect, readings: &mut Vec<Vec<SqlStatement>>) -> Result<(), Fault> {
    let mut add = |reading| {
        if !readings.contains(&reading) {
            readings.push(reading);
        }
    };
    let scanned = scan::scan(text, dialect, dialect == Dialect::Mysql)?;
    if !scanned.doubtful_escape {
        add(parse(text, dialect)?);
        return Ok(());
    }
    if ["--", "#", "/*"].iter().any(|mark| text.contains(mark)) {
        return Err(Fault::Refused(
            "it holds both a comment and a backslash before a quote; leave the comment out".into(),
        ));
    }
    // A quote after a backslash ends the string or does not, as `NO_BACKSLASH_ESCAPES` says.
    let escaped = parse(text, dialect);
    let plain = scan::scan(text, dialect, false).and_then(|_| parse(&scan::double_backslashes(text), dialect));
    for reading in [escaped, plain] {
        match reading {
            Ok(reading) => add(reading),
            Err(Fault::Refused(why)) => return Err(Fault::Refused(why)),
            Err(Fault::Unread(_)) => {}
        }
    }
    Ok(())
}

fn parse(text: &str, dialect: Dialect) -> Result<Vec<SqlStatement>, Fault> {
    let grammar: &dyn sqlparser::dialect::Dialect = match dialect {
        Dialect::Postgres | Dialect::Generic => &PostgreSqlDialect {},
        Dialect::Sqlite => &sqlite::Sqlite(SQLiteDialect {}),
        Dialect::Mysql => &MySqlDialect {},
        Dialect::Mssql => &MsSqlDialect {},
    };
    let unread = |why: &dyn std::fmt::Display| Fault::Unread(format!("it does not parse: {why}"));
    let tokens = Tokenizer::new(grammar, text).tokenize_with_location().map_err(|why| unread(&why))?;
    kinds::refuse_hidden_statements(&tokens, dialect)?;
    let mut parser = Parser::new(grammar).with_recursion_limit(MAX_RECURSION).with_tokens_with_locations(tokens);
    analyse::statements(&mut parser, dialect)
}
