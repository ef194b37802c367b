//! Draws the origins that were taken off, because their requests failed with the context.

use leptos::prelude::*;
use trace::settings::Settings;

/// Origins that were taken off, each with the button that puts it back.
#[component]
pub fn Paused(
    /// What the user has set.
    #[prop(into)]
    settings: Signal<Settings>,
    /// Puts an origin back.
    on_restore: Callback<String>,
) -> impl IntoView {
    let paused = Memo::new(move |_| settings.with(|settings| settings.paused.clone()));
    let one = move |origin: String| {
        let name = format!("Put {origin} back");
        let said = format!(
            "{origin} was taken off the origins that get the context: its requests failed with it."
        );
        let restore = move |_| on_restore.run(origin.clone());
        view! {
            <li>
                <p>{said}</p>
                <button type="button" class="verb" aria-label=name on:click=restore>"Put back"</button>
            </li>
        }
    };
    view! {
        <div role="status">
            {move || paused.with(|paused| (!paused.is_empty()).then(|| {
                let origins: Vec<_> = paused.iter().cloned().map(one).collect();
                view! { <ul class="note warn paused">{origins}</ul> }
            }))}
        </div>
    }
    .into_any()
}
