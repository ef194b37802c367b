//! A long list that scrolls: draws the rows in view and brings a row into view.
//!
//! The only file that measures the page.

use leptos::html;
use leptos::prelude::*;
use webext::page;

use crate::viewport::Viewport;

/// The scrolling element of a list, and what of it is in view.
#[derive(Clone, Copy)]
pub struct Scroller {
    /// The element, for `node_ref`.
    pub element: NodeRef<html::Div>,
    /// What is in view.
    pub view: RwSignal<Viewport>,
    /// Whether it was scrolled to its end when last seen.
    ended: RwSignal<bool>,
}

impl Scroller {
    /// A scroller that measures itself when it is mounted, and when it or the window changes.
    pub fn mounted() -> Self {
        let new = Self {
            element: NodeRef::new(),
            view: RwSignal::new(Viewport::default()),
            ended: RwSignal::new(true),
        };
        // Not `on_load`, which serves one element: a list may go and come back as another one.
        let observed = StoredValue::new_local(None);
        Effect::new(move |_| {
            let element = new.element.get();
            if element.is_some() {
                untrack(|| new.measure());
            }
            // What stands beside a list comes and goes. Not in the same frame, which may be told of
            // no more than one change.
            let watch = |element: leptos::web_sys::HtmlDivElement| {
                page::resized(&element, move || request_animation_frame(move || new.measure()))
            };
            observed.set_value(element.and_then(watch));
        });
        Effect::new(move |_| {
            let resized = window_event_listener(leptos::ev::resize, move |_| new.measure());
            on_cleanup(move || resized.remove());
        });
        new
    }

    /// Looks what is in view now.
    pub fn measure(self) {
        let Some(element) = self.shown() else { return };
        let (top, height) = (element.scroll_top(), element.client_height());
        // The headings stay above the rows. Their border is not measured.
        let head = element.first_element_child().map_or(0, |head| head.client_height() + 1);
        let view = Viewport::measured(top, height - head, element.client_width());
        self.view.maybe_update(|old| std::mem::replace(old, view) != view);
        // Browsers scroll by fractions of a pixel, so the end is reached a little before it.
        self.ended.set(top + height + 4 >= element.scroll_height());
    }

    /// Scrolls as little as needed to show a row.
    pub fn reveal(self, at: usize) {
        self.measure();
        if let Some(top) = self.view.try_get_untracked().and_then(|view| view.reveal(at)) {
            self.to(top);
        }
    }

    /// Scrolls so that a row is seen with what is below it.
    pub fn present(self, at: usize) {
        self.measure();
        if let Some(top) = self.view.try_get_untracked().and_then(|view| view.present(at)) {
            self.to(top);
        }
    }

    /// Keeps a row where it is on the screen when rows above it came or went: it was at `from` and
    /// is at `to`. A row that was out of view is nobody's to keep.
    pub fn anchor(self, from: usize, to: usize) {
        let Some(view) = self.view.try_get_untracked() else { return };
        if let Some(top) = view.anchor(from, to) {
            // The rows have their new height only in the next frame.
            request_animation_frame(move || self.to(top));
        }
    }

    /// Follows a list that grew, if its end was in view before.
    pub fn follow(self) {
        if self.ended.try_get_untracked() == Some(true) {
            // The new rows have their height only in the next frame.
            request_animation_frame(move || self.to(i32::MAX));
        }
    }

    /// The element, while there is one: what runs in a later frame may find its list gone, and the
    /// reference with it.
    fn shown(self) -> Option<leptos::web_sys::HtmlDivElement> {
        self.element.try_get_untracked().flatten()
    }

    fn to(self, top: i32) {
        if let Some(element) = self.shown() {
            element.set_scroll_top(top);
        }
        self.measure();
    }
}
