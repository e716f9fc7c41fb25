//! The decision, in allow/deny pairs, on policies as people write them.

use serde_json::{Value, json};

use super::*;
use crate::decision::policy::load;
use crate::model::time::Timestamp;

fn facts() -> Facts {
    Facts {
        project: "/home/ada/web".into(),
        cwd: "/home/ada/web".into(),
        home: Some("/home/ada".into()),
        time: Some(Timestamp(1_000_000_000)),
        ..Facts::default()
    }
}

mod commands;
mod comparisons;
mod disguises;
mod evasions;
mod flows;
mod headers;
mod limits;
mod machines;
mod readings;
mod revisions;
mod scripts;
mod surroundings;

struct Under(Policy);

impl Under {
    fn policy(yaml: &str) -> Under {
        Under(load(&format!("version: 1\n{yaml}"), "p.yaml").unwrap_or_else(|problems| panic!("{problems}")).0)
    }

    fn verdict(&self, server: &str, tool: &str, arguments: Value) -> Verdict {
        let Value::Object(arguments) = arguments else { panic!() };
        decide(&self.0, &History::default(), &facts(), &Request::call(server, tool, arguments))
    }

    #[track_caller]
    fn allows(&self, server: &str, tool: &str, arguments: Value) {
        let verdict = self.verdict(server, tool, arguments);
        assert_eq!(verdict.decision, Decision::Allow, "{:#?}", verdict.because);
    }

    #[track_caller]
    fn asks(&self, server: &str, tool: &str, arguments: Value) {
        let verdict = self.verdict(server, tool, arguments);
        assert_eq!(verdict.decision, Decision::Ask, "{:#?}", verdict.because);
    }

    /// Commands of one tool that are allowed, and others that are denied, by whatever rule.
    #[track_caller]
    fn judges_commands(&self, allowed: &[&str], denied: &[&str]) {
        let verdict = |text: &&str| self.verdict("sh", "exec", json!({"command": text})).decision;
        let wrongly: Vec<_> = allowed.iter().filter(|text| verdict(text) != Decision::Allow).collect();
        let missed: Vec<_> = denied.iter().filter(|text| verdict(text) != Decision::Deny).collect();
        assert!(wrongly.is_empty() && missed.is_empty(), "not allowed: {wrongly:#?}\nnot denied: {missed:#?}");
    }

    /// Denied, by whatever rule.
    #[track_caller]
    fn denies_any(&self, server: &str, tool: &str, arguments: Value) {
        let verdict = self.verdict(server, tool, arguments);
        assert_eq!(verdict.decision, Decision::Deny, "{:#?}", verdict.because);
    }

    /// Denied, and by that rule.
    #[track_caller]
    fn denies(&self, server: &str, tool: &str, arguments: Value, rule: &str) {
        let verdict = self.verdict(server, tool, arguments);
        assert_eq!(verdict.decision, Decision::Deny, "{:#?}", verdict.because);
        let denials = verdict.because.iter().filter(|reason| reason.effect == Decision::Deny);
        let rules: Vec<&str> = denials.map(|reason| reason.rule.pointer.as_str()).collect();
        assert!(rules.contains(&rule), "{rules:?} holds no {rule}");
    }
}

#[test]
fn nothing_is_granted_that_no_rule_names() {
    let empty = Under(Policy::deny_everything());
    empty.denies("fs", "read", json!({}), "default");
    let under = Under::policy("servers: { fs: { allowed_tools: [read] } }");
    under.allows("fs", "read", json!({}));
    under.denies("fs", "write", json!({}), "default");
    under.denies("other", "read", json!({}), "default");
    under.denies("FS", "read", json!({}), "default");
}

#[test]
fn the_default_that_allows_does_not_reach_servers_that_the_policy_names() {
    let under = Under::policy("default: allow\nservers: { fs: { allowed_tools: [read] } }");
    under.allows("new", "anything", json!({"x": 1}));
    under.denies("fs", "write", json!({}), "default");
    under.denies("new", "read_file", json!({"path": "~/.ssh/id_rsa"}), "protection.credential-files");
}

#[test]
fn the_strictest_of_all_rules_wins_whatever_their_order() {
    let under = Under::policy(
        "servers: { fs: { allowed_tools: [a, b, c], denied_tools: [b] } }\napprovals: { require_human_approval: [fs.c, b, nowhere.send] }",
    );
    under.allows("fs", "a", json!({}));
    under.denies("fs", "b", json!({}), "servers.fs.denied_tools");
    under.asks("fs", "c", json!({}));
    under.asks("nowhere", "send", json!({}));
    under.denies("nowhere", "sent", json!({}), "default");
}

#[test]
fn arguments_are_closed_and_null_counts_as_absent() {
    let under = Under::policy(
        "servers: { s: { tools: { t: { args: { n: { range: [1, 5] }, m: any }, required: [n] }, none: {}, open: { args: any } } } }",
    );
    under.allows("s", "t", json!({"n": 5, "m": {"deep": [1]}}));
    under.allows("s", "t", json!({"n": 1.0, "m": null}));
    under.denies("s", "t", json!({"n": 6}), "servers.s.tools.t.args.n");
    under.denies("s", "t", json!({"n": "3"}), "servers.s.tools.t.args.n");
    under.denies("s", "t", json!({"n": 3, "other": 1}), "servers.s.tools.t.args");
    under.denies("s", "t", json!({"m": 1}), "servers.s.tools.t.required");
    under.denies("s", "t", json!({"n": null}), "servers.s.tools.t.required");
    under.denies("s", "t", json!({"n": {"$number": "1e999"}}), "servers.s.tools.t.args.n");
    under.allows("s", "none", json!({}));
    under.denies("s", "none", json!({"x": 1}), "servers.s.tools.none.args");
    under.allows("s", "open", json!({"x": {"$number": "1e999"}}));
}

#[test]
fn each_kind_of_constraint_admits_what_it_says_and_no_more() {
    let under = Under::policy(
        r#"
servers:
  s:
    tools:
      t:
        args:
          set: { one_of: [a, 2, true] }
          re: { matches: "[a-z]+-[0-9]+" }
          len: { max_length: 3 }
          list: { max_items: 2, each: { one_of: [x, y] } }
          obj: { fields: { a: { range: [null, 3] }, b: any }, required: [a] }
          not: { not: { one_of: [root] } }
          either: [{ one_of: [latest] }, { range: [0, 9] }]
"#,
    );
    for good in [
        json!({"set": "a"}),
        json!({"set": 2.0}),
        json!({"set": true}),
        json!({"re": "ab-12"}),
        json!({"len": "äöü"}),
        json!({"list": ["x", "y"]}),
        json!({"list": []}),
        json!({"obj": {"a": -100}}),
        json!({"not": "ada"}),
        json!({"either": "latest"}),
        json!({"either": 9}),
    ] {
        under.allows("s", "t", good);
    }
    for (bad, argument) in [
        (json!({"set": "A"}), "set"),
        (json!({"set": "2"}), "set"),
        (json!({"set": ["a"]}), "set"),
        (json!({"re": "ab-12\nx"}), "re"),
        (json!({"re": "xab-12x"}), "re"),
        (json!({"len": "abcd"}), "len"),
        (json!({"list": ["x", "y", "x"]}), "list"),
        (json!({"list": ["z"]}), "list"),
        (json!({"list": "x"}), "list"),
        (json!({"obj": {"a": 4}}), "obj"),
        (json!({"obj": {"b": 1}}), "obj"),
        (json!({"obj": {"a": 1, "c": 1}}), "obj"),
        (json!({"not": "root"}), "not"),
        (json!({"either": "last"}), "either"),
        (json!({"either": 10}), "either"),
    ] {
        let verdict = under.verdict("s", "t", bad.clone());
        assert_eq!(verdict.decision, Decision::Deny, "{bad}");
        let first = &verdict.because[0];
        assert!(first.argument.as_ref().unwrap().starts_with(&format!("/{argument}")), "{first:?}");
        assert!(first.rule.at.as_ref().is_some_and(|at| at.line > 4), "{first:?}");
    }
}

#[test]
fn a_path_argument_is_a_place_whatever_its_spelling() {
    let under = Under::policy("servers: { fs: { tools: { read: { args: { path: { paths: [./src, ~/notes] } } } } } }");
    for good in
        ["src/a", "./src/../src/a", "/home/ada/web/src", "~/notes/x", "$HOME/notes/x", "file:///home/ada/web/src/a"]
    {
        under.allows("fs", "read", json!({"path": good}));
    }
    for bad in [
        "README.md",
        "src/../../x",
        "./src-secret/x",
        "/etc/src",
        "src/%2e%2e/%2e%2e/x",
        "src/．．/．．/x",
        "src\\..\\..\\x",
        "src/..%252f../x",
        "/proc/self/root/etc/passwd",
        "src/a\0",
        "",
        "~",
        "~/notes-2/x",
        "file://evil/src",
    ] {
        under.denies("fs", "read", json!({"path": bad}), "servers.fs.tools.read.args.path");
    }
    under.denies("fs", "read", json!({"path": ["src/a"]}), "servers.fs.tools.read.args.path");
}

#[test]
fn a_link_is_judged_by_where_it_leads() {
    let under = Under::policy("servers: { fs: { allowed_tools: [read], allowed_paths: [./src] } }");
    let Value::Object(arguments) = json!({"path": "src/link/x"}) else { panic!() };
    let request = Request::call("fs", "read", arguments);
    let mut facts = facts();
    assert_eq!(decide(&under.0, &History::default(), &facts, &request).decision, Decision::Allow);
    facts.places.insert("/home/ada/web/src/link/x".into(), vec!["/etc/x".into()]);
    assert_eq!(decide(&under.0, &History::default(), &facts, &request).decision, Decision::Deny);
}

#[test]
fn path_rules_of_a_server_hold_for_every_path_of_every_call() {
    let under = Under::policy(
        "servers: { fs: { allowed_tools: [t, move_file], allowed_paths: [.], denied_paths: [./secret], denied_patterns: ['*.PEM'] } }",
    );
    under.allows("fs", "t", json!({"path": "a", "note": "see /etc/passwd", "content": "/etc/passwd"}));
    under.denies("fs", "t", json!({"x": {"deep": ["/etc/passwd"]}}), "servers.fs.allowed_paths");
    under.denies("fs", "t", json!({"paths": ["a", "/etc/shadow"]}), "servers.fs.allowed_paths");
    under.denies("fs", "t", json!({"path": "SECRET/x"}), "servers.fs.denied_paths");
    under.denies("fs", "t", json!({"path": "certs/key.pem/"}), "servers.fs.denied_patterns");
    under.denies("fs", "t", json!({"path": "certs/key.pem\0"}), "message");
    under.denies("fs", "move_file", json!({"source": "./", "destination": "b"}), "servers.fs.denied_paths");
    under.allows("fs", "move_file", json!({"source": "./a", "destination": "./b"}));
}

#[test]
fn a_server_with_path_rules_alone_allows_calls_that_touch_nothing_else() {
    let under = Under::policy("servers: { fs: { allowed_paths: [./src] }, none: { denied_paths: [/etc] } }");
    under.allows("fs", "read_file", json!({"path": "src/a"}));
    under.denies("fs", "read_file", json!({"path": "docs/a"}), "servers.fs.allowed_paths");
    under.denies("fs", "anything", json!({"x": 1}), "servers.fs.allowed_paths");
    under.denies("none", "read_file", json!({"path": "src/a"}), "servers.none");
}

#[test]
fn a_protection_stands_under_every_grant_until_it_is_switched_off() {
    let under = Under::policy(
        "servers: { fs: { allowed_tools: [read] }, open: { allowed_tools: [read], unprotected: [env-files] } }",
    );
    under.denies("fs", "read", json!({"path": ".env"}), "protection.env-files");
    under.denies("fs", "read", json!({"path": "a/.ENV.local"}), "protection.env-files");
    under.allows("fs", "read", json!({"path": ".env.example"}));
    under.allows("open", "read", json!({"path": ".env"}));
    under.denies("open", "read", json!({"path": "~/.ssh/config"}), "protection.credential-files");
    under.denies("fs", "read", json!({"path": "mcp.policy.yaml"}), "protection.remit-files");
}

#[test]
fn a_path_that_no_two_readers_read_alike_is_denied_also_where_any_path_is_granted() {
    let under = Under::policy("default: allow\nservers: { fs: { allowed_tools: [read] } }");
    for hidden in ["~/.ssh/id_rsa\0.txt", "%00/etc/shadow", "/dev/fd/3"] {
        under.denies("fs", "read", json!({"path": hidden}), "message");
        under.denies("new", "read", json!({"x": ["a", {"path": hidden}]}), "message");
    }
    under.allows("fs", "read", json!({"path": "notes.txt"}));
}

#[test]
fn a_variant_chooses_the_rule_and_no_variant_is_a_denial() {
    let under = Under::policy(
        "servers: { g: { tools: { run: { variants: { by: action, of: { list: { args: { repo: { one_of: [web] } } }, drop: { ask: true } } } } } } }",
    );
    under.allows("g", "run", json!({"action": "list", "repo": "web"}));
    under.denies(
        "g",
        "run",
        json!({"action": "list", "repo": "other"}),
        "servers.g.tools.run.variants.of.list.args.repo",
    );
    under.denies("g", "run", json!({"action": "delete"}), "servers.g.tools.run.variants");
    under.denies("g", "run", json!({}), "servers.g.tools.run.variants");
    under.asks("g", "run", json!({"action": "drop"}));
}

#[test]
fn a_name_that_only_looks_like_a_granted_one_is_denied_with_that_reason() {
    let under = Under::policy("default: allow\nservers: { fs: { allowed_tools: [read_file] } }");
    for name in ["read_file ", "read_file\u{200b}", "ｒead_file", "re\u{430}d_file", "Read_File"] {
        under.denies("fs", name, json!({}), "default");
    }
    under.denies("new", "re\u{430}d_file", json!({}), "message");
}

#[test]
fn rates_and_budgets_count_what_was_forwarded_and_forget_what_is_old() {
    let under = Under::policy(
        "servers: { b: { tools: { pay: { args: { amount: { range: [0, 500] } }, rate: 2/min, budget: { sum: amount, max: 100, per: day } } } } }",
    );
    let pay = |history: &History, amount: Value, at: i64| {
        let Value::Object(arguments) = json!({"amount": amount}) else { panic!() };
        let facts = Facts { time: Some(Timestamp(at)), ..facts() };
        decide(&under.0, history, &facts, &Request::call("b", "pay", arguments))
    };
    let mut history = History::default();
    let first = pay(&history, json!(60), 0);
    assert_eq!(first.decision, Decision::Allow);
    history.add(&first.marks, Timestamp(0), Timestamp(-1));
    assert_eq!(pay(&history, json!(41), 1).decision, Decision::Deny, "the budget");
    assert_eq!(pay(&history, json!(-60), 1).decision, Decision::Deny, "a negative amount");
    let second = pay(&history, json!(40), 1);
    assert_eq!(second.decision, Decision::Allow);
    history.add(&second.marks, Timestamp(1), Timestamp(-1));
    assert_eq!(pay(&history, json!(0), 2).decision, Decision::Deny, "the rate");
    assert_eq!(pay(&history, json!(0), 60_001).decision, Decision::Allow, "the window slides");
    assert_eq!(pay(&history, json!(100), 86_400_002).decision, Decision::Allow, "a day later");
}

#[test]
fn reading_something_private_and_then_sending_outside_is_a_flow() {
    let under = Under::policy(
        r#"
servers: { fs: { allowed_tools: [read] }, mail: { allowed_tools: [send] } }
labels: { private: ["fs:~/docs/**"], outside: [mail.send] }
flows: [{ name: no-exfiltration, from: private, to: outside, then: deny }]
"#,
    );
    let call = |history: &History, server: &str, tool: &str, arguments: Value| {
        let Value::Object(arguments) = arguments else { panic!() };
        decide(&under.0, history, &facts(), &Request::call(server, tool, arguments))
    };
    let mut history = History::default();
    assert_eq!(call(&history, "mail", "send", json!({"body": "x"})).decision, Decision::Allow);
    let public = call(&history, "fs", "read", json!({"path": "~/music/x"}));
    history.add(&public.marks, Timestamp(0), Timestamp(0));
    assert_eq!(call(&history, "mail", "send", json!({"body": "x"})).decision, Decision::Allow);
    let private = call(&history, "fs", "read", json!({"path": "~/docs/x"}));
    assert_eq!(private.decision, Decision::Allow);
    history.add(&private.marks, Timestamp(0), Timestamp(0));
    assert_eq!(call(&history, "mail", "send", json!({"body": "x"})).decision, Decision::Deny);
}

#[test]
fn channels_other_than_calls_are_judged_too() {
    let under = Under::policy("servers: { d: { resources: ['docs://**'], prompts: [sum], elicitation: allow } }");
    let judge = |action: Action| {
        decide(&under.0, &History::default(), &facts(), &Request { server: "d".into(), action }).decision
    };
    assert_eq!(judge(Action::Resource { uri: "docs://a/b".into() }), Decision::Allow);
    assert_eq!(judge(Action::Resource { uri: "docs://a".into() }), Decision::Allow);
    assert_eq!(judge(Action::Resource { uri: "file:///etc/passwd".into() }), Decision::Deny);
    assert_eq!(judge(Action::Prompt { name: "sum".into(), arguments: Map::new() }), Decision::Allow);
    assert_eq!(judge(Action::Prompt { name: "Sum".into(), arguments: Map::new() }), Decision::Deny);
    assert_eq!(judge(Action::Elicitation { params: Map::new() }), Decision::Allow);
    assert_eq!(judge(Action::Sampling { params: Map::new() }), Decision::Deny);
}

#[test]
fn everything_wrong_with_a_policy_is_told_at_once_with_its_place() {
    let text = "version: 1\nservers:\n  fs:\n    alowed_tools: [a]\n    tools:\n      t: { args: { p: { path: [x] }, r: { range: [5, 1] }, m: { matches: '(' } }, rate: fast }\n      u: { args: { p: any }, required: [q] }\nflow: []\n";
    let problems = load(text, "p.yaml").unwrap_err().to_string();
    for expected in [
        "p.yaml:4:5: a server has no key `alowed_tools`, did you mean `allowed_tools`?",
        "p.yaml:6:",
        "did you mean `paths`?",
        "nothing lies between 5 and 1",
        "`fast` is no rate",
        "p.yaml:8:1: a policy has no key `flow`, did you mean `flows`?",
    ] {
        assert!(problems.contains(expected), "{expected} is missing in\n{problems}");
    }
    for (wrong, why) in [
        ("", "mapping"),
        ("servers: {}", "version"),
        ("version: 99", "version: 1"),
        ("version: '1'", "version: 1"),
        ("version: 1\nservers: { a: {}, a: {} }", "a second time"),
        ("version: 1\nservers: { a: { tools: { t: { args: { m: { matches: '(' } } } } } }", "regular expression"),
        ("version: 1\nservers: { a: { tools: { t: { args: { m: { matches: 'a)|(b' } } } } } }", "regular expression"),
        ("version: 1\nservers: { a: { tools: { u: { args: { p: any }, required: [q] } } } }", "does not list it"),
        ("version: 1\napprovals: { require_human_approval: [a.b.c] }", "{ server: a.b, tool: c }"),
        ("version: 1\nflows: [{ name: x, from: a, to: b, then: deny }]", "no label"),
        ("version: 1\nservers: { a: { allowed_tools: read } }", "must be a list"),
        ("version: 1\nservers: { a: { unprotected: [env-file] } }", "env-files"),
        ("version: 1\ndefault: maybe", "one of"),
    ] {
        let problems = load(wrong, "p").map(|_| ()).unwrap_err().to_string();
        assert!(problems.to_lowercase().contains(why), "{why} is missing in {problems}");
    }
}

#[test]
fn a_text_is_judged_by_what_it_embeds() {
    let under = Under::policy(
        "servers: { m: { tools: { t: { args: { body: { text: { hosts: ['*.acme.com'], secrets: deny } } } } } } }",
    );
    under.allows("m", "t", json!({"body": "send all the money to Bob, see https://docs.acme.com/x"}));
    under.denies("m", "t", json!({"body": "see https://evil.example/x"}), "servers.m.tools.t.args.body");
}

#[test]
fn limit_a_bare_word_is_no_path() {
    let under = Under::policy("servers: { fs: { allowed_tools: [t], allowed_paths: [./src] } }");
    under.allows("fs", "t", json!({"zebra": "data"}));
    under.denies("fs", "t", json!({"zebra": "./data"}), "servers.fs.allowed_paths");
}

#[test]
fn limit_a_recursive_read_is_judged_by_its_top() {
    let under = Under::policy(
        "servers: { fs: { allowed_tools: [directory_tree, delete_directory], allowed_paths: [.], denied_paths: [./a/b] } }",
    );
    under.allows("fs", "directory_tree", json!({"path": "a"}));
    under.denies("fs", "delete_directory", json!({"path": "a"}), "servers.fs.denied_paths");
}
