//! Draws the head of a waterfall: what the columns are, the time axis with the page's marks on it,
//! and the lines that go down from them. A drag on the axis chooses a stretch of time.

use leptos::ev::PointerEvent;
use leptos::html;
use leptos::prelude::*;
use trace::waterfall::Tick;

use crate::desk::{Desk, Stretch, Window};
use crate::face::lies;
use crate::mark::{Flag, Mark};
use surface::viewport::percent;

/// Shares of the axis that a drag has to go before it means a stretch.
const SLACK: f64 = 0.01;

/// The headings: what the columns are, and the time axis.
#[component]
pub fn Axis(
    /// What the reader has set.
    desk: Desk,
    /// The stretch of time in view.
    stretch: Memo<Stretch>,
    /// The axis' ticks.
    ticks: Memo<Vec<Tick>>,
    /// The marks in view.
    flags: Memo<Vec<Flag>>,
) -> impl IntoView {
    let track: NodeRef<html::Div> = NodeRef::new();
    // From where to where a drag has come, as shares of the axis.
    let drag = RwSignal::new(None::<(f64, f64)>);
    let place = move |event: &PointerEvent| {
        let track = track.get_untracked()?;
        let (left, width) = webext::canvas::across(&track);
        Some(((f64::from(event.client_x()) - left) / width.max(1.0)).clamp(0.0, 1.0))
    };
    let down = move |event: PointerEvent| {
        drag.set(place(&event).filter(|_| event.button() == 0).map(|at| (at, at)));
        if let Some(track) = track.get_untracked() {
            let _without = track.set_pointer_capture(event.pointer_id());
        }
    };
    let moved = move |event: PointerEvent| {
        if let (Some((from, _)), Some(to)) = (drag.get_untracked(), place(&event)) {
            drag.set(Some((from, to)));
        }
    };
    let up = move |_| {
        let ended = drag.try_update(Option::take).flatten();
        let Some((from, to)) = ended.filter(|(from, to)| (to - from).abs() > SLACK) else { return };
        let stretch = stretch.get_untracked();
        desk.window.set(stretch.between(stretch.moment(from), stretch.moment(to)));
    };
    let band = move || {
        drag.get().map(|(from, to)| {
            let (left, width) = (percent(from.min(to)), percent((to - from).abs()));
            view! { <span class="band" style:left=left style:width=width></span> }
        })
    };
    let draw = |tick: Tick| {
        view! { <span class="tick" style:left=percent(tick.at)>{tick.text}</span> }
    };
    view! {
        <div class="head row" role="row" aria-rowindex="1">
            <div class="name" role="columnheader">"Span"</div>
            <div
                class="track"
                role="columnheader"
                aria-label=move || told(&flags.get())
                title="Drag to choose a stretch of time, double-click for the whole trace"
                node_ref=track
                on:pointerdown=down
                on:pointermove=moved
                on:pointerup=up
                on:pointercancel=move |_| drag.set(None)
                on:dblclick=move |_| desk.window.set(Window::WHOLE)
            >
                {move || ticks.get().into_iter().map(draw).collect::<Vec<_>>()}
                {band}
            </div>
            <Show when=move || !flags.with(Vec::is_empty)>
                <div class="flags" aria-hidden="true">
                    {move || flags.get().into_iter().map(flag).collect::<Vec<_>>()}
                </div>
            </Show>
        </div>
    }
    .into_any()
}

/// The axis in words: its name, and what is marked on it.
fn told(flags: &[Flag]) -> String {
    let marks: Vec<String> = flags.iter().map(|flag| flag.text.replace('\n', ", ")).collect();
    if marks.is_empty() { "Time".to_owned() } else { format!("Time. {}", marks.join(", ")) }
}

fn flag(flag: Flag) -> impl IntoView {
    let class = if flag.last { "pennant last" } else { "pennant" };
    view! {
        <span
            class=format!("{class} {}", flag.tone.class())
            style:left=percent(flag.place)
            title=flag.text
        >
            {flag.name}
        </span>
    }
}

/// The lines behind the bars: of ticks, and of marks.
#[component]
pub fn Lines(
    /// The axis' ticks.
    ticks: Memo<Vec<Tick>>,
    /// The page's marks.
    marks: Memo<Vec<Mark>>,
    /// The stretch of time in view.
    stretch: Memo<Stretch>,
) -> impl IntoView {
    let draw = |tick: Tick| view! { <i style:left=percent(tick.at)></i> };
    let mark = move |mark: Mark| {
        let place = move || lies(stretch.get(), mark.at, mark.at)[0].clone();
        view! { <i class=format!("marked {}", mark.tone.class()) style:left=place></i> }
    };
    view! {
        <div class="lines" aria-hidden="true">
            {move || ticks.get().into_iter().map(draw).collect::<Vec<_>>()}
            {move || marks.get().into_iter().map(mark).collect::<Vec<_>>()}
        </div>
    }
    .into_any()
}
