//! Rules that say more, or something else, than whoever wrote them meant: a grant of everything, an exclusion of
//! everything, and a `!` that excludes nothing.

use crate::model::place::Place;
use crate::model::policy::{Constraint, Document, Server};

use super::super::super::path::PathSet;
use super::Trouble;
use super::places::nowhere;
use super::tool::listed;
use super::void::Void;

/// Every grant of the whole disk or of the whole home directory.
pub(in super::super) fn wide(document: &Document) -> Vec<Void> {
    let mut found = Vec::new();
    for (name, server) in &document.servers {
        let pointer = format!("servers.{name}.allowed_paths");
        found.extend(server.allowed_paths.iter().flatten().filter_map(|path| too_wide(&pointer, path)));
    }
    super::each_tool(document, &mut |pointer, tool, _| {
        for (name, constraint) in listed(tool) {
            of_constraint(&format!("{pointer}.args.{name}"), constraint, &mut found);
        }
    });
    found
}

fn of_constraint(pointer: &str, constraint: &Constraint, found: &mut Vec<Void>) {
    match constraint {
        Constraint::Paths { paths, .. } => {
            found.extend(paths.iter().filter_map(|path| too_wide(&format!("{pointer}.paths"), path)));
        }
        Constraint::Each(inner) => of_constraint(&format!("{pointer}.each"), inner, found),
        Constraint::Fields { fields, .. } => {
            for (name, field) in fields {
                of_constraint(&format!("{pointer}.fields.{name}"), field, found);
            }
        }
        Constraint::All(all) => all.iter().for_each(|one| of_constraint(pointer, one, found)),
        Constraint::AnyOf(any) => {
            for (index, one) in any.iter().enumerate() {
                of_constraint(&format!("{pointer}[{index}]"), one, found);
            }
        }
        // What is excluded is no grant.
        _ => {}
    }
}

/// Names that no policy holds: what grants them grants everything beside them.
const ON_THE_DISK: &str = "/\u{1}q/\u{1}q";
const AT_HOME: &str = "/\u{1}h/\u{1}h/\u{1}q/\u{1}q";

fn too_wide(pointer: &str, path: &str) -> Option<Void> {
    let facts = nowhere();
    let set = PathSet::granted(&[path.to_owned()]).ok()?;
    let holds = |spelling: &str| set.holds(&Place::read(spelling, facts.os), &facts).is_some();
    let what = match (holds(ON_THE_DISK), holds(AT_HOME)) {
        (true, _) => "every file of the machine",
        (false, true) => "every file of the home directory",
        (false, false) => return None,
    };
    Some(Void {
        pointer: pointer.to_owned(),
        what: format!("`{path}` grants {what}"),
        todo: "name the folders that are needed, for example `./src`".into(),
    })
}

/// Tells of every entry of the server's own lists that begins with `!`.
pub(super) fn negated(pointer: &str, server: &Server, found: &mut Vec<Trouble>) {
    let lists = [
        (
            "allowed_paths",
            server.allowed_paths.as_deref().unwrap_or_default(),
            "name what is excluded in `denied_paths`, or write `./!name` for such a name",
        ),
        ("denied_paths", &server.denied_paths, "name what is granted in `allowed_paths`"),
        ("denied_patterns", &server.denied_patterns, "name what is granted in `allowed_paths`"),
        ("resources", &server.resources, "name the resources that are granted"),
    ];
    for (key, entries, instead) in lists {
        found.extend(bang(entries, instead).map(|why| (format!("{pointer}.{key}"), why)));
    }
}

/// Why a list that holds an entry with `!` does not say what it seems to.
pub(super) fn bang(entries: &[String], instead: &str) -> Option<String> {
    let entry = entries.iter().find(|entry| entry.starts_with('!'))?;
    Some(format!("`{entry}`: `!` excludes nothing here, it is taken for a part of the name; {instead}"))
}

/// Why no text, or no path, could pass beside this exclusion.
pub(super) fn excludes_all(constraint: &Constraint) -> Option<&'static str> {
    /// Texts that have nothing in common.
    const ANY: [&str; 6] = ["", "a", "7", "\u{1}\u{10ffff} zZ9_-", "\n\r\n", "/é/~/.."];
    match constraint {
        Constraint::Matches(pattern) => {
            let regex = regex::RegexBuilder::new(&format!("^(?:{pattern})$"))
                .dot_matches_new_line(true)
                .multi_line(true)
                .crlf(true)
                .size_limit(1 << 20)
                .build()
                .ok()?;
            let long = "\u{2}x".repeat(5000);
            let is_all = ANY.iter().chain([&long.as_str()]).all(|text| regex.is_match(text));
            is_all.then_some("`not` excludes every text, so none could pass; name only what must not be there")
        }
        Constraint::Paths { paths, .. } => {
            let facts = nowhere();
            let set = PathSet::denied(paths).ok()?;
            let places =
                [ON_THE_DISK, AT_HOME, &format!("{}/\u{1}q", facts.project)].map(|at| Place::read(at, facts.os));
            let is_all = places.iter().all(|place| set.holds(place, &facts).is_some());
            is_all.then_some("`not` excludes every place, so none could pass; name only what must not be reached")
        }
        Constraint::AnyOf(any) => any.iter().find_map(excludes_all),
        _ => None,
    }
}
