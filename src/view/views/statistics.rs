//! Draws a trace in numbers: a row for each operation of each service. A row leads to its slowest
//! span, and can be filtered by.

use std::ops::Range;
use std::sync::Arc;

use leptos::prelude::*;
use trace::columns::Columns;
use trace::order;
use trace::quantity;
use trace::statistics::{Operation, operations};

use super::grid::{Cell, Column, Grid, Hands, Item, Name};
use super::spans::follow;
use super::tree::duration;
use super::{Scene, Shut, cut, kept, service, thousandths};

/// What the reader has set here.
#[derive(Clone, Copy)]
pub struct State {
    /// The column that rows are sorted by, and whether the biggest come first.
    sort: RwSignal<(usize, bool)>,
}

impl State {
    pub(super) fn new() -> Self {
        // By self time: what takes it is what can be made faster.
        Self { sort: RwSignal::new((4, true)) }
    }

    /// Sorts by a column; by the same again, the other way round. Numbers begin with the biggest.
    fn sort(self, by: usize) {
        self.sort.update(|(at, down)| {
            (*at, *down) = if *at == by { (by, !*down) } else { (by, by > 1) };
        });
    }
}

/// Puts operations in the order of a column.
fn sort(all: &mut [Operation], columns: &Columns, by: usize, down: bool) {
    let words = columns.words();
    let number = |it: &Operation| match by {
        2 => it.spans,
        3 => it.total,
        4 | 5 => it.own,
        6 => it.least,
        7 => it.middle,
        8 => it.high,
        9 => it.most,
        10 => it.errors,
        // Of a million, which is finer than what is shown.
        _ => it.errors.saturating_mul(1_000_000) / it.spans.max(1),
    };
    match by {
        0 => order::sort(all, |_| 0, |one, other| words.get(one.name).cmp(words.get(other.name))),
        1 => order::sort(
            all,
            |_| 0,
            |one, other| words.get(one.service).cmp(words.get(other.service)),
        ),
        _ if down => order::sort_by_rank(all, |it| !number(it)),
        _ => order::sort_by_rank(all, number),
    }
    if down && by < 2 {
        all.reverse();
    }
}

/// The statistics.
#[component]
pub fn Statistics(
    /// What every view is given.
    scene: Scene,
) -> impl IntoView {
    let set = scene.statistics;
    let all = scene.made(move |sheet, lens| {
        let sieve = scene.sieve.get();
        operations(sheet.columns(), lens.own(), sieve.through.as_deref())
    });
    let rows = kept(move || {
        let ((by, down), mut rows) = (set.sort.get(), all.get().to_vec());
        scene.picture.with_untracked(|picture| {
            sort(&mut rows, picture.sheet().columns(), by, down);
        });
        rows
    });
    let length = Signal::derive(move || rows.with(|rows| rows.len()));
    let chosen = Memo::new(move |_| {
        let span = scene.chosen.get()?;
        let (service, name) = scene.picture.with_untracked(|picture| {
            let columns = picture.sheet().columns();
            Some((columns.owner_of(span).service, *columns.names.get(span)?))
        })?;
        rows.with(|rows| rows.iter().position(|it| (it.service, it.name) == (service, name)))
    });
    let choose = move |at: usize| {
        if let Some(slowest) = rows.with_untracked(|rows| rows.get(at).map(|it| it.slowest)) {
            scene.choose(slowest);
        }
    };
    let hands = Hands {
        items: Callback::new(move |range| items(scene, &rows.get(), range)),
        choose: Callback::new(move |at| {
            choose(at);
            scene.desk.details.set(true);
        }),
        step: Callback::new(move |(step, page)| {
            follow(scene, step, page, chosen.get_untracked(), length.get_untracked(), &choose)
        }),
        fold: None,
        sort: Some(Callback::new(move |by| set.sort(by))),
    };
    let sorted = Signal::derive(move || Some(set.sort.get()));
    view! {
        <Tools scene rows chosen />
        <Show when=move || { length.get() > 0 } fallback=move || view! { <Shut scene /> }>
            <Grid
                name="Statistics"
                columns=Signal::stored(columns())
                length
                chosen
                moves=scene.moves
                hands
                sorted
            />
        </Show>
    }
    .into_any()
}

fn columns() -> Vec<Column> {
    vec![
        Column::text("Operation", 190, 4),
        Column::text("Service", 84, 1),
        Column::number("Count", 62),
        Column::number("Total", 76),
        Column::number("Self time", 84),
        Column::text("Self share", 104, 1),
        Column::number("Min", 70),
        Column::number("p50", 70),
        Column::number("p95", 70),
        Column::number("Max", 70),
        Column::number("Errors", 66),
        Column::number("Error rate", 84),
    ]
}

/// The rows of some places.
fn items(scene: Scene, rows: &[Operation], range: Range<usize>) -> Vec<Item> {
    let colours = scene.colours.get();
    let whole = rows.iter().fold(0, |sum: u64, it| sum.saturating_add(it.own));
    scene.picture.with_untracked(|picture| {
        let words = picture.sheet().columns().words();
        let row = |at: usize| {
            let it = rows.get(at)?;
            let name = Name {
                text: cut(words.get(it.name)),
                colour: colours.get(&it.service).copied().unwrap_or_default(),
                ..Name::default()
            };
            let bad = |text: String| if it.errors > 0 { Cell::Bad(text) } else { Cell::Dim(text) };
            let cells = vec![
                Cell::Name(name),
                Cell::Dim(service(words.get(it.service))),
                Cell::Text(quantity::grouped(it.spans)),
                Cell::Text(duration(it.total)),
                Cell::Text(duration(it.own)),
                Cell::Share(thousandths(it.own, whole), quantity::share(it.own, whole)),
                Cell::Text(duration(it.least)),
                Cell::Text(duration(it.middle)),
                Cell::Text(duration(it.high)),
                Cell::Text(duration(it.most)),
                bad(quantity::grouped(it.errors)),
                bad(quantity::share(it.errors, it.spans)),
            ];
            Some(Item { at, level: None, pale: false, cells })
        };
        range.filter_map(row).collect()
    })
}

/// What can be done with the chosen operation.
#[component]
fn Tools(
    scene: Scene,
    rows: Memo<Arc<Vec<Operation>>>,
    chosen: Memo<Option<usize>>,
) -> impl IntoView {
    let said = move || quantity::count(rows.with(|rows| rows.len()) as u64, "operation");
    let operation = move || {
        let it = rows.with(|rows| rows.get(chosen.get()?).copied())?;
        scene.picture.with_untracked(|picture| {
            let words = picture.sheet().columns().words();
            Some((words.get(it.service).to_owned(), words.get(it.name).to_owned()))
        })
    };
    let only = move |_| {
        if let Some((service, name)) = untrack(operation) {
            scene.narrow(&service, Some(&name));
        }
    };
    let none = move || if chosen.get().is_none() { "true" } else { "false" };
    view! {
        <div class="tools" role="group" aria-label="Statistics">
            <button type="button" class="verb" aria-disabled=none on:click=only>
                "Show Only This Operation"
            </button>
            <span class="count" role="status">{said}</span>
            <span class="hint">"A row leads to its slowest span."</span>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use otlp::Sheet;
    use otlp::sheet::Lens;

    use super::*;
    use surface::sample;

    #[test]
    fn operations_are_sorted_by_any_column_both_ways() {
        let (sheet, mut lens) = (Sheet::of(&sample::spans()), Lens::default());
        lens.update(&sheet);
        let mut all = operations(sheet.columns(), lens.own(), None);
        for by in 0..columns().len() {
            sort(&mut all, sheet.columns(), by, true);
            let first = all[0];
            sort(&mut all, sheet.columns(), by, false);
            let last = all[all.len() - 1];
            let words = sheet.columns().words();
            let key = |it: Operation| match by {
                0 => words.get(it.name).to_owned(),
                1 => words.get(it.service).to_owned(),
                2 => format!("{}", it.spans),
                3 => format!("{}", it.total),
                4 | 5 => format!("{}", it.own),
                6 => format!("{}", it.least),
                7 => format!("{}", it.middle),
                8 => format!("{}", it.high),
                9 => format!("{}", it.most),
                10 => format!("{}", it.errors),
                _ => format!("{}", it.errors * 1_000 / it.spans),
            };
            assert_eq!(key(first), key(last), "column {by}");
        }
    }
}
