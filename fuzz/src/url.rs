//! URLs: reading twice is reading once, spaces mean nothing, the host is the one that WHATWG names, and a pattern admits
//! no other.

use std::sync::LazyLock;

use mcp_remit::decision::url::{HostSet, Reach, UrlSet, looks_like_url, reach_of, read};
use mcp_remit::model::effects::{Found, Host, UrlEffect};

static GRANT: LazyLock<UrlSet> =
    LazyLock::new(|| UrlSet::parse(&["https://*.acme.com/a/**".into()]).expect("a pattern"));

pub fn check(bytes: &[u8]) {
    let text = super::text(bytes);
    let _ = (looks_like_url(&text), HostSet::parse(&[text.clone().into_owned()]));
    if let Ok(set) = UrlSet::parse(&[text.clone().into_owned()]) {
        let other = read("https://planted.invalid/", Found::Declared).expect("a URL");
        assert!(set.admits(&other).is_none() || text.contains('*') || is_planted(&text), "{text:?} admits any host");
    }
    let once = read(&text, Found::Declared);
    assert_eq!(once, read(&text, Found::Declared));
    let Ok(once) = once else { return };
    if let Ok(spaced) = read(&format!("  {text} "), Found::Declared) {
        assert_eq!(place(&spaced), place(&once), "spaces change {text:?}");
    }
    if GRANT.admits(&once).is_some() {
        let Host::Domain(name) = &once.host else { panic!("a pattern of names admits {:?}", once.host) };
        assert!(name.ends_with(".acme.com") && once.scheme == "https" && once.port.is_none(), "admitted: {once:?}");
        assert!(once.path.starts_with("/a/") || once.path == "/a", "admitted: {once:?}");
    }
    let special = ["http", "https", "ws", "wss", "ftp"].contains(&once.scheme.as_str());
    if let (true, Ok(theirs), true) = (special, url::Url::parse(&text), reach_of(&once) == Reach::Public) {
        let theirs = theirs.host_str().unwrap_or_default().trim_end_matches('.').to_owned();
        // `host:80` has a scheme for WHATWG and none for everybody else.
        assert!(theirs.is_empty() || theirs == once.host.to_string(), "{text:?}: {theirs} and {:?}", once.host);
    }
    if special && once.host != Host::None {
        let port = once.port.map_or(String::new(), |port| format!(":{port}"));
        let query = once.query.as_ref().map_or(String::new(), |query| format!("?{query}"));
        let written = format!("{}://{}{port}{}{query}", once.scheme, once.host, once.path);
        if let Ok(again) = read(&written, Found::Declared) {
            let same = (&again.scheme, &again.host, again.port, &again.path, &again.query)
                == (&once.scheme, &once.host, once.port, &once.path, &once.query);
            assert!(same, "{written:?} is another URL than {text:?}: {again:?} {once:?}");
        }
    }
}

fn is_planted(text: &str) -> bool {
    text.to_lowercase().contains("planted")
}

fn place(url: &UrlEffect) -> UrlEffect {
    UrlEffect { written: String::new(), ..url.clone() }
}
