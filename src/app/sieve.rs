//! Draws the filter over a list of requests, in the language that traces are filtered with: its field,
//! how many requests are shown, and why there is none. `/` leads to the field.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::Element;
use surface::field::{Cursor, Field, Offer, Words, focus, takes};
use surface::held::Held;
use surface::standing::Standing;
use surface::status::Empty;
use trace::filter::REQUESTS;
use trace::quantity;

use crate::panel::HOST;
use crate::requests::Requests;

const WORDS: Words = Words {
    id: "request-filter",
    label: "Filter requests",
    example: "status:5xx duration>1s url:/cart",
    noun: "request",
};

/// The filter.
#[component]
pub fn Sieve(
    /// The requests.
    list: RwSignal<Requests>,
    /// What is typed.
    held: RwSignal<Held>,
    /// What else narrows the list.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    listen();
    let text = Memo::new(move |_| held.with(|held| held.text.clone()));
    let flaw = Memo::new(move |_| held.with(|held| held.flaw.clone()));
    let filtered =
        Memo::new(move |_| list.with(|list| list.len() as u64 != list.totals().requests));
    let on_text = Callback::new(move |text| held.update(|held| held.take(text, &REQUESTS)));
    let complete = Callback::new(move |((text, cursor), offer): (Cursor, Offer)| {
        offer.make(list.with_untracked(|list| list.complete(&text, cursor)));
    });
    view! {
        <div class="filters sieve" class:filtered=filtered role="search" aria-label="Requests">
            <Field words=WORDS text flaw on_text complete />
            <output class="count" aria-live="polite">{move || list.with(count)}</output>
            {children.map(|children| children())}
        </div>
    }
    .into_any()
}

/// How many requests are shown, and of how many.
fn count(list: &Requests) -> String {
    let (shown, all) = (list.len() as u64, list.totals().requests);
    let said = quantity::count(all, "request");
    if shown == all { said } else { format!("{shown} of {said}") }
}

/// Why no request is shown, and the way back where they are kept away.
#[component]
pub fn Nothing(
    /// The requests.
    list: RwSignal<Requests>,
    /// Why.
    standing: Signal<Standing>,
    /// Lets all be shown.
    on_all: Callback<()>,
) -> impl IntoView {
    let away = Memo::new(move |_| list.with(|list| list.kept_away().is_some()));
    let press = move |_| {
        on_all.run(());
        focus(WORDS.id);
    };
    view! {
        <Empty standing>
            <Show when=move || away.get()>
                <button type="button" class="verb" on:click=press>"Show All Requests"</button>
            </Show>
        </Empty>
    }
    .into_any()
}

/// Leads `/` to the field, but where a trace has the focus, which has one of its own.
fn listen() {
    let on_key = |event: KeyboardEvent| {
        let held = event.ctrl_key() || event.meta_key() || event.alt_key();
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let beside =
            || target.is_some_and(|it| matches!(it.closest(&["#", HOST].concat()), Ok(Some(_))));
        if event.key() == "/" && !held && !takes(&event) && !beside() && focus(WORDS.id) {
            event.prevent_default();
        }
    };
    Effect::new(move |_| {
        let listening = window_event_listener(leptos::ev::keydown, on_key);
        on_cleanup(move || listening.remove());
    });
}
