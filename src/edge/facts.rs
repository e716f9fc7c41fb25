//! Where paths really lead: the one look at the file system that a decision rests on.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use crate::model::effects::{Effect, What};
use crate::model::facts::{Facts, Os};
use crate::model::place::Place;
use crate::model::time::Timestamp;

use super::store::state;

/// Symlinks followed before a path counts as a loop, as in Linux.
const MAX_LINKS: usize = 40;

/// Where a proxy stands. Does not change while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// The folder of the policy; absolute, resolved.
    pub project: PathBuf,
    /// The server's working directory; absolute, resolved.
    pub cwd: PathBuf,
    pub home: Option<PathBuf>,
    /// remit's own files in this run, which no server may touch: as they are spelled, and where that leads.
    pub guarded: Vec<PathBuf>,
    /// The file system of the project folds letter case.
    pub fold_case: bool,
}

impl Surroundings {
    /// Of this process, for a project.
    pub fn here(project: &Path) -> Surroundings {
        let project = resolve(&std::path::absolute(project).unwrap_or_else(|_| project.to_owned()));
        let cwd = std::env::current_dir().map_or_else(|_| project.clone(), |cwd| resolve(&cwd));
        let fold_case = folds_case(&project);
        Surroundings { cwd, home: state::home().map(|home| resolve(&home)), guarded: Vec::new(), fold_case, project }
    }

    /// Guards files of remit's own. Looked up once, so that a message that names no path costs no look at the disk.
    pub fn guard<'a>(&mut self, files: impl IntoIterator<Item = &'a Path>) {
        for file in files {
            let spelled = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
            let real = resolve(&spelled);
            self.guarded.extend([spelled, real]);
        }
        self.guarded.sort();
        self.guarded.dedup();
    }

    /// The facts that need no look at a path.
    pub fn facts(&self, now: Timestamp) -> Facts {
        let os = if cfg!(windows) { Os::Windows } else { Os::Posix };
        Facts {
            project: normal(&self.project, os),
            cwd: normal(&self.cwd, os),
            home: self.home.as_deref().map(|home| normal(home, os)),
            os,
            fold_case: self.fold_case,
            time: Some(now),
            places: BTreeMap::new(),
            guarded: self.guarded.iter().map(|path| normal(path, os)).collect(),
            looked: true,
        }
    }
}

/// Looks up every path among the effects.
pub fn look<'a>(effects: impl IntoIterator<Item = &'a Effect>, surroundings: &Surroundings, now: Timestamp) -> Facts {
    let mut facts = surroundings.facts(now);
    for effect in effects {
        let What::Path(path) = &effect.what else { continue };
        for reading in path.readings() {
            let absolute = facts.absolute(path.start(), reading);
            if facts.places.contains_key(&absolute) {
                continue;
            }
            let lexical = Place::read(&absolute, facts.os);
            // One server walks the path as it stands, the next tidies up its `..` first.
            let mut places = vec![place_of(Path::new(&absolute), facts.os)];
            if absolute != lexical.as_str() {
                places.push(place_of(Path::new(lexical.as_str()), facts.os));
                places.dedup();
            }
            if places.iter().any(|place| *place != lexical) {
                facts.places.insert(absolute, places.into_iter().map(|place| place.to_string()).collect());
            }
        }
    }
    facts
}

/// For each spelling of a place that the policy grants or denies: where it leads, when that is elsewhere. Resolved once,
/// at load.
pub fn resolve_places(spellings: &[String], os: Os) -> BTreeMap<String, String> {
    let resolved = spellings.iter().filter_map(|spelling| {
        let place = place_of(Path::new(spelling), os);
        (place != Place::read(spelling, os)).then(|| (spelling.clone(), place.to_string()))
    });
    resolved.collect()
}

fn place_of(path: &Path, os: Os) -> Place {
    Place::read(text(&resolve(path)), os)
}

/// As the decision compares it: Windows gives `\\?\C:\web` for what calls and policies name `c:/web`.
fn normal(path: &Path, os: Os) -> String {
    Place::read(text(path), os).to_string()
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The real path, symlinks of the deepest existing ancestor resolved as the kernel does: `..` after a symlink climbs
/// from where the link leads. What does not exist below it is kept as it is written.
pub fn resolve(path: &Path) -> PathBuf {
    let mut done = PathBuf::new();
    let mut todo: Vec<PathBuf> = path.components().rev().map(|part| PathBuf::from(part.as_os_str())).collect();
    let mut links = 0;
    while let Some(part) = todo.pop() {
        match part.components().next() {
            None | Some(Component::CurDir) => continue,
            Some(Component::ParentDir) => {
                done.pop();
                continue;
            }
            Some(Component::RootDir | Component::Prefix(_)) => {
                done.push(&part);
                continue;
            }
            Some(Component::Normal(_)) => {}
        }
        let here = done.join(&part);
        let link = std::fs::symlink_metadata(&here).ok().filter(|found| found.file_type().is_symlink());
        match link.and_then(|_| std::fs::read_link(&here).ok()) {
            Some(target) if links < MAX_LINKS => {
                links += 1;
                if target.is_absolute() {
                    done = PathBuf::new();
                }
                todo.extend(target.components().rev().map(|part| PathBuf::from(part.as_os_str())));
            }
            _ => done = here,
        }
    }
    spelled_as_stored(done)
}

/// On systems that fold letter case or keep short names, the spelling that the file system itself gives.
fn spelled_as_stored(path: PathBuf) -> PathBuf {
    if cfg!(target_os = "linux") {
        return path;
    }
    let mut missing: Vec<std::ffi::OsString> = Vec::new();
    let mut existing = path.clone();
    loop {
        if let Ok(real) = std::fs::canonicalize(&existing) {
            return missing.into_iter().rev().fold(real, |real, name| real.join(name));
        }
        match (existing.file_name().map(ToOwned::to_owned), existing.pop()) {
            (Some(name), true) => missing.push(name),
            _ => return path,
        }
    }
}

/// Whether the folder's file system takes two letter cases for one name.
fn folds_case(folder: &Path) -> bool {
    if cfg!(windows) {
        return true;
    }
    let name = text(folder);
    let swapped: String =
        name.chars().map(|c| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect();
    swapped != name
        && std::fs::canonicalize(&swapped)
            .is_ok_and(|other| std::fs::canonicalize(folder).is_ok_and(|real| real == other))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::model::effects::{Found, PathEffect, Readings};

    fn facts_about(root: &Path, paths: &[&str]) -> Facts {
        let surroundings = Surroundings {
            project: root.to_owned(),
            cwd: root.to_owned(),
            home: None,
            guarded: vec![],
            fold_case: false,
        };
        let effects = paths.iter().map(|path| Effect {
            argument: "/path".into(),
            what: What::Path(PathEffect {
                written: (*path).into(),
                readings: Readings::AsWritten,
                root: None,
                base: None,
                changes: false,
                found: Found::Key,
            }),
        });
        look(&effects.collect::<Vec<_>>(), &surroundings, Timestamp(0))
    }

    #[test]
    fn a_link_is_followed_from_the_deepest_existing_ancestor() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("in/deep")).unwrap();
        std::fs::create_dir_all(root.join("out/there")).unwrap();
        std::os::unix::fs::symlink("../../out/there", root.join("in/deep/link")).unwrap();
        std::os::unix::fs::symlink("/nowhere/at/all", root.join("in/dangling")).unwrap();
        let facts = facts_about(&root, &["in/deep/link/new/file", "in/deep/link/../x", "in/plain", "in/dangling/x"]);
        let base = root.display();
        let leads = |spelling: &str| {
            facts.lead(format!("{base}/{spelling}")).map(|place| place.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(leads("in/deep/link/new/file"), [format!("{base}/out/there/new/file")]);
        // The kernel climbs from where the link leads; a server that tidies up first does not.
        assert_eq!(leads("in/deep/link/../x"), [format!("{base}/out/x"), format!("{base}/in/deep/x")]);
        assert_eq!(leads("in/plain"), [format!("{base}/in/plain")]);
        assert_eq!(leads("in/dangling/x"), ["/nowhere/at/all/x"]);
        assert!(!facts.places.contains_key(&format!("{base}/in/plain")), "only what leads elsewhere is kept");
    }

    #[test]
    fn where_a_proxy_stands_is_written_as_places_are_compared() {
        assert_eq!(normal(Path::new(r"\\?\C:\Users\Ada\web"), Os::Windows), "c:/Users/Ada/web");
        assert_eq!(normal(Path::new(r"\\?\UNC\Srv\share\web"), Os::Windows), "//srv/share/web");
        assert_eq!(normal(Path::new(r"/srv/a\b"), Os::Posix), r"/srv/a\b");
    }

    #[test]
    fn a_loop_of_links_ends() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("b", folder.path().join("a")).unwrap();
        std::os::unix::fs::symlink("a", folder.path().join("b")).unwrap();
        resolve(&folder.path().join("a/x"));
    }
}
