//! Which words of a command are files, although they look like any word: by the options that the programs take.

/// What a word is to its program.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Role {
    /// A pattern, a script, a revision: no place.
    Nothing,
    File,
    /// An option with a file in the same word: `-tdocs`, `--file=docs`.
    Glued(String),
    /// Judged by its form.
    Word,
}

/// The words after the program, one by one.
#[derive(Debug)]
pub(super) struct Roles {
    pub words: Vec<Role>,
    /// Whether a file is among the operands.
    has_file: bool,
}

/// What an option's value is.
#[derive(Clone, Copy, PartialEq)]
enum Value {
    None,
    Plain,
    File,
    /// The script itself.
    Script,
    /// A file that holds it.
    ScriptFile,
    /// A name, and what it gets.
    Pair,
    /// A name, and the file that it gets.
    PairFile,
}

/// The options of a program, from its manual.
struct Syntax {
    programs: &'static [&'static str],
    /// The first operand is a pattern or a script, unless an option holds it.
    pattern: bool,
    /// Short options with a value that is no file; the next word may be it.
    plain: &'static str,
    files: &'static str,
    scripts: &'static str,
    script_files: &'static str,
    long: &'static [(&'static str, Value)],
}

const NONE: Syntax =
    Syntax { programs: &[], pattern: false, plain: "", files: "", scripts: "", script_files: "", long: &[] };

const SYNTAXES: &[Syntax] = &[
    Syntax {
        programs: &["grep", "egrep", "fgrep", "ggrep", "zgrep"],
        pattern: true,
        plain: "ABCDdm",
        scripts: "e",
        script_files: "f",
        long: &[
            ("--regexp", Value::Script),
            ("--file", Value::ScriptFile),
            ("--exclude-from", Value::File),
            ("--after-context", Value::Plain),
            ("--before-context", Value::Plain),
            ("--max-count", Value::Plain),
            ("--include", Value::Plain),
            ("--exclude", Value::Plain),
            ("--exclude-dir", Value::Plain),
            ("--binary-files", Value::Plain),
            ("--directories", Value::Plain),
            ("--devices", Value::Plain),
            ("--label", Value::Plain),
        ],
        ..NONE
    },
    Syntax {
        programs: &["rg"],
        pattern: true,
        plain: "ABCEdgjmMrtT",
        scripts: "e",
        script_files: "f",
        long: &[
            ("--regexp", Value::Script),
            ("--file", Value::ScriptFile),
            ("--ignore-file", Value::File),
            ("--after-context", Value::Plain),
            ("--before-context", Value::Plain),
            ("--context", Value::Plain),
            ("--max-count", Value::Plain),
            ("--max-depth", Value::Plain),
            ("--max-columns", Value::Plain),
            ("--max-filesize", Value::Plain),
            ("--glob", Value::Plain),
            ("--iglob", Value::Plain),
            ("--type", Value::Plain),
            ("--type-not", Value::Plain),
            ("--type-add", Value::Plain),
            ("--replace", Value::Plain),
            ("--threads", Value::Plain),
            ("--sort", Value::Plain),
            ("--sortr", Value::Plain),
            ("--color", Value::Plain),
            ("--colors", Value::Plain),
            ("--encoding", Value::Plain),
            ("--engine", Value::Plain),
        ],
        ..NONE
    },
    Syntax { programs: &["ag", "ack"], pattern: true, plain: "ABCGm", scripts: "g", ..NONE },
    Syntax {
        programs: &["sed", "gsed"],
        pattern: true,
        scripts: "e",
        script_files: "f",
        long: &[("--expression", Value::Script), ("--file", Value::ScriptFile), ("--line-length", Value::Plain)],
        ..NONE
    },
    Syntax {
        programs: &["awk", "gawk", "mawk", "nawk"],
        pattern: true,
        plain: "Fv",
        files: "il",
        scripts: "e",
        script_files: "fE",
        long: &[
            ("--file", Value::ScriptFile),
            ("--exec", Value::ScriptFile),
            ("--source", Value::Script),
            ("--include", Value::File),
            ("--field-separator", Value::Plain),
            ("--assign", Value::Plain),
        ],
    },
    Syntax {
        programs: &["jq", "yq"],
        pattern: true,
        plain: "oI",
        files: "L",
        script_files: "f",
        long: &[
            ("--from-file", Value::ScriptFile),
            ("--arg", Value::Pair),
            ("--argjson", Value::Pair),
            ("--slurpfile", Value::PairFile),
            ("--rawfile", Value::PairFile),
            ("--indent", Value::Plain),
            ("--output-format", Value::Plain),
        ],
        ..NONE
    },
    Syntax {
        programs: &["cp", "mv", "ln", "install", "gcp", "gmv", "gln"],
        plain: "Smog",
        files: "t",
        long: &[("--target-directory", Value::File)],
        ..NONE
    },
    Syntax {
        programs: &["touch", "truncate", "date"],
        files: "r",
        long: &[("--reference", Value::File), ("--file", Value::File)],
        ..NONE
    },
    Syntax { programs: &["chmod", "chown", "chgrp"], long: &[("--reference", Value::File)], ..NONE },
    Syntax {
        programs: &["wc", "du", "sort", "diff", "file"],
        long: &[
            ("--files0-from", Value::File),
            ("--files-from", Value::File),
            ("--exclude-from", Value::File),
            ("--exclude", Value::Plain),
            ("--from-file", Value::File),
            ("--to-file", Value::File),
            ("--output", Value::File),
            ("--temporary-directory", Value::File),
        ],
        ..NONE
    },
    Syntax {
        programs: &["make", "gmake", "ninja"],

        files: "fCI",
        long: &[
            ("--file", Value::File),
            ("--makefile", Value::File),
            ("--directory", Value::File),
            ("--include-dir", Value::File),
        ],
        ..NONE
    },
];

/// With these a search takes no pattern: every operand is a file.
const NO_PATTERN: [&str; 3] = ["--files", "--type-list", "-f"];

/// The role of each word. `are_files`: the operands of this program are files.
pub(super) fn roles(name: &str, texts: &[String], are_files: bool) -> Roles {
    if name == "git" {
        return super::revisions::roles(texts);
    }
    // Their operands are letters and numbers.
    if ["tr", "expr"].contains(&name) {
        let words = texts.iter().map(|text| if text.starts_with('-') { Role::Word } else { Role::Nothing }).collect();
        return Roles::new(words);
    }
    let syntax = SYNTAXES.iter().find(|syntax| syntax.programs.contains(&name)).unwrap_or(&NONE);
    let are_files = are_files || syntax.pattern;
    let mut reader = Operands { syntax, are_files, awaits_pattern: syntax.pattern, words: Vec::new() };
    reader.read(texts);
    Roles::new(reader.words)
}

struct Operands {
    syntax: &'static Syntax,
    are_files: bool,
    awaits_pattern: bool,
    words: Vec<Role>,
}

impl Operands {
    fn read(&mut self, texts: &[String]) {
        let mut ended = false;
        let mut before = "";
        let mut at = 0;
        while let Some(text) = texts.get(at) {
            at += 1;
            if ended || !text.starts_with('-') || text == "-" {
                // The empty value of `-i` where sed wants one.
                let is_suffix = text.is_empty() && before == "-i";
                self.operand(is_suffix);
            } else if text == "--" {
                ended = true;
                self.words.push(Role::Word);
            } else {
                self.option(text, texts.get(at).map(String::as_str));
                at = self.words.len();
            }
            before = text;
        }
    }

    /// An option, with the words after it that are its value.
    fn option(&mut self, text: &str, next: Option<&str>) {
        let (value, glued) = self.syntax.option(text);
        self.awaits_pattern &= !matches!(value, Value::Script | Value::ScriptFile) && !NO_PATTERN.contains(&text);
        let is_file = matches!(value, Value::File | Value::ScriptFile);
        self.words.push(match glued {
            Some(file) if is_file => Role::Glued(file.to_owned()),
            _ => Role::Word,
        });
        let Some(next) = next.filter(|_| glued.is_none()) else { return };
        // Some programs take these without a number.
        let counts = ["-A", "-B", "-C"].contains(&text) && !next.bytes().all(|byte| byte.is_ascii_digit());
        match value {
            Value::None => {}
            Value::Plain if counts || next.starts_with('-') => {}
            Value::Pair => self.words.extend([Role::Word, Role::Word]),
            Value::PairFile => self.words.extend([Role::Word, Role::File]),
            // A program whose operands are files keeps the word as one.
            _ if is_file || (self.are_files && !self.syntax.pattern) => self.words.push(Role::File),
            _ => self.words.push(Role::Word),
        }
    }

    fn operand(&mut self, is_suffix: bool) {
        self.words.push(match () {
            () if is_suffix => Role::Nothing,
            () if std::mem::take(&mut self.awaits_pattern) => Role::Nothing,
            () if self.are_files => Role::File,
            () => Role::Word,
        });
    }
}

impl Syntax {
    /// What the value of this option is, and the value if it is in the same word.
    fn option<'a>(&self, text: &'a str) -> (Value, Option<&'a str>) {
        if text.starts_with("--") {
            let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
            // GNU tools take any beginning of a long option.
            let exact = self.long.iter().find(|(long, _)| *long == name);
            let begun = || self.long.iter().find(|(long, _)| name.len() > 3 && long.starts_with(name));
            let found = exact.or_else(begun).map_or(Value::None, |(_, value)| *value);
            return (found, value);
        }
        for (at, letter) in text.char_indices().skip(1) {
            let value = match letter {
                letter if self.plain.contains(letter) => Value::Plain,
                letter if self.files.contains(letter) => Value::File,
                letter if self.scripts.contains(letter) => Value::Script,
                letter if self.script_files.contains(letter) => Value::ScriptFile,
                _ => continue,
            };
            let glued = text.get(at + letter.len_utf8()..).filter(|rest| !rest.is_empty());
            return (value, glued);
        }
        (Value::None, None)
    }
}

impl Roles {
    pub(super) fn new(words: Vec<Role>) -> Roles {
        let has_file = words.contains(&Role::File);
        Roles { words, has_file }
    }

    /// Whether the program reads the folder that it stands in, since no operand says another one.
    pub(super) fn reads_folder(&self, name: &str, texts: &[String], fed: bool) -> bool {
        let has = |wanted: &[&str]| texts.iter().any(|text| wanted.contains(&text.as_str()));
        let cluster = |letters: &[char]| {
            texts.iter().any(|text| text.starts_with('-') && !text.starts_with("--") && text.contains(letters))
        };
        let starts_elsewhere = match name {
            "find" | "gfind" => self.words.first() == Some(&Role::File),
            _ => self.has_file,
        };
        if starts_elsewhere || has(&["--help", "--version"]) {
            return false;
        }
        match name {
            "grep" | "egrep" | "fgrep" | "ggrep" => {
                cluster(&['r', 'R'])
                    || texts.iter().any(|text| {
                        text.strip_prefix("--").is_some_and(|long| {
                            long.len() > 2
                                && ("recursive".starts_with(long) || "dereference-recursive".starts_with(long))
                        })
                    })
                    || has(&["-drecurse", "recurse", "--directories=recurse"])
            }
            // They read a pipe where there is one.
            "rg" | "ag" | "ack" => !fed,
            "tree" | "du" | "find" | "gfind" => true,
            "ls" | "dir" => cluster(&['R']) || has(&["--recursive"]),
            "git" => has(&["grep"]),
            _ => false,
        }
    }
}
