//! What the readers of SQL and commands make of real text: a denial of honest work is a fault too.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "a test"
)]

use mcp_remit::decision::command::{CommandSet, read_argv, read_shell};
use mcp_remit::decision::sql::{Dialect, SqlRules, read};
use mcp_remit::model::policy::SqlGrant;
use proptest::prelude::*;

/// The values of these files, one a line. `## ` names where the next ones come from.
fn lines(files: &[&str]) -> Vec<String> {
    let read = |file: &&str| {
        let path = format!("{}/tests/data/benign/{file}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).unwrap()
    };
    let text: String = files.iter().map(read).collect();
    text.lines().filter(|line| !line.starts_with("## ")).map(|line| line.replace("\\n", "\n")).collect()
}

#[track_caller]
fn share(of: usize, wrong: &[String]) {
    eprintln!("{} of {of} are refused: {wrong:#?}", wrong.len());
    assert!(of >= 500, "only {of} values");
    assert!(wrong.len() * 1000 < of * 5, "{}", wrong.join("\n"));
}

#[test]
fn statements_of_orms_and_migrations_are_read() {
    let statements = lines(&["statements.tsv", "statements-orm.tsv"]);
    let mut wrong = Vec::new();
    for line in &statements {
        let (dialect, text) = line.split_once('\t').unwrap();
        if let Err(why) = read(text, Dialect::from_name(dialect).unwrap()) {
            wrong.push(format!("{line}: {why}"));
        }
    }
    share(statements.len(), &wrong);
}

/// With its kinds a statement gets the functions that everybody may call. These it must be granted by name: procedures,
/// and functions that the application itself defines.
const OWN_FUNCTIONS: [&str; 3] = ["current_user_id", "sp_help", "django_"];

#[test]
fn statements_of_orms_and_migrations_need_few_functions_granted_by_name() {
    let statements = lines(&["statements.tsv", "statements-orm.tsv"]);
    let mut wrong = Vec::new();
    for line in &statements {
        let (dialect, text) = line.split_once('\t').unwrap();
        let Ok(effect) = read(text, Dialect::from_name(dialect).unwrap()) else { continue };
        let kinds = effect.statements.iter().flat_map(|one| std::iter::once(&one.kind).chain(&one.also)).cloned();
        let rules = SqlRules::new(&SqlGrant { statements: kinds.collect(), ..SqlGrant::default() }).unwrap();
        if let Err(why) = rules.check(&effect)
            && !OWN_FUNCTIONS.iter().any(|own| why.contains(&format!("`{own}")))
        {
            wrong.push(format!("{line}: {why}"));
        }
    }
    share(statements.len(), &wrong);
}

#[test]
fn command_lines_of_ci_files_are_read() {
    let commands = lines(&["commands.txt", "commands-ci.txt"]);
    let wrong: Vec<String> =
        commands.iter().filter_map(|text| read_shell(text).err().map(|why| format!("{text}: {why}"))).collect();
    share(commands.len(), &wrong);
}

#[derive(serde::Deserialize)]
struct Run {
    server: String,
    sql: String,
    /// What it changed in a real server: rows, a sequence, a file, a setting ...
    changes: Vec<String>,
}

/// The table is made by tests/differential/sql.py with a PostgreSQL and an SQLite.
#[test]
fn what_changed_something_in_a_real_server_is_admitted_by_no_read_only_grant() {
    let path = format!("{}/tests/data/sql-servers.jsonl", env!("CARGO_MANIFEST_DIR"));
    let kinds = ["select", "explain", "explain analyze", "show", "describe", "pragma"].map(str::to_owned);
    let rules = SqlRules::new(&SqlGrant { statements: kinds.to_vec(), ..SqlGrant::default() }).unwrap();
    let (mut changing, mut admitted) = (0, 0);
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let run: Run = serde_json::from_str(line).unwrap();
        let dialect = Dialect::from_name(&run.server).unwrap();
        for dialect in [dialect, Dialect::Generic] {
            let passes = read(&run.sql, dialect).and_then(|effect| rules.check(&effect)).is_ok();
            assert!(run.changes.is_empty() || !passes, "{dialect:?}: {} changes {:?}", run.sql, run.changes);
            admitted += usize::from(passes);
        }
        changing += usize::from(!run.changes.is_empty());
    }
    assert!(changing > 400 && admitted > 300, "{changing} change something, {admitted} are admitted");
}

/// Pieces that mean something to a shell or to SQL, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        " ",
        "\n",
        ";",
        "&",
        "&&",
        "|",
        "||",
        "(",
        ")",
        "{",
        "}",
        "$(",
        "`",
        "\"",
        "'",
        "\\",
        "$",
        "${",
        "<<E\n",
        "E\n",
        "<",
        ">",
        "#",
        "if ",
        "then ",
        "fi",
        "do ",
        "done",
        "for x in ",
        "case a in ",
        "esac",
        ";;",
        "[[ ",
        " ]]",
        "((",
        "))",
        "a",
        "x=1 ",
        "sudo ",
        "bash -c ",
        "echo ",
        "*",
        "~",
        "!",
        "SELECT ",
        "1",
        "FROM ",
        "WITH a AS (",
        "--",
        "/*",
        "*/",
        "E'",
        "$$",
        "$a$",
        ",",
        "CASE ",
        "WHEN ",
        "END",
        "NOT ",
        "::int",
        "INSERT INTO a ",
        "[",
        "]",
        "=",
        ".",
        "UNION ",
        "COPY a FROM STDIN",
        "é",
        "BEGIN ",
        "TABLE ",
        "INTO ",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_a_crash_and_reading_twice_is_reading_once(text in prop_oneof![pieces(), ".{0,60}", "\\PC{0,60}"]) {
        let rules = SqlRules::new(&SqlGrant::default()).unwrap();
        for dialect in [Dialect::Generic, Dialect::Mysql] {
            let once = read(&text, dialect);
            prop_assert_eq!(&once, &read(&text, dialect));
            if let Ok(effect) = once {
                prop_assert!(rules.check(&effect).is_err(), "an empty grant grants nothing");
            }
        }
        let once = read_shell(&text);
        prop_assert_eq!(&once, &read_shell(&text));
        if let Ok(effect) = once {
            let _ = CommandSet::default().check(&effect);
        }
        let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        prop_assert_eq!(read_argv(&words), read_argv(&words));
    }

    #[test]
    fn quotes_do_not_change_what_a_word_is(words in prop::collection::vec("[a-z ;|$*'(]{1,8}", 1..5)) {
        let quoted: Vec<String> = words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
        let shell = read_shell(&quoted.join(" ")).unwrap();
        let argv = read_argv(&words).unwrap();
        prop_assert_eq!(shell.commands, argv.commands);
        prop_assert_eq!(shell.paths, argv.paths);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = read(&text, Dialect::Generic);
        let _ = read_shell(&text);
    }
}

#[test]
fn a_command_of_sixty_thousand_words_takes_no_longer_than_its_words() {
    let text = format!("git {}", "-c a=b ".repeat(30_000));
    let began = std::time::Instant::now();
    read_shell(&text).unwrap();
    assert!(began.elapsed() < std::time::Duration::from_secs(10), "{:?}", began.elapsed());
}
