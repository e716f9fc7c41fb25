//! What the name of an argument says of its role. Names are a convention of the people who write tools, and only say what
//! a value is for; what it may be is told by the values.

use super::node;
use crate::decision::shape;
pub use crate::decision::verbs::words;
use crate::model::policy::Shape;

/// What an argument is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Who or what a call reaches: payee, addressee, channel, repository. In the wrong hands it is the whole attack.
    Target,
    /// Words for a person or a model to read.
    Text,
    /// The key of an object.
    Id,
    /// How many: paging, limits.
    Count,
    Other,
}

const TARGET: [&str; 42] = [
    "to",
    "cc",
    "bcc",
    "recipient",
    "recipients",
    "payee",
    "beneficiary",
    "iban",
    "account",
    "user",
    "users",
    "username",
    "login",
    "member",
    "members",
    "assignee",
    "assignees",
    "reviewer",
    "reviewers",
    "participant",
    "participants",
    "attendee",
    "attendees",
    "invitee",
    "contact",
    "email",
    "emails",
    "phone",
    "channel",
    "channels",
    "room",
    "chat",
    "group",
    "team",
    "org",
    "organization",
    "owner",
    "repo",
    "repository",
    "workspace",
    "bucket",
    "tenant",
];

const TEXT: [&str; 48] = [
    "body",
    "content",
    "contents",
    "text",
    "message",
    "messages",
    "subject",
    "title",
    "description",
    "desc",
    "summary",
    "comment",
    "comments",
    "note",
    "notes",
    "prompt",
    "query",
    "question",
    "answer",
    "caption",
    "reason",
    "thought",
    "instructions",
    "details",
    "purpose",
    "memo",
    "feedback",
    "review",
    "headline",
    "abstract",
    "topic",
    "keywords",
    "q",
    "pattern",
    "search",
    "expression",
    "street",
    "street2",
    "address1",
    "address2",
    "address_line",
    "city",
    "code_edit",
    "old_text",
    "new_text",
    "oldtext",
    "newtext",
    "html",
];

const ID_ENDINGS: [&str; 13] =
    ["id", "ids", "uuid", "guid", "key", "number", "no", "ref", "reference", "code", "sha", "hash", "slug"];

const COUNTS: [&str; 22] = [
    "limit", "offset", "page", "n", "count", "max", "min", "size", "per", "top", "first", "last", "depth", "head",
    "tail", "timeout", "length", "start", "end", "width", "height", "lines",
];

const PARTIES: [&str; 22] = [
    "to",
    "cc",
    "bcc",
    "recipient",
    "recipients",
    "user",
    "users",
    "username",
    "login",
    "member",
    "members",
    "assignee",
    "assignees",
    "reviewer",
    "reviewers",
    "participant",
    "participants",
    "attendee",
    "attendees",
    "invitee",
    "contact",
    "handle",
];

/// The role that a name speaks of. A key of something (`channel_id`) is its target, if it is a target's key.
pub fn role(name: &str) -> Role {
    let words = words(name);
    let has = |table: &[&str]| words.iter().any(|word| table.contains(&word.as_str()));
    let ends = |table: &[&str]| words.last().is_some_and(|word| table.contains(&word.as_str()));
    let whole = words.join("_");
    if TEXT.contains(&whole.as_str()) {
        Role::Text
    } else if has(&TARGET) && (words.len() == 1 || ends(&TARGET) || ends(&ID_ENDINGS) || ends(&["name", "email"])) {
        Role::Target
    } else if ends(&ID_ENDINGS) && !ends(&["number", "no"]) || whole == "issue_number" || whole == "number" {
        Role::Id
    } else if is_count(&words) {
        Role::Count
    } else if ends(&TEXT) {
        Role::Text
    } else {
        Role::Other
    }
}

/// `limit`, `max_results`, `page_size`, but not `first_name`.
fn is_count(words: &[String]) -> bool {
    let counts = |word: Option<&String>| word.is_some_and(|word| COUNTS.contains(&word.as_str()));
    let bounds = words.first().is_some_and(|word| matches!(word.as_str(), "max" | "min" | "num" | "per" | "page"));
    counts(words.last()) || bounds
}

/// The name of the thing that a position holds, by which positions are pooled. Names of one party are one name: whoever
/// may be mailed may be invited.
pub fn pool(name: &str) -> String {
    let words = words(name);
    match words.as_slice() {
        [one] if PARTIES.contains(&one.as_str()) => "(party)".into(),
        [one, last] if PARTIES.contains(&one.as_str()) && last == "name" => "(party)".into(),
        _ => {
            let whole = words.join("_");
            whole.strip_suffix('s').map_or(whole.clone(), str::to_owned)
        }
    }
}

/// An argument that chooses what a call does: the verb of a gateway. `has`: whether an argument of this name stands beside it.
pub fn chooses(name: &str, has: impl Fn(&str) -> bool) -> bool {
    const VERBS: [&str; 16] = [
        "action",
        "operation",
        "op",
        "method",
        "subcommand",
        "action_name",
        "tool_name",
        "mode",
        "tool",
        "verb",
        "function",
        "function_name",
        "method_name",
        "operation_name",
        "action_type",
        "operation_type",
    ];
    const OF_A_CALL: [&str; 5] = ["arguments", "args", "params", "parameters", "input"];
    let whole = words(name).join("_");
    VERBS.contains(&whole.as_str()) || whole == "name" && OF_A_CALL.iter().any(|key| has(key))
}

/// The words that a program is given, where the program stands beside them: what it does is in them.
pub fn are_words_of_a_program<'a>(name: &str, mut beside: impl Iterator<Item = &'a str>) -> bool {
    const PROGRAMS: [&str; 18] = [
        "command",
        "cmd",
        "program",
        "executable",
        "file",
        "binary",
        "exe",
        "bin",
        "prog",
        "interpreter",
        "shell",
        "runtime",
        "entrypoint",
        "executable_path",
        "program_path",
        "binary_path",
        "command_name",
        "process",
    ];
    const WORDS: [&str; 17] = [
        "args",
        "arg",
        "arguments",
        "argument",
        "argv",
        "params",
        "parameters",
        "options",
        "flags",
        "extra_args",
        "command_args",
        "cmd_args",
        "program_args",
        "command_arguments",
        "additional_args",
        "argument_list",
        "command_line_args",
    ];
    let is = |table: &[&str], name: &str| table.contains(&words(name).join("_").as_str());
    is(&WORDS, name) && beside.any(|other| is(&PROGRAMS, other))
}

/// Whom a payment reaches. `pays`: the call is one; else only a name that nothing but a payment has says so.
pub fn is_payee(name: &str, pays: bool) -> bool {
    const OF_PAYMENTS: [&str; 10] =
        ["iban", "bic", "swift", "payee", "beneficiary", "creditor", "wallet", "payout", "counterparty", "vpa"];
    const OF_ALL: [&str; 13] = [
        "to",
        "recipient",
        "recipients",
        "receiver",
        "account",
        "accounts",
        "acct",
        "destination",
        "dest",
        "vendor",
        "merchant",
        "supplier",
        "target",
    ];
    let words = words(name);
    let has = |table: &[&str]| words.iter().any(|word| table.contains(&word.as_str()));
    let role = role(name);
    role != Role::Text && (has(&OF_PAYMENTS) || pays && (role == Role::Target || has(&OF_ALL)))
}

/// A sum of money.
pub fn is_money(name: &str) -> bool {
    let money = ["amount", "price", "sum", "fee", "budget", "cost", "balance"];
    words(name).iter().any(|word| money.contains(&word.as_str()))
}

/// Whether a value tells of a person what no comment should: an address, or the number of an account or a telephone, by
/// what the argument is called or by its form. Numbers of seven digits and more with a sign before or between them, and any
/// of eight, may be one; a day is none.
pub fn is_private(key: &str, value: &str) -> bool {
    const PRIVATE: [&str; 20] = [
        "iban",
        "bic",
        "swift",
        "account",
        "acct",
        "phone",
        "tel",
        "telephone",
        "mobile",
        "cell",
        "fax",
        "card",
        "ssn",
        "passport",
        "email",
        "mail",
        "recipient",
        "payee",
        "beneficiary",
        "password",
    ];
    let embeds = || node::embedded_in(value).iter().any(|found| !found.starts_with("host "));
    words(key).iter().any(|word| PRIVATE.contains(&word.as_str()))
        || value.contains('@')
        || embeds()
        || !is_day(value)
            && value.split(|c: char| !c.is_ascii_digit() && !" +()-./".contains(c)).any(is_number_of_somebody)
}

fn is_day(value: &str) -> bool {
    [Shape::Date, Shape::IsoDatetime].into_iter().any(|day| shape::has(day, value))
}

fn is_number_of_somebody(run: &str) -> bool {
    let digits = run.bytes().filter(u8::is_ascii_digit).count();
    let run = run.trim();
    let signs = run.starts_with('+') || run.trim_end_matches('.').contains([' ', '(', '-', '.', '/']);
    digits >= 8 || digits >= 7 && signs
}

/// A switch that makes a call do more harm; it stays as it was seen.
pub fn is_dangerous_switch(name: &str) -> bool {
    let dangerous = [
        "force",
        "recursive",
        "overwrite",
        "public",
        "admin",
        "bypass",
        "hard",
        "delete",
        "permanent",
        "purge",
        "sudo",
        "unsafe",
        "insecure",
        "skip",
        "disable",
        "external",
        "anonymous",
        "all",
        "cascade",
        "allow",
    ];
    words(name).iter().any(|word| dangerous.contains(&word.as_str()))
}

/// A switch that keeps a call from harm while it is on: whoever turns it off makes a private thing public, or does in
/// earnest what was tried.
pub fn is_guard(name: &str) -> bool {
    const GUARDS: [&str; 49] = [
        "private",
        "dry",
        "dryrun",
        "simulate",
        "simulation",
        "preview",
        "draft",
        "readonly",
        "verify",
        "verified",
        "verification",
        "validate",
        "validation",
        "check",
        "require",
        "required",
        "requires",
        "encrypt",
        "encrypted",
        "encryption",
        "sandbox",
        "sandboxed",
        "isolated",
        "locked",
        "lock",
        "protect",
        "protected",
        "protection",
        "mfa",
        "otp",
        "2fa",
        "safe",
        "safety",
        "confirm",
        "confirmed",
        "confirmation",
        "approval",
        "backup",
        "ssl",
        "tls",
        "https",
        "secure",
        "security",
        "restrict",
        "restricted",
        "internal",
        "hidden",
        "audit",
        "redact",
    ];
    const TOGETHER: [[&str; 2]; 4] = [["read", "only"], ["two", "factor"], ["multi", "factor"], ["test", "mode"]];
    let words = words(name);
    let together = |[one, next]: &[&str; 2]| words.windows(2).any(|pair| pair == [*one, *next]);
    words.iter().any(|word| GUARDS.contains(&word.as_str())) || TOGETHER.iter().any(together)
}

/// A switch that changes how much a call says or waits, and nothing else.
pub fn is_harmless_switch(name: &str) -> bool {
    const HARMLESS: [&str; 12] = [
        "verbose", "quiet", "silent", "pretty", "compact", "detailed", "details", "debug", "color", "colour", "wait",
        "stream",
    ];
    words(name).last().is_some_and(|word| HARMLESS.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_of_a_person_is_no_example_and_paths_days_and_small_numbers_are() {
        for (key, value) in [
            ("to", "ann@acme.com"),
            ("note", "DE89370400440532013000"),
            ("note", "DE89 3704 0044 0532 0130 00"),
            ("number", "+49 30 1234567"),
            ("number", "030/1234567"),
            ("x", "133000000121212121212"),
            ("iban", "x"),
            ("phone_number", "5"),
        ] {
            assert!(is_private(key, value), "{key} {value}");
        }
        for (key, value) in [
            ("path", "src/main.rs"),
            ("day", "2026-11-21"),
            ("at", "2026-11-21T10:00:00Z"),
            ("order_id", "#W1234567"),
            ("zip", "10192"),
            ("file", "./src/a-1.2.3.rs"),
            ("amount", "1200.50"),
        ] {
            assert!(!is_private(key, value), "{key} {value}");
        }
    }

    #[test]
    fn a_switch_that_guards_is_told_by_its_words_and_any_other_is_none() {
        for name in ["private", "dry_run", "readOnly", "read-only", "verify_ssl", "two_factor", "requireApproval"] {
            assert!(is_guard(name), "{name}");
        }
        for name in ["verbose", "auto_init", "has_wiki", "read", "recurring", "privately_owned"] {
            assert!(!is_guard(name), "{name}");
        }
    }

    #[test]
    fn names_tell_whom_a_call_reaches_from_what_it_says() {
        for name in ["recipient", "channel", "channel_id", "user_email", "repo", "userName", "to"] {
            assert_eq!(role(name), Role::Target, "{name}");
        }
        for name in ["body", "subject", "new_text", "commit_message", "address1"] {
            assert_eq!(role(name), Role::Text, "{name}");
        }
        assert_eq!(role("order_id"), Role::Id);
        assert_eq!(role("max_results"), Role::Count);
        assert_eq!(role("cabin"), Role::Other);
    }
}
