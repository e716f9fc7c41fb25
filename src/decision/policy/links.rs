//! Places of a policy that are symlinks: found once, at load.

use std::collections::BTreeMap;

use crate::model::facts::Facts;

use super::super::path::PathSet;
use super::check::{Check, Test};
use super::compile::{ArgRules, ServerRules, ToolRules};

impl ServerRules {
    /// Every list of places among the constraints.
    pub(crate) fn each_path_set(&self, visit: &mut impl FnMut(&PathSet)) {
        for tool in self.tools.values() {
            visit_tool(tool, visit);
        }
    }

    /// Makes every list of places hold where its links lead, too.
    pub(crate) fn link(&mut self, links: &BTreeMap<String, String>, facts: &Facts) {
        let linked = |set: &mut PathSet| {
            if let Ok(with) = set.clone().with_links(links, facts) {
                *set = with;
            }
        };
        for places in self.allowed_paths.iter_mut().chain(&mut self.denied_paths) {
            linked(&mut places.set);
        }
        for tool in self.tools.values_mut() {
            change_tool(tool, &linked);
        }
    }

    /// Whether a rate or a budget of this server counts anything.
    pub(crate) fn counts(&self) -> bool {
        fn counts(tool: &ToolRules) -> bool {
            let variants = tool.variants.iter().flat_map(|(_, _, of)| of.values());
            tool.rate.is_some() || tool.budget.is_some() || variants.into_iter().any(counts)
        }
        self.tools.values().any(counts)
    }
}

fn visit_tool(tool: &ToolRules, visit: &mut impl FnMut(&PathSet)) {
    if let ArgRules::Listed(checks) = &tool.args {
        checks.values().for_each(|check| visit_check(check, visit));
    }
    for variant in tool.variants.iter().flat_map(|(_, _, of)| of.values()) {
        visit_tool(variant, visit);
    }
}

fn visit_check(check: &Check, visit: &mut impl FnMut(&PathSet)) {
    match &check.test {
        Test::Paths { set, .. } => visit(set),
        Test::Each(inner) | Test::Not(inner) => visit_check(inner, visit),
        Test::All(inner) | Test::AnyOf(inner) => inner.iter().for_each(|check| visit_check(check, visit)),
        Test::Fields { fields, .. } => fields.values().for_each(|check| visit_check(check, visit)),
        _ => {}
    }
}

fn change_tool(tool: &mut ToolRules, change: &impl Fn(&mut PathSet)) {
    if let ArgRules::Listed(checks) = &mut tool.args {
        checks.values_mut().for_each(|check| change_check(check, change));
    }
    for variant in tool.variants.iter_mut().flat_map(|(_, _, of)| of.values_mut()) {
        change_tool(variant, change);
    }
}

fn change_check(check: &mut Check, change: &impl Fn(&mut PathSet)) {
    match &mut check.test {
        Test::Paths { set, .. } => change(set),
        Test::Each(inner) | Test::Not(inner) => change_check(inner, change),
        Test::All(inner) | Test::AnyOf(inner) => inner.iter_mut().for_each(|check| change_check(check, change)),
        Test::Fields { fields, .. } => fields.values_mut().for_each(|check| change_check(check, change)),
        _ => {}
    }
}
