//! Strings that may be of more than one kind.

use super::*;

#[test]
fn what_reads_as_a_url_and_as_a_path_is_both() {
    let under = Under::policy("servers: { fs: { allowed_tools: [read, rename], allowed_paths: [.] } }");
    let verdict = |key: &str, text: &str| under.verdict("fs", "read", json!({ key: text })).decision;
    for (key, text) in [
        ("path", "//x.org/../etc/shadow"),
        ("path", r"\\x.org\share\f"),
        ("path", "www.x/../../../../etc/shadow"),
        ("path", "https://x.org/../../../../../etc/shadow"),
        ("path", "https://x.org/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/shadow"),
        ("source", "git@x.org:a/../../../../../etc/shadow"),
        ("anything", "//x.org/../etc/shadow"),
        ("anything", "https://x.org/../../../../../etc/shadow"),
        ("url", "/etc/shadow"),
        ("url", "../../../etc/shadow"),
        ("to", "/etc/cron.d/a@b.org"),
    ] {
        assert_eq!(verdict(key, text), Decision::Deny, "{key}: {text}");
    }
    for (key, text) in [
        ("url", "https://x.org/a/../b"),
        ("path", "www.x.org/page.html"),
        ("source", "https://x.org/a.json"),
        ("anything", "https://x.org/a?b=%2e%2e"),
        ("to", "ada@x.org"),
        ("from", "ada@x.org"),
        ("content", "https://x.org/../../../../etc/shadow"),
    ] {
        assert_eq!(verdict(key, text), Decision::Allow, "{key}: {text}");
    }
}

#[test]
fn the_folder_that_others_start_from_is_read_in_every_way() {
    let under = Under::policy(
        "servers: { git: { allowed_tools: [git_add], allowed_paths: [.], denied_paths: [./secret/a] }, \
         own: { tools: { git_add: { args: { dir: { paths: [.] }, files: { each: { paths: [.], relative_to: dir } } } } } } }",
    );
    let add = |base: &str, file: &str| under.verdict("git", "git_add", json!({"repo_path": base, "files": [file]}));
    for base in ["secret", " secret", "\"secret\"", "secre%74", "secret\n", "ｓecret", r"src\..\secret"] {
        assert_eq!(add(base, "a").decision, Decision::Deny, "{base:?}");
        assert_eq!(add(base, "b").decision, Decision::Allow, "{base:?}");
    }
    let own = |base: &str| under.verdict("own", "git_add", json!({"dir": base, "files": ["config"]})).decision;
    for base in [".git", " .git", "%2egit", "\".git\""] {
        assert_eq!(own(base), Decision::Deny, "{base:?}");
    }
    assert_eq!(own("src"), Decision::Allow);
}

#[test]
fn so_many_folders_to_start_from_that_nobody_has_them_are_refused_and_cost_little() {
    let under = Under::policy("servers: { git: { allowed_tools: [git_add] } }");
    let mut arguments = Map::from_iter([("paths".to_owned(), json!(vec!["a"; 3_000]))]);
    for number in 0..3_000 {
        // The same words in other letter cases.
        let key: String = "repositorypath"
            .chars()
            .enumerate()
            .map(|(at, c)| if number >> at & 1 == 1 { c.to_ascii_uppercase() } else { c })
            .collect();
        arguments.insert(key, json!(format!("s{number}")));
    }
    assert_eq!(under.verdict("git", "git_add", Value::Object(arguments)).decision, Decision::Deny);
    assert_eq!(under.verdict("git", "git_add", json!({"repo_path": "s", "paths": ["a"]})).decision, Decision::Allow);
}

#[test]
fn who_takes_a_folder_away_takes_what_a_pattern_denies_in_it() {
    let under = Under::policy(
        "servers: { fs: { allowed_tools: [delete_dir, list_dir], denied_paths: [\"src/*/k.txt\", \"x*/y\", \"deep/**/z\"], \
         denied_patterns: [\"secrets/*.txt\"] } }",
    );
    let verdict = |tool: &str, path: &str| under.verdict("fs", tool, json!({ "path": path })).decision;
    for path in ["src", "src/a", "xz", "deep", "secrets", "a/secrets", "."] {
        assert_eq!(verdict("delete_dir", path), Decision::Deny, "{path}");
        assert_eq!(verdict("list_dir", path), Decision::Allow, "{path}");
    }
    for path in ["src/a/b", "z", "docs", "deep/a/b.rs"] {
        assert_eq!(verdict("delete_dir", path), Decision::Allow, "{path}");
    }
}

#[test]
fn the_table_of_processes_leads_nowhere_that_is_granted() {
    let under = Under::policy("servers: { fs: { allowed_tools: [read] } }");
    let verdict = |arguments: Value| under.verdict("fs", "read", arguments).decision;
    for denied in [
        json!({"cwd": "/", "path": "proc/1/root/etc/hosts"}),
        json!({"repo_path": "/proc/1/root/etc", "path": "hosts"}),
        json!({"repo_path": "/dev", "path": "fd/3"}),
        json!({"path": "/dev/x/../fd/3"}),
        json!({"path": "/proc/self/../self/fd/3"}),
        json!({"path": "/proc/1/net/../root/etc/hosts"}),
    ] {
        assert_eq!(verdict(denied.clone()), Decision::Deny, "{denied}");
    }
    for allowed in [json!({"path": "/proc/meminfo"}), json!({"path": "/dev/null"}), json!({"path": "proc/root.md"})] {
        assert_eq!(verdict(allowed.clone()), Decision::Allow, "{allowed}");
    }
}

#[test]
fn odd_spellings_have_the_form_of_a_path_at_any_key() {
    let under = Under::policy("servers: { fs: { allowed_tools: [read], allowed_paths: [.] } }");
    let verdict = |text: &str| under.verdict("fs", "read", json!({ "zebra": text })).decision;
    let long = format!("/etc/{}shadow", "./".repeat(3_000));
    for denied in ["//etc//shadow", "///etc///shadow", "`/etc/shadow`", " .env", "\".env\"", r"~bob\x", long.as_str()] {
        assert_eq!(verdict(denied), Decision::Deny, "{denied:.80}");
    }
    let picture = format!("/9j/4AAQSkZJRg//{}", "ABCD/+9".repeat(1_000));
    for allowed in ["//div[@id]//span", picture.as_str(), "a .env file"] {
        assert_eq!(verdict(allowed), Decision::Allow, "{allowed:.80}");
    }
    let by_drive = under.verdict("fs", "read", json!({"path": "file:///C:/../etc/passwd"}));
    assert_eq!(by_drive.decision, Decision::Deny);
}

#[test]
fn what_a_server_converts_to_what_is_excluded_is_excluded() {
    let under = Under::policy(
        "servers: { s: { tools: { t: { args: { n: { not: { range: [100, null] } }, v: { not: { one_of: [7, true, '8', 9007199254740993] } }, \
         i: { not: { shape: integer } } } } } } }",
    );
    for denied in [json!({"n": 100}), json!({"n": "100"}), json!({"n": " +1e3 "}), json!({"n": ["5", "200"]})] {
        under.denies_any("s", "t", denied);
    }
    for denied in [json!("7"), json!(7.0), json!("7.0"), json!("True"), json!(8), json!({"x": "07"})] {
        under.denies_any("s", "t", json!({"v": denied}));
    }
    // Which whole number it stands for, nobody can tell.
    under.denies_any("s", "t", json!({"v": 9007199254740993.0}));
    under.denies_any("s", "t", json!({"i": "7"}));
    for allowed in [json!({"n": 99}), json!({"n": "99"}), json!({"n": "all"}), json!({"v": "70"}), json!({"v": "9"})] {
        under.allows("s", "t", allowed);
    }
    under.allows("s", "t", json!({"v": false, "i": "7a"}));
}

#[test]
fn who_takes_a_folder_away_takes_what_is_excluded_in_it() {
    let under = Under::policy(
        "servers: { fs: { tools: { delete: { args: { path: { not: { paths: [./src/secret] } }, cwd: { not: { paths: [./src/secret] } } } }, \
         read: { args: { path: { not: { paths: [./src/secret] } } } } } } }",
    );
    under.denies_any("fs", "delete", json!({"path": "src/secret/a"}));
    under.denies_any("fs", "delete", json!({"path": "src"}));
    under.allows("fs", "delete", json!({"path": "src/other"}));
    under.allows("fs", "delete", json!({"path": "src/other", "cwd": "src"}));
    under.allows("fs", "read", json!({"path": "src"}));
}

#[test]
fn a_url_that_parsers_take_to_different_hosts_may_be_what_is_excluded() {
    let under = Under::policy(
        "servers: { s: { unprotected: [private-hosts], tools: { t: { args: { u: { not: { urls: ['https://evil.com/**'] } } } } } } }",
    );
    under.allows("s", "t", json!({"u": "https://docs.rs/a"}));
    under.allows("s", "t", json!({"u": "http://127.0.0.1/a"}));
    under.denies_any("s", "t", json!({"u": "https://evil.com/a"}));
    under.denies_any("s", "t", json!({"u": "https://evil.com\\@127.0.0.1/a"}));
    under.denies_any("s", "t", json!({"u": "https://127.0.0.1\\@evil.com/a"}));
    under.denies_any("s", "t", json!({"u": {"https://evil.com\\@127.0.0.1/a": 1}}));
}

#[test]
fn json_within_a_string_is_read_as_what_it_says() {
    let under = Under::policy(
        "servers: { fs: { allowed_tools: [read_multiple_files, write_file, call, run], allowed_paths: [.], \
         tools: { read: { args: { path: { paths: [.] } } } } }, \
         s: { tools: { t: { args: { role: { not: { one_of: [admin] } }, path: { not: { paths: [./secret] } } } } } } }",
    );
    under.allows("fs", "read_multiple_files", json!({"paths": r#"["src/a.rs", "b"]"#}));
    under.allows("fs", "write_file", json!({"path": "src/a.json", "content": r#"{"path": "/etc/hosts"}"#}));
    under.allows("fs", "read", json!({"path": "app/[id]/page.tsx"}));
    under.denies_any("fs", "read_multiple_files", json!({"paths": r#"["/etc/shadow"]"#}));
    under.denies_any("fs", "read_multiple_files", json!({"paths": " [\"src/a.rs\", \"../x\"]\n"}));
    under.denies_any("fs", "call", json!({"urls": r#"["http://169.254.169.254/"]"#}));
    under.denies_any("fs", "call", json!({"options": r#"{"path": "/etc/shadow"}"#}));
    under.denies_any("fs", "call", json!({"input": r#"{"in": "{\"command\": \"cat /etc/shadow\"}"}"#}));
    under.denies_any("fs", "run", json!({"command": r#"["cat", "/etc/shadow"]"#}));
    under.denies_any("fs", "read", json!({"path": r#"["/etc/shadow"]"#}));
    under.allows("s", "t", json!({"role": r#"["user"]"#, "path": r#"["src/a"]"#}));
    under.denies_any("s", "t", json!({"role": r#"["admin"]"#}));
    under.denies_any("s", "t", json!({"path": r#"["secret/a"]"#}));
}

#[test]
fn what_cannot_be_read_hides_no_place_and_no_host() {
    let under = Under::policy(
        "servers: { sh: { allowed_paths: [.], allowed_tools: [exec] }, ps: { allowed_tools: [exec] }, web: { allowed_tools: [fetch] } }",
    );
    for text in ["cat src/a; coproc cat", "cat ../x ${x@Q}", "cat 'src/a", "[[ $x =~ ^a(b|c)$ ]]"] {
        under.denies_any("sh", "exec", json!({"command": text}));
    }
    // Granted as a whole, as PowerShell is: the protections hold.
    for text in
        ["Get-ChildItem | Where-Object {$_.Length -gt 1kb}", "[[ $x =~ ^a(b|c)$ ]] && ls", "cat /etc/hosts; coproc cat"]
    {
        under.allows("ps", "exec", json!({"command": text}));
    }
    for text in [
        "cat ~/.ssh/id_rsa ${x@Q}",
        "Get-Content $env:USERPROFILE\\.ssh\\id_rsa | % {$_.Trim()} &",
        "cat mcp.policy.yaml; coproc x",
        "curl http://169.254.169.254/latest; coproc x",
        "echo '",
    ] {
        let verdict = under.verdict("ps", "exec", json!({"command": text}));
        assert_eq!(verdict.decision == Decision::Deny, text != "echo '", "{text}");
    }
    under.allows("web", "fetch", json!({"url": "https://docs.rs/a"}));
    under.allows("web", "fetch", json!({"url": "see below"}));
    under.denies_any("web", "fetch", json!({"url": format!("http://169.254.169.254/latest/#{}", "a".repeat(65_520))}));
    under.denies_any("web", "fetch", json!({"url": format!("http://{}169.254.169.254/", "a@".repeat(10_000))}));
}
