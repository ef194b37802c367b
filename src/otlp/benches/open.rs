//! What it takes to open a trace, by its size: reading either format, laying it out, making a column
//! of an attribute. Time a span, which should not grow with the number of spans. Other sizes may be
//! given as arguments.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a bench fails by panicking, counts far below 2^53, and reads the clock"
)]

#[path = "../../collector/benches/load/span.rs"]
#[allow(dead_code, reason = "the collector's benches use the rest of it")]
mod span;

use std::hint::black_box;
use std::time::{Duration, Instant};

use otlp::{Feed, Sheet, json, proto};
use trace::waterfall::Waterfall;

const SIZES: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// Spans that are built at a time to make a file: a million at once would take gigabytes.
const PART: u64 = 1_000;
/// Spans that are read between two pictures.
const STEP: usize = 2_000;
/// Runs of one measurement end after this long.
const WHILE: Duration = Duration::from_millis(1_500);
/// Time a span may take at the largest size, in those at the best.
const LINEAR: f64 = 2.0;

fn main() {
    let mut rows: Vec<(&str, Vec<f64>)> = Vec::new();
    let asked: Vec<u64> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let sizes = if asked.is_empty() { SIZES.to_vec() } else { asked };
    for size in sizes.iter().copied() {
        for (at, (name, nanos)) in measure(size).into_iter().enumerate() {
            if rows.len() == at {
                rows.push((name, Vec::new()));
            }
            rows[at].1.push(nanos);
        }
    }
    let head: String = sizes.iter().map(|size| format!("{size:>10}")).collect();
    println!("{:<24}{head}   worst/best", "ns a span");
    let mut bent = Vec::new();
    for (name, nanos) in rows {
        let best = nanos.iter().copied().fold(f64::MAX, f64::min);
        let ratio = nanos.iter().copied().fold(0.0, f64::max) / best;
        let cells: String = nanos.iter().map(|nanos| format!("{nanos:>10.0}")).collect();
        println!("{name:<24}{cells}   {ratio:.2}");
        // What a small trace costs besides its spans is no bend.
        if nanos[nanos.len() - 1] / best > LINEAR {
            bent.push(name);
        }
    }
    assert!(bent.is_empty(), "not linear within {LINEAR}: {bent:?}");
}

fn measure(size: u64) -> Vec<(&'static str, f64)> {
    let (message, text) = (protobuf(size), text(size));
    let megabytes = |bytes: usize| bytes as f64 / 1e6;
    let (sheet, steps) = read(&message);
    println!(
        "{size} spans: protobuf {:.1} MB, JSON {:.1} MB; longest step {:.1} ms and {:.1} ms",
        megabytes(message.len()),
        megabytes(text.len()),
        steps * 1e3,
        read(text.as_bytes()).1 * 1e3,
    );
    let columns = sheet.columns();
    let nanos = |seconds: f64| seconds * 1e9 / size as f64;
    vec![
        ("feed protobuf", nanos(time(|| message.clone(), read_all))),
        ("feed json", nanos(time(|| text.clone().into_bytes(), read_all))),
        ("layout", nanos(time(|| (), |()| Waterfall::build(columns)))),
        (
            "column of status",
            nanos(time(|| sheet.clone(), |mut sheet| sheet.values("http.response.status_code"))),
        ),
        (
            "column of sessions",
            nanos(time(|| sheet.clone(), |mut sheet| sheet.values("session.id"))),
        ),
    ]
}

/// What a run takes, in seconds on the processor: the mean of some, because a clock that others do
/// not disturb ticks in milliseconds. What a run needs is made before its time begins.
fn time<T, R>(prepare: impl Fn() -> T, run: impl Fn(T) -> R) -> f64 {
    let (begun, mut spent, mut runs) = (Instant::now(), 0.0, 0);
    while runs < 3 || (begun.elapsed() < WHILE && runs < 10_000) {
        let input = prepare();
        let start = clock(begun);
        let result = black_box(run(input));
        spent += clock(begun) - start;
        runs += 1;
        drop(result);
    }
    spent / f64::from(runs)
}

/// Seconds that this process had the processor, where the system tells that; else by the wall.
fn clock(begun: Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
    nanos.map_or_else(|| begun.elapsed().as_secs_f64(), |nanos| nanos as f64 / 1e9)
}

fn read_all(bytes: Vec<u8>) -> Sheet {
    let mut sheet = Sheet::default();
    Feed::new(bytes, &mut sheet).finish(&mut sheet).unwrap();
    sheet
}

/// The sheet, and how long its longest step took.
fn read(bytes: &[u8]) -> (Sheet, f64) {
    let mut sheet = Sheet::default();
    let mut feed = Feed::new(bytes.to_vec(), &mut sheet);
    let (begun, mut longest) = (Instant::now(), 0.0);
    while !feed.progress().done {
        let start = clock(begun);
        feed.step(&mut sheet, STEP);
        longest = f64::max(longest, clock(begun) - start);
    }
    (sheet, longest)
}

fn parts(size: u64) -> impl Iterator<Item = Vec<trace::Span>> {
    (0..size.div_ceil(PART)).map(move |at| span::part(at * PART..((at + 1) * PART).min(size)))
}

fn protobuf(size: u64) -> Vec<u8> {
    parts(size).flat_map(|spans| proto::encode(&spans)).collect()
}

fn text(size: u64) -> String {
    let open = "{\"resourceSpans\":[";
    let part = |spans: Vec<trace::Span>| {
        let text = json::encode(&spans);
        text.strip_prefix(open).and_then(|text| text.strip_suffix("]}")).unwrap().to_owned()
    };
    format!("{open}{}]}}", parts(size).map(part).collect::<Vec<_>>().join(","))
}
