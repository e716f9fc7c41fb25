//! What is kept of a call, to judge it by the policy of other sessions.

use serde_json::{Map, Value};

use super::node::{self, LONG};
use super::reading;

/// As JSON, a call up to this is kept as it is.
const WHOLE: usize = 2048;
/// ... and a longer one up to this, once its long texts were shortened.
const SHORTENED: usize = 8192;
/// Of a long text, so much of its start is kept, and so much of what it embeds.
const START: usize = 512;
const EMBEDS: usize = 2048;

/// The call as it is kept. `bytes`: its length as JSON. `None`: even without long texts it is too long; then its values are
/// judged one by one ([`super::alone`]).
pub(super) fn of(arguments: &Map<String, Value>, bytes: usize) -> Option<Map<String, Value>> {
    if bytes <= WHOLE {
        return Some(arguments.clone());
    }
    object(arguments, &mut SHORTENED.clone())
}

fn object(members: &Map<String, Value>, left: &mut usize) -> Option<Map<String, Value>> {
    let short = members.iter().map(|(key, member)| {
        spend(left, key.len())?;
        Some((key.clone(), value(key, member, left)?))
    });
    short.collect()
}

fn value(key: &str, found: &Value, left: &mut usize) -> Option<Value> {
    match found {
        Value::Object(members) => object(members, left).map(Value::Object),
        // An argument vector is one value.
        Value::Array(items) if !reading::is_command_name(key) => {
            let short: Option<Vec<Value>> = items.iter().map(|item| value(key, item, left)).collect();
            short.map(Value::Array)
        }
        Value::String(text) if text.len() > LONG => {
            let short = shortened(text);
            spend(left, short.len())?;
            Some(Value::String(short))
        }
        other => {
            let bytes = other.as_str().map_or_else(|| other.to_string().len(), str::len);
            spend(left, bytes)?;
            Some(other.clone())
        }
    }
}

fn spend(left: &mut usize, bytes: usize) -> Option<()> {
    *left = left.checked_sub(bytes + 4)?;
    Some(())
}

/// A text that is as long as to be learned in the same way: its start, and whatever it embeds.
fn shortened(text: &str) -> String {
    // At a blank, so that no half of a name or link stands for the whole.
    let start = (0..=START).rev().find_map(|at| text.get(..at)).unwrap_or_default();
    let mut short = start.rsplit_once(char::is_whitespace).map_or("", |(whole, _)| whole).to_owned();
    for embedded in node::embedded_in(text) {
        let Some(written) = as_text(&embedded) else { continue };
        if short.len() + written.len() > START + EMBEDS {
            break;
        }
        short.push(' ');
        short.push_str(&written);
    }
    while short.len() <= LONG {
        short.push_str(" .");
    }
    short
}

/// What evidence keeps of a text (`host evil.org`) as a text that embeds it.
pub(super) fn as_text(embedded: &str) -> Option<String> {
    let (kind, what) = embedded.split_once(' ')?;
    Some(if kind == "host" { format!("https://{what}/") } else { what.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn kept(arguments: Value) -> Option<Value> {
        let Value::Object(members) = &arguments else { panic!("no object") };
        of(members, arguments.to_string().len()).map(Value::Object)
    }

    #[test]
    fn a_long_text_is_kept_as_its_start_and_what_it_embeds_and_all_else_as_it_is() {
        let tail = "see https://evil.example/x or write to eve@evil.example, DE89370400440532013000";
        let body = format!("Dear all {} {tail}", "é ".repeat(3_000));
        let short = kept(json!({"to": ["a@b.org"], "body": body, "mail": {"urgent": true}})).unwrap();
        assert_eq!((&short["to"], &short["mail"]), (&json!(["a@b.org"]), &json!({"urgent": true})));
        let text = short["body"].as_str().unwrap();
        assert!(text.starts_with("Dear all") && text.len() > LONG && text.len() < 2 * LONG, "{text}");
        assert_eq!(node::embedded_in(text), node::embedded_in(&body));
    }

    #[test]
    fn a_short_call_is_kept_as_it_is_and_one_of_ten_thousand_arguments_not() {
        let short = json!({"path": "x".repeat(1_990)});
        assert_eq!(kept(short.clone()), Some(short));
        let many: Map<String, Value> = (0..10_000).map(|at| (format!("k{at}"), json!(1))).collect();
        assert_eq!(kept(Value::Object(many)), None);
        assert_eq!(kept(json!({"command": ["x".repeat(9_000)]})), None, "a vector is one value");
    }
}
