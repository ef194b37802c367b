//! Draws a waterfall: a tree of names beside bars on a common time axis, a minimap and tools above.
//!
//! Rows are elements and the minimap is a canvas. A row is to be selected as text, found by the
//! browser and read aloud, and only those in view are in the document: some thirty, drawn with the
//! same elements wherever it is scrolled to ([`crate::pool`] has the figures). The minimap shows
//! every span at once, of which each pixel is one of thousands, and says nothing that rows do not.

use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent, WheelEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::Element;
use trace::SpanId;

use crate::desk::Desk;
use crate::face::Face;
use crate::gesture::{Motion, Touch, Wheel};
use crate::keys::{self, Act};
use crate::mark::{self, Mark};
use crate::minimap::Minimap;
use crate::picture::Picture;
use crate::pool::Pool;
use crate::row::{self, Common};
use crate::ruler::{Axis, Lines};
use crate::tools::Tools;
use surface::cursor::Step;
use surface::scroller::Scroller;
use surface::viewport::{ROW, Viewport};
use surface::window::Stretch;

/// The waterfall.
#[component]
pub fn Chart(
    /// The trace before the reader.
    picture: RwSignal<Picture>,
    /// What the reader has set.
    desk: Desk,
    /// What scrolls it.
    scroller: Scroller,
    /// Whether the list of keys is shown.
    help: RwSignal<bool>,
) -> impl IntoView {
    let details = desk.details;
    let across = Memo::new(move |_| Viewport { top: 0, height: 0, ..scroller.view.get() });
    let stretch = desk.stretch(picture);
    let ticks = Memo::new(move |_| across.get().ruler(stretch.get()));
    let marks = marks(picture);
    let flags = Memo::new(move |_| {
        marks.with(|marks| mark::flags(marks, stretch.get(), across.get().letter()))
    });
    let chosen = Memo::new(move |_| picture.with(Picture::chosen));
    keep_in_view(picture, details, scroller);
    let rows = Rows { picture, details, chosen, stretch, across };
    let body = NodeRef::new();
    draw_rows(rows, scroller, body);
    view! {
        <div class="waterfall">
            <Tools picture desk stretch help />
            <Minimap picture desk stretch marks across />
            <Grid rows desk scroller>
                <Axis desk stretch ticks flags />
                <div
                    class="rows"
                    class:sifted=move || picture.with(Picture::sifted)
                    role="rowgroup"
                    style:height=move || height(picture)
                    node_ref=body
                    on:click=move |event| rows.press(&event)
                >
                    <Lines ticks marks stretch />
                </div>
            </Grid>
        </div>
    }
    .into_any()
}

/// How high all rows are.
fn height(picture: RwSignal<Picture>) -> String {
    format!("{}px", picture.with(|picture| picture.waterfall().len()) * ROW)
}

/// The marks of the page that the trace is about.
fn marks(picture: RwSignal<Picture>) -> Memo<Vec<Mark>> {
    let growth = Memo::new(move |_| picture.with(|picture| picture.growth));
    Memo::new(move |_| {
        growth.track();
        picture.with_untracked(|picture| {
            let waterfall = picture.waterfall();
            let root = waterfall.main_root().and_then(|row| picture.timed(&row));
            root.map(|root| mark::marks(&root, waterfall.start())).unwrap_or_default()
        })
    })
}

/// What scrolls, takes the keys, and hears wheels and fingers.
#[component]
fn Grid(rows: Rows, desk: Desk, scroller: Scroller, children: Children) -> impl IntoView {
    let Rows { picture, details, chosen, stretch, .. } = rows;
    let length = Memo::new(move |_| picture.with(|picture| picture.waterfall().len()));
    let place = Memo::new(move |_| picture.with(|picture| picture.chosen_row().map(|row| row.at)));
    // Only while it is in the document.
    let active = move || {
        let drawn = scroller.view.get().rows(length.get());
        place.get().filter(|at| drawn.contains(at)).and(chosen.get()).map(row::name)
    };
    let on_key = move |event: KeyboardEvent| {
        if follow(&event, picture, details, scroller) {
            event.prevent_default();
        }
    };
    let go = move |motion: Motion| {
        let Some(element) = scroller.element.get_untracked() else { return };
        let left = webext::canvas::across(&element).0;
        let view = scroller.view.get_untracked();
        let to = moved(stretch.get_untracked(), view, left, motion);
        desk.window.set(to);
    };
    let on_wheel = move |event: WheelEvent| {
        let wheel = Wheel {
            x: event.delta_x(),
            y: event.delta_y(),
            unit: event.delta_mode(),
            zooms: event.ctrl_key() || event.meta_key(),
            across: event.shift_key(),
            at: f64::from(event.client_x()),
        };
        if let Some(motion) = wheel.motion() {
            event.prevent_default();
            go(motion);
        }
    };
    let touch = StoredValue::new(Touch::default());
    let finger = |event: &PointerEvent| event.pointer_type() == "touch";
    let down = move |event: PointerEvent| {
        if finger(&event) {
            touch.update_value(|it| it.down(event.pointer_id(), event.client_x().into()));
        }
    };
    let slide = move |event: PointerEvent| {
        if finger(&event) {
            let at = event.client_x().into();
            let motion = touch.try_update_value(|it| it.moved(event.pointer_id(), at));
            motion.flatten().into_iter().for_each(go);
        }
    };
    let up = move |event: PointerEvent| touch.update_value(|it| it.up(event.pointer_id()));
    view! {
        <div
            class="chart"
            role="treegrid"
            aria-label="Waterfall"
            aria-rowcount=move || length.get() + 1
            aria-activedescendant=active
            tabindex="0"
            node_ref=scroller.element
            on:scroll=move |_| scroller.measure()
            on:keydown=on_key
            on:wheel=on_wheel
            on:pointerdown=down
            on:pointermove=slide
            on:pointerup=up
            on:pointercancel=up
            on:pointerleave=up
        >
            {children()}
        </div>
    }
    .into_any()
}

/// The window of time after a motion over a chart that begins at so many pixels of the page.
fn moved(stretch: Stretch, view: Viewport, left: f64, motion: Motion) -> surface::window::Window {
    let panned = stretch.pan(view.span(motion.pan)).within(stretch.length);
    panned.zoom(view.share(motion.about - left), motion.factor)
}

/// Draws the rows in view. One effect writes all of them, and no element comes or goes while they
/// are scrolled.
fn draw_rows(rows: Rows, scroller: Scroller, body: NodeRef<html::Div>) {
    let Rows { picture, chosen, stretch, across, .. } = rows;
    let faces = Memo::new(move |before: Option<&Vec<Face>>| {
        let before = before.map(Vec::as_slice).unwrap_or_default();
        picture.with(|picture| Face::look(picture, scroller.view.get(), before))
    });
    let pool = StoredValue::new_local(Pool::default());
    Effect::new(move |_| {
        let room = across.get().room();
        let common = Common { chosen: chosen.get(), stretch: stretch.get(), room };
        let Some(body) = body.get() else { return };
        faces.with(|faces| pool.update_value(|pool| pool.draw(&body, faces, common)));
    });
}

/// What the rows of a waterfall are drawn from.
#[derive(Clone, Copy)]
struct Rows {
    /// The trace before the reader.
    picture: RwSignal<Picture>,
    /// Whether the chosen span's details are shown.
    details: RwSignal<bool>,
    /// The chosen span.
    chosen: Memo<Option<usize>>,
    /// The stretch of time in view.
    stretch: Memo<Stretch>,
    /// How wide the chart is.
    across: Memo<Viewport>,
}

impl Rows {
    /// Folds, unfolds or chooses the row that was clicked. Its element says which it is.
    fn press(self, event: &MouseEvent) {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let within = |what| target.as_ref().and_then(|it| it.closest(what).ok().flatten());
        let index = within("[role=row]").and_then(|row| row.get_attribute("aria-rowindex"));
        let Some(at) = index.and_then(|index| index.parse::<usize>().ok()?.checked_sub(2)) else {
            return;
        };
        if within(".twisty.parent").is_some() {
            let folded = |row: trace::waterfall::Row| row.folded;
            self.picture.update(|picture| {
                let folded = picture.waterfall().row(at).is_some_and(folded);
                picture.fold(at, !folded);
            });
        } else {
            self.picture.update(|picture| picture.choose(at));
            self.details.set(true);
        }
    }
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
    let step = match keys::act(&event.key()) {
        Some(Act::Step(step)) => Some(step),
        _ => None,
    };
    match step {
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
