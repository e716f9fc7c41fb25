//! A word of a pattern with stars among other letters.

/// What separates the parts of a path, on any system.
const SEPARATORS: [char; 2] = ['/', '\\'];

/// A word with stars, part by part: a star crosses no separator.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Glob {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq)]
struct Part {
    /// What stands before, between and after the stars. One piece: there is no star.
    pieces: Vec<String>,
    /// What ends it, but for the last part.
    separator: Option<char>,
}

impl Glob {
    /// `stars`: where in the value the letters stand that are wildcards, in bytes.
    pub(super) fn new(value: &str, stars: &[usize]) -> Glob {
        let mut parts = Vec::new();
        let mut pieces = vec![String::new()];
        for (at, letter) in value.char_indices() {
            if stars.binary_search(&at).is_ok() {
                pieces.push(String::new());
            } else if SEPARATORS.contains(&letter) {
                parts.push(Part {
                    pieces: std::mem::replace(&mut pieces, vec![String::new()]),
                    separator: Some(letter),
                });
            } else if let Some(piece) = pieces.last_mut() {
                piece.push(letter);
            }
        }
        parts.push(Part { pieces, separator: None });
        Glob { parts }
    }

    /// One way through the text: each part has its own, and in it each piece is taken where it first stands.
    pub(super) fn matches(&self, text: &str) -> bool {
        let mut rest = Some(text);
        for part in &self.parts {
            let Some(here) = rest else { return false };
            let (body, separator, after) = match here.split_once(SEPARATORS) {
                Some((body, after)) => (body, here.get(body.len()..).and_then(|rest| rest.chars().next()), Some(after)),
                None => (here, None, None),
            };
            if separator != part.separator || !part.matches(body) {
                return false;
            }
            rest = after;
        }
        rest.is_none()
    }
}

impl Part {
    /// Whether the pieces stand in the text in order, the first at its start and the last at its end.
    fn matches(&self, text: &str) -> bool {
        let Some((first, more)) = self.pieces.split_first() else { return false };
        let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
        let Some((last, middle)) = more.split_last() else { return rest.is_empty() };
        // `-C*` must not become `-C..`, nor `*/x` the absolute `/x`.
        let bare = self.pieces.iter().all(String::is_empty);
        if matches!(text, "." | "..") || rest == ".." || (bare && text.is_empty()) {
            return false;
        }
        for piece in middle {
            match rest.find(piece.as_str()) {
                Some(at) => rest = rest.get(at + piece.len()..).unwrap_or_default(),
                None => return false,
            }
        }
        rest.ends_with(last.as_str())
    }
}
