//! Draws the options: every setting with its meaning and its default, grouped and searched.

use leptos::prelude::*;
use surface::mark::Mark;
use surface::paused::Paused;

use crate::asked::{self, Asked};
use crate::connection::{Connection, Named, Trials};
use crate::destinations::{self, Destinations};
use crate::draft::{Change, Draft};
use crate::field::{Field, Group, matches};
use crate::party::Party;
use crate::redacted::Redacted;
use crate::setting::Setting;
use crate::tester::{Fits, Tester};
use crate::transfer::Transfer;

/// What a person does in the options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Types in a field.
    Type(&'static str, String),
    /// Is done with a field: save it.
    Commit(&'static str),
    /// Changes something of the store that is asked, or of a destination.
    Change(Party, Change),
    /// Adds a destination.
    Add,
    /// Takes the destination of a slot away.
    Remove(u8),
    /// Saves what is right of the store and of the destinations.
    Keep,
    /// Tests a connection.
    Test(Party),
    /// Allows the extension to reach a store without its consent (CORS).
    Allow(Party),
    /// Allows it to put the context on requests to the origins that are named.
    AllowNamed,
    /// Puts an origin back that was taken off.
    Restore(String),
    /// Downloads the settings; whether with secrets.
    Export(bool),
    /// Reads the file that is chosen in the input of this id.
    Import(&'static str),
}

/// The options.
#[component]
pub fn Options(
    /// What is typed and what is in force.
    #[prop(into)]
    draft: Signal<Draft>,
    /// How tests of connections stand.
    #[prop(into)]
    trials: Signal<Trials>,
    /// Whether a regular expression fits.
    fits: Fits,
    /// Carries out what a person does.
    on_intent: Callback<Intent>,
) -> impl IntoView {
    let (search, set_search) = signal(String::new());
    let found = Memo::new(move |_| search.with(|search| keys(search)));
    let sent = Memo::new(move |_| search.with(|search| matches(search, destinations::WORDS)));
    let nothing = move || found.with(Vec::is_empty) && !sent.get();
    let groups = Group::ALL.map(|group| {
        view! {
            <Section group found draft trials fits on_intent />
            {(group == Group::Store).then(|| view! {
                <Show when=move || sent.get()>
                    <Destinations draft trials on_intent />
                </Show>
            })}
        }
    });
    view! {
        <main class="surface options">
            <header class="brand">
                <Mark />
                <h1>"Tracelight options"</h1>
                <input
                    type="search"
                    aria-label="Search settings"
                    placeholder="Search settings"
                    on:input:target=move |event| set_search.set(event.target().value())
                />
                <News draft />
            </header>
            <Trouble draft />
            {move || nothing().then(|| view! {
                <p class="none" role="status">"No setting is called or means that."</p>
            })}
            {groups.into_iter().collect::<Vec<_>>()}
            <Transfer draft on_intent />
            <footer>
                <a href="app.html?view=trust">"What Tracelight may do, has done and keeps"</a>
            </footer>
        </main>
    }
    .into_any()
}

fn keys(search: &str) -> Vec<&'static str> {
    let mut found = Draft::found(search);
    // How it is asked stands with it.
    let store = Field::of("store").filter(|_| matches(search, asked::WORDS));
    if let Some(store) = store.filter(|store| !found.iter().any(|field| field.key == store.key)) {
        found.insert(0, store);
    }
    found.into_iter().map(|field| field.key).collect()
}

/// What happened last. The region is always there, so that what comes into it is read out.
#[component]
fn News(draft: Signal<Draft>) -> impl IntoView {
    view! {
        <p class="news" class:bad=move || draft.with(|draft| draft.failed) role="status">
            {move || draft.with(|draft| draft.news.clone())}
        </p>
    }
}

/// Why the settings that are kept cannot be read.
#[component]
fn Trouble(draft: Signal<Draft>) -> impl IntoView {
    let text = move || draft.with(|draft| draft.trouble.clone());
    view! {
        <div role="alert">
            {move || text().map(|text| view! {
                <p class="note bad">
                    {format!("The settings that are kept cannot be read: {text}. The defaults hold until you change one.")}
                </p>
            })}
        </div>
    }
}

/// The settings of a group, as far as they are searched for.
#[component]
fn Section(
    group: Group,
    found: Memo<Vec<&'static str>>,
    draft: Signal<Draft>,
    trials: Signal<Trials>,
    fits: Fits,
    on_intent: Callback<Intent>,
) -> impl IntoView {
    let saved = Signal::derive(move || draft.with(|draft| draft.saved.settings.clone()));
    let on_restore = Callback::new(move |origin| on_intent.run(Intent::Restore(origin)));
    let fields = move || {
        let keys = found.get().into_iter().filter_map(Field::of);
        keys.filter(|field| field.group == group).collect::<Vec<_>>()
    };
    let there = Memo::new(move |_| !fields().is_empty());
    view! {
        <Show when=move || there.get()>
            <section class="group" aria-label=group.title()>
                <div class="subject">
                    <h2>{group.title()}</h2>
                    <p>{group.about()}</p>
                </div>
                <div class="settings">
                    <For each=fields key=|field| field.key let(field)>
                        <Setting field draft on_intent />
                        {(field.key == "store").then(|| view! {
                            <Asked draft on_intent />
                            <Connection party=Party::Asked draft trials on_intent />
                        })}
                        {(field.key == "targets").then(|| view! {
                            <Paused settings=saved on_restore />
                            <Named trials on_intent />
                        })}
                        {(field.key == "sampling").then(|| view! { <Tester draft fits /> })}
                        {(field.key == "redaction.patterns").then(|| view! { <Redacted draft /> })}
                    </For>
                </div>
            </section>
        </Show>
    }
    .into_any()
}
