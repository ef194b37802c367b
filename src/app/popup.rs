//! Draws the popup: how this site stands, and what can be done about it.

use leptos::prelude::*;
use trace::Timestamp;

use crate::buttons::Verbs;
use crate::status::{Refusal, State, Troubles};
use crate::tab::Tab;
use crate::verb::Verb;

/// The popup.
#[component]
pub fn Popup(
    /// What is known of the tab.
    #[prop(into)]
    tab: Signal<Tab>,
    /// The time.
    #[prop(into)]
    now: Signal<Timestamp>,
    /// Carries a verb out.
    on_verb: Callback<Verb>,
) -> impl IntoView {
    let session = Memo::new(move |_| tab.with(|tab| tab.session(now.get())));
    let origin = Memo::new(move |_| tab.with(|tab| tab.origin().to_owned()));
    view! {
        <main class="surface popup">
            <header class="brand">
                <Mark />
                <h1>"Tracelight"</h1>
            </header>
            <section class="site" aria-label="This site">
                {move || {
                    let origin = origin.get();
                    (!origin.is_empty()).then(|| view! { <p class="origin">{origin}</p> })
                }}
                <State standing=session />
            </section>
            <PageTrace tab />
            <Verbs tab on_verb focus=true />
            <Refusal tab />
            <Troubles tab />
        </main>
    }
    .into_any()
}

/// How the page's trace stands, while there is one.
#[component]
pub fn PageTrace(
    /// What is known of the tab.
    #[prop(into)]
    tab: Signal<Tab>,
) -> impl IntoView {
    let standing = Memo::new(move |_| tab.with(Tab::page));
    let there = Memo::new(move |_| standing.with(Option::is_some));
    let url = move || {
        let page = |tab: &Tab| Some(tab.view.as_ref()?.page.as_ref()?.url.clone());
        tab.with(page).unwrap_or_default()
    };
    view! {
        <Show when=move || there.get()>
            <section class="page" aria-label="Page trace">
                <p class="place" title=url>{move || trace::waterfall::path(&url()).to_owned()}</p>
                <State standing=Signal::derive(move || standing.get().unwrap_or_default()) />
            </section>
        </Show>
    }
    .into_any()
}

/// The product's mark: three bars of a waterfall.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 16 16" aria-hidden="true">
            <rect x="1" y="2" width="10" height="3" rx="1.5" />
            <rect x="4" y="6.5" width="8" height="3" rx="1.5" />
            <rect x="8" y="11" width="7" height="3" rx="1.5" />
        </svg>
    }
}
