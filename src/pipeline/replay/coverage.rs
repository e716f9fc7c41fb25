//! How much of a policy its recordings and tests exercise. A grant that nothing exercises is one that nobody can say is
//! needed.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::model::policy::Document;
use crate::model::request::{Action, Request};
use crate::model::verdict::Decision;

/// The grants of a policy by name: `server.tool`, and `server.tool (variant)` where a tool is many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    pub granted: BTreeSet<String>,
    /// Those among them that neither a recorded call nor a test of the policy needs.
    pub unused: BTreeSet<String>,
}

impl Coverage {
    /// `exercised`: the grants of the recorded calls, by [`name_of`].
    pub fn of(document: &Document, exercised: &BTreeSet<String>) -> Coverage {
        let granted = granted(document);
        let tests = document.tests.iter().filter(|test| test.expect != Decision::Deny);
        let tested: BTreeSet<String> =
            tests.map(|test| name(document, &test.server, &test.tool, &test.arguments)).collect();
        let unused = granted.iter().filter(|grant| !exercised.contains(*grant) && !tested.contains(*grant));
        Coverage { unused: unused.cloned().collect(), granted }
    }

    /// Of a hundred grants, how many are exercised; `None` where there is none.
    pub fn percent(&self) -> Option<u32> {
        let (all, unused) = (self.granted.len(), self.unused.len());
        (all > 0).then(|| u32::try_from((all - unused) * 100 / all).unwrap_or(100))
    }
}

fn granted(document: &Document) -> BTreeSet<String> {
    let mut granted = BTreeSet::new();
    for (server, rules) in &document.servers {
        for (tool, rule) in &rules.tools {
            match &rule.variants {
                Some(variants) => granted.extend(variants.of.keys().map(|value| format!("{server}.{tool} ({value})"))),
                None => _ = granted.insert(format!("{server}.{tool}")),
            }
        }
        granted.extend(rules.allowed_tools.iter().map(|tool| format!("{server}.{tool}")));
        for tool in &rules.denied_tools {
            granted.remove(&format!("{server}.{tool}"));
        }
    }
    granted
}

/// The grant that a call needs.
pub fn name_of(document: &Document, request: &Request) -> Option<String> {
    match &request.action {
        Action::Call { tool, arguments } => Some(name(document, &request.server, tool, arguments)),
        _ => None,
    }
}

fn name(document: &Document, server: &str, tool: &str, arguments: &Map<String, Value>) -> String {
    let rule = document.servers.get(server).and_then(|rules| rules.tools.get(tool));
    let variants = rule.and_then(|rule| rule.variants.as_ref());
    match variants.and_then(|variants| arguments.get(&variants.by)?.as_str()) {
        Some(value) => format!("{server}.{tool} ({value})"),
        None => format!("{server}.{tool}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::policy::load;

    #[test]
    fn a_grant_counts_as_exercised_by_a_recorded_call_or_a_test_and_otherwise_not() {
        let policy = "version: 1
servers:
  a:
    allowed_tools: [read, gone]
    denied_tools: [gone]
    tools:
      many: { variants: { by: do, of: { one: { args: any }, two: { args: any } } } }
tests:
  - { allow: { server: a, tool: many, arguments: { do: one } } }
  - { deny: { server: a, tool: many, arguments: { do: three } } }
";
        let (policy, _) = load(policy, "p.yaml").unwrap();
        let none = Coverage::of(policy.document(), &BTreeSet::new());
        assert_eq!(none.unused, ["a.many (two)", "a.read"].map(str::to_owned).into());
        assert_eq!(none.percent(), Some(33));
        let all = Coverage::of(policy.document(), &["a.read", "a.many (two)"].map(str::to_owned).into());
        assert_eq!((all.unused.len(), all.percent()), (0, Some(100)));
        let (empty, _) = load("version: 1\nservers: { a: {} }\n", "p.yaml").unwrap();
        assert_eq!(Coverage::of(empty.document(), &BTreeSet::new()).percent(), None);
    }
}
