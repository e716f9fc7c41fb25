//! Names that are denied wherever they stand: `denied_patterns`, and the table of protections.

use globset::{GlobBuilder, GlobMatcher};

use crate::decision::table::Table;
use crate::model::facts::Os;
use crate::model::place::{self, Place};

/// A list of names, indexed so that a place costs one look-up a component. Letter case never counts.
#[derive(Debug, Clone, Default)]
pub struct Patterns {
    /// A first component without wildcards -> the patterns that begin with it.
    literal: Table<String, Vec<Pattern>>,
    /// What stands behind the last dot of `*.pem` or `*.tfstate.backup` -> all that follows the star.
    extensions: Table<String, Vec<(String, usize)>>,
    /// `id_rsa*`, by the first letter.
    prefixes: Table<u8, Vec<(String, usize)>>,
    /// All other forms.
    wild: Vec<Pattern>,
}

/// One pattern, component by component.
#[derive(Debug, Clone)]
struct Pattern {
    parts: Vec<Part>,
    index: usize,
}

#[derive(Debug, Clone)]
enum Part {
    Literal(String),
    Wild(GlobMatcher),
}

impl Part {
    fn matches(&self, name: &str) -> bool {
        match self {
            Part::Literal(literal) => literal == name,
            Part::Wild(glob) => glob.is_match(name),
        }
    }
}

impl Patterns {
    /// `*.pem` is one component, `secrets/*.txt` several that follow each other. Fails with the index of the pattern
    /// that is wrong, and why.
    pub fn new(patterns: &[String]) -> Result<Patterns, (usize, String)> {
        let mut set = Patterns::default();
        for (index, pattern) in patterns.iter().enumerate() {
            // Whoever writes `secrets\*.txt` means a folder: no system has names that every reader keeps a backslash in.
            set.add(&place::fold(&pattern.replace('\\', "/")), index).map_err(|why| (index, why))?;
        }
        Ok(set)
    }

    fn add(&mut self, pattern: &str, index: usize) -> Result<(), String> {
        if pattern.starts_with(['~', '$']) || place::is_absolute(pattern, Os::Windows) {
            return Err("a place and no name: write it under `denied_paths`".into());
        }
        let ends = pattern.trim_start_matches("**/").trim_end_matches("/**");
        let names: Vec<&str> = ends.split('/').filter(|name| !name.is_empty() && *name != ".").collect();
        if names.contains(&"..") {
            return Err("`..` is no name".into());
        }
        if names.len() > 1 && names.contains(&"**") {
            return Err("`**` between names: write it under `denied_paths`".into());
        }
        match names.as_slice() {
            [] => return Err("an empty pattern denies nothing".into()),
            [name] => match (name.strip_prefix('*'), name.strip_suffix('*')) {
                (Some(end), _) if is_literal(end) && end.starts_with('.') => {
                    let extension = end.rsplit('.').next().unwrap_or_default().to_owned();
                    self.extensions.entry(extension).or_default().push((end.to_owned(), index));
                    return Ok(());
                }
                (_, Some(prefix)) if is_literal(prefix) => {
                    if let Some(letter) = prefix.bytes().next() {
                        self.prefixes.entry(letter).or_default().push((prefix.to_owned(), index));
                        return Ok(());
                    }
                }
                _ => {}
            },
            _ => {}
        }
        let parts: Vec<Part> = names.iter().map(|name| part(name)).collect::<Result<_, _>>()?;
        let pattern = Pattern { parts, index };
        match pattern.parts.first() {
            Some(Part::Literal(first)) => self.literal.entry(first.clone()).or_default().push(pattern),
            _ => self.wild.push(pattern),
        }
        Ok(())
    }

    /// The first pattern that denies the place.
    pub fn matches(&self, place: &Place) -> Option<usize> {
        self.all_matches(&place.folded()).into_iter().min()
    }

    /// Every pattern that the folded place, or a folder above it, matches.
    pub fn all_matches(&self, folded: &str) -> Vec<usize> {
        let mut found = Vec::new();
        let mut names = place::parts(folded);
        while let Some(name) = names.next() {
            self.match_from(name, names.clone(), &mut found);
            // `key.pem.`, `key.pem ` and `key.pem::$DATA` open `key.pem` on some systems.
            let bare = bare(name);
            if bare != name {
                self.match_from(bare, names.clone(), &mut found);
            }
        }
        found
    }

    /// Every pattern of several names that the folded place could hold a match of: `.git` holds `.git/config`.
    pub fn lies_below(&self, folded: &str) -> Vec<usize> {
        let names: Vec<&str> = place::parts(folded).map(bare).collect();
        let begun = |pattern: &&Pattern| {
            let most = pattern.parts.len().saturating_sub(1).min(names.len());
            (1..=most).any(|count| {
                let last = names.iter().skip(names.len() - count);
                pattern.parts.iter().zip(last).all(|(part, name)| part.matches(name))
            })
        };
        let all = self.literal.values().flatten().chain(&self.wild);
        all.filter(|pattern| pattern.parts.len() > 1).filter(begun).map(|pattern| pattern.index).collect()
    }

    /// Patterns that begin at this name; `rest` are the names that follow.
    fn match_from<'a>(&self, name: &str, rest: impl Iterator<Item = &'a str> + Clone, found: &mut Vec<usize>) {
        let begins = |pattern: &&Pattern| {
            let mut rest = rest.clone();
            let follows = |part: &Part| rest.next().is_some_and(|name| part.matches(name) || part.matches(bare(name)));
            pattern.parts.iter().skip(1).all(follows)
        };
        if let Some(patterns) = self.literal.get(name) {
            found.extend(patterns.iter().filter(begins).map(|pattern| pattern.index));
        }
        if let Some(dot) = name.bytes().rposition(|byte| byte == b'.')
            && let Some(ends) = name.get(dot + 1..).and_then(|extension| self.extensions.get(extension))
        {
            found.extend(ends.iter().filter(|(end, _)| name.ends_with(end.as_str())).map(|(_, index)| *index));
        }
        if let Some(prefixes) = name.bytes().next().and_then(|letter| self.prefixes.get(&letter)) {
            found.extend(prefixes.iter().filter(|(prefix, _)| name.starts_with(prefix)).map(|(_, index)| *index));
        }
        let first = |pattern: &&Pattern| pattern.parts.first().is_some_and(|part| part.matches(name));
        found.extend(self.wild.iter().filter(first).filter(begins).map(|pattern| pattern.index));
    }
}

/// A name as lenient systems take it.
fn bare(name: &str) -> &str {
    let end = name.bytes().position(|byte| byte == b':').unwrap_or(name.len());
    name.get(..end).unwrap_or(name).trim_end_matches(['.', ' '])
}

fn is_literal(text: &str) -> bool {
    !text.contains(['*', '?', '{', '}'])
}

/// `*`, `?` and `{a,b}` are wildcards; `[` is a letter.
fn part(name: &str) -> Result<Part, String> {
    if is_literal(name) {
        return Ok(Part::Literal(name.to_owned()));
    }
    let glob = GlobBuilder::new(&name.replace('[', "[[]")).literal_separator(true).backslash_escape(false).build();
    glob.map(|glob| Part::Wild(glob.compile_matcher())).map_err(|error| error.kind().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn denied_names_match_any_component_and_letter_case() {
        let patterns = ["*.pem", ".env*", "secrets/*.txt", "*.tfstate.backup"].map(str::to_owned);
        let patterns = Patterns::new(&patterns).unwrap();
        let matches = |place: &str| patterns.matches(&Place::read(place, Os::Posix)).is_some();
        for denied in [
            "/a/key.pem",
            "/a/KEY.PEM",
            "/a/key.pem/x",
            "/a/key.pem.",
            "/a/key.pem ",
            "/a/.env.local/x",
            "/x/secrets/a.txt",
            "/a/x.tfstate.backup",
            "/a/x.tfstate.backup ",
            "/a/.tfstate.backup/b",
        ] {
            assert!(matches(denied), "{denied}");
        }
        for granted in
            ["/a/pem", "/a/key.pem.txt", "/a/x.env", "/x/secrets/a/b.txt", "/a/x.backup", "/a/tfstate.backup"]
        {
            assert!(!matches(granted), "{granted}");
        }
    }

    #[test]
    fn a_pattern_that_names_nothing_is_refused() {
        for wrong in ["", "/", "a/../b", "a/**/b", "{a", r"C:\x\*.pem", r"\x"] {
            assert!(Patterns::new(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_that_follow_each_other_have_either_separator_between_them() {
        let patterns = Patterns::new(&[r"secrets\*.txt".to_owned()]).unwrap();
        let matches = |place: &str| patterns.matches(&Place::read(place, Os::Windows)).is_some();
        assert!(matches(r"c:\x\Secrets\a.txt") && !matches(r"c:\x\secrets\a.md"));
    }

    #[test]
    fn braces_and_wildcards_stand_in_any_component() {
        let patterns =
            Patterns::new(&["{id,pub}_*".to_owned(), "proc/*/environ".to_owned(), "x?/y".to_owned()]).unwrap();
        let matches = |place: &str| patterns.matches(&Place::read(place, Os::Posix));
        assert_eq!(matches("/a/pub_key/x"), Some(0));
        assert_eq!(matches("/proc/12/environ"), Some(1));
        assert_eq!(matches("/proc/12/maps"), None);
        assert_eq!(matches("/a/xz/y/more"), Some(2));
        assert_eq!(matches("/a/xz/z/y"), None);
    }
}
