//! Flows, and the labels that they speak of.

use std::collections::BTreeMap;

use super::*;

const LABELLED: &str = r#"
servers:
  mail: { allowed_tools: [read, send] }
  web: { allowed_tools: [fetch, search] }
labels: { private: [mail.read], untrusted: [web.fetch, web.search], outside: [mail.send, web.fetch] }
"#;

/// The decision on the last of these calls, after the others that were allowed.
fn last(under: &Under, calls: &[(&str, &str)]) -> Decision {
    let mut history = History::default();
    let mut decision = Decision::Deny;
    for (server, tool) in calls {
        let verdict = decide(&under.0, &history, &facts(), &Request::call(*server, *tool, Map::new()));
        decision = verdict.decision;
        if decision == Decision::Allow {
            history.add(&verdict.marks, Timestamp(0), Timestamp(0));
        }
    }
    decision
}

#[test]
fn nothing_goes_outside_once_private_data_and_text_of_strangers_were_seen() {
    let under = Under::policy(&format!("{LABELLED}flows: [lethal-trifecta]\n"));
    let (read, send) = (("mail", "read"), ("mail", "send"));
    let (fetch, search) = (("web", "fetch"), ("web", "search"));
    for denied in [&[read, search, send][..], &[search, read, send], &[search, read, fetch], &[fetch, read, send]] {
        assert_eq!(last(&under, denied), Decision::Deny, "{denied:?}");
    }
    for allowed in [&[read, send][..], &[search, send], &[search, search, fetch], &[search, read, search]] {
        assert_eq!(last(&under, allowed), Decision::Allow, "{allowed:?}");
    }
}

#[test]
fn a_call_that_brings_strangers_text_and_goes_outside_is_both_at_once() {
    let under = Under::policy(&format!("{LABELLED}flows: [lethal-trifecta]\n"));
    assert_eq!(last(&under, &[("mail", "read"), ("web", "fetch")]), Decision::Deny);
    assert_eq!(last(&under, &[("web", "fetch"), ("web", "fetch")]), Decision::Allow);
}

#[test]
fn a_known_flow_says_which_labels_it_lacks_and_what_belongs_there() {
    let problems = |yaml: &str| crate::decision::policy::load(yaml, "p.yaml").unwrap_err().to_string();
    let told = problems("version: 1\nlabels: { private: [a.b], outside: [a.c] }\nflows: [lethal-trifecta]\n");
    assert_eq!(
        told,
        "p.yaml:3:9: flows[0]: no label `untrusted`; define it under `labels`: \
         tools that bring in text that strangers wrote"
    );
    let told = problems("version: 1\nflows: [lethal-trifekta]\n");
    assert!(told.contains("did you mean `lethal-trifecta`?"), "{told}");
}

#[test]
fn a_flow_that_asks_grants_nothing() {
    let under = Under::policy(
        r#"
servers: { fs: { allowed_tools: [read] }, mail: { allowed_tools: [list] } }
labels: { private: [fs.read], outside: [mail.send] }
flows: [{ name: x, from: private, to: outside, then: ask }]
"#,
    );
    let mut history = History::default();
    history.labels.insert("private".into(), "fs.read".into());
    let request = Request::call("mail", "send", Map::new());
    assert_eq!(decide(&under.0, &history, &facts(), &request).decision, Decision::Deny);
}

#[test]
fn a_label_is_earned_by_the_spelling_and_by_the_place_and_where_its_link_leads() {
    let text = "servers: { fs: { allowed_tools: [read] } }\nlabels: { private: ['fs:./vault'] }\nflows: [{ name: f, from: private, to: private, then: deny }]";
    let earns = |policy: &Policy, path: &str, places: &[(&str, &str)]| {
        let places = places.iter().map(|(from, to)| ((*from).to_owned(), vec![(*to).to_owned()])).collect();
        let Value::Object(arguments) = json!({ "path": path }) else { panic!() };
        let facts = Facts { places, ..facts() };
        !decide(policy, &History::default(), &facts, &Request::call("fs", "read", arguments)).marks.is_empty()
    };
    let policy = Under::policy(text).0;
    assert!(earns(&policy, "vault/a", &[("/home/ada/web/vault/a", "/home/ada/web/src/a")]));
    assert!(earns(&policy, "link", &[("/home/ada/web/link", "/home/ada/web/vault/a")]));
    assert!(!earns(&policy, "src/a", &[]));
    assert!(policy.places(&facts()).contains(&"/home/ada/web/vault".to_owned()));
    let links = BTreeMap::from([("/home/ada/web/vault".to_owned(), "/mnt/vault".to_owned())]);
    assert!(!earns(&policy, "/mnt/vault/a", &[]));
    assert!(earns(&policy.with_links(&links, &facts()), "/mnt/vault/a", &[]));
}
