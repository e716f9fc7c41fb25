//! Places of the file system that a server is given by its arguments.

use super::launch::Run;

/// How much a place opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Keys and credentials.
    Keys,
    /// The whole disk.
    Disk,
    /// The whole home directory, or all of them.
    Home,
}

/// Folders and files of the home directory that hold keys.
const KEYS: [&str; 14] = [
    ".ssh",
    ".aws",
    ".gnupg",
    ".kube",
    ".azure",
    ".docker",
    ".password-store",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".git-credentials",
    "gcloud",
    "id_rsa",
    "id_ed25519",
];

/// Ways to write the home directory that a shell or a client replaces.
const HOMES: [&str; 8] =
    ["~", "$HOME", "${HOME}", "${env:HOME}", "${userHome}", "%USERPROFILE%", "${env:USERPROFILE}", "$env:USERPROFILE"];

/// Every argument that is such a place, as it is written.
pub fn exposed<'a>(run: Run<'a>, home: &str) -> Vec<(Reach, &'a str)> {
    let is_container = ["docker", "podman", "nerdctl"].contains(&run.program);
    let mut found = Vec::new();
    for (at, word) in run.args.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| run.args.get(at)).map_or("", String::as_str);
        for place in candidates(word, before, is_container) {
            found.extend(reach(place, home).map(|reach| (reach, place)));
        }
    }
    found
}

/// What in one argument may be a place: the word, the value of `--flag=value`, the host's side of a mount. A container's
/// other arguments are places inside it.
fn candidates<'a>(word: &'a str, before: &str, is_container: bool) -> Vec<&'a str> {
    let (flag, value) = match word.split_once('=') {
        Some((flag, value)) if flag.starts_with('-') => (flag, value),
        _ => (before, word),
    };
    if !is_container {
        return if value.starts_with('-') { Vec::new() } else { vec![value] };
    }
    match flag {
        "-v" | "--volume" => vec![host_side(value)],
        "--mount" => {
            let parts = value.split(',').filter_map(|part| part.split_once('='));
            parts.filter(|(key, _)| ["source", "src"].contains(key)).map(|(_, place)| place).collect()
        }
        _ => Vec::new(),
    }
}

/// `C:\x:/y` and `/x:/y:ro` have their host's side before the colon that is no drive's.
fn host_side(mount: &str) -> &str {
    let drive = mount.as_bytes().get(1) == Some(&b':') && mount.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    let from = if drive { 2 } else { 0 };
    let colon = mount.get(from..).and_then(|rest| rest.find(':'));
    colon.and_then(|at| mount.get(..from + at)).unwrap_or(mount)
}

fn reach(place: &str, home: &str) -> Option<Reach> {
    let unified = place.strip_prefix("file://").unwrap_or(place).replace('\\', "/");
    let trimmed = unified.trim_end_matches(['/', '*', '.']);
    let trimmed =
        if unified.starts_with("..") || unified == "." || unified == "./" { unified.as_str() } else { trimmed };
    let is_drive = trimmed.len() == 2 && trimmed.ends_with(':');
    if (trimmed.is_empty() && unified.starts_with('/')) || is_drive {
        return Some(Reach::Disk);
    }
    let written =
        HOMES.iter().find_map(|home| trimmed.strip_prefix(home)).filter(|r| r.is_empty() || r.starts_with('/'));
    let below_home = written.or_else(|| {
        let home = home.replace('\\', "/");
        trimmed
            .strip_prefix(home.trim_end_matches('/'))
            .filter(|r| !home.is_empty() && (r.is_empty() || r.starts_with('/')))
    });
    let is_absolute = trimmed.starts_with('/') || trimmed.as_bytes().get(1) == Some(&b':');
    let mut parts = trimmed.split('/');
    if (below_home.is_some() || is_absolute || trimmed.contains('/')) && parts.any(|part| KEYS.contains(&part)) {
        return Some(Reach::Keys);
    }
    (below_home == Some("") || (is_absolute && is_some_home(trimmed))).then_some(Reach::Home)
}

/// `/root`, `/home`, `/home/ann`, `/Users/ann`, `C:/Users/ann`, `/mnt/c/Users`.
fn is_some_home(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        ["root" | "home" | "Users"] | ["home" | "Users", _] => true,
        [drive, "Users"] | [drive, "Users", _] => drive.ends_with(':'),
        ["mnt", _, "Users"] | ["mnt", _, "Users", _] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<Reach> {
        let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        exposed(Run { program: &words[0], args: &words[1..] }, "/home/ann").first().map(|(reach, _)| *reach)
    }

    #[test]
    fn keys_disk_and_home_are_told_in_every_spelling() {
        for (text, reach) in [
            ("fs ~/.ssh", Reach::Keys),
            ("fs /home/ann/.aws/credentials", Reach::Keys),
            ("fs --dir=$HOME/.kube", Reach::Keys),
            (r"fs C:\Users\ann\.ssh", Reach::Keys),
            ("docker run -v /home/ann/.ssh:/keys:ro x", Reach::Keys),
            ("docker run --mount type=bind,src=/home/ann/.config/gcloud,dst=/g x", Reach::Keys),
            ("fs /", Reach::Disk),
            ("fs //", Reach::Disk),
            (r"fs C:\", Reach::Disk),
            ("docker run --volume=/:/host x", Reach::Disk),
            ("fs ~", Reach::Home),
            ("fs ~/", Reach::Home),
            ("fs ${userHome}", Reach::Home),
            ("fs /home/ann/", Reach::Home),
            ("fs /home/ann/*", Reach::Home),
            ("fs /Users/bob", Reach::Home),
            (r"fs C:\Users\bob", Reach::Home),
            ("fs file:///root", Reach::Home),
        ] {
            assert_eq!(of(text), Some(reach), "{text}");
        }
    }

    #[test]
    fn a_project_is_no_exposure() {
        for text in [
            "fs .",
            "fs ./",
            "fs ..",
            "fs /home/ann/web",
            "fs ~/work/web",
            "fs /srv/data",
            "fs --flag",
            "fs /home/annabel/web",
            "fs ${workspaceFolder}",
            "docker run -v /home/ann/web:/ -w / x",
            "docker run -v data:/root x",
            "fs https://a.example/",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
