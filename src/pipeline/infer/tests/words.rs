//! What the words of names grant and withhold.

use serde_json::{Value, json};

use super::super::settings::Strictness;
use super::make::call;
use super::{learn, read_back, verdict};
use crate::model::verdict::Decision;

/// What a policy learned from so many sessions of one call says of another call of the same tool.
fn learned(sessions: usize, tool: &str, seen: &Value, asked: &Value) -> Decision {
    let sessions = vec![vec![call(tool, seen.clone())]; sessions];
    let policy = read_back(&learn(&sessions, Strictness::Balanced));
    assert_ne!(verdict(&policy, &call(tool, seen.clone())), Decision::Deny, "{tool} {seen}");
    verdict(&policy, &call(tool, asked.clone()))
}

#[test]
fn a_guard_of_a_call_that_changes_something_stays_up_and_a_switch_of_no_harm_may_be_turned() {
    for (tool, key, seen, other) in [
        ("create_repo", "private", json!(true), json!(false)),
        ("create_repo", "private", json!(1), json!(0)),
        ("update_branch", "protected", json!(true), json!(false)),
        ("create_release_note", "draft", json!(true), json!(false)),
        ("update_records", "dry_run", json!(true), json!(false)),
        ("update_user", "two_factor_enabled", json!(true), json!(false)),
        ("fetch", "verify_ssl", json!(true), json!(false)),
        ("create_repo", "has_issues", json!(true), json!(false)),
    ] {
        let verdict = learned(30, tool, &json!({ key: seen }), &json!({ key: other }));
        assert_eq!(verdict, Decision::Deny, "{tool} {key}");
    }
    for (sessions, tool, key, seen) in [
        (5, "create_repo", "has_issues", true),
        (30, "create_repo", "verbose", true),
        (30, "list_repos", "private", true),
        (30, "list_repos", "archived", false),
    ] {
        let verdict = learned(sessions, tool, &json!({ key: seen }), &json!({ key: !seen }));
        assert_eq!(verdict, Decision::Allow, "{tool} {key}");
    }
}
