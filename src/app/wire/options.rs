//! Wires the options to the browser's storage and to the background.

use leptos::prelude::*;

use crate::options;

/// The options, wired.
#[component]
pub fn Options() -> impl IntoView {
    view! { <options::Options /> }
}
