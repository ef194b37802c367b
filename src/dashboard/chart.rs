//! Where the lines and bars of a chart lie, in units of their own that the page stretches to its
//! width: a step is [`STEP`] wide, and the whole is [`HIGH`] high.
//!
//! Whole units only. The numbers beside a chart are text of the page, which is not stretched.

use std::fmt::Write;

use crate::figure::whole;

/// The width of a step.
pub const STEP: u32 = 20;
/// The height of the whole.
pub const HIGH: u32 = 100;

/// The width of so many steps.
#[must_use]
pub fn width(steps: usize) -> u32 {
    u32::try_from(steps.max(1)).unwrap_or(1).saturating_mul(STEP)
}

/// The height of the chart's top: the least of 1, 2 and 5 times a power of ten that nothing exceeds.
#[must_use]
pub fn top(most: f64) -> f64 {
    if !(most.is_finite() && most > 0.0) {
        return 1.0;
    }
    let mut unit = 1.0;
    while unit < most {
        unit *= 10.0;
    }
    while unit / 10.0 >= most {
        unit /= 10.0;
    }
    [0.2, 0.5].into_iter().map(|part| unit * part).find(|it| *it >= most).unwrap_or(unit)
}

/// The same of whole numbers, of which the half is one as well: it is named at the chart's middle.
#[must_use]
pub fn even(most: f64) -> f64 {
    top((most / 2.0).max(1.0)) * 2.0
}

/// How far below the chart's top a value lies.
fn down(value: f64, top: f64) -> u32 {
    HIGH - whole(value / top * f64::from(HIGH)).min(HIGH)
}

/// The path of a line through the middles of its steps. Where a step has no value the line has a gap;
/// a value between two gaps is a dot.
#[must_use]
pub fn line(values: &[Option<f64>], top: f64) -> String {
    let mut path = String::new();
    let mut open = false;
    for (at, value) in values.iter().enumerate() {
        let Some(value) = value else {
            open = false;
            continue;
        };
        let x = width(at + 1) - STEP / 2;
        let y = down(*value, top);
        let dot = !open && values.get(at + 1).is_none_or(Option::is_none);
        // To a text nothing fails.
        let _written = match (open, dot) {
            (true, _) => write!(path, "L{x} {y}"),
            (false, true) => write!(path, "M{x} {y}h0"),
            (false, false) => write!(path, "M{x} {y}"),
        };
        open = true;
    }
    path
}

/// A bar: where it begins at the left and at the top, and how high it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// Its height; what is there is never lower than one unit.
    pub high: u32,
}

/// The bars of values that begin at others: `from` 0 for those that stand on the ground.
#[must_use]
pub fn bars(values: &[(u32, u32)], top: f64) -> Vec<Bar> {
    let bars = values.iter().enumerate().filter(|(_, (_, value))| *value > 0);
    let place = |(at, (from, value)): (usize, &(u32, u32))| {
        let ground = down(f64::from(*from), top);
        let y = down(f64::from(from.saturating_add(*value)), top).min(ground.saturating_sub(1));
        Bar { x: width(at + 1) - STEP, y, high: ground - y }
    };
    bars.map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_is_a_round_number_above_all() {
        for (most, wanted) in [
            (0.0, 1.0),
            (0.07, 0.1),
            (1.0, 1.0),
            (1.2, 2.0),
            (3.0, 5.0),
            (51.0, 100.0),
            (1_800.0, 2_000.0),
        ] {
            assert!((top(most) - wanted).abs() < 1e-9, "{most}: {}", top(most));
        }
        assert!((top(f64::NAN) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn whole_numbers_have_a_whole_middle() {
        for (most, wanted) in [(0.0, 2.0), (1.0, 2.0), (3.0, 4.0), (5.0, 10.0), (51.0, 100.0)] {
            assert!((even(most) - wanted).abs() < 1e-9, "{most}: {}", even(most));
        }
    }

    #[test]
    fn a_line_has_gaps_and_dots() {
        let values = [Some(0.0), Some(50.0), None, Some(100.0), None];
        assert_eq!(line(&values, 100.0), "M10 100L30 50M70 0h0");
        assert_eq!(line(&[], 1.0), "");
    }

    #[test]
    fn bars_stand_on_one_another_and_none_is_too_low_to_be_seen() {
        let bars = bars(&[(0, 50), (50, 50), (0, 0), (0, 1)], 1_000.0);
        let of = |x, y, high| Bar { x, y, high };
        assert_eq!(bars, [of(0, 95, 5), of(20, 90, 5), of(60, 99, 1)]);
        assert_eq!(super::bars(&[(0, u32::MAX)], 1.0), [of(0, 0, 100)]);
    }
}
