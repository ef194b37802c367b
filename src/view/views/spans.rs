//! Draws spans as a table: columns that all spans have, and any attribute besides; sorted by any.

use std::ops::Range;
use std::sync::Arc;

use leptos::prelude::*;
use otlp::Sheet;
use otlp::sheet::{Column as Attribute, Lens};
use trace::columns::{Columns, Flags};
use trace::order;
use trace::{Kind, Value, quantity};

use super::grid::{Cell, Column, Grid, Hands, Item, Name};
use super::tree::duration;
use super::{Scene, Shut, Sieve, cut, kept, service, title};
use surface::cursor::Step;

/// Attributes that are offered at once; the field above them finds the others.
const OFFERED: usize = 60;
/// Columns of attributes that there may be.
const MOST: usize = 12;

/// What a column shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// What the span is called.
    Name,
    /// Who recorded it.
    Service,
    /// Its kind.
    Kind,
    /// When it began.
    Start,
    /// How long it took.
    Duration,
    /// Its self time.
    Own,
    /// Whether it failed.
    Status,
    /// An attribute of its own or its resource's.
    Attribute(String),
}

impl Key {
    const FIXED: [Self; 7] = [
        Self::Name,
        Self::Service,
        Self::Kind,
        Self::Start,
        Self::Duration,
        Self::Own,
        Self::Status,
    ];

    fn column(&self) -> Column {
        match self {
            Self::Name => Column::text("Name", 190, 4),
            Self::Service => Column::text("Service", 90, 1),
            Self::Kind => Column::text("Kind", 64, 0),
            Self::Start => Column::number("Start", 78),
            Self::Duration => Column::number("Duration", 84),
            Self::Own => Column::number("Self time", 84),
            Self::Status => Column::text("Status", 64, 0),
            Self::Attribute(name) => Column::text(&cut(name), 130, 1),
        }
    }

    /// What rows are sorted by: a number each, 0 for those that have none and come last.
    fn ranks(&self, sheet: &mut Sheet, lens: &Lens) -> Vec<u64> {
        if let Self::Attribute(name) = self {
            let column = sheet.values(name);
            let ranks = ranks(column.values());
            return column.of.iter().map(|value| ranks[*value as usize]).collect();
        }
        let columns = lens.columns(sheet);
        let by = |rank: &dyn Fn(usize) -> u64| (0..columns.len()).map(rank).collect();
        match self {
            Self::Name => {
                let ranks = words(columns);
                by(&|at| ranks[columns.names[at] as usize])
            }
            Self::Service => {
                let ranks = words(columns);
                by(&|at| ranks[columns.owner_of(at).service as usize])
            }
            Self::Kind => by(&|at| u64::from(columns.flags[at].kind().number().unsigned_abs())),
            Self::Start => by(&|at| columns.starts[at]),
            Self::Duration => by(&|at| columns.lengths[at].saturating_add(1)),
            Self::Own => by(&|at| lens.own()[at].saturating_add(1)),
            Self::Status => by(&|at| 1 + u64::from(columns.flags[at].has(Flags::ERROR))),
            Self::Attribute(_) => Vec::new(),
        }
    }
}

/// The words' places in the alphabet, from 1; that of none is 0.
fn words(columns: &Columns) -> Vec<u64> {
    let words: Vec<&str> = columns.words().iter().collect();
    places(words.len(), |one, other| words[one].cmp(words[other]), |at| words[at].is_empty())
}

/// The values' places in their order: numbers before texts.
fn ranks(values: &[Value]) -> Vec<u64> {
    let texts: Vec<String> = values
        .iter()
        .map(
            |value| if value.as_text().is_some() { String::new() } else { cut(&value.to_string()) },
        )
        .collect();
    let text = |at: usize| values[at].as_text().unwrap_or(&texts[at]);
    let order = |one: usize, other: usize| match (number(&values[one]), number(&values[other])) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        (Some(_), None) => std::cmp::Ordering::Less,
        (None, Some(_)) => std::cmp::Ordering::Greater,
        (None, None) => text(one).cmp(text(other)),
    };
    places(values.len(), order, |at| values[at] == Value::Empty)
}

#[allow(clippy::cast_precision_loss, reason = "an order needs no more than a double's digits")]
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Double(number) => Some(*number),
        _ => None,
    }
}

/// The places of so many things in an order, from 1; 0 for those that are nothing.
fn places(
    many: usize,
    compare: impl Fn(usize, usize) -> std::cmp::Ordering,
    nothing: impl Fn(usize) -> bool,
) -> Vec<u64> {
    let sorted = order::order(many, &|_| 0, &compare);
    let mut places = vec![0; many];
    for (place, at) in (1..).zip(sorted) {
        places[at] = if nothing(at) { 0 } else { place };
    }
    places
}

/// Spans in the order of their ranks; those without one come last either way.
fn order(ranks: &[u64], sieve: &Sieve, down: bool) -> Vec<u32> {
    let kept = |at: &u32| sieve.kept().is_none_or(|bits| bits.has(*at as usize));
    let rank = |at: u32| {
        let rank = ranks[at as usize];
        // None is 0, and turns into the biggest both ways.
        if down { !rank } else { rank.wrapping_sub(1) }
    };
    let mut order: Vec<(u64, u32)> =
        (0..).take(ranks.len()).filter(kept).map(|at| (rank(at), at)).collect();
    order::sort_by_rank(&mut order, |it| it.0);
    order.into_iter().map(|(_, at)| at).collect()
}

/// The table as the reader has it, to be written: the spans that the filter lets through, in the
/// order of the rows, and the attributes that have a column.
#[must_use]
pub fn written(scene: Scene) -> (Vec<u32>, Vec<String>) {
    let (set, through) = (scene.spans, scene.sieve.get_untracked().through);
    let (keys, (by, down)) = (untrack(|| set.keys()), set.sort.get_untracked());
    let ranks = scene.picture.try_update_untracked(|picture| {
        let (sheet, lens) = picture.study();
        keys.get(by).map(|key| key.ranks(sheet, lens))
    });
    let ranks = ranks.flatten().unwrap_or_default();
    (order(&ranks, &Sieve { through, hides: true }, down), set.extra.get_untracked())
}

/// What the reader has set here.
#[derive(Clone, Copy)]
pub struct State {
    /// The column that rows are sorted by, and whether the biggest come first.
    sort: RwSignal<(usize, bool)>,
    /// Attributes that have a column.
    extra: RwSignal<Vec<String>>,
}

impl State {
    pub(super) fn new() -> Self {
        Self { sort: RwSignal::new((3, false)), extra: RwSignal::new(Vec::new()) }
    }

    fn keys(self) -> Vec<Key> {
        let extra = self.extra.get();
        Key::FIXED.into_iter().chain(extra.into_iter().map(Key::Attribute)).collect()
    }

    /// Sorts by a column; by the same again, the other way round. Times begin with the longest.
    fn sort(self, by: usize) {
        self.sort.update(|(at, down)| {
            (*at, *down) = if *at == by { (by, !*down) } else { (by, by == 4 || by == 5) };
        });
    }

    /// Gives an attribute a column, or takes it away.
    fn toggle(self, name: &str) {
        self.extra.update(|extra| match extra.iter().position(|it| it == name) {
            Some(at) => drop(extra.remove(at)),
            None if extra.len() < MOST => extra.push(name.to_owned()),
            None => {}
        });
        self.sort.update(|(at, _)| *at = (*at).min(6 + self.extra.with_untracked(Vec::len)));
    }
}

/// What the columns show that the spans' own columns do not have.
#[derive(Default)]
struct Facets {
    attributes: Vec<Arc<Attribute>>,
    own: Vec<u64>,
}

/// The table.
#[component]
pub fn Spans(
    /// What every view is given.
    scene: Scene,
) -> impl IntoView {
    let set = scene.spans;
    let ranks = scene.made(move |sheet, lens| {
        let (keys, (by, _)) = (set.keys(), set.sort.get());
        keys.get(by).map(|key| key.ranks(sheet, lens)).unwrap_or_default()
    });
    let facets = scene.made(move |sheet, lens| {
        let attributes = set.extra.get().iter().map(|name| sheet.values(name)).collect();
        Facets { attributes, own: lens.own().to_vec() }
    });
    let order = kept(move || order(&ranks.get(), &scene.sieve.get(), set.sort.get().1));
    let length = Signal::derive(move || order.with(|order| order.len()));
    let chosen = Memo::new(move |_| {
        let span = scene.chosen.get()?;
        order.with(|order| order.iter().position(|at| *at as usize == span))
    });
    let choose = move |at: usize| {
        if let Some(span) = order.with_untracked(|order| order.get(at).copied()) {
            scene.choose(span as usize);
        }
    };
    let hands = Hands {
        items: Callback::new(move |range| items(scene, &order.get(), &facets.get(), range)),
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
    let columns = Signal::derive(move || set.keys().iter().map(Key::column).collect());
    let sorted = Signal::derive(move || Some(set.sort.get()));
    view! {
        <Menu scene shown=length />
        <Show when=move || { length.get() > 0 } fallback=move || view! { <Shut scene /> }>
            <Grid name="Spans" columns length chosen moves=scene.moves hands sorted />
        </Show>
    }
    .into_any()
}

/// Carries out a key in a list of spans; whether it meant anything.
pub(super) fn follow(
    scene: Scene,
    step: Step,
    page: usize,
    at: Option<usize>,
    length: usize,
    choose: &dyn Fn(usize),
) -> bool {
    match step {
        Step::Open => {
            scene.desk.details.set(at.is_some());
            at.is_some()
        }
        Step::Close => scene.desk.details.try_update(std::mem::take) == Some(true),
        step => step.along(at, length, page).inspect(|at| choose(*at)).is_some(),
    }
}

/// The rows of some places.
fn items(scene: Scene, order: &[u32], facets: &Facets, range: Range<usize>) -> Vec<Item> {
    let (colours, sieve) = (scene.colours.get(), scene.sieve.get());
    scene.picture.with_untracked(|picture| {
        let sheet = picture.sheet();
        let (columns, start) = (picture.columns(), picture.waterfall().start().nanos());
        let row = |at: usize| {
            let span = *order.get(at)? as usize;
            let flags = *columns.flags.get(span)?;
            let failed = flags.has(Flags::ERROR);
            let colour = colours.get(&columns.owner_of(span).service).copied().unwrap_or_default();
            let name = Name { text: title(sheet, span), colour, ..Name::default() };
            let mut cells = vec![
                Cell::Name(name),
                Cell::Dim(service(columns.service(span))),
                Cell::Dim(kind(flags.kind()).to_owned()),
                Cell::Text(begun(columns.starts[span], start)),
                Cell::Text(took(flags, columns.lengths[span])),
                Cell::Text(took(flags, facets.own.get(span).copied().unwrap_or_default())),
                if failed { Cell::Bad("error".to_owned()) } else { Cell::Dim("ok".to_owned()) },
            ];
            let value = |column: &Arc<Attribute>| column.get(span).map(ToString::to_string);
            let values = facets.attributes.iter().map(|column| value(column).unwrap_or_default());
            cells.extend(values.map(|value| Cell::Text(cut(&value))));
            Some(Item { at, level: None, pale: sieve.pales(span), cells })
        };
        range.filter_map(row).collect()
    })
}

/// When a span began, from the trace's start.
fn begun(at: u64, start: u64) -> String {
    match at {
        0 => "no time".to_owned(),
        at => format!("+{}", duration(at.saturating_sub(start))),
    }
}

/// How long a span took, where that was recorded.
fn took(flags: Flags, nanos: u64) -> String {
    match () {
        () if flags.has(Flags::UNTIMED) => "no time".to_owned(),
        () if flags.has(Flags::BACKWARD) => "below zero".to_owned(),
        () => duration(nanos),
    }
}

/// A kind in a word; none where it is not said.
fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Unspecified => "",
        Kind::Internal => "internal",
        Kind::Server => "server",
        Kind::Client => "client",
        Kind::Producer => "producer",
        Kind::Consumer => "consumer",
    }
}

/// Which attributes have a column, and how many rows there are.
#[component]
fn Menu(scene: Scene, shown: Signal<usize>) -> impl IntoView {
    let said = move || quantity::count(shown.get() as u64, "span");
    let (open, text) = (RwSignal::new(false), RwSignal::new(String::new()));
    // Asked for when the menu opens: every message is looked at.
    let names = scene.made(move |sheet, _| if open.get() { sheet.keys() } else { Vec::new() });
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" && open.get_untracked() {
            event.stop_propagation();
            open.set(false);
        }
    };
    let expanded = move || if open.get() { "true" } else { "false" };
    view! {
        <div class="tools" role="group" aria-label="Table" on:keydown=on_key>
            <button
                type="button"
                class="verb"
                aria-expanded=expanded
                aria-controls="columns"
                on:click=move |_| open.update(|open| *open = !*open)
            >
                "Columns"
            </button>
            <span class="count" role="status">{said}</span>
            <div id="columns" class="menu" role="group" aria-label="Columns" class:open=move || open.get()>
                <Show when=move || open.get()>
                    <Choices scene names text />
                </Show>
            </div>
        </div>
    }
    .into_any()
}

/// The attributes that may have a column.
#[component]
fn Choices(
    scene: Scene,
    names: Memo<Arc<Vec<(String, usize)>>>,
    text: RwSignal<String>,
) -> impl IntoView {
    let set = scene.spans;
    let field: NodeRef<leptos::html::Input> = NodeRef::new();
    field.on_load(|field| drop(field.focus()));
    let draw = move |(name, count): (String, usize)| {
        let (key, title) = (name.clone(), name.clone());
        let there = move || set.extra.with(|extra| extra.contains(&key));
        let toggle = move |_| set.toggle(&title);
        view! {
            <li>
                <label>
                    <input type="checkbox" prop:checked=there on:change=toggle />
                    <span class="key" title=cut(&name)>{cut(&name)}</span>
                    <span class="count">{quantity::grouped(count as u64)}</span>
                </label>
            </li>
        }
        .into_any()
    };
    let list = move || {
        let (names, text) = (names.get(), text.get());
        offered(&names, &text).map(draw).collect::<Vec<_>>()
    };
    let more = move || {
        let (names, text) = (names.get(), text.get());
        let many = matching(&names, &text).count();
        match many {
            0 => "No attribute has such a name.".to_owned(),
            _ if many > OFFERED => format!("{OFFERED} of {many}: type to find the others."),
            _ => String::new(),
        }
    };
    view! {
        <input
            type="search"
            placeholder="Find an attribute"
            aria-label="Find an attribute"
            node_ref=field
            prop:value=move || text.get()
            on:input=move |event| text.set(event_target_value(&event))
        />
        <ul aria-label="Attributes">{list}</ul>
        <p class="none" role="status">{more}</p>
    }
    .into_any()
}

fn matching<'a>(
    names: &'a [(String, usize)],
    text: &str,
) -> impl Iterator<Item = &'a (String, usize)> {
    let text = text.trim().to_lowercase();
    names.iter().filter(move |(name, _)| name.to_lowercase().contains(&text))
}

/// The attributes that a text finds, those of most spans first.
fn offered(names: &[(String, usize)], text: &str) -> impl Iterator<Item = (String, usize)> + use<> {
    let mut found: Vec<_> = matching(names, text).cloned().collect();
    order::sort(&mut found, |it| !(it.1 as u64), |one, other| one.0.cmp(&other.0));
    found.truncate(OFFERED);
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use trace::filter::Bits;

    use super::*;
    use surface::sample;

    fn sorted(key: &Key, down: bool) -> Vec<u32> {
        let (mut sheet, mut lens) = (Sheet::of(&sample::spans()), Lens::default());
        lens.update(&sheet);
        order(&key.ranks(&mut sheet, &lens), &Sieve::default(), down)
    }

    #[test]
    fn every_column_sorts_both_ways_and_what_has_no_value_comes_last() {
        let names = |order: Vec<u32>| {
            let spans = sample::spans();
            order.into_iter().map(|at| spans[at as usize].name.clone()).collect::<Vec<_>>()
        };
        let (up, down) = (names(sorted(&Key::Name, false)), names(sorted(&Key::Name, true)));
        assert!(up.is_sorted() && down.iter().rev().is_sorted(), "{up:?} {down:?}");
        for key in Key::FIXED {
            assert_eq!(sorted(&key, false).len(), 6, "{key:?}");
        }
        let statement = Key::Attribute("db.query.text".to_owned());
        let with: Vec<u32> = sorted(&statement, false);
        assert_eq!(with.first(), sorted(&statement, true).first(), "only one has it");
    }

    #[test]
    fn values_stand_numbers_first_and_in_their_order() {
        let values = [
            Value::Empty,
            Value::Text("b".into()),
            Value::Int(500),
            Value::Text("a".into()),
            Value::Double(2.5),
            Value::Bool(true),
        ];
        assert_eq!(ranks(&values), [0, 5, 2, 4, 1, 6]);
    }

    #[test]
    fn what_a_filter_hides_is_no_row() {
        let through = Some(Arc::new(Bits::of(3, |at| at != 1)));
        let ranks = [3, 2, 0];
        let hides = Sieve { through: through.clone(), hides: true };
        assert_eq!(order(&ranks, &hides, false), [0, 2]);
        assert_eq!(order(&ranks, &Sieve { through, hides: false }, false), [1, 0, 2]);
        assert_eq!(order(&ranks, &Sieve::default(), true), [0, 1, 2]);
    }

    #[test]
    fn attributes_are_found_by_a_part_of_their_name() {
        let names = [("http.route".to_owned(), 2), ("db.system".to_owned(), 9)];
        assert_eq!(offered(&names, "HTTP").count(), 1);
        assert_eq!(offered(&names, "").next().map(|(name, _)| name).as_deref(), Some("db.system"));
        assert_eq!(offered(&names, "zz").count(), 0);
    }

    #[test]
    fn a_hundred_thousand_ranks_are_one_sort() {
        let ranks: Vec<u64> = (0..100_000).map(|at| at * 7_919 % 100_003).collect();
        let order = order(&ranks, &Sieve::default(), false);
        assert!(order.is_sorted_by_key(|at| ranks[*at as usize].wrapping_sub(1)));
    }

    #[test]
    fn a_span_without_a_time_says_so() {
        let flags = |flag| {
            let mut flags = Flags::default();
            flags.set(flag, true);
            flags
        };
        assert_eq!(took(flags(Flags::UNTIMED), 0), "no time");
        assert_eq!(took(flags(Flags::BACKWARD), 0), "below zero");
        assert_eq!(
            (took(Flags::default(), 0), took(Flags::default(), 9)),
            ("0 s".into(), "9 ns".into())
        );
        assert_eq!((begun(0, 5), begun(1_005, 5)), ("no time".to_owned(), "+1 µs".to_owned()));
    }
}
