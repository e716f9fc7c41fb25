//! Names that the protocol gives a meaning, by where they stand.
//!
//! Another spelling by letter case is a different key for one parser and the same key for another (Go's
//! `encoding/json`), hence refused where the protocol reads it. What people name themselves stays free: arguments,
//! schemas, structured content.

/// What an object of a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Envelope,
    Params,
    Result,
    Error,
    /// `params.notifications` of a subscription.
    Notifications,
    /// Requests by names of their own: `inputRequests`.
    Requests,
    /// Answers by the same names: `inputResponses`.
    Answers,
    /// A list of [`Role::Item`].
    Items,
    /// A tool, a prompt, a resource, a message or a piece of content.
    Item,
    /// Nothing that the protocol names.
    Free,
}

const ENVELOPE: &[&str] = &["jsonrpc", "id", "method", "params", "result", "error"];

const PARAMS: &[&str] = &[
    "name",
    "arguments",
    "uri",
    "_meta",
    "cursor",
    "task",
    "requestState",
    "inputResponses",
    "ref",
    "argument",
    "context",
    "notifications",
    "taskId",
    "requestId",
    "messages",
    "message",
    "tools",
    "requestedSchema",
    "url",
    "mode",
    "elicitationId",
    "capabilities",
    "protocolVersion",
    "clientInfo",
    "jsonrpc",
    "id",
    "method",
    "params",
    "result",
    "error",
];

const RESULT: &[&str] = &[
    "resultType",
    "content",
    "structuredContent",
    "isError",
    "_meta",
    "tools",
    "prompts",
    "resources",
    "resourceTemplates",
    "contents",
    "messages",
    "nextCursor",
    "inputRequests",
    "requestState",
    "task",
    "tasks",
    "taskId",
    "status",
    "result",
    "error",
    "completion",
    "description",
    "instructions",
    "capabilities",
    "protocolVersion",
    "supportedVersions",
    "serverInfo",
    "ttlMs",
    "cacheScope",
    "roots",
    "action",
    "role",
    "model",
];

const ERROR: &[&str] = &["code", "message", "data"];

const NOTIFICATIONS: &[&str] =
    &["resourceSubscriptions", "toolsListChanged", "promptsListChanged", "resourcesListChanged", "taskIds"];

const ITEM: &[&str] = &[
    "type",
    "text",
    "name",
    "description",
    "inputSchema",
    "outputSchema",
    "annotations",
    "title",
    "_meta",
    "uri",
    "mimeType",
    "uriTemplate",
    "blob",
    "data",
    "resource",
    "role",
    "content",
    "arguments",
    "icons",
    "execution",
    "taskSupport",
    "readOnlyHint",
    "destructiveHint",
    "idempotentHint",
    "openWorldHint",
    "audience",
    "priority",
    "required",
];

impl Role {
    fn names(self) -> &'static [&'static str] {
        match self {
            Role::Envelope => ENVELOPE,
            Role::Params => PARAMS,
            Role::Result => RESULT,
            Role::Error => ERROR,
            Role::Notifications => NOTIFICATIONS,
            Role::Item => ITEM,
            Role::Requests | Role::Answers | Role::Items | Role::Free => &[],
        }
    }

    /// What the member of that name is.
    pub fn member(self, key: &str) -> Role {
        match (self, key) {
            (Role::Envelope, "params") => Role::Params,
            (Role::Envelope, "result") => Role::Result,
            (Role::Envelope, "error") => Role::Error,
            (Role::Params, "notifications") => Role::Notifications,
            (Role::Params, "inputResponses") => Role::Answers,
            (Role::Params, "messages" | "tools") => Role::Items,
            (Role::Params, "ref" | "argument") => Role::Item,
            (Role::Result, "inputRequests") => Role::Requests,
            // The result of a task is one of the request that began it.
            (Role::Result, "result" | "task") => Role::Result,
            (
                Role::Result,
                "tools" | "prompts" | "resources" | "resourceTemplates" | "contents" | "content" | "messages" | "roots",
            ) => Role::Items,
            (Role::Item, "annotations" | "execution" | "resource") => Role::Item,
            (Role::Item, "content" | "arguments") => Role::Items,
            (Role::Requests, _) => Role::Envelope,
            (Role::Answers, _) => Role::Result,
            _ => Role::Free,
        }
    }

    /// What the elements of an array in this place are.
    pub fn each(self) -> Role {
        if self == Role::Items { Role::Item } else { Role::Free }
    }

    /// Whether another parser could take `key` for a protocol key although it is written differently. Folds as Go does:
    /// `ſ` is an `s` and the Kelvin sign a `k`.
    pub fn is_case_variant(self, key: &str) -> bool {
        let names = self.names();
        if names.contains(&key) {
            return false;
        }
        if key.is_ascii() {
            return names.iter().any(|name| name.eq_ignore_ascii_case(key));
        }
        let longest = names.iter().map(|name| name.len()).max().unwrap_or(0);
        if key.chars().count() > longest {
            return false;
        }
        let folded: String = key.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect();
        names.iter().any(|name| name.eq_ignore_ascii_case(&folded))
    }
}
