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
    let told = move || {
        draft.with(|draft| match &*draft.lost {
            [] => note(
                "bad",
                "This file was not imported, and every setting is as it was:",
                &draft.refusals,
            ),
            lost => note("warn", "The file was imported. What went with what it replaced:", lost),
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
                         stays as it is; credentials stay with the host that they were given for, \
                         and go where another takes its place."
                    </p>
                    <input
                        type="file"
                        id=INPUT
                        accept=".json,application/json"
                        aria-describedby="import-about"
                        on:change=move |_| on_intent.run(Intent::Import(INPUT))
                    />
                    <div role="alert">{told}</div>
                </div>
            </div>
        </section>
    }
    .into_any()
}

/// What a file did or did not do, each on a line; nothing where there is nothing to say.
fn note(tone: &str, head: &'static str, lines: &[String]) -> Option<AnyView> {
    let items: Vec<_> = lines.iter().map(|line| view! { <li>{line.clone()}</li> }).collect();
    let class = format!("note {tone}");
    (!items.is_empty()).then(|| {
        view! {
            <div class=class>
                <p>{head}</p>
                <ul>{items}</ul>
            </div>
        }
        .into_any()
    })
}
