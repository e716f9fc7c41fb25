//! Both decisions, request by request: the same verdict, the same marks, and the same rules that spoke.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use mcp_remit::decision::decide::{could_pass, decide};
use mcp_remit::decision::policy::Policy;
use mcp_remit::model::facts::{Facts, Os};
use mcp_remit::model::history::History;
use mcp_remit::model::request::{Action, Request};
use mcp_remit::model::time::Timestamp;
use mcp_remit::model::verdict::{Decision, Verdict};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use crate::make::{self, REQUESTS, Session};
use crate::spec::judge::{self, Ruled, Spoke};
use crate::spec::{links, places};

/// How often each verdict was given, and each rule spoke for or against a request.
#[derive(Default)]
struct Seen {
    verdicts: BTreeMap<Decision, usize>,
    /// Those of them that were given under the path rules of Windows.
    on_windows: BTreeMap<Decision, usize>,
    rules: BTreeMap<(String, Decision), usize>,
}

#[test]
fn the_decision_says_what_the_specification_says() {
    let runner = TestRunner::new_with_rng(config(20_000), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    agree(runner, 20_000);
}

#[test]
#[ignore = "a million requests take minutes; the scheduled job of ci.yml runs them"]
fn the_decision_says_what_the_specification_says_a_million_times() {
    agree(TestRunner::new(config(1_000_000)), 1_000_000);
}

fn config(requests: usize) -> Config {
    let cases = u32::try_from(requests.div_ceil(REQUESTS)).unwrap();
    Config { cases, failure_persistence: None, ..Config::default() }
}

#[track_caller]
fn agree(mut runner: TestRunner, requests: usize) {
    let seen = RefCell::new(Seen::default());
    let ran = runner.run(&make::session(), |session| compare(&session, &mut seen.borrow_mut()));
    if let Err(failure) = ran {
        panic!("{failure}");
    }
    check_shares(&seen.into_inner(), requests);
}

/// Judges the requests one after the other; what is allowed is forwarded, and counts.
fn compare(session: &Session, seen: &mut Seen) -> Result<(), TestCaseError> {
    let policy = Policy::from_document(session.document.clone()).map_err(|why| TestCaseError::fail(why.to_string()))?;
    let here = &session.here;
    let named: BTreeSet<String> = policy.places(here).iter().map(|spelling| places::place(spelling, here.os)).collect();
    let missed: Vec<String> = links::folders(&session.document, here).difference(&named).cloned().collect();
    prop_assert!(missed.is_empty(), "not looked up, and may be links: {missed:?}");
    prop_assert_eq!(policy.needs_history(), judge::needs_history(&session.document));
    let policy = policy.with_links(&session.links, here);
    let document = links::linked(&session.document, &session.links, here);
    let mut history = session.history.clone();
    for (request, facts) in &session.requests {
        let real = decide(&policy, &history, facts, request);
        let told = judge::decide(&document, &history, facts, request);
        differ(&real, &told).map_err(|why| TestCaseError::fail(shown(session, request, facts, &history, &why)))?;
        if let Action::Call { tool, .. } = &request.action {
            let shown = could_pass(&policy, &request.server, tool);
            let told = judge::could_pass(&session.document, &request.server, tool);
            prop_assert_eq!(shown, told, "whether {} is shown", request.name());
            prop_assert!(shown || real.decision == Decision::Deny, "{} is hidden and passes", request.name());
        }
        seen.count(&told, facts.os);
        if real.decision == Decision::Allow {
            history.add(&real.marks, facts.time.unwrap_or_default(), Timestamp(0));
        }
    }
    Ok(())
}

fn shown(session: &Session, request: &Request, facts: &Facts, history: &History, why: &str) -> String {
    let document = &session.document;
    let arguments = serde_json::Value::Object(request.arguments().cloned().unwrap_or_default());
    format!(
        "{why}\nthe request: {}\narguments: {arguments}\n{:#?}\napprovals: {:?}\nlabels: {:?}\nflows: {:?}\n{facts:?}\n{history:?}",
        request.name(),
        document.servers.get(&request.server),
        document.approvals,
        document.labels,
        document.flows,
    )
}

fn differ(real: &Verdict, told: &Ruled) -> Result<(), String> {
    if real.decision != told.decision {
        return Err(format!(
            "the decision is {}, the specification says {}: {:#?}",
            real.decision, told.decision, told.spoke
        ));
    }
    if real.marks != told.marks {
        return Err(format!("marks: {:?}, and by the specification {:?}", real.marks, told.marks));
    }
    let spoke = spoken(real);
    let families = |spoke: &BTreeSet<Spoke>| spoke.iter().map(as_family).collect::<BTreeSet<Spoke>>();
    if families(&spoke) != families(&told.spoke) {
        return Err(format!("spoke: {spoke:#?}, and by the specification {:#?}", told.spoke));
    }
    let unfounded = spoke.iter().find(|one| one.rule.starts_with("protection.") && !told.spoke.contains(one));
    match unfounded {
        Some(one) => Err(format!("{one:?} spoke, and by the specification {:#?}", told.spoke)),
        None => Ok(()),
    }
}

/// Of several protections of one place only the first is named.
fn as_family(spoke: &Spoke) -> Spoke {
    let rule = spoke
        .rule
        .split_once('.')
        .filter(|(first, _)| *first == "protection")
        .map_or(spoke.rule.as_str(), |(first, _)| first);
    Spoke { rule: rule.to_owned(), ..spoke.clone() }
}

/// The rules that spoke, in the words of the specification: which part of an argument's constraint is not told.
fn spoken(verdict: &Verdict) -> BTreeSet<Spoke> {
    let one = |reason: &mcp_remit::model::verdict::Reason| {
        let pointer = reason.rule.pointer.as_str();
        let rule = match pointer.split_once(".args.") {
            Some((before, after)) => format!("{before}.args.{}", after.split(['.', '[']).next().unwrap()),
            None => pointer.to_owned(),
        };
        let argument = reason.argument.as_ref().map(|at| format!("/{}", at.split('/').nth(1).unwrap()));
        Spoke { effect: reason.effect, rule, argument }
    };
    verdict.because.iter().map(one).collect()
}

impl Seen {
    fn count(&mut self, told: &Ruled, os: Os) {
        *self.verdicts.entry(told.decision).or_default() += 1;
        if os == Os::Windows {
            *self.on_windows.entry(told.decision).or_default() += 1;
        }
        let kinds: BTreeSet<(String, Decision)> =
            told.spoke.iter().map(|spoke| (kind(&spoke.rule), spoke.effect)).collect();
        for kind in kinds {
            *self.rules.entry(kind).or_default() += 1;
        }
    }
}

/// `servers.fs.tools.act.args.path` is an `args` rule.
fn kind(rule: &str) -> String {
    if rule.contains(".args.") {
        return "argument".into();
    }
    let word = rule.split('[').next().unwrap();
    match rule.split('.').collect::<Vec<_>>().as_slice() {
        ["servers", _, "tools", _] | ["servers", _, "tools", _, "variants", "of", _] => "tool".into(),
        ["servers", _] => "server".into(),
        ["protection", name] => (*name).to_owned(),
        _ => word.rsplit('.').next().unwrap().to_owned(),
    }
}

/// A generator that nearly always denies shows nothing: each verdict and each rule must be met often.
fn check_shares(seen: &Seen, requests: usize) {
    let all: usize = seen.verdicts.values().sum();
    eprintln!("{all} requests: {:?}, on Windows {:?}\n{:?}", seen.verdicts, seen.on_windows, seen.rules);
    assert!(all >= requests);
    for (verdict, least) in [(Decision::Allow, 25), (Decision::Ask, 8), (Decision::Deny, 25)] {
        let share = seen.verdicts.get(&verdict).copied().unwrap_or_default() * 100 / all;
        assert!(share >= least, "{verdict}: {share} %");
        let on_windows = seen.on_windows.get(&verdict).copied().unwrap_or_default() * 100 / all;
        assert!(on_windows * 4 >= least, "{verdict} on Windows: {on_windows} %");
    }
    for (effect, rules) in RULES {
        for rule in rules.split_whitespace() {
            let times = seen.rules.get(&(rule.to_owned(), effect)).copied().unwrap_or_default();
            assert!(times * 500 >= all, "{rule} {effect}s {times} of {all} requests");
        }
    }
}

/// What must speak in one of five hundred requests at least.
const RULES: [(Decision, &str); 3] = [
    (Decision::Allow, "tool allowed_tools allowed_paths default resources prompts sampling elicitation"),
    (Decision::Ask, "ask require_human_approval flows sampling elicitation"),
    (
        Decision::Deny,
        "default message denied_tools variants args argument required rate budget allowed_paths denied_paths denied_patterns server \
         flows sampling elicitation credential-files key-files startup-files env-files git-internals client-configs remit-files \
         metadata-hosts link-local-hosts private-hosts credentials-outside header-lines",
    ),
];
