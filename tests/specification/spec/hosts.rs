//! URLs and addresses that are written plainly; everything else that the generator makes is none.

/// One URL, cut at its signs.
#[derive(Debug, Clone, PartialEq)]
pub struct Url {
    pub scheme: String,
    pub user: bool,
    pub host: String,
    pub port: Option<String>,
    pub path: String,
    pub query: Option<String>,
}

/// Whether a string has the form of a URL, whatever its key.
pub fn has_url_form(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, rest)| is_scheme(scheme) && !rest.is_empty())
        || text.starts_with("file:/")
}

/// Whether a string has the form of a URL without a scheme: `//x.org/a`, `www.x.org`.
pub fn has_bare_url_form(text: &str) -> bool {
    let text = text.trim();
    let is_www = text.len() > 6 && text.to_lowercase().starts_with("www.");
    is_www
        || text.strip_prefix("//").or_else(|| text.strip_prefix(r"\\")).is_some_and(|rest| {
            let host = rest.split(['/', '\\', '?', '#']).next().unwrap();
            host.contains(['.', ':', '@']) && !host.starts_with('.') && !host.ends_with(':')
        })
}

/// `src:x\gen`: a URL that leads to no host.
fn opaque_scheme(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once(':')?;
    let leads =
        ["file", "http", "https"].contains(&scheme) || rest.starts_with(|c: char| c == '/' || c.is_ascii_digit());
    (is_scheme(scheme) && !leads && !rest.is_empty()).then(|| scheme.to_owned())
}

fn is_scheme(text: &str) -> bool {
    text.len() > 1 && text.chars().all(|c| c.is_ascii_alphabetic())
}

/// Reads `https://user@host:port/path?query`; `host.tld/path` and `//host/path` are `http`.
pub fn read_url(text: &str) -> Option<Url> {
    let text = text.trim();
    let bare = format!("http://{}", text.strip_prefix("//").unwrap_or(text));
    if let Some(scheme) = opaque_scheme(text) {
        return Some(Url { scheme, user: false, host: String::new(), port: None, path: String::new(), query: None });
    }
    let text = match text.split_once("://") {
        Some(_) => text,
        None if text.starts_with("//") => &bare,
        None if text
            .split('/')
            .next()
            .is_some_and(|host| host.contains('.') && !host.starts_with('.') && !host.contains('@')) =>
        {
            &bare
        }
        None => return None,
    };
    if text.contains(char::is_whitespace) || text.contains(['\\', '\0']) {
        return None;
    }
    let (scheme, rest) = text.split_once("://")?;
    let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (user, place) = authority.rsplit_once('@').map_or((false, authority), |(_, place)| (true, place));
    let (host, port) = place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port)));
    if !is_scheme(scheme) || (host.trim_end_matches('.').is_empty() && scheme != "file") {
        return None;
    }
    if host.contains("..") || host.chars().any(|c| !c.is_ascii_alphanumeric() && !"*.-".contains(c)) {
        return None;
    }
    if port.is_some_and(|port| port != "*" && port.chars().any(|c| !c.is_ascii_digit())) {
        return None;
    }
    let last = host.rsplit('.').next().unwrap_or(host);
    if last.chars().all(|c| c.is_ascii_digit()) && !last.is_empty() && host.split('.').count() != 4 {
        return None;
    }
    let (path, query) = tail.split_once('?').map_or((tail, None), |(path, query)| (path, Some(query.to_owned())));
    let default = match scheme {
        "http" => "80",
        "https" => "443",
        _ => "",
    };
    Some(Url {
        scheme: scheme.to_owned(),
        user,
        host: host.to_lowercase(),
        port: port.filter(|port| *port != default).map(str::to_owned),
        path: normal_path(path),
        query,
    })
}

/// A share of this machine: as a URL some read it as one of that host, and none grants it.
pub fn own_share(text: &str) -> Option<Url> {
    let (host, _) = text.trim().strip_prefix(r"\\")?.split_once('\\')?;
    host.eq_ignore_ascii_case("localhost").then(|| Url {
        scheme: "http".into(),
        user: false,
        host: "localhost".into(),
        port: None,
        path: "/".into(),
        query: None,
    })
}

fn normal_path(path: &str) -> String {
    let path = path.replace("%2e", ".");
    let mut segments: Vec<&str> = Vec::new();
    let all: Vec<&str> = path.split('/').skip(1).collect();
    for (at, segment) in all.iter().enumerate() {
        let is_last = at + 1 == all.len();
        match *segment {
            ".." => {
                segments.pop();
                if is_last {
                    segments.push("");
                }
            }
            "." if is_last => segments.push(""),
            "." => {}
            name => segments.push(name),
        }
    }
    format!("/{}", segments.join("/"))
}

/// What a host is by its name or number, among those that the generator knows.
pub fn near(host: &str) -> Option<&'static str> {
    match host {
        "169.254.169.254" | "metadata.google.internal" => Some("metadata-hosts"),
        "169.254.7.7" => Some("link-local-hosts"),
        "localhost" | "127.0.0.1" | "10.0.0.5" | "192.168.1.9" => Some("private-hosts"),
        // A search domain completes a name of one label.
        name if !name.trim_end_matches('.').contains('.') && !name.is_empty() => Some("private-hosts"),
        _ => None,
    }
}

/// Whether one of the patterns admits the URL. A host that is near is admitted by its own name only.
pub fn admits_url(patterns: &[String], url: &Url) -> bool {
    patterns.iter().any(|pattern| {
        let Some(own) = read_pattern(pattern) else { return false };
        let host = match own.host.strip_prefix("*.") {
            None => own.host == url.host,
            Some(end) => near(&url.host).is_none() && url.host.ends_with(&format!(".{end}")),
        };
        let port = own.port.as_deref() == Some("*") || own.port == url.port;
        let query = own.query.is_none() || own.query == url.query;
        own.scheme == url.scheme && host && port && path_fits(&own.path, &url.path) && query && !url.user
    })
}

/// Whether a pattern names the host itself.
pub fn names_host(patterns: &[String], host: &str) -> bool {
    patterns.iter().filter_map(|pattern| read_pattern(pattern)).any(|own| own.host == host)
}

fn read_pattern(pattern: &str) -> Option<Url> {
    let mut own = read_url(pattern)?;
    let tail = pattern.split_once("://")?.1;
    if !tail.contains('/') {
        own.path = "/**".into();
    }
    Some(own)
}

/// `/v1` is itself, `/v1/**` it and all beneath, `*` stays within a segment.
fn path_fits(pattern: &str, path: &str) -> bool {
    if let Some(base) = pattern.strip_suffix("/**") {
        return path == base || path.starts_with(&format!("{base}/"));
    }
    let (own, asked): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    own.len() == asked.len()
        && own.iter().zip(asked).all(|(own, asked)| match *own {
            "*" => !asked.is_empty(),
            own => super::places::name_matches(own, asked),
        })
}

/// `ada@acme.com`, `Ada <ada@acme.com>`, or several with commas between.
pub fn read_addresses(text: &str) -> Option<Vec<(String, String)>> {
    text.split(',').map(|one| read_address(one.trim())).collect()
}

fn read_address(text: &str) -> Option<(String, String)> {
    let inside = text.split_once('<').and_then(|(_, rest)| rest.strip_suffix('>')).unwrap_or(text);
    let (local, domain) = inside.split_once('@')?;
    let plain = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
            && !part.starts_with('-')
    };
    (plain(local) && plain(domain)).then(|| (local.to_lowercase(), domain.to_lowercase()))
}

pub fn admits_address(patterns: &[String], (local, domain): &(String, String)) -> bool {
    patterns.iter().any(|pattern| {
        let Some((own, at)) = pattern.rsplit_once('@') else { return false };
        let at = at.to_lowercase();
        let there = match at.strip_prefix("*.") {
            Some(end) => domain.ends_with(&format!(".{end}")),
            None => *domain == at,
        };
        there && super::places::name_matches(&own.to_lowercase(), local)
    })
}
