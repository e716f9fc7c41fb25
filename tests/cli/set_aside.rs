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

/// One recording of a run: a server, and its calls as tool and arguments.
fn recorded(place: &Place, run: &str, server: &str, minute: usize, calls: &[(&str, String)]) -> String {
    let project = place.project().display().to_string();
    let facts = format!(r#"{{"project":"{project}","cwd":"{project}"}}"#);
    let line = |event: String| {
        format!(r#"{{"v":1,"time":"2026-11-20T10:{minute:02}:00Z","server":"{server}","event":{event}}}"#)
    };
    let mut trace = vec![line(format!(
        r#""session","session":"{run}","command":["{server}"],"project":"{project}","cwd":"{project}""#
    ))];
    for (at, (tool, arguments)) in calls.iter().enumerate() {
        trace.push(line(format!(r#""call","call":{at},"tool":"{tool}","arguments":{arguments},"facts":{facts}"#)));
        trace.push(line(format!(r#""result","call":{at},"outcome":"ok","ms":1,"bytes":2"#)));
    }
    trace.join("\n")
}

fn pay(to: &str) -> (&'static str, String) {
    ("send_money", format!(r#"{{"recipient":"{to}"}}"#))
}

#[test]
fn a_server_that_was_started_again_is_still_of_one_session_and_three_sessions_are_three() {
    let place = Place::new();
    let call = r#"{"server":"bank","tool":"send_money","arguments":{"recipient":"ann"}}"#;
    for (runs, verdict) in [(["a", "a", "a"], "ask"), (["a", "b", "c"], "allow")] {
        for (at, run) in runs.iter().enumerate() {
            place.write(&format!("traces/{at}.jsonl"), &recorded(&place, run, "bank", at, &[pay("ann")]));
        }
        infer(&place, &["--force"]);
        assert_eq!(decide(&place, call), verdict, "{runs:?}");
    }
}

#[test]
fn an_attack_in_several_recordings_of_one_session_is_that_of_one_session() {
    let place = Place::new();
    for run in 0..20 {
        let calls = [pay("ann"), pay("bob")];
        place.write(&format!("traces/s{run:02}.jsonl"), &recorded(&place, &format!("r{run}"), "bank", run, &calls));
        let look = [("list_notes", format!(r#"{{"day":{}}}"#, run % 3))];
        place.write(&format!("traces/n{run:02}.jsonl"), &recorded(&place, &format!("r{run}"), "notes", run, &look));
    }
    for at in 0..3 {
        let calls = [pay("ann"), pay("eve")];
        place.write(&format!("traces/x{at}.jsonl"), &recorded(&place, "evil", "bank", 30 + at, &calls));
    }
    let said = infer(&place, &[]);
    assert!(said.contains("20 of 21 sessions"), "{said}");
    assert!(said.contains("x0.jsonl and 2 more of its session is unlike the others"), "{said}");
    let bank = |to: &str| format!(r#"{{"server":"bank","tool":"send_money","arguments":{{"recipient":"{to}"}}}}"#);
    assert_eq!([decide(&place, &bank("eve")), decide(&place, &bank("ann"))], ["deny", "allow"]);
    for run in ["other", "another"] {
        place.write(&format!("traces/{run}.jsonl"), &recorded(&place, run, "bank", 40, &[pay("eve")]));
    }
    infer(&place, &["--force"]);
    assert_eq!(decide(&place, &bank("eve")), "allow", "three sessions needed it");
}

#[test]
fn what_is_new_on_one_server_in_every_session_hides_nothing_that_is_new_on_another() {
    let place = Place::new();
    let query =
        |table: &str| format!(r#"{{"server":"db","tool":"query","arguments":{{"sql":"SELECT a FROM {table}"}}}}"#);
    for session in 0..21 {
        let mut calls = vec![mail("ann@acme.org", &format!("note {session}")), query("orders")];
        // In every third session another table, which is no surprise.
        calls.extend((session % 3 == 0).then(|| query(&format!("t_{session}"))));
        calls.extend((session == 20).then(|| to("evil@attacker.io")));
        place.write(&format!("traces/s{session:02}.jsonl"), &calls.join("\n"));
    }
    let said = infer(&place, &[]);
    assert!(said.contains("s20.jsonl is unlike the others: it alone needs /to"), "{said}");
    let verdicts = ["evil@attacker.io", "ann@acme.org"].map(|one| decide(&place, &to(one)));
    assert_eq!(verdicts, ["deny", "allow"]);
    assert_eq!(decide(&place, &query("t_3")), "allow", "many sessions read a table of their own");
}

#[test]
fn equal_files_a_tool_without_a_name_and_a_key_that_stands_twice_are_said() {
    let place = Place::new();
    for file in ["a", "b", "c"] {
        place.write(&format!("traces/{file}.jsonl"), &to("ann@acme.org"));
    }
    let out = place.remit(&["infer"]).assert().success();
    let said = String::from_utf8(out.get_output().stderr.clone()).unwrap();
    assert!(said.contains("2 files hold the same lines as another one"), "{said}");
    place.write("traces/b.jsonl", r#"{"server":"s","tool":"","arguments":{}}"#);
    let said = infer(&place, &["--force"]);
    assert!(said.contains("s.(no name)") && !said.contains("resource"), "{said}");
    place.write("traces/c.jsonl", &lines(&[r#"{"server":"s","tool":"t","arguments":{"to":"eve","to":"ann"}}"#]));
    let out = place.remit(&["infer", "--force"]).assert().failure();
    let said = String::from_utf8(out.get_output().stderr.clone()).unwrap();
    assert!(said.contains("c.jsonl:1: ") && said.contains("a key twice"), "{said}");
}
