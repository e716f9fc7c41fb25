//! A policy file: any text is a policy or a list of problems, each with its place, the same ones each time; and a policy
//! grants nothing to a server that it does not name.

use mcp_remit::decision::decide::decide;
use mcp_remit::decision::policy::load;
use mcp_remit::model::facts::Facts;
use mcp_remit::model::history::History;
use mcp_remit::model::request::Request;
use mcp_remit::model::verdict::Decision;
use serde_json::{Map, Value};

pub fn check(bytes: &[u8]) {
    let text = super::text(bytes);
    let once = load(&text, "p.yaml");
    let again = load(&text, "p.yaml");
    let (policy, findings) = match (once, again) {
        (Ok((policy, findings)), Ok((again, same))) => {
            assert_eq!((policy.document(), policy.digest()), (again.document(), again.digest()));
            assert_eq!(findings, same);
            (policy, findings)
        }
        (Err(problems), Err(same)) => {
            assert_eq!(problems, same);
            assert!(!problems.0.is_empty(), "refused without a word");
            // A text may end in a line break, and what is missing stands behind it.
            let lines = text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count() as u64 + 1;
            for problem in &problems.0 {
                assert!((1..=lines).contains(&problem.at.line), "{problem} stands nowhere");
                assert!(!problem.message.is_empty());
            }
            return;
        }
        _ => panic!("loaded once and refused once"),
    };
    let facts = Facts { project: "/p".into(), cwd: "/p".into(), home: Some("/h".into()), ..Facts::default() };
    let ask = |server: &str, tool: &str, arguments: Value| {
        let arguments = arguments.as_object().cloned().unwrap_or_else(Map::new);
        decide(&policy, &History::default(), &facts, &Request::call(server, tool, arguments))
    };
    if !policy.document().default_allow {
        assert_eq!(ask("nobody names this server", "t", Value::Null).decision, Decision::Deny);
    }
    for (name, server) in policy.document().servers.iter().take(20) {
        for tool in &server.denied_tools {
            assert_eq!(ask(name, tool, Value::Null).decision, Decision::Deny, "`{tool}` is denied by name");
        }
        for tool in server.tools.keys().take(20) {
            let arguments = serde_json::json!({"path": "~/.ssh/id_rsa", "url": "http://169.254.169.254/"});
            let verdict = ask(name, tool, arguments);
            let open = !server.unprotected.is_empty();
            assert!(open || verdict.decision == Decision::Deny, "`{tool}` reads a key: {:?}", verdict.because);
        }
    }
    drop(findings);
}
