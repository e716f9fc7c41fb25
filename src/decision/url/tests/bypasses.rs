//! Published bypasses of URL allow-lists and SSRF filters: none is admitted by a grant for the trusted host, nor for any
//! of the hosts that some parser takes it to.

use super::*;

/// What each was published as, the URL, and every host that a reader in use takes it to.
const BYPASSES: &[(&str, &str)] = &[
    // Orange Tsai, "A New Era of SSRF: Exploiting URL Parser in Trending Programming Languages", Black Hat 2017.
    ("tsai: two @", "http://foo@evil.com:80@good.com/"),
    ("tsai: @ and blank", "http://foo@evil.com @good.com/"),
    ("tsai: fragment before @", "http://good.com#@evil.com/"),
    ("tsai: query before @", "http://good.com?@evil.com/"),
    ("tsai: two ports", "http://good.com:11211:80/"),
    ("tsai: CR LF injection", "http://good.com\r\nSLAVEOF evil.com 6379\r\n/"),
    ("tsai: CR LF in the path", "http://good.com/\r\nHost: evil.com"),
    ("tsai: unicode CR LF (Node, U+FF0D U+FF0A)", "http://good.com/\u{ff0d}\u{ff0a}x:1@evil.com \n"),
    ("tsai: unicode dot-dot", "http://good.com\u{ff0e}evil.com/"),
    ("tsai: backslash", "http://good.com\\.evil.com/"),
    // Daniel Stenberg, "My URL isn't your URL"; CVE-2016-8624 (curl, `#`).
    ("curl CVE-2016-8624", "http://evil.com#@good.com/x.txt"),
    ("stenberg", "http://http://http://@http://http://?http://#http://"),
    // Claroty Team82 and Snyk, "Exploiting URL Parsers", 2022: slash, backslash and scheme confusion.
    ("claroty: three slashes", "http:///evil.com/x"),
    ("claroty: one slash", "http:/evil.com/x"),
    ("claroty: no slash", "https:evil.com/x"),
    ("claroty: backslashes", "http:\\\\evil.com\\x"),
    ("claroty: mixed slashes", "http:/\\evil.com/x"),
    ("claroty: log4j, allowedLdapHost", "ldap://127.0.0.1#.evil.com:1389/a"),
    // https://github.com/OWASP/CheatSheetSeries/issues/2401: backslash before @.
    ("owasp 2401", "http://good.com\\@evil.com"),
    ("owasp 2401, reversed", "https://evil.com\\@good.com/"),
    // field.md: seen against other policy engines.
    ("field: backslash at", "https://evil\\@good.com/"),
    // CVE-2019-9636, CVE-2019-10160 (Python): NFKC turns a character into a delimiter.
    ("python CVE-2019-9636", "http://good.com\u{ff03}@evil.com/"),
    ("python CVE-2019-9636, account-of", "https://evil.c\u{2100}.good.com/"),
    ("python CVE-2019-10160", "http://user\u{ff03}@good.com:80\u{ff03}@evil.com/"),
    // CVE-2023-24329 (Python): leading control characters and blanks.
    ("python CVE-2023-24329", "\u{1f}https://good.com/"),
    ("python bracketed host (CVE-2024-11168)", "http://[evil.com]/"),
    ("python bracketed host and more", "http://[::1].good.com/"),
    // CVE-2021-29921 (Python), CVE-2021-28918 (netmask): leading zeros are octal for some, decimal for others.
    ("octal CVE-2021-29921", "http://010.8.8.8/"),
    ("octal CVE-2021-28918", "http://0177.0.0.01/"),
    // url-parse of npm: backslash before @, more than one @, an empty port, a leading control character.
    ("url-parse CVE-2018-3774", "http://evil.com\\@good.com:80/"),
    ("url-parse CVE-2022-0512", "http://@evil.com@good.com/"),
    ("url-parse CVE-2022-0686", "http://good.com:"),
    ("url-parse CVE-2022-0691", "\u{8}http://good.com/"),
    ("url-parse CVE-2021-27515", "https:/\\evil.com/good.com"),
    ("bracket after an address", "http://127.0.0.1[good.com]/"),
    // User information that looks like a host.
    ("userinfo", "https://good.com@evil.com/"),
    ("userinfo, encoded slash", "https://good.com%2f@evil.com/"),
    ("userinfo, password", "https://good.com:443@evil.com/"),
    ("empty userinfo", "https://@evil.com/"),
    // PortSwigger, "URL validation bypass cheat sheet", 2024.
    ("portswigger: semicolon", "https://evil.com;.good.com/"),
    ("portswigger: comma", "https://evil.com,good.com/"),
    ("portswigger: tilde", "https://evil.com~.good.com/"),
    ("portswigger: braces", "https://{evil.com}.good.com/"),
    ("portswigger: star", "https://good.com*.evil.com/"),
    ("portswigger: ampersand", "https://good.com&.evil.com/"),
    ("portswigger: quote", "https://good.com'.evil.com/"),
    ("portswigger: encoded at", "https://good.com%40evil.com/"),
    ("portswigger: encoded NUL", "https://evil.com%00.good.com/"),
    ("portswigger: encoded hash", "https://evil.com%23.good.com/"),
    ("portswigger: encoded backslash", "https://good.com%5c.evil.com/"),
    ("portswigger: double encoding", "https://evil%252ecom/"),
    ("portswigger: tab", "https://good.com\t.evil.com/"),
    ("portswigger: NUL", "https://evil.com\0.good.com/"),
    ("portswigger: vertical tab", "https://evil.com\u{b}good.com/"),
    ("portswigger: bracket", "https://good.com[@evil.com/"),
    ("portswigger: encoded bracket", "https://good.com%5b@evil.com/"),
    ("portswigger: fullwidth letters", "https://ｅvil.com/"),
    ("portswigger: enclosed letters", "https://ⓔⓥⓘⓛ.com/"),
    ("portswigger: ideographic stop", "https://evil。com/"),
    ("portswigger: soft hyphen", "https://go\u{ad}od.com/"),
    ("portswigger: zero width", "https://go\u{200b}od.com/"),
    ("portswigger: deviation", "https://fa\u{df}.good.com/"),
    ("portswigger: prefix", "https://good.com.evil.com/"),
    ("portswigger: suffix", "https://evilgood.com/"),
    ("portswigger: scheme-relative", "//evil.com/"),
    ("portswigger: four slashes", "////evil.com/"),
    ("portswigger: backslash pair", "\\\\evil.com/"),
    ("portswigger: triple", "https:////good.com@evil.com/"),
    // What a tool without a check of its own would follow; fetch-mcp only looked at literal addresses, CVE-2025-65513.
    ("scheme: javascript", "javascript://good.com/%0aalert(1)"),
    ("scheme: data", "data://good.com/,x"),
    ("scheme: gopher", "gopher://good.com:6379/_SLAVEOF"),
    ("scheme: file", "file://good.com/etc/passwd"),
    ("scheme: dict", "dict://good.com:11211/stat"),
    ("scheme: view-source", "view-source:https://evil.com/"),
    ("scheme: blob", "blob:https://evil.com/1"),
    // IPv6 zone identifiers and futures (RFC 6874, RFC 3986).
    ("zone", "http://[fe80::1%25eth0]/"),
    ("IPvFuture", "http://[v1.good.com]/"),
    ("port: plus", "http://good.com:+80/"),
    ("port: unicode digits", "http://good.com:８０/"),
    ("port: overflow", "http://good.com:65616/"),
    ("two dots", "http://good.com../"),
    ("leading dot", "http://.good.com/"),
    ("mixed script", "https://gооd.com/"),
];

#[test]
fn no_published_bypass_is_admitted_by_a_grant_of_the_trusted_host() {
    let grants = set(&["https://good.com/**", "https://*.good.com/**"]);
    for (name, text) in BYPASSES {
        let read = url(text);
        let admitted = read.as_ref().is_ok_and(|url| grants.admits(url).is_some());
        assert!(!admitted, "{name}: {text:?} {read:?}");
    }
}

#[test]
fn where_parsers_differ_no_grant_of_any_of_the_hosts_admits() {
    let hosts = ["good.com", "evil.com", "127.0.0.1", "foo", "user", "http", "evil", "good.com.evil.com", "xevil.com"];
    let schemes = ["http", "https", "ldap"];
    let patterns: Vec<String> =
        hosts.iter().flat_map(|host| schemes.iter().map(move |scheme| format!("{scheme}://{host}:*/**"))).collect();
    let grants = UrlSet::parse(&patterns).unwrap();
    for (name, text) in BYPASSES {
        let one_reading = ["portswigger: prefix", "portswigger: scheme-relative"];
        if one_reading.contains(name) {
            continue;
        }
        let read = url(text);
        assert!(!read.as_ref().is_ok_and(|url| grants.admits(url).is_some()), "{name}: {text:?} {read:?}");
    }
    assert!(url("http://good.com/").is_ok_and(|url| grants.admits(&url).is_some()), "the plain one is");
}
