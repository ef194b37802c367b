//! Draws a waterfall: a tree of names beside bars on a common time axis. Only the rows in view are
//! in the document.

use leptos::attr::custom::custom_attribute;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use trace::SpanId;
use trace::waterfall::{Marks, Tick};

use crate::desk::Desk;
use crate::face::{Face, Side};
use crate::picture::Picture;
use surface::cursor::Step;
use surface::framework::Framework;
use surface::scroller::Scroller;
use surface::viewport::percent;
use surface::viewport::{ROW, Viewport};

/// The waterfall.
#[component]
pub fn Chart(
    /// The trace before the reader.
    picture: RwSignal<Picture>,
    /// What the reader has set.
    desk: Desk,
    /// What scrolls it.
    scroller: Scroller,
) -> impl IntoView {
    let details = desk.details;
    let length = Memo::new(move |_| picture.with(|picture| picture.waterfall().len()));
    let faces = move || picture.with(|picture| Face::of(picture, scroller.view.get()));
    let across = Memo::new(move |_| Viewport { top: 0, height: 0, ..scroller.view.get() });
    let stretch = desk.stretch(picture);
    let ticks = Memo::new(move |_| across.get().ruler(stretch.get()));
    let chosen = Memo::new(move |_| picture.with(Picture::chosen));
    keep_in_view(picture, details, scroller);
    let on_key = move |event: KeyboardEvent| {
        if follow(&event, picture, details, scroller) {
            event.prevent_default();
        }
    };
    view! {
        <div
            class="chart"
            role="treegrid"
            aria-label="Waterfall"
            aria-rowcount=move || length.get() + 1
            aria-activedescendant=move || chosen.get().map(name)
            tabindex="0"
            node_ref=scroller.element
            on:scroll=move |_| scroller.measure()
            on:keydown=on_key
        >
            <Axis ticks />
            <div class="rows" role="rowgroup" style:height=move || format!("{}px", length.get() * ROW)>
                <Lines ticks />
                <For each=faces key=Face::key let(face)>
                    <Bar face chosen picture details />
                </For>
            </div>
        </div>
    }
    .into_any()
}

/// Brings the chosen row into view, and measures again when the details take room or give it back.
fn keep_in_view(picture: RwSignal<Picture>, details: RwSignal<bool>, scroller: Scroller) {
    let moves = Memo::new(move |_| picture.with(|picture| picture.moves));
    Effect::new(move |_| {
        // Read, not only tracked: a memo that nobody reads never runs, and so never tells.
        moves.get();
        if let Some(row) = picture.with_untracked(Picture::chosen_row) {
            let led = picture.with_untracked(|picture| picture.led);
            if led { scroller.present(row.at) } else { scroller.reveal(row.at) }
        }
    });
    // The chosen row's place, by the growth that it was seen at: spans that come above it push it
    // down, and it must not drift out of view.
    let growth = Memo::new(move |_| picture.with(|picture| picture.growth));
    Effect::new(move |before: Option<Option<(SpanId, usize)>>| {
        growth.get();
        let at = picture.with_untracked(|picture| {
            let row = picture.chosen_row()?;
            Some((picture.sheet().columns().id(row.span)?, row.at))
        });
        if let (Some(Some((old, from))), Some((new, to))) = (before, at)
            && old == new
        {
            scroller.anchor(from, to);
        }
        at
    });
    Effect::new(move |_| {
        details.track();
        // The pane takes its room only in the next frame.
        request_animation_frame(move || scroller.measure());
    });
}

/// Carries out what a key means; whether it meant anything.
fn follow(
    event: &KeyboardEvent,
    picture: RwSignal<Picture>,
    details: RwSignal<bool>,
    scroller: Scroller,
) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return false;
    }
    match Step::of(&event.key()) {
        None => false,
        Some(Step::Open) => {
            let chosen = picture.with_untracked(|picture| picture.chosen().is_some());
            details.set(chosen);
            chosen
        }
        Some(Step::Close) => details.try_update(std::mem::take) == Some(true),
        Some(step) => {
            let page = scroller.view.get_untracked().page();
            picture.try_update(|picture| picture.step(step, page)) == Some(true)
        }
    }
}

/// The id of a row's element.
fn name(span: usize) -> String {
    format!("span-{span}")
}

/// The headings: what the columns are, and the time axis.
#[component]
fn Axis(ticks: Memo<Vec<Tick>>) -> impl IntoView {
    let draw = |tick: Tick| {
        view! { <span class="tick" style:left=percent(tick.at)>{tick.text}</span> }
    };
    view! {
        <div class="head row" role="row" aria-rowindex="1">
            <div class="name" role="columnheader">"Span"</div>
            <div class="track" role="columnheader" aria-label="Time">
                {move || ticks.get().into_iter().map(draw).collect::<Vec<_>>()}
            </div>
        </div>
    }
    .into_any()
}

/// The ticks' lines behind the bars.
#[component]
fn Lines(ticks: Memo<Vec<Tick>>) -> impl IntoView {
    let draw = |tick: Tick| view! { <i style:left=percent(tick.at)></i> };
    view! {
        <div class="lines" aria-hidden="true">
            {move || ticks.get().into_iter().map(draw).collect::<Vec<_>>()}
        </div>
    }
    .into_any()
}

/// A row: the span's name in the tree, and its bar.
#[component]
fn Bar(
    face: Face,
    chosen: Memo<Option<usize>>,
    picture: RwSignal<Picture>,
    details: RwSignal<bool>,
) -> impl IntoView {
    let (at, span, level) = (face.row.at, face.row.span, face.row.depth.saturating_add(1));
    let failed = face.row.marks.has(Marks::ERROR);
    let (pale, parent, group) = (face.pale(), face.row.descendants > 0, face.row.group.is_some());
    let open = parent.then_some(if face.row.folded { "false" } else { "true" });
    let selected = move || if chosen.get() == Some(span) { "true" } else { "false" };
    let choose = move |_| {
        picture.update(|picture| picture.choose(at));
        details.set(true);
    };
    view! {
        <div
            class="row"
            class:failed=failed
            class:loose=group
            class:pale=pale
            role="row"
            id=name(span)
            aria-rowindex=at + 2
            {..custom_attribute("aria-level", level)}
            aria-expanded=open
            aria-selected=selected
            style:top=format!("{}px", at * ROW)
            on:click=choose
        >
            <Name face=face.clone() picture />
            <Track face />
        </div>
    }
}

#[component]
fn Name(face: Face, picture: RwSignal<Picture>) -> impl IntoView {
    let (at, folded, pale) = (face.row.at, face.row.folded, face.pale());
    let parent = face.row.descendants > 0;
    let flaws = face.flaws().into_iter().map(|(word, meaning)| {
        view! { <span class="badge" title=meaning>{word}</span> }
    });
    let flaws: Vec<_> = flaws.collect();
    let fold = move |event: leptos::ev::MouseEvent| {
        if parent {
            event.stop_propagation();
            picture.update(|picture| picture.fold(at, !folded));
        }
    };
    let hidden = folded.then(|| view! { <span class="badge quiet">{face.row.descendants}</span> });
    let failed = face.row.marks.has(Marks::ERROR);
    let indent = format!("{}px", face.indent() * 12);
    let title = if face.reason.is_empty() { face.label.clone() } else { face.reason };
    view! {
        <div class="name" role="gridcell" style:padding-left=indent>
            <span class="twisty" class:parent=parent class:folded=folded aria-hidden="true" on:click=fold></span>
            <span class=format!("chip c{}", face.colour) aria-hidden="true"></span>
            {failed.then(|| view! { <span class="badge error">"error"</span> })}
            {pale.then(|| view! { <span class="hidden">"not matched"</span> })}
            <span class="label" title=title>{face.label}</span>
            <Framework badges=face.badges />
            {flaws}
            {hidden}
            <span class="service">{face.service}</span>
        </div>
    }
}

#[component]
fn Track(face: Face) -> impl IntoView {
    let (start, end) = (face.row.left, face.row.left + face.row.width);
    let (class, place, from) = match face.side {
        Side::After => ("time", "left", end),
        Side::Before => ("time before", "right", 1.0 - start),
        Side::Within => ("time within", "left", start),
    };
    view! {
        <div class="track" role="gridcell">
            <span
                class=format!("bar c{}", face.colour)
                style:left=percent(start)
                style:width=percent(face.row.width)
            ></span>
            <span class=class style=(place, percent(from))>{face.time}</span>
        </div>
    }
}
