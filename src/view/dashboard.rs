//! Draws a trace in a tab of its own, and beside a list.

use leptos::prelude::*;
use surface::address;
use surface::mark::Mark;
use trace::{SpanId, Timestamp, TraceId};

use crate::picture::Picture;
use crate::reading::Reading;
use crate::trace_view::{Facts, TraceView};
use surface::door::OpenFile;
use surface::standing::Standing;
use surface::status::{Empty, State};

/// The dashboard of one trace.
#[component]
pub fn Dashboard(
    /// How the trace's reading stands.
    #[prop(into)]
    reading: Signal<Reading>,
    /// The trace before the reader.
    picture: RwSignal<Picture>,
    /// How the page trace stands while it is under way; `None` when nothing is known of it.
    #[prop(into)]
    progress: Signal<Option<Standing>>,
    /// The time.
    #[prop(into)]
    now: Signal<Timestamp>,
    /// Minutes that the reader's clock is east of UTC.
    zone: i32,
    /// Asks the store once more.
    on_ask: Callback<()>,
) -> impl IntoView {
    let shown = Memo::new(move |_| reading.with(Reading::shown));
    view! {
        <main class="surface dashboard">
            <header class="about">
                <Title reading picture />
                <OpenFile />
                <Show when=move || shown.get()>
                    <Facts picture zone />
                </Show>
            </header>
            <Progress progress />
            <Show when=move || shown.get() fallback=move || view! { <Nothing reading now on_ask /> }>
                <Caveat reading />
                <TraceView picture />
            </Show>
        </main>
    }
    .into_any()
}

/// What the trace is about, and the page's URL.
#[component]
fn Title(reading: Signal<Reading>, picture: RwSignal<Picture>) -> impl IntoView {
    let summary = Memo::new(move |_| picture.with(Picture::summary));
    let title = move || match summary.with(|summary| summary.title.clone()) {
        title if title.is_empty() => {
            let trace = reading.with(|reading| reading.trace);
            trace.map(|trace| format!("Trace {trace}")).unwrap_or_default()
        }
        title => title,
    };
    view! {
        <div class="title">
            <Mark />
            <h1>{title}</h1>
            <p class="url">{move || summary.with(|summary| summary.url.clone())}</p>
        </div>
    }
    .into_any()
}

/// The page trace's progress, while it is under way.
#[component]
fn Progress(progress: Signal<Option<Standing>>) -> impl IntoView {
    let there = Memo::new(move |_| progress.with(Option::is_some));
    view! {
        <Show when=move || there.get()>
            <div class="progress">
                <State standing=Signal::derive(move || progress.get().unwrap_or_default()) />
            </div>
        </Show>
    }
    .into_any()
}

/// Why there is no trace to draw, and asking again.
#[component]
fn Nothing(
    reading: Signal<Reading>,
    now: Signal<Timestamp>,
    on_ask: Callback<()>,
) -> impl IntoView {
    let standing = Signal::derive(move || reading.with(|reading| reading.standing(now.get())));
    let asking = move || reading.with(Reading::asking).then_some("true");
    view! {
        <Empty standing>
            <button type="button" class="verb main" aria-busy=asking on:click=move |_| on_ask.run(())>
                "Ask Again"
            </button>
        </Empty>
    }
    .into_any()
}

/// A trace beside a list.
#[component]
pub fn Beside(
    /// The trace that is asked for, and the span that is chosen in it.
    wanted: RwSignal<Option<(TraceId, Option<SpanId>)>>,
    /// How the trace's reading stands.
    #[prop(into)]
    reading: Signal<Reading>,
    /// The trace before the reader.
    picture: RwSignal<Picture>,
    /// The time.
    #[prop(into)]
    now: Signal<Timestamp>,
    /// Minutes that the reader's clock is east of UTC.
    zone: i32,
) -> impl IntoView {
    let shown = Memo::new(move |_| reading.with(Reading::shown));
    let standing = Signal::derive(move || reading.with(|reading| reading.standing(now.get())));
    let href = move || wanted.get().map(|(trace, span)| address::dashboard(trace, span));
    view! {
        <Show when=move || shown.get() fallback=move || view! { <Empty standing /> }>
            <div class="about">
                <Facts picture zone />
                <a href=href target="_blank" rel="noopener">"Open in a tab"</a>
            </div>
            <Caveat reading />
            <TraceView picture />
        </Show>
    }
    .into_any()
}

/// What a reader must know about the trace's completeness.
#[component]
fn Caveat(
    /// How the trace's reading stands.
    reading: Signal<Reading>,
) -> impl IntoView {
    let caveat = Memo::new(move |_| reading.with(Reading::caveat));
    move || caveat.get().map(|text| view! { <p class="note warn">{text}</p> })
}
