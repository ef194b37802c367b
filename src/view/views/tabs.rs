//! The tabs of a trace's views: one stop of the tab key, in which arrows lead from view to view.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;

use crate::desk::{Desk, View};
use surface::cursor::Step;

/// The id of the element that the chosen view is drawn in.
pub const PANEL: &str = "view";

/// The id of a view's tab.
#[must_use]
pub fn tab(view: View) -> String {
    format!("tab-{}", view.name().to_lowercase())
}

/// The tabs.
#[component]
pub fn Tabs(
    /// What the reader has set.
    desk: Desk,
) -> impl IntoView {
    let list: NodeRef<html::Div> = NodeRef::new();
    let on_key = move |event: KeyboardEvent| {
        let plain = !(event.ctrl_key() || event.meta_key() || event.alt_key());
        let to = Step::of(&event.key()).and_then(|step| beside(desk.view.get_untracked(), step));
        if let Some(to) = to.filter(|_| plain) {
            event.prevent_default();
            event.stop_propagation();
            desk.view.set(to);
            focus(list, to);
        }
    };
    Effect::new(move |_| center(list, desk.view.get()));
    let draw = move |(at, view): (usize, View)| {
        let chosen = move || desk.view.get() == view;
        view! {
            <button
                type="button"
                role="tab"
                id=tab(view)
                aria-selected=move || if chosen() { "true" } else { "false" }
                aria-controls=PANEL
                aria-keyshortcuts=(at + 1).to_string()
                title=format!("{} ({})", view.name(), at + 1)
                tabindex=move || if chosen() { "0" } else { "-1" }
                on:click=move |_| desk.view.set(view)
            >
                {view.name()}
            </button>
        }
    };
    let tabs: Vec<_> = View::ALL.into_iter().enumerate().map(draw).collect();
    view! {
        <div class="views" role="tablist" aria-label="Views" node_ref=list on:keydown=on_key>
            {tabs}
        </div>
    }
    .into_any()
}

/// The view that an arrow leads to, round from the last to the first.
fn beside(view: View, step: Step) -> Option<View> {
    let (at, all) = (View::ALL.iter().position(|it| *it == view)?, View::ALL.len());
    let to = match step {
        Step::In => (at + 1) % all,
        Step::Out => (at + all - 1) % all,
        Step::First => 0,
        Step::Last => all - 1,
        _ => return None,
    };
    View::ALL.get(to).copied()
}

/// A view's tab, where it is drawn.
fn element(list: NodeRef<html::Div>, view: View) -> Option<leptos::web_sys::HtmlElement> {
    let at = View::ALL.iter().position(|it| *it == view).and_then(|at| u32::try_from(at).ok())?;
    let tab = list.try_get_untracked().flatten()?.children().item(at)?;
    tab.dyn_into().ok()
}

/// Moves the keyboard's focus to a view's tab.
fn focus(list: NodeRef<html::Div>, view: View) {
    if let Some(tab) = element(list, view) {
        drop(tab.focus());
    }
}

/// Scrolls to a view's tab, where the tabs have no room.
fn center(list: NodeRef<html::Div>, view: View) {
    if let (Some(tab), Some(list)) = (element(list, view), list.try_get_untracked().flatten()) {
        let middle = tab.offset_left() - list.offset_left() + tab.offset_width() / 2;
        list.set_scroll_left(middle - list.client_width() / 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_lead_round() {
        assert_eq!(beside(View::Waterfall, Step::In), Some(View::Tree));
        assert_eq!(beside(View::Waterfall, Step::Out), Some(View::Logs));
        assert_eq!(beside(View::Logs, Step::In), Some(View::Waterfall));
        assert_eq!(beside(View::Flame, Step::Last), Some(View::Logs));
        assert_eq!(beside(View::Flame, Step::Down), None);
    }
}
