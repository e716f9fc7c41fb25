//! The top of the file, and everything that is not about one server.

use crate::model::verdict::Decision;

use super::{Form, keys, names};

/// `a.b` is tool b of server a, a bare name that tool on any server.
const TOOL_NAME: &str = r"^[^.]+(\.[^.]+)?$";
/// The same, or `server:place`.
const LABEL: &str = r":|^[^.]+(\.[^.]+)?$";

pub(in super::super) const THEN: [(&str, Decision); 2] = [("ask", Decision::Ask), ("deny", Decision::Deny)];
/// A flow that a policy switches on by its name.
pub(in super::super) struct NamedFlow {
    pub name: &'static str,
    /// Labels that the session must have earned, and what a policy puts under each.
    pub from: &'static [(&'static str, &'static str)],
    pub to: (&'static str, &'static str),
}

/// Flows that a policy switches on by their names; what they stop is denied. The lethal trifecta is Simon Willison's
/// (June 2025): private data, text of strangers and a way out in one session are enough to be robbed.
pub(in super::super) const FLOWS: [NamedFlow; 1] = [NamedFlow {
    name: "lethal-trifecta",
    from: &[
        ("private", "tools and places that show what must not leave"),
        ("untrusted", "tools that bring in text that strangers wrote"),
    ],
    to: ("outside", "tools that send something to where strangers read it"),
}];

/// What a policy puts under a label that a known flow speaks of.
pub(in super::super) fn meaning_of(label: &str) -> Option<&'static str> {
    let mut labels = FLOWS.iter().flat_map(|flow| flow.from.iter().chain([&flow.to]));
    labels.find(|(name, _)| *name == label).map(|(_, meaning)| *meaning)
}

pub(in super::super) const DEFAULT: [(&str, bool); 2] = [("allow", true), ("deny", false)];

keys! {
    /// The whole file.
    PolicyKey: "a policy", needs &["version"], beside &[], size AtLeastOne;
    Version "version": Form::Version, "The version of this format.";
    Servers "servers": Form::Named(&Form::Server),
        "What is granted, by server: its key in the client's configuration. What is not granted is denied; of all rules that match, the strictest wins: deny, then ask, then allow.";
    Approvals "approvals": Form::Map(ApprovalsKey::MAPPING), "Tools of which every call is asked.";
    Redaction "redaction": Form::Map(RedactionKey::MAPPING), "What is taken out of everything that is written down.";
    Labels "labels": Form::Named(&Form::List(&Form::Either(&[Form::Like(LABEL), Form::Map(ToolRefKey::MAPPING)]))),
        "Names for what calls do, for flows: tools (`server.tool`, or a bare name on any server) and places (`server:path`).";
    Flows "flows": Form::List(&Form::Either(&[Form::Word(|| FLOWS.iter().map(|flow| flow.name).collect()), Form::Map(FlowKey::MAPPING)])),
        "What must not follow on what within a session, across servers: a flow of your own, or the name of a known one (`lethal-trifecta`: once something of the label `private` and something of the label `untrusted` was seen, nothing goes `outside`).";
    Tests "tests": Form::List(&Form::Map(TestKey::MAPPING)),
        "Calls and the verdicts that they must have; they run when the policy is loaded.";
    Default "default": Form::Word(|| names(&DEFAULT)),
        "What holds for servers that the policy does not name. `allow` is a finding.";
}

keys! {
    /// `approvals`
    ApprovalsKey: "`approvals`", needs &[], beside &[], size Any;
    Require "require_human_approval":
        Form::List(&Form::Either(&[Form::Like(TOOL_NAME), Form::Map(ToolRefKey::MAPPING)])),
        "Tools of which every call is asked: `server.tool`, or a bare name on any server.";
}

keys! {
    /// A tool where dots would be ambiguous.
    ToolRefKey: "the name of a tool", needs &["tool"], beside &[], size AtLeastOne;
    Server "server": Form::Text, "The server; any, if it is not given.";
    Tool "tool": Form::Text, "The tool's name.";
}

keys! {
    /// `redaction`
    RedactionKey: "`redaction`", needs &[], beside &[], size Any;
    Secrets "secrets": Form::Flag, "Secrets that a name, a header or a place tells (default: true).";
    Emails "emails": Form::Flag, "E-mail addresses (default: false).";
    ApiKeys "api_keys": Form::Flag, "Keys and tokens of a vendor's form (default: true).";
    Patterns "patterns": Form::List(&Form::Map(PatternKey::MAPPING)), "What else is a secret here.";
}

keys! {
    /// One entry of `redaction.patterns`.
    PatternKey: "a redaction pattern", needs &["name", "regex"], beside &[], size AtLeastOne;
    Name "name": Form::Text, "What stands in the mark instead of it.";
    Regex "regex": Form::Text, "A regular expression (linear time: no look-around, no back-references).";
}

keys! {
    /// One entry of `flows`.
    FlowKey: "a flow", needs &["name", "from", "to", "then"], beside &[], size AtLeastOne;
    Name "name": Form::Text, "What reasons call it.";
    From "from": Form::Either(&[Form::Text, Form::Some(&Form::Text)]),
        "Labels that the session must have earned, all of them.";
    To "to": Form::Text, "The label of the call that is judged.";
    Then "then": Form::Word(|| names(&THEN)), "What happens to it.";
}

keys! {
    /// One entry of `tests`: the verdict that is expected, and the call.
    TestKey: "a test", needs &[], beside &[], size One;
    Allow "allow": Form::Map(CallKey::MAPPING), "This call must be allowed.";
    Ask "ask": Form::Map(CallKey::MAPPING), "This call must be asked.";
    Deny "deny": Form::Map(CallKey::MAPPING), "This call must be denied.";
}

keys! {
    /// The call of a test.
    CallKey: "a test's call", needs &["server", "tool"], beside &[], size AtLeastOne;
    Server "server": Form::Text, "The server's name.";
    Tool "tool": Form::Text, "The tool's name.";
    Arguments "arguments": Form::Object, "The arguments of the call.";
}
