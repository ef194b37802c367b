//! Draws how things stand: a lamp with words, and what is wrong besides.

use bridge::Verb;
use leptos::prelude::*;
use surface::lamp::Lamp;

use crate::tab::{Standing, Tab};

/// A state in words, with its lamp. Changes are read out politely.
#[component]
pub fn State(
    /// The state.
    #[prop(into)]
    standing: Signal<Standing>,
) -> impl IntoView {
    let detail = move || standing.with(|standing| standing.detail.clone());
    view! {
        <div class="state" role="status">
            <Lamp tone=Signal::derive(move || standing.with(|standing| standing.tone)) />
            <div>
                <strong>{move || standing.with(|standing| standing.title.clone())}</strong>
                <p>{detail}</p>
            </div>
        </div>
    }
    .into_any()
}

/// Why the last wish was not granted, and the button that grants it where a permission does. The
/// region is always there, so that its text is read out when it comes.
#[component]
pub fn Refusal(
    /// What is known of the tab.
    #[prop(into)]
    tab: Signal<Tab>,
    /// Carries a verb out.
    on_verb: Callback<Verb>,
) -> impl IntoView {
    let text = move || tab.with(|tab| tab.refusal.clone());
    let allow = move || {
        let (_, verb) = tab.with(|tab| tab.asks.clone())?;
        let again = move |_| on_verb.run(verb);
        Some(view! { <button type="button" class="verb" on:click=again>"Allow Access"</button> })
    };
    view! {
        <div role="alert" class="refusals">
            {move || text().map(|text| view! { <div class="note bad"><p>{text}</p>{allow}</div> })}
        </div>
    }
    .into_any()
}

/// What is wrong besides.
#[component]
pub fn Troubles(
    /// What is known of the tab.
    #[prop(into)]
    tab: Signal<Tab>,
) -> impl IntoView {
    let troubles = Memo::new(move |_| tab.with(Tab::troubles));
    move || {
        troubles.with(|troubles| {
            let lines = troubles.iter().map(|text| view! { <li>{text.clone()}</li> });
            let lines: Vec<_> = lines.collect();
            (!lines.is_empty()).then(|| view! { <ul class="note warn troubles">{lines}</ul> })
        })
    }
}

/// An empty view: why it is empty, and what to do next.
#[component]
pub fn Empty(
    /// Why it is empty.
    #[prop(into)]
    standing: Signal<Standing>,
    /// What can be done about it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty" role="status">
            <Lamp tone=Signal::derive(move || standing.with(|standing| standing.tone)) />
            <h2>{move || standing.with(|standing| standing.title.clone())}</h2>
            <p>{move || standing.with(|standing| standing.detail.clone())}</p>
            {children.map(|children| children())}
        </div>
    }
    .into_any()
}
