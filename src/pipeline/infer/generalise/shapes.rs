//! Forms of words: which pattern do these values have in common?

use std::collections::{BTreeMap, BTreeSet};

/// Values are split into runs of letters and digits, and the signs between them. Keys that a program makes (`W2378156`,
/// `gift_card_5634230`) have the same signs at the same places and runs of the same classes and lengths; words that people
/// choose do not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// A regular expression on the whole value.
    pub pattern: String,
    /// A machine made it: some run has a fixed length and is no word.
    pub tight: bool,
}

/// Forms of the same values, at most this many; with more, the values have none in common.
const ALTERNATIVES: usize = 4;
/// A run that holds one of so few words is those words.
const WORDS: usize = 8;

/// The form of nearly all values, and those that stand apart. Somebody mistypes a key now and then; one slip among many
/// must not cost the form of all others.
pub fn common_form<'a>(values: impl IntoIterator<Item = &'a str>) -> Option<(Form, Vec<&'a str>)> {
    let values: Vec<&str> = values.into_iter().collect();
    let whole = form_of_all(values.iter().copied());
    if whole.as_ref().is_some_and(|form| form.tight) || values.len() < 20 {
        return whole.map(|form| (form, Vec::new()));
    }
    let mut groups: BTreeMap<(String, Vec<u8>), Vec<&str>> = BTreeMap::new();
    for value in &values {
        let (signs, runs) = split(value);
        let classes = runs.iter().map(|run| Class::of(run).bits()).collect();
        groups.entry((signs, classes)).or_default().push(value);
    }
    let (main, apart): (Vec<_>, Vec<_>) = groups.into_values().partition(|group| group.len() * 20 > values.len());
    let apart: Vec<&str> = apart.concat();
    let main = form_of_all(main.concat()).filter(|form| form.tight && apart.len() * 20 <= values.len());
    match (main, whole) {
        (Some(form), _) => Some((form, apart)),
        (None, whole) => whole.map(|form| (form, Vec::new())),
    }
}

/// The form that all values have, if there are few enough. `values`: at least one.
fn form_of_all<'a>(values: impl IntoIterator<Item = &'a str>) -> Option<Form> {
    let mut groups: BTreeMap<String, Vec<Vec<&'a str>>> = BTreeMap::new();
    for value in values {
        let (signs, runs) = split(value);
        groups.entry(signs).or_default().push(runs);
        if groups.len() > ALTERNATIVES {
            return None;
        }
    }
    let mut patterns = Vec::new();
    let mut tight = !groups.is_empty();
    for (signs, members) in &groups {
        let (pattern, is_tight) = group_form(signs, members)?;
        tight &= is_tight;
        patterns.push(pattern);
    }
    let pattern = match patterns.as_slice() {
        [one] => one.clone(),
        many => many.join("|"),
    };
    Some(Form { pattern, tight })
}

/// Signs that a regular expression gives a meaning, escaped; the rest stays readable.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if r"\.+*?()|[]{}^$".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// The form of one value, without lengths: what is kept of values past the cap.
pub fn form_of(text: &str) -> String {
    let (signs, runs) = split(text);
    let mut runs = runs.into_iter();
    let mut pattern = String::new();
    for sign in signs.chars() {
        if sign == RUN {
            let run = runs.next().unwrap_or_default();
            pattern.push_str(&Class::of(run).pattern());
            pattern.push('+');
        } else {
            pattern.push_str(&escape(&sign.to_string()));
        }
    }
    pattern
}

/// Stands for a run among the signs; no value has it, since control characters have no form.
const RUN: char = '\u{1}';

/// The signs of a value, with [`RUN`] where a run of letters and digits stands, and the runs.
fn split(value: &str) -> (String, Vec<&str>) {
    let (mut signs, mut runs, mut start) = (String::new(), Vec::new(), None);
    for (at, character) in value.char_indices() {
        if character.is_alphanumeric() {
            if start.is_none() {
                start = Some(at);
                signs.push(RUN);
            }
        } else {
            if let Some(from) = start.take() {
                runs.extend(value.get(from..at));
            }
            signs.push(character);
        }
    }
    if let Some(from) = start {
        runs.extend(value.get(from..));
    }
    (signs, runs)
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Class {
    upper: bool,
    lower: bool,
    digit: bool,
    other: bool,
}

impl Class {
    fn of(run: &str) -> Class {
        let mut class = Class::default();
        for character in run.chars() {
            class.digit |= character.is_ascii_digit();
            class.upper |= character.is_ascii_uppercase();
            class.lower |= character.is_ascii_lowercase();
            class.other |= !character.is_ascii();
        }
        class
    }

    fn or(self, other: Class) -> Class {
        Class {
            upper: self.upper || other.upper,
            lower: self.lower || other.lower,
            digit: self.digit || other.digit,
            other: self.other || other.other,
        }
    }

    fn pattern(self) -> String {
        let parts = [(self.upper, "A-Z"), (self.lower, "a-z"), (self.digit, "0-9"), (self.other, r"\p{L}\p{N}")];
        let inner: String = parts.iter().filter(|(has, _)| *has).map(|(_, part)| *part).collect();
        format!("[{inner}]")
    }

    fn bits(self) -> u8 {
        u8::from(self.upper) | u8::from(self.lower) << 1 | u8::from(self.digit) << 2 | u8::from(self.other) << 3
    }

    fn is_word(self) -> bool {
        !self.digit && (self.lower || self.other)
    }
}

fn group_form(signs: &str, members: &[Vec<&str>]) -> Option<(String, bool)> {
    if signs.chars().any(|sign| sign != RUN && sign.is_control()) || signs.chars().count() > 24 {
        return None;
    }
    let (mut pattern, mut tight, mut at) = (String::new(), false, 0);
    for sign in signs.chars() {
        if sign == RUN {
            let runs: Vec<&str> = members.iter().filter_map(|runs| runs.get(at).copied()).collect();
            at += 1;
            let (part, is_tight) = run_form(&runs, members.len());
            pattern.push_str(&part);
            tight |= is_tight;
        } else {
            pattern.push_str(&escape(&sign.to_string()));
        }
    }
    Some((pattern, tight && !signs.contains(' ')))
}

/// One run over all values: few words that come again and again are those words; else its class, and its length.
fn run_form(runs: &[&str], values: usize) -> (String, bool) {
    let distinct: BTreeSet<&str> = runs.iter().copied().collect();
    let class = runs.iter().map(|run| Class::of(run)).fold(Class::default(), Class::or);
    if distinct.len() <= WORDS && distinct.len() * 2 <= values && (class.is_word() || distinct.len() == 1) {
        let words: Vec<String> = distinct.iter().map(|word| escape(word)).collect();
        let pattern = if words.len() == 1 { words.concat() } else { format!("(?:{})", words.join("|")) };
        return (pattern, false);
    }
    let start = common_start(&distinct);
    let lengths: Vec<usize> = runs.iter().map(|run| run.chars().count() - start.chars().count()).collect();
    let shortest = lengths.iter().copied().min().unwrap_or(0);
    let longest = lengths.iter().copied().max().unwrap_or(0);
    let rest = runs.iter().filter_map(|run| run.get(start.len()..)).map(Class::of).fold(Class::default(), Class::or);
    let fixed = shortest == longest;
    let length = match (fixed, rest.is_word()) {
        (true, false) if longest == 1 => String::new(),
        (true, false) => format!("{{{longest}}}"),
        (_, true) => format!("{{1,{}}}", (longest * 2).max(24)),
        (false, false) => format!("{{{},{}}}", shortest.min(1), longest + longest.div_ceil(2)),
    };
    let tight = fixed && longest >= 3 && !rest.is_word();
    (format!("{}{}{length}", escape(&start), rest.pattern()), tight)
}

/// What all runs start with: letters that are followed by a number (`HAT266`, `HAT091`).
fn common_start(runs: &BTreeSet<&str>) -> String {
    let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return String::new() };
    if runs.len() < 3 {
        return String::new();
    }
    // Sorted, so that the first and the last differ the most.
    let same = first.chars().zip(last.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a);
    let start: String = same.take_while(|character| character.is_ascii_alphabetic()).collect();
    let numbered = runs.iter().all(|run| {
        run.get(start.len()..).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
    });
    if numbered { start } else { String::new() }
}

/// Characters that these values are made of, as a pattern: letters of any script, and the digits and signs that were
/// seen; and how long such a value may be. A name that is new looks like that; an injected `$(...)` or a URL does not.
///
/// Signs that make a program read a word as something else only stand where one of `own` has them: `/`, `~`, `-` (an
/// option) and their like at the start, and `..` anywhere. `own`: the values of this very position.
pub fn alphabet<'a>(values: impl IntoIterator<Item = &'a str>, own: &[&str]) -> Option<(String, u64)> {
    let (mut signs, mut digits, mut longest) = (BTreeSet::new(), false, 0);
    for value in values {
        longest = longest.max(value.chars().count());
        for character in value.chars() {
            if character.is_control() {
                return None;
            }
            if character.is_ascii_digit() {
                digits = true;
            } else if !character.is_alphabetic() || !letter_class(character) {
                signs.insert(character);
            }
        }
    }
    // Names of people and places bring these with them sooner or later, and no reader takes them for anything else.
    if signs.contains(&' ') {
        signs.extend(['-', '.', '\'', ',']);
    }
    let digits = if digits { "0-9" } else { "" };
    let class = |keep: &dyn Fn(char) -> bool| {
        let signs: String = signs.iter().filter(|sign| keep(**sign)).map(|sign| class_sign(*sign)).collect();
        format!("[\\p{{L}}\\p{{M}}{digits}{signs}]")
    };
    let starts = |sign: char| own.iter().any(|value| value.starts_with(sign));
    let first = |sign: char| !LEADING.contains(&sign) || starts(sign);
    let climbs = own.iter().any(|value| value.contains(".."));
    let pattern = if signs.contains(&'.') && !climbs {
        let (start, rest) = (class(&|sign| sign != '.' && first(sign)), class(&|sign| sign != '.'));
        let start = if starts('.') { format!("(?:{start}|\\.{rest})") } else { start };
        let dot = if own.contains(&".") { "\\.|" } else { "" };
        format!("{dot}{start}(?:\\.?{rest})*\\.?")
    } else {
        let (start, rest) = (class(&first), class(&|_| true));
        if start == rest { format!("{rest}+") } else { format!("{start}{rest}*") }
    };
    Some((pattern, (longest as u64 * 2).max(32)))
}

/// Signs that at the start of a word turn it into a path, an option, or nothing that a person sees.
const LEADING: [char; 6] = ['/', '\\', '~', '-', '.', ' '];

/// Whether `\p{L}` and `\p{M}` surely hold it: beyond the scripts of everyday names each character stands for itself.
fn letter_class(character: char) -> bool {
    character.is_ascii_alphabetic() || ('\u{c0}'..='\u{24f}').contains(&character) && !matches!(character, '×' | '÷')
}

/// A sign inside of `[...]`.
fn class_sign(sign: char) -> String {
    if r"\[]^-&~".contains(sign) { format!("\\{sign}") } else { sign.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(values: &[&str]) -> Option<String> {
        common_form(values.iter().copied()).map(|(form, _)| form.pattern)
    }

    #[test]
    fn keys_that_a_program_made_have_a_tight_form() {
        let form = common_form(["Q69X3R", "4OG6T3", "JMO1MG"]).unwrap().0;
        assert_eq!((form.pattern.as_str(), form.tight), ("[A-Z0-9]{6}", true));
        let form = common_form(["HAT266", "HAT112", "HAT039"]).unwrap().0;
        assert_eq!((form.pattern.as_str(), form.tight), ("HAT[0-9]{3}", true));
        let form = common_form(["raj_sanchez_7340", "mia_li_3668", "noah_muller_9847"]).unwrap().0;
        assert!(form.tight && form.pattern.ends_with("_[0-9]{4}"), "{}", form.pattern);
        let ids = ["gift_card_5634230", "credit_card_9513926", "gift_card_1111111", "credit_card_9513999"];
        assert_eq!(pattern(&ids).unwrap(), "(?:credit|gift)_card_[0-9]{7}");
    }

    #[test]
    fn words_that_people_chose_have_none() {
        assert!(!common_form(["Apple", "Spotify", "Netflix"]).unwrap().0.tight);
        assert!(!common_form(["general", "random"]).unwrap().0.tight);
        assert!(common_form(["a", "a b", "a-b", "a.b", "a:b"]).is_none());
    }

    #[test]
    fn a_form_admits_the_values_that_it_was_made_of() {
        for values in [&["#W123", "#W456", "#W789"][..], &["a-1", "bcd-22"], &["x.y", "z.w"], &["Zürich", "Genève"]] {
            let form = common_form(values.iter().copied()).unwrap().0;
            let whole = regex::Regex::new(&format!("^(?:{})$", form.pattern)).unwrap();
            assert!(values.iter().all(|value| whole.is_match(value)), "{}", form.pattern);
            let letters =
                regex::Regex::new(&format!("^(?:{})$", alphabet(values.iter().copied(), values).unwrap().0)).unwrap();
            assert!(values.iter().all(|value| letters.is_match(value)), "{letters}");
            assert!(!letters.is_match("x$(id)"));
        }
    }
}
