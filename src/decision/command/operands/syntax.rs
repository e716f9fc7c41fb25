//! What the options and operands of a program can be.

/// What the words of a program are that belong to no option.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Operands {
    /// Judged by their form.
    Words,
    /// Files that are read or written.
    Files,
    /// Files that are taken away, with all below them.
    Gone,
    /// The first is a pattern or a script, unless an option holds it; the others are files.
    AfterPattern,
    /// The first is a mode or an owner; the others are changed with all below them.
    AfterMode,
    /// The first is a file that runs; the others are for it.
    Program,
    /// Files, and where they go: the last one, or the value of an option.
    Copied,
    /// The same, and the files are gone from where they were, or are reached by another name from then on.
    Moved,
    /// As copied, either by name or on another machine: `host:path`.
    Remote,
}

/// What an option's value is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    None,
    /// A number; where the next word is none, the option has no value.
    Number,
    /// Never in the next word: `-i.orig`.
    Suffix,
    /// A separator, a pattern, a name: no place, whatever it looks like.
    Text,
    /// The name of files, or a pattern of names, below the places that are searched.
    Name,
    /// Judged by its form.
    Plain,
    File,
    /// The folder that the operands go to.
    Into,
    /// The script itself.
    Script,
    /// A script that may name files in a language of its own.
    Code,
    /// A file that holds it.
    ScriptFile,
    /// A name, and what it gets.
    Pair,
    /// A name, and the file that it gets.
    PairFile,
    /// `@file`: data that may stand in a file.
    Data,
    /// `@file`, `name@file`.
    NamedData,
    /// `name=@file`, `name=<file`.
    Form,
    /// `IdentityFile=file`, `ProxyCommand=command`.
    Setting,
    /// A file, unless `=` stands in it.
    Cookie,
}

/// The options of a program.
pub(super) struct Syntax {
    pub programs: &'static [&'static str],
    pub operands: Operands,
    /// Letters of short options -> what their value is; it may be in the same word or the next.
    pub short: &'static [(&'static str, Value)],
    /// Long options, with their dashes; also those that have one dash and are no cluster of letters (`-newer`).
    pub long: &'static [(&'static str, Value)],
}

pub(super) const fn row(
    programs: &'static [&'static str],
    operands: Operands,
    short: &'static [(&'static str, Value)],
    long: &'static [(&'static str, Value)],
) -> Syntax {
    Syntax { programs, operands, short, long }
}

impl Syntax {
    /// What the value of this option is, and the value if it is in the same word.
    pub fn option<'a>(&self, text: &'a str) -> (Value, Option<&'a str>) {
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        if let Some((_, found)) = self.long.iter().find(|(long, _)| *long == name) {
            return (*found, value);
        }
        if text.starts_with("--") {
            // GNU tools take any beginning of a long option.
            let begun = self.long.iter().find(|(long, _)| name.len() > 3 && long.starts_with(name));
            return (begun.map_or(Value::None, |(_, value)| *value), value);
        }
        for (at, letter) in text.char_indices().skip(1) {
            let Some((_, value)) = self.short.iter().find(|(letters, _)| letters.contains(letter)) else { continue };
            let glued = text.get(at + letter.len_utf8()..).filter(|rest| !rest.is_empty());
            return (*value, glued);
        }
        (Value::None, None)
    }
}
