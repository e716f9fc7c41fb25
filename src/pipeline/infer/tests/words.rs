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

/// What a policy learned from one session that calls this tool says of the same call.
fn seen_once(tool: &str) -> Decision {
    learned(1, tool, &json!({"id": "a1"}), &json!({"id": "a1"}))
}

#[test]
fn what_harms_for_good_is_asked_while_it_is_rare_and_harmless_names_with_the_same_words_are_granted() {
    for tool in [
        "transfer_ownership",
        "add_forwarding_rule",
        "create_webhook",
        "make_public",
        "read_secret",
        "get_secret",
        "get_api_key",
        "format_disk",
        "unlink",
        "truncate_log",
        "empty_trash",
        "self_destruct",
        "place_order",
        "checkout_cart",
        "donate",
        "tip",
        "send_tip",
        "chmod",
        "chown",
        "add_member",
        "update_dns",
        "disable_firewall",
        "open_port",
        "install_package",
        "add_cron",
        "impersonate_user",
        "deactivate_user",
        "close_account",
        "shutdown",
    ] {
        assert_eq!(seen_once(tool), Decision::Ask, "{tool}");
    }
    for tool in [
        "get_order",
        "list_members",
        "open_file",
        "format_text",
        "format_date",
        "tip_of_day",
        "get_tip",
        "read_file",
        "list_webhooks",
        "resolve_dns",
        "count_tokens",
        "get_key",
        "close_issue",
        "list_trash",
        "add_comment",
        "place_marker",
    ] {
        assert_eq!(seen_once(tool), Decision::Allow, "{tool}");
    }
}

#[test]
fn a_target_of_a_name_that_looks_and_changes_stays_closed_and_of_one_that_looks_opens() {
    let verdict = |tool: &str| {
        let sessions: Vec<_> = (0..6).map(|n| vec![call(tool, json!({"order_id": format!("w{n}{n}3")}))]).collect();
        let policy = read_back(&learn(&sessions, Strictness::Balanced));
        verdict(&policy, &call(tool, json!({"order_id": "w993"})))
    };
    for tool in ["status_update", "log_event", "convert_currency", "snapshot_restore", "resolve_incident"] {
        assert_eq!(verdict(tool), Decision::Deny, "{tool}");
    }
    for tool in ["get_order_status", "convert_time", "resolve_name", "git_log"] {
        assert_eq!(verdict(tool), Decision::Allow, "{tool}");
    }
}

#[test]
fn a_number_far_beyond_all_others_is_granted_by_itself_and_the_gap_is_not() {
    let set = |amount: Value| call("set_price", json!({ "amount": amount }));
    let mut sessions: Vec<_> = (0..40).map(|n| vec![set(json!(n % 50 + 1))]).collect();
    sessions.extend([vec![set(json!(99_998))], vec![set(json!(99_999))]]);
    let policy = read_back(&learn(&sessions, Strictness::Balanced));
    for (amount, granted) in [(7, true), (45, true), (5_000, false), (100_000, false)] {
        assert_eq!(verdict(&policy, &set(json!(amount))) != Decision::Deny, granted, "{amount}");
    }
    let spread: Vec<_> = (0..40_u32).map(|n| vec![set(json!((n + 1) * (n + 1) * 5))]).collect();
    let policy = read_back(&learn(&spread, Strictness::Balanced));
    assert_ne!(verdict(&policy, &set(json!(7_900))), Decision::Deny);
}

#[test]
fn the_largest_number_there_is_loses_no_tool() {
    let mut sessions: Vec<_> = (0..12).map(|n| vec![call("set_level", json!({ "n": n }))]).collect();
    sessions.push(vec![call("set_level", json!({"n": 1e308}))]);
    sessions.push(vec![call("list_items", json!({"n": 1e308})), call("list_items", json!({"n": -1.7e308}))]);
    let inference = learn(&sessions, Strictness::Balanced);
    assert!(!format!("{:?}", inference.notes).contains("inf"), "{:?}", inference.notes);
    let policy = read_back(&inference);
    for (tool, n) in [("set_level", json!(3)), ("list_items", json!(1e308)), ("list_items", json!(4))] {
        assert_ne!(verdict(&policy, &call(tool, json!({ "n": n }))), Decision::Deny, "{tool} {n}");
    }
}
