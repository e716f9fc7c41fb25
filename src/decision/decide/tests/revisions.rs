//! Files that the argument of a tool of git names within a revision.

use super::*;

#[test]
fn a_file_in_a_revision_is_a_place_however_server_tool_and_key_are_written() {
    let rules = "{ allowed_tools: [show, git_show, gitShow, git-diff], allowed_paths: [.], denied_paths: [./secret] }";
    let under =
        Under::policy(&format!("servers: {{ git: {rules}, mcp-server-git: {rules}, vcs: {rules}, box: {rules} }}"));
    for (server, tool, key) in [
        ("git", "show", "revision"),
        ("git", "show", "Revision"),
        ("git", "show", "REF"),
        ("git", "show", "commitish"),
        ("git", "show", "commit-ish"),
        ("git", "show", "tree_ish"),
        ("git", "show", "baseRef"),
        ("git", "show", "commits"),
        ("mcp-server-git", "show", "target"),
        ("vcs", "git_show", "rev"),
        ("vcs", "gitShow", "sha"),
        ("vcs", "git-diff", "target2"),
    ] {
        for text in ["HEAD:secret", "HEAD:./src/../secret/a", ":0:secret", "main:src/a..dev:secret", "HEAD:secret/x:y"]
        {
            under.denies(server, tool, json!({key: text}), &format!("servers.{server}.denied_paths"));
        }
        under.denies(server, tool, json!({key: ["HEAD:.env"]}), "protection.env-files");
        for text in ["HEAD:src/a", "HEAD", "main..dev", ":/fix: secret", "HEAD^{/x:secret}", "HEAD@{2026-11-20 10:00}"]
        {
            under.allows(server, tool, json!({key: text}));
        }
    }
    under.allows("box", "show", json!({"target": "box:secret"}));
    under.allows("git", "show", json!({"message": "fix:secret", "remote": "origin:secret"}));
}
