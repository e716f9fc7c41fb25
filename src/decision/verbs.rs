//! What a tool does, by the words of its name. Never by what it says of itself: annotations are claims.

/// Verbs that take something away, or put it elsewhere, with all that is in it: who does that to a folder does it to
/// everything below.
const TAKES_AWAY: [&str; 17] = [
    "delete", "remove", "rm", "rmdir", "unlink", "move", "mv", "rename", "trash", "purge", "wipe", "erase", "destroy",
    "chmod", "chown", "symlink", "link",
];

/// The words of a name, lower case: `writeFile`, `write_file` and `fs.write-file` have the same.
pub fn words(name: &str) -> Vec<String> {
    as_written(name).map(str::to_lowercase).collect()
}

/// The words of a name in their own letter case.
fn as_written(name: &str) -> impl Iterator<Item = &str> {
    let mut rest = name;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|character: char| !character.is_alphanumeric());
        let mut was_lower = false;
        let end = rest.find(|character: char| {
            let ends = !character.is_alphanumeric() || (character.is_uppercase() && was_lower);
            was_lower = character.is_lowercase() || character.is_numeric();
            ends
        });
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        (!word.is_empty()).then_some(word)
    })
}

/// Whether the tool takes away or moves what it names.
pub fn takes_away(tool: &str) -> bool {
    let is_one = |word: &str| TAKES_AWAY.iter().any(|verb| verb.eq_ignore_ascii_case(word));
    // Beyond ASCII a capital may have a plain letter as its small one.
    as_written(tool).any(|word| is_one(word) || (!word.is_ascii() && is_one(&word.to_lowercase())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_split_at_signs_and_at_capitals() {
        assert_eq!(words("writeFile"), ["write", "file"]);
        assert_eq!(words("fs.move-file_2"), ["fs", "move", "file", "2"]);
        assert_eq!(words("HTTPGet"), ["httpget"]);
    }

    #[test]
    fn what_moves_or_deletes_takes_away_and_what_reads_or_writes_does_not() {
        assert!(takes_away("move_file") && takes_away("deleteDirectory"));
        assert!(!takes_away("write_file") && !takes_away("remover_list"));
    }
}
