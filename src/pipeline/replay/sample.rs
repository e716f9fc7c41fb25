//! Plausible benign values for the arguments that an attack leaves alone, so that a denial is never an accident of a
//! missing argument.

use serde_json::{Map, Value, json};

use super::Ground;
use super::roles::{Known, Segment, Slot, slots};
use crate::model::attack::Role;
use crate::model::policy::{Args, Constraint, Shape, SqlGrant, Tool};

/// The arguments of a harmless call: what was seen where it holds `slot`, else what the policy and the schema require.
pub fn arguments(known: &Known<'_>, slot: Option<&Slot>, ground: &Ground) -> Map<String, Value> {
    let key = slot.and_then(|slot| slot.at.first());
    let holds = |seen: &&Map<String, Value>| match key {
        Some(Segment::Key(key)) => seen.contains_key(key),
        _ => true,
    };
    if let Some(seen) = known.seen.iter().find(holds) {
        return seen.clone();
    }
    let mut arguments = known.seen.first().cloned().unwrap_or_default();
    let roles = slots(known);
    for name in required(known) {
        if !arguments.contains_key(&name) {
            let value = value(known, &name, &roles, ground);
            arguments.insert(name, value);
        }
    }
    arguments
}

/// What the schema and the policy require; with neither a schema nor a list of required arguments, all that the policy
/// lists.
fn required(known: &Known<'_>) -> Vec<String> {
    let mut names: Vec<String> = known
        .schema
        .and_then(|schema| schema.get("required"))
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        .unwrap_or_default();
    let Some(rule) = known.rule else { return names };
    names.extend(rule.required.iter().cloned());
    if let Some(variants) = &rule.variants {
        names.push(variants.by.clone());
    }
    if known.schema.is_none()
        && rule.required.is_empty()
        && let Args::Listed(args) = &rule.args
    {
        names.extend(args.keys().cloned());
    }
    names.sort();
    names.dedup();
    names
}

fn value(known: &Known<'_>, name: &str, roles: &[Slot], ground: &Ground) -> Value {
    if let Some(value) = known.rule.and_then(|rule| granted(rule, name, ground)) {
        return value;
    }
    let schema = known.schema.and_then(|schema| schema.get("properties")).and_then(|properties| properties.get(name));
    let at = vec![Segment::Key(name.to_owned())];
    let slot = roles.iter().find(|slot| slot.at == at);
    if slot.is_some_and(Slot::is_base) {
        return json!(ground.project);
    }
    let role = slot.map(|slot| slot.role);
    match schema {
        Some(schema) => by_schema(schema, role, ground, 0),
        None => by_role(role, ground),
    }
}

/// A value that the policy grants to the argument.
fn granted(rule: &Tool, name: &str, ground: &Ground) -> Option<Value> {
    if let Some(variants) = rule.variants.as_ref().filter(|variants| variants.by == name) {
        return variants.of.keys().next().map(|first| json!(first));
    }
    match &rule.args {
        Args::Listed(args) => args.get(name).and_then(|constraint| of_constraint(constraint, ground)),
        _ => None,
    }
}

/// A value that satisfies the constraint, where one is easily told.
pub fn of_constraint(constraint: &Constraint, ground: &Ground) -> Option<Value> {
    Some(match constraint {
        Constraint::OneOf(values) => values.first()?.clone(),
        Constraint::Range { min, max } => number(min.or(*max).unwrap_or(1.0)),
        Constraint::Shape(shape) => json!(of_shape(*shape)),
        Constraint::Paths { paths, relative_to } => json!(inside(paths.first()?, relative_to.is_some(), ground)),
        Constraint::Urls(urls) => json!(urls.first()?.replace("://*.", "://www.").replace("**", "").replace('*', "x")),
        Constraint::Emails(emails) => json!(emails.first()?.replace("*.", "www.").replace('*', "someone")),
        Constraint::Sql(grant) => json!(of_sql(grant)),
        Constraint::Commands(commands) => json!(commands.first()?.trim_end_matches("**").replace('*', "x").trim()),
        Constraint::Text(_) | Constraint::MaxLength(_) => json!("hello"),
        Constraint::MaxItems(_) => json!([]),
        Constraint::Redacted(token) => json!(token),
        Constraint::Each(inner) => json!([of_constraint(inner, ground)?]),
        Constraint::Fields { fields, .. } => {
            let pairs = fields.iter().filter_map(|(name, inner)| Some((name.clone(), of_constraint(inner, ground)?)));
            Value::Object(pairs.collect())
        }
        // What narrows most says most: a length is met by nearly anything.
        Constraint::All(all) => all
            .iter()
            .filter(|one| !matches!(one, Constraint::MaxItems(_) | Constraint::MaxLength(_) | Constraint::Not(_)))
            .find_map(|one| of_constraint(one, ground))
            .or_else(|| all.iter().find_map(|one| of_constraint(one, ground)))?,
        Constraint::AnyOf(any) => any.iter().find_map(|one| of_constraint(one, ground))?,
        Constraint::Any | Constraint::Matches(_) | Constraint::Not(_) => return None,
    })
}

/// A file at or below the place that a path pattern grants.
fn inside(pattern: &str, relative: bool, ground: &Ground) -> String {
    let parts: Vec<&str> = pattern.split('/').collect();
    let plain: Vec<&str> = parts.iter().take_while(|part| !part.contains(['*', '?', '{', '['])).copied().collect();
    let glob = plain.len() < parts.len();
    let mut place = plain.join("/");
    if glob {
        let ending = parts.last().and_then(|last| last.rsplit_once('.')).map_or("", |(_, ending)| ending);
        let name =
            if ending.is_empty() || ending.contains('*') { "readme".to_owned() } else { format!("readme.{ending}") };
        place = if place.is_empty() { name } else { format!("{place}/{name}") };
    }
    if relative {
        return place;
    }
    if let Some(rest) = place.strip_prefix('~') {
        return format!("{}{rest}", ground.home);
    }
    if place.starts_with('/') || place.contains(':') {
        return place;
    }
    let rest = place.trim_start_matches("./").trim_start_matches('.');
    if rest.is_empty() { ground.project.clone() } else { format!("{}/{rest}", ground.project) }
}

fn of_sql(grant: &SqlGrant) -> String {
    let table =
        grant.tables.as_ref().and_then(|tables| tables.first()).map_or("t".to_owned(), |table| table.replace('*', "t"));
    match grant.statements.first().map(String::as_str) {
        Some("insert") => format!("INSERT INTO {table} VALUES (1)"),
        Some("update") => format!("UPDATE {table} SET id = 1 WHERE id = 1"),
        Some("delete") => format!("DELETE FROM {table} WHERE id = 1"),
        _ if grant.tables.is_some() => format!("SELECT * FROM {table}"),
        _ => "SELECT 1".to_owned(),
    }
}

fn of_shape(shape: Shape) -> &'static str {
    match shape {
        Shape::Uuid => "123e4567-e89b-42d3-a456-426614174000",
        Shape::Date => "2026-01-02",
        Shape::IsoDatetime => "2026-01-02T03:04:05Z",
        Shape::Duration => "PT1H",
        Shape::Hex => "0a1b2c3d",
        Shape::Base64 => "aGVsbG8gd29ybGQ=",
        Shape::Slug => "a-name",
        Shape::Semver => "1.2.3",
        Shape::Integer => "1",
        Shape::Decimal => "1.5",
        Shape::Locale => "en-US",
        Shape::Cursor => "eyJvZmZzZXQiOjEwfQ",
    }
}

fn number(value: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[allow(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
    if value.fract() == 0.0 && value.abs() < EXACT { json!(value as i64) } else { json!(value) }
}

fn by_schema(schema: &Value, role: Option<Role>, ground: &Ground, depth: usize) -> Value {
    let first = |key: &str| schema.get(key).and_then(Value::as_array).and_then(|values| values.first()).cloned();
    if let Some(value) = first("enum").or_else(|| schema.get("const").cloned()).or_else(|| first("examples")) {
        return value;
    }
    if let Some(value) = schema.get("default").filter(|value| !value.is_null()) {
        return value.clone();
    }
    if depth > 6 {
        return Value::Null;
    }
    if let Some(option) = first("anyOf").or_else(|| first("oneOf")) {
        return by_schema(&option, role, ground, depth + 1);
    }
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str),
        kind => kind.and_then(Value::as_str),
    };
    let minimum = schema.get("minimum").and_then(Value::as_f64);
    match kind {
        Some("number" | "integer") => number(minimum.unwrap_or(1.0)),
        Some("boolean") => json!(false),
        Some("null") => Value::Null,
        Some("array") => {
            let items = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0).min(1);
            let item = schema.get("items").filter(|_| items > 0);
            Value::Array(item.map(|item| by_schema(item, role, ground, depth + 1)).into_iter().collect())
        }
        Some("object") => {
            let names = schema.get("required").and_then(Value::as_array);
            let properties = schema.get("properties");
            let fields = names.into_iter().flatten().filter_map(Value::as_str).map(|name| {
                let property = properties.and_then(|properties| properties.get(name));
                (name.to_owned(), property.map_or(Value::Null, |property| by_schema(property, None, ground, depth + 1)))
            });
            Value::Object(fields.collect())
        }
        _ => by_role(role, ground),
    }
}

fn by_role(role: Option<Role>, ground: &Ground) -> Value {
    match role {
        Some(Role::ReadPath | Role::WritePath) => json!(format!("{}/README.md", ground.project)),
        Some(Role::Url) => json!("https://example.com/"),
        Some(Role::Command) => json!("true"),
        Some(Role::Sql) => json!("SELECT 1"),
        Some(Role::Recipient) => json!("someone@example.com"),
        Some(Role::Repository) => json!("web"),
        Some(Role::Branch) => json!("main"),
        Some(Role::Amount) => json!(1),
        _ => json!("hello"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facts::Os;
    use crate::model::time::Timestamp;

    fn ground() -> Ground {
        Ground { project: "/p".into(), home: "/h".into(), os: Os::Posix, time: Timestamp(0) }
    }

    #[test]
    fn a_sample_of_a_path_lies_where_the_grant_says() {
        for (pattern, place) in [
            ("./src", "/p/src"),
            (".", "/p"),
            ("~/notes", "/h/notes"),
            ("/etc", "/etc"),
            ("./docs/**/*.md", "/p/docs/readme.md"),
        ] {
            assert_eq!(inside(pattern, false, &ground()), place, "{pattern}");
        }
    }

    #[test]
    fn what_the_policy_grants_comes_before_what_the_schema_says() {
        let rule = Tool {
            args: Args::Listed([("mode".to_owned(), Constraint::OneOf(vec![json!("fast")]))].into()),
            ..Tool::default()
        };
        let schema = json!({"type":"object","properties":{"mode":{"type":"string"},"n":{"type":"integer","minimum":3}},"required":["mode","n"]});
        let known = Known { server: "s", tool: "t", schema: Some(&schema), rule: Some(&rule), seen: &[], done: None };
        assert_eq!(Value::Object(arguments(&known, None, &ground())), json!({"mode":"fast","n":3}));
    }

    #[test]
    fn what_was_seen_comes_before_all() {
        let seen = [json!({"path":"a","head":5}).as_object().unwrap().clone()];
        let known = Known { server: "s", tool: "t", schema: None, rule: None, seen: &seen, done: None };
        let slot = Slot { at: vec![Segment::Key("path".into())], role: Role::ReadPath };
        assert_eq!(Value::Object(arguments(&known, Some(&slot), &ground())), json!({"path":"a","head":5}));
    }
}
