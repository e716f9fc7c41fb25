//! Paths: which folders does the agent work in?

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::mass::Mass;
use super::super::view::Spot;
use super::position::{Context, Reasoned};
use crate::model::effects::What;
use crate::model::evidence::Place as Recorded;
use crate::model::facts::{Facts, Os};
use crate::model::place::Place;
use crate::model::policy::Constraint;

/// Where the places of a tree start, in the words of the policy: `.`, `~`, `` (the root).
type Anchor = &'static str;

/// A folder or file, and which sessions used it.
#[derive(Debug, Default)]
struct Tree {
    /// Sessions that named this very place.
    named: BTreeSet<u32>,
    children: BTreeMap<String, Tree>,
}

impl Tree {
    fn add(&mut self, parts: &[&str], session: u32) {
        match parts.split_first() {
            None => {
                self.named.insert(session);
            }
            Some((first, rest)) => self.children.entry((*first).to_owned()).or_default().add(rest, session),
        }
    }

    /// It was named, and nothing in it.
    fn is_file(&self) -> bool {
        !self.named.is_empty() && self.children.is_empty()
    }

    fn sessions(&self) -> BTreeSet<u32> {
        let mut sessions = self.named.clone();
        for child in self.children.values() {
            sessions.extend(child.sessions());
        }
        sessions
    }
}

/// All paths of a position, each with the sessions that had it.
pub fn constrain(context: &Context<'_>, spot: &Spot<'_>, values: &[(String, &[u32])]) -> Reasoned {
    let mut trees: BTreeMap<Anchor, Tree> = BTreeMap::new();
    let mut distinct: BTreeSet<(Anchor, String)> = BTreeSet::new();
    for (written, sessions) in values {
        // Most sessions were recorded in one place, and what a path stands for is worth reading once for each.
        let mut last: Option<(&Recorded, Vec<(Anchor, String)>)> = None;
        for session in *sessions {
            let Some(recorded) = context.view.places.get(*session as usize).copied() else { continue };
            let bases = bases_of(context, *session, written);
            let found = match last.take() {
                Some((known, found)) if bases.is_empty() && (std::ptr::eq(known, recorded) || known == recorded) => {
                    found
                }
                _ => places_of(context, written, recorded, &bases),
            };
            for (anchor, rest) in &found {
                let parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
                trees.entry(anchor).or_default().add(&parts, *session);
                distinct.insert((anchor, rest.clone()));
            }
            last = bases.is_empty().then_some((recorded, found));
        }
    }
    let mut granted = Vec::new();
    for (anchor, tree) in &trees {
        let mut grants = Vec::new();
        collect(context, anchor, &mut Vec::new(), tree, &mut grants);
        granted.extend(grants.into_iter().map(|rest| spell(anchor, &rest)));
    }
    let beyond = spot.beyond.iter().filter_map(|beyond| beyond.directory.as_deref());
    granted.extend(beyond.filter(|folder| is_narrow(context, folder)).map(str::to_owned));
    granted.sort();
    granted.dedup();
    let why = format!("{} distinct places, granted as {}", distinct.len(), granted.len());
    let relative_to = context.base.map(|(key, _)| key.to_owned()).filter(|key| key != context.key());
    Reasoned::new(Constraint::Paths { paths: granted, relative_to }, why)
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

/// The places that a written path stood for in one session: by the facts of that session, one for each base that it may
/// be relative to.
fn places_of(context: &Context<'_>, written: &str, recorded: &Recorded, bases: &[String]) -> Vec<(Anchor, String)> {
    let facts = facts_of(recorded);
    let bases: Vec<Option<&str>> =
        if bases.is_empty() { vec![None] } else { bases.iter().map(|base| Some(base.as_str())).collect() };
    let mut found = Vec::new();
    for base in bases {
        for what in context.effects(Value::String(written.to_owned()), base) {
            let What::Path(path) = what else { continue };
            for reading in path.readings() {
                let absolute = facts.absolute(path.start(), reading);
                found.push(anchored(&Place::read(&absolute, facts.os), &facts));
                found.extend(facts.lead(absolute).map(|place| anchored(&place, &facts)));
            }
        }
    }
    found.sort();
    found.dedup();
    found
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

/// A place in the words of the policy: in the project, in the home directory, or from the root.
fn anchored(place: &Place, facts: &Facts) -> (Anchor, String) {
    let below = |folder: &str| place.below(Place::read(folder, facts.os).as_str()).map(str::to_owned);
    if !facts.project.is_empty()
        && let Some(rest) = below(&facts.project)
    {
        return (".", rest);
    }
    if let Some(rest) = facts.home.as_deref().and_then(below) {
        return ("~", rest);
    }
    ("", place.as_str().trim_start_matches('/').to_owned())
}

fn spell(anchor: Anchor, rest: &str) -> String {
    match (anchor, rest) {
        (".", "") => ".".into(),
        ("", rest) if rest.get(1..2) == Some(":") => rest.to_owned(),
        (anchor, rest) => format!("{anchor}/{}", rest.trim_start_matches('/')),
    }
}

/// Walks down the tree and grants, at each folder, either all of it or what lies in it one by one.
fn collect(context: &Context<'_>, anchor: Anchor, parts: &mut Vec<String>, tree: &Tree, grants: &mut Vec<String>) {
    if !tree.named.is_empty() {
        // The place itself was named: a file, or a folder that was listed or searched as a whole.
        grant(parts, tree, grants);
        return;
    }
    if may_be_granted(anchor, parts) && is_open(context, anchor, tree) {
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
        collect(context, anchor, parts, child, grants);
        parts.pop();
    }
}

/// The kinds of files in the project's own folder that are read as a kind. The folder never opens, since everything lies
/// beneath it; but `*.md` reaches into no other folder and to no other kind, and who reads several files of one kind there,
/// in several sessions, will read the next one. A call that changes something names its files.
fn open_kinds<'t>(context: &Context<'_>, tree: &'t Tree) -> BTreeSet<&'t str> {
    let mut kinds: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut sessions: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    for (name, child) in tree.children.iter().filter(|(_, child)| child.is_file()) {
        if let Some(kind) = kind_of(name) {
            kinds.entry(kind).or_default().push(child.named.len());
            sessions.entry(kind).or_default().extend(&child.named);
        }
    }
    if context.is_exact() || context.stakes.changes {
        return BTreeSet::new();
    }
    let open = kinds.into_iter().filter(|(kind, counts)| {
        let several = counts.len() >= 2 && sessions.get(kind).is_some_and(|sessions| sessions.len() >= 2);
        several && Mass::of(counts.iter().copied()).missing() >= 0.1
    });
    open.map(|(kind, _)| kind).collect()
}

/// The extension of a plain name; a dot file has none.
fn kind_of(name: &str) -> Option<&str> {
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
fn is_open(context: &Context<'_>, anchor: Anchor, tree: &Tree) -> bool {
    if context.is_exact() {
        return false;
    }
    let mass = Mass::of(tree.children.values().map(|child| child.sessions().len()));
    let needed = match (context.stakes.changes, anchor) {
        (false, ".") => 1,
        (true, ".") | (false, _) => context.many() / 2,
        (true, _) => context.many(),
    };
    let (low, _) = mass.interval();
    let likely = if context.stakes.changes { low >= 0.1 } else { mass.missing() >= 0.1 };
    let inner = tree.children.values().any(|child| is_open(context, anchor, child));
    mass.observations as usize >= needed
        && (likely || (inner && mass.missing() >= 0.1))
        && mass.distinct >= needed.min(2) as u32
}

/// Nothing observed widens a grant to the root, a home directory, or a folder that holds the homes or the system.
fn may_be_granted(anchor: Anchor, parts: &[String]) -> bool {
    match anchor {
        "." => !parts.is_empty(),
        "~" => parts.first().is_some_and(|first| !first.starts_with('.') || parts.len() > 1),
        _ => !is_system_or_home(parts),
    }
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
