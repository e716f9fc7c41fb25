//! A policy that loads, whatever was recorded.

use std::collections::BTreeMap;

use super::super::generalise::Inference;
use crate::decision::policy::{self, Policy, Problems};
use crate::model::finding::{Finding, Severity};
use crate::model::policy::{Document, Server, Tool};

/// The policy as text, and loaded. What the policy language cannot say is left out, and stands among the findings: a
/// recording holds whatever a server came up with, and one such call must not cost the policy of all others.
///
/// # Errors
///
/// What is wrong with the text even so.
pub fn policy(inference: &mut Inference, head: &[String]) -> Result<(String, Policy), Problems> {
    let text = super::policy(inference, head);
    let Err(problems) = loaded(&text) else { return loaded(&text).map(|policy| (text, policy)) };
    leave_out_what_does_not_load(inference);
    loop {
        let text = super::policy(inference, head);
        match loaded(&text) {
            Ok(policy) => return Ok((text, policy)),
            // Each loads alone, so that together they are too much.
            Err(_) if leave_out_the_longest(inference) => {}
            Err(_) => return Err(problems),
        }
    }
}

fn loaded(text: &str) -> Result<Policy, Problems> {
    policy::load(text, "mcp.policy.yaml").map(|(policy, _)| policy)
}

/// Whether a policy of this alone loads. `Err`: why not.
fn loads(name: &str, server: Server) -> Result<(), String> {
    let document = Document { servers: BTreeMap::from([(name.to_owned(), server)]), ..Document::default() };
    let alone = Inference { document, ..Inference::default() };
    loaded(&super::policy(&alone, &[])).map(drop).map_err(|problems| {
        let first = problems.0.first().map(|problem| problem.message.clone());
        first.unwrap_or_default()
    })
}

fn leave_out_what_does_not_load(inference: &mut Inference) {
    let mut found = Vec::new();
    inference.document.servers.retain(|name, server| {
        if let Err(why) = loads(name, Server::default()) {
            found.push(finding(name.clone(), &why));
            return false;
        }
        let mut check = |subject: String, alone: Server| match loads(name, alone) {
            Ok(()) => true,
            Err(why) => {
                found.push(finding(subject, &why));
                false
            }
        };
        server.tools.retain(|tool, rule| check(format!("{name}.{tool}"), with_tool(tool, rule)));
        server.resources.retain(|uri| {
            check(format!("{name} resource {uri}"), Server { resources: vec![uri.clone()], ..Server::default() })
        });
        server.prompts.retain(|prompt| {
            check(format!("{name} prompt {prompt}"), Server { prompts: vec![prompt.clone()], ..Server::default() })
        });
        true
    });
    inference.findings.extend(found);
}

fn with_tool(tool: &str, rule: &Tool) -> Server {
    Server { tools: BTreeMap::from([(tool.to_owned(), rule.clone())]), ..Server::default() }
}

/// Leaves out the tool whose rule takes the most room. `false`: there is none.
fn leave_out_the_longest(inference: &mut Inference) -> bool {
    let size = |name: &str, tool: &str, rule: &Tool| {
        let servers = BTreeMap::from([(name.to_owned(), with_tool(tool, rule))]);
        let alone = Inference { document: Document { servers, ..Document::default() }, ..Inference::default() };
        super::policy(&alone, &[]).len()
    };
    let servers = inference.document.servers.iter();
    let tools = servers.flat_map(|(name, server)| {
        server.tools.iter().map(move |(tool, rule)| (size(name, tool, rule), name.clone(), tool.clone()))
    });
    let Some((bytes, name, tool)) = tools.max() else { return false };
    if let Some(server) = inference.document.servers.get_mut(&name) {
        server.tools.remove(&tool);
    }
    let why = format!("its rule takes {bytes} bytes, and the whole policy would be too long");
    inference.findings.push(finding(format!("{name}.{tool}"), &why));
    true
}

fn finding(subject: String, why: &str) -> Finding {
    Finding {
        severity: Severity::High,
        id: "not-learned-unsayable".into(),
        subject,
        what: format!("no policy can say what was recorded: {why}"),
        why: "a policy that does not load grants nothing at all".into(),
        todo: "if the agent does need it, grant it by hand".into(),
        at: None,
    }
}
