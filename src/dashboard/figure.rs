//! Numbers of tables and charts as people read them. Whole numbers are `trace::quantity`'s; here are
//! those that the rows keep with a fraction.

use std::time::Duration;

use bridge::query::Spread;
use surface::moment;
use trace::{Timestamp, quantity};

/// What stands where nothing is known.
pub const NONE: &str = "–";

/// Milliseconds as a duration; what is no length of time is none.
#[must_use]
pub fn millis(millis: f64) -> String {
    quantity::duration(Duration::try_from_secs_f64(millis / 1_000.0).unwrap_or_default())
}

/// A score of layout shifts: `0.012`.
#[must_use]
pub fn shift(score: f64) -> String {
    let thousandths = whole(score * 1_000.0);
    let text = format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.to_owned()
}

/// The nearest whole number; 0 for what lies below, and for what is no number.
#[must_use]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates: below 0 and NaN give 0, too large gives u32::MAX"
)]
pub fn whole(number: f64) -> u32 {
    number.round() as u32
}

/// A part of a whole in percent, for the width of a bar.
#[must_use]
pub fn percent(part: f64, of: f64) -> u32 {
    if of > 0.0 { whole(part / of * 100.0).min(100) } else { 0 }
}

/// How many, as a reader counts: `1 234`.
#[must_use]
pub fn count(number: u32) -> String {
    quantity::grouped(number.into())
}

/// The 75th of a hundred, where there are any.
#[must_use]
pub fn p75(spread: &Spread) -> Option<f64> {
    (spread.count > 0).then_some(spread.p75)
}

/// A moment as charts name it, without its year: `11-21 14:03`.
#[must_use]
pub fn minute(at: Timestamp, zone: i32) -> String {
    let text = moment::second(at, zone);
    text.get(5..16).unwrap_or(&text).to_owned()
}

/// When the last of some steps ended, as charts name it: all of them are as long. Empty of less than
/// two, which do not tell.
#[must_use]
pub fn end(steps: &[Timestamp], zone: i32) -> String {
    match steps {
        [.., before, last] => {
            let nanos = last.nanos().saturating_add(last.nanos().saturating_sub(before.nanos()));
            minute(Timestamp::from_nanos(nanos), zone)
        }
        _ => String::new(),
    }
}

/// A text, or what stands where there is none.
#[must_use]
pub fn text(text: &str) -> String {
    if text.is_empty() { NONE.to_owned() } else { text.to_owned() }
}

/// An address without its scheme.
#[must_use]
pub fn bare(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_a_duration_and_nonsense_is_none() {
        assert_eq!(millis(1_234.0), "1.23 s");
        assert_eq!(millis(0.4), "400 µs");
        for nonsense in [-1.0, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(millis(nonsense), "0 s");
        }
    }

    #[test]
    fn scores_have_three_digits_at_most() {
        assert_eq!(shift(0.0), "0");
        assert_eq!(shift(0.1), "0.1");
        assert_eq!(shift(0.0124), "0.012");
        assert_eq!(shift(1.25), "1.25");
        assert_eq!(shift(-3.0), "0");
    }

    #[test]
    fn a_step_of_a_chart_is_named_by_the_reader_s_clock() {
        assert_eq!(minute(Timestamp::from_millis(1_795_271_002_123.0), 60), "11-21 15:23");
        assert_eq!(bare("https://shop.example/a"), "shop.example/a");
    }

    #[test]
    fn a_chart_ends_where_its_last_step_does() {
        let hour = |at: u64| Timestamp::from_nanos(at * 3_600_000_000_000);
        assert_eq!(end(&[hour(9), hour(10), hour(11)], 0), "01-01 12:00");
        assert_eq!(end(&[hour(9)], 0), "");
    }

    #[test]
    fn a_bar_is_never_wider_than_its_whole() {
        assert_eq!(percent(1.0, 3.0), 33);
        assert_eq!(percent(9.0, 3.0), 100);
        assert_eq!(percent(1.0, 0.0), 0);
    }
}
