//! Granted places that a denial covers, or that lie outside of what the server may touch at all.

use crate::model::facts::Facts;
use crate::model::place::Place;
use crate::model::policy::{Constraint, Server, Tool};

use super::super::super::path::{PathSet, Patterns};
use super::super::super::protections;
use super::tool::listed;
use super::void::Void;

/// Surroundings that no policy names, deep enough to climb out of: what is compared are the policy's own words.
pub(super) fn nowhere() -> Facts {
    Facts {
        project: "/\u{1}p/\u{1}p/\u{1}p/\u{1}p/\u{1}p/\u{1}p/\u{1}p/\u{1}p".into(),
        cwd: "/\u{1}p/\u{1}p/\u{1}p/\u{1}p/\u{1}p/\u{1}p/\u{1}p/\u{1}p".into(),
        home: Some("/\u{1}h/\u{1}h".into()),
        ..Facts::default()
    }
}

/// Tells of every granted place that no call can reach.
pub(super) fn void(pointer: &str, server: &Server, found: &mut Vec<Void>) {
    // Patterns that are wrong are told about elsewhere.
    let Ok(bounds) = Bounds::of(server) else { return };
    if let Some(allowed) = &server.allowed_paths {
        bounds.tell(&format!("{pointer}.allowed_paths"), allowed, false, found);
    }
    for (name, tool) in &server.tools {
        of_tool(&format!("{pointer}.tools.{name}"), tool, &bounds, found);
    }
}

fn of_tool(pointer: &str, tool: &Tool, bounds: &Bounds<'_>, found: &mut Vec<Void>) {
    for (name, constraint) in listed(tool) {
        of_constraint(&format!("{pointer}.args.{name}"), constraint, bounds, found);
    }
    for (value, variant) in tool.variants.iter().flat_map(|variants| &variants.of) {
        of_tool(&format!("{pointer}.variants.of.{value}"), variant, bounds, found);
    }
}

fn of_constraint(pointer: &str, constraint: &Constraint, bounds: &Bounds<'_>, found: &mut Vec<Void>) {
    match constraint {
        Constraint::Paths { paths, .. } => bounds.tell(&format!("{pointer}.paths"), paths, true, found),
        Constraint::Each(inner) => of_constraint(&format!("{pointer}.each"), inner, bounds, found),
        Constraint::Fields { fields, .. } => {
            for (name, field) in fields {
                of_constraint(&format!("{pointer}.fields.{name}"), field, bounds, found);
            }
        }
        Constraint::All(all) => all.iter().for_each(|one| of_constraint(pointer, one, bounds, found)),
        Constraint::AnyOf(any) => {
            for (index, one) in any.iter().enumerate() {
                of_constraint(&format!("{pointer}[{index}]"), one, bounds, found);
            }
        }
        // What is excluded is no grant.
        _ => {}
    }
}

/// What holds for every path of a server.
struct Bounds<'a> {
    server: &'a Server,
    denied: PathSet,
    patterns: Patterns,
    /// Only where each of them is a plain place: of two patterns one cannot tell whether they have anything in common.
    allowed: Option<PathSet>,
    facts: Facts,
}

impl<'a> Bounds<'a> {
    fn of(server: &'a Server) -> Result<Bounds<'a>, (usize, String)> {
        let plain = |paths: &&Vec<String>| !paths.iter().any(|path| path.contains(['*', '?']));
        Ok(Bounds {
            server,
            denied: PathSet::denied(&server.denied_paths)?,
            patterns: Patterns::new(&server.denied_patterns)?,
            allowed: server.allowed_paths.as_ref().filter(plain).map(|paths| PathSet::granted(paths)).transpose()?,
            facts: nowhere(),
        })
    }

    fn tell(&self, pointer: &str, paths: &[String], within: bool, found: &mut Vec<Void>) {
        for path in paths {
            if let Some((what, todo)) = self.why_void(path, within) {
                let todo = format!("{todo}, or remove the place from the grant");
                found.push(Void {
                    pointer: pointer.to_owned(),
                    what: format!("`{path}` is granted, but {what}"),
                    todo,
                });
            }
        }
    }

    fn why_void(&self, path: &str, within: bool) -> Option<(String, String)> {
        let set = PathSet::granted(&[path.to_owned()]).ok()?;
        let places: Vec<Place> =
            set.spellings(&self.facts).iter().map(|spelling| Place::read(spelling, self.facts.os)).collect();
        let every = |test: &dyn Fn(&Place) -> bool| !places.is_empty() && places.iter().all(test);
        let key = |list: &[String], index: Option<usize>| index.and_then(|index| list.get(index)).cloned();
        if every(&|place| self.denied.holds(place, &self.facts).is_some()) {
            let by =
                places.first().and_then(|place| key(&self.server.denied_paths, self.denied.holds(place, &self.facts)));
            return Some((format!("`{}` of `denied_paths` covers it", by?), "remove the denial".into()));
        }
        if every(&|place| self.patterns.matches(place).is_some()) {
            let by = places.first().and_then(|place| key(&self.server.denied_patterns, self.patterns.matches(place)));
            return Some((format!("`{}` of `denied_patterns` covers it", by?), "remove the denial".into()));
        }
        if let Some(allowed) = self.allowed.as_ref().filter(|_| within)
            && every(&|place| {
                allowed.holds(place, &self.facts).is_none() && allowed.lies_below(place, &self.facts).is_none()
            })
        {
            return Some(("`allowed_paths` of the server does not hold it".into(), "add it there".into()));
        }
        let without = self.server.unprotected.as_slice();
        let protection =
            |place: &Place| protections::of_place(place, &self.facts, false, without).map(|protection| protection.name);
        if every(&|place| protection(place).is_some()) {
            let name = places.first().and_then(protection)?;
            return Some((format!("the protection `{name}` keeps it"), format!("add `unprotected: [{name}]`")));
        }
        None
    }
}
