//! What a generator decides by: a run of bytes. Every byte is one choice, and 0 is always the simplest one, so that
//! proptest shrinks a policy and its requests by shrinking bytes.

use mcp_remit::model::facts::Os;

pub struct Choices<'a> {
    bytes: std::slice::Iter<'a, u8>,
    /// Whose paths are written.
    pub os: Os,
}

impl<'a> Choices<'a> {
    pub fn new(bytes: &'a [u8]) -> Choices<'a> {
        Choices { bytes: bytes.iter(), os: Os::Posix }
    }

    /// From 0 to `end`, without it.
    pub fn below(&mut self, end: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or(0)) % end.max(1)
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// True in so many of a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        usize::from(self.bytes.next().copied().unwrap_or(0)) * 100 >= 256 * (100 - percent)
    }

    pub fn maybe<T>(&mut self, percent: usize, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.chance(percent).then(|| make(self))
    }

    /// Between `least` and `most` of them.
    pub fn several<T>(&mut self, least: usize, most: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = least + self.below(most - least + 1);
        (0..count).map(|_| make(self)).collect()
    }

    /// Each of them with that chance.
    pub fn some_of<T: Clone>(&mut self, percent: usize, from: &[T]) -> Vec<T> {
        from.iter().filter(|_| self.chance(percent)).cloned().collect()
    }
}
