//! Why a text is no filter: where, what stands there, and what was wanted.

use std::fmt;
use std::ops::Range;

/// Characters of what was found that are repeated, at most.
const REPEATED: usize = 40;

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Characters before the place.
    pub at: usize,
    /// The place, in bytes of the text; empty at its end.
    pub range: Range<usize>,
    /// What stands there; empty at the text's end.
    pub found: String,
    /// What should stand there.
    pub wanted: String,
}

impl Flaw {
    pub(super) fn new(text: &str, range: Range<usize>, wanted: impl Into<String>) -> Self {
        let before = text.get(..range.start).unwrap_or(text);
        let there = text.get(range.clone()).unwrap_or_default();
        let found = there.chars().take(REPEATED).collect();
        Self { at: before.chars().count(), range, found, wanted: wanted.into() }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, found, wanted, .. } = self;
        match found.is_empty() {
            true => write!(f, "ends at character {}, wanted {wanted}", at + 1),
            false => write!(f, "has “{found}” at character {}, wanted {wanted}", at + 1),
        }
    }
}

impl std::error::Error for Flaw {}
