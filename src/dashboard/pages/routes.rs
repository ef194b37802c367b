//! The table of routes: how often they were shown, how long that took, how good it was.

use bridge::query::PagesLine;
use leptos::prelude::*;
use trace::choices::Limits;

use crate::figure::{count, millis, p75};
use crate::pages::{Looks, score};
use crate::rating::{VITALS, rating};
use crate::sheet::sheet;
use crate::sorted::{Column, Heads, number, words};

const COLUMNS: [Column; 11] = [
    words("Route"),
    number("Views"),
    number("Load p50"),
    number("Load p75"),
    number("Load p95"),
    number("LCP p75"),
    number("INP p75"),
    number("CLS p75"),
    number("FCP p75"),
    number("TTFB p75"),
    number("Performance Score"),
];

/// The number of a column; `None` for text, and where nothing is known.
fn value(line: &PagesLine, column: usize, limits: Limits) -> Option<f64> {
    let load = |value: f64| (line.load.count > 0).then_some(value);
    match column {
        0 => None,
        1 => Some(f64::from(line.views)),
        2 => load(line.load.p50),
        3 => load(line.load.p75),
        4 => load(line.load.p95),
        10 => score::of(line, limits).map(|score| score.points),
        _ => VITALS.get(column - 5).and_then(|vital| p75((vital.of)(line))),
    }
}

/// The table.
pub(super) fn table(routes: Vec<PagesLine>, looks: Looks, limits: Memo<Limits>) -> AnyView {
    let sorting = looks.sorting;
    let rows = move || {
        let limits = limits.get();
        let text = |at: usize| routes.get(at).map(|line| line.route.clone()).unwrap_or_default();
        let number = |at: usize| value(routes.get(at)?, sorting.get().column, limits);
        let order = sorting.get().order(routes.len(), &number, &text);
        order
            .into_iter()
            .filter_map(|at| routes.get(at))
            .map(|line| row(line, limits))
            .collect_view()
    };
    view! {
        <div class="block">
            <h2 id="routes-head">"Pages by route"</h2>
            {sheet("Pages by route", view! {
                <table>
                    <caption class="hidden">
                        "Pages by route: views, loads, vitals at their 75th percentile, Performance Score"
                    </caption>
                    <Heads columns=&COLUMNS sorting />
                    <tbody>{rows}</tbody>
                </table>
            }.into_any())}
        </div>
    }
    .into_any()
}

fn row(line: &PagesLine, limits: Limits) -> AnyView {
    let load = [line.load.p50, line.load.p75, line.load.p95].map(|time| {
        let text = if line.load.count > 0 { millis(time) } else { crate::figure::NONE.to_owned() };
        view! { <td class="number">{text}</td> }
    });
    let vitals = VITALS.into_iter().map(|vital| {
        view! { <td class="number">{rating(vital, (vital.of)(line), limits)}</td> }
    });
    view! {
        <tr>
            <th scope="row" class="route">{line.route.clone()}</th>
            <td class="number">{count(line.views)}</td>
            {load.into_iter().collect_view()}
            {vitals.collect_view()}
            <td class="number">{score::mark(line, limits)}</td>
        </tr>
    }
    .into_any()
}
