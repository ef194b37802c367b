//! Differences as people read them: with a sign, in a unit, as a share, and in a word.

use surface::naming::time;

use trace::compare::{Threshold, Verdict};
use trace::quantity;

/// From when on a difference counts here: a millisecond and a twentieth.
pub const THRESHOLD: Threshold = Threshold { absolute: 1_000_000, relative: 0.05 };

/// [`THRESHOLD`] in words.
pub const SMALLEST: &str = "5 % and 1 ms";

/// A difference of times in nanoseconds: `+1.2 ms`, `−40 µs`, `0 s`.
#[must_use]
pub fn signed(by: i64) -> String {
    format!("{}{}", sign(by), time(by.unsigned_abs()))
}

/// A difference of numbers: `+3`, `−1`, `0`.
#[must_use]
pub fn counted(by: i64) -> String {
    format!("{}{}", sign(by), by.unsigned_abs())
}

const fn sign(by: i64) -> &'static str {
    match by {
        1.. => "+",
        0 => "",
        _ => "−",
    }
}

/// A difference as a share of what it was: `+12 %`, `−3.4 %`, `× 12`. Empty where nothing was.
#[must_use]
pub fn share(by: i64, was: u64) -> String {
    if was == 0 || by == 0 {
        return String::new();
    }
    let apart = by.unsigned_abs();
    if by > 0 && apart / 10 >= was {
        return format!("× {}", quantity::grouped((apart / was).saturating_add(1)));
    }
    format!("{}{}", sign(by), quantity::share(apart, was))
}

/// What became of a span, in a word.
#[must_use]
pub const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Added => "added",
        Verdict::Gone => "gone",
        Verdict::Slower => "slower",
        Verdict::Faster => "faster",
        Verdict::Same => "same",
    }
}

/// The sign before the word.
#[must_use]
pub const fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Added => "+",
        Verdict::Gone => "−",
        Verdict::Slower => "▲",
        Verdict::Faster => "▼",
        Verdict::Same => "=",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_has_its_sign_and_a_unit() {
        assert_eq!(signed(1_240_000), "+1.24 ms");
        assert_eq!(signed(-40_000), "−40 µs");
        assert_eq!((signed(0), counted(-2), counted(0)), ("0 s".into(), "−2".into(), "0".into()));
        assert!(signed(i64::MIN).starts_with('−'));
    }

    #[test]
    fn a_share_is_short_however_large() {
        assert_eq!(share(120, 1_000), "+12 %");
        assert_eq!(share(-34, 1_000), "−3.4 %");
        assert_eq!(share(-1_000, 1_000), "−100 %");
        assert_eq!(share(11_000, 1_000), "× 12");
        assert_eq!((share(5, 0).as_str(), share(0, 5).as_str()), ("", ""));
        assert!(share(i64::MAX, 1).starts_with("× "));
        assert_eq!(share(20, 1_000), "+2 %");
    }
}
