//! Places (DESIGN 3.6), the slow way: every path is made absolute and compared component by component.

use mcp_remit::model::facts::{Facts, Os};
use unicode_normalization::UnicodeNormalization;

/// Every string that a server may take `text` for; `None` where no place can be told.
pub fn readings(text: &str) -> Option<Vec<String>> {
    let bare = text.trim().trim_matches(['"', '\'']).to_owned();
    let mut found = match bare.strip_prefix("file:") {
        Some(rest) => from_uri(rest)?.into_iter().map(percent_decoded).collect(),
        None => vec![bare.clone()],
    };
    if bare != text {
        found.push(text.to_owned());
    }
    let mut next = 0;
    while next < found.len() {
        let one = found[next].clone();
        next += 1;
        if one.contains('\0') || names_an_open_file(&one) || names_a_device(&one) {
            return None;
        }
        // Fullwidth signs are plain ones to some, and so are letters that are put together to those that are one.
        let wide = one.nfkc().filter(|c| *c != '\u{200b}').collect();
        let bare = one.trim_matches(|c: char| c.is_whitespace() || c == '"').to_owned();
        for other in [bare, percent_decoded(&one), wide, one.replace('\\', "/"), through_proc(&one), unexpanded(&one)] {
            if !found.contains(&other) {
                found.push(other);
            }
        }
    }
    Some(found)
}

/// `file:///x` and `file://localhost/x` are `/x`, and `file:///C:/x` is `C:/x`; no file of another host is a place of ours.
fn from_uri(rest: &str) -> Option<Vec<&str>> {
    let Some(after) = rest.strip_prefix("//") else { return Some(vec![rest]) };
    let path = after.strip_prefix("localhost").unwrap_or(after);
    let below_root = path.strip_prefix('/')?;
    // To who knows no drives `C:` is a name like others, and one can climb out of it.
    let may_climb = path.contains("..") || path.contains('%');
    Some(match (has_drive(below_root), may_climb) {
        (true, true) => vec![below_root, path],
        (true, false) => vec![below_root],
        (false, _) => vec![path],
    })
}

fn percent_decoded(text: &str) -> String {
    let mut out = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let code = text.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(code) if bytes[at] == b'%' => {
                out.push(code);
                at += 3;
            }
            _ => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

/// To a server that expands no `~` it is a name, and who climbs out of it is elsewhere.
fn unexpanded(text: &str) -> String {
    // With a name before it that can be seen, it is tidied up to where that name was.
    let first = text.split('/').next().unwrap();
    let stays = |os| names(&place(&format!("/gone/{text}"), os)).starts_with(&["gone", bare_on(first, os)]);
    // With a backslash it is read as with a slash as well.
    let everywhere = stays(Os::Posix) && (text.contains('\\') || stays(Os::Windows));
    // Whatever `$` names, and where it leads for who expands it.
    match (begins_at_home(text) || text.starts_with('$')) && !everywhere {
        true => format!("./{text}"),
        false => text.to_owned(),
    }
}

fn begins_at_home(text: &str) -> bool {
    text.starts_with('~') || user_folder(text).is_some()
}

fn bare_on(name: &str, os: Os) -> &str {
    if os == Os::Windows { bare(name) } else { name }
}

/// `\\?\` and `\\.\` lead to everything that the system has; only of a drive or a share can one tell the place.
fn names_a_device(text: &str) -> bool {
    let rest = after_devices(text);
    rest.len() < text.len() && !has_drive(rest) && !rest.to_lowercase().replace('\\', "/").starts_with("unc/")
}

fn after_devices(text: &str) -> &str {
    let slashed = text.replace('\\', "/");
    match slashed.starts_with("//?/") || slashed.starts_with("//./") || text.starts_with(r"\??\") {
        true => after_devices(&text[4..]),
        false => text,
    }
}

fn names_an_open_file(text: &str) -> bool {
    text.starts_with("/dev/fd/") || text.starts_with("/proc/self/fd/")
}

fn tidy(path: &str) -> String {
    path.split('/').filter(|name| !["", "."].contains(name)).collect::<Vec<_>>().join("/")
}

fn through_proc(text: &str) -> String {
    match (text.strip_prefix("/proc/self/root/"), text.strip_prefix("/proc/self/cwd/")) {
        (Some(rest), _) => format!("/{}", tidy(rest)),
        (_, Some(rest)) => format!("./{}", tidy(rest)),
        _ => text.to_owned(),
    }
}

/// Folders of the user that have a name on Windows, and what that stands for below the home.
const USER_FOLDERS: [(&str, &str); 6] = [
    ("%userprofile%", ""),
    ("%appdata%", "/AppData/Roaming"),
    ("$env:userprofile", ""),
    ("$env:localappdata", "/AppData/Local"),
    ("$home", ""),
    ("${home}", ""),
];

/// The folder below the home, and what follows its name. Letter case never counts there.
pub fn user_folder(text: &str) -> Option<(&'static str, &str)> {
    USER_FOLDERS.iter().find_map(|(name, folder)| {
        let rest = text.get(name.len()..).filter(|_| text.to_lowercase().starts_with(name))?;
        (rest.is_empty() || rest.starts_with(['/', '\\'])).then_some((*folder, rest))
    })
}

/// `~`, `$HOME` and `%APPDATA%` as servers expand them; the home of another user stands beside this one.
fn expanded(text: &str, facts: &Facts) -> String {
    let Some(home) = &facts.home else { return text.to_owned() };
    if let Some((folder, rest)) = user_folder(text) {
        return format!("{home}{folder}{rest}");
    }
    let is_name = |name: &str| {
        !name.starts_with(['-', '+']) && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    match text.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with(['/', '\\']) => format!("{home}{rest}"),
        Some(rest) if is_name(rest.split(['/', '\\']).next().unwrap()) => {
            format!("{}/{rest}", home.rsplit_once('/').unwrap().0)
        }
        _ => text.to_owned(),
    }
}

fn has_drive(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text[1..].starts_with(':')
}

fn joined(start: &str, text: &str, os: Os) -> String {
    let is_separator = |at: usize| text[at..].starts_with('/') || (os == Os::Windows && text[at..].starts_with('\\'));
    let below = |text: &str| format!("{}/{text}", start.trim_end_matches('/'));
    if text.is_empty() {
        return start.to_owned();
    }
    if os == Os::Posix {
        return if is_separator(0) { text.to_owned() } else { below(text) };
    }
    if is_separator(0) {
        // On the drive or share of where it starts, unless it names its own.
        let whole = is_separator(1) || text.starts_with(r"\??\");
        return if whole {
            text.to_owned()
        } else {
            format!("{}{text}", root_of(&place(start, os)).trim_end_matches('/'))
        };
    }
    if !has_drive(text) {
        return below(text);
    }
    // `C:x` starts where the process stands on that drive. Where that is on another one, nobody knows: its root.
    let is_own = text[..2].eq_ignore_ascii_case(root_of(&place(start, os)));
    match text.len() > 2 && is_separator(2) {
        false if is_own && text.len() == 2 => start.to_owned(),
        false if is_own => below(&text[2..]),
        _ => text.to_owned(),
    }
}

/// What a relative path starts from: the server's `root` or its working directory, and a sibling argument below that.
pub fn absolute(reading: &str, root: Option<&str>, base: Option<&str>, facts: &Facts) -> String {
    let mut start = facts.cwd.clone();
    if let Some(root) = root {
        start = joined(&facts.project, &expanded(root, facts), facts.os);
    }
    if let Some(base) = base {
        start = joined(&start, &expanded(base, facts), facts.os);
    }
    joined(&start, &expanded(reading, facts), facts.os)
}

/// One spelling a place: no `.`, no `..`, no empty component. On Windows `c:/a`, or `//server/share/a`.
pub fn place(absolute: &str, os: Os) -> String {
    let (root, rest) = match os {
        Os::Posix => (String::new(), absolute.to_owned()),
        Os::Windows => windows_root(absolute),
    };
    let mut names: Vec<&str> = Vec::new();
    for name in rest.split('/') {
        match if [".", ".."].contains(&name) { name } else { bare_on(name, os) } {
            "" | "." => {}
            ".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    format!("{root}/{}", names.join("/"))
}

/// The drive or share, in small letters, and what follows it. This machine's own share of a drive is the drive.
fn windows_root(absolute: &str) -> (String, String) {
    let text = after_devices(absolute).replace('\\', "/");
    let is_share = text.starts_with("//") || (text.len() < absolute.len() && text.to_lowercase().starts_with("unc/"));
    if is_share {
        let names: Vec<&str> = text.split('/').filter(|name| !name.is_empty()).collect();
        let names = &names[usize::from(!text.starts_with("//"))..];
        let (server, share) = (names.first().unwrap_or(&""), names.get(1).unwrap_or(&""));
        let rest = names.get(2..).unwrap_or_default().join("/");
        if server.is_empty() {
            return (String::new(), rest); // `\\/`: no machine is named.
        }
        let (server, share) = (server.to_lowercase(), share.to_lowercase());
        return match share.strip_suffix('$').filter(|drive| drive.len() == 1) {
            Some(drive) if ["localhost", "127.0.0.1"].contains(&server.as_str()) => (format!("{drive}:"), rest),
            _ => (format!("//{server}/{share}"), rest),
        };
    }
    match has_drive(&text) {
        true => (text[..2].to_lowercase(), text[2..].to_owned()),
        false => (String::new(), text),
    }
}

/// The drive or share of a place; empty on POSIX.
fn root_of(place: &str) -> &str {
    match place.strip_prefix("//") {
        Some(rest) => {
            let end = rest.match_indices('/').nth(1).map_or(place.len(), |(at, _)| at + 2);
            &place[..end]
        }
        None => &place[..place.find('/').unwrap()],
    }
}

/// The names from the root on.
pub fn names(place: &str) -> Vec<&str> {
    place[root_of(place).len()..].split('/').filter(|name| !name.is_empty()).collect()
}

/// The drive as a first name, or the machine and its share as the first two, and the others.
fn names_and_root(place: &str) -> Vec<&str> {
    let root = root_of(place);
    let machine = root.get(2..).filter(|_| root.starts_with("//")).and_then(|share| share.find('/'));
    let (first, share) = root.split_at(machine.map_or(root.len(), |at| at + 2));
    let root = [first, share.trim_start_matches('/')].into_iter().filter(|name| !name.is_empty());
    root.chain(names(place)).collect()
}

/// A name without the dots and blanks at its end, and without a stream of the file: as Windows takes it.
fn bare(name: &str) -> &str {
    name.split(':').next().unwrap().trim_end_matches(['.', ' '])
}

/// Where an absolute spelling really leads.
pub fn leads(absolute: &str, facts: &Facts) -> Vec<String> {
    match facts.places.get(absolute) {
        Some(real) => real.iter().map(|real| place(real, facts.os)).collect(),
        None => vec![place(absolute, facts.os)],
    }
}

/// What a list of places stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum As {
    /// A grant holds what it says.
    Grant,
    /// A denial, an exclusion or a label holds every letter case, and what lies below a match.
    Restraint,
}

/// One entry of the policy, absolute: its names, where the wildcards begin.
struct Entry {
    names: Vec<String>,
    plain: usize,
}

/// Each reading of an entry is meant, as each reading of a call's path is.
fn read_entries(list: &[String]) -> impl Iterator<Item = String> {
    let written = list.iter().flat_map(|written| alternatives(written));
    written.flat_map(|written| readings(&written).unwrap_or_default().into_iter().chain([written]))
}

fn entries(list: &[String], facts: &Facts) -> Vec<Entry> {
    let both = |written: String| entry(&written, facts).into_iter().chain(on_no_drive(&written, facts));
    read_entries(list).flat_map(both).collect()
}

/// An entry as it is written, absolute: the folder before the first wildcard, and the rest.
pub struct Written {
    pub folder: String,
    pub rest: String,
}

pub fn written_places(list: &[String], facts: &Facts) -> Vec<Written> {
    let split = |Entry { names, plain }: Entry| {
        let (folder, rest) = names.split_at(plain);
        let start = if facts.os == Os::Windows { "" } else { "/" };
        Written { folder: place(&format!("{start}{}", folder.join("/")), facts.os), rest: rest.join("/") }
    };
    read_entries(list).filter_map(|written| entry(&written, facts)).map(split).collect()
}

/// `/` is every drive; and what stands on none, behind a device, is held by its names.
fn on_no_drive(written: &str, facts: &Facts) -> Option<Entry> {
    let rest = written.strip_prefix(['/', '\\']).filter(|rest| !rest.starts_with(['/', '\\']))?;
    (facts.os == Os::Windows).then(|| Entry::new(&place(rest, Os::Windows)))
}

/// `{a,b}` written out.
pub fn alternatives(pattern: &str) -> Vec<String> {
    let Some((before, rest)) = pattern.split_once('{') else { return vec![pattern.to_owned()] };
    let Some((inside, after)) = rest.split_once('}') else { return vec![pattern.to_owned()] };
    inside.split(',').flat_map(|one| alternatives(&format!("{before}{one}{after}"))).collect()
}

fn entry(written: &str, facts: &Facts) -> Option<Entry> {
    let at_home = begins_at_home(written);
    if at_home && facts.home.is_none() {
        return None;
    }
    let expanded = if at_home { expanded(written, facts) } else { written.to_owned() };
    let whole = place(&joined(&facts.project, &expanded, facts.os), facts.os);
    Some(Entry::new(&whole))
}

impl Entry {
    fn new(place: &str) -> Entry {
        let names: Vec<String> = names_and_root(place).into_iter().map(str::to_owned).collect();
        let plain = names.iter().position(|name| name.contains(['*', '?'])).unwrap_or(names.len());
        Entry { names, plain }
    }
}

fn folds(list: As, facts: &Facts) -> bool {
    list == As::Restraint || facts.fold_case || facts.os == Os::Windows
}

/// Where letter case does not count, neither does whether an accent stands with its letter or after it.
fn same_case(text: &str, folds: bool) -> String {
    if folds { text.nfc().collect::<String>().to_lowercase() } else { text.to_owned() }
}

/// Whether an entry holds the place: itself and all beneath it where it is plain, what it matches where it is a glob.
pub fn holds(list: &[String], place: &str, kind: As, facts: &Facts) -> bool {
    let place = same_case(place, folds(kind, facts));
    let is_share = place.starts_with("//");
    let place: Vec<&str> = names_and_root(&place);
    entries(list, facts).iter().filter(|entry| !is_share || !entry.names.is_empty()).any(|entry| {
        let pattern: Vec<String> = entry.names.iter().map(|name| same_case(name, folds(kind, facts))).collect();
        let is_glob = entry.plain < entry.names.len();
        match (is_glob, kind) {
            (true, As::Grant) => matches(&pattern, &place),
            _ => (0..=place.len()).any(|end| matches(&pattern, &place[..end])),
        }
    })
}

/// Whether something that an entry names lies below the place, so that who takes the place away takes it as well.
pub fn lies_below(list: &[String], place: &str, facts: &Facts) -> bool {
    let place = same_case(place, true);
    let place: Vec<&str> = names_and_root(&place);
    entries(list, facts).iter().any(|entry| {
        let pattern: Vec<String> = entry.names.iter().map(|name| same_case(name, true)).collect();
        begins(&pattern, &place)
    })
}

/// Whether what the pattern names may lie below the names.
fn begins(pattern: &[String], names: &[&str]) -> bool {
    match (pattern.split_first(), names.split_first()) {
        (None, _) => false,
        (Some(_), None) => true,
        // Behind it any place may hold one, and most are files.
        (Some((first, _)), Some(_)) if first == "**" => false,
        (Some((first, rest)), Some((name, below))) => name_matches(first, name) && begins(rest, below),
    }
}

/// Component by component; `**` is any number of them.
fn matches(pattern: &[String], names: &[&str]) -> bool {
    match pattern.split_first() {
        None => names.is_empty(),
        // At the end of a pattern it is what lies beneath, and not the folder itself.
        Some((first, [])) if first == "**" => !names.is_empty(),
        Some((first, rest)) if first == "**" => (0..=names.len()).any(|skip| matches(rest, &names[skip..])),
        Some((first, rest)) => !names.is_empty() && name_matches(first, names[0]) && matches(rest, &names[1..]),
    }
}

/// `*` is any letters, `?` is one.
pub fn name_matches(pattern: &str, name: &str) -> bool {
    match pattern.chars().next() {
        None => name.is_empty(),
        Some('*') => {
            name.char_indices().map(|(at, _)| at).chain([name.len()]).any(|at| name_matches(&pattern[1..], &name[at..]))
        }
        Some(first) => match name.chars().next() {
            Some(letter) if first == '?' || first == letter => {
                name_matches(&pattern[first.len_utf8()..], &name[letter.len_utf8()..])
            }
            _ => false,
        },
    }
}

/// Whether a match of one of the patterns could lie below the place: it ends as the pattern begins.
pub fn holds_named(patterns: &[String], place: &str) -> bool {
    let place = same_case(place, true);
    let names: Vec<&str> = names(&place);
    patterns.iter().flat_map(|pattern| alternatives(&same_case(pattern, true))).any(|pattern| {
        let parts: Vec<&str> = pattern.split(['/', '\\']).collect();
        (1..parts.len()).any(|count| {
            names.len() >= count
                && parts[..count]
                    .iter()
                    .zip(&names[names.len() - count..])
                    .all(|(part, name)| name_matches(part, bare(name)))
        })
    })
}

/// Whether the place, or a folder above it, has a name that the list denies. Letter case never counts, nor do the dots
/// and blanks at the end and the streams that some systems drop.
pub fn is_named(patterns: &[String], place: &str) -> bool {
    let place = same_case(place, true);
    let names: Vec<&str> = names(&place);
    patterns.iter().flat_map(|pattern| alternatives(&same_case(pattern, true))).any(|pattern| {
        let parts: Vec<&str> = pattern.split(['/', '\\']).collect();
        let fits = |(part, name): (&&str, &&str)| name_matches(part, name) || name_matches(part, bare(name));
        names.windows(parts.len()).any(|run| parts.iter().zip(run).all(fits))
    })
}

/// `..` among the segments, in any encoding.
pub fn climbs(uri: &str) -> bool {
    let path = uri.split_once(':').map_or(uri, |(_, path)| path);
    readings(path).is_none_or(|all| all.iter().any(|one| one.split(['/', '\\', '?']).any(|part| part == "..")))
}
