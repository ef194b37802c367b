//! A text that is looked for in others, whatever the case of its letters.

/// Bytes that are looked at together for the first of the needle.
const STRIDE: usize = 32;

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needle {
    /// In lower case.
    folded: String,
    /// Whether bytes may be compared.
    ascii: bool,
}

impl Needle {
    /// A needle of this text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { folded: text.to_lowercase(), ascii: text.is_ascii() }
    }

    /// The same as a whole number, where it is one.
    #[must_use]
    pub fn number(&self) -> Option<i64> {
        self.folded.parse().ok()
    }

    /// Whether it is there. Nothing is everywhere.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        if self.ascii {
            return self.is_among(text.as_bytes());
        }
        text.to_lowercase().contains(&self.folded)
    }

    /// Whether it may be in a text among these bytes: no where it certainly is not. For sifting
    /// messages before they are read.
    #[must_use]
    pub fn may_be_among(&self, bytes: &[u8]) -> bool {
        !self.ascii || self.is_among(bytes)
    }

    fn is_among(&self, bytes: &[u8]) -> bool {
        let needle = self.folded.as_bytes();
        let Some(first) = needle.first() else { return true };
        let Some(last) = bytes.len().checked_sub(needle.len()) else { return false };
        let (low, high) = (*first, first.to_ascii_uppercase());
        let begins = |byte: u8| byte == low || byte == high;
        let fits = |at: usize| {
            begins(bytes[at]) && bytes[at..at + needle.len()].eq_ignore_ascii_case(needle)
        };
        let mut at = 0;
        while at <= last {
            let end = (at + STRIDE).min(last + 1);
            // Without a way out in the middle this becomes a few wide instructions.
            if bytes[at..end].iter().fold(false, |any, byte| any | begins(*byte))
                && (at..end).any(fits)
            {
                return true;
            }
            at = end;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_does_not_matter_in_any_script() {
        for (needle, text, wanted) in [
            ("select", "x SELECT y", true),
            ("SELECT", "select", true),
            ("", "", true),
            ("x", "", false),
            ("ÄRGER", "viel ärger", true),
            ("ab", "aab", true),
            ("abc", "ab", false),
        ] {
            assert_eq!(Needle::new(needle).is_in(text), wanted, "{needle} in {text}");
        }
    }

    proptest! {
        #[test]
        fn it_finds_what_a_plain_search_finds(text in "[abAB\u{e4}]{0,80}", needle in "[aBb]{0,4}") {
            let found = Needle::new(&needle).is_in(&text);
            prop_assert_eq!(found, text.to_lowercase().contains(&needle.to_lowercase()));
        }
    }
}
