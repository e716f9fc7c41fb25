//! One position of the arguments -> one constraint.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Map, Number, Value};

use super::super::danger::{self, Class};
use super::super::names::{self, Role};
use super::super::node;
use super::super::readings::Readings;
use super::super::settings::{Settings, Strictness};
use super::super::signs;
use super::super::stakes::Stakes;
use super::super::view::{Spot, View};
use super::super::{reading, text_token};
use super::domains::Domains;
use super::{addresses, closed, commands, numbers, places, sayable, sql, text, urls};
use crate::decision::effects::{self, Hints};
use crate::decision::sql::Dialect;
use crate::decision::verbs;
use crate::model::effects::{Kind, What};
use crate::model::policy::Constraint;
use crate::model::request::Request;

/// A value, and the sessions that had it, ascending.
pub type Seen<'s, T = String> = (T, &'s [u32]);

/// A step into the arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Member(String),
    Element,
}

/// Where one stands, and what is at stake there.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    pub server: &'a str,
    pub tool: &'a str,
    pub strictness: Strictness,
    pub stakes: Stakes,
    /// Sessions that called the tool.
    pub sessions: u32,
    pub domains: &'a Domains,
    pub view: &'a View<'a>,
    pub settings: &'a Settings,
    pub readings: &'a Readings,
    /// The argument that relative paths of this tool start from, and its values.
    pub base: Option<(&'a str, &'a Spot<'a>)>,
    pub dialect: Dialect,
    pub path: Vec<Step>,
    /// Each word here chooses what is done: those that were seen, and no others.
    pub closed: bool,
}

impl<'a> Context<'a> {
    /// The nearest member name.
    pub fn key(&self) -> &str {
        self.path
            .iter()
            .rev()
            .find_map(|step| match step {
                Step::Member(name) => Some(name.as_str()),
                Step::Element => None,
            })
            .unwrap_or_default()
    }

    pub fn role(&self) -> Role {
        names::role(self.key())
    }

    pub fn is_exact(&self) -> bool {
        self.strictness == Strictness::Exact
    }

    pub fn many(&self) -> usize {
        self.strictness.many()
    }

    /// In a dangerous class, and in few sessions: then a person is asked.
    pub fn is_rare_and_dangerous(&self) -> bool {
        is_rare(self.stakes.class, self.sessions)
    }

    fn into(&self, step: Step) -> Context<'a> {
        let mut inner = self.clone();
        inner.path.push(step);
        inner
    }

    /// At a member of an object, or an argument, beside all that is known of the others.
    pub fn member(&self, name: &str, all: &BTreeMap<&str, Spot<'_>>) -> Context<'a> {
        let mut inner = self.into(Step::Member(name.to_owned()));
        inner.closed |= names::chooses(name, |other| all.contains_key(other))
            || names::are_words_of_a_program(name, all.keys().copied())
            // Where a person is asked each time, the person sees whom it reaches.
            || self.stakes.changes && !self.is_rare_and_dangerous() && names::is_payee(name, self.pays());
        inner
    }

    /// The call moves money.
    pub fn pays(&self) -> bool {
        self.stakes.class.is_some_and(|class| class.name == "payment") || self.stakes.changes && danger::pays(self.tool)
    }

    /// As a switch, what stands here would make the call do more harm on one of its sides.
    pub fn holds_switch(&self) -> bool {
        let key = self.key();
        self.stakes.changes && names::is_dangerous_switch(key) || self.stakes.outward && names::is_guard(key)
    }

    /// These words are a sum of money, or may be one: no form tells a small one from a large one.
    fn are_sums(&self, words: &[Seen<'_>]) -> bool {
        let is_figure = |word: &str| {
            word.contains(|c: char| c.is_numeric()) && word.chars().all(|c| c.is_numeric() || " .,'+_$€£¥".contains(c))
        };
        let measures = !matches!(self.role(), Role::Text | Role::Id | Role::Count);
        let figures = self.pays() && words.iter().any(|(word, _)| is_figure(word));
        self.stakes.changes && measures && (names::is_money(self.key()) || figures)
    }

    /// The arguments of a call with `value` at this position and nothing else but the base of its paths.
    pub fn arguments(&self, value: Value, base: Option<&str>) -> Map<String, Value> {
        let mut whole = value;
        for step in self.path.iter().rev() {
            whole = match step {
                Step::Member(name) => Value::Object(Map::from_iter([(name.clone(), whole)])),
                Step::Element => Value::Array(vec![whole]),
            };
        }
        let mut arguments = match whole {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        if let (Some(base), Some((key, _))) = (base, self.base) {
            arguments.entry(key.to_owned()).or_insert_with(|| Value::String(base.to_owned()));
        }
        arguments
    }

    /// Whether a call has this word at this position.
    pub fn holds(&self, arguments: &Map<String, Value>, word: &str) -> bool {
        fn below(value: &Value, path: &[Step], word: &str) -> bool {
            match (path.split_first(), value) {
                (None, value) => value.as_str() == Some(word),
                (Some((Step::Element, rest)), Value::Array(items)) => items.iter().any(|item| below(item, rest, word)),
                (Some((Step::Member(name), rest)), value) => {
                    value.get(name).is_some_and(|value| below(value, rest, word))
                }
                _ => false,
            }
        }
        let Some((Step::Member(first), rest)) = self.path.split_first() else { return false };
        arguments.get(first).is_some_and(|value| below(value, rest, word))
    }

    /// What a value at this position does, as `decide` will see it.
    pub fn effects(&self, value: Value, base: Option<&str>) -> Vec<What> {
        match &value {
            Value::String(text) => self.read(text, base).to_vec(),
            _ => self.read_anew(value, base, &self.pointer()),
        }
    }

    /// The same, of a string, which is read once for all sessions that are left out.
    pub fn read(&self, text: &str, base: Option<&str>) -> Rc<[What]> {
        let pointer = self.pointer();
        let mut position = Vec::with_capacity(96);
        let from = base.zip(self.base).map(|(base, (key, _))| [key, base]);
        for part in [self.server, self.tool, &pointer].into_iter().chain(from.into_iter().flatten()) {
            // Its length first: no name can look like the end of one and the start of another.
            position.extend_from_slice(&part.len().to_le_bytes());
            position.extend_from_slice(part.as_bytes());
        }
        self.readings.of(&position, text, || self.read_anew(Value::String(text.to_owned()), base, &pointer))
    }

    fn read_anew(&self, value: Value, base: Option<&str>, pointer: &str) -> Vec<What> {
        let request = Request::call(self.server, self.tool, self.arguments(value, base));
        let mut hints = Hints { dialect: self.dialect, ..Hints::default() };
        if let (Some(_), Some((key, _))) = (base, self.base) {
            // The constraint will say so as well, and then only that folder counts.
            let pattern = self.path.iter().map(|step| match step {
                Step::Member(name) => format!("/{}", reading::escape(name)),
                Step::Element => "/*".into(),
            });
            hints.relative_to.insert(pattern.collect(), key.to_owned());
        }
        let found = effects::effects(&request, &hints).0.into_iter();
        found.filter(|effect| effect.argument.starts_with(pointer)).map(|effect| effect.what).collect()
    }

    fn pointer(&self) -> String {
        let mut pointer = String::new();
        for step in &self.path {
            pointer.push('/');
            match step {
                Step::Member(name) => pointer.push_str(&reading::escape(name)),
                Step::Element => pointer.push('0'),
            }
        }
        pointer
    }
}

/// Fewer than three sessions: nobody can tell a habit from an accident, or from an attack.
pub fn is_rare(class: Option<&'static Class>, sessions: u32) -> bool {
    class.is_some() && is_few(sessions)
}

/// The measure of [`is_rare`].
pub fn is_few(sessions: u32) -> bool {
    sessions < 3
}

/// A constraint, and why it is what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Reasoned {
    pub constraint: Constraint,
    /// One sentence for each part.
    pub why: Vec<String>,
    /// Explanations of what lies inside, by pointer pattern below this position.
    pub inner: BTreeMap<String, Vec<String>>,
}

impl Reasoned {
    pub fn new(constraint: Constraint, why: String) -> Reasoned {
        Reasoned { constraint, why: vec![why], inner: BTreeMap::new() }
    }

    /// Any one of these.
    fn any_of(mut parts: Vec<Reasoned>) -> Reasoned {
        if parts.len() == 1
            && let Some(only) = parts.pop()
        {
            return only;
        }
        let mut whole = Reasoned { constraint: Constraint::Any, why: Vec::new(), inner: BTreeMap::new() };
        let mut constraints = Vec::new();
        for part in parts {
            whole.why.extend(part.why);
            whole.inner.extend(part.inner);
            constraints.push(part.constraint);
        }
        if !constraints.is_empty() && !constraints.contains(&Constraint::Any) {
            whole.constraint = Constraint::AnyOf(constraints);
        }
        whole
    }
}

/// Satisfied by null alone.
pub fn nothing() -> Constraint {
    Constraint::OneOf(vec![Value::Null])
}

/// The constraint of one position over all sessions.
pub fn constrain(context: &Context<'_>, spot: &Spot<'_>) -> Reasoned {
    let mut parts = Vec::new();
    if spot.objects > 0 {
        parts.push(object(context, spot));
    }
    if let Some(items) = spot.items.as_ref().filter(|_| spot.arrays > 0) {
        parts.push(array(context, spot, items));
    }
    parts.extend(scalars(context, spot));
    if parts.is_empty() {
        let why = if spot.nulls == spot.seen { "never anything but null" } else { "nothing of it can be granted" };
        return Reasoned::new(nothing(), why.into());
    }
    Reasoned::any_of(parts)
}

/// Objects are closed, like arguments. With more keys than are kept, the keys are data: a call that only looks may have
/// any of them, unless one that is known does something; of a call that changes something they are not granted.
fn object(context: &Context<'_>, spot: &Spot<'_>) -> Reasoned {
    if spot.keyed && !context.closed && !context.stakes.changes && !context.is_exact() && !does_something(context, spot)
    {
        return Reasoned::new(Constraint::Any, "its keys are data".into());
    }
    let mut whole = Reasoned::new(Constraint::Any, format!("an object of {} members", spot.fields.len()));
    let (mut fields, mut required) = (BTreeMap::new(), Vec::new());
    for (name, field) in &spot.fields {
        let inner = constrain(&context.member(name, &spot.fields), field);
        if field.seen == spot.objects && field.nulls == 0 && inner.constraint != Constraint::Any {
            required.push((*name).to_owned());
        }
        let below = format!("/{}", reading::escape(name));
        whole.inner.extend(inner.inner.into_iter().map(|(pointer, why)| (format!("{below}{pointer}"), why)));
        whole.inner.insert(below, inner.why);
        fields.insert((*name).to_owned(), inner.constraint);
    }
    whole.constraint = Constraint::Fields { fields, required };
    whole
}

/// Whether something that is known at this position, or below, does more than say a word, or names whom a call reaches.
fn does_something(context: &Context<'_>, spot: &Spot<'_>) -> bool {
    let inside = |step: Step, spot: &Spot<'_>| does_something(&context.into(step), spot);
    reading::is_effect_name(context.key())
        || context.role() == Role::Target
        || spot.embedded.contains_key(node::STATEMENT)
        || spot.strings().any(|(text, _)| !is_word(context, &text))
        || spot.fields.iter().any(|(name, field)| inside(Step::Member((*name).to_owned()), field))
        || spot.items.as_ref().is_some_and(|items| inside(Step::Element, items))
}

fn array(context: &Context<'_>, spot: &Spot<'_>, items: &Spot<'_>) -> Reasoned {
    if items.seen == 0 {
        return Reasoned::new(Constraint::MaxItems(0), "always an empty array".into());
    }
    let mut inner = constrain(&context.into(Step::Element), items);
    let each = Constraint::Each(Box::new(inner.constraint.clone()));
    // A batch of what is allowed one by one is no more than that many calls, but a call that changes ten thousand
    // things at once cannot be stopped half-way.
    inner.constraint = match context.stakes.changes {
        true => Constraint::All(vec![Constraint::MaxItems(most_items(spot.most_items)), each]),
        false => each,
    };
    inner.why.insert(0, format!("arrays of at most {} elements", spot.most_items));
    inner
}

fn most_items(seen: u64) -> u64 {
    let twice = u32::try_from(seen.saturating_mul(2)).unwrap_or(u32::MAX);
    numbers::round_up(f64::from(twice).max(10.0)) as u64
}

/// Everything but objects and arrays.
fn scalars(context: &Context<'_>, spot: &Spot<'_>) -> Vec<Reasoned> {
    let (mut strings, mut figures, mut switches, mut vectors) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (json, sessions) in spot.values.iter() {
        match serde_json::from_str(json) {
            Ok(Value::String(text)) => strings.push((text, sessions)),
            Ok(Value::Number(number)) => figures.push((number, sessions)),
            Ok(Value::Bool(on)) => switches.push(on),
            Ok(vector @ Value::Array(_)) => vectors.push((vector, sessions)),
            _ => {}
        }
    }
    if reading::is_command_name(context.key()) {
        commands::leave_out_surprises(context, spot, &mut strings, &mut vectors);
    }
    let mut parts = Vec::new();
    if !switches.is_empty() {
        parts.push(switch(context, spot.sessions, &switches));
    }
    let beyond = spot.beyond.iter().filter_map(|(_, beyond)| beyond.numbers);
    let beyond = beyond.reduce(|(low, high), (least, most)| (low.min(least), high.max(most)));
    if !figures.is_empty() || beyond.is_some() {
        parts.push(numbers::constrain(context, &figures as &[Seen<'_, Number>], beyond));
    }
    if !vectors.is_empty() {
        let reasoned = commands::constrain_vectors(context, &vectors);
        parts.extend(reasoned.map(|reasoned| sayable::or_the_words(reasoned, &vectors)));
    }
    if !strings.is_empty() || spot.long > 0 {
        parts.extend(words(context, spot, strings));
    }
    parts
}

/// From so many sessions on, a switch of a call that changes something and never had its other side has one: the next
/// session would turn it with a probability of one in twenty.
const SETTLED: u32 = 19;

/// A switch may take either side once it was used. One that makes the call do more harm, or a guard that keeps it from
/// harm, stays as it was seen, and so does any that a call which changes something never turned over many sessions, unless
/// it only says how much is told.
fn switch(context: &Context<'_>, sessions: u32, seen: &[bool]) -> Reasoned {
    let settled = seen.len() == 1 && sessions >= SETTLED && !names::is_harmless_switch(context.key());
    let held = context.holds_switch() || context.stakes.changes && settled;
    let free = !held && !context.is_exact() && !context.closed;
    let values: Vec<Value> =
        [false, true].into_iter().filter(|side| free || seen.contains(side)).map(Value::Bool).collect();
    let why = if free { "a switch" } else { "a switch that stays as it was seen" };
    Reasoned::new(Constraint::OneOf(values), why.into())
}

/// Strings, by what `decide` will take each of them for.
fn words(context: &Context<'_>, spot: &Spot<'_>, mut strings: Vec<Seen<'_>>) -> Vec<Reasoned> {
    if !reading::is_command_name(context.key()) && signs::surprise(spot, context.settings).is_some() {
        strings.retain(|(text, _)| !signs::has_signs(text));
    }
    let mut parts = Vec::new();
    let (tokens, strings): (Vec<_>, Vec<_>) = strings.into_iter().partition(|(text, _)| text_token(text).is_some());
    if !tokens.is_empty() {
        let each = tokens.iter().map(|(token, _)| Constraint::Redacted(token.clone()));
        parts.extend(each.map(|token| Reasoned::new(token, "a secret, known by its token".into())));
    }
    if !strings.is_empty() && (context.closed || context.are_sums(&strings)) {
        parts.push(closed::constrain(&Context { closed: true, ..context.clone() }, &strings));
        return parts;
    }
    let mut by_kind: BTreeMap<Option<Kind>, Vec<Seen<'_>>> = BTreeMap::new();
    for (text, sessions) in strings {
        by_kind.entry(kind_of(context, &text)).or_default().push((text, sessions));
    }
    if by_kind.get(&Some(Kind::Path)).is_some_and(|values| are_ends_of_a_journey(context, values)) {
        let words = by_kind.remove(&Some(Kind::Path)).unwrap_or_default();
        by_kind.entry(None).or_default().extend(words);
    }
    let mut rest: Vec<Seen<'_>> =
        [None, Some(Kind::Text)].into_iter().filter_map(|kind| by_kind.remove(&kind)).flatten().collect();
    if !rest.is_empty() && !reading::is_effect_name(context.key()) {
        // As a place it would hold every other word as well.
        let paths = by_kind.entry(Some(Kind::Path)).or_default();
        rest.extend(paths.extract_if(.., |(text, _)| is_where_one_stands(text)));
    }
    by_kind.retain(|_, values| !values.is_empty());
    let mut is_text = text::is_text(context.key(), spot, &rest);
    if is_text {
        rest.extend(text::among(&mut by_kind, rest.len()).into_iter().flatten());
        is_text = by_kind
            .iter()
            .all(|(kind, values)| *kind == Some(Kind::Path) && values.len() < rest.len() && !context.stakes.changes);
    }
    // Beside what does something, a free text or a form of words would grant all that it may do.
    let runs = |kind: &Option<Kind>| matches!(kind, Some(Kind::Sql | Kind::Command));
    let beside = by_kind.keys().any(runs) || spot.embedded.contains_key(node::STATEMENT);
    for (kind, values) in by_kind {
        let reasoned = match kind {
            Some(Kind::Path) => places::constrain(context, spot, &values),
            Some(Kind::Url) => urls::constrain(context, &values),
            Some(Kind::Sql) => sql::constrain(context, &values),
            Some(Kind::Command) => match commands::constrain(context, &values) {
                Some(reasoned) => reasoned,
                None => continue,
            },
            Some(Kind::Address) => addresses::constrain(context, &values),
            Some(Kind::Text) | None => continue,
        };
        let mut reasoned = sayable::or_the_words(reasoned, &values);
        if spot.arrays > 0 {
            reasoned.constraint = sayable::for_strings_alone(reasoned.constraint, &values);
        }
        parts.push(reasoned);
    }
    if is_text {
        parts.push(sayable::or_the_words(text::constrain(context, spot, &rest), &rest));
    } else if !rest.is_empty() {
        let context = Context { closed: context.closed || beside, ..context.clone() };
        parts.push(sayable::or_the_words(closed::constrain(&context, &rest), &rest));
    }
    parts
}

/// `.`, `./`, `a/..`: among words, the sign for where one stands is a word like them.
fn is_where_one_stands(text: &str) -> bool {
    let mut depth = 0_i32;
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => depth -= 1,
            _ => depth += 1,
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0 && !text.starts_with('/') && !text.is_empty()
}

/// `source` and `destination` are the ends of a move, and the decision takes whatever stands there for a place. But people
/// and parcels travel as well: where the tool's name does not speak of files, and no value ever looked like a place, these
/// are words (`JFK`), and hold no more than words do. The decision goes on judging them as places besides.
fn are_ends_of_a_journey(context: &Context<'_>, values: &[Seen<'_>]) -> bool {
    const ENDS: [&str; 6] = ["source", "sources", "destination", "src", "dst", "dest"];
    const OF_FILES: &str = "file files dir directory folder path copy move rename link sync mount backup mv";
    let of_files = || verbs::words(context.tool).iter().any(|word| OF_FILES.split(' ').any(|of| of == word));
    let is_word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == ' ' || c == '-');
    ENDS.contains(&context.key().to_lowercase().as_str()) && values.iter().all(|(text, _)| is_word(text)) && !of_files()
}

/// Whether `decide` takes the string for nothing but a word.
pub fn is_word(context: &Context<'_>, text: &str) -> bool {
    kind_of(context, text).is_none_or(|kind| kind == Kind::Text)
}

/// What `decide` takes the string for, if it can be read as that.
fn kind_of(context: &Context<'_>, text: &str) -> Option<Kind> {
    context.read(text, None).iter().rev().find_map(|what| match what {
        What::Path(_) => Some(Kind::Path),
        What::Url(_) => Some(Kind::Url),
        What::Sql(_) => Some(Kind::Sql),
        What::Command(_) => Some(Kind::Command),
        What::Address(_) => Some(Kind::Address),
        What::Text(_) | What::Unreadable { .. } => None,
    })
}
