//! Many texts in one piece of memory.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Distinct JSON texts of scalars, in order. A text of its own costs twice what it says, and a recording has millions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// One a line: JSON writes a line break as `\n`.
    lines: String,
    count: usize,
}

impl Texts {
    /// `texts`: distinct and in order, none of them empty or with a line break.
    pub fn of_sorted<T: AsRef<str>>(texts: &[T]) -> Texts {
        let mut lines = String::with_capacity(texts.iter().map(|text| text.as_ref().len() + 1).sum());
        for text in texts {
            lines.push_str(text.as_ref());
            lines.push('\n');
        }
        Texts { lines, count: texts.len() }
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.lines.lines()
    }

    pub fn len(&self) -> usize {
        self.count
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Texts, D::Error> {
        let texts = BTreeSet::<String>::deserialize(deserializer)?;
        if let Some(odd) = texts.iter().find(|text| text.is_empty() || text.contains(['\n', '\r'])) {
            return Err(de::Error::custom(format!("{odd:?} among the values is no JSON text")));
        }
        Ok(Texts::of_sorted(&texts.iter().collect::<Vec<_>>()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_written_as_a_list_and_read_in_order_each_once() {
        let texts = Texts::of_sorted(&["\"a\\n\"", "\"b\"", "1"]);
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["\"a\\n\"", "\"b\"", "1"]);
        let written = serde_json::to_string(&texts).unwrap();
        assert_eq!(written, serde_json::to_string(&["\"a\\n\"", "\"b\"", "1"]).unwrap());
        assert_eq!(serde_json::from_str::<Texts>(&written).unwrap(), texts);
        assert_eq!(serde_json::from_str::<Texts>(r#"["2", "1", "2"]"#).unwrap(), Texts::of_sorted(&["1", "2"]));
    }

    #[test]
    fn what_would_be_two_texts_or_none_is_refused() {
        for odd in [r#"["1\n2"]"#, r#"["1\r"]"#, r#"[""]"#] {
            assert!(serde_json::from_str::<Texts>(odd).is_err(), "{odd}");
        }
    }
}
