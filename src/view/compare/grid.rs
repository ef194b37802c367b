//! Draws paths as a tree with columns: a name, figures that may lead somewhere, and a strip on which
//! figures are lengths. Only the rows in view are in the document.

use std::ops::Range;

use leptos::attr::custom::custom_attribute;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use surface::cursor::Step;
use surface::scroller::Scroller;
use surface::viewport::ROW;

/// A row, ready to draw.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Line {
    /// Its place, from 0.
    pub at: usize,
    /// How deep it is, from 1.
    pub level: u32,
    /// Whether what is below it is open; `None` where nothing is.
    pub open: Option<bool>,
    /// Whether it is there only because it leads to others.
    pub pale: bool,
    /// What the span is called.
    pub name: String,
    /// Which of those alike it is, or how many there are; may be empty.
    pub times: String,
    /// Where it failed, in words; may be empty.
    pub failed: String,
    /// Its service.
    pub service: String,
    /// Which of the colours of services.
    pub colour: u8,
    /// Where Enter leads.
    pub link: String,
    /// Its figures, in the order of the headings.
    pub cells: Vec<Cell>,
    /// What is on its strip.
    pub marks: Vec<Mark>,
    /// The strip in words.
    pub said: String,
}

/// A figure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Cell {
    /// The column.
    pub class: &'static str,
    /// As text.
    pub text: String,
    /// Where it leads; empty for nowhere.
    pub link: String,
}

/// Something on a strip; in ten-thousandths of its width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mark {
    /// What it is.
    pub class: &'static str,
    /// Where it begins.
    pub from: u32,
    /// How wide it is.
    pub width: u32,
}

impl Mark {
    /// A stretch of a whole.
    #[must_use]
    pub fn of(class: &'static str, from: u64, to: u64, whole: u64) -> Self {
        let part = |of: u64| {
            let part = u128::from(of.min(whole)) * 10_000 / u128::from(whole.max(1));
            u32::try_from(part).unwrap_or(10_000)
        };
        Self { class, from: part(from), width: part(to).saturating_sub(part(from)) }
    }
}

/// A heading: the column's class, and what it is called.
pub type Heading = (&'static str, &'static str);

/// What the reader does in a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Chooses the row at a place.
    Choose(usize),
    /// Folds or unfolds it.
    Fold(usize),
    /// Goes along; the number is how many rows fill a screen.
    Step(Step, usize),
}

/// A grid of paths.
#[component]
pub fn Grid(
    /// What it is called.
    name: &'static str,
    /// The kind of comparison, for the style sheet.
    class: &'static str,
    /// What it takes for its figures; the first two are name and service, the last is the strip.
    headings: Vec<Heading>,
    /// How many rows there are.
    #[prop(into)]
    length: Signal<usize>,
    /// The place of the chosen row.
    #[prop(into)]
    chosen: Signal<Option<usize>>,
    /// The rows of a range.
    lines: Callback<Range<usize>, Vec<Line>>,
    /// Carries out what the reader does; whether it meant anything.
    on_deed: Callback<Deed, bool>,
    /// Opens an address in a tab of its own.
    on_open: Callback<String>,
) -> impl IntoView {
    let scroller = Scroller::mounted();
    let rows = move || lines.run(scroller.view.get().rows(length.get()));
    Effect::new(move |_| {
        if let Some(at) = chosen.get() {
            scroller.reveal(at);
        }
    });
    let open = move || {
        let at = chosen.get_untracked();
        let line = at.and_then(|at| lines.run(at..at + 1).pop()).filter(|it| !it.link.is_empty());
        line.map(|line| on_open.run(line.link)).is_some()
    };
    let on_key = move |event: KeyboardEvent| {
        if follow(&event, scroller, on_deed, open) {
            event.prevent_default();
        }
    };
    // Only while it is in the document.
    let active = move || {
        let drawn = scroller.view.get().rows(length.get());
        chosen.get().filter(|at| drawn.contains(at)).map(id)
    };
    let heads = headings.into_iter().map(|(class, name)| {
        view! { <span role="columnheader" class=class>{name}</span> }
    });
    let heads: Vec<_> = heads.collect();
    view! {
        <div
            class=format!("table abreast {class}")
            role="treegrid"
            aria-label=name
            aria-rowcount=move || length.get() + 1
            aria-activedescendant=active
            tabindex="0"
            node_ref=scroller.element
            on:scroll=move |_| scroller.measure()
            on:keydown=on_key
        >
            <div class="head line" role="row" aria-rowindex="1">{heads}</div>
            <div class="rows" role="rowgroup" style:height=move || format!("{}px", length.get() * ROW)>
                <For each=rows key=Clone::clone let(line)>
                    <Row line chosen on_deed />
                </For>
            </div>
        </div>
    }
    .into_any()
}

/// Carries out what a key means; whether it meant anything.
fn follow(
    event: &KeyboardEvent,
    scroller: Scroller,
    on_deed: Callback<Deed, bool>,
    open: impl Fn() -> bool,
) -> bool {
    match Step::of(&event.key()) {
        _ if event.ctrl_key() || event.meta_key() || event.alt_key() => false,
        None | Some(Step::Close) => false,
        Some(Step::Open) => open(),
        Some(step) => on_deed.run(Deed::Step(step, scroller.view.get_untracked().page())),
    }
}

/// The id of a row's element.
fn id(at: usize) -> String {
    format!("path-{at}")
}

#[component]
fn Row(line: Line, chosen: Signal<Option<usize>>, on_deed: Callback<Deed, bool>) -> impl IntoView {
    let at = line.at;
    let selected = move || if chosen.get() == Some(at) { "true" } else { "false" };
    let open = line.open.map(|open| if open { "true" } else { "false" });
    let choose = move |_| {
        on_deed.run(Deed::Choose(at));
    };
    let marks = line.marks.iter().map(|mark| {
        let (from, width) = (percent(mark.from), percent(mark.width));
        view! { <i class=mark.class style:left=from style:width=width></i> }
    });
    let marks: Vec<_> = marks.collect();
    let service = if line.service.is_empty() { "no service.name" } else { &line.service };
    let service = service.to_owned();
    let cells: Vec<_> = line.cells.iter().cloned().map(|cell| view! { <Figure cell /> }).collect();
    view! {
        <div
            class="line"
            class:pale=line.pale
            role="row"
            id=id(at)
            aria-rowindex=at + 2
            {..custom_attribute("aria-level", line.level)}
            aria-expanded=open
            aria-selected=selected
            style:top=format!("{}px", at * ROW)
            on:click=choose
        >
            <Name line=line.clone() on_deed />
            <span role="gridcell" class="service" title=service.clone()>{service.clone()}</span>
            {cells}
            <span role="gridcell" class="strip">
                <span class="hidden">{line.said}</span>
                <span class="lane" aria-hidden="true">{marks}</span>
            </span>
        </div>
    }
    .into_any()
}

#[component]
fn Name(line: Line, on_deed: Callback<Deed, bool>) -> impl IntoView {
    let (at, parent) = (line.at, line.open.is_some());
    let fold = move |event: leptos::ev::MouseEvent| {
        if parent {
            event.stop_propagation();
            on_deed.run(Deed::Fold(at));
        }
    };
    // Far below, names would leave the view: from there on they stay where they are.
    let indent = format!("{}px", line.level.saturating_sub(1).min(24) * 12);
    let times = (!line.times.is_empty())
        .then(|| view! { <span class="badge quiet">{line.times.clone()}</span> });
    let label = if line.link.is_empty() {
        view! { <span class="label" title=line.name.clone()>{line.name.clone()}</span> }.into_any()
    } else {
        view! {
            <a class="label" href=line.link target="_blank" rel="noopener" tabindex="-1" title=line.name.clone()>
                {line.name.clone()}
            </a>
        }
        .into_any()
    };
    let failed = (!line.failed.is_empty())
        .then(|| view! { <span class="badge error">{line.failed.clone()}</span> });
    view! {
        <span role="gridcell" class="path" style:padding-left=indent>
            <span
                class="twisty"
                class:parent=parent
                class:folded=line.open == Some(false)
                aria-hidden="true"
                on:click=fold
            ></span>
            <span class=format!("chip c{}", line.colour) aria-hidden="true"></span>
            {failed}
            {label}
            {times}
        </span>
    }
    .into_any()
}

#[component]
fn Figure(cell: Cell) -> impl IntoView {
    let Cell { class, text, link } = cell;
    let drawn = if link.is_empty() {
        text.into_any()
    } else {
        view! { <a href=link target="_blank" rel="noopener" tabindex="-1">{text}</a> }.into_any()
    };
    view! { <span role="gridcell" class=class>{drawn}</span> }.into_any()
}

/// Ten-thousandths as the style sheet takes them.
fn percent(of: u32) -> String {
    format!("{}.{:02}%", of / 100, of % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_stays_on_its_strip_whatever_it_measures() {
        let mark = Mark::of("a", 25, 75, 100);
        assert_eq!((mark.from, mark.width), (2_500, 5_000));
        assert_eq!(percent(mark.from), "25.00%");
        let mark = Mark::of("a", u64::MAX, u64::MAX, 3);
        assert_eq!((mark.from, mark.width), (10_000, 0));
        assert_eq!(Mark::of("a", 0, 0, 0).width, 0);
        assert_eq!(Mark::of("a", 5, 1, 10).width, 0);
    }
}
