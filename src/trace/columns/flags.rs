//! What of a span fits into one byte.

use crate::Kind;

/// A span's kind, and what is remarkable about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// Where its kind is.
    const KIND: u8 = 0b111;
    /// It failed.
    pub const ERROR: Self = Self(1 << 3);
    /// It has no start time.
    pub const UNTIMED: Self = Self(1 << 4);
    /// It ends before it starts.
    pub const BACKWARD: Self = Self(1 << 5);
    /// A browser recorded it.
    pub const BROWSER: Self = Self(1 << 6);
    /// It came when its trace was no longer waited for.
    pub const LATE: Self = Self(1 << 7);

    /// The flags of a span that has nothing remarkable but its kind.
    #[must_use]
    pub fn of(kind: Kind) -> Self {
        Self(u8::try_from(kind.number()).unwrap_or_default() & Self::KIND)
    }

    /// Its kind.
    #[must_use]
    pub fn kind(self) -> Kind {
        Kind::from_number(i32::from(self.0 & Self::KIND))
    }

    /// Whether any flag of `other` is set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Sets a flag, or takes it away.
    pub fn set(&mut self, flag: Self, on: bool) {
        self.0 = if on { self.0 | flag.0 } else { self.0 & !flag.0 };
    }
}
