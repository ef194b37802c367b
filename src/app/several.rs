//! Draws the menu that has a page traced several times in a row.

use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::{Element, HtmlElement, Node};

use surface::course::TIMES;

/// A button, and the numbers of runs below it.
#[component]
pub fn Several(
    /// Has the page run so many times.
    on_times: Callback<usize>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let (whole, button) = (NodeRef::<html::Div>::new(), NodeRef::<html::Button>::new());
    let close = Callback::new(move |()| {
        open.set(false);
        drop(button.get_untracked().map(|button| button.focus()));
    });
    // The button closes what it has opened: it is not somewhere else. It also loses the focus when all
    // of this goes, as it does once a run begins; then there is nothing left to close.
    let leave = move |event: FocusEvent| {
        let to = event.related_target().and_then(|it| it.dyn_into::<Node>().ok());
        let Some(whole) = whole.try_get_untracked().flatten() else { return };
        if !whole.contains(to.as_ref()) {
            let _gone = open.try_set(false);
        }
    };
    view! {
        <div class="several" node_ref=whole on:focusout=leave>
            <button
                type="button"
                class="verb"
                node_ref=button
                aria-haspopup="menu"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                on:click=move |_| open.update(|open| *open = !*open)
            >
                <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
                    <path d="M7 2 3.500 7h3L6 11l4.500-5.500h-3zM12.500 5v6M10 13.500h5" />
                </svg>
                "Several Page Traces"
                <span class="arrow" aria-hidden="true"></span>
            </button>
            <Show when=move || open.get()>
                <Menu close on_times />
            </Show>
        </div>
    }
    .into_any()
}

/// The numbers of runs. The first has the keyboard's focus.
#[component]
fn Menu(close: Callback<()>, on_times: Callback<usize>) -> impl IntoView {
    let menu = NodeRef::<html::Div>::new();
    menu.on_load(|menu| focus(menu.first_element_child()));
    let on_key = move |event: KeyboardEvent| {
        let here = event.target().and_then(|it| it.dyn_into::<Element>().ok());
        let next = match event.key().as_str() {
            "ArrowDown" => here.and_then(|it| it.next_element_sibling()),
            "ArrowUp" => here.and_then(|it| it.previous_element_sibling()),
            "Home" => menu.get_untracked().and_then(|it| it.first_element_child()),
            "End" => menu.get_untracked().and_then(|it| it.last_element_child()),
            "Escape" => {
                close.run(());
                None
            }
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        focus(next);
    };
    let item = |times: usize| {
        let run = move |_| {
            close.run(());
            on_times.run(times);
        };
        view! {
            <button type="button" role="menuitem" tabindex="-1" on:click=run>
                {format!("Run Page Trace {times} Times")}
            </button>
        }
    };
    view! {
        <div class="menu" role="menu" aria-label="Several Page Traces" node_ref=menu on:keydown=on_key>
            {TIMES.map(item).into_iter().collect::<Vec<_>>()}
        </div>
    }
    .into_any()
}

/// Gives an element the keyboard's focus, if it is one.
fn focus(element: Option<Element>) {
    let element = element.and_then(|it| it.dyn_into::<HtmlElement>().ok());
    drop(element.map(|element| element.focus()));
}
