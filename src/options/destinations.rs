//! Draws where spans are sent: the destinations that are listed, each with how it fares.

use backend::stores::SLOTS;
use leptos::prelude::*;

use crate::access::Access;
use crate::connection::{Connection, Trials};
use crate::draft::Draft;
use crate::entry::{Desk, Entry};
use crate::fare;
use crate::field::Kind;
use crate::page::Intent;
use crate::party::{Part, Party};

/// Its heading.
const TITLE: &str = "Destinations";

/// In what form spans go out.
const FORMS: Kind = Kind::Choice(&[("protobuf", "Protobuf"), ("json", "JSON")]);

/// What a search finds it by.
pub const WORDS: &str = "destinations destination endpoint otlp format protobuf json gzip sent send \
                         spans credentials name password bearer token tenant headers";

/// The destinations.
#[component]
pub fn Destinations(
    /// What is typed and what is in force.
    draft: Signal<Draft>,
    /// How tests of connections stand.
    trials: Signal<Trials>,
    /// Carries out what a person does.
    on_intent: Callback<Intent>,
) -> impl IntoView {
    let slots = Memo::new(move |_| {
        draft.with(|draft| draft.stores().sent.iter().map(|it| it.slot).collect::<Vec<_>>())
    });
    let full = move || slots.with(|slots| slots.len() >= usize::from(SLOTS));
    let rest = Memo::new(move |_| draft.with(rest));
    let none = Memo::new(move |_| draft.with(|draft| draft.saved.stores.sent.is_empty()));
    view! {
        <section class="group" aria-label=TITLE>
            <div class="subject">
                <h2>{TITLE}</h2>
                <p>"Where the browser's spans are sent, by OTLP over HTTP. What a destination does not \
                    take waits here."</p>
            </div>
            <div class="settings">
                <p>{move || rest.get()}</p>
                <Show when=move || none.get()>
                    <Fare draft seat=0 />
                </Show>
                <For each=move || slots.get() key=|slot| *slot let(slot)>
                    <Card seat=slot slots draft trials on_intent />
                </For>
                <div class="verbs">
                    <button
                        type="button"
                        class="verb"
                        aria-disabled=move || full().then_some("true")
                        on:click=move |_| on_intent.run(Intent::Add)
                    >
                        "Add destination"
                    </button>
                    <p class="meaning">{move || full().then(|| format!("{SLOTS} are the most."))}</p>
                </div>
            </div>
        </section>
    }
    .into_any()
}

/// Where spans go as it is kept.
fn rest(draft: &Draft) -> &'static str {
    match (draft.saved.stores.sent.is_empty(), draft.saved.settings.store.is_empty()) {
        (true, true) => "With no trace store and no destination, spans stay in this browser.",
        (true, false) => "Spans are sent to the trace store, until a destination is listed here.",
        (false, _) => "Spans are sent to these, and to the trace store only if it is one of them.",
    }
}

/// One destination.
#[component]
fn Card(
    seat: u8,
    slots: Memo<Vec<u8>>,
    draft: Signal<Draft>,
    trials: Signal<Trials>,
    on_intent: Callback<Intent>,
) -> impl IntoView {
    let party = Party::Sent(seat);
    let desk = Desk { party, draft, on_intent };
    let place = move |slots: &Vec<u8>| slots.iter().position(|it| *it == seat).unwrap_or_default();
    let name = Memo::new(move |_| format!("Destination {}", slots.with(place) + 1));
    view! {
        <div class="destination" role="group" aria-label=move || name.get()>
            <h3>{move || name.get()}</h3>
            <Entry
                desk
                part=Part::Endpoint
                kind=Kind::Text
                label="Endpoint"
                meaning="Base URL of an OTLP receiver, to which /v1/traces is added. A port of 4318 is the usual one."
                example="https://otlp.example:4318"
            />
            <Entry desk part=Part::Form kind=FORMS label="Format" />
            <Entry
                desk
                part=Part::Packed
                kind=Kind::Switch
                label="Pack with gzip"
                meaning="A tenth of the bytes. Off, for receivers that do not unpack."
            />
            <Access desk />
            <Fare draft seat />
            <Connection party draft trials on_intent />
            <button
                type="button"
                class="verb"
                aria-label=move || format!("Remove {}", name.get().to_lowercase())
                on:click=move |_| on_intent.run(Intent::Remove(seat))
            >
                "Remove"
            </button>
        </div>
    }
    .into_any()
}

/// How sending goes, as it is known.
#[component]
fn Fare(draft: Signal<Draft>, seat: u8) -> impl IntoView {
    let lines = Memo::new(move |_| {
        draft.with(|draft| {
            let account = draft.learned.ledger.0.get(&seat);
            account.map(|account| fare::lines(account, draft.learned.zone)).unwrap_or_default()
        })
    });
    let items = move || {
        let lines = lines.get().into_iter().map(|line| view! { <li>{line}</li> });
        lines.collect::<Vec<_>>()
    };
    view! { <ul class="fare" aria-label="How sending goes">{items}</ul> }.into_any()
}
