//! SQL: what a statement would read and write.

use crate::model::effects::SqlEffect;
use crate::model::policy::SqlGrant;

/// Whose SQL it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dialect {
    #[default]
    Generic,
    Postgres,
    Sqlite,
    Mysql,
    Mssql,
}

impl Dialect {
    /// The name in the policy: `postgres`, `sqlite`, `mysql`, `mssql`, `generic`.
    pub fn from_name(_name: &str) -> Option<Dialect> {
        None
    }

    /// A guess from a server's name; generic where it says nothing.
    pub fn of_server(_server: &str) -> Dialect {
        Dialect::Generic
    }
}

/// Reads one SQL string, which may hold several statements. What does not parse, or is too long or deep, is an error.
pub fn read(_text: &str, _dialect: Dialect) -> Result<SqlEffect, String> {
    Err("not built".into())
}

/// A grant ready to be checked against.
#[derive(Debug, Clone)]
pub struct SqlRules;

impl SqlRules {
    pub fn new(_grant: &SqlGrant) -> Result<SqlRules, String> {
        Ok(SqlRules)
    }

    /// `Err`: what is not granted, in words.
    pub fn check(&self, _sql: &SqlEffect) -> Result<(), String> {
        Err("not built".into())
    }
}
