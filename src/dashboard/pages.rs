//! Page Speed: pages by route, how long they take, and how good that is.
//!
//! Draws an answer; what is asked, and what becomes of the reader's choices, is `wire::pages`'s.

mod phases;
mod routes;
pub mod rules;
mod score;
mod slowest;

use bridge::query::{Pages, PagesStep};
use leptos::prelude::*;
use trace::Timestamp;
use trace::choices::{Choices, Limits};

use crate::figure::{count, end, millis, minute, shift};
use crate::rating::{VITALS, rating, source};
use crate::sorted::Sorting;
use crate::trend::{Plot, Series, trend};

/// What a reader sees beside the answer.
#[derive(Clone, Copy)]
pub struct Looks {
    /// What he chose.
    pub choices: RwSignal<Choices>,
    /// How the table of routes is sorted.
    pub sorting: RwSignal<Sorting>,
    /// Minutes that his clock is east of UTC.
    pub zone: i32,
}

impl Looks {
    /// As the page is first seen: the most shown route at the top.
    #[must_use]
    pub fn new(choices: RwSignal<Choices>, zone: i32) -> Self {
        Self { choices, sorting: RwSignal::new(Sorting { column: 1, down: true }), zone }
    }
}

/// The whole of it.
pub fn speed(pages: &Pages, looks: Looks) -> AnyView {
    if pages.all.views == 0 {
        return view! {
            <div class="empty">
                <h2>"No pages in this time"</h2>
                <p>
                    "Pages are measured while a session is traced. Choose a longer time above, or start a session from Tracelight's popup and visit some pages."
                </p>
            </div>
        }
        .into_any();
    }
    let limits = Memo::new(move |_| looks.choices.with(|it| it.limits));
    let all = pages.all.clone();
    let whole = all.clone();
    let trends = trends(&pages.trend, looks.zone).iter().map(trend).collect_view();
    view! {
        {move || score::card(&whole, limits.get())}
        {move || tiles(&all, limits.get())}
        <section class="block" aria-labelledby="trend-head">
            <h2 id="trend-head">"Trend"</h2>
            <div class="trends">{trends}</div>
        </section>
        {routes::table(pages.routes.clone(), looks, limits)}
        {phases::table(&pages.routes)}
        {slowest::table(&pages.slowest, looks.zone)}
    }
    .into_any()
}

/// Whose thresholds: chosen here, and named.
pub fn thresholds(limits: Memo<Limits>, on_limits: Callback<Limits>) -> AnyView {
    let choice = move |of: Limits| {
        let (name, _) = source(of);
        view! {
            <label class="tickable">
                <input
                    type="radio"
                    name="limits"
                    prop:checked=move || limits.get() == of
                    on:change=move |_| on_limits.run(of)
                />
                {name}
            </label>
        }
    };
    let list = move || {
        let (name, address) = source(limits.get());
        let lines = VITALS.into_iter().map(move |vital| {
            view! { <li><b>{vital.name}</b>" "{vital.limits(limits.get())}</li> }
        });
        view! {
            <ul class="bounds">{lines.collect_view()}</ul>
            <p class="hint">
                "Thresholds as "
                <a href=address target="_blank" rel="noreferrer noopener">{name}</a>
                " documents them. A route is rated by its 75th percentile."
            </p>
        }
    };
    view! {
        <div class="thresholds">
            <fieldset class="either">
                <legend>"Thresholds"</legend>
                {choice(Limits::WebDev)} {choice(Limits::Sentry)}
            </fieldset>
            <details class="aside">
                <summary>{move || format!("What {} calls good", source(limits.get()).0)}</summary>
                {list}
            </details>
        </div>
    }
    .into_any()
}

/// A tile for the loads and one for each vital, of all pages.
fn tiles(all: &bridge::query::PagesLine, limits: Limits) -> AnyView {
    let vitals = VITALS.into_iter().map(|vital| {
        let spread = *(vital.of)(all);
        let rest = match spread.count {
            0 => "not told by any page".to_owned(),
            told => format!(
                "p50 {} · p95 {} · {} told",
                vital.shown(spread.p50),
                vital.shown(spread.p95),
                count(told)
            ),
        };
        view! {
            <li>
                <span class="name" title=vital.meaning>{vital.name}" p75"</span>
                <span class="big">{rating(vital, &spread, limits)}</span>
                <span class="rest">{rest}</span>
            </li>
        }
    });
    let load = all.load;
    view! {
        <ul class="tiles" aria-label="All pages">
            <li>
                <span class="name">"Page views"</span>
                <span class="big">{count(all.views)}</span>
                <span class="rest">
                    {format!("load p50 {} · p75 {} · p95 {}", millis(load.p50), millis(load.p75), millis(load.p95))}
                </span>
            </li>
            {vitals.collect_view()}
        </ul>
    }
    .into_any()
}

/// The charts. Vitals of other units and sizes have charts of their own.
fn trends(steps: &[PagesStep], zone: i32) -> [Plot; 3] {
    let began: Vec<Timestamp> = steps.iter().map(|step| step.since).collect();
    let names: Vec<String> = began.iter().map(|at| minute(*at, zone)).collect();
    let end = end(&began, zone);
    let series = |name, class, of: fn(&PagesStep) -> Option<f64>| Series {
        name,
        class,
        values: steps.iter().map(of).collect(),
    };
    let plot = |title, series, shown| {
        let (steps, end) = (names.clone(), end.clone());
        Plot { title, steps, end, series, shown, bars: false }
    };
    let loads = vec![
        series("Load", "c0", |step| (step.views > 0).then_some(step.load)),
        series("LCP", "c1", |step| step.vitals.lcp),
        series("FCP", "c5", |step| step.vitals.fcp),
        series("TTFB", "c6", |step| step.vitals.ttfb),
    ];
    let reactions = vec![series("INP", "c3", |step| step.vitals.inp)];
    let shifts = vec![series("CLS", "c7", |step| step.vitals.cls)];
    [
        plot("Load and paint, p75", loads, millis as fn(f64) -> String),
        plot("Interaction to Next Paint, p75", reactions, millis),
        plot("Cumulative Layout Shift, p75", shifts, shift),
    ]
}
