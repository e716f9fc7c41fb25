//! Flows that a policy switches on by name.

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
