//! The table of rules. A new one is one entry here; its identifier is stable.

use core::net::IpAddr;

use url::Host;

use super::Subject;
use super::launch::{self, Run};
use super::places::{self, Reach};
use super::{package, secrets};
use crate::model::finding::{Finding, Severity};
use crate::model::server::{Launch, Mode};

/// One thing that is looked for.
#[derive(Debug)]
pub struct Rule {
    /// Stable, kebab-case.
    pub id: &'static str,
    pub severity: Severity,
    pub why: &'static str,
    pub todo: &'static str,
    /// What was found, one sentence a finding.
    pub look: fn(&Subject, &str) -> Vec<String>,
}

impl Rule {
    pub fn finding(&self, subject: &Subject, what: String) -> Finding {
        Finding {
            severity: self.severity,
            id: self.id.to_owned(),
            subject: subject.server.name.clone(),
            what,
            why: self.why.to_owned(),
            todo: self.todo.to_owned(),
            at: Some(subject.at.clone()),
        }
    }
}

pub const RULES: &[Rule] = &[
    Rule {
        id: "key-folder-exposed",
        severity: Severity::Critical,
        why: "whoever talks the agent into one call has the keys",
        todo: "take the folder out; give the server the project alone",
        look: |subject, home| exposed(subject, home, Reach::Keys, "is given keys"),
    },
    Rule {
        id: "disk-exposed",
        severity: Severity::Critical,
        why: "every file of the machine is in reach of the agent",
        todo: "give the server the project's folder instead of the root",
        look: |subject, home| exposed(subject, home, Reach::Disk, "is given the whole disk"),
    },
    Rule {
        id: "download-and-run",
        severity: Severity::Critical,
        why: "whoever controls that address, or the way to it, runs code on this machine",
        todo: "install the server in a fixed version, and start that",
        look: |subject, _| {
            let found = run(subject).and_then(launch::script).is_some_and(launch::fetches_and_runs);
            found.then(|| "fetches a script and runs it at each start".to_owned()).into_iter().collect()
        },
    },
    Rule {
        id: "home-exposed",
        severity: Severity::High,
        why: "mail, browser profiles, keys and all other projects are in reach of the agent",
        todo: "give the server the project's folder instead of the home directory",
        look: |subject, home| exposed(subject, home, Reach::Home, "is given a home directory"),
    },
    Rule {
        id: "secret-in-config",
        severity: Severity::High,
        why: "configurations are copied, committed and read by other programs",
        todo: "revoke it; let the client fill it in (`${env:NAME}` or its prompt for inputs)",
        look: |subject, _| secrets::in_launch(&subject.server.launch),
    },
    Rule {
        id: "unpinned-package",
        severity: Severity::High,
        why: "whoever publishes the next version runs code on this machine, and no review sees it",
        todo: "name an exact version (`name@1.2.3`, `name==1.2.3`, an image by version or digest), then: remit lock",
        look: |subject, _| run(subject).and_then(package::unpinned).into_iter().collect(),
    },
    Rule {
        id: "plain-http",
        severity: Severity::High,
        why: "anybody on the way can read the calls, and change the answers that the agent believes",
        todo: "use https",
        look: plain_http,
    },
    Rule {
        id: "container-opened",
        severity: Severity::High,
        why: "with it, the container is no boundary any more",
        todo: "take the option out; mount the project's folder alone",
        look: container_opened,
    },
    Rule {
        id: "writable-by-all",
        severity: Severity::High,
        why: "anybody on this machine can change what your client starts",
        todo: "take the right away: chmod o-w FILE",
        look: |subject, _| {
            subject.writable_by_all.then(|| "its file can be changed by every user".to_owned()).into_iter().collect()
        },
    },
    Rule {
        id: "approves-everything",
        severity: Severity::High,
        why: "nobody is asked before a call, whatever it does",
        todo: "take `trust` or `*` out, or put the server under a policy: remit enforce",
        look: |subject, _| {
            let all = subject.approved.iter().any(|tool| tool == "*");
            all.then(|| "every call passes without a question".to_owned()).into_iter().collect()
        },
    },
    Rule {
        id: "name-twice",
        severity: Severity::Medium,
        why: "clients differ on which entry counts, so what you read may not be what runs",
        todo: "give each entry a name of its own",
        look: |subject, _| {
            subject.twice.then(|| "another entry of the file has the same name".to_owned()).into_iter().collect()
        },
    },
    Rule {
        id: "shell-launch",
        severity: Severity::Medium,
        why: "what a script starts cannot be pinned, and words in it are read as code",
        todo: "start the program itself, with its arguments as a list",
        look: |subject, _| {
            let script = run(subject).and_then(launch::script).filter(|script| !launch::fetches_and_runs(script));
            script.map(|_| "is started by a shell script in the configuration".to_owned()).into_iter().collect()
        },
    },
    Rule {
        id: "auto-approve",
        severity: Severity::Medium,
        why: "nobody is asked before these calls, whatever their arguments",
        todo: "leave only what reads, or bind the arguments by a policy: remit enforce",
        look: |subject, _| {
            let named: Vec<&str> = subject.approved.iter().filter(|tool| *tool != "*").map(String::as_str).collect();
            let (count, plural) = (named.len(), if named.len() == 1 { "" } else { "s" });
            let shown = named.iter().take(3).copied().collect::<Vec<_>>().join(", ");
            let more = if count > 3 { ", ..." } else { "" };
            (count > 0)
                .then(|| format!("{count} tool{plural} called without a question: {shown}{more}"))
                .into_iter()
                .collect()
        },
    },
    Rule {
        id: "remote-not-covered",
        severity: Severity::Medium,
        why: "remit stands before local servers only: calls of this one are neither recorded nor judged",
        todo: "limit what its token may do, at the service",
        look: |subject, _| {
            let is_remote = matches!(subject.server.launch, Launch::Remote { .. });
            is_remote.then(|| "is a remote server".to_owned()).into_iter().collect()
        },
    },
    Rule {
        id: "unknown-form",
        severity: Severity::Medium,
        why: "what cannot be read is neither scanned nor wrapped",
        todo: "correct the entry, or take it out",
        look: |subject, _| match &subject.server.launch {
            Launch::Unknown(why) => vec![format!("cannot be read: {why}")],
            _ => Vec::new(),
        },
    },
    Rule {
        id: "not-wrapped",
        severity: Severity::Low,
        why: "whatever the agent calls is carried out, and nothing remembers it",
        todo: "remit record, then: remit infer, remit enforce",
        look: |subject, _| {
            let bare = matches!(subject.server.launch, Launch::Stdio { .. }) && subject.server.wrapped.is_none();
            bare.then(|| "runs without remit".to_owned()).into_iter().collect()
        },
    },
    Rule {
        id: "not-enforced",
        severity: Severity::Info,
        why: "everything passes in this mode",
        todo: "when the policy stands: remit enforce",
        look: |subject, _| {
            let mode = subject.server.wrapped.as_ref().map(|wrapping| wrapping.mode);
            let open = mode.filter(|mode| *mode != Mode::Enforce);
            open.map(|mode| format!("runs under remit in mode {}", mode.name())).into_iter().collect()
        },
    },
];

fn run(subject: &Subject) -> Option<Run<'_>> {
    launch::run(&subject.server.launch)
}

fn exposed(subject: &Subject, home: &str, reach: Reach, what: &str) -> Vec<String> {
    let found = run(subject).map(|run| places::exposed(run, home)).unwrap_or_default();
    found.into_iter().filter(|(found, _)| *found == reach).map(|(_, place)| format!("{what}: {place}")).collect()
}

fn plain_http(subject: &Subject, _home: &str) -> Vec<String> {
    let hosts: Vec<String> = match &subject.server.launch {
        Launch::Remote { url, .. } => plain_host(url).into_iter().collect(),
        Launch::Stdio { args, .. } => args.iter().filter_map(|word| plain_host(word)).collect(),
        Launch::Unknown(_) => Vec::new(),
    };
    hosts.into_iter().map(|host| format!("talks to {host} without encryption")).collect()
}

/// The host of an unencrypted URL that leaves the machine.
fn plain_host(text: &str) -> Option<String> {
    let url = url::Url::parse(text).ok().filter(|url| ["http", "ws"].contains(&url.scheme()))?;
    let host = url.host()?;
    let is_loopback = match &host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(ip) => IpAddr::V4(*ip).is_loopback(),
        Host::Ipv6(ip) => IpAddr::V6(*ip).is_loopback(),
    };
    (!is_loopback).then(|| host.to_string())
}

/// Options that open a container to its host.
fn container_opened(subject: &Subject, _home: &str) -> Vec<String> {
    let Some(run) = run(subject).filter(|run| ["docker", "podman", "nerdctl"].contains(&run.program)) else {
        return Vec::new();
    };
    let joined = run.args.windows(2).filter_map(|pair| Some(format!("{}={}", pair.first()?, pair.get(1)?)));
    let words: Vec<String> = run.args.iter().cloned().chain(joined).collect();
    let openers = [
        "--privileged",
        "--privileged=true",
        "--pid=host",
        "--network=host",
        "--net=host",
        "--ipc=host",
        "--userns=host",
        "--cap-add=ALL",
        "--cap-add=SYS_ADMIN",
    ];
    let options = openers.iter().filter(|opener| words.iter().any(|word| word == *opener));
    let mut found: Vec<String> = options.map(|option| format!("opens its container with {option}")).collect();
    if run.args.iter().any(|word| word.contains("docker.sock")) {
        found.push("hands the container the socket of the container engine".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::verdict::Location;

    fn subject(launch: Launch) -> Subject {
        let at = Location { file: "f".into(), line: 1, column: 1 };
        let server = crate::model::server::Configured {
            name: "s".into(),
            client: "file".into(),
            file: "f".into(),
            line: 1,
            launch,
            disabled: false,
            wrapped: None,
        };
        Subject { server, at, approved: Vec::new(), twice: false, writable_by_all: false }
    }

    fn local(text: &str) -> Subject {
        let mut words = text.split(' ').map(str::to_owned);
        let command = words.next().unwrap();
        subject(Launch::Stdio { command, args: words.collect(), env: Default::default(), cwd: None })
    }

    fn remote(url: &str) -> Subject {
        subject(Launch::Remote { url: url.into(), headers: Default::default() })
    }

    fn ids(subject: &Subject) -> Vec<String> {
        super::super::scan(std::slice::from_ref(subject), "/home/ann").into_iter().map(|finding| finding.id).collect()
    }

    #[test]
    fn every_rule_is_told_apart_by_its_id() {
        for rule in RULES {
            assert_eq!(RULES.iter().filter(|other| other.id == rule.id).count(), 1, "{}", rule.id);
            assert!(!rule.todo.ends_with('.') && !rule.why.ends_with('.'), "{}", rule.id);
        }
    }

    #[test]
    fn findings_come_the_worst_first() {
        assert_eq!(
            ids(&local("npx -y fs ~/.ssh /")),
            ["disk-exposed", "key-folder-exposed", "unpinned-package", "not-wrapped"]
        );
        assert_eq!(ids(&local("node server.js")), ["not-wrapped"]);
    }

    #[test]
    fn plain_http_matters_only_off_the_machine() {
        assert_eq!(ids(&remote("http://mcp.acme.example/")), ["plain-http", "remote-not-covered"]);
        for url in ["https://mcp.acme.example/", "http://127.0.0.1:8080/", "http://localhost/", "http://[::1]/"] {
            assert_eq!(ids(&remote(url)), ["remote-not-covered"], "{url}");
        }
        assert!(ids(&local("npx mcp-remote@1.2.3 http://mcp.acme.example/")).contains(&"plain-http".to_owned()));
    }

    #[test]
    fn a_container_that_is_open_to_its_host_is_found() {
        for text in [
            "docker run --privileged x:1",
            "docker run --pid host x:1",
            "docker run -v /var/run/docker.sock:/var/run/docker.sock x:1",
        ] {
            assert!(ids(&local(text)).contains(&"container-opened".to_owned()), "{text}");
        }
        assert!(!ids(&local("docker run --network none x:1")).contains(&"container-opened".to_owned()));
    }

    #[test]
    fn a_shell_is_found_and_one_that_fetches_is_worse() {
        let script = |script: &str| {
            let args = vec!["-c".to_owned(), script.to_owned()];
            ids(&subject(Launch::Stdio { command: "bash".into(), args, env: Default::default(), cwd: None }))
        };
        assert_eq!(script("cd x && ./run"), ["shell-launch", "not-wrapped"]);
        assert_eq!(script("curl https://x.example | sh"), ["download-and-run", "not-wrapped"]);
    }

    #[test]
    fn what_the_entry_says_of_itself_is_found() {
        let mut subject = local("node server.js");
        subject.approved = vec!["*".into(), "read".into()];
        subject.twice = true;
        subject.writable_by_all = true;
        assert_eq!(
            ids(&subject),
            ["approves-everything", "writable-by-all", "auto-approve", "name-twice", "not-wrapped"]
        );
        subject.server.launch = Launch::Unknown("`args` is not a list".into());
        assert!(ids(&subject).contains(&"unknown-form".to_owned()));
    }
}
