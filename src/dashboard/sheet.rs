//! The frame of a table, which scrolls by itself where it is wider than the page, and what is said of
//! rows that it does not list.

use leptos::prelude::*;
use trace::quantity;

/// The frame of a table, with what is in it.
pub fn sheet(label: impl Into<String>, table: AnyView) -> AnyView {
    let label: String = label.into();
    view! { <div class="sheet" tabindex="0" role="region" aria-label=label>{table}</div> }
        .into_any()
}

/// That there are more things than are listed: `And 3 older pages…`. Nothing where all are.
pub fn more(all: usize, listed: usize, thing: &str, about: &str) -> AnyView {
    let rest = u64::try_from(all.saturating_sub(listed)).unwrap_or(u64::MAX);
    if rest == 0 {
        return ().into_any();
    }
    let text = format!("And {}{about}.", quantity::count(rest, thing));
    view! { <p class="hint">{text}</p> }.into_any()
}
