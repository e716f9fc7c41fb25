//! Puts marks where secrets stood.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use regex::{Regex, RegexBuilder};
use serde_json::{Map, Value};
use sha2::Sha256;

use super::find::{self, Families, Found, Strength};
use super::names::{self, Weight};
use super::{emails, headers, values};
use crate::model::policy::Redaction;

/// Takes secrets out, and puts `[redacted:<kind>:<token>]` there. The token is the first 16 hex digits of
/// HMAC-SHA256(key, secret), the key being the project's, so that equal secrets stay equal and cannot be guessed.
/// Redacting twice is redacting once.
#[derive(Clone)]
pub struct Redactor {
    key: Arc<[u8; 32]>,
    families: Families,
    emails: bool,
    /// The user's own, by name.
    patterns: Vec<(String, Regex)>,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor")
            .field("families", &self.families)
            .field("emails", &self.emails)
            .field("patterns", &self.patterns)
            .finish_non_exhaustive()
    }
}

/// Rounds until a text stays as it is. Taking one secret out can lay another bare, whose neighbours hid it.
const ROUNDS: usize = 8;

impl Redactor {
    /// Fails with the name of the user's pattern that is wrong, and why. `api_keys` stands for the vendors' formats,
    /// `secrets` for everything else; the user's patterns are always looked for.
    pub fn new(key: &[u8; 32], what: &Redaction) -> Result<Redactor, (String, String)> {
        let mut patterns = Vec::new();
        for (name, pattern) in &what.patterns {
            let wrong = |why: &str| (name.clone(), why.to_owned());
            if name.is_empty() || name.len() > 60 || !name.bytes().all(find::is_kind) {
                return Err(wrong("a name has letters, digits, `-` and `_` only, 60 at most"));
            }
            let regex =
                RegexBuilder::new(pattern).size_limit(1 << 22).build().map_err(|error| wrong(&error.to_string()))?;
            if regex.is_match("") {
                return Err(wrong("it matches the empty text"));
            }
            patterns.push((name.clone(), regex));
        }
        Ok(Redactor {
            key: Arc::new(*key),
            families: Families { secrets: what.secrets, api_keys: what.api_keys },
            emails: what.emails,
            patterns,
        })
    }

    /// The same text without secrets; borrowed where it had none.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.settle_rounds(text, |text| self.once(text)).map_or(Cow::Borrowed(text), Cow::Owned)
    }

    /// As [`Redactor::text`], for a value that stands under a key.
    pub fn under<'a>(&self, key: Option<&str>, text: &'a str) -> Cow<'a, str> {
        self.string_under(key, text).map_or(Cow::Borrowed(text), Cow::Owned)
    }

    /// As [`Redactor::text`], for a screen, a report or a log: e-mail addresses are masked too where the policy says so.
    pub fn text_for_people<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let redacted = self.text(text);
        if !self.emails {
            return redacted;
        }
        match emails::mask_emails(&redacted) {
            Cow::Borrowed(_) => redacted,
            Cow::Owned(masked) => Cow::Owned(masked),
        }
    }

    /// Every string in `value`, with its key as a hint (`password`, `token`). Keys that hold secrets are redacted too.
    /// Numbers, other keys and the structure stay. `{"name": "TOKEN", "value": ...}` and `["--token", ...]` are read
    /// as pairs.
    pub fn value(&self, value: &mut Value) {
        self.value_under(None, value);
    }

    /// Whether `value` is the secret that stands behind `token`: the token alone, its mark
    /// `[redacted:<kind>:<token>]`, or a text that such marks are part of.
    pub fn is_behind(&self, value: &str, token: &str) -> bool {
        let marks = find::marks(token, |kind| self.is_own(kind));
        match marks.as_slice() {
            [] => token.len() == find::TOKEN && self.token(value) == token,
            [whole] if *whole == (0..token.len()) => {
                token.get(token.len() - find::TOKEN - 1..token.len() - 1) == Some(self.token(value).as_str())
            }
            _ => find::marks(value, |kind| self.is_own(kind)).is_empty() && self.text(value) == token,
        }
    }

    /// Whether the kind is the name of a pattern of the user.
    fn is_own(&self, kind: &str) -> bool {
        self.patterns.iter().any(|(name, _)| name == kind)
    }

    fn value_under(&self, hint: Option<&str>, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(redacted) = self.string_under(hint, text) {
                    *text = redacted;
                }
            }
            Value::Array(items) => self.array_under(hint, items),
            Value::Object(members) => self.object_under(hint, members),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn array_under(&self, hint: Option<&str>, items: &mut [Value]) {
        let pair = items.len() == 2;
        let mut before: Option<String> = None;
        for item in items.iter_mut() {
            let flag = before.as_deref().filter(|name| name.starts_with('-') && !name.contains('=') || pair);
            let next = item.as_str().map(str::to_owned);
            // What is itself a flag, or the name of a pair, is no value.
            let hint = flag
                .filter(|name| names::weigh(name).is_some() && !next.as_deref().is_some_and(|n| n.starts_with("--")))
                .or(hint);
            self.value_under(hint, item);
            before = next;
        }
        self.command_line(items);
    }

    /// An argument vector, read as the command line that it is: `["curl", "-u", "bob:password"]`.
    fn command_line(&self, items: &mut [Value]) {
        let words: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
        let Some(words) = words.filter(|words| words.iter().any(|word| word.starts_with('-'))) else { return };
        let line = words.join(" ");
        let mut found = Vec::new();
        find::collect(&line, self.families, &mut found);
        let found = find::settle(&line, found, |kind| self.is_own(kind));
        let mut start = 0;
        let mut rest = found.as_slice();
        for item in items {
            let Value::String(word) = item else { return };
            let end = start + word.len();
            // What lies in this word, counted from its start; a secret may reach over several words.
            let parts: Vec<Found> = rest
                .iter()
                .take_while(|one| one.range.start < end)
                .map(|one| (one, one.range.start.max(start)..one.range.end.min(end)))
                .filter(|(_, range)| range.start < range.end)
                .map(|(one, range)| Found { range: range.start - start..range.end - start, ..one.clone() })
                .collect();
            while rest.first().is_some_and(|one| one.range.end <= end) {
                rest = rest.get(1..).unwrap_or_default();
            }
            if !parts.is_empty() {
                *word = self.replace(word, &parts);
            }
            start = end + 1;
        }
    }

    fn object_under(&self, hint: Option<&str>, members: &mut Map<String, Value>) {
        let sibling = ["name", "key", "header", "variable"]
            .iter()
            .find_map(|name| members.get(*name).and_then(Value::as_str))
            .filter(|name| names::weigh(name).is_some())
            .map(str::to_owned);
        // Everything in a Kubernetes Secret is one, whatever its name.
        let sealed = members.get("kind").and_then(Value::as_str) == Some("Secret");
        for (name, value) in members.iter_mut() {
            if let (true, "data" | "stringData", Value::Object(data)) = (sealed, name.as_str(), &mut *value) {
                data.values_mut().for_each(|value| self.value_under(Some("password"), value));
                self.keys(data);
                continue;
            }
            let carrier = ["value", "val", "content", "data", "text", "plain"].contains(&name.as_str());
            let hint = if carrier { sibling.as_deref().or(hint).or(Some(name)) } else { Some(name.as_str()) };
            self.value_under(hint, value);
        }
        self.keys(members);
    }

    /// Keys that hold secrets. Two keys never become one.
    fn keys(&self, members: &mut Map<String, Value>) {
        let changed: Vec<(String, String)> = members
            .keys()
            .filter_map(|key| match self.text(key) {
                Cow::Borrowed(_) => None,
                Cow::Owned(redacted) => Some((key.clone(), redacted)),
            })
            .collect();
        for (key, redacted) in changed {
            let Some(value) = members.remove(&key) else { continue };
            let mut name = redacted.clone();
            let mut number = 2;
            while members.contains_key(&name) {
                name = format!("{redacted}#{number}");
                number += 1;
            }
            members.insert(name, value);
        }
    }

    /// A string under a key; `None` where it stays.
    fn string_under(&self, hint: Option<&str>, text: &str) -> Option<String> {
        let hint = hint.filter(|hint| self.families.secrets && names::weigh(hint).is_some());
        self.settle_rounds(text, |text| self.once_under(hint, text))
    }

    /// Rounds of `once` until nothing is found; `None` where nothing ever was.
    fn settle_rounds(&self, text: &str, once: impl Fn(&str) -> Option<String>) -> Option<String> {
        let mut redacted = once(text)?;
        for _ in 1..ROUNDS {
            match once(&redacted) {
                Some(next) => redacted = next,
                None => return Some(redacted),
            }
        }
        // Nobody writes such a text by chance: it goes as a whole.
        Some(if once(&redacted).is_some() { self.mark("text", text) } else { redacted })
    }

    /// The part of `text` that its key says is secret.
    fn meant(hint: &str, text: &str) -> Option<Found> {
        let says = names::weigh(hint).filter(|_| !values::is_pointer(text))?;
        let whole = 0..text.len();
        let range = match says.weight {
            Weight::Authorization => headers::credential(text, true)?,
            Weight::Cookie => {
                Some(whole).filter(|_| headers::holds_cookie(text) || values::looks_random_quoted(text))?
            }
            Weight::Password => {
                Some(whole).filter(|_| !(values::is_place(text) && hint.eq_ignore_ascii_case("pwd")))?
            }
            Weight::Pass => Some(whole).filter(|_| !text.bytes().all(|byte| byte.is_ascii_digit()))?,
            Weight::Token => Some(whole).filter(|_| values::looks_random_quoted(text))?,
        };
        Some(Found::new(text, range, says.kind, Strength::Name))
    }

    /// One round; `None` where nothing was found.
    fn once(&self, text: &str) -> Option<String> {
        self.once_under(None, text)
    }

    /// One round for a string under a key.
    fn once_under(&self, hint: Option<&str>, text: &str) -> Option<String> {
        let mut found: Vec<Found> = hint.and_then(|hint| Redactor::meant(hint, text)).into_iter().collect();
        if self.families.secrets || self.families.api_keys {
            find::collect(text, self.families, &mut found);
        }
        for (name, regex) in &self.patterns {
            for hit in regex.find_iter(text) {
                found.push(Found::new(text, hit.range(), name.clone(), Strength::User));
            }
        }
        let found = find::settle(text, found, |kind| self.is_own(kind));
        (!found.is_empty()).then(|| self.replace(text, &found))
    }

    fn replace(&self, text: &str, found: &[Found]) -> String {
        let mut redacted = String::with_capacity(text.len());
        let mut copied = 0;
        for one in found {
            redacted.push_str(text.get(copied..one.range.start).unwrap_or_default());
            redacted.push_str(&self.mark(&one.kind, text.get(one.range.clone()).unwrap_or_default()));
            copied = one.range.end;
        }
        redacted.push_str(text.get(copied..).unwrap_or_default());
        redacted
    }

    fn mark(&self, kind: &str, secret: &str) -> String {
        format!("[redacted:{kind}:{}]", self.token(secret))
    }

    fn token(&self, secret: &str) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.key.as_slice()) else {
            // Never: HMAC takes keys of any length.
            return "0".repeat(find::TOKEN);
        };
        mac.update(secret.as_bytes());
        HEXLOWER.encode(mac.finalize().into_bytes().get(..find::TOKEN / 2).unwrap_or_default())
    }
}
