//! How long records take to become spans, beside a bare loop that only makes as many spans of the
//! same size: the ratio says what deciding costs, on any machine, and whether it grows with their
//! number.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench fails by panicking, and reads the clock"
)]

extern crate tracelight_trace as trace;

mod visit;

use std::hint::black_box;
use std::time::{Duration, Instant};

use trace::Span;
use trace::assemble::assemble;

/// The bar for the largest visit, native.
const BAR: Duration = Duration::from_millis(250);
/// Each is measured so often, and the fastest counts: the rest is the machine's other work.
const ROUNDS: usize = 7;

fn main() {
    let page = visit::page();
    for count in [1_000, 10_000, 100_000] {
        let records = visit::records(count);
        let spans = assemble(&page, &records, &[]).spans;
        let model = spans[spans.len() / 2].clone();
        let took = fastest(|| assemble(&page, &records, &[]));
        let bare = fastest(|| copies(&model, spans.len()));
        println!(
            "trace.assemble.{count}  {:.1} ms  {:.2} µs a record  {:.2} times a bare loop ({:.1} ms)",
            millis(took),
            millis(took) * 1e3 / f64::from(count),
            took.as_secs_f64() / bare.as_secs_f64(),
            millis(bare)
        );
        if count == 100_000 {
            println!("  bar {} ms: {}", BAR.as_millis(), if took < BAR { "met" } else { "MISSED" });
        }
    }
}

/// As many spans of the size of one.
fn copies(model: &Span, count: usize) -> Vec<Span> {
    (0..count).map(|_| model.clone()).collect()
}

/// The time until it is there; to take it down again is the caller's.
fn fastest<T>(mut run: impl FnMut() -> T) -> Duration {
    let round = |_| {
        let begun = Instant::now();
        let made = black_box(run());
        let took = begun.elapsed();
        drop(made);
        // Some allocators put off part of that until somebody asks for a large block.
        drop(black_box(Vec::<u8>::with_capacity(1 << 20)));
        took
    };
    (0..ROUNDS).map(round).min().unwrap_or_default()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
