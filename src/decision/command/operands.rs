//! Which words of a command are files, although they look like any word, and what the program does to them: by the
//! options that it takes.

mod archives;
mod conditions;
mod special;
mod syntax;
mod table;

use super::values::ANYTHING;
use super::{machines, scripts};
use crate::model::effects::Word;
use syntax::{Operands, Syntax, Value};
use table::{FILES, SYNTAXES};

/// What becomes of a place that a command names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Use {
    /// It is read, or it is one file that is written.
    Touched,
    /// It goes away, or is written over with all below it.
    Changed,
    /// It is read, where nothing else has its name.
    Perhaps,
}

/// What a word is to its program.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Role {
    /// A pattern, a script, a revision: no place.
    Nothing,
    File,
    /// A file or a folder that is changed with all below it.
    Tree,
    /// An option with a file in the same word: `-tdocs`, `--file=docs`.
    Glued(String),
    /// A file, or one on another machine: `host:path`.
    Remote,
    /// A name of something else, and a file where nothing else has that name.
    Perhaps,
    /// A word for another machine.
    Elsewhere,
    /// Judged by its form.
    Word,
}

/// The words after the program, one by one.
#[derive(Debug, Default)]
pub(super) struct Roles {
    pub words: Vec<Role>,
    /// Places that are no whole word: the file in `if=x`, where a copy comes to lie, the folder that it stands in.
    pub more: Vec<(String, Use)>,
    /// What a script within the words runs in a shell.
    pub texts: Vec<String>,
    /// Why the words are not read to their end.
    pub refused: Option<&'static str>,
    /// How long the names are that were joined.
    pub joined: usize,
}

/// Longer names are refused, all that one command joins taken together: each word may stand below each folder.
pub(super) const MAX_JOINED: usize = 4 * 1024 * 1024;

impl Roles {
    /// A name below a folder; `None` where they have become too long.
    fn join(&mut self, folder: &str, name: &str) -> Option<String> {
        self.joined = self.joined.saturating_add(folder.len() + name.len() + 1);
        if self.joined > MAX_JOINED {
            self.refused = Some("its folders and names are too long together");
            return None;
        }
        Some(format!("{}/{name}", folder.trim_end_matches('/')))
    }

    fn below(&mut self, folder: &str, name: &str, used: Use) {
        let place = self.join(folder, name);
        self.more.extend(place.map(|place| (place, used)));
    }
}

/// With these a search takes no pattern: every operand is a file.
const NO_PATTERN: [&str; 3] = ["--files", "--type-list", "-f"];

/// Behind these stands another command, which is read by itself.
const RUN: [&str; 4] = ["-x", "-X", "--exec", "--exec-batch"];

/// The roles of each word after the program. `open`: which of them are known only when they run; `fed`: it reads from a pipe.
pub(super) fn roles(name: &str, texts: &[String], open: &[bool], fed: bool) -> Roles {
    let mut roles = match name {
        "git" => super::revisions::roles(texts),
        "find" | "gfind" => special::find(texts),
        "dd" => special::dd(texts),
        "ssh" => {
            let mut roles = by_table(name, texts, open);
            let start = behind_host(texts, open).map_or(texts.len(), |start| start - 1);
            roles.words.iter_mut().skip(start).for_each(|role| *role = Role::Elsewhere);
            roles
        }
        name if machines::CONTAINERS.contains(&name) => machines::of_containers(name, texts).unwrap_or_else(|| {
            let mut roles = by_table(name, texts, open);
            roles.more.extend(machines::mounted(texts));
            roles
        }),
        name if machines::BEHIND_DASHES.contains(&name) => {
            machines::of_clusters(texts).unwrap_or_else(|| by_table(name, texts, open))
        }
        "tar" | "gtar" | "bsdtar" => archives::tar(texts),
        "unzip" => archives::unzip(texts),
        "7z" | "7za" | "7zz" | "7zr" => archives::seven_zip(texts),
        "[" | "test" | "[[" => conditions::roles(texts),
        // Their operands are letters and numbers.
        "tr" | "expr" => {
            let role = |text: &String| if text.starts_with('-') { Role::Word } else { Role::Nothing };
            Roles { words: texts.iter().map(role).collect(), ..Roles::default() }
        }
        _ => by_table(name, texts, open),
    };
    if special::reads_folder(&roles, name, texts, fed) {
        roles.more.push((".".into(), Use::Touched));
    }
    roles
}

/// Where the command for another machine begins, counted from the program.
fn behind_host(texts: &[String], open: &[bool]) -> Option<usize> {
    let word =
        |(text, open): (&String, &bool)| if *open { Word::Dynamic(text.clone()) } else { Word::Literal(text.clone()) };
    let words: Vec<Word> = [Word::Literal("ssh".into())].into_iter().chain(texts.iter().zip(open).map(word)).collect();
    machines::behind_host(&words)
}

fn by_table(name: &str, texts: &[String], open: &[bool]) -> Roles {
    const NONE: Syntax = Syntax { programs: &[], operands: Operands::Words, short: &[], long: &[] };
    const BARE: Syntax = Syntax { programs: FILES, operands: Operands::Files, short: &[], long: &[] };
    let is_own = |syntax: &&Syntax| syntax.programs.contains(&name);
    let syntax = SYNTAXES.iter().find(is_own).unwrap_or(if FILES.contains(&name) { &BARE } else { &NONE });
    let first = matches!(syntax.operands, Operands::AfterPattern | Operands::AfterMode | Operands::Program);
    let mut reader = Reader {
        name,
        syntax,
        texts,
        open,
        awaits_first: first,
        ended: false,
        into: None,
        operands: vec![],
        names: vec![],
        roles: Roles::default(),
    };
    reader.read();
    special::look_for(&reader.names, texts, &mut reader.roles);
    special::finish(name, syntax.operands, texts, &reader.operands, reader.into.as_deref(), &mut reader.roles);
    reader.roles
}

struct Reader<'a> {
    name: &'a str,
    syntax: &'static Syntax,
    texts: &'a [String],
    open: &'a [bool],
    /// The operand that is a pattern, a mode or a program has not come yet.
    awaits_first: bool,
    /// Nothing that follows is an option.
    ended: bool,
    /// Where the operands go, by an option.
    into: Option<String>,
    /// Indexes of the operands that are files.
    operands: Vec<usize>,
    /// Names that are looked for.
    names: Vec<String>,
    roles: Roles,
}

impl Reader<'_> {
    fn read(&mut self) {
        while let Some(text) = self.texts.get(self.roles.words.len()) {
            if self.name.starts_with("fd") && RUN.contains(&text.as_str()) {
                self.roles.words.resize(self.texts.len(), Role::Nothing);
            } else if self.syntax.operands == Operands::AfterMode && self.awaits_first && is_mode(text) {
                self.awaits_first = false;
                self.roles.words.push(Role::Nothing);
            } else if self.ended || !text.starts_with('-') || text == "-" {
                self.operand(text);
            } else if text == "--" {
                self.ended = true;
                self.roles.words.push(Role::Word);
            } else {
                self.option(text);
            }
        }
    }

    /// An option, with the words after it that are its value.
    fn option(&mut self, text: &str) {
        let (value, glued) = self.syntax.option(text);
        let is_first = matches!(value, Value::Script | Value::ScriptFile | Value::Code);
        let without = self.syntax.operands == Operands::AfterPattern && NO_PATTERN.contains(&text);
        self.awaits_first &= !is_first && !without;
        let Some(glued) = glued else {
            self.roles.words.push(Role::Word);
            // A program that runs the text of an option has its own words behind it.
            self.ended |= is_first && self.syntax.operands == Operands::Program && self.name.starts_with("py");
            return self.next(value);
        };
        let role = match value {
            Value::Number | Value::Text => Role::Nothing,
            Value::Suffix => {
                self.roles.more.extend(special::of_suffix(glued));
                Role::Nothing
            }
            Value::ScriptFile if self.is_unknown_script(glued) => Role::Glued(ANYTHING.to_owned()),
            Value::File | Value::ScriptFile if glued == "-" => Role::Nothing,
            Value::File | Value::ScriptFile | Value::Into => Role::Glued(glued.to_owned()),
            Value::Name => {
                self.names.push(glued.to_owned());
                Role::Nothing
            }
            Value::Script | Value::Data | Value::NamedData | Value::Form | Value::Cookie | Value::Setting => {
                self.part(value, glued);
                Role::Nothing
            }
            _ => Role::Word,
        };
        if value == Value::Into {
            self.into = Some(glued.to_owned());
        }
        self.roles.words.push(role);
    }

    /// The word after an option, if it is the option's value.
    fn next(&mut self, value: Value) {
        let Some(next) = self.texts.get(self.roles.words.len()) else { return };
        let role = match value {
            Value::None | Value::Suffix => return,
            Value::Number if !is_number(next) => return,
            Value::Plain if next.starts_with('-') => return,
            Value::Number | Value::Text => Role::Nothing,
            Value::Name => {
                self.names.push(next.clone());
                Role::Nothing
            }
            Value::Plain | Value::Code => {
                let next = next.clone();
                self.script(&next);
                Role::Word
            }
            Value::ScriptFile if self.is_unknown_script(next) => {
                self.roles.more.push((ANYTHING.to_owned(), Use::Touched));
                Role::Nothing
            }
            Value::File | Value::ScriptFile if next == "-" => Role::Nothing,
            Value::File | Value::ScriptFile => Role::File,
            Value::Into => {
                self.into = Some(next.clone());
                Role::File
            }
            Value::Script | Value::Data | Value::NamedData | Value::Form | Value::Cookie | Value::Setting => {
                let next = next.clone();
                self.part(value, &next);
                Role::Nothing
            }
            Value::Pair | Value::PairFile => {
                self.roles.words.push(Role::Word);
                match value {
                    _ if self.roles.words.len() == self.texts.len() => return,
                    Value::PairFile => Role::File,
                    _ => Role::Nothing,
                }
            }
        };
        self.roles.words.push(role);
    }

    /// A script that is typed in, or that a command prints, may open anything.
    fn is_unknown_script(&self, file: &str) -> bool {
        scripts::is_known(self.name)
            && (file == "-" || ["<(", "/dev/stdin", "/dev/fd/", "/proc/"].iter().any(|start| file.starts_with(start)))
    }

    /// What the script in the word that is being read opens and runs.
    fn script(&mut self, text: &str) {
        let open = self.open.get(self.roles.words.len()).copied().unwrap_or_default();
        let found = scripts::read(self.name, text, open);
        self.roles.more.extend(found.files.into_iter().map(|file| (file, Use::Touched)));
        self.roles.texts.extend(found.texts);
    }

    /// The file within a value.
    fn part(&mut self, value: Value, text: &str) {
        let found = match value {
            Value::Script => {
                self.script(text);
                Vec::new()
            }
            Value::Data => text.strip_prefix('@').map(str::to_owned).into_iter().collect(),
            Value::NamedData => {
                let is_name = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || "_-%".contains(c));
                let file = text.split_once('@').filter(|(name, _)| is_name(name));
                file.map(|(_, file)| file.to_owned()).into_iter().collect()
            }
            Value::Form => special::files_of_form(text),
            Value::Setting => special::set_for_ssh(text, &mut self.roles),
            Value::Cookie if !text.contains('=') => vec![text.to_owned()],
            _ => Vec::new(),
        };
        self.roles.more.extend(found.into_iter().filter(|file| file != "-").map(|file| (file, Use::Touched)));
    }

    fn operand(&mut self, text: &str) {
        // The empty value of `-i` where sed wants one.
        let before = self.roles.words.len().checked_sub(1).and_then(|at| self.texts.get(at));
        let is_suffix = text.is_empty() && before.is_some_and(|before| before == "-i");
        let is_verb = self.name == "yq" && ["e", "ea", "eval", "eval-all"].contains(&text);
        let is_flag = self.syntax.operands == Operands::Program && text.starts_with('+');
        let role = match self.syntax.operands {
            _ if is_suffix || (is_verb && self.awaits_first) => Role::Nothing,
            _ if is_flag && self.awaits_first => Role::Word,
            Operands::AfterPattern if std::mem::take(&mut self.awaits_first) => {
                self.script(text);
                if self.name.starts_with("fd") {
                    self.names.push(text.trim_start_matches('^').trim_end_matches('$').replace('\\', ""));
                }
                Role::Nothing
            }
            Operands::AfterMode if std::mem::take(&mut self.awaits_first) => Role::Nothing,
            Operands::Program if std::mem::take(&mut self.awaits_first) => {
                self.ended = true;
                if text == "-" { Role::Nothing } else { Role::File }
            }
            Operands::Words | Operands::Program => Role::Word,
            _ if text == "-" => Role::Nothing,
            operands => {
                self.operands.push(self.roles.words.len());
                match operands {
                    Operands::Gone | Operands::AfterMode => Role::Tree,
                    Operands::Remote => Role::Remote,
                    _ => Role::File,
                }
            }
        };
        // What follows the program is for the program.
        self.roles.words.push(role);
        if self.syntax.operands == Operands::Program && self.ended {
            self.roles.words.resize(self.texts.len(), Role::Word);
        }
    }
}

/// `-x`, `u+x`, `0755`: what chmod takes for a mode where an option might stand.
fn is_mode(text: &str) -> bool {
    text.strip_prefix('-').is_some_and(|mode| {
        !mode.is_empty() && mode.chars().all(|c| "rwxXstugoa,+=-01234567".contains(c)) && !mode.starts_with('-')
    })
}

/// `5`, `+5`, `-5`, `5k`.
fn is_number(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']).trim_end_matches(|c: char| c.is_ascii_alphabetic());
    text.len() < 24 && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}
