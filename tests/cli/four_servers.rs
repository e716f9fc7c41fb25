//! Policies that were inferred from sessions with real servers' tools, put to the test of every attack.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::Place;

const SERVERS: [&str; 4] = ["desktop-commander", "filesystem", "git", "postgres"];

fn data(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)).unwrap()
}

/// What the server offers, as its lock says it.
fn lock(server: &str) -> String {
    let lists: Value = serde_json::from_str(&data("tools/twelve-servers.json")).unwrap();
    let tools = lists["servers"][server]["tools"].as_object().unwrap();
    let pinned = |(name, schema): (&String, &Value)| {
        (name.clone(), json!({ "sha256": "", "value": { "name": name, "inputSchema": schema } }))
    };
    let tools: serde_json::Map<String, Value> = tools.iter().map(pinned).collect();
    json!({ "version": 1, "servers": { server: { "command": [server], "tools": tools } } }).to_string()
}

/// A project with four recorded sessions and the policy that was inferred from them.
fn recorded(server: &str) -> Place {
    let place = Place::new();
    for session in 1..=4 {
        place.write(
            &format!("traces/{session}.jsonl"),
            &data(&format!("sessions/four-servers/{server}-{session}.jsonl")),
        );
    }
    place.write("mcp.lock", &lock(server));
    place.remit(&["infer"]).assert().code(0);
    place
}

#[test]
fn no_attack_gets_through_what_was_inferred_from_sessions_with_four_real_servers() {
    let mut table =
        String::from("server: blocked / by protection / asked / through / not applicable, variants stopped\n");
    for server in SERVERS {
        let place = recorded(server);
        let output = place.remit(&["replay", "--format", "json"]).output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let attacks = &report["attacks"];
        let count = |what: &str| attacks["tally"][what].as_u64().unwrap();
        let variants = |what: &str| attacks["variants"][what].as_u64().unwrap();
        let (blocked, protected, asked, through) =
            (count("blocked"), count("protected"), count("asked"), count("through"));
        let stopped = variants("blocked") + variants("protected") + variants("asked");
        table.push_str(&format!(
            "{server}: {blocked} / {protected} / {asked} / {through} / {}, {stopped} of {}\n",
            attacks["notApplicable"],
            stopped + variants("through")
        ));
        assert_eq!(report["traces"]["newlyDenied"], 0, "{server}: {report}");
        assert_eq!(output.status.code(), Some(0), "{server}");
        assert!(blocked > 20 && stopped > 100, "{server}: {table}");
    }
    insta::assert_snapshot!(table);
}
