//! Links from one tab to another, and to traces.

use leptos::prelude::*;
use surface::board::{Board, Tab, of_session};
use surface::period::Period;
use trace::{SpanId, TraceId};

use crate::figure::NONE;

/// Characters of a session's id that are shown; the link has them all.
const SHORT: usize = 8;

/// The way to a session, by its id.
pub fn session(id: &str) -> AnyView {
    if id.is_empty() {
        return view! { <span class="none" title="Recorded outside a session">{NONE}</span> }
            .into_any();
    }
    let short: String = id.chars().take(SHORT).collect();
    view! {
        <a class="id" href=of_session(id) title=id.to_owned()>
            {short}
        </a>
    }
    .into_any()
}

/// The way to a session by a word: `View Session`.
pub fn view_session(id: &str) -> AnyView {
    if id.is_empty() {
        return view! { <span class="none">"Recorded outside a session"</span> }.into_any();
    }
    view! { <a href=of_session(id)>"View Session"</a> }.into_any()
}

/// The way to a moment in a trace; text alone where the row names none.
pub fn moment(text: String, trace: Option<TraceId>, span: Option<SpanId>) -> AnyView {
    match trace {
        Some(trace) => {
            let address = surface::address::dashboard(trace, span);
            view! { <a href=address>{text}</a> }.into_any()
        }
        None => text.into_any(),
    }
}

/// The address of a tab, about the same time.
#[must_use]
pub fn to(tab: Tab, period: Period) -> String {
    Board { tab, period }.address()
}
