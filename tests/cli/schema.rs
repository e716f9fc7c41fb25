//! `remit schema`: what it prints holds for every policy and pack that there is.

use serde_json::Value;

use crate::support::{Place, json_schema};

fn printed(args: &[&str]) -> String {
    let output = Place::new().remit(&[&["schema"], args].concat()).assert().code(0).get_output().clone();
    String::from_utf8(output.stdout).unwrap()
}

fn schema(args: &[&str]) -> Value {
    serde_json::from_str(&printed(args)).unwrap()
}

fn repository(path: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn problems(schema: &Value, yaml: &str) -> Vec<String> {
    json_schema::problems(schema, &serde_saphyr::from_str(yaml).unwrap())
}

#[test]
fn every_policy_that_is_shown_to_people_is_valid() {
    let schema = schema(&[]);
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let mut shown: Vec<String> = std::fs::read_dir(repository("examples/policies"))
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let readme = std::fs::read_to_string(repository("README.md")).unwrap();
    shown.extend(readme.split("```yaml\n").skip(1).map(|block| block.split("```").next().unwrap().to_owned()));
    assert!(shown.len() >= 2);
    for policy in shown {
        assert_eq!(problems(&schema, &policy), Vec::<String>::new());
    }
}

#[test]
fn every_attack_pack_is_valid_and_a_misspelt_one_is_not() {
    let schema = schema(&["packs"]);
    let mut packs = 0;
    for entry in std::fs::read_dir(repository("attack-packs")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert_eq!(problems(&schema, &text), Vec::<String>::new());
        packs += 1;
    }
    assert!(packs > 10);
    let place = Place::new();
    for wrong in [
        "version: 1\ntheme: x\natacks: []\n",
        "version: 2\ntheme: x\n",
        "theme: x\n",
        "version: 1\ntheme: x\nattacks: [{ id: a, title: a, source: a, steps: [] }]\n",
        "version: 1\ntheme: x\nattacks: [{ id: a, title: a, source: a, steps: [{ role: sqll, value: x, harm: payment }] }]\n",
    ] {
        assert_ne!(problems(&schema, wrong), Vec::<String>::new(), "{wrong}");
        place.write("p.yaml", "version: 1\nservers: { a: { allowed_tools: [b] } }\n");
        place.write("packs/mine.yaml", wrong);
        place.remit(&["replay", "--policy", "p.yaml", "--pack", "packs/mine.yaml"]).assert().code(2);
    }
}

#[test]
fn the_schemas_in_the_repository_are_what_is_printed() {
    for (args, file) in
        [(&[][..], "schemas/mcp.policy.schema.json"), (&["packs"][..], "schemas/attack-pack.schema.json")]
    {
        let published = std::fs::read_to_string(repository(file)).unwrap();
        assert!(published == printed(args), "{file} is old: remit schema {} --out {file}", args.join(" "));
    }
}

#[test]
fn it_is_written_to_a_file_where_one_is_named() {
    let place = Place::new();
    let output = place.remit(&["schema", "--out", "schemas/p.json"]).assert().code(0).get_output().clone();
    assert_eq!((output.stdout.len(), place.read("schemas/p.json")), (0, printed(&[])));
    assert_eq!(printed(&["policy", "--out", "-"]), printed(&[]));
    place.remit(&["schema", "policies"]).assert().code(2);
}

const CALL: &str = "{\"server\":\"fs\",\"tool\":\"read\",\"arguments\":{\"path\":\"src/a.rs\"}}\n";

#[test]
fn a_policy_that_infer_writes_names_a_schema_that_lies_beside_it() {
    let place = Place::new();
    place.write("traces/a.jsonl", CALL);
    place.remit(&["infer", "--out", "policies/p.yaml"]).assert().code(0);
    let policy = place.read("policies/p.yaml");
    let named = policy.lines().next().unwrap().strip_prefix("# yaml-language-server: $schema=").unwrap();
    assert_eq!(place.read(&format!("policies/{named}")), printed(&[]));
    // An old one of remit's is brought up to date.
    place.write(&format!("policies/{named}"), "{ \"title\": \"mcp.policy.yaml\" }");
    place.remit(&["infer", "--out", "policies/p.yaml"]).assert().code(0);
    assert_eq!(place.read(&format!("policies/{named}")), printed(&[]));
}

#[test]
fn a_file_of_that_name_that_is_somebody_elses_stays_as_it_is() {
    let place = Place::new();
    place.write("traces/a.jsonl", CALL);
    place.write("mcp.policy.schema.json", "{ \"title\": \"mine\" }");
    let output = place.remit(&["infer"]).assert().code(0).get_output().clone();
    assert_eq!(place.read("mcp.policy.schema.json"), "{ \"title\": \"mine\" }");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("is there already") && said.contains("remit schema --out"), "{said}");
    // A policy that is printed lies nowhere, so nothing lies beside it.
    let place = Place::new();
    place.write("traces/a.jsonl", CALL);
    place.remit(&["infer", "--out", "-"]).assert().code(0);
    assert!(!place.project().join("mcp.policy.schema.json").exists());
}
