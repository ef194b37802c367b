//! Numbers as people read them: durations from nanoseconds to years, sizes, shares, counts with
//! their noun.
//!
//! The one place where a number becomes text, so that popup, toast, panel and terminal agree. Whole
//! numbers only: what formats floats is large, and a worker uses this.

use std::time::Duration;

/// Between groups of three digits: narrow, and no line breaks there.
const SPACE: char = '\u{202f}';

/// A duration in the unit that leaves one to three digits before the point: `850 ns`, `1.24 ms`,
/// `12.5 s`, `3 min 20 s`, `400 d 2 h`. Only what took no time at all is `0 s`.
#[must_use]
pub fn duration(time: Duration) -> String {
    // 64 bits hold five centuries.
    let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    match nanos {
        0 => "0 s".to_owned(),
        1..1_000 => format!("{nanos} ns"),
        // The upper bounds sit where rounding would print four digits.
        1_000..999_500 => scaled(nanos, 1_000, "µs"),
        999_500..999_500_000 => scaled(nanos, 1_000_000, "ms"),
        // Where rounding would print 60 s.
        999_500_000..59_950_000_000 => scaled(nanos, 1_000_000_000, "s"),
        59_950_000_000..3_599_500_000_000 => pair(nanos, 1_000_000_000, 60, ["min", "s"]),
        3_599_500_000_000..86_370_000_000_000 => pair(nanos, 60_000_000_000, 60, ["h", "min"]),
        _ => pair(nanos, 3_600_000_000_000, 24, ["d", "h"]),
    }
}

/// Three significant digits of `number / unit`, without trailing zeros; of a number a hundred times
/// which fits.
fn scaled(number: u64, unit: u64, name: &str) -> String {
    let parts = |scale: u64| (number * scale + unit / 2) / unit;
    let decimals = match parts(100) {
        0..1_000 => 2,
        1_000..10_000 => 1,
        _ => 0,
    };
    let scale = 10_u64.pow(decimals);
    let rounded = parts(scale);
    let (whole, rest) = (rounded / scale, rounded % scale);
    if rest == 0 {
        return format!("{whole} {name}");
    }
    let digits = format!("{rest:0width$}", width = decimals as usize);
    format!("{whole}.{} {name}", digits.trim_end_matches('0'))
}

/// A moment in time from some start, exact to `step`: `1.2345 s`, `3 min 0.5 s`. The start itself is
/// `0`, whatever the unit.
#[must_use]
pub fn moment(nanos: u64, step: u64) -> String {
    const SECOND: u64 = 1_000_000_000;
    let large = [(86_400 * SECOND, "d"), (3_600 * SECOND, "h"), (60 * SECOND, "min")];
    let (mut parts, mut rest) = (Vec::new(), nanos);
    for (unit, name) in large {
        if rest >= unit {
            parts.push(format!("{} {name}", grouped(rest / unit)));
            rest %= unit;
        }
    }
    // Below a minute in the unit that fits; beside minutes in seconds.
    let units = [(SECOND, "s"), (1_000_000, "ms"), (1_000, "µs"), (1, "ns")];
    let fits = |unit: u64| rest >= unit || (nanos > rest && rest > 0);
    let unit = units.into_iter().find(|(unit, _)| fits(*unit));
    parts.extend(unit.and_then(|(unit, name)| exact(rest, step, unit, name)));
    if parts.is_empty() { "0".to_owned() } else { parts.join(" ") }
}

/// A number of units, with the digits that tell steps apart; `None` where none is left.
fn exact(nanos: u64, step: u64, unit: u64, name: &str) -> Option<String> {
    let mut finest = unit;
    while finest > step && finest > 1 {
        finest /= 10;
    }
    let (whole, mut part) = (nanos / unit, nanos % unit / finest);
    let mut width = (unit / finest).ilog10() as usize;
    while part > 0 && part.is_multiple_of(10) {
        (part, width) = (part / 10, width - 1);
    }
    match part {
        0 => (whole > 0).then(|| format!("{whole} {name}")),
        _ => Some(format!("{whole}.{part:0width$} {name}")),
    }
}

/// In large and small units, of which `of` make a large one, rounded to the small.
fn pair(nanos: u64, unit: u64, of: u64, [large, small]: [&str; 2]) -> String {
    let number = nanos / unit + u64::from(nanos % unit >= unit / 2);
    let whole = number / of;
    match number % of {
        0 => format!("{whole} {large}"),
        rest => format!("{whole} {large} {rest} {small}"),
    }
}

/// A number of bytes: `812 B`, `1.24 kB`, `182 kB`, `3.2 MB`. A kilobyte has a thousand.
#[must_use]
pub fn bytes(number: u64) -> String {
    match number {
        0..1_000 => format!("{number} B"),
        1_000..999_500 => scaled(number, 1_000, "kB"),
        999_500..999_500_000 => scaled(number, 1_000_000, "MB"),
        _ => scaled(number / 1_000_000, 1_000, "GB"),
    }
}

/// A part of a whole in percent: `14.7 %`. What is there is never `0 %`, and what is not all never
/// `100 %`.
#[must_use]
pub fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "no share".to_owned();
    }
    let (part, whole) = (u128::from(part), u128::from(whole));
    let tenths = u64::try_from((part * 1_000 + whole / 2) / whole).unwrap_or(u64::MAX);
    match tenths {
        0 if part > 0 => "< 0.1 %".to_owned(),
        1_000 if part < whole => "> 99.9 %".to_owned(),
        _ if tenths.is_multiple_of(10) => format!("{} %", grouped(tenths / 10)),
        _ => format!("{}.{} %", grouped(tenths / 10), tenths % 10),
    }
}

/// A whole number, from five digits on in groups of three.
#[must_use]
pub fn grouped(number: u64) -> String {
    if number < 10_000 { number.to_string() } else { thousands(number) }
}

fn thousands(number: u64) -> String {
    match number / 1_000 {
        0 => number.to_string(),
        more => format!("{}{SPACE}{:03}", thousands(more), number % 1_000),
    }
}

/// A count with its noun: `no spans`, `1 span`, `12 spans`. For nouns that take an s.
#[must_use]
pub fn count(number: u64, noun: &str) -> String {
    match number {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        _ => format!("{} {noun}s", grouped(number)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR: u64 = 365 * 86_400_000_000_000;

    #[test]
    fn durations_have_three_digits_and_a_fitting_unit() {
        let cases = [
            (0, "0 s"),
            (1, "1 ns"),
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
            (59_940_000_000, "59.9 s"),
            (59_960_000_000, "1 min"),
            (200_000_000_000, "3 min 20 s"),
            (3_599_400_000_000, "59 min 59 s"),
            (3_599_600_000_000, "1 h"),
            (7_260_000_000_000, "2 h 1 min"),
            (86_399_000_000_000, "1 d"),
            (YEAR, "365 d"),
            (YEAR + 1, "365 d"),
            (YEAR + 7_200_000_000_000, "365 d 2 h"),
            (u64::MAX, "213504 d"),
        ];
        for (nanos, text) in cases {
            assert_eq!(duration(Duration::from_nanos(nanos)), text, "{nanos} ns");
        }
        assert_eq!(duration(Duration::MAX), "213504 d", "what 64 bits hold");
    }

    #[test]
    fn what_took_time_is_never_nothing() {
        let mut nanos = 1_u64;
        while let Some(next) = nanos.checked_mul(3) {
            for near in [nanos - 1, nanos, nanos + 1] {
                let text = duration(Duration::from_nanos(near));
                assert!(near == 0 || !text.starts_with("0 "), "{near} ns: {text}");
            }
            nanos = next;
        }
    }

    #[test]
    fn sizes_are_told_in_thousands() {
        let cases = [
            (0, "0 B"),
            (999, "999 B"),
            (1_240, "1.24 kB"),
            (182_400, "182 kB"),
            (999_600, "1 MB"),
            (3_200_000, "3.2 MB"),
            (u64::MAX, "18446744074 GB"),
        ];
        for (number, text) in cases {
            assert_eq!(bytes(number), text);
        }
    }

    #[test]
    fn what_is_there_has_a_share_and_what_is_not_all_is_not_100_percent() {
        let cases = [
            (0, 100, "0 %"),
            (1, 1_000_000, "< 0.1 %"),
            (1, 1_000, "0.1 %"),
            (147, 1_000, "14.7 %"),
            (1, 2, "50 %"),
            (999_999, 1_000_000, "> 99.9 %"),
            (5, 5, "100 %"),
            (5, 2, "250 %"),
            (5, 0, "no share"),
            (u64::MAX, u64::MAX, "100 %"),
        ];
        for (part, whole, text) in cases {
            assert_eq!(share(part, whole), text, "{part} of {whole}");
        }
    }

    #[test]
    fn moments_are_exact_to_a_step() {
        let cases = [
            (0, 1, "0"),
            (200_000_000, 100_000_000, "200 ms"),
            (1_234_500_000, 500_000, "1.2345 s"),
            (1_234_500_000, 1_000_000_000, "1 s"),
            (999_999, 1, "999.999 µs"),
            (7, 1, "7 ns"),
            (60_000_000_000, 1, "1 min"),
            (180_500_000_000, 100_000_000, "3 min 0.5 s"),
            (7_260_000_000_000, 60_000_000_000, "2 h 1 min"),
            (7_200_000_000_001, 1, "2 h 0.000000001 s"),
        ];
        for (nanos, step, text) in cases {
            assert_eq!(moment(nanos, step), text, "{nanos} ns by {step}");
        }
        assert!(moment(u64::MAX, 1).ends_with(" s"));
    }

    #[test]
    fn counts_agree_with_their_noun() {
        assert_eq!(count(0, "span"), "no spans");
        assert_eq!(count(1, "error"), "1 error");
        assert_eq!(count(12, "span"), "12 spans");
        assert_eq!(count(1_234, "span"), "1234 spans", "as a year is written");
        assert_eq!(count(1_234_567, "span"), "1\u{202f}234\u{202f}567 spans");
    }
}
