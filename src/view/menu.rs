//! Draws a small button that opens a menu of actions, for the keyboard as for the mouse.

use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::{HtmlElement, Node};

/// What a menu offers: its word, and what it does.
#[derive(Clone)]
pub struct Action {
    /// In a few words.
    pub word: &'static str,
    /// Does it.
    pub act: Callback<()>,
}

impl Action {
    /// An action.
    #[must_use]
    pub fn new(word: &'static str, act: impl Fn() + Send + Sync + 'static) -> Self {
        Self { word, act: Callback::new(move |()| act()) }
    }
}

/// A button, and below it, once it is pressed, the menu. The actions are made when it opens.
#[component]
pub fn Menu(
    /// What the actions are about: `http.route`.
    about: String,
    /// Makes the actions.
    actions: Callback<(), Vec<Action>>,
) -> impl IntoView {
    let mut label = about;
    label.insert_str(0, "Actions for ");
    let open = RwSignal::new(false);
    let button = NodeRef::<html::Button>::new();
    let close = Callback::new(move |()| {
        open.set(false);
        if let Some(button) = button.get_untracked() {
            drop(button.focus());
        }
    });
    let on_key = move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "Escape" if open.get_untracked() => {
                close.run(());
                true
            }
            "ArrowDown" if !open.get_untracked() => {
                open.set(true);
                true
            }
            key if open.get_untracked() => walk(&event, key),
            _ => false,
        };
        if step {
            event.prevent_default();
            event.stop_propagation();
        }
    };
    // What has the focus next lies outside, or nowhere.
    let on_leave = move |event: FocusEvent| {
        let menu = event.current_target().and_then(|it| it.dyn_into::<Node>().ok());
        let next = event.related_target().and_then(|it| it.dyn_into::<Node>().ok());
        if next.is_none_or(|next| menu.is_none_or(|menu| !menu.contains(Some(&next)))) {
            open.set(false);
        }
    };
    let list = move || open.get().then(|| items(actions.run(()), close));
    view! {
        <span class="acts" on:keydown=on_key on:focusout=on_leave>
            <button
                type="button"
                class="more"
                node_ref=button
                aria-haspopup="menu"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                aria-label=label
                on:click=move |_| open.update(|open| *open = !*open)
            ></button>
            {list}
        </span>
    }
    .into_any()
}

/// The menu itself, whose first action gets the focus.
fn items(actions: Vec<Action>, close: Callback<()>) -> AnyView {
    let list = NodeRef::<html::Div>::new();
    list.on_load(|list| {
        if let Some(first) = list.first_element_child() {
            focus(first.dyn_into().ok());
        }
    });
    let item = move |Action { word, act }: Action| {
        let press = move |_| {
            act.run(());
            close.run(());
        };
        view! { <button type="button" role="menuitem" tabindex="-1" on:click=press>{word}</button> }
    };
    let items: Vec<_> = actions.into_iter().map(item).collect();
    view! { <div class="list" role="menu" node_ref=list>{items}</div> }.into_any()
}

/// Moves the focus along the actions, around at the ends; whether the key meant that.
fn walk(event: &KeyboardEvent, key: &str) -> bool {
    let Some(here) = event.target().and_then(|it| it.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    let Some(list) = here.parent_element() else { return false };
    let (first, last) = (list.first_element_child(), list.last_element_child());
    let next = match key {
        "ArrowDown" => here.next_element_sibling().or(first),
        "ArrowUp" => here.previous_element_sibling().or(last),
        "Home" => first,
        "End" => last,
        _ => return false,
    };
    focus(next.and_then(|it| it.dyn_into().ok()));
    true
}

fn focus(element: Option<HtmlElement>) {
    if let Some(element) = element {
        drop(element.focus());
    }
}
