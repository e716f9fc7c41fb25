//! A place in a file system: absolute, normalised, compared by component and never by prefix of letters.
//!
//! Pure text work, for POSIX and Windows alike on every platform; where a place really leads is a matter of
//! [`super::facts`].

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::facts::Os;

/// `/a/b`; on Windows `c:/a/b` and `//server/share/a`. No `.`, no `..`, no double or trailing slash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(String);

impl Place {
    /// Normalises an absolute spelling. What is not absolute is taken as below the root.
    pub fn read<'a>(absolute: impl Into<Cow<'a, str>>, os: Os) -> Place {
        let absolute = absolute.into();
        if os == Os::Posix && is_normal(&absolute) {
            return Place(absolute.into_owned());
        }
        let (root, rest) = split_root(&absolute, os);
        let mut parts: Vec<&str> = Vec::new();
        for part in rest.split(|character| is_separator(character, os)) {
            let part = if os == Os::Windows { windows_name(part) } else { part };
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                name => parts.push(name),
            }
        }
        let mut text = root;
        for part in parts {
            if !text.ends_with('/') {
                text.push('/');
            }
            text.push_str(part);
        }
        Place(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The names from the root on; the root itself has none. A drive or share is part of the root.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        parts(&self.0)
    }

    /// What is left of this place below `folder`: `Some("")` for the folder itself, `None` outside of it.
    pub fn below<'a>(&'a self, folder: &str) -> Option<&'a str> {
        below(&self.0, folder)
    }

    /// In one letter case and one Unicode form, for file systems that fold.
    pub fn folded(&self) -> Cow<'_, str> {
        fold(&self.0)
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// `text` in one letter case and one Unicode form (NFC), as folding file systems compare names.
pub fn fold(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
        return Cow::Borrowed(text);
    }
    if text.is_ascii() {
        return Cow::Owned(text.to_ascii_lowercase());
    }
    Cow::Owned(text.nfc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfc().collect())
}

/// What is left of `place` below `folder`, both normalised.
pub fn below<'a>(place: &'a str, folder: &str) -> Option<&'a str> {
    let rest = place.strip_prefix(folder)?;
    if rest.is_empty() || folder.ends_with('/') {
        return Some(rest);
    }
    rest.strip_prefix('/')
}

/// The names of a normalised absolute path.
pub fn parts(place: &str) -> impl Iterator<Item = &str> + Clone {
    let skip = if place.starts_with("//") { 2 } else { usize::from(!place.starts_with('/')) };
    let split = std::iter::successors(first_part(place), |(_, rest)| first_part(rest));
    split.map(|(part, _)| part).filter(|part| !part.is_empty()).skip(skip)
}

/// What stands before the first slash, and after it; `None` where nothing is left. (For the few letters of a name a plain
/// loop is quicker than the standard library's search.)
pub fn first_part(path: &str) -> Option<(&str, &str)> {
    let slash = path.bytes().position(|byte| byte == b'/');
    match slash {
        Some(at) => Some((path.get(..at)?, path.get(at + 1..)?)),
        None => (!path.is_empty()).then_some((path, "")),
    }
}

/// A normalised path and each of its folders, longest first: `a/b`, `a`, and the root (`/` or the empty string).
pub fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(path);
    std::iter::from_fn(move || {
        let here = next?;
        next = match here.rfind('/') {
            Some(0) if here.len() > 1 => here.get(..1),
            Some(0) => None,
            Some(at) => here.get(..at),
            None if here.is_empty() => None,
            None => Some(""),
        };
        Some(here)
    })
}

/// Whether a spelling needs no folder to start from.
pub fn is_absolute(text: &str, os: Os) -> bool {
    match os {
        Os::Posix => text.starts_with('/'),
        Os::Windows => text.starts_with(['/', '\\']) || has_drive(text),
    }
}

/// The drive (`c:/`) or share (`//server/share`) that a normalised place stands on; `/` where it has none.
pub fn root(place: &str) -> &str {
    match place.strip_prefix("//") {
        Some(share) => {
            let end = share.match_indices('/').nth(1).map_or(place.len(), |(at, _)| at + 2);
            place.get(..end).unwrap_or(place)
        }
        None => place.find('/').and_then(|end| place.get(..=end)).unwrap_or(place),
    }
}

/// `path` as seen from `start`.
pub fn join(start: &str, path: &str, os: Os) -> String {
    if path.is_empty() {
        return start.to_owned();
    }
    let path = match os == Os::Windows && (is_rooted(path) || is_drive_relative(path)) {
        true => {
            let place = Place::read(start, os);
            let own = root(place.as_str()).trim_end_matches('/');
            match path.get(..2) {
                // On the drive or share of where it starts.
                _ if is_rooted(path) => return format!("{own}{path}"),
                // `C:a` starts where the process stands on that drive, which is known of its own drive only.
                Some(drive) if drive.eq_ignore_ascii_case(own) => path.get(2..).unwrap_or_default(),
                _ => path,
            }
        }
        false => path,
    };
    if path.is_empty() {
        return start.to_owned();
    }
    if is_absolute(path, os) {
        return path.to_owned();
    }
    let start = start.trim_end_matches('/');
    let mut joined = String::with_capacity(start.len() + 1 + path.len());
    joined.push_str(start);
    joined.push('/');
    joined.push_str(path);
    joined
}

fn is_drive_relative(text: &str) -> bool {
    has_drive(text) && !text.get(2..).is_some_and(|rest| rest.starts_with(['/', '\\']))
}

/// Begins with one separator, and with neither a share nor a device.
fn is_rooted(text: &str) -> bool {
    let is = |character| is_separator(character, Os::Windows);
    text.starts_with(is) && !starts_twice(text, is) && !text.starts_with(r"\??\")
}

/// Variables that stand for a folder of the user, and where that is below the home: those of Windows, and of the XDG base
/// directories where they are not set otherwise.
const USER_FOLDERS: &[(&str, &str)] = &[
    ("USERPROFILE", ""),
    ("HOME", ""),
    ("HOMEPATH", ""),
    ("HOMEDRIVE%%HOMEPATH", ""),
    ("APPDATA", "/AppData/Roaming"),
    ("LOCALAPPDATA", "/AppData/Local"),
    ("TEMP", "/AppData/Local/Temp"),
    ("TMP", "/AppData/Local/Temp"),
    ("ONEDRIVE", "/OneDrive"),
    ("XDG_CONFIG_HOME", "/.config"),
    ("XDG_DATA_HOME", "/.local/share"),
    ("XDG_STATE_HOME", "/.local/state"),
    ("XDG_CACHE_HOME", "/.cache"),
];

/// What follows `%APPDATA%`, `$env:APPDATA`, `$XDG_CONFIG_HOME` and the like at the beginning, after the folder that it stands for (below
/// the home). Their letter case is free.
pub fn below_user_folder(path: &str) -> Option<(&'static str, &str)> {
    let strip = |text: &'_ str, start: &str| -> Option<usize> {
        text.get(..start.len()).filter(|head| head.eq_ignore_ascii_case(start)).map(|_| start.len())
    };
    let named = |name: &str, open: &str, close: &str| {
        let end = strip(path, open)?;
        let end = end + strip(path.get(end..)?, name)?;
        let rest = path.get(end + strip(path.get(end..)?, close)?..)?;
        (rest.is_empty() || rest.starts_with(['/', '\\'])).then_some(rest)
    };
    let forms = [("%", "%"), ("$env:", ""), ("${env:", "}"), ("$", ""), ("${", "}")];
    USER_FOLDERS.iter().find_map(|(name, folder)| {
        forms.iter().find_map(|(open, close)| named(name, open, close)).map(|rest| (*folder, rest))
    })
}

/// What follows a variable at the beginning that is none of those which [`expand_home`] knows: `$TMPDIR/x`,
/// `%ProgramData%\x`, `$(pwd)/x`. Where it leads nobody can tell but who expands it.
pub fn below_unknown_folder(path: &str) -> Option<&str> {
    if !path.starts_with(['$', '%', '`']) || below_user_folder(path).is_some() {
        return None;
    }
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_()".contains(c)) && name != "PWD"
    };
    let (name, rest) = match path.as_bytes() {
        [b'%', ..] => path.get(1..)?.split_once('%')?,
        [b'`', ..] => return path.get(1..)?.split_once('`').map(|(_, rest)| rest),
        [b'$', b'(', ..] => return path.split_once(')').map(|(_, rest)| rest),
        [b'$', b'{', ..] => path.get(2..)?.split_once('}')?,
        _ => {
            let named = path.get(1..)?;
            let named = named
                .get(..4)
                .filter(|env| env.eq_ignore_ascii_case("env:"))
                .and_then(|_| named.get(4..))
                .unwrap_or(named);
            let end = named.find(|c: char| !c.is_ascii_alphanumeric() && !"_@*".contains(c)).unwrap_or(named.len());
            (named.get(..end)?, named.get(end..)?)
        }
    };
    let name = name.strip_prefix("env:").unwrap_or(name).trim_matches(['@', '*']);
    let positional = path.starts_with("$@") || path.starts_with("$*");
    let ends = rest.is_empty() || rest.starts_with(['/', '\\']);
    // `%2e%` is half of an encoding.
    let is_encoded = path.starts_with('%') && name.starts_with(|c: char| c.is_ascii_digit());
    (ends && !is_encoded && (is_name(name) || positional)).then_some(rest)
}

/// Variables that name a folder of the system, where nothing stands behind them.
const SYSTEM_FOLDERS: [&str; 14] = [
    "TMPDIR",
    "OLDPWD",
    "XDG_RUNTIME_DIR",
    "PROGRAMDATA",
    "ALLUSERSPROFILE",
    "PUBLIC",
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "PROGRAMFILES",
    "PROGRAMFILES(X86)",
    "PROGRAMW6432",
    "COMMONPROGRAMFILES",
    "COMSPEC",
];

/// Whether a string is a place below a folder that only the environment names, and not a name with a dollar before it.
pub fn names_unknown_folder(text: &str) -> bool {
    let Some(rest) = below_unknown_folder(text).filter(|_| !text.starts_with("$(")) else { return false };
    let variable = text.get(..text.len() - rest.len()).unwrap_or_default();
    let variable = variable.trim_start_matches(['$', '%', '{']).trim_end_matches(['%', '}']);
    let name = variable.to_ascii_uppercase();
    // Lower case is the field of a document, as in `$price`.
    let is_shouted = name == variable && name.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_shouted = is_shouted && rest.len() > 1 && !rest.contains(char::is_whitespace);
    is_shouted || SYSTEM_FOLDERS.contains(&name.strip_prefix("ENV:").unwrap_or(&name))
}

/// `~`, `~user`, `$HOME`, `${HOME}`, `%USERPROFILE%`, `%APPDATA%` and `$PWD` at the beginning, as servers expand them.
pub fn expand_home<'a>(path: &'a str, home: Option<&str>, cwd: &str) -> Cow<'a, str> {
    let Some(home) = home.filter(|_| path.starts_with(['~', '$', '%'])) else { return Cow::Borrowed(path) };
    if let Some((folder, rest)) = below_user_folder(path) {
        return Cow::Owned(format!("{home}{folder}{rest}"));
    }
    let forms = [("$HOME", home), ("${HOME}", home), ("$PWD", cwd), ("${PWD}", cwd)];
    for (form, value) in forms {
        if let Some(rest) = path.strip_prefix(form).filter(|rest| rest.is_empty() || rest.starts_with(['/', '\\'])) {
            return Cow::Owned(format!("{value}{rest}"));
        }
    }
    let Some(rest) = path.strip_prefix('~') else { return Cow::Borrowed(path) };
    if rest.is_empty() || rest.starts_with(['/', '\\']) {
        return Cow::Owned(format!("{home}{rest}"));
    }
    // Another user's home stands beside this one's, almost everywhere.
    let beside = home.rsplit_once('/').map_or("", |(above, _)| above);
    let name_end = rest.find(['/', '\\']).unwrap_or(rest.len());
    let is_user =
        rest.get(..name_end).is_some_and(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || "._-+".contains(c)));
    match rest.starts_with("root") && (name_end == 4) {
        true => Cow::Owned(format!("/root{}", rest.get(4..).unwrap_or_default())),
        false if is_user && !rest.starts_with(['+', '-']) => Cow::Owned(format!("{beside}/{rest}")),
        false => Cow::Borrowed(path),
    }
}

/// Whether a POSIX path is spelled as a place is. Most are, and need no taking apart.
fn is_normal(path: &str) -> bool {
    let bytes = path.as_bytes();
    let ends = |rest: &[u8]| matches!(rest, [] | [b'/', ..]);
    let is_odd = |(at, byte): (usize, &u8)| {
        *byte == b'/'
            && match bytes.get(at + 1..).unwrap_or_default() {
                [b'.', b'.', rest @ ..] if ends(rest) => true,
                [b'.', rest @ ..] => ends(rest),
                rest => ends(rest),
            }
    };
    bytes.first() == Some(&b'/') && !bytes.iter().enumerate().any(is_odd)
}

fn is_separator(character: char, os: Os) -> bool {
    character == '/' || (os == Os::Windows && character == '\\')
}

fn has_drive(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|drive| drive.is_ascii_alphabetic()) && characters.next() == Some(':')
}

/// The root in its normal form, and the rest.
fn split_root(absolute: &str, os: Os) -> (String, &str) {
    if os == Os::Posix {
        return ("/".to_owned(), absolute);
    }
    // `\\?\C:\x` and `\\.\C:\x` name the same file as `C:\x`; `\\?\UNC\server\share` is `\\server\share`.
    let is = |character| is_separator(character, os);
    let text = behind_devices(absolute);
    let unc = text.len() < absolute.len() && is_unc(text);
    if has_drive(text) {
        let drive = text.get(..2).unwrap_or_default().to_ascii_lowercase();
        return (format!("{drive}/"), text.get(2..).unwrap_or_default());
    }
    if unc || starts_twice(text, is) {
        // Separators count once, however many there are: `\\srv\\share` is `\\srv\share`.
        let (server, rest) = first_name(text.get(if unc { 4 } else { 2 }..).unwrap_or_default(), is);
        if ["", ".", "?"].contains(&server) {
            return ("/".to_owned(), rest);
        }
        let (share, rest) = first_name(rest, is);
        if let Some(drive) = own_drive(server, share) {
            return (format!("{drive}:/"), rest);
        }
        return (format!("//{}/{}", fold(server), fold(share)), rest);
    }
    ("/".to_owned(), text)
}

/// `\\localhost\C$` is the drive `C:` of this machine. By which other names it is known, nobody can tell here.
fn own_drive(server: &str, share: &str) -> Option<char> {
    let mut letters = share.strip_suffix('$')?.chars();
    let drive = letters.next().filter(char::is_ascii_alphabetic)?.to_ascii_lowercase();
    let is_own = server.eq_ignore_ascii_case("localhost") || server == "127.0.0.1" || server == "[::1]";
    (is_own && letters.next().is_none()).then_some(drive)
}

/// Whether a path names a device of Windows (`\\.\pipe\x`, `\\?\GLOBALROOT\...`) and neither a drive nor a share: it may lead
/// to any place.
pub fn names_a_device(text: &str) -> bool {
    let rest = behind_devices(text);
    rest.len() < text.len() && !has_drive(rest) && !is_unc(rest)
}

/// What follows `\\?\`, `\\.\` and `\??\`.
fn behind_devices(text: &str) -> &str {
    let mut rest = text;
    while let Some(after) =
        rest.strip_prefix(r"\??\").or_else(|| after_device(rest, |character| is_separator(character, Os::Windows)))
    {
        rest = after;
    }
    rest
}

fn is_unc(text: &str) -> bool {
    let start = text.get(..4).filter(|start| start.ends_with(['/', '\\']));
    start.is_some_and(|start| start.get(..3).is_some_and(|name| name.eq_ignore_ascii_case("unc")))
}

fn starts_twice(text: &str, is_separator: impl Fn(char) -> bool + Copy) -> bool {
    text.strip_prefix(is_separator).is_some_and(|rest| rest.starts_with(is_separator))
}

/// What follows `\\?\` or `\\.\`, with whatever separators they are written.
fn after_device(text: &str, is_separator: impl Fn(char) -> bool + Copy) -> Option<&str> {
    let (name, rest) = starts_twice(text, is_separator).then(|| first_name(text, is_separator))?;
    [".", "?"].contains(&name).then(|| rest.strip_prefix(is_separator).unwrap_or(rest))
}

/// The first name of a path, whatever separators stand before it, and what follows it.
fn first_name(path: &str, is_separator: impl Fn(char) -> bool + Copy) -> (&str, &str) {
    let path = path.trim_start_matches(is_separator);
    path.split_at(path.find(is_separator).unwrap_or(path.len()))
}

/// A name as Windows takes it: trailing dots and spaces fall off, an alternate stream belongs to its file.
fn windows_name(part: &str) -> &str {
    if part == "." || part == ".." {
        return part;
    }
    let name = part.split(':').next().unwrap_or(part);
    let trimmed = name.trim_end_matches(['.', ' ']);
    // `...` is nothing but dots: Windows takes it for the folder itself.
    trimmed
}

#[cfg(test)]
mod tests;
