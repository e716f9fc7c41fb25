//! Which strings are what, where nothing declares it: the table of key names and value forms (DESIGN 3.6).
//!
//! A key name counts as its words, without letter case or separators: `filePath`, `file_path` and `FILE-PATH` are one.

use std::sync::OnceLock;

use super::super::{path, url, verbs};
use crate::decision::table::Table;
use crate::model::place::{below_user_folder, names_unknown_folder};

/// What a key's name says of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// Always a path, whatever its form: `README.md` under `path`.
    Path,
    /// A path that others are relative to: `repo_path`, `cwd`.
    Base,
    /// A path if it has the form of one or holds a separator: `source`, `output`.
    MaybePath,
    Url,
    /// A URL if it holds what a host has: the `origin` of a page, not that of a flight.
    MaybeUrl,
    /// An address, where it holds an `@`.
    Address,
    Sql,
    /// SQL if it reads as such: `query`, `statement`.
    MaybeSql,
    Command,
    /// Free text: a path or a command that is mentioned in it is not one.
    Text,
    /// Looks like a path and is none: a route, a pattern, a selector.
    Other,
}

/// Keys whose members are headers of a request, in lower case without separators.
pub const HEADERS: [&str; 7] =
    ["header", "headers", "httpheaders", "extraheaders", "extrahttpheaders", "customheaders", "requestheaders"];

/// Kind -> the names, separated by spaces.
const TABLE: &[(KeyKind, &str)] = &[
    (
        KeyKind::Path,
        "source sources destination src dst dest path paths file files filepath filepaths filename filenames fullpath abspath absolutepath \
         relativepath dir dirs dirname directory directories folder folders folderpath dirpath directorypath \
         inputpath outputpath inputfile outputfile infile outfile sourcepath sourcefile destinationpath \
         destinationfile destpath targetpath targetfile targetdir targetdirectory savepath savedir \
         downloadpath downloaddir uploadpath localpath logfile logpath configpath configfile scriptpath \
         imagepath pdfpath dbpath databasepath certpath keypath keyfile keyfilepath identityfile archivepath \
         zippath templatepath oldpath newpath frompath topath excludepaths includepaths allowedpaths \
         attachmentpath attachmentpaths screenshotpath storagestatepath filestoadd tofile fromfile",
    ),
    (
        KeyKind::Base,
        "repopath repositorypath repodir gitdir cwd workdir workingdir workingdirectory basedir basepath \
         basedirectory rootdir rootpath rootdirectory projectdir projectpath projectroot workspacepath \
         workspaceroot",
    ),
    (
        KeyKind::MaybePath,
        "input output target from root location attachment \
         attachments resource image images archive repo workspace script entry module old new left right log \
         config cert key template save saveas db database arg args argv arguments params options flags extra \
         extraargs name uri id ref value item items data include exclude",
    ),
    (
        KeyKind::Url,
        "url urls href link links endpoint baseurl apiurl webhook webhookurl callback callbackurl redirecturl \
         redirecturi imageurl sourceurl website host hostname proxy remoteurl pageurl feedurl",
    ),
    (KeyKind::MaybeUrl, "origin"),
    (
        KeyKind::Address,
        "to cc bcc recipient recipients email emails emailaddress toaddress replyto attendees attendee \
         participants invitees invitee guests useremail sendto mailto",
    ),
    (KeyKind::Sql, "sql sqlquery sqlstatement sqltext"),
    (KeyKind::MaybeSql, "query statement stmt queries statements"),
    (KeyKind::Command, "command commands cmd cmdline commandline shellcommand bash shell exec"),
    (
        KeyKind::Text,
        "content contents text body message msg description subject title summary comment comments note notes \
         prompt question answer reason thought html markdown code snippet newtext oldtext newstring oldstring \
         newstr oldstr newsource filetext inserttext replacement replace diff patch instructions \
         commitmessage observation observations caption label labels emoji topic details insight prompttext textgone \
         initscript",
    ),
    (
        KeyKind::Other,
        "route apipath jsonpath jsonpointer xpath selector pattern patterns regex excludepatterns \
         includepatterns glob mimetype contenttype mediatype timezone sourcetimezone targettimezone jq filter \
         expression function element urlpath keyprefix topicname branch branchname basebranch timestamp date \
         format version entityname entitynames entitytype relationtype startelement endelement",
    ),
];

impl KeyKind {
    /// The kind in words.
    pub fn meaning(self) -> &'static str {
        match self {
            KeyKind::Path => "a path, whatever its form",
            KeyKind::Base => "a path that others in the call may be relative to",
            KeyKind::MaybePath => "a path, if it has the form of one or holds a separator",
            KeyKind::Url => "a URL",
            KeyKind::MaybeUrl => "a URL, if it holds what a host has",
            KeyKind::Address => "e-mail addresses, if it holds an `@`",
            KeyKind::Sql => "SQL",
            KeyKind::MaybeSql => "SQL, if it reads as such",
            KeyKind::Command => "a command",
            KeyKind::Text => "free text: what it mentions is not touched",
            KeyKind::Other => "none of these, although it may look like one",
        }
    }
}

/// The whole table: each kind, and the names of its keys.
pub fn table() -> impl Iterator<Item = (KeyKind, impl Iterator<Item = &'static str>)> {
    TABLE.iter().map(|(kind, names)| (*kind, names.split_whitespace()))
}

/// What the name says; `None` where it says nothing.
pub fn kind_of(key: &str) -> Option<KeyKind> {
    static INDEX: OnceLock<Table<&'static str, KeyKind>> = OnceLock::new();
    let index = INDEX.get_or_init(|| {
        TABLE.iter().flat_map(|(kind, names)| names.split_whitespace().map(|name| (name, *kind))).collect()
    });
    if key.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return index.get(key).copied();
    }
    let bare: String = key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    index.get(bare.as_str()).copied().or_else(|| by_last_word(key))
}

/// `requestFilePath`, `new_file`, `log_dir2`, `folder_name`: what the last word says.
fn by_last_word(key: &str) -> Option<KeyKind> {
    const PLACES: [&str; 11] =
        ["path", "paths", "file", "files", "filename", "filepath", "dir", "dirs", "directory", "folder", "folders"];
    let words = verbs::words(key);
    let bare = |word: &String| word.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    let mut last = words.iter().rev().map(bare).filter(|word| !word.is_empty());
    let is_place = |word: Option<String>| word.is_some_and(|word| PLACES.contains(&word.as_str()));
    let word = last.next();
    let names = word.as_deref() == Some("name") && is_place(last.next());
    (names || is_place(word)).then_some(KeyKind::Path)
}

/// Whether an object's key, where paths stand, reads as the name of a file and not as the name of a field.
pub fn is_file_name(key: &str) -> bool {
    kind_of(key).is_none() && key.contains(['.', '/', '\\']) && !key.contains(char::is_whitespace)
}

/// Whether a string has the form of a path, whatever its key.
pub fn has_path_form(text: &str) -> bool {
    // Each form has one of these, and most words have none.
    if !text.bytes().any(|byte| matches!(byte, b'/' | b'\\' | b'.' | b'~' | b':' | b'$' | b'%')) {
        return false;
    }
    // Servers trim what they are given.
    let text = text.trim().trim_start_matches(['"', '\'', '`']);
    if text.contains(['\n', '\r', '\t']) {
        return false;
    }
    if text.len() > 4096 {
        // None is so long, but one that is tidied up first; what base64 writes has no such part.
        return text.contains("/./") || text.contains("/../");
    }
    let bytes = text.as_bytes();
    match bytes {
        // Two slashes within are those of an XPath, if its other signs are there as well.
        [b'/', b'/', ..] => {
            let is_xpath = text.trim_start_matches('/').contains("//") && text.contains(['[', '@', '*', '(']);
            !is_xpath && text.len() > 2
        }
        [b'/', second, ..] => !second.is_ascii_whitespace(),
        [b'~'] | [b'~', b'/' | b'\\', ..] => true,
        [b'~', b'a'..=b'z', ..] => text.contains(['/', '\\']) || climbs(text),
        [b'.', b'/' | b'\\', ..] | [b'.', b'.'] | [b'.', b'.', b'/' | b'\\', ..] => true,
        [b'\\', b'\\', ..] => true,
        [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic() => true,
        // Below where the process stands on that drive.
        [drive, b':', ..] if drive.is_ascii_alphabetic() => text.contains('\\') && !text.contains(' '),
        _ => {
            starts_with_ignoring_case(text, "file:")
                || text.starts_with("$HOME")
                || text.starts_with("${HOME}")
                || (text.starts_with(['%', '$']) && (below_user_folder(text).is_some() || names_unknown_folder(text)))
                || climbs(text)
        }
    }
}

/// Whether a string that is read as something else may be a place as well, to a server that opens files: a URL without a
/// scheme (`//x.org/../etc`, `www.x/a`), one that climbs out of itself, and whatever has the form of a path where its key
/// says URL or address.
pub fn is_place_too(key: &str, text: &str) -> bool {
    match kind_of(key) {
        Some(KeyKind::Text | KeyKind::Other | KeyKind::Sql | KeyKind::MaybeSql | KeyKind::Command) => false,
        Some(KeyKind::Path | KeyKind::Base | KeyKind::MaybePath) => {
            url::looks_like_url(text) && (!url::has_scheme(text) || climbs_out(text))
        }
        Some(KeyKind::Url | KeyKind::MaybeUrl | KeyKind::Address) | None => has_path_form(text) || climbs_out(text),
    }
}

/// Whether a URL, taken for a relative path, leaves the folder that it starts from: `https://x.org/../../../etc/passwd`. No
/// page is written so.
pub fn climbs_out(text: &str) -> bool {
    let leaves = |reading: &str| {
        let mut depth = 0usize;
        reading.split(['/', '\\']).any(|part| match part {
            "" | "." => false,
            ".." if depth == 0 => true,
            ".." => {
                depth -= 1;
                false
            }
            _ => {
                depth += 1;
                false
            }
        })
    };
    let may_climb = text.len() <= 4096 && (text.contains("..") || text.contains('%') || !text.is_ascii());
    // What cannot be read to its end climbs by what can be seen of it.
    may_climb && path::readings(text).map_or_else(|_| leaves(text), |readings| readings.of(text).any(leaves))
}

/// The `file:` URL in a URL of that scheme, in any letter case, also behind what wraps it: `git+file:///x`.
pub fn file_of_url(url: &str) -> Option<&str> {
    let (scheme, _) = url.split_once(':')?;
    let last = scheme.rsplit('+').next().filter(|last| last.eq_ignore_ascii_case("file"))?;
    url.get(scheme.len() - last.len()..)
}

/// `a/../../x`, also encoded.
fn climbs(text: &str) -> bool {
    let steps = |three: &[u8]| matches!(three, [b'.', b'.', b'/' | b'\\' | b'%'] | [b'%', b'2', b'e' | b'E']);
    text.as_bytes().windows(3).any(steps) && !text.contains(' ') && !text.contains("://")
}

fn starts_with_ignoring_case(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

/// The part of a command-line word that may be a path: `--out=/x`, `@/x`, `-I/x`, `of=/x`.
pub fn path_in_word(word: &str) -> Option<&str> {
    let value = match word.strip_prefix('-') {
        Some(flag) => match flag.split_once('=') {
            Some((_, value)) => value,
            None => flag.get(1..).filter(|rest| has_path_form(rest))?,
        },
        None => match word.strip_prefix('@') {
            Some(file) => file,
            None => word
                .split_once('=')
                .map(|(_, value)| value)
                .filter(|value| value.starts_with('@') || has_path_form(value))?,
        },
    };
    let value = value.strip_prefix('@').unwrap_or(value);
    (has_path_form(value) || (value.contains('/') && !value.contains("://"))).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_words() {
        for spelling in ["file_path", "filePath", "FILE-PATH", "filepath"] {
            assert_eq!(kind_of(spelling), Some(KeyKind::Path), "{spelling}");
        }
        assert_eq!(kind_of("repo_path"), Some(KeyKind::Base));
        assert_eq!(kind_of("content"), Some(KeyKind::Text));
        assert_eq!(kind_of("zebra"), None);
    }

    #[test]
    fn no_name_stands_in_two_rows() {
        let mut seen = std::collections::HashSet::new();
        for (_, names) in TABLE {
            for name in names.split_whitespace() {
                assert!(seen.insert(name), "{name} stands twice");
            }
        }
    }

    #[test]
    fn a_path_is_known_by_its_form_and_prose_is_not() {
        for path in [
            "/etc/passwd",
            "~/x",
            "~",
            "./a",
            "..",
            "../x",
            "C:\\x",
            "c:/x",
            r"\\srv\share",
            "file:///x",
            "FILE:/x",
            "$HOME/x",
            "a/../../x",
            "%2e%2e/x",
            "~bob/x",
            "//etc/passwd",
            r"C:proj\x",
            r"%APPDATA%\Claude\claude_desktop_config.json",
            "$env:LOCALAPPDATA/x",
        ] {
            assert!(has_path_form(path), "{path}");
        }
        for other in [
            "README",
            "a/b",
            "see ../x for more",
            "https://x/../y",
            "/ 2",
            "~5 minutes",
            "and/or",
            "1/2",
            "a\n/etc/passwd",
            "x:y",
            "%APPDATA% is a variable",
            "",
        ] {
            assert!(!has_path_form(other), "{other}");
        }
    }

    #[test]
    fn a_path_is_found_inside_a_command_line_word() {
        assert_eq!(path_in_word("--out=/x"), Some("/x"));
        assert_eq!(path_in_word("--out=a/b"), Some("a/b"));
        assert_eq!(path_in_word("@/etc/passwd"), Some("/etc/passwd"));
        assert_eq!(path_in_word("-C/etc"), Some("/etc"));
        assert_eq!(path_in_word("of=/dev/sda"), Some("/dev/sda"));
        assert_eq!(path_in_word("data=@/etc/passwd"), Some("/etc/passwd"));
        assert_eq!(path_in_word("--depth=1"), None);
        assert_eq!(path_in_word("-la"), None);
        assert_eq!(path_in_word("@ada"), None);
    }
}
