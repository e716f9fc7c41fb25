//! Archives: what is packed is read, and what is taken out may replace anything below the folder that it comes to.

use super::{Role, Roles, Use};

/// What is done with an archive.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Packs,
    TakesOut,
    Looks,
}

struct Archive {
    roles: Roles,
    mode: Mode,
    /// What relative names start from.
    folder: Option<String>,
    /// What is taken out, each with the folder that it comes to.
    members: Vec<String>,
    prints: bool,
    /// How often it goes to another folder.
    moves: usize,
}

/// Each folder starts from the one before, so there are few.
const MAX_MOVES: usize = 16;

impl Archive {
    fn new(mode: Mode) -> Archive {
        Archive { roles: Roles::default(), mode, folder: None, members: Vec::new(), prints: false, moves: 0 }
    }

    fn below(&mut self, name: &str) -> String {
        let joined = match &self.folder {
            Some(folder) if !name.starts_with(['/', '~', '$']) => self.roles.join(folder, name),
            _ => None,
        };
        joined.unwrap_or_else(|| name.to_owned())
    }

    /// A name within the archive, or one that goes into it.
    fn name(&mut self, name: &str) {
        let place = self.below(name);
        match self.mode {
            Mode::Packs => self.roles.more.push((place, Use::Touched)),
            Mode::TakesOut => self.members.push(place),
            Mode::Looks => {}
        }
        self.roles.words.push(Role::Nothing);
    }

    fn finish(mut self) -> Roles {
        if self.mode == Mode::TakesOut && !self.prints {
            if self.members.is_empty() {
                self.members.push(self.folder.take().unwrap_or_else(|| ".".to_owned()));
            }
            self.roles.more.extend(self.members.into_iter().map(|member| (member, Use::Changed)));
        }
        self.roles
    }
}

/// Letters of tar with a value; a first word without a dash is letters as well, whose values follow it in their order.
const VALUED: &str = "fbCXTgKNVHLIF";

pub(super) fn tar(texts: &[String]) -> Roles {
    let mut archive = Archive::new(Mode::Looks);
    let clusters = texts.iter().filter(|text| text.starts_with('-') && !text.starts_with("--"));
    let letters = clusters.flat_map(|text| text.chars().take_while(|letter| !VALUED.contains(*letter)));
    let bundle = texts.first().filter(|text| !text.starts_with('-'));
    for letter in letters.chain(bundle.iter().flat_map(|text| text.chars())) {
        archive.letter(letter);
    }
    for text in texts {
        match text.split('=').next().unwrap_or_default() {
            "--create" | "--append" | "--update" | "--catenate" | "--concatenate" => archive.mode = Mode::Packs,
            "--extract" | "--get" => archive.mode = Mode::TakesOut,
            "--to-stdout" | "--to-command" => archive.prints = true,
            _ => {}
        }
    }
    let mut waiting: Vec<char> =
        bundle.iter().flat_map(|text| text.chars()).filter(|c| VALUED.contains(*c)).rev().collect();
    if bundle.is_some() {
        archive.roles.words.push(Role::Nothing);
    }
    let mut ended = false;
    while let Some(text) = texts.get(archive.roles.words.len()).filter(|_| archive.roles.refused.is_none()) {
        if let Some(letter) = waiting.pop() {
            archive.value(letter, text);
        } else if ended || !text.starts_with('-') || text == "-" {
            archive.name(text);
        } else if text == "--" {
            ended = true;
            archive.roles.words.push(Role::Word);
        } else if let Some(long) = text.strip_prefix("--") {
            let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            let letter = match name {
                "file" => 'f',
                "directory" => 'C',
                "exclude-from" => 'X',
                "files-from" => 'T',
                "listed-incremental" => 'g',
                "one-top-level" => {
                    let folder = value.map(|value| archive.below(value));
                    archive.folder = folder.or(archive.folder.take());
                    '\0'
                }
                "transform" | "xform" => 'y',
                "exclude" | "strip-components" | "owner" | "group" | "mode" | "mtime" | "format" | "label" => 'V',
                _ => '\0',
            };
            match value {
                Some(value) if letter != '\0' => archive.value(letter, value),
                _ => {
                    archive.roles.words.push(if letter == '\0' { Role::Word } else { Role::Nothing });
                    waiting.extend(Some(letter).filter(|letter| *letter != '\0'));
                }
            }
        } else {
            let valued = text.char_indices().skip(1).find(|(_, letter)| VALUED.contains(*letter));
            match valued.map(|(at, letter)| (letter, text.get(at + letter.len_utf8()..).unwrap_or_default())) {
                Some((letter, "")) => {
                    archive.roles.words.push(Role::Nothing);
                    waiting.push(letter);
                }
                Some((letter, glued)) => archive.value(letter, glued),
                None => archive.roles.words.push(Role::Nothing),
            }
        }
    }
    archive.finish()
}

impl Archive {
    fn letter(&mut self, letter: char) {
        match letter {
            'c' | 'r' | 'u' | 'A' => self.mode = Mode::Packs,
            'x' => self.mode = Mode::TakesOut,
            'O' => self.prints = true,
            _ => {}
        }
    }

    /// The value of an option of tar, in the word that comes next.
    fn value(&mut self, letter: char, value: &str) {
        match letter {
            'C' => {
                self.moves += 1;
                if self.moves > MAX_MOVES {
                    self.roles.refused = Some("it changes its folder too often");
                }
                let folder = self.below(value);
                self.roles.more.push((folder.clone(), Use::Touched));
                self.folder = Some(folder);
            }
            // Names that it makes up may lead anywhere; what changes no folder only renames.
            'y' if has_folders(value) => self.roles.refused = Some("it gives the files of an archive other names"),
            'f' | 'X' | 'T' | 'g' if value != "-" => self.roles.more.push((value.to_owned(), Use::Touched)),
            _ => {}
        }
        self.roles.words.push(if "IF".contains(letter) { Role::Word } else { Role::Nothing });
    }
}

/// Whether the replacement of `s,pattern,replacement,` may hold a separator.
fn has_folders(expression: &str) -> bool {
    let delimiter = expression.strip_prefix('s').and_then(|rest| rest.chars().next());
    let Some(delimiter) = delimiter.filter(|_| !expression.contains(['\\', ';'])) else { return true };
    let parts: Vec<&str> = expression.split(delimiter).collect();
    parts.len() != 4 || parts.get(2).is_none_or(|replacement| replacement.contains(['/', '.']))
}

pub(super) fn unzip(texts: &[String]) -> Roles {
    let looks = |text: &String| text.starts_with('-') && text.contains(['l', 't', 'p', 'z', 'Z', 'v', 'c']);
    let mut archive = Archive::new(if texts.iter().any(looks) { Mode::Looks } else { Mode::TakesOut });
    let folder = texts.iter().position(|text| text == "-d").and_then(|at| texts.get(at + 1)).cloned();
    let glued = texts.iter().find_map(|text| text.strip_prefix("-d").filter(|rest| !rest.is_empty()));
    archive.folder = folder.or(glued.map(str::to_owned));
    let (mut seen, mut before, mut excludes) = (false, "", false);
    for text in texts {
        match text.as_str() {
            _ if before == "-d" => archive.roles.words.push(Role::File),
            _ if before == "-P" => archive.roles.words.push(Role::Nothing),
            option if option.starts_with('-') => {
                excludes = option == "-x";
                archive.roles.words.push(Role::Nothing);
            }
            _ if excludes => archive.roles.words.push(Role::Nothing),
            _ if !std::mem::replace(&mut seen, true) => archive.roles.words.push(Role::File),
            member => archive.name(member),
        }
        before = text;
    }
    archive.finish()
}

pub(super) fn seven_zip(texts: &[String]) -> Roles {
    let mut operands = texts.iter().filter(|text| !text.starts_with('-'));
    let mut archive = Archive::new(match operands.next().map(String::as_str) {
        Some("x" | "e") => Mode::TakesOut,
        Some("a" | "u" | "d" | "rn" | "h") => Mode::Packs,
        _ => Mode::Looks,
    });
    let folder = texts.iter().find_map(|text| text.strip_prefix("-o").filter(|folder| !folder.is_empty()));
    archive.folder = folder.filter(|_| archive.mode == Mode::TakesOut).map(str::to_owned);
    archive.prints = texts.iter().any(|text| text == "-so");
    let mut seen = 0;
    for text in texts {
        if let Some(folder) = text.strip_prefix("-o") {
            archive.roles.words.push(Role::Glued(folder.to_owned()));
        } else if text.starts_with('-') {
            archive.roles.words.push(Role::Word);
        } else {
            seen += 1;
            match seen {
                1 => archive.roles.words.push(Role::Nothing),
                2 => archive.roles.words.push(Role::File),
                _ => archive.name(text),
            }
        }
    }
    archive.finish()
}
