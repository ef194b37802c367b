//! Draws the buttons: the verbs that apply, and copying.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;

use crate::tab::Tab;
use crate::verb::{Offer, Verb};

/// The verbs that apply to a tab.
#[component]
pub fn Verbs(
    /// What is known of the tab.
    #[prop(into)]
    tab: Signal<Tab>,
    /// Carries a verb out.
    on_verb: Callback<Verb>,
    /// Whether the main verb takes the keyboard's focus when it first shows.
    #[prop(optional)]
    focus: bool,
) -> impl IntoView {
    let offers = Memo::new(move |_| tab.with(Tab::offers));
    let busy = Signal::derive(move || tab.with(|tab| tab.busy));
    // Only the first time: later the focus is where the user has put it.
    let focus = StoredValue::new(focus);
    view! {
        <div class="verbs" role="group" aria-label="Actions">
            <For each=move || offers.get() key=|offer| offer.verb.button() let(first)>
                <VerbButton first offers busy on_verb focus />
            </For>
        </div>
    }
    .into_any()
}

/// One button. Which verb it stands for may change while it keeps the focus.
#[component]
fn VerbButton(
    first: Offer,
    offers: Memo<Vec<Offer>>,
    busy: Signal<Option<Verb>>,
    on_verb: Callback<Verb>,
    focus: StoredValue<bool>,
) -> impl IntoView {
    let button = first.verb.button();
    let same = move |offer: &&Offer| offer.verb.button() == button;
    let offer = Memo::new(move |_| offers.with(|all| all.iter().find(same).copied()));
    let now = move || offer.get().unwrap_or(first);
    let element = NodeRef::<html::Button>::new();
    if first.main && focus.get_value() {
        focus.set_value(false);
        element.on_load(|element| drop(element.focus()));
    }
    // Not `disabled`: that would throw the focus out of the button while it works.
    let waits = move || busy.get().is_some();
    view! {
        <button
            type="button"
            node_ref=element
            class="verb"
            class:main=move || now().main
            aria-disabled=move || waits().then_some("true")
            aria-busy=move || (busy.get() == Some(now().verb)).then_some("true")
            on:click=move |_| {
                if !waits() {
                    on_verb.run(now().verb);
                }
            }
        >
            {move || now().verb.label()}
        </button>
    }
}

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
