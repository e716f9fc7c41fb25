//! SQL: an empty grant grants nothing, reading twice is reading once, white space means nothing, and a statement that
//! follows another one is never overlooked.

use mcp_remit::decision::sql::{Dialect, SqlRules, read};
use mcp_remit::model::effects::SqlEffect;
use mcp_remit::model::policy::SqlGrant;

const DIALECTS: [Dialect; 5] = [Dialect::Generic, Dialect::Postgres, Dialect::Sqlite, Dialect::Mysql, Dialect::Mssql];

pub fn check(bytes: &[u8]) {
    let text = super::text(bytes);
    let rules = SqlRules::new(&SqlGrant::default()).expect("an empty grant is a grant");
    for dialect in DIALECTS {
        let once = read(&text, dialect);
        assert_eq!(once, read(&text, dialect));
        let Ok(once) = once else { continue };
        assert!(rules.check(&once).is_err(), "an empty grant admits {text:?}");
        let spaced = read(&format!(" \n{text}\n "), dialect);
        if let Ok(spaced) = &spaced {
            assert_eq!(spaced.statements, once.statements, "white space changes {text:?}");
        }
        for planted in [format!("{text}\n;DROP TABLE planted_table"), format!("DROP TABLE planted_table;\n{text}")] {
            if let Ok(both) = read(&planted, dialect) {
                assert!(drops(&both), "{dialect:?} overlooks a statement in {planted:?}: {both:?}");
            }
        }
    }
}

fn drops(effect: &SqlEffect) -> bool {
    let planted = |table: &String| table.to_lowercase().contains("planted_table");
    effect.statements.iter().any(|one| one.kind == "drop" && one.writes.iter().any(planted))
}
