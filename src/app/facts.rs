//! Draws a session in numbers: its id, since when, what it traced, how long it still has, and what
//! the month's spans come to.

use leptos::prelude::*;
use surface::moment;
use trace::quantity::grouped;
use trace::{SessionId, Timestamp};

use crate::requests::Totals;
use surface::copy::Copy;

/// A session in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionFacts {
    /// Its id; `None` when this is not about one session.
    pub id: Option<SessionId>,
    /// When it began; `None` where that is not known.
    pub since: Option<Timestamp>,
    /// What it traced.
    pub totals: Totals,
    /// How long it still has, in words.
    pub left: Option<String>,
    /// Spans of this month; `None` where no browser's month is told of.
    pub month: Option<u64>,
    /// How many the user wants to stay under.
    pub limit: u64,
}

impl SessionFacts {
    /// How full the month is, as a share of its limit.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a share for a bar a few pixels wide")]
    pub fn share(&self) -> f64 {
        if self.limit == 0 {
            0.0
        } else {
            (self.month.unwrap_or_default() as f64 / self.limit as f64).min(1.0)
        }
    }

    /// The month's spans against their limit, in words.
    #[must_use]
    pub fn meter(&self) -> String {
        let month = grouped(self.month.unwrap_or_default());
        match self.limit {
            0 => month,
            limit => format!("{month} of {}", grouped(limit)),
        }
    }
}

/// A session in numbers, drawn in a line.
#[component]
pub fn Session(
    /// The numbers.
    #[prop(into)]
    facts: Signal<SessionFacts>,
    /// Minutes that the reader's clock is east of UTC.
    zone: i32,
) -> impl IntoView {
    let id = Memo::new(move |_| facts.with(|facts| facts.id));
    let numbers = Memo::new(move |_| facts.with(|facts| numbers(facts, zone)));
    let full = move || facts.with(|facts| facts.share() >= 1.0);
    let draw = |(name, text): (&'static str, String)| {
        let bad = name == "Errors" && text != "0";
        view! { <div class:bad=bad><dt>{name}</dt><dd>{text}</dd></div> }
    };
    let counted = Memo::new(move |_| facts.with(|facts| facts.month.is_some()));
    let month = move || {
        view! {
            <div class="month" class:bad=full>
                <dt>"Spans this month"</dt>
                <dd>
                    <span
                        class="meter"
                        role="meter"
                        aria-label="Spans this month"
                        aria-valuemin="0"
                        aria-valuemax=move || facts.with(|facts| facts.limit.to_string())
                        aria-valuenow=move || facts.with(|facts| facts.month.unwrap_or_default().to_string())
                    >
                        <i style:width=move || facts.with(|facts| surface::viewport::percent(facts.share()))></i>
                    </span>
                    {move || facts.with(SessionFacts::meter)}
                    {move || full().then(|| view! { " " <em>"at the limit: recorded here, not sent"</em> })}
                </dd>
            </div>
        }
    };
    view! {
        <dl class="facts line-up session" aria-label="Session">
            {move || id.get().map(|id| view! {
                <div class="id">
                    <dt>"Session"</dt>
                    <dd>
                        <span title=id.to_string()>{surface::naming::short(&id.to_string())}</span>
                        <Copy text=id.to_string() what="session id" />
                    </dd>
                </div>
            })}
            {move || numbers.get().into_iter().map(draw).collect::<Vec<_>>()}
            {move || counted.get().then(month)}
        </dl>
    }
    .into_any()
}

fn numbers(facts: &SessionFacts, zone: i32) -> Vec<(&'static str, String)> {
    let Totals { pages, requests, spans, errors } = facts.totals;
    let since = facts.since.map(|since| ("Since", moment::second(since, zone)));
    let ends = facts.left.clone().map(|left| ("Ends in", left));
    let counts = [("Pages", pages), ("Requests", requests), ("Spans", spans), ("Errors", errors)];
    let counts = counts.map(|(name, count)| (name, grouped(count)));
    since.into_iter().chain(counts).chain(ends).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_month_is_measured_against_its_limit() {
        let facts =
            SessionFacts { month: Some(250_000), limit: 1_000_000, ..SessionFacts::default() };
        assert_eq!(facts.meter(), "250\u{202f}000 of 1\u{202f}000\u{202f}000");
        assert!((facts.share() - 0.25).abs() < 1e-9);
        let without = SessionFacts { month: Some(999), ..SessionFacts::default() };
        assert_eq!((without.meter().as_str(), without.share()), ("999", 0.0));
    }

    #[test]
    fn a_session_says_when_it_began_and_what_it_traced() {
        let facts = SessionFacts {
            since: Some(surface::sample::NOW),
            totals: Totals { pages: 1, requests: 2_000, spans: 3, errors: 0 },
            left: Some("9 min".to_owned()),
            ..SessionFacts::default()
        };
        let said: Vec<_> =
            numbers(&facts, 0).into_iter().map(|(name, text)| format!("{name} {text}")).collect();
        let wanted = [
            "Since 2026-11-21 14:23:22",
            "Pages 1",
            "Requests 2000",
            "Spans 3",
            "Errors 0",
            "Ends in 9 min",
        ];
        assert_eq!(said, wanted);
    }
}
