//! Draws one row of a waterfall: the span's name in the tree, and its bar.
//!
//! A row is made when it comes into view. What changes while it is there (the window of time, the
//! choice) changes a style or a class and makes nothing anew.

use leptos::attr::custom::custom_attribute;
use leptos::prelude::*;
use trace::waterfall::Marks;

use crate::face::{Face, lies};
use crate::phase::KINDS;
use crate::picture::Picture;
use surface::framework::Framework;
use surface::viewport::percent;
use surface::viewport::{ROW, Viewport};
use surface::window::Stretch;

/// What the rows of a waterfall have in common.
#[derive(Clone, Copy)]
pub struct Rows {
    /// The trace before the reader.
    pub picture: RwSignal<Picture>,
    /// Whether the chosen span's details are shown.
    pub details: RwSignal<bool>,
    /// The chosen span.
    pub chosen: Memo<Option<usize>>,
    /// The stretch of time in view.
    pub stretch: Memo<Stretch>,
    /// How wide the chart is.
    pub across: Memo<Viewport>,
}

/// The id of a row's element.
#[must_use]
pub fn name(span: usize) -> String {
    format!("span-{span}")
}

/// A row.
#[component]
pub fn Line(
    /// What it shows.
    face: Face,
    /// What it has in common with the others.
    rows: Rows,
) -> impl IntoView {
    let Rows { picture, details, chosen, .. } = rows;
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
            <Track face rows />
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
    let title = if face.reason.is_empty() { face.label.clone() } else { face.reason.clone() };
    view! {
        <div class="name" role="gridcell" style:padding-left=indent>
            <span class="twisty" class:parent=parent class:folded=folded aria-hidden="true" on:click=fold></span>
            <span class=format!("chip c{}", face.colour) aria-hidden="true"></span>
            {failed.then(|| view! { <span class="badge error">"error"</span> })}
            {pale.then(|| view! { <span class="hidden">"not matched"</span> })}
            <span class="label" title=title>{face.label.clone()}</span>
            <Framework badges=face.badges />
            {flaws}
            {hidden}
            <span class="service">{face.service.clone()}</span>
        </div>
    }
}

/// The bar, what lies in it, and how long it took.
#[component]
fn Track(face: Face, rows: Rows) -> impl IntoView {
    let Rows { stretch, across, .. } = rows;
    let (offset, length) = (face.row.offset, face.row.length);
    let group = face.row.group.is_some();
    let colour = format!("bar c{}", face.colour);
    let (time, start) = (face.time.clone(), format!(" from {}", face.start));
    let phase = |phase: &crate::phase::Phase| {
        let (from, to, kind) = (phase.from, phase.to, &KINDS[phase.kind]);
        let place = move |side: usize| {
            let [left, right] = lies(stretch.get(), from, to);
            if side == 0 { left } else { right }
        };
        view! {
            <i
                class=format!("phase {}", kind.class)
                style:left=move || place(0)
                style:right=move || place(1)
            ></i>
        }
    };
    let phases: Vec<_> = face.phases.iter().map(phase).collect();
    let moment = |moment: &crate::phase::Moment| {
        let (at, sign) = (moment.at, moment.sign);
        let place = move || lies(stretch.get(), at, at)[0].clone();
        view! { <b class=sign.class() style:left=place></b> }
    };
    let moments: Vec<_> = face.moments.iter().map(moment).collect();
    let (picture, span) = (rows.picture, face.row.span);
    // Marked or not while the row is there; most rows are not on it.
    let path = Memo::new(move |_| picture.with(|picture| picture.critical(span)));
    let on_path = move |(from, to): (u64, u64)| {
        let place = move || lies(stretch.get(), from, to);
        view! {
            <i
                class="critical"
                style:left=move || place()[0].clone()
                style:right=move || place()[1].clone()
            ></i>
        }
    };
    let critical = move || path.get().into_iter().map(on_path).collect::<Vec<_>>();
    let phased = !phases.is_empty();
    let bar = Memo::new(move |_| face.bar(stretch.get(), across.get().room()));
    view! {
        <div
            class=move || bar.get().class(phased)
            role="gridcell"
            style=("--from", move || percent(bar.get().from))
            style=("--to", move || percent(bar.get().to))
        >
            <span class=colour></span>
            {phases}
            {moments}
            {critical}
            <span class="time">{time}<span class="hidden">{(!group || offset + length > 0).then_some(start)}</span></span>
        </div>
    }
}
