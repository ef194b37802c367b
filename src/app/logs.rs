//! Draws the dashboard's Logs: traced requests with their filters, the sessions that the journal
//! knows, and the chosen request's trace beside the list.

use leptos::prelude::*;
use surface::address;
use surface::board::{Board, Tab};
use surface::column::Columns;
use surface::held::Held;
use surface::lamp::Tone;
use surface::mark::Mark;
use surface::moment;
use surface::nav::{Nav, Place};
use surface::period::Period;
use surface::range::Range;
use trace::{SessionId, Timestamp, quantity};

use crate::buckets::{Brush, domain};

use crate::facts::{Session, SessionFacts};
use crate::found::Caveat;
use crate::histogram::Chart;
use crate::menus::{Filters, Shown, Times};
use crate::panel::Chosen;
use crate::requests::Requests;
use crate::sessions::Past;
use crate::sieve::{Nothing, Sieve};
use crate::table::Table;
use crate::views::{self, Views, Wish};
use surface::door::OpenFile;
use surface::naming::short;
use surface::query::{Query, Wanted};
use surface::standing::Standing;

/// Logs.
#[component]
pub fn Logs(
    /// The requests.
    list: RwSignal<Requests>,
    /// The filters.
    query: RwSignal<Query>,
    /// What is typed to filter.
    held: RwSignal<Held>,
    /// The columns that are shown.
    columns: RwSignal<Columns>,
    /// Hears that others are wanted.
    on_columns: Callback<Columns>,
    /// Saved views.
    views: RwSignal<Views>,
    /// Why a view was not saved; empty where it was.
    unsaved: RwSignal<String>,
    /// Saves one, or does what else is done with them.
    on_wish: Callback<Wish>,
    /// The newest sessions that the journal knows, newest first.
    #[prop(into)]
    sessions: Signal<Vec<Past>>,
    /// The session that is asked for, or all, in numbers.
    #[prop(into)]
    facts: Signal<SessionFacts>,
    /// The trace store's address.
    #[prop(into)]
    store: Signal<String>,
    /// What the store did not tell.
    #[prop(into)]
    caveat: Signal<Caveat>,
    /// The time.
    #[prop(into)]
    now: Signal<Timestamp>,
    /// Minutes that the reader's clock is east of UTC.
    zone: i32,
) -> impl IntoView {
    let open = Memo::new(move |_| list.with(|list| list.chosen().is_some()));
    let origin = Signal::stored(String::new());
    let standing = Signal::derive(move || nothing(&list.read(), &query.read()));
    let on_all = Callback::new(move |()| {
        held.set(Held::default());
        query.update(|query| {
            (query.traces, query.mine, query.range) = (false, false, Range::All);
        });
    });
    let caveat = move || {
        caveat.with(|Caveat { text, wrong }| {
            (!text.is_empty())
                .then(|| view! { <p class="note" class:warn=*wrong>{text.clone()}</p> })
        })
    };
    view! {
        <main class="surface dashboard logs">
            <header class="about">
                <div class="title"><Mark /><h1>"Logs"</h1><Nav place=Place::Logs /></div>
                <OpenFile />
                <Session facts zone />
            </header>
            <Bar list query held>
                <Filters list held />
                <Shown columns on_columns />
                <views::Menu views trouble=unsaved on_wish />
            </Bar>
            {caveat}
            <Time list query now zone />
            <div class="panes" class:alone=move || !open.get()>
                <Sessions sessions query now zone />
                <section class="requests" aria-label="Requests">
                    <Show when=move || !list.with(Requests::is_empty) fallback=move || view! { <Nothing list standing on_all /> }>
                        <Table list origin zone columns />
                    </Show>
                </section>
                <Show when=move || open.get()>
                    <section class="trace" aria-label="Trace">
                        <button
                            type="button"
                            class="close"
                            aria-label="Close trace"
                            on:click=move |_| list.update(Requests::close)
                        ></button>
                        <Chosen list store />
                    </section>
                </Show>
            </div>
        </main>
    }
    .into_any()
}

/// When requests began, as a picture, and which of that time is shown.
#[component]
fn Time(
    list: RwSignal<Requests>,
    query: RwSignal<Query>,
    now: Signal<Timestamp>,
    zone: i32,
) -> impl IntoView {
    let range = Memo::new(move |_| query.with(|query| query.range));
    // What the picture shows: a brush chooses a part of it, and leaves it as it is.
    let frame = RwSignal::new(range.get_untracked());
    Effect::new(move |_| {
        if range.get() == Range::All {
            frame.set(Range::All);
        }
    });
    // Often enough for a picture of minutes.
    let tick = Memo::new(move |_| now.get().millis() / 10_000 * 10_000);
    let wide = Memo::new(move |_| {
        let (frame, now) = (frame.get(), tick.get());
        domain(list.with(Requests::extent), frame.at(now), now)
    });
    let histogram = Memo::new(move |_| list.with(|list| list.histogram(wide.get(), zone)));
    let brush = Signal::derive(move || match range.get() {
        Range::Between(since, until) => histogram.with(|it| {
            Some(Brush { since: since.unwrap_or(it.since), until: until.unwrap_or(it.until()) })
        }),
        Range::All | Range::Last(_) => None,
    });
    let put = move |range: Range| query.update(|query| query.range = range);
    let on_range = Callback::new(move |range: Range| {
        frame.set(range);
        put(range);
    });
    let on_brush = Callback::new(move |brush: Option<Brush>| match brush {
        Some(Brush { since, until }) => put(Range::Between(Some(since), Some(until))),
        None => {
            if let Range::Between(..) = frame.get_untracked() {
                frame.set(Range::All);
            }
            put(frame.get_untracked());
        }
    });
    view! {
        <div class="period">
            <div class="ends">
                <Times range=range.into() domain=wide.into() on_range zone />
                <Show when=move || brush.get().is_some()>
                    <button type="button" class="link" on:click=move |_| on_brush.run(None)>
                        "Clear time"
                    </button>
                </Show>
            </div>
            <Chart histogram brush on_brush zone />
        </div>
    }
    .into_any()
}

/// The filters.
#[component]
fn Bar(
    list: RwSignal<Requests>,
    query: RwSignal<Query>,
    held: RwSignal<Held>,
    children: Children,
) -> impl IntoView {
    let session = Memo::new(move |_| query.with(|query| query.session.id()));
    let all = move |_| query.update(|query| query.session = Wanted::All);
    let chip = move || {
        session.get().map(|id| {
            view! {
                <button type="button" class="filter" title="Show all sessions" on:click=all>
                    {format!("Session {}", short(&id.to_string()))}
                    <span class="times" aria-hidden="true">"×"</span>
                </button>
            }
        })
    };
    let traces = Signal::derive(move || query.with(|query| query.traces));
    let mine = Signal::derive(move || query.with(|query| query.mine));
    view! {
        <Sieve list held>
            <Switch
                on=traces
                name="Show requests that have traces"
                drawing="M2 4h7M5 8h6M9 12h5"
                on_toggle=Callback::new(move |()| query.update(|query| query.traces = !query.traces))
            />
            <Switch
                on=mine
                name="Show requests from this browser"
                drawing="M8 8a2.7 2.7 0 1 0 0-5.4A2.7 2.7 0 0 0 8 8zM3 13.5c.6-2.6 2.5-3.7 5-3.7s4.400 1.100 5 3.700"
                on_toggle=Callback::new(move |()| query.update(|query| query.mine = !query.mine))
            />
            {chip}
            {children()}
            <Pick list />
        </Sieve>
    }
    .into_any()
}

/// What is to be compared, or what is missing for it.
#[component]
fn Pick(list: RwSignal<Requests>) -> impl IntoView {
    let any = Memo::new(move |_| list.with(|list| !list.marked().is_empty()));
    let pair = Memo::new(move |_| list.with(Requests::pair));
    let said = move || pair.get().err().unwrap_or("Two requests are ticked");
    let way = move || match pair.get() {
        Ok([a, b]) => {
            let href = address::compare(Some(a), Some(b));
            view! { <a class="verb main" href=href target="_blank" rel="noopener">"Compare"</a> }
                .into_any()
        }
        Err(_) => {
            view! { <button type="button" class="verb" aria-disabled="true">"Compare"</button> }
                .into_any()
        }
    };
    // What is said is there before it says something, or nobody would hear it.
    view! {
        <div class="pick" class:empty=move || !any.get()>
            <span role="status">{move || any.get().then(said)}</span>
            <Show when=move || any.get()>
                {way}
                <button
                    type="button"
                    class="close"
                    aria-label="Untick all"
                    on:click=move |_| list.update(Requests::unmark)
                ></button>
            </Show>
        </div>
    }
    .into_any()
}

/// A switch that is a picture.
#[component]
fn Switch(
    on: Signal<bool>,
    name: &'static str,
    drawing: &'static str,
    on_toggle: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="switch"
            aria-label=name
            title=name
            aria-pressed=move || if on.get() { "true" } else { "false" }
            on:click=move |_| on_toggle.run(())
        >
            <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=drawing /></svg>
        </button>
    }
    .into_any()
}

/// The sessions that can be chosen.
#[component]
fn Sessions(
    sessions: Signal<Vec<Past>>,
    query: RwSignal<Query>,
    now: Signal<Timestamp>,
    zone: i32,
) -> impl IntoView {
    let chosen = Memo::new(move |_| query.with(|query| query.session.id()));
    let minute = Memo::new(move |_| now.get().millis() / 60_000);
    let all = Board { tab: Tab::Sessions(Box::default()), period: Period::All }.address();
    let choose = move |id: SessionId| query.update(|query| query.session = Wanted::Of(id));
    let draw = move |past: Past| {
        let id = past.id;
        let current = move || (chosen.get() == Some(id)).then_some("true");
        let ago = move || {
            minute.get();
            moment::ago(past.until, now.get_untracked())
        };
        let numbers = numbers(&past);
        view! {
            <li>
                <button
                    type="button"
                    aria-current=current
                    title=moment::date(past.since, zone)
                    on:click=move |_| choose(id)
                >
                    <strong title=past.origin.clone()>{host(&past.origin)}</strong>
                    <span class="ago">{ago}</span>
                    <span class="numbers">{numbers}</span>
                    <code>{short(&id.to_string())}</code>
                </button>
            </li>
        }
    };
    view! {
        <Show when=move || !sessions.with(Vec::is_empty)>
            <nav class="sessions" aria-label="Sessions">
                <h2>"Sessions"</h2>
                <ul>{move || sessions.get().into_iter().map(draw).collect::<Vec<_>>()}</ul>
                <a class="all" href=all.clone()>"All sessions"</a>
            </nav>
        </Show>
    }
    .into_any()
}

/// An origin without its scheme.
fn host(origin: &str) -> String {
    origin.split_once("://").map_or(origin, |(_, host)| host).to_owned()
}

/// A session in a few numbers.
fn numbers(past: &Past) -> String {
    let pages = quantity::count(past.pages, "page");
    let requests = quantity::count(past.requests, "request");
    match past.errors {
        0 => format!("{pages}, {requests}"),
        errors => format!("{pages}, {requests}, {}", quantity::count(errors, "error")),
    }
}

/// Why there is no request, and what to do next.
fn nothing(list: &Requests, query: &Query) -> Standing {
    if let Some(standing) = list.blank("Reload this page") {
        return standing;
    }
    match query.session {
        Wanted::Of(_) => Standing::new(
            Tone::Idle,
            "No traced requests in this session",
            "Use the site while its session is active, and its requests appear here. This browser \
             knows of no request of this session.",
        ),
        Wanted::Last { .. } => Standing::new(
            Tone::Idle,
            "No previous session",
            "This browser has traced no session yet. Open a page, click Tracelight and choose \
             Start Tracing Session.",
        ),
        Wanted::All => Standing::new(
            Tone::Idle,
            "No traced requests yet",
            "Open a page, click Tracelight and choose Start Tracing Session or Run Page Trace.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Filter;
    use surface::sample;

    #[test]
    fn an_empty_list_says_why_and_what_to_do() {
        let mut list = Requests::newest_first();
        let said = |list: &Requests, session: Wanted| {
            nothing(list, &Query { session, ..Query::default() }).title
        };
        assert_eq!(said(&list, Wanted::All), "Reading the journal");
        list.fill(Ok(Vec::new()));
        assert_eq!(said(&list, Wanted::All), "No traced requests yet");
        let last = Wanted::Last { origin: String::new() };
        assert_eq!(said(&list, last), "No previous session");
        list.fill(Ok(sample::requests()));
        let query = trace::filter::Query::parse("zzz", &trace::filter::REQUESTS).ok();
        list.filter(Filter { query, ..Filter::default() });
        assert_eq!(said(&list, Wanted::All), "Nothing matches");
        list.fill(Err("no room".to_owned()));
        assert_eq!(said(&list, Wanted::All), "The journal cannot be read");
    }
}
