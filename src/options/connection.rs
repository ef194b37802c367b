//! Draws Test Connection: what was tried, what came back, what it means.

use leptos::prelude::*;
use surface::lamp::Lamp;

use crate::draft::Draft;
use crate::field::Field;
use crate::page::Intent;
use crate::verdict::Verdict;

/// How the store's tests stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trials {
    /// One a way, in the order in which they were tried.
    pub verdicts: Vec<Verdict>,
    /// Whether one is waited for.
    pub busy: bool,
    /// Whether the extension may reach the store's host whatever that says; `None` while not known.
    pub allowed: Option<bool>,
    /// Match patterns of the origins that are named and that the extension may not touch.
    pub barred: Vec<String>,
}

/// Test Connection.
#[component]
pub fn Connection(
    /// What is typed and what is in force.
    draft: Signal<Draft>,
    /// What the store answered.
    trials: Signal<Trials>,
    /// Carries out what a person does.
    on_intent: Callback<Intent>,
) -> impl IntoView {
    let reason = Memo::new(move |_| draft.with(untestable));
    let busy = move || trials.with(|trials| trials.busy);
    let barred = move || trials.with(|trials| trials.allowed == Some(false));
    view! {
        <div class="connection" role="group" aria-label="Test connection">
            <div class="verbs">
                <button
                    type="button"
                    class="verb"
                    aria-disabled=move || (reason.get().is_some() || busy()).then_some("true")
                    aria-busy=move || busy().then_some("true")
                    on:click=move |_| {
                        if reason.get_untracked().is_none() && !busy() {
                            on_intent.run(Intent::Test);
                        }
                    }
                >
                    "Test connection"
                </button>
                <Show when=move || barred() && reason.get().is_none()>
                    <button type="button" class="verb" on:click=move |_| on_intent.run(Intent::Allow)>
                        "Allow access to the store"
                    </button>
                </Show>
                <p class="meaning">{move || reason.get()}</p>
            </div>
            <ul class="verdicts" aria-live="polite">
                {move || trials.with(|trials| trials.verdicts.iter().map(verdict).collect::<Vec<_>>())}
            </ul>
        </div>
    }
    .into_any()
}

/// The origins that are named and not permitted, and the button that helps.
#[component]
pub fn Named(
    /// What is permitted.
    trials: Signal<Trials>,
    /// Carries out what a person does.
    on_intent: Callback<Intent>,
) -> impl IntoView {
    let barred = Memo::new(move |_| trials.with(|trials| trials.barred.join(", ")));
    view! {
        <div class="connection" role="status">
            <Show when=move || barred.with(|barred| !barred.is_empty())>
                <p class="meaning">
                    {move || format!("Not permitted yet, so requests go there without context: {}", barred.get())}
                </p>
                <button type="button" class="verb" on:click=move |_| on_intent.run(Intent::AllowNamed)>
                    "Allow access to these origins"
                </button>
            </Show>
        </div>
    }
    .into_any()
}

fn untestable(draft: &Draft) -> Option<&'static str> {
    let store = Field::of("store")?;
    if draft.problem(store).is_some() {
        return Some("The URL must be right before it can be tried.");
    }
    draft.text(store).trim().is_empty().then_some("With no store there is nothing to try.")
}

fn verdict(verdict: &Verdict) -> impl IntoView + use<> {
    let Verdict { tone, title, tried, came, means } = verdict.clone();
    let came = (!came.is_empty()).then(|| view! { <dt>"Came back"</dt><dd>{came}</dd> });
    view! {
        <li>
            <Lamp tone=tone />
            <div>
                <strong>{title}</strong>
                <dl>
                    <dt>"Tried"</dt>
                    <dd><code>{tried}</code></dd>
                    {came}
                </dl>
                <p>{means}</p>
            </div>
        </li>
    }
}
