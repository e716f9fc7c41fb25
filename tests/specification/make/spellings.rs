//! Places and the ways in which a call may spell them.

use mcp_remit::model::facts::Os;

use super::windows;
use crate::choices::Choices;

/// Below the project, below home, and elsewhere: granted ones, denied ones, protected ones and their neighbours.
const PLACES: [&str; 42] = [
    "/mnt/x/a.rs",
    "docs/\u{e9}.md",
    "docs/e\u{301}.md",
    "DOCS/\u{c9}/x.md",
    "src/a.rs",
    "src/main.rs",
    "src/gen/b.rs",
    "docs/x.md",
    "docs/xy.md",
    "README.md",
    "src",
    "docs",
    "src2/a.rs",
    "secret/x.key",
    "x.tmp",
    "a",
    "a/b",
    "a/b/c/d",
    ".env",
    ".env.example",
    ".ENV.local",
    "certs/key.pem",
    ".git/config",
    ".git/hooks/x",
    ".git/HEAD",
    ".mcp.json",
    "mcp.policy.yaml",
    "policies/mine.yaml",
    "policies",
    "/etc/hosts",
    "/etc/shadow",
    "/etc",
    "~/notes/n.txt",
    "~/.ssh/id_rsa",
    "~",
    "~bob/x",
    "/srv/data",
    ".bashrc",
    "/etc/profile",
    "/etc/cron.d/x",
    ".",
    "/proc/self/environ",
];

/// What a policy's entry grants: the entry itself without its wildcards, or something below.
pub fn within(entry: &str, choices: &mut Choices<'_>) -> String {
    let plain = entry.replace("{src,docs}", "src").replace("{x,y}", "x").replace('?', "o");
    match plain.as_str() {
        glob if glob.contains('*') => {
            let name = choices.pick(&["a", "main", "A"]);
            glob.replace("**/", choices.pick(&["", "gen/", "x/y/"]))
                .replace("**", choices.pick(&["a.rs", "gen/b.rs"]))
                .replace('*', name)
        }
        plain => format!("{}{}", plain, choices.pick(&["", "/a.rs", "/gen/b.rs", "/main.rs", "/../a", "-2"])),
    }
}

pub fn any_place(choices: &mut Choices<'_>) -> String {
    choices.pick(&PLACES).to_owned()
}

/// The same place, spelled another way: by a form that all take alike, that some take alike, or that nobody can tell.
pub fn respelled(path: &str, choices: &mut Choices<'_>) -> String {
    if choices.chance(if choices.os == Os::Windows { 50 } else { 5 }) {
        return windows::spelled(path, choices);
    }
    if choices.chance(55) {
        return path.to_owned();
    }
    let relative = !path.starts_with(['/', '~', '$', '.']);
    let from_project = |prefix: &str| match relative {
        true => format!("{prefix}{path}"),
        false => path.to_owned(),
    };
    match choices.below(20) {
        0 => from_project("./"),
        1 => from_project("/home/ada/web/"),
        2 => from_project("~/web/"),
        3 => from_project("$HOME/web/"),
        4 => from_project("docs/../"),
        5 => path.replacen('/', "//", 1),
        6 => format!("{path}/"),
        7 => path.replace('/', "/./"),
        8 => path.replace('.', "%2e"),
        9 => path.replace('.', "%252e"),
        10 => format!(" {path}"),
        11 => format!("\"{path}\""),
        12 => path.to_uppercase(),
        13 => path.replace('/', "\\"),
        14 => path.replace('.', "．"),
        15 if path.starts_with('/') => format!("file://{path}"),
        16 if path.starts_with('/') => format!("/proc/self/root{path}"),
        17 => format!("{path}\0.txt"),
        18 => "/dev/fd/3".to_owned(),
        _ if path.ends_with(char::is_alphanumeric) => format!("{path}."),
        _ => format!("{path}/../x"),
    }
}
