//! Draws the button that copies a text.

use std::time::Duration;

use leptos::prelude::*;

/// How long a copy button says that it has copied.
const THANKS: Duration = Duration::from_millis(1_500);

/// Copies a text.
#[component]
pub fn Copy(
    /// The text.
    #[prop(into)]
    text: String,
    /// What the text is, for the button's name: `trace id`.
    what: &'static str,
) -> impl IntoView {
    let (copied, set_copied) = signal(false);
    let copy = move |_| {
        webext::page::copy(&text);
        set_copied.set(true);
        set_timeout(
            move || {
                let _the_button_is_gone = set_copied.try_set(false);
            },
            THANKS,
        );
    };
    let title = format!("Copy {what}");
    let label = title.clone();
    view! {
        <button type="button" class="copy" class:done=copied title=title on:click=copy>
            <span class="hidden" aria-live="polite">
                {move || if copied.get() { "Copied".to_owned() } else { label.clone() }}
            </span>
        </button>
    }
    .into_any()
}
