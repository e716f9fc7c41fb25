//! What the table of key names and value forms makes of twelve real lists of tools.

use serde_json::{Map, Value, json};

use super::*;

/// The value that an argument has, put where it belongs, beside nothing else.
enum Step {
    Member(String),
    Element,
}

fn around(steps: &[Step], value: Value) -> Value {
    steps.iter().rev().fold(value, |value, step| match step {
        Step::Member(name) => json!({ name: value }),
        Step::Element => json!([value]),
    })
}

/// Every argument of a schema that may be a string, however deep: how it is written, and the way to it.
fn texts(schema: &Value, name: &str, steps: &mut Vec<Step>, found: &mut Vec<(String, Vec<Step>)>) {
    let members = schema["properties"].as_object().into_iter().flatten();
    for (key, inner) in members {
        steps.push(Step::Member(key.clone()));
        texts(inner, &format!("{name}/{key}"), steps, found);
        steps.pop();
    }
    if schema["items"].is_object() {
        steps.push(Step::Element);
        texts(&schema["items"], &format!("{name}/*"), steps, found);
        steps.pop();
    }
    for inner in ["anyOf", "oneOf"].iter().flat_map(|key| schema[*key].as_array().into_iter().flatten()) {
        texts(inner, name, steps, found);
    }
    let is_text = match &schema["type"] {
        Value::String(kind) => kind == "string",
        Value::Array(kinds) => kinds.contains(&json!("string")),
        // An argument of any type.
        _ => {
            !steps.is_empty() && !["properties", "items", "anyOf", "oneOf"].iter().any(|key| schema.get(*key).is_some())
        }
    };
    if is_text && !found.iter().any(|(known, _)| known == name) {
        let copy = steps.iter().map(|step| match step {
            Step::Member(name) => Step::Member(name.clone()),
            Step::Element => Step::Element,
        });
        found.push((name.to_owned(), copy.collect()));
    }
}

/// What a value is taken for there.
fn taken_for(server: &str, tool: &str, steps: &[Step], value: &str) -> Option<&'static str> {
    let Value::Object(arguments) = around(steps, json!(value)) else { panic!("arguments are an object") };
    let arguments: Map<String, Value> = arguments;
    let hints = Hints { dialect: Dialect::of_server(server), ..Hints::default() };
    let found = effects(&Request::call(server, tool, arguments), &hints).0;
    let has = |wanted: fn(&What) -> bool| found.iter().any(|effect| wanted(&effect.what));
    if has(|what| matches!(what, What::Command(_) | What::Unreadable { kind: Kind::Command, .. })) {
        return Some("command");
    }
    if has(|what| matches!(what, What::Sql(_) | What::Unreadable { kind: Kind::Sql, .. })) {
        return Some("sql");
    }
    if has(|what| matches!(what, What::Path(_) | What::Unreadable { kind: Kind::Path, .. })) {
        return Some("path");
    }
    if has(|what| matches!(what, What::Url(_) | What::Unreadable { kind: Kind::Url, .. })) {
        return Some("url");
    }
    has(|what| matches!(what, What::Address(_) | What::Unreadable { kind: Kind::Address, .. })).then_some("address")
}

/// One line: what the argument is always, and else which values make it something.
fn line(server: &str, tool: &str, steps: &[Step]) -> String {
    let taken = |value: &str| taken_for(server, tool, steps, value);
    if let Some(always) = taken("word") {
        return always.to_owned();
    }
    let mut parts = Vec::new();
    for (value, what) in
        [("a/b", "path"), ("/a/b", "path"), ("select 1", "sql"), ("a@b.example", "address"), ("a.example", "url")]
    {
        if taken(value) == Some(what) {
            parts.push(match value {
                "a/b" => "a path with a separator",
                "/a/b" if parts.is_empty() => "a path by its form",
                "/a/b" => continue,
                "select 1" => "sql where it reads as such",
                "a@b.example" => "an address by its form",
                _ => "a url with a dot",
            });
        }
    }
    match parts.is_empty() {
        true => "nothing".to_owned(),
        false => parts.join(", "),
    }
}

#[test]
fn the_arguments_of_twelve_real_servers_are_taken_for_what_they_are() {
    let lists: Value = serde_json::from_str(include_str!("../../../tests/data/tools/twelve-servers.json")).unwrap();
    let servers = lists["servers"].as_object().unwrap();
    assert_eq!(servers.len(), 12);
    let mut table = String::new();
    for (server, list) in servers {
        table.push_str(&format!("{server}\n"));
        for (tool, schema) in list["tools"].as_object().unwrap() {
            let mut found = Vec::new();
            texts(schema, "", &mut Vec::new(), &mut found);
            for (name, steps) in found {
                table.push_str(&format!("  {tool} {name}: {}\n", line(server, tool, &steps)));
            }
        }
    }
    insta::assert_snapshot!(table);
}

fn places(tool: &str, arguments: Value) -> usize {
    let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
    let found = effects(&Request::call("s", tool, arguments), &Hints::default()).0;
    found
        .iter()
        .filter(|effect| matches!(effect.what, What::Path(_) | What::Unreadable { kind: Kind::Path, .. }))
        .count()
}

#[test]
fn what_is_typed_chosen_or_named_is_no_place_and_the_same_key_elsewhere_is_one() {
    for (typed, elsewhere) in [
        (("press_key", json!({"key": "/"})), ("read_key", json!({"key": "/etc/ssl/x"}))),
        (("browser_press_key", json!({"key": "Control+/"})), ("sign", json!({"key": "keys/x"}))),
        (("fill", json!({"value": "/help"})), ("set_config_value", json!({"value": "/etc"}))),
        (("fill", json!({"value": ".env"})), ("fill", json!({"path": ".env"}))),
        (("fill_form", json!({"elements": [{"value": "~/x"}]})), ("fill_form", json!({"elements": [{"file": "~/x"}]}))),
        (("fill_form", json!({"fields": [{"name": "a/b"}]})), ("fill_template", json!({"name": "../a/b"}))),
        (("browser_select_option", json!({"values": ["/"]})), ("select_files", json!({"values": ["/etc"]}))),
        (("browser_click", json!({"target": "//div"})), ("browser_upload", json!({"target": "/etc/passwd"}))),
        (("browser_snapshot", json!({"target": "//main/p"})), ("snapshot", json!({"target": "/etc/passwd"}))),
        (
            ("browser_take_screenshot", json!({"target": "ul > li"})),
            ("browser_take_screenshot", json!({"filename": "a/b"})),
        ),
        (("browser_take_screenshot", json!({"target": ".env"})), ("take_screenshot", json!({"target": ".env"}))),
        (("browser_click", json!({"ref": "f1/e2"})), ("git_show", json!({"ref": "../x"}))),
        (("browser_drag", json!({"startTarget": "//li"})), ("copy", json!({"startTarget": "/etc/passwd"}))),
        (("browser_drop", json!({"data": {"text/plain": "/x"}})), ("browser_drop", json!({"data": {"note2": "/x"}}))),
        (
            ("create_entities", json!({"entities": [{"name": "src/.env"}]})),
            ("create_entities", json!({"entities": [{"name": "x", "file": ".env"}]})),
        ),
        (
            ("create_relations", json!({"relations": [{"from": "/a", "to": ".env"}]})),
            ("copy", json!({"items": [{"from": "/a"}]})),
        ),
        (("open_nodes", json!({"names": ["/a", ".env"]})), ("read_files", json!({"names": ["/a"]}))),
        (("add_observations", json!({"entityName": ".env"})), ("read", json!({"resourceName": ".env"}))),
        (
            ("interact_with_process", json!({"input": "df['a/b']"})),
            ("interact_with_process", json!({"input": "/etc/passwd"})),
        ),
        (("handle_dialog", json!({"promptText": "/help"})), ("handle_dialog", json!({"promptFile": "/help"}))),
        (
            ("open", json!({"url": "https://a.example/?next=/etc/passwd"})),
            ("open", json!({"url": "--output=/etc/passwd"})),
        ),
        // A revision may be a file's name to git, hold one, and be an option.
        (("git_show", json!({"revision": ":/fix the build"})), ("git_show", json!({"revision": "HEAD:src/a.rs"}))),
        (("git_show", json!({"revision": "origin/main"})), ("git_diff", json!({"target": "secrets/x"}))),
        (("git_diff", json!({"target": "main"})), ("git_diff", json!({"target": "--output=/etc/x"}))),
    ] {
        assert_eq!(places(typed.0, typed.1.clone()), 0, "{typed:?}");
        assert!(places(elsewhere.0, elsewhere.1.clone()) > 0, "{elsewhere:?}");
    }
}

#[test]
fn where_somebody_starts_from_is_no_host_and_where_a_page_comes_from_is_one() {
    let urls = |origin: &str| {
        let Value::Object(arguments) = json!({ "origin": origin }) else { panic!("an object") };
        effects(&Request::call("s", "t", arguments), &Hints::default()).0.len()
    };
    assert_eq!((urls("JFK"), urls("llm")), (0, 0));
    assert_eq!((urls("localhost"), urls("169.254.169.254"), urls("evil.example"), urls("[::1]")), (1, 1, 1, 1));
}
