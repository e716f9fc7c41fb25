//! Paths and URLs in the words of commands.

use std::collections::HashSet;

use super::operands::{self, Role};
use super::unfold::{from_program, program};
use crate::model::effects::Word;

/// Programs whose operands are files, whatever they look like.
const FILE_PROGRAMS: &[&str] = &[
    "cat",
    "tac",
    "bat",
    "head",
    "tail",
    "less",
    "more",
    "tee",
    "rm",
    "rmdir",
    "unlink",
    "shred",
    "cp",
    "mv",
    "ln",
    "install",
    "mkdir",
    "touch",
    "truncate",
    "chmod",
    "chown",
    "chgrp",
    "stat",
    "file",
    "wc",
    "nl",
    "od",
    "xxd",
    "hexdump",
    "strings",
    "base64",
    "base32",
    "md5sum",
    "sha1sum",
    "sha256sum",
    "sha512sum",
    "cksum",
    "sort",
    "uniq",
    "diff",
    "cmp",
    "comm",
    "paste",
    "cut",
    "split",
    "ls",
    "dir",
    "tree",
    "du",
    "df",
    "readlink",
    "realpath",
    "cd",
    "pushd",
    "source",
    ".",
    "gzip",
    "gunzip",
    "zcat",
    "bzip2",
    "xz",
    "unzip",
    "zip",
    "patch",
    "nano",
    "vi",
    "vim",
    "find",
    "rev",
    "fold",
    "fmt",
    "column",
    "iconv",
    "mktemp",
    "mkfifo",
    "link",
    "shasum",
    "open",
    "xdg-open",
];

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

/// What has been found, each once, in order.
#[derive(Default)]
pub(super) struct Places {
    paths: Vec<String>,
    writes: Vec<String>,
    urls: Vec<String>,
    seen: HashSet<String>,
    /// Folders that a `cd` before led to: a relative path may start from any of them.
    folders: Vec<String>,
    moves: usize,
}

/// Each relative path is read from each folder, so there are few.
const MAX_FOLDERS: usize = 8;

impl Places {
    /// Paths, written paths, URLs.
    pub(super) fn finish(self) -> Result<[Vec<String>; 3], String> {
        match self.moves {
            0..=MAX_FOLDERS => Ok([self.paths, self.writes, self.urls]),
            _ => Err(format!("it changes its folder more than {MAX_FOLDERS} times")),
        }
    }

    fn path(&mut self, path: &str) {
        let path = match path.strip_prefix("${HOME}") {
            Some(rest) => format!("$HOME{rest}"),
            None => path.to_owned(),
        };
        let relative = !path.starts_with(['/', '~', '$']);
        if relative {
            for joined in
                self.folders.iter().map(|folder| format!("{}/{path}", folder.trim_end_matches('/'))).collect::<Vec<_>>()
            {
                self.add(joined);
            }
        }
        self.add(path);
    }

    fn add(&mut self, path: String) {
        if !path.is_empty() && self.seen.insert(path.clone()) {
            self.paths.push(path);
        }
    }

    fn url(&mut self, url: String) {
        if self.seen.insert(url.clone()) {
            self.urls.push(url);
        }
    }

    pub(super) fn redirect(&mut self, path: String, writes: bool) {
        self.path(&path);
        if writes {
            self.writes.push(path);
        }
    }

    /// A word that is no argument: the value of a variable, an item of a loop.
    pub(super) fn value(&mut self, word: &Word) {
        self.look(&text(word), false);
    }

    /// `fed`: it reads from a pipe.
    pub(super) fn words(&mut self, words: &[Word], fed: bool) {
        let assigned = words.len() - from_program(words).len();
        words.iter().take(assigned).for_each(|word| self.value(word));
        let words = from_program(words);
        let Some((first, rest)) = words.split_first() else { return };
        let name = program(first).unwrap_or_default();
        let is = |list: &[&str]| list.contains(&name.as_str());
        if let Word::Literal(program) = first
            && program.contains('/')
        {
            self.path(program);
        }
        let (files, web, hosts) = (is(FILE_PROGRAMS), is(WEB_PROGRAMS), is(HOST_PROGRAMS));
        let texts: Vec<String> = rest.iter().map(text).collect();
        let roles = operands::roles(&name, &texts, files);
        if roles.reads_folder(&name, &texts, fed) {
            self.path(".");
        }
        for (text, role) in texts.iter().zip(&roles.words) {
            match role {
                Role::Nothing => continue,
                Role::File => self.look(text, true),
                Role::Glued(file) => {
                    self.look(text, false);
                    self.path(file);
                }
                Role::Word => {
                    if !text.starts_with('-') && (web || hosts) && !text.contains("://") && looks_like_host(text) {
                        self.url(format!("{}://{text}", if web { "http" } else { "ssh" }));
                    }
                    self.look(text, false);
                }
            }
        }
        if matches!(name.as_str(), "cd" | "pushd" | "chdir") {
            self.change_folder(rest);
        }
    }

    fn change_folder(&mut self, rest: &[Word]) {
        self.moves += 1;
        if self.folders.len() >= MAX_FOLDERS {
            return;
        }
        let folder = rest.iter().map(text).find(|text| !text.starts_with('-'));
        let folder = folder.unwrap_or_else(|| "~".to_owned());
        let last = self.folders.last().filter(|_| !folder.starts_with(['/', '~', '$']));
        let joined = last.map(|last| format!("{}/{folder}", last.trim_end_matches('/')));
        self.folders.extend(joined.or(Some(folder)));
    }

    /// Reads one word. `is_file`: it is a file whatever it looks like.
    fn look(&mut self, text: &str, is_file: bool) {
        if let Some(mark) = text.find("://") {
            let scheme = |byte: &u8| byte.is_ascii_alphanumeric() || b"+.-".contains(byte);
            let length = text.as_bytes().iter().take(mark).rev().take_while(|byte| scheme(byte)).count();
            if length > 0 {
                let url = text.get(mark - length..).unwrap_or_default();
                // In a sentence the URL ends at the space.
                self.url(url.split_whitespace().next().unwrap_or_default().to_owned());
                return;
            }
        }
        if is_file && !text.is_empty() {
            self.path(text);
            return;
        }
        if text.contains(char::is_whitespace) {
            if text.starts_with(['/', '~']) || text.starts_with("./") || text.starts_with("../") {
                self.path(text);
            }
            return;
        }
        if let Some((host, path)) = remote(text) {
            self.url(format!("ssh://{host}/{path}"));
            return;
        }
        self.pieces(text);
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

/// The text of a word; of one that is open, as written without its quotes.
fn text(word: &Word) -> String {
    match word {
        Word::Literal(text) => text.clone(),
        Word::Dynamic(source) => source.chars().filter(|c| !['"', '\'', '\\'].contains(c)).collect(),
    }
}

/// A separator, a hidden name, `.`, `..`, `~`, or a name with an extension.
fn is_path(text: &str) -> bool {
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
