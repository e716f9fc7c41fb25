//! Inference: whatever was recorded, the policy that is learned from it loads, is the same in whatever order the traces
//! come, and grants no tool that nobody called.

use mcp_remit::decision::decide::decide;
use mcp_remit::decision::policy::load;
use mcp_remit::decision::redact::Redactor;
use mcp_remit::model::evidence::{Evidence, Place};
use mcp_remit::model::facts::Facts;
use mcp_remit::model::history::History;
use mcp_remit::model::policy::Redaction;
use mcp_remit::model::request::Request;
use mcp_remit::model::trace::{Recorded, parse};
use mcp_remit::model::verdict::Decision;
use mcp_remit::pipeline::infer::generalise::infer;
use mcp_remit::pipeline::infer::observe::Observer;
use mcp_remit::pipeline::infer::settings::{Settings, Strictness};
use mcp_remit::pipeline::infer::write;

/// Lines of traces; an empty line begins another session. The first byte chooses the strictness.
pub fn check(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let strictness = [Strictness::Balanced, Strictness::Exact, Strictness::Broad][usize::from(first % 3)];
    let bare = Place { project: "/p".into(), cwd: "/p".into(), home: Some("/h/u".into()), ..Place::default() };
    let settings = Settings { strictness, bare: bare.clone() };
    let redactor = Redactor::new(&[7; 32], &Redaction::default()).expect("no patterns");
    let text = super::text(rest);
    let sessions: Vec<Vec<&str>> = text.split("\n\n").take(12).map(|one| one.lines().take(40).collect()).collect();
    let gather = |sessions: &mut dyn Iterator<Item = &Vec<&str>>| {
        let mut all = Evidence::default();
        for lines in sessions {
            let mut observer = Observer::new("a", bare.clone(), &redactor);
            for line in lines {
                let _ = observer.line(line);
            }
            let (digest, session) = observer.finish();
            let mut one = Evidence::default();
            one.sessions.insert(digest, session);
            all.merge(one);
        }
        all
    };
    let forwards = gather(&mut sessions.iter());
    let backwards = gather(&mut sessions.iter().rev());
    let written = write::policy(&infer(&forwards, &settings), &[]);
    assert_eq!(written, write::policy(&infer(&backwards, &settings), &[]), "the order of traces changes the policy");
    let policy = match load(&written, "p.yaml") {
        Ok((policy, _)) => policy,
        Err(problems) => panic!("{problems}\n{written}"),
    };
    let facts = Facts { project: "/p".into(), cwd: "/p".into(), home: Some("/h/u".into()), ..Facts::default() };
    let stranger = Request::call("nobody", "ever", serde_json::Map::new());
    assert_eq!(decide(&policy, &History::default(), &facts, &stranger).decision, Decision::Deny);
    for line in sessions.iter().flatten() {
        let Ok(Recorded::Bare(call)) = parse(line) else { continue };
        let tool = format!("{} that nobody called", call.tool);
        let request = Request::call(call.server, tool, call.arguments);
        let verdict = decide(&policy, &History::default(), &facts, &request);
        assert_eq!(verdict.decision, Decision::Deny, "{written}");
    }
}
