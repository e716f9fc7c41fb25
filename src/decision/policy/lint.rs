//! What is wrong with a policy although it can be read: findings, and the tests that it carries.

use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};
use crate::model::history::History;
use crate::model::policy::Args;
use crate::model::request::Request;
use crate::model::verdict::Verdict;

use super::super::decide::decide;
use super::{Policy, sense};

/// Findings about the policy itself, the worst first.
pub(super) fn lint(policy: &Policy, file: &str) -> Vec<Finding> {
    let document = policy.document();
    let mut findings = Vec::new();
    let mut add = |severity, id: &str, pointer: &str, what: String, why: &str, todo: String| {
        findings.push(Finding {
            severity,
            id: id.into(),
            subject: pointer.into(),
            what,
            why: why.into(),
            todo,
            at: policy.locate(pointer),
        });
    };
    if document.default_allow {
        add(
            Severity::High,
            "default-allow",
            "default",
            "servers that the policy does not name may do anything".into(),
            "a new server is trusted before anybody looked at it",
            "remove `default: allow` and name each server".into(),
        );
    }
    if document.servers.is_empty() {
        add(
            Severity::Medium,
            "empty-policy",
            "servers",
            "the policy names no server, so every call is denied".into(),
            "an agent can do nothing under it",
            format!("record some traffic and run: remit infer --out {file}"),
        );
    }
    for (name, server) in &document.servers {
        let pointer = format!("servers.{name}");
        let tools = server.allowed_tools.len() + server.tools.len();
        if tools == 0 && server.allowed_paths.is_some() {
            add(
                Severity::Low,
                "unnamed-tools",
                &pointer,
                "path rules alone: any tool that touches only these paths may be called".into(),
                "a server can grow a new tool that the rule then grants",
                "name the tools under `tools`".into(),
            );
        }
        for protection in &server.unprotected {
            add(
                Severity::High,
                "unprotected",
                &format!("{pointer}.unprotected"),
                format!("the protection `{protection}` is switched off"),
                "what it keeps from harm can be reached through this server",
                "remove it, unless the server cannot work otherwise".into(),
            );
        }
        for (tool, rule) in &server.tools {
            for name in sense::texts_under_names_of_paths(rule) {
                add(
                    Severity::Medium,
                    "path-as-text",
                    &format!("{pointer}.tools.{tool}.args.{name}"),
                    format!("`{name}` of `{tool}` is declared free text, although its name says that it is a path"),
                    "no path rule and no protection looks at it",
                    "use `paths`, unless it is no path".into(),
                );
            }
            if rule.args == Args::Any || rule.other_args {
                add(
                    Severity::Medium,
                    "open-arguments",
                    &format!("{pointer}.tools.{tool}"),
                    format!("`{tool}` may be called with any arguments"),
                    "the grant is wider than any recording could justify",
                    "list its arguments under `args`".into(),
                );
            }
        }
    }
    for rule in sense::void(document) {
        add(
            Severity::Low,
            "dead-rule",
            &rule.pointer,
            rule.what,
            "a rule without effect misleads whoever reads it",
            rule.todo,
        );
    }
    for rule in sense::wide(document) {
        add(
            Severity::Medium,
            "wide-grant",
            &rule.pointer,
            rule.what,
            "only the protections and what is denied by name hold within it",
            rule.todo,
        );
    }
    for name in sense::misnamed(document) {
        add(
            name.severity,
            "unknown-name",
            &name.pointer,
            name.what,
            "a name that is misspelt restrains nothing",
            name.todo,
        );
    }
    findings.sort();
    findings
}

/// A test of the policy that does not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct FailedTest {
    /// Its place in `tests`, from 0.
    pub index: usize,
    pub request: Request,
    pub verdict: Verdict,
}

/// Runs `tests:`; what fails comes back. `facts` are those of the policy's own folder, by their text alone.
pub fn run_tests(policy: &Policy, facts: &Facts) -> Vec<FailedTest> {
    let tests = policy.document().tests.iter().enumerate();
    let judged = tests.map(|(index, test)| {
        let request = Request::call(&test.server, &test.tool, test.arguments.clone());
        let verdict = decide(policy, &History::default(), facts, &request);
        (test.expect, FailedTest { index, request, verdict })
    });
    judged.filter(|(expect, test)| test.verdict.decision != *expect).map(|(_, test)| test).collect()
}
