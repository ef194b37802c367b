//! What is remarkable about a row.

use std::ops::{BitOr, BitOrAssign};

/// What is remarkable about a row: a set of marks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Marks(u16);

impl Marks {
    /// The span failed.
    pub const ERROR: Self = Self(1);
    /// Its parent is named but not there; it is shown as a root.
    pub const ORPHAN: Self = Self(1 << 1);
    /// It is its own ancestor; the cycle is opened here and it is shown as a root.
    pub const CYCLE: Self = Self(1 << 2);
    /// An earlier span has the same id.
    pub const DUPLICATE: Self = Self(1 << 3);
    /// It answers a request and lies outside it in time.
    pub const SKEWED: Self = Self(1 << 4);
    /// It ends before it starts.
    pub const BACKWARD: Self = Self(1 << 5);
    /// It has no start time.
    pub const UNTIMED: Self = Self(1 << 6);
    /// It came when its trace was no longer waited for.
    pub const LATE: Self = Self(1 << 8);
    /// A filter does not let it through.
    pub const PALE: Self = Self(1 << 9);
    /// A filter hides it.
    pub(super) const HIDDEN: Self = Self(1 << 10);
    /// Its children are folded away.
    pub(super) const FOLDED: Self = Self(1 << 7);
    /// Everything that makes a trace doubtful.
    pub(super) const FLAWS: Self = Self(0b111_1110);

    /// Whether any mark of `other` is set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn set(&mut self, mark: Self, on: bool) {
        self.0 = if on { self.0 | mark.0 } else { self.0 & !mark.0 };
    }
}

impl BitOr for Marks {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Marks {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}
