//! What holds for every recording.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::generalise::{Inference, infer};
use super::observe::Observer;
use super::settings::{Settings, Strictness};
use crate::decision::decide::decide;
use crate::decision::policy::Policy;
use crate::decision::redact::Redactor;
use crate::model::evidence::{Evidence, Place};
use crate::model::facts::Facts;
use crate::model::history::History;
use crate::model::policy::{Args, Constraint, Document, Redaction, SqlGrant};
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

/// What was recorded, learned from session by session, and the policy of it.
struct Learned {
    inference: Inference,
    calls: Vec<(&'static str, Value)>,
    facts: Facts,
}

fn learn(sessions: &[Vec<(&'static str, Value)>], strictness: Strictness) -> Learned {
    let settings = settings(strictness);
    let redactor = Redactor::new(&[7; 32], &Redaction::default()).unwrap();
    let (mut calls, mut seen) = (Vec::new(), Vec::new());
    for session in sessions {
        let mut observer = Observer::new("t", settings.bare.clone(), &redactor);
        for (tool, arguments) in session {
            observer.line(&line(tool, arguments)).unwrap();
            // What is never learned from is told by a recording of this call alone.
            let mut alone = Observer::new("t", settings.bare.clone(), &redactor);
            alone.line(&line(tool, arguments)).unwrap();
            if alone.finish().1.refused.is_empty() {
                calls.push((*tool, arguments.clone()));
            }
        }
        seen.push(observer.finish());
    }
    let inference = infer(&Evidence::collect(seen), &settings);
    let Place { project, cwd, home, os, .. } = settings.bare;
    Learned { inference, calls, facts: Facts { project, cwd, home, os, ..Facts::default() } }
}

impl Learned {
    /// The verdicts of a policy on all that was recorded.
    fn verdicts(&self, document: Document) -> Vec<Decision> {
        let policy = Policy::from_document(document).unwrap();
        let judge = |(tool, arguments): &(&str, Value)| {
            let members = arguments.as_object().unwrap().clone();
            decide(&policy, &History::default(), &self.facts, &Request::call("s", *tool, members)).decision
        };
        self.calls.iter().map(judge).collect()
    }
}

/// The policy less one grant that has evidence, in every way: a tool, an argument, a member of a list that was seen.
fn less_one(inference: &Inference) -> Vec<(String, Document)> {
    let mut all = Vec::new();
    let tools = inference.document.servers.get("s").map(|server| &server.tools);
    for (tool, rule) in tools.into_iter().flatten() {
        let mut less = inference.document.clone();
        less.servers.get_mut("s").unwrap().tools.remove(tool);
        all.push((tool.clone(), less));
        let Args::Listed(listed) = &rule.args else { continue };
        for (name, constraint) in listed {
            if inference.notes[&format!("servers.s.tools.{tool}.args.{name}")].calls == 0 {
                continue;
            }
            let mut narrower: Vec<Option<Constraint>> = vec![None];
            narrower.extend(less_one_member(constraint).into_iter().map(Some));
            for constraint in narrower {
                let mut less = inference.document.clone();
                let rule = less.servers.get_mut("s").unwrap().tools.get_mut(tool).unwrap();
                let Args::Listed(listed) = &mut rule.args else { continue };
                match &constraint {
                    Some(constraint) => drop(listed.insert(name.clone(), constraint.clone())),
                    None => drop(listed.remove(name)),
                }
                rule.required.retain(|required| required != name);
                all.push((format!("{tool}.{name}: {constraint:?}"), less));
            }
        }
    }
    all
}

fn less_one_member(constraint: &Constraint) -> Vec<Constraint> {
    let lists = |list: &[String]| -> Vec<Vec<String>> {
        let without =
            |at: usize| list.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, one)| one.clone()).collect();
        (0..list.len()).map(without).collect()
    };
    match constraint {
        Constraint::Paths { paths, relative_to } => {
            let less = lists(paths).into_iter();
            less.map(|paths| Constraint::Paths { paths, relative_to: relative_to.clone() }).collect()
        }
        Constraint::Urls(urls) => lists(urls).into_iter().map(Constraint::Urls).collect(),
        Constraint::Commands(commands) => lists(commands).into_iter().map(Constraint::Commands).collect(),
        Constraint::Sql(grant) => {
            let tables = grant.tables.as_deref().map(lists).unwrap_or_default().into_iter();
            let of = |tables| Constraint::Sql(SqlGrant { tables: Some(tables), ..grant.clone() });
            tables.map(of).collect()
        }
        _ => Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn a_policy_stops_no_call_that_it_was_learned_from(
        sessions in prop::collection::vec(prop::collection::vec(call(), 1..8), 1..5),
        strictness in prop::sample::select(vec![Strictness::Exact, Strictness::Balanced, Strictness::Broad]),
    ) {
        let learned = learn(&sessions, strictness);
        let verdicts = learned.verdicts(learned.inference.document.clone());
        for (call, verdict) in learned.calls.iter().zip(verdicts) {
            prop_assert!(verdict != Decision::Deny, "{call:?}");
        }
    }
}

proptest! {
    // Each case decides every call once for each grant.
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn every_grant_that_has_evidence_is_needed_by_a_call_that_was_recorded(
        sessions in prop::collection::vec(prop::collection::vec(call(), 1..8), 1..5),
        strictness in prop::sample::select(vec![Strictness::Exact, Strictness::Balanced, Strictness::Broad]),
    ) {
        let learned = learn(&sessions, strictness);
        let whole = learned.verdicts(learned.inference.document.clone());
        let narrower = less_one(&learned.inference);
        prop_assert!(learned.calls.is_empty() || !narrower.is_empty());
        for (what, less) in narrower {
            let verdicts = learned.verdicts(less);
            let stricter = whole.iter().zip(&verdicts).any(|(before, after)| after > before);
            prop_assert!(stricter, "nothing that was recorded needs {what}");
        }
    }
}
