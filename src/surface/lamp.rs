//! Draws a lamp: how something stands, by colour and by shape.

use leptos::prelude::*;

/// How something stands, shown by shape and colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Nothing is going on.
    #[default]
    Idle,
    /// Something is going on, or about to.
    Busy,
    /// It is on, or done.
    Good,
    /// Something is missing, and the user can do something about it.
    Warn,
    /// It failed.
    Bad,
}

impl Tone {
    /// Its class in the style sheet.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Busy => "busy",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

/// A lamp: its state by colour and by shape. The words beside it say the same.
#[component]
pub fn Lamp(
    /// What it shows.
    #[prop(into)]
    tone: Signal<Tone>,
) -> impl IntoView {
    view! { <span class=move || format!("lamp {}", tone.get().class()) aria-hidden="true"></span> }
}
