//! Client configurations: found, wrapped and restored, byte for byte.

use std::path::PathBuf;

use crate::support::Place;

/// A client, where its file lies, and what stands in it: styles as people and editors write them.
fn files(place: &Place) -> Vec<(&'static str, PathBuf, String)> {
    let project = place.project().display().to_string().replace('\\', "/");
    let one = "{\"mcpServers\": {\"s\": {\"command\": \"npx\", \"args\": [\"-y\", \"pkg\"], \"env\": {\"T\": \"${TOKEN}\"}}}}";
    let tabs = "{\r\n\t\"mcpServers\": {\r\n\t\t\"s\": {\r\n\t\t\t\"command\": \"uvx\"\r\n\t\t}\r\n\t}\r\n}\r\n";
    let comments = "// mine\n{\n  /* all */ \"servers\": {\n    \"s\": { \"type\": \"stdio\", \"command\": \"npx\", \"args\": [ /* none */ ], },\n  },\n  \"inputs\": [],\n}\n";
    let local = format!(
        "{{\"numStartups\": 12, \"mcpServers\": {{\"u\": {{\"command\": \"a\"}}}}, \"projects\": {{\"{project}\": {{\"mcpServers\": {{\"s\": {{\"command\": \"b\", \"args\": []}}}}}}, \"/other\": {{\"mcpServers\": {{\"o\": {{\"command\": \"c\"}}}}}}}}}}"
    );
    let marked = format!("\u{feff}{one}\n");
    vec![
        ("claude-code", place.project().join(".mcp.json"), one.into()),
        ("claude-code", place.home().join(".claude.json"), local),
        ("cursor", place.project().join(".cursor/mcp.json"), marked),
        ("cursor", place.home().join(".cursor/mcp.json"), tabs.into()),
        ("vscode", place.project().join(".vscode/mcp.json"), comments.into()),
        ("windsurf", place.home().join(".codeium/windsurf/mcp_config.json"), one.replace(' ', "")),
        ("gemini", place.home().join(".gemini/settings.json"), format!("{{\"theme\": 1.50, // why\n{}", &one[1..])),
        #[cfg(target_os = "linux")]
        ("claude-desktop", place.home().join(".config/Claude/claude_desktop_config.json"), one.into()),
    ]
}

fn write(path: &std::path::Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[test]
fn every_clients_file_is_wrapped_and_comes_back_byte_for_byte() {
    let sample = Place::new();
    for number in 0..files(&sample).len() {
        let place = Place::new();
        let (client, path, text) = files(&place).swap_remove(number);
        write(&path, &text);
        place.remit(&["record", "--client", client]).assert().code(0);
        let wrapped = std::fs::read_to_string(&path).unwrap();
        assert!(wrapped.contains("\"--mode\", \"record\""), "{client}: {wrapped}");
        place.remit(&["record", "--client", client, "--stop"]).assert().code(0);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "{client}");
    }
}

#[test]
fn every_file_of_the_table_is_found_wrapped_and_restored() {
    use mcp_remit::edge::clients::table::{Base, CLIENTS, PROJECT};
    for client in CLIENTS {
        let users = client.user.iter().filter(|file| cfg!(target_os = "linux") || file.base == Base::Home);
        let users = users.map(|file| (file.base == Base::AppData, true, file.path, file.sections));
        let projects = client.project.iter().map(|file| (false, false, file.path, file.sections));
        for (of_apps, of_user, name, sections) in users.chain(projects) {
            for section in sections.iter() {
                let place = Place::new();
                let mut text = String::from("{ \"s\": { \"command\": \"npx\", \"args\": [\"-y\", \"x\"] } }");
                for key in section.iter().rev() {
                    let project = place.project().display().to_string().replace('\\', "/");
                    let key = if *key == PROJECT { &project } else { *key };
                    text = format!("{{\n  \"{key}\": {text}\n}}");
                }
                let folder = if of_user { place.home() } else { place.project() };
                let path = if of_apps { folder.join(".config").join(name) } else { folder.join(name) };
                write(&path, &text);
                place.remit(&["record", "--client", client.id]).assert().code(0);
                let wrapped = std::fs::read_to_string(&path).unwrap();
                assert!(wrapped.contains("\"proxy\""), "{} {name}", client.id);
                place.remit(&["record", "--client", client.id, "--stop"]).assert().code(0);
                assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "{} {name}", client.id);
            }
        }
    }
}

#[test]
fn only_this_projects_servers_of_claude_code_are_touched() {
    let place = Place::new();
    let (_, path, text) = files(&place).into_iter().find(|(_, path, _)| path.ends_with(".claude.json")).unwrap();
    write(&path, &text);
    place.remit(&["record", "--client", "claude-code"]).assert().code(0);
    let wrapped = std::fs::read_to_string(&path).unwrap();
    assert_eq!(wrapped.matches("\"proxy\"").count(), 2);
    assert!(wrapped.contains("\"o\": {\"command\": \"c\"}"));
}

#[test]
fn a_file_that_several_clients_read_is_wrapped_once() {
    let place = Place::new();
    let path = place.write(".mcp.json", r#"{"mcpServers": {"s": {"command": "npx"}}}"#);
    let said = place.remit(&["record", "--client", "all"]).assert().code(0).get_output().stdout.clone();
    assert!(String::from_utf8(said).unwrap().contains("Claude Code and 5 more  .mcp.json"));
    assert_eq!(std::fs::read_to_string(&path).unwrap().matches("\"proxy\"").count(), 1);
    place.remit(&["record", "--client", "cursor"]).assert().code(0);
    assert_eq!(std::fs::read_to_string(&path).unwrap().matches("\"proxy\"").count(), 1);
}

#[cfg(unix)]
#[test]
fn a_linked_configuration_stays_a_link_and_keeps_its_mode() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let place = Place::new();
    let real = place.write_home("dotfiles/cursor.json", r#"{"mcpServers": {"s": {"command": "npx"}}}"#);
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::fs::create_dir_all(place.home().join(".cursor")).unwrap();
    let link = place.home().join(".cursor/mcp.json");
    symlink(&real, &link).unwrap();
    place.remit(&["record", "--client", "cursor"]).assert().code(0);
    assert!(std::fs::symlink_metadata(&link).unwrap().file_type().is_symlink());
    assert!(std::fs::read_to_string(&real).unwrap().contains("\"proxy\""));
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn what_is_remembered_is_private_and_holds_no_secret() {
    let place = Place::new();
    place.write(".mcp.json", r#"{"mcpServers": {"s": {"command": "npx", "env": {"T": "made-up-secret"}}}}"#);
    place.remit(&["record", "--client", "claude-code"]).assert().code(0);
    let folder = place.home().join(".local/state/remit/wraps");
    let kept: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(kept.len(), 1);
    assert!(!std::fs::read_to_string(&kept[0]).unwrap().contains("made-up"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&kept[0]).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

// Limits: docs/LIMITS.md says each of these. A test that fails here has made a sentence there untrue.

#[test]
fn limit_clients_with_toml_or_yaml_are_not_known() {
    let place = Place::new();
    place.write_home(".codex/config.toml", "[mcp_servers.s]\ncommand = \"npx\"\n");
    for client in ["codex", "goose", "continue"] {
        place.remit(&["record", "--client", client]).assert().code(2);
    }
    place.remit(&["scan"]).assert().code(4);
}

#[test]
fn limit_files_of_folders_above_and_of_profiles_are_not_looked_at() {
    let place = Place::new();
    let text = r#"{"mcpServers": {"s": {"command": "npx"}}, "servers": {"s": {"command": "npx"}}}"#;
    write(&place.project().parent().unwrap().join(".mcp.json"), text);
    place.write_home(".config/Code/User/profiles/p1/mcp.json", text);
    place.remit(&["scan"]).assert().code(4);
}

#[test]
fn limit_remit_behind_another_program_is_not_recognised() {
    let place = Place::new();
    let text =
        r#"{"mcpServers": {"s": {"command": "nice", "args": ["remit", "proxy", "--mode", "enforce", "--", "npx"]}}}"#;
    let path = place.write(".mcp.json", text);
    place.remit(&["record"]).assert().code(0);
    assert_eq!(std::fs::read_to_string(path).unwrap().matches("\"proxy\"").count(), 2);
}

#[cfg(unix)]
#[test]
fn limit_a_hard_link_to_a_configuration_keeps_the_old_text() {
    let place = Place::new();
    let path = place.write(".mcp.json", r#"{"mcpServers": {"s": {"command": "npx"}}}"#);
    let other = place.project().join("other.json");
    std::fs::hard_link(&path, &other).unwrap();
    place.remit(&["record"]).assert().code(0);
    assert!(!std::fs::read_to_string(other).unwrap().contains("proxy"));
}
