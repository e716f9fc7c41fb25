//! Entries by the names of their folders, one node a name: a place is looked up name by name and no further than some
//! entry goes, however many there are.

use globset::GlobMatcher;

use crate::decision::table::Table;
use crate::model::place;

/// One folder, and the entries that stand in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Folder {
    children: Table<String, Folder>,
    /// Entries that are this place and all beneath it.
    plain: Vec<usize>,
    /// Entries whose first name with a wildcard stands in this folder.
    globs: Vec<(Glob, usize)>,
    /// The first entry that names something below this folder.
    inside: Option<usize>,
}

/// A pattern of several names.
#[derive(Debug, Clone)]
pub(super) struct Glob {
    /// The whole of it.
    pub whole: GlobMatcher,
    /// Name by name, up to the first `**`: what a folder on the way to a match is called.
    pub names: Vec<GlobMatcher>,
    /// It has a `**`, behind which any number of folders may stand.
    pub is_deep: bool,
}

impl Glob {
    /// Whether a match may lie below the place. Behind a `**` any place may hold one, and most are files: there it is only
    /// said of the folder in which the `**` stands.
    fn may_lie_below(&self, below: &str) -> bool {
        let mut names = self.names.iter();
        let mut rest = below;
        while let Some((name, after)) = place::first_part(rest) {
            match names.next() {
                Some(glob) if glob.is_match(name) => rest = after,
                Some(_) => return false,
                None => return false,
            }
        }
        self.is_deep || names.next().is_some()
    }
}

/// A share lies below no root: what is said of the root is not said of it.
fn is_share(below: &str) -> bool {
    below.starts_with("//")
}

impl Folder {
    /// Adds an entry: the place itself, or with `glob` what matches below it. The two empty names in front of a share's
    /// are names as well.
    pub fn insert(&mut self, folder: &str, glob: Option<Glob>, index: usize) {
        let mut here = self;
        let mut rest = folder;
        while let Some((name, after)) = place::first_part(rest) {
            here.inside = Some(here.inside.map_or(index, |first| first.min(index)));
            here = here.children.entry(name.to_owned()).or_default();
            rest = after;
        }
        match glob {
            None => here.plain.push(index),
            Some(glob) => {
                here.inside = Some(here.inside.map_or(index, |first| first.min(index)));
                here.globs.push((glob, index));
            }
        }
    }

    /// The entry nearest to the place that holds it. With `beneath`, a glob also holds what lies beneath its match.
    pub fn holds(&self, below: &str, beneath: bool) -> Option<usize> {
        let child = place::first_part(below).and_then(|(name, rest)| Some((self.children.get(name)?, rest)));
        let deeper = child.and_then(|(child, rest)| child.holds(rest, beneath));
        deeper.or_else(|| self.of_this(below, beneath).next())
    }

    /// Every entry that holds the place.
    pub fn all_that_hold(&self, below: &str, found: &mut Vec<usize>) {
        found.extend(self.of_this(below, true));
        if let Some((name, rest)) = place::first_part(below)
            && let Some(child) = self.children.get(name)
        {
            child.all_that_hold(rest, found);
        }
    }

    /// The entries of this very folder that hold the place.
    fn of_this(&self, below: &str, beneath: bool) -> impl Iterator<Item = usize> {
        let matches = move |glob: &Glob| match beneath {
            true => place::ancestors(below).any(|part| !part.is_empty() && glob.whole.is_match(part)),
            false => !below.is_empty() && glob.whole.is_match(below),
        };
        let globs = self.globs.iter().filter(move |(glob, _)| matches(glob)).map(|(_, index)| *index);
        let counts = !is_share(below);
        self.plain.iter().copied().chain(globs).filter(move |_| counts)
    }

    /// The first entry that names something below the place.
    pub fn lies_below(&self, below: &str) -> Option<usize> {
        let Some((name, rest)) = place::first_part(below) else { return self.inside };
        let by_glob = self.globs.iter().filter(|(glob, _)| glob.may_lie_below(below)).map(|(_, index)| *index);
        let deeper = self.children.get(name).and_then(|child| child.lies_below(rest));
        by_glob.chain(deeper).min()
    }

    /// Every entry that names something below the place.
    pub fn all_below(&self, below: &str, found: &mut Vec<usize>) {
        let Some((name, rest)) = place::first_part(below) else {
            found.extend(self.globs.iter().map(|(_, index)| *index));
            return self.children.values().for_each(|child| child.all(found));
        };
        found.extend(self.globs.iter().filter(|(glob, _)| glob.may_lie_below(below)).map(|(_, index)| *index));
        if let Some(child) = self.children.get(name) {
            child.all_below(rest, found);
        }
    }

    /// Every entry.
    pub fn all(&self, found: &mut Vec<usize>) {
        found.extend(self.plain.iter().chain(self.globs.iter().map(|(_, index)| index)));
        for child in self.children.values() {
            child.all(found);
        }
    }

    /// The first entry of all.
    pub fn first(&self) -> Option<usize> {
        self.plain.iter().copied().chain(self.inside).min()
    }
}
