//! Where the secrets of a text stand.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind};

use super::{forms, pairs, vendored};

/// How sure a rule is of what it found. Where two overlap, the surer one names the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Said by the name beside it.
    Name,
    /// Said by where it stands: a header, a URL, a command line.
    Place,
    /// Said by its own form.
    Format,
    /// The user's own pattern.
    User,
}

/// A secret in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub range: Range<usize>,
    pub kind: String,
    pub strength: Strength,
}

impl Found {
    /// `range` is widened to whole characters: the rules work on bytes.
    pub fn new(text: &str, range: Range<usize>, kind: impl Into<String>, strength: Strength) -> Found {
        let (mut start, mut end) = (range.start.min(text.len()), range.end.min(text.len()));
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        while !text.is_char_boundary(end) {
            end += 1;
        }
        Found { range: start..end.max(start), kind: kind.into(), strength }
    }
}

/// What a keyword wakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wakes {
    Rule(usize),
    Form(usize),
    /// A name that may speak of a secret; the place matters.
    Name,
}

/// The one scan: every keyword of every rule, letter case ignored.
struct Keywords {
    automaton: AhoCorasick,
    /// For each pattern of the automaton.
    wakes: Vec<Vec<Wakes>>,
}

static KEYWORDS: LazyLock<Option<Keywords>> = LazyLock::new(|| {
    let mut words: std::collections::BTreeMap<&str, Vec<Wakes>> = std::collections::BTreeMap::new();
    for (index, rule) in vendored::RULES.iter().enumerate() {
        for word in &rule.keywords {
            words.entry(word).or_default().push(Wakes::Rule(index));
        }
    }
    for (index, form) in forms::FORMS.iter().enumerate() {
        for word in form.keywords {
            words.entry(word).or_default().push(Wakes::Form(index));
        }
    }
    for word in pairs::KEYWORDS {
        words.entry(word).or_default().push(Wakes::Name);
    }
    // Everything is searched: the fastest kind, also for so many words.
    let kind = Some(AhoCorasickKind::DFA);
    let automaton = AhoCorasickBuilder::new().kind(kind).ascii_case_insensitive(true).build(words.keys()).ok()?;
    Some(Keywords { automaton, wakes: words.into_values().collect() })
});

/// Which families are looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Families {
    /// Everything but the vendors' formats.
    pub secrets: bool,
    /// The vendors' formats.
    pub api_keys: bool,
}

/// Every secret, in order, without overlaps, and outside of what is redacted already.
fn find(text: &str, families: Families) -> Vec<Found> {
    let mut found = Vec::new();
    collect(text, families, &mut found);
    settle(text, found, |_| false)
}

/// As [`find`], but raw: to be given to [`settle`].
pub(super) fn collect(text: &str, families: Families, found: &mut Vec<Found>) {
    let Some(keywords) = KEYWORDS.as_ref() else {
        // Never: a test builds it. If it did, nothing may be written down.
        found.push(Found::new(text, 0..text.len(), "text", Strength::User));
        return;
    };
    // Most texts wake nothing, and then nothing is allocated.
    let (mut rules, mut forms, mut names) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for hit in keywords.automaton.find_overlapping_iter(text) {
        for wakes in keywords.wakes.get(hit.pattern().as_usize()).into_iter().flatten() {
            match *wakes {
                Wakes::Rule(index) => _ = rules.insert(index),
                Wakes::Form(index) => _ = forms.insert(index),
                Wakes::Name => names.push(hit.start()),
            }
        }
    }
    if families.api_keys {
        rules.iter().filter_map(|index| vendored::RULES.get(*index)).for_each(|rule| rule.find(text, found));
    }
    if families.secrets {
        forms.iter().filter_map(|index| forms::FORMS.get(*index)).for_each(|form| (form.find)(text, found));
        if !names.is_empty() {
            pairs::find(text, &names, found);
        }
    }
}

/// Sorts, joins what overlaps, and leaves out what is redacted already. `own`: the kinds that the user made.
pub(super) fn settle(text: &str, mut found: Vec<Found>, own: impl Fn(&str) -> bool) -> Vec<Found> {
    if found.is_empty() {
        return found;
    }
    found.retain(|one| !one.range.is_empty());
    found.sort_by(|a, b| (a.range.start, b.range.end).cmp(&(b.range.start, a.range.end)));
    let mut joined: Vec<Found> = Vec::with_capacity(found.len());
    for next in found {
        match joined.last_mut() {
            Some(last) if next.range.start < last.range.end => {
                last.range.end = last.range.end.max(next.range.end);
                if next.strength > last.strength {
                    last.kind = next.kind;
                    last.strength = next.strength;
                }
            }
            _ => joined.push(next),
        }
    }
    let marks = marks(text, own);
    if marks.is_empty() { joined } else { joined.into_iter().flat_map(|one| outside(one, &marks)).collect() }
}

/// The parts of `one` that lie in no mark. `marks` is sorted.
fn outside(one: Found, marks: &[Range<usize>]) -> Vec<Found> {
    let mut parts = Vec::new();
    let mut from = one.range.start;
    let first = marks.partition_point(|mark| mark.end <= one.range.start);
    for mark in marks.iter().skip(first).take_while(|mark| mark.start < one.range.end) {
        if from < mark.start {
            parts.push(Found { range: from..mark.start, ..one.clone() });
        }
        from = mark.end;
    }
    if from < one.range.end {
        parts.push(Found { range: from..one.range.end, ..one });
    }
    parts
}

const OPENING: &str = "[redacted:";
/// Hex digits of a token.
pub(super) const TOKEN: usize = 16;

/// The kinds of our own rules.
const KINDS: [&str; 14] = [
    "api-key",
    "authorization",
    "basic-auth",
    "bearer",
    "cookie",
    "credential",
    "kubernetes-secret",
    "password",
    "password-hash",
    "private-key",
    "secret",
    "text",
    "token",
    "url-password",
];

fn is_known(kind: &str) -> bool {
    KINDS.contains(&kind) || vendored::RULES.iter().any(|rule| rule.id == kind)
}

/// Where `[redacted:<kind>:<token>]` stands already. The kind must be one of ours or of `own`: a forged mark must not
/// carry a secret there.
pub(super) fn marks(text: &str, own: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut marks = Vec::new();
    for (start, _) in text.match_indices(OPENING) {
        if let Some((length, kind)) = text.get(start..).and_then(mark)
            && (is_known(kind) || own(kind))
        {
            marks.push(start..start + length);
        }
    }
    marks
}

/// The length and the kind of the mark that `text` starts with.
fn mark(text: &str) -> Option<(usize, &str)> {
    let rest = text.strip_prefix(OPENING)?;
    let kind = rest.bytes().take(100).take_while(|byte| is_kind(*byte)).count();
    let token = rest.get(kind..)?.strip_prefix(':')?;
    let hex = token.bytes().take(TOKEN + 1).take_while(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')).count();
    let closed = hex == TOKEN && token.get(TOKEN..)?.starts_with(']');
    closed.then_some((OPENING.len() + kind + 1 + TOKEN + 1, rest.get(..kind)?))
}

/// The letters of a kind.
pub(super) fn is_kind(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// The kinds of secret that stand in `text`, without a key, in order and each once: `github-pat`, `private-key` ...
/// What is redacted already is none.
pub fn secrets_in(text: &str) -> Vec<String> {
    let mut kinds: Vec<String> = Vec::new();
    for found in find(text, Families { secrets: true, api_keys: true }) {
        if !kinds.contains(&found.kind) {
            kinds.push(found.kind);
        }
    }
    kinds
}
