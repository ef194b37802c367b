//! Draws as text what surfaces draw, for tests that run without a browser.

use leptos::prelude::*;

/// Draws a view as HTML, an element a line.
#[must_use]
pub fn draw<V: IntoView>(view: impl FnOnce() -> V) -> String {
    let owner = Owner::new();
    let html = owner.with(|| view().into_view().to_html());
    owner.cleanup();
    // Leptos leaves comments where a view may change; they say nothing to a reader.
    html.replace("<!>", "").replace("<!---->", "").replace("><", ">\n<")
}
