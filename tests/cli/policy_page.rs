//! docs/policy.md: the tables of it are made of what the program says of itself, so that they are never behind it.

use std::fmt::Write;

use mcp_remit::decision::effects::keys;
use mcp_remit::decision::protections;
use serde_json::Value;

use crate::support::Place;

/// Everything below this line is written by the program.
const GENERATED: &str = "<!-- written by `WRITE_DOCS=1 cargo test --test cli policy_page` -->\n";

#[test]
fn the_page_about_policies_names_every_key_every_protection_and_every_name_of_an_argument() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/policy.md");
    let page = std::fs::read_to_string(&file).unwrap();
    let by_hand = page.split(GENERATED).next().unwrap();
    let whole = format!("{by_hand}{GENERATED}{}", generated());
    if std::env::var_os("WRITE_DOCS").is_some() {
        std::fs::write(&file, &whole).unwrap();
    }
    assert!(std::fs::read_to_string(&file).unwrap() == whole, "docs/policy.md is not what the code says: WRITE_DOCS=1");
}

#[test]
fn the_policies_of_the_page_load() {
    let page =
        std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/policy.md")).unwrap();
    let mut policies = page.split("```yaml\n").skip(1).map(|block| block.split("```").next().unwrap()).peekable();
    assert!(policies.peek().is_some());
    for policy in policies {
        let place = Place::new();
        place.write("mcp.policy.yaml", policy);
        place.remit(&["check"]).assert().code(0);
    }
}

fn generated() -> String {
    let output = Place::new().remit(&["schema"]).assert().code(0).get_output().clone();
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut text = String::new();
    mapping(&mut text, "The file", &schema);
    for (name, title) in [("server", "One server"), ("tool", "One tool"), ("constraint", "Constraints")] {
        mapping(&mut text, title, &schema["$defs"][name]);
    }
    text.push_str(
        "\nTwo kinds in one mapping: both must hold. A list of constraints: any one. `any`: no constraint.\n",
    );
    table_of_protections(&mut text);
    table_of_names(&mut text);
    text
}

/// The keys of a mapping, and below them those of the mappings that stand under its keys.
fn mapping(text: &mut String, title: &str, schema: &Value) {
    writeln!(text, "\n## {title}\n\n| key | means |\n|---|---|").unwrap();
    rows(text, "", schema);
}

fn rows(text: &mut String, above: &str, schema: &Value) {
    for (key, entry) in properties(schema).into_iter().flatten() {
        let means = entry["description"].as_str().unwrap_or_default().replace('|', "\\|");
        writeln!(text, "| `{above}{key}` | {means} |").unwrap();
        for (inner, mark) in [(entry, "."), (&entry["items"], "[].")] {
            rows(text, &format!("{above}{key}{mark}"), inner);
        }
    }
}

/// The keys that a mapping knows, also where something else may stand there.
fn properties(schema: &Value) -> Option<&serde_json::Map<String, Value>> {
    let either = || schema["anyOf"].as_array()?.iter().find_map(|one| one["properties"].as_object());
    schema["properties"].as_object().or_else(either)
}

fn table_of_protections(text: &mut String) {
    text.push_str("\n## Protections\n\n| name | because | what |\n|---|---|---|\n");
    for name in protections::names() {
        let protection = protections::find(name).unwrap();
        let what: Vec<String> =
            protection.names.iter().chain(protection.places).map(|name| format!("`{name}`")).collect();
        writeln!(text, "| `{name}` | {} | {} |", protection.what, what.join(" ")).unwrap();
    }
    text.push_str("\nNames count wherever they stand, in any letter case; `.env.example` and the like are free.\n");
}

fn table_of_names(text: &mut String) {
    text.push_str(
        "\n## What an argument is, where no constraint says so\n\n\
         By its key, without letter case and signs (`filePath` is `file_path`), at any depth; then by its form: `/x`, `~/x`,\n\
         `../x`, `C:\\x`, `file:` are paths at any key but those of the last two rows, `https://` is a URL. Of a longer key\n\
         the last word counts where it says path: `requestFilePath`, `log_dir`. Strings of an array are also read as words\n\
         of a command line: `--out=/x`, `@/x`.\n\n\
         | read as | keys |\n|---|---|\n",
    );
    for (kind, names) in keys::table() {
        let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        writeln!(text, "| {} | {} |", kind.meaning(), names.join(" ")).unwrap();
    }
}
