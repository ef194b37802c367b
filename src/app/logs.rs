//! Draws the dashboard's Logs: the traced requests of a session.

use leptos::prelude::*;

use crate::requests::Requests;
use crate::table::Table;

/// Logs.
#[component]
pub fn Logs(
    /// The requests.
    list: RwSignal<Requests>,
    /// Minutes that the reader's clock is east of UTC.
    zone: i32,
) -> impl IntoView {
    view! {
        <main class="surface dashboard">
            <Table list origin=Signal::stored(String::new()) zone />
        </main>
    }
    .into_any()
}
