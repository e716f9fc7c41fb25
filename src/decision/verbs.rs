//! What a tool does, by the words of its name. Never by what it says of itself: annotations are claims.

/// Verbs that take something away, or put it elsewhere, with all that is in it: who does that to a folder does it to
/// everything below.
const TAKES_AWAY: [&str; 17] = [
    "delete", "remove", "rm", "rmdir", "unlink", "move", "mv", "rename", "trash", "purge", "wipe", "erase", "destroy",
    "chmod", "chown", "symlink", "link",
];

/// The words of a name, lower case: `writeFile`, `write_file` and `fs.write-file` have the same.
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut fresh = true;
    let mut was_lower = false;
    for character in name.chars() {
        if !character.is_alphanumeric() {
            fresh = true;
            was_lower = false;
            continue;
        }
        if character.is_uppercase() && was_lower {
            fresh = true;
        }
        was_lower = character.is_lowercase() || character.is_numeric();
        if fresh {
            words.push(String::new());
            fresh = false;
        }
        if let Some(word) = words.last_mut() {
            word.extend(character.to_lowercase());
        }
    }
    words
}

/// Whether the tool takes away or moves what it names.
pub fn takes_away(tool: &str) -> bool {
    words(tool).iter().any(|word| TAKES_AWAY.contains(&word.as_str()))
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
