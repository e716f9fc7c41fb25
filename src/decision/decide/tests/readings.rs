//! Strings that may be of more than one kind.

use super::*;

#[test]
fn what_reads_as_a_url_and_as_a_path_is_both() {
    let under = Under::policy("servers: { fs: { allowed_tools: [read, rename], allowed_paths: [.] } }");
    let verdict = |key: &str, text: &str| under.verdict("fs", "read", json!({ key: text })).decision;
    for (key, text) in [
        ("path", "//x.org/../etc/shadow"),
        ("path", r"\\x.org\share\f"),
        ("path", "www.x/../../../../etc/shadow"),
        ("path", "https://x.org/../../../../../etc/shadow"),
        ("path", "https://x.org/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/shadow"),
        ("source", "git@x.org:a/../../../../../etc/shadow"),
        ("anything", "//x.org/../etc/shadow"),
        ("anything", "https://x.org/../../../../../etc/shadow"),
        ("url", "/etc/shadow"),
        ("url", "../../../etc/shadow"),
        ("to", "/etc/cron.d/a@b.org"),
    ] {
        assert_eq!(verdict(key, text), Decision::Deny, "{key}: {text}");
    }
    for (key, text) in [
        ("url", "https://x.org/a/../b"),
        ("path", "www.x.org/page.html"),
        ("source", "https://x.org/a.json"),
        ("anything", "https://x.org/a?b=%2e%2e"),
        ("to", "ada@x.org"),
        ("from", "ada@x.org"),
        ("content", "https://x.org/../../../../etc/shadow"),
    ] {
        assert_eq!(verdict(key, text), Decision::Allow, "{key}: {text}");
    }
}
