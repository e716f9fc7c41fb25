//! Rules that another rule makes void. The stricter one wins, so nothing passes by them; whoever reads the policy is
//! misled.

use crate::model::policy::{Document, Server, Tool};

use super::places;
use super::tool::shuts;

/// A rule without effect.
pub(in super::super) struct Void {
    pub pointer: String,
    pub what: String,
    pub todo: String,
}

const EITHER: &str = "remove one of the two";

/// Every rule of the policy that another one makes void.
pub(in super::super) fn void(document: &Document) -> Vec<Void> {
    let mut found = Vec::new();
    for (name, server) in &document.servers {
        let pointer = format!("servers.{name}");
        denied_tools(&pointer, server, &mut found);
        places::void(&pointer, server, &mut found);
        for (tool_name, tool) in &server.tools {
            variants(&format!("{pointer}.tools.{tool_name}"), tool, &mut found);
        }
    }
    for (index, approval) in document.approvals.iter().enumerate() {
        let Some(server) = approval.server.as_ref().and_then(|name| document.servers.get(name)) else { continue };
        if server.denied_tools.contains(&approval.tool) {
            found.push(Void {
                pointer: format!("approvals.require_human_approval[{index}]"),
                what: format!("`{}` is to be asked, and `denied_tools` names it: the denial wins", approval.tool),
                todo: EITHER.into(),
            });
        }
    }
    found
}

fn denied_tools(pointer: &str, server: &Server, found: &mut Vec<Void>) {
    let denied = |tool: &&String| server.denied_tools.contains(*tool);
    for tool in server.allowed_tools.iter().filter(denied) {
        found.push(Void {
            pointer: format!("{pointer}.allowed_tools"),
            what: format!("`{tool}` is both allowed and denied: the denial wins"),
            todo: EITHER.into(),
        });
    }
    for tool in server.tools.keys().filter(denied) {
        found.push(Void {
            pointer: format!("{pointer}.tools.{tool}"),
            what: format!("`{tool}` has a rule, and `denied_tools` names it: the denial wins"),
            todo: EITHER.into(),
        });
    }
}

fn variants(pointer: &str, tool: &Tool, found: &mut Vec<Void>) {
    let Some(variants) = &tool.variants else { return };
    for (value, variant) in &variants.of {
        let pointer = format!("{pointer}.variants.of.{value}");
        if shuts(tool, variant, &variants.by, value) {
            found.push(Void {
                pointer: pointer.clone(),
                what: format!("this variant is never chosen: `args` admits other values of `{}` only", variants.by),
                todo: format!("admit `{value}` there, or remove the variant"),
            });
        }
    }
}
