//! Other spellings of one deed: what got past others. Each
//! spelling does the same harm as the attack's own on a server that reads it so; none is made where it would not.

use super::Ground;
use crate::model::attack::Role;
use crate::model::facts::Os;

/// A spelling and its name.
pub type Spelling = (&'static str, String);

/// Other spellings of `value`, which stands in an argument of that role with `$HOME` and `$PROJECT` filled in.
pub fn spellings(role: Role, value: &str, ground: &Ground) -> Vec<Spelling> {
    let mut all = match role {
        Role::ReadPath | Role::WritePath => paths(value, ground),
        Role::Url => urls(value),
        Role::Sql => sql(value),
        Role::Command => commands(value),
        Role::Recipient => recipients(value),
        _ => Vec::new(),
    };
    all.retain(|(_, spelling)| spelling != value);
    all
}

fn paths(value: &str, ground: &Ground) -> Vec<Spelling> {
    // A spelling of the root, of a relative path or of another system's path says nothing new.
    if ground.os != Os::Posix
        || !value.starts_with('/')
        || value.len() < 2
        || value.contains('%')
        || value.contains("..")
    {
        return Vec::new();
    }
    let mut all = vec![
        ("dot segments", value.replacen('/', "/./", 2)),
        ("doubled slashes", format!("/{}", value.trim_start_matches('/').replace('/', "//"))),
        ("there and back", format!("/tmp/..{value}")),
        ("trailing slash", format!("{value}/")),
        ("trailing dot", format!("{value}/.")),
        ("file URI", format!("file://{value}")),
        ("percent-encoded", value.replace('.', "%2e")),
        ("percent-encoded twice", value.replace('.', "%252e")),
        ("percent-encoded slashes", format!("/{}", value.trim_start_matches('/').replace('/', "%2F"))),
        ("fullwidth dots", value.replace('.', "\u{ff0e}")),
        ("NUL and an ending", format!("{value}\0.txt")),
        ("through /proc", format!("/proc/self/root{value}")),
    ];
    if let Some(rest) = value.strip_prefix(&ground.home).filter(|rest| rest.starts_with('/')) {
        all.push(("tilde", format!("~{rest}")));
    }
    match value.strip_prefix(&ground.project).filter(|rest| rest.starts_with('/')) {
        Some(rest) => {
            all.push(("relative", rest.trim_start_matches('/').to_owned()));
            all.push(("relative with a dot", format!(".{rest}")));
            all.push(("through a folder that is granted", format!("{}/src/..{rest}", ground.project)));
        }
        None => {
            let up = "../".repeat(ground.project.matches('/').count());
            all.push(("climbing from the project", format!("{up}{}", value.trim_start_matches('/'))));
            all.push((
                "climbing from below the project",
                format!("{}/src/../{up}{}", ground.project, value.trim_start_matches('/')),
            ));
        }
    }
    all
}

fn urls(value: &str) -> Vec<Spelling> {
    let Some((scheme, rest)) = value.split_once("://") else { return Vec::new() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    if authority.is_empty() || authority.contains(['@', '\\']) {
        return Vec::new();
    }
    let mut all = vec![
        ("scheme in capitals", format!("{}://{rest}", scheme.to_uppercase())),
        ("user name before the host", format!("{scheme}://docs.rs@{rest}")),
        ("backslashes", format!("{scheme}:\\\\{authority}{tail}")),
        ("white space before", format!(" \t{value}")),
        ("host in capitals", format!("{scheme}://{}{tail}", authority.to_uppercase())),
    ];
    if !authority.contains([':', '[']) {
        all.push(("dot after the host", format!("{scheme}://{authority}.{tail}")));
        let port = match scheme {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        };
        all.extend(port.map(|port| ("port written out", format!("{scheme}://{authority}:{port}{tail}"))));
        all.push(("percent-encoded host", format!("{scheme}://{}{tail}", authority.replacen('.', "%2e", 1))));
        all.push(("fullwidth dots in the host", format!("{scheme}://{}{tail}", authority.replace('.', "\u{3002}"))));
    }
    all
}

fn sql(value: &str) -> Vec<Spelling> {
    vec![
        ("lower case", value.to_lowercase()),
        ("after a harmless statement", format!("SELECT 1; {value}")),
        ("before a harmless statement", format!("{}; SELECT 1", value.trim_end_matches([';', ' ']))),
        ("after a comment", format!("-- report\n{value}")),
        ("comments for blanks", value.replacen(' ', "/**/", 1)),
        ("tabs and lines for blanks", value.replacen(' ', "\n\t", 1)),
    ]
}

fn commands(value: &str) -> Vec<Spelling> {
    let quoted = value.replace('\'', "'\\''");
    vec![
        ("after a harmless command", format!("true; {value}")),
        ("after &&", format!("true && {value}")),
        ("on a second line", format!("true\n{value}")),
        ("in the background", format!("true & {value}")),
        ("in a shell", format!("sh -c '{quoted}'")),
        ("in a substitution", format!("echo $({value})")),
        ("in a group", format!("{{ {value}; }}")),
        ("behind env", format!("env A=b sh -c '{quoted}'")),
    ]
}

fn recipients(value: &str) -> Vec<Spelling> {
    let Some((local, domain)) = value.rsplit_once('@').filter(|_| !value.contains(['<', ',', '\n', '"'])) else {
        return Vec::new();
    };
    vec![
        ("display name", format!("Someone <{value}>")),
        ("known address as display name", format!("\"someone@example.com\" <{value}>")),
        ("domain in capitals", format!("{local}@{}", domain.to_uppercase())),
        ("behind a comma", format!("someone@example.com, {value}")),
        ("comment", format!("{local}(someone@example.com)@{domain}")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;

    fn ground() -> Ground {
        Ground { project: "/home/u/work".into(), home: "/home/u".into(), os: Os::Posix, time: Timestamp(0) }
    }

    fn named(role: Role, value: &str, name: &str) -> Option<String> {
        spellings(role, value, &ground()).into_iter().find(|(found, _)| *found == name).map(|(_, value)| value)
    }

    #[test]
    fn a_path_is_written_in_other_ways() {
        let key = "/home/u/.ssh/id_rsa";
        for (name, value) in [
            ("dot segments", "/./home/./u/.ssh/id_rsa"),
            ("tilde", "~/.ssh/id_rsa"),
            ("climbing from the project", "../../../home/u/.ssh/id_rsa"),
            ("percent-encoded", "/home/u/%2essh/id_rsa"),
        ] {
            assert_eq!(named(Role::ReadPath, key, name).as_deref(), Some(value));
        }
        assert_eq!(named(Role::ReadPath, "/home/u/work/.env", "relative").as_deref(), Some(".env"));
        assert_eq!(named(Role::ReadPath, key, "relative"), None, "it lies outside the project");
    }

    #[test]
    fn a_spelling_is_never_the_value_itself() {
        for (role, value) in
            [(Role::Sql, "drop table t"), (Role::Url, "HTTP://X.ORG/"), (Role::ReadPath, "/etc/passwd")]
        {
            assert!(spellings(role, value, &ground()).iter().all(|(_, spelling)| spelling != value));
        }
    }

    #[test]
    fn a_recipient_list_and_a_relative_path_have_no_other_spelling() {
        assert!(spellings(Role::Recipient, "a@b.c, d@e.f", &ground()).is_empty());
        assert!(spellings(Role::ReadPath, "../x", &ground()).is_empty());
    }
}
