//! What is asked for within another message: by a server in its answer, by a client in one request for several things.

use serde_json::Value;

use crate::decision::effects::Matter;
use crate::decision::explain;
use crate::decision::permit::Permit;
use crate::model::facts::Facts;
use crate::model::history::History;
use crate::model::request::Action as Asks;
use crate::model::verdict::{Decision, Verdict};
use crate::pipeline::gate::{Action, Answer, Asked, Ruling, Seen, Wanted};

use super::answers;
use super::enforcer::{Case, Enforcer, Settings, because_or, forward, no, reason, rewrite};
use super::listing::could_be_allowed;

/// So many tasks are remembered.
const TASKS: usize = 4096;

impl Enforcer {
    /// The answer to a request may ask for something in its turn (2026-07-28, tasks, URLs to open), or promise it for
    /// later.
    pub(super) fn response(
        &mut self,
        seen: &Seen<'_>,
        asked: &Asked,
        wanted: &Wanted,
        facts: &Facts,
        history: &History,
    ) -> Ruling {
        let starts_tasks = matches!(asked.method.as_str(), "tools/call" | "prompts/get" | "resources/read");
        if let (Some(task), true) = (&wanted.task, starts_tasks)
            && self.tasks.len() < TASKS
        {
            self.tasks.insert(task.clone());
        }
        let ruling = self.input_wanted(seen, asked, wanted, facts, history);
        match seen.message.result() {
            Some(result) if asked.method == "tools/list" && matches!(ruling.action, Action::Forward(_)) => {
                Ruling { notes: ruling.notes, ..self.list(seen, result) }
            }
            _ => ruling,
        }
    }

    /// A page of tools, without those that are hidden.
    fn list(&mut self, seen: &Seen<'_>, result: &str) -> Ruling {
        let Settings { policy, server, monitor, .. } = &self.settings;
        let visible = |tool: &str| could_be_allowed(policy.document(), server, tool);
        let page = self.listing.look(result, visible).filter(|_| !monitor);
        match page.and_then(|page| seen.message.with_result(&page)) {
            Some(frame) => rewrite(Permit::answer(), frame),
            None => forward(Permit::answer()),
        }
    }

    fn input_wanted(
        &self,
        seen: &Seen<'_>,
        asked: &Asked,
        wanted: &Wanted,
        facts: &Facts,
        history: &History,
    ) -> Ruling {
        let mut notes = Vec::new();
        let mut refused = None;
        for matter in &wanted.matters {
            let verdict = self.judge_within(matter, facts, history);
            let method = match &matter.request.action {
                Asks::Sampling { .. } => "sampling/createMessage",
                _ => "elicitation/create",
            };
            let case = Case { message: seen.message, method, request: Some(&matter.request), now: seen.now };
            let ruling = self.conclude(&case, verdict.clone(), facts);
            notes.extend(ruling.notes);
            if !matches!(ruling.action, Action::Forward(_)) {
                refused = Some((Some(&matter.request), verdict));
            }
        }
        for method in &wanted.unknown {
            let verdict = no("message", format!("the server asks the client for `{method}`"));
            let case = Case { message: seen.message, method, request: None, now: seen.now };
            let ruling = self.conclude(&case, verdict.clone(), facts);
            notes.extend(ruling.notes);
            if !matches!(ruling.action, Action::Forward(_)) {
                refused = Some((None, verdict));
            }
        }
        let Some((request, verdict)) = refused else {
            return Ruling { notes, ..forward(Permit::answer()) };
        };
        let because = because_or(explain::reasons(&verdict, &self.settings.redactor), &verdict);
        let case = Case { message: seen.message, method: &asked.method, request, now: seen.now };
        let mut answer = self.refusal(&case, &verdict, &because, "");
        if let Answer::Result(Value::Object(members)) = &mut answer {
            members.insert("resultType".into(), "complete".into());
        }
        Ruling { notes, ..rewrite(Permit::answer(), answers::frame(&asked.id.to_json(), &answer)) }
    }

    /// One request for several things passes where each of them may.
    pub(super) fn several(&self, seen: &Seen<'_>, matters: &[Matter], facts: &Facts, history: &History) -> Ruling {
        let mut all = forward(Permit::names_nothing());
        for matter in matters {
            let verdict = self.judge_within(matter, facts, history);
            let method = seen.message.method().unwrap_or_default();
            let case = Case { message: seen.message, method, request: Some(&matter.request), now: seen.now };
            let ruling = self.conclude(&case, verdict, facts);
            all.notes.extend(ruling.notes);
            all.marks.extend(ruling.marks);
            all.action = ruling.action;
            if !matches!(all.action, Action::Forward(_)) {
                return Ruling { marks: Vec::new(), ..all };
            }
        }
        all
    }

    /// The verdict on what is asked for within another message, about which no question can be put.
    fn judge_within(&self, matter: &Matter, facts: &Facts, history: &History) -> Verdict {
        let mut verdict = self.judge(matter, facts, history);
        if verdict.decision == Decision::Ask && !self.settings.monitor {
            let why = "the policy asks, and nobody can be asked about a part of a message";
            verdict.because.insert(0, reason("message", why));
            verdict.decision = Decision::Deny;
        }
        verdict
    }
}
