//! Draws the devtools panel: the session and its verbs, the traced requests as they happen, and the
//! trace of the chosen one.

use bridge::Verb;
use leptos::prelude::*;
use surface::lamp::Tone;
use surface::mark::Mark;
use trace::ladder::About;
use trace::request::TracedRequest;
use trace::settings::Settings;
use trace::{Timestamp, quantity};

use crate::address;
use crate::buttons::Verbs;
use crate::compare::candidate;
use crate::compare::several::Several;
use crate::facts::{Session, SessionFacts};
use crate::files::OpenFile;
use crate::lamps::{Evidence, Proof};
use crate::picture::Picture;
use crate::popup::PageTrace;
use crate::reading::Reading;
use crate::requests::Requests;
use crate::status::{Empty, Refusal, State, Troubles};
use crate::tab::{Standing, Tab};
use crate::table::Table;
use crate::trace_view::{Facts, TraceView};

/// The panel.
#[component]
pub fn Panel(
    /// What is known of the tab.
    #[prop(into)]
    tab: Signal<Tab>,
    /// Its traced requests.
    list: RwSignal<Requests>,
    /// What of them is asked for by typing.
    text: RwSignal<String>,
    /// The session in numbers.
    #[prop(into)]
    facts: Signal<SessionFacts>,
    /// How the trace's reading stands.
    #[prop(into)]
    reading: Signal<Reading>,
    /// The trace before the reader.
    picture: RwSignal<Picture>,
    /// The trace store's address.
    #[prop(into)]
    store: Signal<String>,
    /// What the user has set.
    #[prop(into)]
    settings: Signal<Settings>,
    /// The time.
    #[prop(into)]
    now: Signal<Timestamp>,
    /// Minutes that the reader's clock is east of UTC.
    zone: i32,
    /// The devtools' theme; `None` to follow the system.
    theme: Option<&'static str>,
    /// Carries a verb out.
    on_verb: Callback<Verb>,
    /// Has the page run so many times.
    on_times: Callback<usize>,
) -> impl IntoView {
    view! {
        <main class="surface panel" data-theme=theme>
            <Bar tab now on_verb on_times />
            <div class="below">
                <Session facts zone />
                <PageTrace tab store settings />
            </div>
            <Refusal tab on_verb />
            <Troubles tab />
            <div class="panes">
                <List tab list text zone />
                <section class="trace" aria-label="Trace">
                    <Chosen list reading picture store now zone />
                </section>
            </div>
        </main>
    }
    .into_any()
}

/// The traced requests, or why there are none.
#[component]
fn List(
    tab: Signal<Tab>,
    list: RwSignal<Requests>,
    text: RwSignal<String>,
    zone: i32,
) -> impl IntoView {
    let origin = Signal::derive(move || tab.with(|tab| tab.origin().to_owned()));
    let any = Memo::new(move |_| list.with(|list| list.all() > 0));
    view! {
        <section class="requests" aria-label="Requests">
            <Show when=move || any.get()>
                <div class="filters">
                    <Search text />
                    <span class="count">{move || list.with(shown)}</span>
                </div>
            </Show>
            <Show
                when=move || !list.with(Requests::is_empty)
                fallback=move || view! {
                    <Empty standing=Signal::derive(move || nothing(&list.read(), &tab.read(), &text.read())) />
                }
            >
                <Table list origin zone />
            </Show>
        </section>
    }
    .into_any()
}

/// The field that narrows a list of requests.
#[component]
pub fn Search(
    /// What is typed.
    text: RwSignal<String>,
) -> impl IntoView {
    view! {
        <input
            type="search"
            aria-label="Filter requests"
            placeholder="Filter: method, path, status, service…"
            autocomplete="off"
            spellcheck="false"
            prop:value=text
            on:input=move |event| text.set(event_target_value(&event))
        />
    }
}

/// How many requests are shown. Not of how many: those of other sessions are not there to be found.
fn shown(list: &Requests) -> String {
    quantity::count(list.len() as u64, "request")
}

/// Session and verbs in one bar.
#[component]
fn Bar(
    tab: Signal<Tab>,
    now: Signal<Timestamp>,
    on_verb: Callback<Verb>,
    on_times: Callback<usize>,
) -> impl IntoView {
    let session = Memo::new(move |_| tab.with(|tab| tab.session(now.get())));
    let verbs = Memo::new(move |_| tab.with(Tab::offers));
    let runs = Memo::new(move |_| verbs.with(|verbs| verbs.contains(&Verb::Run)));
    view! {
        <header class="top">
            <Mark />
            <h1 class="hidden">"Tracelight"</h1>
            <State standing=session />
            <Verbs tab verbs on_verb />
            <Show when=move || runs.get()>
                <Several on_times />
            </Show>
            <OpenFile />
        </header>
    }
    .into_any()
}

/// The trace of the chosen request, or what to do to see one.
#[component]
pub fn Chosen(
    /// The requests.
    list: RwSignal<Requests>,
    /// How the trace's reading stands.
    reading: Signal<Reading>,
    /// The trace before the reader.
    picture: RwSignal<Picture>,
    /// The trace store's address.
    store: Signal<String>,
    /// The time.
    now: Signal<Timestamp>,
    /// Minutes that the reader's clock is east of UTC.
    zone: i32,
) -> impl IntoView {
    let shown = Memo::new(move |_| {
        list.with(|list| list.chosen().is_some()) && reading.with(Reading::shown)
    });
    let standing = Signal::derive(move || match list.with(Requests::chosen) {
        Some(_) => reading.with(|reading| reading.standing(now.get())),
        None => Standing {
            tone: Tone::Idle,
            title: "No request chosen".to_owned(),
            detail: "Choose a request, by click or arrow keys, to see its trace.".to_owned(),
        },
    });
    let href = move || {
        list.with(Requests::chosen).map(|(trace, span)| address::dashboard(trace, Some(span)))
    };
    let last = Memo::new(move |_| {
        list.with(|list| candidate::previous(list.chosen()?.0, list.rows()).zip(list.chosen()))
    });
    let before = move || {
        let (last, (trace, _)) = last.get()?;
        let href = address::compare(Some(last), Some(trace));
        Some(view! { <a href=href target="_blank" rel="noopener">"Compare with previous"</a> })
    };
    let proof = Memo::new(move |_| list.with(|list| proof(list, &store.read())));
    view! {
        <Show when=move || list.with(|list| list.chosen().is_some())>
            <Evidence proof />
        </Show>
        <Show when=move || shown.get() fallback=move || view! { <Empty standing /> }>
            <div class="about">
                <Facts picture zone />
                {before}
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
pub fn Caveat(
    /// How the trace's reading stands.
    reading: Signal<Reading>,
) -> impl IntoView {
    let caveat = Memo::new(move |_| reading.with(Reading::caveat));
    move || caveat.get().map(|text| view! { <p class="note warn">{text}</p> })
}

/// The proof that the chosen request was traced.
fn proof(list: &Requests, store: &str) -> Proof {
    let of = |request: &TracedRequest| {
        let TracedRequest { method, url, ladder, .. } = request;
        Proof::of(ladder, About { method, url, store })
    };
    list.request().map(of).unwrap_or_default()
}

/// Why there is no request, and what to do next.
fn nothing(list: &Requests, tab: &Tab, text: &str) -> Standing {
    if let Some(standing) = list.blank(text, "Close and open the devtools") {
        return standing;
    }
    match tab.view.as_ref().map(|view| view.session.is_some()) {
        Some(true) => Standing::new(
            Tone::Good,
            "No traced requests yet",
            "The session is active: reload the page, and its requests appear here.",
        ),
        Some(false) if !tab.origin().is_empty() => Standing::new(
            Tone::Idle,
            "No traced requests",
            "Start a tracing session and use the page, or run one page trace.",
        ),
        Some(false) => Standing::new(
            Tone::Warn,
            "No traced requests",
            "This page cannot be traced. Open a page of a web site in this tab.",
        ),
        None => Standing::new(
            Tone::Idle,
            "No traced requests",
            "The state of this tab is not known yet.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn said(list: &Requests, view: Option<bridge::TabView>) -> String {
        let standing = nothing(list, &Tab { view, ..Tab::default() }, "");
        format!("{}. {}", standing.title, standing.detail)
    }

    #[test]
    fn an_empty_list_says_why_and_what_to_do() {
        let mut list = Requests::default();
        assert_eq!(said(&list, None), "Reading the journal. ");
        list.fill(Ok(Vec::new()));
        assert!(said(&list, Some(sample::idle())).contains("Start a tracing session"));
        assert!(said(&list, Some(sample::tracing())).contains("reload the page"));
        assert!(said(&list, Some(sample::unsupported())).contains("cannot be traced"));
        list.fill(Err("IndexedDB open: no room".to_owned()));
        assert!(said(&list, None).starts_with("The journal cannot be read. IndexedDB open: no"));
    }
}
