//! Draws traced requests as a grid. The panel's is narrow and about one page's origin; that of Logs
//! has columns for host, service and session besides.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use surface::framework::Framework;

use crate::lamps::Lamps;
use crate::requests::{Line, RequestKey, Requests};
use surface::cursor::Step;
use surface::scroller::Scroller;
use surface::viewport::ROW;

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
    /// Whether it has the columns of Logs.
    #[prop(optional)]
    wide: bool,
) -> impl IntoView {
    let scroller = Scroller::mounted();
    let length = Memo::new(move |_| list.with(Requests::len));
    let lines = move || {
        let range = scroller.view.get().rows(length.get());
        list.with(|list| list.lines(range, &origin.read(), zone))
    };
    let chosen = Memo::new(move |_| list.with(Requests::place));
    let marked = Memo::new(move |_| list.with(|list| list.marked().to_vec()));
    keep_in_view(list, length, scroller, wide);
    let on_key = move |event: KeyboardEvent| {
        if follow(&event, list, scroller, wide) {
            event.prevent_default();
        }
    };
    // Only while it is in the document.
    let active = move || {
        let drawn = scroller.view.get().rows(length.get());
        chosen.get().filter(|at| drawn.contains(at)).map(name)
    };
    view! {
        <div
            class="table"
            class:wide=wide
            role="grid"
            aria-label="Traced requests"
            aria-rowcount=move || length.get() + 1
            aria-activedescendant=active
            tabindex="0"
            node_ref=scroller.element
            on:scroll=move |_| scroller.measure()
            on:keydown=on_key
        >
            <Head wide />
            <div class="rows" role="rowgroup" style:height=move || format!("{}px", length.get() * ROW)>
                <For each=lines key=Clone::clone let(line)>
                    <Request line list marked wide chosen />
                </For>
            </div>
        </div>
    }
    .into_any()
}

/// Keeps the chosen row in place while requests come; else the panel's list follows its end.
fn keep_in_view(
    list: RwSignal<Requests>,
    length: Memo<usize>,
    scroller: Scroller,
    newest_first: bool,
) {
    let place = Memo::new(move |_| list.with(|list| list.chosen().zip(list.place())));
    Effect::new(move |before: Option<Option<(RequestKey, usize)>>| {
        let now = place.get();
        match (before.flatten(), now) {
            (Some((old, from)), Some((new, to))) if old == new => scroller.anchor(from, to),
            _ => {}
        }
        now
    });
    Effect::new(move |_| {
        length.get();
        if !newest_first && list.with_untracked(|list| list.chosen().is_none()) {
            scroller.follow();
        }
    });
}

/// Carries out what a key means; whether it meant anything.
fn follow(event: &KeyboardEvent, list: RwSignal<Requests>, scroller: Scroller, wide: bool) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return false;
    }
    if event.key() == " " && wide {
        let chosen = list.with_untracked(Requests::place);
        return chosen.inspect(|at| list.update(|list| list.mark(*at))).is_some();
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
fn Head(wide: bool) -> impl IntoView {
    let names = [
        ("Time", true),
        ("Method", true),
        ("Request", true),
        ("Host", wide),
        ("Status", true),
        ("Duration", true),
        ("Spans", true),
        ("Errors", true),
        ("Service", wide),
        ("Session", wide),
        ("Lamps", true),
        ("Kind", true),
    ];
    let heads = names.into_iter().filter(|(_, there)| *there).map(|(name, _)| {
        view! { <span role="columnheader" class=name.to_lowercase()>{name}</span> }
    });
    let heads: Vec<_> = heads.collect();
    let tick = wide.then(|| {
        view! { <span role="columnheader" class="tick"><span class="hidden">"Compare"</span></span> }
    });
    view! { <div class="head line" role="row" aria-rowindex="1">{tick}{heads}</div> }
}

#[component]
fn Request(
    line: Line,
    list: RwSignal<Requests>,
    marked: Memo<Vec<RequestKey>>,
    wide: bool,
    chosen: Memo<Option<usize>>,
) -> impl IntoView {
    let at = line.at;
    let (tone, status) = (line.tone.class(), line.status.clone());
    let is_chosen = move || chosen.get() == Some(at);
    let place = if wide { line.path().to_owned() } else { line.place.clone() };
    let cell = move |class: &'static str, text: String| {
        wide.then(
            || view! { <span role="gridcell" class=class title=text.clone()>{text.clone()}</span> },
        )
    };
    let tick = wide.then(|| view! { <Tick line=line.clone() list marked /> });
    view! {
        <div
            class="line"
            role="row"
            id=name(at)
            aria-rowindex=at + 2
            aria-selected=move || if is_chosen() { "true" } else { "false" }
            style:top=format!("{}px", at * ROW)
            on:click=move |_| list.update(|list| list.choose(at))
        >
            {tick}
            <span role="gridcell" class="time">{line.time}</span>
            <span role="gridcell" class="method">{line.method}</span>
            <span role="gridcell" class="request" title=line.url>
                <Framework badges=line.badges />
                <span class="text">
                    {(!line.call.is_empty()).then(|| view! { <strong>{line.call}</strong>" " })}
                    {place}
                </span>
            </span>
            {cell("host", line.host)}
            <span role="gridcell" class=format!("status {tone}") title=status>{line.status}</span>
            <span role="gridcell" class="duration">{line.duration}</span>
            <span role="gridcell" class="spans">{line.spans}</span>
            <span role="gridcell" class="errors">{line.errors}</span>
            {cell("service", line.service)}
            {cell("session", line.session)}
            <span role="gridcell" class="lights"><Lamps lights=line.lights summary=line.lamps /></span>
            <span role="gridcell" class="kind">{line.kind}</span>
        </div>
    }
    .into_any()
}

/// Marks a request to be compared. Keys do it in the row, so that Tab need not go through all rows.
#[component]
fn Tick(line: Line, list: RwSignal<Requests>, marked: Memo<Vec<RequestKey>>) -> impl IntoView {
    let (at, key) = (line.at, line.key);
    let on = move || marked.with(|marked| marked.contains(&key));
    // Not more than two.
    let full = move || marked.with(|marked| marked.len() > 1 && !marked.contains(&key));
    let title = move || if full() { "Two are ticked: untick one first" } else { "Compare (Space)" };
    view! {
        <span role="gridcell" class="tick" on:click=|event| event.stop_propagation()>
            <input
                type="checkbox"
                tabindex="-1"
                aria-label=format!("Compare {} {}", line.method, line.path())
                title=title
                prop:checked=on
                prop:disabled=full
                on:change=move |_| list.update(|list| list.mark(at))
            />
        </span>
    }
    .into_any()
}
