//! The import table of the house (see CONTRIBUTING.md): who may import whom.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::path::{Path, PathBuf};

/// A file's room, by its path below `src/`.
fn room(path: &str) -> &str {
    let mut parts = path.split('/');
    match (parts.next(), parts.next()) {
        (Some("pipeline"), Some("gate.rs")) => "gate",
        (Some("pipeline"), Some("mod.rs")) => "pipeline",
        (Some("pipeline"), Some(stage)) => stage,
        (Some("edge"), Some("proxy")) => "edge::proxy",
        (Some(room), Some(_)) => room,
        _ => "root",
    }
}

/// The room that `crate::a::b` leads to.
fn target<'a>(first: &'a str, second: &'a str) -> &'a str {
    match (first, second) {
        ("pipeline", "gate") => "gate",
        ("pipeline", stage) => stage,
        (room, _) => room,
    }
}

fn may_import(from: &str, to: &str) -> bool {
    match from {
        "model" => to == "model",
        "decision" => ["model", "decision"].contains(&to),
        "gate" => ["model", "decision"].contains(&to),
        "scan" | "record" | "infer" | "lock" | "replay" | "enforce" => {
            to == from || ["model", "decision", "gate"].contains(&to)
        }
        "edge::proxy" => ["model", "gate", "edge"].contains(&to),
        "edge" => ["model", "edge"].contains(&to),
        "cli" | "root" | "pipeline" => true,
        _ => false,
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every `crate::a::b` in the text, also inside `use crate::{a::b, c}`.
fn imports(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let tree = if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 1;
            let end = group
                .char_indices()
                .find(|(_, character)| {
                    depth += match character {
                        '{' => 1,
                        '}' => -1,
                        _ => 0,
                    };
                    depth == 0
                })
                .map_or(group.len(), |(end, _)| end);
            top_level(&group[..end])
        } else {
            vec![rest.to_owned()]
        };
        for path in tree {
            let mut words = path
                .trim()
                .split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':')
                .next()
                .unwrap_or("")
                .split("::");
            found.push((words.next().unwrap_or("").to_owned(), words.next().unwrap_or("").to_owned()));
        }
    }
    found
}

fn top_level(group: &str) -> Vec<String> {
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for character in group.chars() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().unwrap().push(character);
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

#[test]
fn every_import_follows_the_table() {
    let mut files = Vec::new();
    sources(&src(), &mut files);
    assert!(files.len() > 20, "the sources were found");
    let mut wrong = Vec::new();
    for file in files {
        let name = file.strip_prefix(src()).unwrap().to_string_lossy().replace('\\', "/");
        let text = std::fs::read_to_string(&file).unwrap();
        for (first, second) in imports(&text) {
            if !may_import(room(&name), target(&first, &second)) {
                wrong.push(format!("{name} imports crate::{first}::{second}"));
            }
        }
        if room(&name) != "root" && text.lines().any(|line| line.contains("mcp_remit::")) {
            wrong.push(format!("{name} names its own crate instead of `crate`"));
        }
        // `super` must not climb out of a room.
        for line in text.lines().filter(|line| line.contains("super::super::super::super")) {
            wrong.push(format!("{name} climbs too far: {line}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_core_touches_no_world() {
    let mut files = Vec::new();
    for room in ["model", "decision", "pipeline"] {
        sources(&src().join(room), &mut files);
    }
    let forbidden = [
        "std::fs",
        "std::net::Tcp",
        "std::net::Udp",
        "ToSocketAddrs",
        "std::process",
        "std::env::",
        "std::io::std",
        "SystemTime",
        "Instant::now",
        "std::thread",
    ];
    let mut wrong = Vec::new();
    let is_test = |file: &Path| file.components().any(|part| part.as_os_str() == "tests") || file.ends_with("tests.rs");
    for file in files.into_iter().filter(|file| !is_test(file)) {
        let text = std::fs::read_to_string(&file).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        for (number, line) in text.lines().enumerate() {
            if !line.trim_start().starts_with("//") && forbidden.iter().any(|word| line.contains(word)) {
                wrong.push(format!("{}:{}: {}", file.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_is_longer_than_five_hundred_lines() {
    let mut files = Vec::new();
    sources(&src(), &mut files);
    let long: Vec<String> = files
        .iter()
        .map(|file| (file, std::fs::read_to_string(file).unwrap().lines().count()))
        .filter(|(_, lines)| *lines > 500)
        .map(|(file, lines)| format!("{lines} {}", file.display()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

/// The functions behind `#[test]` in the tree, by name.
fn tests() -> std::collections::BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    sources(&root.join("tests"), &mut files);
    let mut found = std::collections::BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for after in text.split("#[test]").skip(1) {
            // Other attributes may stand between.
            let named = after.split("fn ").nth(1).and_then(|rest| rest.split('(').next());
            found.extend(named.map(str::to_owned));
        }
    }
    found
}

#[test]
fn each_statement_of_the_limits_names_its_test_or_says_that_it_has_none_and_each_test_is_named() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("docs/LIMITS.md")).unwrap();
    let tests = tests();
    let is_test = |word: &&str| {
        word.matches('_').count() > 2 && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let named = |text: &'_ str| -> Vec<String> {
        text.split('`').skip(1).step_by(2).filter(is_test).map(str::to_owned).collect()
    };
    let mut statements = 0;
    for statement in text.split("\n- ").skip(1) {
        let statement = statement.split("\n## ").next().unwrap();
        let names = named(statement);
        statements += 1;
        let has_none = ["No test", ": no test"].iter().any(|words| statement.contains(words));
        assert!(has_none || !names.is_empty(), "no test is named and none said to be missing:\n- {statement}");
        for name in names {
            assert!(tests.contains(&name), "there is no test `{name}`:\n- {statement}");
        }
    }
    assert!(statements > 30, "{statements} statements");
    for name in tests.iter().filter(|name| name.starts_with("limit_") || name.starts_with("limits_")) {
        assert!(text.contains(&format!("`{name}`")), "`{name}` pins a limit that docs/LIMITS.md does not tell of");
    }
}
