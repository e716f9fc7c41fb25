//! Length and depth.

use super::*;

#[test]
fn depth_is_refused_and_not_a_crash() {
    let n = 100_000;
    let texts = [
        format!("SELECT {}1{}", "(".repeat(n), ")".repeat(n)),
        format!("SELECT {} 1", "NOT ".repeat(n / 2)),
        format!("SELECT {}1", "- ".repeat(n)),
        format!("SELECT {}1", "-".repeat(n)),
        format!("SELECT {}1", "+ ".repeat(n)),
        format!("SELECT {}1", "1+".repeat(n)),
        format!("SELECT {}", "CASE WHEN 1 THEN ".repeat(10_000)),
        format!("SELECT {} 1", "CASE ".repeat(20_000)),
        format!("SELECT 1{}", " UNION SELECT 1, 2".repeat(10_000)),
        format!("SELECT 1{}", "::int".repeat(40_000)),
        format!("SELECT 1{}", " COLLATE x".repeat(20_000)),
        format!("SELECT 1{}", " IS NULL".repeat(20_000)),
        format!("SELECT a{}", "[1]".repeat(50_000)),
        format!("SELECT 1{}", " AT TIME ZONE 'x'".repeat(10_000)),
        format!("SELECT * FROM {}a{}", "(".repeat(n), ")".repeat(n)),
        format!("SELECT * FROM a{}", " JOIN a".repeat(20_000)),
        format!("SELECT {} 1", "INTERVAL ".repeat(20_000)),
        format!("{} SELECT 1", "EXPLAIN ".repeat(20_000)),
        format!("{} SELECT 1", "PREPARE a AS ".repeat(15_000)),
        format!("SELECT {}1{}", "f(".repeat(n), ")".repeat(n)),
        format!("SELECT {}1{}", "(SELECT ".repeat(20_000), ")".repeat(20_000)),
        format!("CREATE TABLE a (b {}INT{})", "ARRAY<".repeat(20_000), ">".repeat(20_000)),
        format!("SELECT {}1{}", "[".repeat(n), "]".repeat(n)),
        format!("SELECT {}1", "PRIOR ".repeat(20_000)),
        format!("SELECT {}1", "EXISTS ".repeat(20_000)),
        format!("SELECT {}1", "DISTINCT ".repeat(20_000)),
        format!("SELECT {}x", "a.".repeat(n)),
        format!("SELECT {}1", "BINARY ".repeat(20_000)),
        format!("SELECT {}1", "a -> ".repeat(20_000)),
        "BEGIN ".repeat(30_000),
        "IF 1 THEN ".repeat(20_000),
        "WITH a AS (".repeat(20_000),
        "@".repeat(n),
        "/*".repeat(n),
        "$a".repeat(n),
        "'".repeat(n + 1),
        "a".repeat(super::super::MAX_LENGTH + 1),
    ];
    for text in &texts {
        for dialect in [Dialect::Generic, Dialect::Mssql] {
            // No crash; most are refused, and what is read is read.
            let _ = read(text, dialect);
        }
    }
    assert!(read(&texts[0], Dialect::Postgres).unwrap_err().contains("deep"));
    assert!(read(&texts[5], Dialect::Postgres).unwrap_err().contains("deep"));
}

#[test]
fn nested_but_honest_text_is_read() {
    let text = format!("SELECT {}1{} FROM orders", "(".repeat(12), ")".repeat(12));
    allows(Dialect::Generic, &text);
    let chain = format!("SELECT 1 FROM orders WHERE {}", vec!["id = 1"; 100].join(" OR "));
    allows(Dialect::Generic, &chain);
    let rows = vec!["(1, 'a', -2)"; 5_000].join(", ");
    verdict(&grant(&["insert"], &["orders"]), Dialect::Generic, &format!("INSERT INTO orders VALUES {rows}")).unwrap();
}

#[test]
fn no_depth_of_any_construct_is_a_crash() {
    type Form = (&'static str, fn(usize) -> String);
    let forms: &[Form] = &[
        ("paren", |n| format!("SELECT {}1{}", "(".repeat(n), ")".repeat(n))),
        ("from paren", |n| format!("SELECT * FROM {}a{}", "(".repeat(n), ")".repeat(n))),
        ("from paren join", |n| format!("SELECT * FROM {}a{}", "(".repeat(n), " JOIN b ON 1=1)".repeat(n))),
        ("from paren select", |n| format!("SELECT * FROM {}SELECT 1{}", "(".repeat(n), ")".repeat(n))),
        ("subselect", |n| format!("{}SELECT 1{}", "SELECT (".repeat(n), ")".repeat(n))),
        ("in", |n| format!("SELECT {}1{}", "1 IN (".repeat(n), ")".repeat(n))),
        ("in sub", |n| format!("{}SELECT 1{}", "SELECT 1 WHERE 1 IN (".repeat(n), ")".repeat(n))),
        ("f", |n| format!("SELECT {}1{}", "f(".repeat(n), ")".repeat(n))),
        ("f named", |n| format!("SELECT {}1{}", "f(a => ".repeat(n), ")".repeat(n))),
        ("array", |n| format!("SELECT {}1{}", "ARRAY[".repeat(n), "]".repeat(n))),
        ("bracket", |n| format!("SELECT {}1{}", "[".repeat(n), "]".repeat(n))),
        ("brace", |n| format!("SELECT {}1{}", "{a: ".repeat(n), "}".repeat(n))),
        ("cast", |n| format!("SELECT {}1{}", "CAST(".repeat(n), " AS int)".repeat(n))),
        ("case", |n| format!("SELECT {}1{}", "CASE WHEN 1 THEN ".repeat(n), " END".repeat(n))),
        ("stmt paren", |n| format!("{}SELECT 1{}", "(".repeat(n), ")".repeat(n))),
        ("cte", |n| format!("{}SELECT 1{}", "WITH a AS (".repeat(n), ") SELECT 1".repeat(n))),
        ("row", |n| format!("SELECT {}1, 2{}", "(".repeat(n), ", 3)".repeat(n))),
        ("not", |n| format!("SELECT {}1", "NOT ".repeat(n))),
        ("lambda", |n| format!("SELECT {}1{}", "(a, b) -> (".repeat(n), ")".repeat(n))),
        ("interval", |n| format!("SELECT {}'1'", "INTERVAL ".repeat(n))),
        ("exists", |n| format!("SELECT {}SELECT 1{}", "EXISTS (SELECT ".repeat(n), ")".repeat(n))),
        ("lateral", |n| format!("SELECT 1 FROM {}a{}", "LATERAL (SELECT 1 FROM ".repeat(n), ") x".repeat(n))),
        ("values", |n| format!("VALUES {}1{}", "(".repeat(n), ")".repeat(n))),
        ("open", |n| format!("SELECT {}", "(".repeat(n))),
        ("open from", |n| format!("SELECT 1 FROM {}", "(".repeat(n))),
        ("open broken", |n| format!("SELECT 1 FROM {}1{}", "(".repeat(n), ")".repeat(n))),
        ("open f", |n| format!("SELECT {} 1 2 {}", "f(".repeat(n), ")".repeat(n))),
        ("open case", |n| format!("SELECT {} 1 2", "CASE WHEN ".repeat(n))),
        ("date", |n| format!("SELECT {}1", "DATE ".repeat(n))),
        ("type", |n| format!("SELECT CAST(1 AS {}int{})", "ARRAY<".repeat(n), ">".repeat(n))),
        ("struct", |n| format!("SELECT {}1{}", "STRUCT(".repeat(n), ")".repeat(n))),
        ("alter", |n| format!("CREATE TABLE a (b int DEFAULT {}1{})", "(".repeat(n), ")".repeat(n))),
        ("copy", |n| format!("COPY ({}SELECT 1{}) TO STDOUT", "(".repeat(n), ")".repeat(n))),
        ("in open", |n| format!("SELECT {}", "1 IN (".repeat(n))),
        ("substr", |n| format!("SELECT {}'a'{}", "SUBSTRING(".repeat(n), " FROM 1 FOR 2)".repeat(n))),
        ("trim", |n| format!("SELECT {}'a'{}", "TRIM(LEADING ".repeat(n), ")".repeat(n))),
        ("if", |n| format!("{} SELECT 1; {}", "IF 1=1 BEGIN ".repeat(n), "END ".repeat(n))),
    ];
    for (name, form) in forms {
        for depth in (1..=15).chain([18, 24, 40, 60]) {
            let read = read(&form(depth), Dialect::Generic);
            assert!(depth < 40 || read.is_err(), "{name} is read at depth {depth}");
        }
    }
}
