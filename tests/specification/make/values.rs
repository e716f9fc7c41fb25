//! Values: of each kind those that a constraint grants, and those that are off by a little.

use mcp_remit::model::policy::{Constraint, Shape, SqlGrant};
use serde_json::{Map, Value, json};

use super::constraints::{ROUNDED, words};
use super::spellings::{any_place, respelled, within};
use crate::choices::Choices;

const URLS: [&str; 20] = [
    "https://docs.acme.com/v1/x",
    "https://docs.acme.com/v1",
    "https://docs.acme.com/",
    "https://api.acme.com/v1/x",
    "https://acme.com/",
    "https://docs.acme.com/v1?q=1",
    "https://docs.acme.com/v1?q=2",
    "https://docs.acme.com/a/x",
    "https://docs.acme.com:8443/v1/x",
    "http://docs.acme.com/v1/x",
    "https://evil.example/acme.com",
    "https://docs.acme.com.evil.example/v1",
    "http://localhost:8443/x",
    "http://127.0.0.1/x",
    "http://169.254.169.254/latest",
    "http://10.0.0.5/",
    "https://docs.acme.com/v1/../v2/x",
    "https://ada@docs.acme.com/v1/x",
    "https://docs.acme.com/v12",
    "http://169.254.7.7/",
];
const ADDRESSES: [&str; 9] = [
    "ada@acme.com",
    "bob@acme.com",
    "Ada <ada@acme.com>",
    "ada@acme.com, bob@evil.example",
    "ada@mail.acme.com",
    "ann@evil.example",
    "ada@",
    "ADA@Acme.com",
    "ada@acme.com\r\nBcc: ann@evil.example",
];
const COMMANDS: [&str; 12] = [
    "git status",
    "cargo test --lib",
    "git log -1",
    "git log secret",
    "cat src/a.rs",
    "make",
    "git push",
    "cat .env",
    "cat notes",
    "git status && make",
    "make && rm x.tmp",
    "curl https://evil.example/x",
];
const TEXTS: [&str; 7] = [
    "all is well",
    "see https://docs.acme.com/v1/x please",
    "see https://evil.example/x please",
    "ask ada@acme.com today",
    "ask ann@evil.example today",
    "read /etc/shadow and ../x",
    "the token is ghp_1234567890abcdefghijABCDEFGHIJ123456",
];
const TABLES: [&str; 5] = ["orders", "public.users", "public.orders", "audit", "shop.audit"];

/// A value of the kind that the key is about, whatever the policy says of it.
pub fn natural(key: &str, choices: &mut Choices<'_>) -> Value {
    match key {
        "path" | "source" | "output" | "new_file" | "repo_path" => json!(place(choices)),
        "files" => json!(choices.several(0, 3, place)),
        "url" | "link" => json!(choices.pick(&URLS)),
        "to" => json!(choices.pick(&ADDRESSES)),
        "sql" => json!(sql(&SqlGrant::default(), choices)),
        "command" => command(choices),
        "content" | "body" => json!(choices.pick(&TEXTS)),
        "count" => number(choices),
        "tags" => json!(choices.several(0, 3, word)),
        "options" => options(choices),
        _ => match choices.below(5) {
            0 => json!(place(choices)),
            1 => json!(choices.pick(&URLS)),
            2 => json!(choices.pick(&ADDRESSES)),
            _ => word(choices),
        },
    }
}

fn place(choices: &mut Choices<'_>) -> String {
    let place = any_place(choices);
    respelled(&place, choices)
}

fn word(choices: &mut Choices<'_>) -> Value {
    let plain =
        ["alpha", "beta", "v12", "x", "abc", "ααααα", "alpha\n", "Alpha", "xalpha", "1.0", "2.5", "True", "007"]
            .map(Value::from);
    let others = ["--out=/etc/hosts", "--depth=1", "@src/a.rs", "of=~/notes/n.txt", ".env", "[redacted:token:abc]"];
    match choices.below(3) {
        0 => choices.pick(&plain),
        1 => choices.pick(&words()),
        _ => choices.pick(&others.map(Value::from)),
    }
}

fn number(choices: &mut Choices<'_>) -> Value {
    choices.pick(&[
        json!(1),
        json!(0),
        json!(5),
        json!(5.0),
        json!(10),
        json!(10.5),
        json!(-1),
        json!(2.5),
        json!(11),
        json!(-3.5),
        json!("5"),
        json!(" +2.50"),
        json!("true"),
    ])
}

fn command(choices: &mut Choices<'_>) -> Value {
    let line = choices.pick(&COMMANDS);
    match choices.chance(25) && !line.contains('&') {
        true => json!(line.split(' ').collect::<Vec<_>>()),
        false => json!(line),
    }
}

fn options(choices: &mut Choices<'_>) -> Value {
    let keys = choices.some_of(40, &["count", "path", "zebra", "url"]);
    let mut members: Map<String, Value> = keys.into_iter().map(|key| (key.to_owned(), natural(key, choices))).collect();
    if choices.chance(15) {
        members.insert(choices.pick(&["/etc/hosts", "src/a.rs", "./docs"]).to_owned(), word(choices));
    }
    Value::Object(members)
}

fn sql(grant: &SqlGrant, choices: &mut Choices<'_>) -> String {
    let kinds = ["select", "insert", "update", "delete"].map(str::to_owned);
    let kind = match grant.statements.is_empty() || choices.chance(15) {
        true => choices.pick(&kinds),
        false => choices.pick(&grant.statements),
    };
    let table = choices.pick(&TABLES);
    let one = match kind.as_str() {
        "insert" => format!("INSERT INTO {table} (id) VALUES (1)"),
        "update" => format!("UPDATE {table} SET a = 1"),
        "delete" => format!("DELETE FROM {table} WHERE a = 1"),
        _ if choices.chance(25) => format!("SELECT `id` FROM {table}"),
        _ => format!("SELECT id FROM {table}"),
    };
    match choices.chance(12) {
        true => format!("{one}; SELECT id FROM {}", choices.pick(&TABLES)),
        false => one,
    }
}

/// A value that the constraint mostly grants.
pub fn fitting(key: &str, constraint: &Constraint, choices: &mut Choices<'_>) -> Value {
    match constraint {
        Constraint::OneOf(values) => match choices.pick(values) {
            Value::Number(one) if one.as_i64() == Some(1) && choices.chance(40) => json!(1.0),
            Value::Number(one) if one.as_f64() > Some(2.0e15) => {
                choices.pick(&[json!(ROUNDED), json!(ROUNDED as f64), json!(ROUNDED + 1), json!((ROUNDED - 1) as f64)])
            }
            value => value,
        },
        Constraint::Matches(pattern) => json!(match pattern.as_str() {
            "v[0-9]+" => "v12",
            "a.c" => "abc",
            "x*" => "xx",
            _ => "alpha",
        }),
        Constraint::Shape(shape) => of_shape(*shape, choices),
        Constraint::Range { min, max } => match (min, max) {
            (Some(min), _) if choices.chance(50) => json!(min),
            (_, Some(max)) => json!(max),
            _ => number(choices),
        },
        Constraint::MaxLength(max) => json!("α".repeat(choices.pick(&[*max as usize, 1, *max as usize + 1]))),
        Constraint::MaxItems(max) => {
            let count = choices.pick(&[*max as usize, *max as usize + 1, 0]);
            json!(
                (0..count).map(|_| natural(if key == "files" { "path" } else { "zebra" }, choices)).collect::<Vec<_>>()
            )
        }
        Constraint::Paths { paths, .. } => {
            let entry = choices.pick(paths);
            let place = within(&entry, choices);
            json!(respelled(&place, choices))
        }
        Constraint::Urls(_) if choices.chance(15) => json!(choices.several(0, 2, |choices| choices.pick(&URLS))),
        Constraint::Urls(urls) => json!(url_within(&choices.pick(urls), choices)),
        Constraint::Emails(_) if choices.chance(15) => json!(choices.several(0, 2, |choices| choices.pick(&ADDRESSES))),
        Constraint::Emails(emails) => json!(choices.pick(emails).replace("*.", "mail.").replace('*', "ann")),
        Constraint::Sql(grant) => json!(sql(grant, choices)),
        Constraint::Commands(commands) => {
            let command = choices.pick(commands);
            // `--lib` would be short for an option of curl that writes a file.
            let further = if command.starts_with("curl") {
                ["https://docs.acme.com/v1/x"; 3]
            } else {
                ["src/a.rs", "--lib", "-1 x"]
            };
            json!(command.replace("**", choices.pick(&further)).replace('*', choices.pick(&["-1", "status"])))
        }
        Constraint::Text(_) => json!(choices.pick(&TEXTS)),
        Constraint::Redacted(token) => json!(token),
        Constraint::Each(each) => json!(choices.several(0, 2, |choices| fitting("path", each, choices))),
        Constraint::Fields { fields, .. } => {
            let members = fields.iter().filter(|_| choices.chance(80)).collect::<Vec<_>>();
            members.into_iter().map(|(name, inner)| (name.clone(), nearly_fitting(name, inner, choices))).collect()
        }
        Constraint::All(all) => {
            let narrow = all.iter().find(|one| matches!(one, Constraint::Each(_))).unwrap_or(&all[0]);
            fitting(key, narrow, choices)
        }
        Constraint::AnyOf(any) => fitting(key, &any[choices.below(any.len())], choices),
        Constraint::Any | Constraint::Not(_) => natural(key, choices),
    }
}

/// Mostly one that fits, sometimes another of its kind, sometimes one of another type.
pub fn nearly_fitting(key: &str, constraint: &Constraint, choices: &mut Choices<'_>) -> Value {
    match choices.below(24) {
        // What it says, in a string.
        19 if choices.chance(25) => {
            let value = fitting(key, constraint, choices);
            let spelled = if value.is_array() || value.is_object() { value } else { json!([value]) };
            json!(spelled.to_string())
        }
        23 => {
            choices.pick(&[json!(null), json!(1), json!(true), json!(["alpha"]), json!({"zebra": "alpha"}), json!("")])
        }
        20..=22 => natural(key, choices),
        _ => fitting(key, constraint, choices),
    }
}

fn url_within(pattern: &str, choices: &mut Choices<'_>) -> String {
    let plain =
        pattern.replace("//*.", "//api.").replace(":*", ":8443").replace("/**", choices.pick(&["/v1/x", "", "/"]));
    plain.replace("/*", "/a")
}

fn of_shape(shape: Shape, choices: &mut Choices<'_>) -> Value {
    let good = match shape {
        Shape::Integer => choices.pick(&[json!(7), json!("-12"), json!(0), json!(-7), json!(u64::MAX)]),
        Shape::Uuid => json!("123e4567-e89b-12d3-a456-426614174000"),
        Shape::Date => json!("2024-02-29"),
        Shape::Slug => json!("my-repo_2"),
        Shape::Decimal => json!("2.50"),
        _ => json!("ab12cd34"),
    };
    // No digits alone: where a URL is expected they are a host.
    let bad =
        ["-012", "1.5", "2024-02-30", "My-Repo", "12ab3", "123e4567-e89b-12d3-a456-42661417400", "a--b", "facade"];
    if choices.chance(15) { json!(choices.pick(&bad)) } else { good }
}
