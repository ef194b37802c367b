//! Draws a trace's shape as a tree: a line a span or a line a path, with its share of the trace and
//! its self time.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
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
    /// The first spans of folded lines.
    folds: RwSignal<BTreeSet<usize>>,
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

/// The lines in view, and which are pale.
#[derive(Default)]
struct Branches {
    outline: Arc<Outline>,
    shown: Vec<u32>,
    lit: Option<Bits>,
}

impl Branches {
    fn new(outline: Arc<Outline>, sieve: &Sieve, order: Order, folds: &BTreeSet<usize>) -> Self {
        let lit = sieve.through.as_ref().map(|through| outline.lit(through));
        let rooted = lit.clone().filter(|_| sieve.hides).map(|lit| outline.rooted(lit));
        let shown = outline.show(order, rooted.as_ref(), |span| folds.contains(&span));
        Self { outline, shown, lit }
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

    fn folds(&self, at: usize) -> bool {
        let line = self.shown.get(at).and_then(|line| self.outline.get(*line as usize));
        line.is_some_and(|line| line.children > 0)
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
        Outline::of(sheet.columns(), lens.tree(), lens.own(), set.merged.get())
    });
    let branches = kept(move || {
        let (outline, sieve) = (outline.get(), scene.sieve.get());
        set.folds.with(|folds| Branches::new(outline, &sieve, set.order.get(), folds))
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
        if let Some(span) = branches.with_untracked(|it| it.span(at).filter(|_| it.folds(at))) {
            set.folds.update(|folds| {
                if !folds.remove(&span) {
                    folds.insert(span);
                }
            });
        }
    };
    let hands = Hands {
        items: Callback::new(move |range| {
            let branches = branches.get();
            set.folds.with(|folds| items(scene, &branches, folds, range))
        }),
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

/// Opens the folds above a span that was chosen elsewhere.
fn unfold_to_choice(scene: Scene, outline: Memo<Arc<Outline>>) {
    Effect::new(move |_| {
        scene.moves.get();
        let Some(span) = scene.chosen.get_untracked() else { return };
        let outline = outline.get_untracked();
        let above = std::iter::successors(outline.line(span), |line| outline.parent(*line));
        let above: Vec<usize> =
            above.skip(1).filter_map(|line| Some(outline.get(line)?.span)).collect();
        scene.tree.folds.maybe_update(|folds| {
            let before = folds.len();
            above.iter().for_each(|span| {
                folds.remove(span);
            });
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
    let folded = |at: usize| {
        branches.span(at).is_some_and(|it| scene.tree.folds.with_untracked(|set| set.contains(&it)))
    };
    let to = match (step, at) {
        (Step::Open, at) => {
            scene.desk.details.set(at.is_some());
            return at.is_some();
        }
        (Step::Close, _) => return scene.desk.details.try_update(std::mem::take) == Some(true),
        (Step::In, Some(at)) if branches.folds(at) => {
            if folded(at) {
                fold(at);
                return true;
            }
            Some(at + 1)
        }
        (Step::Out, Some(at)) if branches.folds(at) && !folded(at) => {
            fold(at);
            return true;
        }
        (Step::In, Some(_)) => None,
        (Step::Out, Some(at)) => branches.above(at),
        (step, at) => step.along(at, branches.shown.len(), page),
    };
    to.inspect(|at| choose(*at)).is_some()
}

/// The rows of some places.
fn items(
    scene: Scene,
    branches: &Branches,
    folds: &BTreeSet<usize>,
    range: Range<usize>,
) -> Vec<Item> {
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
                open: (line.children > 0).then(|| !folds.contains(&line.span)),
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
        set.folds.set(all.map(|line| line.span).collect());
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
        let folds = folds.iter().copied().collect();
        Branches::new(Arc::new(outline), sieve, Order::Start, &folds)
    }

    #[test]
    fn lines_lead_up_and_down_and_folds_hide() {
        let all = branches(&[], &Sieve::default());
        assert_eq!(all.shown.len(), 6);
        assert_eq!((all.place(3), all.above(3), all.above(0)), (Some(3), Some(2), None));
        let folded = branches(&[2], &Sieve::default());
        assert_eq!((folded.place(3), folded.shown.len()), (None, 5));
        assert!(folded.folds(2) && !folded.folds(9));
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
