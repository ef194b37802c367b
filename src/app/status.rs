//! Draws what is wrong with a tab.

use bridge::Verb;
use leptos::prelude::*;

use crate::tab::Tab;

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
