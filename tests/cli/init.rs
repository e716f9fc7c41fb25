//! `remit init` and `remit completions`.

#[cfg(unix)]
use serde_json::json;

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

/// A repository whose agent has one server, with its policy and its lock.
#[cfg(unix)]
fn repository() -> Place {
    let place = Place::new();
    let root = place.project().parent().unwrap().display().to_string();
    let args = ["demo-server", "--root", &root, "--rug-pull", "pull"];
    let config = json!({"mcpServers": {"office": {"command": env!("CARGO_BIN_EXE_remit"), "args": args}}});
    place.write(".mcp.json", &config.to_string());
    place.write(
        "mcp.policy.yaml",
        "version: 1\nservers:\n  office: { tools: { read_file: { args: { path: { paths: [./src] } } } } }\n",
    );
    place.remit(&["lock"]).assert().code(0);
    place
}

/// What a shell makes of the lines, with this remit on its path: the exit code of the last.
#[cfg(unix)]
fn shell(place: &Place, script: &str) -> Option<i32> {
    let programs = std::path::Path::new(env!("CARGO_BIN_EXE_remit")).parent().unwrap().display().to_string();
    let mut command = std::process::Command::new("sh");
    command.args(["-ec", script]).current_dir(place.project()).env_clear().envs(place.environment());
    command.env("PATH", format!("{programs}:{}", std::env::var("PATH").unwrap()));
    command.output().unwrap().status.code()
}

/// The commands of the written job, but for the one that installs remit.
#[cfg(unix)]
fn steps(written: &str) -> Vec<String> {
    let commands = written.lines().map(str::trim).filter_map(|line| {
        line.strip_prefix("run: ").or(line.strip_prefix("- ")).filter(|command| command.starts_with("remit "))
    });
    commands.map(str::to_owned).collect()
}

#[test]
#[cfg(unix)]
fn the_steps_of_the_written_jobs_pass_in_a_sound_repository_and_fail_in_a_weakened_one() {
    for (ci, file) in [("github", WORKFLOW), ("gitlab", ".gitlab/remit.yml")] {
        let place = repository();
        place.remit(&["init", "--ci", ci]).assert().code(0);
        let steps = steps(&place.read(file));
        assert_eq!(steps.len(), 3, "{steps:?}");
        for step in &steps {
            assert_eq!(shell(&place, step), Some(0), "{ci}: {step}");
        }
        let weak = place.read("mcp.policy.yaml").replace("./src", "~/");
        place.write("mcp.policy.yaml", &weak);
        assert_eq!(shell(&place, &steps[2]), Some(1), "{ci}: {}", steps[2]);
        place.write("pull", "");
        assert_eq!(shell(&place, &steps[1]), Some(1), "{ci}: {}", steps[1]);
    }
}

#[test]
#[cfg(unix)]
fn the_job_of_gitlab_leaves_a_report_and_says_in_its_log_what_was_found() {
    let place = repository();
    place.remit(&["init", "--ci", "gitlab"]).assert().code(0);
    let job = place.read(".gitlab/remit.yml");
    let image = job.lines().find_map(|line| line.trim().strip_prefix("image: ")).unwrap();
    let tag = image.split_once(':').unwrap().1;
    assert!(tag.split('-').next().unwrap().split('.').count() == 3, "{image} says no whole version");
    assert!(job.contains("rust@sha256:"), "{job}");
    let replay = &steps(&job)[2];
    assert_eq!(shell(&place, &format!("({replay}) > log")), Some(0));
    assert!(place.read("remit.xml").contains("<testsuite"));
    let log = place.read("log");
    assert!(!log.contains("<testsuite") && log.lines().count() > 3, "{log}");
}

#[test]
#[cfg(unix)]
fn the_hook_lets_a_sound_policy_be_committed_and_a_weak_one_not() {
    let place = repository();
    place.remit(&["init"]).assert().code(0);
    let git = "git -c user.name=a -c user.email=a@example.com";
    let begin = format!(
        "git init -q . && git config core.hooksPath .githooks && git add mcp.policy.yaml && {git} commit -qm sound"
    );
    assert_eq!(shell(&place, &begin), Some(0));
    place.write("README", "unrelated");
    assert_eq!(shell(&place, &format!("git add README && {git} commit -qm unrelated")), Some(0));
    let weak = place.read("mcp.policy.yaml").replace("./src", "~/");
    place.write("mcp.policy.yaml", &weak);
    assert_eq!(shell(&place, &format!("git add mcp.policy.yaml && {git} commit -qm weak")), Some(1));
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
