//! What a name says of the value beside it: `db_password`, `X-Api-Key`, `nextPageToken`, `token_count`.

/// How much a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// The value is a secret whatever it looks like.
    Password,
    /// The value is a secret if it looks like one.
    Token,
    /// `pass`: a password, or a count of tests.
    Pass,
    /// `Authorization`: a scheme and a credential.
    Authorization,
    /// `Cookie`
    Cookie,
}

/// What a name says, and the kind that a mark shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Says {
    pub weight: Weight,
    pub kind: &'static str,
}

/// Longest name that is looked at, in bytes.
pub(super) const LONGEST: usize = 96;

/// Last words that add nothing: `password_value` is a password.
const CARRIERS: [&str; 17] = [
    "value",
    "val",
    "plain",
    "plaintext",
    "raw",
    "string",
    "str",
    "confirm",
    "confirmation",
    "again",
    "repeat",
    "new",
    "old",
    "current",
    "b64",
    "base64",
    "encoded",
];

/// Words before `key` that make it a secret one.
const KEYS: [&str; 35] = [
    "api",
    "access",
    "secret",
    "private",
    "encryption",
    "signing",
    "master",
    "account",
    "shared",
    "license",
    "storage",
    "service",
    "deploy",
    "ssh",
    "app",
    "auth",
    "session",
    "webhook",
    "client",
    "consumer",
    "admin",
    "root",
    "rsa",
    "pgp",
    "gpg",
    "ssl",
    "tls",
    "subscription",
    "write",
    "ingest",
    "host",
    "integration",
    "live",
    "crypt",
    "hmac",
];

/// Words before `KEY` in names of environment variables that make it no secret: `OPENWEATHER_KEY` is one.
const INDEXES: [&str; 24] = [
    "primary",
    "foreign",
    "sort",
    "partition",
    "cache",
    "public",
    "index",
    "unique",
    "group",
    "row",
    "column",
    "lookup",
    "hash",
    "range",
    "map",
    "object",
    "candidate",
    "composite",
    "registry",
    "routing",
    "idempotency",
    "message",
    "event",
    "translation",
];

/// Words before `token` that make it a place in a list, or a piece of text.
const PLACES: [&str; 28] = [
    "next",
    "page",
    "continuation",
    "continue",
    "sync",
    "cursor",
    "previous",
    "prev",
    "start",
    "end",
    "eos",
    "bos",
    "pad",
    "unk",
    "mask",
    "sep",
    "stop",
    "special",
    "input",
    "output",
    "prompt",
    "cached",
    "total",
    "num",
    "max",
    "min",
    "first",
    "last",
];

/// What `name` says; `None`: nothing. A name whose last word is something else (`token_count`, `password_file`,
/// `secretName`) says nothing.
pub(super) fn weigh(name: &str) -> Option<Says> {
    if name.len() > LONGEST {
        return None;
    }
    let mut words = words(name);
    while words.len() > 1 && words.last().is_some_and(|word| CARRIERS.contains(&word.as_str())) {
        words.pop();
    }
    let last = words.pop()?;
    let before = words.last().map_or("", String::as_str);
    let ends = |endings: &[&str]| endings.iter().any(|ending| last.ends_with(ending));
    let says = |weight, kind| Some(Says { weight, kind });
    match last.as_str() {
        "authorization" => says(Weight::Authorization, "authorization"),
        "cookie" | "cookies" if ["", "set"].contains(&before) => says(Weight::Cookie, "cookie"),
        "cookie" => says(Weight::Token, "cookie"),
        "pass" => says(Weight::Pass, "password"),
        _ if ends(&[
            "password",
            "passwords",
            "passwd",
            "passphrase",
            "passcode",
            "pwd",
            "pword",
            "passwort",
            "dbpass",
        ]) =>
        {
            says(Weight::Password, "password")
        }
        "key" | "keys" if KEYS.contains(&before) => says(Weight::Token, "api-key"),
        "key" if !before.is_empty() && !INDEXES.contains(&before) && is_variable(name) => {
            says(Weight::Token, "api-key")
        }
        _ if ends(&[
            "apikey",
            "apikeys",
            "accesskey",
            "secretkey",
            "privatekey",
            "authkey",
            "accountkey",
            "sharedkey",
        ]) =>
        {
            says(Weight::Token, "api-key")
        }
        "token" | "tokens" if PLACES.contains(&before) => None,
        _ if ends(&["token"]) || last == "tokens" => says(Weight::Token, "token"),
        _ if ends(&["secret", "secrets"]) => says(Weight::Token, "secret"),
        "credential" | "credentials" | "creds" | "cred" => says(Weight::Token, "credential"),
        "jwt" | "bearer" | "auth" | "oauth" => says(Weight::Token, "token"),
        _ => None,
    }
}

/// `NAME_OF_THIS_KIND`
fn is_variable(name: &str) -> bool {
    name.contains('_') && !name.bytes().any(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

/// Names of URL parameters that are nothing elsewhere.
pub(super) fn weigh_parameter(name: &str) -> Option<Says> {
    weigh(name).or_else(|| {
        let last = words(name).pop()?;
        matches!(last.as_str(), "key" | "sig" | "signature" | "session" | "sid" | "ticket")
            .then_some(Says { weight: Weight::Token, kind: "token" })
    })
}

/// Whether a word for secrets stands anywhere in it.
pub(super) fn speaks_of_secrets(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["key", "token", "secret", "pass", "pwd", "auth", "api", "cred", "webhook", "bot", "license"]
        .iter()
        .any(|word| name.contains(word))
}

/// `dbPassword2` -> `db`, `password`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let letters: Vec<char> = name.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at)).copied().unwrap_or(' ');
        let after = letters.get(at + 1).copied().unwrap_or(' ');
        let starts = letter.is_ascii_uppercase()
            && (before.is_ascii_lowercase() || before.is_ascii_uppercase() && after.is_ascii_lowercase());
        if starts || !letter.is_ascii_alphabetic() {
            words.push(std::mem::take(&mut word));
        }
        if letter.is_ascii_alphabetic() || letter.is_alphabetic() {
            word.push(letter.to_ascii_lowercase());
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_say_so() {
        for name in [
            "password",
            "DB_PASSWORD",
            "dbPassword",
            "PGPASSWORD",
            "new_password_confirmation",
            "MYSQL_PWD",
            "passwd2",
            "api_key",
            "apiKey",
            "X-Api-Key",
            "APIKey",
            "aws_secret_access_key",
            "AccountKey",
            "access_token",
            "GITHUB_TOKEN",
            "clientSecret",
            "client-secret",
            "_authToken",
            "Authorization",
            "Set-Cookie",
            "OPENWEATHER_KEY",
            "credentials",
        ] {
            assert!(weigh(name).is_some(), "{name}");
        }
    }

    #[test]
    fn names_of_something_about_a_secret_say_nothing() {
        for name in [
            "token_count",
            "max_tokens",
            "nextPageToken",
            "page_token",
            "token_type",
            "tokenizer",
            "secretName",
            "secret_id",
            "password_file",
            "passwordField",
            "password_policy",
            "key",
            "primary_key",
            "PRIMARY_KEY",
            "weather_key",
            "CACHE_KEY",
            "foreign_key",
            "public_key",
            "sort_key",
            "author",
            "authority",
            "keyboard",
            "monkey",
            "passed",
            "compass",
            "secretary",
            "token_url",
            "auth_method",
            "private_key_id",
            "eos_token",
            "",
            "-",
        ] {
            assert_eq!(weigh(name), None, "{name}");
        }
    }
}
