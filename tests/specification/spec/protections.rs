//! The table of protections (DESIGN 3.9): those of its names that the generator knows.

use mcp_remit::model::facts::{Facts, Os};

use super::places::{As, holds, holds_named, is_named, lies_below};

struct Protection {
    name: &'static str,
    /// Names wherever they stand.
    names: &'static [&'static str],
    places: &'static [&'static str],
}

const TABLE: [Protection; 8] = [
    Protection {
        name: "credential-files",
        names: &[
            ".ssh",
            ".aws",
            "id_rsa*",
            ".netrc",
            ".npmrc",
            "*.tfstate",
            "proc/*/environ",
            ".docker/config.json",
            ".local/share/keyrings",
        ],
        places: &["/etc/shadow", "/etc/sudoers.d", "~/.ssh", "~/.gnupg", "~/.aws"],
    },
    Protection { name: "key-files", names: &["*.pem", "*.key"], places: &[] },
    Protection {
        name: "startup-files",
        names: &[".bashrc", ".profile", ".config/systemd"],
        places: &["/etc/profile", "/etc/cron.d", "/etc/environment"],
    },
    Protection { name: "account-files", names: &[], places: &["/etc/pam.d", "/etc/ssh"] },
    Protection {
        name: "process-files",
        names: &["proc/*/root", "proc/*/cwd", "proc/*/fd", "proc/*/map_files", "proc/*/task", "dev/fd"],
        places: &[],
    },
    Protection { name: "env-files", names: &[".env", ".env.*", ".envrc"], places: &[] },
    Protection { name: "git-internals", names: &[".git/config", ".git/hooks", ".gitconfig"], places: &[] },
    Protection {
        name: "client-configs",
        names: &[".mcp.json", ".vscode/settings.json", ".claude/settings*.json"],
        places: &[],
    },
];

const OWN_NAMES: [&str; 3] = ["mcp.policy.yaml", "mcp.lock", ".local/state/remit"];
const OWN_PLACES: [&str; 1] = ["~/.local/state/remit"];

/// `.env.example` is written to be read.
const EXAMPLES: [&str; 2] = [".env.example", ".env.sample"];

/// The names of all protections of the place that are on.
pub fn of_place(place: &str, takes_away: bool, off: &[String], facts: &Facts) -> Vec<&'static str> {
    let owned = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<String>>();
    let touches = |places: &[String]| {
        holds(places, place, As::Restraint, facts) || (takes_away && lies_below(places, place, facts))
    };
    let mut found: Vec<&'static str> = Vec::new();
    for protection in &TABLE {
        let by_name =
            is_named(&owned(protection.names), place) && !(protection.name == "env-files" && only_examples(place));
        let holds_name = takes_away && holds_named(&owned(protection.names), place);
        if by_name || holds_name || touches(&owned(protection.places)) {
            found.push(protection.name);
        }
    }
    let own_below = takes_away && holds_named(&owned(&OWN_NAMES), place);
    if is_named(&owned(&OWN_NAMES), place) || own_below || touches(&owned(&OWN_PLACES)) || touches(&facts.guarded) {
        found.push("remit-files");
    }
    found.retain(|name| !off.iter().any(|off| off == name));
    found
}

/// Whether a bare word is a name of the table.
pub fn is_protected_name(text: &str) -> bool {
    let text = text.trim_matches(|c: char| c.is_whitespace() || ['"', '\'', '`'].contains(&c));
    !text.contains(char::is_whitespace)
        && text.contains(['.', '_'])
        && !of_place(&super::places::place(text, Os::Posix), false, &[], &Facts::default()).is_empty()
}

fn only_examples(place: &str) -> bool {
    let place = place.to_lowercase();
    super::places::names(&place).iter().filter(|name| name.starts_with(".env")).all(|name| EXAMPLES.contains(name))
}
