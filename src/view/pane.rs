//! Draws the details beside the view, or below it, and what divides them.

use std::sync::Arc;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;

use crate::desk::Desk;
use crate::detail::{Detail, clock};
use crate::inspector::{Hands, Inspector};
use crate::picture::Picture;
use crate::shelf::{SHARES, Shelf};
use crate::shortcuts::focus_rows;
use crate::twin;

/// How much a key widens the details, in percent.
const STEP: i32 = 4;

/// The details of the chosen span, while they are wanted.
#[component]
pub fn Pane(
    /// The trace before the reader.
    picture: RwSignal<Picture>,
    /// What the reader has set.
    desk: Desk,
    /// What stays when another span is chosen.
    shelf: Shelf,
) -> impl IntoView {
    let detail = Memo::new(move |_| picture.with(|picture| detail(picture, desk)));
    let close = Callback::new(move |()| {
        desk.details.set(false);
        focus_rows();
    });
    let go = Callback::new(move |id| {
        // A parent that is not here stays where the problems name it.
        picture.update(|picture| {
            let _missing = picture.reveal_id(id);
        });
    });
    let hands = Hands { close, go, narrow: Callback::new(move |text: String| desk.narrow(&text)) };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            close.run(());
        }
    };
    let aside = NodeRef::<html::Aside>::new();
    let span = Memo::new(move |_| picture.with(Picture::chosen));
    // Another span is read from its beginning.
    Effect::new(move || {
        span.track();
        if let Some(aside) = aside.get_untracked() {
            aside.set_scroll_top(0);
        }
    });
    view! {
        <Show when=move || detail.with(Option::is_some)>
            <Divider shelf />
            <aside class="details" node_ref=aside aria-label="Span details" tabindex="-1" on:keydown=on_key>
                <Inspector detail shelf hands />
            </aside>
        </Show>
    }
    .into_any()
}

/// The details of the chosen span, unless nobody wants them or a fold hides it.
fn detail(picture: &Picture, desk: Desk) -> Option<Arc<Detail>> {
    let row = picture.chosen_row().filter(|_| desk.details.get())?;
    let waterfall = picture.waterfall();
    let colour = waterfall.services().get(row.service)?.colour;
    let span = picture.span(&row)?;
    let mut detail = Detail::of(span, &row, colour, waterfall.length(), picture.kin());
    detail.facts.extend(clock(picture.shift(row.span)));
    detail.body.otherwise = twin::groups(&detail.span, &picture.sheet().twins(row.span));
    Some(Arc::new(detail))
}

/// Divides the view from the details; it is dragged, or moved with arrows.
#[component]
fn Divider(shelf: Shelf) -> impl IntoView {
    let element = NodeRef::<html::Div>::new();
    let dragged = RwSignal::new(0_i32);
    let held = RwSignal::new(false);
    let on_key = move |event: KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowLeft" => STEP,
            "ArrowRight" => -STEP,
            "Home" => i32::MAX,
            "End" => i32::MIN,
            _ => return,
        };
        event.prevent_default();
        shelf.widen(by);
    };
    let take = move |event: PointerEvent| {
        if let Some(element) = element.get_untracked() {
            drop(element.set_pointer_capture(event.pointer_id()));
            held.set(true);
            dragged.set(0);
        }
    };
    let drag = move |event: PointerEvent| {
        let parent = element.get_untracked().and_then(|element| element.parent_element());
        let Some(width) =
            parent.map(|it| it.client_width()).filter(|it| *it > 0 && held.get_untracked())
        else {
            return;
        };
        // Whole percents go to the pane; what is left of the way is kept for the next move.
        let way = dragged.get_untracked() - event.movement_x();
        let percent = way.saturating_mul(100) / width;
        shelf.widen(percent);
        dragged.set(way - percent * width / 100);
    };
    let [least, usual, most] = SHARES;
    view! {
        <div
            class="divider"
            class:held=held
            node_ref=element
            role="separator"
            tabindex="0"
            aria-orientation="vertical"
            aria-label="Width of the details"
            aria-valuemin=least
            aria-valuemax=most
            aria-valuenow=move || shelf.share.get()
            aria-valuetext=move || format!("{} %", shelf.share.get())
            on:keydown=on_key
            on:pointerdown=take
            on:pointermove=drag
            on:lostpointercapture=move |_| held.set(false)
            on:dblclick=move |_| shelf.share.set(usual)
        ></div>
    }
    .into_any()
}
