//! What one session did many times over opens nothing more than what it did once.

use proptest::prelude::*;
use serde_json::json;

use super::make::{self, call};
use super::{read_back, redactor, verdict};
use crate::model::evidence::Evidence;
use crate::model::request::Request;
use crate::model::verdict::Decision;
use crate::pipeline::infer::generalise::infer;
use crate::pipeline::infer::settings::Strictness;

/// Calls that differ in one value, each of another kind of position. `at`: another one each time.
const CALLS: [fn(usize) -> Request; 21] = [
    |at| call("run", json!({"command": format!("git commit -m {}", word(at))})),
    |at| call("run", json!({"command": format!("cat {}.txt", word(at))})),
    |at| call("exec", json!({"command": ["ls", word(at)]})),
    |at| call("query", json!({"sql": format!("SELECT a FROM shop.t_{}", word(at))})),
    |at| call("read_file", json!({"path": format!("/srv/data/{}", word(at))})),
    |at| call("read_file", json!({"path": format!("{}.md", word(at))})),
    |at| call("write_file", json!({"path": format!("src/{}", word(at))})),
    |at| call("write_file", json!({"path": format!("/srv/out/{}", word(at))})),
    |at| call("fetch", json!({"url": format!("https://{}.acme.org/x", word(at))})),
    |at| call("post_form", json!({"url": format!("https://acme.org/{}", word(at))})),
    |at| call("send_email", json!({"to": [format!("{}@acme.com", word(at))]})),
    |at| call("get_user", json!({"user": word(at)})),
    |at| call("get_user", json!({"user_id": format!("4b1f0c2e-9a7d-4e63-8f21-{:012}", at)})),
    |at| call("get_user", json!({"user_id": 100 + at})),
    |at| call("get_order", json!({"order_id": format!("#W{:07}", 1_000_000 + at)})),
    |at| call("close_order", json!({"order_id": format!("#W{:07}", 1_000_000 + at)})),
    |at| call("close_order", json!({"number": 100 + at})),
    |at| call("set_seat", json!({"cabin": word(at)})),
    |at| call("set_seat", json!({"hint": format!("the {} is by the window", word(at))})),
    |at| call("pay_bill", json!({"amount": 100 + at % 7, "iban": format!("DE{:020}", at)})),
    |at| call("invite", json!({"user": word(at), "channel": "general"})),
];

/// Six letters, as many different ones as anybody likes.
fn word(at: usize) -> String {
    let letters = |mut rest: usize| {
        std::iter::repeat_with(move || {
            let letter = b'a' + u8::try_from(rest % 26).unwrap();
            rest /= 26;
            char::from(letter)
        })
    };
    letters(at.wrapping_mul(7_919) + 1_000_000).take(6).collect()
}

/// What a session had of one kind of calls: a few values that any may have, and how many of its own.
type Had = (Vec<usize>, usize);

fn sessions() -> impl Strategy<Value = Vec<Had>> {
    let own = prop_oneof![2 => Just(0), 2 => Just(1_usize), 1 => 1..4_usize];
    prop::collection::vec((prop::collection::vec(0..4_usize, 0..3), own), 1..14)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn a_session_that_brought_one_new_value_opens_nothing_more_by_bringing_thirty(
        mut sessions in sessions(),
        (kind, again, more) in (0..CALLS.len(), any::<prop::sample::Index>(), 1..30_usize),
        strictness in prop::sample::select(vec![Strictness::Balanced, Strictness::Broad]),
    ) {
        let again = again.index(sessions.len());
        sessions[again].1 = sessions[again].1.max(1);
        let learned = |more: usize| {
            let numbered = sessions.iter().enumerate().map(|(run, (shared, own))| {
                let own = own + if run == again { more } else { 0 };
                let own = (0..own).map(|at| 10_000 + run * 100 + at);
                let calls: Vec<Request> = shared.iter().copied().chain(own).map(CALLS[kind]).collect();
                // In the same order, whatever they hold.
                (format!("{run:04}"), make::session(&redactor(), run, &calls).1)
            });
            let inference = infer(&Evidence::collect(numbered), &make::settings(strictness));
            (read_back(&inference), inference)
        };
        let ((once, _), (often, inference)) = (learned(0), learned(more));
        for probe in 0..5 {
            let probe = CALLS[kind](90_000 + probe * 13);
            let (before, after) = (verdict(&once, &probe), verdict(&often, &probe));
            prop_assert!(
                before != Decision::Deny || after == Decision::Deny,
                "{probe:?} is granted by {}", crate::pipeline::infer::write::policy(&inference, &[])
            );
        }
    }
}

#[test]
fn four_commits_of_one_session_are_four_commands_and_commits_of_four_sessions_are_any() {
    let commit = |at: usize| call("run", json!({"command": format!("git commit -m {}", word(at))}));
    let granted = |sessions: &[Vec<Request>]| {
        let inference = super::learn(sessions, Strictness::Balanced);
        verdict(&read_back(&inference), &commit(99)) != Decision::Deny
    };
    let one: Vec<Vec<Request>> = vec![(0..4).map(commit).collect()];
    assert!(!granted(&one));
    let four: Vec<Vec<Request>> = (0..4).map(|at| vec![commit(at)]).collect();
    assert!(granted(&four));
}
