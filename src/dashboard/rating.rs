//! Draws how good a vital is: by shape, by colour and by a word.

use bridge::query::{PagesLine, Spread};
use leptos::prelude::*;
use surface::lamp::{Lamp, Tone};
use trace::choices::Limits;
use trace::vital;

use crate::figure::{NONE, millis, p75, shift};

/// A vital that pages are measured by.
#[derive(Clone, Copy, Debug)]
pub struct Vital {
    /// Its name: `LCP`.
    pub name: &'static str,
    /// What it measures.
    pub meaning: &'static str,
    /// Its values in a line.
    pub of: fn(&PagesLine) -> &Spread,
}

/// The vitals, in the order in which they are read.
pub const VITALS: [Vital; 5] = [
    Vital { name: "LCP", meaning: "Largest Contentful Paint", of: |line| &line.lcp },
    Vital { name: "INP", meaning: "Interaction to Next Paint", of: |line| &line.inp },
    Vital { name: "CLS", meaning: "Cumulative Layout Shift", of: |line| &line.cls },
    Vital { name: "FCP", meaning: "First Contentful Paint", of: |line| &line.fcp },
    Vital { name: "TTFB", meaning: "Time to First Byte", of: |line| &line.ttfb },
];

impl Vital {
    /// A value of it as text, with its unit.
    #[must_use]
    pub fn shown(&self, value: f64) -> String {
        if self.name == "CLS" { shift(value) } else { millis(value) }
    }

    /// How good a value is, and the word for it; `None` for what nobody rates.
    #[must_use]
    pub fn rated(&self, limits: Limits, value: f64) -> Option<(Tone, &'static str)> {
        Some(match vital::rate_under(limits, self.name, value)? {
            "good" => (Tone::Good, "Good"),
            "poor" => (Tone::Bad, "Poor"),
            "over" => (Tone::Warn, "Over good"),
            _ => (Tone::Warn, "Needs improvement"),
        })
    }

    /// What its thresholds are, in words.
    #[must_use]
    pub fn limits(&self, limits: Limits) -> String {
        let Some(bounds) = vital::bounds(limits, self.name) else { return String::new() };
        let good = format!("good up to {}", self.shown(bounds.good));
        match bounds.poor {
            Some(poor) => format!("{good}, poor above {}", self.shown(poor)),
            None => good,
        }
    }
}

/// Whose the thresholds are, and where they say so.
#[must_use]
pub const fn source(limits: Limits) -> (&'static str, &'static str) {
    match limits {
        Limits::WebDev => ("web.dev", "https://web.dev/articles/vitals"),
        Limits::Sentry => {
            ("Sentry", "https://docs.sentry.io/platforms/javascript/guides/nextjs/tracing.md")
        }
    }
}

/// The 75th of a hundred of a vital, with its rating.
pub fn rating(vital: Vital, spread: &Spread, limits: Limits) -> AnyView {
    let Some(value) = p75(spread) else {
        return view! { <span class="none" title="No page told it">{NONE}</span> }.into_any();
    };
    let rated = vital.rated(limits, value).map(|(tone, word)| {
        view! {
            <span class=format!("word {}", tone.class())>
                <Lamp tone />
                {word}
            </span>
        }
    });
    view! { <span class="rating"><span>{vital.shown(value)}</span>{rated}</span> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_value_is_rated_by_whose_thresholds_are_chosen() {
        let fcp = VITALS[3];
        assert_eq!(fcp.rated(Limits::WebDev, 1_500.0), Some((Tone::Good, "Good")));
        assert_eq!(fcp.rated(Limits::Sentry, 1_500.0), Some((Tone::Warn, "Over good")));
        assert_eq!(fcp.rated(Limits::WebDev, 3_001.0), Some((Tone::Bad, "Poor")));
        assert_eq!(VITALS[2].limits(Limits::WebDev), "good up to 0.1, poor above 0.25");
        assert_eq!(VITALS[4].limits(Limits::Sentry), "good up to 100 ms");
    }
}
