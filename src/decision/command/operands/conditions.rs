//! `test`, `[` and `[[`: which of their words are files, and which are only compared.

use super::{Role, Roles};
use crate::decision::command::places::is_path;

/// Tests of one file.
const OF_FILES: [&str; 19] =
    ["-a", "-b", "-c", "-d", "-e", "-f", "-g", "-h", "-k", "-p", "-r", "-s", "-u", "-w", "-x", "-G", "-L", "-N", "-O"];

/// Tests of a text, a number or a name.
const OF_TEXTS: [&str; 6] = ["-n", "-z", "-t", "-v", "-R", "-o"];

/// What compares two texts or numbers.
const COMPARES: [&str; 12] = ["=", "==", "!=", "=~", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge"];

/// What compares two files.
const COMPARES_FILES: [&str; 3] = ["-nt", "-ot", "-ef"];

/// What joins tests.
const JOINS: [&str; 9] = ["!", "(", ")", "-a", "-o", "&&", "||", "]", "]]"];

/// The role of each word. It is only looked at, and a bare name needs no grant for that.
pub(super) fn roles(texts: &[String]) -> Roles {
    let at = |index: usize| texts.get(index).map(String::as_str).unwrap_or_default();
    let is_file = |text: &str| if is_path(text) { Role::Word } else { Role::Perhaps };
    let mut words = Vec::new();
    // Behind a test stands what joins it with another: `-a` and `-o` are tests elsewhere.
    let mut complete = false;
    while words.len() < texts.len() {
        let here = words.len();
        let (text, next) = (at(here), at(here + 1));
        let has_right = here + 2 < texts.len() && !matches!(at(here + 2), "]" | "]]");
        let joins = JOINS.contains(&text) && (complete || !["-a", "-o"].contains(&text));
        let has_next = here + 1 < texts.len() && !matches!(next, "]" | "]]" | ")");
        complete = !joins;
        if joins {
            words.push(Role::Nothing);
        } else if has_right && COMPARES.contains(&next) {
            words.extend([Role::Nothing, Role::Nothing, Role::Nothing]);
        } else if has_right && COMPARES_FILES.contains(&next) {
            words.extend([is_file(text), Role::Nothing, is_file(at(here + 2))]);
        } else if has_next && OF_FILES.contains(&text) {
            words.extend([Role::Nothing, is_file(next)]);
        } else if has_next && OF_TEXTS.contains(&text) {
            words.extend([Role::Nothing, Role::Nothing]);
        } else {
            words.push(Role::Nothing);
        }
    }
    words.truncate(texts.len());
    Roles { words, ..Roles::default() }
}
