//! Draws traced requests as a grid. The panel's is narrow and about one page's origin; that of Logs
//! has the columns that its reader has chosen, as far as there is room for them.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::HtmlElement;
use surface::board;
use surface::column::{Column, Columns};
use surface::cursor::Step;
use surface::framework::Framework;
use trace::quantity;

use crate::lamps::Lamps;
use crate::requests::{Line, RequestKey, Requests};
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
    /// The columns of Logs; the panel has none to choose.
    #[prop(optional, into)]
    columns: Option<Signal<Columns>>,
) -> impl IntoView {
    let wide = columns.is_some();
    let scroller = Scroller::mounted();
    let length = Memo::new(move |_| list.with(Requests::len));
    let lines = move || {
        let range = scroller.view.get().rows(length.get());
        list.with(|list| list.lines(range, &origin.read(), zone))
    };
    let chosen = Memo::new(move |_| list.with(Requests::place));
    let marked = Memo::new(move |_| list.with(|list| list.marked().to_vec()));
    let news = RwSignal::new(0);
    keep_in_view(list, length, scroller, wide, news);
    let layout = Memo::new(move |_| {
        let width = scroller.view.get().width;
        columns.map_or_else(narrow, |columns| columns.with(|columns| columns.fit(width)))
    });
    let shown = Memo::new(move |_| layout.get().0);
    let tracks = move || wide.then(|| layout.get().1);
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
    let top = move |_| {
        if let Some(element) = scroller.element.get_untracked() {
            element.set_scroll_top(0);
        }
    };
    view! {
        <Show when=move || news.get() != 0>
            <button type="button" class="news" on:click=top>
                {move || format!("{} new", quantity::grouped(news.get()))}
            </button>
        </Show>
        <div
            class="table"
            class:wide=wide
            style=("--tracks", tracks)
            role="grid"
            aria-label="Traced requests"
            aria-rowcount=move || length.get() + 1
            aria-activedescendant=active
            tabindex="0"
            node_ref=scroller.element
            on:scroll=move |_| scroller.measure()
            on:keydown=on_key
        >
            <Head shown wide />
            <div class="rows" role="rowgroup" style:height=move || format!("{}px", length.get() * ROW)>
                <For each=lines key=Clone::clone let(line)>
                    <Request line list marked wide chosen shown />
                </For>
            </div>
        </div>
    }
    .into_any()
}

/// The panel's columns, which the style sheet lays out.
fn narrow() -> (Vec<Column>, String) {
    use Column::{Duration, Errors, Kind, Lamps, Method, Path, Spans, Status, Time};
    let all = vec![Time, Method, Path, Status, Duration, Spans, Errors, Lamps, Kind];
    (all, String::new())
}

/// Keeps what is being read in place while requests come: the chosen row, where it is in view, else
/// the first that is. The panel's list follows its end instead.
fn keep_in_view(
    list: RwSignal<Requests>,
    length: Memo<usize>,
    scroller: Scroller,
    newest_first: bool,
    news: RwSignal<u64>,
) {
    // Which row stays, and where it stood.
    let kept = StoredValue::new(None::<(u32, usize)>);
    let watch = move || {
        let view = scroller.view.get_untracked();
        let chosen = list.with_untracked(Requests::place);
        let seen = |at: &usize| at * ROW + ROW > view.top && at * ROW < view.top + view.height;
        let first = (newest_first && view.top > 0).then_some(view.top / ROW);
        let at = chosen.filter(seen).or(first);
        kept.set_value(at.and_then(|at| Some((list.with_untracked(|list| list.seat(at))?, at))));
    };
    // What had come when the reader was last at the top.
    let come = StoredValue::new(0);
    let tell = move || {
        let (arrived, top) =
            (list.with_untracked(Requests::arrived), scroller.view.get_untracked().top);
        if top < ROW {
            come.set_value(arrived);
        }
        let fresh = arrived.saturating_sub(come.get_value()) as u64;
        news.maybe_update(|news| std::mem::replace(news, fresh) != fresh);
    };
    Effect::new(move |_| {
        list.track();
        if let Some((seat, from)) = kept.get_value()
            && let Some(to) = list.with_untracked(|list| list.down(seat))
        {
            scroller.anchor(from, to);
            kept.set_value(Some((seat, to)));
        } else {
            watch();
        }
        if newest_first {
            tell();
        }
    });
    Effect::new(move |_| {
        scroller.view.track();
        watch();
        if newest_first {
            tell();
        }
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
    if event.key() == "v" && wide {
        return view_session(list);
    }
    let page = scroller.view.get_untracked().page();
    let Some(step) = Step::of(&event.key()) else { return false };
    let moved = list.try_update(|list| list.step(step, page)) == Some(true);
    if let Some(at) = list.with_untracked(Requests::place).filter(|_| moved) {
        scroller.reveal(at);
    }
    moved
}

/// Follows the chosen row's way to its session; whether there is one.
fn view_session(list: RwSignal<Requests>) -> bool {
    let row = list.with_untracked(Requests::place);
    let row = row.and_then(|at| document().get_element_by_id(&name(at)));
    let link = row.and_then(|row| row.query_selector(".operation a").ok().flatten());
    let link = link.and_then(|link| link.dyn_into::<HtmlElement>().ok());
    link.inspect(HtmlElement::click).is_some()
}

/// The id of a line's element.
fn name(at: usize) -> String {
    format!("request-{at}")
}

#[component]
fn Head(shown: Memo<Vec<Column>>, wide: bool) -> impl IntoView {
    let head = move |column: Column| {
        let name = if column == Column::Path && !wide { "Request" } else { column.name() };
        view! { <span role="columnheader" class=column.word()>{name}</span> }.into_any()
    };
    let heads = move || shown.get().into_iter().map(head).collect::<Vec<_>>();
    let tick = wide.then(|| {
        view! { <span role="columnheader" class="tick"><span class="hidden">"Compare"</span></span> }
    });
    view! { <div class="head line" role="row" aria-rowindex="1">{tick}{heads}</div> }.into_any()
}

#[component]
fn Request(
    line: Line,
    list: RwSignal<Requests>,
    marked: Memo<Vec<RequestKey>>,
    wide: bool,
    chosen: Memo<Option<usize>>,
    shown: Memo<Vec<Column>>,
) -> impl IntoView {
    let at = line.at;
    let is_chosen = move || chosen.get() == Some(at);
    let tick = wide.then(|| view! { <Tick line=line.clone() list marked /> });
    let cells = move || {
        let cell = |column| cell(column, &line, wide);
        shown.get().into_iter().map(cell).collect::<Vec<_>>()
    };
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
            {cells}
        </div>
    }
    .into_any()
}

/// What a line says in a column.
fn cell(column: Column, line: &Line, wide: bool) -> AnyView {
    let text = |text: &str, title: &str| {
        let (text, title) = (text.to_owned(), title.to_owned());
        let title = (!title.is_empty()).then_some(title);
        view! { <span role="gridcell" class=column.word() title=title>{text}</span> }.into_any()
    };
    match column {
        Column::Time => text(&line.time, &line.date),
        Column::Method => text(&line.method, ""),
        Column::Path => path(line, wide),
        Column::Host => text(&line.host, &line.host),
        Column::Status => {
            let look = line.tone.class();
            let (status, title) = (line.status.clone(), line.status.clone());
            view! {
                <span role="gridcell" class=format!("status {look}") title=title>{status}</span>
            }
            .into_any()
        }
        Column::Duration => text(&line.duration, ""),
        Column::Spans => text(&line.spans, ""),
        Column::Errors => text(&line.errors, ""),
        Column::Service => text(&line.service, &line.service),
        Column::Environment => text(&line.environment, &line.environment),
        Column::Session => {
            let whole = line.of.map(|id| id.to_string()).unwrap_or_default();
            text(&line.session, &whole)
        }
        Column::Lamps => {
            let (lights, summary) = (line.lights, line.lamps.clone());
            view! { <span role="gridcell" class="lights"><Lamps lights summary /></span> }
                .into_any()
        }
        Column::Kind => text(line.kind, ""),
        Column::Error => text(&line.error, &line.error),
        Column::Call => text(&line.call, &line.call),
        Column::Framework => {
            let words: Vec<&str> = line.badges.iter().map(|badge| badge.word).collect();
            text(&words.join(", "), "")
        }
        Column::Trace => {
            let whole = line.key.0.to_string();
            text(&surface::naming::short(&whole), &whole)
        }
        Column::Operation => {
            // Keys reach it from the row, so that Tab need not go through all rows.
            let link = line.of.map(|id| {
                let href = board::of_session(&id.to_string());
                view! {
                    <a
                        href=href
                        tabindex="-1"
                        title="Session Tracking Details (V)"
                        on:click=|event| event.stop_propagation()
                    >
                        "View Session"
                    </a>
                }
            });
            view! { <span role="gridcell" class="operation">{link}</span> }.into_any()
        }
    }
}

fn path(line: &Line, wide: bool) -> AnyView {
    let place = if wide { line.path().to_owned() } else { line.place.clone() };
    let call = (!line.call.is_empty()).then(|| line.call.clone());
    view! {
        <span role="gridcell" class="path" title=line.url.clone()>
            <Framework badges=line.badges />
            <span class="text">{call.map(|call| view! { <strong>{call}</strong>" " })} {place}</span>
        </span>
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
