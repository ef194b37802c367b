//! Distinct texts, each kept once and known by a number.

use super::Pool;

/// Distinct texts in the order in which they came. The empty text is always number 0.
#[derive(Clone, Debug, Default)]
pub struct Words {
    pool: Pool,
}

impl Words {
    /// The number of the empty text.
    pub const EMPTY: u32 = 0;

    /// A text's number; a new one for a new text.
    pub fn intern(&mut self, text: &str) -> u32 {
        self.pool.intern(text.as_bytes())
    }

    /// A text's number, where it has one.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<u32> {
        self.pool.find(text.as_bytes())
    }

    /// The text of a number; empty for one that was never given.
    #[must_use]
    pub fn get(&self, number: u32) -> &str {
        // Only whole texts were put in.
        str::from_utf8(self.pool.get(number)).unwrap_or_default()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pool.len()
    }

    /// Never: the empty text is always there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pool.is_empty()
    }

    /// All of them, in order of number.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..).take(self.len()).map(|number| self.get(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_once_and_comes_back() {
        let mut words = Words::default();
        let first = words.intern("SELECT orders");
        assert_eq!(words.intern("GET"), first + 1);
        assert_eq!(words.intern("SELECT orders"), first);
        assert_eq!((words.get(first), words.find("GET")), ("SELECT orders", Some(first + 1)));
        assert_eq!((words.find("nobody"), words.get(99)), (None, ""));
        assert_eq!((words.intern(""), words.get(Words::EMPTY)), (Words::EMPTY, ""));
        assert_eq!(words.iter().collect::<Vec<_>>(), ["", "SELECT orders", "GET"]);
    }
}
