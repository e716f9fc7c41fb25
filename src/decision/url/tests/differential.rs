//! The table of what parsers in use take odd URLs to (made by tests/differential/urls.py): WHATWG and the older parser of
//! Node, urllib and urllib3 of Python, libcurl.

use super::*;

#[derive(serde::Deserialize)]
struct Row {
    url: String,
    /// Every host that some parser takes it to.
    hosts: Vec<String>,
}

fn rows() -> Vec<Row> {
    let lines = include_str!("../../../../tests/data/url-readers.jsonl").lines();
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Whether a grant of the very host that was read admits the URL.
fn is_admitted(url: &UrlEffect) -> bool {
    set(&[&format!("{}://{}:*/**", url.scheme, url.host)]).admits(url).is_some()
}

#[test]
fn a_url_that_parsers_take_to_different_hosts_is_admitted_by_no_grant() {
    let mut wrong = Vec::new();
    for row in rows().iter().filter(|row| row.hosts.len() > 1) {
        if let Ok(read) = url(&row.url)
            && read.host != Host::None
            && is_admitted(&read)
        {
            wrong.push(format!("{:?} {:?} read as {}", row.url, row.hosts, read.host));
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_url_that_is_admitted_goes_where_every_parser_takes_it() {
    let (mut admitted, mut wrong) = (0, Vec::new());
    for row in rows().iter().filter(|row| row.hosts.len() == 1) {
        let Ok(read) = url(&row.url) else { continue };
        if read.host == Host::None || !is_admitted(&read) {
            continue;
        }
        admitted += 1;
        let host = read.host.to_string();
        if row.hosts.first().is_none_or(|known| *known != host.trim_matches(['[', ']'])) {
            wrong.push(format!("{:?} {:?} read as {host}", row.url, row.hosts));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(admitted > 50, "plain ones are among them: {admitted}");
}
