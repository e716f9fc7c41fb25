//! Whatever names and values were recorded, the policy that is inferred from them loads, and grants them or says that it
//! does not.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::make::{self, call};
use super::redactor;
use crate::decision::decide::decide;
use crate::decision::policy::Policy;
use crate::model::evidence::Evidence;
use crate::model::history::History;
use crate::model::request::{Action, Request};
use crate::model::verdict::Decision;
use crate::pipeline::infer::completeness::not_granted;
use crate::pipeline::infer::generalise::{Inference, infer};
use crate::pipeline::infer::settings::Strictness;
use crate::pipeline::infer::write::loading;

/// Names and words that a policy, its YAML or one of its pattern languages gives a meaning of its own.
fn odd() -> impl Strategy<Value = String> {
    let listed = [
        "",
        " ",
        "any",
        "null",
        "~",
        "yes",
        "1",
        "1e400",
        "0x1f",
        "2026-11-21",
        "a: b",
        "# x",
        "- a",
        "a, b",
        "*",
        "**",
        "{a,b}",
        "[",
        "]",
        "!x",
        "&a",
        "*a",
        "%YAML",
        "---",
        "...",
        "<<",
        "?",
        "|",
        ">",
        "@x",
        "`x`",
        "'",
        "\"",
        "\\",
        "a\nb",
        "a\u{0}b",
        "\u{feff}",
        "\u{202e}gnp",
        "\u{85}",
        "\u{2028}",
        "\u{1f600}",
        "e\u{301}",
        "ｅｖａｌ",
        "args",
        "tools",
        "required",
        "../..",
        "$HOME",
        "%2e%2e",
        "a.args.b",
        "a/b",
        "~0~1",
        "[redacted:x",
        "$(",
        "||",
        ";",
        "C:\\x",
        "\\\\host\\share",
        "//host",
        "file:///x",
    ];
    prop_oneof![
        4 => prop::sample::select(listed.to_vec()).prop_map(str::to_owned),
        2 => "\\PC{0,6}",
        1 => any::<String>().prop_map(|text| text.chars().take(12).collect()),
        1 => (prop::sample::select(vec!["x", "é", "\"", "\u{200b}", "a b", "\u{e0001}"]), prop::sample::select(vec![120_usize, 300, 1_100]))
            .prop_map(|(letter, many)| letter.repeat(many)),
    ]
}

/// Values that look like something a constraint speaks of, with odd parts.
fn value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        4 => odd(),
        2 => (odd(), odd()).prop_map(|(local, domain)| format!("{local}@{domain}.de")),
        2 => odd().prop_map(|local| format!("\"{local}\"@c.de")),
        1 => Just("\"a b\"@c.de".to_owned()),
        1 => odd().prop_map(|text| format!("write to \"a b\"@c.de and *@d.org about {text}, it is most urgent")),
        2 => (odd(), odd()).prop_map(|(host, path)| format!("https://{host}.org/{path}")),
        1 => prop::sample::select(vec!["http://[::1]/x", "http://1.2.3.4:80/", "mailto:a@b.org", "ftp://u:p@h/x", "http://a_b.org/x", "https://*.org/"])
            .prop_map(str::to_owned),
        2 => odd().prop_map(|name| format!("src/{name}/x")),
        2 => odd().prop_map(|word| format!("git commit -m {word}")),
        2 => odd().prop_map(|word| format!("ls '{word}' && echo \"{word}\"")),
        2 => odd().prop_map(|table| format!("SELECT a FROM \"{table}\"")),
        1 => odd().prop_map(|table| format!("INSERT INTO [{table}] VALUES (1); SELECT \"{table}\"(1) FROM `{table}`.\"x*\"")),
    ];
    let number = prop::sample::select(vec![
        json!(0),
        json!(-0.0),
        json!(1e300),
        json!(-1e300),
        json!(1e-300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(1e21),
        json!(9e15),
        json!(0.1),
        json!(123_456_789_012_345_678_i64),
    ]);
    let leaf = prop_oneof![8 => text.prop_map(Value::String), 2 => number, 1 => any::<bool>().prop_map(Value::Bool), 1 => Just(Value::Null)];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            prop::collection::vec((odd(), inner), 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A call, resource or prompt, and its server.
fn request() -> impl Strategy<Value = Request> {
    let key = prop_oneof![
        3 => prop::sample::select(vec![
            "to", "path", "url", "command", "sql", "body", "user", "id", "amount", "prompt", "cwd", "source", "action", "iban", "cc",
        ]).prop_map(str::to_owned),
        1 => odd(),
    ];
    let arguments = prop::collection::vec((key, value()), 0..4).prop_map(|all| all.into_iter().collect::<Map<_, _>>());
    let tool = prop_oneof![
        4 => prop::sample::select(vec!["send_email", "read_file", "query", "run", "get_user", "update_item", "web_search", "pay"])
            .prop_map(str::to_owned),
        1 => odd(),
    ];
    let server = prop_oneof![4 => Just("s".to_owned()), 1 => odd()];
    let action = prop_oneof![
        8 => (tool, arguments).prop_map(|(tool, arguments)| Action::Call { tool, arguments }),
        1 => odd().prop_map(|uri| Action::Resource { uri }),
        1 => odd().prop_map(|name| Action::Prompt { name, arguments: Map::new() }),
    ];
    (server, action).prop_map(|(server, action)| Request { server, action })
}

fn evidence(sessions: &[Vec<Request>]) -> Evidence {
    Evidence::collect(sessions.iter().enumerate().map(|(run, requests)| make::session(&redactor(), run, requests)))
}

/// What was inferred, as it is read from the file.
fn written(evidence: &Evidence, strictness: Strictness) -> (Inference, Policy) {
    let mut inference = infer(evidence, &make::settings(strictness));
    let (_, policy) = loading::policy(&mut inference, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    (inference, policy)
}

fn is_denied(policy: &Policy, request: &Request) -> bool {
    decide(policy, &History::default(), &make::facts(), request).decision == Decision::Deny
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_recorded_gives_a_policy_that_loads_and_grants_it_or_says_that_it_does_not(
        sessions in prop::collection::vec(prop::collection::vec(request(), 1..5), 1..4),
        strictness in prop::sample::select(vec![Strictness::Exact, Strictness::Balanced, Strictness::Broad]),
    ) {
        let evidence = evidence(&sessions);
        let (inference, policy) = written(&evidence, strictness);
        let needs = not_granted(&evidence, &policy, &make::settings(strictness));
        for request in sessions.iter().flatten().filter(|request| is_denied(&policy, request)) {
            let tool = match &request.action {
                Action::Call { tool, .. } => format!("{}.{tool}", request.server),
                _ => request.name(),
            };
            // As far as findings show a name.
            let start = |text: &str| text.chars().take(40).collect::<String>();
            let is_named = |subject: &str| {
                let (by_name, by_server) = (start(&tool), format!("{}.(", request.server));
                start(subject) == by_name || start(subject) == start(&by_server) || subject.starts_with(&by_server)
            };
            let said = needs.iter().any(|need| need.what == request.name())
                || inference.findings.iter().any(|finding| {
                    finding.id.starts_with("not-learned")
                        && is_named(&finding.subject)
                });
            prop_assert!(said, "{request:?} is denied, and nobody says so: {:?}", inference.findings);
        }
    }
}

#[test]
fn an_address_that_no_pattern_can_say_is_granted_as_it_was_written_and_no_other() {
    let mail = |to: &str| call("send_email", json!({"to": [to], "subject": "hi"}));
    let sessions: Vec<Vec<Request>> = (0..4).map(|_| vec![mail("\"a b\"@c.de"), mail("ann@c.de")]).collect();
    let (_, policy) = written(&evidence(&sessions), Strictness::Balanced);
    for granted in ["\"a b\"@c.de", "ann@c.de"] {
        assert!(!is_denied(&policy, &mail(granted)), "{granted}");
    }
    for other in ["\"a c\"@c.de", "\"a b\"@d.de", "bob@c.de"] {
        assert!(is_denied(&policy, &mail(other)), "{other}");
    }
}

#[test]
fn a_text_with_an_address_that_no_pattern_can_say_is_granted_and_one_with_another_not() {
    let mail = |body: &str| call("send_email", json!({"to": ["ann@c.de"], "body": body}));
    let odd = "please write to \"a b\"@c.de about it today";
    let sessions: Vec<Vec<Request>> =
        (0..4).map(|_| vec![mail(odd), mail("we met bob@c.de there last week")]).collect();
    let (_, policy) = written(&evidence(&sessions), Strictness::Balanced);
    for granted in [odd, "bob@c.de is the one"] {
        assert!(!is_denied(&policy, &mail(granted)), "{granted}");
    }
    for other in ["please write to \"a c\"@c.de about it today", "eve@evil.org is the one"] {
        assert!(is_denied(&policy, &mail(other)), "{other}");
    }
}

#[test]
fn names_that_no_policy_can_write_cost_nothing_but_the_calls_that_bear_them() {
    let fine = call("read_file", json!({"path": "src/a.rs"}));
    let long = "x".repeat(2_000);
    let deep = (0..40).fold(json!(1), |inner, _| json!([inner]));
    let of = |server: &str, request: &Request| Request { server: server.into(), ..request.clone() };
    let odd = [
        of(&long, &fine),
        of("a\u{200b}", &fine),
        call(&long, json!({})),
        call("send", json!({ &long: 1 })),
        call("send", json!({"item": { &long: 1 }})),
        call("send", json!({ "x": deep })),
    ];
    for odd in odd {
        let (inference, policy) = written(&evidence(&vec![vec![fine.clone(), odd.clone()]; 3]), Strictness::Balanced);
        assert!(!is_denied(&policy, &fine));
        assert!(is_denied(&policy, &odd) && inference.findings.len() == 1, "{:?}", inference.findings);
    }
    let nested = call("send", json!({"x": {"a": [{"b": [1]}]}}));
    assert!(!is_denied(&written(&evidence(&vec![vec![nested.clone()]; 3]), Strictness::Balanced).1, &nested));
}
