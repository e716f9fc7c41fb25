//! What holds of every string.

use proptest::prelude::*;

use super::*;

fn plain_url() -> impl Strategy<Value = String> {
    let host = prop_oneof![
        "[a-z]{1,8}\\.(com|org|co\\.uk|internal)",
        "[a-z]{1,5}\\.[a-z]{1,5}\\.dev",
        "10\\.[0-9]\\.[0-9]\\.1"
    ];
    (
        prop_oneof![Just("http"), Just("https"), Just("ftp")],
        host,
        "(:[1-9][0-9]{1,3})?",
        "(/[a-z0-9_~-]{0,3}(\\.[a-z]{1,2})?){0,4}",
        "(\\?[a-z]{1,4}=[a-z0-9]{0,4})?",
    )
        .prop_map(|(scheme, host, port, path, query)| format!("{scheme}://{host}{port}{path}{query}"))
}

/// Pieces that parsers stumble over.
fn awkward() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("http:"),
        Just("https://"),
        Just("//"),
        Just("\\"),
        Just("@"),
        Just("good.com"),
        Just("evil.com"),
        Just("#"),
        Just("?"),
        Just(":"),
        Just("80"),
        Just("["),
        Just("]"),
        Just("::1"),
        Just("127.1"),
        Just("%2e"),
        Just("%"),
        Just("\t"),
        Just(" "),
        Just("。"),
        Just("ß"),
        Just("xn--"),
        Just("."),
        Just("/"),
        Just("0x7f"),
        Just("é"),
        Just("\u{0}"),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_string_makes_a_reader_panic(text in "\\PC*", odd in awkward(), bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        for text in [text.as_str(), odd.as_str(), &String::from_utf8_lossy(&bytes)] {
            let _ = url(text).map(|url| (reach_of(&url), set(&["https://*.acme.com/a/**"]).admits(&url)));
            let _ = looks_like_url(text);
            let _ = UrlSet::parse(&[text.to_owned()]);
            let _ = HostSet::parse(&[text.to_owned()]);
        }
    }

    #[test]
    fn reading_twice_is_reading_once(text in plain_url()) {
        let once = url(&text).unwrap();
        let port = once.port.map_or(String::new(), |port| format!(":{port}"));
        let query = once.query.as_ref().map_or(String::new(), |query| format!("?{query}"));
        let again = url(&format!("{}://{}{port}{}{query}", once.scheme, once.host, once.path)).unwrap();
        prop_assert_eq!(UrlEffect { written: String::new(), ..once }, UrlEffect { written: String::new(), ..again });
    }

    #[test]
    fn another_spelling_of_a_url_has_the_same_effect(text in plain_url(), upper in any::<bool>(), dot in any::<bool>()) {
        let (scheme, rest) = text.split_once("://").unwrap();
        let end = rest.find(['/', '?', ':']).unwrap_or(rest.len());
        let (host, tail) = rest.split_at(end);
        let tail = if dot && tail.starts_with('/') { format!("/./a/..{tail}").replace('~', "%7E").replace('a', "%61") } else { tail.to_owned() };
        let tail = if tail.contains("%61%61") || tail.contains('?') { text[scheme.len() + 3 + end..].to_owned() } else { tail };
        let host = if upper { host.to_uppercase() } else { host.to_owned() };
        let other = format!("{}://{host}{tail}", if upper { scheme.to_uppercase() } else { scheme.to_owned() });
        let (one, two) = (url(&text).unwrap(), url(&other).unwrap());
        prop_assert_eq!(UrlEffect { written: String::new(), ..one }, UrlEffect { written: String::new(), ..two });
    }

    #[test]
    fn what_is_admitted_connects_to_a_granted_host(text in awkward()) {
        let grants = set(&["https://good.com/**", "http://good.com/**"]);
        if let Ok(url) = url(&text) && grants.admits(&url).is_some() {
            prop_assert_eq!(url.host.to_string(), "good.com");
            // A reader of RFC 3986 (the regular expression of its appendix B) agrees.
            let text = text.trim_matches(' ');
            let lower = text.to_lowercase();
            let bare = lower.starts_with("good.com");
            let rest = if bare { lower.as_str() } else { lower.split_once("//").map_or(text, |(_, rest)| rest) };
            let authority = rest.split(['/', '?', '#']).next().unwrap();
            let host = authority.rsplit('@').next().unwrap().split(':').next().unwrap();
            prop_assert_eq!(host.trim_matches(' ').trim_end_matches('.').to_lowercase(), "good.com");
        }
    }
}
