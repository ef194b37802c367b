//! Draws the buttons of the verbs that apply.

use bridge::Verb;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::web_sys::HtmlElement;

use crate::tab::Tab;

/// The verbs, the likely next step first.
#[component]
pub fn Verbs(
    /// What is known of the tab.
    #[prop(into)]
    tab: Signal<Tab>,
    /// The verbs.
    #[prop(into)]
    verbs: Signal<Vec<Verb>>,
    /// Carries a verb out.
    on_verb: Callback<Verb>,
    /// Takes the keyboard's focus when it goes up from the first.
    #[prop(optional)]
    on_leave: Option<Callback<()>>,
) -> impl IntoView {
    let busy = Signal::derive(move || tab.with(|tab| tab.busy));
    let places = move || 0..verbs.with(Vec::len);
    let on_key = move |event: KeyboardEvent| {
        if walk(&event) {
            event.prevent_default();
        } else if event.key() == "ArrowUp"
            && let Some(leave) = on_leave
        {
            event.prevent_default();
            leave.run(());
        }
    };
    // By its place and not by its verb: the keyboard's focus stays where it is when a verb was
    // carried out and another takes its place.
    view! {
        <div class="verbs" role="group" aria-label="Actions" on:keydown=on_key>
            <For each=places key=|at| *at let(at)>
                <VerbButton at verbs busy on_verb />
            </For>
        </div>
    }
    .into_any()
}

/// Moves the focus along the buttons; whether there was one to move to.
fn walk(event: &KeyboardEvent) -> bool {
    use leptos::wasm_bindgen::JsCast as _;
    let Some(here) = event.target().and_then(|it| it.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    let next = match event.key().as_str() {
        "ArrowDown" | "ArrowRight" => here.next_element_sibling(),
        "ArrowUp" | "ArrowLeft" => here.previous_element_sibling(),
        _ => None,
    };
    let next = next.and_then(|it| it.dyn_into::<HtmlElement>().ok());
    next.is_some_and(|next| next.focus().is_ok())
}

/// One button. Which verb it stands for may change while it keeps the focus.
#[component]
fn VerbButton(
    at: usize,
    verbs: Signal<Vec<Verb>>,
    busy: Signal<Option<Verb>>,
    on_verb: Callback<Verb>,
) -> impl IntoView {
    let now = Memo::new(move |_| verbs.with(|verbs| verbs.get(at).copied()));
    // Not `disabled`: that would throw the focus out of the button while it works.
    let waits = move || busy.get().is_some();
    let click = move |_| {
        if let (Some(verb), false) = (now.get_untracked(), waits()) {
            on_verb.run(verb);
        }
    };
    view! {
        <button
            type="button"
            class="verb"
            class:main=at == 0
            aria-disabled=move || waits().then_some("true")
            aria-busy=move || (now.get().is_some() && busy.get() == now.get()).then_some("true")
            on:click=click
        >
            <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
                <path d=move || now.get().map(drawing) />
            </svg>
            {move || now.get().map(Verb::label)}
        </button>
    }
}

/// A verb's picture, in strokes.
const fn drawing(verb: Verb) -> &'static str {
    match verb {
        Verb::Start => "M5 3.5v9l7.5-4.5z",
        Verb::Run => "M9 2 4 9h4l-1 5 5-7H8z",
        Verb::View => "M2 4h7M5 8h6M9 12h5",
        Verb::ViewSession => "M3 4h10M3 8h10M3 12h10",
        Verb::Stop => "M4.5 4.5h7v7h-7z",
        Verb::Restart => "M12.5 8A4.5 4.5 0 1 1 11 4.6M11.5 2v3h-3",
        Verb::ViewPrevious => "M8 4.5V8l2.5 1.5M3.5 8A4.5 4.5 0 1 0 5 4.6M4.5 2v3h3",
        Verb::Cancel => "M4.5 4.5l7 7M11.5 4.5l-7 7",
    }
}
