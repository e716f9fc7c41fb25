//! What the address reader takes strings for, and what patterns admit. Bypasses name where they were published.

use proptest::prelude::*;

use crate::model::effects::Address;

use super::*;

fn plain(text: &str) -> Result<Vec<String>, String> {
    Ok(read(text)?.iter().map(|address| format!("{}@{}", address.local, address.domain)).collect())
}

fn set(patterns: &[&str]) -> AddressSet {
    AddressSet::parse(&patterns.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()).unwrap()
}

fn admits(pattern: &str, text: &str) -> bool {
    let set = set(&[pattern]);
    read(text).is_ok_and(|found| found.iter().all(|address| set.admits(address).is_some()))
}

fn refused(pattern: &str) -> bool {
    AddressSet::parse(&[pattern.to_owned()]).is_err()
}

#[test]
fn addresses_are_read_in_every_form_of_rfc_5322() {
    for (text, wanted) in [
        ("bob@acme.com", vec!["bob@acme.com"]),
        ("  Bob <Bob@ACME.com> ", vec!["Bob@acme.com"]),
        ("\"Smith, Bob\" <bob@acme.com>, amy@x.org", vec!["bob@acme.com", "amy@x.org"]),
        ("bob@acme.com; amy@x.org;", vec!["bob@acme.com", "amy@x.org"]),
        ("bob+news@acme.com (work)", vec!["bob+news@acme.com"]),
        ("(the (other) one) bob@acme.com", vec!["bob@acme.com"]),
        ("\"bob smith\"@acme.com", vec!["bob smith@acme.com"]),
        ("Team: a@x.org, B <b@x.org>; c@y.org", vec!["a@x.org", "b@x.org", "c@y.org"]),
        ("bob@münchen.de", vec!["bob@xn--mnchen-3ya.de"]),
        ("=?utf-8?q?J=C3=B6rg?= <joerg@acme.com>", vec!["joerg@acme.com"]),
        ("=?utf-8?Q?M=C3=BCller=2C_J=C3=B6rg?= <joerg@acme.com>", vec!["joerg@acme.com"]),
        ("=?UTF-8?B?SsO2cmc=?= <joerg@acme.com>", vec!["joerg@acme.com"]),
        ("=?utf-8?q?bob=40acme.com?= <bob@acme.com>", vec!["bob@acme.com"]),
        ("Bob (work) <bob@acme.com> (home)", vec!["bob@acme.com"]),
        ("山田　太郎 <taro@acme.com>", vec!["taro@acme.com"]),
        ("\"bob@acme.com\" <bob@acme.com>", vec!["bob@acme.com"]),
        ("mailto:bob@acme.com?subject=Hi", vec!["bob@acme.com"]),
        ("mailto:bob@acme.com?cc=amy@x.org&bcc=eve%40evil.com", vec!["bob@acme.com", "amy@x.org", "eve@evil.com"]),
        ("MAILTO:a%2Bb@acme.com", vec!["a+b@acme.com"]),
        ("o'neil@acme.com", vec!["o'neil@acme.com"]),
        ("bounce+bob=acme.com@lists.org", vec!["bounce+bob=acme.com@lists.org"]),
        ("用户@例子.中国", vec!["用户@xn--fsqu00a.xn--fiqs8s"]),
        ("root@localhost", vec!["root@localhost"]),
    ] {
        assert_eq!(plain(text), Ok(wanted.into_iter().map(str::to_owned).collect()), "{text}");
    }
}

#[test]
fn what_mail_programs_split_differently_is_refused() {
    for text in [
        "",
        ",",
        "bob",
        "@acme.com",
        "bob@",
        "bob@@acme.com",
        "a@b@acme.com",
        // Header injection (CWE-93).
        "bob@acme.com\r\nBcc: eve@evil.com",
        "bob@acme.com\nBcc: eve@evil.com",
        "bob@acme.com\0",
        "mailto:bob@acme.com%0ABcc:eve@evil.com",
        // Gareth Heyes, "Splitting the email atom", PortSwigger 2024: encoded words, routes, UTF-7, unicode overflow.
        "=?utf-8?q?eve=40evil.com=3e=20?=@acme.com",
        "=?x?q?=41=42?=collab@acme.com",
        "=?utf-7?q?&AGYAbwBvAGIAYQBy-?=@acme.com",
        "eve%evil.com@acme.com",
        "evil.com!eve@acme.com",
        "foo%evil.com@(@acme.com",
        "eve\\@evil.com@acme.com",
        "\"eve@evil.com\"@acme.com",
        "\"<eve@evil.com>\"@acme.com",
        "eve@[127.0.0.1]",
        "eve@[evil.com]@acme.com",
        // CVE-2023-27043 (Python email.utils.parseaddr): what follows a bracket or parenthesis.
        "alice@acme.com)eve@evil.com",
        "alice@acme.com(<eve@evil.com>",
        "alice@acme.com>eve@evil.com",
        "alice@acme.com<eve@evil.com>",
        "alice@acme.com]eve@evil.com",
        "alice@acme.com[eve@evil.com",
        "<alice@acme.com>eve@evil.com",
        "<eve@evil.com>@acme.com",
        // nodemailer took the address out of the quotes: CVE-2025-13033, GHSA-mm7p-fcc7-pg87.
        "\"eve@evil.com x\"@acme.com",
        "g0: g1: g2: eve@evil.com;",
        // A comment that is closed nowhere, or holds the rest.
        "eve@[192.0.2.1](@acme.com",
        "eve@evil.com(@acme.com",
        "eve@evil.com (bob@acme.com",
        "bob@acme.co()m",
        "bob@acme.co(x)m",
        "bob@(x)acme.com",
        "bob(x)@acme.com",
        "<bob@a()cme.com>",
        "team: bob@acme.com, amy@acm()e.com;",
        // What does not know `mailto:` finds another one behind the question mark; email.utils of Python does.
        "mailto:bob@acme.com?<eve@evil.com>",
        "mailto:bob@acme.com#<eve@evil.com>",
        "mailto:bob@acme.com?eve@[1.2.3.4]",
        "mailto:bob@acme.com?body=eve@evil.com",
        "mailto:bob@acme.com?subject=%3Ceve%40evil.com%3E",
        "mailto:bob@acme.com#eve=40evil.com",
        // Encoded words that are addresses once decoded; headerregistry of Python takes some for the recipient.
        "=?utf-8?q?eve=40evil.com?= <bob@acme.com>",
        "=?utf-8?b?ZXZlQGV2aWwuY29t?= <bob@acme.com>",
        "=?utf-8?q?=3Ceve=40evil.com=3E?= <bob@acme.com>",
        "=?utf-7?q?eve+AEA-evil.com?= <bob@acme.com>",
        "=?utf-8?b?ZXZlQGV2aWwuY29t?=\\=?utf-8?q?Bob?= <bob@acme.com>",
        "=?utf-8?q?eve=40evil.com?=\\mailto:bob@acme.com",
        "=?utf-8?q?eve=40evil.com?=[team: bob@acme.com;",
        "eve\\\"team: bob@acme.com;",
        // White space that other programs leave in the domain.
        "bob@acme.com\u{a0}",
        "<bob@acme.com>\u{a0}",
        // CVE-2019-16056 (Python): more than one @.
        "eve@evil.com@acme.com",
        "<aaa@bbb.com>ccc@ddd.com",
        "\"a\"eve@evil.com",
        "a\"b\"@acme.com",
        // CVE-2016-10033 (PHPMailer): an option to sendmail.
        "\"eve\\\" -oQ/tmp/ -X/x.php x\"@acme.com",
        "-oQ/tmp@acme.com",
        "|id@acme.com",
        "`id`@acme.com",
        // Comments and routes that hold an address.
        "(eve@evil.com)bob@acme.com",
        "bob@acme.com(,eve@evil.com)",
        "<@evil.com:bob@acme.com>",
        "bob(@evil.com, )@acme.com",
        // A display name that shows another address.
        "\"bob@acme.com\" <eve@evil.com>",
        "bob @ acme.com <eve@evil.com>",
        "bob@acme.com <eve@evil.com>",
        "\"bob@acme.com> \" <eve@evil.com>",
        // Unicode: fullwidth, dotted, invisible, deviations, turned around.
        "bob＠acme.com",
        "bob@ａcme.com",
        "bob@acme。com",
        "bo\u{200b}b@acme.com",
        "bob@faß.de",
        "\u{202e}moc.emca@bob",
        "ſam@acme.com",
        // Never addresses.
        "bob@acme.com.",
        "bob@acme..com",
        "bob.@acme.com",
        ".bob@acme.com",
        "bo..b@acme.com",
        "bob@127.0.0.1",
        "bob@-acme.com",
        "bob @acme.com",
        "bob@acme.com amy@x.org",
        "bob@acme .com",
        "bob@acme_x.com",
        "git@github.com:org/repo.git",
    ] {
        assert!(read(text).is_err(), "{text:?} {:?}", plain(text));
    }
}

#[test]
fn look_alikes_are_other_domains() {
    assert!(!admits("*@acme.com", "bob@аcme.com"), "Cyrillic а");
    assert!(!admits("*@paypal.com", "bob@paypaӏ.com"), "Cyrillic palochka");
    assert!(admits("*@münchen.de", "bob@xn--mnchen-3ya.de"));
}

#[test]
fn a_pattern_holds_on_the_whole_address() {
    for (pattern, allowed, denied) in [
        ("*@acme.com", "Bob <bob@ACME.com>", "bob@evilacme.com"),
        ("*@acme.com", "bob+x@acme.com", "bob@acme.com.evil.net"),
        ("*@acme.com", "amy@acme.com, bob@acme.com", "amy@acme.com, eve@evil.com"),
        ("*@acme.com", "a.b@acme.com", "bob@sub.acme.com"),
        ("*@*.acme.com", "bob@sub.acme.com", "bob@acme.com"),
        ("*@*.acme.com", "bob@a.b.acme.com", "bob@xacme.com"),
        ("bob@x.org", "BOB@x.org", "bob+tag@x.org"),
        ("bob@gmail.com", "bob@gmail.com", "b.ob@gmail.com"),
        ("bob+*@x.org", "bob+a@x.org", "bobby@x.org"),
        ("*@acme.com", "mailto:bob@acme.com", "mailto:bob@acme.com?bcc=eve@evil.com"),
    ] {
        assert!(admits(pattern, allowed), "{pattern} admits {allowed}");
        assert!(!admits(pattern, denied), "{pattern} does not admit {denied}");
    }
}

#[test]
fn a_pattern_that_grants_strangers_is_refused() {
    for pattern in [
        "*@gmail.com",
        "bob+*@gmail.com",
        "*@yahoo.co.jp",
        "*@hotmail.fr",
        "*@gmx.net",
        "*@*.com",
        "*@*.co.uk",
        "*@*",
        "*@*.github.io",
        "acme.com",
        "@acme.com",
        "*",
        "",
        "bob",
        "Bob <bob@acme.com>",
        "a@b@c.com",
        "*@acme.*",
        "*@a*.com",
        "bob@",
        "*@127.0.0.1",
    ] {
        assert!(refused(pattern), "{pattern}");
    }
    for pattern in ["bob@gmail.com", "*@acme.com", "*@*.acme.co.uk", "bob@x.org", "*@acme.internal"] {
        assert!(!refused(pattern), "{pattern}");
    }
}

#[test]
fn free_mail_is_told_from_other_domains() {
    for domain in ["gmail.com", "GMAIL.com", "yahoo.fr", "yahoo.co.uk", "outlook.de", "web.de", "mail.ru", "proton.me"]
    {
        assert!(is_free_mail(domain), "{domain}");
    }
    for domain in ["acme.com", "gmail.acme.com", "mygmail.com", "alive.com", "com", "", "yahoo-inc.com"] {
        assert!(!is_free_mail(domain), "{domain}");
    }
}

#[test]
fn the_form_of_an_address_is_told_from_other_strings() {
    for text in ["bob@acme.com", "Bob <bob@acme.com>, amy@x.org", "mailto:bob@acme.com", "bob@mail.internal"] {
        assert!(looks_like_addresses(text), "{text}");
    }
    for text in [
        "hello",
        "@types/node",
        "icon@2x.png",
        "user@host",
        "lodash@4.17.21",
        "actions/checkout@v4",
        "git@github.com:a/b.git",
        "mail bob@acme.com today",
        "bob@acme.com\nBcc: eve@evil.com",
        "https://x@y.org/",
        "@app.route",
        "",
    ] {
        assert!(!looks_like_addresses(text), "{text}");
    }
}

#[test]
fn ten_thousand_patterns_are_found_by_index() {
    let patterns: Vec<String> = (0..10_000).map(|n| format!("u{n}@x.org")).collect();
    let set = AddressSet::parse(&patterns).unwrap();
    let address = |local: &str| Address { written: String::new(), local: local.into(), domain: "x.org".into() };
    assert_eq!((set.admits(&address("U9999")), set.admits(&address("u10000"))), (Some(9999), None));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_string_makes_it_panic(text in "\\PC*", odd in "[@<>(),;:\\\\\"a-c. %=?\\[\\]]{0,24}") {
        for text in [text, odd] {
            let _ = (read(&text), looks_like_addresses(&text), AddressSet::parse(std::slice::from_ref(&text)), is_free_mail(&text));
        }
    }

    #[test]
    fn reading_twice_is_reading_once(odd in "[@<>(),;:\"a-c. ]{0,16}", text in "[a-z]{1,5}(\\+[a-z])?@[a-z]{1,5}\\.(org|com)") {
        for text in [odd, text] {
            if let Ok(found) = plain(&text) {
                prop_assert_eq!(plain(&found.join(", ")).unwrap_or_else(|_| found.clone()), found);
            }
        }
    }

    #[test]
    fn another_spelling_of_an_address_is_the_same(local in "[a-z]{1,6}", name in "[A-Z][a-z ]{0,8}") {
        let want = plain(&format!("{local}@acme.com")).unwrap();
        for text in [format!("{name} <{local}@ACME.COM>"), format!("\"{name}, x\" <{local}@acme.com>"), format!("{local}@acme.com ({name})"), format!("mailto:{local}%40acme.com"), format!("\"{local}\"@acme.com")] {
            prop_assert_eq!(plain(&text).unwrap(), want.clone(), "{}", text);
        }
    }
}

/// Headers as mail programs write them.
#[test]
fn benign_mail_headers_are_read() {
    let headers: Vec<&str> = include_str!("../../../tests/data/benign-mail-headers.txt").lines().collect();
    let refused: Vec<_> = headers.iter().filter_map(|text| Some((text, read(text).err()?))).collect();
    assert!(
        headers.len() >= 500 && refused.len() * 200 < headers.len(),
        "{} of {}: {refused:#?}",
        refused.len(),
        headers.len()
    );
}
