//! Who sent a frame that cannot be read: too long to hold, or not well formed.

use crate::model::message::Id;

/// Reads a frame in pieces and keeps only what stands for `id` at its top level, and whether it has a `method`. Strict
/// enough to be right about well-formed frames, and lenient enough not to need one.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Scout {
    depth: u32,
    in_string: bool,
    escaped: bool,
    /// The string or bare word being read at the top level; longer ones are not kept.
    token: Vec<u8>,
    /// The last whole string at the top level, which is a key if a colon follows.
    key: Option<Vec<u8>>,
    /// A colon was read after this key.
    value_of: Option<Vec<u8>>,
    ids: Vec<Option<Id>>,
    methods: u32,
}

/// No id that somebody chose is longer, in bytes.
const LONGEST: usize = 1024;

impl Scout {
    /// Looks through one whole frame.
    pub fn look(frame: &[u8]) -> Scout {
        let mut scout = Scout::default();
        scout.feed(frame);
        scout
    }

    /// Reads on.
    pub fn feed(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.step(*byte);
        }
    }

    /// The id, if there is exactly one at the top level and it is an integer or a string.
    pub fn id(&self) -> Option<&Id> {
        match self.ids.as_slice() {
            [one] => one.as_ref(),
            _ => None,
        }
    }

    /// Whether it is a request or a notification.
    pub fn has_method(&self) -> bool {
        self.methods > 0
    }

    fn step(&mut self, byte: u8) {
        let top = self.depth == 1;
        if self.in_string {
            if top {
                self.keep(byte);
            }
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => {
                    self.in_string = false;
                    if top && self.value_of.is_none() {
                        self.key = Some(std::mem::take(&mut self.token));
                    }
                }
                _ => {}
            }
            return;
        }
        match byte {
            b'"' => {
                self.in_string = true;
                if top {
                    self.token.clear();
                    self.keep(byte);
                }
            }
            b'{' | b'[' => self.depth = self.depth.saturating_add(1),
            b'}' | b']' => {
                if top {
                    self.end_member();
                }
                self.depth = self.depth.saturating_sub(1);
            }
            b':' if top => {
                self.value_of = self.key.take();
                self.token.clear();
            }
            b',' if top => self.end_member(),
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ if top => self.keep(byte),
            _ => {}
        }
    }

    fn keep(&mut self, byte: u8) {
        if self.token.len() <= LONGEST {
            self.token.push(byte);
        }
    }

    fn end_member(&mut self) {
        let value = std::mem::take(&mut self.token);
        let Some(key) = self.value_of.take() else { return };
        // A key may be written with escapes.
        match serde_json::from_slice::<String>(&key).as_deref() {
            // Two are as bad as many.
            Ok("id") if self.ids.len() < 2 => self.ids.push(read_id(&value)),
            Ok("method") => self.methods += 1,
            _ => {}
        }
    }
}

fn read_id(value: &[u8]) -> Option<Id> {
    match serde_json::from_slice(value).ok()? {
        serde_json::Value::String(text) if value.len() <= LONGEST => Some(Id::Text(text)),
        serde_json::Value::Number(number) => number.as_i64().map(Id::Number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> (Option<Id>, bool) {
        let mut scout = Scout::default();
        for byte in text.as_bytes() {
            scout.feed(std::slice::from_ref(byte));
        }
        (scout.id().cloned(), scout.has_method())
    }

    #[test]
    fn the_id_is_told_wherever_it_stands() {
        assert_eq!(told(r#"{"id":7,"method":"x","params":{"id":8}}"#), (Some(Id::Number(7)), true));
        assert_eq!(
            told(r#"{"method":"x","params":{"id":8,"t":"\"id\":9,"},"jsonrpc":"2.0", "id" : "a\"b"}"#),
            (Some(Id::Text("a\"b".into())), true)
        );
        assert_eq!(told(r#"{"result":{"a":[{"id":1}]},"i\u0064":0}"#), (Some(Id::Number(0)), false));
    }

    #[test]
    fn an_id_that_is_not_certain_is_none() {
        assert_eq!(told(r#"{"id":7,"id":8,"method":"x"}"#).0, None);
        assert_eq!(told(r#"{"id":7.5,"method":"x"}"#).0, None);
        assert_eq!(told(r#"{"id":null}"#).0, None);
        assert_eq!(told(r#"{"id":{"id":1}}"#).0, None);
        assert_eq!(told(r#"{"x":"id","y":":7"}"#).0, None);
        assert_eq!(told("hello id 7").0, None);
    }
}
