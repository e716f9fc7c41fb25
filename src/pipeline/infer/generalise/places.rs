//! Paths: which folders does the agent work in?

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::mass::{self, Mass};
use super::super::view::Spot;
use super::position::{Context, Reasoned};
use crate::decision::path;
use crate::model::effects::{Found, Readings, What};
use crate::model::evidence::Place as Recorded;
use crate::model::facts::{Facts, Os};
use crate::model::place::Place;
use crate::model::policy::Constraint;

/// Where the places of a tree start, in the words of the policy: `.`, `~`, `` (the root).
type Anchor = &'static str;

/// A folder or file, and which sessions used it.
#[derive(Debug, Default)]
struct Tree {
    /// Sessions that named this very place, ascending.
    named: Vec<u32>,
    /// Boxed, since most folders hold few and a map has room for more.
    children: BTreeMap<String, Box<Tree>>,
}

impl Tree {
    fn add(&mut self, parts: &[&str], sessions: &[u32]) {
        match parts.split_first() {
            None => {
                for session in sessions {
                    if let Err(at) = self.named.binary_search(session) {
                        self.named.insert(at, *session);
                    }
                }
            }
            Some((first, rest)) => match self.children.get_mut(*first) {
                Some(child) => child.add(rest, sessions),
                None => self.children.entry((*first).to_owned()).or_default().add(rest, sessions),
            },
        }
    }

    /// It was named, and nothing in it.
    fn is_file(&self) -> bool {
        !self.named.is_empty() && self.children.is_empty()
    }

    /// The sessions that used it, or what lies in it.
    fn sessions(&self) -> Vec<u32> {
        let mut all = Vec::new();
        self.gather(&mut all);
        all.sort_unstable();
        all.dedup();
        all
    }

    /// How likely the next place in it is a new one.
    fn mass(&self) -> Mass {
        let children: Vec<Vec<u32>> = self.children.values().map(|child| child.sessions()).collect();
        Mass::of(children.iter().map(Vec::as_slice))
    }

    fn gather(&self, sessions: &mut Vec<u32>) {
        sessions.extend(&self.named);
        self.children.values().for_each(|child| child.gather(sessions));
    }

    /// The places that were named.
    fn places(&self) -> usize {
        let below: usize = self.children.values().map(|child| child.places()).sum();
        below + usize::from(!self.named.is_empty())
    }
}

/// All paths of a position, each with the sessions that had it.
pub fn constrain(context: &Context<'_>, spot: &Spot<'_>, values: &[(String, &[u32])]) -> Reasoned {
    let mut trees: BTreeMap<Anchor, Tree> = BTreeMap::new();
    let standings = Standings::of(context);
    let mut words = Vec::new();
    for (written, sessions) in values {
        let mut is_place = false;
        // Most sessions were recorded in one place, and what a path stands for is worth reading once for each.
        for ((standing, bases), sessions) in standings.among(context, written, sessions) {
            for (anchor, rest) in places_of(context, written, standing, &bases) {
                is_place = true;
                let parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
                trees.entry(anchor).or_default().add(&parts, &sessions);
            }
        }
        words.extend((!is_place).then(|| Value::String(written.clone())));
    }
    let (mut granted, mut folders_told) = (Vec::new(), Vec::new());
    for (anchor, tree) in &trees {
        let mut grants = Vec::new();
        collect(context, anchor, &mut Vec::new(), tree, &mut grants, &mut folders_told);
        granted.extend(grants.into_iter().map(|rest| spell(anchor, &rest)));
    }
    let mut folders: BTreeSet<String> = BTreeSet::new();
    for (session, beyond) in &spot.beyond {
        let folder = beyond.directory.as_deref().filter(|folder| is_narrow(context, folder));
        folders.extend(folder.into_iter().flat_map(|folder| folders_of(context, folder, &standings, *session)));
    }
    let is_in = |place: &str, folder: &str| place.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    granted.retain(|place| !folders.iter().any(|folder| is_in(place, folder)));
    granted.extend(folders);
    granted.sort();
    granted.dedup();
    drop_readings(&mut granted);
    let distinct: usize = trees.values().map(Tree::places).sum();
    let why = format!("{distinct} distinct places, granted as {}", granted.len());
    let relative_to = context.base.map(|(key, _)| key.to_owned()).filter(|key| key != context.key());
    let some = !granted.is_empty();
    let paths = Constraint::Paths { paths: granted, relative_to };
    let constraint = match (some, words.is_empty()) {
        (_, true) => paths,
        (false, false) => Constraint::OneOf(words),
        (true, false) => Constraint::AnyOf(vec![paths, Constraint::OneOf(words)]),
    };
    let mut reasoned = Reasoned::new(constraint, why);
    reasoned.why.extend(mass::told(folders_told, "open: all that lies in it", "its entries one by one"));
    reasoned
}

/// What the paths of some sessions are judged by: their surroundings.
struct Standing<'a> {
    recorded: &'a Recorded,
    facts: Facts,
    /// Where paths in the words of the policy start.
    project: Option<Place>,
    home: Option<Place>,
}

impl<'a> Standing<'a> {
    fn new(recorded: &'a Recorded) -> Standing<'a> {
        let read = |folder: &str| Place::read(folder, recorded.os);
        let project = (!recorded.project.is_empty()).then(|| read(&recorded.project));
        Standing { recorded, facts: facts_of(recorded), project, home: recorded.home.as_deref().map(read) }
    }

    /// A place in the words of the policy: in the project, in the home directory, or from the root.
    fn anchored(&self, place: &Place) -> (Anchor, String) {
        let below = |folder: &Option<Place>| {
            let folder = folder.as_ref()?;
            place.below(folder.as_str()).map(str::to_owned)
        };
        match (below(&self.project), below(&self.home)) {
            (Some(rest), _) => (".", rest),
            (None, Some(rest)) => ("~", rest),
            (None, None) => ("", place.as_str().trim_start_matches('/').to_owned()),
        }
    }
}

/// The standing of each session, those that are alike only once.
struct Standings<'a> {
    all: Vec<Standing<'a>>,
    /// By the number of the session.
    of_session: Vec<usize>,
}

impl<'a> Standings<'a> {
    fn of(context: &Context<'a>) -> Standings<'a> {
        let mut standings = Standings { all: Vec::new(), of_session: Vec::new() };
        let mut known: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for recorded in &context.view.places {
            let here = known.entry(&recorded.cwd).or_default();
            let alike = here.iter().find(|number| {
                standings.all.get(**number).is_some_and(|other: &Standing<'_>| {
                    std::ptr::eq(other.recorded, *recorded) || other.recorded == *recorded
                })
            });
            standings.of_session.push(alike.copied().unwrap_or(standings.all.len()));
            if alike.is_none() {
                here.push(standings.all.len());
                standings.all.push(Standing::new(recorded));
            }
        }
        standings
    }

    fn of_session(&self, session: u32) -> Option<usize> {
        self.of_session.get(usize::try_from(session).ok()?).copied()
    }

    /// The sessions that had a written path, by their standing and by what it may start from in them.
    fn among(
        &self,
        context: &Context<'_>,
        written: &str,
        sessions: &[u32],
    ) -> impl Iterator<Item = ((&Standing<'a>, Vec<String>), Vec<u32>)> {
        let mut groups: BTreeMap<(usize, Vec<String>), Vec<u32>> = BTreeMap::new();
        for session in sessions {
            if let Some(standing) = self.of_session(*session) {
                let bases = bases_of(context, *session, written);
                groups.entry((standing, bases)).or_default().push(*session);
            }
        }
        let known = |((standing, bases), sessions)| Some(((self.all.get::<usize>(standing)?, bases), sessions));
        groups.into_iter().filter_map(known)
    }
}

/// What a policy grants is granted by each of its readings, as what a call names is judged by each: where one entry is a
/// reading of another, it is granted already.
fn drop_readings(granted: &mut Vec<String>) {
    let mut read: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in granted.iter() {
        if let Ok(Readings::Several(readings)) = path::readings(entry) {
            read.insert(entry.clone(), readings);
        }
    }
    let holds = |wide: &String, other: &String| read.get(wide).is_some_and(|readings| readings.contains(other));
    granted.retain(|entry| {
        let by = |wide: &String| wide != entry && holds(wide, entry) && !(holds(entry, wide) && entry < wide);
        !read.keys().any(by)
    });
}

/// What a written path may start from: the base of the calls that had it, where all calls of the session are kept; else
/// every base of that session.
fn bases_of(context: &Context<'_>, session: u32, written: &str) -> Vec<String> {
    let Some((key, spot)) = context.base.filter(|(key, _)| *key != context.key()) else { return Vec::new() };
    let recorded =
        context.view.sessions.get(session as usize).and_then(|recorded| recorded.servers.get(context.server));
    let calls = recorded.and_then(|server| server.tools.get(context.tool));
    if let Some(calls) = calls.filter(|calls| calls.arguments.objects == calls.samples.len() as u64) {
        let with = calls.samples.values().filter(|arguments| context.holds(arguments, written));
        let bases: BTreeSet<&str> = with.filter_map(|arguments| arguments.get(key)?.as_str()).collect();
        return bases.into_iter().map(str::to_owned).collect();
    }
    let all = spot.strings().filter(|(_, sessions)| sessions.contains(&session));
    all.map(|(base, _)| base).take(16).collect()
}

/// The places that a written path stood for in some sessions: by their facts, one for each base that it may be relative to.
fn places_of(context: &Context<'_>, written: &str, standing: &Standing<'_>, bases: &[String]) -> Vec<(Anchor, String)> {
    let (facts, mut found) = (&standing.facts, Vec::new());
    let alone = bases.is_empty().then_some(None);
    for base in alone.into_iter().chain(bases.iter().map(|base| Some(base.as_str()))) {
        for what in context.read(written, base).iter() {
            let What::Path(path) = what else { continue };
            if path.found == Found::Embedded {
                // The place in a word such as `-o/tmp/x` is part of it: the word is granted, and not that place by itself.
                continue;
            }
            for reading in path.readings() {
                let absolute = facts.absolute(path.start(), reading);
                found.push(standing.anchored(&Place::read(&absolute, facts.os)));
                if facts.places.contains_key(&absolute) {
                    found.extend(facts.lead(absolute).map(|place| standing.anchored(&place)));
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The grants for a folder that holds all paths of a session that are not looked at one by one. It is read as the paths in
/// it are; one whose name has a sign that patterns give a meaning is not granted.
fn folders_of(context: &Context<'_>, folder: &str, standings: &Standings<'_>, session: u32) -> Vec<String> {
    let standing = standings.of_session(session).and_then(|number| standings.all.get(number));
    let written = format!("{folder}/x");
    let bases = bases_of(context, session, &written);
    let inside = standing.map(|standing| places_of(context, &written, standing, &bases)).unwrap_or_default();
    let folders = inside.into_iter().filter_map(|(anchor, place)| {
        let (folder, _) = place.rsplit_once('/')?;
        let parts: Vec<String> = folder.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let plain = !folder.contains(['*', '?', '{', '}', '[', ']']);
        (plain && may_be_granted(anchor, &parts)).then(|| spell(anchor, folder))
    });
    folders.collect()
}

/// The facts of a recorded call.
pub fn facts_of(recorded: &Recorded) -> Facts {
    let places = recorded.leads.iter().map(|(spelling, leads)| (spelling.clone(), leads.iter().cloned().collect()));
    Facts {
        project: recorded.project.clone(),
        cwd: recorded.cwd.clone(),
        home: recorded.home.clone(),
        os: recorded.os,
        fold_case: recorded.fold_case,
        places: places.collect(),
        ..Facts::default()
    }
}

fn spell(anchor: Anchor, rest: &str) -> String {
    match (anchor, rest) {
        (".", "") => ".".into(),
        ("", rest) if rest.get(1..2) == Some(":") => rest.to_owned(),
        (anchor, rest) => format!("{anchor}/{}", rest.trim_start_matches('/')),
    }
}

/// Walks down the tree and grants, at each folder, either all of it or what lies in it one by one.
fn collect(
    context: &Context<'_>,
    anchor: Anchor,
    parts: &mut Vec<String>,
    tree: &Tree,
    grants: &mut Vec<String>,
    told: &mut Vec<(Mass, bool, String)>,
) {
    if !tree.named.is_empty() {
        // The place itself was named: a file, or a folder that was listed or searched as a whole.
        grant(parts, tree, grants);
        return;
    }
    let mass = tree.mass();
    let open = may_be_granted(anchor, parts) && is_open(context, anchor, tree, mass) && !reads_as_above(anchor, parts);
    if mass.distinct > 1 {
        told.push((mass, open, spell(anchor, &parts.join("/"))));
    }
    if open {
        grant(parts, tree, grants);
        return;
    }
    let kinds = if anchor == "." && parts.is_empty() { open_kinds(context, tree) } else { BTreeSet::new() };
    grants.extend(kinds.iter().map(|kind| format!("*.{kind}")));
    for (name, child) in &tree.children {
        if child.is_file() && kind_of(name).is_some_and(|kind| kinds.contains(kind)) {
            continue;
        }
        parts.push(name.clone());
        collect(context, anchor, parts, child, grants, told);
        parts.pop();
    }
}

/// The kinds of files in the project's own folder that are read as a kind. The folder never opens, since everything lies
/// beneath it; but `*.md` reaches into no other folder and to no other kind, and who reads several files of one kind there,
/// in several sessions, will read the next one. A call that changes something names its files.
fn open_kinds<'t>(context: &Context<'_>, tree: &'t Tree) -> BTreeSet<&'t str> {
    let mut kinds: BTreeMap<&str, Vec<&[u32]>> = BTreeMap::new();
    for (name, child) in tree.children.iter().filter(|(_, child)| child.is_file()) {
        if let Some(kind) = kind_of(name) {
            kinds.entry(kind).or_default().push(&child.named);
        }
    }
    if context.is_exact() || context.stakes.changes {
        return BTreeSet::new();
    }
    let open = kinds.into_iter().filter(|(_, files)| {
        let mass = Mass::of(files.iter().copied());
        mass.bringing >= 2 && mass.missing() >= 0.1
    });
    open.map(|(kind, _)| kind).collect()
}

/// The extension of a plain name; a dot file has none.
pub(super) fn kind_of(name: &str) -> Option<&str> {
    let (stem, kind) = name.rsplit_once('.')?;
    let plain = !kind.is_empty() && kind.chars().all(|c| c.is_ascii_alphanumeric());
    (plain && !stem.is_empty() && !stem.starts_with('.')).then_some(kind)
}

/// A place and what lies beneath. Names with a sign that patterns give a meaning match themselves by `?`, which is any one
/// character; and since a pattern names only what it matches, what lies beneath a folder of such a name is granted beside it.
fn grant(parts: &[String], tree: &Tree, grants: &mut Vec<String>) {
    let written = parts.join("/").replace(['*', '{', '}'], "?");
    let beneath = written.contains('?') && !tree.children.is_empty();
    grants.extend(beneath.then(|| format!("{written}/**")));
    if !beneath || !tree.named.is_empty() {
        grants.push(written);
    }
}

/// Whether the next place in this folder will be a new one: missing mass over its children, each counted by session. A
/// call that looks opens a folder of the project as soon as new files are likely; one that changes needs several sessions
/// in it, and one outside of the project twice as many: there, nobody but the trace says that it belongs to the work.
fn is_open(context: &Context<'_>, anchor: Anchor, tree: &Tree, mass: Mass) -> bool {
    if context.is_exact() {
        return false;
    }
    let needed = match (context.stakes.changes, anchor) {
        (false, ".") => 1,
        (true, ".") | (false, _) => context.many() / 2,
        (true, _) => context.many(),
    };
    let (low, _) = mass.interval();
    let likely = if context.stakes.changes { low >= 0.1 } else { mass.missing() >= 0.1 };
    let inner = || tree.children.values().any(|child| is_open(context, anchor, child, child.mass()));
    mass.sessions as usize >= needed
        && mass.distinct >= needed.min(2) as u32
        && (likely || (mass.missing() >= 0.1 && inner()))
}

/// Nothing observed widens a grant to the root, a home directory, or a folder that holds the homes or the system.
pub(super) fn may_be_granted(anchor: Anchor, parts: &[String]) -> bool {
    match anchor {
        "." => !parts.is_empty(),
        "~" => parts.first().is_some_and(|first| !first.starts_with('.') || parts.len() > 1),
        _ => !is_system_or_home(parts),
    }
}

/// Whether a policy that names the folder would be read as naming one above it as well: `./ ` is also `./`, and `src/%2e%2e`
/// is also the project.
fn reads_as_above(anchor: Anchor, parts: &[String]) -> bool {
    let entry = spell(anchor, &parts.join("/"));
    let place = |text: &str| Place::read(format!("/p/{text}"), Os::Posix);
    let Ok(readings) = path::readings(&entry) else { return true };
    let own = place(&entry);
    readings.of(&entry).any(|reading| own.below(place(reading).as_str()).is_some_and(|rest| !rest.is_empty()))
}

/// Whether the folder that holds all paths past the cap is less than a whole project, home directory or system. Where it is
/// not, the folders that were kept are all that is granted.
fn is_narrow(context: &Context<'_>, folder: &str) -> bool {
    let parts: Vec<String> = folder.split('/').filter(|part| !matches!(*part, "" | ".")).map(str::to_owned).collect();
    if parts.is_empty() || parts.iter().any(|part| part == "..") {
        return false;
    }
    if let Some(rest) = folder.strip_prefix('~') {
        return rest.starts_with('/') && may_be_granted("~", parts.get(1..).unwrap_or_default());
    }
    let is_absolute = folder.starts_with('/') || folder.get(1..2) == Some(":");
    if !is_absolute {
        return true;
    }
    let holds_all_of = |place: &Recorded| {
        let folder = Place::read(folder, place.os);
        [Some(&place.project), place.home.as_ref()]
            .into_iter()
            .flatten()
            .any(|whole| !whole.is_empty() && Place::read(whole, place.os).below(folder.as_str()).is_some())
    };
    may_be_granted("", &parts) && !context.view.places.iter().any(|place| holds_all_of(place))
}

/// `/`, `/home`, `/home/ann`, `/etc`, `C:\Users\ann` ... and everything directly below the root.
fn is_system_or_home(parts: &[String]) -> bool {
    let drive = usize::from(parts.first().is_some_and(|first| first.ends_with(':')));
    let parts = parts.get(drive..).unwrap_or_default();
    let homes = parts.first().is_some_and(|first| ["home", "users", "root"].contains(&first.to_lowercase().as_str()));
    let system = parts.first().is_some_and(|first| {
        ["etc", "proc", "sys", "dev", "boot", "bin", "sbin", "lib", "windows", "program files"]
            .contains(&first.to_lowercase().as_str())
    });
    parts.len() < 2 || (homes && parts.len() < 3) || system
}

/// The root, a home directory, or a folder above one.
pub fn is_whole_tree(place: &str, home: Option<&str>) -> bool {
    let home = home.map(|home| Place::read(home, Os::Posix));
    let above_home = home.is_some_and(|home| home.below(place).is_some());
    let parts: Vec<&str> = place.split('/').filter(|part| !part.is_empty() && !part.ends_with(':')).collect();
    let homes = ["home", "Users", "users", "root"];
    above_home
        || parts.is_empty()
        || matches!(parts.as_slice(), [one] if homes.contains(one))
        || matches!(parts.as_slice(), [one, _] if homes.contains(one) && *one != "root")
}
