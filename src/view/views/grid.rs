//! Draws a long list with columns: only the rows in view are in the document. Tree, table,
//! statistics and logs are such lists, and differ in what they put into it.

use std::ops::Range;

use leptos::attr::custom::custom_attribute;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use surface::lamp::Tone;

use surface::cursor::Step;
use surface::scroller::Scroller;
use surface::viewport::ROW;

/// Levels that are indented; below, names stay where they are, or they would leave the screen.
const DEEPEST: u32 = 24;
/// Between columns; the style sheet has the same.
const GAP: u16 = 14;

/// A column's heading.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// What it says.
    pub name: String,
    /// Pixels that it has at least.
    pub least: u16,
    /// How much of what is left it takes; 0 for none.
    pub grow: u16,
    /// Whether it holds numbers, which stand at the right.
    pub number: bool,
    /// Whether rows can be sorted by it.
    pub sorts: bool,
}

impl Column {
    /// A column of texts, at least so many pixels wide, which takes so much of what is left.
    #[must_use]
    pub fn text(name: &str, least: u16, grow: u16) -> Self {
        Self { name: name.to_owned(), least, grow, number: false, sorts: true }
    }

    /// A column of numbers.
    #[must_use]
    pub fn number(name: &str, least: u16) -> Self {
        Self { number: true, ..Self::text(name, least, 0) }
    }

    /// A column that nothing is sorted by.
    #[must_use]
    pub fn unsorted(self) -> Self {
        Self { sorts: false, ..self }
    }
}

/// What stands in a column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Cell {
    /// A name in a tree or a list.
    Name(Name),
    /// A text.
    Text(String),
    /// A text that matters less.
    Dim(String),
    /// A number that tells of something bad, unless it is none.
    Bad(String),
    /// A share: thousandths, for a bar, and the same in words.
    Share(u16, String),
    /// A lamp and its word.
    Lamp(Tone, &'static str),
}

/// A name, with what stands before and behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Its service's colour.
    pub colour: u8,
    /// Levels above it.
    pub depth: u32,
    /// Whether what is below it is shown; `None` where there is nothing, or no tree.
    pub open: Option<bool>,
    /// Whether it failed.
    pub failed: bool,
    /// How many it stands for, where that is more than one.
    pub times: String,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Item {
    /// Its place, from 0.
    pub at: usize,
    /// Its level, in a tree, from 1.
    pub level: Option<u32>,
    /// Whether the filter does not let it through.
    pub pale: bool,
    /// What stands in its columns.
    pub cells: Vec<Cell>,
}

/// What is done with a row.
#[derive(Clone, Copy)]
pub struct Hands {
    /// Makes the rows of these places.
    pub items: Callback<Range<usize>, Vec<Item>>,
    /// Chooses the row at a place, by pointer.
    pub choose: Callback<usize>,
    /// Follows a key, with the rows of a screen; whether it meant anything.
    pub step: Callback<(Step, usize), bool>,
    /// Folds or unfolds the row at a place.
    pub fold: Option<Callback<usize>>,
    /// Sorts by a column.
    pub sort: Option<Callback<usize>>,
}

/// A list.
#[component]
pub fn Grid(
    /// What it is called.
    name: &'static str,
    /// Its columns.
    columns: Signal<Vec<Column>>,
    /// How many rows there are.
    length: Signal<usize>,
    /// The place of the chosen row.
    chosen: Memo<Option<usize>>,
    /// Tells that the chosen row is to be brought into view.
    moves: Memo<u32>,
    /// What is done with rows.
    hands: Hands,
    /// The column that rows are sorted by, and whether the biggest come first.
    #[prop(into)]
    sorted: Signal<Option<(usize, bool)>>,
) -> impl IntoView {
    let scroller = Scroller::mounted();
    let lines = move || hands.items.run(scroller.view.get().rows(length.get()));
    let on_key = move |event: KeyboardEvent| {
        let plain = !(event.ctrl_key() || event.meta_key() || event.alt_key());
        // What is within it, a heading say, has keys of its own.
        if plain && event.target() == event.current_target() {
            let page = scroller.view.get_untracked().page();
            if Step::of(&event.key()).is_some_and(|step| hands.step.run((step, page))) {
                event.prevent_default();
            }
        }
    };
    Effect::new(move |_| {
        moves.get();
        sorted.track();
        // The rows have their new height only in the next frame.
        request_animation_frame(move || {
            if let Some(at) = chosen.try_get_untracked().flatten() {
                scroller.reveal(at);
            }
        });
    });
    // Only while it is in the document.
    let active = move || {
        let drawn = scroller.view.get().rows(length.get());
        chosen.get().filter(|at| drawn.contains(at)).map(id)
    };
    let role = if hands.fold.is_some() { "treegrid" } else { "grid" };
    view! {
        <div
            class="sheet"
            role=role
            aria-label=name
            aria-rowcount=move || length.get() + 1
            aria-colcount=move || columns.with(Vec::len)
            aria-activedescendant=active
            tabindex="0"
            style=("--columns", move || columns.with(|columns| measure(columns).0))
            style=("--least", move || columns.with(|columns| measure(columns).1))
            node_ref=scroller.element
            on:scroll=move |_| scroller.measure()
            on:keydown=on_key
        >
            <Head columns sorted on_sort=hands.sort />
            <div class="rows" role="rowgroup" style:height=move || format!("{}px", length.get() * ROW)>
                <For each=lines key=Clone::clone let(item)>
                    <Line item chosen columns hands />
                </For>
            </div>
        </div>
    }
    .into_any()
}

/// The id of a row's element.
fn id(at: usize) -> String {
    format!("line-{at}")
}

/// The columns as the style sheet wants them, and what they need at least.
fn measure(columns: &[Column]) -> (String, String) {
    let mut tracks = String::new();
    let mut least = GAP;
    for column in columns {
        least = least.saturating_add(column.least).saturating_add(GAP);
        let track = match column.grow {
            0 => format!("{}px ", column.least),
            grow => format!("minmax({}px,{grow}fr) ", column.least),
        };
        tracks.push_str(&track);
    }
    (tracks, format!("{least}px"))
}

#[component]
fn Head(
    columns: Signal<Vec<Column>>,
    sorted: Signal<Option<(usize, bool)>>,
    on_sort: Option<Callback<usize>>,
) -> impl IntoView {
    let draw = move |(at, column): (usize, Column)| {
        let by = move || sorted.get().filter(|(by, _)| *by == at).map(|(_, down)| down);
        let sort = move || {
            let down = by().map(|down| if down { "descending" } else { "ascending" });
            column.sorts.then(|| down.unwrap_or("none"))
        };
        let name = column.name.clone();
        let inner = match on_sort.filter(|_| column.sorts) {
            Some(on_sort) => {
                let press = move |_| on_sort.run(at);
                view! { <button type="button" title=name.clone() on:click=press>{name.clone()}</button> }
                    .into_any()
            }
            None => view! { <span title=name.clone()>{name.clone()}</span> }.into_any(),
        };
        view! {
            <span role="columnheader" class:number=column.number aria-sort=sort>{inner}</span>
        }
        .into_any()
    };
    let cells = move || columns.get().into_iter().enumerate().map(draw).collect::<Vec<_>>();
    view! { <div class="head line" role="row" aria-rowindex="1">{cells}</div> }.into_any()
}

#[component]
fn Line(
    item: Item,
    chosen: Memo<Option<usize>>,
    columns: Signal<Vec<Column>>,
    hands: Hands,
) -> impl IntoView {
    let at = item.at;
    let selected = move || if chosen.get() == Some(at) { "true" } else { "false" };
    let open = item.cells.iter().find_map(|cell| match cell {
        Cell::Name(name) => name.open,
        _ => None,
    });
    let expanded = open.map(|open| if open { "true" } else { "false" });
    let level = custom_attribute("aria-level", item.level);
    let numbers = columns
        .with_untracked(|columns| columns.iter().map(|column| column.number).collect::<Vec<_>>());
    let cells = item.cells.into_iter().zip(numbers);
    let cells: Vec<_> = cells.map(|(cell, number)| draw(cell, number, at, hands.fold)).collect();
    view! {
        <div
            class="line"
            class:pale=item.pale
            role="row"
            id=id(at)
            aria-rowindex=at + 2
            {..level}
            aria-expanded=expanded
            aria-selected=selected
            style:top=format!("{}px", at * ROW)
            on:click=move |_| hands.choose.run(at)
        >
            {cells}
        </div>
    }
    .into_any()
}

fn draw(cell: Cell, number: bool, at: usize, fold: Option<Callback<usize>>) -> AnyView {
    let (class, text) = match cell {
        Cell::Name(name) => return view! { <Called name at fold /> }.into_any(),
        Cell::Share(share, text) => {
            let width = format!("{}.{}%", share / 10, share % 10);
            return view! {
                <span role="gridcell" class="share">
                    <i aria-hidden="true"><b style:width=width></b></i>
                    <span>{text}</span>
                </span>
            }
            .into_any();
        }
        Cell::Lamp(tone, word) => {
            return view! {
                <span role="gridcell" class="level">
                    <i class=format!("lamp {}", tone.class()) aria-hidden="true"></i>
                    {word}
                </span>
            }
            .into_any();
        }
        Cell::Text(text) => ("", text),
        Cell::Dim(text) => ("dim", text),
        Cell::Bad(text) => ("bad", text),
    };
    view! {
        <span role="gridcell" class=class class:number=number title=text.clone()>{text.clone()}</span>
    }
    .into_any()
}

#[component]
fn Called(name: Name, at: usize, fold: Option<Callback<usize>>) -> impl IntoView {
    let (open, tree) = (name.open, fold.is_some());
    let press = move |event: leptos::ev::MouseEvent| {
        if let Some(fold) = fold.filter(|_| open.is_some()) {
            event.stop_propagation();
            fold.run(at);
        }
    };
    let twisty = tree.then(|| {
        view! {
            <span
                class="twisty"
                class:parent=open.is_some()
                class:folded=open == Some(false)
                aria-hidden="true"
                on:click=press
            ></span>
        }
    });
    let times = (!name.times.is_empty()).then(|| {
        view! { <span class="badge quiet">{name.times}</span> }
    });
    view! {
        <span
            role="gridcell"
            class="name"
            class:failed=name.failed
            style:padding-left=format!("{}px", name.depth.min(DEEPEST) * 12)
        >
            {twisty}
            <span class=format!("chip c{}", name.colour) aria-hidden="true"></span>
            {name.failed.then(|| view! { <span class="badge error">"error"</span> })}
            <span class="label" title=name.text.clone()>{name.text.clone()}</span>
            {times}
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_say_what_they_need_and_share_what_is_left() {
        let columns = [Column::text("Name", 200, 3), Column::number("Duration", 80)];
        let (tracks, least) = measure(&columns);
        assert_eq!((tracks.as_str(), least.as_str()), ("minmax(200px,3fr) 80px ", "322px"));
        assert!(columns[0].sorts && !columns[1].clone().unsorted().sorts);
    }
}
