//! `remit init` and `remit completions`.

use crate::support::Place;

const WORKFLOW: &str = ".github/workflows/remit.yml";

#[test]
fn a_workflow_is_written_that_runs_the_three_checks_with_pinned_actions() {
    let place = Place::new();
    let output = place.remit(&["init"]).assert().code(0).get_output().clone();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(WORKFLOW) && said.contains("mcp.lock (missing: remit lock)"), "{said}");
    let workflow = place.read(WORKFLOW);
    for needed in ["remit scan", "remit lock --check", "remit replay", "contents: read"] {
        assert!(workflow.contains(needed), "{needed}");
    }
    assert!(workflow.contains(&format!("mcp-remit --version {}", env!("CARGO_PKG_VERSION"))));
    for line in workflow.lines().filter(|line| line.contains("uses:")) {
        let hash = line.split('@').nth(1).unwrap().split(' ').next().unwrap();
        assert!(hash.len() == 40 && hash.chars().all(|c| c.is_ascii_hexdigit()), "{line}");
    }
}

#[test]
fn a_workflow_that_is_there_is_replaced_only_when_forced() {
    let place = Place::new();
    place.write(WORKFLOW, "mine\n");
    let output = place.remit(&["init"]).assert().code(2).get_output().clone();
    assert!(String::from_utf8(output.stderr).unwrap().contains("--force"));
    assert_eq!(place.read(WORKFLOW), "mine\n");
    place.remit(&["init", "--force"]).assert().code(0);
    assert!(place.read(WORKFLOW).contains("remit replay"));
}

#[test]
fn completions_name_the_verbs() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = place.remit(&["completions", shell]).assert().code(0).get_output().clone();
        assert!(String::from_utf8(output.stdout).unwrap().contains("replay"), "{shell}");
    }
    place.remit(&["completions", "tcsh"]).assert().code(2);
}
