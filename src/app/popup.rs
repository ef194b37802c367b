//! Draws the popup: what can be done, found by typing; how this site and page stand; what is set.

use bridge::Verb;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use surface::mark::Mark;
use surface::paused::Paused;
use trace::Timestamp;
use trace::ladder::About;
use trace::settings::Settings;

use crate::buttons::Verbs;
use crate::lamps::{Evidence, Proof};
use crate::palette;
use crate::plan::Choice;
use crate::sampled;
use crate::set::WhatIsSet;
use crate::several::Several;
use crate::status::{Refusal, Troubles};
use crate::tab::Tab;
use surface::door::OpenFile;
use surface::status::State;

/// The popup.
#[component]
pub fn Popup(
    /// What is known of the tab.
    #[prop(into)]
    tab: Signal<Tab>,
    /// How the next session is to be.
    choice: RwSignal<Choice>,
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
    /// Carries a verb out.
    on_verb: Callback<Verb>,
    /// Opens an address of the browser's own.
    on_open: Callback<String>,
    /// Puts an origin back that was taken off.
    on_restore: Callback<String>,
    /// Has the page run so many times.
    on_times: Callback<usize>,
) -> impl IntoView {
    let session = Memo::new(move |_| tab.with(|tab| tab.session(now.get())));
    let origin = Memo::new(move |_| tab.with(|tab| tab.origin().to_owned()));
    let starts = Memo::new(move |_| tab.with(|tab| tab.offers().contains(&Verb::Start)));
    view! {
        <main class="surface popup">
            <h1 class="hidden">"Tracelight"</h1>
            <section class="site" aria-label="This site">
                <Mark />
                <div>
                    {move || {
                        let origin = origin.get();
                        (!origin.is_empty()).then(|| view! { <p class="origin">{origin}</p> })
                    }}
                    <State standing=session />
                </div>
            </section>
            <Finder tab on_verb on_times />
            <Remedy tab on_open />
            <Refusal tab on_verb />
            <Show when=move || starts.get()>
                <PlanChoice choice />
            </Show>
            <PageTrace tab store settings />
            <Troubles tab />
            <Paused settings on_restore />
            <WhatIsSet tab zone />
            <p class="sampling">
                {move || settings.with(sampled::line)}
                " "
                <a href="app.html?view=options#sampling" target="_blank">"Sampling rules"</a>
            </p>
            <footer>
                <OpenFile />
                <a href="app.html?view=options" target="_blank">"Options"</a>
                <a href="app.html?view=trust" target="_blank">"What Tracelight may do"</a>
            </footer>
        </main>
    }
    .into_any()
}

/// The verbs that apply, below a field that finds one by typing.
#[component]
fn Finder(tab: Signal<Tab>, on_verb: Callback<Verb>, on_times: Callback<usize>) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let field = NodeRef::<html::Input>::new();
    let list = NodeRef::<html::Div>::new();
    let offers = Memo::new(move |_| tab.with(Tab::offers));
    let hits = Memo::new(move |_| offers.with(|offers| palette::hits(&text.read(), offers)));
    field.on_load(|field| drop(field.focus()));
    let back = move || drop(field.get_untracked().map(|field| field.focus()));
    let run = Callback::new(move |verb| {
        text.set(String::new());
        on_verb.run(verb);
    });
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" if tab.with_untracked(|tab| tab.busy.is_none()) => {
            if let Some(verb) = hits.with_untracked(|hits| hits.first().copied()) {
                run.run(verb);
            }
        }
        "ArrowDown" => {
            event.prevent_default();
            let first = list.get_untracked().and_then(|list| list.query_selector("button").ok()?);
            use leptos::wasm_bindgen::JsCast as _;
            let first = first.and_then(|it| it.dyn_into::<leptos::web_sys::HtmlElement>().ok());
            drop(first.map(|button| button.focus()));
        }
        _ => {}
    };
    let runs = Memo::new(move |_| hits.with(|hits| hits.contains(&Verb::Run)));
    let none = move || hits.with(Vec::is_empty) && !offers.with(Vec::is_empty);
    view! {
        <div class="finder" class:idle=move || tab.with(|tab| tab.remedy().is_some()) node_ref=list>
            <input
                type="search"
                node_ref=field
                aria-label="Search verbs"
                placeholder="Search: tracing, stop, view…"
                autocomplete="off"
                spellcheck="false"
                prop:value=text
                on:input=move |event| text.set(event_target_value(&event))
                on:keydown=on_key
            />
            <Verbs tab verbs=hits on_verb=run on_leave=Callback::new(move |()| back()) />
            <Show when=move || runs.get()>
                <Several on_times />
            </Show>
            <p class="none" role="status">
                {move || none().then_some("Nothing that applies here is called so.")}
            </p>
        </div>
    }
    .into_any()
}

/// The one button that helps where no verb does.
#[component]
fn Remedy(tab: Signal<Tab>, on_open: Callback<String>) -> impl IntoView {
    let remedy = Memo::new(move |_| tab.with(Tab::remedy));
    move || {
        remedy.get().map(|(name, address)| {
            let open = move |_| on_open.run(address.clone());
            view! { <button type="button" class="verb main" on:click=open>{name}</button> }
        })
    }
}

/// How far the next session is to reach, and when it ends.
#[component]
fn PlanChoice(choice: RwSignal<Choice>) -> impl IntoView {
    let place = |event: &leptos::ev::Event| event_target_value(event).parse().unwrap_or_default();
    let scopes = move || {
        let draw = |(at, (name, chosen)): (usize, (&'static str, bool))| {
            view! { <option value=at.to_string() selected=chosen>{name}</option> }
        };
        choice.with(|choice| choice.scopes().into_iter().enumerate().map(draw).collect::<Vec<_>>())
    };
    let endings = move || {
        let draw = |(at, (name, chosen)): (usize, (String, bool))| {
            view! { <option value=at.to_string() selected=chosen>{name}</option> }
        };
        choice.with(|choice| choice.endings().into_iter().enumerate().map(draw).collect::<Vec<_>>())
    };
    view! {
        <div class="plan" role="group" aria-label="The next session">
            <label>
                <span>"Covers"</span>
                <select on:change=move |event| choice.update(|choice| choice.reach(place(&event)))>
                    {scopes}
                </select>
            </label>
            <label>
                <span>"Ends"</span>
                <select on:change=move |event| choice.update(|choice| choice.end(place(&event)))>
                    {endings}
                </select>
            </label>
        </div>
    }
    .into_any()
}

/// How the page's trace stands, while there is one, and the proof of it.
#[component]
pub fn PageTrace(
    /// What is known of the tab.
    #[prop(into)]
    tab: Signal<Tab>,
    /// The trace store's address.
    #[prop(into)]
    store: Signal<String>,
    /// What the user has set.
    #[prop(into)]
    settings: Signal<Settings>,
) -> impl IntoView {
    let standing =
        Memo::new(move |_| tab.with(|tab| settings.with(|all| sampled::standing(tab, all))));
    let there = Memo::new(move |_| standing.with(Option::is_some));
    let url = move || {
        let page = |tab: &Tab| Some(tab.view.as_ref()?.page.as_ref()?.url.clone());
        tab.with(page).unwrap_or_default()
    };
    let proof = Memo::new(move |_| tab.with(|tab| proof(tab, &store.read())));
    view! {
        <Show when=move || there.get()>
            <section class="page" aria-label="Page trace">
                <p class="place" title=url>{move || trace::waterfall::path(&url()).to_owned()}</p>
                <State standing=Signal::derive(move || standing.get().unwrap_or_default()) />
                <Evidence proof />
            </section>
        </Show>
    }
    .into_any()
}

/// The proof that a tab's page is traced.
fn proof(tab: &Tab, store: &str) -> Proof {
    let Some(page) = tab.view.as_ref().and_then(|view| view.page.as_ref()) else {
        return Proof::default();
    };
    Proof::of(&page.ladder, About { method: &page.method, url: &page.url, store })
}
