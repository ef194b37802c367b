//! What it takes to look into an open trace: a keystroke in the filter, the finds, clocks, a
//! comparison. Milliseconds by the number of spans, with the bar at the
//! largest.
#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a bench fails by panicking, counts far below 2^53, and reads the clock"
)]

#[path = "../../collector/benches/load/span.rs"]
#[allow(dead_code, reason = "the collector's benches use the rest of it")]
mod span;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use otlp::Sheet;
use otlp::sheet::{Column, Part};
use trace::columns::Columns;
use trace::compare::{Paths, Threshold, compare, spreads};
use trace::filter::{Attribute, Bits, Needle, Place, Query, SPANS, Spans};
use trace::find::{Detail, Finds, own_times};
use trace::skew::Skew;
use trace::tree::Tree;

const SIZES: [u64; 3] = [1_000, 10_000, 100_000];
/// Runs of one measurement end after this long.
const WHILE: Duration = Duration::from_millis(300);
/// A keystroke's bar at the largest size, milliseconds.
const BAR: f64 = 16.0;
/// What is typed: the last character of each is the keystroke.
const TYPED: [&str; 9] = [
    "duration>50ms",
    "service:bench error:true",
    "name:select",
    "name~\"^GET /(api|cart)\"",
    "share>2.5% or self>1ms",
    "http.response.status_code>=500",
    "session.id:00",
    "has:event -kind:server",
    "nobody says this",
];

fn main() {
    for size in SIZES {
        let opened = Opened::new(size);
        println!("{size} spans, {:.1} MB", opened.sheet.size() as f64 / 1e6);
        let worst = opened.filters();
        opened.finds();
        distinct(size);
        if size == SIZES[SIZES.len() - 1] {
            println!("  a keystroke: {worst:.2} ms, bar {BAR} ms");
            assert!(worst < BAR, "a keystroke takes {worst:.2} ms, wanted less than {BAR} ms");
        }
    }
}

/// An open trace, with all that is made once.
struct Opened {
    sheet: Sheet,
    tree: Tree,
    own: Vec<u64>,
    columns: Vec<(&'static str, Arc<Column>)>,
    events: Bits,
}

impl Opened {
    fn new(size: u64) -> Self {
        let mut sheet = Sheet::default();
        let first = span::batch(0).remove(0);
        for at in 0..size.div_ceil(span::BATCH as u64) {
            let number = at * span::BATCH as u64;
            let mut spans = span::batch(at);
            spans.truncate(usize::try_from(size - number).unwrap());
            for mut span in spans {
                // All of one trace: what were roots lie under the first.
                span.trace = first.trace;
                span.parent = span.parent.or_else(|| (span.id != first.id).then_some(first.id));
                sheet.push(&span);
            }
        }
        let tree = Tree::grow(sheet.columns());
        let own = own_times(sheet.columns(), &tree);
        let names = ["http.response.status_code", "session.id", "db.query.text", "url.full"];
        let columns = names.into_iter().map(|name| (name, sheet.values(name))).collect();
        let events = sheet.having(Part::Events);
        Self { sheet, tree, own, columns, events }
    }

    fn filters(&self) -> f64 {
        let search = |needle: &Needle| self.sheet.search(needle, None);
        let attributes: Vec<Attribute<'_>> = self
            .columns
            .iter()
            .map(|(name, column)| Attribute { name, of: &column.of, values: column.values() })
            .collect();
        let mut spans = Spans::new(self.sheet.columns(), &self.tree, &self.own);
        spans.attributes = &attributes;
        spans.events = Some(&self.events);
        let mut worst: f64 = 0.0;
        for text in TYPED {
            let run = || Query::parse(text, &SPANS).unwrap().run(&spans).count();
            worst = worst.max(report(text, run));
        }
        report("complete name:", || Place::at("name:", 5).complete(&SPANS, &spans, 50));
        spans.search = Some(&search);
        report("free text, all values", || Query::parse("nowhere", &SPANS).unwrap().run(&spans));
        report("free text, a number", || Query::parse("503", &SPANS).unwrap().run(&spans));
        let last = self.sheet.search(&Needle::new("ff0"), None);
        report("free text, typed on", || self.sheet.search(&Needle::new("ff01"), Some(&last)));
        report("keys", || self.sheet.keys().len());
        worst
    }

    fn finds(&self) {
        let columns: &Columns = self.sheet.columns();
        let details: Vec<Detail<'_>> = self.columns[2..]
            .iter()
            .map(|(name, it)| Detail {
                address: *name == "url.full",
                of: &it.of,
                values: it.values(),
            })
            .collect();
        report("tree", || Tree::grow(columns));
        report("finds", || Finds::look(columns, &self.tree, &details));
        report("skew", || Skew::find(columns, &self.tree).starts(columns));
        let both = [(columns, &self.tree), (columns, &self.tree)];
        report("compare two", || {
            let paths = Paths::of(&both);
            compare(&paths, columns, columns, Threshold::default()).len()
        });
        report("spread of two", || spreads(&Paths::of(&both), &[columns, columns]).len());
    }
}

/// A trace in which no two names are the same.
fn distinct(size: u64) {
    let mut model = span::batch(0).remove(0);
    let spans: Vec<_> = (0..size)
        .map(|number| {
            model.name = format!("GET /api/products/{number}/price?session={}", number * 7_919);
            model.clone()
        })
        .collect();
    let columns = Columns::of(&spans);
    let tree = Tree::grow(&columns);
    let own = own_times(&columns, &tree);
    let subject = Spans::new(&columns, &tree, &own);
    for text in [
        "name:nowhere",
        "name~nowhere",
        "name~\"^GET /(api|cart)/.*=1\"",
        "name~\"^POST /.*=1\"",
        "nowhere",
    ] {
        let run = || Query::parse(text, &SPANS).unwrap().run(&subject).count();
        report(&format!("all names differ, {text}"), run);
    }
}

/// What a run takes, in milliseconds on the processor, printed: the mean of some, because a clock
/// that others do not disturb ticks in milliseconds.
fn report<T>(name: &str, mut run: impl FnMut() -> T) -> f64 {
    let begun = Instant::now();
    let (start, mut runs) = (clock(begun), 0);
    while runs < 3 || (begun.elapsed() < WHILE && runs < 10_000) {
        black_box(run());
        runs += 1;
    }
    let each = (clock(begun) - start) * 1e3 / f64::from(runs);
    println!("  {name:<48}{each:>9.3} ms");
    each
}

/// Seconds that this process had the processor, where the system tells that; else by the wall.
fn clock(begun: Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
    nanos.map_or_else(|| begun.elapsed().as_secs_f64(), |nanos| nanos as f64 / 1e9)
}
