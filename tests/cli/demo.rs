//! `demo`.

use super::support::Place;

#[test]
fn the_demo_shows_what_it_claims_and_leaves_its_work() {
    let place = Place::new();
    let output = place.remit(&["demo", "--out", "left"]).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{out}\n{err}");
    for name in ["mcp.policy.yaml", "mcp.lock", "audit.jsonl", "report.html", "traces"] {
        assert!(place.project().join("left/project").join(name).exists(), "{name} is missing");
    }
    // Apart from the name of the folder, and from grants, which are shown as they stand in the file.
    let whole = |line: &str| line.contains("left") || line.contains(": {");
    let long = out.lines().filter(|line| line.chars().count() > 80 && !whole(line));
    assert_eq!(long.collect::<Vec<_>>(), Vec::<&str>::new(), "lines fit 80 columns");
}

#[test]
fn the_demo_does_not_play_in_a_folder_that_holds_something() {
    let place = Place::new();
    place.write("left/precious.txt", "mine");
    let output = place.remit(&["demo", "--out", "left"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(place.read("left/precious.txt"), "mine");
}
