//! Draws requests in time, by the class of their status, with a brush that chooses a part of it.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use surface::moment;
use surface::viewport::percent;
use trace::{Timestamp, quantity};

use crate::buckets::{Brush, Class, Histogram, Push};

/// Pixels that a pointer has to go before it draws: a click takes the stretch below it.
const SLACK: i32 = 3;

/// The picture.
#[component]
pub fn Chart(
    /// What began when.
    histogram: Memo<Histogram>,
    /// The part that is chosen.
    brush: Signal<Option<Brush>>,
    /// Takes another, or none.
    on_brush: Callback<Option<Brush>>,
    /// Minutes that the reader's clock is east of UTC.
    zone: i32,
) -> impl IntoView {
    let frame: NodeRef<html::Div> = NodeRef::new();
    // Where a drag began: a share of the picture, and pixels. What it draws is taken at its end.
    let began = StoredValue::new(None::<(f64, i32)>);
    let draft = RwSignal::new(None::<Brush>);
    let shown = Memo::new(move |_| draft.get().or(brush.get()));
    let place = move |event: &PointerEvent| {
        let frame = frame.get_untracked()?;
        let (left, width) = webext::canvas::across(&frame);
        Some(((f64::from(event.client_x()) - left) / width.max(1.0)).clamp(0.0, 1.0))
    };
    let down = move |event: PointerEvent| {
        let Some(at) = place(&event).filter(|_| event.button() == 0) else { return };
        began.set_value(Some((at, event.client_x())));
        if let Some(frame) = frame.get_untracked() {
            let _without = frame.set_pointer_capture(event.pointer_id());
        }
    };
    let drawn = move |event: &PointerEvent| {
        let ((from, x), at) = (began.get_value()?, place(event)?);
        let here = histogram.with_untracked(|it| {
            if (event.client_x() - x).abs() < SLACK {
                it.stretch(at)
            } else {
                Brush::drawn(it, from, at)
            }
        });
        Some(here)
    };
    let moved = move |event: PointerEvent| {
        if let Some(brush) = drawn(&event) {
            draft.set(Some(brush));
        }
    };
    let up = move |event: PointerEvent| {
        let brush = drawn(&event);
        began.set_value(None);
        draft.set(None);
        if brush.is_some() {
            on_brush.run(brush);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let left = event.key() == "ArrowLeft";
        let next = match event.key().as_str() {
            "ArrowLeft" | "ArrowRight" => {
                let size = Push::Size { less: left };
                let push = if event.shift_key() { size } else { Push::Move { left } };
                let now = brush.get_untracked();
                Some(histogram.with_untracked(|it| Brush::pushed(now, it, push)))
            }
            "Escape" if brush.get_untracked().is_some() => None,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        on_brush.run(next);
    };
    let clock = move |millis: u64| {
        moment::second(Timestamp::from_nanos(millis.saturating_mul(1_000_000)), zone)
    };
    let chosen = move || match shown.get() {
        Some(Brush { since, until }) => format!("{} to {}", clock(since), clock(until)),
        None => "all of the time shown".to_owned(),
    };
    let ends = move || histogram.with(|it| (it.since, it.until()));
    let at = move |end: fn(Brush) -> u64, or: f64| {
        let place = |brush| histogram.with(|it| it.place(end(brush)));
        percent(shown.get().map_or(or, place))
    };
    view! {
        <section class="histogram" aria-label="Requests over time" class:brushed=move || shown.get().is_some()>
            <div
                class="plot"
                node_ref=frame
                style=("--from", move || at(|it| it.since, 0.0))
                style=("--to", move || at(|it| it.until, 1.0))
                on:pointerdown=down
                on:pointermove=moved
                on:pointerup=up
                on:pointercancel=move |_| { began.set_value(None); draft.set(None); }
                on:dblclick=move |_| on_brush.run(None)
            >
                {move || histogram.with(|it| picture(it, &said(it, zone)))}
                <div class="shade before" aria-hidden="true"></div>
                <div class="shade after" aria-hidden="true"></div>
                <div
                    class="brush"
                    role="slider"
                    tabindex="0"
                    aria-label="Time brush"
                    aria-orientation="horizontal"
                    aria-valuemin=move || ends().0
                    aria-valuemax=move || ends().1
                    aria-valuenow=move || shown.get().map_or(ends().0, |it| it.since)
                    aria-valuetext=chosen
                    title="Drag, or press the arrow keys, to choose a time; with Shift its width; Escape clears it"
                    on:keydown=on_key
                ></div>
            </div>
            <div class="axis">
                <span>{move || clock(ends().0)}</span>
                {move || histogram.with(legend)}
                <span>{move || clock(ends().1)}</span>
            </div>
            <div class="hidden">{move || histogram.with(|it| table(it, zone))}</div>
        </section>
    }
    .into_any()
}

/// The picture in words.
fn said(histogram: &Histogram, zone: i32) -> String {
    let all: u64 = histogram.totals().iter().map(|count| u64::from(*count)).sum();
    let at =
        |millis: u64| moment::second(Timestamp::from_nanos(millis.saturating_mul(1_000_000)), zone);
    let classes = Class::ALL.iter().zip(histogram.totals()).filter(|(_, count)| *count > 0);
    let classes = classes.map(|(class, count)| format!("{} {count}", class.name()));
    let classes = classes.collect::<Vec<_>>().join(", ");
    let (from, to) = (at(histogram.since), at(histogram.until()));
    let some = quantity::count(all, "request");
    let colon = if classes.is_empty() { "" } else { ": " };
    format!("Requests by status, {from} to {to}: {some}{colon}{classes}")
}

fn picture(histogram: &Histogram, said: &str) -> AnyView {
    let most = f64::from(histogram.most().max(1));
    let column = |(at, counts): (usize, &[u32; 5])| {
        let mut below = 0.0;
        let bar = |(class, count): (&Class, &u32)| {
            let height = f64::from(*count) / most * 100.0;
            below += height;
            (*count > 0).then(|| {
                view! {
                    <rect
                        class=class.look()
                        x=format!("{at}.1")
                        y=format!("{:.2}", 100.0 - below)
                        width="0.8"
                        height=format!("{height:.2}")
                    />
                }
            })
        };
        Class::ALL.iter().zip(counts).filter_map(bar).collect::<Vec<_>>()
    };
    let columns: Vec<_> = histogram.counts.iter().enumerate().flat_map(column).collect();
    view! {
        <svg
            role="img"
            aria-label=said.to_owned()
            viewBox=format!("0 0 {} 100", histogram.counts.len())
            preserveAspectRatio="none"
        >
            {columns}
        </svg>
    }
    .into_any()
}

/// What the colours mean, and how many there are of each.
fn legend(histogram: &Histogram) -> AnyView {
    let each = |(class, count): (&Class, u32)| {
        view! {
            <li class:without=count == 0>
                <i class=class.look() aria-hidden="true"></i>
                {class.name()}
                " "
                <b>{quantity::grouped(u64::from(count))}</b>
            </li>
        }
    };
    let step = quantity::duration(std::time::Duration::from_millis(histogram.step));
    view! {
        <ul aria-label="Requests by status">
            {Class::ALL.iter().zip(histogram.totals()).map(each).collect::<Vec<_>>()}
            <li class="step">{format!("a bar is {step}")}</li>
        </ul>
    }
    .into_any()
}

/// The same as a table, for who cannot see it.
fn table(histogram: &Histogram, zone: i32) -> AnyView {
    let head = Class::ALL.map(|class| view! { <th scope="col">{class.name()}</th> });
    let row = |(at, counts): (u64, &[u32; 5])| {
        let since = (histogram.since + at * histogram.step).saturating_mul(1_000_000);
        let cells: Vec<_> = counts.iter().map(|count| view! { <td>{*count}</td> }).collect();
        let time = moment::clock(Timestamp::from_nanos(since), zone);
        view! { <tr><th scope="row">{time}</th>{cells}</tr> }
    };
    let some = (0..).zip(&histogram.counts).filter(|(_, counts)| counts.iter().sum::<u32>() > 0);
    view! {
        <table>
            <caption>"Requests over time by status"</caption>
            <thead><tr><th scope="col">"From"</th>{head.into_iter().collect::<Vec<_>>()}</tr></thead>
            <tbody>{some.map(row).collect::<Vec<_>>()}</tbody>
        </table>
    }
    .into_any()
}
