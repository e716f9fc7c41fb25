//! Statements, commands and free text of a small language: what the generator writes means what it says.

use mcp_remit::model::policy::{SqlGrant, TextGrant};

/// `SELECT id FROM a`, `INSERT INTO a ...`, `UPDATE a SET ...`, `DELETE FROM a ...`, with `;` between.
pub fn sql_is_granted(grant: &SqlGrant, text: &str, dialect: Option<&str>) -> bool {
    let statements: Vec<&str> = text.split(';').map(str::trim).filter(|one| !one.is_empty()).collect();
    !statements.is_empty() && statements.iter().all(|one| statement_is_granted(grant, one, dialect))
}

fn statement_is_granted(grant: &SqlGrant, statement: &str, dialect: Option<&str>) -> bool {
    let words: Vec<&str> = statement.split_whitespace().collect();
    let (kind, table, writes) = match words.as_slice() {
        ["SELECT", "id", "FROM", table] => ("select", table, false),
        ["INSERT", "INTO", table, "(id)", "VALUES", "(1)"] => ("insert", table, true),
        // PostgreSQL knows no such quotes, and where nothing says whose SQL it is, somebody may know them.
        ["SELECT", "`id`", "FROM", table] if dialect != Some("postgres") => ("select", table, false),
        ["UPDATE", table, "SET", "a", "=", "1"] => ("update", table, true),
        ["DELETE", "FROM", table, "WHERE", "a", "=", "1"] => ("delete", table, true),
        _ => return false,
    };
    let full = |name: &str| match &grant.search_path {
        Some(schema) if !name.contains('.') => format!("{schema}.{name}"),
        _ => name.to_owned(),
    };
    let listed = |list: &Option<Vec<String>>| {
        list.as_ref().is_none_or(|list| list.iter().any(|own| super::places::name_matches(&full(own), &full(table))))
    };
    // What is changed in place is found first: it is read as well.
    let reads = matches!(kind, "select" | "update" | "delete");
    let may_write = if grant.writes.is_some() { listed(&grant.writes) } else { listed(&grant.tables) };
    grant.statements.iter().any(|own| own == kind)
        && (!reads || writes || listed(&grant.tables))
        && (!writes || may_write)
}

/// The simple commands of a line, in words.
pub fn commands(line: &str) -> Vec<Vec<&str>> {
    line.split("&&").map(|one| one.split_whitespace().collect()).collect()
}

/// Each command of the line must be one that a pattern names: `*` is one word, `**` at the end is any further words.
pub fn command_is_granted(patterns: &[String], words: &[&str]) -> bool {
    patterns.iter().any(|pattern| {
        let own: Vec<&str> = pattern.split_whitespace().collect();
        match own.split_last() {
            Some((last, before)) if *last == "**" => {
                words.len() >= before.len() && before.iter().zip(words).all(|(own, word)| *own == "*" || own == word)
            }
            _ => own.len() == words.len() && own.iter().zip(words).all(|(own, word)| *own == "*" || own == word),
        }
    })
}

/// What a word of a command names.
pub enum Named {
    Path(String),
    /// It goes away, with all below it.
    Gone(String),
    /// A revision, or a file where there is none of that name.
    Perhaps(String),
    Url(String),
}

/// The operands of `cat` are files whatever they look like, and those of `git log` may be; elsewhere a word with a slash, a hidden name or an extension.
pub fn named_by(words: &[&str]) -> Vec<Named> {
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let looks_like_path = word.contains('/') || (at > 0 && (word.starts_with(['.', '~']) || has_extension(word)));
        if at > 0 && word.contains("://") {
            found.push(Named::Url((*word).to_owned()));
        } else if looks_like_path || (at > 0 && words[0] == "cat" && !word.starts_with('-')) {
            let named = if words[0] == "rm" { Named::Gone } else { Named::Path };
            found.push(named((*word).to_owned()));
        } else if at > 1 && words.starts_with(&["git", "log"]) && !word.starts_with('-') {
            found.push(Named::Perhaps((*word).to_owned()));
        }
    }
    found
}

fn has_extension(word: &str) -> bool {
    word.rsplit_once('.')
        .is_some_and(|(stem, end)| !stem.is_empty() && !end.is_empty() && end.chars().all(|c| c.is_ascii_alphabetic()))
}

/// A sentence of plain words in which links, addresses and secrets stand between blanks.
pub fn text_is_granted(grant: &TextGrant, text: &str) -> bool {
    text.split_whitespace().all(|word| {
        let secret = holds_secret(word) && grant.deny_secrets;
        let host = word.contains("://").then(|| super::hosts::read_url(word)).flatten().map(|url| url.host);
        let address = (!word.contains('/')).then(|| super::hosts::read_addresses(word)).flatten();
        let host_fits = match (&grant.hosts, host) {
            (Some(hosts), Some(host)) => hosts.iter().any(|own| host_matches(own, &host)),
            _ => true,
        };
        let address_fits = match (&grant.emails, address) {
            (Some(emails), Some(found)) => found.iter().all(|one| super::hosts::admits_address(emails, one)),
            _ => true,
        };
        !secret && host_fits && address_fits
    })
}

fn host_matches(own: &str, host: &str) -> bool {
    match own.strip_prefix("*.") {
        Some(end) => host.ends_with(&format!(".{end}")),
        None => own == host,
    }
}

/// A token of GitHub's form: the one kind of secret that the generator writes.
pub fn holds_secret(text: &str) -> bool {
    text.contains("ghp_")
}
