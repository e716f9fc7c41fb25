//! Protections: denials that stand under every policy (DESIGN 3.9). One table; `unprotected: [name]` on a server
//! switches one off there, and is a finding.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::model::facts::{Facts, Os};
use crate::model::place::{self, Place};

use super::path::{PathSet, Patterns};

/// One built-in denial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protection {
    pub name: &'static str,
    /// What it keeps from harm, as a denial says it.
    pub what: &'static str,
    /// Names of files and folders, wherever they stand: one component, or several with `/`.
    pub names: &'static [&'static str],
    /// Places as a policy writes them.
    pub places: &'static [&'static str],
}

/// Credentials that programs leave in files.
pub const CREDENTIAL_FILES: &str = "credential-files";
/// Private keys and key stores by their extension.
pub const KEY_FILES: &str = "key-files";
/// What runs by itself at login, at boot or on a schedule.
pub const STARTUP_FILES: &str = "startup-files";
/// The machine's accounts, and who may log in.
pub const ACCOUNT_FILES: &str = "account-files";
/// What another process, or the server itself, has open, by way of the system's table of processes.
pub const PROCESS_FILES: &str = "process-files";
/// `.env` and its relatives, but not `.env.example`.
pub const ENV_FILES: &str = "env-files";
/// What git runs or obeys.
pub const GIT_INTERNALS: &str = "git-internals";
/// Where clients keep their servers and permissions.
pub const CLIENT_CONFIGS: &str = "client-configs";
/// The policy, the lock, the audit log, traces and keys.
pub const REMIT_FILES: &str = "remit-files";
/// Where cloud machines hand out credentials.
pub const METADATA_HOSTS: &str = "metadata-hosts";
/// The machine's own network segment.
pub const LINK_LOCAL_HOSTS: &str = "link-local-hosts";
/// Loopback and private networks, unless a grant names the host.
pub const PRIVATE_HOSTS: &str = "private-hosts";
/// Secrets in the arguments of a call that goes outside.
pub const CREDENTIALS_OUTSIDE: &str = "credentials-outside";
/// Line ends in what becomes a header of a mail or a request.
pub const HEADER_LINES: &str = "header-lines";

const TABLE: [Protection; 14] = [
    Protection {
        name: CREDENTIAL_FILES,
        what: "credentials are kept there",
        names: &[
            ".ssh",
            ".gnupg",
            ".aws",
            ".azure",
            ".kube",
            ".netrc",
            "_netrc",
            ".pgpass",
            ".my.cnf",
            ".npmrc",
            ".pypirc",
            ".yarnrc.yml",
            ".git-credentials",
            ".htpasswd",
            "id_rsa*",
            "id_ed25519*",
            "id_ecdsa*",
            "id_dsa*",
            ".password-store",
            ".docker/config.json",
            ".cargo/credentials*",
            ".config/gcloud",
            ".config/gh",
            ".config/op",
            ".config/rclone",
            "application_default_credentials.json",
            "gcloud/credentials.db",
            "keychains",
            "login data",
            "key4.db",
            "logins.json",
            ".vault-token",
            "credentials.tfrc.json",
            "*.tfstate",
            "*.tfstate.backup",
            ".bash_history",
            ".zsh_history",
            ".codex/auth.json",
            ".gem/credentials",
            ".m2/settings.xml",
            ".local/share/keyrings",
            "proc/*/environ",
            "proc/*/mem",
            "run/secrets",
            "run/credentials",
        ],
        places: &[
            "/etc/shadow",
            "/etc/shadow-",
            "/etc/gshadow",
            "/etc/sudoers",
            "/etc/sudoers.d",
            "/etc/master.passwd",
            "~/.ssh",
            "~/.gnupg",
            "~/.aws",
        ],
    },
    Protection {
        name: KEY_FILES,
        what: "it is a private key or a key store by its name",
        names: &["*.pem", "*.key", "*.p12", "*.pfx", "*.p8", "*.ppk", "*.jks", "*.keystore", "*.kdbx"],
        places: &[],
    },
    Protection {
        name: STARTUP_FILES,
        what: "what stands there runs by itself",
        names: &[
            ".bashrc",
            ".bash_profile",
            ".bash_login",
            ".bash_logout",
            ".bash_aliases",
            ".profile",
            ".zshrc",
            ".zshenv",
            ".zprofile",
            ".zlogin",
            ".zlogout",
            ".kshrc",
            ".cshrc",
            ".tcshrc",
            ".xinitrc",
            ".xprofile",
            ".xsession",
            ".config/fish",
            ".config/autostart",
            ".config/systemd",
            "launchagents",
            "launchdaemons",
            "profile.ps1",
            "microsoft.powershell_profile.ps1",
            "start menu/programs/startup",
            "spool/cron",
        ],
        places: &[
            "/etc/profile",
            "/etc/profile.d",
            "/etc/bash.bashrc",
            "/etc/zsh",
            "/etc/crontab",
            "/etc/cron.d",
            "/etc/cron.daily",
            "/etc/cron.hourly",
            "/etc/cron.weekly",
            "/etc/rc.local",
            "/etc/init.d",
            "/etc/systemd",
            "/etc/ld.so.preload",
            "/etc/environment",
        ],
    },
    Protection {
        name: ACCOUNT_FILES,
        what: "it says who may log in to this machine, and how",
        names: &[],
        places: &["/etc/pam.d", "/etc/pam.conf", "/etc/security", "/etc/ssh", "/etc/login.defs"],
    },
    Protection {
        name: PROCESS_FILES,
        what: "it leads to what a process has open, wherever that is",
        names: &["proc/*/root", "proc/*/cwd", "proc/*/fd", "proc/*/map_files", "proc/*/task", "dev/fd"],
        places: &[],
    },
    Protection {
        name: ENV_FILES,
        what: "environment files hold secrets",
        names: &[".env", ".env.*", ".envrc"],
        places: &[],
    },
    Protection {
        name: GIT_INTERNALS,
        what: "git runs or obeys what stands there",
        names: &[".git/config", ".git/config.worktree", ".git/hooks", ".gitconfig", ".config/git"],
        places: &[],
    },
    Protection {
        name: CLIENT_CONFIGS,
        what: "a client reads its servers and permissions there",
        names: &[
            ".mcp.json",
            ".claude.json",
            ".claude/settings*.json",
            "claude_desktop_config.json",
            ".cursor/mcp.json",
            ".vscode/mcp.json",
            ".vscode/settings.json",
            ".gemini/settings.json",
            ".qwen/settings.json",
            ".codex/config.toml",
            "mcp_config.json",
            "mcp_settings.json",
            "cline_mcp_settings.json",
            "mcp-config.json",
            ".continue/config.yaml",
            ".kiro/settings",
            ".roo/mcp.json",
            ".amazonq/mcp.json",
            "code/user/mcp.json",
            "code/user/settings.json",
        ],
        places: &[],
    },
    Protection {
        name: REMIT_FILES,
        what: "remit's own files hold what it permits and what it saw",
        names: &["mcp.policy.yaml", "mcp.lock", ".local/state/remit"],
        places: &["~/.local/state/remit"],
    },
    Protection { name: METADATA_HOSTS, what: "cloud machines hand out credentials there", names: &[], places: &[] },
    Protection { name: LINK_LOCAL_HOSTS, what: "it is on the machine's own network segment", names: &[], places: &[] },
    Protection {
        name: PRIVATE_HOSTS,
        what: "it is on this machine or a private network, and no grant names it",
        names: &[],
        places: &[],
    },
    Protection {
        name: CREDENTIALS_OUTSIDE,
        what: "a secret stands in the arguments of a call that goes outside",
        names: &[],
        places: &[],
    },
    Protection { name: HEADER_LINES, what: "a line in it begins another header", names: &[], places: &[] },
];

/// `.env.example` and the like are written to be read.
const ENV_EXAMPLES: [&str; 6] =
    [".env.example", ".env.sample", ".env.template", ".env.dist", ".env.defaults", ".env.schema"];

/// Every protection's name, in the order of the table.
pub fn names() -> Vec<&'static str> {
    TABLE.iter().map(|protection| protection.name).collect()
}

/// The protection of that name.
pub fn find(name: &str) -> Option<&'static Protection> {
    TABLE.iter().find(|protection| protection.name == name)
}

/// A piece of text for each name and place of the table, without wildcards: a string that is protected by name has one
/// of them in it, if it is written plainly.
pub fn fragments() -> impl Iterator<Item = String> {
    let all = TABLE.iter().flat_map(|protection| protection.names.iter().chain(protection.places));
    all.filter_map(|name| name.rsplit('/').next()?.split('*').max_by_key(|part| part.len()))
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
}

/// The table, indexed. Each entry of an index says whose it is.
struct Index {
    names: Patterns,
    name_owner: Vec<usize>,
    /// Every place of the table.
    places: PathSet,
    place_owner: Vec<usize>,
}

fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| {
        let (mut names, mut name_owner, mut places, mut place_owner) = (vec![], vec![], vec![], vec![]);
        for (owner, protection) in TABLE.iter().enumerate() {
            for name in protection.names {
                names.push((*name).to_owned());
                name_owner.push(owner);
            }
            for place in protection.places {
                places.push((*place).to_owned());
                place_owner.push(owner);
            }
        }
        // The table is constant and a test compiles it, so neither can fail.
        let names = Patterns::new(&names).unwrap_or_default();
        let places = PathSet::denied(&places).unwrap_or_default();
        Index { names, name_owner, places, place_owner }
    })
}

/// Whether a bare word is a name that a protection lists: `.env`, `mcp.policy.yaml`.
pub fn is_protected_name(text: &str) -> bool {
    let text = text.trim_matches(|c: char| c.is_whitespace() || "\"'`".contains(c));
    let short = text.len() < 256 && !text.contains(char::is_whitespace) && text.contains(['.', '_']);
    short && !named(index(), &Place::read(text, Os::Posix).folded()).is_empty()
}

/// What protects a place from being touched; with `changes`, also from being taken away with a folder above it.
/// Protections in `without` are switched off.
pub fn of_place(place: &Place, facts: &Facts, changes: bool, without: &[String]) -> Option<&'static Protection> {
    let is_on = |protection: &&'static Protection| !without.iter().any(|name| name == protection.name);
    let folded = place.folded();
    if is_guarded(&folded, facts, changes)
        && let Some(found) = find(REMIT_FILES).filter(is_on)
    {
        return Some(found);
    }
    let index = index();
    let mut owners = named(index, &folded);
    if changes {
        owners.extend(index.names.lies_below(&folded).into_iter().filter_map(|entry| index.name_owner.get(entry)));
    }
    let touched = index.places.all_touched(place, facts, changes);
    owners.extend(touched.into_iter().filter_map(|entry| index.place_owner.get(entry)));
    owners.into_iter().filter_map(|owner| TABLE.get(owner)).find(is_on)
}

/// Whether the place, folded, is one of remit's own files in this run, or holds one that would be changed with it.
fn is_guarded(place: &str, facts: &Facts, changes: bool) -> bool {
    facts.guarded.iter().any(|own| {
        let own = match facts.os {
            Os::Posix => place::fold(own),
            Os::Windows => Cow::Owned(Place::read(place::fold(own), facts.os).folded().into_owned()),
        };
        place::below(place, &own).is_some() || (changes && (place == "/" || place::below(&own, place).is_some()))
    })
}

/// The owners of every name that matches the folded place, since one may be switched off and another not.
fn named(index: &Index, place: &str) -> Vec<usize> {
    let matches = index.names.all_matches(place);
    let mut owners: Vec<usize> = matches.into_iter().filter_map(|entry| index.name_owner.get(entry).copied()).collect();
    if !owners.is_empty() && is_env_example(place) {
        owners.retain(|owner| TABLE.get(*owner).is_none_or(|protection| protection.name != ENV_FILES));
    }
    owners
}

/// The place's only `.env`-like name is one that is written to be read.
fn is_env_example(place: &str) -> bool {
    let mut like_env = place::parts(place).filter(|part| part.starts_with(".env")).peekable();
    like_env.peek().is_some() && like_env.all(|part| ENV_EXAMPLES.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protection(path: &str, changes: bool) -> Option<&'static str> {
        let facts = Facts {
            project: "/home/ada/web".into(),
            cwd: "/home/ada/web".into(),
            home: Some("/home/ada".into()),
            guarded: vec!["/home/ada/web/policies/mine.yaml".into()],
            ..Facts::default()
        };
        of_place(&Place::read(path, Os::Posix), &facts, changes, &[]).map(|protection| protection.name)
    }

    #[test]
    fn every_protection_of_places_has_a_place_that_it_protects_and_a_neighbour_that_it_does_not() {
        for (name, protected, free) in [
            (CREDENTIAL_FILES, "/home/ada/.ssh/id_rsa", "/home/ada/web/ssh/README.md"),
            (CREDENTIAL_FILES, "/etc/shadow", "/etc/hosts"),
            (CREDENTIAL_FILES, "/home/ada/.aws/credentials", "/home/ada/aws/credentials.md"),
            (CREDENTIAL_FILES, "/proc/1/environ", "/proc/cpuinfo"),
            (CREDENTIAL_FILES, "/home/ada/web/infra/terraform.tfstate", "/home/ada/web/infra/main.tf"),
            (KEY_FILES, "/home/ada/web/certs/Server.PEM", "/home/ada/web/certs/pem.md"),
            (STARTUP_FILES, "/home/ada/.bashrc", "/home/ada/web/bashrc.md"),
            (ACCOUNT_FILES, "/etc/pam.d/sshd", "/etc/hosts"),
            (ACCOUNT_FILES, "/etc/ssh/sshd_config", "/etc/passwd"),
            (PROCESS_FILES, "/proc/1/root/etc/passwd", "/proc/meminfo"),
            (PROCESS_FILES, "/dev/fd/3", "/dev/null"),
            (ENV_FILES, "/home/ada/web/.env", "/home/ada/web/.env.example"),
            (ENV_FILES, "/home/ada/web/.env.local", "/home/ada/web/env.local"),
            (ENV_FILES, "/home/ada/web/.env.example.bak", "/home/ada/web/.env.sample"),
            (GIT_INTERNALS, "/home/ada/web/.git/hooks/pre-commit", "/home/ada/web/.github/hooks"),
            (GIT_INTERNALS, "/home/ada/web/.git/config", "/home/ada/web/.git/HEAD"),
            (CLIENT_CONFIGS, "/home/ada/.cursor/mcp.json", "/home/ada/.cursor/README"),
            (REMIT_FILES, "/home/ada/web/mcp.policy.yaml", "/home/ada/web/policy.yaml"),
            (REMIT_FILES, "/home/ada/web/policies/mine.yaml", "/home/ada/web/policies/other.yaml"),
            (REMIT_FILES, "/home/ada/.local/state/remit/keys/x", "/home/ada/.local/state/vim"),
        ] {
            assert_eq!(protection(protected, false), Some(name), "{protected}");
            assert_eq!(protection(free, false), None, "{free}");
        }
    }

    #[test]
    fn taking_a_folder_away_takes_what_is_protected_below_it() {
        assert_eq!(protection("/home/ada", false), None);
        assert!(protection("/home/ada", true).is_some());
        assert_eq!(protection("/home/ada/web/.git", true), Some(GIT_INTERNALS));
        assert_eq!(protection("/home/ada/web/.git", false), None);
        assert_eq!(protection("/home/ada/.config", true), Some(CREDENTIAL_FILES));
        assert_eq!(protection("/home/ada/web/config", true), None);
        assert_eq!(protection("/home/ada/web/policies", true), Some(REMIT_FILES));
        assert_eq!(protection("/home/ada/web/src", true), None);
    }

    #[test]
    fn a_protection_that_is_switched_off_leaves_the_others_on() {
        let facts = Facts { project: "/p".into(), cwd: "/p".into(), ..Facts::default() };
        let off = |name: &str, path: &str| of_place(&Place::read(path, Os::Posix), &facts, false, &[name.to_owned()]);
        assert!(off(ENV_FILES, "/p/.env").is_none());
        assert_eq!(off(ENV_FILES, "/p/.ssh/.env").map(|protection| protection.name), Some(CREDENTIAL_FILES));
        assert_eq!(off(KEY_FILES, "/p/.env").map(|protection| protection.name), Some(ENV_FILES));
        // Taking a folder away takes what each of them protects below it.
        for name in [CREDENTIAL_FILES, STARTUP_FILES, ACCOUNT_FILES] {
            let taken = of_place(&Place::read("/etc", Os::Posix), &facts, true, &[name.to_owned()]);
            assert!(taken.is_some_and(|protection| protection.name != name), "{name}");
        }
        let all = [CREDENTIAL_FILES, STARTUP_FILES, ACCOUNT_FILES].map(str::to_owned);
        assert!(of_place(&Place::read("/etc", Os::Posix), &facts, true, &all).is_none());
    }

    #[test]
    fn the_table_compiles() {
        let (mut names, mut places) = (Vec::new(), Vec::new());
        for protection in TABLE {
            names.extend(protection.names.iter().map(|name| (*name).to_owned()));
            places.extend(protection.places.iter().map(|place| (*place).to_owned()));
        }
        assert!(Patterns::new(&names).is_ok() && PathSet::denied(&places).is_ok());
    }
}
