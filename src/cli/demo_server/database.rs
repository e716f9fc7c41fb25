//! A database of two tables that understands a handful of statements.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::tools::Called;

#[derive(Debug, Default)]
struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

/// `orders` and `users`, as a small shop would have them. Gone when the server ends.
#[derive(Debug)]
pub struct Database {
    tables: BTreeMap<String, Table>,
}

struct Statements {
    select: Option<Regex>,
    insert: Option<Regex>,
    update: Option<Regex>,
    delete: Option<Regex>,
    drop: Option<Regex>,
}

static STATEMENTS: LazyLock<Statements> = LazyLock::new(|| {
    const WHERE: &str = r"(?:\s+where\s+(?<column>\w+)\s*=\s*'?(?<value>[^']*?)'?)?";
    let statement = |text: &str| Regex::new(&format!(r"(?is)^\s*{}\s*;?\s*$", text.replace("<where>", WHERE))).ok();
    Statements {
        select: statement(
            r"select\s+(?<columns>[\w*,\s]+?)\s+from\s+(?<table>\w+)<where>(?:\s+order\s+by\s+\w+)?(?:\s+limit\s+(?<limit>\d+))?",
        ),
        insert: statement(r"insert\s+into\s+(?<table>\w+)\s+values\s*\((?<values>.*)\)"),
        update: statement(r"update\s+(?<table>\w+)\s+set\s+(?<set>\w+)\s*=\s*'?(?<to>[^']*?)'?<where>"),
        delete: statement(r"delete\s+from\s+(?<table>\w+)<where>"),
        drop: statement(r"drop\s+table\s+(?<table>\w+)"),
    }
});

impl Database {
    pub fn new() -> Database {
        let table = |columns: &[&'static str], rows: &[&[&str]]| Table {
            columns: columns.to_vec(),
            rows: rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect(),
        };
        let orders: &[&[&str]] =
            &[&["1", "Ada", "120"], &["2", "Grace", "80"], &["3", "Barbara", "45"], &["4", "Edsger", "210"]];
        let users: &[&[&str]] = &[&["1", "ada@shop.example", "made-up"], &["2", "grace@shop.example", "made-up"]];
        let tables = BTreeMap::from([
            ("orders".to_owned(), table(&["id", "customer", "total"], orders)),
            ("users".to_owned(), table(&["id", "email", "password"], users)),
        ]);
        Database { tables }
    }

    pub fn run(&mut self, sql: &str) -> Called {
        let statements = &*STATEMENTS;
        let of = |regex: &Option<Regex>| regex.as_ref().and_then(|regex| regex.captures(sql));
        if let Some(found) = of(&statements.select) {
            return self.select(&found);
        }
        if let Some(found) = of(&statements.drop) {
            return match self.tables.remove(&group(&found, "table")) {
                Some(_) => Ok("dropped".to_owned()),
                None => Err(unknown(&found)),
            };
        }
        if let Some(found) = of(&statements.insert) {
            let values = group_as_written(&found, "values");
            let row = values.split(',').map(|value| value.trim().trim_matches('\'').to_owned()).collect();
            self.table(&found)?.rows.push(row);
            return Ok("1 row".to_owned());
        }
        if let Some(found) = of(&statements.delete) {
            let table = self.table(&found)?;
            let hit = hits(table, &found)?;
            let before = table.rows.len();
            table.rows.retain(|row| !hit(row));
            return Ok(format!("{} rows", before - table.rows.len()));
        }
        if let Some(found) = of(&statements.update) {
            let table = self.table(&found)?;
            let hit = hits(table, &found)?;
            let set = column(table, &group(&found, "set"))?;
            let mut count = 0;
            for row in table.rows.iter_mut().filter(|row| hit(row)) {
                if let Some(cell) = row.get_mut(set) {
                    *cell = group_as_written(&found, "to");
                    count += 1;
                }
            }
            return Ok(format!("{count} rows"));
        }
        Err("this small database knows SELECT, INSERT, UPDATE, DELETE and DROP TABLE in their simplest form".to_owned())
    }

    fn select(&mut self, found: &Captures<'_>) -> Called {
        let table = self.table(found)?;
        let wanted = group(found, "columns");
        let columns: Vec<usize> = match wanted.trim() {
            "*" => (0..table.columns.len()).collect(),
            list => list.split(',').map(|name| column(table, name.trim())).collect::<Result<_, _>>()?,
        };
        let hit = hits(table, found)?;
        let limit = group(found, "limit").parse().unwrap_or(usize::MAX);
        let line = |row: &Vec<String>| {
            let cells: Vec<&str> = columns.iter().filter_map(|at| row.get(*at)).map(String::as_str).collect();
            cells.join(" | ")
        };
        let lines: Vec<String> = table.rows.iter().filter(|row| hit(row)).take(limit).map(line).collect();
        Ok(lines.join("\n"))
    }

    fn table(&mut self, found: &Captures<'_>) -> Result<&mut Table, String> {
        self.tables.get_mut(&group(found, "table")).ok_or_else(|| unknown(found))
    }
}

fn unknown(found: &Captures<'_>) -> String {
    format!("there is no table `{}`", group(found, "table"))
}

fn group(found: &Captures<'_>, name: &str) -> String {
    group_as_written(found, name).to_lowercase()
}

fn group_as_written(found: &Captures<'_>, name: &str) -> String {
    found.name(name).map(|part| part.as_str().to_owned()).unwrap_or_default()
}

fn column(table: &Table, name: &str) -> Result<usize, String> {
    table.columns.iter().position(|column| *column == name).ok_or_else(|| format!("there is no column `{name}`"))
}

/// Which rows the `where` part means; all without one.
fn hits(table: &Table, found: &Captures<'_>) -> Result<impl Fn(&Vec<String>) -> bool + use<>, String> {
    let value = group_as_written(found, "value");
    let at = match group(found, "column").as_str() {
        "" => None,
        name => Some(column(table, name)?),
    };
    Ok(move |row: &Vec<String>| at.is_none_or(|at| row.get(at).is_some_and(|cell| *cell == value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_is_changed_is_read_back() {
        let mut database = Database::new();
        assert_eq!(database.run("SELECT customer FROM orders WHERE id = 2").unwrap(), "Grace");
        assert_eq!(database.run("update orders set total = 90 where id = 2;").unwrap(), "1 rows");
        assert_eq!(database.run("select total from orders where customer = 'Grace'").unwrap(), "90");
        assert_eq!(database.run("SELECT * FROM orders LIMIT 1").unwrap(), "1 | Ada | 120");
        assert_eq!(database.run("DELETE FROM orders").unwrap(), "4 rows");
        assert_eq!(database.run("DROP TABLE orders").unwrap(), "dropped");
    }

    #[test]
    fn what_it_does_not_know_is_an_error() {
        let mut database = Database::new();
        assert!(database.run("select * from nowhere").is_err());
        assert!(database.run("truncate orders").is_err());
        assert!(database.run("select id from orders; drop table orders").is_err());
    }
}
