//! SQL: which statements, on which tables?

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::mass::Mass;
use super::position::{Context, Reasoned, Seen};
use crate::decision::sql::is_harmless_function;
use crate::model::effects::What;
use crate::model::policy::{Constraint, SqlGrant};

/// All SQL texts of a position, each with the sessions that had it.
pub fn constrain(context: &Context<'_>, values: &[Seen<'_>]) -> Reasoned {
    let (mut kinds, mut functions, mut writes) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut reads: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for (written, sessions) in values {
        for what in context.effects(Value::String(written.clone()), None) {
            let What::Sql(sql) = what else { continue };
            for statement in sql.statements {
                kinds.insert(statement.kind);
                kinds.extend(statement.also);
                writes.extend(statement.writes);
                functions.extend(statement.functions.into_iter().filter(|function| !is_harmless_function(function)));
                for table in statement.reads {
                    reads.entry(table).or_default().extend(*sessions);
                }
            }
        }
    }
    if kinds.is_empty() {
        // Nothing but comments: no statement to grant, so the texts themselves are.
        let texts = values.iter().map(|(text, _)| Value::String(text.clone())).collect();
        return Reasoned::new(Constraint::OneOf(texts), "no statement in any of them".into());
    }
    let why = format!(
        "{} distinct texts; {} tables read, {} written; of those read, {}",
        values.len(),
        reads.len(),
        writes.len(),
        Mass::of_sets(reads.values())
    );
    let schemas = open_schemas(context, &reads);
    let tables: BTreeSet<String> = reads
        .into_keys()
        .map(|table| match table.rsplit_once('.') {
            Some((schema, _)) if schemas.contains(schema) => format!("{schema}.*"),
            _ => table,
        })
        .collect();
    let grant = SqlGrant {
        statements: kinds.into_iter().collect(),
        writes: (!writes.is_empty() || context.stakes.changes).then(|| writes.into_iter().collect()),
        tables: Some(tables.into_iter().collect()),
        search_path: None,
        functions: functions.into_iter().collect(),
    };
    Reasoned::new(Constraint::Sql(grant), why)
}

/// A schema in which new tables keep being read, by many sessions, is read as a whole. Unqualified tables stay by
/// themselves: nobody knows where they are.
fn open_schemas(context: &Context<'_>, reads: &BTreeMap<String, BTreeSet<u32>>) -> BTreeSet<String> {
    let mut schemas: BTreeMap<&str, Vec<&BTreeSet<u32>>> = BTreeMap::new();
    for (table, sessions) in reads {
        if let Some((schema, _)) = table.rsplit_once('.') {
            schemas.entry(schema).or_default().push(sessions);
        }
    }
    let open = schemas.into_iter().filter(|(_, tables)| {
        let mass = Mass::of_sets(tables.iter().copied());
        !context.is_exact() && mass.bringing as usize >= context.many() && mass.interval().0 >= 0.1
    });
    open.map(|(schema, _)| schema.to_owned()).collect()
}
