//! The span of time that a tab of the dashboard is about, as it stands in its address.
//!
//! Knows no clock: what is counted back from now is told when now is.

use std::time::Duration;

use bridge::query::Range;
use trace::Timestamp;

use crate::address::AddressError;

/// A span of time that can be chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Period {
    /// The last hour.
    Hour,
    /// The last 24 hours.
    Day,
    /// The last seven days.
    #[default]
    Week,
    /// The last thirty days.
    Month,
    /// All that there is.
    All,
    /// From one moment to another.
    Custom(Range),
}

impl Period {
    /// Those that are counted back from now, and all.
    pub const NAMED: [Self; 5] = [Self::Hour, Self::Day, Self::Week, Self::Month, Self::All];

    /// What it is called in an address; nothing for one that its moments say.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::All => "all",
            Self::Custom(_) => "",
        }
    }

    /// In words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Hour => "Last hour",
            Self::Day => "Last 24 hours",
            Self::Week => "Last 7 days",
            Self::Month => "Last 30 days",
            Self::All => "All time",
            Self::Custom(_) => "Custom",
        }
    }

    /// The period of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED.into_iter().find(|period| period.name() == name)
    }

    /// Which moments are in it. All has no end, so that a clock that was set back hides nothing.
    #[must_use]
    pub fn range(self, now: Timestamp) -> Range {
        let hours = match self {
            Self::Hour => 1,
            Self::Day => 24,
            Self::Week => 24 * 7,
            Self::Month => 24 * 30,
            Self::All => {
                let until = Timestamp::from_nanos(u64::MAX);
                return Range { since: Timestamp::default(), until };
            }
            Self::Custom(range) => return range,
        };
        let back = Duration::from_secs(hours * 3_600).as_nanos();
        let since = now.nanos().saturating_sub(u64::try_from(back).unwrap_or(u64::MAX));
        Range { since: Timestamp::from_nanos(since), until: now }
    }

    /// Reads it from an address' parameters: `since` and `until` in milliseconds, or `last`.
    ///
    /// # Errors
    /// When a moment is no number, when the end is not after the beginning, when there is no such
    /// name.
    pub fn read(param: &impl Fn(&str) -> Option<String>) -> Result<Self, AddressError> {
        let (since, until) = (moment(param, "since")?, moment(param, "until")?);
        if since.is_none() && until.is_none() {
            let Some(name) = param("last").filter(|name| !name.is_empty()) else {
                return Ok(Self::default());
            };
            return Self::named(&name).ok_or(AddressError::Period(name));
        }
        let since = since.unwrap_or_default();
        let until = until.unwrap_or(Timestamp::from_nanos(u64::MAX));
        if until <= since {
            let found = format!("{} to {}", since.millis(), until.millis());
            return Err(AddressError::Range(found));
        }
        Ok(Self::Custom(Range { since, until }))
    }

    /// What it adds to an address.
    #[must_use]
    pub fn part(self) -> String {
        match self {
            Self::Custom(Range { since, until }) if until.nanos() == u64::MAX => {
                format!("&since={}", since.millis())
            }
            Self::Custom(Range { since, until }) => {
                format!("&since={}&until={}", since.millis(), until.millis())
            }
            named if named == Self::default() => String::new(),
            named => format!("&last={}", named.name()),
        }
    }
}

/// A moment among an address' parameters.
fn moment(
    param: &impl Fn(&str) -> Option<String>,
    name: &'static str,
) -> Result<Option<Timestamp>, AddressError> {
    let Some(text) = param(name).filter(|text| !text.is_empty()) else { return Ok(None) };
    // As many nanoseconds as a moment holds.
    let millis = text.parse::<u64>().ok().and_then(|millis| millis.checked_mul(1_000_000));
    millis.map(|nanos| Some(Timestamp::from_nanos(nanos))).ok_or(AddressError::Moment(name, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Period, String> {
        let of = |name: &str| {
            let found = pairs.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Period::read(&of).map_err(|error| error.to_string())
    }

    #[test]
    fn a_period_reads_back_as_it_was_written() {
        let range = |since, until| Range {
            since: Timestamp::from_nanos(since),
            until: Timestamp::from_nanos(until),
        };
        let customs = [range(5_000_000, 7_000_000), range(5_000_000, u64::MAX)];
        let all = Period::NAMED.into_iter().chain(customs.map(Period::Custom));
        for period in all {
            let part = period.part();
            let pairs: Vec<_> = part.split('&').filter_map(|pair| pair.split_once('=')).collect();
            assert_eq!(read(&pairs), Ok(period), "{part}");
        }
    }

    #[test]
    fn a_bad_period_says_what_was_found_and_what_was_wanted() {
        let said = |pairs: &[(&str, &str)]| read(pairs).unwrap_err();
        assert_eq!(
            said(&[("last", "2y")]),
            "The address has an unknown period, wanted last= and 1h, 24h, 7d, 30d or all: 2y"
        );
        assert_eq!(
            said(&[("since", "noon")]),
            "The address has a bad since, wanted milliseconds since 1970: noon"
        );
        assert!(said(&[("until", "99999999999999999")]).contains("bad until"));
        assert_eq!(
            said(&[("since", "9"), ("until", "9")]),
            "The address has a period that ends before it begins, wanted since= before until=: 9 to 9"
        );
    }

    #[test]
    fn what_is_counted_back_ends_now_and_all_has_no_end() {
        let now = Timestamp::from_millis(1_795_271_002_123.0);
        let day = Period::Day.range(now);
        assert_eq!(now.since(day.since).as_secs(), 86_400);
        assert_eq!(day.until, now);
        assert_eq!(Period::All.range(now).until.nanos(), u64::MAX);
        assert_eq!(Period::Month.range(Timestamp::default()).since, Timestamp::default());
    }
}
