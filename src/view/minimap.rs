//! The whole trace on a strip of pixels, with the window of time as a brush on it.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use trace::quantity;

use crate::brush::{Drag, whole};
use crate::coverage;
use crate::desk::{Desk, Stretch, Window};
use crate::mark::Mark;
use crate::picture::Picture;
use crate::tint::Scheme;
use surface::viewport::Viewport;
use surface::viewport::percent;

/// Pixels to each side of an edge that still take hold of it.
const EDGE: f64 = 7.0;
/// How far a key takes an edge, as a share of the trace; and with shift.
const STEP: f64 = 0.01;
const LEAP: f64 = 0.1;

/// The minimap.
#[component]
pub fn Minimap(
    /// The trace before the reader.
    picture: RwSignal<Picture>,
    /// What the reader has set.
    desk: Desk,
    /// The stretch of time in view.
    stretch: Memo<Stretch>,
    /// Moments to mark.
    marks: Memo<Vec<Mark>>,
    /// How wide the chart is.
    across: Memo<Viewport>,
) -> impl IntoView {
    let canvas: NodeRef<html::Canvas> = NodeRef::new();
    let frame: NodeRef<html::Div> = NodeRef::new();
    keep_drawn(picture, desk, canvas, across);
    let drag = StoredValue::new(None::<Drag>);
    // Where a pointer is, as a share of the trace, and how wide an edge is.
    let place = move |event: &PointerEvent| {
        let frame = frame.get_untracked()?;
        let (left, width) = webext::canvas::across(&frame);
        let width = width.max(1.0);
        Some((((f64::from(event.client_x()) - left) / width).clamp(0.0, 1.0), EDGE / width))
    };
    let down = move |event: PointerEvent| {
        let Some((at, edge)) = place(&event).filter(|_| event.button() == 0) else { return };
        drag.set_value(Some(Drag::begin(stretch.get_untracked(), at, edge)));
        if let Some(frame) = frame.get_untracked() {
            let _without = frame.set_pointer_capture(event.pointer_id());
        }
    };
    let moved = move |event: PointerEvent| {
        let (Some(drag), Some((at, _))) = (drag.get_value(), place(&event)) else { return };
        if let Some(window) = drag.to(stretch.get_untracked(), at) {
            desk.window.set(window);
        }
    };
    let up = move |event: PointerEvent| {
        let ended = drag.try_update_value(Option::take).flatten();
        let (Some(drag), Some((at, _))) = (ended, place(&event)) else { return };
        let stretch = stretch.get_untracked();
        if let Some(window) = drag.click(stretch).filter(|_| drag.to(stretch, at).is_none()) {
            desk.window.set(window);
        }
    };
    let from = move || percent(whole(stretch.get()).place(stretch.get().from));
    let to = move || percent(whole(stretch.get()).place(stretch.get().to));
    let line = move |mark: Mark| {
        let at = percent(whole(stretch.get_untracked()).place(mark.at).clamp(0.0, 1.0));
        view! { <i class=format!("mark-line {}", mark.tone.class()) style:left=at></i> }
    };
    view! {
        <div
            class="minimap"
            class:whole=move || { let it = stretch.get(); it.width() >= it.length }
            role="group"
            aria-label="Minimap"
            node_ref=frame
            style=("--from", from)
            style=("--to", to)
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=up
            on:pointercancel=move |_| drag.set_value(None)
            on:dblclick=move |_| desk.window.set(Window::WHOLE)
        >
            <canvas node_ref=canvas aria-hidden="true"></canvas>
            <div class="mark-lines" aria-hidden="true">
                {move || {
                    // They stand where they are in the trace, which may grow.
                    stretch.with(|stretch| stretch.length);
                    marks.get().into_iter().map(line).collect::<Vec<_>>()
                }}
            </div>
            <div class="shade before" aria-hidden="true"></div>
            <div class="shade after" aria-hidden="true"></div>
            <Edge from=true desk stretch />
            <Edge from=false desk stretch />
        </div>
    }
    .into_any()
}

/// One end of the window of time.
#[component]
fn Edge(from: bool, desk: Desk, stretch: Memo<Stretch>) -> impl IntoView {
    let moment = move || {
        let stretch = stretch.get();
        if from { stretch.from } else { stretch.to }
    };
    let on_key = move |event: KeyboardEvent| {
        let step = if event.shift_key() { LEAP } else { STEP };
        let stretch = stretch.get_untracked();
        let all = whole(stretch);
        let at = all.place(if from { stretch.from } else { stretch.to });
        let to = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => at - step,
            "ArrowRight" | "ArrowUp" => at + step,
            "PageDown" => at - LEAP,
            "PageUp" => at + LEAP,
            "Home" => 0.0,
            "End" => 1.0,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        let drag = if from { Drag::From } else { Drag::To };
        if let Some(window) = drag.to(stretch, to.clamp(0.0, 1.0)) {
            desk.window.set(window);
        }
    };
    let permille = move || {
        let share = whole(stretch.get()).place(moment());
        // Whole numbers are read out, and nobody hears finer ones.
        format!("{:.0}", share * 1_000.0)
    };
    let told = move || {
        let stretch = stretch.get();
        quantity::moment(moment(), (stretch.length / 1_000).max(1))
    };
    let (class, name) = match from {
        true => ("edge from", "Start of the time in view"),
        false => ("edge to", "End of the time in view"),
    };
    view! {
        <div
            class=class
            role="slider"
            tabindex="0"
            aria-label=name
            aria-valuemin="0"
            aria-valuemax="1000"
            aria-valuenow=permille
            aria-valuetext=told
            on:keydown=on_key
        ></div>
    }
    .into_any()
}

/// Draws the canvas when spans come, when it has another size, and when the light changes; once a
/// frame at most.
fn keep_drawn(
    picture: RwSignal<Picture>,
    desk: Desk,
    canvas: NodeRef<html::Canvas>,
    across: Memo<Viewport>,
) {
    let growth = Memo::new(move |_| picture.with(|picture| picture.growth));
    let asked = StoredValue::new(false);
    let draw = move || {
        if asked.try_get_value() != Some(false) {
            return;
        }
        asked.set_value(true);
        request_animation_frame(move || {
            asked.try_set_value(false);
            paint(picture, canvas);
        });
    };
    Effect::new(move |_| {
        growth.track();
        desk.adjusted.track();
        across.track();
        draw();
    });
    canvas.on_load(move |_| {
        let resized = window_event_listener(leptos::ev::resize, move |_| draw());
        let themed = StoredValue::new_local(webext::canvas::themed(draw));
        on_cleanup(move || {
            resized.remove();
            themed.dispose();
        });
        draw();
    });
}

fn paint(picture: RwSignal<Picture>, canvas: NodeRef<html::Canvas>) {
    let Some(canvas) = canvas.try_get_untracked().flatten() else { return };
    let (width, height) = webext::canvas::size(&canvas);
    let scheme = if webext::canvas::dark(&canvas) { Scheme::Dark } else { Scheme::Light };
    let image = picture
        .try_with_untracked(|picture| coverage::image(picture.waterfall(), width, height, scheme))
        .unwrap_or_default();
    // Without a canvas the brush still works.
    let _unpainted = webext::canvas::paint(&canvas, &image.pixels, image.width);
}
