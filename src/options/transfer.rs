//! Draws export and import.

use leptos::prelude::*;

use crate::draft::Draft;
use crate::page::Intent;

/// The id of the file input.
const INPUT: &str = "import";

/// Export and import.
#[component]
pub fn Transfer(
    /// What is typed and what is in force.
    draft: Signal<Draft>,
    /// Carries out what a person does.
    on_intent: Callback<Intent>,
) -> impl IntoView {
    let (secrets, set_secrets) = signal(false);
    let refusals = move || {
        let lines = draft.with(|draft| draft.refusals.clone());
        let lines: Vec<_> = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect();
        (!lines.is_empty()).then(|| {
            view! {
                <div class="note bad">
                    <p>"This file was not imported, and every setting is as it was:"</p>
                    <ul>{lines}</ul>
                </div>
            }
        })
    };
    view! {
        <section class="group" aria-label="Export and import">
            <div class="subject">
                <h2>"Export and import"</h2>
                <p>"All settings as one JSON file."</p>
            </div>
            <div class="settings">
                <div class="setting flag">
                    <label for="secrets">"With credentials"</label>
                    <p class="meaning" id="secrets-about">
                        "Whoever has the file can then sign the trace cookie as you do, and pass for you with \
                         the stores and destinations above."
                    </p>
                    <input
                        type="checkbox"
                        id="secrets"
                        aria-describedby="secrets-about"
                        on:change:target=move |event| set_secrets.set(event.target().checked())
                    />
                </div>
                <div class="setting">
                    <button
                        type="button"
                        class="verb"
                        on:click=move |_| on_intent.run(Intent::Export(secrets.get_untracked()))
                    >
                        "Export settings"
                    </button>
                </div>
                <div class="setting">
                    <label for=INPUT>"Import settings"</label>
                    <p class="meaning" id="import-about">
                        "A file with anything wrong in it changes nothing. What a file does not name \
                         stays as it is; credentials stay with the address that they were given for."
                    </p>
                    <input
                        type="file"
                        id=INPUT
                        accept=".json,application/json"
                        aria-describedby="import-about"
                        on:change=move |_| on_intent.run(Intent::Import(INPUT))
                    />
                    <div role="alert">{refusals}</div>
                </div>
            </div>
        </section>
    }
    .into_any()
}
