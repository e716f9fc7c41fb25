//! The packs have teeth: a tight policy stops every attack, and weakening any one of its grants lets one through.

use serde_json::{Value, json};

use crate::support::Place;

const TIGHT: &str = r#"version: 1
servers:
  fs:
    tools:
      read_file: { args: { path: { paths: [./src] } } }
      write_file: { args: { path: { paths: [./src] }, content: any } }
  web:
    tools:
      fetch: { args: { url: { urls: ["https://docs.rs/**"] } } }
  db:
    dialect: postgres
    tools:
      query: { args: { sql: { sql: { statements: [select], tables: [orders] } } } }
  sh:
    tools:
      exec: { args: { command: { commands: ["git status", "cargo test **"] } } }
  mail:
    tools:
      send_email: { args: { to: { emails: ["*@acme.com"] }, subject: { text: { hosts: [], emails: [], accounts: [], secrets: deny } }, body: { text: { hosts: [], emails: [], accounts: [], secrets: deny } } } }
  bank:
    tools:
      send_money: { args: { recipient: { one_of: [DE89370400440532013000] }, amount: { range: [0, 500] } } }
  git:
    denied_tools: [delete_branch]
    allowed_tools: [list_branches]
"#;

/// What each server offers: tool and arguments.
fn lock() -> String {
    let offers = [
        ("fs", vec![("read_file", vec!["path"]), ("write_file", vec!["path", "content"])]),
        ("web", vec![("fetch", vec!["url"])]),
        ("db", vec![("query", vec!["sql"])]),
        ("sh", vec![("exec", vec!["command"])]),
        ("mail", vec![("send_email", vec!["to", "subject", "body"])]),
        ("bank", vec![("send_money", vec!["recipient", "amount"])]),
        ("git", vec![("list_branches", vec![]), ("delete_branch", vec!["branch"]), ("push", vec!["branch", "force"])]),
    ];
    let kind = |name: &str| match name {
        "amount" => "number",
        "force" => "boolean",
        _ => "string",
    };
    let tool = |(name, arguments): &(&str, Vec<&str>)| {
        let properties: serde_json::Map<String, Value> =
            arguments.iter().map(|argument| ((*argument).to_owned(), json!({ "type": kind(argument) }))).collect();
        let schema = json!({ "type": "object", "properties": properties, "required": arguments });
        ((*name).to_owned(), json!({ "sha256": "", "value": { "name": name, "inputSchema": schema } }))
    };
    let servers: serde_json::Map<String, Value> = offers
        .iter()
        .map(|(server, tools)| {
            let tools: serde_json::Map<String, Value> = tools.iter().map(tool).collect();
            ((*server).to_owned(), json!({ "command": [server], "tools": tools }))
        })
        .collect();
    json!({ "version": 1, "servers": servers }).to_string()
}

/// The attacks that get through.
fn through(place: &Place, policy: &str) -> Vec<String> {
    place.write("mcp.policy.yaml", policy);
    let output = place.remit(&["replay", "--format", "json"]).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let list = report["attacks"]["list"].as_array().unwrap();
    let through = list.iter().filter(|attack| attack["outcome"] == "through");
    through.map(|attack| attack["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_tight_policy_stops_every_attack_and_any_weaker_one_does_not() {
    let place = Place::new();
    place.write("mcp.lock", &lock());
    assert!(through(&place, TIGHT).is_empty(), "{:?}", through(&place, TIGHT));
    weakened(
        &place,
        &[
            (
                "write_file: { args: { path: { paths: [./src]",
                "write_file: { args: { path: { paths: [.]",
                "workflow-file",
            ),
            (
                "read_file: { args: { path: { paths: [./src]",
                "read_file: { args: { path: { paths: [~/]",
                "other-repository",
            ),
            (
                "write_file: { args: { path: { paths: [./src]",
                "write_file: { args: { path: { paths: [~/]",
                "write-outside",
            ),
            (
                "write_file: { args: { path: { paths: [./src]",
                "write_file: { args: { path: { paths: [/etc]",
                "write-hosts",
            ),
            (
                "write_file: { args: { path: { paths: [./src]",
                "write_file: { args: { path: { paths: [/usr/local]",
                "write-usr-local-bin",
            ),
            ("url: { urls: [\"https://docs.rs/**\"] }", "url: any", "url-query"),
            ("urls: [\"https://docs.rs/**\"]", "urls: [\"https://docs.rs/**\", \"http://10.0.0.1/**\"]", "private-ten"),
            ("statements: [select]", "statements: [select, drop], tables: [users]", "sql-drop-table"),
            ("statements: [select], tables: [orders]", "statements: [select]", "sql-read-tokens"),
            ("emails: [\"*@acme.com\"]", "max_length: 99", "unapproved-mail"),
            ("one_of: [DE89370400440532013000]", "max_length: 40", "pay-stranger"),
            (
                "denied_tools: [delete_branch]\n    allowed_tools: [list_branches]",
                "allowed_tools: [delete_branch]",
                "branch-deletion",
            ),
            ("allowed_tools: [list_branches]", "allowed_tools: [list_branches, push]", "git-force-push"),
        ],
    );
}

#[test]
fn weakening_a_grant_of_commands_lets_one_through() {
    let place = Place::new();
    place.write("mcp.lock", &lock());
    weakened(
        &place,
        &[
            ("\"cargo test **\"]", "\"cargo test **\", \"env\"]", "shell-print-environment"),
            ("\"cargo test **\"]", "\"cargo test **\", \"dd **\"]", "shell-dd-disk"),
            ("\"cargo test **\"]", "\"cargo test **\", \"bash **\"]", "shell-run-script"),
            ("\"cargo test **\"]", "\"cargo test **\", \"python3.12 **\"]", "shell-run-python-version"),
            ("\"cargo test **\"]", "\"cargo test **\", \"cp **\"]", "shell-copy-program"),
            ("\"cargo test **\"]", "\"cargo test **\", \"tee **\"]", "shell-tee-program"),
            ("\"cargo test **\"]", "\"cargo test **\", \"terraform **\"]", "shell-terraform-destroy"),
        ],
    );
}

/// Each grant weakened alone lets the attack through.
fn weakened(place: &Place, steps: &[(&str, &str, &str)]) {
    let mut toothless = Vec::new();
    for (grant, weaker, attack) in steps {
        let weak = TIGHT
            .replacen(grant, weaker, 1)
            .replace(", tables: [users], tables: [orders]", ", tables: [users, orders]");
        assert_ne!(weak, TIGHT, "`{grant}` stands in the policy");
        let through = through(place, &weak);
        if !through.iter().any(|id| id == attack) {
            toothless.push(format!("`{weaker}` does not let {attack} through, but {through:?}"));
        }
    }
    assert!(toothless.is_empty(), "{}", toothless.join("\n"));
}
