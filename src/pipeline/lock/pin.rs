//! From what a server says to what the lock file holds.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::decision::identity;
use crate::decision::redact::Redactor;
use crate::model::lockfile::{LockedServer, Pinned};
use crate::model::policy::Redaction;
use crate::model::server::{Configured, Launch, Said};

/// The locked form of a server. What it said is kept whole, unknown fields included; secrets in the launch command are
/// replaced by their kind alone, so that the file is the same on every machine and for every rotation of the secret.
pub fn pin(server: &Configured, said: &Said) -> LockedServer {
    LockedServer {
        command: command(&server.launch),
        info: said.info.clone().map(pinned),
        instructions: said.instructions.clone().map(|text| pinned(Value::String(text))),
        tools: by(&said.tools, "name"),
        prompts: by(&said.prompts, "name"),
        resource_templates: by(&said.resource_templates, "uriTemplate"),
    }
}

fn pinned(value: Value) -> Pinned {
    Pinned { sha256: identity::digest(&value), value }
}

/// What in a lock does not belong to its digest: somebody edited the text and not the digest, or the other way round.
pub fn forged(servers: &BTreeMap<String, LockedServer>) -> Vec<String> {
    let mut forged = Vec::new();
    for (server, locked) in servers {
        let single = [("version", &locked.info), ("instructions", &locked.instructions)];
        let single = single.into_iter().filter_map(|(name, pinned)| pinned.as_ref().map(|pinned| (name, pinned)));
        let named = [&locked.tools, &locked.prompts, &locked.resource_templates].into_iter().flatten();
        for (name, pinned) in single.chain(named.map(|(name, pinned)| (name.as_str(), pinned))) {
            if identity::digest(&pinned.value) != pinned.sha256 {
                forged.push(format!("{server}.{name}"));
            }
        }
    }
    forged
}

fn by(entries: &[Map<String, Value>], key: &str) -> BTreeMap<String, Pinned> {
    let name = |entry: &Map<String, Value>| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    entries.iter().map(|entry| (name(entry), pinned(Value::Object(entry.clone())))).collect()
}

fn command(launch: &Launch) -> Vec<String> {
    let words: Vec<&str> = match launch {
        Launch::Stdio { command, args, .. } => {
            std::iter::once(command.as_str()).chain(args.iter().map(String::as_str)).collect()
        }
        Launch::Remote { url, .. } => vec![url],
        Launch::Unknown(_) => Vec::new(),
    };
    // The key makes no difference: tokens are cut out below.
    let redactor = Redactor::new(&[0; 32], &Redaction::default()).ok();
    // Together, since in `--token abc` the word before is what tells.
    let mut line = Value::from(words);
    match &redactor {
        Some(redactor) => redact_words(redactor, &mut line),
        None => line = Value::from(vec!["[redacted]"]),
    }
    let kept = line.as_array().into_iter().flatten().filter_map(Value::as_str);
    kept.map(without_tokens).collect()
}

/// `--api-key abc` holds a secret that `abc` alone does not betray: the option's name is its key.
fn redact_words(redactor: &Redactor, line: &mut Value) {
    let Some(words) = line.as_array_mut() else { return };
    let mut option: Option<String> = None;
    for word in words {
        let text = word.as_str().unwrap_or_default().to_owned();
        if let Some(name) = option.take().filter(|_| !text.starts_with('-')) {
            *word = under(redactor, &name, &text);
        } else if let Some((name, value)) = text.split_once('=').filter(|(name, _)| is_name(name)) {
            let value = under(redactor, name.trim_start_matches('-'), value);
            *word = Value::from(format!("{name}={}", value.as_str().unwrap_or_default()));
        } else {
            *word = Value::from(redactor.text(&text).into_owned());
        }
        option = text.starts_with('-').then(|| text.trim_start_matches('-').to_owned());
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

fn under(redactor: &Redactor, name: &str, value: &str) -> Value {
    let mut object = Value::Object(Map::from_iter([(name.to_owned(), Value::from(value))]));
    redactor.value(&mut object);
    object.get(name).cloned().unwrap_or_default()
}

/// `[redacted:kind:token]` without the token, which differs by project and machine.
fn without_tokens(text: &str) -> String {
    const MARK: &str = "[redacted:";
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, marked)) = rest.split_once(MARK) {
        plain.push_str(before);
        plain.push_str(MARK);
        let Some((mark, after)) = marked.split_once(']') else {
            rest = marked;
            continue;
        };
        plain.push_str(mark.split(':').next().unwrap_or_default());
        plain.push(']');
        rest = after;
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_cut_out_and_its_kind_stays() {
        assert_eq!(without_tokens("--key=[redacted:github-pat:0a1b] x"), "--key=[redacted:github-pat] x");
        assert_eq!(without_tokens("[redacted:a:1][redacted:b:2]"), "[redacted:a][redacted:b]");
        assert_eq!(without_tokens("plain [redacted:"), "plain [redacted:");
    }

    #[test]
    fn a_text_that_was_edited_in_the_lock_is_told_from_one_that_was_not() {
        let mut servers = BTreeMap::from([(
            "fs".to_owned(),
            LockedServer {
                instructions: Some(pinned("Be kind.".into())),
                tools: BTreeMap::from([("read".to_owned(), pinned(serde_json::json!({"name": "read"})))]),
                ..LockedServer::default()
            },
        )]);
        assert_eq!(forged(&servers), Vec::<String>::new());
        servers.get_mut("fs").unwrap().tools.get_mut("read").unwrap().value["name"] = "write".into();
        assert_eq!(forged(&servers), ["fs.read"]);
    }

    #[test]
    fn a_launch_command_is_locked_without_its_secrets() {
        // Nothing here is a real credential.
        let token = concat!("ghp_", "0123456789abcdefABCDEF0123456789abcd");
        let args = ["server", "--api-key", "k3y-Zq81mvXw0pLr", "--token=Zq81mvXw0pLrk3y", "--root", "./src", token];
        let launch = Launch::Stdio {
            command: "npx".into(),
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            env: BTreeMap::new(),
            cwd: None,
        };
        let line = command(&launch).join(" ");
        for secret in ["k3y-Zq81mvXw0pLr", "Zq81mvXw0pLrk3y", token] {
            assert!(!line.contains(secret), "{line}");
        }
        assert!(line.starts_with("npx server --api-key [redacted:"), "{line}");
        assert!(line.contains("--root ./src"), "{line}");
    }

    #[test]
    fn two_orders_of_keys_pin_the_same_tool() {
        let tool = |text: &str| serde_json::from_str::<Map<String, Value>>(text).unwrap();
        let one = by(&[tool(r#"{"name":"a","x-vendor":1,"description":"d"}"#)], "name");
        let other = by(&[tool(r#"{"description":"d","name":"a","x-vendor":1.0}"#)], "name");
        assert_eq!(one["a"].sha256, other["a"].sha256);
        assert_eq!(one["a"].value["x-vendor"], 1);
    }
}
