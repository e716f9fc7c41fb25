//! How a question to the person ends: with an answer, with its withdrawal, or with silence.

use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

use crate::model::facts::Facts;
use crate::model::message::Id;
use crate::pipeline::gate::{Action, Consent, Direction, Seen};

use super::super::clock;
use super::super::facts::look;
use super::ask::{Held, Way};
use super::connection::{Connection, Passing, State, Step};
use super::jsonrpc;

/// How soon to look again after a thread was started.
const SOON: Duration = Duration::from_millis(100);

impl Connection {
    /// The person has answered. A yes is good for what is true now: the world is looked at again, and the history read
    /// again under its lock, since other questions may have been open beside this one.
    pub(super) fn answered<'a>(&'a self, mut state: MutexGuard<'a, State>, held: Held, consent: Consent) {
        let mut steps = Vec::new();
        let mut facts = None;
        if consent == Consent::Given {
            let now = clock::now();
            let seen = Seen { message: &held.question.message, direction: held.direction, answers: None, now };
            let reading = state.gate.read(&seen);
            if !reading.matters().is_empty() {
                drop(state);
                facts = Some(look(reading.effects(), &self.surroundings, now)); // The disk may be slow.
                state = self.lock();
            }
        }
        self.settle(&mut state, held, consent, facts, false, &mut steps);
        drop(state);
        self.carry_out(steps);
    }

    /// A question has ended. `facts`: what was found out since it was asked.
    pub(super) fn settle(
        &self,
        state: &mut State,
        held: Held,
        consent: Consent,
        facts: Option<Facts>,
        unheard: bool,
        steps: &mut Vec<Step>,
    ) {
        let now = clock::now();
        let unheard = unheard || (consent == Consent::Silence && matches!(held.way, Way::Retry(_)));
        let Held { question, direction, .. } = held;
        let passing = Passing { message: question.message.clone(), direction, answers: None, unheard };
        let facts = facts.unwrap_or_else(|| Facts { time: Some(now), ..question.facts.clone() });
        let State { gate, writing, .. } = state;
        let counts = consent == Consent::Given && gate.needs_history();
        let ruling = writing.reserve(counts, now, |history| gate.settle(question, consent, &facts, history, now));
        if !matches!(ruling.action, Action::Ask(_)) {
            self.perform(state, passing, ruling, now, steps);
        }
    }

    /// Takes a question back from the person.
    pub(super) fn withdraw(&self, held: &Held, why: &str, steps: &mut Vec<Step>) {
        if let Way::Elicitation(own) = &held.way {
            steps.push(Step::Send { direction: Direction::ToClient, frame: jsonrpc::cancelled(own, why) });
        }
    }

    /// Ends the questions that nobody answered in time, the server's list among them. When the next one ends.
    pub fn end_questions(self: &Arc<Connection>) -> Option<Instant> {
        let mut steps = Vec::new();
        let mut state = self.lock();
        if state.first.end().is_some_and(|end| end <= Instant::now()) {
            let connection = Arc::clone(self);
            std::thread::spawn(move || connection.listed(connection.lock(), None));
            // Once: the thread may take its time.
            return Some(Instant::now() + SOON);
        }
        for held in state.asks.expired(Instant::now()) {
            self.withdraw(&held, "nobody answered in time", &mut steps);
            self.settle(&mut state, held, Consent::Silence, None, false, &mut steps);
        }
        let next = [state.asks.next_end(), state.first.end()].into_iter().flatten().min();
        drop(state);
        if !steps.is_empty() {
            self.carry_out_aside(steps);
        }
        next
    }
}

/// The question that an answer of the client belongs to.
pub(super) fn own_answer(
    state: &mut State,
    direction: Direction,
    id: &Id,
    result: Option<&str>,
) -> Option<(Held, Consent)> {
    if direction == Direction::ToServer { state.asks.answered(id, result) } else { None }
}
