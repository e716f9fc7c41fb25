//! Whether a policy makes sense as a whole: what no call could ever satisfy is an error, a rule that another one makes
//! void a finding, since it harms nobody and misleads whoever reads it.

mod constraint;
mod names;
mod places;
mod tool;
mod void;
mod wide;

#[cfg(test)]
mod tests;

pub(super) use names::{misnamed, texts_under_names_of_paths};
pub(super) use void::void;
pub(super) use wide::wide;

use crate::model::policy::{Document, Tool};

/// A pointer into the policy, and what is wrong there.
pub(super) type Trouble = (String, String);

/// What no call could ever satisfy, and what says something else than it seems to.
pub(super) fn unsatisfiable(document: &Document) -> Vec<Trouble> {
    let mut found = Vec::new();
    for (name, server) in &document.servers {
        wide::negated(&format!("servers.{name}"), server, &mut found);
    }
    each_tool(document, &mut |pointer, tool, above| tool::unsatisfiable(pointer, tool, above, &mut found));
    found
}

/// Visits every tool and every variant; a variant with the tool above it.
fn each_tool(document: &Document, visit: &mut impl FnMut(&str, &Tool, Option<&Tool>)) {
    for (name, server) in &document.servers {
        for (tool_name, tool) in &server.tools {
            let pointer = format!("servers.{name}.tools.{tool_name}");
            visit(&pointer, tool, None);
            for (value, variant) in tool.variants.iter().flat_map(|variants| &variants.of) {
                visit(&format!("{pointer}.variants.of.{value}"), variant, Some(tool));
            }
        }
    }
}
