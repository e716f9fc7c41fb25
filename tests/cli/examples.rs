//! The recordings in examples/.

use super::support::Place;

#[test]
fn inferring_the_recorded_examples_again_gives_the_same_bytes() {
    for example in ["git", "office"] {
        let folder = format!("{}/examples/recorded/{example}", env!("CARGO_MANIFEST_DIR"));
        let out = Place::new().remit(&["infer", &format!("{folder}/traces"), "--out", "-"]).output().unwrap();
        let policy = std::fs::read_to_string(format!("{folder}/mcp.policy.yaml")).unwrap();
        assert_eq!(String::from_utf8(out.stdout).unwrap(), policy, "{example}");
        assert!(policy.contains("# 8 sessions, "), "{policy}");
    }
}

#[test]
fn the_policies_of_the_recorded_examples_allow_what_was_recorded_and_stop_what_was_not() {
    let place = Place::new();
    let policy = |example: &str| format!("{}/examples/recorded/{example}/mcp.policy.yaml", env!("CARGO_MANIFEST_DIR"));
    let verdict = |example: &str, call: &str| {
        let out =
            place.remit(&["decide", "--policy", &policy(example), "-"]).write_stdin(call.to_owned()).output().unwrap();
        let verdict: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
        verdict["verdict"].as_str().unwrap().to_owned()
    };
    let sql = |sql: &str| format!(r#"{{"server":"office","tool":"query","arguments":{{"sql":"{sql}"}}}}"#);
    assert_eq!(verdict("office", &sql("SELECT id FROM orders")), "allow");
    assert_eq!(verdict("office", &sql("SELECT id FROM salaries")), "deny");
    let show = |revision: &str| {
        format!(r#"{{"server":"git","tool":"git_show","arguments":{{"repo_path":".","revision":"{revision}"}}}}"#)
    };
    assert_eq!(verdict("git", &show("HEAD~1")), "allow");
    assert_eq!(verdict("git", &show("--output=x")), "deny");
}
