//! The time axis: round steps of 1, 2 or 5, in the words of [`crate::quantity`].

use std::ops::Range;

use crate::quantity;

/// Ticks that lie further than this many steps from the trace's start are told from the first tick:
/// a moment with more digits than these is read by nobody.
const FAR: u64 = 10_000;

/// A mark on the axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where, as a share of the stretch that is in view.
    pub at: f64,
    /// Which time it stands for. Deep in a trace, only the first says it whole, and the others what
    /// they are behind it: `+20 µs`.
    pub text: String,
}

/// The ticks of a stretch of a trace's time, in nanoseconds from its start: `most` at most, but for
/// one that stands for the start itself.
#[must_use]
pub fn ruler(stretch: Range<u64>, most: usize) -> Vec<Tick> {
    let Range { start, end } = stretch;
    let length = end.saturating_sub(start);
    let most = u64::try_from(most.max(1)).unwrap_or(u64::MAX);
    let step = step((length / most).saturating_add(1));
    let first = start.div_ceil(step);
    let times = (first..=end / step).map(|number| number * step);
    let tick = |nanos: u64| {
        let behind = nanos - first * step;
        let text = match behind {
            1.. if first > FAR => format!("+{}", quantity::moment(behind, step)),
            _ => quantity::moment(nanos, step),
        };
        Tick { at: share(nanos.saturating_sub(start), length), text }
    };
    times.map(tick).collect()
}

#[allow(clippy::cast_precision_loss, reason = "a share needs no more than a double's digits")]
fn share(nanos: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { nanos as f64 / of as f64 }
}

/// The smallest round number of nanoseconds that is at least `least`. From a minute on, round means
/// whole minutes.
fn step(least: u64) -> u64 {
    const MINUTE: u64 = 60_000_000_000;
    let mut unit = if least > 20_000_000_000 { MINUTE } else { 1 };
    loop {
        for digit in [1, 2, 5] {
            match unit.checked_mul(digit) {
                Some(step) if step < least => {}
                step => return step.unwrap_or(u64::MAX),
            }
        }
        unit = unit.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(stretch: Range<u64>, most: usize) -> Vec<String> {
        ruler(stretch, most).into_iter().map(|tick| tick.text).collect()
    }

    #[test]
    fn steps_are_round_and_few() {
        assert_eq!(texts(0..842_000_000, 6), ["0", "200 ms", "400 ms", "600 ms", "800 ms"]);
        assert_eq!(texts(0..842_000_000, 2), ["0", "500 ms"]);
        assert_eq!(texts(0..1_100, 4), ["0", "500 ns", "1 µs"]);
        assert_eq!(texts(0..180_000_000_000, 4), ["0", "1 min", "2 min", "3 min"]);
    }

    #[test]
    fn ticks_lie_where_their_time_is() {
        let places = |stretch| ruler(stretch, 5).iter().map(|tick| tick.at).collect::<Vec<f64>>();
        assert_eq!(places(0..400), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(places(50..450), [0.125, 0.375, 0.625, 0.875]);
    }

    #[test]
    fn in_a_stretch_ticks_are_round_from_the_start_of_the_trace() {
        assert_eq!(texts(120_000_000..361_000_000, 4), ["200 ms", "300 ms"]);
        assert_eq!(texts(1_234_100_000..1_234_900_000, 3), ["1.2345 s"]);
        assert_eq!(texts(12_500_000..12_500_900, 4), ["12.5 ms", "+500 ns"]);
    }

    #[test]
    fn microseconds_are_told_apart_in_a_year() {
        let year = 365 * 24 * 3_600_000_000_000;
        let wanted = ["364 d 23 h 59 min 59.99999 s", "+2 µs", "+4 µs", "+6 µs", "+8 µs", "+10 µs"];
        assert_eq!(texts(year - 10_000..year, 6), wanted);
    }

    #[test]
    fn no_length_and_all_of_time_still_have_a_ruler() {
        assert_eq!(texts(0..0, 6), ["0"]);
        assert_eq!(texts(0..5, 0), ["0"]);
        assert!(texts(0..u64::MAX, 6).len() <= 6 && texts(0..u64::MAX, 1).len() <= 2);
        assert!(texts(u64::MAX - 9..u64::MAX, 3).len() <= 4);
    }
}
