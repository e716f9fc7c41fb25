//! What a policy is told when it is loaded, in pairs.

use super::super::load;
use crate::model::finding::{Finding, Severity};

/// The findings about a policy that loads.
fn findings(yaml: &str) -> Vec<Finding> {
    match load(&format!("version: 1\n{yaml}"), "p.yaml") {
        Ok((_, findings)) => findings,
        Err(problems) => panic!("{yaml}\n{problems}"),
    }
}

fn refused(yaml: &str, why: &str) {
    match load(&format!("version: 1\n{yaml}"), "p.yaml") {
        Ok(_) => panic!("it loads: {yaml}"),
        Err(problems) => assert!(problems.to_string().contains(why), "{why} is missing in\n{problems}"),
    }
}

/// A tool with this rule.
fn tool(rule: &str) -> String {
    format!("servers: {{ s: {{ tools: {{ t: {rule} }} }} }}")
}

/// A tool with an argument under this constraint.
fn argument(constraint: &str) -> String {
    tool(&format!("{{ args: {{ a: {constraint} }} }}"))
}

fn is_dead(yaml: &str, what: &str) {
    let found = findings(yaml);
    let dead = found.iter().find(|finding| finding.id == "dead-rule").unwrap_or_else(|| panic!("{yaml}: {found:?}"));
    assert!(dead.what.contains(what) && dead.severity == Severity::Low, "{what} is missing in {dead:?}");
    assert!(dead.at.as_ref().is_some_and(|at| at.line > 1), "it has a place: {dead:?}");
}

fn is_alive(yaml: &str) {
    let found = findings(yaml);
    assert!(found.iter().all(|finding| finding.id != "dead-rule"), "{yaml}: {found:?}");
}

#[test]
fn a_constraint_that_no_value_satisfies_is_refused_and_its_neighbour_is_not() {
    for (void, why, fine) in [
        ("{ range: [5, 1] }", "nothing lies between 5 and 1", "{ range: [1, 5] }"),
        ("{ one_of: [] }", "an empty list of values", "{ one_of: [''] }"),
        ("{ paths: [] }", "an empty list of places", "{ paths: [.] }"),
        ("{ urls: [] }", "an empty list of URLs", "{ urls: ['https://a.example/**'] }"),
        ("{ emails: [] }", "an empty list of addresses", "{ emails: ['*@a.example'] }"),
        ("{ commands: [] }", "an empty list of commands", "{ commands: [ls] }"),
        ("{ range: [1, 5], matches: '[0-9]+' }", "different types", "{ max_length: 5, matches: '[0-9]+' }"),
        ("{ paths: [.], max_items: 5 }", "under `each`", "{ max_items: 5, each: { paths: [.] } }"),
        (
            "{ one_of: [a, b], matches: '[0-9]+' }",
            "none of the values of `one_of`",
            "{ one_of: [a, '7'], matches: '[0-9]+' }",
        ),
        ("{ one_of: [7], range: [1, 5] }", "none of the values of `one_of`", "{ one_of: [7, 5.0], range: [1, 5] }"),
        ("{ one_of: [abc], max_length: 2 }", "none of the values of `one_of`", "{ one_of: [ab], max_length: 2 }"),
        ("{ one_of: [x], shape: uuid }", "none of the values of `one_of`", "{ one_of: ['7'], shape: integer }"),
        ("{ each: { one_of: [] } }", "servers.s.tools.t.args.a.each.one_of", "{ each: { one_of: [1] } }"),
        ("{ not: { one_of: [] } }", "an empty list of values", "{ not: { one_of: [1] } }"),
        ("[{ one_of: [] }, any]", "an empty list of values", "[{ one_of: [x] }, { range: [1, 2] }]"),
        ("{ fields: { b: any }, required: [c] }", "`fields` does not list it", "{ fields: { b: any }, required: [b] }"),
        ("{ fields: { b: { urls: [] } } }", "an empty list of URLs", "{ fields: {} }"),
    ] {
        refused(&argument(void), why);
        findings(&argument(fine));
    }
}

#[test]
fn lists_that_are_meant_to_be_empty_may_be() {
    findings("servers: { s: { allowed_tools: [], allowed_paths: [], tools: {} } }");
    findings(&argument("{ text: { hosts: [], emails: [] } }"));
    findings(&argument("{ sql: { statements: [select], tables: [] } }"));
}

#[test]
fn a_rule_that_no_call_satisfies_is_refused_and_its_neighbour_is_not() {
    for (void, why, fine) in [
        ("{ rate: 0/min }", "a rate of 0", "{ rate: 1/min }"),
        ("{ args: { a: any }, required: [b] }", "`args` does not list it", "{ args: { a: any }, required: [a] }"),
        (
            "{ args: { a: { paths: [.], relative_to: b } } }",
            "relative to `b`, which `args` does not list",
            "{ args: { a: { paths: [.], relative_to: b }, b: { paths: [.] } } }",
        ),
        (
            "{ args: { a: { each: { paths: [.], relative_to: b } } } }",
            "args.a.relative_to",
            "{ args: { a: { each: { paths: [.], relative_to: b } } }, other_args: allow }",
        ),
        (
            "{ args: { a: { matches: '[0-9]+' } }, budget: { sum: a, max: 5, per: day } }",
            "can be no number",
            "{ args: { a: any }, budget: { sum: a, max: 5, per: day } }",
        ),
        (
            "{ args: { a: { range: [10, 20] } }, budget: { sum: a, max: 5, per: day } }",
            "more than the whole budget",
            "{ args: { a: { range: [5, 20] } }, budget: { sum: a, max: 5, per: day } }",
        ),
        (
            "{ args: { a: any }, budget: { sum: a, max: -5, per: day } }",
            "no amount keeps within -5",
            "{ args: { a: any }, budget: { sum: a, max: 0, per: day } }",
        ),
        ("{ variants: { by: a, of: {} } }", "name the values", "{ variants: { by: a, of: { x: {} } } }"),
        (
            "{ args: { a: { one_of: [y, z] } }, variants: { by: a, of: { x: {} } } }",
            "none of these variants can be chosen",
            "{ args: { a: { one_of: [x, z] } }, variants: { by: a, of: { x: {} } } }",
        ),
        (
            "{ args: { a: { range: [1, 5] } }, variants: { by: a, of: { '1': {} } } }",
            "none of these variants can be chosen",
            "{ args: { a: { matches: '[0-9]' } }, variants: { by: a, of: { '1': {} } } }",
        ),
        (
            "{ variants: { by: a, of: { x: { args: { a: { one_of: [y] } } } } } }",
            "admits other values of `a` only",
            "{ variants: { by: a, of: { x: { args: { a: { one_of: [x] } } } } } }",
        ),
    ] {
        refused(&tool(void), why);
        is_alive(&tool(fine));
    }
}

#[test]
fn a_value_that_would_lose_its_sign_or_its_zeros_must_stand_in_quotes() {
    for (number, read) in
        [("+49123", "49123"), ("0042", "42"), ("0x1F", "31"), ("98765432109876543210987", "9.876543210987654e")]
    {
        refused(
            &argument(&format!("{{ one_of: ['ä', {number}] }}")),
            &format!("`{number}` is read as the number {read}"),
        );
        let block = format!(
            "servers:\n  s:\n    tools:\n      t:\n        args:\n          a:\n            one_of:\n              - {number}\n"
        );
        refused(&block, "in quotes");
        findings(&argument(&format!("{{ one_of: ['ä', '{number}'] }}")));
    }
    for fine in ["0", "7", "-3", "1.50", "1e3", "true", "null", "2026-11-21", "12:30"] {
        findings(&argument(&format!("{{ one_of: ['ä', {fine}] }}")));
    }
    refused("tests: [{ deny: { server: s, tool: t, arguments: { to: [+49123] } } }]", "\"+49123\" in quotes");
    refused(&argument("{ text: { accounts: [0042] } }"), "\"0042\" in quotes");
}

#[test]
fn a_home_directory_without_quotes_is_nothing_and_said_to_be() {
    refused("servers: { s: { denied_paths: [/etc, ~] } }", "write \"~\" in quotes");
    findings("servers: { s: { allowed_tools: [t], denied_paths: [/etc, \"~\", ~/x] } }");
}

#[test]
fn a_grant_that_a_denial_covers_is_a_finding_and_one_beside_it_is_not() {
    let flat = |server: &str| format!("servers:\n  s: {{ {server} }}\n");
    for (dead, what, alive) in [
        (
            "allowed_tools: [a, b], denied_tools: [b]",
            "`b` is both allowed and denied",
            "allowed_tools: [a, b], denied_tools: [c]",
        ),
        (
            "tools: { b: { ask: true } }, denied_tools: [b]",
            "`b` has a rule, and `denied_tools` names it",
            "tools: { b: { ask: true } }, denied_tools: [B]",
        ),
        (
            "allowed_tools: [t], allowed_paths: [./src, ./keys/old], denied_paths: [./keys]",
            "`./keys/old` is granted, but `./keys` of `denied_paths` covers it",
            "allowed_tools: [t], allowed_paths: [./src, ./keys], denied_paths: [./keys/old]",
        ),
        (
            "tools: { t: { args: { p: { each: { paths: [app/secrets/x] } } } } }, denied_paths: ['**/secrets']",
            "`**/secrets` of `denied_paths` covers it",
            "tools: { t: { args: { p: { each: { paths: [app/secret/x] } } } } }, denied_paths: ['**/secrets']",
        ),
        (
            "tools: { t: { args: { p: { paths: [./a.PEM] } } } }, denied_patterns: ['*.pem']",
            "`*.pem` of `denied_patterns` covers it",
            "tools: { t: { args: { p: { paths: [./a.pub] } } } }, denied_patterns: ['*.pem']",
        ),
        (
            "tools: { t: { args: { p: { paths: [./docs] } } } }, allowed_paths: [./src]",
            "`allowed_paths` of the server does not hold it",
            "tools: { t: { args: { p: { paths: ['./src/**/*.rs'] } } } }, allowed_paths: [./src]",
        ),
        (
            "tools: { t: { args: { p: { paths: [~/.ssh] } } } }",
            "the protection `",
            "tools: { t: { args: { p: { paths: [~/.sshd] } } } }",
        ),
        (
            "tools: { t: { args: { a: { one_of: [x, z] } }, variants: { by: a, of: { x: {}, y: {} } } } }",
            "this variant is never chosen",
            "tools: { t: { args: { a: { one_of: [x, y] } }, variants: { by: a, of: { x: {}, y: {} } } } }",
        ),
    ] {
        is_dead(&flat(dead), what);
        is_alive(&flat(alive));
    }
    let approval = |tool: &str| {
        format!("servers: {{ s: {{ denied_tools: [a] }} }}\napprovals: {{ require_human_approval: [s.{tool}] }}\n")
    };
    is_dead(&approval("a"), "is to be asked, and `denied_tools` names it");
    is_alive(&approval("b"));
}

#[test]
fn a_grant_above_or_within_a_denial_of_something_else_is_alive() {
    for alive in [
        "allowed_paths: [.], denied_paths: [./keys], denied_patterns: ['*.pem']",
        "allowed_paths: ['./src/**/x.rs'], tools: { t: { args: { p: { paths: [./src/deep] } } } }",
        "allowed_paths: [./src/deep], tools: { t: { args: { p: { paths: [./src] } } } }",
        "allowed_paths: [~/x], tools: { t: { args: { p: { paths: ['~/x/y.txt'] } } } }",
        "allowed_paths: [../other], tools: { t: { args: { p: { paths: [../other/x] } } } }",
        "unprotected: [credential-files, key-files], tools: { t: { args: { p: { paths: [~/.ssh] } } } }",
    ] {
        is_alive(&format!("servers: {{ s: {{ {alive} }} }}"));
    }
}

#[test]
fn an_approval_or_a_label_that_is_misspelt_is_a_finding_and_one_that_stands_alone_is_none() {
    let with = |more: &str| {
        format!("servers: {{ mail: {{ allowed_tools: [send_email, read] }}, pay: {{ denied_tools: [x] }} }}\n{more}")
    };
    let unknown = |more: &str| -> Vec<(Severity, String)> {
        let found = findings(&with(more)).into_iter().filter(|finding| finding.id == "unknown-name");
        found.map(|finding| (finding.severity, finding.todo)).collect()
    };
    let approval = |name: &str| unknown(&format!("approvals: {{ require_human_approval: [{name}] }}"));
    for misspelt in ["mail.send_emial", "mial.send_email", "send_emails"] {
        let found = approval(misspelt);
        assert!(
            matches!(found.as_slice(), [(Severity::High, todo)] if todo.contains("send_email")),
            "{misspelt}: {found:?}"
        );
    }
    for fine in
        ["mail.send_email", "send_email", "shell.exec", "mail.delete_everything", "mail.send_email, mail.send_emails"]
    {
        assert_eq!(approval(fine), [], "{fine}");
    }
    let label = |refs: &str| unknown(&format!("labels: {{ outside: [{refs}] }}"));
    assert_eq!(label("mail.send_email, read, \"mail:~/x\""), []);
    assert!(matches!(label("mail.sendemail").as_slice(), [(Severity::High, todo)] if todo.contains("mail.send_email")));
    assert!(matches!(label("\"mial:~/x\"").as_slice(), [(Severity::High, todo)] if todo.contains("mail")));
    assert!(matches!(label("calendar.invite").as_slice(), [(Severity::Low, _)]));
    let asked = "approvals: { require_human_approval: [calendar.invite] }\nlabels: { outside: [calendar.invite] }";
    assert_eq!(unknown(asked), [], "what is asked about is granted by that");
}

#[test]
fn everything_is_told_at_once_the_form_and_the_sense() {
    let yaml = "version: 1\nservers:\n  s:\n    tools:\n      t:\n        args:\n          a: { one_off: [x] }\n          b: { matches: '(' }\n          c: { one_of: [] }\n        required: [a, d]\n        rate: 0/min\nflows: [{ name: f, from: x, to: y, then: deny }]\n";
    let problems = load(yaml, "p.yaml").map(|_| ()).unwrap_err();
    let lines: Vec<u64> = problems.0.iter().map(|problem| problem.at.line).collect();
    assert_eq!(lines, [7, 8, 9, 10, 11, 12, 12], "{problems}");
    assert!(problems.0.iter().all(|problem| problem.at.column > 0 && problem.at.file == "p.yaml"));
}

#[test]
fn what_costs_too_much_is_refused_with_its_place() {
    refused(&argument("{ matches: '((a{500}){500}){500}' }"), "p.yaml:2:");
    refused(
        "redaction: { patterns: [{ name: big, regex: '((a{500}){500}){500}' }] }",
        "`big` is not a regular expression",
    );
    findings(&argument("{ matches: '(a{50}){50}' }"));
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", ")));
    }
    refused(&bomb, "with its aliases written out");
    refused(&bomb, "p.yaml:6:");
    // An alias that is no bomb is what it stands for.
    findings("servers:\n  a: &a { allowed_tools: [x] }\n  b: *a\n");
    // A name with dots is no deeper than one without.
    findings(&format!(
        "servers: {{ s: {{ tools: {{ t: {{ args: {{ {}: {{ each: any }} }} }} }} }} }}",
        "a.".repeat(60) + "b"
    ));
    let deep = |levels| argument(&format!("{}any{}", "{ each: ".repeat(levels), " }".repeat(levels)));
    // Unoptimised code needs more stack than a test's thread has.
    let roomy = std::thread::Builder::new().stack_size(32 << 20);
    let judged = roomy.spawn(move || {
        findings(&deep(20));
        refused(&deep(40), "nested too deep");
        refused(&deep(2_000), "deeper than 64");
    });
    judged.unwrap().join().unwrap();
}

#[test]
fn a_path_that_is_declared_free_text_is_a_finding_and_a_text_is_none() {
    let ids = |rule: &str| -> Vec<String> { findings(&tool(rule)).into_iter().map(|finding| finding.id).collect() };
    assert_eq!(ids("{ args: { file_path: { text: {} } } }"), ["path-as-text"]);
    assert_eq!(ids("{ args: { files: { max_items: 3, each: { text: { hosts: [] } } } } }"), ["path-as-text"]);
    assert_eq!(ids("{ args: { key: { text: {} }, path: { paths: [.] } } }"), Vec::<String>::new());
}

#[test]
fn an_exclusion_mark_that_excludes_nothing_is_refused_and_a_name_that_begins_so_is_not() {
    refused(&argument("{ paths: ['./src/**', '!./src/private'] }"), "write `not: { paths: [...] }`");
    refused(&argument("{ emails: ['*@a.example', '!eve@a.example'] }"), "`!` excludes nothing");
    refused(&argument("{ each: { not: { paths: ['!x'] } } }"), "`!` excludes nothing");
    refused("servers: { s: { allowed_tools: [t], allowed_paths: [., '!./private'] } }", "`denied_paths`");
    refused("servers: { s: { allowed_tools: [t], denied_paths: [., '!./public'] } }", "`allowed_paths`");
    refused("servers: { s: { resources: ['file:///**', '!file:///etc/**'] } }", "`!` excludes nothing");
    findings(&argument("{ paths: ['./src/**', './!private'] }"));
    findings(&argument("{ paths: ['./src/**'], not: { paths: [./src/private] } }"));
    let Err(problems) =
        load("version: 1\nservers:\n  s: { tools: { t: { args: { a: { paths: ['!x'] } } } } }\n", "p.yaml")
    else {
        panic!("it loads")
    };
    assert!(problems.to_string().contains("p.yaml:3:"), "{problems}");
}

#[test]
fn an_exclusion_of_everything_is_refused_and_one_of_something_is_not() {
    for (all, some) in [
        ("{ not: { matches: '.*' } }", "{ not: { matches: '.*secret.*' } }"),
        ("{ not: { matches: '(?s).*' } }", "{ not: { matches: '[a-z]*' } }"),
        ("{ not: [{ one_of: [a] }, { matches: '.*|b' }] }", "{ not: [{ one_of: [a] }, { matches: '.{0,40}' }] }"),
        ("{ not: { paths: [/] } }", "{ not: { paths: [., '~'] } }"),
    ] {
        refused(&argument(all), "`not` excludes every");
        findings(&argument(some));
    }
}

#[test]
fn a_grant_of_the_whole_disk_or_home_is_told_and_one_of_a_folder_is_not() {
    let wide = |yaml: &str| findings(yaml).into_iter().find(|finding| finding.id == "wide-grant");
    let places = ["/", "/**", "~", "~/", "~/**", "$HOME", "{./src,/}", "/./"];
    for place in places {
        for yaml in [
            argument(&format!("{{ paths: ['{place}'] }}")),
            argument(&format!("{{ each: {{ paths: [./src, '{place}'] }} }}")),
            format!("servers: {{ s: {{ allowed_tools: [t], allowed_paths: ['{place}'] }} }}"),
        ] {
            let found = wide(&yaml).unwrap_or_else(|| panic!("nothing is told about {yaml}"));
            assert!(found.what.contains(place) && found.at.is_some_and(|at| at.line > 1), "{yaml}");
        }
    }
    for place in [".", "./**", "~/src", "/tmp", "/*.txt", "~/*.md", "..", "/etc/**"] {
        assert_eq!(wide(&argument(&format!("{{ paths: ['{place}'] }}"))), None, "{place}");
    }
    assert_eq!(wide(&argument("{ paths: [.], not: { paths: ['~'] } }")), None);
}
