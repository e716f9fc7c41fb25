//! `remit explain`.

use crate::support::Place;

#[test]
fn a_denial_names_rule_line_argument_nearest_grant_and_the_smallest_edit() {
    let place = Place::new();
    place.write(
        "mcp.policy.yaml",
        "version: 1\nservers:\n  fs:\n    tools:\n      read: { args: { path: { paths: [./src] } } }\n",
    );
    let output = place.remit(&["explain", "fs.read", r#"{"path":"docs/a"}"#]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap().replace(&place.project().display().to_string(), "PROJECT");
    insta::assert_snapshot!(text, @r"
    DENY  fs.read

      deny  servers.fs.tools.read.args.path
            at       mcp.policy.yaml:5:23
            argument /path
            value    docs/a
            because  it leads to PROJECT/docs/a, which is not granted
            granted  ./src
            edit     add `./docs/a` to servers.fs.tools.read.args.path.paths
    ");
}

#[test]
fn the_edit_that_is_named_makes_the_call_pass() {
    let place = Place::new();
    let policy = |paths: &str| {
        format!(
            "version: 1\nservers: {{ fs: {{ tools: {{ read: {{ args: {{ path: {{ paths: [{paths}] }} }} }} }} }} }}\n"
        )
    };
    for (paths, expected) in [("./src", "DENY"), ("./src, ./docs/a", "ALLOW")] {
        place.write("mcp.policy.yaml", &policy(paths));
        let output = place.remit(&["explain", "fs.read", r#"{"path":"docs/a"}"#]).output().unwrap();
        assert!(String::from_utf8(output.stdout).unwrap().starts_with(expected));
    }
}

#[test]
fn a_call_that_cannot_be_read_is_a_usage_error() {
    let place = Place::new();
    place.write("mcp.policy.yaml", "version: 1\nservers: {}\n");
    for args in
        [["explain", "nodot", "{}"], ["explain", "a.b.c", "{}"], ["explain", "a.b", "[1]"], ["explain", "a.b", "{"]]
    {
        place.remit(&args).assert().code(2);
    }
}

#[test]
fn a_secret_under_its_name_stands_in_no_reason() {
    let place = Place::new();
    place.write(
        "mcp.policy.yaml",
        "version: 1\nservers: { s: { tools: { t: { args: { path: { paths: [./src] } } } } } }\n",
    );
    let secret = "hunter2SuperSecret";
    for arguments in [
        format!(r#"{{"password":"{secret}"}}"#),
        format!(r#"{{"path":"https://u:{secret}@h/x"}}"#),
        format!(r#"{{"--password={secret}":1}}"#),
    ] {
        let call = format!(r#"{{"server":"s","tool":"t","arguments":{arguments}}}"#);
        let decided = place.remit(&["decide", "--policy", "mcp.policy.yaml", "-"]).write_stdin(call).output().unwrap();
        let explained = place.remit(&["explain", "s.t", &arguments]).output().unwrap();
        for output in [decided, explained] {
            let said = String::from_utf8(output.stdout).unwrap();
            assert!(said.to_lowercase().contains("deny"), "{said}");
            assert!(!said.contains(secret), "{said}");
        }
    }
}

#[test]
fn without_the_key_of_the_project_no_token_can_be_guessed() {
    let place = Place::new();
    place.write(
        "mcp.policy.yaml",
        "version: 1\nservers: { web: { tools: { fetch: { args: { key: { max_length: 3 } } } } } }\n",
    );
    // Where the folder of keys should be, a file stands.
    place.write_home(".local/state/remit/keys", "");
    let token = || {
        let key = r#"{"key":"ghp_16C7e42F292c6912E7710c838347Ae178B4a"}"#;
        let output = place.remit(&["explain", "web.fetch", key]).output().unwrap();
        let (said, noted) = (
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        );
        assert!(noted.contains("no key of the project"), "{noted}");
        let (_, token) = said.split_once("[redacted:").unwrap();
        token.split_once(']').unwrap().0.to_owned()
    };
    assert_ne!(token(), token(), "each run has a key of its own");
}
