//! What it takes to look into an open trace: a keystroke in the filter, the finds, clocks, a
//! comparison. Milliseconds by the number of spans, beside the bar for 100,000.
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
use std::time::Instant;

use otlp::Sheet;
use otlp::sheet::{Column, Part};
use trace::columns::Columns;
use trace::compare::{Paths, Threshold, compare, spreads};
use trace::filter::{Attribute, Bits, Needle, Place, Query, SPANS, Spans};
use trace::find::{Detail, Finds, own_times};
use trace::skew::Skew;
use trace::tree::Tree;

const SIZES: [u64; 3] = [1_000, 10_000, 100_000];
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
        let search = |needle: &Needle| self.sheet.search(needle);
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

/// The median of some runs, in milliseconds, printed.
fn report<T>(name: &str, mut run: impl FnMut() -> T) -> f64 {
    let mut times: Vec<f64> = (0..7)
        .map(|_| {
            let begun = Instant::now();
            black_box(run());
            begun.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("  {name:<32}{:>9.3} ms", times[3]);
    times[3]
}
