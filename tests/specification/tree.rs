//! Two spellings of one place get one verdict, on a real tree with symlinks.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use mcp_remit::decision::decide::decide;
use mcp_remit::decision::effects::effects;
use mcp_remit::decision::policy::{Policy, load};
use mcp_remit::edge::facts::{Surroundings, look, resolve_places};
use mcp_remit::model::history::History;
use mcp_remit::model::request::Request;
use mcp_remit::model::time::Timestamp;
use mcp_remit::model::verdict::Decision;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use serde_json::json;

/// A project beside a folder that is none of its business, with links in it, out of it, up, around and to nowhere.
fn tree(root: &Path) {
    for folder in ["project/src/gen", "project/docs", "project/secret", "outside/deep"] {
        std::fs::create_dir_all(root.join(folder)).unwrap();
    }
    for file in
        ["project/src/a", "project/src/gen/a", "project/docs/a", "project/secret/a", "outside/a", "outside/deep/a"]
    {
        std::fs::write(root.join(file), "x").unwrap();
    }
    let links = [
        ("src", "project/alias"),
        ("../outside", "project/src/out"),
        ("..", "project/src/up"),
        (".", "project/docs/here"),
        ("../secret", "project/src/hidden"),
        ("../src/a", "project/docs/b"),
        ("../project/src", "outside/back"),
        ("deep/../../project/docs", "outside/crooked"),
        ("/nowhere/at/all", "project/src/gone"),
        ("loop", "project/loop"),
        ("gen", "project/src/linked"),
    ];
    for (target, link) in links {
        symlink(target, root.join(link)).unwrap();
    }
    symlink(root.join("outside/deep"), root.join("project/abs")).unwrap();
}

const NAMES: [&str; 19] = [
    "src", "gen", "docs", "secret", "a", "b", "alias", "out", "up", "here", "hidden", "back", "crooked", "gone",
    "loop", "linked", "abs", "new", "..",
];

/// A spelling, and the paths that servers may give the kernel for it.
fn spelling(root: &Path) -> impl Strategy<Value = (String, Vec<PathBuf>)> + use<> {
    let project = root.join("project");
    let root = root.to_owned();
    let names = prop::collection::vec(prop::sample::select(&NAMES[..]), 0..6);
    (names, 0..7usize).prop_map(move |(names, form)| {
        let path = names.join("/");
        let whole = project.join(&path);
        let text = whole.display().to_string();
        let spelled = match form {
            0 => format!("./{path}"),
            1 => text,
            2 => format!("file://{text}"),
            3 => format!("{}/project/./{}/", root.display(), path.replace('/', "//")),
            4 => path.replace('a', "%61"),
            5 => format!("/proc/self/root{text}"),
            _ => format!("~/project/{path}"),
        };
        // Decoded, and as it stands.
        let paths = if form == 4 { vec![project.join(&spelled), whole] } else { vec![whole] };
        (spelled, paths)
    })
}

/// Where the kernel gets to: what exists is looked up, the rest is below it.
fn kernel(path: &Path) -> Option<PathBuf> {
    if let Ok(real) = std::fs::canonicalize(path) {
        return Some(real);
    }
    if std::fs::symlink_metadata(path).is_ok() {
        return None; // A link to nowhere, or around itself.
    }
    let (folder, name) = (path.parent()?, path.file_name()?);
    Some(kernel(folder)?.join(name))
}

/// Where a server gets to that tidies up the text first.
fn tidy(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => drop(out.pop()),
            part => out.push(part),
        }
    }
    out
}

struct Here {
    surroundings: Surroundings,
    policy: Policy,
}

impl Here {
    fn new(root: &Path, rules: &str) -> Here {
        let project = root.join("project");
        let surroundings = Surroundings {
            project: project.clone(),
            cwd: project,
            home: Some(root.to_owned()),
            guarded: Vec::new(),
            fold_case: false,
        };
        let policy = load(&format!("version: 1\nservers: {{ fs: {{ {rules} }} }}"), "p").unwrap().0;
        let facts = surroundings.facts(Timestamp(0));
        let links = resolve_places(&policy.places(&facts), facts.os);
        Here { policy: policy.with_links(&links, &facts), surroundings }
    }

    fn verdict(&self, path: &str) -> Decision {
        let serde_json::Value::Object(arguments) = json!({ "path": path }) else { panic!() };
        let request = Request::call("fs", "read", arguments);
        let facts = look(&effects(&request, self.policy.hints(&request)).0, &self.surroundings, Timestamp(0));
        decide(&self.policy, &History::default(), &facts, &request).decision
    }
}

#[test]
fn two_spellings_of_one_place_get_one_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    tree(&root);
    let granting = [
        Here::new(&root, "allowed_tools: [read], allowed_paths: [./src, ./docs]"),
        Here::new(&root, "tools: { read: { args: { path: { paths: [./alias, ./docs/here] } } } }"),
    ];
    let denying = [
        Here::new(&root, "allowed_tools: [read], denied_paths: [./src/hidden, ../outside/back/gen]"),
        Here::new(&root, "tools: { read: { args: { path: { not: { paths: [./secret, ./src/linked] } } } } }"),
    ];
    let granted = ["project/src", "project/docs"].map(|place| root.join(place));
    let closed = ["project/secret", "project/src/gen"].map(|place| root.join(place));
    let within = |list: &[PathBuf], place: &PathBuf| list.iter().any(|granted| place.starts_with(granted));
    let seen = std::cell::RefCell::new(BTreeMap::<(BTreeSet<PathBuf>, usize), (Decision, String)>::new());
    let config = ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let ran = runner.run(&spelling(&root), |(spelled, paths)| {
        let ways = paths.iter().flat_map(|path| [kernel(path), kernel(&tidy(path))]);
        let Some(places) = ways.collect::<Option<BTreeSet<PathBuf>>>() else { return Ok(()) };
        for (index, here) in granting.iter().enumerate() {
            let verdict = here.verdict(&spelled);
            // A protection holds the spelling too, and the table of processes is protected whatever it leads to.
            if spelled.contains("/proc/") {
                prop_assert_eq!(verdict, Decision::Deny, "{}", &spelled);
                continue;
            }
            // Every server gets to a granted place, or none does.
            let expected =
                if places.iter().all(|place| within(&granted, place)) { Decision::Allow } else { Decision::Deny };
            prop_assert_eq!(verdict, expected, "{} under policy {}, which leads to {:?}", &spelled, index, &places);
            let known = seen.borrow_mut().entry((places.clone(), index)).or_insert((verdict, spelled.clone())).clone();
            prop_assert_eq!(verdict, known.0, "{} and {} lead to {:?}", &spelled, known.1, &places);
        }
        for (index, here) in denying.iter().enumerate() {
            if places.iter().any(|place| within(&closed, place)) {
                prop_assert_eq!(
                    here.verdict(&spelled),
                    Decision::Deny,
                    "{} under denial {}: {:?}",
                    &spelled,
                    index,
                    &places
                );
            }
        }
        Ok(())
    });
    ran.unwrap_or_else(|failure| panic!("{failure}"));
    let seen = seen.into_inner();
    let allowed = seen.values().filter(|(verdict, _)| *verdict == Decision::Allow).count();
    assert!(allowed > 10 && seen.len() - allowed > 10, "{allowed} of {} places are granted", seen.len());
}
