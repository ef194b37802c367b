//! Numbers as people read them: durations from nanoseconds to hours, counts with their noun.
//!
//! The one place where a number becomes text, so that popup, toast, panel and terminal agree.

use std::time::Duration;

/// A duration in the unit that leaves one to three digits before the point: `850 ns`, `1.24 ms`,
/// `12.5 s`, `3 min 20 s`. Never `0 ms`: what took no time that the clock could see is `0 ns`.
#[must_use]
pub fn duration(time: Duration) -> String {
    // 64 bits hold five centuries.
    let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    match nanos {
        0..1_000 => format!("{nanos} ns"),
        // The upper bounds sit where rounding would print four digits.
        1_000..999_500 => scaled(nanos, 1_000, "µs"),
        999_500..999_500_000 => scaled(nanos, 1_000_000, "ms"),
        999_500_000..60_000_000_000 => scaled(nanos, 1_000_000_000, "s"),
        60_000_000_000..3_600_000_000_000 => pair(time.as_secs(), 60, "min", "s"),
        _ => pair(time.as_secs() / 60, 60, "h", "min"),
    }
}

/// Three significant digits of `nanos / unit`, without trailing zeros.
fn scaled(nanos: u64, unit: u64, name: &str) -> String {
    let hundredths = (nanos * 100 + unit / 2) / unit;
    let decimals = match hundredths {
        0..1_000 => 2,
        1_000..10_000 => 1,
        _ => 0,
    };
    let scale = 10_u64.pow(decimals);
    let rounded = (nanos * scale + unit / 2) / unit;
    let (whole, rest) = (rounded / scale, rounded % scale);
    if rest == 0 {
        return format!("{whole} {name}");
    }
    let digits = format!("{rest:0width$}", width = decimals as usize);
    format!("{whole}.{} {name}", digits.trim_end_matches('0'))
}

/// `large` and `small` units of a whole number of small ones.
fn pair(number: u64, of: u64, large: &str, small: &str) -> String {
    match number % of {
        0 => format!("{} {large}", number / of),
        rest => format!("{} {large} {rest} {small}", number / of),
    }
}

/// A count with its noun: `no spans`, `1 span`, `12 spans`. For nouns that take an s.
#[must_use]
pub fn count(number: u64, noun: &str) -> String {
    match number {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_three_digits_and_a_fitting_unit() {
        let cases = [
            (0, "0 ns"),
            (850, "850 ns"),
            (1_000, "1 µs"),
            (1_234, "1.23 µs"),
            (45_678, "45.7 µs"),
            (999_499, "999 µs"),
            (999_500, "1 ms"),
            (1_240_000, "1.24 ms"),
            (999_499_999, "999 ms"),
            (999_500_000, "1 s"),
            (12_500_000_000, "12.5 s"),
            (59_960_000_000, "60 s"),
            (200_000_000_000, "3 min 20 s"),
            (7_260_000_000_000, "2 h 1 min"),
        ];
        for (nanos, text) in cases {
            assert_eq!(duration(Duration::from_nanos(nanos)), text, "{nanos} ns");
        }
    }

    #[test]
    fn counts_agree_with_their_noun() {
        assert_eq!(count(0, "span"), "no spans");
        assert_eq!(count(1, "error"), "1 error");
        assert_eq!(count(12, "span"), "12 spans");
    }
}
