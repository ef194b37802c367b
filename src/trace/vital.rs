//! Web Vitals: their names, and what of a value is good (web.dev, thresholds of `web-vitals` 6; or
//! Sentry's documentation, which tells of each what is good and nothing besides).

use crate::choices::Limits;

/// The vitals as the conventions write them, each with what is still good and what is not yet poor.
const VITALS: [(&str, f64, f64); 5] = [
    ("lcp", 2_500.0, 4_000.0),
    ("inp", 200.0, 500.0),
    ("cls", 0.1, 0.25),
    ("fcp", 1_800.0, 3_000.0),
    ("ttfb", 800.0, 1_800.0),
];

/// What Sentry's documentation calls good.
const SENTRY: [(&str, f64); 5] =
    [("lcp", 2_500.0), ("inp", 200.0), ("cls", 0.1), ("fcp", 1_000.0), ("ttfb", 100.0)];

/// Where the ratings of a vital change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// What is still good.
    pub good: f64,
    /// What is not yet poor, where anybody says so.
    pub poor: Option<f64>,
}

/// The conventions' name of a vital. `None` for what is no vital.
#[must_use]
pub fn name(given: &str) -> Option<&'static str> {
    VITALS.into_iter().map(|(name, ..)| name).find(|name| name.eq_ignore_ascii_case(given))
}

/// The rating of a value of the vital of that name. `None` for what is no vital.
#[must_use]
pub fn rate(given: &str, value: f64) -> Option<&'static str> {
    let (_, good, fair) = VITALS.into_iter().find(|(name, ..)| name.eq_ignore_ascii_case(given))?;
    Some(match value {
        _ if value <= good => "good",
        _ if value <= fair => "needs-improvement",
        _ => "poor",
    })
}

/// Where the ratings of the vital of that name change. `None` for what is no vital.
#[must_use]
pub fn bounds(limits: Limits, given: &str) -> Option<Bounds> {
    let same = |name: &str| name.eq_ignore_ascii_case(given);
    match limits {
        Limits::WebDev => {
            let (_, good, poor) = VITALS.into_iter().find(|(name, ..)| same(name))?;
            Some(Bounds { good, poor: Some(poor) })
        }
        Limits::Sentry => {
            let (_, good) = SENTRY.into_iter().find(|(name, _)| same(name))?;
            Some(Bounds { good, poor: None })
        }
    }
}

/// The rating of a value of the vital of that name under somebody's thresholds; `over` beyond what is
/// good where nobody says what is poor. `None` for what is no vital.
#[must_use]
pub fn rate_under(limits: Limits, given: &str, value: f64) -> Option<&'static str> {
    let Bounds { good, poor } = bounds(limits, given)?;
    Some(match poor {
        _ if value <= good => "good",
        None => "over",
        Some(poor) if value <= poor => "needs-improvement",
        Some(_) => "poor",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratings_change_just_above_their_thresholds() {
        assert_eq!(rate("LCP", 2_500.0), Some("good"));
        assert_eq!(rate("lcp", 2_500.1), Some("needs-improvement"));
        assert_eq!(rate("INP", 501.0), Some("poor"));
        assert_eq!(rate("CLS", 0.25), Some("needs-improvement"));
        assert_eq!(rate("FID", 1.0), None);
        assert_eq!(name("TTFB"), Some("ttfb"));
    }

    #[test]
    fn sentry_says_what_is_good_and_not_what_is_poor() {
        assert_eq!(rate_under(Limits::Sentry, "FCP", 1_000.0), Some("good"));
        assert_eq!(rate_under(Limits::Sentry, "fcp", 1_000.1), Some("over"));
        assert_eq!(rate_under(Limits::Sentry, "ttfb", 100.0), Some("good"));
        assert_eq!(rate_under(Limits::Sentry, "fid", 1.0), None);
        for (name, good, poor) in VITALS {
            for value in [good, good + 0.01, poor, poor + 0.01] {
                assert_eq!(rate_under(Limits::WebDev, name, value), rate(name, value), "{name}");
            }
        }
    }
}
