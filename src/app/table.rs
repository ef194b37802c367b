//! Draws the traced requests as a grid that follows its end.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use crate::cursor::Step;
use crate::requests::{Line, Requests};
use crate::scroller::Scroller;
use crate::viewport::ROW;

/// The grid of traced requests.
#[component]
pub fn Table(
    /// The requests.
    list: RwSignal<Requests>,
    /// The page's origin, which is left out of its URLs.
    #[prop(into)]
    origin: Signal<String>,
    /// Minutes that the reader's clock is east of UTC.
    zone: i32,
) -> impl IntoView {
    let scroller = Scroller::mounted();
    let length = Memo::new(move |_| list.with(Requests::len));
    let lines = move || {
        let range = scroller.view.get().rows(length.get());
        list.with(|list| list.lines(range, &origin.read(), zone))
    };
    let chosen = Memo::new(move |_| list.with(Requests::place));
    Effect::new(move |_| {
        length.get();
        scroller.follow();
    });
    let on_key = move |event: KeyboardEvent| {
        if follow(&event, list, scroller) {
            event.prevent_default();
        }
    };
    view! {
        <div
            class="table"
            role="grid"
            aria-label="Traced requests"
            aria-rowcount=move || length.get() + 1
            aria-activedescendant=move || chosen.get().map(name)
            tabindex="0"
            node_ref=scroller.element
            on:scroll=move |_| scroller.measure()
            on:keydown=on_key
        >
            <Head />
            <div class="rows" role="rowgroup" style:height=move || format!("{}px", length.get() * ROW)>
                <For each=lines key=Clone::clone let(line)>
                    <Request line chosen on_choose=move |at| list.update(|list| list.choose(at)) />
                </For>
            </div>
        </div>
    }
    .into_any()
}

/// Carries out what a key means; whether it meant anything.
fn follow(event: &KeyboardEvent, list: RwSignal<Requests>, scroller: Scroller) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return false;
    }
    let page = scroller.view.get_untracked().page();
    let Some(step) = Step::of(&event.key()) else { return false };
    let moved = list.try_update(|list| list.step(step, page)) == Some(true);
    if let Some(at) = list.with_untracked(Requests::place).filter(|_| moved) {
        scroller.reveal(at);
    }
    moved
}

/// The id of a line's element.
fn name(at: usize) -> String {
    format!("request-{at}")
}

#[component]
fn Head() -> impl IntoView {
    let names = ["Time", "Method", "Request", "Status", "Duration", "Kind"];
    let heads = names.map(|name| {
        view! { <span role="columnheader" class=name.to_lowercase()>{name}</span> }
    });
    view! { <div class="head line" role="row" aria-rowindex="1">{heads.to_vec()}</div> }
}

#[component]
fn Request(
    line: Line,
    chosen: Memo<Option<usize>>,
    on_choose: impl Fn(usize) + 'static,
) -> impl IntoView {
    let at = line.at;
    let (tone, status) = (line.tone.class(), line.status.clone());
    let is_chosen = move || chosen.get() == Some(at);
    view! {
        <div
            class="line"
            role="row"
            id=name(at)
            aria-rowindex=at + 2
            aria-selected=move || if is_chosen() { "true" } else { "false" }
            style:top=format!("{}px", at * ROW)
            on:click=move |_| on_choose(at)
        >
            <span role="gridcell" class="time">{line.time}</span>
            <span role="gridcell" class="method">{line.method}</span>
            <span role="gridcell" class="request" title=line.url>{line.place}</span>
            <span role="gridcell" class=format!("status {tone}") title=status>{line.status}</span>
            <span role="gridcell" class="duration">{line.duration}</span>
            <span role="gridcell" class="kind">{line.kind}</span>
        </div>
    }
}
