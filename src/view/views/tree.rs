//! Draws a trace's shape as a tree: a line a span or a line a path, with its share of the trace and
//! its self time.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use trace::SpanId;
use trace::columns::Columns;
use trace::filter::Bits;
use trace::outline::{Order, Outline};
use trace::quantity;

use super::grid::{Cell, Column, Grid, Hands, Item, Name};
use super::{Scene, Shut, Sieve, kept, service, thousandths, title};
use surface::cursor::Step;

/// What the reader has set here.
#[derive(Clone, Copy)]
pub struct State {
    merged: RwSignal<bool>,
    order: RwSignal<Order>,
    /// Folded lines, each by a span of it: spans keep their ids when others come before them.
    folds: RwSignal<BTreeSet<SpanId>>,
}

impl State {
    pub(super) fn new() -> Self {
        Self {
            merged: RwSignal::new(false),
            order: RwSignal::new(Order::default()),
            folds: RwSignal::new(BTreeSet::new()),
        }
    }

    /// Forgets what belonged to another trace.
    pub(super) fn forget(self) {
        self.folds.update(BTreeSet::clear);
    }
}

/// The lines in view, and which are folded or pale.
#[derive(Default)]
struct Branches {
    outline: Arc<Outline>,
    shown: Vec<u32>,
    folded: Bits,
    lit: Option<Bits>,
}

/// The line of the span that has an id.
fn line(outline: &Outline, spans: &Columns, id: SpanId) -> Option<usize> {
    outline.line(spans.find(id)?)
}

impl Branches {
    fn new(outline: Arc<Outline>, sieve: &Sieve, order: Order, folded: Bits) -> Self {
        let lit = sieve.through.as_ref().map(|through| outline.lit(through));
        let rooted = lit.clone().filter(|_| sieve.hides).map(|lit| outline.rooted(lit));
        let folds = |span| outline.line(span).is_some_and(|line| folded.has(line));
        let shown = outline.show(order, rooted.as_ref(), folds);
        Self { outline, shown, folded, lit }
    }

    /// The place of a span's line, unless a fold hides it.
    fn place(&self, span: usize) -> Option<usize> {
        let line = self.outline.line(span)?;
        self.shown.iter().position(|at| *at as usize == line)
    }

    /// The first span of the line at a place.
    fn span(&self, at: usize) -> Option<usize> {
        Some(self.outline.get(*self.shown.get(at)? as usize)?.span)
    }

    /// The place of the line above the one at a place.
    fn above(&self, at: usize) -> Option<usize> {
        let parent = self.outline.parent(*self.shown.get(at)? as usize)?;
        self.shown[..at].iter().rposition(|line| *line as usize == parent)
    }

    /// The line at a place, if there are lines below it.
    fn parent(&self, at: usize) -> Option<usize> {
        let line = *self.shown.get(at)? as usize;
        self.outline.get(line).filter(|it| it.children > 0).map(|_| line)
    }

    /// Whether what is below the line at a place is folded away; `None` where there is nothing.
    fn folds(&self, at: usize) -> Option<bool> {
        self.parent(at).map(|line| self.folded.has(line))
    }
}

/// The tree.
#[component]
pub fn Tree(
    /// What every view is given.
    scene: Scene,
) -> impl IntoView {
    let set = scene.tree;
    let outline = scene.made(move |sheet, lens| {
        Outline::of(lens.columns(sheet), lens.tree(), lens.own(), set.merged.get())
    });
    let branches = kept(move || {
        let (outline, sieve) = (outline.get(), scene.sieve.get());
        let mut folded = Bits::none(outline.len());
        let picture = scene.picture.read_untracked();
        set.folds.with(|folds| {
            let lines = folds.iter().filter_map(|id| line(&outline, picture.columns(), *id));
            lines.for_each(|line| folded.add(line));
        });
        Branches::new(outline, &sieve, set.order.get(), folded)
    });
    unfold_to_choice(scene, outline);
    let length = Signal::derive(move || branches.with(|it| it.shown.len()));
    let chosen = Memo::new(move |_| {
        let span = scene.chosen.get()?;
        branches.with(|it| it.place(span))
    });
    let choose = move |at: usize| {
        if let Some(span) = branches.with_untracked(|it| it.span(at)) {
            scene.choose(span);
        }
    };
    let fold = move |at: usize| {
        if let Some(line) = branches.with_untracked(|it| it.parent(at)) {
            turn(scene, &outline.get_untracked(), line);
        }
    };
    let hands = Hands {
        items: Callback::new(move |range| items(scene, &branches.get(), range)),
        choose: Callback::new(move |at| {
            choose(at);
            scene.desk.details.set(true);
        }),
        step: Callback::new(move |(step, page)| {
            follow(
                scene,
                &branches.get_untracked(),
                chosen.get_untracked(),
                step,
                page,
                &choose,
                &fold,
            )
        }),
        fold: Some(Callback::new(fold)),
        sort: None,
    };
    let columns = Signal::stored(vec![
        Column::text("Name", 190, 5),
        Column::text("Service", 80, 1),
        Column::number("Duration", 78),
        Column::text("Share of trace", 110, 1),
        Column::number("Self time", 78),
        Column::text("Self share", 110, 1),
        Column::number("Children", 66),
    ]);
    let sorted = Signal::stored(None);
    view! {
        <Tools scene outline />
        <Show when=move || { length.get() > 0 } fallback=move || view! { <Shut scene /> }>
            <Grid name="Tree" columns length chosen moves=scene.moves hands sorted />
        </Show>
    }
    .into_any()
}

/// Folds a line, or opens it.
fn turn(scene: Scene, outline: &Outline, at: usize) {
    let picture = scene.picture.read_untracked();
    let columns = picture.columns();
    scene.tree.folds.update(|folds| {
        let before = folds.len();
        folds.retain(|id| line(outline, columns, *id) != Some(at));
        if folds.len() == before {
            folds.extend(outline.get(at).and_then(|line| columns.id(line.span)));
        }
    });
}

/// Opens the folds above a span that was chosen elsewhere.
fn unfold_to_choice(scene: Scene, outline: Memo<Arc<Outline>>) {
    Effect::new(move |_| {
        scene.moves.get();
        let Some(span) = scene.chosen.get_untracked() else { return };
        let outline = outline.get_untracked();
        let mut above = Bits::none(outline.len());
        let lines = std::iter::successors(outline.line(span), |line| outline.parent(*line));
        lines.skip(1).for_each(|line| above.add(line));
        let picture = scene.picture.read_untracked();
        let opens = |id: &SpanId| {
            line(&outline, picture.columns(), *id).is_some_and(|line| above.has(line))
        };
        scene.tree.folds.maybe_update(|folds| {
            let before = folds.len();
            folds.retain(|id| !opens(id));
            folds.len() != before
        });
    });
}

/// Carries out what a key means; whether it meant anything.
fn follow(
    scene: Scene,
    branches: &Branches,
    at: Option<usize>,
    step: Step,
    page: usize,
    choose: &dyn Fn(usize),
    fold: &dyn Fn(usize),
) -> bool {
    let folds = at.and_then(|at| branches.folds(at));
    let to = match (step, at) {
        (Step::Open, at) => {
            scene.desk.details.set(at.is_some());
            return at.is_some();
        }
        (Step::Close, _) => return scene.desk.details.try_update(std::mem::take) == Some(true),
        (Step::In, Some(at)) if folds == Some(true) => {
            fold(at);
            return true;
        }
        (Step::Out, Some(at)) if folds == Some(false) => {
            fold(at);
            return true;
        }
        (Step::In, Some(at)) if folds.is_some() => Some(at + 1),
        (Step::In, Some(_)) => None,
        (Step::Out, Some(at)) => branches.above(at),
        (step, at) => step.along(at, branches.shown.len(), page),
    };
    to.inspect(|at| choose(*at)).is_some()
}

/// The rows of some places.
fn items(scene: Scene, branches: &Branches, range: Range<usize>) -> Vec<Item> {
    let merged = scene.tree.merged.get_untracked();
    let colours = scene.colours.get();
    scene.picture.with_untracked(|picture| {
        let sheet = picture.sheet();
        let whole = nanos(picture.waterfall().length());
        let row = |at: usize| {
            let place = *branches.shown.get(at)? as usize;
            let line = branches.outline.get(place)?;
            let columns = sheet.columns();
            let word = columns.owner_of(line.span).service;
            let own = line.own;
            let name = Name {
                text: if merged {
                    super::cut(columns.name(line.span))
                } else {
                    title(sheet, line.span)
                },
                colour: colours.get(&word).copied().unwrap_or_default(),
                depth: line.depth,
                open: (line.children > 0).then(|| !branches.folded.has(place)),
                failed: line.errors > 0,
                times: if line.spans > 1 { format!("×{}", line.spans) } else { String::new() },
            };
            let cells = vec![
                Cell::Name(name),
                Cell::Dim(service(columns.service(line.span))),
                Cell::Text(duration(line.length)),
                Cell::Share(thousandths(line.length, whole), quantity::share(line.length, whole)),
                Cell::Text(duration(own)),
                Cell::Share(thousandths(own, whole), quantity::share(own, whole)),
                Cell::Dim(quantity::grouped(u64::from(line.children))),
            ];
            let pale = branches.lit.as_ref().is_some_and(|lit| !lit.has(place));
            Some(Item { at, level: Some(line.depth.saturating_add(1)), pale, cells })
        };
        range.filter_map(row).collect()
    })
}

pub(super) fn duration(nanos: u64) -> String {
    quantity::duration(Duration::from_nanos(nanos))
}

pub(super) fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// How lines are made and ordered, and folds for all of them.
#[component]
fn Tools(scene: Scene, outline: Memo<Arc<Outline>>) -> impl IntoView {
    let set = scene.tree;
    let toggle = move |_| {
        set.merged.update(|merged| *merged = !*merged);
        set.folds.update(BTreeSet::clear);
    };
    let longest = move || set.order.get() == Order::Duration;
    let order = move |_| {
        set.order.update(|order| {
            *order = if *order == Order::Start { Order::Duration } else { Order::Start };
        });
    };
    let fold = move |_| {
        let outline = outline.get_untracked();
        let parents = (0..outline.len()).filter_map(|at| outline.get(at));
        let all = parents.filter(|line| line.children > 0 && line.depth > 0);
        let picture = scene.picture.read_untracked();
        set.folds.set(all.filter_map(|line| picture.columns().id(line.span)).collect());
    };
    let unfold = move |_| set.folds.update(BTreeSet::clear);
    let pressed = |on: bool| if on { "true" } else { "false" };
    let said = move || outline.with(|outline| quantity::count(outline.len() as u64, "line"));
    view! {
        <div class="tools" role="group" aria-label="Tree">
            <button type="button" class="verb" aria-pressed=move || pressed(set.merged.get()) on:click=toggle>
                "Merge Same Paths"
            </button>
            <button type="button" class="verb" aria-pressed=move || pressed(longest()) on:click=order>
                "Longest First"
            </button>
            <button type="button" class="verb" on:click=fold>"Fold All"</button>
            <button type="button" class="verb" on:click=unfold>"Unfold All"</button>
            <span class="count" role="status">{said}</span>
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

    fn branches(folds: &[usize], sieve: &Sieve) -> Branches {
        let (sheet, mut lens) = (Sheet::of(&sample::spans()), Lens::default());
        lens.update(&sheet);
        let outline = Outline::of(sheet.columns(), lens.tree(), lens.own(), false);
        let mut folded = Bits::none(outline.len());
        folds.iter().for_each(|line| folded.add(*line));
        Branches::new(Arc::new(outline), sieve, Order::Start, folded)
    }

    #[test]
    fn lines_lead_up_and_down_and_folds_hide() {
        let all = branches(&[], &Sieve::default());
        assert_eq!(all.shown.len(), 6);
        assert_eq!((all.place(3), all.above(3), all.above(0)), (Some(3), Some(2), None));
        let folded = branches(&[2], &Sieve::default());
        assert_eq!((folded.place(3), folded.shown.len()), (None, 5));
        assert_eq!([2, 1, 9].map(|at| folded.folds(at)), [Some(true), Some(false), None]);
    }

    #[test]
    fn a_fold_is_that_of_a_span_whatever_comes_before_it() {
        let spans = sample::spans();
        let line_of = |sheet: &Sheet, merged: bool| {
            let mut lens = Lens::default();
            lens.update(sheet);
            let outline = Outline::of(sheet.columns(), lens.tree(), lens.own(), merged);
            let line = line(&outline, sheet.columns(), spans[2].id).unwrap();
            outline.get(line).map(|line| (line.depth, sheet.columns().name(line.span).to_owned()))
        };
        let wanted = Some((2, spans[2].name.clone()));
        let turned: Vec<_> = spans.iter().rev().cloned().collect();
        for sheet in [Sheet::of(&spans), Sheet::of(&spans[..3]), Sheet::of(&turned)] {
            assert_eq!(
                [line_of(&sheet, false), line_of(&sheet, true)],
                [wanted.clone(), wanted.clone()]
            );
        }
    }

    #[test]
    fn a_filter_pales_lines_or_leaves_only_what_leads_to_its_own() {
        let through = Some(Arc::new(Bits::of(6, |at| at == 3)));
        let pale = branches(&[], &Sieve { through: through.clone(), hides: false });
        assert_eq!((pale.shown.len(), pale.lit.map(|lit| lit.count())), (6, Some(1)));
        let hidden = branches(&[], &Sieve { through, hides: true });
        assert_eq!(hidden.shown, [0, 1, 2, 3]);
    }
}
