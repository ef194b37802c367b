//! Draws a trace as bars upon bars. Bars that have room for their name are elements; all narrower
//! ones of one colour are one path, so that a hundred thousand cost what their pixels cost.

use std::fmt::Write as _;
use std::sync::Arc;

use leptos::attr::custom::custom_attribute;
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use trace::flame::{self, Bar, Scale};
use trace::tree::Tree;
use trace::{quantity, waterfall};

use super::tree::duration;
use super::{Scene, Shut, cut, kept, service, title};
use crate::desk::{Stretch, Window};
use surface::scroller::Scroller;
use surface::viewport::ROW;
use surface::viewport::percent;

/// Height of a lane. The style sheet has the same number.
const LANE: usize = 19;
/// Pixels from which on a bar has its name on it.
const NAMED: f64 = 34.0;
/// Pixels that a tick wants.
const TICK: usize = 90;
/// Lanes that are drawn at most: a screen has fewer.
const LANES: usize = 160;

/// A bar with its name.
#[derive(Clone, Debug, PartialEq)]
struct Named {
    bar: Bar,
    colour: u8,
    pale: bool,
    failed: bool,
    text: String,
}

/// What is drawn: bars with names, and the others as a path for each look.
#[derive(Clone, Debug, Default, PartialEq)]
struct Drawing {
    named: Vec<Named>,
    paths: Vec<(String, String)>,
}

/// The flame graph.
#[component]
pub fn Flame(
    /// What every view is given.
    scene: Scene,
) -> impl IntoView {
    let flame = scene.made(|sheet, lens| flame::Flame::lay(lens.columns(sheet), lens.tree()));
    let scroller = Scroller::mounted();
    let stretch = Memo::new(move |_| scene.desk.window.get().within(flame.with(|it| it.length())));
    let scale = Memo::new(move |_| scale(stretch.get(), scroller.view.get().width));
    let drawing = kept(move || draw(scene, &flame.get(), scale.get(), scroller));
    let hovered = RwSignal::new(None::<usize>);
    let lanes = move || flame.with(|flame| flame.lanes());
    let find = move |event: &MouseEvent| {
        let lane = usize::try_from(event.offset_y()).ok()? / LANE;
        flame.with_untracked(|flame| {
            flame.at(lane, f64::from(event.offset_x()), scale.get_untracked())
        })
    };
    let zoom =
        move |span: usize| zoom(scene, &flame.get_untracked(), span, stretch.get_untracked());
    let on_click = move |event: MouseEvent| {
        if let Some(span) = find(&event) {
            scene.choose(span);
            zoom(span);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let plain = !(event.ctrl_key() || event.meta_key() || event.alt_key());
        if plain && follow(scene, &event.key(), &zoom) {
            event.prevent_default();
        }
    };
    keep_in_view(scene, flame, scroller);
    let some = move || scene.growth.get().2 > 0 && !scene.sieve.with(super::Sieve::shuts);
    view! {
        <Told scene hovered stretch />
        <Show when=some fallback=move || view! { <Shut scene /> }>
            <div
                class="flame"
                role="tree"
                aria-label="Flame graph"
                aria-activedescendant=move || scene.chosen.get().map(|span| format!("flame-{span}"))
                tabindex="0"
                node_ref=scroller.element
                on:scroll=move |_| scroller.measure()
                on:keydown=on_key
            >
                <Ruler stretch scale />
                <div
                    class="lanes"
                    role="presentation"
                    style:height=move || format!("{}px", lanes() * LANE)
                    on:click=on_click
                    on:mousemove=move |event| hovered.set(find(&event))
                    on:mouseleave=move |_| hovered.set(None)
                >
                    <Bars drawing scale lanes=Signal::derive(lanes) />
                    <Mark scene flame scale />
                    <Focus scene />
                </div>
            </div>
        </Show>
    }
    .into_any()
}

#[allow(clippy::cast_precision_loss, reason = "a screen has few pixels")]
fn scale(stretch: Stretch, width: usize) -> Scale {
    Scale { from: stretch.from, to: stretch.to, width: width.max(1) as f64 }
}

/// Shows a span from edge to edge, or all of the trace where it is that.
fn zoom(scene: Scene, flame: &flame::Flame, span: usize, stretch: Stretch) {
    let time = scene.picture.with_untracked(|picture| flame.time(picture.columns(), span));
    if let Some((begin, end)) = time {
        let window = stretch.between(begin, end);
        scene.desk.window.set(window);
    }
}

/// Scrolls to the lane of the chosen span.
fn keep_in_view(scene: Scene, flame: Memo<Arc<flame::Flame>>, scroller: Scroller) {
    Effect::new(move |_| {
        scene.moves.get();
        request_animation_frame(move || {
            let span = scene.chosen.try_get_untracked().flatten();
            let lane = span.and_then(|span| flame.try_with_untracked(|flame| flame.lane(span))?);
            if let Some(lane) = lane {
                // The scroller counts in rows of lists, which are a little higher.
                scroller.reveal(lane * LANE / ROW);
            }
        });
    });
}

/// Carries out what a key means; whether it meant anything.
fn follow(scene: Scene, key: &str, zoom: &dyn Fn(usize)) -> bool {
    let to = match key {
        "Escape" | "0" if !scene.desk.window.get_untracked().is_whole() => {
            scene.desk.window.set(Window::WHOLE);
            return true;
        }
        "Enter" => scene.chosen.get_untracked().inspect(|span| zoom(*span)),
        " " => {
            let chosen = scene.chosen.get_untracked();
            scene.desk.details.set(chosen.is_some());
            return chosen.is_some();
        }
        key => beside(scene, key).inspect(|span| scene.choose(*span)),
    };
    to.is_some()
}

/// The span that a key leads to: its parent, its first child, the ones before and after it.
fn beside(scene: Scene, key: &str) -> Option<usize> {
    let chosen = scene.chosen.get_untracked();
    scene.picture.try_update_untracked(|picture| {
        let tree = picture.study().1.tree();
        let Some(row) = chosen.and_then(|span| tree.row(span)) else {
            let enters =
                matches!(key, "ArrowDown" | "ArrowUp" | "ArrowLeft" | "ArrowRight" | "Home");
            return tree.main().filter(|_| enters).map(|row| tree.span(row));
        };
        let parent = tree.parent(row);
        let end = parent.map_or(tree.len(), |parent| tree.end(parent));
        let to = match key {
            "ArrowUp" => parent,
            "ArrowDown" => tree.children(row).next(),
            "ArrowRight" => Some(tree.end(row)).filter(|next| *next < end),
            "ArrowLeft" => match parent {
                Some(parent) => tree.children(parent).take_while(|at| *at < row).last(),
                None => tree.roots().take_while(|at| *at < row).last(),
            },
            "Home" => tree.main(),
            _ => None,
        };
        to.map(|row| tree.span(row))
    })?
}

/// What is drawn of a trace at a scale.
fn draw(scene: Scene, flame: &flame::Flame, scale: Scale, scroller: Scroller) -> Drawing {
    let view = scroller.view.get();
    let first = view.top / LANE;
    let last = first + (view.height / LANE + 3).min(LANES);
    let (colours, sieve) = (scene.colours.get(), scene.sieve.get());
    scene.picture.with_untracked(|picture| {
        let sheet = picture.sheet();
        let columns = sheet.columns();
        let mut drawing = Drawing::default();
        for bar in flame.bars(first.saturating_sub(2)..last, scale) {
            let word = columns.owner_of(bar.span).service;
            let colour = colours.get(&word).copied().unwrap_or_default();
            let failed = columns.flags[bar.span].has(trace::columns::Flags::ERROR);
            let pale = sieve.pales(bar.span);
            if pale && sieve.hides {
                continue;
            }
            if bar.width >= NAMED {
                let text = title(sheet, bar.span);
                drawing.named.push(Named { bar, colour, pale, failed, text });
            } else {
                drawing.crumb(bar, colour, pale, failed);
            }
        }
        drawing
    })
}

impl Drawing {
    /// Adds a bar that has no room for its name.
    fn crumb(&mut self, bar: Bar, colour: u8, pale: bool, failed: bool) {
        let look = match (pale, failed) {
            (true, _) => "pale",
            (false, true) => "failed",
            (false, false) => "",
        };
        let class = format!("c{colour} {look}");
        let at = self.paths.iter().position(|(other, _)| *other == class).unwrap_or_else(|| {
            self.paths.push((class, String::new()));
            self.paths.len() - 1
        });
        let (left, width) = (tenths(bar.left), tenths((bar.width - 0.4).max(0.8)));
        let (top, height) = (bar.lane * LANE + 1, LANE - 2);
        // Writing to a text does not fail.
        let _ = write!(self.paths[at].1, "M{left} {top}h{width}v{height}h-{width}z");
    }
}

/// A number of pixels with one digit behind the point.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a screen has few pixels"
)]
fn tenths(pixels: f64) -> String {
    let tenths = (pixels * 10.0).round().max(0.0) as u32;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// The bars in view.
#[component]
fn Bars(drawing: Memo<Arc<Drawing>>, scale: Memo<Scale>, lanes: Signal<usize>) -> impl IntoView {
    let one = |named: Named| {
        let Named { bar, colour, pale, failed, text } = named;
        view! {
            <div
                class=format!("bar c{colour}")
                class:pale=pale
                class:failed=failed
                style:left=format!("{}px", tenths(bar.left))
                style:width=format!("{}px", tenths(bar.width - 1.0))
                style:top=format!("{}px", bar.lane * LANE)
            >
                {text}
            </div>
        }
    };
    let path = |(class, d): (String, String)| view! { <path class=class d=d /> };
    view! {
        <div aria-hidden="true">
            <svg width=move || tenths(scale.get().width) height=move || lanes.get() * LANE>
                {move || drawing.with(|it| it.paths.iter().cloned().map(path).collect::<Vec<_>>())}
            </svg>
            {move || drawing.with(|it| it.named.iter().cloned().map(one).collect::<Vec<_>>())}
        </div>
    }
    .into_any()
}

/// A frame around the chosen span.
#[component]
fn Mark(scene: Scene, flame: Memo<Arc<flame::Flame>>, scale: Memo<Scale>) -> impl IntoView {
    let place = move || {
        let (span, scale) = (scene.chosen.get()?, scale.get());
        let flame = flame.get();
        let lane = flame.lane(span)?;
        let time = scene.picture.with_untracked(|it| flame.time(it.columns(), span))?;
        let (left, right) = (scale.pixel(time.0), scale.pixel(time.1));
        let (left, right) = (left.max(0.0), right.min(scale.width));
        let seen = right >= 0.0 && left <= scale.width;
        let width = tenths((right - left).max(3.0));
        seen.then(|| (format!("{}px", tenths(left)), format!("{width}px"), lane * LANE))
    };
    move || {
        place().map(|(left, width, top)| {
            view! {
                <div
                    class="mark"
                    aria-hidden="true"
                    style:left=left
                    style:width=width
                    style:top=format!("{top}px")
                ></div>
            }
        })
    }
}

/// The chosen span for screen readers: what is drawn is a picture.
#[component]
fn Focus(scene: Scene) -> impl IntoView {
    move || {
        let span = scene.chosen.get()?;
        scene.growth.track();
        let text = words(scene, span);
        let [level, place, of] = scene.picture.try_update_untracked(|picture| {
            let tree = picture.study().1.tree();
            tree.row(span).map(|row| stands(tree, row))
        })??;
        Some(view! {
            <div
                class="hidden"
                role="treeitem"
                id=format!("flame-{span}")
                aria-selected="true"
                {..custom_attribute("aria-level", level)}
                {..custom_attribute("aria-posinset", place)}
                {..custom_attribute("aria-setsize", of)}
            >
                {text}
            </div>
        })
    }
}

/// The level of a row, its place among those of one parent, and how many these are, all from 1.
fn stands(tree: &Tree, row: usize) -> [usize; 3] {
    let among = |rows: &mut dyn Iterator<Item = usize>| {
        rows.fold((0, 0), |(before, all), at| (before + usize::from(at <= row), all + 1))
    };
    let (place, of) = match tree.parent(row) {
        Some(parent) => among(&mut tree.children(parent)),
        None => among(&mut tree.roots()),
    };
    [usize::from(tree.depth(row)) + 1, place, of]
}

/// A span in words: name, service, duration, share.
fn words(scene: Scene, span: usize) -> String {
    scene.picture.with_untracked(|picture| {
        let (sheet, whole) = (picture.sheet(), super::tree::nanos(picture.waterfall().length()));
        let columns = sheet.columns();
        let length = columns.lengths.get(span).copied().unwrap_or_default();
        let share = quantity::share(length, whole);
        let failed = columns.flags.get(span).is_some_and(|it| it.has(trace::columns::Flags::ERROR));
        let error = if failed { ", error" } else { "" };
        let name = cut(&title(sheet, span));
        format!(
            "{name}, {}, {}, {share} of the trace{error}",
            service(columns.service(span)),
            duration(length)
        )
    })
}

/// The span under the pointer, or the chosen one, in words; and the way back to the whole trace.
#[component]
fn Told(scene: Scene, hovered: RwSignal<Option<usize>>, stretch: Memo<Stretch>) -> impl IntoView {
    let said = move || {
        scene.growth.track();
        let span = hovered.get().or_else(|| scene.chosen.get());
        span.map_or_else(
            || "Click a bar, or press an arrow key, to choose a span and zoom to it.".to_owned(),
            |span| words(scene, span),
        )
    };
    let zoomed = move || !scene.desk.window.get().is_whole();
    let whole = move |_| scene.desk.window.set(Window::WHOLE);
    view! {
        <div class="tools" role="group" aria-label="Flame">
            <button type="button" class="verb" aria-disabled=move || if zoomed() { "false" } else { "true" } on:click=whole>
                "Whole Trace"
            </button>
            <span class="count">{move || duration(stretch.get().width())}</span>
            <span class="told">{said}</span>
        </div>
    }
    .into_any()
}

/// The time axis.
#[component]
fn Ruler(stretch: Memo<Stretch>, scale: Memo<Scale>) -> impl IntoView {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "few pixels")]
    let ticks = move || {
        let most = (scale.get().width as usize / TICK).clamp(2, 12);
        waterfall::ruler(stretch.get().range(), most)
    };
    let draw = |tick: waterfall::Tick| {
        view! { <span class="tick" style:left=percent(tick.at)>{tick.text}</span> }
    };
    view! {
        <div class="head" aria-hidden="true">
            {move || ticks().into_iter().map(draw).collect::<Vec<_>>()}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrow_bars_of_one_look_are_one_path() {
        let mut drawing = Drawing::default();
        let bar = |lane, left| Bar { span: 0, lane, left, width: 1.0, spans: 9 };
        drawing.crumb(bar(0, 1.25), 3, false, false);
        drawing.crumb(bar(2, 9.0), 3, false, false);
        drawing.crumb(bar(1, 9.0), 3, false, true);
        drawing.crumb(bar(1, 9.0), 3, true, true);
        let classes: Vec<&str> = drawing.paths.iter().map(|(class, _)| class.as_str()).collect();
        assert_eq!(classes, ["c3 ", "c3 failed", "c3 pale"]);
        assert_eq!(drawing.paths[0].1, "M1.3 1h0.8v17h-0.8zM9.0 39h0.8v17h-0.8z");
    }
}
