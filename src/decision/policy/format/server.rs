//! One server of the policy, and its tools.

use crate::model::policy::Period;
use crate::model::verdict::Decision;

use super::{Form, TEXTS, keys, names};

pub(in super::super) const CHANNEL: [(&str, Decision); 3] =
    [("allow", Decision::Allow), ("ask", Decision::Ask), ("deny", Decision::Deny)];
pub(in super::super) const OTHER_ARGS: [(&str, bool); 2] = [("allow", true), ("deny", false)];
pub(in super::super) const DIALECTS: [(&str, &str); 5] =
    [("postgres", "postgres"), ("sqlite", "sqlite"), ("mysql", "mysql"), ("mssql", "mssql"), ("generic", "generic")];

/// Every name of a period.
const PERIODS: [(&str, Period); 12] = [
    ("sec", Period::Second),
    ("second", Period::Second),
    ("s", Period::Second),
    ("min", Period::Minute),
    ("minute", Period::Minute),
    ("m", Period::Minute),
    ("hour", Period::Hour),
    ("h", Period::Hour),
    ("day", Period::Day),
    ("d", Period::Day),
    ("week", Period::Week),
    ("w", Period::Week),
];

/// The names of the periods.
pub(super) fn period_names() -> Vec<&'static str> {
    names(&PERIODS)
}

/// The period of that name.
pub(in super::super) fn period(name: &str) -> Option<Period> {
    PERIODS.iter().find(|(known, _)| *known == name).map(|(_, period)| *period)
}

keys! {
    /// One entry of `servers`.
    ServerKey: "a server", needs &[], beside &[], size Any;
    AllowedTools "allowed_tools": TEXTS,
        "Tools that may be called with any arguments, within the path rules of the server. A tool that `tools` names too is bound by `tools`.";
    DeniedTools "denied_tools": TEXTS, "Tools that may not be called, whatever else grants them.";
    AllowedPaths "allowed_paths": TEXTS,
        "The places that calls may touch: a path grants the place and all beneath it; with `*`, `**`, `?` or `{}` it is a glob by component. Relative to this file.";
    DeniedPaths "denied_paths": TEXTS, "Places that no call may touch.";
    DeniedPatterns "denied_patterns": TEXTS,
        "Names that no component of a touched place may have, ignoring letter case: `*.pem`.";
    Root "root": Form::Text, "What relative paths of its calls are relative to, instead of its working directory.";
    Dialect "dialect": Form::Word(|| names(&DIALECTS)), "The dialect of its SQL; told from its name if not given.";
    Tools "tools": Form::Tools, "What is granted, by tool; several names with commas share a rule.";
    Resources "resources": TEXTS, "Resources that may be read, as patterns of their URIs: `docs://**`.";
    Prompts "prompts": TEXTS, "Prompts that may be used, by name.";
    Sampling "sampling": Form::Word(|| names(&CHANNEL)), "Whether the server may use the client's model (default: deny).";
    Elicitation "elicitation": Form::Word(|| names(&CHANNEL)),
        "Whether the server may ask the person something (default: deny).";
    Unprotected "unprotected": Form::List(&Form::Word(super::super::super::protections::names)),
        "Protections that are switched off, by name. Each is a finding.";
}

keys! {
    /// The rule of one tool.
    ToolKey: "a tool", needs &[], beside &[], size Any;
    Args "args": Form::Either(&[Form::Word(|| vec!["any"]), Form::Arguments]),
        "The arguments that a call may have, each within its constraint; `any` opens them. Without it, none.";
    OtherArgs "other_args": Form::Word(|| names(&OTHER_ARGS)), "Whether arguments that are not listed pass (default: deny).";
    Required "required": TEXTS, "Arguments that must be there, and not null.";
    Rate "rate": Form::Rate, "How often it may be called in a session: `30/min` (sec, min, hour, day, week).";
    Budget "budget": Form::Map(BudgetKey::MAPPING), "What an argument may add up to.";
    Ask "ask": Form::Flag, "Every call of it is asked.";
    Variants "variants": Form::Map(VariantsKey::MAPPING),
        "One tool that is many: an argument chooses the rule. A value without a rule is denied.";
}

keys! {
    /// `budget`
    BudgetKey: "`budget`", needs &["sum", "max", "per"], beside &[], size AtLeastOne;
    Sum "sum": Form::Text, "The argument that is summed up.";
    Max "max": Form::Number, "What the sum may reach.";
    Per "per": Form::Word(period_names), "In which time.";
}

keys! {
    /// `variants`
    VariantsKey: "`variants`", needs &["by", "of"], beside &[], size AtLeastOne;
    By "by": Form::Text, "The argument that chooses.";
    Of "of": Form::Named(&Form::Variant), "The rule, by the value of that argument.";
}
