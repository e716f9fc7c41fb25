//! What changed in a text, word by word.

/// Part of a comparison of two texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Same(String),
    Gone(String),
    New(String),
}

/// Where the words that differ number more than this (old times new), they are shown as one block: the table below has
/// that many cells.
const MAX_CELLS: usize = 1_000_000;

/// The longest common words stay, the rest is gone or new. White space belongs to the word behind it, so that the
/// pieces joined are the texts again, and words put at the end stand alone.
pub fn diff(was: &str, now: &str) -> Vec<Piece> {
    let (was, now) = (split(was), split(now));
    let start = was.iter().zip(&now).take_while(|(a, b)| a == b).count();
    let (old, new) = (was.get(start..).unwrap_or_default(), now.get(start..).unwrap_or_default());
    let end = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let old_middle = old.get(..old.len() - end).unwrap_or_default();
    let new_middle = new.get(..new.len() - end).unwrap_or_default();

    let mut pieces = Pieces::default();
    pieces.push_all(was.get(..start).unwrap_or_default(), Piece::Same);
    if old_middle.len().saturating_mul(new_middle.len()) > MAX_CELLS {
        pieces.push_all(old_middle, Piece::Gone);
        pieces.push_all(new_middle, Piece::New);
    } else {
        common(old_middle, new_middle, &mut pieces);
    }
    pieces.push_all(old.get(old.len() - end..).unwrap_or_default(), Piece::Same);
    pieces.0
}

fn split(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut in_word) = (0, false);
    for (at, character) in text.char_indices() {
        if in_word && character.is_whitespace() {
            words.extend(text.get(start..at));
            start = at;
        }
        in_word = !character.is_whitespace();
    }
    words.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    words
}

/// Neighbours of one kind, joined.
#[derive(Default)]
struct Pieces(Vec<Piece>);

impl Pieces {
    fn push_all(&mut self, words: &[&str], kind: fn(String) -> Piece) {
        for word in words {
            self.push(kind((*word).to_owned()));
        }
    }

    fn push(&mut self, piece: Piece) {
        match (self.0.last_mut(), &piece) {
            (Some(Piece::Same(text)), Piece::Same(more))
            | (Some(Piece::Gone(text)), Piece::Gone(more))
            | (Some(Piece::New(text)), Piece::New(more)) => text.push_str(more),
            _ => self.0.push(piece),
        }
    }
}

/// Longest common subsequence by the usual table, from the end.
fn common(old: &[&str], new: &[&str], pieces: &mut Pieces) {
    let width = new.len() + 1;
    let mut longest = vec![0_u32; (old.len() + 1) * width];
    let at = |i: usize, j: usize| i * width + j;
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let read = |cell: usize| longest.get(cell).copied().unwrap_or_default();
            let best = if a == b { read(at(i + 1, j + 1)) + 1 } else { read(at(i + 1, j)).max(read(at(i, j + 1))) };
            if let Some(cell) = longest.get_mut(at(i, j)) {
                *cell = best;
            }
        }
    }
    let read = |i: usize, j: usize| longest.get(at(i, j)).copied().unwrap_or_default();
    let (mut i, mut j) = (0, 0);
    while let (Some(a), Some(b)) = (old.get(i), new.get(j)) {
        if a == b {
            pieces.push(Piece::Same((*a).to_owned()));
            (i, j) = (i + 1, j + 1);
        } else if read(i + 1, j) >= read(i, j + 1) {
            pieces.push(Piece::Gone((*a).to_owned()));
            i += 1;
        } else {
            pieces.push(Piece::New((*b).to_owned()));
            j += 1;
        }
    }
    pieces.push_all(old.get(i..).unwrap_or_default(), Piece::Gone);
    pieces.push_all(new.get(j..).unwrap_or_default(), Piece::New);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_words_that_were_put_in_stand_alone() {
        let pieces = diff("Reads a file.", "Reads a file. Also sends it away.");
        assert_eq!(pieces, [Piece::Same("Reads a file.".into()), Piece::New(" Also sends it away.".into())]);
        assert_eq!(diff("a b c", "a x c")[1..3], [Piece::Gone(" b".into()), Piece::New(" x".into())]);
    }

    #[test]
    fn equal_texts_have_no_difference() {
        assert_eq!(diff("a b", "a b"), vec![Piece::Same("a b".into())]);
        assert_eq!(diff("", ""), vec![]);
    }

    #[test]
    fn two_long_texts_are_shown_as_blocks() {
        let was: String = (0..3000).map(|n| format!(" a{n}")).collect();
        let now: String = (0..3000).map(|n| format!(" b{n}")).collect();
        assert_eq!(diff(&was, &now).len(), 2);
    }

    proptest! {
        #[test]
        fn the_pieces_joined_are_the_two_texts(was in "[ab \n]{0,40}", now in "[ab \n]{0,40}") {
            let (mut old, mut new) = (String::new(), String::new());
            for piece in diff(&was, &now) {
                match piece {
                    Piece::Same(text) => { old.push_str(&text); new.push_str(&text); }
                    Piece::Gone(text) => old.push_str(&text),
                    Piece::New(text) => new.push_str(&text),
                }
            }
            prop_assert_eq!((old, new), (was, now));
        }
    }
}
