//! Places (DESIGN 3.6), the slow way: every path is made absolute and compared component by component.

use mcp_remit::model::facts::Facts;

/// Every string that a server may take `text` for; `None` where no place can be told.
pub fn readings(text: &str) -> Option<Vec<String>> {
    let bare = text.trim().trim_matches(['"', '\'']).to_owned();
    let mut found = match bare.strip_prefix("file:") {
        Some(rest) => vec![percent_decoded(from_uri(rest)?)],
        None => vec![bare.clone()],
    };
    if bare != text {
        found.push(text.to_owned());
    }
    let mut next = 0;
    while next < found.len() {
        let one = found[next].clone();
        next += 1;
        if one.contains('\0') || names_an_open_file(&one) {
            return None;
        }
        let wide = one.replace('．', ".").replace('／', "/").replace('\u{200b}', "");
        let bare = one.trim_matches(|c: char| c.is_whitespace() || c == '"').to_owned();
        for other in [bare, percent_decoded(&one), wide, one.replace('\\', "/"), through_proc(&one), unexpanded(&one)] {
            if !found.contains(&other) {
                found.push(other);
            }
        }
    }
    Some(found)
}

/// `file:///x` and `file://localhost/x` are `/x`; no file of another host is a place of ours.
fn from_uri(rest: &str) -> Option<&str> {
    match rest.strip_prefix("//") {
        None => Some(rest),
        Some(after) => after
            .strip_prefix("localhost")
            .unwrap_or(after)
            .starts_with('/')
            .then(|| after.strip_prefix("localhost").unwrap_or(after)),
    }
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
    let out = format!("/gone/{text}");
    match text.starts_with(['~', '$'])
        && !place(&out).starts_with(&format!("/gone/{}", text.split('/').next().unwrap()))
    {
        true => format!("./{text}"),
        false => text.to_owned(),
    }
}

fn names_an_open_file(text: &str) -> bool {
    text.starts_with("/dev/fd/") || text.starts_with("/proc/self/fd/")
}

fn through_proc(text: &str) -> String {
    match (text.strip_prefix("/proc/self/root/"), text.strip_prefix("/proc/self/cwd/")) {
        (Some(rest), _) => format!("/{}", names(rest).join("/")),
        (_, Some(rest)) => format!("./{}", names(rest).join("/")),
        _ => text.to_owned(),
    }
}

/// `~` and `$HOME` as servers expand them; the home of another user stands beside this one.
fn expanded(text: &str, facts: &Facts) -> String {
    let Some(home) = &facts.home else { return text.to_owned() };
    for form in ["~", "$HOME", "${HOME}"] {
        match text.strip_prefix(form) {
            Some(rest) if rest.is_empty() || rest.starts_with(['/', '\\']) => return format!("{home}{rest}"),
            _ => {}
        }
    }
    let is_name = |name: &str| {
        !name.is_empty()
            && !name.starts_with(['-', '+'])
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    match text.strip_prefix('~') {
        Some(rest) if is_name(rest.split(['/', '\\']).next().unwrap()) => format!("{}/{rest}", above(home)),
        _ => text.to_owned(),
    }
}

fn above(folder: &str) -> String {
    place(&format!("{folder}/.."))
}

fn joined(start: &str, text: &str) -> String {
    match text {
        "" => start.to_owned(),
        absolute if absolute.starts_with('/') => absolute.to_owned(),
        relative => format!("{}/{relative}", start.trim_end_matches('/')),
    }
}

/// What a relative path starts from: the server's `root` or its working directory, and a sibling argument below that.
pub fn absolute(reading: &str, root: Option<&str>, base: Option<&str>, facts: &Facts) -> String {
    let mut start = facts.cwd.clone();
    if let Some(root) = root {
        start = joined(&facts.project, &expanded(root, facts));
    }
    if let Some(base) = base {
        start = joined(&start, &expanded(base, facts));
    }
    joined(&start, &expanded(reading, facts))
}

/// One spelling a place: no `.`, no `..`, no empty component.
pub fn place(absolute: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in absolute.split('/') {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    format!("/{}", names.join("/"))
}

pub fn names(place: &str) -> Vec<&str> {
    place.split('/').filter(|name| !name.is_empty()).collect()
}

/// Where an absolute spelling really leads.
pub fn leads(absolute: &str, facts: &Facts) -> Vec<String> {
    match facts.places.get(absolute) {
        Some(real) => real.iter().map(|real| place(real)).collect(),
        None => vec![place(absolute)],
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

fn entries(list: &[String], facts: &Facts) -> Vec<Entry> {
    list.iter().flat_map(|written| alternatives(written)).filter_map(|written| entry(&written, facts)).collect()
}

/// `{a,b}` written out.
pub fn alternatives(pattern: &str) -> Vec<String> {
    let Some((before, rest)) = pattern.split_once('{') else { return vec![pattern.to_owned()] };
    let Some((inside, after)) = rest.split_once('}') else { return vec![pattern.to_owned()] };
    inside.split(',').flat_map(|one| alternatives(&format!("{before}{one}{after}"))).collect()
}

fn entry(written: &str, facts: &Facts) -> Option<Entry> {
    if written.starts_with('~') && facts.home.is_none() {
        return None;
    }
    let whole = place(&joined(&facts.project, &expanded(written, facts)));
    let names: Vec<String> = names(&whole).into_iter().map(str::to_owned).collect();
    let plain = names.iter().position(|name| name.contains(['*', '?'])).unwrap_or(names.len());
    Some(Entry { names, plain })
}

fn folds(list: As, facts: &Facts) -> bool {
    list == As::Restraint || facts.fold_case
}

fn same_case(text: &str, folds: bool) -> String {
    if folds { text.to_lowercase() } else { text.to_owned() }
}

/// Whether an entry holds the place: itself and all beneath it where it is plain, what it matches where it is a glob.
pub fn holds(list: &[String], place: &str, kind: As, facts: &Facts) -> bool {
    let place = same_case(place, folds(kind, facts));
    let place: Vec<&str> = names(&place);
    entries(list, facts).iter().any(|entry| {
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
    let place = place.to_lowercase();
    let place: Vec<&str> = names(&place);
    entries(list, facts).iter().any(|entry| {
        let folder: Vec<String> = entry.names[..entry.plain].iter().map(|name| name.to_lowercase()).collect();
        let inside = folder.len() >= place.len() && folder.iter().zip(&place).all(|(one, other)| one == other);
        inside && entry.names.len() > place.len()
    })
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
    let place = place.to_lowercase();
    let names: Vec<&str> = names(&place);
    patterns.iter().flat_map(|pattern| alternatives(&pattern.to_lowercase())).any(|pattern| {
        let parts: Vec<&str> = pattern.split('/').collect();
        (1..parts.len()).any(|count| {
            names.len() >= count
                && parts[..count]
                    .iter()
                    .zip(&names[names.len() - count..])
                    .all(|(part, name)| name_matches(part, name.trim_end_matches(['.', ' '])))
        })
    })
}

/// Whether the place, or a folder above it, has a name that the list denies. Letter case never counts, nor do the dots
/// and blanks at the end that some systems drop.
pub fn is_named(patterns: &[String], place: &str) -> bool {
    let place = place.to_lowercase();
    let names: Vec<&str> = names(&place);
    patterns.iter().flat_map(|pattern| alternatives(&pattern.to_lowercase())).any(|pattern| {
        let parts: Vec<&str> = pattern.split('/').collect();
        let fits = |(part, name): (&&str, &&str)| {
            name_matches(part, name) || name_matches(part, name.trim_end_matches(['.', ' ']))
        };
        names.windows(parts.len()).any(|run| parts.iter().zip(run).all(fits))
    })
}
