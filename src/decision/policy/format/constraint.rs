//! Constraints: what one argument's value must satisfy.

use crate::model::policy::Shape;

use super::{Form, Keys, TEXTS, keys, names};

pub(in super::super) const SECRETS: [(&str, bool); 2] = [("deny", true), ("allow", false)];

/// A whole constraint: `any`, the kinds in one mapping (all must hold), or a list of constraints (any one).
pub(in super::super) const CONSTRAINT: Form =
    Form::Either(&[Form::Word(|| vec!["any"]), Form::Some(&Form::Constraint), Form::Map(ConstraintKey::MAPPING)]);

keys! {
    /// The kinds of constraint.
    ConstraintKey: "a constraint", needs &[],
        beside &[("relative_to", "paths"), ("required", "fields")], size AtLeastOne;
    OneOf "one_of": Form::List(&Form::Anything), "One of these values, exactly.";
    Matches "matches": Form::Text, "A regular expression on the whole value (linear time: no look-around, no back-references).";
    Shape "shape": Form::Word(|| Shape::ALL.iter().map(|shape| shape.name()).collect()), "A well-known form.";
    Range "range": Form::Range, "A number between these two, both included; null is an open end.";
    MaxLength "max_length": Form::Count, "A text of at most so many characters.";
    MaxItems "max_items": Form::Count, "An array of at most so many entries.";
    Paths "paths": TEXTS,
        "A path inside one of these places: a path grants the place and all beneath it; with `*`, `**`, `?` or `{}` it is a glob by component. Relative to this file.";
    RelativeTo "relative_to": Form::Text, "The argument that relative paths start from.";
    Urls "urls": TEXTS, "A URL that one of these patterns matches: `https://*.acme.com/**`.";
    Emails "emails": TEXTS, "Addresses that these patterns match, each of them: `*@acme.com`.";
    Sql "sql": Form::Map(SqlKey::MAPPING), "An SQL statement that does no more than this.";
    Commands "commands": TEXTS, "A command of these words; `**` means any further words: `cargo test **`.";
    Text "text": Form::Map(TextKey::MAPPING), "Free text, by what it may embed. `{}` alone says that the argument is text, and no path, whatever it looks like.";
    Redacted "redacted": Form::Text, "A secret, by the token that stands for it in traces.";
    Each "each": Form::Constraint, "An array, of which every entry satisfies this.";
    Fields "fields": Form::Named(&Form::Constraint), "An object with these members and no others.";
    Required "required": TEXTS, "Members of `fields` that must be there, and not null.";
    Not "not": Form::Constraint, "A value that does not satisfy this.";
}

keys! {
    /// `sql`
    SqlKey: "`sql`", needs &["statements"], beside &[], size AtLeastOne;
    Statements "statements": Form::Some(&Form::Text), "Kinds of statement: select, insert, update, delete ...";
    Tables "tables": TEXTS, "Tables that may be touched: `public.orders`, `public.*`. Any, if it is not given.";
    Writes "writes": TEXTS, "Tables that may be written, where they are fewer than `tables`.";
    SearchPath "search_path": Form::Text, "The schema of a table that is named without one.";
    Functions "functions": TEXTS, "Functions beyond the harmless ones.";
}

keys! {
    /// `text`
    TextKey: "`text`", needs &[], beside &[], size Any;
    Hosts "hosts": TEXTS, "Hosts that it may name. Any, if it is not given.";
    Emails "emails": TEXTS, "Addresses that it may name. Any, if it is not given.";
    Accounts "accounts": TEXTS, "Account numbers that it may name. Any, if it is not given.";
    Secrets "secrets": Form::Word(|| names(&SECRETS)), "Whether it may hold secrets.";
}
