//! The arguments that a tool is likely to have, by its name: for tools that are known from a policy alone.

use serde_json::{Value, json};

use super::roles::words;

/// Words of a tool's name -> its arguments; the first row that fits. Each group must be met by one of its words.
const LIKELY: [(&[&[&str]], &[&str]); 15] = [
    (&[&["move", "rename", "copy"], &["file", "files", "directory"]], &["source", "destination"]),
    (
        &[&["write", "edit", "create", "append", "save", "update"], &["file", "files", "directory", "path", "text"]],
        &["path", "content"],
    ),
    (
        &[&["read", "get", "list", "open", "cat", "search", "delete", "stat"], &["file", "files", "directory", "path"]],
        &["path"],
    ),
    (&[&["email", "mail", "gmail"]], &["to", "subject", "body"]),
    (&[&["exec", "shell", "command", "bash", "terminal", "run"]], &["command"]),
    (&[&["sql", "query", "postgres", "sqlite", "mysql"]], &["sql"]),
    (&[&["fetch", "url", "http", "browse", "navigate", "webpage", "download"]], &["url"]),
    (&[&["push"]], &["repo", "branch", "force"]),
    (&[&["issue", "pr", "pull", "comment", "gist", "release"]], &["repo", "title", "body"]),
    (&[&["repo", "repos", "repository", "branch", "fork", "collaborator"]], &["repo"]),
    (&[&["message", "chat", "slack", "channel", "post"]], &["channel", "text"]),
    (&[&["pay", "transfer", "money", "payment", "refund", "payout"]], &["recipient", "amount"]),
    (&[&["secret", "token", "key", "password", "variable"]], &["name", "value"]),
    (&[&["webhook", "hook"]], &["url"]),
    (&[&["user", "role", "permission", "member", "invite"]], &["user", "role"]),
];

/// An input schema in which every argument is required. `None`: the name says nothing.
pub fn schema(server: &str, tool: &str) -> Option<Value> {
    let name = words(tool);
    let both: Vec<String> = words(server).into_iter().chain(name.iter().cloned()).collect();
    let fits = |groups: &[&[&str]], words: &[String]| {
        groups.iter().all(|group| group.iter().any(|word| words.iter().any(|have| have == word)))
    };
    let row = LIKELY
        .iter()
        .find(|(groups, _)| fits(groups, &name))
        .or_else(|| LIKELY.iter().find(|(groups, _)| fits(groups, &both)));
    let (_, arguments) = row?;
    let properties: serde_json::Map<String, Value> =
        arguments.iter().map(|name| ((*name).to_owned(), json!({ "type": kind(name) }))).collect();
    Some(json!({ "type": "object", "properties": properties, "required": arguments }))
}

fn kind(argument: &str) -> &'static str {
    match argument {
        "force" => "boolean",
        "amount" => "number",
        _ => "string",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(server: &str, tool: &str) -> Vec<String> {
        schema(server, tool)
            .map_or(Vec::new(), |schema| schema["properties"].as_object().unwrap().keys().cloned().collect())
    }

    #[test]
    fn the_tools_that_people_write_in_policies_get_their_arguments() {
        assert_eq!(arguments("filesystem", "read_file"), ["path"]);
        assert_eq!(arguments("filesystem", "write_file"), ["content", "path"]);
        assert_eq!(arguments("gmail", "send_email"), ["body", "subject", "to"]);
        assert_eq!(arguments("gmail", "send"), ["body", "subject", "to"]);
        assert_eq!(arguments("postgres", "execute_write"), ["sql"]);
        assert_eq!(arguments("shell", "exec"), ["command"]);
        assert_eq!(arguments("github", "force_push"), ["branch", "force", "repo"]);
        assert_eq!(arguments("github", "delete_repo"), ["repo"]);
    }

    #[test]
    fn a_name_that_says_nothing_gets_none() {
        assert_eq!(schema("x", "frobnicate"), None);
    }
}
