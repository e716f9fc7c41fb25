//! `infer --against`: what an existing policy grants beyond what was used.

use super::infer::{lines, read};
use super::support::Place;

fn call(tool: &str, arguments: &str) -> String {
    format!(r#"{{"server":"s","tool":"{tool}","arguments":{arguments}}}"#)
}

fn requests(place: &Place) -> String {
    let project = place.project().display().to_string();
    let event = |event: &str| format!(r#"{{"v":1,"time":"2026-11-20T10:00:00Z","server":"s",{event}}}"#);
    let facts = format!(r#"{{"project":"{project}","cwd":"{project}"}}"#);
    lines(&[
        &event(&format!(r#""event":"session","session":"a","command":["s"],"project":"{project}","cwd":"{project}""#)),
        &event(&format!(r#""event":"resource","call":1,"uri":"docs://a/1","facts":{facts}"#)),
        &event(r#""event":"result","call":1,"outcome":"ok","ms":1,"bytes":2"#),
        &event(r#""event":"prompt","call":2,"name":"sum","arguments":{}"#),
        &event(r#""event":"result","call":2,"outcome":"ok","ms":1,"bytes":2"#),
    ])
}

/// The rows of the report: grant, and what was used of it.
fn against(place: &Place, rules: &str) -> Vec<(String, String)> {
    place.write("old.yaml", &format!("version: 1\nservers:\n  s:\n{rules}"));
    let output = place.remit(&["infer", "--against", "old.yaml"]).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(matches!(output.status.code(), Some(0 | 1)), "{out}{err}");
    let mut rows: Vec<(String, String)> = Vec::new();
    for line in out.lines().map(str::trim).take_while(|line| !line.starts_with("Looked at")) {
        let used = line.strip_prefix("used: ");
        match (line.starts_with("servers."), used, rows.last_mut()) {
            (true, ..) => rows.push((line.to_owned(), String::new())),
            (false, Some(used), Some(row)) => row.1 = used.to_owned(),
            // A long one goes on in the next line.
            (false, None, Some((at, used))) if !line.is_empty() => {
                let going_on = if used.is_empty() { at } else { used };
                *going_on = format!("{going_on} {line}");
            }
            _ => {}
        }
    }
    rows
}

#[test]
fn a_grant_is_shown_in_one_piece_however_long_and_lines_of_words_are_wrapped() {
    let place = Place::new();
    place.write("traces/a.jsonl", &call("read", r#"{"path":"src/a.rs"}"#));
    let long = format!("./{}", "very_long_folder_name/".repeat(6));
    let words: Vec<String> = (0..30).map(|at| format!("word{at}")).collect();
    let rules = format!(
        "    tools:\n      read: {{ args: {{ path: {{ paths: [./src, {long}] }}, mode: {{ one_of: [{}] }} }} }}\n",
        words.join(", ")
    );
    let rows = against(&place, &rules);
    assert!(rows.iter().any(|(grant, used)| grant.ends_with(&format!(": {long}")) && used == "nothing"), "{rows:?}");
    let out = place.remit(&["infer", "--against", "old.yaml"]).output().unwrap();
    let said = String::from_utf8(out.stdout).unwrap();
    let wide = |line: &&str| line.chars().count() > 80 && line.split_whitespace().count() > 1;
    assert_eq!(said.lines().filter(wide).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn a_grant_of_any_kind_that_nothing_needs_is_named_and_one_that_is_used_is_not() {
    let place = Place::new();
    let calls = [
        call("read", r#"{"path":"src/a.rs"}"#),
        call("fetch", r#"{"url":"https://a.org/x"}"#),
        call("mail", r#"{"to":"ann@acme.com","body":"see https://b.org/x"}"#),
        call("run", r#"{"command":"git status"}"#),
        call("query", r#"{"sql":"SELECT a FROM orders"}"#),
        call("set_level", r#"{"level":"low","tags":["x"],"at":{"zone":"here"}}"#),
        call("gateway", r#"{"action":"list","repo":"web"}"#),
    ];
    place.write("traces/a.jsonl", &lines(&calls.iter().map(String::as_str).collect::<Vec<_>>()));
    place.write("traces/b.jsonl", &requests(&place));
    let rules = "    resources: ['docs://a/1', 'docs://b/**']
    prompts: [sum, draw]
    tools:
      read: { args: { path: { paths: [./src/a.rs, ./docs] } } }
      fetch: { args: { url: { urls: ['https://a.org/x', 'https://b.org/**'] } } }
      mail: { args: { to: { emails: [ann@acme.com, bob@acme.com] }, body: { text: { hosts: [b.org, c.org], emails: [], accounts: [] } } } }
      run: { args: { command: { commands: [git status, git push] } } }
      query: { args: { sql: { sql: { statements: [select, delete], tables: [orders, people] } } } }
      set_level: { args: { level: { one_of: [low, high] }, tags: { each: { one_of: [x, z] } }, at: { fields: { zone: { one_of: [here] }, moon: any } } } }
      gateway: { variants: { by: action, of: { list: { args: { repo: { one_of: [web] } } }, drop: {} } } }
      drop_all: {}
";
    let mut found = against(&place, rules);
    found.sort();
    let idle: Vec<&str> = found.iter().filter(|(_, used)| used == "nothing").map(|(at, _)| at.as_str()).collect();
    assert_eq!(
        idle,
        [
            "servers.s.prompts: draw",
            "servers.s.resources: docs://b/**",
            "servers.s.tools.drop_all",
            "servers.s.tools.fetch.args.url.urls: https://b.org/**",
            "servers.s.tools.gateway.variants.of.drop",
            "servers.s.tools.mail.args.body.text.hosts: c.org",
            "servers.s.tools.mail.args.to.emails: bob@acme.com",
            "servers.s.tools.query.args.sql.sql.statements: delete",
            "servers.s.tools.query.args.sql.sql.tables: people",
            "servers.s.tools.read.args.path.paths: ./docs",
            "servers.s.tools.run.args.command.commands: git push",
            "servers.s.tools.set_level.args.at.fields.moon",
            "servers.s.tools.set_level.args.level.one_of: high",
            "servers.s.tools.set_level.args.tags.each.one_of: z",
        ]
    );
    assert_eq!(idle.len(), found.len(), "nothing else is named: {found:?}");
}

#[test]
fn a_grant_much_wider_than_its_use_is_named_with_what_would_do() {
    let place = Place::new();
    for (name, file) in [("a", "a.rs"), ("b", "b.rs")] {
        let calls = [
            read(&format!("src/{file}")).replace("\"fs\"", "\"s\""),
            call("fetch", r#"{"url":"https://x.a.org/x"}"#),
            call("mail", r#"{"to":"ann@b.org","body":"see https://b.org/x"}"#),
            call("run", r#"{"command":"git status"}"#),
            call("list_items", r#"{"page":3,"kind":"open"}"#),
        ];
        place.write(&format!("traces/{name}.jsonl"), &lines(&calls.iter().map(String::as_str).collect::<Vec<_>>()));
    }
    let wide = "    tools:
      read_file: { args: { path: { paths: [.] } } }
      fetch: { args: { url: { urls: ['https://*.a.org/**'] } } }
      mail: { args: { to: { emails: ['*@b.org'] }, body: { text: { secrets: deny } } } }
      run: { args: { command: { commands: ['git **'] } } }
      list_items: { args: { page: { range: [0, 100000] }, kind: { matches: '[a-z]+' } } }
";
    let found = against(&place, wide);
    for (at, used) in [
        ("read_file.args.path.paths: .", "[./src]"),
        ("fetch.args.url.urls: https://*.a.org/**", "[\"https://x.a.org/**\"]"),
        ("mail.args.to.emails: *@b.org", "[ann@b.org]"),
        ("mail.args.body.text.hosts", "[b.org]"),
        ("run.args.command.commands: git **", "[\"git status\"]"),
        ("list_items.args.page.range", "{ range: [0, 10] }"),
        ("list_items.args.kind", "{ one_of: [open] }"),
    ] {
        assert!(found.contains(&(format!("servers.s.tools.{at}"), used.to_owned())), "{at}: {found:?}");
    }
    let close = "    tools:
      read_file: { args: { path: { paths: [./src] } } }
      fetch: { args: { url: { urls: ['https://x.a.org/**'] } } }
      mail: { args: { to: { emails: [ann@b.org] }, body: { text: { hosts: [b.org], emails: [], accounts: [] } } } }
      run: { args: { command: { commands: ['git status'] } } }
      list_items: { args: { page: { range: [0, 20] }, kind: { one_of: [open] } } }
";
    assert_eq!(against(&place, close), Vec::new());
}
