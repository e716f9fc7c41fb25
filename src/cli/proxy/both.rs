//! Enforcing and recording at once: two stages that do not know each other.

use crate::model::facts::Facts;
use crate::model::history::History;
use crate::model::time::Timestamp;
use crate::pipeline::enforce::Enforcer;
use crate::pipeline::gate::{Action, Asked, Consent, Direction, Gate, Note, Question, Reading, Ruling, Seen};
use crate::pipeline::record::{Fate, Recorder};

/// The first rules, the second notes what became of it.
#[derive(Debug)]
pub struct Both {
    pub enforcer: Enforcer,
    pub recorder: Recorder,
}

impl Both {
    /// Puts what the recorder notes before what the enforcer does.
    fn record(&mut self, seen: &Seen<'_>, reading: &Reading, facts: &Facts, mut ruling: Ruling) -> Ruling {
        let asks_nothing_new = seen.answers.is_none_or(|asked| asked.method == "tools/list");
        let fate = match &ruling.action {
            Action::Ask(_) | Action::ListFirst => return ruling, // Noted when it is ruled on.
            Action::Rewrite(..) if !asks_nothing_new => Fate::Refused,
            Action::Forward(_) | Action::Rewrite(..) => Fate::Passed,
            Action::Refuse(_) | Action::Drop => Fate::Refused,
        };
        let (mut notes, number) = self.recorder.observe(seen, reading, facts, fate);
        notes.append(&mut ruling.notes);
        Ruling { notes, number, ..ruling }
    }
}

impl Gate for Both {
    fn read(&self, seen: &Seen<'_>) -> Reading {
        self.enforcer.read(seen)
    }

    fn rule(&mut self, seen: &Seen<'_>, reading: &Reading, facts: &Facts, history: &History) -> Ruling {
        let ruling = self.enforcer.rule(seen, reading, facts, history);
        self.record(seen, reading, facts, ruling)
    }

    fn settle(
        &mut self,
        question: Question,
        answer: Consent,
        facts: &Facts,
        history: &History,
        now: Timestamp,
    ) -> Ruling {
        let message = question.message.clone();
        let ruling = self.enforcer.settle(question, answer, facts, history, now);
        let seen = Seen { message: &message, direction: Direction::ToServer, answers: None, now };
        let reading = self.enforcer.read(&seen);
        self.record(&seen, &reading, facts, ruling)
    }

    fn lose(&mut self, asked: &Asked, now: Timestamp) -> Vec<Note> {
        self.recorder.lose(asked, now)
    }

    fn learn(&mut self, page: Option<&str>) -> Option<String> {
        self.enforcer.learn(page)
    }

    fn ask_again(&mut self) {
        self.enforcer.ask_again();
    }

    fn needs_history(&self) -> bool {
        self.enforcer.needs_history()
    }
}
