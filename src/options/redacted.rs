//! The tester of redaction: a text goes in, and what would be stored of it comes out, with what met
//! it. Nothing of it is kept or sent.

use leptos::prelude::*;
use trace::quantity;
use trace::redact::{self, Redaction};
use trace::settings::RedactionSettings;

use crate::draft::Draft;

/// What becomes of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What would be stored.
    pub text: String,
    /// What met it, and what is left out because it is no pattern, each on a line.
    pub met: Vec<String>,
}

impl Outcome {
    /// Of a text, with these settings.
    #[must_use]
    pub fn of(settings: &RedactionSettings, text: &str) -> Self {
        let trial = Redaction::new(settings).try_out(text);
        let mut met = Vec::new();
        if trial.ours {
            met.push("A credential, or a name above, was met.".to_owned());
        }
        let mut counts = trial.met.into_iter();
        for (at, line) in (1..).zip(&settings.patterns) {
            // What is no pattern has no count.
            let said = match redact::check(line) {
                Err(error) => format!("Left out: line {at} {error}."),
                Ok(()) => match counts.next() {
                    Some(count @ 1..) => {
                        format!(
                            "Line {at} was met {}: {line}",
                            quantity::count(count as u64, "time")
                        )
                    }
                    _ => continue,
                },
            };
            met.push(said);
        }
        if met.is_empty() {
            met.push("Nothing in it is redacted.".to_owned());
        }
        Self { text: trial.text, met }
    }
}

/// The tester.
#[component]
pub fn Redacted(
    /// What is typed and what is in force.
    draft: Signal<Draft>,
) -> impl IntoView {
    let (text, set_text) = signal(String::new());
    let settings = Memo::new(move |_| draft.with(Draft::redaction));
    let outcome = Memo::new(move |_| {
        text.with(|text| {
            let outcome = || settings.with(|settings| Outcome::of(settings, text));
            (!text.is_empty()).then(outcome)
        })
    });
    let said = move || {
        outcome.get().map(|Outcome { text, met }| {
            let lines: Vec<_> = met.into_iter().map(|line| view! { <li>{line}</li> }).collect();
            view! {
                <p class="preview">"Stored: " <output for="redacted">{text}</output></p>
                <ul class="met">{lines}</ul>
            }
        })
    };
    view! {
        <div class="setting redacted" role="group" aria-label="Redaction tester">
            <label for="redacted">"What would be stored of this?"</label>
            <p class="meaning" id="redacted-about">
                "An address, a message, a stack, JSON. By what stands above, saved or not. Nothing of it is kept."
            </p>
            <textarea
                id="redacted"
                rows="3"
                spellcheck="false"
                autocomplete="off"
                placeholder="https://shop.example/orders?token=4f2a&page=2"
                aria-describedby="redacted-about"
                on:input:target=move |event| set_text.set(event.target().value())
            ></textarea>
            <div class="stored" aria-live="polite">{said}</div>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(patterns: &[&str], text: &str) -> Outcome {
        let patterns = patterns.iter().map(|line| (*line).to_owned()).collect();
        Outcome::of(&RedactionSettings { patterns, ..RedactionSettings::default() }, text)
    }

    #[test]
    fn what_is_stored_is_shown_with_what_met_it() {
        let found = outcome(&["/(/", "/\\d{4}/ => #", "ACME"], "?token=x&year=2020");
        assert_eq!(found.text, "?token=REDACTED&year=#");
        assert_eq!(found.met[0], "A credential, or a name above, was met.");
        assert!(found.met[1].starts_with("Left out: line 1 does not read"), "{}", found.met[1]);
        assert_eq!(found.met[2], "Line 2 was met 1 time: /\\d{4}/ => #");
        assert_eq!(found.met.len(), 3);
    }

    #[test]
    fn a_text_that_nothing_meets_says_so() {
        let found = outcome(&["ACME"], "Add to cart");
        assert_eq!((found.text.as_str(), found.met.len()), ("Add to cart", 1));
        assert_eq!(found.met[0], "Nothing in it is redacted.");
    }
}
