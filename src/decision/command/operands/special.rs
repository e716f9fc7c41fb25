//! Programs that the table cannot tell of, and what several words name together.

use super::syntax::Operands;
use super::{Role, Roles, Use};
use crate::decision::command::values::ANYTHING;

/// What `find` starts from, and the files that its tests and actions name.
pub(super) fn find(texts: &[String]) -> Roles {
    /// Tests of what is found by its name.
    const NAME: [&str; 8] = ["-name", "-iname", "-path", "-ipath", "-wholename", "-iwholename", "-lname", "-ilname"];
    /// Tests and actions with one word that is no file.
    const TEXT: [&str; 19] = [
        "-regex",
        "-iregex",
        "-regextype",
        "-type",
        "-xtype",
        "-size",
        "-perm",
        "-user",
        "-group",
        "-uid",
        "-gid",
        "-mtime",
        "-atime",
        "-ctime",
        "-mmin",
        "-amin",
        "-maxdepth",
        "-mindepth",
        "-printf",
    ];
    const FILE: [&str; 8] =
        ["-newer", "-anewer", "-cnewer", "-samefile", "-fprint", "-fprint0", "-fls", "-files0-from"];
    let expression = texts.iter().position(|text| is_expression(text)).unwrap_or(texts.len());
    let starts = if deletes(texts) { Role::Tree } else { Role::File };
    let mut words = vec![starts.clone(); expression];
    // `-H`, `-L`, `-O3` stand before the places.
    let options = texts.iter().take_while(|text| ["-H", "-L", "-P"].contains(&text.as_str()) || text.starts_with("-O"));
    let options = options.count();
    if options > 0 {
        let rest = texts.get(options..).unwrap_or_default();
        let expression = rest.iter().position(|text| is_expression(text)).unwrap_or(rest.len());
        words = vec![Role::Word; options];
        words.extend(vec![starts.clone(); expression]);
    }
    let has_start = words.contains(&starts);
    let mut names = Vec::new();
    while let Some(text) = texts.get(words.len()) {
        let is_excluded = words
            .len()
            .checked_sub(1)
            .and_then(|at| texts.get(at))
            .is_some_and(|before| before == "!" || before == "-not");
        words.push(Role::Word);
        match text.as_str() {
            "-exec" | "-execdir" | "-ok" | "-okdir" => {
                // Another command, which is read by itself.
                let rest = texts.get(words.len()..).unwrap_or_default();
                let length = rest.iter().position(|text| text == ";" || text == "+").unwrap_or(rest.len());
                words.resize(words.len() + length, Role::Nothing);
            }
            text if NAME.contains(&text) => {
                names.extend(texts.get(words.len()).filter(|_| !is_excluded).cloned());
                words.push(Role::Nothing);
            }
            text if TEXT.contains(&text) => words.push(Role::Nothing),
            "-fprintf" => words.extend([Role::File, Role::Nothing]),
            text if FILE.contains(&text) || text.starts_with("-newer") => words.push(Role::File),
            _ => {}
        }
    }
    words.truncate(texts.len());
    let mut roles = Roles { words, ..Roles::default() };
    look_for(&names, texts, &mut roles);
    if !has_start && deletes(texts) {
        roles.more.push((".".into(), Use::Changed));
    }
    roles
}

fn is_expression(text: &str) -> bool {
    (text.starts_with('-') && text.len() > 1) || matches!(text, "(" | ")" | "!" | ",")
}

/// Whether it takes away what it finds. Where a test lets through nothing but an extension that means no protected file,
/// only such files go.
fn deletes(texts: &[String]) -> bool {
    let has = |wanted: &[&str]| texts.iter().any(|text| wanted.contains(&text.as_str()));
    let runs = texts.windows(2).any(|pair| match pair {
        [action, program] => {
            ["-exec", "-execdir", "-ok", "-okdir"].contains(&action.as_str())
                && ["rm", "mv", "shred", "unlink", "chmod", "chown", "rmdir"]
                    .contains(&program.rsplit('/').next().unwrap_or_default())
        }
        _ => false,
    });
    let by_extension = texts.windows(2).any(|pair| match pair {
        [test, name] => test == "-name" && name.strip_prefix("*.").is_some_and(is_harmless_extension),
        _ => false,
    });
    let has_others = has(&["-o", "-or", "!", "-not", ","]);
    (runs || has(&["-delete"])) && (has_others || !by_extension)
}

/// What compilers and editors leave behind.
fn is_harmless_extension(extension: &str) -> bool {
    [
        "o",
        "a",
        "so",
        "obj",
        "class",
        "pyc",
        "pyo",
        "tmp",
        "bak",
        "orig",
        "rej",
        "swp",
        "log",
        "gcda",
        "gcno",
        "map",
        "tsbuildinfo",
    ]
    .contains(&extension)
}

/// Names that are looked for, below each place that is searched: `find a -name .env` finds `a/.env`, and what is run on it
/// reads it. A pattern stands for a name of its form.
pub(super) fn look_for(names: &[String], texts: &[String], roles: &mut Roles) {
    let places = texts.iter().zip(&roles.words).filter(|(_, role)| matches!(role, Role::File | Role::Tree));
    let mut places: Vec<&str> = places.map(|(text, _)| text.as_str()).collect();
    if places.is_empty() {
        places.push(".");
    }
    let is_name = |name: &&String| !name.starts_with('!') && !name.contains("..") && name.contains(['.', '_', '/']);
    // Each name is looked for in each place, so there are few of one or the other.
    let most = if names.len() > MAX_SEARCHED { 1 } else { MAX_SEARCHED };
    for name in names.iter().filter(is_name) {
        for place in places.iter().take(most) {
            roles.below(place, name.trim_start_matches("./"), Use::Touched);
        }
    }
}

/// In so many places a name is looked for; in the others it only has another folder before it.
const MAX_SEARCHED: usize = 16;

/// `if=a of=b`.
pub(super) fn dd(texts: &[String]) -> Roles {
    let file = |text: &String| {
        let (name, file) = text.split_once('=')?;
        (["if", "of"].contains(&name) && !file.is_empty()).then(|| (file.to_owned(), Use::Touched))
    };
    let role = |text: &String| if text.contains('=') { Role::Nothing } else { Role::Word };
    Roles { words: texts.iter().map(role).collect(), more: texts.iter().filter_map(file).collect(), ..Roles::default() }
}

/// The files of `name=@file`, `name=<file;type=x`, `name=@"a b",c`.
pub(super) fn files_of_form(text: &str) -> Vec<String> {
    let Some((_, value)) = text.split_once('=') else { return Vec::new() };
    let Some(files) = value.strip_prefix(['@', '<']) else { return Vec::new() };
    let file = |part: &str| part.split(';').next().unwrap_or_default().trim_matches('"').to_owned();
    files.split(',').map(file).chain([files.to_owned()]).filter(|file| !file.is_empty()).collect()
}

/// Where sed keeps what was there before: `-i'old/*'` in another folder, each under its name.
pub(super) fn of_suffix(suffix: &str) -> Option<(String, Use)> {
    match (suffix.rsplit_once('/'), suffix.contains('*')) {
        (Some((folder, _)), true) => Some((format!("{folder}/"), Use::Changed)),
        (Some(_), false) => Some((suffix.to_owned(), Use::Touched)),
        // Around the name of the file it may make any other.
        (None, true) => Some((ANYTHING.to_owned(), Use::Touched)),
        (None, false) => None,
    }
}

/// The files of a setting of ssh: `IdentityFile=a`, `UserKnownHostsFile a b`. What runs here goes to `texts`.
pub(super) fn set_for_ssh(text: &str, roles: &mut Roles) -> Vec<String> {
    const FILES: [&str; 8] = ["file", "path", "include", "agent", "provider", "location", "revoked", "xauth"];
    let (name, value) = text.split_once(['=', ' ', '\t']).unwrap_or((text, ""));
    let (name, value) = (name.trim().to_ascii_lowercase(), value.trim_start_matches(['=', ' ', '\t']));
    let value = value.trim().trim_matches('"');
    match name.as_str() {
        _ if ["", "none", "yes", "no", "ask"].contains(&value) || name == "remotecommand" => Vec::new(),
        // The name itself is known only when it runs.
        name if name.contains(['$', '`']) => vec![ANYTHING.to_owned()],
        // What stands for the host and the user is no word of a shell.
        name if name.ends_with("command") => {
            roles.texts.push(value.to_owned());
            Vec::new()
        }
        name if FILES.iter().any(|part| name.contains(part)) => {
            value.split_whitespace().map(|file| file.trim_matches('"').to_owned()).collect()
        }
        _ => value.split([' ', ':']).filter(|part| part.contains('/')).map(str::to_owned).collect(),
    }
}

/// What only all words together tell: where copies come to lie, which files a download makes.
pub(super) fn finish(
    name: &str,
    operands: Operands,
    texts: &[String],
    files: &[usize],
    into: Option<&str>,
    roles: &mut Roles,
) {
    match operands {
        Operands::Copied | Operands::Moved | Operands::Remote => goes(name, operands, texts, files, into, roles),
        _ if ["curl", "wget"].contains(&name) => {
            downloads(name, texts, roles);
            if name == "curl" {
                of_curl(texts, roles);
            }
        }
        _ if name == "patch" && files.is_empty() => roles.more.push((".".into(), Use::Touched)),
        _ => {}
    }
}

/// Copies lie below the folder that they go to, and replace what has their name there.
fn goes(name: &str, operands: Operands, texts: &[String], files: &[usize], into: Option<&str>, roles: &mut Roles) {
    let text = |at: &usize| texts.get(*at).map(String::as_str).unwrap_or_default();
    let makes_folders = name.ends_with("install") && has_letter(texts, 'd', &["--directory"]);
    let (sources, to) = match (into, files.split_last()) {
        _ if makes_folders => return,
        (Some(into), _) => (files, into),
        (None, Some((last, sources))) if !sources.is_empty() => (sources, text(last)),
        // `ln -s target` makes a link where it stands.
        (None, Some(_)) if operands == Operands::Moved => (files, "."),
        _ => return,
    };
    let is_elsewhere = to.split_once(':').is_some_and(|(host, _)| !host.contains('/'));
    if operands == Operands::Remote && is_elsewhere {
        return;
    }
    let whole = match name {
        "rsync" => has_letter(texts, 'a', &["--archive", "--recursive"]) || has_letter(texts, 'r', &["--delete"]),
        "mv" | "gmv" => true,
        "ln" | "gln" => false,
        _ => {
            has_letter(texts, 'r', &["--recursive"])
                || has_letter(texts, 'R', &["-a", "--archive"])
                || has_letter(texts, 'a', &[])
        }
    };
    let deletes = texts.iter().any(|text| text.starts_with("--del"));
    let is_folder = to.ends_with('/') || matches!(to, "." | ".." | "~") || into.is_some();
    let names: Vec<Option<&str>> = sources.iter().map(|at| name_of(text(at), name == "rsync")).collect();
    let spreads = names.iter().any(Option::is_none);
    let as_one = texts.iter().any(|text| text == "-T" || text == "--no-target-directory");
    if deletes || spreads || (whole && (!is_folder || as_one)) {
        roles.more.push((to.to_owned(), Use::Changed));
    }
    names.into_iter().flatten().for_each(|name| roles.below(to, name, Use::Changed));
    if operands == Operands::Moved {
        let is_symbolic = name.ends_with("ln") && has_letter(texts, 's', &["--symbolic"]);
        for at in sources {
            let Some(role) = roles.words.get_mut(*at) else { continue };
            let source = text(at);
            // A relative target starts from where the link stands.
            let folder = if is_folder { to } else { to.rsplit_once('/').map_or(".", |(folder, _)| folder) };
            if is_symbolic && !source.starts_with(['/', '~', '$']) && folder != "." {
                *role = Role::Nothing;
                roles.below(folder, source, Use::Changed);
            } else {
                *role = Role::Tree;
            }
        }
    }
}

/// The name under which a source comes to lie; `None`: what is in it does, under many.
fn name_of(source: &str, is_rsync: bool) -> Option<&str> {
    let path = if is_rsync { source } else { source.trim_end_matches('/') };
    path.rsplit(['/', ':']).next().filter(|name| !matches!(*name, "" | "." | ".." | "*"))
}

fn has_letter(texts: &[String], letter: char, long: &[&str]) -> bool {
    let cluster = |text: &String| text.starts_with('-') && !text.starts_with("--") && text.contains(letter);
    texts.iter().any(|text| cluster(text) || long.contains(&text.as_str()))
}

/// What curl reads in its own way: `-w '%output{x}'`, `-T '{a,b}'`, `'fi{le}:///x'`.
fn of_curl(texts: &[String], roles: &mut Roles) {
    for text in texts {
        for (at, name) in text.match_indices("%output{") {
            let file = text.get(at + name.len()..).and_then(|rest| rest.split('}').next()).unwrap_or_default();
            roles.more.push((file.trim_start_matches(">>").to_owned(), Use::Touched));
        }
        // Sets and ranges may spell any name.
        let is_template = text.contains(['{', '[']);
        let Some(mark) = text.find("://").filter(|_| is_template) else { continue };
        if text.get(..mark).is_some_and(|scheme| scheme.contains(['{', '['])) {
            roles.more.push((text.get(mark + 3..).unwrap_or_default().to_owned(), Use::Touched));
        }
    }
    // The files of an upload, each spelled out.
    let uploads = texts.iter().enumerate().filter_map(|(at, text)| {
        let long = text.strip_prefix("--upload-file");
        match long.and_then(|rest| rest.strip_prefix('=')) {
            Some(value) => Some(value.to_owned()),
            None if long == Some("") => texts.get(at + 1).cloned(),
            None => {
                let cluster = text.strip_prefix('-').filter(|rest| !rest.starts_with('-'))?;
                let (_, value) = cluster.split_once('T')?;
                if value.is_empty() { texts.get(at + 1).cloned() } else { Some(value.to_owned()) }
            }
        }
    });
    let found: Vec<String> =
        uploads.filter(|value| value.contains(['{', '['])).flat_map(|value| spelled(&value)).collect();
    roles.more.extend(found.into_iter().map(|file| (file, Use::Touched)));
}

/// Every name of a set; what holds a range, or more sets than one, may be any.
fn spelled(template: &str) -> Vec<String> {
    let set = template.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
    match set {
        Some((before, (names, after))) if !after.contains(['{', '[']) && !before.contains('[') => names
            .split(',')
            .take(MAX_SEARCHED)
            .map(|name| format!("{before}{name}{after}"))
            .chain((names.split(',').count() > MAX_SEARCHED).then(|| ANYTHING.to_owned()))
            .collect(),
        _ => vec![ANYTHING.to_owned()],
    }
}

/// A download is kept under the last name of its URL, unless an option says where.
fn downloads(name: &str, texts: &[String], roles: &mut Roles) {
    let value_of = |letter: &str, long: &str| {
        texts.iter().enumerate().find_map(|(at, text)| {
            let cluster = text.starts_with('-') && !text.starts_with("--") && text.ends_with(letter);
            let next = (cluster || text == long).then(|| texts.get(at + 1).map(String::as_str)).flatten();
            let glued = text.strip_prefix(long).and_then(|rest| rest.strip_prefix('='));
            next.or(glued).or_else(|| text.strip_prefix('-')?.strip_prefix(letter).filter(|rest| !rest.is_empty()))
        })
    };
    let folder = match name {
        "curl" if !has_letter(texts, 'O', &["--remote-name", "--remote-name-all"]) => return,
        "curl" => value_of("\0", "--output-dir"),
        _ if has_letter(texts, 'O', &["--spider", "--output-document"]) => return,
        _ if texts.iter().any(|text| text.starts_with("--output-document=")) => return,
        _ => value_of("P", "--directory-prefix"),
    };
    let folder = folder.unwrap_or(".").trim_end_matches('/');
    let is_url = |(text, role): &(&String, &Role)| {
        **role == Role::Word && !text.starts_with('-') && text.contains(['/', '.', ':'])
    };
    let last_name = |(text, _): (&String, &Role)| {
        let path = text.split(['?', '#']).next().unwrap_or_default();
        let path = path.split_once("://").map_or(path, |(_, rest)| rest);
        let last = path.split_once('/').and_then(|(_, rest)| rest.rsplit('/').next()).filter(|last| !last.is_empty());
        last.unwrap_or("index.html").to_owned()
    };
    let found: Vec<_> = texts.iter().zip(&roles.words).filter(is_url).map(last_name).collect();
    found.iter().for_each(|name| roles.below(folder, name, Use::Touched));
    // A tree of pages comes below the folder.
    if name == "wget" && has_letter(texts, 'r', &["--recursive", "--mirror", "-m"]) {
        roles.more.push((folder.to_owned(), Use::Changed));
    }
}

/// Whether the program reads the folder that it stands in, since no operand says another one.
pub(super) fn reads_folder(roles: &Roles, name: &str, texts: &[String], fed: bool) -> bool {
    let has = |wanted: &[&str]| texts.iter().any(|text| wanted.contains(&text.as_str()));
    let cluster = |letters: &[char]| {
        texts.iter().any(|text| text.starts_with('-') && !text.starts_with("--") && text.contains(letters))
    };
    let is_place = |role: &Role| matches!(role, Role::File | Role::Tree);
    let starts_elsewhere = match name {
        "find" | "gfind" => roles.words.iter().find(|role| **role != Role::Word).is_some_and(is_place),
        "fd" | "fdfind" => {
            roles.words.iter().any(is_place) || texts.iter().any(|text| text.starts_with("--search-path="))
        }
        _ => roles.words.iter().any(is_place),
    };
    if starts_elsewhere || has(&["--help", "--version"]) {
        return false;
    }
    match name {
        "grep" | "egrep" | "fgrep" | "ggrep" => {
            let long = |text: &String| {
                let long = text.strip_prefix("--").filter(|long| long.len() > 2);
                long.is_some_and(|long| "recursive".starts_with(long) || "dereference-recursive".starts_with(long))
            };
            cluster(&['r', 'R']) || texts.iter().any(long) || has(&["-drecurse", "recurse", "--directories=recurse"])
        }
        // They read a pipe where there is one.
        "rg" | "ag" | "ack" => !fed,
        "tree" | "du" | "find" | "gfind" | "fd" | "fdfind" => true,
        "ls" | "dir" => cluster(&['R']) || has(&["--recursive"]),
        "git" => has(&["grep"]),
        _ => false,
    }
}
