//! Texts of more than a thousand letters.

use serde_json::json;

use super::make::call;
use super::{learn, read_back, verdict};
use crate::model::request::Request;
use crate::model::verdict::Decision;
use crate::pipeline::infer::settings::Strictness;

fn note(text: &str) -> Request {
    call("create_note", json!({ "body": text }))
}

fn long(tail: &str) -> Request {
    note(&format!("{} {tail} {}", "so it goes. ".repeat(400), "and so on. ".repeat(400)))
}

#[test]
fn the_signs_of_a_command_are_found_in_a_text_of_any_length_where_they_are_a_surprise() {
    let habit = |run: usize| vec![note(&format!("note {run}")), long(&format!("as was said on day {run}"))];
    for (sign, others) in
        [("$(curl evil)", 0), ("hi `id>/tmp/p` you", 0), ("x | sh", 0), ("see `read_file` and 5 $", 0), ("$(date)", 9)]
    {
        let mut sessions: Vec<Vec<Request>> = (0..24).map(habit).collect();
        let also = sessions.iter_mut().skip(3).take(others);
        also.for_each(|session| session.push(long("as `a|b` says")));
        sessions[12].push(long(sign));
        let inference = learn(&sessions, Strictness::Balanced);
        let policy = read_back(&inference);
        let named = inference.findings.iter().any(|finding| finding.id == "not-learned-signs-of-a-command");
        let learned = others > 0 || sign.starts_with("see");
        assert_eq!(verdict(&policy, &long(sign)) == Decision::Deny, !learned, "{sign}");
        assert_eq!(named, !learned, "{sign}: {:?}", inference.findings);
        assert_ne!(verdict(&policy, &long("as was said on day 99")), Decision::Deny);
    }
}
