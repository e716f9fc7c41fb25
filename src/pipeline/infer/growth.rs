//! What evidence grows with.

use serde_json::json;

use super::generalise::infer;
use super::node::VALUES;
use super::observe::Observer;
use super::settings::Settings;
use super::view::View;
use crate::decision::redact::Redactor;
use crate::model::evidence::{Beyond, Evidence, Place, Session};
use crate::model::policy::{Args, Constraint, Redaction};

fn settings() -> Settings {
    let project = "/home/ann/web".to_owned();
    let bare = Place { cwd: project.clone(), project, home: Some("/home/ann".into()), ..Place::default() };
    Settings { bare, ..Settings::default() }
}

/// A session that reads each of these paths.
fn session(paths: impl Iterator<Item = String>) -> (String, Session) {
    let redactor = Redactor::new(&[7; 32], &Redaction::default()).unwrap();
    let mut observer = Observer::new("t", settings().bare, &redactor);
    for path in paths {
        let line = json!({"server": "fs", "tool": "read_file", "arguments": {"path": path}});
        observer.line(&line.to_string()).unwrap();
    }
    observer.finish()
}

fn numbered(numbers: std::ops::Range<usize>) -> impl Iterator<Item = String> + Clone {
    numbers.map(|number| format!("src/{}/{number}.rs", number % 7))
}

/// The values that evidence holds, and its size as it is written but for what each line leaves.
fn held(evidence: &Evidence) -> (usize, usize) {
    let mut evidence = evidence.clone();
    evidence.sessions.values_mut().for_each(|session| session.prefixes.clear());
    let tools =
        evidence.sessions.values().flat_map(|session| session.servers.values()).flat_map(|fs| fs.tools.values());
    let values = tools.map(|tool| tool.arguments.fields["path"].values.len()).sum();
    (values, serde_json::to_string(&evidence).unwrap().len())
}

#[test]
fn evidence_grows_with_sessions_and_distinct_values_up_to_the_cap_and_not_with_calls() {
    let of = |sessions: Vec<(String, Session)>| held(&Evidence::collect(sessions));
    let (few, many) = (of(vec![session(numbered(0..200))]), of(vec![session(numbered(0..200).cycle().take(2_000))]));
    assert_eq!(few.0, many.0);
    assert!(many.1 < few.1 + 16, "ten times the calls: {} bytes, then {}", few.1, many.1);
    let past = VALUES * 3 / 2;
    let two = of(vec![session(numbered(0..past)), session(numbered(past / 2..past * 2))]);
    assert_eq!(two.0, 2 * VALUES, "each session keeps as many as the cap");
}

/// The paths that are granted.
fn granted(evidence: &Evidence) -> Vec<String> {
    let document = infer(evidence, &settings()).document;
    let Args::Listed(listed) = &document.servers["fs"].tools["read_file"].args else { panic!("no arguments") };
    let Constraint::Paths { paths, .. } = &listed["path"] else { panic!("no paths") };
    paths.clone()
}

#[test]
fn the_folder_of_values_past_the_cap_is_where_its_session_ran_and_no_pattern() {
    let past = |cwd: &str, folder: &str| {
        let (digest, mut session) = session(["/home/ann/web/README.md".to_owned()].into_iter());
        session.place = Some(Place { cwd: cwd.to_owned(), ..settings().bare });
        let tool = session.servers.get_mut("fs").unwrap().tools.get_mut("read_file").unwrap();
        let beyond = Beyond { values: 1, directory: Some(folder.to_owned()), ..Beyond::default() };
        tool.arguments.fields.get_mut("path").unwrap().beyond = Some(Box::new(beyond));
        granted(&Evidence::collect([(digest, session)]))
    };
    assert_eq!(past("/home/ann/web/api", "src/gen"), ["./README.md", "./api/src/gen"]);
    assert_eq!(past("/srv/data", "src/gen"), ["./README.md", "/srv/data/src/gen"]);
    for (cwd, folder) in [("/home/ann/web", "s*c/gen"), ("/", "etc/x"), ("/home", "ann"), ("/home/ann/web", "../..")] {
        assert_eq!(past(cwd, folder), ["./README.md"], "{folder} in {cwd}");
    }
}

#[test]
fn of_values_past_the_cap_the_folder_that_holds_them_is_granted_and_it_is_said() {
    let (digest, session) = session(numbered(0..VALUES * 3 / 2));
    let evidence = Evidence::collect([(digest, session)]);
    assert_eq!(granted(&evidence), ["./src"]);
    let settings = settings();
    let view = View::new(&evidence, &settings.bare, |_| false);
    let said = view.sampled();
    assert_eq!((said.len(), said[0].position.as_str(), said[0].or_more), (1, "fs.read_file /path", true));
    let few = Evidence::collect([self::session(numbered(0..50))]);
    assert!(View::new(&few, &settings.bare, |_| false).sampled().is_empty());
}
