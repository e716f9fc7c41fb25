//! What the URL reader takes strings for, and what patterns admit. Each bypass names where it was published.

mod bypasses;
mod differential;
mod properties;

use crate::model::effects::{Found, Host, UrlEffect};

use super::*;

fn url(text: &str) -> Result<UrlEffect, String> {
    read(text, Found::Declared)
}

fn host(text: &str) -> String {
    url(text).map_or_else(|why| format!("error: {why}"), |url| url.host.to_string())
}

fn set(patterns: &[&str]) -> UrlSet {
    UrlSet::parse(&patterns.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()).unwrap()
}

fn admits(pattern: &str, text: &str) -> bool {
    url(text).is_ok_and(|url| set(&[pattern]).admits(&url).is_some())
}

fn refusal(pattern: &str) -> String {
    UrlSet::parse(&[pattern.to_owned()]).map_or_else(|(_, why)| why, |_| "accepted".into())
}

#[test]
fn ordinary_urls_are_read_as_written() {
    let read = url("HTTPS://Docs.RS:443/serde/../tokio/%7Euser?q=a b".replace(' ', "%20").as_str()).unwrap();
    assert_eq!((read.scheme.as_str(), read.host.to_string().as_str()), ("https", "docs.rs"));
    assert_eq!((read.port, read.path.as_str(), read.query.as_deref()), (None, "/tokio/~user", Some("q=a%20b")));
    assert_eq!(host("https://example.com./x"), "example.com", "a trailing dot names the same host");
    assert_eq!(host("  https://example.com/x "), "example.com");
    assert_eq!(host("https://münchen.de/"), "xn--mnchen-3ya.de");
    assert_eq!(url("http://x.org:8080/").unwrap().port, Some(8080));
    assert!(url("https://bob:pw@x.org/").unwrap().userinfo);
}

#[test]
fn a_missing_scheme_is_http_where_usage_reads_a_host() {
    for (text, wanted) in [
        ("www.example.com/x", "www.example.com"),
        ("example.com:8443", "example.com"),
        ("localhost:3000/x", "localhost"),
        ("169.254.169.254/latest/meta-data/", "169.254.169.254"),
        ("[::1]:80/x", "[::1]"),
        ("//cdn.example.com/x.js", "cdn.example.com"),
    ] {
        let read = url(text).unwrap();
        assert_eq!((read.scheme.as_str(), read.host.to_string().as_str()), ("http", wanted), "{text}");
    }
    for text in ["", "/etc/passwd", "./x", "hello", "foo/bar", "C:\\x", "c:/x", "#top", "?q=1"] {
        assert!(url(text).is_err(), "{text}");
    }
}

#[test]
fn schemes_without_a_host_have_none() {
    for text in
        ["javascript:alert(1)", "data:text/plain,hi", "file:///etc/passwd", "mailto:bob@acme.com", "about:blank"]
    {
        assert_eq!(url(text).unwrap().host, Host::None, "{text}");
    }
    assert_eq!(host("file://server/share"), "server");
    assert_eq!(url("jdbc:mysql://10.0.0.1:3306/db").unwrap().scheme, "jdbc:mysql");
    assert_eq!(host("jdbc:mysql://10.0.0.1:3306/db"), "10.0.0.1");
    assert_eq!(host("view-source:http://127.0.0.1/"), "127.0.0.1");
    assert_eq!(host("git@github.com:org/repo.git"), "github.com");
    assert_eq!(host("postgres://u:p@127.1/db"), "127.0.0.1");
    assert_eq!(host("s3://my-bucket/key"), "my-bucket");
}

#[test]
fn reach_knows_the_near_hosts_in_every_notation() {
    let cases: [(Reach, &[&str]); 5] = [
        (
            Reach::Metadata,
            &[
                "http://169.254.169.254/",
                "http://[fd00:ec2::254]/",
                "http://100.100.100.200/",
                "http://169.254.170.2/",
                "http://169.254.170.23/",
                "http://metadata.google.internal/",
                "http://metadata/",
                "http://instance-data/",
                "http://168.63.129.16/",
                "http://192.0.0.192/",
                "http://2852039166/",
                "http://0xa9fea9fe/",
                "http://0xA9.0xFE.0xA9.0xFE/",
                "http://0251.0376.0251.0376/",
                "http://169.16689662/",
                "http://169.254.43518/",
                "http://[::ffff:169.254.169.254]/",
                "http://[::ffff:a9fe:a9fe]/",
                "http://[::169.254.169.254]/",
                "http://[64:ff9b::169.254.169.254]/",
                "http://[2002:a9fe:a9fe::1]/",
                "http://169.254.169.254.nip.io/",
                "http://a9fea9fe.nip.io/",
                "http://x-169-254-169-254.sslip.io/",
                "http://169.254.169.254./",
                "http://metadata.google.internal./",
                "http://１６９.254.169.254/",
                "http://169。254。169。254/",
                "http://%31%36%39.254.169.254/",
                "http://7f000001.a9fea9fe.rbndr.us/",
                "metadata/computeMetadata/v1",
                "gopher://169.254.169.254:80/_GET",
                "ftp://169.254.169.254/",
                "http://①⑥⑨.②⑤④.①⑥⑨.②⑤④/",
                "http://user@169.254.169.254@example.com/",
                "http:\\\\169.254.169.254\\latest",
                "ht\ttp://169.254.169.254/",
                "http://169.254\n.169.254/",
            ],
        ),
        (
            Reach::LinkLocal,
            &["http://169.254.1.1/", "http://[fe80::1]/", "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/"],
        ),
        (
            Reach::Loopback,
            &[
                "http://localhost/",
                "http://a.localhost:80/",
                "http://127.0.0.1/",
                "http://127.1/",
                "http://2130706433/",
                "http://0x7f000001/",
                "http://017700000001/",
                "http://[::1]/",
                "http://[::]/",
                "http://0.0.0.0/",
                "http://0/",
                "http://[::ffff:7f00:1]/",
                "http://[0:0:0:0:0:ffff:127.0.0.1]/",
                "http://localtest.me/",
                "http://x.lvh.me/",
                "http://app.127.0.0.1.nip.io/",
                "http://--1.sslip.io/",
                "http://LOCALHOST/",
                "http://localhost./",
                "http://ｌｏｃａｌｈｏｓｔ/",
                "http://loc%61lhost/",
                "http://127.0.0.1:80:80/",
                "http://127.0.0.1:99999/",
                "http://evil.com\\@127.0.0.1/",
                "http://127.0.0.1\\@evil.com/",
                "localhost:8080",
                "http://ⓛocalhost/",
                "http://[2001:0:7f00:1::]/",
            ],
        ),
        (
            Reach::Private,
            &[
                "http://10.0.0.1/",
                "http://172.16.0.1/",
                "http://172.31.255.1/",
                "http://192.168.1.1/",
                "http://100.64.0.1/",
                "http://[fd12::1]/",
                "http://printer.local/",
                "http://db.corp.internal/",
                "http://nas.lan/",
                "http://hass.home.arpa/",
                "http://intranet/",
                "http://10-0-0-1.nip.io/",
                "http://x.rbndr.us/",
                "http://012.0.0.1/",
                "postgres://10.1/",
            ],
        ),
        (
            Reach::Public,
            &[
                "http://example.com/",
                "http://8.8.8.8/",
                "http://172.32.0.1/",
                "http://100.128.0.1/",
                "http://[2606:4700::1]/",
                "http://notlocaltest.me/",
                "http://mylocalhost.com/",
                "http://8.8.8.8.nip.io/",
                "data:text/plain,x",
                "http://internal.example.com/",
                "s3://bucket/key",
            ],
        ),
    ];
    for (wanted, texts) in cases {
        for text in texts {
            let read = url(text);
            assert_eq!(read.as_ref().map(reach_of), Ok(wanted), "{text} {read:?}");
        }
    }
}

#[test]
fn a_host_glob_holds_on_label_boundaries() {
    for text in
        ["https://sub.acme.com/", "https://a.b.acme.com/x?y", "https://SUB.ACME.COM:443/", "https://sub.acme.com./"]
    {
        assert!(admits("https://*.acme.com/**", text), "{text}");
        assert!(admits("*.acme.com", text), "{text}");
    }
    for text in [
        "https://acme.com/",
        "https://evilacme.com/",
        "https://acme.com.evil.net/",
        "https://x.acme.com.evil.net/",
        "http://sub.acme.com/",
        "https://sub.acme.com:8443/",
        "https://u@sub.acme.com/",
        "https://xacme.com/",
        "https://evil.com/sub.acme.com",
        "https://evil.com?x.acme.com",
        "https://evil.com#.acme.com",
        "ftp://sub.acme.com/",
        "https://sub.acme.com@evil.com/",
        "wss://sub.acme.com/",
    ] {
        assert!(!admits("https://*.acme.com/**", text), "{text}");
    }
    assert!(admits("api-*.acme.com", "https://api-eu.acme.com/"));
    assert!(!admits("api-*.acme.com", "https://api-eu.evil.acme.com/"));
    assert!(!admits("api-*.acme.com", "https://x.api-eu.acme.com/"));
    assert!(admits("a.*.acme.com", "https://a.b.acme.com/"));
    assert!(!admits("a.*.acme.com", "https://a.b.c.acme.com/"));
}

#[test]
fn a_pattern_binds_scheme_port_path_query_and_user() {
    let pairs = [
        ("docs.rs", "https://docs.rs/serde", "http://docs.rs/serde"),
        ("http://docs.rs/**", "http://docs.rs/serde", "https://docs.rs/serde"),
        ("https://api.x.com:8443/v1/*", "https://api.x.com:8443/v1/items", "https://api.x.com/v1/items"),
        ("https://api.x.com/v1/*", "https://api.x.com/v1/items", "https://api.x.com/v1/items/2"),
        ("https://api.x.com/v1/*", "https://api.x.com/v1/x?all=1", "https://api.x.com/v1/"),
        ("https://api.x.com/v1/**", "https://api.x.com/v1", "https://api.x.com/v10"),
        ("https://api.x.com/v1/**", "https://api.x.com/v1/a/b", "https://api.x.com/v2/v1/a"),
        ("https://api.x.com/v1/**", "https://api.x.com/v2/../v1/a", "https://api.x.com/v1/../v2"),
        ("https://api.x.com/v1/**", "https://api.x.com/%76%31/a", "https://api.x.com/v1/%2e%2e/v2"),
        ("https://api.x.com/v1/**", "https://api.x.com/v1/a%20b", "https://api.x.com/v1/..%2fv2"),
        ("https://api.x.com/v1/**", "https://api.x.com/v1/100%25", "https://api.x.com/v1/%252e%252e/v2"),
        ("https://api.x.com/v1/**", "https://api.x.com/v1/a;b", "https://api.x.com/v1/..;/v2"),
        ("https://api.x.com/v1/**", "https://api.x.com/v1//a", "https://api.x.com/v1//../../v2"),
        ("https://api.x.com/v1/**", "https://api.x.com/v1/x", "https://api.x.com/v1/..%5cv2"),
        ("https://x.com/*/issues/**", "https://x.com/me/issues/1", "https://x.com/me/you/issues/1"),
        ("https://x.com/**/raw", "https://x.com/a/b/raw", "https://x.com/a/b/raw/c"),
        ("https://x.com/a", "https://x.com/a?q", "https://x.com/a/"),
        ("https://x.com/a%2Ab", "https://x.com/a*b", "https://x.com/acb"),
        ("https://x.com/@a%2Fb", "https://x.com/@a%2fb", "https://x.com/@a%2fb/c"),
        ("https://x.com/", "https://x.com", "https://x.com/a"),
        ("https://x.com/s?q=*", "https://x.com/s?q=rust", "https://x.com/s?p=rust"),
        ("ssh://git@github.com/org/**", "git@github.com:org/repo.git", "git@github.com:evil/repo.git"),
        ("ssh://git@github.com/**", "ssh://git@github.com/org/repo", "ssh://root@github.com/org/repo"),
        ("https://bob@x.com/**", "https://bob@x.com/", "https://x.com/"),
        ("http://localhost:*/**", "http://localhost:3000/", "https://localhost:3000/"),
        ("http://127.0.0.1:8080/**", "http://127.0.0.1:8080/x", "http://2130706433:8080/x"),
        ("http://10.0.0.5/**", "http://[::ffff:10.0.0.5]/", "http://10.0.0.6/"),
        ("http://10.0.0.5/**", "http://10.0.0.5/", "http://evil.com\\@10.0.0.5/"),
        ("https://münchen.de/**", "https://xn--mnchen-3ya.de/x", "https://munchen.de/x"),
        ("file:///tmp/**", "file:///tmp/x", "file:///etc/passwd"),
        ("data:image/*", "data:image/png;base64,AAAA", "data:text/html,x"),
        ("s3://my-bucket/**", "s3://my-bucket/k", "s3://other/k"),
    ];
    for (pattern, allowed, denied) in pairs {
        assert!(admits(pattern, allowed), "{pattern} admits {allowed}: {:?}", url(allowed));
        assert!(!admits(pattern, denied), "{pattern} does not admit {denied}: {:?}", url(denied));
    }
}

#[test]
fn a_near_host_is_admitted_only_by_name() {
    assert!(admits("http://db.acme.internal/**", "http://db.acme.internal/"));
    assert!(refusal("http://*.acme.internal/**").contains("one by one"));
    assert!(!admits("*.nip.io", "https://10.0.0.1.nip.io/"));
    assert!(refusal("https://*.localtest.me").contains("one by one"));
    assert!(admits("http://x.localtest.me", "http://x.localtest.me/"));
    let rules = set(&["http://localhost:*/**", "https://*.acme.com/**"]);
    assert!(rules.names(&Host::Domain("localhost".into())));
    assert!(!rules.names(&Host::Domain("x.acme.com".into())));
}

#[test]
fn a_pattern_that_grants_strangers_is_refused() {
    for pattern in ["*.com", "https://*.co.uk/**", "*.github.io", "https://*/**", "*", "**", "*.*.com", "x.*"] {
        assert_ne!(refusal(pattern), "accepted", "{pattern}");
    }
    for pattern in [
        "*://x.com",
        "https://x.com/../y",
        "https://x.com/%2e%2e/y",
        "https://x.com/a**",
        "https://x.com/#a",
        "https://x.com/{a,b}",
        "https://x.com:port/",
        "https://a b.com",
        "10.0.0.0/8",
        "https://x.com\\y",
        "",
    ] {
        assert_ne!(refusal(pattern), "accepted", "{pattern}");
    }
    for pattern in ["*.acme.co.uk", "https://*.me.github.io/**", "docs.rs", "https://docs.rs/**", "localhost:3000"] {
        assert_eq!(refusal(pattern), "accepted", "{pattern}");
    }
}

#[test]
fn the_pattern_for_a_url_admits_it() {
    for text in [
        "https://docs.rs/a?b",
        "http://x.org:8080/a*b[1]{2}",
        "git@github.com:a/b.git",
        "https://bob@x.org/",
        "http://[::1]:80/x",
        "http://localhost:3000",
        "file:///etc/passwd",
        "data:text/plain,a*b",
        "s3://bucket/k",
        "https://münchen.de/ü",
        "ws://x.org/",
        "https://x.org/@a%2fb",
        "jdbc:mysql://h.org:3306/db",
        "mailto:bob@acme.com",
        "about:blank",
        "//x.org/y",
    ] {
        let read = url(text).unwrap();
        for whole_host in [false, true] {
            let pattern = pattern_for(&read, whole_host);
            assert!(
                pattern.as_ref().is_some_and(|pattern| set(&[pattern]).admits(&read).is_some()),
                "{text} {pattern:?} {read:?}"
            );
        }
    }
    for text in ["https://bob:pw@x.org/", "http://2130706433/", "http://evil.com\\@127.0.0.1/"] {
        assert_eq!(pattern_for(&url(text).unwrap(), true), None, "{text}");
    }
}

#[test]
fn ten_thousand_patterns_are_found_by_index() {
    let patterns: Vec<String> = (0..10_000)
        .map(|n| match n % 4 {
            0 => format!("https://h{n}.example.com/**"),
            1 => format!("https://*.h{n}.example.com/**"),
            2 => format!("https://one.example.com/p{n}/**"),
            _ => format!("https://one.example.com/q{n}"),
        })
        .collect();
    let set = UrlSet::parse(&patterns).unwrap();
    for (text, wanted) in [
        ("https://h4000.example.com/x", Some(4000)),
        ("https://a.b.h4001.example.com/x", Some(4001)),
        ("https://one.example.com/p4002/y/z", Some(4002)),
        ("https://one.example.com/q4003", Some(4003)),
        ("https://one.example.com/p4001/y", None),
        ("https://h4001.example.com/", None),
    ] {
        assert_eq!(set.admits(&url(text).unwrap()), wanted, "{text}");
    }
}

#[test]
fn the_form_of_a_url_is_told_from_other_strings() {
    for text in [
        "https://x.org",
        "HTTP://x.org/",
        "ftp://x/y",
        "ws://x",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:/etc/passwd",
        "https:x.org",
        "http:2130706433",
        "http:/localhost",
        "https:\\\\x.org",
        "//evil.com/x",
        "www.example.com",
        "git@github.com:a/b.git",
        "postgres://h/db",
        "ht\ntps://x.org",
        " https://x.org ",
        "jdbc:mysql://h/db",
        "https://ex\tample.com/",
        "\u{1}https://x.org",
    ] {
        assert!(looks_like_url(text), "{text:?}");
    }
    for text in [
        "hello",
        "http: the protocol",
        "http:500",
        "ws:open",
        "a https://x.org",
        "https://x.org and more",
        "C:\\x",
        "c:/x",
        "/etc/passwd",
        "//comment",
        "note: this",
        "foo:bar",
        "12:30",
        "bob@acme.com",
        "https://a.org\nhttps://b.org",
        "data: see below",
        "",
        "www.",
        "key:value",
        "std::fs::read",
        "@types/node",
        "http",
        "// http",
        "a//b",
    ] {
        assert!(!looks_like_url(text), "{text:?}");
    }
}

/// Real URLs of documentation and package metadata, as they stand there, and awkward ones of daily use.
#[test]
fn benign_urls_are_read() {
    let urls: Vec<&str> = include_str!("../../../../tests/data/benign-urls.txt").lines().collect();
    let refused: Vec<_> = urls.iter().filter_map(|text| Some((text, url(text).err()?))).collect();
    assert!(urls.len() >= 500 && refused.len() * 200 < urls.len(), "{} of {}: {refused:#?}", refused.len(), urls.len());
    let unlike: Vec<_> = urls.iter().filter(|text| !looks_like_url(text)).collect();
    assert!(unlike.is_empty(), "{unlike:#?}");
}

#[test]
fn benign_urls_are_admitted_by_a_grant_of_their_host() {
    for text in include_str!("../../../../tests/data/benign-urls.txt").lines() {
        let Ok(url) = url(text) else { continue };
        let user = text.split_once('@').filter(|_| url.userinfo).map_or("", |(before, _)| before);
        let user =
            user.rsplit('/').next().map(|user| format!("{user}@")).filter(|user| user.len() > 1).unwrap_or_default();
        let grants = set(&[&format!("{}://{user}{}:*/**", url.scheme, url.host)]);
        assert!(grants.admits(&url).is_some(), "{text} {url:?}");
    }
}

/// What passes although one may wish that it did not. Each of these is for a sandbox or a proxy of the network to stop.
#[test]
fn limits_of_reading_urls() {
    // No name is looked up: a public name may resolve to a private address, now or at the second lookup.
    assert_eq!(reach(&Host::Domain("rebind.evil.com".into())), Reach::Public);
    // A granted host may redirect, and its query may carry anything out.
    assert!(admits("https://good.com/**", "https://good.com/redirect?to=http://169.254.169.254/"));
    assert!(admits("https://good.com/**", "https://good.com/?data=c2VjcmV0"));
    // Anybody who may have a name under a granted domain may be reached.
    assert!(admits("*.acme.com", "https://forgotten-cname.acme.com/"));
}
