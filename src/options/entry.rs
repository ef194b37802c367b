//! Draws a part of a store or of a destination: its name, what it means, its control, what is wrong
//! with it.

use leptos::prelude::*;

use crate::control::Control;
use crate::draft::{Change, Draft};
use crate::field::Kind;
use crate::page::Intent;
use crate::party::{Part, Party};

/// What stands where, and who hears of a change: what all that is drawn of a party has in common.
#[derive(Clone, Copy)]
pub struct Desk {
    /// The party.
    pub party: Party,
    /// What is typed and what is in force.
    pub draft: Signal<Draft>,
    /// Carries out what a person does.
    pub on_intent: Callback<Intent>,
}

impl Desk {
    /// A part as it is typed.
    #[must_use]
    pub fn text(self, part: Part) -> Memo<String> {
        let Self { party, draft, .. } = self;
        Memo::new(move |_| draft.with(|draft| party.text(draft.stores(), part)))
    }

    /// Changes the party.
    pub fn change(self, change: Change) {
        self.on_intent.run(Intent::Change(self.party, change));
    }

    /// Saves what is right.
    pub fn keep(self) {
        self.on_intent.run(Intent::Keep);
    }
}

/// One part.
#[component]
pub fn Entry(
    /// Whose.
    desk: Desk,
    /// Which.
    part: Part,
    /// What it is made of.
    kind: Kind,
    /// Its name.
    #[prop(into)]
    label: String,
    /// What it means; may be empty.
    #[prop(optional)]
    meaning: &'static str,
    /// Shown while it is empty.
    #[prop(optional)]
    example: &'static str,
) -> impl IntoView {
    let Desk { party, draft, .. } = desk;
    let id = party.id(part);
    let text = desk.text(part);
    let wrong = Memo::new(move |_| draft.with(|draft| party.flaw(draft.stores(), part)));
    let on_type = Callback::new(move |text| desk.change(Change::Put(part, text)));
    let on_commit = Callback::new(move |()| desk.keep());
    let name = Signal::stored(label.clone());
    view! {
        <div class="setting" class:flag=kind == Kind::Switch>
            <label for=id.clone()>{label}</label>
            <p class="meaning" id=format!("{id}-about")>{meaning}</p>
            <Control id=id.clone() name kind example text wrong on_type on_commit />
            <p class="wrong" id=format!("{id}-flaw") aria-live="polite">{move || wrong.get()}</p>
        </div>
    }
    .into_any()
}
