//! Secrets that stand in a configuration as plain text. What is said of one is where it stands, never what it is.

use std::collections::BTreeMap;

use crate::decision::redact;
use crate::model::server::Launch;

/// Words of a key that say that its value is a secret.
const SECRET_WORDS: [&str; 13] = [
    "token",
    "secret",
    "password",
    "passwd",
    "pwd",
    "apikey",
    "key",
    "credential",
    "credentials",
    "pat",
    "authorization",
    "cookie",
    "passphrase",
];

/// Words of a key that make `key` or `token` mean something else.
const HARMLESS_WORDS: [&str; 10] = ["public", "file", "path", "id", "name", "type", "limit", "max", "url", "dir"];

/// Every place where a secret stands, in words.
pub fn in_launch(launch: &Launch) -> Vec<String> {
    match launch {
        Launch::Stdio { command, args, env, .. } => {
            let mut found = in_map("environment variable", env);
            found.extend(in_args(std::slice::from_ref(command)));
            found.extend(in_args(args));
            found
        }
        Launch::Remote { url, headers } => {
            let mut found = in_map("header", headers);
            if in_url(url) || has_known_form(url) {
                found.push("the URL holds a secret in plain text".to_owned());
            }
            found
        }
        Launch::Unknown(_) => Vec::new(),
    }
}

fn in_map(what: &str, map: &BTreeMap<String, String>) -> Vec<String> {
    let is_secret = |key: &str, value: &str| (names_secret(key) && is_literal(value)) || in_value(value);
    let keys = map.iter().filter(|(key, value)| is_secret(key, value)).map(|(key, _)| key);
    keys.map(|key| format!("{what} `{key}` holds a secret in plain text")).collect()
}

fn in_args(args: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, word) in args.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| args.get(at)).map_or("", String::as_str);
        let (key, value) = match word.split_once(['=', ':']) {
            Some((key, value)) if !value.starts_with("//") && !key.contains(['/', ' ']) => (key, value),
            _ if before.starts_with('-') && !before.contains('=') => (before, word.as_str()),
            _ => ("", word.as_str()),
        };
        if names_secret(key) && is_literal(value.trim()) {
            found.push(format!("argument `{key}` holds a secret in plain text"));
        } else if in_value(word) {
            found.push(format!("argument {} holds a secret in plain text", at + 1));
        }
    }
    found
}

fn in_value(value: &str) -> bool {
    in_url(value) || has_known_form(value)
}

/// The forms that redaction knows: tokens of well-known services, private keys.
fn has_known_form(value: &str) -> bool {
    !redact::secrets_in(value).is_empty()
}

/// Whether the words of a key say that its value is a secret: `GITHUB_TOKEN`, `--api-key`, `X-Api-Key`, `dbPassword`.
fn names_secret(key: &str) -> bool {
    let words = words(key);
    let says = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    says(&SECRET_WORDS) && !says(&HARMLESS_WORDS)
}

fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for letter in key.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        if let Some(last) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            last.extend(letter.to_lowercase());
        }
        was_lower = letter.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A value that stands for itself: not one that the client fills in, not a placeholder, a path, a number or a switch.
fn is_literal(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let bare = lower.strip_prefix("bearer ").or_else(|| lower.strip_prefix("basic ")).unwrap_or(&lower).trim();
    let filled_in = bare.contains("${") || bare.starts_with(['$', '%', '<', '{', '-']) || bare.contains("{{");
    let placeholder = ["your", "changeme", "change-me", "xxx", "...", "placeholder", "example", "todo", "redacted"];
    let is_path = bare.starts_with(['/', '~', '.']) || bare.as_bytes().get(1) == Some(&b':') || bare.contains("://");
    let is_word = ["true", "false", "none", "null", "yes", "no"].contains(&bare);
    let is_number = bare.len() < 8 && bare.chars().all(|c| c.is_ascii_digit() || c == '.');
    let is_placeholder = placeholder.iter().any(|word| bare.starts_with(word));
    !(bare.is_empty() || filled_in || is_path || is_word || is_number || is_placeholder)
}

/// A password before the host, or a secret in the query.
fn in_url(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let password = authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':')).map(|(_, password)| password);
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    let pairs = query.split(['&', '#']).filter_map(|pair| pair.split_once('='));
    password.is_some_and(is_literal) || pairs.into_iter().any(|(key, value)| names_secret(key) && is_literal(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(key: &str, value: &str) -> Vec<String> {
        in_map("environment variable", &BTreeMap::from([(key.to_owned(), value.to_owned())]))
    }

    fn args(text: &str) -> Vec<String> {
        in_args(&text.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_secret_is_told_by_its_key() {
        for key in ["GITHUB_TOKEN", "API_KEY", "dbPassword", "OPENAI_APIKEY", "X-Api-Key", "CLIENT_SECRET", "GH_PAT"] {
            assert_eq!(env(key, "made-up-0123").len(), 1, "{key}");
        }
        assert_eq!(args("--token made-up-0123").len(), 1);
        assert_eq!(args("--api-key=made-up-0123").len(), 1);
        assert_eq!(args("--header Authorization:Bearer_made-up").len(), 1);
    }

    #[test]
    fn what_is_filled_in_is_no_secret() {
        for value in
            ["${env:TOKEN}", "$TOKEN", "%TOKEN%", "${input:x}", "", "<your token>", "YOUR_TOKEN", "Bearer ${T}"]
        {
            assert!(env("API_TOKEN", value).is_empty(), "{value}");
        }
    }

    #[test]
    fn a_key_that_only_sounds_secret_is_none() {
        for (key, value) in [
            ("MAX_TOKENS", "4096"),
            ("TOKEN_LIMIT", "100000000"),
            ("PUBLIC_KEY", "abcdef"),
            ("SSH_KEY_PATH", "keys/a"),
            ("GOOGLE_APPLICATION_CREDENTIALS", "/etc/g.json"),
            ("SECRET_ID", "prod-db"),
            ("MONKEY", "abcdef"),
            ("USE_TOKEN", "true"),
            ("PATH", "abcdef"),
        ] {
            assert!(env(key, value).is_empty(), "{key}");
        }
        assert!(args("--repository . --verbose --token").is_empty());
    }

    #[test]
    fn a_password_in_a_url_is_found_anywhere() {
        assert_eq!(args("postgres://bob:made-up@db.example/x").len(), 1);
        assert_eq!(env("DATABASE_URL", "postgres://bob:made-up@db.example/x").len(), 1);
        assert!(in_url("https://a.example/mcp?api_key=made-up"));
        assert!(!in_url("https://a.example/mcp?page=2"));
        assert!(!in_url("postgres://bob@db.example/x"));
        assert!(!in_url("postgres://bob:${PW}@db.example/x"));
    }

    /// docs/LIMITS.md says so.
    #[test]
    fn limit_a_secret_of_unknown_form_under_an_innocent_key_is_not_found() {
        assert!(env("SETTINGS", "q8s7d6f5g4h3").is_empty());
    }

    #[test]
    fn no_secret_is_ever_said() {
        let launch = Launch::Stdio {
            command: "x".into(),
            args: vec!["--token=made-up-0123".into(), "postgres://bob:made-up-0123@db/x".into()],
            env: BTreeMap::from([("API_KEY".into(), "made-up-0123".into())]),
            cwd: None,
        };
        let said = in_launch(&launch);
        assert_eq!(said.len(), 3);
        assert!(!said.join(" ").contains("made-up"), "{said:?}");
    }
}
