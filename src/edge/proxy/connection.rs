//! One client, one server, and the gate between them: what happens to each frame. Both pumps call in here; nobody holds
//! the lock while writing to a pipe.

use std::sync::mpsc::{Receiver, Sender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::model::facts::Facts;
use crate::model::history::History;
use crate::model::json::Limits;
use crate::model::message::{Id, Kind, Message};
use crate::model::time::Timestamp;
use crate::model::trace;
use crate::pipeline::gate::{Action, Answer, Asked, Consent, Direction, Gate, Note, Permit, Ruling, Seen};

use super::super::clock;
use super::super::facts::{Surroundings, look};
use super::ask::{Asks, Retried};
use super::first::{After, ListFirst};
use super::frames::Outlet;
use super::jsonrpc;
use super::log::Log;
use super::questions::own_answer;
use super::scout::Scout;
use super::session::{self, Ledger};
use super::stdio::Event;
use super::writing::Writing;

/// The connection. Shared by the pumps and the one who watches over its end.
pub struct Connection {
    pub to_server: Outlet,
    pub to_client: Outlet,
    pub log: Log,
    pub limits: Limits,
    pub surroundings: Surroundings,
    /// What could be said without a look at any path.
    pub at_start: Facts,
    pub events: Sender<Event>,
    pub state: Mutex<State>,
}

/// What changes.
#[derive(Debug)]
pub struct State {
    pub gate: Box<dyn Gate>,
    pub writing: Writing,
    pub asks: Asks,
    pub first: ListFirst,
    /// What the client has asked of the server.
    pub asked_of_server: Ledger,
    pub asked_of_client: Ledger,
    /// The server is gone: why nothing more can be asked of it.
    pub over: Option<String>,
}

/// What is left to do once the lock is released.
#[derive(Debug)]
pub enum Step {
    /// Forward a message. The permit is spent by [`Connection::forward`].
    Forward {
        permit: Permit,
        direction: Direction,
        frame: Vec<u8>,
        request: Option<Id>,
    },
    /// Send a message of our own.
    Send {
        direction: Direction,
        frame: Vec<u8>,
    },
    Warn(String),
    /// Write down what came back: after it was forwarded, so that nobody waits for the disk.
    Record(Vec<Note>),
    /// A question was opened: somebody must see to its end.
    Wake,
}

/// A message on its way, and what it answers.
pub(super) struct Passing {
    pub message: Message,
    pub direction: Direction,
    pub answers: Option<Asked>,
    /// The sender no longer waits for an answer.
    pub unheard: bool,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

/// The other way.
fn back(direction: Direction) -> Direction {
    match direction {
        Direction::ToServer => Direction::ToClient,
        Direction::ToClient => Direction::ToServer,
    }
}

impl State {
    /// The requests that travel in this direction.
    fn ledger(&mut self, direction: Direction) -> &mut Ledger {
        match direction {
            Direction::ToServer => &mut self.asked_of_server,
            Direction::ToClient => &mut self.asked_of_client,
        }
    }
}

impl Connection {
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn outlet(&self, direction: Direction) -> &Outlet {
        match direction {
            Direction::ToServer => &self.to_server,
            Direction::ToClient => &self.to_client,
        }
    }

    /// Takes one line that came in.
    pub fn receive(&self, direction: Direction, line: &[u8]) {
        if line.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        let message = match Message::parse(line, self.limits) {
            Ok(message) => message,
            Err(refused) => {
                let scout = Scout::look(line);
                return self.unreadable(direction, &scout, refused.ids, refused.code, &refused.why);
            }
        };
        match message.kind() {
            Kind::Request { .. } => self.request(direction, message),
            Kind::Response { id, .. } => {
                let id = id.clone();
                self.response(direction, &id, message);
            }
            Kind::Notification { method, .. } if method == "notifications/cancelled" => {
                self.cancelled(direction, message);
            }
            Kind::Notification { .. } => self.pass(direction, message, None),
        }
    }

    /// A frame was longer than the limit.
    pub fn too_big(&self, direction: Direction, scout: &Scout) {
        let ids = scout.id().filter(|_| scout.has_method()).cloned().into_iter().collect();
        let why = format!("longer than the limit of {} bytes", self.limits.bytes);
        self.unreadable(direction, scout, ids, jsonrpc::INVALID_REQUEST, &why);
    }

    /// A frame is no message: whoever waits for an answer gets one.
    fn unreadable(&self, direction: Direction, scout: &Scout, ids: Vec<Id>, code: i64, why: &str) {
        let from = if direction == Direction::ToServer { "client" } else { "server" };
        // Not the line itself: it may hold secrets.
        self.log.warn(format!("a line from the {from} is no message and was dropped: {why}"));
        let answered = scout.id().filter(|_| !scout.has_method());
        let mut steps = Vec::new();
        let mut state = self.lock();
        if let Some(id) = answered {
            // It was meant as an answer: whoever asked must not wait for ever.
            if let Some((held, _)) = own_answer(&mut state, direction, id, None) {
                self.settle(&mut state, held, Consent::Declined, None, false, &mut steps);
            } else if let Some(asked) = state.ledger(back(direction)).take(id) {
                let lost = state.gate.lose(&asked, clock::now());
                state.writing.note(lost, &mut steps).ok();
                let frame =
                    jsonrpc::error(id, jsonrpc::INTERNAL_ERROR, format!("the {from}'s answer cannot be read: {why}"));
                steps.push(Step::Send { direction, frame });
            }
        } else {
            // An id that is in use is answered by whom it was asked of.
            for id in ids.into_iter().filter(|id| !state.ledger(direction).holds(id)) {
                let frame = jsonrpc::error(&id, code, format!("refused by remit: {why}"));
                steps.push(Step::Send { direction: back(direction), frame });
            }
        }
        drop(state);
        self.carry_out(steps);
    }

    fn request(&self, direction: Direction, message: Message) {
        let Some(id) = message.id().cloned() else { return };
        let mut state = self.lock();
        if direction == Direction::ToServer {
            state.asks.learn(&message);
        }
        let held = state.asks.holds(direction, &id) || state.first.holds(direction, &id);
        let refusal = if held || state.ledger(direction).holds(&id) {
            Some((jsonrpc::INVALID_REQUEST, "a request with this id is still open".to_owned()))
        } else if direction == Direction::ToServer {
            state.over.clone().map(|why| (jsonrpc::INTERNAL_ERROR, why))
        } else {
            None
        };
        if let Some((code, why)) = refusal {
            drop(state);
            return self
                .carry_out(vec![Step::Send { direction: back(direction), frame: jsonrpc::error(&id, code, why) }]);
        }
        let retried = match direction {
            Direction::ToServer => state.asks.retried(message),
            Direction::ToClient => Retried::NotOurs(message),
        };
        let message = match retried {
            Retried::NotOurs(message) => message,
            Retried::Unknown(_) => {
                drop(state);
                let why = "this question is closed, or was about another request: make the call again";
                let frame = jsonrpc::error(&id, jsonrpc::INVALID_PARAMS, why);
                return self.carry_out(vec![Step::Send { direction: back(direction), frame }]);
            }
            Retried::Answered(held, consent) => {
                return self.answered(state, *held, consent);
            }
        };
        drop(state);
        self.pass(direction, message, None);
    }

    fn response(&self, direction: Direction, id: &Id, message: Message) {
        let mut state = self.lock();
        if let Some((held, consent)) = own_answer(&mut state, direction, id, message.result()) {
            return self.answered(state, held, consent);
        }
        if direction == Direction::ToClient && state.first.expects(id) {
            return self.listed(state, message.result());
        }
        let asked = state.ledger(back(direction)).take(id);
        drop(state);
        match asked {
            Some(asked) => self.pass(direction, message, Some(asked)),
            None => self.log.warn(match id {
                Id::Number(number) => format!("an answer to no request was dropped: id {number}"),
                // Who makes ids of text may make them of anything.
                Id::Text(_) => "an answer to no request was dropped".to_owned(),
            }),
        }
    }

    /// The sender of a request wants no answer any more.
    fn cancelled(&self, direction: Direction, message: Message) {
        let Some(id) = session::cancelled_id(&message) else { return };
        let mut steps = Vec::new();
        let mut state = self.lock();
        if let Some(held) = state.asks.cancel(direction, &id) {
            self.withdraw(&held, "the request was cancelled", &mut steps);
            self.settle(&mut state, held, Consent::Declined, None, true, &mut steps);
            drop(state);
            return self.carry_out(steps);
        }
        if state.first.cancel(direction, &id) {
            return;
        }
        // One that remit answered itself must not reach the other side, which has never seen it.
        let open = state.ledger(direction).cancel(&id);
        drop(state);
        if open {
            self.pass(direction, message, None);
        }
    }

    /// A page of the list that remit asked for itself, or the news that there is none.
    pub(super) fn listed(&self, mut state: MutexGuard<'_, State>, page: Option<&str>) {
        let State { first, gate, .. } = &mut *state;
        let after = first.take(page, gate.as_mut());
        drop(state);
        match after {
            After::Next(frame) => self.carry_out(vec![Step::Send { direction: Direction::ToServer, frame }]),
            After::Rule(waiting) => {
                let ruled = waiting.into_iter().flat_map(|message| self.rule(Direction::ToServer, message, None));
                let steps: Vec<Step> = ruled.collect();
                // Before anybody is answered: who then tries once more must find it asked for again.
                self.lock().gate.ask_again();
                self.carry_out(steps);
            }
        }
    }

    /// Lets the gate rule on a message, and does as it says.
    fn pass(&self, direction: Direction, message: Message, answers: Option<Asked>) {
        let steps = self.rule(direction, message, answers);
        self.carry_out(steps);
    }

    fn rule(&self, direction: Direction, message: Message, answers: Option<Asked>) -> Vec<Step> {
        let now = clock::now();
        let seen = Seen { message: &message, direction, answers: answers.as_ref(), now };
        let reading = self.lock().gate.read(&seen);
        // Without the lock: the disk may be slow.
        let looked = (!reading.matters().is_empty()).then(|| look(reading.effects(), &self.surroundings, now));
        // Where nothing is judged by places, what was found at the start will do.
        let facts = looked.as_ref().unwrap_or(&self.at_start);
        let mut state = self.lock();
        let State { gate, writing, .. } = &mut *state;
        let counts = direction == Direction::ToServer && matches!(message.kind(), Kind::Request { .. });
        let ruling =
            writing.reserve(counts && gate.needs_history(), now, |history| gate.rule(&seen, &reading, facts, history));
        let mut steps = Vec::new();
        self.perform(&mut state, Passing { message, direction, answers, unheard: false }, ruling, now, &mut steps);
        steps
    }

    pub(super) fn perform(
        &self,
        state: &mut State,
        passing: Passing,
        ruling: Ruling,
        now: Timestamp,
        steps: &mut Vec<Step>,
    ) {
        let Passing { message, direction, answers, unheard } = passing;
        let request = message.id().filter(|_| answers.is_none()).cloned();
        let mut action = ruling.action;
        let (later, notes) = match direction {
            Direction::ToClient => ruling.notes.into_iter().partition(is_result),
            Direction::ToServer => (Vec::new(), ruling.notes),
        };
        if let (Err(why), true) = (state.writing.note(notes, steps), is_forward(&action)) {
            action = Action::Refuse(Answer::Error { code: jsonrpc::INTERNAL_ERROR, message: why, data: None });
        }
        if let (Some(why), Some(_), Direction::ToServer, true) = (&state.over, &request, direction, is_forward(&action))
        {
            action = Action::Refuse(Answer::Error { code: jsonrpc::INTERNAL_ERROR, message: why.clone(), data: None });
        }
        match action {
            Action::Forward(permit) => {
                if let Some(asked) = session::asked(&message, now, ruling.number) {
                    state.ledger(direction).add(asked);
                }
                steps.push(Step::Forward { permit, direction, frame: message.into_frame(), request });
            }
            Action::Rewrite(permit, frame) => {
                if let Some(asked) = session::asked(&message, now, ruling.number) {
                    state.ledger(direction).add(asked);
                }
                steps.push(Step::Forward { permit, direction, frame, request });
            }
            Action::Refuse(answer) => {
                let Some(id) = message.id().filter(|_| !unheard) else { return };
                let frame = jsonrpc::answer(id, &answer);
                // An answer that is refused is replaced; who asked must not wait for ever.
                let direction = if answers.is_some() { direction } else { back(direction) };
                steps.push(Step::Send { direction, frame });
            }
            Action::Ask(question) => match state.asks.open(*question, direction, Instant::now()) {
                Ok(frame) => steps.extend([Step::Send { direction: Direction::ToClient, frame }, Step::Wake]),
                Err((question, consent)) => {
                    let facts = question.facts.clone();
                    let ruling = state.gate.settle(*question, consent, &facts, &History::default(), now);
                    if !matches!(ruling.action, Action::Ask(_)) {
                        self.perform(state, Passing { message, direction, answers, unheard }, ruling, now, steps);
                    }
                }
            },
            Action::ListFirst => {
                if let Some(frame) = state.first.wait(message, Instant::now()) {
                    steps.extend([Step::Send { direction: Direction::ToServer, frame }, Step::Wake]);
                }
            }
            Action::Drop => {}
        }
        if !later.is_empty() {
            steps.push(Step::Record(later));
        }
    }

    /// The server is gone: everybody who waits for it is told, now and from now on. What comes back says when it is done.
    pub fn server_is_gone(self: &Arc<Connection>, why: &str) -> Receiver<()> {
        let mut steps = Vec::new();
        let mut state = self.lock();
        state.over = Some(why.to_owned());
        let now = clock::now();
        let (waiting, cancelled) = state.asked_of_server.drain();
        for asked in waiting.iter().chain(&cancelled) {
            let lost = state.gate.lose(asked, now);
            state.writing.note(lost, &mut steps).ok();
        }
        let mut held: Vec<Id> =
            state.asks.drain().iter().filter_map(|held| held.question.message.id().cloned()).collect();
        held.extend(state.first.drain().iter().filter_map(|message| message.id().cloned()));
        for id in waiting.iter().map(|asked| &asked.id).chain(&held) {
            let frame = jsonrpc::error(id, jsonrpc::INTERNAL_ERROR, why);
            steps.push(Step::Send { direction: Direction::ToClient, frame });
        }
        drop(state);
        self.carry_out_aside(steps)
    }

    /// For the thread that must never wait for a pipe.
    pub(super) fn carry_out_aside(self: &Arc<Connection>, steps: Vec<Step>) -> Receiver<()> {
        let (done, finished) = sync_channel(1);
        let connection = Arc::clone(self);
        std::thread::spawn(move || {
            connection.carry_out(steps);
            let _ = done.send(());
        });
        finished
    }

    pub(super) fn carry_out(&self, steps: Vec<Step>) {
        for step in steps {
            match step {
                Step::Forward { permit, direction, frame, request } => {
                    if !self.forward(permit, direction, &frame) {
                        self.undelivered(direction, request);
                    }
                }
                Step::Send { direction, frame } => {
                    if self.outlet(direction).send(&frame).is_err() && direction == Direction::ToClient {
                        let _ = self.events.send(Event::ClientEnded);
                    }
                }
                Step::Warn(line) => self.log.warn(line),
                Step::Record(notes) => self.record(notes),
                Step::Wake => {
                    let _ = self.events.send(Event::Wake);
                }
            }
        }
    }

    fn record(&self, notes: Vec<Note>) {
        let mut steps = Vec::new();
        self.lock().writing.note(notes, &mut steps).ok();
        for step in steps {
            if let Step::Warn(line) = step {
                self.log.warn(line);
            }
        }
    }

    /// The only way on for a message: it takes a permit, and spends it. False: the other side reads no more.
    fn forward(&self, _permit: Permit, direction: Direction, frame: &[u8]) -> bool {
        self.outlet(direction).send(frame).is_ok()
    }

    fn undelivered(&self, direction: Direction, request: Option<Id>) {
        if direction == Direction::ToClient {
            let _ = self.events.send(Event::ClientEnded);
            return;
        }
        let Some(asked) = request.and_then(|id| self.lock().asked_of_server.take(&id)) else { return };
        let mut steps = Vec::new();
        let mut state = self.lock();
        let lost = state.gate.lose(&asked, clock::now());
        state.writing.note(lost, &mut steps).ok();
        drop(state);
        let frame = jsonrpc::error(&asked.id, jsonrpc::INTERNAL_ERROR, "the server has closed its input");
        steps.push(Step::Send { direction: Direction::ToClient, frame });
        self.carry_out(steps);
    }
}

/// How a call ended: the one note that nothing after it waits for.
fn is_result(note: &Note) -> bool {
    matches!(note, Note::Trace(line) if matches!(line.event, trace::Event::Result { .. }))
}

fn is_forward(action: &Action) -> bool {
    matches!(action, Action::Forward(_) | Action::Rewrite(..))
}
