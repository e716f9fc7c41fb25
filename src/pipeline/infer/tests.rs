//! What holds for every recording.

use proptest::prelude::*;
use serde_json::json;

use super::completeness::{Need, not_granted};
use super::generalise::{Inference, infer};
use super::settings::Strictness;
use super::write;
use crate::decision::decide::decide;
use crate::decision::policy::{self, Policy};
use crate::decision::redact::Redactor;
use crate::model::evidence::Evidence;
use crate::model::history::History;
use crate::model::policy::{Document, Redaction};
use crate::model::request::Request;
use crate::model::verdict::Decision;

mod again;
mod elsewhere;
mod hostile;
mod less;
mod lines;
mod long;
mod words;
pub(super) mod make;

use make::{call, prompt, request, resource};

fn redactor() -> Redactor {
    Redactor::new(&[7; 32], &Redaction::default()).unwrap()
}

fn evidence(sessions: &[Vec<Request>]) -> Evidence {
    let redactor = redactor();
    Evidence::collect(sessions.iter().enumerate().map(|(run, requests)| make::session(&redactor, run, requests)))
}

fn learn(sessions: &[Vec<Request>], strictness: Strictness) -> Inference {
    infer(&evidence(sessions), &make::settings(strictness))
}

/// The policy as somebody else reads it from the file.
fn read_back(inference: &Inference) -> Policy {
    let text = write::policy(inference, &[]);
    let (policy, _) = policy::load(&text, "mcp.policy.yaml").unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    policy
}

fn verdict(policy: &Policy, request: &Request) -> Decision {
    decide(policy, &History::default(), &make::facts(), request).decision
}

/// Whether `infer` says of the request that it grants it not: by its tool, or as a resource or prompt, and where a session
/// was set aside by the session as well. What a command takes from a variable, or from the home directory by a star, no
/// policy can say; that stands among what was recorded and is not granted.
fn is_named(inference: &Inference, needs: &[Need], run: usize, request: &Request) -> bool {
    let name = request.name();
    let open = request.arguments().is_some_and(|all| all.values().any(|value| value.to_string().contains(['$', '~'])));
    if open && needs.iter().any(|need| need.what == name) {
        return true;
    }
    inference.findings.iter().any(|finding| {
        let session = format!("{run}.jsonl ");
        let of_one_session = finding.id.ends_with("unlike-the-others") || finding.id.ends_with("signs-of-a-command");
        let of_this = !of_one_session || finding.what.starts_with(&session);
        of_this && finding.id.starts_with("not-learned") && finding.subject == name
    })
}

/// The grants with evidence that no recorded request needs.
fn superfluous(inference: &Inference, document: &Document, recorded: &[&Request]) -> Vec<String> {
    let judge = |document: Document| -> Vec<Decision> {
        let policy = Policy::from_document(document).unwrap();
        recorded.iter().map(|request| verdict(&policy, request)).collect()
    };
    let whole = judge(document.clone());
    let narrower = less::less_one(document, &inference.notes, recorded).into_iter();
    let unneeded =
        narrower.filter(|(_, less)| judge(less.clone()).iter().zip(&whole).all(|(less, whole)| less <= whole));
    unneeded.map(|(what, _)| what).collect()
}

fn strictness() -> impl Strategy<Value = Strictness> {
    prop::sample::select(vec![Strictness::Exact, Strictness::Balanced, Strictness::Broad])
}

/// A few sessions that all differ.
fn varied() -> impl Strategy<Value = Vec<Vec<Request>>> {
    prop::collection::vec(prop::collection::vec(request(), 1..8), 1..5)
}

/// Many sessions alike, and one among them that did something else as well: that is set aside.
fn alike() -> impl Strategy<Value = Vec<Vec<Request>>> {
    prop::collection::vec(request(), 1..8).prop_map(|odd| {
        let habit = vec![
            call("read_file", json!({"path": "src/main.rs"})),
            call("query", json!({"sql": "SELECT a FROM t_a"})),
            call("ask", json!({"prompt": "what is new"})),
            resource("docs://a"),
            prompt("sum"),
        ];
        let mut sessions = vec![habit.clone(); 24];
        sessions.push([habit, odd].concat());
        sessions
    })
}

fn every_request_is_granted_or_named(sessions: &[Vec<Request>], strictness: Strictness) -> Result<(), TestCaseError> {
    let (evidence, settings) = (evidence(sessions), make::settings(strictness));
    let inference = infer(&evidence, &settings);
    let policy = read_back(&inference);
    let needs = not_granted(&evidence, &policy, &settings);
    for (run, request) in sessions.iter().enumerate().flat_map(|(run, all)| all.iter().map(move |one| (run, one))) {
        let granted = verdict(&policy, request) != Decision::Deny;
        prop_assert!(granted || is_named(&inference, &needs, run, request), "{run}: {request:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn every_request_that_was_recorded_is_granted_or_named_in_a_finding(
        sessions in varied(), strictness in strictness()
    ) {
        every_request_is_granted_or_named(&sessions, strictness)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_same_requests_again_or_in_another_order_grant_the_same(
        sessions in varied(), strictness in strictness()
    ) {
        let once = learn(&sessions, strictness).document;
        let again: Vec<_> = sessions.iter().map(|all| [all.as_slice(), all].concat()).collect();
        prop_assert_eq!(&learn(&again, strictness).document, &once);
        let backwards: Vec<_> = sessions.iter().map(|all| all.iter().rev().cloned().collect()).collect();
        prop_assert_eq!(&learn(&backwards, strictness).document, &once);
    }

    #[test]
    fn shuffled_sharded_and_doubled_sessions_give_the_same_bytes_also_through_written_evidence(
        sessions in varied(),
        order in any::<prop::sample::Index>(),
        shards in prop::collection::vec(any::<prop::sample::Index>(), 4),
    ) {
        let settings = make::settings(Strictness::Balanced);
        let redactor = redactor();
        let seen: Vec<_> = sessions.iter().enumerate().map(|(run, all)| make::session(&redactor, run, all)).collect();
        let bytes = |evidence: &Evidence| write::policy(&infer(evidence, &settings), &[]);
        let whole = bytes(&Evidence::collect(seen.clone()));
        let mut turned = seen.clone();
        turned.rotate_left(order.index(seen.len()));
        prop_assert_eq!(&bytes(&Evidence::collect([turned, seen.clone()].concat())), &whole);
        // Each session goes to one shard or to two; each shard is written, read again and merged.
        let mut parts = vec![Evidence::default(); 3];
        for (at, session) in seen.iter().enumerate() {
            let twice = [shards[at % 4].index(3), shards[(at + 1) % 4].index(3)];
            twice.into_iter().for_each(|shard| parts[shard].merge(Evidence::collect([session.clone()])));
        }
        let mut merged = Evidence::default();
        for part in parts.iter().rev() {
            merged.merge(serde_json::from_str(&serde_json::to_string(part).unwrap()).unwrap());
        }
        prop_assert_eq!(&bytes(&merged), &whole);
    }
}

proptest! {
    // Each session is left out once; or each case decides every request once for each grant.
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_is_set_aside_as_unlike_the_others_is_named_request_by_request(sessions in alike()) {
        every_request_is_granted_or_named(&sessions, Strictness::Balanced)?;
    }

    #[test]
    fn every_grant_that_has_evidence_is_needed_by_a_request_that_was_recorded(
        sessions in varied(), strictness in strictness()
    ) {
        let inference = learn(&sessions, strictness);
        let recorded: Vec<&Request> = sessions.iter().flatten().collect();
        let unneeded = superfluous(&inference, &inference.document, &recorded);
        prop_assert!(unneeded.is_empty(), "nothing that was recorded needs {unneeded:?}");
        let invented = less::invented(&inference.document, &recorded);
        prop_assert!(invented.is_empty(), "nobody ever used {invented:?}");
    }
}

#[test]
fn addresses_in_one_string_grant_no_array_longer_than_those_that_were_seen() {
    let mail = |to: serde_json::Value| call("send_email", json!({ "to": to, "body": "x" }));
    let sessions = vec![vec![mail(json!(["a@x.org"])), mail(json!("a@acme.com, a@x.org"))]; 3];
    let inference = learn(&sessions, Strictness::Balanced);
    let policy = read_back(&inference);
    for granted in [json!(["a@x.org", "a@x.org"]), json!("a@x.org"), json!("a@acme.com, a@x.org")] {
        assert_ne!(verdict(&policy, &mail(granted.clone())), Decision::Deny, "{granted}");
    }
    for other in [json!(vec!["a@x.org"; 11]), json!(["a@acme.com"]), json!(vec!["a@x.org"; 20].join(", "))] {
        assert_eq!(verdict(&policy, &mail(other.clone())), Decision::Deny, "{other}");
    }
    let recorded: Vec<&Request> = sessions.iter().flatten().collect();
    assert_eq!(superfluous(&inference, &inference.document, &recorded), Vec::<String>::new());
}

#[test]
fn a_place_within_a_word_is_not_granted_by_itself_and_the_word_is() {
    let show = |target: &str| call("git_show", json!({ "target": target }));
    for recorded in [&["-a/*"][..], &["--output=/tmp/x"], &["--output=/tmp/x", "src/a"]] {
        let sessions = vec![recorded.iter().map(|target| show(target)).collect::<Vec<_>>(); 3];
        let policy = read_back(&learn(&sessions, Strictness::Exact));
        for target in recorded {
            assert_ne!(verdict(&policy, &show(target)), Decision::Deny, "{target}");
        }
        for other in ["/b", "/tmp/x", "--output=/tmp/y"] {
            assert_eq!(verdict(&policy, &show(other)), Decision::Deny, "{other} of {recorded:?}");
        }
    }
}

#[test]
fn a_dot_among_names_is_a_name_and_no_place_that_holds_all_others() {
    let item = |name: &str| call("create_item", json!({ "name": name }));
    let sessions = vec![vec![item("."), item("a")]; 3];
    let policy = read_back(&learn(&sessions, Strictness::Balanced));
    for (name, granted) in [(".", true), ("a", true), ("b", false), ("src/x", false)] {
        assert_eq!(verdict(&policy, &item(name)) != Decision::Deny, granted, "{name}");
    }
}

/// A recording that is granted with every kind of list.
fn rich() -> Vec<Vec<Request>> {
    let send = |body: &str| call("send_email", json!({"to": ["ann@gmail.com"], "body": body}));
    vec![
        vec![
            call("read_file", json!({"path": "src/a.rs"})),
            call("git_add", json!({"repo_path": ".", "files": ["src/a.rs"]})),
            call("fetch", json!({"url": "https://a.org/x"})),
            call("run", json!({"command": "git status"})),
            call("query", json!({"sql": "SELECT a FROM t_a"})),
            call("execute_sql", json!({"sql": "INSERT INTO t_b VALUES (1)"})),
            call("execute_sql", json!({"sql": "SELECT my_a() FROM t_b"})),
            send("see https://b.org/x"),
            send("write to bob@c.org, or pay DE89370400440532013000"),
            call("create_item", json!({"item": {"name": "x", "color": "red"}})),
            call("set_level", json!({"level": 3})),
            call("set_level", json!({"level": "high"})),
            call("gateway", json!({"action": "list", "repo": "web"})),
            call("gateway", json!({"action": "create", "title": "a bug"})),
            resource("docs://a"),
            prompt("sum"),
        ];
        3
    ]
}

#[test]
fn one_grant_too_many_of_any_kind_is_found() {
    let sessions = rich();
    let inference = learn(&sessions, Strictness::Balanced);
    let recorded: Vec<&Request> = sessions[0].iter().collect();
    let own = less::less_one(&inference.document, &inference.notes, &recorded).len();
    assert_eq!(superfluous(&inference, &inference.document, &recorded), Vec::<String>::new());
    let planted = less::one_too_many(&inference.document);
    assert!(planted.len() > 20, "{}", planted.len());
    let mut kinds = std::collections::BTreeSet::new();
    for (what, more) in planted {
        let added = less::less_one(&more, &inference.notes, &recorded).len() - own;
        let found = superfluous(&inference, &more, &recorded);
        assert!(added > 0 && found.len() == added, "{what}: {added} were added, and found were {found:?}");
        kinds.extend(found);
    }
    for kind in [
        ".paths: ./never-used",
        ".urls: https://never-used.example/**",
        ".emails: never-used@never.example",
        ".commands: never-used",
        ".sql.statements: vacuum",
        ".sql.tables: never_used",
        ".sql.writes: never_used",
        ".sql.functions: never_used",
        ".text.hosts: never.example",
        ".text.emails: never@never.example",
        ".text.accounts: GB33BUKB20201555555555",
        ": { one_of: [never-used] }",
        ".fields.never-used",
        ".args.never-used",
        ".variants.of.never-used",
        "resource never-used",
        "prompt never-used",
        "tool never-used",
    ] {
        assert!(kinds.iter().any(|found| found.ends_with(kind)), "no {kind} was planted: {kinds:?}");
    }
}

#[test]
fn whom_a_change_always_reached_stays_whatever_many_others_are_looked_up() {
    let session = |at: u32| {
        let id = |number: u32| json!({"user_id": format!("U{:09}", number % 1_000_000_000)});
        vec![call("get_user", id(at.wrapping_mul(2_654_435_761))), call("update_member", id(1))]
    };
    let sessions: Vec<Vec<Request>> = (1..31).map(session).collect();
    let policy = read_back(&learn(&sessions, Strictness::Balanced));
    let of = |tool: &str, id: &str| verdict(&policy, &call(tool, json!({ "user_id": id })));
    assert_eq!(of("update_member", "U000000001"), Decision::Allow);
    assert_eq!(of("get_user", "U666666666"), Decision::Allow);
    assert_eq!(of("update_member", "U666666666"), Decision::Deny);
}
