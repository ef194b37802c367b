//! Draws a button that opens a panel below itself. Escape, and whatever else takes the keyboard's
//! focus, closes it.

use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::Node;

/// A button with a panel.
#[component]
pub fn Dropdown(
    /// What both are called.
    name: &'static str,
    /// What the button says besides; may be empty.
    #[prop(into, optional)]
    more: Signal<String>,
    /// What is in the panel, made when it opens; it is given what closes it.
    panel: Callback<Callback<()>, AnyView>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let (whole, button) = (NodeRef::<html::Div>::new(), NodeRef::<html::Button>::new());
    let close = Callback::new(move |()| {
        let _gone = open.try_set(false);
        drop(button.try_get_untracked().flatten().map(|button| button.focus()));
    });
    // What is drawn anew within the panel loses the focus to nobody: that closes nothing.
    let leave = move |event: FocusEvent| {
        let to = event.related_target().and_then(|it| it.dyn_into::<Node>().ok());
        let whole = whole.try_get_untracked().flatten();
        if let (Some(whole), Some(to)) = (whole, to)
            && !whole.contains(Some(&to))
        {
            let _gone = open.try_set(false);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && open.try_get_untracked() == Some(true) {
            event.prevent_default();
            event.stop_propagation();
            close.run(());
        }
    };
    // A press on what takes no focus.
    Effect::new(move |_| {
        let pressed = window_event_listener(leptos::ev::pointerdown, move |event| {
            let to = event.target().and_then(|it| it.dyn_into::<Node>().ok());
            let whole = whole.try_get_untracked().flatten();
            if whole.is_some_and(|whole| !whole.contains(to.as_ref())) {
                let _gone = open.try_maybe_update(|open| (std::mem::replace(open, false), ()));
            }
        });
        on_cleanup(move || pressed.remove());
    });
    view! {
        <div class="drop" node_ref=whole on:focusout=leave on:keydown=on_key>
            <button
                type="button"
                class="switch"
                node_ref=button
                aria-haspopup="dialog"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {name}
                <Show when=move || !more.with(String::is_empty)>
                    <span class="more">{move || more.get()}</span>
                </Show>
                <span class="arrow" aria-hidden="true"></span>
            </button>
            <Show when=move || open.get()>
                <div class="below-panel" role="dialog" aria-label=name>{panel.run(close)}</div>
            </Show>
        </div>
    }
    .into_any()
}
