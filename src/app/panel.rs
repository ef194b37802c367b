//! Draws the devtools panel: the session and its verbs, the traced requests as they happen, and the
//! trace of the chosen one.

use bridge::Verb;
use leptos::prelude::*;
use surface::door::OpenFile;
use surface::held::Held;
use surface::lamp::Tone;
use surface::mark::Mark;
use surface::{address, candidate};
use trace::Timestamp;
use trace::ladder::About;
use trace::request::TracedRequest;
use trace::settings::Settings;

use crate::buttons::Verbs;
use crate::facts::{Session, SessionFacts};
use crate::lamps::{Evidence, Proof};
use crate::popup::PageTrace;
use crate::requests::Requests;
use crate::several::Several;
use crate::sieve::{Nothing, Sieve};
use crate::status::{Refusal, Troubles};
use crate::tab::Tab;
use crate::table::Table;
use surface::standing::Standing;
use surface::status::{Empty, State};

/// The panel.
#[component]
pub fn Panel(
    /// What is known of the tab.
    #[prop(into)]
    tab: Signal<Tab>,
    /// Its traced requests.
    list: RwSignal<Requests>,
    /// What of them is asked for by typing.
    held: RwSignal<Held>,
    /// The session in numbers.
    #[prop(into)]
    facts: Signal<SessionFacts>,
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
                <List tab list held zone />
                <section class="trace" aria-label="Trace">
                    <Chosen list store />
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
    held: RwSignal<Held>,
    zone: i32,
) -> impl IntoView {
    let origin = Signal::derive(move || tab.with(|tab| tab.origin().to_owned()));
    let any = Memo::new(move |_| list.with(|list| list.all() > 0));
    let standing = Signal::derive(move || nothing(&list.read(), &tab.read()));
    let on_all = Callback::new(move |()| held.set(Held::default()));
    view! {
        <section class="requests" aria-label="Requests">
            <Show when=move || any.get()>
                <Sieve list held />
            </Show>
            <Show
                when=move || !list.with(Requests::is_empty)
                fallback=move || view! { <Nothing list standing on_all /> }
            >
                <Table list origin zone />
            </Show>
        </section>
    }
    .into_any()
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

/// The trace of the chosen request, or what to do to see one. Another module draws the trace.
#[component]
pub fn Chosen(
    /// The requests.
    list: RwSignal<Requests>,
    /// The trace store's address.
    store: Signal<String>,
) -> impl IntoView {
    let chosen = Memo::new(move |_| list.with(|list| list.chosen().is_some()));
    let standing = Signal::stored(Standing::new(
        Tone::Idle,
        "No request chosen",
        "Choose a request, by click or arrow keys, to see its trace.",
    ));
    let last = Memo::new(move |_| {
        list.with(|list| candidate::previous(list.chosen()?.0, &list.before()).zip(list.chosen()))
    });
    let before = move || {
        let (last, (trace, _)) = last.get()?;
        let href = address::compare(Some(last), Some(trace));
        Some(view! {
            <p class="before">
                <a href=href target="_blank" rel="noopener">"Compare with previous"</a>
            </p>
        })
    };
    let proof = Memo::new(move |_| list.with(|list| proof(list, &store.read())));
    view! {
        <Show when=move || chosen.get() fallback=move || view! { <Empty standing /> }>
            <Evidence proof />
            {before}
            <div id=HOST class="host"></div>
        </Show>
    }
    .into_any()
}

/// The id of the element in which a chosen request's trace is drawn.
pub const HOST: &str = "trace";

/// The proof that the chosen request was traced.
fn proof(list: &Requests, store: &str) -> Proof {
    let of = |request: &TracedRequest| {
        let TracedRequest { method, url, ladder, .. } = request;
        Proof::of(ladder, About { method, url, store })
    };
    list.request().map(of).unwrap_or_default()
}

/// Why there is no request, and what to do next.
fn nothing(list: &Requests, tab: &Tab) -> Standing {
    if let Some(standing) = list.blank("Close and open the devtools") {
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
    use surface::sample;

    fn said(list: &Requests, view: Option<bridge::TabView>) -> String {
        let standing = nothing(list, &Tab { view, ..Tab::default() });
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
