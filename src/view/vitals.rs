//! A page's Web Vitals as a reader wants them: value, rating, and what caused it.

use std::time::Duration;

use leptos::prelude::*;
use surface::lamp::Tone;
use trace::attribute::{Value, key};
use trace::{Attributes, Span, quantity};

/// Vitals in the order in which they are read.
const ORDER: [(&str, &str, &str); 5] = [
    ("lcp", "LCP", "Largest Contentful Paint: when the largest thing in view was drawn"),
    ("inp", "INP", "Interaction to Next Paint: how long the slowest reaction took"),
    ("cls", "CLS", "Cumulative Layout Shift: how much of the page moved by itself"),
    ("fcp", "FCP", "First Contentful Paint: when the first thing was drawn"),
    ("ttfb", "TTFB", "Time to First Byte: when the answer began"),
];

/// A vital, ready to draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vital {
    /// Its short name: `LCP`.
    pub name: &'static str,
    /// What it measures.
    pub meaning: &'static str,
    /// Its value, with its unit.
    pub value: String,
    /// `good`, `needs improvement` or `poor`; empty where nobody rated it.
    pub rating: String,
    /// The rating's tone.
    pub tone: Tone,
    /// What caused it; empty where that is not known.
    pub cause: String,
}

/// The vitals that a page's root tells.
#[must_use]
pub fn vitals(span: &Span) -> Vec<Vital> {
    let events = || span.events.iter().filter(|event| event.name == "browser.web_vital");
    let find = |wanted: &str| {
        let named = |attributes: &&Attributes| text(attributes, key::VITAL_NAME) == wanted;
        events().map(|event| &event.attributes).rfind(named)
    };
    let of = |(id, name, meaning): (&'static str, &'static str, &'static str)| {
        Some(read(find(id)?, name, meaning))
    };
    ORDER.into_iter().filter_map(of).collect()
}

fn read(attributes: &Attributes, name: &'static str, meaning: &'static str) -> Vital {
    let value = number(attributes, key::VITAL_VALUE);
    let rating = text(attributes, key::VITAL_RATING);
    let tone = match rating {
        "good" => Tone::Good,
        "needs-improvement" => Tone::Warn,
        "poor" => Tone::Bad,
        _ => Tone::Idle,
    };
    Vital {
        name,
        meaning,
        value: if name == "CLS" { format!("{value:.3}") } else { millis(value) },
        rating: rating.replace('-', " "),
        tone,
        cause: cause(attributes),
    }
}

/// The element, and the part of the time that weighs most.
fn cause(attributes: &Attributes) -> String {
    let of = |part: &str| text(attributes, &format!("{}{part}", key::VITAL_CAUSE));
    let parts = attributes.iter().filter_map(|(name, value)| {
        let part = name.strip_prefix(key::VITAL_CAUSE)?;
        let timed = ["_delay", "_duration", "_byte", "_fcp"].iter().any(|end| part.ends_with(end));
        let Value::Double(value) = value else { return None };
        (timed && *value > 0.0).then_some((part, *value))
    });
    let longest = parts.max_by(|a, b| a.1.total_cmp(&b.1));
    let longest = longest
        .map(|(part, value)| format!("mostly {} ({})", part.replace('_', " "), millis(value)));
    let words = [of("element").to_owned(), of("url").to_owned(), longest.unwrap_or_default()];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ")
}

fn text<'a>(attributes: &'a Attributes, name: &str) -> &'a str {
    attributes.get(name).and_then(Value::as_text).unwrap_or_default()
}

#[allow(clippy::cast_precision_loss, reason = "milliseconds fit in 53 bits")]
fn number(attributes: &Attributes, name: &str) -> f64 {
    match attributes.get(name) {
        Some(Value::Double(number)) => *number,
        Some(Value::Int(number)) => *number as f64,
        _ => 0.0,
    }
}

/// A page may say anything.
fn millis(value: f64) -> String {
    let time = Duration::try_from_secs_f64(value / 1e3);
    time.map(quantity::duration).unwrap_or_else(|_| "no duration".to_owned())
}

/// The vitals in a line.
#[component]
pub fn Vitals(
    /// The vitals.
    vitals: Vec<Vital>,
) -> impl IntoView {
    let draw = |vital: Vital| {
        let Vital { name, meaning, value, rating, tone, cause } = vital;
        let title =
            if cause.is_empty() { meaning.to_owned() } else { format!("{meaning}. {cause}") };
        view! {
            <li class=tone.class() title=title>
                <strong>{name}</strong>" "{value}" "<span class="rating">{rating}</span>
                <span class="cause">{cause}</span>
            </li>
        }
        .into_any()
    };
    (!vitals.is_empty()).then(|| {
        let items: Vec<_> = vitals.into_iter().map(draw).collect();
        view! { <ul class="vitals" aria-label="Web Vitals">{items}</ul> }.into_any()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use surface::sample;

    #[test]
    fn vitals_have_a_value_a_rating_and_a_cause_in_the_order_of_reading() {
        let all = vitals(&sample::page().0);
        let said: Vec<String> = all
            .iter()
            .map(|it| format!("{} {} {}: {}", it.name, it.value, it.rating, it.cause))
            .collect();
        assert_eq!(
            said,
            [
                "LCP 2.8 s needs improvement: main>img.hero, mostly resource load duration (1.9 s)",
                "CLS 0.031 good: ",
            ]
        );
    }

    #[test]
    fn a_value_from_a_hostile_page_is_still_said() {
        let mut page = sample::page().0;
        for event in &mut page.events {
            event.attributes.insert(key::VITAL_VALUE.to_owned(), f64::NAN.into());
            event.attributes.insert(key::VITAL_RATING.to_owned(), "<b>".into());
        }
        assert_eq!(vitals(&page)[0].value, "no duration");
        assert_eq!(vitals(&page)[0].tone, Tone::Idle);
    }
}
