//! What stands in the proxy: sees each message and rules. The proxy knows this trait and no stage.

use serde_json::Value;

pub use crate::decision::permit::{Permit, PermitReason};
use crate::decision::redact::Redactor;
use crate::model::audit;
use crate::model::facts::Facts;
use crate::model::history::{History, Mark};
use crate::model::message::{Id, Message};
use crate::model::time::Timestamp;
use crate::model::trace;

mod reading;

pub use reading::{Reading, Wanted};

/// Which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    ToServer,
    ToClient,
}

/// A message, and what the proxy knows of it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub message: &'a Message,
    pub direction: Direction,
    /// For a response: the request that it answers. The proxy drops a response that answers nothing.
    pub answers: Option<&'a Asked>,
    pub now: Timestamp,
}

/// A request that was forwarded and waits for its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    pub id: Id,
    pub method: String,
    /// Tool, URI or prompt name.
    pub name: Option<String>,
    pub at: Timestamp,
    /// The number that the gate gave it in [`Ruling::number`].
    pub number: Option<u64>,
}

/// Rules on every message of one connection. Pure: facts, history and the time are handed in, what is to be written
/// down is handed out.
pub trait Gate: Send + std::fmt::Debug {
    /// Reads what the message asks for. Its effects have to be looked up in the world before ruling.
    fn read(&self, seen: &Seen<'_>) -> Reading;

    /// Rules on what was read. `facts` are what was found out about its effects; where there are none, those of the
    /// start of the connection.
    fn rule(&mut self, seen: &Seen<'_>, reading: &Reading, facts: &Facts, history: &History) -> Ruling;

    /// A question was answered, or nobody answered in time. Never another question. A yes is held against `facts` and
    /// `history` as they are now: what was asked about may be denied by now, or be something else.
    fn settle(
        &mut self,
        question: Question,
        answer: Consent,
        facts: &Facts,
        history: &History,
        now: Timestamp,
    ) -> Ruling;

    /// A forwarded request will never be answered: the server died.
    fn lose(&mut self, asked: &Asked, now: Timestamp) -> Vec<Note>;

    /// One page of the list that [`Action::ListFirst`] asked for; `None`: there is none. The cursor of the next one.
    /// After the last, nothing is to be listed first any more.
    fn learn(&mut self, _page: Option<&str>) -> Option<String> {
        None
    }

    /// Those who waited for the list were ruled on. Where it could not be had, the next request asks for it again.
    fn ask_again(&mut self) {}

    /// Whether rates, budgets or flows make the history matter. Where not, the proxy need not lock the shared store.
    fn needs_history(&self) -> bool;
}

/// What happens to a message.
#[derive(Debug)]
#[must_use]
pub struct Ruling {
    pub action: Action,
    pub notes: Vec<Note>,
    /// Added to the history when, and only when, the message is forwarded.
    pub marks: Vec<Mark>,
    /// How the gate will recognise the answer, in [`Asked::number`].
    pub number: Option<u64>,
}

#[derive(Debug)]
pub enum Action {
    Forward(Permit),
    /// Forward this frame instead (a list without the tools that are hidden).
    Rewrite(Permit, Vec<u8>),
    /// Tell the sender no. For a notification the proxy says nothing.
    Refuse(Answer),
    /// Ask the person at the client; then [`Gate::settle`].
    Ask(Box<Question>),
    /// The gate must know the server's tools before it can rule: ask the server for the list, hand each page to
    /// [`Gate::learn`], and bring the request again.
    ListFirst,
    /// Neither forward nor answer.
    Drop,
}

/// The body of an answer that remit gives itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Result(Value),
    Error { code: i64, message: String, data: Option<Value> },
}

/// A request that waits for a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// What the person reads: who wants to do what, and why it is asked. Redacted.
    pub text: String,
    /// The request, as it will be sent on if the answer is yes.
    pub message: Message,
    pub verdict: crate::model::verdict::Verdict,
    /// The facts that it was judged by.
    pub facts: Facts,
}

/// How a question ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    Given,
    Declined,
    /// Nobody answered in time.
    Silence,
    /// There is no way to ask: the client declares no elicitation.
    NobodyToAsk,
    /// So many questions are open that another one would not be read.
    TooManyOpen,
}

/// Facts as they may be written down: paths can hold secrets, as the arguments that they come from.
pub fn without_secrets(facts: &Facts, redactor: &Redactor) -> Facts {
    let redact = |text: &str| redactor.text(text).into_owned();
    let places = facts.places.iter();
    let places = places.map(|(spelling, places)| (redact(spelling), places.iter().map(|at| redact(at)).collect()));
    Facts { places: places.collect(), ..facts.clone() }
}

/// Something to be written down.
#[derive(Debug, Clone, PartialEq)]
pub enum Note {
    Trace(Box<trace::Line>),
    Audit(Box<audit::Entry>),
    /// For a person, on standard error.
    Warn(String),
}
