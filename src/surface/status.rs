//! Draws how things stand: a lamp with words.

use leptos::prelude::*;

use crate::lamp::Lamp;
use crate::standing::Standing;

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
