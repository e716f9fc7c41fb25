//! `lock` and `lock --check`.

use serde_json::{Value, json};

use super::support::Place;

/// A project whose configuration starts the demo server, with more arguments.
fn place(more: &[&str]) -> Place {
    let place = Place::new();
    configure(&place, more);
    place
}

fn configure(place: &Place, more: &[&str]) {
    let root = place.project().parent().unwrap().display().to_string();
    let mut args = vec!["demo-server", "--root", &root];
    args.extend(more);
    let config = json!({"mcpServers": {"office": {"command": env!("CARGO_BIN_EXE_remit"), "args": args}}});
    place.write(".mcp.json", &config.to_string());
}

/// Exit code, standard output, standard error.
fn run(place: &Place, args: &[&str]) -> (i32, String, String) {
    let mut all = vec!["lock", "--path", ".mcp.json"];
    all.extend(args);
    let output = place.remit(&all).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn every_page_of_tools_is_pinned_and_nothing_has_changed() {
    let place = place(&[]);
    let (code, out, err) = run(&place, &[]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let lock: Value = serde_json::from_str(&place.read("mcp.lock")).unwrap();
    let office = &lock["servers"]["office"];
    assert_eq!(office["tools"].as_object().unwrap().len(), 10);
    assert_eq!(office["prompts"].as_object().unwrap().len(), 1);
    assert_eq!(office["info"]["value"]["name"], "remit-demo-server");
    let (code, out, _) = run(&place, &["--check", "--strict-absence"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("nothing changed: 1 server, 10 tools"), "{out}");
}

#[test]
fn two_locks_of_one_server_have_the_same_bytes() {
    let place = place(&[]);
    run(&place, &[]);
    let first = place.read("mcp.lock");
    run(&place, &[]);
    assert_eq!(first, place.read("mcp.lock"));
}

#[test]
fn a_tool_that_changes_is_shown_word_by_word() {
    let pull = "pull-the-rug";
    let place = place(&["--rug-pull", pull]);
    assert_eq!(run(&place, &[]).0, 0);
    place.write(pull, "");
    let (code, out, _) = run(&place, &["--check"]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("office.read_file"), "{out}");
    assert!(out.contains("Reads a [-file, anywhere-]"), "{out}");
    assert!(out.contains("~/.ssh/id_rsa as well"), "{out}");
    assert!(out.contains("tells the model to keep something from"), "{out}");
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    let (code, out, _) = run(&place, &["--check", "--format", "json"]);
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &found["drift"][0]["name"]), (1, &json!("read_file")));
    assert_eq!(found["drift"][0]["differences"][0]["at"], "/description");
}

#[test]
fn another_launch_command_is_a_change() {
    let place = place(&[]);
    run(&place, &[]);
    configure(&place, &["--log", "calls.jsonl"]);
    let (code, out, _) = run(&place, &["--check"]);
    assert_eq!(code, 1);
    assert!(out.contains("{+--log calls.jsonl+}"), "{out}");
}

#[test]
fn a_check_without_a_lock_says_which_command_writes_one() {
    let place = place(&[]);
    let (code, _, err) = run(&place, &["--check"]);
    assert_eq!(code, 2);
    assert!(err.contains("remit lock --out mcp.lock"), "{err}");
}

#[test]
fn a_lock_that_was_edited_by_hand_is_refused() {
    let place = place(&[]);
    run(&place, &[]);
    place.write("mcp.lock", &place.read("mcp.lock").replace("Reads a file, anywhere", "Reads a file, nowhere"));
    let (code, _, err) = run(&place, &["--check"]);
    assert_eq!(code, 2);
    assert!(err.contains("office.read_file"), "{err}");
}

#[test]
fn a_configuration_without_servers_has_nothing_to_lock() {
    let place = Place::new();
    place.write(".mcp.json", r#"{"mcpServers": {}}"#);
    assert_eq!(run(&place, &[]).0, 4);
}

#[test]
fn a_server_that_does_not_start_leaves_no_lock_unless_asked_to_go_on() {
    let place = place(&[]);
    let mut config: Value = serde_json::from_str(&place.read(".mcp.json")).unwrap();
    config["mcpServers"]["gone"] = json!({"command": "/nowhere/to/be/found"});
    place.write(".mcp.json", &config.to_string());
    let (code, _, err) = run(&place, &[]);
    assert_eq!(code, 3);
    assert!(err.contains("`gone` does not start") && err.contains("/nowhere/to/be/found"), "{err}");
    assert!(!place.project().join("mcp.lock").exists());
    let (code, _, _) = run(&place, &["--keep-going"]);
    assert_eq!(code, 3);
    assert!(place.read("mcp.lock").contains("office"));
}

#[test]
fn a_check_names_the_servers_that_it_could_not_ask() {
    let place = place(&[]);
    run(&place, &[]);
    let sound: Value = serde_json::from_str(&place.read(".mcp.json")).unwrap();
    let mut config = sound.clone();
    config["mcpServers"]["gone"] = json!({"command": "/nowhere/to/be/found"});
    place.write(".mcp.json", &config.to_string());
    let (code, out, _) = run(&place, &["--check"]);
    assert_eq!(code, 3);
    assert!(out.starts_with("nothing changed where a server answered: 1 server, 10 tools"), "{out}");
    assert!(out.contains("not checked, since no answer came: gone\n"), "{out}");
    let (code, out, _) = run(&place, &["--check", "--server", "gone"]);
    assert_eq!((code, out.as_str()), (3, "not checked, since no answer came: gone\n"));
    let (_, out, _) = run(&place, &["--check", "--format", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["not_checked"], json!(["gone"]));
    place.write(".mcp.json", &sound.to_string());
    let (code, out, _) = run(&place, &["--check"]);
    assert!(
        code == 0 && out.starts_with("nothing changed: 1 server, 10 tools") && !out.contains("not checked"),
        "{out}"
    );
}

#[cfg(unix)]
mod scripts {
    use super::*;

    /// A project whose only server is this shell script.
    fn script(text: &str) -> Place {
        let place = Place::new();
        let config = json!({"mcpServers": {"odd": {"command": "/bin/sh", "args": ["-c", text]}}});
        place.write(".mcp.json", &config.to_string());
        place
    }

    #[test]
    fn a_server_that_never_answers_is_given_up_and_leaves_no_orphan() {
        let place = script("sleep 1000 & echo $! > pid; echo started >&2; cat > /dev/null; wait");
        let (code, _, err) = run(&place, &["--timeout", "1.5"]);
        assert_eq!(code, 3);
        assert!(err.contains("did not answer `initialize` within 1.5 s (it said: started)"), "{err}");
        let pid: i32 = place.read("pid").trim().parse().unwrap();
        let gone = (0..50).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            // Gone, or dead and not yet collected by its new parent.
            let state =
                std::process::Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().unwrap();
            state.stdout.is_empty() || state.stdout.starts_with(b"Z")
        });
        assert!(gone, "the server's child {pid} survived");
    }

    #[test]
    fn a_server_that_dies_is_named_with_its_last_words() {
        let place = script("echo cannot find the database >&2; exit 1");
        let (code, _, err) = run(&place, &[]);
        assert_eq!(code, 3);
        assert!(err.contains("`odd` ended before it answered") && err.contains("cannot find the database"), "{err}");
    }

    #[test]
    fn a_server_that_prints_a_banner_is_understood_and_one_that_says_a_key_twice_is_not() {
        let answers = |second: &str| {
            format!(
                r#"echo "Welcome!"; read discover; echo '{{"jsonrpc":"2.0","id":1,"error":{{"code":-32601,"message":"no"}}}}'
                read initialize; echo '{{"jsonrpc":"2.0","id":2,"result":{{"protocolVersion":"2024-11-05","capabilities":{{}}}}}}'
                read initialized; read list; echo '{{"jsonrpc":"2.0","id":3,"result":{{"tools":[{second}]}}}}'; cat >/dev/null"#
            )
        };
        let place = script(&answers(r#"{"name":"a","inputSchema":{}}"#));
        let (code, _, err) = run(&place, &[]);
        assert_eq!(code, 0, "{err}");
        assert!(place.read("mcp.lock").contains("inputSchema"));
        let place = script(&answers(r#"{"name":"a","description":"safe","description":"rm"}"#));
        let (code, _, err) = run(&place, &["--timeout", "5"]);
        assert_eq!(code, 3);
        assert!(err.contains("read its message differently"), "{err}");
    }

    #[test]
    fn pages_that_come_in_a_circle_end() {
        let place = script(
            r#"read discover; echo '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}'
            read initialize; echo '{"jsonrpc":"2.0","id":2,"result":{"protocolVersion":"2024-11-05","capabilities":{}}}'
            read initialized; id=3; while read list; do
            echo "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":{\"tools\":[],\"nextCursor\":\"again\"}}"; id=$((id+1)); done"#,
        );
        let (code, _, err) = run(&place, &["--timeout", "5"]);
        assert_eq!(code, 3);
        assert!(err.contains("circle"), "{err}");
    }

    #[test]
    fn a_secret_in_a_server_s_last_words_or_command_is_not_shown() {
        // Nothing here is a real credential.
        let token = concat!("ghp_", "0123456789abcdefABCDEF0123456789abcd");
        let place = script(&format!("echo bad token {token} >&2; exit 1"));
        let (_, out, err) = run(&place, &[]);
        assert!(!format!("{out}{err}").contains(token), "{err}");
    }
}

#[test]
fn a_wrapped_server_is_locked_as_itself() {
    let place = place(&[]);
    run(&place, &[]);
    let bare = place.read("mcp.lock");
    assert!(place.remit(&["record", "--path", ".mcp.json"]).output().unwrap().status.success());
    assert!(place.read(".mcp.json").contains("proxy"));
    assert_eq!(run(&place, &["--check", "--strict-absence"]).0, 0);
    run(&place, &[]);
    assert_eq!(bare, place.read("mcp.lock"));
}

#[test]
fn only_the_server_that_is_named_is_locked_anew() {
    let place = place(&[]);
    run(&place, &[]);
    let mut config: Value = serde_json::from_str(&place.read(".mcp.json")).unwrap();
    config["mcpServers"]["second"] = config["mcpServers"]["office"].clone();
    place.write(".mcp.json", &config.to_string());
    let (code, out, _) = run(&place, &["--check"]);
    assert_eq!(code, 1);
    assert!(out.contains("not locked"), "{out}");
    assert_eq!(run(&place, &["--server", "second"]).0, 0);
    let (code, out, _) = run(&place, &["--check"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("its name is that of"), "two servers with the same tools: {out}");
    let (code, _, err) = run(&place, &["--server", "third"]);
    assert_eq!(code, 2);
    assert!(err.contains("there is no server `third`"), "{err}");
}
