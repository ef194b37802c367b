//! Draws what a request or a span is to its framework.

use leptos::prelude::*;
use trace::framework::{Badge, Badges};

/// What a request or a span is to its framework: a badge each, with its sentence on it.
#[component]
pub fn Framework(
    /// The badges.
    badges: Badges,
) -> impl IntoView {
    let draw = |badge: &'static Badge| {
        view! { <span class="badge plain" title=badge.meaning>{badge.word}</span> }.into_any()
    };
    badges.iter().map(draw).collect::<Vec<_>>().into_any()
}
