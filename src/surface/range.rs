//! Which time Logs are asked for: the last so many minutes, or from one moment to another; as addresses
//! have it.
//!
//! In milliseconds since 1970, as JavaScript counts. Knows no clock: now is an argument.

use crate::address::AddressError;

/// Stretches of time that end now: milliseconds, and what they are called in an address and on screen.
pub const LAST: [(u64, &str, &str); 5] = [
    (15 * MINUTE, "15m", "Last 15 minutes"),
    (60 * MINUTE, "1h", "Last hour"),
    (DAY, "24h", "Last 24 hours"),
    (7 * DAY, "7d", "Last 7 days"),
    (30 * DAY, "30d", "Last 30 days"),
];

const MINUTE: u64 = 60_000;
const DAY: u64 = 24 * 60 * MINUTE;
/// Moments later than this, in the year 2554, are none that a journal can hold.
const LATEST: u64 = u64::MAX / 1_000_000;

/// Which time is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Range {
    /// Whenever it was.
    #[default]
    All,
    /// The last so many milliseconds, whenever it is looked at.
    Last(u64),
    /// From one moment on, until before another; one of both is there.
    Between(Option<u64>, Option<u64>),
}

impl Range {
    /// From one moment to another, as far as they are there.
    #[must_use]
    pub const fn between(since: Option<u64>, until: Option<u64>) -> Self {
        if since.is_none() && until.is_none() { Self::All } else { Self::Between(since, until) }
    }

    /// Reads it from an address' parameters: `since` and `until` in milliseconds, or `last`.
    ///
    /// # Errors
    /// When one is no moment, when the end does not come after the beginning, or there is no such
    /// stretch.
    pub fn read(param: &impl Fn(&str) -> Option<String>) -> Result<Self, AddressError> {
        let text = |name: &str| param(name).filter(|text| !text.is_empty());
        let moment = |name: &'static str| {
            let moment = text(name).map(|text| {
                let at = text.trim().parse::<u64>().ok().filter(|at| *at <= LATEST);
                at.ok_or(AddressError::Moment(name, text))
            });
            moment.transpose()
        };
        match (moment("since")?, moment("until")?) {
            (None, None) => text("last").map_or(Ok(Self::All), named),
            (since, Some(until)) if until <= since.unwrap_or_default() => {
                let since = since.unwrap_or_default();
                Err(AddressError::Range(format!("{since} to {until}")))
            }
            (since, until) => Ok(Self::Between(since, until)),
        }
    }

    /// Its parameters, as they stand in an address.
    #[must_use]
    pub fn parameters(self) -> Vec<(&'static str, String)> {
        match self {
            Self::All => Vec::new(),
            Self::Last(millis) => {
                let is = |it: &&(u64, &str, &str)| it.0 == millis;
                let name = LAST.iter().find(is).map(|it| ("last", it.1.to_owned()));
                name.into_iter().collect()
            }
            Self::Between(since, until) => {
                let [since, until] = [("since", since), ("until", until)]
                    .map(|(name, at)| at.map(|at| (name, at.to_string())));
                since.into_iter().chain(until).collect()
            }
        }
    }

    /// Its ends as it is looked at now.
    #[must_use]
    pub const fn at(self, now: u64) -> (Option<u64>, Option<u64>) {
        match self {
            Self::All => (None, None),
            Self::Last(millis) => (Some(now.saturating_sub(millis)), None),
            Self::Between(since, until) => (since, until),
        }
    }
}

/// The stretch of a name.
fn named(name: String) -> Result<Range, AddressError> {
    if name == "all" {
        return Ok(Range::All);
    }
    let last = LAST.iter().find(|it| it.1 == name);
    last.map(|it| Range::Last(it.0)).ok_or(AddressError::Last(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Range, String> {
        let of = |name: &str| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        Range::read(&of).map_err(|error| error.to_string())
    }

    #[test]
    fn a_range_reads_back_as_it_was_written() {
        let ends = [(Some(5), None), (None, Some(9)), (Some(5), Some(9)), (Some(0), Some(1))];
        let ends = ends.map(|(since, until)| Range::between(since, until));
        let last = LAST.map(|it| Range::Last(it.0));
        for range in ends.into_iter().chain(last).chain([Range::All]) {
            let parts = range.parameters();
            let pairs: Vec<_> = parts.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(read(&pairs), Ok(range), "{pairs:?}");
        }
        assert_eq!(read(&[("last", "all")]), Ok(Range::All));
        assert_eq!(Range::between(None, None), Range::All);
    }

    #[test]
    fn a_stretch_until_now_goes_on_with_the_clock() {
        let last = Range::Last(900);
        assert_eq!(last.at(1_000), (Some(100), None));
        assert_eq!(last.at(2_000), (Some(1_100), None));
        assert_eq!(last.at(5), (Some(0), None));
        assert_eq!(Range::between(Some(5), Some(9)).at(2_000), (Some(5), Some(9)));
    }

    #[test]
    fn a_bad_time_says_what_was_found_and_wanted() {
        let said = |pairs: &[(&str, &str)]| read(pairs).unwrap_err();
        assert_eq!(
            said(&[("since", "noon")]),
            "The address has a bad since, wanted milliseconds since 1970: noon"
        );
        for bad in ["-5", "1.5", "99999999999999999999", "1e12"] {
            assert!(said(&[("until", bad)]).starts_with("The address has a bad until,"), "{bad}");
        }
        assert!(said(&[("since", "9"), ("until", "9")]).ends_with("since= before until=: 9 to 9"));
        assert!(
            said(&[("last", "2y")]).ends_with("wanted last= and 15m, 1h, 24h, 7d, 30d or all: 2y")
        );
    }
}
