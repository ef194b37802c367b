//! Which rows of a long list are in view, how far to scroll to bring one there, and how much fits
//! on a waterfall's time axis. In pixels.

use std::ops::Range;

use trace::waterfall::{self, Tick};

use crate::window::Stretch;

/// Height of a row. The style sheet has the same number (`--row`).
pub const ROW: usize = 24;
/// Rows drawn beyond each edge, so that a flick of the wheel finds them drawn.
const MARGIN: usize = 4;
/// What a duration needs beside its bar, and a tick on the axis.
const TEXT: usize = 62;
const TICK: usize = 84;
/// How wide a letter is, about.
const LETTER: usize = 7;
/// What lies between names and axis, and that with what lies behind the axis. As in the style sheet
/// (`.track`).
const GAP: usize = 8;
const GAPS: usize = 22;

/// A window onto a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewport {
    /// Pixels scrolled past.
    pub top: usize,
    /// Pixels in view, from top to bottom.
    pub height: usize,
    /// Pixels in view, from side to side.
    pub width: usize,
}

impl Default for Viewport {
    /// As good as any until it is measured.
    fn default() -> Self {
        Self { top: 0, height: 900, width: 1_200 }
    }
}

impl Viewport {
    /// Takes a measure from the page, which counts in signed numbers.
    #[must_use]
    pub fn measured(top: i32, height: i32, width: i32) -> Self {
        let positive = |pixels: i32| usize::try_from(pixels).unwrap_or_default();
        Self { top: positive(top), height: positive(height), width: positive(width) }
    }

    /// The rows to draw, of `length`: wherever it is scrolled to as many, so that the same elements
    /// can draw them.
    #[must_use]
    pub fn rows(self, length: usize) -> Range<usize> {
        let many = (self.height.div_ceil(ROW) + 1 + 2 * MARGIN).min(length);
        let first = (self.top / ROW).saturating_sub(MARGIN).min(length - many);
        first..first + many
    }

    /// Rows that fill a screen.
    #[must_use]
    pub fn page(self) -> usize {
        (self.height / ROW).saturating_sub(2).max(1)
    }

    /// Where to scroll to so that a row is in view; `None` when it is. A row nearby comes just into
    /// view, and one from afar to the middle, where its neighbours are seen too.
    #[must_use]
    pub fn reveal(self, at: usize) -> Option<i32> {
        let (above, below) = (at * ROW, (at + 1) * ROW);
        let end = self.top + self.height;
        let top = if above >= self.top && below <= end {
            return None;
        } else if above + self.height < self.top || below > end + self.height {
            above.saturating_sub(self.height / 2)
        } else if above < self.top {
            above
        } else {
            below.saturating_sub(self.height)
        };
        i32::try_from(top).ok()
    }

    /// Where to scroll to so that a row is in view with a third of the view below it, or above it;
    /// `None` when it is. By the shortest way: what led to the row may be in view.
    #[must_use]
    pub fn present(self, at: usize) -> Option<i32> {
        let (above, third) = (at * ROW, self.height / 3);
        let top = if above < self.top {
            above.saturating_sub(third)
        } else if above > self.top + 2 * third {
            above - 2 * third
        } else {
            return None;
        };
        i32::try_from(top).ok()
    }

    /// Where to scroll to so that a row which went from one place to another stays where it is on
    /// the screen; `None` when it was not in view.
    #[must_use]
    pub fn anchor(self, from: usize, to: usize) -> Option<i32> {
        let seen = from * ROW + ROW > self.top && from * ROW < self.top + self.height;
        let top = (self.top + to * ROW).saturating_sub(from * ROW);
        i32::try_from(top).ok().filter(|_| seen && from != to)
    }

    /// Width of the time axis: what the names leave, as the style sheet shares it (`--name`).
    fn axis(self) -> usize {
        self.width.saturating_sub(self.names() + GAPS).max(1)
    }

    fn names(self) -> usize {
        (self.width * 38 / 100).clamp(140, 560)
    }

    /// What a duration needs beside its bar, as a share of the time axis.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a screen has few pixels")]
    pub fn room(self) -> f64 {
        TEXT as f64 / self.axis() as f64
    }

    /// The share of the time axis at so many pixels from the list's left side.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a screen has few pixels")]
    pub fn share(self, left: f64) -> f64 {
        (left - (self.names() + GAP) as f64) / self.axis() as f64
    }

    /// So many pixels, as a share of the time axis.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a screen has few pixels")]
    pub fn span(self, pixels: f64) -> f64 {
        pixels / self.axis() as f64
    }

    /// What a letter takes of the time axis.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a screen has few pixels")]
    pub fn letter(self) -> f64 {
        self.span(LETTER as f64)
    }

    /// The ticks that fit on the time axis for a stretch of time. A text that would reach over the
    /// axis' end, or into the next, is left out; its line stays.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a screen has few pixels")]
    pub fn ruler(self, stretch: Stretch) -> Vec<Tick> {
        let mut ticks = waterfall::ruler(stretch.range(), (self.axis() / TICK).clamp(2, 10));
        let mut clear = 0.0;
        for (number, tick) in ticks.iter_mut().enumerate() {
            let over = tick.at + self.room() > 1.0 && number > 0;
            if over || tick.at < clear {
                tick.text.clear();
            } else {
                let text = tick.text.chars().count() * LETTER + GAP;
                clear = tick.at + text as f64 / self.axis() as f64;
            }
        }
        ticks
    }
}

/// A share as a style sheet's length.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.3}%", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::Window;

    #[test]
    fn only_rows_in_view_and_a_margin_are_drawn() {
        let view = Viewport { top: 24_000, height: 480, width: 800 };
        assert_eq!(view.rows(1_000_000), 996..1025);
        assert_eq!(view.rows(1_005), 976..1005);
        assert_eq!(view.rows(3), 0..3, "the list has shrunk under the scroll position");
        assert_eq!(Viewport { top: 0, height: 0, width: 0 }.rows(100), 0..9);
        let part = Viewport { top: 24_013, ..view }.rows(1_000_000);
        assert_eq!(part, 996..1025, "between two rows as many are drawn as at one's edge");
    }

    #[test]
    fn a_row_in_view_stays_where_it_is_while_rows_come_above_it() {
        let view = Viewport { top: 240, height: 240, width: 800 };
        assert_eq!(view.anchor(12, 15), Some(240 + 3 * 24));
        assert_eq!(view.anchor(12, 2), Some(0));
        assert_eq!(view.anchor(12, 12), None);
        assert_eq!(view.anchor(40, 50), None, "it was not in view");
    }

    #[test]
    fn a_row_out_of_view_is_scrolled_to_by_the_shortest_way() {
        let view = Viewport { top: 240, height: 240, width: 800 };
        assert_eq!(view.reveal(10), None);
        assert_eq!(view.reveal(19), None);
        assert_eq!(view.reveal(3), Some(72));
        assert_eq!(view.reveal(20), Some(264));
        assert_eq!(view.reveal(100), Some(2_280), "from afar to the middle");
        assert_eq!(view.page(), 8);
    }

    #[test]
    fn a_row_that_a_link_leads_to_is_seen_with_what_is_below_it() {
        let view = Viewport { top: 240, height: 240, width: 800 };
        assert_eq!(view.present(12), None);
        assert_eq!(view.present(19), Some(19 * 24 - 160), "it was the last in view");
        assert_eq!(view.present(8), Some(8 * 24 - 80));
        assert_eq!(view.present(2), Some(0));
    }

    #[test]
    fn a_narrow_axis_has_fewer_ticks_and_less_room_beside_bars() {
        let wide = Viewport { width: 1_400, ..Viewport::default() };
        let narrow = Viewport { width: 320, ..Viewport::default() };
        let texts = |view: Viewport| {
            let ticks = view.ruler(Window::WHOLE.within(842_000_000));
            ticks.into_iter().map(|tick| tick.text).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(texts(narrow), "0 500 ms");
        assert_eq!(texts(wide), "0 100 ms 200 ms 300 ms 400 ms 500 ms 600 ms 700 ms ");
        assert!(wide.room() < 0.08 && narrow.room() > 0.3);
        assert!(Viewport::measured(0, 0, 0).room().is_finite());
        assert!(Viewport::measured(0, 0, 0).share(5.0).is_finite());
    }

    #[test]
    fn a_pixel_is_a_share_of_the_axis() {
        let view = Viewport { width: 1_000, ..Viewport::default() };
        assert!(view.share(388.0).abs() < 1e-9, "380 pixels of names, and a gap");
        assert!((view.share(986.0) - 1.0).abs() < 1e-9);
        assert!(view.share(0.0) < 0.0);
    }

    #[test]
    fn a_long_text_on_the_ruler_leaves_out_the_next() {
        let view = Viewport { width: 800, ..Viewport::default() };
        let year = 365 * 24 * 3_600_000_000_000;
        let stretch = Window { from: year - 10_000, to: year }.within(year);
        let texts: Vec<String> = view.ruler(stretch).into_iter().map(|tick| tick.text).collect();
        assert_eq!(texts, ["364 d 23 h 59 min 59.99999 s", "+5 µs", ""]);
    }

    #[test]
    fn an_overscrolled_page_measures_as_its_top() {
        assert_eq!(Viewport::measured(-30, 100, 9), Viewport { top: 0, height: 100, width: 9 });
    }

    #[test]
    fn shares_are_lengths() {
        assert_eq!(percent(0.123_456), "12.346%");
    }
}
