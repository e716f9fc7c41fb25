//! The format of the policy file as one table: which keys a mapping has, what may stand there and what it means. The
//! reader can see no key but these and must handle each of them, and the JSON Schema is made of nothing else.

mod constraint;
pub mod schema;
mod server;
#[cfg(test)]
mod tests;
mod top;

pub(super) use constraint::{CONSTRAINT, ConstraintKey, SECRETS, SqlKey, TextKey};
pub(super) use server::{BudgetKey, CHANNEL, DIALECTS, OTHER_ARGS, ServerKey, ToolKey, VariantsKey, period};
pub(super) use top::{
    ApprovalsKey, CallKey, DEFAULT, FLOWS, FlowKey, NamedFlow, PatternKey, PolicyKey, RedactionKey, THEN, TestKey,
    ToolRefKey, meaning_of,
};

/// The version of the format that this remit reads.
pub(super) const VERSION: i64 = 1;

/// What may stand at a place of the file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    Version,
    Text,
    /// A text of this form (a regular expression of ECMA 262, for the schema; the reader parses it).
    Like(&'static str),
    /// `30/min`
    Rate,
    Flag,
    Number,
    /// A whole number from 0 on.
    Count,
    /// One of a few words.
    Word(fn() -> Vec<&'static str>),
    Anything,
    /// Any mapping.
    Object,
    List(&'static Form),
    /// A list that is not empty.
    Some(&'static Form),
    /// Two numbers; null is an open end.
    Range,
    /// A mapping with known keys.
    Map(&'static Mapping),
    /// A mapping from names of the user's to this.
    Named(&'static Form),
    /// The arguments of a tool, by name.
    Arguments,
    /// The same, of tools: a name, or several with commas between them.
    Tools,
    Either(&'static [Form]),
    /// What stands on its own in the schema, since it holds itself or stands in several places.
    Server,
    Tool,
    /// A tool without variants of its own.
    Variant,
    Constraint,
}

/// A mapping with known keys.
#[derive(Debug)]
pub(super) struct Mapping {
    /// How messages name it.
    pub what: &'static str,
    pub entries: &'static [Entry],
    pub needs: &'static [&'static str],
    /// A key, and the one that it belongs beside.
    pub beside: &'static [(&'static str, &'static str)],
    /// How many keys it may have.
    pub size: Size,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    /// Also none, and null instead.
    Any,
    AtLeastOne,
    One,
}

/// One key.
#[derive(Debug)]
pub(super) struct Entry {
    pub name: &'static str,
    pub form: Form,
    /// What editors show.
    pub means: &'static str,
}

/// The keys of one mapping, as the reader matches on them.
pub(super) trait Keys: Copy + 'static {
    const MAPPING: &'static Mapping;
    /// In the order of the entries.
    const ALL: &'static [Self];

    fn find(name: &str) -> Option<Self> {
        let at = Self::MAPPING.entries.iter().position(|entry| entry.name == name)?;
        Self::ALL.get(at).copied()
    }
}

/// Makes an enum of keys and the table of what they mean.
macro_rules! keys {
    (
        $(#[$doc:meta])* $name:ident: $what:literal,
        needs $needs:expr, beside $beside:expr, size $size:ident;
        $($key:ident $text:literal: $form:expr, $means:literal;)*
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub(in super::super) enum $name { $($key),* }

        impl super::Keys for $name {
            const MAPPING: &'static super::Mapping = &super::Mapping {
                what: $what,
                entries: &[$(super::Entry { name: $text, form: $form, means: $means }),*],
                needs: $needs,
                beside: $beside,
                size: super::Size::$size,
            };
            const ALL: &'static [$name] = &[$($name::$key),*];
        }
    };
}
use keys;

/// The names of a table of choices.
fn names<T, const N: usize>(choices: &[(&'static str, T); N]) -> Vec<&'static str> {
    choices.iter().map(|(name, _)| *name).collect()
}

const TEXTS: Form = Form::List(&Form::Text);
