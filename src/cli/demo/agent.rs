//! The scripted agent: it calls tools through the proxy and looks at what it gets.

use std::time::Duration;

use serde_json::{Map, Value};

use super::calls::Call;
use super::stage::Stage;
use crate::cli::exit::Failure;
use crate::edge::servers::{Answer, Era, Person, Session};
use crate::model::server::Configured;

/// Far more than the demo needs.
const PATIENCE: Duration = Duration::from_secs(20);

/// A conversation with the server behind the proxy.
#[derive(Debug)]
pub struct Agent<'a> {
    session: Session,
    stage: &'a Stage,
}

/// What became of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The server wrote the call down.
    pub reached: bool,
    /// The answer is an error.
    pub failed: bool,
    pub text: String,
}

impl Outcome {
    pub fn passed(&self) -> bool {
        self.reached && !self.failed
    }

    /// Refused, with an answer that says so, before the server saw it.
    pub fn denied(&self) -> bool {
        !self.reached && self.failed
    }
}

impl Agent<'_> {
    pub fn start<'a>(stage: &'a Stage, server: &Configured, era: Era) -> Result<Agent<'a>, Failure> {
        let session = Session::start(server, era, PATIENCE).map_err(|e| Failure::environment(e.to_string()))?;
        Ok(Agent { session, stage })
    }

    pub fn revision(&self) -> &str {
        self.session.revision()
    }

    /// The names of the tools that the agent can see.
    pub fn tools(&mut self) -> Result<Vec<String>, Failure> {
        let (mut names, mut cursor) = (Vec::new(), None);
        for _ in 0..100 {
            let params = cursor.take().map(|cursor: Value| ("cursor".to_owned(), cursor)).into_iter().collect();
            let Answer::Result(page) = self.ask("tools/list", params)? else { break };
            let tools = page.get("tools").and_then(Value::as_array).into_iter().flatten();
            names.extend(tools.filter_map(|tool| tool.get("name")).filter_map(Value::as_str).map(str::to_owned));
            cursor = page.get("nextCursor").cloned();
            if cursor.is_none() {
                break;
            }
        }
        Ok(names)
    }

    /// What the person at the client says when asked.
    pub fn ask_person(&mut self, person: Person) {
        self.session.ask_person(person);
    }

    /// How often the person was asked.
    pub fn questions(&self) -> u32 {
        self.session.questions()
    }

    pub fn call(&mut self, call: &Call) -> Result<Outcome, Failure> {
        let before = self.stage.reached().len();
        let arguments = Value::Object(call.arguments.clone());
        let params = Map::from_iter([("name".to_owned(), call.tool.into()), ("arguments".to_owned(), arguments)]);
        let (failed, text) = match self.ask("tools/call", params)? {
            Answer::Error { message, .. } => (true, message),
            Answer::Result(result) => {
                let failed = result.get("isError") == Some(&Value::Bool(true));
                let content = result.get("content").and_then(Value::as_array).into_iter().flatten();
                let texts: Vec<&str> = content.filter_map(|part| part.get("text")?.as_str()).collect();
                (failed, texts.join("\n"))
            }
        };
        Ok(Outcome { reached: self.stage.reached().len() > before, failed, text })
    }

    fn ask(&mut self, method: &str, params: Map<String, Value>) -> Result<Answer, Failure> {
        self.session.request(method, params).map_err(|error| Failure::environment(error.to_string()))
    }
}
