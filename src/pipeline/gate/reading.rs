//! Message -> what is asked.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::Direction;
use crate::decision::effects::{Hints, Matter};
use crate::decision::permit;
use crate::model::effects::Effect;
use crate::model::message::{Kind, Message, Params};
use crate::model::request::{Action, Request};

/// What a message asks for.
#[derive(Debug, PartialEq)]
pub enum Reading {
    /// It carries no authority.
    Nothing,
    /// Something that is judged.
    Request(Box<Matter>),
    /// Several things at once, each of which is judged; with none of them it may pass.
    Several(Vec<Matter>),
    /// To go on with a task that an earlier request has started.
    Task(String),
    /// An answer, which may ask for something in its turn.
    Answer(Wanted),
    /// It is not written as its method demands; why.
    Malformed(String),
    /// Nobody knows what its method does.
    Unknown,
}

impl Reading {
    /// Reads a request or a notification. `hints`: those that its effects are read under.
    pub fn of<'h>(
        server: &str,
        direction: Direction,
        message: &Message,
        hints: impl Fn(&Request) -> &'h Hints,
    ) -> Reading {
        match message.kind() {
            Kind::Response { .. } => Reading::Nothing,
            Kind::Notification { method, .. } if permit::needs_no_judging(method) => Reading::Nothing,
            // A server may act on `tools/call` without an id as well, and nobody would see the answer.
            Kind::Notification { .. } => Reading::Unknown,
            Kind::Request { method, .. } if permit::needs_no_judging(method) => Reading::Nothing,
            Kind::Request { method, params, .. } => {
                let action = match direction {
                    Direction::ToServer => asked_of_server(method, params),
                    Direction::ToClient => asked_of_client(method, params),
                };
                let matter = |action| matter(server, action, &hints);
                match action {
                    Some(Ok(Read::Action(action))) => Reading::Request(Box::new(matter(action))),
                    Some(Ok(Read::Several(actions))) => Reading::Several(actions.into_iter().map(matter).collect()),
                    Some(Ok(Read::Task(id))) => Reading::Task(id),
                    Some(Err(why)) => Reading::Malformed(why),
                    None => Reading::Unknown,
                }
            }
        }
    }

    /// Reads the server's answer to a request. What cannot be read is unknown.
    pub fn of_answer<'h>(server: &str, message: &Message, hints: impl Fn(&Request) -> &'h Hints) -> Reading {
        let wanted = match (message.result(), message.error()) {
            (Some(result), _) => wanted(server, result, hints),
            (None, Some(error)) => wanted_by_error(server, error, hints),
            (None, None) => Some(Wanted::default()),
        };
        let unreadable = || vec!["an input request that cannot be read".to_owned()];
        Reading::Answer(wanted.unwrap_or_else(|| Wanted { unknown: unreadable(), ..Wanted::default() }))
    }

    /// What is judged.
    pub fn matters(&self) -> &[Matter] {
        match self {
            Reading::Request(matter) => std::slice::from_ref(matter),
            Reading::Several(matters) => matters,
            Reading::Answer(wanted) => &wanted.matters,
            Reading::Nothing | Reading::Task(_) | Reading::Malformed(_) | Reading::Unknown => &[],
        }
    }

    /// What it would touch.
    pub fn effects(&self) -> impl Iterator<Item = &Effect> {
        self.matters().iter().flat_map(|matter| &matter.effects.0)
    }
}

fn matter<'h>(server: &str, action: Action, hints: impl Fn(&Request) -> &'h Hints) -> Matter {
    let request = Request { server: server.to_owned(), action };
    let hints = hints(&request);
    Matter::read(request, hints)
}

enum Read {
    Action(Action),
    Several(Vec<Action>),
    Task(String),
}

fn asked_of_server(method: &str, params: &Params) -> Option<Result<Read, String>> {
    let action = match method {
        "tools/call" => text(params, "name")
            .and_then(|tool| Ok(Action::Call { tool, arguments: object(params, "arguments")?.unwrap_or_default() })),
        "resources/read" | "resources/subscribe" => text(params, "uri").map(|uri| Action::Resource { uri }),
        "prompts/get" => text(params, "name")
            .and_then(|name| Ok(Action::Prompt { name, arguments: object(params, "arguments")?.unwrap_or_default() })),
        "completion/complete" => completion(params),
        "tasks/get" | "tasks/result" | "tasks/cancel" | "tasks/update" => {
            return Some(text(params, "taskId").map(Read::Task));
        }
        "subscriptions/listen" => return Some(subscriptions(params).map(Read::Several)),
        _ => return None,
    };
    Some(action.map(Read::Action))
}

fn asked_of_client(method: &str, params: &Params) -> Option<Result<Read, String>> {
    let action = match method {
        "sampling/createMessage" => Action::Sampling { params: params.clone() },
        "elicitation/create" => Action::Elicitation { params: params.clone() },
        _ => return None,
    };
    Some(Ok(Read::Action(action)))
}

fn text(params: &Params, key: &str) -> Result<String, String> {
    match params.get(key) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(format!("`params.{key}` must be a string")),
        None => Err(format!("`params.{key}` is missing")),
    }
}

fn object(params: &Params, key: &str) -> Result<Option<Map<String, Value>>, String> {
    match params.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(members)) => Ok(Some(members.clone())),
        Some(_) => Err(format!("`params.{key}` must be an object")),
    }
}

/// The reference is a prompt's name or a resource's URI; the arguments chosen so far travel with the one being typed.
fn completion(params: &Params) -> Result<Action, String> {
    let reference = object(params, "ref")?.ok_or("`params.ref` is missing")?;
    let key = match reference.get("type").and_then(Value::as_str) {
        Some("ref/prompt") => "name",
        Some("ref/resource") => "uri",
        _ => return Err("`params.ref.type` must be ref/prompt or ref/resource".into()),
    };
    let reference = text(&reference, key)?;
    let mut argument = object(params, "argument")?.unwrap_or_default();
    if let Some(context) = object(params, "context")? {
        argument.insert("context".into(), Value::Object(context));
    }
    Ok(Action::Completion { reference, argument })
}

/// The resources whose changes are to be told (2026-07-28). News of the lists carry no authority.
fn subscriptions(params: &Params) -> Result<Vec<Action>, String> {
    const KEY: &str = "resourceSubscriptions";
    let Some(notifications) = object(params, "notifications")? else { return Ok(Vec::new()) };
    let uris = match notifications.get(KEY) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(uris)) => uris,
        Some(_) => return Err(format!("`params.notifications.{KEY}` must be a list of URIs")),
    };
    uris.iter()
        .map(|uri| match uri {
            Value::String(uri) => Ok(Action::Resource { uri: uri.clone() }),
            _ => Err(format!("`params.notifications.{KEY}` must hold URIs")),
        })
        .collect()
}

/// What a server asks for in a result (2026-07-28), and the task that it started.
#[derive(Debug, Default, PartialEq)]
pub struct Wanted {
    pub matters: Vec<Matter>,
    /// The methods that nobody knows.
    pub unknown: Vec<String>,
    pub task: Option<String>,
}

/// The result of a request. Raw, since results can be big.
#[derive(Deserialize)]
struct RawResult<'a> {
    #[serde(borrow, default, rename = "resultType")]
    result_type: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "inputRequests")]
    input_requests: Option<&'a RawValue>,
    #[serde(borrow, default)]
    task: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "taskId")]
    task_id: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct InputRequest {
    method: String,
    #[serde(default)]
    params: Map<String, Value>,
}

/// Reads what a result wants. `None`: it wants input, and cannot be read.
fn wanted<'h>(server: &str, result: &str, hints: impl Fn(&Request) -> &'h Hints) -> Option<Wanted> {
    let Ok(raw) = serde_json::from_str::<RawResult<'_>>(result) else { return Some(Wanted::default()) };
    let mut wanted = Wanted { task: task_of(&raw), ..Wanted::default() };
    let kind = raw.result_type.and_then(|raw| serde_json::from_str::<String>(raw.get()).ok());
    if raw.input_requests.is_none() && kind.as_deref() != Some("input_required") {
        return Some(wanted);
    }
    let Some(requests) = raw.input_requests else { return Some(wanted) };
    let requests: std::collections::BTreeMap<String, InputRequest> = serde_json::from_str(requests.get()).ok()?;
    for InputRequest { method, params } in requests.into_values() {
        match asked_of_client(&method, &params) {
            Some(Ok(Read::Action(action))) => wanted.matters.push(matter(server, action, &hints)),
            _ if permit::needs_no_judging(&method) => {}
            _ => wanted.unknown.push(method),
        }
    }
    Some(wanted)
}

/// JSON-RPC's code for "the user must open these URLs first" (URLElicitationRequired, 2025-11-25).
const URL_WANTED: f64 = -32042.0;

/// Reads what an error wants: a server may ask for a URL to be opened by it. `None`: it does, and cannot be read.
fn wanted_by_error<'h>(server: &str, error: &str, hints: impl Fn(&Request) -> &'h Hints) -> Option<Wanted> {
    let error: Value = serde_json::from_str(error).ok()?;
    let is_wanted = error.get("code").and_then(Value::as_f64) == Some(URL_WANTED);
    let Some(elicitations) = error.get("data").and_then(|data| data.get("elicitations")) else {
        return (!is_wanted).then(Wanted::default);
    };
    let mut wanted = Wanted::default();
    for elicitation in elicitations.as_array()? {
        let action = Action::Elicitation { params: elicitation.as_object()?.clone() };
        wanted.matters.push(matter(server, action, &hints));
    }
    Some(wanted)
}

fn task_of(raw: &RawResult<'_>) -> Option<String> {
    let inner = raw.task.and_then(|task| serde_json::from_str::<Value>(task.get()).ok());
    let inner = inner.and_then(|task| task.get("taskId")?.as_str().map(str::to_owned));
    inner.or_else(|| serde_json::from_str(raw.task_id?.get()).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::Limits;

    fn asked(direction: Direction, rest: &str) -> Reading {
        let text = format!(r#"{{"jsonrpc":"2.0",{rest}}}"#);
        let hints = Hints::default();
        Reading::of("s", direction, &Message::parse(text.as_bytes(), Limits::default()).unwrap(), |_| &hints)
    }

    fn to_server(rest: &str) -> Reading {
        asked(Direction::ToServer, rest)
    }

    #[test]
    fn every_channel_that_carries_authority_is_read() {
        let action = |asked| match asked {
            Reading::Request(matter) => matter.request.action,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            action(to_server(r#""id":1,"method":"tools/call","params":{"name":"t"}"#)),
            Action::Call { tool: "t".into(), arguments: Map::new() }
        );
        for method in ["resources/read", "resources/subscribe"] {
            let resource = to_server(&format!(r#""id":1,"method":"{method}","params":{{"uri":"file:///x"}}"#));
            assert_eq!(action(resource), Action::Resource { uri: "file:///x".into() });
        }
        assert_eq!(
            action(to_server(r#""id":1,"method":"prompts/get","params":{"name":"p"}"#)),
            Action::Prompt { name: "p".into(), arguments: Map::new() }
        );
        let completion = to_server(
            r#""id":1,"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"u"},"argument":{"name":"a"}}"#,
        );
        assert!(matches!(action(completion), Action::Completion { reference, .. } if reference == "u"));
        let sampling = asked(Direction::ToClient, r#""id":1,"method":"sampling/createMessage","params":{}"#);
        assert!(matches!(action(sampling), Action::Sampling { .. }));
        let elicitation = asked(Direction::ToClient, r#""id":1,"method":"elicitation/create","params":{}"#);
        assert!(matches!(action(elicitation), Action::Elicitation { .. }));
    }

    #[test]
    fn an_error_that_wants_a_url_opened_asks_something_and_another_one_asks_nothing() {
        let hints = Hints::default();
        let wanted = |text| wanted_by_error("s", text, |_| &hints).map(|wanted| wanted.matters.len());
        assert_eq!(
            wanted(r#"{"code":-32042,"message":"m","data":{"elicitations":[{"mode":"url","url":"u"}]}}"#),
            Some(1)
        );
        assert_eq!(wanted(r#"{"code":1,"message":"m","data":{"elicitations":[{"url":"u"}]}}"#), Some(1));
        assert_eq!(wanted(r#"{"code":-32603,"message":"m","data":{"x":1}}"#), Some(0));
        for unreadable in [
            r#"{"code":-32042,"message":"https://u"}"#,
            r#"{"code":-32042.0,"data":{"elicitations":{}}}"#,
            r#"{"code":-32042,"data":{"elicitations":["u"]}}"#,
        ] {
            assert_eq!(wanted(unreadable), None, "{unreadable}");
        }
    }

    #[test]
    fn what_carries_no_authority_needs_no_judging() {
        assert_eq!(to_server(r#""id":1,"method":"tools/list""#), Reading::Nothing);
        assert_eq!(to_server(r#""method":"notifications/initialized""#), Reading::Nothing);
    }

    #[test]
    fn a_call_without_an_id_and_a_method_the_wrong_way_round_are_unknown() {
        assert_eq!(to_server(r#""method":"tools/call","params":{"name":"t"}"#), Reading::Unknown);
        assert_eq!(to_server(r#""id":1,"method":"sampling/createMessage""#), Reading::Unknown);
        assert_eq!(
            asked(Direction::ToClient, r#""id":1,"method":"tools/call","params":{"name":"t"}"#),
            Reading::Unknown
        );
        assert_eq!(to_server(r#""id":1,"method":"tools/Call","params":{"name":"t"}"#), Reading::Unknown);
    }

    #[test]
    fn a_call_that_is_not_written_as_one_is_malformed() {
        for params in [r#"{"name":7}"#, "{}", r#"{"name":"t","arguments":"{}"}"#, r#"{"name":"t","arguments":[1]}"#] {
            let asked = to_server(&format!(r#""id":1,"method":"tools/call","params":{params}"#));
            assert!(matches!(asked, Reading::Malformed(_)), "{params}: {asked:?}");
        }
    }

    #[test]
    fn what_a_result_asks_of_the_client_is_read_and_an_ordinary_result_asks_nothing() {
        let hints = Hints::default();
        let wanted = |text| wanted("s", text, |_| &hints);
        assert_eq!(wanted(r#"{"content":[]}"#), Some(Wanted::default()));
        let both = wanted(
            r#"{"result\u0054ype":"input_required","inputRequests":{"a":{"method":"elicitation/create","params":{"message":"m"}},"b":{"method":"roots/list"},"c":{"method":"x/y"}}}"#,
        );
        let both = both.unwrap();
        assert_eq!((both.matters.len(), both.unknown), (1, vec!["x/y".to_owned()]));
        assert_eq!(wanted(r#"{"resultType":"input_required","inputRequests":[]}"#), None);
        assert_eq!(wanted(r#"{"task":{"taskId":"t1"}}"#).unwrap().task.as_deref(), Some("t1"));
    }
}
