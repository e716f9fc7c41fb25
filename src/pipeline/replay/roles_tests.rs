use super::*;
use crate::model::policy::Args;
use serde_json::json;

fn roles(server: &str, tool: &str, schema: &Value) -> Vec<String> {
    let known = Known { server, tool, schema: Some(schema), rule: None, seen: &[], done: None };
    slots(&known).iter().map(show).collect()
}

fn show(slot: &Slot) -> String {
    let at: String = slot
        .at
        .iter()
        .map(|segment| match segment {
            Segment::Key(key) => format!("/{key}"),
            Segment::Item => "/*".to_owned(),
        })
        .collect();
    format!("{at} {:?}", slot.role)
}

#[test]
fn words_of_a_name_in_every_style() {
    for name in ["send_email", "sendEmail", "send-email", "Send.Email"] {
        assert_eq!(words(name), ["send", "email"], "{name}");
    }
}

#[test]
fn a_path_is_read_or_written_as_the_tool_says() {
    let schema = json!({"type":"object","properties":{"path":{"type":"string"}}});
    assert_eq!(roles("fs", "read_text_file", &schema), ["/path ReadPath"]);
    assert_eq!(roles("fs", "write_file", &schema), ["/path WritePath"]);
    assert_eq!(roles("fs", "frob", &schema), ["/path ReadPath", "/path WritePath"]);
}

#[test]
fn paths_are_found_in_arrays_and_objects() {
    let schema = json!({"type":"object","properties":{
        "paths":{"type":"array","items":{"type":"string"}},
        "options":{"type":"object","properties":{"outputFile":{"type":"string"}}}}});
    assert_eq!(roles("fs", "read_multiple_files", &schema), ["/options/outputFile WritePath", "/paths/* ReadPath"]);
}

#[test]
fn a_query_is_sql_on_a_database_only() {
    let schema = json!({"type":"object","properties":{"query":{"type":"string"}}});
    assert_eq!(roles("sqlite", "read_query", &schema), ["/query Sql"]);
    assert!(roles("memory", "search_nodes", &schema).is_empty());
}

#[test]
fn who_gets_money_is_an_account() {
    let schema = json!({"type":"object","properties":{"recipient":{"type":"string"},"amount":{"type":"number"}}});
    assert_eq!(roles("bank", "send_money", &schema), ["/amount Amount", "/recipient Account"]);
}

#[test]
fn a_closed_set_and_a_number_have_no_role() {
    let schema = json!({"type":"object","properties":{"path":{"enum":["a"]},"file":{"type":"integer"}}});
    assert!(roles("x", "y", &schema).is_empty());
}

#[test]
fn the_policy_speaks_before_the_name() {
    let rule = Tool {
        args: Args::Listed([("body".to_owned(), Constraint::Each(Box::new(Constraint::Urls(vec![]))))].into()),
        ..Tool::default()
    };
    let known = Known { server: "x", tool: "y", schema: None, rule: Some(&rule), seen: &[], done: None };
    assert_eq!(slots(&known).iter().map(show).collect::<Vec<_>>(), ["/body/* Url"]);
}

#[test]
fn a_value_that_was_seen_tells_where_the_name_does_not() {
    let seen = [json!({"thing":"https://x.org/","what":"/etc/hosts"}).as_object().unwrap().clone()];
    let known = Known { server: "x", tool: "read_it", schema: None, rule: None, seen: &seen, done: None };
    assert_eq!(slots(&known).iter().map(show).collect::<Vec<_>>(), ["/thing Url", "/what ReadPath"]);
}

#[test]
fn a_file_in_a_repository_elsewhere_is_no_place_on_this_machine() {
    let schema = json!({"type":"object","properties":{"path":{"type":"string"}}});
    assert!(roles("github", "get_file_contents", &schema).is_empty());
}

#[test]
fn a_folder_to_work_in_is_looked_at_unless_a_repository_is_made_of_it() {
    let schema = json!({"type":"object","properties":{"repo_path":{"type":"string"}}});
    assert_eq!(roles("git", "git_checkout", &schema), ["/repo_path ReadPath"]);
    assert_eq!(roles("git", "git_init", &schema), ["/repo_path WritePath"]);
}
