//! What free text embeds, and what may stand in it.

use proptest::prelude::*;

use crate::model::policy::TextGrant;

use super::*;

fn hosts(text: &str) -> Vec<String> {
    read(text).hosts.iter().map(ToString::to_string).collect()
}

fn mails(text: &str) -> Vec<String> {
    read(text).addresses.iter().map(|address| format!("{}@{}", address.local, address.domain)).collect()
}

fn rules(grant: TextGrant) -> TextRules {
    TextRules::new(&grant).unwrap()
}

fn some(words: &[&str]) -> Option<Vec<String>> {
    Some(words.iter().map(|word| (*word).to_owned()).collect())
}

#[test]
fn hosts_are_found_wherever_a_link_stands() {
    for (text, wanted) in [
        ("see https://docs.rs/serde.", vec!["docs.rs"]),
        ("see (https://docs.rs/serde), or <http://x.org>", vec!["docs.rs", "x.org"]),
        ("[docs](https://docs.rs/a_(b))", vec!["docs.rs"]),
        ("[docs](//evil.com/x)", vec!["evil.com"]),
        ("<img src=\"//evil.com/x.png\">", vec!["evil.com"]),
        ("![x](https://evil.com/?d=SECRET)", vec!["evil.com"]),
        ("{\"url\":\"https:\\/\\/evil.com\\/x\"}", vec!["evil.com"]),
        ("{\"a\":\"{\\\"url\\\":\\\"https://evil.com\\\"}\"}", vec!["evil.com"]),
        ("a\\nhttps://evil.com\\nb", vec!["evil.com"]),
        ("www.evil.com", vec!["www.evil.com"]),
        ("(www.evil.com/x)", vec!["www.evil.com"]),
        ("evil.com/x?d=1", vec!["evil.com"]),
        ("访问evil.com/x", vec!["evil.com"]),
        ("**evil.com/x**", vec!["evil.com"]),
        ("link:evil.com/x", vec!["evil.com"]),
        ("\"a\\nevil.com/x\"", vec!["nevil.com"]),
        ("\"//www.evil.com\"", vec!["www.evil.com"]),
        ("_evil.com/x_", vec!["evil.com"]),
        ("curl evil.com:8080", vec!["evil.com"]),
        ("wget evil.sh/x?d=1", vec!["evil.sh"]),
        ("https://good.com/r?u=https://evil.com/x", vec!["good.com", "evil.com"]),
        ("https://good.com/r?u=https%3A%2F%2Fevil.com%2Fx", vec!["good.com", "evil.com"]),
        ("https://good.com,https://evil.com", vec!["good.com", "evil.com"]),
        ("www.good.com,www.evil.com", vec!["www.good.com", "www.evil.com"]),
        ("https://evil.com\\@good.com/", vec!["evil.com", "good.com"]),
        ("https://good.com\\.evil.com/", vec!["good.com"]),
        ("https:/evil.com/x", vec!["evil.com"]),
        ("https:\\\\evil.com\\x", vec!["evil.com"]),
        ("<a href=\"https:evil.com\">", vec!["evil.com"]),
        ("xhttps://evil.com", vec!["evil.com"]),
        ("访问https://example.com查看", vec!["example.com"]),
        ("http://127.1:3000/ and http://2130706433/", vec!["127.0.0.1"]),
        ("curl 169.254.169.254/latest", vec!["169.254.169.254"]),
        ("the host 169.254.169.254 itself", vec!["169.254.169.254"]),
        ("ping 10.0.0.5:8080", vec!["10.0.0.5"]),
        ("postgres://u:p@db.acme.com/x", vec!["db.acme.com"]),
        ("git clone git@github.com:org/repo.git", vec!["github.com"]),
        ("https://user:pw@evil.com/", vec!["evil.com"]),
        ("https://[::1]:80/x", vec!["[::1]"]),
        ("**https://evil.com**", vec!["evil.com"]),
        ("url='https://evil.com/a','b'", vec!["evil.com"]),
        ("HTTPS://EVIL.COM", vec!["evil.com"]),
    ] {
        let found = hosts(text);
        assert!(wanted.iter().all(|host| found.iter().any(|known| known == host)), "{text}: {found:?}");
        assert!(found.len() <= wanted.len() + 1, "{text}: {found:?}");
    }
}

#[test]
fn a_link_without_a_scheme_is_found_and_a_comment_or_a_share_is_none() {
    for (text, wanted) in [
        ("<img src='//evil.com'>", "evil.com"),
        ("<img src=\"//evil.com\">", "evil.com"),
        ("<img src=\\\"//evil.com\\\">", "evil.com"),
        ("<img src=' //evil.com'>", "evil.com"),
        ("<img src='///evil.com'>", "evil.com"),
        ("<img src='//a@evil.com'>", "evil.com"),
        ("<img src='//evil.sh'>", "evil.sh"),
        ("<img src='//evil。com'>", "evil.com"),
        ("<img src='//evil.com:8443'>", "evil.com"),
        ("![a](//evil.com)", "evil.com"),
        ("![a]( //evil.com )", "evil.com"),
        ("![a](<//evil.com/x>)", "evil.com"),
        ("[y]: //evil.com/p", "evil.com"),
        ("[y]:\n  <//evil.com/p>", "evil.com"),
        ("<img src=\"\\\\evil.com\\x\">", "evil.com"),
        ("<img src=\"/\\evil.com\">", "evil.com"),
        ("{\"url\":\"\\/\\/evil.com\"}", "evil.com"),
        ("<base href=//evil.com>", "evil.com"),
        ("<base href = //evil.com>", "evil.com"),
        ("<form action=//evil.com>", "evil.com"),
        ("@import \"//evil.com\"", "evil.com"),
        ("url(//evil.com)", "evil.com"),
        ("srcset=\"//acme.com 1x, //evil.com 2x\"", "evil.com"),
        ("<img src='//10.0.0.5'>", "10.0.0.5"),
    ] {
        let found = hosts(text);
        assert!(found.iter().any(|host| host == wanted), "{text}: {found:?}");
    }
    for text in [
        "// evil.com is bad",
        "x = 1; //todo.app later",
        "//server/share",
        "\"//server/share\"",
        "deps = [\"//foo/bar:baz.com\"]",
        "'//'",
        "s.split('//')",
        "r\"\\w.com\"",
        "\"//main.py\"",
        "a = b // c.com",
        "C:\\\\a.com\\\\b",
        "///docs.com",
        "path//to.com",
    ] {
        assert_eq!(hosts(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn an_address_in_wide_letters_is_found_and_the_end_of_a_sentence_is_none() {
    for (text, wanted) in [
        ("eve\u{ff20}evil.com", "eve@evil.com"),
        ("eve\u{fe6b}evil.com", "eve@evil.com"),
        ("eve@evil。com", "eve@evil.com"),
        ("eve@evil．com", "eve@evil.com"),
        ("eve＠evil｡com或", "eve@evil.com"),
        ("发给bob@acme.com。谢谢", "发给bob@acme.com"),
        ("bob@acme.com。", "bob@acme.com"),
    ] {
        assert_eq!(mails(text), [wanted], "{text}");
    }
    for text in ["你好。com", "a＠b", "＠", "価格＠100", "eve@。com", "50％40"] {
        assert_eq!(mails(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn code_and_prose_have_no_hosts() {
    for text in [
        "import os.path\nfrom a.b.c import d\n",
        "obj.method(); foo.py; this.id/2",
        "src/lib.rs:12:5: error",
        "main.py:10",
        "README.md:3",
        "see foo.rs/bar",
        "use std::io::Read;",
        "a.b.c/d",
        "version 1.2.3.4/5",
        "10.0.0.0/8 and 192.168.0.0/16",
        "e.g./i.e.",
        "3.5/4.2",
        "either/or, and/or.",
        "console.log(user.name)",
        "let x = a.total/b.count;",
        "node_modules/lodash.merge/index.js",
        "C:\\a.com\\b",
        "@app.route('/x')",
        "// comment",
        "https://${host}/x",
        "`http://{host}:{port}`",
        "http://",
        "://",
        "xmlns=\"http://www.w3.org/2000/svg\"",
        "time 12:30",
        "key: value",
        "docs/guide.html",
        "./x.com/y",
        "package.json: ok",
        "Σ(a.b)/c",
        "1.5:30",
        "foo.com bar",
        "npm i socket.io",
        "http: the protocol",
        "read memo://insights",
        "https or http:",
        "std.http:\n",
        "www. and www.x",
        "x://",
        "object.keys/values",
        "tests/data/a.io/b",
        "app.kubernetes.io/name: web",
        "kubectl get pods -l app.kubernetes.io/name=web",
        "apiVersion: rbac.authorization.k8s.io/v1",
        "import \"k8s.io/apimachinery/pkg/runtime\"",
    ] {
        assert_eq!(hosts(text), Vec::<String>::new(), "{text}");
    }
    // The same form under a domain of anybody's, and a link to the same domain.
    for text in [
        "app.evilkubernetes.io/name: web",
        "app.kubernetes.io.evil.io/name",
        "see https://kubernetes.io/docs",
        "app.kubernetes.io/name?d=secret",
        "kubernetes.io:8080",
    ] {
        assert_eq!(hosts(text).len(), 1, "{text}");
    }
}

#[test]
fn addresses_are_found_in_text() {
    for (text, wanted) in [
        ("write to bob@acme.com.", vec!["bob@acme.com"]),
        ("Bob <bob@acme.com>, (amy@x.org)", vec!["bob@acme.com", "amy@x.org"]),
        ("mailto:bob+x@acme.com?cc=amy%40x.org", vec!["bob+x@acme.com", "amy@x.org"]),
        ("https://x.org/?to=bob@acme.com", vec!["bob@acme.com"]),
        ("{\"to\":\"bob@acme.com\"}", vec!["bob@acme.com"]),
        ("bob@münchen.de", vec!["bob@xn--mnchen-3ya.de"]),
        ("发给bob@acme.com或", vec!["发给bob@acme.com"]),
        ("\"eve\"@evil.com", vec!["@evil.com"]),
        ("eve@evil.com:now", vec!["eve@evil.com"]),
    ] {
        assert_eq!(mails(text), wanted, "{text}");
    }
    for text in [
        "@types/node",
        "icon@2x.png",
        "lodash@4.17.21",
        "actions/checkout@v4",
        "user@host",
        "@app.route",
        "git@github.com:a/b.git",
        "this@Main.name",
        "W@x.to(device)",
        "https://u:p@evil.com/",
        "medium.com/@bob.io",
        "a @ b.com",
        "foo@",
        "@",
        "image@sha256:abc",
        "50%40",
        "memcpy@GLIBC_2.14",
    ] {
        assert_eq!(mails(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn rules_bind_what_they_name_and_nothing_else() {
    let check = |grant: TextGrant, text: &str| rules(grant).check(&read(text)).is_ok();
    let hosts = || TextGrant { hosts: some(&["*.acme.com", "acme.com"]), ..TextGrant::default() };
    assert!(check(hosts(), "see https://docs.acme.com/x and acme.com/y, by eve@evil.com"));
    assert!(!check(hosts(), "see https://docs.acme.com/x and evil.com/y"));
    assert!(!check(hosts(), "![x](https://acme.com.evil.net/?d=1)"));
    assert!(!check(hosts(), "https://evil.com\\@acme.com/"));
    let emails = || TextGrant { emails: some(&["*@acme.com"]), ..TextGrant::default() };
    assert!(check(emails(), "from bob@acme.com, see https://evil.com"));
    assert!(!check(emails(), "send it to eve@evil.com"));
    assert!(!check(emails(), "send it to \"eve\"@evil.com"));
    let accounts = || TextGrant { accounts: some(&["DE89 3704 0044 0532 0130 00"]), ..TextGrant::default() };
    assert!(check(accounts(), "pay DE89370400440532013000"));
    assert!(!check(accounts(), "pay GB29 NWBK 6016 1331 9268 19"));
    assert!(check(TextGrant { accounts: some(&["DE*"]), ..TextGrant::default() }, "pay DE89370400440532013000"));
    let nothing = || TextGrant { hosts: some(&[]), emails: some(&[]), accounts: some(&[]), deny_secrets: true };
    assert!(check(nothing(), "fn main() { println!(\"{}\", foo.bar / 2) } // src/main.rs:1"));
    assert!(!check(nothing(), "www.evil.com"));
    assert!(check(TextGrant::default(), "www.evil.com, eve@evil.com, DE89370400440532013000"));
}

#[test]
fn a_wrong_pattern_is_named() {
    let why = |grant: TextGrant| TextRules::new(&grant).unwrap_err();
    assert!(why(TextGrant { hosts: some(&["x.org", "*.com"]), ..TextGrant::default() }).starts_with("hosts[1]"));
    assert!(why(TextGrant { emails: some(&["*@gmail.com"]), ..TextGrant::default() }).starts_with("emails[0]"));
    assert!(why(TextGrant { accounts: some(&["123"]), ..TextGrant::default() }).starts_with("accounts[0]"));
    assert!(why(TextGrant { hosts: some(&["https://x.org/"]), ..TextGrant::default() }).contains("host alone"));
}

#[test]
fn a_refusal_tells_no_account_number() {
    let rules = rules(TextGrant { accounts: some(&[]), ..TextGrant::default() });
    let why = rules.check(&read("DE89370400440532013000")).unwrap_err();
    assert!(why.contains("3000") && !why.contains("DE89"), "{why}");
}

/// Each of these took another reader seconds, or would take this one, if a scan started over at each hit.
#[test]
fn unbroken_text_is_read_in_linear_time() {
    let pieces = [
        "a",
        "a.",
        "a@",
        "@",
        "://",
        "a://",
        "http:",
        "www.a,",
        "www.a.com,",
        "x.sh/,",
        "4111 ",
        "4",
        "DE89",
        "%3a%2f%2f",
        "a@b.",
        "(",
        "https://a.com,",
        "https://a.com/(",
        "\\@",
        "https://a\\@",
        "a@b.com",
        "git@h.com:x",
        "[",
        "http://[",
        "é",
        "é@é.",
        "1.1.1.1/",
        "'https://'",
        "%40",
        "-",
        "https:\\",
    ];
    for piece in pieces {
        let text = piece.repeat(20_000 / piece.len());
        let _ = read(&text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic(text in "\\PC*", odd in "([a-c.@:/\\\\é\"'%()0-9]|http://|www\\.|\\.com|%40|4111|DE89){0,30}") {
        for text in [text, odd] {
            let effect = read(&text);
            prop_assert_eq!(&effect, &read(&text));
            for url in &effect.urls {
                let host = url.host.to_string();
                prop_assert!(!host.contains('.') || effect.hosts.contains(&url.host), "{}", host);
            }
        }
    }

    #[test]
    fn what_stands_around_a_link_does_not_hide_it(before in "[ a-z\n(\"'>,;]{0,12}", after in "[ \n)\"'<,;!]{0,6}", path in "(/[a-z0-9]{1,5}){0,3}") {
        let text = format!("{before} https://evil.com{path}{after}");
        prop_assert!(hosts(&text).contains(&"evil.com".to_owned()), "{}", text);
    }
}

/// Prose, code, logs and configuration in several languages, without links, addresses and accounts.
#[test]
fn benign_texts_embed_nothing() {
    let texts: Vec<&str> = include_str!("../../../tests/data/benign-texts.txt").lines().collect();
    let nothing = TextGrant { hosts: some(&[]), emails: some(&[]), accounts: some(&[]), deny_secrets: true };
    let rules = rules(nothing);
    let refused: Vec<_> = texts.iter().filter_map(|text| Some((text, rules.check(&read(text)).err()?))).collect();
    assert!(
        texts.len() >= 500 && refused.len() * 200 < texts.len(),
        "{} of {}: {refused:#?}",
        refused.len(),
        texts.len()
    );
}

/// What free text can hold unseen.
#[test]
fn limits_of_reading_text() {
    // A bare name under a suffix that code uses for members and files, without a query; a name alone.
    assert!(hosts("look at evil.sh/x").is_empty());
    assert!(hosts("look at evil.com").is_empty());
    // Encodings that something else must undo first.
    assert!(hosts("https&#58;//evil.com").is_empty());
    assert!(hosts("hxxps://evil[.]com").iter().all(|host| host != "evil.com"));
    assert!(hosts("aHR0cHM6Ly9ldmlsLmNvbQ==").is_empty());
    assert!(mails("eve at evil dot com").is_empty());
    // Groups that no bank and no card prints.
    assert!(read("41 11 11 11 11 11 11 11").accounts.is_empty());
}
