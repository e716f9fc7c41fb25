//! A JSON Schema validator of the keywords that remit's own schemas use. It knows no others: a schema with a keyword that
//! is not judged here fails the test, so that nothing is valid because nobody looked.

use serde_json::{Map, Value};

/// Says that hold for annotations only.
const SILENT: [&str; 7] = ["$schema", "$defs", "title", "description", "format", "default", "$id"];

/// What is wrong with `value`; empty if it is valid.
pub fn problems(root: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    judge(root, root, value, "", &mut found);
    found
}

fn judge(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let keywords = match schema {
        Value::Bool(true) => return,
        Value::Bool(false) => return found.push(format!("{at}: nothing may stand here")),
        Value::Object(keywords) => keywords,
        other => panic!("{at}: no schema: {other}"),
    };
    for (keyword, says) in keywords {
        if let Some(wrong) = broken(root, keywords, keyword, says, value, at, found) {
            found.push(format!("{at}: {wrong}"));
        }
    }
}

/// Judges one keyword; what lies deeper is added to `found`.
fn broken(
    root: &Value,
    schema: &Map<String, Value>,
    keyword: &str,
    says: &Value,
    value: &Value,
    at: &str,
    found: &mut Vec<String>,
) -> Option<String> {
    let object = value.as_object();
    let valid = |schema: &Value| {
        let mut inner = Vec::new();
        judge(root, schema, value, at, &mut inner);
        inner.is_empty()
    };
    let is_wrong = match keyword {
        _ if SILENT.contains(&keyword) => false,
        "$ref" => {
            let target = says.as_str().unwrap().strip_prefix('#').unwrap();
            judge(root, root.pointer(target).unwrap_or_else(|| panic!("{target} is not there")), value, at, found);
            false
        }
        "type" => {
            let types = says.as_array().cloned().unwrap_or_else(|| vec![says.clone()]);
            !types.iter().any(|kind| is_of(value, kind.as_str().unwrap()))
        }
        "const" => value != says,
        "enum" => !says.as_array().unwrap().contains(value),
        "pattern" => {
            value.as_str().is_some_and(|text| !regex::Regex::new(says.as_str().unwrap()).unwrap().is_match(text))
        }
        "minLength" => value.as_str().is_some_and(|text| (text.chars().count() as u64) < says.as_u64().unwrap()),
        "minimum" => value.as_f64().is_some_and(|number| number < says.as_f64().unwrap()),
        "maximum" => value.as_f64().is_some_and(|number| number > says.as_f64().unwrap()),
        "minItems" => value.as_array().is_some_and(|items| (items.len() as u64) < says.as_u64().unwrap()),
        "maxItems" => value.as_array().is_some_and(|items| items.len() as u64 > says.as_u64().unwrap()),
        "items" => {
            for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                judge(root, says, item, &format!("{at}/{index}"), found);
            }
            false
        }
        "properties" => {
            for (name, schema) in says.as_object().unwrap() {
                if let Some(member) = object.and_then(|object| object.get(name)) {
                    judge(root, schema, member, &format!("{at}/{name}"), found);
                }
            }
            false
        }
        "additionalProperties" => {
            let known = schema.get("properties").and_then(Value::as_object);
            for (name, member) in object.into_iter().flatten() {
                if !known.is_some_and(|known| known.contains_key(name)) {
                    judge(root, says, member, &format!("{at}/{name}"), found);
                }
            }
            false
        }
        "propertyNames" => {
            for name in object.into_iter().flatten().map(|(name, _)| name) {
                judge(root, says, &Value::String(name.clone()), &format!("{at}/{name}"), found);
            }
            false
        }
        "required" => object.is_some_and(|object| {
            says.as_array().unwrap().iter().any(|name| !object.contains_key(name.as_str().unwrap()))
        }),
        "dependentRequired" => object.is_some_and(|object| {
            says.as_object().unwrap().iter().any(|(name, needs)| {
                object.contains_key(name)
                    && needs.as_array().unwrap().iter().any(|need| !object.contains_key(need.as_str().unwrap()))
            })
        }),
        "minProperties" => object.is_some_and(|object| (object.len() as u64) < says.as_u64().unwrap()),
        "maxProperties" => object.is_some_and(|object| object.len() as u64 > says.as_u64().unwrap()),
        "anyOf" => !says.as_array().unwrap().iter().any(valid),
        "oneOf" => says.as_array().unwrap().iter().filter(|one| valid(one)).count() != 1,
        "not" => valid(says),
        other => panic!("{at}: this validator does not know `{other}`"),
    };
    is_wrong.then(|| format!("not as `{keyword}` says: {says}"))
}

fn is_of(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        other => panic!("there is no type {other}"),
    }
}
