//! What holds for every recording.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::generalise::infer;
use super::observe::Observer;
use super::settings::{Settings, Strictness};
use crate::decision::decide::decide;
use crate::decision::policy::Policy;
use crate::decision::redact::Redactor;
use crate::model::evidence::{Evidence, Place};
use crate::model::facts::Facts;
use crate::model::history::History;
use crate::model::policy::Redaction;
use crate::model::request::Request;
use crate::model::verdict::Decision;

/// Calls of several shapes: places, revisions, names, sums, searches, nested objects, links, statements, commands.
fn call() -> impl Strategy<Value = (&'static str, Value)> {
    let word = "[a-zA-Z0-9~^/._ -]{1,12}";
    prop_oneof![
        "(\\./)?(src|docs|\\.git|a b)?(/[a-z]{1,4}(\\.rs)?){0,3}".prop_map(|path| ("read_file", json!({"path": path}))),
        "(src|docs)/[a-z]{1,3}".prop_map(|path| ("write_file", json!({"path": path, "content": "x"}))),
        word.prop_map(|target| ("git_show", json!({"target": target}))),
        "[A-Z][a-z]{1,6}/[A-Z][a-z_]{1,8}".prop_map(|zone| ("get_time", json!({"timezone": zone}))),
        ("[A-Z]{2}[0-9]{4}", -9.0..9e4_f64)
            .prop_map(|(to, amount)| ("send_money", json!({"recipient": to, "amount": amount}))),
        (word, any::<i32>(), any::<bool>()).prop_map(|(id, page, all)| {
            ("list_issues", json!({"order_id": id, "page": page, "all": all, "query": "open bugs"}))
        }),
        (word, prop::collection::vec(word, 0..3))
            .prop_map(|(name, tags)| { ("create_item", json!({"item": {"name": name, "tags": tags}, "note": null})) }),
        "https://[a-z]{1,4}\\.org/[a-z]{0,4}".prop_map(|url| ("fetch", json!({"url": url}))),
        "SELECT [a-z]{2,5} FROM t_[a-z]{1,3}".prop_map(|sql| ("query", json!({"sql": sql}))),
        "(git status|cargo test [a-z]{1,4}|ls [a-z]{1,4})".prop_map(|command| ("run", json!({"command": command}))),
    ]
}

fn settings(strictness: Strictness) -> Settings {
    let project = "/home/ann/web".to_owned();
    let bare = Place { cwd: project.clone(), project, home: Some("/home/ann".into()), ..Place::default() };
    Settings { strictness, bare }
}

/// A line of a trace, and the call in it.
fn line(tool: &str, arguments: &Value) -> String {
    json!({"server": "s", "tool": tool, "arguments": arguments}).to_string()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn a_policy_stops_no_call_that_it_was_learned_from(
        sessions in prop::collection::vec(prop::collection::vec(call(), 1..8), 1..5),
        strictness in prop::sample::select(vec![Strictness::Exact, Strictness::Balanced, Strictness::Broad]),
    ) {
        let settings = settings(strictness);
        let redactor = Redactor::new(&[7; 32], &Redaction::default()).unwrap();
        let mut learned = Vec::new();
        let mut seen = Vec::new();
        for calls in &sessions {
            let mut observer = Observer::new("t", settings.bare.clone(), &redactor);
            for (tool, arguments) in calls {
                observer.line(&line(tool, arguments)).unwrap();
                // What is never learned from is told by a recording of this call alone.
                let mut alone = Observer::new("t", settings.bare.clone(), &redactor);
                alone.line(&line(tool, arguments)).unwrap();
                if alone.finish().1.refused.is_empty() {
                    learned.push((*tool, arguments.clone()));
                }
            }
            seen.push(observer.finish());
        }
        let inference = infer(&Evidence::collect(seen), &settings);
        let policy = Policy::from_document(inference.document).unwrap();
        let bare = &settings.bare;
        let facts = Facts {
            project: bare.project.clone(), cwd: bare.cwd.clone(), home: bare.home.clone(), os: bare.os, ..Facts::default()
        };
        for (tool, arguments) in learned {
            let Value::Object(members) = arguments.clone() else { continue };
            let verdict = decide(&policy, &History::default(), &facts, &Request::call("s", tool, members));
            prop_assert!(verdict.decision != Decision::Deny, "{tool} {arguments}: {verdict:?}");
        }
    }
}
