//! The Performance Score: what a page's vitals are worth together, from 0 to 100.
//!
//! Weights are those of Sentry's Performance Score (LCP 30, INP 30, CLS 15, FCP 15, TTFB 10). What
//! a value is worth follows from the thresholds that the reader chose and from nothing else, by
//! a line that anybody can draw again.

use trace::choices::Limits;
use trace::digest::Vitals;
use trace::vital::{self, Bounds};

/// Each vital's share.
pub const WEIGHTS: [(&str, u32); 5] =
    [("lcp", 30), ("inp", 30), ("cls", 15), ("fcp", 15), ("ttfb", 10)];

/// The formula under web.dev's thresholds, for people.
pub const FORMULA: &str = "Each vital's p75 is worth 100 points up to its good threshold. Beyond it the \
points fall in a straight line: 50 at the poor threshold, 0 as far again beyond that. The score is \
the mean by weight: LCP 30, INP 30, CLS 15, FCP 15, TTFB 10. A vital that was not measured has no \
weight.";
/// The formula under Sentry's thresholds, which say what is good and not what is poor.
pub const FORMULA_SENTRY: &str = "Each vital's p75 is worth 100 points up to its good threshold, \
and beyond it 100 × good ÷ p75: half the points at twice the threshold. The score is \
the mean by weight: LCP 30, INP 30, CLS 15, FCP 15, TTFB 10. A vital that was not measured has no \
weight.";

/// A score, and on how much it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// 0 to 100.
    pub points: f64,
    /// How many of the five vitals were measured.
    pub of: u32,
}

/// The formula in words.
#[must_use]
pub const fn formula(limits: Limits) -> &'static str {
    match limits {
        Limits::WebDev => FORMULA,
        Limits::Sentry => FORMULA_SENTRY,
    }
}

/// What a value of a vital is worth, 0 to 100. `None` for what is no vital.
#[must_use]
pub fn points(limits: Limits, name: &str, value: f64) -> Option<f64> {
    let Bounds { good, poor } = vital::bounds(limits, name)?;
    if value <= good {
        return Some(100.0);
    }
    let points = match poor {
        Some(poor) => 100.0 - 50.0 * (value - good) / (poor - good),
        None => 100.0 * good / value,
    };
    // Not a number is worth nothing.
    Some(if points > 0.0 { points } else { 0.0 })
}

/// The score of a page's vitals; `None` where none was measured.
#[must_use]
pub fn score(vitals: &Vitals, limits: Limits) -> Option<Score> {
    let Vitals { lcp, inp, cls, fcp, ttfb } = *vitals;
    let (mut sum, mut weights, mut of) = (0.0, 0, 0);
    for ((name, weight), value) in WEIGHTS.into_iter().zip([lcp, inp, cls, fcp, ttfb]) {
        if let Some(points) = value.and_then(|value| points(limits, name, value)) {
            sum += points * f64::from(weight);
            weights += weight;
            of += 1;
        }
    }
    (of > 0).then(|| Score { points: sum / f64::from(weights), of })
}

#[cfg(test)]
mod tests;
