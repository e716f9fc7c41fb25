//! Words that another machine reads: what `ssh` and `docker exec` run there names places of that one, and none of this.

use super::operands::{Role, Roles, Use};
use super::options::{WRAPPERS, command_start, past_options};
use super::values::ANYTHING;
use crate::decision::url::{self, Reach};
use crate::model::effects::{Found, Word};

/// Programs that run containers, with the verbs of docker.
pub(super) const CONTAINERS: [&str; 4] = ["docker", "podman", "nerdctl", "docker-compose"];

/// Programs whose command for another machine stands behind `--`.
pub(super) const BEHIND_DASHES: [&str; 6] = ["kubectl", "oc", "k3s", "lxc", "incus", "multipass"];

/// Options of those that run containers: what follows them.
const OPTIONS: [(Follows, &[&str]); 6] = [
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
            "--oom-kill-disable",
            "--sig-proxy",
            "--disable-content-trust",
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
            "--cap-add",
            "--link",
            "--ip",
            "--ip6",
            "--mac-address",
            "--health-cmd",
            "--health-interval",
            "--health-retries",
            "--health-start-period",
            "--health-timeout",
            "--log-driver",
            "--sysctl",
            "--runtime",
            "--stop-timeout",
            "--group-add",
            "--pids-limit",
            "--cpu-shares",
            "--cpuset-cpus",
            "--memory-reservation",
            "--annotation",
            "--progress",
            "--ansi",
            "--parallel",
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
    (Follows::Setting, &["--log-opt", "--security-opt"]),
    (Follows::Bind, &["-v", "--volume"]),
    (Follows::Mount, &["--mount"]),
];

#[derive(Clone, Copy, PartialEq)]
enum Follows {
    Nothing,
    /// A word of the other machine.
    Theirs,
    /// A file of this one.
    File,
    /// A name and what it gets, which may be a file of this one.
    Setting,
    /// What of this one the other gets to see: `/a:/b`.
    Bind,
    /// The same by names: `type=bind,source=/a,target=/b`.
    Mount,
}

/// Where the command begins that `ssh` runs on another machine; `None` where that may be this one.
pub(super) fn behind_host(words: &[Word]) -> Option<usize> {
    let wrapper = WRAPPERS.iter().find(|wrapper| wrapper.names.contains(&"ssh"))?;
    let start = command_start(wrapper, words).ok().flatten()?;
    // OpenSSH reads options behind the host as well.
    let before = words.get(1..start)?;
    let Some(Word::Literal(host)) = past_options(wrapper, words, 1).ok().and_then(|at| words.get(at)) else {
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

/// What mounts name where the options are not all known.
pub(super) fn mounted(texts: &[String]) -> Vec<(String, Use)> {
    let next = texts.iter().skip(1).map(Some).chain([None]);
    let value = |(text, next): (&String, Option<&String>)| match text.strip_prefix("--mount") {
        Some("") => next.cloned(),
        Some(value) => value.strip_prefix('=').map(str::to_owned),
        None => None,
    };
    let places = texts.iter().zip(next).filter_map(value).flat_map(|value| of_mount(&value));
    places.map(|place| (place, Use::Touched)).collect()
}

/// The same for `kubectl exec pod -- command`, and `kubectl cp`.
pub(super) fn of_clusters(texts: &[String]) -> Option<Roles> {
    let verb = texts.iter().position(|text| ["exec", "cp", "run", "debug"].contains(&text.as_str()))?;
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
            Follows::Setting => self.roles.more.extend(of_setting(&value).map(|place| (place, Use::Touched))),
            Follows::Bind => self.roles.more.extend(bound(&value).map(|place| (place, Use::Touched))),
            Follows::Mount => self.roles.more.extend(of_mount(&value).into_iter().map(|place| (place, Use::Touched))),
            Follows::Theirs | Follows::Nothing => {}
        }
        Some(())
    }
}

/// `seccomp=profile.json`, `tls-ca=/x`.
fn of_setting(value: &str) -> Option<String> {
    let (name, value) = value.split_once(['=', ':'])?;
    let is_profile = name == "seccomp" && !["unconfined", "builtin"].contains(&value);
    (is_profile || value.contains(['/', '$', '`'])).then(|| value.to_owned())
}

/// The place of this machine in `/a:/b:ro`; a bare name is that of a volume.
fn bound(value: &str) -> Option<String> {
    /// What may stand behind the second colon without naming another place.
    const MODES: [&str; 17] = [
        "ro",
        "rw",
        "z",
        "Z",
        "U",
        "cached",
        "delegated",
        "consistent",
        "nocopy",
        "copy",
        "shared",
        "rshared",
        "slave",
        "rslave",
        "private",
        "rprivate",
        "noexec",
    ];
    // A drive of Windows has a colon of its own.
    if value.get(1..2) == Some(":") && value.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Some(value.to_owned());
    }
    let mut parts = value.split(':');
    let (place, target) = (parts.next().unwrap_or_default(), parts.next());
    // A variable may hold more than one part.
    let is_unknown = is_made_up(value) || parts.flat_map(|modes| modes.split(',')).any(|mode| !MODES.contains(&mode));
    match target {
        _ if is_unknown => Some(ANYTHING.to_owned()),
        // The folder of a volume without a name.
        None => None,
        Some(_) => (place.contains(['/', '\\']) || place.starts_with(['.', '~', '$', '`'])).then(|| place.to_owned()),
    }
}

/// The places of this machine in `type=bind,source=/a,target=/b`. What is not plainly something else may be any.
fn of_mount(value: &str) -> Vec<String> {
    /// They name places of the container, or none.
    const OTHERS: [&str; 15] = [
        "target",
        "dst",
        "destination",
        "readonly",
        "ro",
        "rw",
        "consistency",
        "bind-propagation",
        "bind-recursive",
        "bind-nonrecursive",
        "volume-nocopy",
        "volume-label",
        "tmpfs-size",
        "tmpfs-mode",
        "relabel",
    ];
    let (mut is_bind, mut sources, mut is_unknown) = (false, Vec::new(), value.contains('"') || is_made_up(value));
    for part in value.split(',') {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        match (name.to_ascii_lowercase().as_str(), value.to_ascii_lowercase().as_str()) {
            ("type", "bind") => is_bind = true,
            ("type", "volume" | "tmpfs") => {}
            ("source" | "src", _) => sources.push(value),
            (other, _) if OTHERS.contains(&other) => {}
            _ => is_unknown = true,
        }
    }
    if is_unknown {
        return vec![ANYTHING.to_owned()];
    }
    let is_place = |source: &&str| is_bind || source.contains(['/', '\\']) || source.starts_with(['.', '~', '$', '`']);
    sources.into_iter().filter(is_place).map(str::to_owned).collect()
}

/// Whether it holds a variable, or what a command prints, besides the folders of the user: that may bring parts of its own.
fn is_made_up(value: &str) -> bool {
    let folders = ["${PWD}", "${HOME}", "$(pwd)", "`pwd`", "$(git rev-parse --show-toplevel)"];
    let rest = folders.iter().fold(value.to_owned(), |rest, folder| rest.replace(folder, ""));
    let is_folder = |after: &str| {
        let name = after.strip_prefix("PWD").or_else(|| after.strip_prefix("HOME"));
        name.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
    };
    rest.contains('`') || rest.split('$').skip(1).any(|after| !is_folder(after))
}
