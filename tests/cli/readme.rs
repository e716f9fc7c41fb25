//! Every command of the README, run as it is written there.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::Place;

/// The commands of the README's indented blocks, without their comments, in order.
fn commands() -> Vec<String> {
    let readme = include_str!("../../README.md");
    let indented = readme.lines().filter_map(|line| line.strip_prefix("    "));
    let commands = indented.filter(|line| line.starts_with("remit ") || line.starts_with("cargo "));
    commands.map(|line| line.split("  #").next().unwrap().trim().to_owned()).collect()
}

fn is_about_the_repository(command: &str) -> bool {
    command.contains("examples/")
}

/// One short session through whatever the configuration now starts.
fn work(place: &Place) {
    let config: Value =
        serde_json::from_str(&std::fs::read_to_string(place.home().join(".cursor/mcp.json")).unwrap()).unwrap();
    let entry = &config["mcpServers"]["office"];
    let args: Vec<&str> = entry["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap()).collect();
    let mut child = Command::new(entry["command"].as_str().unwrap())
        .args(args)
        .current_dir(place.project())
        .env_clear()
        .envs(place.environment())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut into = child.stdin.take().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut ask = |id: u64, method: &str, params: Value| -> Value {
        writeln!(into, "{}", json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})).unwrap();
        loop {
            let mut line = String::new();
            assert_ne!(out.read_line(&mut line).unwrap(), 0, "the server is gone");
            let answer: Value = serde_json::from_str(&line).unwrap();
            if answer["id"] == id {
                return answer;
            }
        }
    };
    ask(
        1,
        "initialize",
        json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}),
    );
    let mut cursor = None;
    for page in 10..20 {
        let params = cursor.take().map_or(json!({}), |cursor: Value| json!({"cursor": cursor}));
        match ask(page, "tools/list", params)["result"].get("nextCursor") {
            Some(next) => cursor = Some(next.clone()),
            None => break,
        }
    }
    for (id, path) in [(20, "README.md"), (21, "src/main.rs")] {
        let answer = ask(id, "tools/call", json!({"name": "read_file", "arguments": {"path": path}}));
        assert_ne!(answer["result"]["isError"], true, "{answer}");
    }
    drop(into);
    child.wait().unwrap();
}

#[test]
fn every_command_of_the_readme_does_what_it_says() {
    let place = Place::new();
    place.write("README.md", "hello");
    place.write("src/main.rs", "fn main() {}");
    let server = json!({"command": env!("CARGO_BIN_EXE_remit"), "args": ["demo-server", "--root", place.project().parent().unwrap()]});
    let original = json!({"mcpServers": {"office": server}}).to_string();
    place.write_home(".cursor/mcp.json", &original);
    let repository = env!("CARGO_MANIFEST_DIR");
    let commands = commands();
    assert!(commands.len() >= 15, "{commands:?}");
    for command in &commands {
        let Some(line) = command.strip_prefix("remit ") else {
            assert!(
                ["cargo run --release -- demo", "cargo test", "cargo install --path ."].contains(&command.as_str()),
                "{command}"
            );
            continue;
        };
        let args: Vec<&str> = line.split_whitespace().collect();
        let mut run = place.remit(&args);
        if is_about_the_repository(command) {
            run.current_dir(repository);
        }
        let output = run.output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "remit {line}\n{out}\n{err}");
        if matches!(line, "record --client cursor" | "enforce --client cursor") {
            work(&place);
        }
    }
    assert!(place.project().join("remit-report.html").is_file());
    assert!(place.project().join(".github/workflows/remit.yml").is_file());
    assert_eq!(std::fs::read_to_string(place.home().join(".cursor/mcp.json")).unwrap(), original, "byte for byte");
}
