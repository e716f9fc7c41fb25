//! What is judged: something one side of an MCP connection asks of the other.

use serde_json::{Map, Value};

/// One thing asked, on one server. `server` is the server's key in the client's configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub server: String,
    pub action: Action,
}

/// The channels that carry authority (DESIGN 3.8). What stands in none of them needs no judging or is unknown.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// `tools/call`
    Call { tool: String, arguments: Map<String, Value> },
    /// `resources/read` and `resources/subscribe`
    Resource { uri: String },
    /// `prompts/get`
    Prompt { name: String, arguments: Map<String, Value> },
    /// `completion/complete`: the prompt name or resource URI that is being completed, and the text typed so far
    Completion { reference: String, argument: Map<String, Value> },
    /// `sampling/createMessage`, or an `input_required` result that asks for it: the server wants the client's model
    Sampling { params: Map<String, Value> },
    /// `elicitation/create`, or an `input_required` result that asks for it: the server wants to ask the user
    Elicitation { params: Map<String, Value> },
}

impl Request {
    /// A tool call, the most common request.
    pub fn call(server: impl Into<String>, tool: impl Into<String>, arguments: Map<String, Value>) -> Request {
        Request { server: server.into(), action: Action::Call { tool: tool.into(), arguments } }
    }

    /// The arguments that effects are read from; empty where the channel has none.
    pub fn arguments(&self) -> Option<&Map<String, Value>> {
        match &self.action {
            Action::Call { arguments, .. } | Action::Prompt { arguments, .. } => Some(arguments),
            Action::Completion { argument, .. } => Some(argument),
            Action::Sampling { params } | Action::Elicitation { params } => Some(params),
            Action::Resource { .. } => None,
        }
    }

    /// The tool that is called; empty on every other channel.
    pub fn tool(&self) -> &str {
        match &self.action {
            Action::Call { tool, .. } => tool,
            _ => "",
        }
    }

    /// `server.tool` for a call, `server:resources/read` and the like otherwise: how the request is named on screen.
    pub fn name(&self) -> String {
        match &self.action {
            Action::Call { tool, .. } => format!("{}.{tool}", self.server),
            Action::Resource { uri } => format!("{} resource {uri}", self.server),
            Action::Prompt { name, .. } => format!("{} prompt {name}", self.server),
            Action::Completion { reference, .. } => format!("{} completion of {reference}", self.server),
            Action::Sampling { .. } => format!("{} sampling", self.server),
            Action::Elicitation { .. } => format!("{} elicitation", self.server),
        }
    }
}
