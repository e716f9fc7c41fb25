//! What the gate wants written down: the trace, the audit log, the shared history.

use crate::model::history::{History, Mark};
use crate::model::time::Timestamp;
use crate::pipeline::gate::{Action, Answer, Note, Ruling};

use super::super::store::audit::AuditLog;
use super::super::store::history::HistoryStore;
use super::super::store::recording::Recording;
use super::connection::Step;
use super::jsonrpc::INTERNAL_ERROR;

/// Where things are written; what is absent is not written.
#[derive(Debug, Default)]
pub struct Writing {
    pub trace: Option<Recording>,
    pub audit: Option<AuditLog>,
    pub history: Option<HistoryStore>,
}

impl Writing {
    /// Writes the notes down, in their order. Fails when a ruling could not be written to the audit log: what is not on
    /// record must not pass. A trace that cannot be written is given up, and the work goes on.
    pub fn note(&mut self, notes: Vec<Note>, steps: &mut Vec<Step>) -> Result<(), String> {
        let mut result = Ok(());
        for note in notes {
            match note {
                Note::Trace(line) => {
                    if let Some(Err(error)) = self.trace.as_mut().map(|trace| trace.write(&line)) {
                        self.trace = None;
                        steps.push(Step::Warn(format!("recording has stopped: {error}")));
                    }
                }
                Note::Audit(entry) => {
                    if let Some(Err(error)) = self.audit.as_mut().map(|audit| audit.append(&entry)) {
                        result = Err(format!("refused, since the audit log cannot be written: {error}"));
                        steps.push(Step::Warn(format!("nothing passes, since {error}")));
                    }
                }
                Note::Warn(line) => steps.push(Step::Warn(line)),
            }
        }
        result
    }

    /// Judges under the lock of the shared history where that is needed, and with an empty one elsewhere.
    pub fn reserve(&self, needed: bool, now: Timestamp, judge: impl FnOnce(&History) -> Ruling) -> Ruling {
        if !needed {
            return judge(&History::default());
        }
        let Some(store) = &self.history else { return unjudged("there is no state directory for the history") };
        let reserved = store.reserve(now, |history| {
            let ruling = judge(history);
            let marks = marks_of(&ruling);
            (ruling, marks)
        });
        reserved.unwrap_or_else(|error| unjudged(&error.to_string()))
    }
}

/// What forwarding adds to the history; nothing for what is not forwarded.
fn marks_of(ruling: &Ruling) -> Vec<Mark> {
    match ruling.action {
        Action::Forward(_) | Action::Rewrite(..) => ruling.marks.clone(),
        _ => Vec::new(),
    }
}

fn unjudged(why: &str) -> Ruling {
    let message = format!("refused, since the history of calls cannot be kept: {why}");
    let action = Action::Refuse(Answer::Error { code: INTERNAL_ERROR, message: message.clone(), data: None });
    Ruling { action, notes: vec![Note::Warn(message)], marks: Vec::new(), number: None }
}
