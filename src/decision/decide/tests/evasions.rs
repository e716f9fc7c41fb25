//! What got past an earlier version, each with its honest neighbour.

use std::collections::BTreeMap;

use super::*;

fn flat(paths: &str) -> Under {
    Under::policy(&format!(
        "servers: {{ fs: {{ allowed_tools: [t, move_file, delete_file, git_diff], allowed_paths: [{paths}] }} }}"
    ))
}

#[test]
fn a_made_up_working_directory_moves_no_path() {
    let under = flat(".");
    under.denies("fs", "t", json!({"cwd": "a/b/c/d", "path": "../../../etc/shadow"}), "servers.fs.allowed_paths");
    under.denies("fs", "t", json!({"cwd": "a/b/c/d", "path": "../../../etc/shadow"}), "protection.credential-files");
    under.allows("fs", "t", json!({"cwd": "a/b", "path": "c"}));
    flat("./src").denies("fs", "t", json!({"cwd": "src/q/w", "path": "../../secret/a"}), "servers.fs.allowed_paths");
}

#[test]
fn what_is_excluded_is_excluded_in_every_spelling_element_and_recipient() {
    let under = Under::policy(
        r#"
servers:
  s:
    tools:
      t:
        args:
          path: { not: { paths: [./secret] } }
          to: { not: { emails: ["*@evil.com"] } }
          url: { not: { urls: ["https://evil.com/**"] } }
          role: { not: { one_of: [admin] } }
"#,
    );
    for (argument, excluded) in [
        ("path", json!("secret/a")),
        ("path", json!("%73ecret/a")),
        ("path", json!("ｓecret/a")),
        ("path", json!("x\\..\\secret\\a")),
        ("path", json!(["secret/a"])),
        ("to", json!("a@evil.com, b@ok.com")),
        ("to", json!(["b@ok.com", "a@evil.com"])),
        ("url", json!("https://evil.com\\a")),
        ("url", json!(["https://evil.com/a", "https://ok.com/"])),
        ("role", json!(["admin"])),
        ("role", json!({"x": "admin"})),
    ] {
        let verdict = under.verdict("s", "t", json!({argument: excluded}));
        assert_eq!(verdict.decision, Decision::Deny, "{argument} {excluded}");
    }
    under.allows("s", "t", json!({"path": "docs/a", "to": "b@ok.com", "url": "https://ok.com/", "role": "reader"}));
}

#[test]
fn an_exclusion_sees_numbers_truths_and_the_names_of_members() {
    let under = Under::policy(
        "servers: { s: { tools: { t: { args: { x: { not: { matches: '(?i).*(admin|42|true).*' } }, p: { not: { paths: [./secret] } }, u: { not: { urls: ['https://evil.com/**'] } } } } } } }",
    );
    for excluded in
        [json!({"admin": 1}), json!([{"a": {"Admin": []}}]), json!(42), json!(42.0), json!(1420), json!(true)]
    {
        under.denies_any("s", "t", json!({"x": excluded}));
    }
    under.denies_any("s", "t", json!({"p": {"secret/a": 1}}));
    under.denies_any("s", "t", json!({"u": {"https://evil.com/a": 1}}));
    for free in [json!({"user": 1}), json!(41), json!(4.2), json!(false), json!({"a": ["b", 7]})] {
        under.allows("s", "t", json!({"x": free}));
    }
    under.allows("s", "t", json!({"p": {"docs/a": "b"}, "u": {"next": "https://ok.com/"}}));
}

#[test]
fn both_ends_of_a_move_and_bare_protected_names_are_paths() {
    let under = flat("./src");
    for arguments in [
        json!({"source": ".env", "destination": "src/x"}),
        json!({"source": "secret", "destination": "lib"}),
        json!({"source": "src/x", "destination": ".bashrc"}),
    ] {
        under.denies("fs", "move_file", arguments, "servers.fs.allowed_paths");
    }
    under.allows("fs", "move_file", json!({"source": "src/a", "destination": "src/b"}));
    flat(".").denies("fs", "delete_file", json!({"name": "mcp.policy.yaml"}), "protection.remit-files");
    flat(".").denies("fs", "t", json!({"zz": [".env"]}), "protection.env-files");
    flat(".").allows("fs", "t", json!({"name": "ada", "zz": ["v1.2"]}));
}

#[test]
fn a_key_that_ends_in_path_file_or_folder_holds_one() {
    let under = flat("./src");
    for key in ["requestFilePath", "outputDirPath", "src_path", "path1", "new_file", "log_dir", "folder_name"] {
        under.denies("fs", "t", json!({key: "secret"}), "servers.fs.allowed_paths");
        under.allows("fs", "t", json!({key: "src/a"}));
    }
    under.allows("fs", "t", json!({"xpath": "secret", "url_path": "secret", "profile": "secret"}));
}

#[test]
fn a_resource_that_climbs_is_not_granted_by_where_it_starts() {
    let under = Under::policy("servers: { d: { resources: ['docs://pub/**', 'https://docs.rs/pub/**'] } }");
    let judge = |uri: &str| {
        let action = Action::Resource { uri: uri.into() };
        decide(&under.0, &History::default(), &facts(), &Request { server: "d".into(), action }).decision
    };
    assert_eq!(judge("docs://pub/a/b"), Decision::Allow);
    for climbing in ["docs://pub/../priv", "docs://pub/%2e%2e/priv", "https://docs.rs/pub/..%2fx", "docs://pub/..\\x"] {
        assert_eq!(judge(climbing), Decision::Deny, "{climbing}");
    }
}

#[test]
fn what_a_tool_declares_holds_in_its_variants() {
    let under = Under::policy(
        "servers: { s: { tools: { ex: { args: { zz: { paths: [.] } }, variants: { by: action, of: { r: { args: { q: any } } } } } } } }",
    );
    under.denies("s", "ex", json!({"action": "r", "zz": ".env"}), "protection.env-files");
    under.denies("s", "ex", json!({"action": "r", "zz": "../x"}), "servers.s.tools.ex.args.zz");
    under.allows("s", "ex", json!({"action": "r", "zz": "a", "q": 1}));
}

#[test]
fn a_closed_set_of_numbers_admits_no_other_number() {
    let under = Under::policy(
        "servers: { s: { tools: { t: { args: { a: { one_of: [1] }, b: { one_of: [18446744073709551615] }, c: { one_of: [0.5] } } } } } }",
    );
    under.allows("s", "t", json!({"a": 1.0, "b": 18446744073709551615_u64, "c": 0.5}));
    for wrong in [
        json!({"a": -4607182418800017409_i64}),
        json!({"b": 18446744073709551614_u64}),
        json!({"b": 18446744073709551615.0}),
        json!({"c": 0.25}),
    ] {
        assert_eq!(under.verdict("s", "t", wrong.clone()).decision, Decision::Deny, "{wrong}");
    }
}

#[test]
fn a_denial_with_a_wildcard_holds_beneath_its_match_and_a_grant_does_not() {
    let under = Under::policy(
        "servers: { fs: { allowed_tools: [t], denied_paths: ['**/secrets', './sec/*'] }, g: { allowed_tools: [t], allowed_paths: ['./*'] } }",
    );
    under.denies("fs", "t", json!({"path": "app/secrets/db.txt"}), "servers.fs.denied_paths");
    under.denies("fs", "t", json!({"path": "sec/a/b"}), "servers.fs.denied_paths");
    under.allows("fs", "t", json!({"path": "sec"}));
    under.denies("g", "t", json!({"path": "a/b"}), "servers.g.allowed_paths");
    assert!(load("version: 1\nservers: { a: { denied_patterns: ['~/priv/*'] } }", "p").is_err());
}

#[test]
fn a_key_twice_is_refused_also_as_a_number_and_a_string() {
    for twice in ["servers: { 1: {}, \"1\": {} }", "servers: { a: { tools: { t: { args: { 1: any, \"1\": any } } } } }"]
    {
        let problems = load(&format!("version: 1\n{twice}"), "p").map(|_| ()).unwrap_err().to_string();
        assert!(problems.contains("`1` stands here a second time, first at p:2:"), "{problems}");
    }
}

#[test]
fn white_space_quotes_and_fragments_hide_no_place() {
    let under = flat(".");
    for hidden in [" /etc/hosts", "\u{a0}/etc/hosts", "\"/etc/hosts\"", "file:///home/ada/web/a#/../../../../etc/hosts"]
    {
        under.denies("fs", "t", json!({"path": hidden}), "servers.fs.allowed_paths");
    }
    under.denies("fs", "t", json!({"x": "/etc/hosts\n"}), "servers.fs.allowed_paths");
    under.denies(
        "fs",
        "git_diff",
        json!({"repo_path": ".", "target": "--output=/etc/hosts"}),
        "servers.fs.allowed_paths",
    );
    under.allows("fs", "git_diff", json!({"repo_path": ".", "target": "HEAD~1"}));
}

#[test]
fn a_variable_or_a_drive_of_windows_hides_no_place() {
    let under = flat(".");
    for (hidden, rule) in [
        (r"%APPDATA%\Claude\x.json", "servers.fs.allowed_paths"),
        (r"$env:USERPROFILE\x", "servers.fs.allowed_paths"),
        ("%localappdata%/x", "servers.fs.allowed_paths"),
        ("$XDG_CONFIG_HOME/x", "servers.fs.allowed_paths"),
        (r"C:.ssh\id_rsa", "protection.credential-files"),
    ] {
        under.denies("fs", "t", json!({"zebra": hidden}), rule);
    }
    under.allows("fs", "t", json!({"zebra": "src/a.rs"}));
}

#[test]
fn what_climbs_out_of_a_variable_of_windows_is_where_it_is_without_one() {
    let under = Under::policy("servers: { fs: { allowed_tools: [t], denied_paths: [./secret] } }");
    for hidden in ["%APPDATA%/../secret/x", r"%userprofile%\..\secret\x", "$env:TEMP/../secret/x"] {
        under.denies("fs", "t", json!({"path": hidden}), "servers.fs.denied_paths");
    }
    under.allows("fs", "t", json!({"path": "%APPDATA%/a/../secret/x"}));
}

#[test]
fn a_label_on_what_is_in_a_folder_is_earned_by_touching_the_folder() {
    let under = Under::policy(
        "servers: { fs: { allowed_tools: [tree] } }\nlabels: { private: ['fs:~/Documents/**'], out: [x.y] }\nflows: [{ name: x, from: private, to: out, then: deny }]",
    );
    for folder in ["~/Documents/a", "~/Documents", "~"] {
        let verdict = under.verdict("fs", "tree", json!({"path": folder}));
        assert!(
            verdict.marks.iter().any(|mark| matches!(mark, Mark::Label { label, .. } if label == "private")),
            "{folder}"
        );
    }
    assert_eq!(under.verdict("fs", "tree", json!({"path": "~/Music"})).marks, []);
}

#[test]
fn a_branch_that_fails_names_no_host() {
    let under = Under::policy(
        "servers: { s: { tools: { t: { args: { url: [{ urls: ['http://127.0.0.1:3000/**'], matches: zzz }, any] } } } } }",
    );
    under.denies("s", "t", json!({"url": "http://127.0.0.1:3000/x"}), "protection.private-hosts");
    under.allows("s", "t", json!({"url": "https://docs.rs/x"}));
}

#[test]
fn a_grant_holds_its_own_spelling() {
    let under = Under::policy(
        "servers: { fs: { allowed_tools: [t], allowed_paths: ['./資料（2024）', './a%20b.txt', './x²', \"./cafe\\u0301.txt\"] } }",
    );
    for own in ["資料（2024）/a", "a%20b.txt", "x²", "cafe\u{301}.txt"] {
        under.allows("fs", "t", json!({"path": own}));
    }
    under.denies("fs", "t", json!({"path": "y²"}), "servers.fs.allowed_paths");
}

#[test]
fn an_empty_path_is_the_folder_that_the_server_stands_in() {
    flat("./src").denies("fs", "t", json!({"path": ""}), "servers.fs.allowed_paths");
    flat(".").allows("fs", "t", json!({"path": ""}));
    flat("./src").allows("fs", "t", json!({"title": "", "path": "src/a"}));
}

#[test]
fn what_a_tool_and_its_variant_both_list_must_satisfy_both() {
    let under = Under::policy(
        "servers: { g: { tools: { run: { args: { path: { paths: [./src] } }, required: [path], variants: { by: action, of: { read: { args: { path: any, n: any }, required: [n] } } } } } } }",
    );
    let call = |path: &str| json!({"action": "read", "path": path, "n": 1});
    under.allows("g", "run", call("src/a"));
    under.denies("g", "run", call("docs/a"), "servers.g.tools.run.args.path");
    under.denies("g", "run", json!({"action": "read", "n": 1}), "servers.g.tools.run.required");
    under.denies(
        "g",
        "run",
        json!({"action": "read", "path": "src/a"}),
        "servers.g.tools.run.variants.of.read.required",
    );
}

#[test]
fn what_is_excluded_is_a_denial_in_any_letter_case_below_a_match_beside_a_sibling_and_by_its_spelling() {
    let under = Under::policy(
        r#"
servers:
  s:
    tools:
      t:
        args:
          path: { not: { paths: [./secret, "./*.d"] } }
          base: any
          file: { not: { paths: [./secret], relative_to: base } }
"#,
    );
    for excluded in ["secret/a", "SECRET/a", "x.d/below"] {
        under.denies("s", "t", json!({"path": excluded}), "servers.s.tools.t.args.path");
    }
    under.allows("s", "t", json!({"path": "secrets/a"}));
    under.denies("s", "t", json!({"base": "secret", "file": "a"}), "servers.s.tools.t.args.file");
    under.allows("s", "t", json!({"base": "src", "file": "a"}));
    let Value::Object(arguments) = json!({"path": "secret/link"}) else { panic!() };
    let leads_out = BTreeMap::from([("/home/ada/web/secret/link".to_owned(), vec!["/home/ada/web/src/a".to_owned()])]);
    let facts = Facts { places: leads_out, ..facts() };
    let verdict = decide(&under.0, &History::default(), &facts, &Request::call("s", "t", arguments));
    assert_eq!(verdict.decision, Decision::Deny, "the spelling stands in an excluded folder");
}

#[test]
fn an_argument_that_may_be_of_two_kinds_is_read_as_both_whatever_their_order() {
    for kinds in
        ["[{ paths: [.] }, { urls: ['https://docs.rs/**'] }]", "[{ urls: ['https://docs.rs/**'] }, { paths: [.] }]"]
    {
        let under = Under::policy(&format!("servers: {{ s: {{ tools: {{ t: {{ args: {{ from: {kinds} }} }} }} }} }}"));
        under.allows("s", "t", json!({"from": "src/a"}));
        under.allows("s", "t", json!({"from": "https://docs.rs/x"}));
        under.denies("s", "t", json!({"from": "certs/key.pem"}), "protection.key-files");
        under.denies("s", "t", json!({"from": ".env"}), "protection.env-files");
    }
}

#[test]
fn a_grant_that_names_a_near_host_names_it_whatever_stands_before_it() {
    for kinds in ["[any, { urls: ['http://localhost:3000/**'] }]", "[{ urls: ['http://localhost:3000/**'] }, any]"] {
        let under = Under::policy(&format!("servers: {{ s: {{ tools: {{ t: {{ args: {{ url: {kinds} }} }} }} }} }}"));
        under.allows("s", "t", json!({"url": "http://localhost:3000/x"}));
        under.denies("s", "t", json!({"url": "http://localhost:4000/x"}), "protection.private-hosts");
    }
}

#[test]
fn an_argument_is_what_the_policy_declares_it_to_be_and_any_declares_nothing() {
    let under = Under::policy(
        "servers: { b: { allowed_paths: [./shots], tools: { t: { args: { zebra: any, text2: { text: {} }, place: { paths: [./shots] } } } } } }",
    );
    under.denies("b", "t", json!({"zebra": "/help"}), "servers.b.allowed_paths");
    under.denies("b", "t", json!({"zebra": ".env"}), "protection.env-files");
    under.denies("b", "t", json!({"place": "/help"}), "servers.b.tools.t.args.place");
    under.allows("b", "t", json!({"text2": "/help", "place": "shots/a.png"}));
    under.allows("b", "t", json!({"text2": ".env"}));
    let said = under.verdict("b", "t", json!({"zebra": "/help"})).because[0].message.clone();
    assert!(said.contains("{ text: {} }"), "{said}");
}

#[test]
fn a_file_is_not_read_out_of_a_commit_either() {
    let under = Under::policy(
        "servers: { git: { allowed_tools: [git_show, git_diff], allowed_paths: [.], denied_paths: [./secrets] } }",
    );
    let show = |revision: &str| json!({"repo_path": ".", "revision": revision});
    under.denies("git", "git_show", show("HEAD:.env"), "protection.env-files");
    under.denies("git", "git_show", show("main~3:secrets/key.txt"), "servers.git.denied_paths");
    under.denies("git", "git_show", show(":0:secrets/key.txt"), "servers.git.denied_paths");
    under.denies("git", "git_show", show("HEAD:./src/../secrets/key.txt"), "servers.git.denied_paths");
    under.denies("git", "git_diff", json!({"repo_path": ".", "target": "HEAD:.env"}), "protection.env-files");
    for fine in ["HEAD:src/a.rs", "HEAD", "origin/main", ":/fix /etc", "HEAD@{2026-11-20 10:00}"] {
        under.allows("git", "git_show", show(fine));
    }
}

#[test]
fn a_resource_that_is_a_link_is_granted_where_it_leads() {
    let under = Under::policy("servers: { fs: { resources: ['file:///home/ada/web/src/**'] } }");
    let verdict = |uri: &str, leads: &str| {
        let request = Request { server: "fs".into(), action: Action::Resource { uri: uri.into() } };
        let spelled = uri.trim_start_matches("file://").to_owned();
        let facts = Facts { places: [(spelled, vec![leads.to_owned()])].into(), ..facts() };
        decide(&under.0, &History::default(), &facts, &request).decision
    };
    let link = "file:///home/ada/web/src/link/hosts";
    assert_eq!(verdict(link, "/home/ada/web/src/real/hosts"), Decision::Allow);
    assert_eq!(verdict(link, "/etc/hosts"), Decision::Deny);
}

#[test]
fn what_holds_protected_names_is_not_taken_away_and_what_lies_beside_them_is() {
    let under = Under::policy("servers: { fs: { allowed_paths: [.], allowed_tools: [delete_dir, move_file, list] } }");
    for folder in [".git", "a/.git", ".vscode", "../web/.git/"] {
        under.denies_any("fs", "delete_dir", json!({"path": folder}));
        under.denies_any("fs", "move_file", json!({"source": folder, "destination": "b"}));
    }
    under.allows("fs", "delete_dir", json!({"path": "src/git"}));
    under.allows("fs", "list", json!({"path": ".git"}));
}

#[test]
fn an_exclusion_by_pattern_holds_across_lines_and_a_grant_by_pattern_does_not() {
    let under = Under::policy(
        "servers: { s: { tools: {
          free: { args: { q: { not: { matches: '.*(secret|password).*' } } } },
          word: { args: { q: { not: { matches: 'secret' } } } },
          only: { args: { q: { matches: 'a.*z' } } } } } }",
    );
    for evil in ["the secret", "x\nsecret", "secret\n", "x\r\nsecret\r\ny", "secret\n\n", "a\rpassword\rb"] {
        under.denies("s", "free", json!({"q": evil}), "servers.s.tools.free.args.q");
    }
    under.allows("s", "free", json!({"q": "x\nSecret santa"}));
    for evil in ["secret", "secret\n", "secret\r\n", "x\nsecret\ny"] {
        under.denies("s", "word", json!({"q": evil}), "servers.s.tools.word.args.q");
    }
    under.allows("s", "word", json!({"q": "secretary\nno secret"}));
    under.allows("s", "only", json!({"q": "a to z"}));
    for evil in ["a\nz", "az\n", "x\naz"] {
        under.denies("s", "only", json!({"q": evil}), "servers.s.tools.only.args.q");
    }
}

#[test]
fn an_answer_does_not_grow_with_the_arguments_that_nobody_granted() {
    let under = Under::policy("servers: { s: { tools: { t: { args: { a: any, b: any } } } } }");
    let with = |count: usize| {
        let names = (0..count).map(|n| (format!("k{n:05}"), json!(1)));
        under.verdict("s", "t", Value::Object(names.collect()))
    };
    for (count, told, last) in [
        (1, 1, "the argument `k00000` is not granted"),
        (20, 20, "the argument `k00019` is not granted"),
        (21, 20, "the argument `k00019` is not granted, nor are 1 more"),
        (5000, 20, "the argument `k00019` is not granted, nor are 4980 more"),
    ] {
        let verdict = with(count);
        assert_eq!(verdict.decision, Decision::Deny);
        assert_eq!(verdict.because.len(), told);
        assert_eq!(verdict.because[told - 1].message, last);
        assert!(verdict.because.iter().all(|reason| reason.nearest.as_deref() == Some("a, b")));
    }
    assert_eq!(with(0).decision, Decision::Allow);
}

#[test]
fn an_answer_does_not_grow_with_the_places_that_are_denied() {
    let under = Under::policy("servers: { s: { allowed_paths: [.], tools: { t: { args: { paths: any } } } } }");
    let with = |count: usize| {
        let paths: Vec<String> = (0..count).map(|n| format!("/srv/{n}")).collect();
        under.verdict("s", "t", json!({"paths": paths}))
    };
    let (few, many) = (with(900), with(5000));
    assert_eq!((few.decision, few.because.len()), (Decision::Deny, 901));
    assert_eq!((many.decision, many.because.len()), (Decision::Deny, 1000));
    let told = |verdict: &Verdict| verdict.because.iter().any(|reason| reason.message.contains("4001 more denials"));
    assert!(told(&many) && !told(&few));
}

#[test]
fn an_empty_list_of_addressees_is_none_where_one_is_required() {
    let under = Under::policy(
        "servers: { s: { tools: {
          mail: { args: { to: { emails: ['*@acme.com'] }, cc: { emails: ['*@acme.com'] } }, required: [to] },
          each: { args: { to: { each: { emails: ['*@acme.com'] } } }, required: [to] },
          deep: { args: { m: { fields: { to: { emails: ['*@acme.com'] } }, required: [to] } } },
          tags: { args: { tags: { each: { one_of: [a] } } }, required: [tags] } } } }",
    );
    let amy = json!(["amy@acme.com"]);
    under.denies("s", "mail", json!({"to": []}), "servers.s.tools.mail.required");
    under.allows("s", "mail", json!({"to": amy, "cc": []}));
    for evil in [json!([]), json!([[]])] {
        under.denies("s", "each", json!({"to": evil}), "servers.s.tools.each.required");
    }
    under.allows("s", "each", json!({"to": amy}));
    under.denies("s", "deep", json!({"m": {"to": []}}), "servers.s.tools.deep.args.m");
    under.allows("s", "deep", json!({"m": {"to": amy}}));
    under.allows("s", "tags", json!({"tags": []}));
}
