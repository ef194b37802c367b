//! Draws Test Connection: what was tried, what came back, what it means.

use leptos::prelude::*;
use surface::lamp::Lamp;

use crate::draft::Draft;
use crate::field::Field;
use crate::page::Intent;
use crate::party::Party;
use crate::verdict::Verdict;

/// How the tests of a party stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// One a way, in the order in which they were tried.
    pub verdicts: Vec<Verdict>,
    /// Whether one is waited for.
    pub busy: bool,
    /// Whether the extension may reach its host whatever that says; `None` while not known.
    pub allowed: Option<bool>,
}

/// How all tests stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trials {
    /// Those of each party that something is known of.
    parties: Vec<(Party, Tried)>,
    /// Match patterns of the origins that are named and that the extension may not touch.
    pub barred: Vec<String>,
}

impl Trials {
    /// Those of a party.
    #[must_use]
    pub fn of(&self, party: Party) -> Option<&Tried> {
        self.parties.iter().find(|(known, _)| *known == party).map(|(_, tried)| tried)
    }

    /// Forgets those of a party, and begins anew.
    pub fn begin(&mut self, party: Party) -> &mut Tried {
        self.parties.retain(|(known, _)| *known != party);
        self.change(party)
    }

    /// Those of a party, to be changed.
    pub fn change(&mut self, party: Party) -> &mut Tried {
        let known = self.parties.iter().position(|(known, _)| *known == party);
        let at = known.unwrap_or_else(|| {
            self.parties.push((party, Tried::default()));
            self.parties.len() - 1
        });
        &mut self.parties[at].1
    }
}

/// Test Connection.
#[component]
pub fn Connection(
    /// Whose.
    party: Party,
    /// What is typed and what is in force.
    draft: Signal<Draft>,
    /// How its tests stand.
    trials: Signal<Trials>,
    /// Carries out what a person does.
    on_intent: Callback<Intent>,
) -> impl IntoView {
    let reason = Memo::new(move |_| draft.with(|draft| untestable(draft, party)));
    let tried =
        Memo::new(move |_| trials.with(|trials| trials.of(party).cloned().unwrap_or_default()));
    let busy = move || tried.with(|tried| tried.busy);
    let barred = move || tried.with(|tried| tried.allowed == Some(false));
    let help = match party {
        Party::Asked => "Allow access to the store",
        Party::Sent(_) => "Allow access to this destination",
    };
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
                            on_intent.run(Intent::Test(party));
                        }
                    }
                >
                    "Test connection"
                </button>
                <Show when=move || barred() && reason.get().is_none()>
                    <button type="button" class="verb" on:click=move |_| on_intent.run(Intent::Allow(party))>
                        {help}
                    </button>
                </Show>
                <p class="meaning">{move || reason.get()}</p>
            </div>
            <ul class="verdicts" aria-live="polite">
                {move || tried.with(|tried| tried.verdicts.iter().map(verdict).collect::<Vec<_>>())}
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

fn untestable(draft: &Draft, party: Party) -> Option<&'static str> {
    let store = Field::of("store")?;
    if party == Party::Asked && draft.text(store).trim().is_empty() {
        return Some("With no store there is nothing to try.");
    }
    if party == Party::Asked && draft.problem(store).is_some() {
        return Some("The URL must be right before it can be tried.");
    }
    (!party.sound(draft.stores())).then_some("What is wrong must be mended before it can be tried.")
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
