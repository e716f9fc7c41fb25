//! Paths and URLs in the words of commands.

use std::collections::HashSet;

use super::bounds::reads_code;
use super::folders;
use super::operands::{self, Role, Use};
use super::surroundings;
use super::unfold::{command_of_wrapper, from_program, is_shell, program};
use super::values::{self, Variables, text};
use crate::decision::effects::keys;
use crate::model::effects::Word;

/// Programs whose operands are hosts or URLs without a scheme.
const WEB_PROGRAMS: &[&str] = &["curl", "wget", "http", "https", "xh", "httpie", "lynx", "w3m", "links"];
const HOST_PROGRAMS: &[&str] = &[
    "ssh",
    "nc",
    "ncat",
    "netcat",
    "telnet",
    "ftp",
    "ping",
    "ping6",
    "nslookup",
    "dig",
    "host",
    "traceroute",
    "whois",
];

/// The standard streams, and devices that hold nothing of anybody.
const STREAMS: [&str; 9] = [
    "/dev/null",
    "/dev/stdin",
    "/dev/stdout",
    "/dev/stderr",
    "/dev/tty",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
];

/// Schemes besides `file` whose URLs name a place on this machine.
const LOCAL_SCHEMES: [&str; 8] = ["unix", "sqlite", "sqlite3", "duckdb", "ipc", "npipe", "pipe", "local"];

/// What has been found, each once, in order.
#[derive(Default)]
pub(super) struct Found {
    pub paths: Vec<String>,
    /// Those that go away or are written over with all below them; they are not among `paths`.
    pub changes: Vec<String>,
    /// Those that are files only where nothing else has their name.
    pub perhaps: Vec<String>,
    pub writes: Vec<String>,
    pub urls: Vec<String>,
}

#[derive(Default)]
pub(super) struct Places {
    found: Found,
    /// Places, and what becomes of them.
    seen: HashSet<(String, Use)>,
    /// URLs.
    known: HashSet<String>,
    pub(super) variables: Variables,
    /// Folders that a `cd` before led to: a relative path may start from any of them.
    pub(super) folders: Vec<String>,
    /// What is read stands where the last `cd` led, and nowhere else.
    pub(super) is_sure: bool,
    /// It does not stand where the text begins any more.
    pub(super) has_left: bool,
    pub(super) moves: usize,
    /// All folders are known, and none is added.
    pub(super) stays: bool,
    /// Why the words are not read to their end.
    refused: Option<&'static str>,
    /// What is read is read by another machine.
    pub(super) elsewhere: bool,
    /// How long everything is that was read as a place.
    size: usize,
}

/// Where the options of a command led: the words that say so, and how many folders count without them.
pub(super) struct Moved {
    before: usize,
    words: Vec<usize>,
}

/// Each relative path is read from each folder, so there are few.
pub(super) const MAX_FOLDERS: usize = 8;

/// More is refused, in bytes: each word may be read from each folder and in several spellings.
const MAX_SIZE: usize = 4 * operands::MAX_JOINED;

impl Places {
    pub(super) fn finish(self) -> Result<Found, String> {
        match (self.refused, self.moves) {
            (Some(why), _) => Err(why.to_owned()),
            (None, 0..=MAX_FOLDERS) => Ok(self.found),
            (None, _) => Err(format!("it changes its folder more than {MAX_FOLDERS} times")),
        }
    }

    /// Takes the variables of a text, and hands back those of the text around it.
    pub(super) fn enter(&mut self, mut variables: Variables) -> Variables {
        variables.inherit(&self.variables);
        std::mem::replace(&mut self.variables, variables)
    }

    /// Whether what follows is read by another machine; hands back how it was before.
    pub(super) fn go_elsewhere(&mut self, elsewhere: bool) -> bool {
        std::mem::replace(&mut self.elsewhere, elsewhere)
    }

    /// Goes back to the text around it: `eval` sets the variables of that one.
    pub(super) fn leave(&mut self, outer: Variables) {
        let inner = std::mem::replace(&mut self.variables, outer);
        self.variables.inherit(&inner);
    }

    fn path(&mut self, path: &str) {
        self.place(path, Use::Touched);
    }

    pub(super) fn place(&mut self, path: &str, used: Use) {
        if self.elsewhere {
            return;
        }
        let path = surroundings::from_here(path);
        for place in surroundings::from_home(&path, &self.variables) {
            self.place_below(place, used);
        }
        self.place_below(path, used);
    }

    fn place_below(&mut self, path: String, used: Use) {
        // What stands for a name in a folder that was searched lies below that one.
        let is_found = path == "./*" || (path.contains("{}") && !path.contains('/'));
        let is_absolute = path.starts_with(['/', '~', '$']);
        let folders: Vec<&String> =
            self.folders.iter().filter(|folder| !is_absolute && (!is_found || *folder != values::ANYTHING)).collect();
        self.size += path.len() + folders.iter().map(|folder| folder.len() + 1 + path.len()).sum::<usize>();
        if self.size > MAX_SIZE {
            self.refused = Some("its folders and names are too long together");
            return;
        }
        let below: Vec<String> =
            folders.iter().map(|folder| format!("{}/{path}", folder.trim_end_matches('/'))).collect();
        below.into_iter().for_each(|path| self.add(path, used));
        // A program may go back to where it finds its project: no grant needs that, and a denial holds it.
        let used = if is_absolute || !self.has_left { used } else { Use::Perhaps };
        self.add(path, used);
    }

    fn add(&mut self, path: String, used: Use) {
        if path.is_empty() || (used != Use::Changed && STREAMS.contains(&path.as_str())) {
            return;
        }
        if self.seen.insert((path.clone(), used)) {
            match used {
                Use::Touched => self.found.paths.push(path),
                Use::Changed => self.found.changes.push(path),
                Use::Perhaps => self.found.perhaps.push(path),
            }
        }
    }

    fn url(&mut self, url: String) {
        if self.known.insert(url.clone()) {
            self.found.urls.push(url);
        }
    }

    pub(super) fn redirect(&mut self, path: String, writes: bool) {
        self.path(&path);
        if writes && !self.stays {
            self.found.writes.push(path);
        }
    }

    /// A redirection to what is known only when it runs.
    pub(super) fn open(&mut self, target: &Word) {
        self.word(&text(target), true, &Role::File);
    }

    /// A word that is no argument: the value of a variable, an item of a loop.
    pub(super) fn value(&mut self, word: &Word) {
        self.look(&text(word), None);
    }

    /// `fed`: it reads from a pipe. Hands back what a script within the words runs in a shell.
    pub(super) fn words(&mut self, words: &[Word], fed: bool, moved: &Moved) -> Vec<String> {
        let assigned = words.len() - from_program(words).len();
        for word in words.iter().take(assigned) {
            self.value(word);
            self.environment(word);
        }
        let words = from_program(words);
        let Some((first, rest)) = words.split_first() else { return Vec::new() };
        let name = program(first).unwrap_or_default();
        if let Word::Literal(program) = first
            && program.contains('/')
        {
            self.path(program);
        }
        let texts: Vec<String> = rest.iter().map(text).collect();
        let open: Vec<bool> = rest.iter().map(|word| matches!(word, Word::Dynamic(_))).collect();
        let mut roles = operands::roles(&name, &texts, &open, fed);
        self.refused = self.refused.or(roles.refused);
        // What a wrapper runs is read by itself.
        if let Some(start) = command_of_wrapper(&name, words) {
            roles.words.iter_mut().skip(start - 1).for_each(|role| *role = Role::Nothing);
        }
        // Their folders start from the one outside, and have been read.
        for at in &moved.words {
            if let Some(role) = at.checked_sub(1).and_then(|at| roles.words.get_mut(at)) {
                *role = Role::Nothing;
            }
        }
        for ((word, text), role) in rest.iter().zip(&texts).zip(&roles.words) {
            if *role == Role::Word && !text.starts_with('-') {
                self.host(&name, text);
            }
            match word {
                // The shell here puts the names of files here in its place.
                Word::Dynamic(source) if *role == Role::Elsewhere && surroundings::is_expanded(source) => {
                    self.word(text, true, &Role::Word);
                }
                word => self.word(text, matches!(word, Word::Dynamic(_)), role),
            }
        }
        for (place, used) in roles.more {
            let role = match used {
                Use::Touched => Role::File,
                Use::Changed => Role::Tree,
                Use::Perhaps => Role::Perhaps,
            };
            self.word(&place, place.contains(['$', '{']), &role);
        }
        // What a shell reads from a pipe as its program may open anything.
        let all: Vec<&str> = [name.as_str()].into_iter().chain(texts.iter().map(String::as_str)).collect();
        if fed && is_shell(&name) && reads_code(&name, &all) {
            self.path(values::ANYTHING);
        }
        if values::SETTERS.contains(&name.as_str()) {
            rest.iter().for_each(|word| self.environment(word));
        }
        if matches!(name.as_str(), "cd" | "pushd" | "chdir") {
            self.change_folder(&name, rest);
        }
        roles.texts
    }

    /// An operand that is a host or a URL without a scheme.
    fn host(&mut self, program: &str, text: &str) {
        let web = WEB_PROGRAMS.contains(&program);
        if (web || HOST_PROGRAMS.contains(&program)) && !text.contains("://") && looks_like_host(text) {
            self.url(format!("{}://{text}", if web { "http" } else { "ssh" }));
        }
    }

    /// One word by its role. `open`: it holds what is known only when it runs, and is read in every spelling that the text
    /// gives it.
    pub(super) fn word(&mut self, text: &str, open: bool, role: &Role) {
        // The commands of a process substitution are read by themselves.
        if *role == Role::Nothing || (open && (text.starts_with("<(") || text.starts_with(">("))) {
            return;
        }
        if self.refused.is_some() {
            return;
        }
        let (spellings, unknown) = if open { self.spellings(text) } else { (vec![text.to_owned()], Vec::new()) };
        if open {
            self.size += spellings.iter().map(String::len).sum::<usize>();
        }
        for text in &spellings {
            // What a command prints is taken for a name in the folder where it is used.
            let is_printed = open && values::is_printed(text) && !unknown.iter().any(|name| text.starts_with(name));
            let file = if is_printed { format!("./{text}") } else { text.clone() };
            match role {
                Role::Nothing | Role::Elsewhere => {}
                Role::File => self.look(&file, Some(Use::Touched)),
                Role::Tree => self.look(&file, Some(Use::Changed)),
                Role::Perhaps => self.place(text, Use::Perhaps),
                Role::Glued(file) => {
                    self.look(text, None);
                    self.path(file);
                }
                Role::Remote => match text.split_once(':').filter(|(host, _)| !host.contains('/')) {
                    Some((host, path)) if !text.contains("://") => self.url(format!("ssh://{host}/{path}")),
                    Some(_) => self.look(text, None),
                    None => self.look(text, Some(Use::Touched)),
                },
                Role::Word => self.look(text, None),
            }
        }
        // A variable of which the text says nothing may lead anywhere.
        if matches!(role, Role::File | Role::Tree | Role::Remote) || spellings.iter().any(|text| is_path(text)) {
            unknown.iter().for_each(|variable| self.path(variable));
        }
    }

    /// A folder as it may be meant, where the first `count` are known: from the one before, and from the start.
    pub(super) fn meant_by(&self, folder: &str, count: usize) -> Vec<String> {
        if folder.starts_with(['/', '~', '$']) {
            return vec![folder.to_owned()];
        }
        let below = |base: &String| format!("{}/{folder}", base.trim_end_matches('/'));
        match self.has_left {
            true => self.folders.iter().take(count).map(below).collect(),
            false => self.folders.last().map(below).into_iter().chain([folder.to_owned()]).collect(),
        }
    }

    /// Takes the folders that the options of a command lead to, for this command and what it runs.
    pub(super) fn go_where_options_lead(&mut self, words: &[Word]) -> Moved {
        let words = from_program(words);
        let found = folders::folders(words);
        let mut moved = Moved { before: self.folders.len(), words: Vec::new() };
        if found.len() > folders::MAX_MOVES {
            self.refused = Some("its options change its folder too often");
        }
        if self.refused.is_some() {
            return moved;
        }
        let mut below = self.led_by_variables(words);
        if !below.is_empty() {
            moved.words.push(usize::MAX);
        }
        for (at, folder) in found {
            moved.words.push(at);
            if folder == values::ANYTHING {
                continue;
            }
            let open = matches!(words.get(at), Some(Word::Dynamic(_)));
            let (spellings, _) = if open { self.variables.spellings(&folder) } else { (vec![folder.clone()], vec![]) };
            self.word(&folder, open, &Role::File);
            if spellings.len() > MAX_FOLDERS {
                self.refused = Some("its options may lead to too many folders");
            }
            below.extend(spellings.into_iter().take(MAX_FOLDERS));
        }
        for folder in below {
            let meant = self.meant_by(&folder, moved.before);
            self.folders.extend(meant);
        }
        moved
    }

    /// What `find -execdir` runs starts from wherever something was found; its own words do not.
    pub(super) fn go_inside(&mut self, moved: &Moved) {
        // No folder is named by the program itself.
        if moved.words.contains(&0) {
            self.folders.push(values::ANYTHING.to_owned());
        }
    }

    /// Behind a command whose options led elsewhere.
    pub(super) fn come_back(&mut self, moved: &Moved) {
        if !moved.words.is_empty() {
            self.folders.truncate(moved.before);
        }
    }

    /// Reads one word. `used`: it is a file whatever it looks like, and this becomes of it.
    fn look(&mut self, text: &str, used: Option<Use>) {
        let url = start_of_url(text);
        if let Some(start) = url {
            // In a sentence the URL ends at the space.
            let url = text.get(start..).unwrap_or_default().split_whitespace().next().unwrap_or_default();
            self.local(url);
            self.url(url.to_owned());
        }
        // A program that opens files takes `x://../y` for one below the folder `x:`.
        if let Some(used) = used.filter(|_| !text.is_empty()) {
            self.place(text, used);
            return;
        }
        if text.contains(char::is_whitespace) {
            if text.starts_with(['/', '~']) || text.starts_with("./") || text.starts_with("../") {
                self.path(text);
            }
            return;
        }
        if let Some(start) = url {
            if text.get(..start).is_some_and(|before| before.contains('/')) || climbs(text) {
                self.url_as_place(text);
            }
            return;
        }
        if let Some((host, path)) = remote(text) {
            self.url(format!("ssh://{host}/{path}"));
            return;
        }
        self.pieces(text);
    }

    /// The socket or the database of a URL that leads to no other machine. Who reads the arguments knows `file:` itself.
    fn local(&mut self, url: &str) {
        let Some((scheme, rest)) = url.split_once("://") else { return };
        let is_local = |part: &str| LOCAL_SCHEMES.iter().any(|local| part.eq_ignore_ascii_case(local));
        if scheme.split('+').any(is_local) {
            self.path(rest.split(['?', '#']).next().unwrap_or_default());
            self.path(rest);
        }
    }

    /// A word that holds a URL and may be a place: by itself, and behind its option.
    fn url_as_place(&mut self, text: &str) {
        self.path(text);
        let behind_letter = text.strip_prefix('-').and_then(|option| option.get(1..));
        for value in text.split_once('=').map(|(_, value)| value).into_iter().chain(behind_letter) {
            self.path(value);
        }
        for (at, _) in text.match_indices(['@', '<']).take(MAX_FOLDERS) {
            self.path(text.get(at + 1..).unwrap_or_default());
        }
    }

    /// `--file=a/b`, `-Ca/b`, `@a/b`, `if=a/b`, `/a:/b`, `type=bind,source=/a`.
    fn pieces(&mut self, text: &str) {
        if is_path(text) && !text.starts_with(['-', '@']) && !text.contains(['=', ',']) && !text.contains(":/") {
            self.path(text);
        }
        if let Some(short) = text.strip_prefix('-').filter(|short| !short.starts_with('-'))
            && let Some((letter, value)) = short.split_at_checked(1)
            && letter != "="
            && (is_path(value) || value.starts_with('@'))
        {
            self.path(value.trim_start_matches(['@', '=']));
            if let Some(root) = value.find(['/', '~']).filter(|root| *root > 0) {
                self.path(value.get(root..).unwrap_or_default());
            }
        }
        for piece in text.split(['=', ',', ':']) {
            let piece = piece.trim_start_matches(['@', '<', '>']);
            if piece.len() < text.len() && !piece.starts_with('-') && is_path(piece) {
                self.path(piece);
            }
        }
    }
}

/// Where the first URL of a text begins.
fn start_of_url(text: &str) -> Option<usize> {
    let mark = text.find("://")?;
    let is_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || b"+.-".contains(byte);
    let length = text.as_bytes().iter().take(mark).rev().take_while(|byte| is_scheme(byte)).count();
    (length > 0).then(|| mark - length)
}

/// Whether a URL, taken for a path, leads up: no page is written so.
fn climbs(url: &str) -> bool {
    url.split(['/', '\\']).any(|part| part == "..") || keys::climbs_out(url)
}

/// A separator, a hidden name, `.`, `..`, `~`, or a name with an extension.
pub(super) fn is_path(text: &str) -> bool {
    if text.contains('/') || text.contains('\\') || text.starts_with(['~', '.']) {
        return true;
    }
    match text.rsplit_once('.') {
        Some((stem, extension)) => {
            let letters = |c: char| c.is_ascii_alphanumeric();
            !stem.is_empty()
                && (1..=10).contains(&extension.len())
                && extension.starts_with(|c: char| c.is_ascii_alphabetic())
                && extension.chars().all(letters)
        }
        None => false,
    }
}

/// `user@host:path`, as git, scp and rsync take it.
fn remote(text: &str) -> Option<(&str, &str)> {
    let (host, path) = text.split_once(':')?;
    let (_, domain) = host.split_once('@')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    (!domain.is_empty() && domain.chars().all(plain) && !path.is_empty()).then_some((host, path))
}

fn looks_like_host(text: &str) -> bool {
    let host = text.split(['/', ':', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    !host.is_empty()
        && (host.contains('.')
            || host.eq_ignore_ascii_case("localhost")
            || text.starts_with('[')
            || host.bytes().all(|byte| byte.is_ascii_digit()))
        && !text.starts_with(['.', '/', '~'])
}
