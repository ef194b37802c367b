//! Wires the surfaces to the browser: asks, listens, reads the journal, and tells the plain state
//! what came. Decides nothing; every text that a user reads comes from elsewhere.

mod found;
pub mod logs;
mod tab;

pub use logs::Logs;

use bridge::Notice;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use surface::address;
use surface::course::{POSTED, WINDOW};
use surface::door::{Door, Over};
use surface::page::{clock, journal, keep, opener};
use trace::meter::{self, Meter};
use trace::request::TracedRequest;
use trace::settings::Settings;
use webext::source::{self, Hand};
use webext::storage::Area;

use crate::facts::SessionFacts;
use crate::filter::Filter;
use crate::panel::HOST;
use crate::plan::Choice;
use crate::requests::{RequestKey, Requests};
use crate::tab::Tab;
use crate::{panel, popup};
use surface::gate::Gate;
use surface::held::Held;

/// What surfaces need of the settings.
#[derive(Clone, Copy)]
struct Wishes {
    /// How a session is to be, unless the user chooses otherwise.
    choice: RwSignal<Choice>,
    /// The trace store's address.
    store: RwSignal<String>,
    /// Spans a month that the user wants to stay under.
    limit: RwSignal<u64>,
    /// All of them.
    all: RwSignal<Settings>,
}

/// Reads the settings. Without them all is as by default, and the background says what is wrong.
fn settings() -> Wishes {
    let set = Wishes {
        choice: RwSignal::new(Choice::default()),
        store: RwSignal::new(String::new()),
        limit: RwSignal::new(0),
        all: RwSignal::new(Settings::default()),
    };
    spawn_local(async move {
        if let Ok(settings) = webext::settings::load().await {
            set.choice.set(Choice::of(&settings));
            set.limit.set(settings.limit);
            set.store.set(settings.store.clone());
            set.all.set(settings);
        }
    });
    set
}

/// Reads the month's spans, which the background counts.
fn meter(month: RwSignal<u64>) {
    spawn_local(async move {
        let meter = webext::storage::load::<Meter>(Area::Local, meter::KEY).await;
        let spans = meter.ok().flatten().unwrap_or_default().spans(webext::page::now());
        month.set(spans);
    });
}

/// The popup, wired.
#[component]
pub fn Popup(
    /// The tab of the address.
    tab: Option<i32>,
) -> impl IntoView {
    let state = RwSignal::new(Tab::default());
    tab::find(state, tab, |_| {});
    let now = clock(move || tab::poll(state));
    keep(webext::message::listen(move |notice| tab::hear(state, &notice)));
    // A popup in a tab of its own was opened to be looked at, so it stays.
    let close = tab.is_none();
    let Wishes { choice, store, all, .. } = settings();
    let on_verb = Callback::new(move |verb| {
        tab::act(state, verb, choice.with_untracked(Choice::plan), close);
    });
    // Where the browser opens none, the reason above it says where to go.
    let on_open = opener();
    let on_times = times(state, close);
    let on_restore = Callback::new(move |origin: String| {
        spawn_local(async move {
            // Where it cannot be kept it stays off, and is still offered.
            if webext::settings::pause(&origin, false).await.is_ok() {
                all.update(|all| all.paused.retain(|paused| *paused != origin));
            }
        });
    });
    let zone = webext::page::zone(webext::page::now());
    view! {
        <popup::Popup
            tab=state choice store settings=all now zone on_verb on_open on_restore on_times
        />
    }
}

/// Has the page of a tab run several times, in a window that shows how far that is.
fn times(state: RwSignal<Tab>, close: bool) -> Callback<usize> {
    Callback::new(move |times| {
        let posted = |tab: &Tab| tab.view.as_ref().is_some_and(|view| view.posted);
        if state.with_untracked(posted) {
            state.update(|tab| tab.refusal = Some(POSTED.to_owned()));
            return;
        }
        let Some(tab) = state.with_untracked(|tab| tab.id) else { return };
        let series = address::Series { tab: Some(tab), times: Some(times), ..Default::default() };
        spawn_local(async move {
            match webext::tabs::window(address::series(&series), WINDOW).await {
                Err(error) => state.update(|tab| tab.refusal = Some(error.to_string())),
                Ok(_) if close => webext::page::close(),
                Ok(_) => {}
            }
        });
    })
}

/// Lets the worker hear when the panel is closed, once a session is to end with it. Not before: who
/// holds a port wakes the worker whenever it dies.
fn hold_port(state: RwSignal<Tab>) {
    let bound = Memo::new(move |_| {
        state.with(|tab| {
            let session = tab.view.as_ref()?.session.as_ref()?;
            tab.id.filter(|_| session.ending.panel)
        })
    });
    Effect::new(move |held: Option<bool>| {
        let held = held.unwrap_or_default();
        if let (Some(tab), false) = (bound.get(), held) {
            webext::port::hold(tab);
            return true;
        }
        held
    });
}

/// The panel, wired.
#[component]
pub fn Panel(
    /// The tab of the address.
    tab: Option<i32>,
) -> impl IntoView {
    let state = RwSignal::new(Tab::default());
    let list = RwSignal::new(Requests::default());
    let gate = StoredValue::new(Gate::default());
    let (held, month, set) = (RwSignal::new(Held::default()), RwSignal::new(0), settings());
    meter(month);
    tab::find(state, tab, move |tab| read_requests(list, tab, gate));
    let now = clock(move || tab::poll(state));
    keep(webext::message::listen(move |notice| {
        tab::hear(state, &notice);
        match notice {
            Notice::Requests { tab } if Some(tab) == state.with_untracked(|state| state.id) => {
                read_requests(list, tab, gate);
                meter(month);
            }
            _ => {}
        }
    }));
    hold_port(state);
    let chosen = Memo::new(move |_| list.with(Requests::chosen));
    Effect::new(move |_| show(chosen.get()));
    let active = Memo::new(move |_| state.with(Tab::active));
    Effect::new(move |_| {
        let query = held.with(|held| held.query.clone());
        let filter = Filter { session: active.get(), query, ..Filter::default() };
        list.update(|list| list.filter(filter));
    });
    let facts = Memo::new(move |_| {
        let totals = list.with(Requests::totals);
        let (month, limit) = (month.get(), set.limit.get());
        let session = state.with(|state| state.facts(now.get()));
        SessionFacts { totals, month: Some(month), limit, ..session }
    });
    let on_verb = Callback::new(move |verb| {
        tab::act(state, verb, set.choice.with_untracked(Choice::plan), false);
    });
    let zone = webext::page::zone(webext::page::now());
    let theme = webext::devtools::dark().map(|dark| if dark { "dark" } else { "light" });
    view! {
        <panel::Panel
            tab=state
            list
            held
            facts
            store=set.store
            settings=set.all
            now
            zone
            theme
            on_verb
            on_times=times(state, false)
        />
    }
}

/// The ways for files into a list: what is dropped or pasted, and Open File. Another module opens them.
pub fn doors() -> impl IntoView {
    let over = RwSignal::new(false);
    let listening = StoredValue::new_local(None);
    listening.set_value(Some(source::listen(move |hand| match hand {
        Hand::Over(above) if above == over.get_untracked() => {}
        Hand::Over(above) => over.set(above),
        Hand::Gives(sources) => {
            over.set(false);
            webext::view::files(&sources);
            // From now on that module hears what is dropped.
            spawn_local(async move { listening.set_value(None) });
        }
    })));
    provide_context(Door(Callback::new(move |()| {
        webext::view::files(&[]);
        listening.set_value(None);
    })));
    view! { <Show when=move || over.get()><Over /></Show> }
}

/// Has the trace of a request shown in its place beside the list.
fn show(chosen: Option<RequestKey>) {
    spawn_local(async move {
        // The place is there once what follows from the choice is drawn.
        tick().await;
        match chosen {
            Some((trace, span)) => webext::view::open(HOST, trace, Some(span)),
            None => webext::view::close(),
        }
    });
}

/// Reads a tab's requests from the journal; one reading at a time.
fn read_requests(list: RwSignal<Requests>, tab: i32, gate: StoredValue<Gate>) {
    if gate.try_update_value(Gate::enter) != Some(true) {
        return;
    }
    spawn_local(async move {
        loop {
            let rows = requests(tab).await;
            list.update(|list| list.fill(rows));
            if gate.try_update_value(Gate::leave) != Some(true) {
                return;
            }
        }
    });
}

async fn requests(tab: i32) -> Result<Vec<TracedRequest>, String> {
    let rows = journal().await?.requests(tab).await.map_err(|error| error.to_string())?;
    Ok(rows.into_iter().map(|row| row.request).collect())
}
