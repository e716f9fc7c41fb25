//! What a denial does: it dominates, and adding one never opens anything.

use std::cell::Cell;

use mcp_remit::decision::decide::decide;
use mcp_remit::decision::permit::{Permit, PermitReason};
use mcp_remit::decision::policy::Policy;
use mcp_remit::model::policy::{Document, Flow, Period, Rate, Server};
use mcp_remit::model::request::{Action, Request};
use mcp_remit::model::verdict::{Decision, Verdict};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::make::{self, Session};

/// Every way to take something away from what a policy grants.
const DENIALS: usize = 9;

fn denied(document: &Document, request: &Request, which: usize) -> Document {
    let mut document = document.clone();
    if which == 0 {
        document.default_allow = false;
        return document;
    }
    if which == 1 {
        let labels: Vec<String> = document.labels.keys().cloned().collect();
        let flows = labels.iter().flat_map(|from| labels.iter().map(move |to| (from.clone(), to.clone())));
        document.flows.extend(flows.map(|(from, to)| Flow {
            name: "more".into(),
            from: vec![from],
            to,
            then: Decision::Deny,
        }));
        return document;
    }
    let server = document.servers.entry(request.server.clone()).or_default();
    deny_at(server, request, which);
    document
}

fn deny_at(server: &mut Server, request: &Request, which: usize) {
    let Action::Call { tool, .. } = &request.action else {
        server.resources.clear();
        server.prompts.clear();
        server.sampling = server.sampling.map(|_| Decision::Deny);
        server.elicitation = server.elicitation.map(|_| Decision::Deny);
        return;
    };
    match which {
        2 => server.denied_tools.push(tool.clone()),
        3 => server.denied_paths.push("/".into()),
        4 => server.denied_patterns.push("*a*".into()),
        5 => server.allowed_paths.iter_mut().for_each(|paths| drop(paths.pop())),
        6 => server.unprotected.clear(),
        7 => {
            if let Some(rules) = server.tools.get_mut(tool) {
                rules.rate = Some(Rate { max: 0, per: Period::Day });
                rules.ask = true;
            }
        }
        _ => {
            // What a tool lists holds beside what its variant lists: there, to list nothing takes a limit away.
            if let Some(rules) = server.tools.get_mut(tool).filter(|rules| rules.variants.is_none()) {
                rules.other_args = false;
                rules.budget = None;
                rules.args = mcp_remit::model::policy::Args::Closed;
            }
        }
    }
}

#[test]
fn an_added_denial_never_opens_anything_and_a_denial_dominates() {
    let (changed, denials) = (Cell::new(0), Cell::new(0));
    let config = ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() };
    let ran = TestRunner::new(config).run(&make::session(), |session: std::sync::Arc<Session>| {
        let policy = Policy::from_document(session.document.clone()).unwrap();
        for (at, (request, facts)) in session.requests.iter().enumerate() {
            let before = decide(&policy, &session.history, facts, request);
            dominates(&before)?;
            let stricter = denied(&session.document, request, at % DENIALS);
            // A budget or a requirement that speaks of an argument which is gone makes no policy.
            let Ok(stricter) = Policy::from_document(stricter) else { continue };
            let after = decide(&stricter, &session.history, facts, request);
            denials.set(denials.get() + 1);
            changed.set(changed.get() + u32::from(after.decision != before.decision));
            let limits =
                |verdict: &Verdict| verdict.because.iter().any(|reason| reason.rule.pointer.ends_with(".budget"));
            let was_limit = limits(&before) && at % DENIALS == 8;
            prop_assert!(
                after.decision >= before.decision || was_limit,
                "{} became {} by denial {}: {request:?}\n{:#?}",
                before.decision,
                after.decision,
                at % DENIALS,
                session.document
            );
        }
        Ok(())
    });
    ran.unwrap_or_else(|failure| panic!("{failure}"));
    assert!(denials.get() > 700 && changed.get() > 80, "{} of {} changed", changed.get(), denials.get());
}

/// The strictest rule that spoke is the verdict, and only what it allows is passed on.
fn dominates(verdict: &Verdict) -> Result<(), TestCaseError> {
    let strictest = verdict.because.iter().map(|reason| reason.effect).max();
    prop_assert_eq!(Some(verdict.decision), strictest, "the strictest rule wins");
    prop_assert!(verdict.because.is_sorted_by_key(|reason| std::cmp::Reverse(reason.effect)), "and stands first");
    prop_assert_eq!(Permit::judged(verdict).is_some(), verdict.decision == Decision::Allow);
    prop_assert_eq!(Permit::approved(verdict).is_some(), verdict.decision == Decision::Ask);
    Ok(())
}

/// DESIGN 3.8: what needs no judging, and what is judged or unknown.
#[test]
fn a_method_passes_unjudged_only_where_it_carries_no_authority() {
    let free = "ping initialize server/discover tools/list resources/list resources/templates/list prompts/list roots/list \
                logging/setLevel notifications/cancelled notifications/progress notifications/tools/list_changed";
    for method in free.split_whitespace() {
        let reason = Permit::needs_no_judging(method).map(|permit| permit.reason());
        assert_eq!(reason, Some(PermitReason::NeedsNoJudging), "{method}");
    }
    let judged = "tools/call resources/read resources/subscribe prompts/get completion/complete sampling/createMessage \
                  elicitation/create tools/List notifications/tools/call unknown";
    for method in judged.split_whitespace().chain(["", "ping "]) {
        assert!(Permit::needs_no_judging(method).is_none(), "{method:?}");
    }
}
