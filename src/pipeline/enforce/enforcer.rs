//! The enforcing gate, which is also the monitoring one.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use crate::decision::decide::decide_matter;
use crate::decision::effects::Matter;
use crate::decision::explain;
use crate::decision::permit::Permit;
use crate::decision::policy::Policy;
use crate::decision::redact::Redactor;
use crate::model::audit::{Because, Done, Entry};
use crate::model::facts::Facts;
use crate::model::history::History;
use crate::model::message::{Kind, Message};
use crate::model::request::{Action as Asks, Request};
use crate::model::time::Timestamp;
use crate::model::verdict::{Decision, Reason, Rule, Verdict};
use crate::pipeline::gate::{
    Action, Answer, Asked, Consent, Direction, Gate, Note, Question, Reading, Ruling, Seen, without_secrets,
};

use super::answers;
use super::listing::{Listing, Lock};
use super::question;

/// What is enforced, for whom.
#[derive(Debug)]
pub struct Settings {
    pub server: String,
    pub session: String,
    pub policy: Policy,
    /// Why the policy that was named is not in force; it is said in every refusal.
    pub trouble: Option<String>,
    pub lock: Lock,
    /// Judge and log, but forward everything.
    pub monitor: bool,
    /// There is an audit log: each ruling is put into words for it.
    pub audits: bool,
    pub redactor: Redactor,
}

/// Judges what carries authority, in both directions.
#[derive(Debug)]
pub struct Enforcer {
    pub(super) settings: Settings,
    pub(super) listing: Listing,
    /// The tasks that requests which were let through have started.
    pub(super) tasks: HashSet<String>,
}

/// What is ruled on, and what it is called in the audit log.
pub(super) struct Case<'a> {
    pub message: &'a Message,
    pub method: &'a str,
    pub request: Option<&'a Request>,
    pub now: Timestamp,
}

impl Enforcer {
    pub fn new(settings: Settings) -> Enforcer {
        let listing = Listing::new(settings.lock.clone());
        Enforcer { settings, listing, tasks: HashSet::new() }
    }

    /// The verdict on a request: the lock's, then the policy's.
    pub(super) fn judge(&self, matter: &Matter, facts: &Facts, history: &History) -> Verdict {
        let objection = match &matter.request.action {
            Asks::Call { tool, .. } => self.listing.objection(tool),
            _ => self.listing.missing().map(str::to_owned),
        };
        match objection {
            Some(why) => no("lock", why),
            None => decide_matter(&self.settings.policy, history, facts, matter),
        }
    }

    /// From a verdict to what happens.
    pub(super) fn conclude(&self, case: &Case<'_>, verdict: Verdict, facts: &Facts) -> Ruling {
        let because = || explain::reasons(&verdict, &self.settings.redactor);
        let entry = |done| {
            let entry = || self.entry(case, verdict.decision, done, because_or(because(), &verdict), facts);
            self.settings.audits.then(entry)
        };
        let permit = match verdict.decision {
            _ if self.settings.monitor => Some(Permit::monitored(&verdict)),
            _ => Permit::judged(&verdict),
        };
        if let Some(permit) = permit {
            let done = if verdict.decision == Decision::Allow { Done::Forwarded } else { Done::Monitored };
            let notes = entry(done).into_iter().collect();
            return Ruling { action: Action::Forward(permit), notes, marks: verdict.marks, number: None };
        }
        if verdict.decision == Decision::Ask {
            let notes = entry(Done::Asked).into_iter().collect();
            let text = self.question(case, &verdict);
            let question = Question { text, message: case.message.clone(), verdict, facts: facts.clone() };
            return Ruling { action: Action::Ask(Box::new(question)), notes, marks: Vec::new(), number: None };
        }
        let notes = entry(Done::Refused).into_iter().collect();
        let action = Action::Refuse(self.refusal(case, &verdict, &because(), ""));
        Ruling { action, notes, marks: Vec::new(), number: None }
    }

    fn entry(&self, case: &Case<'_>, verdict: Decision, done: Done, because: Vec<Because>, facts: &Facts) -> Note {
        let redactor = &self.settings.redactor;
        let name = case.request.and_then(name_of).map(|name| redactor.text(name).into_owned());
        let arguments = case.request.and_then(Request::arguments).map(|arguments| {
            let mut value = Value::Object(arguments.clone());
            redactor.value(&mut value);
            value
        });
        Note::Audit(Box::new(Entry {
            time: case.now,
            session: self.settings.session.clone(),
            server: self.settings.server.clone(),
            policy: self.settings.policy.digest().to_owned(),
            method: redactor.text(case.method).into_owned(),
            name,
            arguments,
            verdict,
            done,
            because,
            facts: Some(Facts { time: Some(case.now), ..without_secrets(facts, redactor) }),
        }))
    }

    /// No, in words and in the method's own way. `more`: what else the agent should know.
    pub(super) fn refusal(&self, case: &Case<'_>, verdict: &Verdict, because: &[Because], more: &str) -> Answer {
        let mut text = match case.request {
            Some(request) => explain::refusal(request, verdict, &self.settings.redactor),
            None => String::new(),
        };
        if text.is_empty() {
            let why: Vec<&str> = verdict.because.iter().map(|reason| reason.message.as_str()).collect();
            text = format!("Denied by remit: {}. Do not retry unchanged.", why.join("; "));
        }
        for addition in [Some(more), self.settings.trouble.as_deref()].into_iter().flatten().filter(|it| !it.is_empty())
        {
            text.push(' ');
            text.push_str(addition);
        }
        answers::refusal(case.method, answers::is_modern(case.message), &text, verdict.decision, because)
    }

    /// What the person reads.
    fn question(&self, case: &Case<'_>, verdict: &Verdict) -> String {
        let redactor = &self.settings.redactor;
        let name = case.request.map_or_else(|| case.method.to_owned(), Request::name);
        let mut arguments = Value::Object(case.request.and_then(Request::arguments).cloned().unwrap_or_default());
        redactor.value(&mut arguments);
        let why: Vec<&str> = verdict.because.iter().map(|reason| reason.message.as_str()).collect();
        let why = redactor.text(&why.join("; ")).into_owned();
        let headline = question::headline(case.request, &redactor.text(&name));
        format!("{headline}\n{}{}\nLet it pass this once?", question::list(&arguments), question::cut(&why))
    }

    /// Reads a message that is no answer.
    fn reading(&self, direction: Direction, message: &Message) -> Reading {
        Reading::of(&self.settings.server, direction, message, |request| self.settings.policy.hints(request))
    }

    fn request(&mut self, seen: &Seen<'_>, reading: &Reading, facts: &Facts, history: &History) -> Ruling {
        let method = seen.message.method().unwrap_or_default();
        let case = |request| Case { message: seen.message, method, request, now: seen.now };
        match reading {
            Reading::Nothing | Reading::Answer(_) => {
                if method == "notifications/tools/list_changed" && seen.direction == Direction::ToClient {
                    self.listing.forget();
                }
                match Permit::needs_no_judging(method) {
                    Some(permit) => forward(permit),
                    None => self.conclude(&case(None), no("message", "nobody knows this method"), facts),
                }
            }
            Reading::Request(matter) => {
                if let Asks::Call { tool, .. } = &matter.request.action
                    && self.listing.must_be_asked_for(tool)
                {
                    return Ruling { action: Action::ListFirst, notes: Vec::new(), marks: Vec::new(), number: None };
                }
                let verdict = self.judge(matter, facts, history);
                self.conclude(&case(Some(&matter.request)), verdict, facts)
            }
            Reading::Several(matters) => self.several(seen, matters, facts, history),
            Reading::Task(id) if self.tasks.contains(id) => forward(Permit::follow_up()),
            Reading::Task(_) => {
                self.conclude(&case(None), no("message", "no call that was let through has started this task"), facts)
            }
            Reading::Malformed(why) => {
                let mut ruling = self.conclude(&case(None), no("message", why.clone()), facts);
                if matches!(ruling.action, Action::Refuse(_)) {
                    ruling.action = Action::Refuse(answers::malformed(why));
                }
                ruling
            }
            Reading::Unknown => {
                self.conclude(&case(None), no("message", format!("`{method}` is no method that may pass")), facts)
            }
        }
    }
}

impl Gate for Enforcer {
    fn read(&self, seen: &Seen<'_>) -> Reading {
        match (seen.message.kind(), seen.answers) {
            (Kind::Response { .. }, Some(_)) if seen.direction == Direction::ToClient => {
                let hints = |request: &Request| self.settings.policy.hints(request);
                Reading::of_answer(&self.settings.server, seen.message, hints)
            }
            _ => self.reading(seen.direction, seen.message),
        }
    }

    fn rule(&mut self, seen: &Seen<'_>, reading: &Reading, facts: &Facts, history: &History) -> Ruling {
        match (seen.message.kind(), seen.answers, reading) {
            (Kind::Response { .. }, Some(asked), Reading::Answer(wanted)) => {
                self.response(seen, asked, wanted, facts, history)
            }
            (Kind::Response { .. }, ..) => forward(Permit::answer()),
            (.., reading) => self.request(seen, reading, facts, history),
        }
    }

    fn settle(
        &mut self,
        question: Question,
        answer: Consent,
        facts: &Facts,
        history: &History,
        now: Timestamp,
    ) -> Ruling {
        let Question { message, verdict: asked, facts: before, .. } = question;
        let method = message.method().unwrap_or_default();
        let readings = [Direction::ToServer, Direction::ToClient].map(|direction| self.reading(direction, &message));
        let matter = readings.into_iter().find_map(|reading| match reading {
            Reading::Request(matter) => Some(matter),
            _ => None,
        });
        let case = Case { message: &message, method, request: matter.as_ref().map(|matter| &matter.request), now };
        // While the person was thinking, other yeses may have spent the budget, a flow may have begun, the tool may have
        // changed, and a symlink may have been turned.
        let verdict = match (&matter, answer) {
            (Some(matter), Consent::Given) => self.judge(matter, facts, history),
            _ => asked,
        };
        let because = because_or(explain::reasons(&verdict, &self.settings.redactor), &verdict);
        let elsewhere = facts.places != before.places;
        let why = match answer {
            Consent::Given if elsewhere => "A path leads elsewhere now than when the person was asked.",
            Consent::Given => match Permit::approved(&verdict).or_else(|| Permit::judged(&verdict)) {
                Some(permit) => {
                    let notes = vec![self.entry(&case, Decision::Ask, Done::Forwarded, because, facts)];
                    return Ruling { action: Action::Forward(permit), notes, marks: verdict.marks, number: None };
                }
                None => "The person said yes, but by now it is denied.",
            },
            Consent::Declined => "The policy asks a person first, and the person said no.",
            Consent::Silence => "The policy asks a person first, and nobody answered in time.",
            Consent::NobodyToAsk => {
                "The policy asks a person first, and nobody could be asked: this client does not declare elicitation."
            }
            Consent::TooManyOpen => "The policy asks a person first, and too many questions are open already.",
        };
        let notes = vec![self.entry(&case, verdict.decision, Done::Refused, because.clone(), facts)];
        let action = Action::Refuse(self.refusal(&case, &verdict, &because, why));
        Ruling { action, notes, marks: Vec::new(), number: None }
    }

    fn lose(&mut self, _asked: &Asked, _now: Timestamp) -> Vec<Note> {
        Vec::new()
    }

    fn learn(&mut self, page: Option<&str>) -> Option<String> {
        self.listing.learn(page)
    }

    fn ask_again(&mut self) {
        self.listing.ask_again();
    }

    fn needs_history(&self) -> bool {
        self.settings.policy.needs_history()
    }
}

pub(super) fn forward(permit: Permit) -> Ruling {
    Ruling { action: Action::Forward(permit), notes: Vec::new(), marks: Vec::new(), number: None }
}

pub(super) fn rewrite(permit: Permit, frame: Vec<u8>) -> Ruling {
    Ruling { action: Action::Rewrite(permit, frame), notes: Vec::new(), marks: Vec::new(), number: None }
}

pub(super) fn reason(pointer: &str, message: impl Into<String>) -> Reason {
    Reason {
        effect: Decision::Deny,
        rule: Arc::new(Rule { pointer: pointer.to_owned(), at: None }),
        argument: None,
        value: None,
        message: message.into(),
        nearest: None,
        edit: None,
    }
}

/// A denial that no line of the policy speaks.
pub(super) fn no(pointer: &str, message: impl Into<String>) -> Verdict {
    Verdict { decision: Decision::Deny, because: vec![reason(pointer, message)], marks: Vec::new() }
}

/// The reasons as they were put, or at least their rules.
pub(super) fn because_or(put: Vec<Because>, verdict: &Verdict) -> Vec<Because> {
    if !put.is_empty() {
        return put;
    }
    let plain = |reason: &Reason| Because {
        rule: reason.rule.pointer.clone(),
        at: reason.rule.at.as_ref().map(ToString::to_string),
        argument: reason.argument.clone(),
        value: None,
        effect: reason.effect,
        message: reason.message.clone(),
        nearest: reason.nearest.clone(),
        edit: None,
    };
    verdict.because.iter().map(plain).collect()
}

/// Tool, URI or prompt name.
fn name_of(request: &Request) -> Option<&str> {
    match &request.action {
        Asks::Call { tool, .. } => Some(tool),
        Asks::Resource { uri } => Some(uri),
        Asks::Prompt { name, .. } => Some(name),
        Asks::Completion { reference, .. } => Some(reference),
        Asks::Sampling { .. } | Asks::Elicitation { .. } => None,
    }
}
