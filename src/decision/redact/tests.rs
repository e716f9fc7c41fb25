//! Families of secrets, and what looks like them and is none. Samples are put together here and never written out:
//! whoever guards a repository would take them for real.

use serde_json::json;

use super::{Redactor, secrets_in};
use crate::model::policy::Redaction;

pub(super) fn redactor() -> Redactor {
    Redactor::new(&[7; 32], &Redaction::default()).unwrap()
}

/// `length` letters and digits that look random, the same in every run.
fn noise(length: usize, letters: &str) -> String {
    let letters: Vec<char> = letters.chars().collect();
    let mut state: u64 = 0x2545_f491_4f6c_dd1d;
    (0..length)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            letters[(state >> 33) as usize % letters.len()]
        })
        .collect()
}

const MIXED: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const HEX: &str = "0123456789abcdef";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Asserts that `secret` does not stand in the redacted `text`, and that the rest does.
fn gone(text: &str, secret: &str) {
    let redacted = redactor().text(text).into_owned();
    assert!(text.contains(secret), "the sample holds its secret: {text}");
    assert!(!redacted.contains(secret), "{text}\n-> {redacted}");
    assert!(redacted.contains("[redacted:"), "{text}\n-> {redacted}");
    assert_eq!(redactor().text(&redacted), redacted, "twice is once: {text}");
    assert!(!secrets_in(text).is_empty(), "{text}");
    assert!(secrets_in(&redacted).is_empty(), "{redacted}: {:?}", secrets_in(&redacted));
}

fn stays(text: &str) {
    assert_eq!(redactor().text(text), text);
    assert!(secrets_in(text).is_empty(), "{text}: {:?}", secrets_in(text));
}

#[test]
fn keys_in_the_formats_of_vendors_are_found_wherever_they_stand() {
    let keys = [
        ("github-pat", format!("gh{}_{}", "p", noise(36, MIXED))),
        ("github-fine-grained-pat", format!("github_{}_{}", "pat", noise(82, MIXED))),
        ("gitlab-pat", format!("gl{}-{}", "pat", noise(20, MIXED))),
        ("aws-access-token", format!("AK{}{}", "IA", noise(16, UPPER))),
        (
            "slack-bot-token",
            format!("xo{}-{}-{}-{}", "xb", noise(12, "123456789"), noise(12, "123456789"), noise(24, MIXED)),
        ),
        ("stripe-access-token", format!("sk_{}_{}", "live", noise(24, MIXED))),
        ("gcp-api-key", format!("AI{}{}", "za", noise(35, MIXED))),
        ("npm-access-token", format!("np{}_{}", "m", noise(36, "abcdefghijklmnopqrstuvwxyz0123456789"))),
        ("openai-api-key", format!("sk-{}T3Blbk{}{}", noise(20, MIXED), "FJ", noise(20, MIXED))),
        ("anthropic-api-key", format!("sk-{}-api03-{}AA", "ant", noise(93, MIXED))),
        ("digitalocean-pat", format!("do{}_v1_{}", "p", noise(64, HEX))),
        ("pypi-upload-token", format!("py{}-AgEIcHlwaS5vcmc{}", "pi", noise(60, MIXED))),
        ("huggingface-access-token", format!("h{}_{}", "f", noise(34, "abcdefghijklmnopqrstuvwxyzABCDEFG"))),
        (
            "jwt",
            format!(
                "ey{}.ey{}.{}",
                format_args!("J{}", noise(30, MIXED)),
                format_args!("J{}", noise(40, MIXED)),
                noise(43, MIXED)
            ),
        ),
    ];
    for (kind, key) in keys {
        for text in [
            key.clone(),
            format!("use {key}, then go"),
            format!("f(x={key})"),
            format!("{{\\\"a\\\":\\\"{key}\\\"}}"),
            format!("https://api.example.com/v1?x=1&k={key}&y=2"),
            format!("\u{201c}{key}\u{201d}"),
        ] {
            gone(&text, &key);
            assert!(secrets_in(&text).iter().any(|found| found == kind), "{kind}: {:?} in {text}", secrets_in(&text));
        }
    }
}

#[test]
fn passwords_beside_their_names_are_found_in_every_notation() {
    for (text, secret) in [
        ("password=hunter2", "hunter2"),
        ("PASSWORD=swordfish\nUSER=x", "swordfish"),
        ("export DB_PASSWORD='p w d'\n", "p w d"),
        ("export PGPASSWORD=a,b;c(d)\n", "a,b;c(d)"),
        ("pwd: hunter2", "hunter2"),
        ("{\"password\":\"hunter2\",\"user\":\"bob\"}", "hunter2"),
        ("{\"password\": \"hun\\\"ter2\"}", "ter2"),
        ("{\\\"password\\\": \\\"hunter2\\\"}", "hunter2"),
        ("password: hunter2 # staging", "hunter2"),
        ("password: swordfish\nport: 1", "swordfish"),
        ("https://x.example/?user=a&password=swordfish&z=1", "swordfish"),
        ("mysqldump --password=swordfish db", "swordfish"),
        ("tool --password swordfish --force", "swordfish"),
        ("tool --token abc123 run", "abc123"),
        ("Server=db;User Id=sa;Password=Sw0rd,fish;Encrypt=true", "Sw0rd"),
        ("Server=db;Uid=sa;Pwd=swordfish;", "swordfish"),
        ("<password>swordfish</password>", "swordfish"),
        ("config[\"password\"] = \"hunter2\"", "hunter2"),
        ("password: str = \"hunter2\"", "hunter2"),
        ("let password: &str = \"hunter2\";", "hunter2"),
        ("if password == \"hunter2\" {", "hunter2"),
        ("connect(password=\"swordfish\")", "swordfish"),
        ("password => 'swordfish'", "swordfish"),
        ("user: bob pass: hunter2", "hunter2"),
        ("passphrase: \"correct horse battery staple\"", "correct horse"),
        ("MYSQL_PWD=swordfish mysql -u root", "swordfish"),
        ("PASSWORD=$ecr3t!x", "$ecr3t!x"),
        ("apiVersion: v1\nkind: Secret\ntype: Opaque\ndata:\n  code: c3dvcmRmaXNo\n", "c3dvcmRmaXNo"),
    ] {
        gone(text, secret);
    }
}

#[test]
fn references_to_passwords_and_code_about_them_stay() {
    for text in [
        "password=$PASSWORD",
        "password: ${{ secrets.DB_PASSWORD }}",
        "DB_PASSWORD=${DB_PASSWORD:-}",
        "password = os.environ[\"DB_PASSWORD\"]",
        "const password = process.env.PASSWORD;",
        "def login(user, password):",
        "login(user=user, password=password)",
        "connect(\n    password=settings.password,\n)",
        "interface A { password: string; token: string }",
        "pub struct A { password: String, token: Option<String> }",
        "self.password = password",
        "<input type=\"password\" name=\"password\">",
        "<password>${db.password}</password>",
        "password: <your password>",
        "password=********",
        "Password: The password must have at least 12 characters.",
        "\"password\": \"Please enter your password\"",
        "let token = lexer.next_token();",
        "token_count=1500 max_tokens: 4096",
        "nextPageToken: \"CAUQAA1b2c3d4e5f6\"",
        "pass: 12, fail: 0",
        "PWD=/home/user/project",
        "pwd: /srv/app",
        "the secret of good code: simplicity",
        "api_key: your-api-key",
        "key: value",
        "primary_key=\"a1b2c3d4e5f6g7h8\"",
        "SECRET_KEY_BASE",
        "kind: ConfigMap\ndata:\n  code: c3dvcmRmaXNo\n",
        "password=settings.password\n",
        "PASSWORD = getpass.getpass()",
        "password=getpass()",
        "secretName: db-credentials",
        "token: Token,",
        "if (password.length < 8) return",
        "validate_password(password: &str) -> bool",
    ] {
        stays(text);
    }
}

#[test]
fn values_under_names_of_keys_are_found_when_they_look_random() {
    let random = noise(32, MIXED);
    for name in
        ["api_key", "X-Api-Key", "AWS_SECRET_ACCESS_KEY", "client_secret", "access_token", "AccountKey", "_authToken"]
    {
        gone(&format!("{name}={random}"), &random);
        gone(&format!("{name}: {random}\n"), &random);
        gone(&format!("{{\"{name}\": \"{random}\"}}"), &random);
        stays(&format!("{name}=my-service"));
        stays(&format!("{name}: string"));
    }
    let django = format!("dj-insecure-{}", noise(50, "abcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*(-_=+)"));
    gone(&format!("SECRET_KEY = '{django}'"), &django);
    gone(&format!("https://a.blob.example/x?sv=2026-01-01&sig={random}"), &random);
    stays(&format!("commit: {}", noise(40, HEX)));
    stays(&format!("sha256:{}", noise(64, HEX)));
}

#[test]
fn headers_lose_their_credential_and_keep_their_scheme() {
    let token = noise(32, MIXED);
    for text in [
        format!("Authorization: Bearer {token}"),
        format!("curl -H 'Authorization: Bearer {token}' https://api.example.com"),
        format!("\"authorization\": \"token {token}\""),
        format!("Proxy-Authorization: Basic {}", "dXNlcjpzd29yZGZpc2g="),
        format!("Cookie: theme=dark; session={token}"),
        format!("Set-Cookie: sid={token}; HttpOnly"),
        format!("it sent Bearer {token} to the host"),
    ] {
        let secret = if text.contains("Basic") { "dXNlcjpzd29yZGZpc2g" } else { &token };
        gone(&text, secret);
    }
    assert!(redactor().text(&format!("Authorization: Bearer {token}")).starts_with("Authorization: Bearer [redacted:"));
    for text in [
        "Authorization: Bearer <token>",
        "Authorization: Bearer $TOKEN",
        "Authorization: required for every call",
        "the bearer of this letter",
        "basic authentication is off",
        "Cookie: we use cookies",
    ] {
        stays(text);
    }
}

#[test]
fn urls_and_connection_strings_lose_their_password() {
    for (text, secret) in [
        ("postgres://app:swordfish@db.example:5432/x", "swordfish"),
        ("redis://:swordfish@cache:6379", "swordfish"),
        ("git clone https://bob:sw0rd@fish@git.example/x.git", "sw0rd@fish"),
        ("amqp://u:p%40ss@mq", "p%40ss"),
    ] {
        gone(text, secret);
    }
    let token = noise(40, HEX);
    gone(&format!("https://{token}@git.example/x"), &token);
    for text in [
        "postgres://app:${DB_PASSWORD}@db/x",
        "postgres://user:<password>@db/x",
        "ssh://git@github.com/a/b.git",
        "http://localhost:8080/@scope/package",
        "https://example.com/@user:name",
        "mongodb+srv://user@cluster/x",
    ] {
        stays(text);
    }
}

#[test]
fn command_lines_lose_the_passwords_of_well_known_programs() {
    for text in [
        "sshpass -p swordfish ssh bob@host",
        "docker login -u bob -p swordfish registry.example",
        "mysql -u root -pswordfish db",
        "redis-cli -h cache -a swordfish ping",
        "curl -s -u bob:swordfish https://x.example",
        "curl https://x.example \\\n  -u bob:swordfish",
        "openssl rsa -in k.pem -passin pass:swordfish",
        "echo 'swordfish' | sudo -S ls",
        "machine host.example login bob password swordfish",
    ] {
        gone(text, "swordfish");
    }
    for text in [
        "mkdir -p src/decision",
        "ssh -p 2222 host",
        "curl -u $USER:$PASS https://x.example",
        "mysql -u root -p db",
        "docker run -p 8080:80 nginx",
        "cargo test -p remit -- --nocapture",
    ] {
        stays(text);
    }
}

fn pem(kind: &str, line_end: &str) -> String {
    let body: Vec<String> = (0..5).map(|n| noise(60 + n, MIXED)).collect();
    let body = body.join(line_end);
    format!("-----BEGIN {kind}PRIVATE{0}KEY-----{line_end}{body}{line_end}-----END {kind}PRIVATE{0}KEY-----", " ")
}

#[test]
fn private_keys_go_as_a_whole() {
    for kind in ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "] {
        for line_end in ["\n", "\r\n", "\\n"] {
            let key = pem(kind, line_end);
            let redacted = redactor().text(&format!("before\n{key}\nafter")).into_owned();
            assert!(
                redacted.starts_with("before\n[redacted:private-key:") && redacted.ends_with("]\nafter"),
                "{redacted}"
            );
        }
    }
    let odd = pem("", "\n").replacen('\n', "\nabcENDabc\n", 1);
    gone(&odd, &odd[60..100]);
    let cut = pem("RSA ", "\n");
    let cut = &cut[..cut.len() - 50];
    assert!(!redactor().text(cut).contains(&cut[60..90]), "a key that was cut off");
    stays("grep -r 'BEGIN RSA PRIVATE KEY' .");
    stays("a file that starts with -----BEGIN PRIVATE KEY----- is a key");
    gone(&format!("x: {}", base64(&pem("RSA ", "\n"))), &base64(&pem("RSA ", "\n"))[30..80]);
}

fn base64(text: &str) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    text.as_bytes()
        .chunks(3)
        .flat_map(|chunk| {
            let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
            (0..=chunk.len()).map(move |at| alphabet[(bits >> (18 - 6 * at) & 63) as usize] as char)
        })
        .collect()
}

#[test]
fn password_hashes_are_secrets() {
    gone(&format!("root:$6${}${}:19000:0", noise(8, MIXED), noise(86, MIXED)), &noise(86, MIXED));
    gone(&format!("bob:$2b$12${}", noise(53, MIXED)), &noise(53, MIXED));
    stays("awk '{print $1$2}' && echo $6");
}

#[test]
fn a_key_of_json_says_what_its_value_is() {
    let token = noise(24, MIXED);
    let mut value = json!({
        "password": "correct horse",
        "db": {"passwd": ["one", "two"], "port": 5432, "password": 12345},
        "env": [{"name": "API_TOKEN", "value": token}, {"name": "MODE", "value": "fast"}],
        "args": ["--password", "sword", "--verbose", "-H", format!("Authorization: Bearer {token}")],
        "headers": [["Authorization", format!("Bearer {token}")], ["Accept", "text/html"]],
        "token": {"value": token},
        "sha": noise(40, HEX),
        "id": "550e8400-e29b-41d4-a716-446655440000",
        "kind": "Secret",
        "data": {"code": "c3dvcmRmaXNo"},
        "cookies": [{"name": "sid", "value": token}],
        "auths": {"registry.example": {"auth": "Ym9iOnN3b3JkZmlzaA=="}},
        "nested": format!("{{\"secret\": \"{token}\"}}"),
    });
    redactor().value(&mut value);
    let text = value.to_string();
    for secret in ["correct horse", "\"one\"", "\"two\"", "\"sword\"", "c3dvcmRmaXNo", "Ym9iOnN3b3Jk", token.as_str()] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert_eq!(value["db"]["password"], json!(12345), "numbers stay");
    assert_eq!(value["db"]["port"], json!(5432));
    assert_eq!(value["env"][0]["name"], json!("API_TOKEN"));
    assert_eq!(value["env"][1]["value"], json!("fast"));
    assert_eq!(value["args"][0], json!("--password"));
    assert_eq!(value["args"][2], json!("--verbose"));
    assert_eq!(value["headers"][1][1], json!("text/html"));
    assert_eq!(value["sha"], json!(noise(40, HEX)));
    assert_eq!(value["id"], json!("550e8400-e29b-41d4-a716-446655440000"));
    let once = value.clone();
    redactor().value(&mut value);
    assert_eq!(value, once, "twice is once");
}

#[test]
fn an_argument_vector_is_read_as_a_command_line() {
    let mut value = json!({
        "a": ["curl", "-u", "bob:swordfish", "https://x.example"],
        "b": ["sshpass", "-p", "swordfish", "ssh", "host"],
        "c": ["tool", "--password=swordfish", "--port", "22"],
        "d": ["docker", "run", "-p", "8080:80", "-e", "PASSWORD=swordfish", "nginx"],
    });
    redactor().value(&mut value);
    assert!(!value.to_string().contains("swordfish"), "{value}");
    assert_eq!(value["a"][3], json!("https://x.example"));
    assert_eq!(value["b"][3], json!("ssh"));
    assert_eq!(value["c"][3], json!("22"));
    assert_eq!(value["d"][3], json!("8080:80"));
    let plain = json!(["mkdir", "-p", "src/a", "&&", "cargo", "test", "-p", "remit", "--", "token"]);
    let mut value = plain.clone();
    redactor().value(&mut value);
    assert_eq!(value, plain);
}

#[test]
fn a_secret_in_an_object_key_goes_and_no_two_keys_become_one() {
    let key = format!("gh{}_{}", "p", noise(36, MIXED));
    let mark = redactor().text(&key).into_owned();
    let mut value = json!({ key.clone(): 1, mark: 2, "plain": 3 });
    redactor().value(&mut value);
    assert_eq!(value.as_object().unwrap().len(), 3, "{value}");
    assert!(!value.to_string().contains(&key));
}

#[test]
fn equal_secrets_have_equal_tokens_and_other_keys_other_tokens() {
    let mark = redactor().text("password=hunter2").into_owned();
    assert_eq!(
        mark.trim_start_matches("password="),
        redactor().text("{\"password\":\"hunter2\"}").split('"').nth(3).unwrap()
    );
    let other = Redactor::new(&[8; 32], &Redaction::default()).unwrap();
    assert_ne!(other.text("password=hunter2"), mark);
    let mark = mark.trim_start_matches("password=");
    let token = &mark[mark.len() - 17..mark.len() - 1];
    for behind in [mark, token] {
        assert!(redactor().is_behind("hunter2", behind));
        assert!(!redactor().is_behind("hunter3", behind));
        assert!(!redactor().is_behind(mark, behind), "a mark is not the secret");
        assert!(!other.is_behind("hunter2", behind));
    }
    assert!(redactor().is_behind("tool --password hunter2", &format!("tool --password {mark}")));
    assert!(!redactor().is_behind("hunter2", ""));
}

#[test]
fn a_forged_mark_hides_nothing() {
    let forged = "[redacted:token:0123456789abcdef]";
    gone(&format!("password=\"hunter2{forged}\""), "hunter2");
    gone(&format!("password=\"{forged}hunter2\""), "hunter2");
    let key = format!("gh{}_{}", "p", noise(36, MIXED));
    gone(&format!("{forged}{key}"), &key);
    gone(&format!("[redacted:{key}:0123456789abcdef]"), &key);
    let mut value = json!({"password": format!("a{forged}b")});
    redactor().value(&mut value);
    assert!(!value["password"].as_str().unwrap().starts_with('a'), "{value}");
}

#[test]
fn the_users_patterns_are_looked_for_and_bad_ones_are_named() {
    let what = |name: &str, pattern: &str| Redaction {
        patterns: vec![(name.to_owned(), pattern.to_owned())],
        ..Redaction::default()
    };
    let redactor = Redactor::new(&[1; 32], &what("ticket", "TCK-[0-9]+")).unwrap();
    assert!(redactor.text("see TCK-1234.").starts_with("see [redacted:ticket:"));
    assert_eq!(redactor.text("see TCK-x"), "see TCK-x");
    for (name, pattern) in [("a", "("), ("b", "x*"), ("c", "(?:a{1000}){1000}"), ("d:", "x"), ("", "x")] {
        assert_eq!(Redactor::new(&[1; 32], &what(name, pattern)).unwrap_err().0, name);
    }
}

#[test]
fn families_can_be_switched_off_apart() {
    let key = format!("gh{}_{}", "p", noise(36, MIXED));
    let with =
        |secrets, api_keys| Redactor::new(&[1; 32], &Redaction { secrets, api_keys, ..Redaction::default() }).unwrap();
    assert!(with(false, false).text(&format!("password=hunter2 {key}")).contains(&key));
    assert!(!with(false, true).text(&key).contains(&key));
    assert!(with(true, false).text(&key).contains(&key));
    assert!(!with(true, false).text("password=hunter2").contains("hunter2"));
}

#[test]
fn addresses_are_masked_for_people_only_where_the_policy_says_so() {
    let with = |emails| Redactor::new(&[1; 32], &Redaction { emails, ..Redaction::default() }).unwrap();
    assert_eq!(with(true).text_for_people("to ann@acme.com"), "to a***@acme.com");
    assert_eq!(with(false).text_for_people("to ann@acme.com"), "to ann@acme.com");
    assert_eq!(with(true).text("to ann@acme.com"), "to ann@acme.com", "recipients are what inference is about");
}

#[test]
fn the_key_is_not_shown_by_debug() {
    assert!(!format!("{:?}", redactor()).contains("7, 7"));
}

/// What docs/LIMITS.md says of redaction. When one of these is found, the statement goes.
#[test]
fn these_secrets_are_not_seen() {
    let token = noise(32, MIXED);
    let backwards: String = token.chars().rev().collect();
    for text in [
        // A secret made of words, under a name that does not say password.
        "client_secret: correct-horse-battery-staple".to_owned(),
        // A random run without a name, a place or a vendor's form.
        token.clone(),
        // Encoded in a way that is no credential's usual one.
        format!("note: {backwards}"),
        format!("data: {}", base64("password=hunter2")),
        // A password in a sentence.
        "the password is swordfish".to_owned(),
        // A line of a .pgpass file.
        "db.example:5432:app:bob:swordfish".to_owned(),
    ] {
        stays(&text);
    }
    let mut value = json!({"password": 12345, "parts": ["sword", "fish"]});
    let plain = value.clone();
    redactor().value(&mut value);
    assert_eq!(value, plain, "numbers, and secrets in parts");
}
