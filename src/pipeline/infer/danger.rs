//! What is dangerous: classes of tools that are granted as a question while they are rare, and calls that nothing is ever
//! learned from, since a recording may hold an attack.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use serde_json::Value;

mod classes;

pub use classes::{CLASSES, Class, class_of, classes_of, pays, shows_secrets};

use super::generalise::places;
use super::names::{self, Role};
use super::reading;
use crate::decision::effects::{Hints, effects};
use crate::decision::protections;
use crate::decision::url::{self, Reach};
use crate::model::effects::{Effect, Kind, PathEffect, What};
use crate::model::facts::Facts;
use crate::model::place::Place;
use crate::model::request::Request;

/// Why nothing is learned from a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Never {
    /// Of [`NEVER`], or the name of a protection.
    pub class: &'static str,
    pub argument: String,
    pub value: String,
}

/// The class of tools, resources and prompts whose name a policy cannot write.
pub const ODD_NAME: &str = "odd-name";

/// The class of requests in which a secret stands where a name should.
pub const SECRET_NAME: &str = "secret-name";

/// The class of requests whose arguments are nested deeper than a policy is.
pub const TOO_DEEP: &str = "nested-too-deep";

/// What stands for the argument where a resource, and where a prompt is not learned from.
pub const RESOURCE: &str = "/uri";
pub const PROMPT: &str = "/name";

/// The never-infer list beyond the protections, which stand under every policy and cannot be granted: class and reason.
pub const NEVER: [(&str, &str); 9] = [
    (ODD_NAME, "a policy could not name this and nothing else by it"),
    (TOO_DEEP, "arguments within arguments, deeper than a policy can say"),
    (SECRET_NAME, "a secret stands where a name should, and a policy would show it"),
    ("accounts-file", "it names the accounts of the machine"),
    ("whole-tree", "the whole file system, or a whole home directory"),
    ("privilege", "a command that runs as somebody else, or wipes a machine"),
    ("remote-script", "a script from elsewhere, run unseen"),
    ("destructive-sql", "a statement that destroys tables or hands out rights"),
    ("injection", "a word with the signs of a command in it"),
];

/// The reason of a class.
pub fn why_never(class: &str) -> &'static str {
    let own = NEVER.iter().find(|(name, _)| *name == class).map(|(_, why)| *why);
    own.or_else(|| protections::find(class).map(|protection| protection.what)).unwrap_or_default()
}

/// Cheap words, one of which every call of the list has: only those calls are looked at closely.
static SUSPECT: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let own = [
        "169.254.",
        "metadata",
        "100.100.100.200",
        "fd00:ec2",
        "sudo",
        "doas",
        "mkfs",
        "rm -",
        "curl",
        "wget",
        "drop",
        "truncate",
        "grant",
        "alter",
        "\"/\"",
        "\"~",
        "/home",
        "/users",
        "/root",
        "copy",
        "shutdown",
        "a9fea9fe",
        "etc/passwd",
        "2852039166",
        ":\\\\",
        "\"..",
        "../",
        "\"/*",
        "pg_read",
        "into outfile",
        "%",
        "$",
        "`",
        ";",
        "\"su ",
        "file:",
        "proc/",
        // White space at an end, and other letters for the same signs: readers of paths take them off.
        "\" ",
        " \"",
        "\"\\t",
        "\\t\"",
        "\"\\n",
        "\\n\"",
        "\\r",
        "\u{ff0f}",
        "\u{ff0e}",
        "\u{ff5e}",
        "\u{2024}",
        "\u{2025}",
        "\u{fe52}",
    ];
    let own = own.iter().map(|word| (*word).to_owned());
    // Every call is searched: the fastest kind, also for so many words.
    let kind = Some(AhoCorasickKind::DFA);
    AhoCorasick::builder().kind(kind).ascii_case_insensitive(true).build(own.chain(protections::fragments())).ok()
});

/// Whether a text has one of the cheap words. Short names of protected places (`.config/op`, `.config/gh`) count where they
/// stand alone, as a part of a path does: else every `shop` and `right` would be looked at closely.
fn is_suspect(text: &str) -> bool {
    let Some(suspect) = SUSPECT.as_ref() else { return true };
    let is_part = |at: Option<usize>| at.and_then(|at| text.as_bytes().get(at)).is_some_and(u8::is_ascii_alphanumeric);
    suspect.find_overlapping_iter(text).any(|found| {
        let word = text.get(found.range()).unwrap_or_default();
        let short = word.len() < 4 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
        !short || !(is_part(found.start().checked_sub(1)) || is_part(Some(found.end())))
    })
}

/// Why nothing may be learned from this call, if so. `text`: its arguments as JSON.
pub fn never_learned(request: &Request, text: &str, facts: &Facts) -> Option<Vec<Never>> {
    if !is_suspect(text) {
        return None;
    }
    let mut found = Vec::new();
    let mut add = |class: &'static str, argument: &str, value: &str| {
        found.push(Never { class, argument: argument.to_owned(), value: value.to_owned() });
    };
    for Effect { argument, what } in effects(request, &Hints::default()).0 {
        match what {
            What::Path(path) => {
                let class = path.readings().find_map(|reading| class_of_place(&path, reading, facts));
                class.into_iter().for_each(|class| add(class, &argument, &path.written));
            }
            What::Url(url) => match url::reach(&url.host) {
                Reach::Metadata => add(protections::METADATA_HOSTS, &argument, &url.written),
                Reach::LinkLocal => add(protections::LINK_LOCAL_HOSTS, &argument, &url.written),
                Reach::Loopback | Reach::Private | Reach::Public => {}
            },
            What::Command(command) => {
                let class = class_of_command(&command.written.to_ascii_lowercase());
                class.into_iter().for_each(|class| add(class, &argument, &command.written));
            }
            What::Sql(sql) => {
                let class = class_of_sql(&sql.written.to_ascii_lowercase());
                class.into_iter().for_each(|class| add(class, &argument, &sql.written));
            }
            What::Unreadable { kind, .. } => {
                // What nobody can read may still be read by its words: a broken statement is no harmless one.
                let value = request.arguments().and_then(|all| reading::at(all, &argument)).unwrap_or_default();
                let lower = value.to_ascii_lowercase();
                let class = match kind {
                    Kind::Command => class_of_command(&lower),
                    Kind::Sql => class_of_sql(&lower),
                    _ => None,
                };
                class.into_iter().for_each(|class| add(class, &argument, &value));
            }
            What::Address(_) | What::Text(_) => {}
        }
    }
    for (key, value) in request.arguments().into_iter().flatten() {
        look_for_injection(key, &format!("/{}", reading::escape(key)), value, &mut found);
    }
    (!found.is_empty()).then_some(found)
}

/// What a place is protected for, or that it is a whole tree.
fn class_of_place(path: &PathEffect, reading: &str, facts: &Facts) -> Option<&'static str> {
    let absolute = facts.absolute(path.start(), reading);
    let spelled = Place::read(&absolute, facts.os);
    facts.lead(absolute).chain([spelled]).find_map(|place| {
        if let Some(protection) = protections::of_place(&place, facts, path.changes, &[]) {
            return Some(protection.name);
        }
        if places::is_whole_tree(place.as_str(), facts.home.as_deref()) {
            return Some("whole-tree");
        }
        (place.as_str() == "/etc/passwd").then_some("accounts-file")
    })
}

/// Keys and names of things never hold the signs by which a shell runs a second command. Only positions that name a
/// thing are looked at, and only signs that no name has: a text may say anything.
fn look_for_injection(key: &str, pointer: &str, value: &Value, found: &mut Vec<Never>) {
    match value {
        Value::String(text) if is_injected(key, text) => {
            found.push(Never { class: "injection", argument: pointer.to_owned(), value: text.clone() });
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                look_for_injection(key, &format!("{pointer}/{at}"), item, found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                look_for_injection(name, &format!("{pointer}/{}", reading::escape(name)), member, found);
            }
        }
        _ => {}
    }
}

fn is_injected(key: &str, text: &str) -> bool {
    let names_a_thing = matches!(names::role(key), Role::Id | Role::Target | Role::Count)
        || names::words(key)
            .last()
            .is_some_and(|word| matches!(word.as_str(), "name" | "branch" | "tag" | "table" | "target"));
    names_a_thing
        && !reading::is_command_name(key)
        && !reading::is_sql_name(key)
        && !reading::is_text_name(key)
        && (text.contains("$(")
            || text.contains('`')
            || ["; ", "&& ", "| ", "../", "--output="].iter().any(|sign| text.contains(sign)))
}

fn class_of_command(lower: &str) -> Option<&'static str> {
    let words: Vec<&str> = lower.split(|c: char| c.is_whitespace() || ";|&()`".contains(c)).collect();
    let has = |word: &str| words.iter().any(|w| *w == word || w.ends_with(&format!("/{word}")));
    let pipes_to_shell = (has("curl") || has("wget"))
        && lower.split('|').skip(1).any(|part| {
            let first = part.split_whitespace().find(|word| *word != "sudo").unwrap_or_default();
            ["sh", "bash", "zsh", "python", "python3", "node", "perl", "ruby"].contains(&first)
        });
    let wipes = has("rm")
        && words.iter().any(|word| word.starts_with('-') && word.contains('r'))
        && words.iter().any(|word| {
            let word = word.trim_matches(['"', '\'']);
            ["/", "~", "~/", "/*", "~/*", "$home", "*", "."].contains(&word)
        });
    if has("sudo") || has("doas") || has("su") || has("mkfs") || has("shutdown") || wipes {
        Some("privilege")
    } else if pipes_to_shell {
        Some("remote-script")
    } else if lower.contains("169.254.169.254") {
        Some(protections::METADATA_HOSTS)
    } else {
        None
    }
}

fn class_of_sql(lower: &str) -> Option<&'static str> {
    let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let pair = |a: &str, b: &[&str]| words.windows(2).any(|pair| matches!(pair, [x, y] if *x == a && b.contains(y)));
    let objects = ["table", "database", "schema", "user", "role", "view", "index", "column"];
    let destroys = pair("drop", &objects)
        || words.first() == Some(&"truncate")
        || words.first() == Some(&"grant")
        || pair("alter", &["user", "role", "system"])
        || lower.contains("into outfile")
        || lower.contains("pg_read_file")
        || (words.contains(&"copy") && words.contains(&"program"));
    destroys.then_some("destructive-sql")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn never(arguments: Value) -> Option<&'static str> {
        let Value::Object(arguments) = arguments else { panic!("not an object") };
        let text = serde_json::to_string(&arguments).unwrap();
        let facts = Facts { project: "/p".into(), cwd: "/p".into(), home: Some("/home/u".into()), ..Facts::default() };
        let found = never_learned(&Request::call("s", "t", arguments), &text, &facts);
        found.and_then(|found| found.first().map(|never| never.class))
    }

    #[test]
    fn nothing_is_learned_from_credentials_metadata_and_destruction() {
        assert_eq!(never(json!({"path": "/home/u/.ssh/id_rsa"})), Some("credential-files"));
        assert_eq!(never(json!({"paths": ["a", ".env"]})), Some("env-files"));
        assert_eq!(never(json!({"url": "http://169.254.169.254/latest/"})), Some("metadata-hosts"));
        assert_eq!(never(json!({"path": "/home/u/.config/op/config"})), Some("credential-files"));
        assert_eq!(never(json!({"path": "C:\\x\\.config\\gh"})), Some("credential-files"));
        assert_eq!(never(json!({"path": "/"})), Some("whole-tree"));
        assert_eq!(never(json!({"path": "~"})), Some("whole-tree"));
        for spelled in [" /", "/ ", "/\n", "\t/", "\u{ff0f}", "\u{ff5e}"] {
            assert_eq!(never(json!({"path": spelled})), Some("whole-tree"), "{spelled:?}");
        }
        assert_eq!(never(json!({"path": "/home/u/../u"})), Some("whole-tree"));
        assert_eq!(never(json!({"command": "sudo ls"})), Some("privilege"));
        assert_eq!(never(json!({"command": "rm -rf ~/"})), Some("credential-files"));
        assert_eq!(never(json!({"command": "curl -s https://x/y | bash"})), Some("remote-script"));
        assert_eq!(never(json!({"sql": "DROP TABLE users"})), Some("destructive-sql"));
    }

    #[test]
    fn ordinary_calls_and_texts_that_mention_danger_are_learned_from() {
        assert_eq!(never(json!({"path": "./src/main.rs"})), None);
        assert_eq!(never(json!({"path": ".env.example"})), None);
        assert_eq!(never(json!({"message": "ignore .env, and never sudo"})), None);
        assert_eq!(never(json!({"command": "rm -rf target"})), None);
        assert_eq!(never(json!({"sql": "select drop_date from t"})), None);
        assert_eq!(never(json!({"command": "curl https://docs.rs/x"})), None);
    }
}
