//! The schema and the reader say the same of every key and every type.

use serde_json::{Value, json};

use super::super::read::read;
use super::schema::schema;
use super::{ConstraintKey, Entry, Form, Keys, Mapping, PolicyKey, ServerKey, ToolKey};

#[path = "../../../../tests/support/json_schema.rs"]
mod json_schema;

/// YAML in which every JSON text is a value as well.
fn is_read(document: &Value) -> bool {
    read_problems(document).is_empty()
}

fn is_valid(schema: &Value, document: &Value) -> bool {
    json_schema::problems(schema, document).is_empty()
}

/// Values of every type, some of them right somewhere.
fn probes() -> Vec<Value> {
    let mut probes = vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(-1),
        json!(0.5),
        json!(""),
        json!("any"),
        json!("allow"),
        json!("ask"),
        json!("deny"),
        json!("uuid"),
        json!("env-files"),
        json!("30/min"),
        json!("30/fortnight"),
        json!("min"),
        json!("Min"),
        json!("a.b"),
        json!("a.b.c"),
        json!("a.b:c.d.e"),
        json!([]),
        json!([null]),
        json!([0, 1]),
        json!([null, 1]),
        json!([0, 1, 2]),
        json!(["0", 1]),
        json!(["any"]),
        json!(["env-files"]),
        json!(["a", 1]),
        json!(["a.b.c"]),
        json!([["any"]]),
        json!([{}]),
        json!([{ "tool": "a" }]),
        json!([{ "tool": "a", "toll": "a" }]),
        json!({}),
        json!({ "zzz": 1 }),
        json!({ "zzz": null }),
        json!({ "zzz": "any" }),
        json!({ "zzz": {} }),
        json!({ "zzz": [] }),
        json!({ "zzz": ["a"] }),
        json!({ "": {} }),
        json!({ "a, b": {} }),
        json!({ "a,, b": {} }),
        json!({ "zzz": { "variants": { "by": "a", "of": {} } } }),
    ];
    // A whole mapping where something else belongs.
    probes.push(sample(ConstraintKey::MAPPING));
    probes
}

/// A whole mapping, and each that lacks one key of it.
fn incomplete(mapping: &Mapping) -> Vec<Value> {
    let whole = sample(mapping);
    let mut found: Vec<Value> = mapping
        .entries
        .iter()
        .map(|left_out| {
            let mut less = whole.clone();
            less.as_object_mut().unwrap().remove(left_out.name);
            less
        })
        .collect();
    found.push(whole);
    found
}

/// A mapping with all its keys (one, where it may have but one), each with a right value.
fn sample(mapping: &Mapping) -> Value {
    let take = if mapping.size == super::Size::One { 1 } else { mapping.entries.len() };
    mapping.entries.iter().take(take).map(|entry| (entry.name.to_owned(), right(&entry.form))).collect()
}

fn right(form: &Form) -> Value {
    match form {
        Form::Version => json!(1),
        Form::Text | Form::Like(_) => json!("a.b"),
        Form::Rate => json!("30/min"),
        Form::Flag => json!(true),
        Form::Number | Form::Count => json!(1),
        Form::Word(words) => json!(words().last()),
        Form::Anything => json!("x"),
        Form::Object => json!({ "a": 1 }),
        Form::List(each) | Form::Some(each) => json!([right(each)]),
        Form::Range => json!([0, null]),
        Form::Map(mapping) => sample(mapping),
        Form::Named(each) => json!({ "a": right(each) }),
        Form::Arguments => json!({ "a": "any" }),
        Form::Tools => json!({ "a, b": { "ask": true } }),
        Form::Either(forms) => right(&forms[0]),
        Form::Server => json!({ "allowed_tools": ["t"] }),
        Form::Tool | Form::Variant => json!({ "ask": true }),
        Form::Constraint => json!({ "one_of": ["x"] }),
    }
}

/// Every mapping of the table, and how a document is made around one.
fn mappings() -> Vec<(&'static Mapping, Around)> {
    let mut found: Vec<(&'static Mapping, Around)> = vec![
        (PolicyKey::MAPPING, Around(vec![])),
        (ServerKey::MAPPING, Around(vec!["servers", "s"])),
        (ToolKey::MAPPING, Around(vec!["servers", "s", "tools", "t"])),
        (ConstraintKey::MAPPING, Around(vec!["servers", "s", "tools", "t", "args", "a"])),
    ];
    let mut next = 0;
    while let Some((mapping, around)) = found.get(next) {
        let mut inner = Vec::new();
        for entry in mapping.entries {
            inside(&entry.form, &around.with(entry.name), &mut inner);
        }
        found.extend(inner);
        next += 1;
    }
    found
}

fn inside(form: &Form, around: &Around, found: &mut Vec<(&'static Mapping, Around)>) {
    match form {
        Form::Map(mapping) => found.push((mapping, around.clone())),
        Form::List(each) | Form::Some(each) => inside(each, &around.with("[]"), found),
        Form::Named(each) => inside(each, &around.with("n"), found),
        Form::Either(forms) => forms.iter().for_each(|form| inside(form, around, found)),
        _ => {}
    }
}

/// The keys from the top of the document to a place; `[]` is a list's only entry.
#[derive(Clone)]
struct Around(Vec<&'static str>);

impl Around {
    fn with(&self, key: &'static str) -> Around {
        Around([self.0.clone(), vec![key]].concat())
    }

    /// The smallest whole document that holds `value` here. What a mapping on the way needs stands beside it.
    fn document(&self, value: Value) -> Value {
        let wrapped = self.0.iter().rev().fold(value, |value, key| match *key {
            "[]" => json!([value]),
            key => json!({ key: value }),
        });
        let mut document = match wrapped {
            Value::Object(members) => members,
            other => return other,
        };
        document.entry("version").or_insert(json!(1));
        Value::Object(document)
    }
}

/// `entry` of `mapping` with this value, beside whatever else the mapping needs.
fn holding(mapping: &Mapping, entry: &Entry, value: &Value) -> Value {
    let beside = mapping.beside.iter().filter(|(key, _)| *key == entry.name).map(|(_, other)| *other);
    let needs = mapping.needs.iter().copied().chain(beside);
    let mut members: serde_json::Map<String, Value> = needs
        .map(|name| {
            let entry = mapping.entries.iter().find(|entry| entry.name == name).unwrap();
            (name.to_owned(), right(&entry.form))
        })
        .collect();
    members.insert(entry.name.to_owned(), value.clone());
    Value::Object(members)
}

#[test]
fn the_schema_and_the_reader_agree_on_every_key_and_every_type() {
    let (schema, probes) = (schema(), probes());
    let (mut agreed, mut keys) = ([0, 0], 0);
    for (mapping, around) in mappings() {
        for entry in mapping.entries {
            keys += 1;
            for probe in &probes {
                let document = around.document(holding(mapping, entry, probe));
                let (read, valid) = (is_read(&document), is_valid(&schema, &document));
                assert_eq!(read, valid, "reader, schema: {document}\n{:?}", json_schema::problems(&schema, &document));
                agreed[usize::from(read)] += 1;
            }
        }
        for probe in probes.iter().cloned().chain(incomplete(mapping)) {
            let document = around.document(probe);
            assert_eq!(is_read(&document), is_valid(&schema, &document), "reader, schema: {document}");
        }
    }
    assert!(keys > 60 && agreed[0] > 1_000 && agreed[1] > 100, "{keys} keys, {agreed:?}");
}

#[test]
fn every_key_of_the_table_is_read_and_every_other_key_is_refused() {
    for (mapping, around) in mappings() {
        for entry in mapping.entries {
            let document = around.document(holding(mapping, entry, &right(&entry.form)));
            assert!(is_read(&document), "{}: {}", entry.name, read_problems(&document));
            let mut misspelt = holding(mapping, entry, &right(&entry.form));
            misspelt.as_object_mut().unwrap().insert(format!("{}s", entry.name), right(&entry.form));
            let problem = read_problems(&around.document(misspelt));
            assert!(problem.contains(&format!("has no key `{}s`", entry.name)), "{problem}");
        }
    }
}

fn read_problems(document: &Value) -> String {
    match read(&document.to_string(), "p") {
        Ok((_, problems)) => problems.iter().map(|problem| format!("{problem}\n")).collect(),
        Err(problems) => problems.to_string(),
    }
}

#[test]
fn every_description_is_a_sentence() {
    for (mapping, _) in mappings() {
        for entry in mapping.entries {
            assert!(entry.means.ends_with('.') && entry.means.len() > 10, "{}", entry.name);
        }
    }
}

#[test]
fn what_a_person_gets_wrong_the_editor_underlines_too() {
    let schema = schema();
    let is_underlined = |yaml: &str| {
        let document: Value = serde_saphyr::from_str(yaml).unwrap();
        !is_valid(&schema, &document)
    };
    for wrong in [
        "{}",
        "servers: {}",
        "version: 99",
        "version: '1'",
        "version: 1\nservers: [a]",
        "version: 1\nservers: { fs: { alowed_tools: [a] } }",
        "version: 1\nflow: []",
        "version: 1\nservers: { a: { allowed_tools: read } }",
        "version: 1\nservers: { a: { unprotected: [env-file] } }",
        "version: 1\nservers: { a: { tools: { t: { args: { p: { path: [x] } } } } } }",
        "version: 1\nservers: { a: { tools: { t: { rate: fast } } } }",
        "version: 1\nservers: { a: { tools: { t: { ask: yes please } } } }",
        "version: 1\nservers: { a: { tools: { t: { args: { r: { range: [1] } } } } } }",
        "version: 1\nservers: { a: { tools: { t: { args: { r: { relative_to: x } } } } } }",
        "version: 1\nservers: { a: { tools: { t: { budget: { sum: x, max: 1 } } } } }",
        "version: 1\nservers: { a: { tools: { t: { variants: { by: x, of: { v: { variants: { by: y, of: {} } } } } } } } }",
        "version: 1\napprovals: { require_human_approval: [a.b.c] }",
        "version: 1\ntests: [{ allow: { server: a, tool: b }, deny: { server: a, tool: b } }]",
        "version: 1\ndefault: maybe",
    ] {
        assert!(!is_read(&serde_saphyr::from_str(wrong).unwrap()), "the reader takes {wrong}");
        assert!(is_underlined(wrong), "{wrong}");
    }
    assert!(!is_underlined("version: 1\nservers: { fs: { allowed_tools: [a] } }"));
}
