//! Places of the policy that are links (DESIGN 3.6: granted places are resolved once, at load): whoever names a link names
//! where it leads as well, so the policy means what it would mean with both written out.

use std::collections::{BTreeMap, BTreeSet};

use mcp_remit::model::facts::Facts;
use mcp_remit::model::policy::{Args, Constraint, Document, LabelRef, Tool};

use super::places::{Written, place, written_places};

/// Every folder that the policy names, up to the first wildcard: what may be a link.
pub fn folders(document: &Document, facts: &Facts) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    each_list(&mut document.clone(), &mut |list| {
        found.extend(written_places(list, facts).into_iter().map(|written| written.folder));
    });
    found
}

/// The policy with the places written out that its links lead to.
pub fn linked(document: &Document, links: &BTreeMap<String, String>, facts: &Facts) -> Document {
    let mut document = document.clone();
    each_list(&mut document, &mut |list| {
        let real: Vec<String> = links
            .iter()
            .flat_map(|(link, real)| {
                let link = place(link, facts.os);
                let through = written_places(list, facts).into_iter().filter(move |written| written.folder == link);
                through.map(move |Written { rest, .. }| format!("{}/{rest}", real.trim_end_matches('/')))
            })
            .collect();
        list.extend(real);
    });
    document
}

/// Each list of places, wherever the policy has one.
fn each_list(document: &mut Document, visit: &mut impl FnMut(&mut Vec<String>)) {
    for server in document.servers.values_mut() {
        server.allowed_paths.iter_mut().for_each(&mut *visit);
        visit(&mut server.denied_paths);
        server.tools.values_mut().for_each(|tool| of_tool(tool, visit));
    }
    for refs in document.labels.values_mut() {
        let mut more = Vec::new();
        for one in refs.iter() {
            let LabelRef::Place { server, path } = one else { continue };
            let mut list = vec![path.clone()];
            visit(&mut list);
            let real = list.split_off(1).into_iter();
            more.extend(real.map(|path| LabelRef::Place { server: server.clone(), path }));
        }
        refs.extend(more);
    }
}

fn of_tool(tool: &mut Tool, visit: &mut impl FnMut(&mut Vec<String>)) {
    if let Args::Listed(listed) = &mut tool.args {
        listed.values_mut().for_each(|constraint| of_constraint(constraint, visit));
    }
    for variant in tool.variants.iter_mut().flat_map(|variants| variants.of.values_mut()) {
        of_tool(variant, visit);
    }
}

fn of_constraint(constraint: &mut Constraint, visit: &mut impl FnMut(&mut Vec<String>)) {
    match constraint {
        Constraint::Paths { paths, .. } => visit(paths),
        Constraint::Each(inner) | Constraint::Not(inner) => of_constraint(inner, visit),
        Constraint::All(inner) | Constraint::AnyOf(inner) => {
            inner.iter_mut().for_each(|inner| of_constraint(inner, visit));
        }
        Constraint::Fields { fields, .. } => fields.values_mut().for_each(|inner| of_constraint(inner, visit)),
        _ => {}
    }
}
