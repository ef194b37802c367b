//! Draws a session's pages in order of time, each with its measures; `+` opens what happened in it.

use bridge::query::{PageLine, SessionDetails};
use leptos::prelude::*;
use surface::address;
use surface::board::{Board, Only, Tab};
use surface::moment;
use trace::choices::Limits;
use trace::digest::Vitals;
use trace::{Timestamp, quantity, vital};

use super::steps::Steps;
use super::{Opened, Place};
use crate::course::{millis, path};

/// Pages that are drawn before one asks for more.
const PAGE: usize = 100;

/// Whether a page has something of what is shown.
fn has(line: &PageLine, only: Only) -> bool {
    match only {
        Only::All => true,
        Only::Errors => line.errors > 0,
        Only::Calls => line.calls > 0,
        Only::Failures => line.failures > 0,
        Only::Slow => line.slow,
    }
}

/// The pages.
#[component]
pub fn Path(
    /// The session.
    details: Memo<SessionDetails>,
    /// What is asked for.
    board: RwSignal<Board>,
    /// Which pages are open.
    opened: Opened,
    /// Under whose thresholds vitals are rated.
    #[prop(into)]
    limits: Signal<Limits>,
    /// Minutes that the reader's clock is east of UTC.
    zone: i32,
) -> impl IntoView {
    let only = Memo::new(move |_| {
        board.with(|board| match &board.tab {
            Tab::Session { only, .. } => *only,
            _ => Only::All,
        })
    });
    let most = RwSignal::new(PAGE);
    // What of a kind is wanted is seen without a click.
    Effect::new(move |_| {
        let only = only.get();
        if only != Only::All {
            let pages = details.with_untracked(|details| details.pages.clone());
            for line in pages.iter().filter(|line| has(line, only)).take(PAGE) {
                opened.show(&line.page);
            }
        }
    });
    let shown = Memo::new(move |_| {
        let pages = details.with(|details| details.pages.clone());
        pages.into_iter().filter(|line| has(line, only.get())).collect::<Vec<_>>()
    });
    let drawn = move || shown.get().into_iter().take(most.get()).collect::<Vec<_>>();
    let first = Memo::new(move |_| details.with(|details| details.line.since));
    let all = move |_| {
        board.update(|board| {
            if let Tab::Session { only, .. } = &mut board.tab {
                *only = Only::All;
            }
        });
    };
    let part = move || {
        let words = match only.get() {
            Only::All => return None,
            Only::Errors => "Only JS errors are shown",
            Only::Calls => "Only API calls are shown",
            Only::Failures => "Only API failures are shown",
            Only::Slow => "Only slow loads are shown",
        };
        Some(
            view! { {words}" "<button type="button" class="link" on:click=all>"Show everything"</button> },
        )
    };
    let more = move || {
        let (all, drawn) = (shown.with(Vec::len), most.get());
        (all > drawn).then(|| {
            let on_click = move |_| most.update(|most| *most += PAGE);
            let text = format!("Show more: {drawn} of {all} pages are shown");
            view! { <button type="button" class="verb" on:click=on_click>{text}</button> }
        })
    };
    view! {
        <section class="path" id="path" aria-labelledby="session-path">
            <div class="subject">
                <h2 id="session-path">"Session Path"</h2>
                <p role="status">{part}</p>
            </div>
            <ol aria-labelledby="session-path">
                <For
                    each=drawn
                    key=state
                    let(line)
                >
                    <Page line opened only first limits zone />
                </For>
            </ol>
            {more}
        </section>
    }
    .into_any()
}

/// What tells a page from others, and from itself at another time.
fn state(line: &PageLine) -> (Option<Place>, [u64; 7], [u32; 4]) {
    let page = &line.page;
    let bits = |value: Option<f64>| value.map_or(u64::MAX, f64::to_bits);
    let Vitals { lcp, inp, cls, fcp, ttfb } = page.vitals;
    let start = page.start.nanos();
    let times =
        [start, page.millis.to_bits(), bits(lcp), bits(inp), bits(cls), bits(fcp), bits(ttfb)];
    let counts = [line.errors, line.calls, line.failures, u32::from(line.slow)];
    (page.trace.zip(page.span), times, counts)
}

/// A page.
#[component]
fn Page(
    line: PageLine,
    opened: Opened,
    only: Memo<Only>,
    first: Memo<Timestamp>,
    limits: Signal<Limits>,
    zone: i32,
) -> impl IntoView {
    let page = line.page.clone();
    let Some(place) = page.trace.zip(page.span) else { return ().into_any() };
    let open = Memo::new(move |_| opened.is_open(place));
    let on_click = move |_| {
        if open.get_untracked() { opened.hide(place) } else { opened.show(&page) }
    };
    let url = line.page.url.clone();
    let name = path(&url).to_owned();
    let kind = line.page.soft.then(|| view! { <span class="badge quiet">"within"</span> });
    let slow = line.slow.then(|| view! { <span class="badge">"slow"</span> });
    let count = |count: u32, noun: &str, class: &'static str| {
        (count > 0)
            .then(|| view! { <span class=class>{quantity::count(u64::from(count), noun)}</span> })
    };
    let start = line.page.start;
    let offset = move || {
        let since = start.since(first.get());
        quantity::moment(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX), 1_000_000)
    };
    let vitals = line.page.vitals;
    view! {
        <li class="visit" class:open=move || open.get()>
            <div class="face">
                <button
                    type="button"
                    class="plus"
                    aria-label=format!("Expand {name}")
                    aria-expanded=move || open.get().to_string()
                    on:click=on_click
                >
                    <span aria-hidden="true">{move || if open.get() { "−" } else { "+" }}</span>
                </button>
                <time class="dim" title=moment::date(start, zone)>{moment::clock(start, zone)}</time>
                <span class="offset dim">"+"{offset}</span>
                <a class="place" href=address::dashboard(place.0, Some(place.1)) title=url.clone()>
                    {name.clone()}
                </a>
                {kind}
                <span class="load">{millis(line.page.millis)}</span>
                {slow}
                {count(line.errors, "JS error", "bad")}
                {count(line.calls, "API call", "dim")}
                {count(line.failures, "API failure", "bad")}
                <span class="vitals">{move || rated(&vitals, limits.get())}</span>
            </div>
            <Show when=move || open.get()>
                <Inside place opened only start />
            </Show>
        </li>
    }
    .into_any()
}

/// What happened in a page.
#[component]
fn Inside(place: Place, opened: Opened, only: Memo<Only>, start: Timestamp) -> impl IntoView {
    let course = Memo::new(move |_| opened.course(place));
    view! { <Steps course only start /> }
}

/// The vitals that a page has, with what they are worth.
fn rated(vitals: &Vitals, limits: Limits) -> Vec<AnyView> {
    let all = [
        ("LCP", vitals.lcp),
        ("INP", vitals.inp),
        ("CLS", vitals.cls),
        ("FCP", vitals.fcp),
        ("TTFB", vitals.ttfb),
    ];
    let draw = |(name, value): (&'static str, Option<f64>)| {
        let value = value?;
        let rating = vital::rate_under(limits, name, value).unwrap_or_default();
        let text = if name == "CLS" { format!("{value:.2}") } else { millis(value) };
        let said = rating.replace('-', " ");
        let class = format!("vital {rating}");
        let title = format!("{name}: {said}");
        Some(view! {
            <span class=class title=title><b>{name}</b>" "{text}<span class="hidden">{format!(", {said}")}</span></span>
        }.into_any())
    };
    all.into_iter().filter_map(draw).collect()
}
