//! What is known of an answer, and what is drawn while there is none.

use bridge::query::Answer;
use leptos::prelude::*;
use surface::lamp::Tone;
use surface::standing::Standing;
use surface::status::Empty;

/// What is known of an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Found {
    /// Nothing yet.
    #[default]
    Waiting,
    /// Why there is none.
    Failed(String),
    /// It.
    There(Box<Answer>),
}

impl Found {
    /// The answer, if it is there.
    #[must_use]
    pub const fn answer(&self) -> Option<&Answer> {
        match self {
            Self::There(answer) => Some(answer),
            Self::Waiting | Self::Failed(_) => None,
        }
    }

    /// What stands for it while it is not there, in words.
    #[must_use]
    pub fn standing(&self) -> Option<Standing> {
        match self {
            Self::There(_) => None,
            Self::Waiting => {
                Some(Standing::new(Tone::Busy, "Reading the journal", "This takes a moment."))
            }
            Self::Failed(reason) => Some(Standing::new(
                Tone::Bad,
                "The journal cannot be read",
                format!("{reason}. Reload this page; what was recorded is not lost by that."),
            )),
        }
    }
}

/// Draws what stands for an answer while it is not there; nothing once it is.
#[component]
pub fn Blank(
    /// What is known of it.
    #[prop(into)]
    found: Signal<Found>,
) -> impl IntoView {
    let standing = Memo::new(move |_| found.with(Found::standing));
    move || standing.get().map(|standing| view! { <Empty standing=Signal::stored(standing) /> })
}
