//! Dangerous commands. The tool that runs a command is the same for all of them, so no policy can have a person asked about
//! one and not about the others: a dangerous command that next to no session ran is not learned, and named.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::generalise::forms;
use super::generalise::position::is_few;
use super::reading;
use super::settings::{Settings, Strictness};
use super::unlike;
use super::view::{Spot, View};
use crate::decision::command;
use crate::model::effects::{SimpleCommand, Word};
use crate::model::finding::{Finding, Severity};

/// What a command does that cannot be undone, or reaches others.
#[derive(Debug, PartialEq, Eq)]
pub struct Class {
    pub name: &'static str,
    /// Why one session does not make it a habit.
    pub why: &'static str,
}

const DELETES: Class = Class { name: "deletion", why: "what is deleted or written over may be gone" };
const SENDS: Class = Class { name: "sending", why: "what was sent to another machine does not come back" };
const PUBLISHES: Class = Class { name: "publication", why: "what is published cannot be called back" };
const DEPLOYS: Class = Class { name: "deployment", why: "it changes what runs for others" };
const INSTALLS: Class = Class { name: "installation", why: "code from elsewhere runs as the user" };
const PERMITS: Class = Class { name: "permission", why: "it lasts longer than the session that gave it" };
const SCHEDULES: Class = Class { name: "schedule", why: "it runs when nobody looks" };
const INLINE: Class = Class { name: "inline code", why: "a program given as a word can do whatever the user can" };

/// A row of the table: all that is given must be there.
struct Row {
    class: &'static Class,
    programs: &'static [&'static str],
    /// One of these verbs; none: whatever it is told.
    verbs: &'static [&'static str],
    /// One of these options, alone, with `=`, or as a letter among others; none: with and without.
    options: &'static [&'static str],
    /// What it is done to must be named: `npm install` alone installs what the project lists.
    named: bool,
}

const fn row(
    class: &'static Class,
    programs: &'static [&'static str],
    verbs: &'static [&'static str],
    options: &'static [&'static str],
) -> Row {
    Row { class, programs, verbs, options, named: false }
}

const fn named(class: &'static Class, programs: &'static [&'static str], verbs: &'static [&'static str]) -> Row {
    Row { class, programs, verbs, options: &[], named: true }
}

/// Programs that act on a service or on another machine by their verbs.
const SERVICES: &[&str] = &[
    "gh",
    "glab",
    "aws",
    "az",
    "gcloud",
    "gsutil",
    "kubectl",
    "oc",
    "helm",
    "terraform",
    "tofu",
    "pulumi",
    "docker",
    "podman",
    "nerdctl",
    "vercel",
    "netlify",
    "fly",
    "flyctl",
    "heroku",
    "railway",
    "wrangler",
    "firebase",
    "serverless",
    "doctl",
    "rclone",
    "vault",
    "supabase",
];

/// The dangerous commands; the first row that fits names one. The sources are the programs' own manuals.
const ROWS: &[Row] = &[
    row(&INLINE, &["python", "pypy", "ipython"], &[], &["-c"]),
    row(&INLINE, &["node", "nodejs", "deno", "bun", "tsx", "ts-node"], &[], &["-e", "-p", "--eval", "--print"]),
    row(&INLINE, &["deno"], &["eval"], &[]),
    row(&INLINE, &["perl", "ruby", "lua", "julia", "osascript", "rscript", "elixir", "groovy"], &[], &["-e", "-E"]),
    row(&INLINE, &["php"], &[], &["-r"]),
    row(&INLINE, &["powershell", "pwsh"], &[], &["-c", "-command", "-encodedcommand", "-enc", "-e"]),
    row(&DELETES, &["rm", "shred", "unlink", "truncate", "wipefs", "dd", "srm", "rmdir"], &[], &[]),
    row(&DELETES, &["find", "gfind"], &[], &["-delete"]),
    row(&DELETES, &["rsync"], &[], &["--delete", "--delete-after", "--delete-before", "--del"]),
    row(&DELETES, &["git"], &["clean", "filter-branch", "filter-repo", "expire"], &[]),
    row(&DELETES, &["git"], &["reset"], &["--hard"]),
    row(&DELETES, &["git"], &["branch", "tag", "update-ref"], &["-D", "-d", "--delete"]),
    row(&DELETES, &["git"], &["stash clear", "stash drop", "worktree remove", "worktree prune"], &[]),
    row(&DELETES, &["git"], &["push"], &["-f", "--force", "--force-with-lease", "--mirror", "--delete", "-d"]),
    row(
        &DELETES,
        SERVICES,
        &[
            "delete",
            "destroy",
            "remove",
            "rm",
            "rb",
            "purge",
            "prune",
            "drop",
            "terminate",
            "uninstall",
            "kill",
            "archive",
            "drain",
            "down",
        ],
        &[],
    ),
    row(&DELETES, &["dropdb", "dropuser", "redis-cli", "mongosh"], &[], &[]),
    row(&PUBLISHES, &["npm", "pnpm", "yarn", "bun"], &["publish", "unpublish", "deprecate"], &[]),
    row(&PUBLISHES, &["cargo"], &["publish", "yank"], &[]),
    row(&PUBLISHES, &["uv", "poetry", "flit", "hatch", "pdm"], &["publish"], &[]),
    row(&PUBLISHES, &["twine"], &["upload"], &[]),
    row(&PUBLISHES, &["gem"], &["push", "yank"], &[]),
    row(&PUBLISHES, &["git"], &["push", "send-email"], &[]),
    row(&PUBLISHES, &["gh", "glab"], &["pr merge", "mr merge", "release create", "release upload", "gist create"], &[]),
    row(&PUBLISHES, SERVICES, &["push", "publish", "upload"], &[]),
    row(
        &PERMITS,
        &["chmod", "chown", "chgrp", "setfacl", "icacls", "usermod", "useradd", "adduser", "passwd"],
        &[],
        &[],
    ),
    row(&PERMITS, &["setcap", "visudo", "ssh-copy-id", "ssh-add", "gpasswd"], &[], &[]),
    row(&PERMITS, &["gh", "glab"], &["repo edit", "repo rename", "secret set", "ssh-key add", "gpg-key add"], &[]),
    row(
        &PERMITS,
        &["gh", "glab"],
        &["variable set", "auth login", "auth token", "auth refresh", "deploy-key add"],
        &[],
    ),
    row(&PERMITS, &["git"], &["remote add", "remote set-url"], &[]),
    row(&PERMITS, &["git"], &["config"], &["--global", "--system", "--add", "--unset"]),
    row(&PERMITS, &["npm", "pnpm", "yarn"], &["owner", "access", "token", "adduser", "login"], &[]),
    row(&PERMITS, &["aws"], &["iam"], &[]),
    row(&PERMITS, SERVICES, &["add-iam-policy-binding", "set-iam-policy", "grant", "login"], &[]),
    row(&SENDS, &["scp", "sftp", "ftp", "lftp", "nc", "ncat", "netcat", "telnet", "socat", "mail", "mailx"], &[], &[]),
    row(&SENDS, &["sendmail", "mutt", "msmtp", "ssh", "mosh", "croc", "wormhole"], &[], &[]),
    row(
        &SENDS,
        &["curl"],
        &[],
        &[
            "-d",
            "-F",
            "-T",
            "-X",
            "--data",
            "--data-raw",
            "--data-binary",
            "--data-urlencode",
            "--data-ascii",
            "--json",
            "--form",
            "--form-string",
            "--upload-file",
            "--request",
            "--url-query",
        ],
    ),
    row(&SENDS, &["wget"], &[], &["--post-data", "--post-file", "--body-data", "--body-file", "--method"]),
    row(&SENDS, &["http", "https", "xh"], &["POST", "PUT", "PATCH", "DELETE", "post", "put", "patch", "delete"], &[]),
    row(&SENDS, &["gh", "glab"], &["api"], &["-X", "-f", "-F", "--method", "--field", "--raw-field", "--input"]),
    row(
        &SENDS,
        &["aws", "gsutil", "rclone", "kubectl", "docker", "az", "gcloud"],
        &["cp", "mv", "sync", "copy", "move"],
        &[],
    ),
    row(&SENDS, &["aws"], &["s3 cp", "s3 mv", "s3 sync"], &[]),
    row(&DEPLOYS, &["ansible", "ansible-playbook", "capistrano", "cap", "skaffold"], &[], &[]),
    row(
        &DEPLOYS,
        SERVICES,
        &[
            "apply",
            "deploy",
            "create",
            "replace",
            "patch",
            "scale",
            "rollout",
            "rollback",
            "upgrade",
            "install",
            "up",
            "import",
            "edit",
            "set",
            "exec",
            "run",
            "promote",
            "taint",
            "start-instances",
            "stop-instances",
        ],
        &[],
    ),
    row(&DEPLOYS, &["systemctl", "service"], &["start", "stop", "restart", "reload", "mask", "disable"], &[]),
    row(&DEPLOYS, &["reboot", "poweroff", "halt"], &[], &[]),
    named(
        &INSTALLS,
        &["pip", "uv", "poetry", "pdm", "conda", "mamba", "pipx"],
        &["install", "add", "pip install", "tool install"],
    ),
    named(
        &INSTALLS,
        &["npm", "pnpm", "yarn", "bun"],
        &["install", "i", "add", "in", "dlx", "exec", "x", "create", "init"],
    ),
    named(
        &INSTALLS,
        &["cargo", "go", "gem", "brew", "apt", "apt-get", "dnf", "yum", "apk"],
        &["install", "get", "add"],
    ),
    named(&INSTALLS, &["pacman", "dpkg", "rpm"], &[]),
    named(
        &INSTALLS,
        &["snap", "flatpak", "choco", "winget", "composer", "dotnet"],
        &["install", "require", "tool install"],
    ),
    named(&INSTALLS, &["npx", "uvx", "bunx"], &[]),
    named(&INSTALLS, &["code", "gh"], &["extension install"]),
    row(&INSTALLS, &["code"], &[], &["--install-extension"]),
    row(&SCHEDULES, &["crontab", "at", "batch", "launchctl", "schtasks", "systemd-run"], &[], &[]),
    row(&SCHEDULES, &["systemctl"], &["enable", "edit", "link"], &[]),
];

/// A dangerous command: its class, and what is counted as the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    pub class: &'static Class,
    /// Program, verb and option, as the table has them.
    pub kind: String,
}

/// The dangerous deed of a command, if it is one.
///
/// Programs are written by others and do the same for everybody: what `rm`, `git push --force` or `pip install` does to its
/// caller depends on no recording. A verb counts where the program's verbs stand, after options that come before them,
/// so that a branch named `push` is none.
pub fn of(words: &[&str]) -> Option<Deed> {
    let (program, rest) = words.split_first()?;
    let file = program.rsplit(['/', '\\']).next().unwrap_or(program).to_ascii_lowercase();
    let file = file.strip_suffix(".exe").unwrap_or(&file);
    // `python3.12`, `pip3`
    let bare = file.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let file = if ["python", "pypy", "pip", "lua"].contains(&bare) { bare } else { file };
    // `python -m pip install x`
    if let (true, ["-m", module @ ..]) = (["python", "pypy"].contains(&file), rest) {
        return of(module);
    }
    let operands: Vec<&str> = rest.iter().copied().filter(|word| !word.starts_with('-')).collect();
    // Options before the verb may have a value each.
    let before = rest.iter().take_while(|word| word.starts_with('-')).count();
    let reach = before + forms::verbs_in(file, &operands);
    ROWS.iter().filter(|row| row.programs.contains(&file)).find_map(|row| {
        let (verb, after) = match row.verbs {
            [] => ("", operands.len()),
            verbs => verbs.iter().find_map(|verb| found(verb, &operands, reach).map(|at| (*verb, at)))?,
        };
        if row.named && after == 0 {
            return None;
        }
        let option = match row.options {
            [] => "",
            options => options.iter().find(|option| rest.iter().any(|word| is_option(option, word)))?,
        };
        let kind = [file, verb, option].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ");
        Some(Deed { class: row.class, kind })
    })
}

/// Where the verb stands among the first operands: how many follow it.
fn found(verb: &str, operands: &[&str], reach: usize) -> Option<usize> {
    let parts: Vec<&str> = verb.split(' ').collect();
    let starts = operands.windows(parts.len()).take(reach.saturating_sub(parts.len() - 1));
    let at = starts
        .enumerate()
        .find_map(|(at, words)| (words.iter().zip(&parts).all(|(word, part)| is_verb(part, word))).then_some(at))?;
    Some(operands.len() - at - parts.len())
}

/// `delete`, `delete-stack`
fn is_verb(verb: &str, word: &str) -> bool {
    word.strip_prefix(verb).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// `--data`, `--data=x`; `-d`, `-sd`, `-dx`
fn is_option(option: &str, word: &str) -> bool {
    match option.strip_prefix('-').filter(|rest| rest.len() == 1) {
        Some(letter) => word.strip_prefix('-').is_some_and(|rest| !rest.starts_with('-') && rest.contains(letter)),
        None => word == option || word.strip_prefix(option).is_some_and(|rest| rest.starts_with('=')),
    }
}

/// The values of a position that are not learned, each as JSON, with the first of their deeds.
#[derive(Debug, Default)]
pub struct Aside(BTreeMap<String, (Deed, u32)>);

impl Aside {
    pub fn holds(&self, value: &Value) -> bool {
        !self.0.is_empty() && self.0.contains_key(&value.to_string())
    }
}

/// Command lines with a dangerous deed that so few sessions did that a tool of a dangerous class would be asked for, while
/// the recording is large enough for that to be a surprise ([`unlike::is_surprise`], one session in twenty): such a
/// deed may be what an attacker made the agent do once, and what it did once it need not do again. What many sessions did
/// is a habit, and of a small recording nobody can tell.
///
/// `deeds`: those of a value, as [`in_commands`] finds them.
pub fn surprises(spot: &Spot<'_>, settings: &Settings, deeds: impl Fn(&Value) -> Vec<Deed>) -> Aside {
    if settings.strictness == Strictness::Broad || !unlike::is_surprise(1, spot.sessions as usize) {
        return Aside::default();
    }
    let (mut of_kind, mut found): (BTreeMap<String, BTreeSet<u32>>, Vec<_>) = (BTreeMap::new(), Vec::new());
    for (json, sessions) in spot.values.iter() {
        let Ok(value) = serde_json::from_str::<Value>(json) else { continue };
        for deed in deeds(&value) {
            of_kind.entry(deed.kind.clone()).or_default().extend(sessions);
            found.push((value.to_string(), deed, sessions.first().copied().unwrap_or_default()));
        }
    }
    let mut aside = Aside::default();
    for (value, deed, session) in found {
        let few = of_kind.get(&deed.kind).map_or(0, BTreeSet::len);
        if is_few(u32::try_from(few).unwrap_or(u32::MAX)) && unlike::is_surprise(few, spot.sessions as usize) {
            aside.0.entry(value).or_insert((deed, session));
        }
    }
    aside
}

/// The deeds of a command line or argument vector, of whatever it runs.
fn deeds_in(value: &Value) -> Vec<Deed> {
    let read = match value {
        Value::String(text) => command::read_shell(text),
        Value::Array(items) => {
            let words: Option<Vec<String>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
            words.map_or_else(|| Err(String::new()), |words| command::read_argv(&words))
        }
        _ => return Vec::new(),
    };
    let commands = read.map(|read| read.commands).unwrap_or_default();
    in_commands(&commands)
}

/// The deeds of some commands.
pub fn in_commands(commands: &[SimpleCommand]) -> Vec<Deed> {
    commands.iter().filter_map(|command| of(&spelled(command))).collect()
}

fn spelled(command: &SimpleCommand) -> Vec<&str> {
    command
        .words
        .iter()
        .map(|word| match word {
            Word::Literal(text) | Word::Dynamic(text) => text.as_str(),
        })
        .collect()
}

/// What `infer` says of them, position by position.
pub fn findings(view: &View<'_>, settings: &Settings) -> Vec<Finding> {
    let mut found = Vec::new();
    for (server, seen) in &view.servers {
        for (tool, calls) in &seen.tools {
            let mut named = BTreeSet::new();
            let mut look = |pointer: &str, spot: &Spot<'_>| {
                for (value, (deed, session)) in surprises(spot, settings, deeds_in).0 {
                    let session = view.sessions.get(session as usize).map(|session| session.name.as_str());
                    if named.insert((pointer.to_owned(), value.clone())) {
                        let subject = format!("{server}.{tool}");
                        found.push(finding(&subject, pointer, &value, &deed, session.unwrap_or_default()));
                    }
                }
            };
            walk("", "", &calls.arguments, &mut look);
            for variant in calls.variants.values() {
                walk("", "", &variant.arguments, &mut look);
            }
        }
    }
    found
}

/// Every position of commands.
fn walk(pointer: &str, key: &str, spot: &Spot<'_>, look: &mut dyn FnMut(&str, &Spot<'_>)) {
    if reading::is_command_name(key) {
        look(pointer, spot);
    }
    for (name, field) in &spot.fields {
        walk(&format!("{pointer}/{}", reading::escape(name)), name, field, look);
    }
    if let Some(items) = &spot.items {
        walk(&format!("{pointer}/*"), key, items, look);
    }
}

fn finding(subject: &str, pointer: &str, value: &str, deed: &Deed, session: &str) -> Finding {
    let shown: String = value.chars().take(80).collect();
    let Deed { class: Class { name, why }, kind } = deed;
    Finding {
        severity: Severity::High,
        id: "not-learned-dangerous-command".into(),
        subject: subject.to_owned(),
        what: format!(
            "{session} ran `{kind}` ({name}) at {pointer}, as next to no other did: `{shown}`; this was not learned"
        ),
        why: format!("{why}; a recording may hold an attack, and it looks like this"),
        todo: "if the agent does need it, grant it by hand, or give `--strictness broad`".into(),
        at: None,
    }
}
