//! The time axis: round steps of 1, 2 or 5, in the words of [`crate::quantity`].

use std::time::Duration;

use crate::quantity;

/// A mark on the axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where, as a share of the trace's length.
    pub at: f64,
    /// Which time it stands for.
    pub text: String,
}

/// The ticks of a trace of this length, the first at zero: `most` at most, and at least one.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "a share needs no more than a double's digits")]
pub fn ruler(length: Duration, most: usize) -> Vec<Tick> {
    let length = u64::try_from(length.as_nanos()).unwrap_or(u64::MAX);
    let most = u64::try_from(most.max(1)).unwrap_or(u64::MAX);
    let step = step((length / most).saturating_add(1));
    let times = (0..=length / step).map(|number| number * step);
    times
        .map(|nanos| Tick {
            at: if length == 0 { 0.0 } else { nanos as f64 / length as f64 },
            text: text(nanos),
        })
        .collect()
}

/// Zero has no unit: every unit's zero is the same.
fn text(nanos: u64) -> String {
    if nanos == 0 { "0".to_owned() } else { quantity::duration(Duration::from_nanos(nanos)) }
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

    fn texts(nanos: u64, most: usize) -> Vec<String> {
        ruler(Duration::from_nanos(nanos), most).into_iter().map(|tick| tick.text).collect()
    }

    #[test]
    fn steps_are_round_and_few() {
        assert_eq!(texts(842_000_000, 6), ["0", "200 ms", "400 ms", "600 ms", "800 ms"]);
        assert_eq!(texts(842_000_000, 2), ["0", "500 ms"]);
        assert_eq!(texts(1_100, 4), ["0", "500 ns", "1 µs"]);
        assert_eq!(texts(180_000_000_000, 4), ["0", "1 min", "2 min", "3 min"]);
    }

    #[test]
    fn ticks_lie_where_their_time_is() {
        let ticks = ruler(Duration::from_millis(400), 5);
        let places: Vec<f64> = ticks.iter().map(|tick| tick.at).collect();
        assert_eq!(places, [0.0, 0.25, 0.5, 0.75, 1.0]);
    }

    #[test]
    fn no_length_and_all_of_time_still_have_a_ruler() {
        assert_eq!(texts(0, 6), ["0"]);
        assert_eq!(texts(5, 0), ["0"]);
        assert!(texts(u64::MAX, 6).len() <= 6 && texts(u64::MAX, 1).len() <= 2);
    }
}
