//! Which names stand for a CTE, at each place of a statement.

use std::collections::HashMap;

use sqlparser::ast::Query;

use super::Dialect;
use super::names;

/// The names of one `WITH`, and how many of them can be seen where the walk is.
struct Frame {
    query: *const Query,
    /// Name -> its place in the list.
    names: HashMap<String, usize>,
    bodies: Vec<*const Query>,
    /// How many bodies the walk has left.
    done: usize,
    /// Whether it is inside one.
    inside: bool,
    recursive: bool,
}

/// The `WITH` clauses around the place where the walk is. Queries are told apart by where they stand in the tree, which
/// does not move during the walk.
pub(super) struct Scope {
    frames: Vec<Frame>,
    dialect: Dialect,
}

impl Scope {
    pub(super) fn new(dialect: Dialect) -> Scope {
        Scope { frames: Vec::new(), dialect }
    }

    pub(super) fn enter(&mut self, query: &Query) {
        self.pass_body(query, true);
        let frame = self.frame(query);
        self.frames.push(frame);
    }

    pub(super) fn leave(&mut self, query: &Query) {
        if self.frames.last().is_some_and(|frame| std::ptr::eq(frame.query, query)) {
            self.frames.pop();
        }
        self.pass_body(query, false);
    }

    /// Whether a CTE in sight has taken the plain name.
    pub(super) fn holds(&self, name: &str) -> bool {
        self.frames.iter().any(|frame| {
            // Only SQL Server lets a CTE name itself without RECURSIVE; elsewhere its own name is the table's.
            let own = usize::from(frame.inside && self.dialect == Dialect::Mssql);
            frame.names.get(name).is_some_and(|place| frame.recursive || *place < frame.done + own)
        })
    }

    fn frame(&self, query: &Query) -> Frame {
        let mut names = HashMap::new();
        let mut bodies = Vec::new();
        let with = query.with.as_ref();
        for (place, cte) in with.iter().flat_map(|with| &with.cte_tables).enumerate() {
            names.entry(names::spell(&names::fold(&cte.alias.name, self.dialect))).or_insert(place);
            bodies.push(std::ptr::from_ref(cte.query.as_ref()));
        }
        Frame { query, names, bodies, done: 0, inside: false, recursive: with.is_some_and(|with| with.recursive) }
    }

    /// The walk enters or leaves a query; if that is the next body of a CTE, more names are in sight after it.
    fn pass_body(&mut self, query: &Query, enters: bool) {
        if let Some(frame) = self.frames.last_mut()
            && let Some(next) = frame.bodies.get(frame.done)
            && std::ptr::eq(*next, query)
        {
            frame.inside = enters;
            frame.done += usize::from(!enters);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, read};

    fn reads(text: &str) -> Vec<String> {
        read(text, Dialect::Postgres).unwrap().statements.into_iter().flat_map(|statement| statement.reads).collect()
    }

    #[test]
    fn a_cte_is_not_a_table() {
        assert_eq!(reads("WITH x AS (SELECT * FROM orders) SELECT * FROM x"), ["orders"]);
        assert_eq!(reads("WITH a AS (SELECT 1), b AS (SELECT * FROM a) SELECT * FROM b"), Vec::<String>::new());
        assert_eq!(
            reads("WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM t) SELECT * FROM t"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_table_that_shares_its_name_with_a_cte_is_seen() {
        assert_eq!(reads("WITH secret AS (SELECT * FROM secret) SELECT * FROM secret"), ["secret"]);
        assert_eq!(
            reads("SELECT * FROM secret UNION ALL (WITH secret AS (SELECT 1) SELECT * FROM secret)"),
            ["secret"]
        );
        assert_eq!(reads("WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a"), ["b"]);
        assert_eq!(reads("WITH x AS (SELECT 1) SELECT * FROM public.x"), ["public.x"]);
        assert_eq!(reads(r#"WITH x AS (SELECT 1) SELECT * FROM "X""#), [r#""X""#]);
    }
}
