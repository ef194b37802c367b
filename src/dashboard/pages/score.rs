//! The Performance Score: of all pages, of a route, and how it comes about.

use bridge::query::PagesLine;
use bridge::query::score::{Score, WEIGHTS, formula, points, score};
use leptos::prelude::*;
use surface::lamp::{Lamp, Tone};
use trace::choices::Limits;
use trace::digest::Vitals;

use crate::figure::{NONE, p75, whole};
use crate::rating::VITALS;
use crate::sheet::sheet;
use crate::sorted::{number, plain, words};

/// From how many points on a score is good, and from how many on it is not poor.
const GOOD: u32 = 90;
const FAIR: u32 = 50;

/// The score of a line: of the 75th percentile of each vital. `None` where no vital was told.
#[must_use]
pub(super) fn of(line: &PagesLine, limits: Limits) -> Option<Score> {
    let [lcp, inp, cls, fcp, ttfb] =
        [line.lcp, line.inp, line.cls, line.fcp, line.ttfb].map(|spread| p75(&spread));
    score(&Vitals { lcp, inp, cls, fcp, ttfb }, limits)
}

const fn word(points: u32) -> (Tone, &'static str) {
    match points {
        GOOD.. => (Tone::Good, "Good"),
        FAIR.. => (Tone::Warn, "Fair"),
        _ => (Tone::Bad, "Poor"),
    }
}

/// A score with its word.
pub(super) fn mark(line: &PagesLine, limits: Limits) -> AnyView {
    let Some(score) = of(line, limits) else {
        return view! { <span class="none" title="No vital was told">{NONE}</span> }.into_any();
    };
    let points = whole(score.points);
    let (tone, word) = word(points);
    view! {
        <span class="rating">
            <span>{points}</span>
            <span class=format!("word {}", tone.class())><Lamp tone />{word}</span>
        </span>
    }
    .into_any()
}

/// The score of all pages, with its formula for whoever asks.
pub(super) fn card(all: &PagesLine, limits: Limits) -> AnyView {
    let told = of(all, limits).map(|score| match score.of {
        5 => "All five vitals were measured.".to_owned(),
        1 => "Of one vital: the other four were not measured.".to_owned(),
        4 => "Of four vitals: the fifth was not measured.".to_owned(),
        of => format!("Of {of} vitals: the other {} were not measured.", 5_u32.saturating_sub(of)),
    });
    view! {
        <section class="block score" aria-labelledby="score-head">
            <h2 id="score-head">"Performance Score"</h2>
            <p class="big">{mark(all, limits)}</p>
            <p class="hint">{told}</p>
            <details class="aside">
                <summary>"Formula"</summary>
                <p class="hint">{formula(limits)}</p>
                {sum(all, limits)}
            </details>
        </section>
    }
    .into_any()
}

/// The formula with this score's numbers.
fn sum(all: &PagesLine, limits: Limits) -> AnyView {
    let columns = [words("Vital"), number("p75"), number("Points"), number("Weight")];
    let rows = VITALS.into_iter().zip(WEIGHTS).map(|(vital, (name, weight))| {
        let value = p75((vital.of)(all));
        let shown = value.map_or_else(|| NONE.to_owned(), |value| vital.shown(value));
        let points = value.and_then(|value| points(limits, name, value));
        let points = points.map_or_else(|| NONE.to_owned(), |points| whole(points).to_string());
        view! {
            <tr>
                <th scope="row">{vital.name}</th>
                <td class="number">{shown}</td>
                <td class="number">{points}</td>
                <td class="number">{weight}</td>
            </tr>
        }
    });
    view! {
        {sheet("Points by vital", view! {
            <table>
                <caption class="hidden">"Points by vital"</caption>
                {plain(&columns)}
                <tbody>{rows.collect_view()}</tbody>
            </table>
        }.into_any())}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use bridge::query::Spread;

    use super::*;

    #[test]
    fn a_line_s_score_is_that_of_its_75th_percentiles() {
        let spread = |count, p75| Spread { count, p75, ..Spread::default() };
        let line =
            PagesLine { lcp: spread(3, 2_000.0), ttfb: spread(0, 9_000.0), ..PagesLine::default() };
        let score = of(&line, Limits::WebDev).unwrap();
        assert_eq!((whole(score.points), score.of), (100, 1), "what nobody told has no weight");
        assert!(of(&PagesLine::default(), Limits::WebDev).is_none());
        assert_eq!([word(90).1, word(89).1, word(49).1], ["Good", "Fair", "Poor"]);
    }
}
