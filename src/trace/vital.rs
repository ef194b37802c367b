//! Web Vitals: their names, and what of a value is good (web.dev, thresholds of `web-vitals` 6).

/// The vitals as the conventions write them, each with what is still good and what is not yet poor.
const VITALS: [(&str, f64, f64); 5] = [
    ("lcp", 2_500.0, 4_000.0),
    ("inp", 200.0, 500.0),
    ("cls", 0.1, 0.25),
    ("fcp", 1_800.0, 3_000.0),
    ("ttfb", 800.0, 1_800.0),
];

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
}
