//! Draws what every surface begins with.

use leptos::prelude::*;

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
