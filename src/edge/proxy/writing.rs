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
    /// Nothing is enforced: where the history cannot be kept, there is a warning and no refusal.
    pub monitor: bool,
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
        let mut judge = Some(judge);
        let mut ruled = None;
        let kept = match &self.history {
            None => Err(("there is no state directory for it; set HOME or XDG_STATE_HOME".to_owned(), None)),
            Some(store) => {
                let kept = store.reserve(now, |history| {
                    let ruling = judge.take().map(|judge| judge(history));
                    let marks = ruling.as_ref().map(marks_of).unwrap_or_default();
                    ruled = ruling;
                    ((), marks)
                });
                kept.map_err(|error| (error.to_string(), error.mend()))
            }
        };
        let (why, mend) = match (kept, ruled) {
            (Ok(()), Some(ruling)) => return ruling,
            (Err((why, mend)), ruled) if self.monitor => {
                let ruled = ruled.or_else(|| judge.map(|judge| judge(&History::default())));
                if let Some(mut ruling) = ruled {
                    let warning = format!("judged without the history of calls, which cannot be kept: {why}");
                    ruling.notes.push(Note::Warn(with(warning, mend.as_deref())));
                    return ruling;
                }
                (why, mend)
            }
            (Err(why), _) => why,
            (Ok(()), None) => ("it was not read".to_owned(), None),
        };
        unjudged(&why, mend.as_deref())
    }
}

/// What forwarding adds to the history; nothing for what is not forwarded.
fn marks_of(ruling: &Ruling) -> Vec<Mark> {
    match ruling.action {
        Action::Forward(_) | Action::Rewrite(..) => ruling.marks.clone(),
        _ => Vec::new(),
    }
}

/// The command that mends it is for the person who reads the log: an agent that ran it would be rid of what was counted.
fn unjudged(why: &str, mend: Option<&str>) -> Ruling {
    let message = format!("refused, since the history of calls cannot be kept: {why}");
    let answer = match mend {
        Some(_) => format!("{message}; a person must mend it, and the log of this server says how"),
        None => message.clone(),
    };
    let action = Action::Refuse(Answer::Error { code: INTERNAL_ERROR, message: answer, data: None });
    Ruling { action, notes: vec![Note::Warn(with(message, mend))], marks: Vec::new(), number: None }
}

fn with(message: String, mend: Option<&str>) -> String {
    mend.map(|mend| format!("{message}; {mend}")).unwrap_or(message)
}
