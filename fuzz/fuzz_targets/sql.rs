//! No text is a crash, reading twice is reading once, and an empty grant grants nothing.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mcp_remit::decision::sql::{Dialect, SqlRules, read};
use mcp_remit::model::policy::SqlGrant;

fuzz_target!(|text: &str| {
    let Ok(rules) = SqlRules::new(&SqlGrant::default()) else { panic!("an empty grant is a grant") };
    for dialect in [Dialect::Generic, Dialect::Postgres, Dialect::Sqlite, Dialect::Mysql, Dialect::Mssql] {
        let once = read(text, dialect);
        assert_eq!(once, read(text, dialect));
        if let Ok(effect) = once {
            assert!(rules.check(&effect).is_err());
        }
    }
});
