//! The stretch of a trace's time that is in view: zoomed about a moment, moved, fitted to a span.
//!
//! Counts in whole nanoseconds, so that a microsecond within a year is as wide as one within a
//! second. Knows neither pixels nor the page: places are shares of what is in view.

use std::ops::Range;

/// Nanoseconds that are in view at least: below, bars are wider than their meaning.
pub const LEAST: u64 = 1_000;
/// Shares are counted in parts of this many bits, so that a window keeps its width when it moves.
const BITS: u32 = 40;

/// A stretch of a trace's time, in nanoseconds from its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Where it begins.
    pub from: u64,
    /// Where it ends; 0 for the trace's end, wherever that will be.
    pub to: u64,
}

impl Window {
    /// All of a trace, as it is and as it grows.
    pub const WHOLE: Self = Self { from: 0, to: 0 };

    /// Whether all of a trace is in view.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self == Self::WHOLE
    }

    /// What it is of a trace of this length: with its end, and no end beyond that of the trace.
    #[must_use]
    pub fn within(self, length: u64) -> Stretch {
        let to = if self.to == 0 { length } else { self.to.min(length) };
        let from = self.from.min(to.saturating_sub(LEAST.min(length)));
        Stretch { from, to, length }
    }
}

/// A window of a trace whose length is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// Where it begins, nanoseconds from the trace's start.
    pub from: u64,
    /// Where it ends.
    pub to: u64,
    /// How long the trace is.
    pub length: u64,
}

impl Stretch {
    /// Nanoseconds in view.
    #[must_use]
    pub fn width(self) -> u64 {
        self.to.saturating_sub(self.from)
    }

    /// It, as a range.
    #[must_use]
    pub fn range(self) -> Range<u64> {
        self.from..self.to
    }

    /// Where a moment is, as a share of what is in view: below 0 before it, above 1 behind it.
    #[must_use]
    pub fn place(self, nanos: u64) -> f64 {
        let width = self.width().max(1);
        match nanos.checked_sub(self.from) {
            Some(behind) => ratio(behind, width),
            None => -ratio(self.from - nanos, width),
        }
    }

    /// The moment at a share of what is in view.
    #[must_use]
    pub fn moment(self, share: f64) -> u64 {
        self.from.saturating_add(part(self.width(), share.clamp(0.0, 1.0)))
    }

    /// The window with `factor` times as much in view, where the moment at a share stays put.
    #[must_use]
    pub fn zoom(self, share: f64, factor: f64) -> Window {
        let share = share.clamp(0.0, 1.0);
        let width = part(self.width(), factor).clamp(LEAST.min(self.length), self.length);
        let from = self.moment(share).saturating_sub(part(width, share));
        self.begin(from, width)
    }

    /// The window moved by a share of its width; it stops at the trace's ends.
    #[must_use]
    pub fn pan(self, share: f64) -> Window {
        let by = part(self.width(), share.abs());
        let from = if share < 0.0 { self.from.saturating_sub(by) } else { self.from + by };
        self.begin(from, self.width())
    }

    /// The window from one moment to another, in whichever order.
    #[must_use]
    pub fn between(self, one: u64, other: u64) -> Window {
        let (from, to) = (one.min(other), one.max(other).min(self.length));
        self.begin(from, (to.saturating_sub(from)).max(LEAST.min(self.length)))
    }

    /// The window that shows a span, with some room at its sides.
    #[must_use]
    pub fn fit(self, offset: u64, length: u64) -> Window {
        let room = (length / 10).max(LEAST / 2);
        let end = offset.saturating_add(length).saturating_add(room);
        self.between(offset.saturating_sub(room), end)
    }

    fn begin(self, from: u64, width: u64) -> Window {
        let from = from.min(self.length.saturating_sub(width));
        if width >= self.length {
            return Window::WHOLE;
        }
        Window { from, to: from + width }
    }
}

/// A share of a length. Rounded, and never beyond what a number holds.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "floats saturate")]
fn part(length: u64, share: f64) -> u64 {
    // Shares are below 2^24: nobody zooms out further in one step.
    let parts = (share.clamp(0.0, 16_777_216.0) * f64::from(1_u32 << 20)) * f64::from(1_u32 << 20);
    let product = u128::from(length) * (parts.round() as u128);
    u64::try_from((product + (1 << (BITS - 1))) >> BITS).unwrap_or(u64::MAX)
}

#[allow(clippy::cast_precision_loss, reason = "a share needs no more than a double's digits")]
fn ratio(nanos: u64, of: u64) -> f64 {
    nanos as f64 / of as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A year, in nanoseconds.
    const YEAR: u64 = 365 * 24 * 3_600_000_000_000;

    fn window(from: u64, to: u64) -> Window {
        Window { from, to }
    }

    #[test]
    fn the_moment_under_the_pointer_stays_under_it() {
        let stretch = Window::WHOLE.within(1_000_000);
        let half = stretch.zoom(0.25, 0.5);
        assert_eq!(half, window(125_000, 625_000));
        assert_eq!(half.within(1_000_000).moment(0.25), 250_000);
        assert_eq!(half.within(1_000_000).zoom(0.25, 2.0), Window::WHOLE);
    }

    #[test]
    fn a_window_stays_within_the_trace_and_keeps_its_width() {
        let stretch = window(700_000, 900_000).within(1_000_000);
        assert_eq!(stretch.pan(0.25), window(750_000, 950_000));
        assert_eq!(stretch.pan(9.0), window(800_000, 1_000_000));
        assert_eq!(stretch.pan(-9.0), window(0, 200_000));
        assert_eq!(stretch.zoom(1.0, 2.0), window(500_000, 900_000));
        assert_eq!(stretch.zoom(0.0, 4.0), window(200_000, 1_000_000));
    }

    #[test]
    fn nothing_is_narrower_than_a_microsecond_unless_the_trace_is() {
        assert_eq!(Window::WHOLE.within(1_000_000).zoom(0.0, 0.0), window(0, 1_000));
        assert_eq!(Window::WHOLE.within(1_000_000).between(5, 5), window(5, 1_005));
        assert_eq!(Window::WHOLE.within(300).zoom(0.5, 0.1), Window::WHOLE);
        let empty = Window::WHOLE.within(0);
        assert_eq!((empty.zoom(0.5, 0.5), empty.pan(1.0)), (Window::WHOLE, Window::WHOLE));
        assert!(empty.place(0).abs() < 1e-9 && empty.place(u64::MAX).is_finite());
    }

    #[test]
    fn a_microsecond_within_a_year_is_exact() {
        let stretch = window(YEAR - 2_000, YEAR - 1_000).within(YEAR);
        assert!((stretch.place(YEAR - 1_500) - 0.5).abs() < 1e-12);
        assert!(stretch.place(0) < -1e6 && (stretch.place(YEAR) - 2.0).abs() < 1e-12);
        assert_eq!(stretch.pan(-0.5), window(YEAR - 2_500, YEAR - 1_500));
        let mut zoomed = Window::WHOLE;
        for _ in 0..60 {
            zoomed = zoomed.within(YEAR).zoom(0.5, 0.5);
        }
        let stretch = zoomed.within(YEAR);
        assert_eq!(stretch.width(), LEAST);
        assert!(stretch.place(YEAR / 2).abs() <= 1.0, "still about the middle");
    }

    #[test]
    fn the_whole_follows_a_trace_that_grows_and_a_stretch_stays() {
        assert_eq!(Window::WHOLE.within(5_000).range(), 0..5_000);
        assert_eq!(Window::WHOLE.within(9_000).range(), 0..9_000);
        assert_eq!(window(1_000, 4_000).within(9_000).range(), 1_000..4_000);
        assert_eq!(window(6_000, 8_000).within(5_000).range(), 4_000..5_000, "it was cut");
    }

    #[test]
    fn a_span_is_fitted_with_room_at_its_sides() {
        let stretch = Window::WHOLE.within(1_000_000);
        assert_eq!(stretch.fit(100_000, 50_000), window(95_000, 155_000));
        assert_eq!(stretch.fit(0, 1_000_000), Window::WHOLE);
        assert_eq!(stretch.fit(500_000, 0), window(499_500, 500_500), "no time at all");
        assert_eq!(stretch.fit(u64::MAX, u64::MAX), window(999_000, 1_000_000));
    }
}
