//! Secrets that are known by where they stand, or by a form that no vendor made.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::find::{Found, Strength};
use super::{headers, values, vendored};

/// One such form. `find` is called when one of the keywords (lower case) stands in the text.
pub(super) struct Form {
    pub keywords: &'static [&'static str],
    pub find: fn(&str, &mut Vec<Found>),
}

pub(super) const FORMS: [Form; 9] = [
    Form { keywords: &["private key"], find: private_keys },
    Form { keywords: &["ls0tls1crudjti"], find: encoded_private_keys },
    Form { keywords: &[":/"], find: url_passwords },
    Form { keywords: &["bearer "], find: bearers },
    Form { keywords: &["basic "], find: basic_pairs },
    Form { keywords: &["kind:"], find: kubernetes_secrets },
    Form { keywords: &["machine"], find: netrc },
    Form { keywords: &["$1$", "$5$", "$6$", "$y$", "$2a$", "$2b$", "$2x$", "$2y$", "$argon2"], find: password_hashes },
    Form {
        keywords: &[
            "sshpass",
            " login",
            "mysql",
            "mariadb",
            "redis-cli",
            "curl",
            "http ",
            "https ",
            "xh ",
            "pass:",
            "ldap",
            "smbclient",
            "rpcclient",
            "smbmap",
            "sudo",
        ],
        find: commands,
    },
];

/// A PEM block, whole; one that was cut off, to the end of its base64.
fn private_keys(text: &str, found: &mut Vec<Found>) {
    let mut done = 0;
    let mut closed = true;
    for (word, _) in text.match_indices("PRIVATE KEY") {
        if word < done {
            continue;
        }
        let before = text.get(done..word).unwrap_or_default();
        let Some(begin) = before.rfind("BEGIN").filter(|begin| before.len() - begin < 64) else { continue };
        let dashes = before.get(..begin).unwrap_or_default().trim_end_matches(['-', ' ']).len();
        if dashes == begin {
            continue;
        }
        let body = word + "PRIVATE KEY".len();
        // Looked for once in vain: then nowhere further on either.
        let end = if closed { text.get(body..).and_then(key_end) } else { None };
        closed = end.is_some();
        let end = match end {
            Some(end) => {
                let rest = text.get(body + end..).unwrap_or_default();
                let line: usize =
                    rest.bytes().take(80).take_while(|b| b.is_ascii_alphanumeric() || *b == b' ' || *b == b'-').count();
                body + end + line
            }
            None => body + key_body(text.get(body..).unwrap_or_default()),
        };
        // A header alone, as in a sentence or a regex, is no key.
        if end - body >= 40 {
            found.push(Found::new(text, done + dashes..end, "private-key", Strength::Format));
        }
        done = end;
    }
}

/// Where the last line starts: `END` behind dashes. Three letters alone may stand in any base64.
fn key_end(text: &str) -> Option<usize> {
    text.match_indices("END")
        .map(|(at, _)| at)
        .find(|at| text.get(..*at).is_some_and(|before| before.ends_with("--") || before.ends_with("-- ")))
}

/// The letters of a PEM body, headers and written-out line ends included.
fn key_body(text: &str) -> usize {
    text.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"+/=-\\:, \r\n\t".contains(b)).count()
}

/// `LS0tLS1CRUdJTi...`: a PEM block in base64.
fn encoded_private_keys(text: &str, found: &mut Vec<Found>) {
    let mut done = 0;
    for (start, _) in text.match_indices("LS0tLS1CRUdJTi") {
        if start < done {
            continue;
        }
        let run = text.get(start..).unwrap_or_default();
        let length = run.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"+/=_-".contains(b)).count();
        done = start + length;
        let header = values::decode_base64(run.get(..length).unwrap_or_default(), 96).unwrap_or_default();
        if header.windows(11).any(|window| window == b"PRIVATE KEY") {
            found.push(Found::new(text, start..done, "private-key", Strength::Format));
        }
    }
}

/// A regex that is compiled at first use.
type Pattern = LazyLock<Option<Regex>>;

/// Adds group 1 of every match that `fits`.
fn add(text: &str, regex: Option<&Regex>, kind: &str, fits: fn(&str) -> bool, found: &mut Vec<Found>) {
    let Some(regex) = regex else { return };
    for captures in regex.captures_iter(text.as_bytes()) {
        let Some(group) = captures.get(1) else { continue };
        let one = Found::new(text, unquoted(text, group.range()), kind, Strength::Place);
        if text.get(one.range.clone()).is_some_and(fits) {
            found.push(one);
        }
    }
}

/// Without the quotes around it.
fn unquoted(text: &str, range: Range<usize>) -> Range<usize> {
    let bytes = text.as_bytes().get(range.clone()).unwrap_or_default();
    match (bytes.first(), bytes.last()) {
        (Some(a @ (b'"' | b'\'')), Some(b)) if a == b && bytes.len() >= 2 => range.start + 1..range.end - 1,
        _ => range,
    }
}

fn is_no_reference(text: &str) -> bool {
    !values::is_reference(text)
}

/// `scheme://user:password@host`, and `scheme://token@host`; with one slash where the URL was taken for a path.
fn url_passwords(text: &str, found: &mut Vec<Found>) {
    static PASSWORD: Pattern =
        LazyLock::new(|| vendored::compile(r#":/{1,2}[^\s/?#:@"'<>`]{0,256}:([^\s/?#"'<>`]+)@[^\s@/?#"']"#));
    static TOKEN: Pattern = LazyLock::new(|| vendored::compile(r#":/{1,2}([^\s/?#:@"'<>`]{16,})@[^\s@/?#"']"#));
    if text.contains('@') {
        add(
            text,
            PASSWORD.as_ref(),
            "url-password",
            |password| is_no_reference(password) && !["password", "passwd", "pass", "pwd"].contains(&password),
            found,
        );
        add(text, TOKEN.as_ref(), "url-password", values::looks_random, found);
    }
}

/// `Bearer` and a credential, where no header name stands before it.
fn bearers(text: &str, found: &mut Vec<Found>) {
    static BEARER: Pattern = LazyLock::new(|| vendored::compile(r"(?i)\bbearer[ \t]+([A-Za-z0-9._~+/=:-]{8,})"));
    add(text, BEARER.as_ref(), "bearer", |token| headers::credential(token, false).is_some(), found);
}

/// `Basic` and the base64 of `user:password`.
fn basic_pairs(text: &str, found: &mut Vec<Found>) {
    static BASIC: Pattern = LazyLock::new(|| vendored::compile(r"(?i)\bbasic[ \t]+([A-Za-z0-9+/_-]{6,}={0,2})"));
    add(text, BASIC.as_ref(), "basic-auth", values::is_basic_pair, found);
}

/// `data` of a Kubernetes Secret: base64 under any name. Each document of the file by itself.
fn kubernetes_secrets(text: &str, found: &mut Vec<Found>) {
    static KIND: Pattern =
        LazyLock::new(|| vendored::compile(r#"(?m)^[ \t]{0,20}kind:[ \t]{1,9}["']?Secret["']?[ \t\r]*$"#));
    static DATA: Pattern = LazyLock::new(|| {
        vendored::compile(r#"(?m)^[ \t]{1,20}[\w.-]{1,200}:[ \t]{1,9}["']?([A-Za-z0-9+/]{4,}={0,2})["']?[ \t\r]*$"#)
    });
    let (Some(kind), Some(data)) = (KIND.as_ref(), DATA.as_ref()) else { return };
    let mut from = 0;
    for document in text.split_inclusive("\n---") {
        let section = document.find("\ndata:").or_else(|| document.find("\nstringData:"));
        if let Some(section) = section.filter(|_| kind.is_match(document.as_bytes())) {
            let body = document.get(section + 1..).unwrap_or_default();
            for captures in data.captures_iter(body.as_bytes()) {
                let Some(group) = captures.get(1) else { continue };
                let start = from + section + 1 + group.start();
                let end = from + section + 1 + group.end();
                found.push(Found::new(text, start..end, "kubernetes-secret", Strength::Place));
            }
        }
        from += document.len();
    }
}

fn netrc(text: &str, found: &mut Vec<Found>) {
    static NETRC: Pattern = LazyLock::new(|| {
        vendored::compile(
            r"(?i)\bmachine\s{1,9}\S{1,300}\s{1,9}(?:login|user)\s{1,9}\S{1,300}\s{1,9}(?:password|passwd)\s{1,9}(\S{1,999})",
        )
    });
    add(text, NETRC.as_ref(), "password", is_no_reference, found);
}

/// Hashes of passwords: /etc/shadow, htpasswd, bcrypt, argon2.
fn password_hashes(text: &str, found: &mut Vec<Found>) {
    static HASH: Pattern = LazyLock::new(|| {
        vendored::compile(r"(\$(?:1|5|6|y|2[abxy])\$[A-Za-z0-9./$=]{22,}|\$argon2(?:id|i|d)\$[A-Za-z0-9+/$=,]{30,})")
    });
    add(text, HASH.as_ref(), "password-hash", |_| true, found);
}

const WORD: &str = r#"("[^"\n]*"|'[^'\n]*'|[^\s"'|;&]+)"#;

/// Passwords in the arguments of well-known programs whose flags do not say so.
fn commands(text: &str, found: &mut Vec<Found>) {
    static PATTERNS: LazyLock<Vec<Option<Regex>>> = LazyLock::new(|| {
        [
            format!(r"\bsshpass\s(?:-[evV]\s)?-p\s?{WORD}"),
            format!(r"\b(?:docker|podman|nerdctl|buildah|skopeo|oras|registry|az|cf|oc|vault|heroku)\slogin\b[^\n|;]{{0,300}}?\s-p[\s=]?{WORD}"),
            r"\b(?:mysql|mysqldump|mysqladmin|mysqlimport|mariadb|mariadb-dump)\s(?:[^\n|;]{0,300}?\s)?-p([^\s\x22'|;&]+)".to_owned(),
            format!(r"\bredis-cli\b[^\n|;]{{0,300}}?\s(?:-a|--pass)\s{WORD}"),
            r#"\b(?:curl|http|https|xh)\s(?:(?:[^\n|]|\\\n){0,500}?\s)?(?:-u|--user|-U|--proxy-user|-a|--auth)[\s=]?["']?[^\s:"']{0,100}:([^\s"'|;&]+)"#.to_owned(),
            r#"\s["']?pass:([^\s"'|;&]+)"#.to_owned(),
            format!(r"\bldap[a-z]{{1,9}}\s(?:[^\n|;]{{0,300}}?\s)?-w\s?{WORD}"),
            r#"\b(?:smbclient|rpcclient|smbmap)\s(?:[^\n|;]{0,300}?\s)?-U\s?["']?[^\s%"']{1,100}%([^\s"'|;&]+)"#.to_owned(),
            format!(r"\becho\s(?:-n\s)?{WORD}\s?\|\s?sudo\s-S"),
        ]
        .iter()
        .map(|pattern| vendored::compile(pattern))
        .collect()
    });
    for regex in PATTERNS.iter() {
        add(text, regex.as_ref(), "password", is_no_reference, found);
    }
}
