//! The table as a JSON Schema, for editors.

use serde_json::{Map, Value, json};

use super::{CONSTRAINT, Form, Keys, Mapping, PolicyKey, ServerKey, Size, ToolKey, VERSION, server};

/// A key of `tools`: names with commas between them, none of them empty.
const TOOL_NAMES: &str = r"^[^,]*[^,\s][^,]*(,[^,]*[^,\s][^,]*)*$";

/// The JSON Schema (2020-12) of `mcp.policy.yaml`. It says which keys there are and what they hold; what only makes
/// sense as a whole (patterns that parse, rules that are not dead) is left to `remit check`.
pub fn schema() -> Value {
    let mut schema = of_mapping(PolicyKey::MAPPING);
    if let Some(members) = schema.as_object_mut() {
        let mut head = Map::new();
        head.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
        head.insert("title".into(), json!("mcp.policy.yaml"));
        head.insert(
            "description".into(),
            json!(format!("What an AI agent may do over MCP (remit, version {VERSION}).")),
        );
        head.append(members);
        head.insert(
            "$defs".into(),
            json!({
                "server": of_mapping(ServerKey::MAPPING),
                "tool": of_mapping(ToolKey::MAPPING),
                "constraint": of(&CONSTRAINT),
            }),
        );
        *members = head;
    }
    schema
}

fn of(form: &Form) -> Value {
    match form {
        Form::Version => json!({ "const": VERSION }),
        Form::Text => json!({ "type": "string" }),
        Form::Like(pattern) => json!({ "type": "string", "pattern": pattern }),
        Form::Rate => {
            let periods = server::period_names().join("|");
            json!({ "type": "string", "pattern": format!(r"^\s*\+?[0-9]+\s*/\s*({periods})\s*$") })
        }
        Form::Flag => json!({ "type": "boolean" }),
        Form::Number => json!({ "type": "number" }),
        Form::Count => json!({ "type": "integer", "minimum": 0 }),
        Form::Word(words) => json!({ "enum": words() }),
        Form::Anything => json!(true),
        Form::Object => json!({ "type": "object" }),
        Form::List(entry) => json!({ "type": "array", "items": of(entry) }),
        Form::Some(entry) => json!({ "type": "array", "items": of(entry), "minItems": 1 }),
        Form::Range => {
            json!({ "type": "array", "items": { "type": ["number", "null"] }, "minItems": 2, "maxItems": 2 })
        }
        Form::Map(mapping) => of_mapping(mapping),
        Form::Named(each) => json!({ "type": ["object", "null"], "additionalProperties": of(each) }),
        Form::Arguments => json!({ "type": "object", "additionalProperties": of(&Form::Constraint) }),
        Form::Tools => json!({
            "type": ["object", "null"],
            "propertyNames": { "pattern": TOOL_NAMES },
            "additionalProperties": of(&Form::Tool),
        }),
        Form::Either(forms) => json!({ "anyOf": forms.iter().map(of).collect::<Vec<_>>() }),
        Form::Server => json!({ "$ref": "#/$defs/server" }),
        Form::Tool => json!({ "$ref": "#/$defs/tool" }),
        Form::Variant => json!({ "$ref": "#/$defs/tool", "not": { "type": "object", "required": ["variants"] } }),
        Form::Constraint => json!({ "$ref": "#/$defs/constraint" }),
    }
}

fn of_mapping(mapping: &Mapping) -> Value {
    let properties = mapping.entries.iter().map(|entry| {
        let mut schema = of(&entry.form);
        if let Some(members) = schema.as_object_mut() {
            members.insert("description".into(), json!(entry.means));
        }
        (entry.name.to_owned(), schema)
    });
    let mut schema = Map::new();
    let is_any = mapping.size == Size::Any;
    schema.insert("type".into(), if is_any { json!(["object", "null"]) } else { json!("object") });
    schema.insert("properties".into(), Value::Object(properties.collect()));
    schema.insert("additionalProperties".into(), json!(false));
    if !mapping.needs.is_empty() {
        schema.insert("required".into(), json!(mapping.needs));
    } else if !is_any {
        schema.insert("minProperties".into(), json!(1));
    }
    if mapping.size == Size::One {
        schema.insert("maxProperties".into(), json!(1));
    }
    if !mapping.beside.is_empty() {
        let beside = mapping.beside.iter().map(|(key, other)| ((*key).to_owned(), json!([other])));
        schema.insert("dependentRequired".into(), Value::Object(beside.collect()));
    }
    Value::Object(schema)
}
