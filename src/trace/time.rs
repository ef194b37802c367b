//! Points in time, and the one way from a page's clock to wall time.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Nanoseconds since the Unix epoch, as OTLP has them.
///
/// Serialized as a decimal string, because JavaScript's numbers lose nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// Wraps nanoseconds since the epoch.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Wraps milliseconds since the epoch, as JavaScript's `Date.now()` gives them. What is not
    /// finite or lies before the epoch becomes the epoch.
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cast saturates: below 0 and NaN give 0, too large gives u64::MAX"
    )]
    pub fn from_millis(millis: f64) -> Self {
        // Split first: a double holds 2^53, and nanoseconds since 1970 need 61 bits.
        let whole = millis.trunc();
        let nanos = (millis - whole) * 1e6;
        Self((whole as u64).saturating_mul(1_000_000).saturating_add(nanos.round() as u64))
    }

    /// Nanoseconds since the epoch.
    #[must_use]
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// Whole milliseconds since the epoch.
    #[must_use]
    pub const fn millis(self) -> u64 {
        self.0 / 1_000_000
    }

    /// How long after `earlier` this is; zero when it is not after it.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// By so many nanoseconds later, or earlier where they are below zero. No time stays none, and
    /// no other becomes none.
    #[must_use]
    pub const fn shifted(self, nanos: i64) -> Self {
        let moved = self.0.saturating_add_signed(nanos);
        Self(if self.0 > 0 && moved == 0 {
            1
        } else if self.0 == 0 {
            0
        } else {
            moved
        })
    }

    /// This much later; stops at the end of time (year 2554).
    #[must_use]
    pub fn plus(self, time: Duration) -> Self {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(nanos))
    }
}

/// Year, month and day of a day since the epoch, in the Gregorian calendar. Years are counted from
/// March, so that the leap day comes last (H. Hinnant, "chrono-compatible low-level date
/// algorithms").
#[must_use]
pub fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// Days since the epoch of a year, month and day: [`civil`]'s other way.
#[must_use]
pub fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

/// Milliseconds since a page's time origin (High Resolution Time, `DOMHighResTimeStamp`).
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct PageMillis(pub f64);

impl PageMillis {
    /// Whole nanoseconds, beyond ten days whole milliseconds: what is finer is noise of the
    /// browser's arithmetic, and a moment that is written down and read again must be the same.
    #[must_use]
    pub fn rounded(millis: f64) -> Self {
        let unit = if millis.abs() < 1e9 { 1e6 } else { 1.0 };
        Self((millis * unit).round() / unit)
    }
}

/// Browsers have been seen to put a phase before the origin, by a rounding or a prerender; that is
/// read as the origin.
impl<'de> Deserialize<'de> for PageMillis {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        f64::deserialize(from).map(|millis| Self::rounded(millis.max(0.0)))
    }
}

/// A page's clock: where its time begins. The only way from page time to wall time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PageClock {
    /// `performance.timeOrigin`: milliseconds since the epoch, with a fraction.
    origin: f64,
}

impl PageClock {
    /// A clock from `performance.timeOrigin`. `None` when that is not a time after the epoch.
    #[must_use]
    pub fn new(origin: f64) -> Option<Self> {
        (origin.is_finite() && origin > 0.0).then_some(Self { origin })
    }

    /// The wall time of a moment in the page. A moment that is not finite is the origin.
    #[must_use]
    pub fn at(self, moment: PageMillis) -> Timestamp {
        if !moment.0.is_finite() {
            return Timestamp::from_millis(self.origin);
        }
        // Added part by part, so that the fraction keeps its microseconds.
        let whole = self.origin.trunc() + moment.0.trunc();
        let rest = self.origin.fract() + moment.0.fract();
        Timestamp::from_millis(whole + rest.floor())
            .plus(Duration::from_nanos(Timestamp::from_millis(rest - rest.floor()).nanos()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn page_time_becomes_wall_time_to_the_microsecond() {
        let clock = PageClock::new(1_795_218_972_339.7).unwrap();
        let moment = clock.at(PageMillis(10.9));
        let expected = 1_795_218_972_350_600_000_u64;
        assert!(moment.nanos().abs_diff(expected) < 1_000, "{moment:?}");
    }

    #[test]
    fn days_are_those_of_the_calendar_both_ways() {
        for number in (-140_000..190_000).step_by(7).chain(19_700..20_500) {
            let (year, month, day) = civil(number);
            assert_eq!(days(year, month, day), number);
        }
    }

    #[test]
    fn hostile_times_stay_in_range() {
        assert_eq!(Timestamp::from_millis(f64::NAN), Timestamp::from_nanos(0));
        assert_eq!(Timestamp::from_millis(-5.0), Timestamp::from_nanos(0));
        assert_eq!(Timestamp::from_millis(1e300), Timestamp::from_nanos(u64::MAX));
        assert_eq!(PageClock::new(f64::INFINITY), None);
        let clock = PageClock::new(1e12).unwrap();
        assert_eq!(clock.at(PageMillis(f64::NAN)), clock.at(PageMillis(0.0)));
        assert_eq!(clock.at(PageMillis(-1e300)), Timestamp::from_nanos(0));
    }

    #[test]
    fn timestamps_cross_json_as_strings_because_doubles_lose_nanoseconds() {
        let time = Timestamp::from_nanos(1_795_218_972_339_697_001);
        let text = json::write(&time);
        assert_eq!(text, "\"1795218972339697001\"");
        assert_eq!(json::read(&text), Ok(time));
    }
}
