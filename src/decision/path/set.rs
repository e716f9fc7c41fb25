//! Places as a policy names them, indexed so that ten thousand cost as much as ten.

use std::borrow::Cow;
use std::collections::BTreeMap;

use globset::{GlobBuilder, GlobMatcher};

use crate::model::effects::Readings;
use crate::model::facts::{Facts, Os};
use crate::model::place::{self, Place};

mod folders;

use folders::{Folder, Glob};

/// What a place of the policy is relative to. Resolved against the facts of each request, since a recorded request may
/// come from another machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Anchor {
    /// The project, or that many folders above it.
    Project {
        up: usize,
    },
    Home,
    /// The root of the project's drive or share: what `/x` is on Windows.
    Drive,
    Root,
}

/// One place of the policy.
#[derive(Debug, Clone)]
struct Entry {
    anchor: Anchor,
    /// Below the anchor, normalised, without wildcards: `src/gen`.
    folder: String,
    /// The rest of the pattern, from the first component with a wildcard on: `*.rs`. `None`: the place itself and all
    /// beneath it.
    glob: Option<String>,
    /// Which entry of the policy's list it is.
    index: usize,
}

/// A list of places: `paths`, `allowed_paths`, `denied_paths`.
#[derive(Debug, Clone, Default)]
pub struct PathSet {
    entries: Vec<Entry>,
    groups: Vec<Group>,
    /// Compares without letter case whatever the file system does: for denials.
    folds_always: bool,
}

/// Where a place stands to an anchor.
enum Seen<'a> {
    /// Below it, or the anchor itself: what is left of the place there.
    Within(&'a str),
    /// It holds the anchor.
    Above,
}

/// The entries of one anchor.
#[derive(Debug, Clone)]
struct Group {
    anchor: Anchor,
    /// Their names hold backslashes, as none does on Windows: another reading of each entry says what is meant there.
    for_posix: bool,
    exact: Folder,
    folded: Folder,
}

impl PathSet {
    /// Places that are granted: letter case counts where the file system says so.
    pub fn granted(patterns: &[String]) -> Result<PathSet, (usize, String)> {
        PathSet::new(patterns, false)
    }

    /// Places that are denied: letter case never counts.
    pub fn denied(patterns: &[String]) -> Result<PathSet, (usize, String)> {
        PathSet::new(patterns, true)
    }

    fn new(patterns: &[String], folds_always: bool) -> Result<PathSet, (usize, String)> {
        let mut entries = Vec::new();
        for (index, pattern) in patterns.iter().enumerate() {
            for alternative in braces(pattern).map_err(|why| (index, why))? {
                entries.extend(Entry::read(&alternative, index).map_err(|why| (index, why))?);
            }
        }
        PathSet { entries, groups: Vec::new(), folds_always }.index()
    }

    fn index(mut self) -> Result<PathSet, (usize, String)> {
        let mut groups: BTreeMap<(Anchor, bool), Group> = BTreeMap::new();
        for entry in &self.entries {
            let for_posix = entry.names_backslash();
            let group = groups.entry((entry.anchor.clone(), for_posix)).or_insert_with(|| Group {
                anchor: entry.anchor.clone(),
                for_posix,
                exact: Folder::default(),
                folded: Folder::default(),
            });
            for (folders, folds) in [(&mut group.exact, false), (&mut group.folded, true)] {
                let glob = entry.glob(folds).map_err(|why| (entry.index, why))?;
                folders.insert(&form(&entry.folder, folds), glob, entry.index);
            }
        }
        self.groups = groups.into_values().collect();
        Ok(self)
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entry that holds the place.
    pub fn holds(&self, place: &Place, facts: &Facts) -> Option<usize> {
        self.look(place, facts, |folders, seen| match seen {
            Seen::Within(below) => folders.holds(below, self.folds_always),
            Seen::Above => None,
        })
    }

    /// An entry that lies below the place: whoever changes the place changes it.
    pub fn lies_below(&self, place: &Place, facts: &Facts) -> Option<usize> {
        self.look(place, facts, |folders, seen| match seen {
            Seen::Within(below) => folders.lies_below(below),
            Seen::Above => folders.first(),
        })
    }

    /// Every entry that holds the place; with `changes`, also every one that lies below it.
    pub fn all_touched(&self, place: &Place, facts: &Facts, changes: bool) -> Vec<usize> {
        let mut found = Vec::new();
        self.look(place, facts, |folders, seen| -> Option<()> {
            match seen {
                Seen::Within(below) => {
                    folders.all_that_hold(below, &mut found);
                    if changes {
                        folders.all_below(below, &mut found);
                    }
                }
                Seen::Above if changes => folders.all(&mut found),
                Seen::Above => {}
            }
            None
        });
        found.sort_unstable();
        found
    }

    /// Asks the entries of each anchor until one answers.
    fn look<T>(&self, place: &Place, facts: &Facts, mut ask: impl FnMut(&Folder, Seen<'_>) -> Option<T>) -> Option<T> {
        let folds = self.folds_always || facts.folds();
        let place = form(place.as_str(), folds);
        let meant = |group: &&Group| !(group.for_posix && facts.os == Os::Windows);
        self.groups.iter().filter(meant).find_map(|group| {
            let base = base_of(&group.anchor, facts)?;
            let base = form(&base, folds);
            let seen = match below_base(&place, &base) {
                Some(below) => Seen::Within(below),
                // A root that names no drive may be the root of any.
                None if &*place == "/" => Seen::Above,
                None => place::below(&base, &place).map(|_| Seen::Above)?,
            };
            ask(if folds { &group.folded } else { &group.exact }, seen)
        })
    }

    /// The absolute spelling of every entry's folder, for `edge::facts` to look up once.
    pub fn spellings(&self, facts: &Facts) -> Vec<String> {
        self.entries.iter().filter_map(|entry| entry.absolute(facts)).collect()
    }

    /// The same set, in which an entry whose folder is a link also holds the place that it leads to, whatever spelling of
    /// the link was looked up.
    pub fn with_links(mut self, links: &BTreeMap<String, String>, facts: &Facts) -> Result<PathSet, (usize, String)> {
        let mut led: BTreeMap<Place, Vec<&str>> = BTreeMap::new();
        for (link, real) in links {
            led.entry(Place::read(link, facts.os)).or_default().push(real);
        }
        let mut real = Vec::new();
        for entry in &self.entries {
            let link = entry.absolute(facts).map(|spelling| Place::read(spelling, facts.os));
            for place in link.and_then(|link| led.get(&link)).into_iter().flatten() {
                let folder = if place.starts_with("//") { place } else { place.trim_start_matches('/') }.to_owned();
                real.push(Entry { anchor: Anchor::Root, folder, ..entry.clone() });
            }
        }
        self.entries.extend(real);
        self.index()
    }
}

impl Entry {
    /// A call's path is judged by each of its readings, and so is what the policy names.
    fn read(pattern: &str, index: usize) -> Result<Vec<Entry>, String> {
        let entry = Entry::parse(pattern, index)?;
        // No name has one on Windows, where it must mean something as well.
        let is_slashed = !entry.names_backslash();
        let mut entries: Vec<Entry> = Entry::on_windows(pattern, &entry).into_iter().chain([entry]).collect();
        let readings = match super::readings(pattern) {
            Ok(readings) => readings,
            Err(_) if is_slashed => Readings::AsWritten,
            Err(why) => return Err(why),
        };
        for reading in readings.of(pattern).filter(|reading| *reading != pattern) {
            match Entry::parse(reading, index) {
                Ok(entry) => entries.extend(Entry::on_windows(reading, &entry).into_iter().chain([entry])),
                Err(_) if is_slashed => {}
                Err(why) => return Err(why),
            }
        }
        Ok(entries)
    }

    fn parse(pattern: &str, index: usize) -> Result<Entry, String> {
        if pattern.is_empty() || pattern.contains('\0') {
            return Err("an empty path grants nothing; write `.` for the project".into());
        }
        if pattern.matches(['/', '\\']).count() > super::MAX_PARTS {
            return Err("more folders than any path has".into());
        }
        let drive = place::is_absolute(pattern, Os::Windows) && !pattern.starts_with('/');
        if drive {
            return Entry::with_drive(pattern, index);
        }
        let (anchor, rest) = if pattern.starts_with('/') {
            (Anchor::Root, Cow::Borrowed(pattern))
        } else if let Some(rest) = from_home(pattern)? {
            (Anchor::Home, rest)
        } else {
            (Anchor::Project { up: 0 }, Cow::Borrowed(pattern))
        };
        let parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        let wild = parts.iter().position(|part| has_wildcard(part)).unwrap_or(parts.len());
        let (plain, rest) = parts.split_at(wild);
        if rest.contains(&"..") {
            return Err("`..` after a wildcard names no place".into());
        }
        let (up, folder) = climb(plain, &anchor)?;
        let anchor = if let Anchor::Project { .. } = anchor { Anchor::Project { up } } else { anchor };
        Ok(Entry { anchor, folder, glob: (!rest.is_empty()).then(|| rest.join("/")), index })
    }

    /// Only `*`, `**` and `?` are wildcards: `[id]` is the name of a folder.
    fn glob(&self, folds: bool) -> Result<Option<Glob>, String> {
        let Some(glob) = &self.glob else { return Ok(None) };
        let escaped = form(glob, folds).replace('[', "[[]");
        let compile = |text: &str| -> Result<GlobMatcher, String> {
            let glob = GlobBuilder::new(text).literal_separator(true).backslash_escape(false).build();
            glob.map(|glob| glob.compile_matcher()).map_err(|error| error.kind().to_string())
        };
        let names = escaped.split('/').take_while(|name| *name != "**").map(compile).collect::<Result<_, _>>()?;
        let is_deep = escaped.split('/').any(|name| name == "**");
        Ok(Some(Glob { whole: compile(&escaped)?, names, is_deep }))
    }

    /// A place with a drive, on a share or behind a device.
    fn with_drive(pattern: &str, index: usize) -> Result<Entry, String> {
        let written: Vec<&str> = pattern.split(['/', '\\']).collect();
        let wild = written.iter().position(|name| name.contains('*')).unwrap_or(written.len());
        if written.iter().skip(wild).any(|name| *name == "..") {
            return Err("`..` after a wildcard names no place".into());
        }
        let place = Place::read(pattern, Os::Windows);
        let root = place::root(place.as_str());
        if has_wildcard(root) {
            return Err("a share is named without wildcards".into());
        }
        let root = root.trim_end_matches('/');
        let names: Vec<&str> = place::parts(place.as_str()).collect();
        let wild = names.iter().position(|name| has_wildcard(name)).unwrap_or(names.len());
        let (plain, rest) = names.split_at(wild);
        let root = (!root.is_empty()).then_some(root);
        let folder = root.into_iter().chain(plain.iter().copied()).collect::<Vec<_>>().join("/");
        Ok(Entry { anchor: Anchor::Root, folder, glob: (!rest.is_empty()).then(|| rest.join("/")), index })
    }

    /// What stands at the root of nothing in particular is on Windows a share, or on the drive of the project.
    fn on_windows(pattern: &str, read: &Entry) -> Option<Entry> {
        let is_separator = |character| matches!(character, '/' | '\\');
        let rest = pattern.strip_prefix(is_separator)?;
        match rest.starts_with(is_separator) || rest.starts_with(r"??\") {
            true => Entry::with_drive(pattern, read.index).ok(),
            false => Some(Entry { anchor: Anchor::Drive, ..read.clone() }),
        }
    }

    fn names_backslash(&self) -> bool {
        self.folder.contains('\\') || self.glob.as_ref().is_some_and(|glob| glob.contains('\\'))
    }

    fn absolute(&self, facts: &Facts) -> Option<String> {
        let base = base_of(&self.anchor, facts)?;
        if facts.os == Os::Windows && self.names_backslash() {
            return None;
        }
        if self.anchor == Anchor::Root && facts.os == Os::Windows {
            let is_whole = self.folder.starts_with("//") || self.folder.contains(':');
            return is_whole.then(|| self.folder.clone());
        }
        Some(format!("{}/{}", base.trim_end_matches('/'), self.folder))
    }
}

/// `..` at the start of a project path leaves the project; anywhere else it must not leave its anchor.
fn climb(parts: &[&str], anchor: &Anchor) -> Result<(usize, String), String> {
    let (mut up, mut folder): (usize, Vec<&str>) = (0, Vec::new());
    for part in parts {
        match *part {
            ".." if folder.pop().is_some() => {}
            ".." if matches!(anchor, Anchor::Project { .. }) => up += 1,
            ".." => return Err("`..` leads out of where the path starts".into()),
            name => folder.push(name),
        }
    }
    Ok((up, folder.join("/")))
}

/// What follows the home in `~/x`, `$HOME/x` and `%APPDATA%/x`.
fn from_home(pattern: &str) -> Result<Option<Cow<'_, str>>, String> {
    if let Some((folder, rest)) = place::below_user_folder(pattern) {
        return Ok(Some(Cow::Owned(format!("{folder}{rest}"))));
    }
    match pattern.strip_prefix('~') {
        None => Ok(None),
        Some(rest) if rest.is_empty() || rest.starts_with(['/', '\\']) => Ok(Some(Cow::Borrowed(rest))),
        Some(_) => Err("another user's home: write its absolute path".into()),
    }
}

fn has_wildcard(part: &str) -> bool {
    part.contains(['*', '?'])
}

fn base_of<'a>(anchor: &Anchor, facts: &'a Facts) -> Option<Cow<'a, str>> {
    match anchor {
        Anchor::Root => Some(Cow::Borrowed("/")),
        Anchor::Drive if facts.os == Os::Windows => Some(Cow::Borrowed(place::root(&facts.project))),
        Anchor::Drive => None,
        Anchor::Home => facts.home.as_deref().map(Cow::Borrowed),
        Anchor::Project { up: 0 } => Some(Cow::Borrowed(&facts.project)),
        // `..` at the root stays there, as it does for every system: what is denied above it must not become nothing.
        Anchor::Project { up } => {
            let folders = place::ancestors(&facts.project).filter(|folder| !folder.is_empty());
            folders.take(up.saturating_add(1)).last().map(Cow::Borrowed)
        }
    }
}

/// A place in the form that a table holds.
fn form(text: &str, folds: bool) -> Cow<'_, str> {
    if folds { place::fold(text) } else { Cow::Borrowed(text) }
}

/// What is left of the place below `base`, both in the same form.
fn below_base<'a>(place: &'a str, base: &str) -> Option<&'a str> {
    match base {
        "/" if place.starts_with("//") => Some(place), // A share is below no root.
        "/" => Some(place.trim_matches('/')),
        base => place::below(place, base),
    }
}

/// `{a,b}` written out; nested braces are refused, as is a list that explodes.
fn braces(pattern: &str) -> Result<Vec<String>, String> {
    let Some(open) = pattern.find('{').filter(|open| !pattern.get(..*open).is_some_and(|before| before.ends_with('$')))
    else {
        return Ok(vec![pattern.to_owned()]);
    };
    let (before, rest) = pattern.split_at(open);
    let (inside, after) = rest.get(1..).and_then(|rest| rest.split_once('}')).ok_or("`{` without `}`")?;
    if inside.contains('{') {
        return Err("`{}` inside `{}`".into());
    }
    let mut written = Vec::new();
    for alternative in inside.split(',') {
        written.extend(braces(&format!("{before}{alternative}{after}"))?);
        if written.len() > 1000 {
            return Err("more than 1000 alternatives".into());
        }
    }
    Ok(written)
}

#[cfg(test)]
mod tests;
