//! What stands within a string that nothing declares so: JSON, and the words of a command that cannot be read.

use serde_json::Value;

use crate::model::effects::{Effect, Found, Kind, What};

use super::super::{protections, url};
use super::keys::{self, KeyKind};
use super::{Reader, Spot, read_url};

/// So many places are looked at in a command that cannot be read.
const MOST_LOOSE: usize = 200;

/// So often a string may hold JSON that holds one that does.
const MOST_UNWRAPPED: usize = 4;

/// The list or object that a string spells.
pub fn json_within(text: &str) -> Option<Value> {
    let text = text.trim();
    let has_form = (text.starts_with('[') && text.ends_with(']')) || (text.starts_with('{') && text.ends_with('}'));
    has_form.then(|| serde_json::from_str(text).ok()).flatten()
}

impl Reader<'_> {
    /// What a command names that is no POSIX shell's: a word is a place or a URL by its form, so that the protections hold
    /// for PowerShell as well, where it is granted as a whole.
    pub(super) fn loose_words(&self, spot: &Spot<'_>, text: &str, found: &mut Vec<Effect>) {
        let words =
            text.split(|c: char| c.is_whitespace() || ";|&<>()'\"`,=".contains(c)).filter(|word| !word.is_empty());
        let named = |word: &&str| {
            url::looks_like_url(word) || keys::has_path_form(word) || protections::is_protected_name(word)
        };
        for (count, word) in words.filter(named).enumerate() {
            if count >= MOST_LOOSE {
                let why = "more places than one can look at in a command that cannot be read".to_owned();
                let what = What::Unreadable { kind: Kind::Path, why };
                return found.push(Effect { argument: spot.pointer.clone(), what });
            }
            if url::looks_like_url(word) {
                found.push(Effect { argument: spot.pointer.clone(), what: read_url(word, Found::Embedded) });
            } else {
                self.paths(spot, word, Found::Embedded, found);
            }
        }
    }

    /// A list or an object within a string. Some servers take it for what it says where they expect one (`pre_parse_json` of
    /// the Python SDK, since some clients write lists so): it is read as that, too. Free text stays text.
    pub(super) fn json(&self, spot: &Spot<'_>, text: &str, found: &mut Vec<Effect>) {
        let is_text =
            matches!(keys::kind_of(spot.key), Some(KeyKind::Text | KeyKind::Other | KeyKind::Sql | KeyKind::MaybeSql));
        let is_declared_text = |kinds: &[Kind]| kinds.iter().all(|kind| matches!(kind, Kind::Text | Kind::Sql));
        if self.unwrapped >= MOST_UNWRAPPED || self.declared(spot).map_or(is_text, is_declared_text) {
            return;
        }
        let Some(value) = json_within(text) else { return };
        let inner = Reader { bases: self.bases.clone(), unwrapped: self.unwrapped + 1, ..*self };
        inner.value(spot, &value, found);
    }
}
