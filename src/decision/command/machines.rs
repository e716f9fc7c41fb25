//! Words that another machine reads: what `ssh` and `docker exec` run there names places of that one, and none of this.

use super::operands::{Role, Roles, Use};
use super::options::{WRAPPERS, command_start};
use crate::decision::url::{self, Reach};
use crate::model::effects::{Found, Word};

/// Programs that run containers, with the verbs of docker.
pub(super) const CONTAINERS: [&str; 4] = ["docker", "podman", "nerdctl", "docker-compose"];

/// Programs whose command for another machine stands behind `--`.
pub(super) const BEHIND_DASHES: [&str; 6] = ["kubectl", "oc", "k3s", "lxc", "incus", "multipass"];

/// Options of those that run containers: what follows them.
const OPTIONS: [(Follows, &[&str]); 4] = [
    (
        Follows::Nothing,
        &[
            "--rm",
            "--init",
            "--detach",
            "--interactive",
            "--tty",
            "--read-only",
            "--publish-all",
            "--no-healthcheck",
            "--quiet",
            "--no-TTY",
            "--no-deps",
            "--build",
            "--service-ports",
            "--use-aliases",
            "--remove-orphans",
            "--debug",
        ],
    ),
    (
        Follows::Theirs,
        &[
            "-e",
            "--env",
            "-u",
            "--user",
            "-w",
            "--workdir",
            "--detach-keys",
            "--index",
            "-p",
            "--publish",
            "--name",
            "--network",
            "--net",
            "--network-alias",
            "--entrypoint",
            "-h",
            "--hostname",
            "-l",
            "--label",
            "--tmpfs",
            "--volumes-from",
            "--platform",
            "--pull",
            "-m",
            "--memory",
            "--memory-swap",
            "--cpus",
            "--restart",
            "--add-host",
            "--gpus",
            "--shm-size",
            "--ulimit",
            "--cap-drop",
            "--expose",
            "--dns",
            "--stop-signal",
            "--project-name",
            "--profile",
            "--log-level",
            "--context",
        ],
    ),
    (
        Follows::File,
        &["--env-file", "--label-file", "--cidfile", "--config", "-f", "--file", "--project-directory", "--iidfile"],
    ),
    (Follows::Bind, &["-v", "--volume", "--mount"]),
];

#[derive(Clone, Copy, PartialEq)]
enum Follows {
    Nothing,
    /// A word of the other machine.
    Theirs,
    /// A file of this one.
    File,
    /// What of this one the other gets to see.
    Bind,
}

/// Where the command begins that `ssh` runs on another machine; `None` where that may be this one.
pub(super) fn behind_host(words: &[Word]) -> Option<usize> {
    let wrapper = WRAPPERS.iter().find(|wrapper| wrapper.names.contains(&"ssh"))?;
    let start = command_start(wrapper, words).ok().flatten()?;
    let before = words.get(1..start)?;
    let Some(Word::Literal(host)) = before.iter().rev().find(|word| **word != Word::Literal("--".into())) else {
        return None;
    };
    // These may say that another machine is meant than the one that is named.
    let renames = |word: &Word| match word {
        Word::Literal(text) => text.starts_with("-F") || text.to_ascii_lowercase().contains("hostname"),
        Word::Dynamic(_) => true,
    };
    let host = host.strip_prefix("ssh://").unwrap_or(host);
    let host = host.rsplit('@').next().unwrap_or_default();
    let bare = host.parse::<std::net::Ipv6Addr>().map_or_else(|_| host.to_owned(), |ip| format!("[{ip}]"));
    let reach = url::read(&format!("http://{bare}/"), Found::Embedded).map(|url| url::reach_of(&url));
    let is_here = !matches!(reach, Ok(Reach::Public | Reach::Private));
    (!is_here && !before.iter().any(renames)).then_some(start)
}

/// The roles of the words of `docker run`, `exec` and `cp`; `None` for other verbs, and where an option is not known or
/// gives the container this machine.
pub(super) fn of_containers(name: &str, texts: &[String]) -> Option<Roles> {
    let mut reader = Reader { texts, roles: Roles::default() };
    let mut verb = reader.operand()?;
    if ["container", "compose"].contains(&verb) && name != "docker-compose" {
        verb = reader.operand()?;
    }
    match verb {
        "exec" | "run" | "create" => {
            // The container or its image, and everything behind it.
            reader.operand()?;
            if let Some(last) = reader.roles.words.last_mut() {
                *last = Role::Elsewhere;
            }
            reader.roles.words.resize(texts.len(), Role::Elsewhere);
            Some(reader.roles)
        }
        "cp" => Some(copies(texts, reader.roles.words.len(), false)),
        _ => None,
    }
}

/// The same for `kubectl exec pod -- command`, and `kubectl cp`.
pub(super) fn of_clusters(texts: &[String]) -> Option<Roles> {
    let verb = texts.iter().position(|text| ["exec", "cp"].contains(&text.as_str()))?;
    if texts.get(verb).is_some_and(|text| text == "cp") {
        return Some(copies(texts, verb + 1, true));
    }
    let dashes = texts.iter().position(|text| text == "--").filter(|at| *at > verb)?;
    let mut words = vec![Role::Word; dashes + 1];
    words.resize(texts.len(), Role::Elsewhere);
    Some(Roles { words, ..Roles::default() })
}

/// `cp app:/x y`: what stands behind a name and a colon is not here. `spaces`: the name may hold a slash.
fn copies(texts: &[String], from: usize, spaces: bool) -> Roles {
    let is_theirs = |text: &str| match text.split_once(':') {
        Some((machine, _)) => !machine.starts_with(['/', '.', '~', '$']) && (spaces || !machine.contains('/')),
        None => false,
    };
    let role = |(at, text): (usize, &String)| match text.as_str() {
        _ if at < from || text.starts_with('-') => Role::Word,
        text if is_theirs(text) => Role::Nothing,
        _ => Role::File,
    };
    let mut roles = Roles { words: texts.iter().enumerate().map(role).collect(), ..Roles::default() };
    let operands: Vec<&String> = texts.iter().skip(from).filter(|text| !text.starts_with('-')).collect();
    if let [source, to] = operands.as_slice()
        && is_theirs(source)
        && !is_theirs(to)
    {
        let name = source.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or_default();
        // What is in the folder comes to lie there, under names that nobody knows.
        match name {
            "" | "." => roles.more.push(((*to).clone(), Use::Changed)),
            name => roles.more.push((format!("{}/{name}", to.trim_end_matches('/')), Use::Changed)),
        }
    }
    roles
}

struct Reader<'a> {
    texts: &'a [String],
    roles: Roles,
}

impl<'a> Reader<'a> {
    /// The next word that is neither an option nor the value of one.
    fn operand(&mut self) -> Option<&'a str> {
        loop {
            let text = self.texts.get(self.roles.words.len())?;
            self.roles.words.push(Role::Word);
            if !text.starts_with('-') {
                return Some(text);
            }
            self.option(text)?;
        }
    }

    fn option(&mut self, text: &str) -> Option<()> {
        let (name, glued) = match text.split_at_checked(2) {
            // `-v/a:/b`
            Some((short, value)) if !text.starts_with("--") && !value.is_empty() => {
                (short, Some(value.trim_start_matches('=').to_owned()))
            }
            _ => text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value.to_owned()))),
        };
        let is_cluster =
            !text.starts_with("--") && text.len() > 1 && text.chars().skip(1).all(|c| "itdTPqD".contains(c));
        if is_cluster {
            return Some(());
        }
        let (follows, _) = OPTIONS.iter().find(|(_, names)| names.contains(&name))?;
        if *follows == Follows::Nothing {
            return Some(());
        }
        let value = match glued {
            Some(value) => {
                if let Some(last) = self.roles.words.last_mut() {
                    *last = Role::Nothing;
                }
                value
            }
            None => {
                let value = self.texts.get(self.roles.words.len())?.clone();
                self.roles.words.push(Role::Nothing);
                value
            }
        };
        match follows {
            Follows::File => self.roles.more.push((value, Use::Touched)),
            Follows::Bind => self.roles.more.extend(bound(&value).map(|place| (place, Use::Touched))),
            Follows::Theirs | Follows::Nothing => {}
        }
        Some(())
    }
}

/// The place of this machine in `/a:/b:ro` or `type=bind,source=/a,target=/b`; a bare name is that of a volume.
fn bound(value: &str) -> Option<String> {
    let of_mount = value.split(',').find_map(|part| part.strip_prefix("source=").or_else(|| part.strip_prefix("src=")));
    let place = match of_mount {
        Some(place) => place,
        None if value.contains("type=") => return None,
        None => value.split_once(':')?.0,
    };
    // A drive of Windows has a colon of its own.
    let is_drive = place.len() == 1 && place.bytes().all(|byte| byte.is_ascii_alphabetic());
    let place = if is_drive { value } else { place };
    (place.contains(['/', '\\']) || place.starts_with(['.', '~', '$'])).then(|| place.to_owned())
}
