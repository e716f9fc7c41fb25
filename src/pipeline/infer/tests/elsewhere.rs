//! What was run elsewhere is not granted here.

use serde_json::{Value, json};

use super::make::call;
use super::{learn, read_back, verdict};
use crate::model::request::Request;
use crate::model::verdict::Decision;
use crate::pipeline::infer::settings::Strictness;

/// Whether each of these is granted once the first was recorded.
fn granted(recorded: &Value, others: &[Value]) -> Vec<bool> {
    let run = |command: &Value| call("run", json!({ "command": command }));
    let sessions: Vec<Vec<Request>> = vec![vec![run(recorded)]; 4];
    let policy = read_back(&learn(&sessions, Strictness::Balanced));
    let all = std::iter::once(recorded).chain(others);
    all.map(|command| verdict(&policy, &run(command)) != Decision::Deny).collect()
}

#[test]
fn a_command_over_ssh_or_in_a_container_is_granted_there_and_not_here() {
    for (recorded, inner) in [
        ("ssh web1 'systemctl restart app'", "systemctl restart app"),
        ("ssh -p 22 ann@web1 cat /var/log/app.log", "cat /var/log/app.log"),
        ("ssh web1 'cd /srv && make deploy'", "make deploy"),
        ("docker exec app cat config.txt", "cat config.txt"),
        ("kubectl exec pod -- printenv", "printenv"),
        ("ls && ssh web1 uptime", "uptime"),
    ] {
        let other = json!(recorded.replace("web1", "web2").replace("app", "evil").replace("pod", "evil"));
        let verdicts = granted(&json!(recorded), &[json!(inner), other.clone()]);
        let same = other == json!(recorded);
        assert_eq!(verdicts, [true, false, same], "{recorded}");
    }
    let vector = json!(["ssh", "web1", "make deploy"]);
    assert_eq!(granted(&vector, &[json!(["make", "deploy"]), json!("make deploy")]), [true, false, false]);
}

#[test]
fn a_command_in_a_shell_of_this_machine_is_granted_by_itself_and_another_not() {
    for recorded in ["bash -c 'make deploy'", "timeout 5 make deploy"] {
        assert_eq!(
            granted(&json!(recorded), &[json!("make deploy"), json!("make evil")]),
            [true, true, false],
            "{recorded}"
        );
    }
}
