//! A grant of SQL, ready to be checked against.

use super::functions::is_harmless;
use super::names::{spell, split};
use crate::decision::table::Members;
use crate::model::effects::{SqlEffect, SqlStatement};
use crate::model::policy::SqlGrant;

/// A grant ready to be checked against. A check costs as much as the statement is long, however many tables are
/// granted.
#[derive(Debug, Clone)]
pub struct SqlRules {
    statements: Members<String>,
    tables: Option<Tables>,
    writes: Option<Tables>,
    search_path: Option<String>,
    functions: Members<String>,
}

impl SqlRules {
    /// `Err`: which entry of the grant cannot be used, and why.
    pub fn new(grant: &SqlGrant) -> Result<SqlRules, String> {
        let path = match &grant.search_path {
            Some(schema) => Some(one_schema(schema)?),
            None => None,
        };
        let tables = |list: &Option<Vec<String>>| match list {
            Some(list) => Tables::new(list, path.as_deref()).map(Some),
            None => Ok(None),
        };
        Ok(SqlRules {
            statements: grant.statements.iter().map(|kind| kind.trim().to_lowercase()).collect(),
            tables: tables(&grant.tables)?,
            writes: tables(&grant.writes)?,
            functions: grant.functions.iter().map(|name| name.trim().to_lowercase()).collect(),
            search_path: path,
        })
    }

    /// `Err`: what is not granted, in words.
    pub fn check(&self, sql: &SqlEffect) -> Result<(), String> {
        if sql.statements.is_empty() {
            return Err("it holds no statement".into());
        }
        sql.statements.iter().try_for_each(|statement| self.check_statement(statement))
    }

    fn check_statement(&self, statement: &SqlStatement) -> Result<(), String> {
        let kinds = || std::iter::once(&statement.kind).chain(&statement.also);
        // To explain a statement gives nothing that running it would not.
        let is_explain = |kind: &str| kind == "explain" || kind == "explain analyze";
        let explains_only = kinds().all(|kind| is_explain(kind));
        for kind in kinds().filter(|kind| explains_only || !is_explain(kind)) {
            if !self.statements.contains(kind) {
                return Err(format!(
                    "a statement of kind `{kind}` is not granted{}",
                    listed("granted are", &self.statements)
                ));
            }
        }
        for table in &statement.reads {
            self.check_table(table, self.tables.as_ref(), "read")?;
        }
        for table in &statement.writes {
            self.check_table(table, self.writes.as_ref().or(self.tables.as_ref()), "changed")?;
        }
        for function in &statement.functions {
            if !is_harmless(function) && !self.functions.contains(function) {
                return Err(format!(
                    "the function `{function}` is not granted, nor one of the harmless ones; `functions:` grants it"
                ));
            }
        }
        Ok(())
    }

    fn check_table(&self, table: &str, granted: Option<&Tables>, done: &str) -> Result<(), String> {
        let Some(granted) = granted else { return Ok(()) };
        let place = resolve(table, self.search_path.as_deref());
        if granted.hold(&place) {
            return Ok(());
        }
        let hint = match (table.contains('.'), &self.search_path) {
            (false, None) => "; `search_path:` would say which schema a plain name belongs to",
            _ => "",
        };
        Err(format!("the table `{place}` may not be {done}{hint}"))
    }
}

fn listed(words: &str, names: &Members<String>) -> String {
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.sort_unstable();
    match names.as_slice() {
        [] => String::new(),
        names => format!("; {words} {}", names.join(", ")),
    }
}

fn one_schema(written: &str) -> Result<String, String> {
    match split(written)?.as_slice() {
        [(name, _)] if !name.contains('*') => Ok(spell(name)),
        _ => Err(format!("`search_path: {written}` must name one schema")),
    }
}

/// Catalogues that a plain name reaches before, or without, any search path. They must be granted by their own name.
fn is_system(name: &str) -> bool {
    const COMPATIBILITY_VIEWS: &[&str] = &[
        "sysaltfiles",
        "syscolumns",
        "sysconfigures",
        "syscurconfigs",
        "sysdatabases",
        "sysdevices",
        "sysfiles",
        "sysindexes",
        "syslockinfo",
        "syslogins",
        "sysmessages",
        "sysobjects",
        "sysperfinfo",
        "syspermissions",
        "sysprocesses",
        "sysprotects",
        "sysreferences",
        "sysservers",
        "systypes",
        "sysusers",
        "sysxlogins",
        "syscomments",
        "syscacheobjects",
        "sysoledbusers",
        "sysremotelogins",
        "sysforeignkeys",
        "sysfulltextcatalogs",
    ];
    name.starts_with("pg_") || name.starts_with("sqlite_") || COMPATIBILITY_VIEWS.contains(&name)
}

/// A plain name belongs to the search path, unless the catalogue takes it first.
fn resolve(table: &str, search_path: Option<&str>) -> String {
    match search_path {
        _ if has_schema(table) => table.to_owned(),
        _ if table.starts_with("pg_") => format!("pg_catalog.{table}"),
        Some(schema) if !is_system(table) => format!("{schema}.{table}"),
        _ => table.to_owned(),
    }
}

/// A dot outside quotes.
fn has_schema(table: &str) -> bool {
    let mut quoted = false;
    table.chars().any(|c| {
        quoted ^= c == '"';
        c == '.' && !quoted
    })
}

/// A list of tables: names, `public.*`, `public.audit_*`, `*`.
#[derive(Debug, Clone, Default)]
struct Tables {
    names: Members<String>,
    /// What stands before the star.
    prefixes: Members<String>,
    /// `*`: every table but those of the system.
    all: bool,
}

impl Tables {
    fn new(list: &[String], search_path: Option<&str>) -> Result<Tables, String> {
        let mut tables = Tables::default();
        for written in list {
            tables.add(written, search_path)?;
        }
        Ok(tables)
    }

    fn add(&mut self, written: &str, search_path: Option<&str>) -> Result<(), String> {
        if written.trim() == "*" {
            self.all = true;
            return Ok(());
        }
        let parts = split(written)?;
        let stars = parts.iter().filter(|(name, quoted)| !quoted && name.contains('*')).count();
        let Some(((last, quoted), before)) = parts.split_last() else { return Ok(()) };
        let is_prefix = !quoted && last.ends_with('*') && last.matches('*').count() == 1;
        if stars > usize::from(is_prefix) {
            return Err(format!("`{written}`: a star may only end the name, as in `public.*` or `public.audit_*`"));
        }
        // What is not quoted may be meant as written or in lower case: servers differ, so both are granted.
        for lower in [false, true] {
            let case = |(name, quoted): &(String, bool)| {
                spell(&if lower && !quoted { name.to_lowercase() } else { name.clone() })
            };
            let schema: String = before.iter().map(|part| case(part) + ".").collect();
            let full = |name: &str| match search_path {
                Some(path) if before.is_empty() && !is_system(name) => format!("{path}.{name}"),
                _ => format!("{schema}{name}"),
            };
            match last.strip_suffix('*').filter(|_| is_prefix) {
                Some(stem) => self.prefixes.insert(full(&if lower { stem.to_lowercase() } else { stem.to_owned() })),
                None => self.names.insert(resolve(&full(&case(&(last.clone(), *quoted))), None)),
            };
        }
        Ok(())
    }

    fn hold(&self, table: &str) -> bool {
        if self.names.contains(table) {
            return true;
        }
        let (schema, name) = match last_dot(table) {
            Some(dot) => table.split_at(dot + 1),
            None => ("", table),
        };
        if schema.is_empty() && is_system(name) {
            return false;
        }
        // A quoted name is compared without its quotes: `public.*` holds `public."Order"`.
        let plain = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).filter(|name| !name.contains('.'));
        let plain = plain.unwrap_or(name);
        let ends = plain.char_indices().map(|(end, _)| end).chain([plain.len()]);
        let whole = format!("{schema}{plain}");
        let mut stems = ends.map(|end| whole.get(..schema.len() + end).unwrap_or_default());
        let prefixed = !self.prefixes.is_empty() && stems.any(|stem| self.prefixes.contains(stem));
        prefixed || (self.all && !is_catalogue(schema))
    }
}

fn is_catalogue(schema: &str) -> bool {
    let mut parts = schema.split('.').map(|part| part.trim_matches('"').to_lowercase());
    let catalogues = ["pg_catalog", "information_schema", "sys", "mysql", "performance_schema", "pg_toast", "temp"];
    parts.any(|part| catalogues.contains(&part.as_str()))
}

fn last_dot(table: &str) -> Option<usize> {
    let (mut quoted, mut last) = (false, None);
    for (index, c) in table.char_indices() {
        quoted ^= c == '"';
        if c == '.' && !quoted {
            last = Some(index);
        }
    }
    last
}
