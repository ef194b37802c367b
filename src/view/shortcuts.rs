//! The keyboard of the trace view: carries out what `keys` says, and lists it on `?`.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::leptos_dom::helpers::document;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::HtmlElement;
use surface::field::{focus, takes};

use crate::desk::{Desk, Window};
use crate::keys::{self, Act, GROUPS, Group, Key, Pan, Zoom};
use crate::picture::Picture;
use surface::cursor::Step;

/// The filter's field, which another file draws.
pub const FILTER: &str = "trace-filter";
/// How much of the time stays in view when a key zooms in, and how far one goes on in it.
const CLOSER: f64 = 0.7;
const FURTHER: f64 = 0.15;

/// Listens to the keys of the trace view, wherever the focus is but in a field, and draws their list
/// when it is asked for.
#[component]
pub fn Shortcuts(
    /// The trace before the reader.
    picture: RwSignal<Picture>,
    /// What the reader has set.
    desk: Desk,
    /// Whether the list is shown.
    help: RwSignal<bool>,
) -> impl IntoView {
    let on_key = move |event: KeyboardEvent| {
        let held = event.ctrl_key() || event.meta_key() || event.alt_key();
        if held || event.default_prevented() || takes(&event) {
            return;
        }
        let Some(act) = keys::act(&event.key()) else { return };
        if carry_out(act, picture, desk, help) {
            event.prevent_default();
        }
    };
    Effect::new(move |_| {
        let listening = window_event_listener(leptos::ev::keydown, on_key);
        on_cleanup(move || listening.remove());
    });
    view! {
        <Show when=move || help.get()>
            <Help help />
        </Show>
    }
    .into_any()
}

/// Gives the focus back to what the view lists, where the chosen row is; in the picture of services,
/// to the chosen one.
pub fn focus_rows() {
    const ROWS: &str = "#view [role$=grid], #view [role=tree], #view .box[aria-pressed=true]";
    if let Ok(Some(rows)) = document().query_selector(ROWS) {
        // What is in an SVG has `focus`, too, and is no `HTMLElement`.
        drop(rows.unchecked_into::<HtmlElement>().focus());
    }
}

/// Carries a key out; whether it meant anything. Steps are the rows' own, but what closes the details.
fn carry_out(act: Act, picture: RwSignal<Picture>, desk: Desk, help: RwSignal<bool>) -> bool {
    match act {
        Act::Step(Step::Close) => {
            let closed = desk.details.try_update(std::mem::take) == Some(true);
            if closed {
                focus_rows();
            }
            return closed;
        }
        Act::Step(_) => return false,
        Act::View(view) => desk.view.set(view),
        Act::Seek { back } => {
            let failed = desk.filter.with_untracked(|filter| filter.through.is_none());
            picture.maybe_update(|picture| picture.seek(back, failed));
        }
        Act::Help => help.set(true),
        Act::Find => return focus(FILTER),
        Act::Level(level) => picture.update(|picture| picture.level(level)),
        Act::Zoom(_) | Act::Pan(_) | Act::Fit | Act::Reset => turn(act, picture, desk),
    }
    true
}

/// Changes the window of time.
pub fn turn(act: Act, picture: RwSignal<Picture>, desk: Desk) {
    let chosen = picture.with_untracked(Picture::chosen_row);
    let length = picture.with_untracked(|picture| picture.waterfall().length());
    let length = u64::try_from(length.as_nanos()).unwrap_or(u64::MAX);
    let stretch = desk.window.get_untracked().within(length);
    // About the chosen span, where it is in view.
    let middle = chosen.map(|row| stretch.place(row.offset.saturating_add(row.length / 2)));
    let about = middle.filter(|at| (0.0..=1.0).contains(at)).unwrap_or(0.5);
    let window = match act {
        Act::Zoom(Zoom::In) => stretch.zoom(about, CLOSER),
        Act::Zoom(Zoom::Out) => stretch.zoom(about, 1.0 / CLOSER),
        Act::Pan(Pan::Back) => stretch.pan(-FURTHER),
        Act::Pan(Pan::On) => stretch.pan(FURTHER),
        Act::Fit => match chosen {
            Some(row) => stretch.fit(row.offset, row.length),
            None => return,
        },
        _ => Window::WHOLE,
    };
    desk.window.set(window);
}

/// The list of all keys.
#[component]
fn Help(help: RwSignal<bool>) -> impl IntoView {
    let dialog: NodeRef<html::Dialog> = NodeRef::new();
    dialog.on_load(|dialog| {
        // In the document only with the next frame.
        request_animation_frame(move || drop(dialog.show_modal()));
    });
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let key = |key: &'static Key| {
        view! { <div><dt><kbd>{key.shown}</kbd></dt><dd>{key.meaning}</dd></div> }
    };
    let group = |group: &'static Group| {
        let keys: Vec<_> = group.keys.iter().map(key).collect();
        view! { <section><h3>{group.name}</h3><dl>{keys}</dl></section> }
    };
    let groups: Vec<_> = GROUPS.iter().map(group).collect();
    view! {
        <dialog
            class="keys"
            aria-labelledby="keys-title"
            node_ref=dialog
            on:close=move |_| help.set(false)
        >
            <header>
                <h2 id="keys-title">"Keyboard shortcuts"</h2>
                <button type="button" class="close" aria-label="Close" on:click=close></button>
            </header>
            <div class="groups">{groups}</div>
            <p>"Ctrl and wheel or pinch zoom, a wheel across pans; drag on the ruler or the minimap to choose a stretch of time."</p>
        </dialog>
    }
    .into_any()
}
