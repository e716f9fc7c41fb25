//! Grants in words, and what the policy says of a tool as a whole.

use crate::model::policy::{Args, Constraint, Document, SqlGrant, TextGrant, Tool};
use crate::model::report::Granted;

/// What the policy says of a tool before it looks at arguments.
pub fn granted(policy: &Document, server: &str, tool: &str) -> Granted {
    let asked = policy
        .approvals
        .iter()
        .any(|named| named.tool == tool && named.server.as_deref().is_none_or(|name| name == server));
    let Some(rules) = policy.servers.get(server) else {
        return match (asked, policy.default_allow) {
            (true, _) => Granted::Asked,
            (false, true) => Granted::Free,
            (false, false) => Granted::Unnamed,
        };
    };
    if rules.denied_tools.iter().any(|denied| denied == tool) {
        return Granted::Denied;
    }
    let rule = rules.tools.get(tool);
    if asked || rule.is_some_and(|rule| rule.ask) {
        return Granted::Asked;
    }
    match rule {
        Some(Tool { args: Args::Any, .. }) => Granted::Free,
        Some(_) => Granted::Constrained,
        None if rules.allowed_tools.iter().any(|allowed| allowed == tool) => Granted::Free,
        None if rules.tools.is_empty() && rules.allowed_tools.is_empty() && rules.allowed_paths.is_some() => {
            Granted::Free
        }
        None => Granted::Unnamed,
    }
}

/// A constraint as one line, close to how the policy writes it.
pub fn describe(constraint: &Constraint) -> String {
    match constraint {
        Constraint::Any => "anything".to_owned(),
        Constraint::OneOf(values) => {
            format!(
                "one of {}",
                values
                    .iter()
                    .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        }
        Constraint::Matches(regex) => format!("matches {regex}"),
        Constraint::Shape(shape) => format!("shape {}", shape.name()),
        Constraint::Range { min, max } => match (min, max) {
            (Some(min), Some(max)) => format!("{min} to {max}"),
            (Some(min), None) => format!("{min} or more"),
            (None, Some(max)) => format!("at most {max}"),
            (None, None) => "any number".to_owned(),
        },
        Constraint::MaxLength(length) => format!("at most {length} characters"),
        Constraint::MaxItems(items) => format!("at most {items} items"),
        Constraint::Paths { paths, relative_to } => {
            let base = relative_to.as_ref().map(|base| format!(", relative to {base}")).unwrap_or_default();
            format!("paths {}{base}", paths.join(", "))
        }
        Constraint::Urls(urls) => format!("urls {}", urls.join(", ")),
        Constraint::Emails(emails) => format!("emails {}", emails.join(", ")),
        Constraint::Sql(grant) => sql(grant),
        Constraint::Commands(commands) => format!("commands {}", commands.join(", ")),
        Constraint::Text(grant) => text(grant),
        Constraint::Redacted(_) => "the recorded secret".to_owned(),
        Constraint::Each(inner) => format!("each: {}", describe(inner)),
        Constraint::Fields { fields, .. } => {
            let fields: Vec<String> =
                fields.iter().map(|(name, inner)| format!("{name}: {}", describe(inner))).collect();
            format!("{{ {} }}", fields.join("; "))
        }
        Constraint::Not(inner) => format!("not {}", describe(inner)),
        Constraint::All(all) => all.iter().map(describe).collect::<Vec<_>>().join(" and "),
        Constraint::AnyOf(any) => any.iter().map(describe).collect::<Vec<_>>().join(" or "),
    }
}

fn sql(grant: &SqlGrant) -> String {
    let tables = grant.tables.as_ref().map_or("any table".to_owned(), |tables| tables.join(", "));
    format!("sql {} on {tables}", grant.statements.join(", "))
}

fn text(grant: &TextGrant) -> String {
    let mut parts = Vec::new();
    let mut list = |name: &str, values: &Option<Vec<String>>| {
        if let Some(values) = values {
            parts.push(format!("{name} {}", if values.is_empty() { "none".to_owned() } else { values.join(", ") }));
        }
    };
    list("hosts", &grant.hosts);
    list("emails", &grant.emails);
    list("accounts", &grant.accounts);
    if grant.deny_secrets {
        parts.push("no secrets".to_owned());
    }
    if parts.is_empty() { "text".to_owned() } else { format!("text with {}", parts.join("; ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::policy::{Server, ToolRef};

    #[test]
    fn a_denial_wins_over_an_approval_and_an_approval_over_a_grant() {
        let server = Server {
            allowed_tools: vec!["a".into(), "b".into(), "c".into()],
            denied_tools: vec!["a".into()],
            ..Server::default()
        };
        let approvals = ["a", "b"].map(|tool| ToolRef { server: Some("s".into()), tool: tool.into() }).to_vec();
        let policy = Document { servers: [("s".to_owned(), server)].into(), approvals, ..Document::default() };
        let names = ["a", "b", "c", "d"].map(|tool| granted(&policy, "s", tool));
        assert_eq!(names, [Granted::Denied, Granted::Asked, Granted::Free, Granted::Unnamed]);
    }
}
