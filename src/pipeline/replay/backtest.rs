//! Recorded requests under a policy: a benign one that is no longer allowed is a regression.

use std::collections::BTreeMap;

use super::Ground;
use super::coverage;
use super::score::spoke;
use crate::decision::decide::decide;
use crate::decision::policy::Policy;
use crate::model::facts::Facts;
use crate::model::history::History;
use crate::model::request::{Action, Request};
use crate::model::score::{Backtest, Change};
use crate::model::time::Timestamp;
use crate::model::trace::{Event, Line, Outcome, Recorded, Session};
use crate::model::verdict::{Decision, Verdict};

/// Changes that are kept to be shown.
const SHOWN: usize = 100;

/// One request of a recording that was done, with the facts of the time.
#[derive(Debug, Clone, PartialEq)]
pub struct Done<'a> {
    /// Its line, from 1.
    pub line: u64,
    pub request: Request,
    pub facts: Facts,
    /// The server's name as written.
    pub server: &'a str,
}

/// The requests of one file that succeeded, and how many did not. Of an untimed line the time is that of the line
/// before; `ground` is where bare calls are made.
pub fn requests<'a>(events: &'a [(u64, Recorded)], ground: &Ground) -> (Vec<Done<'a>>, u64) {
    let outcomes: BTreeMap<(&str, u64), Outcome> = events
        .iter()
        .filter_map(|(_, event)| match event {
            Recorded::Line(Line { server, event: Event::Result { call, outcome, .. }, .. }) => {
                Some(((server.as_str(), *call), *outcome))
            }
            _ => None,
        })
        .collect();
    let mut session: Option<&Session> = None;
    let mut time = ground.time;
    let mut done = Vec::new();
    let mut skipped = 0;
    for (line, event) in events {
        let (server, number, action, facts) = match event {
            Recorded::Bare(call) => {
                time = call.time.unwrap_or(time);
                let action = Action::Call { tool: call.tool.clone(), arguments: call.arguments.clone() };
                (call.server.as_str(), None, action, Facts { time: None, ..ground.facts() })
            }
            Recorded::Line(Line { time: at, server, event, .. }) => {
                time = *at;
                let (number, action, facts) = match event {
                    Event::Session(found) => {
                        session = Some(found);
                        continue;
                    }
                    Event::Call { call, tool, arguments, facts } => {
                        (*call, Action::Call { tool: tool.clone(), arguments: arguments.clone() }, facts.clone())
                    }
                    Event::Resource { call, uri, facts } => {
                        (*call, Action::Resource { uri: uri.clone() }, facts.clone())
                    }
                    Event::Prompt { call, name, arguments } => {
                        let facts = session.map_or_else(|| Facts { time: None, ..ground.facts() }, facts_of);
                        (*call, Action::Prompt { name: name.clone(), arguments: arguments.clone() }, facts)
                    }
                    Event::Tools { .. } | Event::Result { .. } => continue,
                };
                (server.as_str(), Some(number), action, facts)
            }
        };
        if number.is_some_and(|number| outcomes.get(&(server, number)) != Some(&Outcome::Ok)) {
            skipped += 1;
            continue;
        }
        let facts = Facts { time: Some(facts.time.unwrap_or(time)), ..facts };
        done.push(Done { line: *line, request: Request { server: server.to_owned(), action }, facts, server });
    }
    (done, skipped)
}

fn facts_of(session: &Session) -> Facts {
    Facts {
        project: session.project.clone(),
        cwd: session.cwd.clone(),
        home: session.home.clone(),
        os: session.os,
        ..Facts::default()
    }
}

/// Judges the requests of one file, history accumulating over it, and adds what came of them. `judged`: after each.
pub fn judge(policy: &Policy, file: &str, done: &[Done<'_>], skipped: u64, into: &mut Backtest, judged: impl Fn()) {
    let mut history = History::default();
    into.skipped += skipped;
    for request in done {
        let verdict = decide(policy, &history, &request.facts, &request.request);
        let now = request.facts.time.unwrap_or(Timestamp(0));
        // What was done had been allowed or approved, so it counts whatever is said of it now.
        history.add(&verdict.marks, now, Timestamp(i64::MIN));
        if verdict.decision != Decision::Deny {
            into.exercised.extend(coverage::name_of(policy.document(), &request.request));
        }
        count(file, request, &verdict, into);
        judged();
    }
}

fn count(file: &str, done: &Done<'_>, verdict: &Verdict, into: &mut Backtest) {
    let blind = verdict.decision == Decision::Deny && rests_on_redaction(verdict);
    match verdict.decision {
        Decision::Allow => {
            into.unchanged += 1;
            for reason in verdict.because.iter().filter(|reason| reason.effect == Decision::Allow) {
                *into.used.entry(reason.rule.pointer.clone()).or_default() += 1;
            }
            return;
        }
        Decision::Ask => into.newly_asked += 1,
        Decision::Deny if blind => into.not_replayable += 1,
        Decision::Deny => into.newly_denied += 1,
    }
    if into.changed.len() < SHOWN {
        into.changed.push(Change {
            at: format!("{file}:{}", done.line),
            what: done.request.name(),
            arguments: done.request.arguments().cloned(),
            now: verdict.decision,
            not_replayable: blind,
            rule: spoke(verdict),
        });
    }
}

/// Whether each denial is about a value that the recording holds only as a token.
fn rests_on_redaction(verdict: &Verdict) -> bool {
    let mut denials = verdict.because.iter().filter(|reason| reason.effect == Decision::Deny).peekable();
    denials.peek().is_some()
        && denials.all(|reason| reason.value.as_deref().is_some_and(|value| value.contains("[redacted:")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facts::Os;
    use crate::model::trace::parse;

    fn ground() -> Ground {
        Ground { project: "/p".into(), home: "/h".into(), os: Os::Posix, time: Timestamp(5) }
    }

    fn events(lines: &[&str]) -> Vec<(u64, Recorded)> {
        lines.iter().zip(1..).map(|(line, at)| (at, parse(line).unwrap())).collect()
    }

    #[test]
    fn a_bare_call_is_made_in_the_project_at_the_time_of_the_line_before() {
        let events = events(&[
            r#"{"server":"s","tool":"t","time":"1970-01-01T00:00:01Z"}"#,
            r#"{"server":"s","tool":"t","arguments":{"a":1}}"#,
        ]);
        let (done, skipped) = requests(&events, &ground());
        assert_eq!(skipped, 0);
        assert_eq!(done[1].facts.time, Some(Timestamp(1000)));
        assert_eq!((done[1].facts.project.as_str(), done[1].line), ("/p", 2));
    }

    #[test]
    fn what_failed_or_was_never_answered_is_skipped() {
        let call = |number: u64| {
            format!(
                r#"{{"v":1,"time":"2026-11-20T10:00:00Z","server":"s","event":"call","call":{number},"tool":"t","facts":{{"project":"/q","cwd":"/q"}}}}"#
            )
        };
        let result = |number: u64, outcome: &str| {
            format!(
                r#"{{"v":1,"time":"2026-11-20T10:00:00Z","server":"s","event":"result","call":{number},"outcome":"{outcome}"}}"#
            )
        };
        let lines = [call(0), result(0, "ok"), call(1), result(1, "denied"), call(2), result(2, "error"), call(3)];
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let events = events(&lines);
        let (done, skipped) = requests(&events, &ground());
        assert_eq!((done.len(), skipped), (1, 3));
        assert_eq!(done[0].facts.project, "/q", "the recorded facts are used");
    }
}
