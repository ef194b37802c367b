//! Draws the options: every setting with what it means.

use leptos::prelude::*;

use crate::popup::Mark;

/// The options.
#[component]
pub fn Options() -> impl IntoView {
    view! {
        <main class="surface options">
            <header class="brand">
                <Mark />
                <h1>"Tracelight options"</h1>
            </header>
        </main>
    }
    .into_any()
}
